/** What the module is loaded from: its place, a response, its bytes, or the module itself. */
export type Source = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the module. Until then, nothing else can be used; again, it does nothing.
 *
 * @param source by default, the file beside the script
 */
export default function init(source?: Source | Promise<Source>): Promise<void>;

/** Loads the module at once, of its bytes or as it was compiled. */
export function initSync(given: { module: BufferSource | WebAssembly.Module }): void;
