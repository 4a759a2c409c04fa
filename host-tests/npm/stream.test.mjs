// The streams of the package as it is installed. CASES is a folder, as for package.test.mjs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import vm from "node:vm";

import * as entry from "senhasegura-siem";

const { Transformer, TransformerStream, createTransform } = entry;

const folder = process.env.CASES;
const read = (name) => readFileSync(`${folder}/${name}`);
const cases = JSON.parse(read("cases.json"));
const record = '{"event_id": 17, "suser": "stlee"}';
const line = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|suser=stlee\n";
const day = read(cases.at(-1).input);
const SLICE = 1 << 16;

/** Lets everything happen that waits for nothing from outside. */
async function settle() {
    for (let round = 0; round < 50; round += 1) await setImmediate();
}

/** What comes out of a stream of chunks by each kind of stream, as bytes. */
const ways = {
    async web(config, chunks, options) {
        const stream = new TransformerStream(config, options);
        const parts = [];
        for await (const part of ReadableStream.from(chunks).pipeThrough(stream)) parts.push(part);
        return { lines: Buffer.concat(parts), progress: stream.progress };
    },
    async node(config, chunks, options) {
        const stream = createTransform(config, options);
        const parts = [];
        await pipeline(Readable.from(chunks), stream, async (readable) => {
            for await (const part of readable) parts.push(part);
        });
        return { lines: Buffer.concat(parts), progress: stream.progress };
    },
};

/** The same, with the rejected records, each in one piece. */
async function convert(way, config, chunks) {
    const records = [];
    const options = {
        rejected({ index, start, end, reason, message, record, isContinuation }) {
            assert.equal(record.length, end - start);
            if (!isContinuation) {
                records.push({ index, start, end, reason, message, record: Buffer.from(record) });
                return;
            }
            const last = records.at(-1);
            assert.deepEqual([index, start, reason], [last.index, last.end, last.reason]);
            Object.assign(last, { end, record: Buffer.concat([last.record, record]) });
        },
    };
    const output = await ways[way](config, chunks, options);
    assert.equal(output.progress.rejected, records.length);
    return { ...output, records };
}

function* cut(bytes, ...lengths) {
    for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
        const end = start + lengths[turn % lengths.length];
        yield bytes.slice(start, end);
        start = end;
    }
}

