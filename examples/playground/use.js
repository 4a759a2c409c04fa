// The configuration as each host takes it, to be copied.
import { byId, copies, h, roving, tell } from "./dom.js";
import { BAKED_MAX, fill, isTooLong } from "./hosts.js";
import { t } from "./texts.js";

/** Makes the list of hosts; `choose` is called with the one that is chosen. */
export function makeHosts(hosts, choose) {
    const list = h("div", { class: "tabs", role: "tablist", "data-t-label": "hosts", "aria-label": t("hosts") });
    roving(list, "[role=tab]", false);
    for (const { id, name } of hosts) {
        const attributes = { type: "button", role: "tab", id: `host-${id}`, "data-host": id, "aria-controls": "panel" };
        const tab = name === null ? h("button", { ...attributes, "data-t": "host-command" }, t("host-command")) : h("button", attributes, name);
        tab.addEventListener("click", () => choose(id));
        tab.addEventListener("focus", () => choose(id));
        list.append(tab);
    }
    const warning = h("p", { class: "error", id: "host-warning", role: "status" });
    byId("hosts").append(list, warning, h("div", { class: "panel", role: "tabpanel", id: "panel", tabindex: 0 }));
}

/** Shows the last configuration that was not refused, as a host takes it. */
export function drawHost(host, config, isRefused) {
    const { id, blocks, isBaked } = host;
    for (const tab of byId("hosts").querySelectorAll("[role=tab]")) {
        const isChosen = tab.dataset.host === id;
        tab.setAttribute("aria-selected", isChosen);
        tab.tabIndex = isChosen ? 0 : -1;
    }
    let warning = "";
    if (isRefused) warning = t("config-refused");
    else if (isBaked && isTooLong(config)) warning = t("too-long-to-bake", BAKED_MAX);
    tell(byId("host-warning"), warning);
    const panel = byId("panel");
    panel.setAttribute("aria-labelledby", `host-${id}`);
    panel.replaceChildren(...blocks.map((block) => drawBlock(id, block, config)));
}

function drawBlock(id, { title, text, page }, config) {
    const filled = fill(text, config);
    const copy = h("button", { type: "button", class: "quiet" }, t("copy"));
    copies(copy, () => filled);
    const name = title === null ? h("span", {}, t("command")) : h("code", {}, title);
    const snippet = { tabindex: 0, "data-snippet": `${id} ${title ?? "command"}`, "aria-label": title ?? t("command") };
    return h("div", { class: "block" },
        h("div", { class: "block-head" }, name, h("span", { class: "facts" }, page), copy),
        h("pre", snippet, h("code", {}, filled)),
    );
}
