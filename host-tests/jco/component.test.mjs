// The component as jco makes it a module. CASES is a folder with cases.json: inputs, and what the native transform makes of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { transform } from "./siem/senhasegura-siem.js";

const folder = process.env.CASES;
const read = (name) => readFileSync(`${folder}/${name}`);
const record = Buffer.from('{"event_id": 17, "suser": "stlee"}');
const line = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|suser=stlee";

function report({ rejections, changes }) {
    const lines = rejections.map(
        ({ index, start, end, reason, message }) => `record ${index}, bytes ${start}..${end}: ${reason}: ${message}\n`,
    );
    for (const [change, count] of Object.entries(changes)) {
        if (count > 0n) lines.push(`${change}: ${count}\n`);
    }
    return lines.join("");
}

test("writes every golden and the example stream as the native transform does", () => {
    const cases = JSON.parse(read("cases.json"));
    assert.ok(cases.length > 300);
    for (const { name, format, config, input, lines, report: expected } of cases) {
        const transformer = transform.Transformer.create(config);
        const output = transformer.transform(read(input), undefined);
        assert.deepEqual(Buffer.from(output.lines), read(lines), `${name}, ${format}`);
        assert.equal(report(output), expected, `${name}, ${format}`);
        transformer[Symbol.dispose]();
    }
});

test("answers each record, and explains one", () => {
    const transformer = transform.Transformer.create('{"format": "cef"}');
    const [written, rejected] = transformer.transformEach([record, Buffer.from("x")], undefined);
    assert.deepEqual([written.tag, Buffer.from(written.val.bytes).toString()], ["ok", line]);
    assert.deepEqual([rejected.tag, rejected.val.reason, rejected.val.index], ["err", "malformed", 1n]);
    const timed = transformer.transform(record, 1772626500000n);
    assert.ok(Buffer.from(timed.lines).includes("|rt=1772626500000 "));
    const explanation = transformer.explain(record, undefined);
    assert.deepEqual([explanation.line, explanation.kind, explanation.kindFrom], [line, "Session Ended", 0]);
    assert.throws(() => transformer.explain(Buffer.from("x"), undefined), ({ payload }) => payload.reason === "malformed");
    assert.ok(transform.kinds().length > 100);
});

test("refuses a configuration with a payload", () => {
    assert.throws(() => transform.Transformer.create('{"max_depth": 1000}'), ({ payload }) => {
        assert.deepEqual(payload, { pointer: "/max_depth", message: "expected an integer from 2 to 128, found 1000" });
        return true;
    });
});