for (const way of ["web", "node"]) {
    test(`${way}: gives what the whole gives, wherever it is cut`, async () => {
        for (const { name, format, config, input, lines } of cases) {
            const bytes = read(input);
            const whole = new Transformer(JSON.parse(config)).transform(bytes);
            assert.deepEqual(Buffer.from(whole.lines), read(lines));
            const pieces = bytes.length > 20_000 ? [[1000, 1, 0, 7]] : [[1], [0, 7, 1, 400]];
            for (const lengths of pieces) {
                const { lines, progress, records } = await convert(way, JSON.parse(config), cut(bytes, ...lengths));
                assert.deepEqual(lines, Buffer.from(whole.lines), `${name}, ${format}, ${lengths}`);
                const rejected = whole.rejections.map((rejection) => ({ ...rejection, record: bytes.subarray(rejection.start, rejection.end) }));
                assert.deepEqual(records, rejected, `${name}, ${format}, ${lengths}`);
                assert.deepEqual(progress, {
                    offset: bytes.length, written: whole.written, rejected: rejected.length, changes: whole.changes,
                });
            }
        }
    });

    test(`${way}: takes strings that are cut within a character`, async () => {
        const text = `{"event_id": 17, "msg": "é€\u{1F600}\u{1F601}"}\n\u{1F600}${record}\n`;
        const whole = new Transformer().transform(text);
        for (const length of [1, 2, 3, 5, 1000]) {
            const { lines, records } = await convert(way, {}, cut(text, length));
            assert.equal(lines.toString(), whole.lines);
            assert.equal(records[0].record.toString(), `\u{1F600}${record}`);
        }
        // Half a character is none.
        const [half, other] = ["\ud83d", "\ude00"];
        for (const chunks of [[half], [half, Buffer.from("x")], [half, "x"], [other, "x"], [half, half, other, "x"], [other, half]]) {
            const { records } = await convert(way, {}, chunks);
            const text = chunks.every((chunk) => typeof chunk === "string") ? chunks.join("") : `${half}x`;
            assert.deepEqual(records[0].record, Buffer.from(text.toWellFormed?.() ?? new TextDecoder().decode(new TextEncoder().encode(text))));
        }
        // Characters of three bytes, more of them than are converted at once, from an odd offset on.
        for (const text of [`{"id":17,"msg":"${"€".repeat(3 * SLICE)}"}`, `{"id":17,"msg":"x${"\u{1F600}".repeat(2 * SLICE)}"}`]) {
            const { lines, progress } = await convert(way, { max_bytes: 1 << 20 }, [text]);
            assert.deepEqual([lines.toString(), progress.offset], [new Transformer({ max_bytes: 1 << 20 }).transform(text).lines, Buffer.byteLength(text)]);
        }
    });

    test(`${way}: takes chunks of 64 MiB, and waits for its reader`, async () => {
        const times = Math.ceil((64 << 20) / day.length);
        const chunk = Buffer.concat(Array(times).fill(day));
        const { lines, written } = new Transformer().transform(day);
        for (const given of [chunk, chunk.toString()]) {
            let rejected = 0;
            const options = { rejected() { rejected += 1; } };
            const { readable, stream } = open(way, {}, options, given);
            await settle();
            // What is ready before anyone reads: in Node, its high-water mark, and one slice above it.
            const atFirst = stream.progress.offset;
            assert.ok(atFirst <= (way === "web" ? 0 : 2 * SLICE), `${atFirst}`);
            let seen = 0;
            let place = 0;
            for await (const part of readable) {
                const bytes = Buffer.from(part);
                for (let start = 0; start < bytes.length; ) {
                    const length = Math.min(bytes.length - start, lines.length - place);
                    assert.ok(bytes.subarray(start, start + length).equals(lines.subarray(place, place + length)));
                    place = (place + length) % lines.length;
                    start += length;
                }
                seen += bytes.length;
                if (seen % 64 === 0) await settle();
                // Lines are about as long as their records.
                assert.ok(stream.progress.offset * 0.6 < seen + 4 * SLICE, `${stream.progress.offset} after ${seen}`);
            }
            assert.deepEqual([seen, stream.progress.written, rejected], [times * lines.length, times * written, times * 3]);
            assert.equal(stream.progress.offset, chunk.length);
        }
    });

    test(`${way}: waits for whoever takes rejected records`, async () => {
        const bytes = Buffer.from(`x\ny\n${record}\nz\n`);
        const seen = [];
        let goOn;
        const options = { rejected: ({ record }) => new Promise((resolve) => { seen.push(Buffer.from(record).toString()); goOn = resolve; }) };
        const { stream, readable } = open(way, {}, options, bytes);
        const all = collect(readable);
        for (const names of ["x", "xy", "xyz"]) {
            await settle();
            assert.deepEqual([seen.join(""), stream.progress.written, stream.progress.offset], [names, 0, 0]);
            goOn();
        }
        assert.equal(await all, line);
        assert.deepEqual([stream.progress.rejected, stream.progress.offset], [3, bytes.length]);
    });

    test(`${way}: fails with what it is given to fail with`, async () => {
        const wrong = new Error("wrong");
        for (const rejected of [() => { throw wrong; }, async () => { await settle(); throw wrong; }]) {
            await assert.rejects(ways[way]({}, [`${record}\nx\n`, record], { rejected }), wrong);
        }
        async function* failing() {
            yield record;
            throw wrong;
        }
        await assert.rejects(convert(way, {}, failing()), wrong);
        for (const [received, name] of [[() => -1, "RangeError"], [() => "now", "TypeError"], [() => { throw wrong; }, "Error"]]) {
            await assert.rejects(ways[way]({}, [record], { rejected() {}, received }), { name });
        }
    });

    test(`${way}: takes the time of reception, once a chunk`, async () => {
        let millis = 0;
        const options = { rejected() {}, received: () => (millis += 1000) };
        const { lines } = await ways[way]({ format: "rfc5424" }, [`${record}\n${record}\n`, `${record}\n`], options);
        assert.deepEqual(lines.toString().match(/00:00:.../g), ["00:00:01.", "00:00:01.", "00:00:02."]);
        for (const received of [null, undefined, () => null, () => undefined]) {
            assert.match((await ways[way]({ format: "rfc5424" }, [record], { rejected() {}, received })).lines.toString(), /^<13>1 - /);
        }
    });

    test(`${way}: converts nothing on the stack of who writes`, async () => {
        // It may be full, and the module would trap.
        const { stream, readable, write } = open(way, {}, { rejected() {} });
        const all = collect(readable);
        await settle();
        const wrote = write(`${record}\n`);
        assert.equal(stream.progress.written, 0);
        await wrote;
        await settle();
        assert.equal(stream.progress.written, 1);
        end(stream);
        assert.equal(await all, line);
    });

    test(`${way}: goes on when another instance has trapped`, async () => {
        const { stream, readable, write } = open(way, {}, { rejected() {} });
        const all = collect(readable);
        await write(record.slice(0, 9));
        const transformer = new Transformer();
        const descend = (...frame) => {
            try {
                transformer.transform(record);
            } catch {
                // There is no room for it.
            }
            descend(...frame);
        };
        assert.throws(() => descend(), RangeError);
        await write(`${record.slice(9)}\n`);
        end(stream);
        assert.equal(await all, line);
        transformer.free();
    });

    test(`${way}: is freed at its end, however it ends`, async () => {
        const instances = [];
        const { Instance } = WebAssembly;
        WebAssembly.Instance = function (...given) {
            const instance = new Instance(...given);
            instances.push(new WeakRef(instance.exports));
            return instance;
        };
        const entry = await import(`${copy()}/node.mjs`);
        WebAssembly.Instance = Instance;
        instances.length = 0;
        const make = () => open(way, {}, { rejected() {} }, undefined, entry);
        const ends = way === "web"
            ? [({ readable }) => readable.cancel(), ({ stream }) => stream.writable.abort(), ({ stream, readable }) => Promise.all([collect(readable), stream.writable.close()])]
            : [({ stream }) => stream.destroy(), ({ stream }) => stream.on("error", () => {}).destroy(new Error()), ({ stream }) => Promise.all([collect(stream), stream.end()])];
        const kept = [];
        for (const isWritten of [false, true]) {
            for (const end of ends) {
                const opened = make();
                if (isWritten) opened.write(record).catch(() => {});
                await end(opened);
                kept.push(opened.stream);
            }
            // One that is forgotten.
            make();
        }
        await settle();
        collectGarbage();
        await settle();
        assert.deepEqual([instances.length, instances.filter((instance) => instance.deref()).length], [8, 0]);
        const { stream } = make();
        collectGarbage();
        await settle();
        assert.ok(instances.at(-1).deref());
        kept.push(stream);
    });

    test(`${way}: says where another stream goes on if there is no memory for it`, async () => {
        const pages = 100;
        const folder = copy();
        const module = `${folder}/senhasegura-siem.wasm`;
        writeFileSync(module, boundMemory(readFileSync(module), pages));
        const bounded = await import(`${folder}/node.mjs`);
        const config = { max_record_bytes: 1 << 26, max_bytes: 1 << 20 };
        const long = `{"event_id": 17, "msg": "${"x".repeat(pages * SLICE)}"}\n`;
        const bytes = Buffer.from(`x\n${record}\n${long}${record}\n`);
        const rejected = [];
        const options = { rejected: ({ record }) => { rejected.push(Buffer.from(record).toString()); } };
        const stream = way === "web" ? new bounded.TransformerStream(config, options) : bounded.createTransform(config, options);
        const parts = [];
        const fed = way === "web" ? ReadableStream.from(cut(bytes, 999)).pipeThrough(stream) : Readable.from(cut(bytes, 999)).on("error", () => {}).pipe(stream);
        const offset = 2 + record.length + 1;
        const reading = (async () => { for await (const part of fed) parts.push(part); })();
        await assert.rejects(reading, (error) => {
            assert.equal(error.message, `expected memory for the stream from byte ${offset} on, found too little`);
            assert.ok(error.cause instanceof WebAssembly.RuntimeError);
            return true;
        });
        assert.deepEqual([stream.progress.offset, Buffer.concat(parts).toString(), rejected], [offset, line, ["x"]]);
        // Neither transformers nor other streams are concerned, and with memory the rest is converted.
        assert.equal(new bounded.Transformer().transform(record).lines, line);
        const rest = await convert(way, config, [bytes.subarray(offset)]);
        assert.ok(/^CEF:.*\|msg=x{1000}.*\nCEF:.*stlee\n$/.test(rest.lines.toString()));
    });
}

