/** What is being loaded, if it is. */
let loading;

/**
 * Loads the module, from beside this script or from what is given: its place, a response, its
 * bytes, or the module itself. Returns the module.
 */
export default async function init(source = new URL("senhasegura-siem.wasm", import.meta.url)) {
    // Whoever calls it meanwhile waits for the same.
    if (!compiled) await (loading ??= fetched(source).finally(() => { loading = undefined; }));
    return compiled;
}

async function fetched(source) {
    let given = await source;
    if (typeof given === "string" || given instanceof URL || given instanceof Request) given = await fetch(given);
    if (given instanceof Response) {
        if (!given.ok) throw new Error(`expected the module at ${given.url}, found HTTP status ${given.status}`);
        // What a server gives another type cannot be compiled while it arrives.
        const isStreamed = given.headers.get("content-type") === "application/wasm";
        given = isStreamed ? await WebAssembly.compileStreaming(given) : await given.arrayBuffer();
    }
    if (!(given instanceof WebAssembly.Module)) given = await WebAssembly.compile(given);
    if (!compiled) load(given);
}

/** Loads the module at once, compiled or from its bytes. */
export function initSync({ module }) {
    if (!compiled) load(module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module));
}

export { Transformer, TransformerStream, kinds };
