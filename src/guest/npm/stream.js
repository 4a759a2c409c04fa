// Streams from records to lines: what those of the web and of Node have in common, then the one of the
// web.

/** The number of bytes, or of code units of a string, that are converted at once. */
const SLICE = 1 << 16;

const { slice, charCodeAt } = String.prototype;
const { min } = Math;
const bufferLengthOf = getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get;
const Wait = Promise;
const Readable = ReadableStream;
const Writable = WritableStream;
const { enqueue, close, error: failReadable } = ReadableStreamDefaultController.prototype;
const { error: failWritable } = WritableStreamDefaultController.prototype;
const signalOf = getOwnPropertyDescriptor(WritableStreamDefaultController.prototype, "signal")?.get;
const { addEventListener } = EventTarget.prototype;

/**
 * Converts the chunks of a stream, one after the other, in an instance of its own: a trap in another
 * one takes nothing from it, and its memory goes when it ends.
 */
class Conversion {
    /** What its instance exports, until it ends. */
    #wasm;
    /** Why it ended. */
    #reason;
    /** Ends what it waits for. */
    #wake;
    #rejected;
    #received;
    #sink;
    /** The first half of a pair of surrogates, at the end of a string. */
    #half = "";
    #offset = 0;
    #written = 0;
    #rejectedCount = 0;
    #changes = { renamed: 0, replaced: 0, truncated: 0, dropped: 0, repeated: 0, unreadable: 0, redacted: 0 };

    /**
     * `sink.hasRoom()` says whether there is room for lines, `sink.wait(goOn)` calls back when there
     * is, and `sink.take(lines)` takes them.
     */
    constructor(config, options, sink) {
        if (typeof options !== "object" || options === null) throw wrongType("an object with the function `rejected`", options);
        const { rejected, received } = options;
        if (typeof rejected !== "function") throw wrongType("a function `rejected`, to which rejected records are given", rejected);
        const isGiven = received !== undefined && received !== null;
        if (isGiven && typeof received !== "function") throw wrongType("a function `received`, which returns milliseconds since 1970", received);
        this.#rejected = rejected;
        this.#received = isGiven ? received : () => undefined;
        this.#sink = sink;
        const given = configBytes(config);
        const wasm = instance();
        if (given) handOver(wasm, given);
        if (!wasm.begin(given !== undefined)) throw refusal(wasm);
        this.#wasm = wasm;
    }

