// What the types say in Node.
import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { createTransform, TransformerStream, type LineTransform } from "senhasegura-siem";

const stream: LineTransform = createTransform({ format: "cef" }, { rejected: ({ reason }) => console.log(reason), highWaterMark: 1 << 20 });
const transform: Transform = stream;
await pipeline(createReadStream("day.ndjson"), transform, process.stdout);
const { readable } = new TransformerStream(null, { rejected() {} });
for await (const lines of readable) console.log(lines.length, stream.progress.written);
// @ts-expect-error
createTransform({ format: "cef" });
// @ts-expect-error
createTransform({}, { rejected() {}, objectMode: true });