/** A stream that is written `bytes`, if any are given, and ended. */
function open(way, config, options, bytes, { TransformerStream, createTransform } = entry) {
    if (way === "web") {
        const stream = new TransformerStream(config, options);
        const write = async (chunk) => {
            const writer = stream.writable.getWriter();
            const wrote = writer.write(chunk);
            writer.releaseLock();
            await wrote;
        };
        if (bytes) write(bytes).then(() => stream.writable.close());
        return { stream, readable: stream.readable, write };
    }
    const stream = createTransform(config, options);
    if (bytes) stream.end(bytes);
    const write = (chunk) => new Promise((resolve, reject) => { stream.write(chunk, (error) => (error ? reject(error) : resolve())); });
    return { stream, readable: stream, write };
}

function end(stream) {
    if (stream.writable.close) stream.writable.close();
    else stream.end();
}

async function collect(readable) {
    const parts = [];
    for await (const part of readable) parts.push(part);
    return Buffer.concat(parts).toString();
}

/** Copies the package, as another one, and returns the copy's folder. */
function copy() {
    const copied = mkdtempSync(`${folder}/copy-`);
    cpSync(new URL(".", import.meta.resolve("senhasegura-siem")), copied, { recursive: true });
    return copied;
}

function collectGarbage() {
    v8.setFlagsFromString("--expose-gc");
    vm.runInNewContext("gc")();
}

