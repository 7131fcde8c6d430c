import {patchBodyValidation, scimPatch} from "scim-patch";
import {read, serve} from "./harness.mjs";

const users = read("users").slice(0, 200);
const patches = read("patches");

// A copy is patched, as RFC 7644 §3.5.2 demands: an operation that fails must leave the resource as it was.
const patch = () =>
    patches.map((body, index) => {
        const message = JSON.parse(body);
        patchBodyValidation(message);
        return scimPatch(users[index], message.Operations, {mutateDocument: false, treatMissingAsAdd: true});
    });

await serve({patch: {work: patch, check: patch}});
