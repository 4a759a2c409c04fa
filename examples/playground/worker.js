// Converts a file, in a thread of its own, so that the page stays as it is. The file is read and
// written in pieces; the browser keeps what it was asked to keep, in files of its own if need be.
import { TransformerStream, initSync } from "./senhasegura-siem/web.js";

/** What is gathered before it becomes a part of a blob, in bytes. */
const PART = 4 << 20;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const cancelled = new AbortController();

addEventListener("message", ({ data }) => {
    if (data === "cancel") cancelled.abort();
    else convert(data).catch(({ name, message }) => postMessage({ failed: message, isCancelled: name === "AbortError" }));
});

/** `handle` is the file that the lines go to; without it, they come back as a blob. */
async function convert({ module, file, config, received, handle }) {
    initSync({ module });
    const refused = parts();
    const stream = new TransformerStream(config, {
        received: () => received,
        rejected: ({ reason, message, record }) =>
            refused.add(encoder.encode(`${JSON.stringify({ reason, message, record: decoder.decode(record) })}\n`)),
    });
    const { signal } = cancelled;
    const lines = parts();
    const sink = handle ? await handle.createWritable() : new WritableStream({ write: (chunk) => lines.add(chunk) });
    const report = () => postMessage({ progress: stream.progress });
    const timer = setInterval(report, 100);
    try {
        await file.stream().pipeThrough(stream, { signal }).pipeTo(sink, { signal });
    } finally {
        clearInterval(timer);
    }
    report();
    postMessage({ done: true, lines: handle ? undefined : lines.blob(), rejected: refused.blob() });
}

/** Gathers bytes in blobs, which a browser need not keep in memory. */
function parts() {
    const blobs = [];
    let gathered = [];
    let length = 0;
    const seal = () => {
        if (length > 0) blobs.push(new Blob(gathered));
        gathered = [];
        length = 0;
    };
    return {
        add(bytes) {
            gathered.push(bytes);
            length += bytes.length;
            if (length >= PART) seal();
        },
        blob() {
            seal();
            return new Blob(blobs, { type: "application/octet-stream" });
        },
    };
}
