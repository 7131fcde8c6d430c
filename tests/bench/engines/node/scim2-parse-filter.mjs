import {filter, parse} from "scim2-parse-filter";
import {read, serve, summary} from "./harness.mjs";

const users = read("users");
const [simple, complex, match] = ["simple", "complex", "match"].map(read);

const parses = (filters) => ({work: () => filters.map(parse), check: () => filters.map(parse).length});
const matches = (text) => {
    const test = filter(parse(text));
    return {work: () => users.filter(test).length, check: () => summary(users, test)};
};

await serve({
    "parse-simple": parses(simple),
    "parse-complex": parses(complex),
    "match-simple": matches(match.simple),
    "match-complex": matches(match.complex),
    "match-schema": matches(match.schema),
});