/** Gives the memory of a module a maximum. */
function boundMemory(module, pages) {
    const MEMORY = 5;
    for (let at = 8; at < module.length; ) {
        const id = module[at];
        const size = leb128(module, at + 1);
        const body = module.subarray(size.end, size.end + size.value);
        if (id === MEMORY) {
            assert.deepEqual([...body.subarray(0, 2)], [1, 0], "one memory without a maximum");
            const section = [1, 1, ...body.subarray(2), pages];
            assert.ok(pages < 128);
            return Buffer.concat([module.subarray(0, at), Buffer.of(MEMORY, section.length, ...section), module.subarray(size.end + size.value)]);
        }
        at = size.end + size.value;
    }
    throw new Error("expected a memory, found none");
}

function leb128(bytes, at) {
    let value = 0;
    for (let shift = 0; ; shift += 7, at += 1) {
        value += (bytes[at] & 0x7f) * 2 ** shift;
        if (bytes[at] < 0x80) return { value, end: at + 1 };
    }
}

test("web: keeps as much ready as its strategy says", async () => {
    const chunk = new Uint8Array(Buffer.concat(Array(10).fill(day)));
    for (const highWaterMark of [0, 1, 3]) {
        const stream = new TransformerStream({}, { rejected() {} }, undefined, { highWaterMark });
        const writer = stream.writable.getWriter();
        const wrote = writer.write(chunk);
        await settle();
        assert.deepEqual([stream.progress.offset > 0, writer.desiredSize], [highWaterMark > 0, 0]);
        assert.equal(Math.ceil(stream.progress.offset / SLICE), highWaterMark);
        const reader = stream.readable.getReader();
        await reader.read();
        await settle();
        assert.equal(Math.ceil(stream.progress.offset / SLICE), highWaterMark + 1);
        await Promise.all([reader.cancel("enough"), assert.rejects(wrote, (reason) => reason === "enough")]);
        await assert.rejects(writer.write(chunk), (reason) => reason === "enough");
    }
    const stream = new TransformerStream({}, { rejected() {} }, { highWaterMark: 7 });
    assert.equal(stream.writable.getWriter().desiredSize, 7);
});

