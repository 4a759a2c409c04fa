// Turns records on the standard input, a JSON object a line, into lines on the standard output:
//
//     node transform.mjs '{"format": "rfc5424"}' < day.ndjson
//
// What is rejected goes to the standard error, a JSON object a line: why, and the record as it was.
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { Transformer } from "senhasegura-siem";

// A line that is longer is no record.
const LINE_MAX = 1 << 20;

/** A stream of lines from a stream of records. */
function siem(config) {
    const transformer = new Transformer(config);
    let begun = Buffer.alloc(0);
    let tooLong = false;

    function refuse(reason, message, bytes) {
        process.stderr.write(`${JSON.stringify({ reason, message, record: bytes.toString() })}\n`);
    }

    function transform(batch, stream) {
        const { lines, rejections } = transformer.transform(batch, Date.now());
        for (const { start, end, reason, message } of rejections) {
            refuse(reason, message, batch.subarray(start, end));
        }
        if (lines.length > 0) stream.push(lines);
    }

    return new Transform({
        transform(chunk, _encoding, done) {
            if (tooLong) {
                // What stands in the rest of the line is of no record of its own.
                const end = chunk.indexOf("\n");
                refuse("too-long", "goes on from the line before", end < 0 ? chunk : chunk.subarray(0, end));
                if (end < 0) return done();
                tooLong = false;
                chunk = chunk.subarray(end + 1);
            }
            // Whole lines only: what goes on in the next chunk waits for it.
            const end = chunk.lastIndexOf("\n") + 1;
            if (end > 0) {
                transform(Buffer.concat([begun, chunk.subarray(0, end)]), this);
                begun = Buffer.alloc(0);
            }
            begun = Buffer.concat([begun, chunk.subarray(end)]);
            if (begun.length > LINE_MAX) {
                refuse("too-long", `expected a line of at most ${LINE_MAX} bytes, found a longer one`, begun);
                begun = Buffer.alloc(0);
                tooLong = true;
            }
            done();
        },
        flush(done) {
            transform(begun, this);
            transformer.free();
            done();
        },
    });
}

try {
    const [config = "{}"] = process.argv.slice(2);
    await pipeline(process.stdin, siem(JSON.parse(config)), process.stdout);
} catch (error) {
    // Whoever read the lines has seen enough.
    if (error.code !== "EPIPE") {
        process.stderr.write(`error: ${error.message}\n`);
        process.exitCode = 1;
    }
}
