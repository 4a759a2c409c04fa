/** What the module is loaded from: its place, a response, its bytes, or the module itself. */
export type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the module. Nothing else can be used before. Another call does nothing.
 *
 * @param source by default, the file beside the script
 */
export default function init(source?: Source | Promise<Source>): Promise<void>;

/** Loads the module at once, compiled or from its bytes. */
export function initSync(given: { module: BufferSource | WebAssembly.Module }): void;
