// The package as it is installed. CASES is a folder with cases.json: inputs, and what the native transform makes of them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

import init, { Transformer, kinds } from "senhasegura-siem";

const folder = process.env.CASES;
const read = (name) => readFileSync(`${folder}/${name}`);
const cases = JSON.parse(read("cases.json"));
const record = '{"event_id": 17, "suser": "stlee"}';
const line = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|suser=stlee";

function report({ rejections, changes }) {
    const lines = rejections.map(
        ({ index, start, end, reason, message }) => `record ${index}, bytes ${start}..${end}: ${reason}: ${message}\n`,
    );
    for (const [change, count] of Object.entries(changes)) {
        if (count > 0) lines.push(`${change}: ${count}\n`);
    }
    return lines.join("");
}

test("writes every golden and the example stream as the native transform does", () => {
    assert.ok(cases.length > 300);
    for (const { name, format, config, input, lines, report: expected } of cases) {
        const transformer = new Transformer(JSON.parse(config));
        const batch = new Uint8Array(read(input));
        const output = transformer.transform(batch);
        assert.deepEqual(Buffer.from(output.lines), read(lines), `${name}, ${format}`);
        assert.equal(report(output), expected, `${name}, ${format}`);

        // Each record stands where it is said to.
        const records = transformer.split(batch);
        const each = records.map(({ start, end }) => transformer.transform(batch.slice(start, end)));
        assert.deepEqual(Buffer.concat(each.map(({ lines }) => lines)), Buffer.from(output.lines), `${name}, ${format}`);
        assert.equal(each.reduce((count, { rejections }) => count + rejections.length, 0), output.rejections.length);
        for (const { start, end } of output.rejections) assert.ok(records.some((range) => range.start <= start && end <= range.end));

        // The same as a string, if it is one.
        const text = Buffer.from(batch).toString();
        if (Buffer.from(text).equals(batch) && !text.startsWith("\uFEFF")) {
            const again = transformer.transform(text);
            assert.equal(again.lines, read(lines).toString());
            assert.deepEqual(again.changes, output.changes);
            assert.deepEqual(transformer.split(text), inUnits(records, text));
            again.rejections.forEach(({ start, end }, place) => {
                const { start: from, end: to } = output.rejections[place];
                assert.equal(text.slice(start, end), Buffer.from(batch.slice(from, to)).toString());
            });
        }
        transformer.free();
    }
});

test("answers each record", () => {
    using_(new Transformer(), (transformer) => {
        const outcomes = transformer.transformEach([record, "", "é\u{1F600}{", record + record, Buffer.from(record)]);
        assert.equal(outcomes[0].line, line);
        assert.deepEqual(
            outcomes.slice(1, 4).map(({ rejection }) => [rejection.index, rejection.start, rejection.end, rejection.reason]),
            [[1, 0, 0, "not-one"], [2, 0, 4, "malformed"], [3, 0, 2 * record.length, "not-one"]],
        );
        assert.equal(Buffer.from(outcomes[4].line).toString(), line);
        assert.ok(outcomes.every((outcome) => ("line" in outcome) !== ("rejection" in outcome)));
    });
});

test("gives the changes of each record", () => {
    using_(new Transformer(), (transformer) => {
        const [renamed, unchanged] = transformer.transformEach(['{"event_id":17,"dposrt":22}', record]);
        assert.deepEqual(renamed.changes, { renamed: 1, replaced: 0, truncated: 0, dropped: 0, repeated: 0, unreadable: 0, redacted: 0 });
        assert.ok(Object.values(unchanged.changes).every((count) => count === 0));
    });
});

test("explains every record as the native transform does", () => {
    let count = 0;
    for (const { config, records } of String(read("explained.ndjson")).trimEnd().split("\n").map(JSON.parse)) {
        using_(new Transformer(JSON.parse(config)), (transformer) => {
            for (const [base64, native, rejection] of records) {
                const bytes = Buffer.from(base64, "base64");
                for (const given of [bytes.toString(), bytes]) {
                    explainsAs(transformer.explain(given, 0), given, native, rejection);
                }
            }
        });
        count += records.length;
    }
    assert.ok(count > 2000);
});