test("node: keeps as much ready as its high-water mark says", async () => {
    const chunk = Buffer.concat(Array(20).fill(day));
    for (const readableHighWaterMark of [1, 3 * SLICE]) {
        const stream = createTransform({}, { rejected() {}, readableHighWaterMark, writableHighWaterMark: 5 });
        assert.deepEqual([stream.readableHighWaterMark, stream.writableHighWaterMark], [readableHighWaterMark, 5]);
        let drained = false;
        stream.on("drain", () => { drained = true; });
        assert.equal(stream.write(chunk), false);
        const slices = readableHighWaterMark > 1 ? 3 : 1;
        let most = 0;
        let length = 0;
        for (let part; length < chunk.length / 2; ) {
            await settle();
            assert.equal(drained, false);
            most = Math.max(most, stream.readableLength);
            part = stream.read();
            length += part.length;
            assert.ok(stream.readableLength <= readableHighWaterMark + 2 * SLICE);
        }
        assert.ok(most >= readableHighWaterMark && most < (slices + 2) * SLICE * 1.6, `${most}`);
        stream.resume();
        await settle();
        assert.ok(drained);
        stream.destroy();
    }
    // A high-water mark of the stream as a whole, and pieces of the smallest size.
    const stream = createTransform({}, { rejected() {}, highWaterMark: 10 });
    assert.deepEqual([stream.readableHighWaterMark, stream.writableHighWaterMark], [10, 10]);
    stream.destroy();
});

test("web: ends when its reader or its writer gives up, whatever it waits for", async () => {
    const wrong = new Error("wrong");
    const isWrong = (error) => error === wrong;
    // For a reader, then for whoever takes rejected records.
    for (const highWaterMark of [0, 1]) {
        for (const giveUp of [(stream) => stream.readable.cancel(wrong), (_, writer) => writer.abort(wrong)]) {
            let rejected = 0;
            const stream = new TransformerStream({}, { rejected: () => new Promise(() => { rejected += 1; }) }, undefined, { highWaterMark });
            const writer = stream.writable.getWriter();
            const wrote = assert.rejects(writer.write("x\n"), isWrong);
            await settle();
            assert.equal(rejected, highWaterMark);
            await Promise.all([giveUp(stream, writer), wrote, assert.rejects(writer.closed, isWrong)]);
            if (giveUp.length === 2) await assert.rejects(stream.readable.getReader().read(), isWrong);
        }
    }
    // Right after a read, while the rest of a chunk waits for the next one.
    for (const giveUp of [(reader) => reader.cancel(wrong), (_, writer) => writer.abort(wrong)]) {
        const stream = new TransformerStream({}, { rejected() {} });
        const [writer, reader] = [stream.writable.getWriter(), stream.readable.getReader()];
        const wrote = assert.rejects(writer.write(`${record}\n`.repeat(10_000)), isWrong);
        await reader.read();
        await Promise.all([giveUp(reader, writer), wrote, assert.rejects(writer.closed, isWrong)]);
    }
    const stream = new TransformerStream({}, { rejected() {} });
    const controller = new AbortController();
    const piped = assert.rejects(new ReadableStream().pipeTo(stream.writable, { signal: controller.signal }), isWrong);
    const reading = assert.rejects(stream.readable.getReader().read(), isWrong);
    await settle();
    controller.abort(wrong);
    await Promise.all([piped, reading]);
});

