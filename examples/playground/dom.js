// Elements. Texts of records and links become text nodes only.
import { t } from "./texts.js";

/** Makes an element with attributes and children; a text is a text node. */
export function h(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) {
        if (value === true) element.setAttribute(attribute, "");
        else if (value !== false && value !== undefined && value !== null) element.setAttribute(attribute, value);
    }
    element.append(...children.flat().filter((child) => child !== undefined && child !== null));
    return element;
}

/** A text with code in backticks. */
export function prose(text) {
    return text.split("`").map((piece, index) => (index % 2 === 1 ? h("code", {}, piece) : piece));
}

export function byId(id) {
    return document.getElementById(id);
}

/** Says a text in an element that is read out; the same again is not. */
export function tell(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

/** Lets arrow keys move the focus among the items of a container, of which Tab reaches one. */
export function roving(container, selector, isVertical) {
    const [back, on] = isVertical ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"];
    container.addEventListener("keydown", (event) => {
        const from = event.target.closest?.(selector);
        if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
        const items = [...container.querySelectorAll(selector)];
        const at = items.indexOf(from);
        const to = { [back]: at - 1, [on]: at + 1, Home: 0, End: items.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        items[Math.min(Math.max(to, 0), items.length - 1)].focus();
    });
    container.addEventListener("focusin", (event) => {
        const item = event.target.closest?.(selector);
        if (!item) return;
        for (const other of container.querySelectorAll(`${selector}[tabindex="0"]`)) other.tabIndex = -1;
        item.tabIndex = 0;
    });
}

/** A button that copies what `text` returns, and says so for a moment. */
export function copies(button, text) {
    button.addEventListener("click", async () => {
        let done = "copied";
        try {
            await navigator.clipboard.writeText(await text());
        } catch {
            done = "not-copied";
        }
        const before = button.dataset.before ?? button.textContent;
        button.dataset.before = before;
        button.textContent = t(done);
        clearTimeout(Number(button.dataset.timer));
        button.dataset.timer = setTimeout(() => {
            button.textContent = before;
            delete button.dataset.before;
        }, 1500);
    });
    return button;
}