/** Checks the outcome for a record, given as a string or bytes, by the native explanation or rejection. */
function explainsAs(outcome, given, native, rejection) {
    if (rejection) {
        assert.equal(outcome.rejection.message, rejection.message);
        assert.equal(outcome.rejection.reason, rejection.reason);
        const { start, end } = outcome.rejection;
        assert.deepEqual(Buffer.from(given.slice(start, end)), Buffer.from(given).subarray(rejection.start, rejection.end));
        return;
    }
    const { isWrapped, kindFrom, parts, fields, ...rest } = outcome.explanation;
    const { is_wrapped, kind_from, parts: nativeParts, fields: nativeFields, ...nativeRest } = native;
    assert.deepEqual([rest, isWrapped, kindFrom], [nativeRest, is_wrapped, kind_from]);
    assert.deepEqual(parts, inUnits(nativeParts, native.line));
    assert.deepEqual(fields, inUnits(nativeFields, native.record));
}

/** Items with their offsets in bytes of a text in code units of it. */
function inUnits(items, text) {
    const bytes = Buffer.from(text);
    const units = (offset) => bytes.subarray(0, offset).toString().length;
    return items.map((item) => ({ ...item, start: units(item.start), end: units(item.end) }));
}

test("explains by offsets that slice", () => {
    using_(new Transformer(), (transformer) => {
        const { explanation } = transformer.explain('{"event_id": 17, "foo": "\u{1F600}é", "dposrt": 22}');
        const { line, record, kind, kindFrom, parts, fields } = explanation;
        assert.deepEqual([kind, kindFrom, explanation.isWrapped], ["Session Ended", 0, false]);
        const { start, end, fate, parts: [part], notes: [note] } = fields[2];
        assert.deepEqual([record.slice(start, end), fate], ['"dposrt": 22', "written"]);
        assert.equal(line.slice(parts[part].start, parts[part].end), "dpt=22");
        assert.deepEqual(parts[part].source, { field: 2 });
        assert.deepEqual(note, { change: "renamed", why: "misspelt", message: "renamed: this is senhasegura's misspelling of `dpt`" });
        assert.equal(parts.map(({ start, end }) => line.slice(start, end)).join(""), line);
        assert.equal(transformer.transformEach([record])[0].line, line);

        // What is not UTF-8 is one code unit of the text.
        const bytes = Buffer.concat([Buffer.from('{"id":17,"foo":"'), Buffer.of(0xe2, 0x82), Buffer.from('","act":"x"}')]);
        const other = transformer.explain(bytes).explanation;
        assert.equal(other.record.slice(other.fields[2].start, other.fields[2].end), '"act":"x"');

        const { rejection } = transformer.explain(`{"é":1}${record}`);
        assert.deepEqual([rejection.index, rejection.start, rejection.end, rejection.reason], [0, 0, 7 + record.length, "not-one"]);
        assert.throws(() => transformer.explain({}), { name: "TypeError", message: "expected a string or a Uint8Array, found object" });
        assert.throws(() => transformer.explain(record, -1), RangeError);
        transformer.free();
        assert.throws(() => transformer.explain(record), { message: "expected a transformer, found one that was freed" });
    });
});

test("takes the time of reception", () => {
    using_(new Transformer({ format: "rfc5424" }), (transformer) => {
        assert.match(transformer.transform(record, 0).lines, /^<13>1 1970-01-01T00:00:00.000Z /);
        assert.match(transformer.transform(record, Date.UTC(2026, 2, 4)).lines, /2026-03-04T00:00:00.000Z /);
        assert.match(transformer.transform(record, null).lines, /^<13>1 - /);
        assert.match(transformer.transform(record, Number.MAX_SAFE_INTEGER).lines, /^<13>1 - /);
        for (const wrong of [-1, NaN, Infinity]) {
            assert.throws(() => transformer.transform(record, wrong), RangeError);
        }
        for (const [wrong, found] of [["now", "string"], [0n, "bigint"], [new Date(0), "an object of class Date"]]) {
            assert.throws(() => transformer.transform(record, wrong), { name: "TypeError", message: `expected milliseconds since 1970, found ${found}` });
        }
    });
});