test("node: ends when it is destroyed, whatever it waits for", async () => {
    const wrong = new Error("wrong");
    for (const [readableHighWaterMark, expected] of [[1, 1], [SLICE, 3]]) {
        let rejected = 0;
        const options = { rejected: () => { rejected += 1; return expected === 3 && rejected === 3 ? new Promise(() => {}) : undefined; }, readableHighWaterMark };
        const stream = createTransform({}, options);
        const failed = new Promise((resolve) => { stream.on("error", resolve); });
        const wrote = new Promise((resolve) => { stream.write(Buffer.concat([Buffer.from(`x\n${record}\n`), Buffer.alloc(SLICE, "\n"), Buffer.from(`x\n${record}\nx\n`)]), resolve); });
        await settle();
        stream.destroy(wrong);
        assert.deepEqual([await failed, await wrote, rejected], [wrong, wrong, expected]);
    }
    const destroyed = createTransform({}, { rejected: () => new Promise(() => {}) });
    const wrote = new Promise((resolve) => { destroyed.write("x\n", resolve); });
    await settle();
    destroyed.destroy();
    assert.equal((await wrote).message, "expected the stream to go on to its end, found it destroyed");
    const thrown = await ways.node({}, ["x\n"], { rejected() { throw undefined; } }).catch((error) => error);
    assert.equal(thrown.message, "expected `rejected` and `received` to return, found that one threw undefined");
    const controller = new AbortController();
    const sink = new Writable({ write() {} });
    const piped = pipeline(Readable.from([record + "\n", record]), createTransform({}, { rejected() {} }), sink, { signal: controller.signal });
    await settle();
    controller.abort();
    await assert.rejects(piped, { name: "AbortError" });
    const aborted = createTransform({}, { rejected() {}, signal: AbortSignal.abort() });
    await assert.rejects(collect(aborted), { name: "AbortError" });
    // Whoever reads may throw, too.
    const thrower = createTransform({}, { rejected() {} }).on("data", () => { throw wrong; });
    thrower.end(record);
    await assert.rejects(new Promise((_, reject) => { thrower.on("error", reject); }), wrong);
});

test("node: takes strings of other encodings", async () => {
    const stream = createTransform({}, { rejected() {} });
    const all = collect(stream);
    const text = '{"event_id": 17, "msg": "é"}\n';
    stream.write(Buffer.from(text).toString("hex"), "hex");
    stream.write(text, "latin1");
    stream.write(text, "UTF-8");
    stream.end(text, "utf16le");
    const parts = (await all).split("\n").map((line) => line.split("|5|")[1]);
    assert.deepEqual(parts, ["msg=é", "msg=\ufffd", "msg=é", undefined]);
    assert.throws(() => createTransform({}, { rejected() {} }).write({}), { code: "ERR_INVALID_ARG_TYPE" });
});

test("web: takes bytes of any view and realm, and nothing else", async () => {
    const bytes = Buffer.from(`__${record}\n__`);
    const view = new DataView(bytes.buffer, bytes.byteOffset + 2, record.length + 1);
    const buffer = Uint8Array.from(bytes.subarray(2, -2)).buffer;
    const foreign = vm.runInNewContext("Uint8Array.from(bytes).buffer", { bytes: [...bytes.subarray(2, -2)] });
    const chunks = [view, buffer, foreign, new Uint8Array(buffer), new Uint8Array(), "", new ArrayBuffer()];
    const { lines } = await ways.web({}, chunks, { rejected() {} });
    assert.equal(lines.toString(), line.repeat(4));
    const detached = [new ArrayBuffer(8), new Uint8Array(8)];
    structuredClone(detached, { transfer: [detached[0], detached[1].buffer] });
    for (const wrong of [undefined, null, 17, {}, [], ...detached]) {
        await assert.rejects(ways.web({}, [wrong], { rejected() {} }), TypeError);
    }
    // While it waits, and is converted.
    const large = new Uint8Array(4 * SLICE);
    const stream = new TransformerStream({}, { rejected() {} });
    const wrote = stream.writable.getWriter().write(large);
    await settle();
    structuredClone(large.buffer, { transfer: [large.buffer] });
    const reader = stream.readable.getReader();
    await assert.rejects(reader.read(), TypeError);
    await assert.rejects(wrote, TypeError);
});

