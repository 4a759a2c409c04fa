// The page: what is in the input becomes a line in each format, as one types.
import init, { Transformer } from "./senhasegura-siem/web.js";

import { byId, copies, tell } from "./dom.js";
import * as editor from "./editor.js";
import { drawFields, drawKind, drawRejected, makeFields, sayings } from "./fields.js";
import { makeFileView } from "./file.js";
import { FORMATS, colourOf, drawCard, makeCards } from "./lines.js";
import { fieldOf, keyOf, listen, onLight, pin, point, relight, unpoint } from "./links.js";
import { describeForm, fillForm, makeForm, markForm } from "./options.js";
import { describePickers, kindName, makePickers, showPicked } from "./pickers.js";
import { INPUT_MAX, LinkError, checkedConfig, fromFragment, toFragment } from "./state.js";
import { LANGUAGES, speak, t } from "./texts.js";
import { drawHost, makeHosts } from "./use.js";

/** An input up to this length is transformed before the next frame; a longer one when typing pauses. */
const AT_ONCE_MAX = 16 << 10;

/** The example that is shown first. */
const FIRST = "session-ended";

const state = { input: "", config: {}, received: null, host: "" };

const input = byId("input");
let schema, examples, hosts, module, options, cards, files;

/** For each format, its transformer, and what it made of the record that is shown. */
const transformers = {};
const outcomes = {};
let records = [];
let place = 0;
let frame;
let waiting;
/** The options of the example that was picked last, and those of the user in whose place they are. */
let lent = {};
let shadowed = {};
/** Where the latest paste stands in the input, if nothing was typed since. */
let pasted;
/** The last configuration that was not refused. */
let accepted = {};
/** Why the configuration is refused. */
let refused;

start().catch((error) => {
    document.documentElement.dataset.ready = "";
    notify(String(error.message), "en");
});

async function start() {
    const json = async (name) => {
        const response = await fetch(new URL(name, import.meta.url));
        if (!response.ok) throw new Error(`expected ${name}, found HTTP status ${response.status}`);
        return response.json();
    };
    const loaded = [init(), json("config.schema.json"), json("examples.json"), json("hosts.json"), speak(document.documentElement.lang)];
    [module, schema, examples, hosts] = await Promise.all(loaded);

    makePickers(examples, (example) => show(stateOf(example)));
    options = makeForm(byId("form"), schema, changeOption);
    cards = makeCards(byId("cards"), (format) => changeOption("format", format === "cef" ? undefined : format, true), allLines);
    makeFields(byId("fields"));
    makeHosts(hosts, chooseHost);
    files = makeFileView({ module, state });
    listenToInput();
    listenToSettings();
    onLight(say);
    // On a phone, the lines come before the options.
    byId("options").open = matchMedia("(min-width: 64rem)").matches;

    describe();
    await followLink();
    document.documentElement.dataset.ready = "";
    performance.mark("first-line");
}

function hasState() {
    return location.hash.startsWith("#s=");
}

/** Shows the state of the link, or the first example. */
async function followLink() {
    let wrong;
    if (hasState()) {
        try {
            const linked = await fromFragment(location.hash.slice(3), schema);
            showPicked();
            [lent, shadowed] = [{}, {}];
            show(linked);
            if (!linked.isWhole) notify(t("link-unknown-option"));
            return;
        } catch (error) {
            if (!(error instanceof LinkError)) throw error;
            wrong = t(error.message);
        }
    }
    showPicked(FIRST);
    show(stateOf(examples.kinds[FIRST]));
    if (wrong) notify(wrong);
}

/** The state with an example in it. Its options go with it, those of the user stay or come back. */
function stateOf({ input, config }) {
    const own = {};
    for (const [name, value] of Object.entries(state.config)) {
        const isLent = JSON.stringify(lent[name]) === JSON.stringify(value);
        if (!isLent) own[name] = value;
        else if (Object.hasOwn(shadowed, name)) own[name] = shadowed[name];
    }
    shadowed = Object.fromEntries(Object.entries(own).filter(([name]) => Object.hasOwn(config, name)));
    lent = config;
    return { ...state, input, config: checkedConfig({ ...own, ...config }, schema).config };
}

/** Replaces the whole state. */
function show({ input: text, config, received, host }) {
    Object.assign(state, { input: text, config, received, host: host || state.host });
    input.value = text;
    notify("");
    place = 0;
    fillForm(options, config);
    byId("received").value = received === null ? "" : localTime(received);
    chooseHost(state.host);
    configure();
    transform();
    pinInteresting();
}

/** Makes the transformers of the configuration. A refused one is shown beside its option, and the last one stays. */
function configure() {
    refused = undefined;
    try {
        const made = FORMATS.map((format) => [format, new Transformer({ ...state.config, format })]);
        for (const [format, transformer] of made) {
            transformers[format]?.free();
            transformers[format] = transformer;
        }
        accepted = { ...state.config };
    } catch (error) {
        if (error.name !== "ConfigError") throw error;
        refused = error;
        for (const format of FORMATS) transformers[format] ??= new Transformer({ format });
    }
    markForm(options, state.config, refused);
    const count = Object.keys(state.config).length;
    byId("changed").textContent = count > 0 ? t("changed", count) : t("all-default");
    tell(byId("config-error"), refused ? t("config-refused") : "");
    drawUse();
}

