// What the page shows, as an object and as the fragment of a link: JSON, deflated, in base64url.

/** The maximum number of code units of the input; what is longer is a file. */
export const INPUT_MAX = 256 << 10;

const FRAGMENT_MAX = 1 << 20;
const BYTES_MAX = 1 << 20;
const TEXT_MAX = 4096;
const ITEMS_MAX = 64;

/** An error in a link; `message` is the key of a text. */
export class LinkError extends Error {}

/** Returns the fragment, without `#`. */
export async function toFragment({ input, config, received, host }) {
    const text = new Blob([JSON.stringify({ input, config, received, host })]);
    const bytes = new Uint8Array(await new Response(text.stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer());
    return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

export function toBase64(bytes) {
    let binary = "";
    for (let at = 0; at < bytes.length; at += 4096) binary += String.fromCharCode(...bytes.subarray(at, at + 4096));
    return btoa(binary);
}

/**
 * Returns the state of a fragment. Whoever made the link is a stranger: nothing but the options of
 * the schema, of their types, and texts of bounded length come of it.
 */
export async function fromFragment(fragment, schema) {
    if (fragment.length > FRAGMENT_MAX) throw new LinkError("link-too-long");
    if (!/^[A-Za-z0-9_-]+$/.test(fragment)) throw new LinkError("link-wrong");
    let parsed;
    try {
        const binary = atob(fragment.replaceAll("-", "+").replaceAll("_", "/"));
        const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
        const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
        const decoder = new TextDecoder();
        let text = "";
        let length = 0;
        for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
            length += value.length;
            if (length > BYTES_MAX) {
                await reader.cancel();
                throw new LinkError("link-too-long");
            }
            text += decoder.decode(value, { stream: true });
        }
        parsed = JSON.parse(text + decoder.decode());
    } catch (error) {
        throw error instanceof LinkError ? error : new LinkError("link-wrong");
    }
    if (!isObject(parsed)) throw new LinkError("link-wrong");
    const own = (name) => (Object.hasOwn(parsed, name) ? parsed[name] : undefined);
    const [input, config, received, host] = [own("input"), own("config"), own("received"), own("host")];
    if (typeof input !== "string") throw new LinkError("link-wrong");
    if (input.length > INPUT_MAX) throw new LinkError("link-too-long");
    return {
        input: input.toWellFormed(),
        ...checkedConfig(config, schema),
        received: Number.isSafeInteger(received) && received >= 0 && received <= 8.64e15 ? received : null,
        host: typeof host === "string" ? host : "",
    };
}

/** Returns the options that the schema knows, and whether there were others. */
export function checkedConfig(given, schema) {
    const config = {};
    let isWhole = given === undefined || isObject(given);
    for (const name of isObject(given) ? Object.keys(given) : []) {
        const option = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
        if (option && isOf(given[name], [option.type].flat())) {
            // The default is not said.
            if (given[name] !== null && JSON.stringify(given[name]) !== JSON.stringify(option.default)) config[name] = wellFormed(given[name]);
        } else {
            isWhole = false;
        }
    }
    return { config, isWhole };
}

function isOf(value, types) {
    return types.some((type) => {
        if (type === "integer") return typeof value === "number" && Number.isFinite(value);
        if (type === "string") return typeof value === "string" && value.length <= TEXT_MAX;
        if (type === "array") return Array.isArray(value) && value.length <= ITEMS_MAX && value.every((item) => isOf(item, ["string"]));
        return type === "null" ? value === null : typeof value === type;
    });
}

function wellFormed(value) {
    if (typeof value === "string") return value.toWellFormed();
    return Array.isArray(value) ? value.map(wellFormed) : value;
}

function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
