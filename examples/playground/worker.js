// Converts a file, in a thread of its own, so that the page stays as it is. The file is read and
// written in pieces; the browser keeps what it was asked to keep, in files of its own if need be.
import { TransformerStream, initSync } from "./senhasegura-siem/web.js";

import { toBase64 } from "./state.js";

/** How many bytes are gathered before they are written, or become a part of a blob: each time, the browser is asked. */
const PART = 4 << 20;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
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
        rejected: (rejection) => refused.add(entry(file.name, rejection)),
    });
    const { signal } = cancelled;
    const lines = handle ? parts(await handle.createWritable()) : parts();
    const sink = new WritableStream({ write: (chunk) => lines.add(chunk), close: () => lines.close(), abort: (reason) => lines.abort(reason) });
    const report = () => postMessage({ progress: stream.progress });
    const timer = setInterval(report, 100);
    try {
        await read(file).pipeThrough(stream, { signal }).pipeTo(sink, { signal });
    } finally {
        clearInterval(timer);
    }
    report();
    postMessage({ done: true, lines: handle ? undefined : lines.blob(), rejected: refused.blob() });
}

/** A rejection as a line, as the command writes it. */
function entry(input, { start, end, reason, message, record }) {
    return encoder.encode(`${JSON.stringify({ input, start, end, reason, message, ...kept(record) })}\n`);
}

/** A record as the command keeps it: its text, or base64 of what is not UTF-8. */
function kept(record) {
    try {
        return { record: decoder.decode(record) };
    } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        return { record_base64: toBase64(record) };
    }
}

/** A stream of a file in long pieces, of which the next is read while one is converted; those of `file.stream()` are short. */
function read(file) {
    let at = 0;
    const next = () => {
        const piece = file.slice(at, (at += PART)).arrayBuffer();
        // Whoever waits for it is told; nobody may.
        piece.catch(() => {});
        return piece;
    };
    let ahead = next();
    return new ReadableStream({
        async pull(controller) {
            const piece = await ahead;
            if (piece.byteLength === 0) return controller.close();
            ahead = next();
            return controller.enqueue(new Uint8Array(piece));
        },
    });
}

/** Gathers bytes, and puts them into `file`; without one, in blobs, which a browser need not keep in memory. */
function parts(file) {
    const blobs = [];
    let gathered = [];
    let length = 0;
    const seal = () => {
        if (length === 0) return undefined;
        const blob = new Blob(gathered);
        gathered = [];
        length = 0;
        if (file) return file.write(blob);
        blobs.push(blob);
        return undefined;
    };
    return {
        add(bytes) {
            gathered.push(bytes);
            length += bytes.length;
            return length >= PART ? seal() : undefined;
        },
        async close() {
            await seal();
            await file?.close();
        },
        abort: (reason) => file?.abort(reason),
        blob() {
            seal();
            return new Blob(blobs, { type: "application/octet-stream" });
        },
    };
}
