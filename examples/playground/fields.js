// The fields of the record: where each went, what was changed, and why.
import { h, roving } from "./dom.js";
import { fieldOf, keyOf } from "./links.js";
import { LABELS_MAX, colourOf, noteText, rejectionText } from "./lines.js";
import { pieces, t } from "./texts.js";
import { show } from "./visible.js";

// How much of a text is shown, in a table and in a sentence.
const SHOWN_MAX = 300;
const SAID_MAX = 80;
const REJECTIONS_MAX = 50;

/** Lets arrow keys move among the fields. */
export function makeFields(container) {
    roving(container, ".name", true);
}

/** Shows the fields of an explanation. */
export function drawFields(container, explanation) {
    container.replaceChildren();
    if (!explanation) return;
    const { fields, parts, notes } = explanation;
    const heads = ["field", "value", "in-line", "what-happened"];
    const labels = { left: LABELS_MAX };
    const body = h("tbody", {});
    fields.forEach((field, index) => {
        const names = field.parts.map((part) => parts[part].name).filter((name) => name !== "");
        const happened = field.notes.map((note) => h("div", {}, noteText(note)));
        if (field.fate !== "written" && !field.notes.some((note) => note.change)) {
            happened.unshift(h("div", { class: "note" }, h("span", { class: "tag" }, t(`fate-${field.fate}`))));
        }
        body.append(row({ key: keyOf({ field: index }), colour: colourOf({ field: index }), field, names, happened, isFirst: index === 0, labels }));
    });
    // What does not come from a field, by where it comes from.
    for (const source of ["catalog", "configuration", "wrapper", "reception", "default", "format"]) {
        const names = parts.filter((part) => part.source === source && part.name !== "").map((part) => part.name);
        if (names.length === 0) continue;
        const happened = notes.filter((note) => keyOf(note.source) === source).map(({ note }) => h("div", {}, noteText(note)));
        const isFirst = body.children.length === 0;
        body.append(row({ key: source, colour: "src", source: t(`source-${source}`), names, happened, isFirst, labels }));
    }
    container.append(
        h("table", {}, h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, t(head))))), body),
    );
}

/** A row for a field, or for a source that is none. */
function row({ key, colour, field, source, names, happened, isFirst, labels }) {
    const button = h("button", { type: "button", class: `name ${colour}`, tabindex: isFirst ? 0 : -1 });
    const cell = h("td", { class: "value" });
    if (field) {
        show(button, field.name || "“”", { max: SHOWN_MAX, labels });
        show(cell, field.value, { max: SHOWN_MAX, labels });
    } else {
        button.append(source);
    }
    const line = h("td", { class: "key" });
    [...new Set(names)].forEach((each, index) => {
        if (index > 0) line.append(", ");
        line.append(shown("code", each, { max: SHOWN_MAX, labels }));
    });
    return h("tr", { "data-key": key, class: source ? "source" : "" }, h("th", { scope: "row" }, button), cell, line, h("td", { class: "what" }, ...happened));
}

/** An element with a text of a record, made visible. */
function shown(element, text, bounds) {
    const made = h(element, {});
    show(made, text, bounds);
    return made;
}

const code = (text, max = SHOWN_MAX) => shown("code", text, { max });

/** Says what the record is, by the name that `nameOf` gives its kind, how it was found, and what around it is not used. */
export function drawKind(container, explanation, nameOf) {
    container.replaceChildren();
    if (!explanation) return;
    const { kind, kindFrom, fields, way, left } = explanation;
    if (kind === null) container.append(t("kind-unknown"));
    else if (kindFrom === null) container.append(...pieces("kind", nameOf(kind)));
    else container.append(...pieces("kind-from", nameOf(kind), code(fields[kindFrom].name)));
    if (way.length > 0) {
        const read = h("span", { lang: "en" });
        way.join(" › ").split("`").forEach((piece, index) => {
            read.append(shown(index % 2 === 1 ? "code" : "span", piece, { max: SHOWN_MAX }));
        });
        container.append(h("br"), ...pieces("way", read));
    }
    if (left.length > 0) container.append(h("br"), ...pieces("left", code(left.join(", "))));
}

/** Lists the rejected records; `select` is called with the one to show in the input. */
export function drawRejected(container, rejections, select) {
    container.hidden = rejections.length === 0;
    container.replaceChildren();
    if (rejections.length === 0) return;
    const list = h("ol", {});
    for (const rejection of rejections.slice(0, REJECTIONS_MAX)) {
        const button = h("button", { type: "button", class: "quiet" }, t("record-number", rejection.index + 1));
        button.addEventListener("click", () => select(rejection));
        list.append(h("li", {}, button, rejectionText(rejection)));
    }
    if (rejections.length > REJECTIONS_MAX) list.append(h("li", {}, t("and-more", rejections.length - REJECTIONS_MAX)));
    container.append(h("h3", {}, t("rejected-records", rejections.length)), list);
}

/** What is said of a key that is lit. */
export function sayings(key, explanation, name) {
    if (!explanation || key === undefined) return [];
    const named = (all) => h("span", {}, ...all.flatMap((each, index) => (index > 0 ? [", ", code(each, SAID_MAX)] : [code(each, SAID_MAX)])));
    const place = fieldOf(key);
    if (place === undefined) {
        const names = [...new Set(explanation.parts.filter((part) => part.source === key && part.name !== "").map((part) => part.name))];
        if (names.length === 0) return [];
        const isOne = Boolean(name) || names.length === 1;
        return pieces(isOne ? "from-source" : "from-source-several", named(name ? [name] : names), h("b", {}, t(`source-${key}`)));
    }
    const field = explanation.fields[place];
    if (!field) return [];
    const names = [...new Set(field.parts.map((part) => explanation.parts[part].name).filter((each) => each !== ""))];
    const from = h("b", {}, code(field.name, SAID_MAX));
    let said = pieces(`not-in-line-${field.fate}`, from);
    if (names.length > 0) said = pieces(names.length === 1 ? "from-field" : "from-field-several", named(names), from);
    return [...said, ...field.notes.flatMap((note) => [" ", noteText(note)])];
}
