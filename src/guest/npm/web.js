/**
 * Loads the module, from beside this script or from what is given: its place, a response, its
 * bytes, or the module itself.
 */
export default async function init(source = new URL("senhasegura-siem.wasm", import.meta.url)) {
    if (compiled) return;
    let given = await source;
    if (typeof given === "string" || given instanceof URL || given instanceof Request) given = await fetch(given);
    if (given instanceof Response) {
        if (!given.ok) throw new Error(`expected the module at ${given.url}, found the status ${given.status}`);
        given = await given.arrayBuffer();
    }
    load(given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given));
}

/** Loads the module at once, compiled or from its bytes. */
export function initSync({ module }) {
    if (!compiled) load(module instanceof WebAssembly.Module ? module : new WebAssembly.Module(module));
}

export { Transformer, TransformerStream, kinds };