function chooseHost(id) {
    state.host = hosts.some((host) => host.id === id) ? id : hosts[0].id;
    drawUse();
}

function drawUse() {
    drawHost(hosts.find(({ id }) => id === state.host) ?? hosts[0], accepted, Boolean(refused));
}

function changeOption(name, value, isFromCard = false) {
    if (value === undefined) delete state.config[name];
    else state.config[name] = Array.isArray(value) ? value.map((item) => item.toWellFormed()) : value.toWellFormed?.() ?? value;
    if (isFromCard) fillForm(options, state.config);
    configure();
    transform();
}

/** Transforms the input, and shows what came of it. */
function transform() {
    cancelAnimationFrame(frame);
    clearTimeout(waiting);
    state.input = input.value;
    records = run((transformer) => transformer.split(state.input), shownFormat()) ?? [];
    const rejections = run((transformer) => transformer.transform(state.input, state.received).rejections, shownFormat()) ?? [];
    place = Math.min(place, Math.max(records.length - 1, 0));
    if (pasted?.isNew) {
        pasted.isNew = false;
        place = Math.max(records.findIndex(({ end }) => end > pasted.start), 0);
    }
    drawRejected(byId("rejected"), records.length > 1 ? rejections : [], select);
    explain();
}

/** Shows the record that is chosen. */
function explain() {
    const record = records[place];
    for (const format of FORMATS) {
        outcomes[format] = record && run((transformer) => explained(transformer, record), format);
        drawCard(cards[format], outcomes[format], format === shownFormat());
    }
    const explanation = shownExplanation();
    byId("pager").hidden = records.length < 2;
    byId("position").textContent = t("position", place + 1, records.length);
    // They keep the focus at the end.
    byId("previous").ariaDisabled = place === 0;
    byId("next").ariaDisabled = place >= records.length - 1;
    editor.draw(fieldsInInput(record, explanation));
    drawFields(byId("fields"), explanation);
    drawKind(byId("kind"), explanation, kindName);
    relight();
}

/** What a transformer says of a record. An object with several records in it has lines, but no explanation. */
function explained(transformer, { start, end }) {
    const record = state.input.slice(start, end);
    const outcome = transformer.explain(record, state.received);
    if (outcome.rejection?.reason !== "not-one") return outcome;
    const { lines, written } = transformer.transform(record, state.received);
    return written > 0 ? { lines } : outcome;
}

/** What a transformer answers; nothing if there is no memory for it. */
function run(use, format) {
    try {
        return use(transformers[format]);
    } catch (error) {
        notify(error.message, "en");
        return undefined;
    }
}

function shownFormat() {
    return FORMATS.includes(state.config.format) ? state.config.format : "cef";
}

function shownExplanation() {
    return outcomes[shownFormat()]?.explanation;
}

function allLines(format) {
    return transformers[format].transform(state.input, state.received).lines;
}

/** Where the fields stand in the input, if the record stands there as it is. */
function fieldsInInput(record, explanation) {
    if (!explanation) return [];
    const at = state.input.slice(record.start, record.end).indexOf(explanation.record);
    if (at < 0) return [];
    const offset = record.start + at;
    return explanation.fields
        .map(({ start, end }, index) => ({ start: start + offset, end: end + offset, key: keyOf({ field: index }), colour: colourOf({ field: index }) }))
        .sort((one, other) => one.start - other.start);
}

/** Lights up a field that was changed, so that one sees what there is to see. */
function pinInteresting() {
    const fields = shownExplanation()?.fields ?? [];
    const written = fields.filter(({ parts }) => parts.length > 0);
    const field = written.find(({ notes }) => notes.some(({ change }) => change)) ?? written[0];
    pin(field && keyOf({ field: fields.indexOf(field) }));
}

/** Says in words what is lit. */
function say(key, by) {
    const explanation = outcomes[by?.dataset?.format ?? shownFormat()]?.explanation ?? shownExplanation();
    byId("says").replaceChildren(...sayings(key, explanation, fieldOf(key) === undefined ? by?.dataset?.name : undefined));
    for (const { line } of Object.values(cards)) {
        for (const part of line.querySelectorAll(".part")) part.setAttribute("aria-selected", part.dataset.key === key);
    }
}

