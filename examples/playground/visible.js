// Text that cannot be seen, or that changes the order of what is beside it, made visible.

/**
 * Characters without a shape of their own: controls, formats (the bidirectional ones among them),
 * separators other than the space, unassigned ones, surrogates without their other half, and what a
 * font need not show.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}|\p{M}{5,}/gu;

/** Those that stand in a text that is edited. */
const EDITED = /^[\t\n]$/;

const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const NAMES = {
    0x00: "NUL", 0x09: "TAB", 0x0a: "LF", 0x0d: "CR", 0x1b: "ESC", 0x1e: "RS", 0x7f: "DEL", 0xa0: "NBSP", 0xad: "SHY", 0x61c: "ALM",
    0x200b: "ZWSP", 0x200c: "ZWNJ", 0x200d: "ZWJ", 0x200e: "LRM", 0x200f: "RLM", 0x2028: "LS", 0x2029: "PS", 0x202a: "LRE", 0x202b: "RLE",
    0x202c: "PDF", 0x202d: "LRO", 0x202e: "RLO", 0x2060: "WJ", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI", 0xfeff: "BOM",
};

/** Whether a text has characters that change the order of others. */
export function reorders(text) {
    return BIDI.test(text);
}

/** What stands in place of an unseen text: its short name or its code point, and how often it is there. */
export function label(unseen) {
    const codePoint = unseen.codePointAt(0);
    const count = [...unseen].length;
    const name = count > 4 && /^\p{M}/u.test(unseen) ? "M" : (NAMES[codePoint] ?? code(codePoint));
    return count > 1 ? `${count} × ${name}` : name;
}

/** `U+202E`. */
export function code(codePoint) {
    return `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Cuts a text into runs of `{ text, start, unseen }`. The same unseen character several times is one run. */
export function runs(text, isEdited = false) {
    const all = [];
    let at = 0;
    for (const { 0: unseen, index } of text.matchAll(UNSEEN)) {
        if (isEdited && EDITED.test(unseen)) continue;
        const last = all.at(-1);
        if (last?.unseen && index === at && last.text.endsWith(unseen)) {
            last.text += unseen;
            at += unseen.length;
            continue;
        }
        if (index > at) all.push({ text: text.slice(at, index), start: at, unseen: false });
        all.push({ text: unseen, start: index, unseen: true });
        at = index + unseen.length;
    }
    if (at < text.length) all.push({ text: text.slice(at), start: at, unseen: false });
    return all;
}

/**
 * Appends at most `max` characters of a text to an element, with a label for each that cannot be seen, but no more
 * than `labels.left`: what many texts share bounds what they make of the page.
 */
export function show(element, text, { max = 4000, labels = { left: 1000 }, hasLines = false } = {}) {
    const all = runs(text.length > max ? text.slice(0, max).toWellFormed() : text, hasLines);
    let end = Math.min(max, text.length);
    for (const run of all) {
        if (run.unseen && labels.left === 0) {
            end = run.start;
            break;
        }
        if (run.unseen) {
            labels.left -= 1;
            const mark = document.createElement("span");
            mark.className = "unseen";
            mark.textContent = label(run.text);
            mark.title = code(run.text.codePointAt(0));
            element.append(mark);
        } else {
            element.append(run.text);
        }
    }
    if (text.length > end) {
        const more = document.createElement("span");
        more.className = "unseen";
        more.textContent = `… +${text.length - end}`;
        element.append(more);
    }
}

/** JSON text in which what cannot be seen is an escape. */
export function escaped(json) {
    return json.replace(UNSEEN, (unseen) =>
        unseen === "\n" ? unseen : Array.from({ length: unseen.length }, (_, place) => `\\u${unseen.charCodeAt(place).toString(16).padStart(4, "0")}`).join(""),
    );
}
