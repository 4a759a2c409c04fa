// The examples that one can pick: an event of each kind, and what pipelines hand over.
import { kinds } from "./senhasegura-siem/web.js";

import { byId, h } from "./dom.js";
import { t } from "./texts.js";

/** The names of pipelines that are not their words in capitals; texts have those that are none. */
const NAMES = {
    cefp: "cefp", cloudwatch: "CloudWatch", jc: "jc", journald: "journald", logscale: "LogScale", nifi: "NiFi", nxlog: "NXLog",
    opentelemetry: "OpenTelemetry", pycef: "pycef", rsyslog: "rsyslog", "syslog-ng": "syslog-ng", victorialogs: "VictoriaLogs", xsiam: "Cortex XSIAM",
};

const [event, pipeline] = [byId("event"), byId("pipeline")];

/** The names of the kinds of event by what their examples are called. */
let names = {};

/** `pick` is called with the example that is picked. */
export function makePickers(examples, pick) {
    for (const [folder, select, other] of [["kinds", event, pipeline], ["dialects", pipeline, event]]) {
        select.addEventListener("change", () => {
            if (select.value === "") return;
            other.value = "";
            pick(examples[folder][select.value]);
        });
    }
}

/** Shows that an event is picked, or, without one, that the input is nobody's example. */
export function showPicked(name = "") {
    event.value = name;
    pipeline.value = "";
}

/** Names the examples in the language that is chosen. */
export function describePickers(examples) {
    const isPortuguese = document.documentElement.lang === "pt";
    names = Object.fromEntries(kinds().map(({ name, namePt }) => [slug(name), (isPortuguese && namePt) || name]));
    const order = [...Object.keys(names), "listed"];
    const events = Object.keys(examples.kinds).sort((one, other) => order.indexOf(one) - order.indexOf(other));
    refill(event, events.map((key) => [key, names[key] ?? t(key)]));
    refill(pipeline, Object.keys(examples.dialects).map((key) => [key, pipelineName(key)]));
}

/** The name of a kind of event in the language that is chosen. */
export function kindName(name) {
    return names[slug(name)] ?? name;
}

function refill(select, options) {
    const chosen = select.value;
    select.replaceChildren(h("option", { value: "" }, "–"), ...options.map(([value, text]) => h("option", { value }, text)));
    select.value = chosen;
}

function pipelineName(key) {
    const text = t(`dialect-${key}`);
    if (text !== `dialect-${key}`) return text;
    return NAMES[key] ?? key.split("-").map((word) => word[0].toUpperCase() + word.slice(1)).join(" ");
}

/** What the example of a kind is called. */
function slug(name) {
    return name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}
