/** What the module is loaded from: its place, a response, its bytes, or the module itself. */
export type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the module. Nothing else can be used before. It is loaded once, whatever another call gives.
 *
 * @param source by default, the file beside the script
 * @returns the module, such as for the `initSync` of a worker
 */
export default function init(source?: Source | Promise<Source>): Promise<WebAssembly.Module>;

/** Loads the module at once, compiled or from its bytes. */
export function initSync(given: { module: BufferSource | WebAssembly.Module }): void;