function listenToInput() {
    input.maxLength = INPUT_MAX;
    let start;
    input.addEventListener("beforeinput", () => { start = input.selectionStart; });
    input.addEventListener("input", ({ inputType }) => {
        pasted = inputType === "insertFromPaste" ? { start, end: input.selectionStart, isNew: true } : undefined;
        showPicked();
        cancelAnimationFrame(frame);
        clearTimeout(waiting);
        if (input.value.length <= AT_ONCE_MAX) frame = requestAnimationFrame(transform);
        else waiting = setTimeout(transform, 200);
    });
    // A long text is not for an editor.
    input.addEventListener("paste", (event) => {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        if (text.length + input.value.length <= INPUT_MAX) return;
        event.preventDefault();
        openFile(new File([text], t("pasted")));
    });
    const follow = () => {
        if (document.activeElement !== input) return;
        const at = input.selectionStart;
        // The caret is behind the last record that was pasted, and the first is shown.
        if (at === pasted?.end) return;
        const found = records.findIndex(({ start, end }) => start <= at && at <= end);
        if (found >= 0 && found !== place) {
            place = found;
            explain();
        }
        // Behind a field, such as after its comma, the caret is still on it.
        const field = fieldsInInput(records[place], shownExplanation()).findLast(({ start }) => start <= at);
        if (field) pin(field.key);
    };
    document.addEventListener("selectionchange", follow);
    input.addEventListener("selectionchange", follow);
    input.addEventListener("pointermove", (event) => {
        if (event.pointerType === "touch") return;
        const key = editor.keyAt(event.clientX, event.clientY);
        if (key) point(key);
        else unpoint();
    });
    input.addEventListener("pointerleave", unpoint);

    byId("previous").addEventListener("click", () => turn(-1));
    byId("next").addEventListener("click", () => turn(1));
    byId("open").addEventListener("click", () => byId("chosen").click());
    byId("chosen").addEventListener("change", ({ target }) => {
        openFiles(target.files);
        target.value = "";
    });
    const box = byId("editor");
    let depth = 0;
    const isFile = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragenter", (event) => {
        if (isFile(event)) box.classList.toggle("dropping", (depth += 1) > 0);
    });
    addEventListener("dragleave", (event) => {
        if (isFile(event)) box.classList.toggle("dropping", (depth -= 1) > 0);
    });
    addEventListener("dragover", (event) => {
        if (isFile(event)) event.preventDefault();
    });
    addEventListener("drop", (event) => {
        if (!isFile(event)) return;
        event.preventDefault();
        box.classList.remove("dropping");
        depth = 0;
        openFiles(event.dataTransfer.files);
    });
}

/** Opens the first of the files that are dropped or chosen, and says so if there are others. */
async function openFiles([file, ...others]) {
    if (!file) return;
    await openFile(file);
    if (others.length > 0) notify(t("one-file", file.name));
}

/** Shows a short file in the input; a long one, or one that is no text, is converted. */
async function openFile(file) {
    if (file.size <= INPUT_MAX) {
        const bytes = await file.arrayBuffer();
        try {
            const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
            showPicked();
            show({ ...state, input: text });
            return;
        } catch (error) {
            // What is not UTF-8 is a file of bytes.
            if (!(error instanceof TypeError)) throw error;
        }
    }
    files.show(file);
}

/** Shows the next record or the one before, if there is one. */
function turn(by) {
    const turned = place + by;
    if (turned < 0 || turned >= records.length) return;
    place = turned;
    explain();
    reveal(records[place].start);
    pinInteresting();
}

function select({ start, end }) {
    const found = records.findIndex((record) => start < record.end);
    if (found >= 0) place = found;
    explain();
    input.focus();
    input.setSelectionRange(start, end);
    reveal(start);
}

/** Brings a part of the input into view. */
function reveal(start) {
    const before = state.input.slice(0, start).split("\n").length - 1;
    const all = Math.max(state.input.split("\n").length, 1);
    input.scrollTop = (before / all) * input.scrollHeight;
}

function listenToSettings() {
    const language = byId("language");
    language.value = document.documentElement.lang;
    language.addEventListener("change", async () => {
        if (!LANGUAGES.includes(language.value)) return;
        await speak(language.value);
        describe();
        configure();
        explain();
    });
    byId("theme").addEventListener("change", ({ target }) => {
        document.documentElement.dataset.theme = target.value;
    });
    const received = byId("received");
    received.addEventListener("change", () => {
        const millis = received.value === "" ? NaN : new Date(received.value).getTime();
        state.received = millis >= 0 ? millis : null;
        transform();
    });
    byId("received-now").addEventListener("click", () => {
        state.received = Math.floor(Date.now() / 1000) * 1000;
        received.value = localTime(state.received);
        transform();
    });
    const address = byId("link-address");
    byId("share").addEventListener("click", async () => {
        address.value = new URL(`#s=${await toFragment(state)}`, location.href).href;
        byId("link").showModal();
        address.select();
    });
    copies(byId("link-copy"), () => address.value);
    addEventListener("hashchange", () => hasState() && followLink());
    for (const id of ["lines", "fields"]) listen(byId(id));
}

/** Shows the texts that depend on the language. */
function describe() {
    document.title = `senhasegura-siem ${t("playground")}`;
    describePickers(examples);
    describeForm(options);
    files.describe();
}

/** The value of an input of type `datetime-local`. */
function localTime(millis) {
    const date = new Date(millis);
    if (date.getFullYear() > 9999) return "";
    return new Date(millis - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

/** Says something above everything else. */
function notify(text, lang = document.documentElement.lang) {
    const notice = byId("notice");
    notice.lang = lang;
    tell(notice, text);
}
