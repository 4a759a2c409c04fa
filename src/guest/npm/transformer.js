"use strict";

// Arguments are checked and copied before the module is called, and the module calls nothing of
// JavaScript, so no foreign code runs while it does. Results are literals and parsed JSON, whose
// properties are their own whatever a prototype has. Every intrinsic that the script uses is saved
// when it is loaded.
const { apply, getPrototypeOf } = Reflect;
const { getOwnPropertyDescriptor, hasOwn } = Object;
const { isArray } = Array;
const { isView } = ArrayBuffer;
const { iterator } = Symbol;
const { parse, stringify } = JSON;
const { Instance } = WebAssembly;
const Bytes = Uint8Array;
const Words = Uint32Array;
const typedArray = getPrototypeOf(Bytes.prototype);
const { keys, set } = typedArray;
const getters = (prototype) =>
    ["buffer", "byteOffset", "byteLength"].map((name) => getOwnPropertyDescriptor(prototype, name).get);
const [bufferOf, offsetOf, lengthOf] = getters(typedArray);
const memoryOf = getOwnPropertyDescriptor(WebAssembly.Memory.prototype, "buffer").get;
const { register, unregister } = FinalizationRegistry.prototype;
const { isFinite } = Number;
const TypeFault = TypeError;
const RangeFault = RangeError;
const Fault = Error;
const [dataBufferOf, dataOffsetOf, dataLengthOf] = getters(DataView.prototype);
const typeOf = getOwnPropertyDescriptor(typedArray, Symbol.toStringTag).get;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const { encode } = encoder;
const { decode } = decoder;

/** The maximum number of bytes, or of code units of strings, at once. */
const LENGTH_MAX = 4 << 20;

/** The maximum number of code units of a configuration. */
const CONFIG_MAX = 1 << 20;

/** The maximum number of texts at once. */
const COUNT_MAX = 1 << 20;

/**
 * wasm-bindgen imports it, for references to objects of JavaScript. No function of the module has
 * any, and nothing calls it.
 */
const imports = { "./senhasegura-siem_bg.js": { __wbindgen_init_externref_table() {} } };

let compiled;

/** What the instance exports; nothing while it is in use. */
let idle;

function load(module) {
    const wasm = new Instance(module, imports).exports;
    if (typeof wasm.make !== "function") throw new TypeFault("expected the module of this package, found another");
    compiled = module;
    idle = wasm;
}

/** Returns what another instance exports. */
function instance() {
    if (!compiled) throw new Fault("expected the module to be loaded, found that it is not: await init() first");
    return new Instance(compiled, imports).exports;
}

/**
 * Calls the module. If it traps, for lack of stack or memory, the instance is in an unknown state
 * and is not used again.
 */
function call(use) {
    const wasm = idle ?? instance();
    idle = undefined;
    const result = use(wasm);
    idle = wasm;
    return result;
}

/** What transformers that were garbage collected have in an instance. */
const registry = new FinalizationRegistry(unmake);

function unmake(made) {
    if (made.wasm && made.wasm === idle) call((wasm) => wasm.unmake(made.number));
    made.wasm = undefined;
}

/** Transforms batches of records with one configuration. */
class Transformer {
    /** The JSON text of the configuration, if one was given. */
    #config;
    /** The instance that it was made in, and its number there. */
    #made = { wasm: undefined, number: 0 };
    #freed = false;