test("refuses a configuration with an Error that has pointer and reason", () => {
    for (const [config, pointer, reason] of [
        [{ max_depth: 1000 }, "/max_depth", "expected an integer from 2 to 128, found 1000"],
        [{ "a/b": 1 }, "/a~1b", /^expected an option \(`format`.*\), found "a\/b"$/],
        [{ toJSON: () => [] }, "", "expected a JSON object, found an array"],
        [{ toJSON: () => undefined }, "", "expected a JSON object, found null"],
    ]) {
        let error;
        try {
            new Transformer(config);
        } catch (caught) {
            error = caught;
        }
        assert.ok(error instanceof Error);
        assert.equal(error.name, "ConfigError");
        assert.equal(error.pointer, pointer);
        assert.match(error.reason, reason instanceof RegExp ? reason : new RegExp(`^${reason.replace(/[{}]/g, "\\$&")}$`));
        assert.equal(error.message, `configuration${pointer && `, ${pointer}`}: ${error.reason}`);
    }
    const circular = {};
    circular.format = circular;
    assert.throws(() => new Transformer(circular), TypeError);
    const foreign = vm.runInNewContext("({})");
    for (const config of [undefined, null, {}, { format: undefined }, Object.create(null), foreign]) new Transformer(config).free();
    // JSON has nothing of what they hold.
    class Config { #format = "cef"; }
    const others = [new Map([["format", "cef"]]), new Config(), Object.create({ format: "cef" }), new Date(), Promise.resolve({})];
    for (const config of [...others, [], "{}", 17, true, () => {}, Symbol("format"), new Proxy([], {})]) {
        assert.throws(() => new Transformer(config), { name: "TypeError", message: /^expected a plain object of options, found / });
    }
    const found = [new Date(), "an object of class Date"], none = [Object.create({}), "an object of a class without a name"];
    for (const [config, kind] of [found, none, [[], "an array"], [17n, "bigint"], [new Config(), "an object of class Config"]]) {
        assert.throws(() => new Transformer(config), { message: `expected a plain object of options, found ${kind}` });
    }
    for (const facility of [1n, NaN, Symbol("x"), () => {}]) {
        const message = `expected a value that JSON can express, found ${typeof facility === "number" ? "NaN" : typeof facility} in facility`;
        assert.throws(() => new Transformer({ facility }), { name: "TypeError", message });
    }
});

test("takes bytes of any view and realm, and nothing else", () => {
    using_(new Transformer(), (transformer) => {
        const bytes = Buffer.from(`__${record}__`);
        const view = new DataView(bytes.buffer, bytes.byteOffset + 2, record.length);
        const foreign = vm.runInNewContext("Uint8Array.from(bytes)", { bytes: [...Buffer.from(record)] });
        const shared = new Uint8Array(new SharedArrayBuffer(record.length));
        shared.set(Buffer.from(record));
        for (const batch of [view, foreign, shared, bytes.subarray(2, -2)]) {
            assert.equal(Buffer.from(transformer.transform(batch).lines).toString(), `${line}\n`);
        }
        for (const [wrong, found] of [[undefined, "undefined"], [null, "null"], [17, "number"], [17n, "bigint"], [{}, "object"], [[], "an array"], [new Date(), "an object of class Date"]]) {
            const message = `expected a string or a Uint8Array, found ${found}`;
            assert.throws(() => transformer.transform(wrong), { name: "TypeError", message });
        }
        assert.throws(() => transformer.transformEach(record), { name: "TypeError", message: "expected an array, found string" });
        assert.throws(() => transformer.transform("x".repeat((4 << 20) + 1)), RangeError);
        assert.throws(() => transformer.transform(new Uint8Array((4 << 20) + 1)), RangeError);
        assert.throws(() => transformer.transformEach(Array(5).fill("x".repeat(1 << 20))), RangeError);
        const endless = new Proxy([], { get: (_, name) => (name === "length" ? 2 ** 32 - 1 : record) });
        assert.throws(() => transformer.transformEach(endless), RangeError);

        // What a view says of itself does not count, and bytes that are gone are none.
        const lying = Object.defineProperties(new Uint8Array(Buffer.from(record)), {
            buffer: { value: [1, 2, 3] }, byteOffset: { value: 8 }, byteLength: { get() { throw new Error("thrown"); } },
        });
        assert.equal(Buffer.from(transformer.transform(lying).lines).toString(), `${line}\n`);
        const shrunk = new ArrayBuffer(8, { maxByteLength: 8 });
        const views = [new Uint8Array(shrunk, 4, 4), new Uint8Array(shrunk, 4), new DataView(shrunk, 4, 4)];
        shrunk.resize(2);
        for (const view of views) assert.throws(() => transformer.transform(view), TypeError);

        // Whatever arguments throw while they are read, the transformer stays as it was.
        const thrower = new Proxy([record], { get() { throw new Error("thrown"); } });
        const getter = [record, record];
        Object.defineProperty(getter, 1, { get() { transformer.transform(record); throw new Error("thrown"); } });
        const detached = new Uint8Array(8);
        structuredClone(detached.buffer, { transfer: [detached.buffer] });
        const revoked = Proxy.revocable([], {});
        revoked.revoke();
        for (let round = 0; round < 3; round += 1) {
            assert.throws(() => transformer.transformEach(thrower), { message: "thrown" });
            assert.throws(() => transformer.transformEach(revoked.proxy), TypeError);
            assert.throws(() => transformer.transformEach(getter), { message: "thrown" });
            assert.throws(() => transformer.transform(detached), TypeError);
            assert.equal(transformer.transform(record).lines, `${line}\n`);
        }
    });
});

test("answers garbage and a batch of nothing but rejections", () => {
    using_(new Transformer(), (transformer) => {
        for (const rejected of ["{}", "1\n"]) {
            const { rejections, lines } = transformer.transform(rejected.repeat(1 << 21));
            assert.equal(rejections.length, 1 << 21);
            const { index, start } = rejections.at(-1);
            assert.deepEqual([index, start, lines], [(1 << 21) - 1, (1 << 22) - 2, ""]);
        }
        let seed = 17;
        for (let round = 0; round < 50_000; round += 1) {
            const garbage = Uint8Array.from({ length: round % 64 }, () => {
                seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
                return (seed >>> 16) & (round % 2 ? 0xff : 0x7f);
            });
            transformer.transform(garbage);
            transformer.transform(String.fromCharCode(...garbage, 0xd800));
        }
    });
});

test("works again after the stack has had no room for it", () => {
    using_(new Transformer({ device_vendor: "Acme" }), (transformer) => {
        let failed = 0;
        const descend = (use, ...frame) => {
            try {
                use();
            } catch {
                failed += 1;
            }
            descend(use, ...frame);
        };
        const uses = [
            () => transformer.transform(record), () => transformer.transformEach([record]), () => new Transformer().free(), kinds,
            () => transformer.explain(record), () => transformer.split(record),
        ];
        for (let round = 0; round < 12; round += 1) {
            // Frames of another size meet the limit in another place.
            assert.throws(() => descend(uses[round % 6], ...Array(round).keys()), RangeError);
            assert.equal(transformer.transform(record).lines, `${line.replace("MT4", "Acme")}\n`);
        }
        assert.ok(failed > 8);
    });
});

test("is what it is whatever becomes of the prototypes", () => {
    const script = `
        import { Transformer, kinds } from "senhasegura-siem";
        const transformer = new Transformer();
        const names = ["explanation", "rejection", "kind", "parts", "name", "lines", "line", "written", "rejections", "changes", "index", "start", "reason", "message", "pointer", "stack", "value"];
        const define = Object.defineProperty;
        const taken = { __proto__: null, set() { throw new Error("taken"); }, configurable: true };
        for (const name of [...names, "get"]) define(Object.prototype, name, taken);
        const { iterator } = Symbol;
        const iterate = Array.prototype[iterator];
        for (const name of [0, "push", iterator]) define(Array.prototype, name, taken);
        Object.freeze(Error.prototype);
        const { lines, rejections, changes } = transformer.transform(${JSON.stringify(record)} + "{}");
        const outcomes = transformer.transformEach([${JSON.stringify(record)}, ""]);
        const { explanation } = transformer.explain(${JSON.stringify(record)});
        const { rejection } = transformer.explain("");
        const all = kinds();
        let error;
        try {
            new Transformer({ __proto__: null, format: "leef" });
        } catch (caught) {
            error = caught;
        }
        define(Array.prototype, iterator, { __proto__: null, value: iterate });
        for (const name of [0, "push"]) delete Array.prototype[name];
        for (let place = 0; place < names.length; place += 1) delete Object.prototype[names[place]];
        delete Object.prototype.get;
        console.log(JSON.stringify({
            lines, rejected: rejections[0].reason, renamed: changes.renamed, line: outcomes[0].line,
            explained: explanation.parts[0].name, kind: explanation.kind, first: all[0].name, none: rejection.reason,
            reason: outcomes[1].rejection.reason, name: error.name, pointer: error.pointer, is: error instanceof Error,
        }));
    `;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
    assert.deepEqual(JSON.parse(printed), {
        lines: `${line}\n`, rejected: "not-an-event", renamed: 0, line, explained: "", kind: "Session Ended", first: "Backup",
        none: "not-one", reason: "not-one", name: "ConfigError", pointer: "/format", is: true,
    });
});

test("is what it was when it was loaded, whatever becomes of what it uses", () => {
    const script = `
        import { Transformer } from "senhasegura-siem";
        const lengths = Object.getPrototypeOf(Uint8Array.prototype);
        const kept = Object.getOwnPropertyDescriptor(lengths, "length");
        const { Number, TypeError } = globalThis;
        const taken = { get: () => 1, configurable: true };
        for (const prototype of [lengths, Uint8Array.prototype]) Object.defineProperty(prototype, "length", taken);
        Object.defineProperty(WebAssembly.Memory.prototype, "buffer", taken);
        FinalizationRegistry.prototype.register = undefined;
        globalThis.Number = globalThis.TypeError = undefined;
        const transformer = new Transformer();
        const { lines } = transformer.transform(${JSON.stringify(record)});
        const [{ line }] = transformer.transformEach([${JSON.stringify(record)}]);
        // Printing takes them as they are.
        Object.defineProperty(lengths, "length", kept);
        delete Uint8Array.prototype.length;
        Object.assign(globalThis, { Number, TypeError });
        console.log(JSON.stringify([lines, line]));
    `;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
    assert.deepEqual(JSON.parse(printed), [`${line}\n`, line]);
});

test("refuses options that JSON cannot say, and too many", () => {
    for (const wrong of [() => "cef", Symbol("cef"), Infinity, NaN]) {
        assert.throws(() => new Transformer({ format: wrong }), TypeError);
    }
    assert.throws(() => new Transformer({ device_vendor: "x".repeat(1 << 20) }), { name: "ConfigError", pointer: "" });
});

test("gives its memory back", () => {
    const transformer = new Transformer();
    const copied = Object.assign(Object.create(Transformer.prototype), transformer);
    assert.throws(() => copied.free(), TypeError);
    const getter = [record, record];
    Object.defineProperty(getter, 1, { get() { transformer.free(); return record; } });
    assert.equal(transformer.transform(record).lines, `${line}\n`);
    assert.throws(() => transformer.transformEach(getter), { message: "expected a transformer, found one that was freed" });
    transformer[Symbol.dispose]();
    transformer.free();
    transformer[Symbol.dispose]();
    const other = new Transformer();
    for (let round = 0; round < 2000; round += 1) {
        assert.throws(() => transformer.transform(record), Error);
    }
    assert.equal(other.transform(record).lines, `${line}\n`);
    for (let round = 0; round < 20_000; round += 1) {
        const another = new Transformer({ format: "sensage", line_key: "x".repeat(100) });
        another.transform(record);
        another.free();
    }
});

test("lists the kinds", () => {
    const all = kinds();
    assert.ok(all.length > 100);
    const { name, nameFour, namePt, ids, keys } = all.find(({ name }) => name === "Lost Connectivity");
    assert.deepEqual([nameFour, namePt, ids], ["Connectivity Loss", "Perda de conectividade", [{ id: "8", severity: 6, name: "Lost of connectivity" }]]);
    assert.deepEqual(keys, ["msg", "suid", "sname", "suser", "spid", "dst", "dhost", "dpt"]);
    assert.equal(name, "Lost Connectivity");
});

test("is one for import and require, and has nothing to wait for", async () => {
    await init();
    const required = createRequire(import.meta.url)("senhasegura-siem");
    assert.equal(required.Transformer, Transformer);
    assert.deepEqual(Object.keys(required).sort(), ["Transformer", "TransformerStream", "createTransform", "kinds"]);
});

test("has an entry for browsers, which fetches the module or is given it", async (context) => {
    const entry = new URL("web.js", import.meta.resolve("senhasegura-siem"));
    const path = fileURLToPath(import.meta.resolve("senhasegura-siem/senhasegura-siem.wasm"));
    const web = await import(entry);
    let type = "application/wasm";
    const { mock } = context.mock.method(globalThis, "fetch", async (url) => {
        assert.equal(fileURLToPath(url), path);
        return new Response(readFileSync(path), { headers: { "Content-Type": type } });
    });
    const streamed = context.mock.method(WebAssembly, "compileStreaming").mock;
    // Once, however often it is called, and while it arrives.
    const modules = await Promise.all([web.default(), web.default()]);
    modules.push(await web.default());
    assert.ok(modules[0] instanceof WebAssembly.Module && new Set(modules).size === 1);
    assert.deepEqual([mock.callCount(), streamed.callCount()], [1, 1]);
    // Or then, if the server does not say what it is; and after a failure.
    type = "text/plain";
    const plain = await import(`${entry}?plain`);
    await assert.rejects(plain.default(new Response(null, { status: 404 })), /found HTTP status 404/);
    assert.ok(await plain.default() instanceof WebAssembly.Module);
    assert.deepEqual([mock.callCount(), streamed.callCount()], [2, 1]);
    const given = await import(`${entry}?given`);
    given.initSync({ module: readFileSync(path) });
    for (const { Transformer } of [web, plain, given]) {
        using_(new Transformer(), (transformer) => assert.equal(transformer.transform(record).lines, `${line}\n`));
    }
});

test("has a README that is true", () => {
    const readme = readFileSync(new URL("README.md", import.meta.resolve("senhasegura-siem")), "utf8");
    const blocks = [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, text]) => ({ language, text }));
    const printed = blocks.filter(({ language }) => language === "text").map(({ text }) => text);
    // The last one reads its standard input.
    const input = '{"event_id": 17, "rt": 1772626500000}\nno record\n';
    const expected = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=1772626500000\n";
    const options = { encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"] };
    const run = ({ text }) => execFileSync(process.execPath, ["--input-type=module", "--eval", text], options);
    assert.deepEqual(blocks.filter(({ language }) => language === "js").map(run), [...printed, expected]);
});

/** What `using` does, in syntax that Node 20 reads. */
function using_(resource, use) {
    try {
        use(resource);
    } finally {
        resource[Symbol.dispose]();
    }
}
