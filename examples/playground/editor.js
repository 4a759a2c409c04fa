// The input: a text area, and under it the same text again with colours for the fields and marks for
// what cannot be seen.
import { byId, h } from "./dom.js";
import { pieces } from "./texts.js";
import { code, label, reorders, runs } from "./visible.js";

/** A longer input has neither colours nor marks in it; what is unseen in it is still named. */
const UNDER_MAX = 64 << 10;

/** How many runs of unseen characters are marked. */
const MARKS_MAX = 2000;

const input = byId("input");
const under = byId("under");

/** Draws the text under the input. `fields` are ranges with keys, in order and apart. */
export function draw(fields) {
    const text = input.value;
    // As the machine reads it, not as bidirectional controls would have it shown.
    byId("editor").classList.toggle("in-order", reorders(text));
    const unseen = runs(text, true).filter((run) => run.unseen);
    name(unseen);
    const marks = unseen.slice(0, MARKS_MAX);
    under.replaceChildren();
    if (text.length > UNDER_MAX) return;
    const parts = document.createDocumentFragment();
    let at = 0;
    for (const { start, end, key, colour } of fields) {
        if (start < at) continue;
        parts.append(...marked(marks, text, at, start));
        parts.append(h("span", { class: `part ${colour}`, "data-key": key }, ...marked(marks, text, start, end)));
        at = end;
    }
    parts.append(...marked(marks, text, at, text.length), "\n");
    under.append(parts);
    scroll();
}

/** The nodes of a range of the text: what is unseen in it is in an element of its own. */
function marked(marks, text, start, end) {
    const nodes = [];
    let at = start;
    for (const mark of marks) {
        if (mark.start >= end) break;
        if (mark.start < start) continue;
        if (mark.start > at) nodes.push(text.slice(at, mark.start));
        at = Math.min(mark.start + mark.text.length, end);
        nodes.push(h("span", { class: "ghost" }, text.slice(mark.start, at)));
    }
    if (at < end) nodes.push(text.slice(at, end));
    return nodes;
}

/** Says below the input what in it cannot be seen. */
function name(unseen) {
    const hint = byId("unseen");
    hint.classList.toggle("warns", unseen.length > 0);
    if (unseen.length === 0) {
        hint.replaceChildren(...pieces("hint"));
        return;
    }
    const first = unseen.slice(0, 6).map((run) => {
        const known = label(run.text);
        const point = code(run.text.codePointAt(0));
        return h("span", { class: "unseen", title: point }, known === point ? known : `${known} ${point}`);
    });
    if (unseen.length > first.length) first.push("…");
    const count = unseen.reduce((sum, run) => sum + [...run.text].length, 0);
    hint.replaceChildren(...pieces(count === 1 ? "unseen-one" : "unseen", String(count), h("span", { class: "list" }, ...first)));
}

function scroll() {
    under.scrollTop = input.scrollTop;
    under.scrollLeft = input.scrollLeft;
}

input.addEventListener("scroll", scroll);

/** The key of the field under a point of the input. */
export function keyAt(x, y) {
    return document.elementsFromPoint(x, y).find((element) => under.contains(element) && element.dataset.key)?.dataset.key;
}