    constructor(config) {
        this.#config = configBytes(config);
        apply(register, registry, [this, this.#made, this.#made]);
        const refused = call((wasm) => (this.#numberIn(wasm) < 0 ? refusal(wasm) : undefined));
        if (refused) throw refused;
    }

    transform(batch, received) {
        const millis = checkReceived(received);
        const { bytes, isString } = copy(batch, 0);
        this.#check();
        return call((wasm) => {
            const number = this.#numberIn(wasm);
            handOver(wasm, bytes);
            wasm.batch(number, isString, millis);
            const { written, changes, index, reasons } = parse(text(wasm, 4));
            return { lines: lines(wasm, isString), written, rejections: rejections(wasm, index, reasons), changes };
        });
    }

    transformEach(records, received) {
        if (!isArray(records)) throw wrongType("an array", records);
        const millis = checkReceived(received);
        const count = +records.length;
        if (!(count <= COUNT_MAX)) throw new RangeFault(`expected at most ${COUNT_MAX} records at once, found ${count}`);
        let length = 0;
        const texts = array(count, (index) => {
            const record = copy(records[index], length);
            length = record.length;
            return record;
        });
        this.#check();
        return call((wasm) => {
            const number = this.#numberIn(wasm);
            return array(count, (index) => {
                const { bytes, isString } = texts[index];
                handOver(wasm, bytes);
                wasm.one(number, isString, index, millis);
                const { changes, index: first, reasons } = parse(text(wasm, 4));
                const rejected = rejections(wasm, first, reasons);
                return rejected.length > 0 ? { rejection: rejected[0] } : { line: lines(wasm, isString), changes };
            });
        });
    }

    split(batch) {
        const { bytes, isString } = copy(batch, 0);
        this.#check();
        return call((wasm) => {
            const number = this.#numberIn(wasm);
            handOver(wasm, bytes);
            wasm.split(number, isString);
            const { at, length } = part(wasm, 2);
            const words = new Words(apply(memoryOf, wasm.memory, []), at, length);
            return array(length / 2, (place) => ({ start: words[2 * place], end: words[2 * place + 1] }));
        });
    }

    explain(record, received) {
        const millis = checkReceived(received);
        const { bytes, isString } = copy(record, 0);
        this.#check();
        return call((wasm) => {
            const number = this.#numberIn(wasm);
            handOver(wasm, bytes);
            wasm.explain(number, isString, millis);
            const { explanation, rejection } = parse(text(wasm, 4));
            if (rejection) return { rejection };
            const { line, record, is_wrapped: isWrapped, way, left, kind, kind_from: kindFrom, parts, fields, notes, changes } = explanation;
            return { explanation: { line, record, isWrapped, way, left, kind, kindFrom, parts, fields, notes, changes } };
        });
    }

    free() {
        this.#freed = true;
        apply(unregister, registry, [this.#made]);
        unmake(this.#made);
    }

    #check() {
        if (this.#freed) throw new Fault("expected a transformer, found one that was freed");
    }

    /** Returns its number in this instance, in which it is made again if the one before trapped. */
    #numberIn(wasm) {
        const made = this.#made;
        if (made.wasm !== wasm) {
            const config = this.#config;
            if (config) handOver(wasm, config);
            made.number = wasm.make(config !== undefined);
            made.wasm = made.number < 0 ? undefined : wasm;
        }
        return made.number;
    }

    static {
        // Engines that know no `using` lack the symbol.
        if (Symbol.dispose) this.prototype[Symbol.dispose] = this.prototype.free;
    }
}

/** The error that the constructor throws if it refuses a configuration. */
class ConfigError extends Fault {
    name = "ConfigError";
    pointer;
    reason;

    constructor(message, pointer, reason) {
        super(message);
        this.pointer = pointer;
        this.reason = reason;
    }
}

/** Returns the error for the configuration that has been refused. */
function refusal(wasm) {
    const refused = parse(text(wasm, 4));
    return new ConfigError(refused[2], refused[0], refused[1]);
}

/** Returns the kinds of event that senhasegura documents. */
function kinds() {
    return call((wasm) => {
        wasm.kinds();
        const all = parse(text(wasm, 4));
        return array(all.length, (index) => {
            const { name, name_four: nameFour, name_pt: namePt, origin, ids, keys } = all[index];
            return { name, nameFour, namePt, origin, ids, keys };
        });
    });
}

/** Returns the JSON text of a configuration, if one is given. */
function configBytes(config) {
    return config === undefined || config === null ? undefined : apply(encode, encoder, [configText(config)]);
}

/**
 * Returns the JSON text of a plain object, of any realm. For other objects, JSON may omit what they
 * hold.
 */
function configText(config) {
    if (typeof config !== "object") throw wrongType("a plain object of options", config);
    const prototype = isArray(config) ? config : getPrototypeOf(config);
    const isPlain = prototype === null || (getPrototypeOf(prototype) === null && hasOwn(prototype, "isPrototypeOf"));
    if (!isPlain) throw wrongType("a plain object of options", config);
    const text = stringify(config, sayable) ?? "null";
    if (text.length > CONFIG_MAX) {
        const reason = `expected at most ${CONFIG_MAX} characters, found more`;
        throw new ConfigError(`configuration: ${reason}`, "", reason);
    }
    return text;
}

/** Returns a value that JSON can express; it would silently omit others, or write null instead. */
function sayable(name, value) {
    const type = typeof value;
    const isSayable = type === "number" ? isFinite(value) : type !== "function" && type !== "symbol" && type !== "bigint";
    if (!isSayable) throw new TypeFault(`expected a value that JSON can express, found ${type === "number" ? value : type} in ${name}`);
    return value;
}

/** Returns the time of reception, in milliseconds since 1970; -1 if there is none. */
function checkReceived(received) {
    if (received === undefined || received === null) return -1;
    if (typeof received !== "number") throw wrongType("milliseconds since 1970", received);
    if (received >= 0 && received <= 9007199254740991) return received;
    throw new RangeFault(`expected milliseconds since 1970, found ${received}`);
}

/**
 * Returns the bytes of a string or a view, of any realm, and its length together with that of what
 * was given before.
 */
function copy(given, before) {
    if (typeof given === "string") {
        const length = before + given.length;
        checkLength(length);
        return { bytes: apply(encode, encoder, [given]), isString: true, length };
    }
    if (!isView(given)) throw wrongType("a string or a Uint8Array", given);
    const { buffer, offset, length: ownLength } = extent(given);
    const length = before + ownLength;
    checkLength(length);
    const bytes = new Bytes(ownLength);
    apply(set, bytes, [new Bytes(buffer, offset, ownLength)]);
    return { bytes, isString: false, length };
}

/** Returns where the bytes of a view are. */
function extent(view) {
    if (apply(typeOf, view, []) === undefined) {
        return { buffer: apply(dataBufferOf, view, []), offset: apply(dataOffsetOf, view, []), length: apply(dataLengthOf, view, []) };
    }
    // Throws a TypeError if the buffer is detached; the length would only be 0.
    apply(keys, view, []);
    return { buffer: apply(bufferOf, view, []), offset: apply(offsetOf, view, []), length: apply(lengthOf, view, []) };
}

function checkLength(length) {
    if (length > LENGTH_MAX) {
        throw new RangeFault(`expected at most ${LENGTH_MAX} bytes or code units at once, found ${length}`);
    }
}

function wrongType(expected, found) {
    return new TypeFault(`expected ${expected}, found ${kindOf(found)}`);
}

/** Returns what a value is, for messages: of an object that is not plain, its class. */
function kindOf(value) {
    if (value === null) return "null";
    if (typeof value !== "object") return typeof value;
    if (isArray(value)) return "an array";
    const prototype = getPrototypeOf(value);
    if (prototype === null) return "object";
    const name = hasOwn(prototype, "constructor") ? prototype.constructor?.name : undefined;
    return name === "Object" ? "object" : `an object of ${name ? `class ${name}` : "a class without a name"}`;
}

function handOver(wasm, bytes) {
    const at = wasm.room(apply(lengthOf, bytes, [])) >>> 0;
    apply(set, new Bytes(apply(memoryOf, wasm.memory, [])), [bytes, at]);
}

/** Returns a part of the answer: where it begins, and its length. */
function part(wasm, place) {
    const answer = new Words(apply(memoryOf, wasm.memory, []), wasm.answer() >>> 0, 7);
    return { at: answer[place], length: answer[place + 1] };
}

function text(wasm, place) {
    const { at, length } = part(wasm, place);
    return apply(decode, decoder, [new Bytes(apply(memoryOf, wasm.memory, []), at, length)]);
}

/** Returns the lines, of the type that was given. */
function lines(wasm, isString) {
    if (isString) return text(wasm, 0);
    const { at, length } = part(wasm, 0);
    const bytes = new Bytes(length);
    apply(set, bytes, [new Bytes(apply(memoryOf, wasm.memory, []), at, length)]);
    return bytes;
}

/** Returns the rejections, the first of which has the index `first`. */
function rejections(wasm, first, reasons) {
    const { at, length } = part(wasm, 2);
    const words = new Words(apply(memoryOf, wasm.memory, []), at, length);
    return array(length / 4, (place) => {
        const reason = reasons[words[4 * place + 3]];
        return {
            index: first + words[4 * place],
            start: words[4 * place + 1],
            end: words[4 * place + 2],
            reason: reason[0],
            message: reason[1],
        };
    });
}

/** Returns an array of what `make` returns for each place. */
function array(count, make) {
    let place = 0;
    const next = () => (place < count ? { done: false, value: make(place++) } : { done: true });
    return [...{ [iterator]: () => ({ next }) }];
}
