// The mapping in JavaScript, by hand. `process.rs` asks for it.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const NOT_EXTENSION = new Set(
  ("event_id eventId id event_name event name version product_version severity priority host hostname" +
    " time timestamp date @timestamp origin extensions").split(" "),
);
const RENAMED = new Map([
  ["dposrt", "dpt"],
  ["dport", "dpt"],
  ["Method", "requestMethod"],
  ["ServiceName", "sourceServiceName"],
  ["Cs6", "cs6Label"],
  ["Cs7", "cs6"],
]);

const ESCAPES = { "\\": "\\\\", "=": "\\=", "\n": "\\n", "\r": "" };

function header(text) {
  return /[\\|]/.test(text) ? text.replace(/[\\|]/g, "\\$&") : text;
}

function value(text) {
  return /[\\=\r\n]/.test(text) ? text.replace(/[\\=\r\n]/g, (found) => ESCAPES[found]) : text;
}

/** The line of a record, or undefined if it has neither an id nor a name. */
function cef(line) {
  let record = JSON.parse(line);
  if (record.log) {
    record = JSON.parse(record.log);
  }
  const name = record.event_name ?? record.event ?? record.name;
  let id = record.event_id ?? record.eventId ?? record.id ?? name;
  if (id === undefined) {
    return undefined;
  }
  id = header(`${id}`);
  const version = record.version ?? record.product_version ?? "unknown";
  const product = version[0] === "4" ? "Segura" : "senhasegura";
  const title = name === undefined ? id : header(name);
  let out = `CEF:0|MT4|${product}|${header(version)}|${id}|${title}|${record.severity ?? 5}|`;
  let space = "";
  const host = record.host ?? record.hostname;
  if (host) {
    out += `dvchost=${value(host)}`;
    space = " ";
  }
  if (record.origin) {
    out += `${space}cat=${value(record.origin)}`;
    space = " ";
  }
  const extension = record.extensions ?? record;
  for (const key in extension) {
    if (NOT_EXTENSION.has(key)) {
      continue;
    }
    const text = extension[key];
    if (text === null || text === "" || text === "-") {
      continue;
    }
    out += `${space}${RENAMED.get(key) ?? key}=${typeof text === "string" ? value(text) : text}`;
    space = " ";
  }
  return out;
}

const records = readFileSync(process.argv[2], "utf8").trimEnd().split("\n");
const lines = records.map(cef).filter((line) => line !== undefined);
process.stdout.write(`${lines.join("\n")}\n\n`);

// What is not used, the compiler removes; and a string that is only put together is not copied before it is read.
let length = 0;
for await (const request of createInterface({ input: process.stdin })) {
  const start = process.hrtime.bigint();
  for (let pass = 0; pass < Number(request); pass++) {
    for (const record of records) {
      const line = cef(record);
      if (line !== undefined) {
        length += Buffer.byteLength(line);
      }
    }
  }
  process.stdout.write(`${process.hrtime.bigint() - start}\n`);
}
if (length < 0) {
  console.error(length);
}
