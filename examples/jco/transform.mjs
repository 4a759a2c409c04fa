// Turns records on the standard input, each on one line, into lines on the standard output, with the
// component as jco makes it a module of JavaScript:
//
//     node transform.mjs '{"format": "rfc5424"}' < day.ndjson
//
// What is rejected goes to the standard error, a JSON object a line: why, and the record as it was, in
// base64 if it is not UTF-8.
import { isUtf8 } from "node:buffer";
import { pipeline } from "node:stream/promises";

import { transform } from "./siem/senhasegura-siem.js";

/** The maximum length of a line. What goes on after it is rejected with it. */
const LINE_MAX = 1 << 20;

/**
 * @param {string} reason
 * @param {string} message
 * @param {Buffer} record
 */
function reject(reason, message, record) {
    const kept = isUtf8(record) ? { record: record.toString() } : { record_base64: record.toString("base64") };
    process.stderr.write(`${JSON.stringify({ reason, message, ...kept })}\n`);
}

/**
 * Cuts a stream into batches of whole lines.
 *
 * @param {AsyncIterable<Buffer>} chunks
 */
async function* batches(chunks) {
    let begun = Buffer.alloc(0);
    let isTooLong = false;
    for await (const chunk of chunks) {
        begun = Buffer.concat([begun, chunk]);
        if (isTooLong) {
            const end = begun.indexOf("\n");
            const piece = end < 0 ? begun : begun.subarray(0, end);
            if (piece.length > 0) reject("too-long", "another piece of the record that was rejected before it", piece);
            begun = begun.subarray(piece.length);
            isTooLong = end < 0;
        }
        const end = begun.lastIndexOf("\n") + 1;
        if (end > 0) yield begun.subarray(0, end);
        begun = begun.subarray(end);
        if (begun.length > LINE_MAX) {
            reject("too-long", `expected a line of at most ${LINE_MAX} bytes, found a longer one`, begun);
            begun = Buffer.alloc(0);
            isTooLong = true;
        }
    }
    yield begun;
}

try {
    // Of a result, jco returns the value, or throws the error as a payload.
    const transformer = transform.Transformer.create(process.argv[2] ?? "");
    await pipeline(process.stdin, batches, async function* (/** @type {AsyncIterable<Buffer>} */ batches) {
        for await (const batch of batches) {
            // A `u64` is a BigInt.
            const { lines, rejections } = transformer.transform(batch, BigInt(Date.now()));
            for (const { start, end, reason, message } of rejections) {
                reject(reason, message, batch.subarray(Number(start), Number(end)));
            }
            yield lines;
        }
    }, process.stdout);
} catch (error) {
    const { code, payload, message } = /** @type {any} */ (error);
    // Whoever read the lines has seen enough.
    if (code !== "EPIPE") {
        process.stderr.write(`error: ${payload ? `configuration${payload.pointer && `, ${payload.pointer}`}: ${payload.message}` : message}\n`);
        process.exitCode = 1;
    }
}
