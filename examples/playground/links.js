// What belongs together lights up together: the field of a record, and the parts of lines that come
// from it. Each element has a key: `f3` is the field 3, `catalog` a source that is no field.

let pinned;
let shown;
const listeners = [];

/** Calls a function with the key that is lit, and the element that it was lit by. */
export function onLight(listener) {
    listeners.push(listener);
}

/** The key of where a part comes from. */
export function keyOf(source) {
    return typeof source === "object" ? `f${source.field}` : source;
}

/** The index of the field that a key stands for; nothing for a source that is no field. */
export function fieldOf(key) {
    return /^f\d+$/.test(key) ? Number(key.slice(1)) : undefined;
}

/** Lights up a key for good, until another is. */
export function pin(key, by) {
    pinned = { key, by };
    light(key, by);
}

/** Lights up a key until `unpoint`. */
export function point(key, by) {
    light(key, by);
}

/** Lights up again what is lit for good. */
export function unpoint() {
    light(pinned?.key, pinned?.by);
}

/** Lights up again what has been drawn anew. */
export function relight() {
    light(shown?.key, shown?.by);
}

function light(key, by) {
    shown = { key, by };
    for (const element of document.querySelectorAll(".lit")) element.classList.remove("lit");
    if (key !== undefined) for (const element of document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) element.classList.add("lit");
    for (const listener of listeners) listener(key, by);
}

const keyed = (event) => event.target.closest?.("[data-key]");

/** Makes a part of the page one in which pointing, focus and clicks light up what they meet. */
export function listen(container) {
    container.addEventListener("pointerover", (event) => {
        const element = keyed(event);
        if (element && event.pointerType !== "touch") point(element.dataset.key, element);
    });
    container.addEventListener("pointerleave", unpoint);
    container.addEventListener("focusin", (event) => {
        const element = keyed(event);
        if (element) pin(element.dataset.key, element);
    });
    container.addEventListener("click", (event) => {
        const element = keyed(event);
        if (element) pin(element.dataset.key, element);
    });
}
