// The line in each format, in parts that light up with the fields that they come from.
import { copies, h, prose, roving } from "./dom.js";
import { keyOf } from "./links.js";
import { ofNote, t } from "./texts.js";
import { show } from "./visible.js";

/** How many characters that cannot be seen are labelled in a line, or in the table of fields. */
export const LABELS_MAX = 1000;

export const FORMATS = ["cef", "rfc5424", "sensage"];

const TITLES = { cef: "CEF", rfc5424: "RFC 5424", sensage: "Sensage" };

/** The class of a part's colour. */
export function colourOf(source) {
    return typeof source === "object" ? `c${source.field % 8}` : "src";
}

/**
 * Makes the cards once. `choose` is called with the format that is chosen, `copied` returns all
 * lines of a format.
 */
export function makeCards(container, choose, copied) {
    const cards = {};
    for (const format of FORMATS) {
        const radio = h("input", { type: "radio", name: "shown-format", value: format, id: `shown-${format}` });
        radio.addEventListener("change", () => choose(format));
        const facts = h("span", { class: "facts" });
        const copy = h("button", { type: "button", class: "quiet", "data-t": "copy", "data-format": format });
        copies(copy, () => copied(format));
        const line = h("div", { class: "line", "aria-label": TITLES[format] });
        roving(line, ".part", false);
        const head = h("div", { class: "card-head" }, h("label", {}, radio, TITLES[format]), facts, copy);
        const card = h("div", { class: "format", "data-format": format }, head, line);
        container.append(card);
        cards[format] = { card, radio, facts, copy, line };
    }
    return cards;
}

/** Shows an outcome of `explain` in a card. */
export function drawCard({ card, radio, facts, copy, line }, outcome, isChosen) {
    card.classList.toggle("chosen", isChosen);
    radio.checked = isChosen;
    copy.textContent = t("copy");
    line.replaceChildren();
    facts.textContent = drawLine(line, outcome, card.dataset.format);
    // Without an option, it is no list to choose from.
    const isList = line.querySelector(".part") !== null;
    line.setAttribute("role", isList ? "listbox" : "group");
    line.ariaOrientation = isList ? "horizontal" : null;
    // Several lines scroll, and have no part that the keyboard reaches.
    if (outcome?.lines === undefined) line.removeAttribute("tabindex");
    else line.tabIndex = 0;
}

/** Fills a line with an outcome, and returns what there is to know of it. */
function drawLine(line, outcome, format) {
    if (!outcome) {
        line.append(h("p", { class: "empty" }, t("empty")));
        return "";
    }
    const { explanation, rejection, lines } = outcome;
    if (lines !== undefined) {
        show(line, lines.replace(/\n$/, ""), { max: 16_000, hasLines: true });
        return t("several");
    }
    if (rejection) {
        line.append(rejectionText(rejection));
        return "";
    }
    let isFirst = true;
    const labels = { left: LABELS_MAX };
    for (const part of explanation.parts) {
        const text = explanation.line.slice(part.start, part.end);
        if (part.source === "format" && part.name === "") {
            const sign = h("span", { class: "sign", role: "presentation" });
            show(sign, text, { labels });
            line.append(sign);
            continue;
        }
        const element = h("span", {
            class: `part ${colourOf(part.source)}`,
            role: "option",
            tabindex: isFirst ? 0 : -1,
            "data-key": keyOf(part.source),
            "data-name": part.name,
            "data-format": format,
        });
        isFirst = false;
        show(element, text, { labels });
        line.append(element);
    }
    const bytes = new TextEncoder().encode(explanation.line).length;
    const changes = Object.entries(explanation.changes).filter(([, count]) => count > 0);
    return [t("bytes", bytes), ...changes.map(([change, count]) => `${t(`change-${change}`)} ${count}`)].join(" · ");
}

/** Why there is no line. */
export function rejectionText(rejection) {
    // It quotes the record.
    const message = h("span", { lang: "en" });
    show(message, rejection.message);
    return h("p", { class: "reason" }, h("strong", {}, t(`reason-${rejection.reason}`)), " ", message);
}

/** The words of a note: what was changed, and why. */
export function noteText(note) {
    const { text, lang } = ofNote(note);
    const reason = h("span", { lang }, ...prose(text));
    return h("span", { class: "note" }, note.change ? h("span", { class: "tag" }, t(`change-${note.change}`)) : "", " ", reason);
}
