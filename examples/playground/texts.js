// The texts of the page in the language that is chosen.

export const LANGUAGES = ["en", "pt", "es"];

let texts = {};

/** Loads a language and shows it. */
export async function speak(language) {
    const response = await fetch(new URL(`texts/${language}.json`, import.meta.url));
    if (!response.ok) throw new Error(`expected texts/${language}.json, found HTTP status ${response.status}`);
    texts = await response.json();
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
    for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
}

/** The text with this key, with values in the places of `{0}`, `{1}`. */
export function t(key, ...values) {
    return fill(Object.hasOwn(texts.page ?? {}, key) ? texts.page[key] : key, values);
}

function fill(text, values) {
    return text.replace(/\{(\d)\}/g, (whole, place) => (place < values.length ? String(values[place]) : whole));
}

/** A paragraph of the schema. The English texts are the schema's own, and the keys of the others. */
export function ofSchema(paragraph) {
    return Object.hasOwn(texts.schema ?? {}, paragraph) ? texts.schema[paragraph] : paragraph;
}

/** The text with this key, in pieces: nodes stand in the places of `{0}`, `{1}`. */
export function pieces(key, ...nodes) {
    return t(key)
        .split(/(\{\d\})/)
        .map((piece) => (/^\{\d\}$/.test(piece) ? nodes[piece[1]] : piece));
}

/**
 * The reason of a note, and its language. What the module says in English ends with the name or has
 * the number that goes into the text of another language.
 */
export function ofNote({ why, message }) {
    const text = Object.hasOwn(texts.notes ?? {}, why) ? texts.notes[why] : undefined;
    if (text === undefined) return { text: message.replace(/^[a-z]+: /, ""), lang: "en" };
    const [, name, number] = [...message.matchAll(/`([^`]*)`|\b(\d+) /g)].at(why === "not-used" ? 0 : -1) ?? [];
    return { text: fill(text, [name ?? number]), lang: document.documentElement.lang };
}