test("refuses wrong options", () => {
    for (const make of [(...given) => new TransformerStream(...given), createTransform]) {
        for (const wrong of [undefined, null, 17, {}, { rejected: 17 }, { rejected() {}, received: 17 }]) {
            assert.throws(() => make({}, wrong), { name: "TypeError", message: /^expected (an object|a function)/ });
        }
        assert.throws(() => make({ format: "leef" }, { rejected() {} }), { name: "ConfigError", pointer: "/format" });
        assert.throws(() => make("cef", { rejected() {} }), TypeError);
    }
});

test("is what it is whatever becomes of prototypes and of what it uses", () => {
    const script = `
        import { setImmediate } from "node:timers/promises";
        import { TransformerStream, createTransform } from "senhasegura-siem";
        const define = Object.defineProperty;
        const taken = { __proto__: null, set() { throw new Error("taken"); }, configurable: true };
        // The streams of Node themselves do not bear every name.
        const names = ["index", "start", "end", "reason", "message", "record", "isContinuation", "rejected", "changes", "offset", "rest", "lines",
            "pull", "cancel", "type", "size", "transform", "decodeStrings"];
        for (const name of names) define(Object.prototype, name, taken);
        const gone = [
            [globalThis, ["ReadableStream", "WritableStream", "Promise", "TextEncoder", "Uint8Array", "Uint32Array"]],
            [Array.prototype, ["push"]], [String.prototype, ["charCodeAt"]], [Math, ["min"]],
            [ReadableStreamDefaultController.prototype, ["enqueue", "close"]],
            [Object.getPrototypeOf(Uint8Array.prototype), ["set", "keys"]],
        ].flatMap(([object, names]) => names.map((name) => [object, name, Object.getOwnPropertyDescriptor(object, name)]));
        for (let place = gone.length - 1; place >= 0; place -= 1) {
            define(gone[place][0], gone[place][1], { __proto__: null, value: undefined, configurable: true, writable: true });
        }
        const seen = [];
        const options = { __proto__: null, rejected({ reason, start }) { seen[seen.length] = reason + start; } };
        const stream = new TransformerStream({ __proto__: null }, options);
        const writer = stream.writable.getWriter();
        const wrote = writer.write(${JSON.stringify(`${record}
x
`)});
        const { value } = await stream.readable.getReader().read();
        await wrote;
        await writer.close();
        const transform = createTransform({ __proto__: null }, options);
        let other;
        transform.on("data", (lines) => { other = lines; });
        transform.write(${JSON.stringify(`${record}
x
`)});
        while (other === undefined) await setImmediate();
        for (let place = 0; place < gone.length; place += 1) define(gone[place][0], gone[place][1], gone[place][2]);
        for (let place = 0; place < names.length; place += 1) delete Object.prototype[names[place]];
        console.log(JSON.stringify([Buffer.from(value).toString(), other.toString(), seen, stream.progress.written, transform.progress.written]));
    `;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
    assert.deepEqual(JSON.parse(printed), [line, line, ["malformed35", "malformed35"], 1, 1]);
});

test("has the same streams for browsers", async () => {
    const web = await import(new URL("web.js", import.meta.resolve("senhasegura-siem")));
    assert.throws(() => new web.TransformerStream({}, { rejected() {} }), /await init/);
    web.initSync({ module: readFileSync(fileURLToPath(import.meta.resolve("senhasegura-siem/senhasegura-siem.wasm"))) });
    const stream = new web.TransformerStream({}, { rejected() {} });
    assert.equal(await new Response(new Blob([record]).stream().pipeThrough(stream)).text(), line);
    assert.equal(web.createTransform, undefined);
});
