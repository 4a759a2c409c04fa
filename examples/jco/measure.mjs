// Prints records a second of processor time, for the example stream in batches, of the component and of the npm
// package. It alternates between them, and gives the best round of each.
import { readFileSync } from "node:fs";

import { Transformer } from "../../dist/npm/node.mjs";
import { transform } from "./siem/senhasegura-siem.js";

const ROUNDS = 30;

const records = readFileSync(new URL("../data/day.ndjson", import.meta.url), "utf8").trimEnd().split("\n");
const component = transform.Transformer.create("{}");
const npm = new Transformer({});

/** Cuts the stream into batches of so many records. */
function batches(size) {
    const texts = [];
    for (let start = 0; start < records.length; start += size) texts.push(Buffer.from(`${records.slice(start, start + size).join("\n")}\n`));
    return texts;
}

/** Returns the processor time that it takes, in microseconds, and the lines. */
function time(use, batches) {
    const began = process.cpuUsage();
    const lines = batches.map(use);
    const { user, system } = process.cpuUsage(began);
    return { took: user + system, lines: Buffer.concat(lines).toString() };
}

console.log("| batches of | component | npm package |\n|---|---:|---:|");
for (const size of [1, 16, 128]) {
    const all = Array(10).fill(batches(size)).flat();
    const best = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round += 1) {
        const outcomes = [
            time((batch) => component.transform(batch, undefined).lines, all),
            time((batch) => npm.transform(batch).lines, all),
        ];
        if (outcomes[0].lines !== outcomes[1].lines) throw new Error("expected the same lines, found others");
        outcomes.forEach(({ took }, place) => { best[place] = Math.min(best[place], took); });
    }
    const figures = best.map((took) => Math.round((10 * records.length * 1e6) / took).toLocaleString("en"));
    console.log(`| ${size} | ${figures.join(" | ")} |`);
}
