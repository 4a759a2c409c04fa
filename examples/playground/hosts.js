// The configuration as each host takes it. `hosts.json` has the texts of the hosts' pages, with
// places for it; it is made of those pages when the playground is built.
import { escaped } from "./visible.js";

/** The maximum length of a configuration that is baked into a module, in bytes. */
export const BAKED_MAX = 992;

/** Writes the configuration into the places of a text. */
export function fill(text, config) {
    return text.replace(/⟦(\w+)⟧/g, (place, name) => (Object.hasOwn(WRITERS, name) ? WRITERS[name](config) : place));
}

/** Whether the configuration is too long to be baked. */
export function isTooLong(config) {
    return new TextEncoder().encode(JSON.stringify(config)).length > BAKED_MAX;
}

const WRITERS = {
    format: (config) => config.format ?? "cef",
    json: (config) => escaped(JSON.stringify(config, null, 2)),
    sql: (config) => `'${compact(config).replace(/[\\']/g, "\\$&")}'`,
    argument: (config) => quoted(compact(config)),
    js: (config) => braces(Object.entries(config).map(([name, value]) => `${name}: ${literal(value)}`), " "),
    python: (config) => braces(Object.entries(config).map(([name, value]) => `"${name}": ${python(value)}`), ""),
    flags,
};

function compact(config) {
    return escaped(JSON.stringify(config));
}

function braces(members, space) {
    return members.length > 0 ? `{${space}${members.join(", ")}${space}}` : "{}";
}

function literal(value) {
    return Array.isArray(value) ? `[${value.map(literal).join(", ")}]` : escaped(JSON.stringify(value));
}

function python(value) {
    if (typeof value === "boolean") return value ? "True" : "False";
    // Python knows JSON's escapes, but takes the halves of a pair for two characters.
    return literal(value).replace(/\\u(d[89ab]..)\\u(d[c-f]..)/g, (_, high, low) => {
        const codePoint = String.fromCharCode(parseInt(high, 16), parseInt(low, 16)).codePointAt(0);
        return `\\U${codePoint.toString(16).padStart(8, "0")}`;
    });
}

/** The flags of the command. What no flag can say, a file does. */
function flags(config) {
    const isSayable = Object.values(config).every((value) => ![value].flat().some((text) => `${text}`.includes("\0")))
        && ![config.keep, config.redact].flat().some((name) => name?.includes(","));
    if (!isSayable) return `--config <(printf %s ${quoted(compact(config))}) `;
    return Object.entries(config)
        .map(([name, value]) => {
            const word = `--${name.replaceAll("_", "-")}`;
            return value === true ? `${word} ` : `${word}=${quoted(String(value))} `;
        })
        .join("");
}

/** A word for a shell. What cannot be seen in it is an escape, of bash, zsh and ksh. */
function quoted(text) {
    if (/^[\w@%+=:,./-]+$/.test(text)) return text;
    if (!text.includes("\n") && escaped(text) === text) return `'${text.replaceAll("'", "'\\''")}'`;
    let word = "";
    for (const character of text) {
        if (character === "\\" || character === "'") word += `\\${character}`;
        else if (character !== "\n" && escaped(character) === character) word += character;
        else for (const byte of new TextEncoder().encode(character)) word += `\\x${byte.toString(16).padStart(2, "0")}`;
    }
    return `$'${word}'`;
}
