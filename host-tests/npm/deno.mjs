// The package in Deno: what it has for Node, and what it has for browsers.
import { equal, deepEqual } from "node:assert/strict";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { createTransform, Transformer } from "senhasegura-siem";
import init, { TransformerStream } from "./node_modules/senhasegura-siem/web.js";

await init();
const record = '{"event_id": 17, "suser": "stlee"}';
const line = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|suser=stlee\n";
const rejected = [];
const options = { rejected: ({ start }) => { rejected.push(start); } };
const pieces = [record.slice(0, 9), `${record.slice(9)}\nno record\n`, record];

const stream = new TransformerStream({}, options);
equal(await new Response(ReadableStream.from(pieces).pipeThrough(stream)).text(), line + line);
let lines = "";
await pipeline(Readable.from(pieces), createTransform({}, options), async (chunks) => {
    for await (const chunk of chunks) lines += chunk;
});
equal(lines, line + line);
equal(new Transformer().transform(record).lines, line);
deepEqual(rejected, [35, 35]);

const waiting = new TransformerStream({}, options);
const written = waiting.writable.getWriter().write(record).catch((reason) => reason);
await waiting.readable.cancel("enough");
equal(await written, "enough");
