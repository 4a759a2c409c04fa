// A form with every option of the configuration, made from its JSON Schema.
import { h, prose } from "./dom.js";
import { ofSchema, t } from "./texts.js";

/**
 * Makes the form. `changed` is called with the name of an option and its value, undefined for the
 * default.
 */
export function makeForm(form, schema, changed) {
    const options = {};
    for (const [name, option] of Object.entries(schema.properties)) {
        const id = `option-${name}`;
        const control = makeControl(id, name, option, (value) => {
            changed(name, value);
        });
        const reset = h("button", { type: "button", class: "quiet reset", "data-t": "reset", hidden: true });
        reset.addEventListener("click", () => {
            changed(name, undefined);
            control.set(undefined);
            control.focus();
        });
        const about = h("div", { class: "about", id: `${id}-about` });
        const error = h("p", { class: "error", id: `${id}-error`, hidden: true, lang: "en" });
        const head = h("div", { class: "option-head" }, h("label", { for: id }, h("code", {}, name)), reset);
        const element = h("div", { class: "option", "data-option": name }, head, control.element, error, about);
        form.append(element);
        options[name] = { option, control, reset, about, error, element };
    }
    return options;
}

/** Shows the values of a configuration. */
export function fillForm(options, config) {
    for (const [name, { control }] of Object.entries(options)) control.set(config[name]);
}

/** Shows the texts of the options in the language that is chosen. */
export function describeForm(options) {
    for (const { option, about } of Object.values(options)) describe(option, about);
}

/** Marks what is not the default, and what is wrong. */
export function markForm(options, config, refused) {
    for (const [name, { control, reset, error, element }] of Object.entries(options)) {
        const isChanged = Object.hasOwn(config, name);
        element.classList.toggle("changed", isChanged);
        reset.hidden = !isChanged;
        reset.textContent = t("reset");
        const isWrong = refused?.pointer.split("/")[1] === name;
        error.hidden = !isWrong;
        error.textContent = isWrong ? refused.reason : "";
        control.mark(isWrong);
    }
}

function makeControl(id, name, option, changed) {
    const types = [option.type].flat();
    const described = { id, name, "aria-describedby": `${id}-about ${id}-error` };
    if (option.enum) {
        const element = h("select", described, option.enum.map((word) => h("option", { value: word }, word)));
        element.addEventListener("change", () => changed(element.value === option.default ? undefined : element.value));
        return control(element, (value) => (element.value = value ?? option.default));
    }
    if (types.includes("boolean")) {
        const element = h("input", { type: "checkbox", ...described });
        element.addEventListener("change", () => changed(element.checked === option.default ? undefined : element.checked));
        return control(element, (value) => (element.checked = value ?? option.default));
    }
    if (types.includes("array")) {
        const element = h("textarea", { rows: 2, spellcheck: "false", placeholder: (option.examples?.[0] ?? []).join("\n"), ...described });
        element.addEventListener("input", () => {
            const items = element.value.split("\n").filter((item) => item !== "");
            changed(items.length > 0 ? items : undefined);
        });
        return control(element, (value) => (element.value = (value ?? []).join("\n")));
    }
    const isNumber = types.includes("integer");
    const element = h("input", {
        type: "text", spellcheck: "false", autocapitalize: "off", inputmode: isNumber ? "numeric" : undefined,
        placeholder: option.default ?? option.examples?.[0], ...described,
    });
    // What is no number is left to the module, which says what it expected.
    const read = (text) => (isNumber && /^-?\d{1,15}$/.test(text) ? Number(text) : text);
    if (types.includes("null") && new RegExp(option.pattern ?? "", "u").test("")) {
        // An empty text is a value of its own.
        const box = h("input", { type: "checkbox", "data-t-label": "given", "aria-label": t("given") });
        const change = () => {
            changed(box.checked ? element.value : undefined);
        };
        box.addEventListener("change", change);
        element.addEventListener("input", () => {
            box.checked = true;
            change();
        });
        return control(h("div", { class: "given" }, box, element), (value) => {
            box.checked = typeof value === "string";
            element.value = value ?? "";
        }, element);
    }
    element.addEventListener("input", () => changed(element.value === "" || read(element.value) === option.default ? undefined : read(element.value)));
    return control(element, (value) => (element.value = value ?? ""));
}

function control(element, set, focused = element) {
    const mark = (isWrong) => focused.setAttribute("aria-invalid", isWrong);
    return { element, set, mark, focus: () => focused.focus() };
}

/** The description: its paragraphs, the words and their meanings, bounds. */
function describe(option, about) {
    about.replaceChildren();
    const [first, ...others] = option.description.split("\n\n");
    about.append(h("p", {}, ...prose(ofSchema(first))));
    for (const block of others) {
        const words = block.split("\n").map((line) => /^- `([^`]+)`: (.*)$/.exec(line));
        if (words.every((word) => word)) {
            about.append(h("dl", {}, words.flatMap(([, word, meaning]) => [h("dt", {}, h("code", {}, word)), h("dd", {}, ...prose(ofSchema(meaning)))])));
        } else {
            about.append(h("p", {}, ...prose(ofSchema(block))));
        }
    }
    const bounds = [];
    if (option.minimum !== undefined) bounds.push(t("from-to", option.minimum, option.maximum));
    if (option.maxLength !== undefined) bounds.push(t("at-most", option.maxLength));
    if (option.maxItems !== undefined) bounds.push(t("items", option.maxItems));
    if (bounds.length > 0) about.append(h("p", {}, bounds.join(" ")));
}
