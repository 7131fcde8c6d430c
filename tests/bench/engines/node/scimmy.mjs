import SCIMMY from "scimmy";
import {read, serve} from "./harness.mjs";

const {Filter} = SCIMMY.Types;
const {ListResponse, PatchOp} = SCIMMY.Messages;
const {User, EnterpriseUser} = SCIMMY.Schemas;
User.extend(EnterpriseUser);

const users = read("users");
const page = users.slice(0, 200);
const texts = page.map((user) => JSON.stringify(user));
const stored = page.map((user) => new User(user, "out"));
const [simple, complex, match, patches, posts, anyCase] = ["simple", "complex", "match", "patches", "posts", "posts-any"].map(read);

const parse = (filters) => ({
    work: () => filters.map((text) => new Filter(text)),
    check: () => filters.map((text) => new Filter(text)).length,
});
const matches = (text) => {
    const filter = new Filter(text);
    const indexes = new Map(users.map((user, index) => [user, index]));
    return {
        work: () => filter.match(users).length,
        check: () => {
            const found = filter.match(users);
            return [found.length, found.reduce((sum, user) => sum + indexes.get(user), 0)];
        },
    };
};
const patch = async () => {
    const patched = [];
    for (const [index, body] of patches.entries()) patched.push(await new PatchOp(JSON.parse(body)).apply(stored[index]));
    return patched;
};
const post = (bodies) => {
    const work = () => bodies.map((body) => new User(JSON.parse(body), "in"));
    return {work, check: work};
};
const list = () =>
    JSON.stringify(new ListResponse(texts.map((text) => new User(JSON.parse(text), "out")), {itemsPerPage: 200, totalResults: 10000}));

await serve({
    "parse-simple": parse(simple),
    "parse-complex": parse(complex),
    "match-simple": matches(match.simple),
    "match-complex": matches(match.complex),
    "match-schema": matches(match.schema),
    patch: {work: patch, check: patch},
    post: post(posts),
    "post-any": post(anyCase),
    list: {work: list, check: () => JSON.parse(list()).Resources},
});
