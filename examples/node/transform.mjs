// Turns records on the standard input into lines on the standard output:
//
//     node transform.mjs '{"format": "rfc5424"}' < day.ndjson
//
// What is rejected goes to the standard error, a JSON object a line: why, and the record as it was, in
// base64 if it is not UTF-8.
import { isUtf8 } from "node:buffer";
import { pipeline } from "node:stream/promises";

import { createTransform } from "senhasegura-siem";

function rejected({ reason, message, record }) {
    const bytes = Buffer.from(record);
    const kept = isUtf8(bytes) ? { record: bytes.toString() } : { record_base64: bytes.toString("base64") };
    process.stderr.write(`${JSON.stringify({ reason, message, ...kept })}\n`);
}

try {
    const [config = "{}"] = process.argv.slice(2);
    const siem = createTransform(JSON.parse(config), { rejected, received: Date.now });
    await pipeline(process.stdin, siem, process.stdout);
} catch (error) {
    // Whoever read the lines has seen enough.
    if (error.code !== "EPIPE") {
        process.stderr.write(`error: ${error.message}\n`);
        process.exitCode = 1;
    }
}