    get progress() {
        return { offset: this.#offset, written: this.#written, rejected: this.#rejectedCount, changes: { ...this.#changes } };
    }

    /** Converts a chunk. Waits for room before each slice of it. */
    async take(chunk) {
        // The caller's stack may have no room for the module. That of what comes after has.
        await undefined;
        this.#check();
        const next = typeof chunk === "string" ? this.#slicesOfText(chunk) : this.#slices(chunk);
        const millis = checkReceived(apply(this.#received, undefined, []));
        for (let bytes = next(); bytes; bytes = next()) {
            if (!this.#sink.hasRoom()) await this.#wait(this.#sink.wait);
            await this.#convert(bytes, millis);
        }
    }

    /** Converts what is left. It is bounded, and does not wait for room. */
    async finish() {
        await undefined;
        this.#check();
        const millis = checkReceived(apply(this.#received, undefined, []));
        if (this.#half) await this.#convert(this.#takeHalf(), millis);
        await this.#convert(undefined, millis);
        this.end();
    }

    /** Converts no more, for a reason if there is one. */
    end(reason) {
        if (!this.#wasm) return;
        this.#reason = reason;
        this.#wasm = undefined;
        this.#wake?.();
    }

    #check() {
        if (!this.#wasm) throw this.#reason;
    }

    /** Waits until what begins has called back, unless the conversion ends before. */
    async #wait(begin) {
        await new Wait((resolve, reject) => {
            // What has ended meanwhile wakes nobody.
            if (this.#wasm) this.#wake = resolve;
            else resolve();
            begin(resolve, reject);
        });
        this.#check();
    }

    /** Converts a slice, or what is left: first gives the rejected records away, then the lines. */
    async #convert(bytes, millis) {
        const wasm = this.#wasm;
        const answer = this.#pass(wasm, bytes, millis);
        // Until the next slice, nothing uses the instance.
        const memory = apply(memoryOf, wasm.memory, []);
        const rejected = part(wasm, 2);
        const words = new Words(memory, rejected.at, rejected.length);
        const held = part(wasm, 6).at;
        const give = this.#rejected;
        let rejectedCount = 0;
        for (let place = 0; place < rejected.length; place += 4) {
            const start = words[place + 1];
            const length = words[place + 2] - start;
            const reason = answer.reasons[words[place + 3]];
            const record = new Bytes(length);
            apply(set, record, [new Bytes(memory, held + start, length)]);
            const offset = answer.offset + start;
            const waits = give({
                index: answer.index + words[place],
                start: offset,
                end: offset + length,
                reason: reason[0],
                message: reason[1],
                isContinuation: reason[2],
                record,
            });
            if (!reason[2]) rejectedCount += 1;
            if (waits === undefined) this.#check();
            else await this.#wait((resolve, reject) => settle(waits, resolve, reject));
        }
        if (answer.written > 0) this.#sink.take(lines(wasm, false));
        this.#offset = answer.rest;
        this.#written += answer.written;
        this.#rejectedCount += rejectedCount;
        const changes = this.#changes;
        changes.renamed += answer.changes.renamed;
        changes.replaced += answer.changes.replaced;
        changes.truncated += answer.changes.truncated;
        changes.dropped += answer.changes.dropped;
        changes.repeated += answer.changes.repeated;
        changes.unreadable += answer.changes.unreadable;
        changes.redacted += answer.changes.redacted;
    }

    /** Calls the module. */
    #pass(wasm, bytes, millis) {
        // Throws a TypeError if the buffer has been detached; the length would only be 0.
        if (bytes) apply(keys, bytes, []);
        try {
            if (bytes) {
                handOver(wasm, bytes);
                wasm.push(millis);
            } else {
                wasm.finish(millis);
            }
            return parse(text(wasm, 4));
        } catch (cause) {
            throw new Fault(`expected memory for the stream from byte ${this.#offset} on, found too little`, { cause });
        }
    }

    /** Returns a function that returns the next slice of a string in UTF-8, until there is none. */
    #slicesOfText(chunk) {
        const text = this.#half + chunk;
        const length = text.length - (isFirstHalf(text, text.length - 1) ? 1 : 0);
        this.#half = apply(slice, text, [length]);
        let at = 0;
        return () => {
            if (at === length) return undefined;
            let end = min(at + SLICE, length);
            if (end < length && isFirstHalf(text, end - 1)) end -= 1;
            const bytes = apply(encode, encoder, [apply(slice, text, [at, end])]);
            at = end;
            return bytes;
        };
    }

    /** The same for bytes, which are not copied. */
    #slices(chunk) {
        const { buffer, offset, length } = bytesOf(chunk);
        let half = this.#half && this.#takeHalf();
        let at = 0;
        return () => {
            if (half) {
                const bytes = half;
                half = undefined;
                return bytes;
            }
            if (at === length) return undefined;
            const bytes = new Bytes(buffer, offset + at, min(SLICE, length - at));
            at += apply(lengthOf, bytes, []);
            return bytes;
        };
    }

    /** Returns what stands for half a character in UTF-8. */
    #takeHalf() {
        const bytes = apply(encode, encoder, [this.#half]);
        this.#half = "";
        return bytes;
    }
}

/** Calls back when what is waited for is there. */
async function settle(waits, resolve, reject) {
    try {
        await waits;
    } catch (error) {
        reject(error);
        return;
    }
    resolve();
}

/** Returns whether a pair of surrogates may begin at the offset. */
function isFirstHalf(text, at) {
    const unit = apply(charCodeAt, text, [at]);
    return unit >= 0xd800 && unit < 0xdc00;
}

/** Returns where the bytes of a chunk are. */
function bytesOf(chunk) {
    if (isView(chunk)) return extent(chunk);
    try {
        apply(bufferLengthOf, chunk, []);
    } catch {
        throw wrongType("a string, a Uint8Array or an ArrayBuffer", chunk);
    }
    return extent(new Bytes(chunk));
}

/** A transform stream of the Streams Standard, from records to lines. */
class TransformerStream {
    #conversion;
    readable;
    writable;

    constructor(config, options, writableStrategy, readableStrategy) {
        let input;
        let output;
        let isWanted = false;
        let goOn;
        const conversion = new Conversion(config, options, {
            hasRoom: () => isWanted,
            wait: (resolve) => {
                goOn = resolve;
            },
            take(lines) {
                isWanted = false;
                apply(enqueue, output, [lines]);
            },
        });
        const fail = (reason) => {
            conversion.end(reason);
            apply(failReadable, output, [reason]);
        };
        const failing = async (convert) => {
            try {
                await convert();
            } catch (error) {
                fail(error);
                throw error;
            }
        };
        this.#conversion = conversion;
        // As in a TransformStream, a line is made when it is wanted.
        this.readable = new Readable({
            __proto__: null,
            start(controller) {
                output = controller;
            },
            pull() {
                isWanted = true;
                goOn?.();
            },
            cancel(reason) {
                conversion.end(reason);
                apply(failWritable, input, [reason]);
            },
        }, readableStrategy ?? { __proto__: null, highWaterMark: 0 });
        this.writable = new Writable({
            __proto__: null,
            start(controller) {
                input = controller;
                // `abort` comes only after a write that waits for room.
                const signal = signalOf && apply(signalOf, controller, []);
                if (signal) apply(addEventListener, signal, ["abort", () => conversion.end(signal.reason)]);
            },
            write: (chunk) => failing(() => conversion.take(chunk)),
            close: () => failing(async () => {
                await conversion.finish();
                apply(close, output, []);
            }),
            abort: fail,
        }, writableStrategy);
    }

    get progress() {
        return this.#conversion.progress;
    }
}
