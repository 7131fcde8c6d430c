// The dialogue with run.py: a line in, a line out. `check ROW` answers what the row yields, `time ROW N` the
// nanoseconds of N repetitions of the row's work.

import {readFileSync} from "node:fs";
import {createInterface} from "node:readline";

const folder = process.argv[2];

export const read = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8"));

// Matches as [how many, sum of their indexes].
export const summary = (users, matches) => {
    const found = users.flatMap((user, index) => (matches(user) ? [index] : []));
    return [found.length, found.reduce((sum, index) => sum + index, 0)];
};

// Where results go, so that no compiler drops the work.
let sink;

export async function serve(rows) {
    console.log(JSON.stringify(Object.keys(rows)));
    for await (const line of createInterface({input: process.stdin})) {
        const [command, name, count] = line.split(" ");
        const {work, check} = rows[name];
        if (command === "check") {
            let answer;
            try {
                answer = {result: await check()};
            } catch (error) {
                answer = {error: String(error.message ?? error)};
            }
            console.log(JSON.stringify(answer));
            continue;
        }
        const start = process.hrtime.bigint();
        for (let left = Number(count); left > 0; left--) {
            const result = work();
            sink = result instanceof Promise ? await result : result;
        }
        console.log(String(process.hrtime.bigint() - start));
    }
    return sink;
}
