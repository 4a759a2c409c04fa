const { Transform, addAbortSignal } = require("node:stream");

{
    const { readFileSync } = require("node:fs");
    const { join } = require("node:path");
    load(new WebAssembly.Module(readFileSync(join(__dirname, "senhasegura-siem.wasm"))));
}

const { from } = Buffer;
const { toLowerCase } = String.prototype;

/** A transform stream of Node, from records to lines. */
class LineTransform extends Transform {
    #conversion;
    #isFull = false;
    #goOn;

    constructor(config, options) {
        const { highWaterMark, readableHighWaterMark, writableHighWaterMark, signal } = options ?? {};
        // A character may be cut between two strings.
        super({ __proto__: null, highWaterMark, readableHighWaterMark, writableHighWaterMark, decodeStrings: false });
        this.#conversion = new Conversion(config, options, {
            hasRoom: () => !this.#isFull,
            wait: (resolve) => {
                this.#goOn = resolve;
            },
            take: (lines) => {
                this.#isFull = !this.push(lines);
            },
        });
        if (signal) addAbortSignal(signal, this);
    }

    get progress() {
        return this.#conversion.progress;
    }

    _transform(chunk, encoding, done) {
        const isOther = typeof chunk === "string" && !isUtf8(encoding);
        this.#convert((conversion) => conversion.take(isOther ? from(chunk, encoding) : chunk), done);
    }

    _flush(done) {
        this.#convert((conversion) => conversion.finish(), done);
    }

    _read(size) {
        this.#isFull = false;
        this.#goOn?.();
        super._read(size);
    }

    _destroy(error, done) {
        this.#conversion.end(error ?? new Fault("expected the stream to go on to its end, found it destroyed"));
        super._destroy(error, done);
    }

    async #convert(convert, done) {
        try {
            await convert(this.#conversion);
        } catch (error) {
            done(error || new Fault(`expected \`rejected\` and \`received\` to return, found that one threw ${error}`));
            return;
        }
        done();
    }
}

function isUtf8(encoding) {
    const name = apply(toLowerCase, encoding, []);
    return name === "utf8" || name === "utf-8";
}

function createTransform(config, options) {
    return new LineTransform(config, options);
}

module.exports = { Transformer, TransformerStream, createTransform, kinds };
