// The playground in a browser. URL is where the built page is served from SITE, GOLDENS the folder of
// the golden files, SHOTS where screenshots go.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { deflateRawSync, gzipSync } from "node:zlib";

import { SITE_URL, copied, launch, line, open, ready } from "./browser.mjs";

const { SITE, GOLDENS, SHOTS } = process.env;
const FORMATS = ["cef", "rfc5424", "sensage"];
const permissions = ["clipboard-read", "clipboard-write"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => {
    browser = await launch();
    mkdirSync(SHOTS, { recursive: true });
});
after(() => browser.close());

const golden = (name) => readFileSync(join(GOLDENS, name), "utf8");

function link(state) {
    return `#s=${deflateRawSync(typeof state === "string" ? state : JSON.stringify(state)).toString("base64url")}`;
}

/** Gives the input a text, as a paste does: `fill` would do it line by line. */
async function type(page, text) {
    await page.locator("#input").evaluate((input, text) => {
        input.value = text;
        input.dispatchEvent(new Event("input"));
    }, text);
    await frame(page);
}

/** Waits until what was typed is shown. */
function frame(page) {
    return page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0))));
}

/** What serious or critical fault a checker of accessibility finds. */
async function accessible(page, name) {
    // In a world of its own, the policy of the page does not hold.
    const session = await page.context().newCDPSession(page);
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
    const run = (expression) => session.send("Runtime.evaluate", { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });
    await run(axe);
    const { result, exceptionDetails } = await run("axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => JSON.stringify(violations))");
    assert.equal(exceptionDetails, undefined);
    const found = JSON.parse(result.value).map(({ id, impact, nodes }) => `${name}: ${impact} ${id}: ${nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).slice(0, 3).join("\n")}`);
    assert.deepEqual(found.filter((violation) => /: (serious|critical) /.test(violation)), []);
    for (const violation of found) console.log(violation);
}

test("writes every golden event in each format", async () => {
    const { page, close } = await open(browser, { permissions });
    let count = 0;
    for (const [folder, picker] of [["kinds", "#event"], ["dialects", "#pipeline"]]) {
        const names = readdirSync(join(GOLDENS, folder)).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
        const offered = await page.locator(`${picker} option`).evaluateAll((options) => options.map(({ value }) => value).filter((value) => value));
        assert.deepEqual(offered.sort(), names.sort());
        for (const name of names) {
            await page.locator(picker).selectOption(name);
            const input = golden(`${folder}/${name}.json`);
            assert.equal(await page.locator("#input").inputValue(), input);
            for (const format of FORMATS) {
                const expected = golden(`${folder}/${name}.${format}`);
                assert.equal(await copied(page, format), expected, `${name}, ${format}`);
                count += 1;
            }
            // The lines as they are shown, one record after the other.
            const shown = Object.fromEntries(FORMATS.map((format) => [format, []]));
            const records = await page.locator("#pager").isVisible() ? Number((await page.locator("#position").textContent()).split(" ").at(-1)) : 1;
            for (let place = 0; place < records; place += 1) {
                for (const format of FORMATS) {
                    if (await page.locator(`.format[data-format="${format}"] .reason`).count() === 0) shown[format].push(`${await line(page, format)}\n`);
                }
                if (place < records - 1) await page.locator("#next").click();
            }
            for (const format of FORMATS) assert.equal(shown[format].join(""), golden(`${folder}/${name}.${format}`), `${name}, ${format}, as it is shown`);
        }
    }
    assert.ok(count > 180);
    await close();
});

test("shows the line as one types", async () => {
    const { page, close } = await open(browser, { permissions });
    await page.locator("#input").focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type('{"event_id": 17, "suser": "st');
    await frame(page);
    assert.match(await line(page, "cef"), /^Malformed\. expected /);
    await page.keyboard.type('lee"}');
    await frame(page);
    assert.equal(await line(page, "cef"), "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|suser=stlee");
    assert.match(await line(page, "rfc5424"), / suser="stlee"\]/);
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await frame(page);
    assert.equal(await line(page, "cef"), "A record becomes a line here.");
    // What is to be read out is there, empty, before it says something.
    for (const id of ["notice", "config-error", "host-warning"]) {
        const empty = page.locator(`#${id}[role=status]:empty`);
        assert.ok(await empty.evaluate((element) => getComputedStyle(element).display !== "none" && element.offsetHeight === 0), id);
    }
    // An option changes it, too, and what is refused is said beside the option.
    await type(page, '{"event_id": 17, "suser": "stlee"}');
    await page.locator("#option-device_vendor").fill("Acme|Corp");
    assert.match(await line(page, "cef"), /^CEF:0\|Acme\\\|Corp\|/);
    await page.locator("#option-max_bytes").fill("3");
    assert.match(await page.locator("#option-max_bytes-error").textContent(), /^expected an integer from 200 to 67108864, found 3$/);
    assert.match(await line(page, "cef"), /^CEF:0\|Acme\\\|Corp\|/);
    await page.locator("[data-option=max_bytes] .reset").click();
    assert.equal(await page.locator("#option-max_bytes-error").isHidden(), true);
    await page.locator("#option-keys").selectOption("dictionary");
    await page.locator("#option-safe_header").check();
    await page.locator("#option-keep").fill("severity\nhost");
    await page.locator("#shown-rfc5424").check();
    assert.equal(await page.locator("#option-format").inputValue(), "rfc5424");
    const config = JSON.parse(await page.locator('[data-snippet="fluent-bit siem.json"]').textContent());
    assert.deepEqual(config, { device_vendor: "Acme|Corp", keys: "dictionary", safe_header: true, keep: ["severity", "host"], format: "rfc5424" });
    // The time of reception.
    await page.locator("#received-now").click();
    assert.match(await line(page, "rfc5424"), /^<13>1 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z /);
    // An example brings its options along, and takes only those away.
    const options = () => page.evaluate(() => ["device_vendor", "timezone", "keys"].map((name) => document.querySelector(`#option-${name}`).value));
    await page.locator("#pipeline").selectOption("rsyslog");
    assert.deepEqual(await options(), ["Acme|Corp", "-03:00", "dictionary"]);
    await page.locator("#event").selectOption("backup");
    assert.deepEqual(await options(), ["Acme|Corp", "", "dictionary"]);
    // What it brings in place of the user's own gives way to that again.
    await page.locator("#option-timezone").fill("+05:30");
    for (const pipeline of ["rsyslog", "rsyslog"]) {
        await page.locator("#pipeline").selectOption(pipeline);
        assert.deepEqual(await options(), ["Acme|Corp", "-03:00", "dictionary"]);
        await page.locator("#event").selectOption("backup");
        assert.deepEqual(await options(), ["Acme|Corp", "+05:30", "dictionary"]);
    }
    await close();
});

test("finds the records of an input, however they are laid out", async () => {
    const { page, close } = await open(browser, { permissions });
    const record = (suser) => `{"event_id": 17, "suser": "${suser}"}`;
    await type(page, `[${record("a")}, ${record("b}")}]\n\n{"event_id": 17,\n "suser": "c"} nonsense\n<13>Mar  4 09:15:00 vault CEF:0|MT4|senhasegura|3|17|x|5|suser=d\n${record("e")}${record("f")}`);
    const seen = [];
    for (let place = 1; place <= 7; place += 1) {
        await page.locator("#position").filter({ hasText: `Record ${place} of 7` }).waitFor();
        seen.push((await line(page, "cef")).replace(/^CEF.*suser=/, ""));
        if (place < 7) await page.locator("#next").click();
    }
    // It ends there.
    await page.locator("#next").press("Enter");
    await page.locator("#position").filter({ hasText: "Record 7 of 7" }).waitFor();
    assert.deepEqual(seen.map((text) => text.slice(0, 10)), ["a", "b}", "c", "Malformed.", "d", "e", "f"]);
    assert.equal(await page.locator("#rejected li").count(), 1);
    await page.locator("#rejected li button").click();
    assert.equal(await page.evaluate(() => getSelection().toString() || document.querySelector("#input").value.slice(document.querySelector("#input").selectionStart, document.querySelector("#input").selectionEnd)), "nonsense");
    // The caret chooses the record that it is in.
    await page.locator("#input").evaluate((input) => input.setSelectionRange(input.value.length - 3, input.value.length - 3));
    await page.locator("#position").filter({ hasText: "Record 7 of 7" }).waitFor();
    // Of those that are pasted, the first is shown, though the caret is behind the last.
    await type(page, `${record("before")}\n`);
    await page.evaluate((text) => navigator.clipboard.writeText(text), `${record("one")}\n${record("two")}`);
    await page.locator("#input").press("Control+End");
    await page.keyboard.press("Control+V");
    await page.locator("#position").filter({ hasText: "Record 2 of 3" }).waitFor();
    assert.match(await line(page, "cef"), /suser=one$/);
    await page.keyboard.press("ArrowLeft");
    await page.locator("#position").filter({ hasText: "Record 3 of 3" }).waitFor();
    // An object with several in it is one, and there may be many.
    await type(page, `{"records": [${record("a")}, ${record("b")}]}${`\n${record("c")}`.repeat(800)}`);
    for (const [place, key, lines] of [[1, "Home", /suser=a\n.*suser=b$/], [801, "End", /suser=c$/]]) {
        await page.waitForFunction(() => document.querySelector("#position").textContent.endsWith(" 801"));
        await page.locator("#input").press(`Control+${key}`);
        await page.locator("#position").filter({ hasText: `Record ${place} of 801` }).waitFor();
        assert.match(await line(page, "cef"), lines);
    }
    await close();
});

test("ties each part of a line to its field", async () => {
    const { page, close } = await open(browser);
    // What a newcomer sees first: a part that has another name than its field.
    const says = page.locator("#says");
    assert.equal(await says.textContent(), "dpt comes from the field dposrt. renamed this is senhasegura's misspelling of dpt");
    const part = (format, name) => page.locator(`.format[data-format="${format}"] .part[data-name="${name}"]`);
    const row = (name) => page.locator("#fields tbody tr", { has: page.locator(`.name:text-is("${name}")`) });
    const isLit = (locator) => locator.evaluate((element) => element.classList.contains("lit"));
    assert.ok(await isLit(part("cef", "dpt")) && await isLit(row("dposrt")));

    await part("cef", "suser").hover();
    assert.ok(await isLit(row("suser")) && await isLit(part("rfc5424", "suser")) && await isLit(page.locator("#under .part.lit")));
    assert.equal(await page.locator("#under .lit").textContent(), '"suser": "stlee"');
    assert.match(await says.textContent(), /^suser comes from the field suser\./);
    await row("host").hover();
    assert.ok(await isLit(part("cef", "dvchost")) && !(await isLit(part("cef", "suser"))));
    await page.locator("#fields tr[data-key=configuration]").hover();
    assert.equal(await says.textContent(), "Device Vendor, Device Product come from the options.");
    await part("cef", "Severity").hover();
    assert.equal(await says.textContent(), "Severity comes from the catalog of events.");
    // Over the input.
    const box = await page.locator("#under .part").first().boundingBox();
    await page.mouse.move(box.x + 5, box.y + 5);
    assert.ok(await isLit(row("event_id")));
    // Where nothing is pointed at, what was pinned is lit.
    await page.mouse.move(2, 2);
    assert.ok(await isLit(part("cef", "dpt")));
    await close();
});

test("works by keyboard alone", async () => {
    const { page, close } = await open(browser, { permissions });
    const focused = () => page.evaluate(() => {
        const { id, className, textContent, dataset } = document.activeElement;
        return id || dataset.name || textContent.trim() || className;
    });
    await type(page, '{"event_id": 17,\n"event_name": "x",\n"host": "h",\n"msg": "m", "dposrt": "22", "duser": "d"}');
    await page.locator("body").focus();
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the lines");
    await page.keyboard.press("Enter");
    assert.match(await line(page, "cef"), /duser=d$/);
    const stops = [];
    for (let step = 0; step < 4; step += 1) {
        await page.keyboard.press("Tab");
        stops.push(await focused());
    }
    // The format, its button, the parts of its line, then the next format's button: radio buttons are one stop.
    assert.deepEqual(stops, ["shown-cef", "Copy", "Device Vendor", "Copy"]);
    await page.keyboard.press("Shift+Tab");
    for (const [key, name] of [["End", "duser"], ["ArrowLeft", "dpt"], ["Home", "Device Vendor"], ["ArrowRight", "Device Product"]]) {
        await page.keyboard.press(key);
        assert.equal(await focused(), name);
    }
    assert.match(await page.locator("#says").textContent(), /^Device Product comes from the options/);
    // The ring of what has the focus can be seen.
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
    assert.equal(outline, "2px");
    // The rows of the fields, by one stop and arrows.
    await page.locator("#fields .name").first().focus();
    await page.keyboard.press("ArrowDown");
    assert.equal(await focused(), "event_name");
    assert.ok(await page.locator('.format[data-format="cef"] .part[data-name="Name"]').evaluate((element) => element.classList.contains("lit")));
    // The caret in the input lights up the field that it is in.
    await page.locator("#input").focus();
    await page.keyboard.press("Control+Home");
    for (let step = 0; step < 2; step += 1) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.waitForFunction(() => document.querySelector("#fields tr.lit .name")?.textContent === "host");
    await page.keyboard.press("ArrowUp");
    await page.waitForFunction(() => document.querySelector("#fields tr.lit .name")?.textContent === "event_name");
    // Tab leaves the input.
    await page.keyboard.press("Tab");
    assert.notEqual(await focused(), "input");
    // The hosts.
    await page.locator("#host-fluent-bit").focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator("#panel").textContent(), /module_path: \.\/siem\.wasm/);
    // The link.
    await page.locator("#share").focus();
    await page.keyboard.press("Enter");
    await page.locator("#link").waitFor();
    const address = await page.locator("#link-address").inputValue();
    assert.ok(address.startsWith(`${SITE_URL}#s=`));
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#link-copy").filter({ hasText: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
    await page.keyboard.press("Escape");
    assert.equal(await focused(), "share");
    await close();
});

test("leads Tab through the page, but not to what is hidden from readers of the screen", async () => {
    const { page, close } = await open(browser);
    await type(page, '{"event_id": 17}\n'.repeat(100));
    await page.locator("body").focus();
    const reached = new Set();
    for (let step = 0; step < 100; step += 1) {
        await page.keyboard.press("Tab");
        const { name, isHidden } = await page.evaluate(() => {
            const element = document.activeElement;
            return { name: element.id || element.className || element.localName, isHidden: element.closest("[aria-hidden=true]") !== null };
        });
        assert.ok(!isHidden, name);
        reached.add(name);
        if (name === "panel") break;
    }
    for (const name of ["input", "next", "shown-cef", "panel"]) assert.ok(reached.has(name), [...reached].join(" "));
    // The marks under the input still follow it.
    await page.locator("#input").evaluate((input) => { input.scrollTop = 300; });
    await page.waitForFunction(() => document.querySelector("#under").scrollTop === 300);
    assert.equal(await page.evaluate(() => document.querySelector("#under").clientWidth - document.querySelector("#input").clientWidth), 0);
    await close();
});

test("marks no more than it can of what cannot be seen", async () => {
    const { page, close } = await open(browser);
    const text = JSON.stringify({ event_id: 17, msg: "\u202e\u202d".repeat(30_000) });
    await type(page, text);
    await page.waitForFunction(() => document.querySelector("#unseen").textContent.includes("60000"));
    assert.equal(await page.locator("#under").textContent(), `${text}\n`);
    const count = (selector) => page.locator(selector).count();
    assert.deepEqual([await count("#under .ghost"), await count(".format[data-format=cef] .line .unseen")], [2000, 1001]);
    assert.ok((await count("*")) < 10_000);
    // Of many fields, too.
    const fields = Array.from({ length: 200 }, (_, index) => [`f${index}`, "\u202e\u202d".repeat(120)]);
    await type(page, JSON.stringify({ event_id: 17, ...Object.fromEntries(fields) }));
    await page.waitForFunction(() => document.querySelector("#unseen").textContent.includes("48000"));
    // A last label says what is left of each text.
    assert.ok((await count("#fields .unseen")) <= 1000 + 200);
    // The same one several times is one mark.
    await type(page, JSON.stringify({ event_id: 17, msg: `a${"\u202e".repeat(1000)}b` }));
    assert.equal(await page.locator(".format[data-format=cef] .line .unseen").textContent(), "1000 × RLO");
    await close();
});

test("keeps the whole state in a link, and nothing anywhere else", async () => {
    const first = await open(browser);
    await type(first.page, '{"event_id": 17, "suser": "é\u{1F600}"}');
    await first.page.locator("#option-device_vendor").fill("Acme");
    await first.page.locator("#shown-rfc5424").check();
    await first.page.locator("#received").fill("2026-03-04T09:15:00");
    await first.page.locator("#received").dispatchEvent("change");
    await first.page.locator("#host-python").click();
    const lines = await Promise.all(FORMATS.map((format) => line(first.page, format)));
    await first.page.locator("#share").click();
    await first.page.locator("#link").waitFor();
    const address = await first.page.locator("#link-address").inputValue();
    assert.equal(first.page.url(), SITE_URL);
    const kept = await first.page.evaluate(async () => [localStorage.length, sessionStorage.length, document.cookie, (await indexedDB.databases()).length, (await caches.keys()).length]);
    assert.deepEqual(kept, [0, 0, "", 0, 0]);
    await first.close();
    const second = await open(browser, {}, address.slice(SITE_URL.length));
    assert.deepEqual(await Promise.all(FORMATS.map((format) => line(second.page, format))), lines);
    assert.equal(await second.page.locator("#option-device_vendor").inputValue(), "Acme");
    assert.match(await second.page.locator("#panel").textContent(), /Transformer\(\{.*"device_vendor": "Acme"/);
    assert.ok(await second.page.locator("#notice").isHidden());
    await second.close();
});

const MARKUP = `</textarea></script><script>globalThis.ran=1</script><img src=//x.invalid onerror=ran=1><style>*{display:none!important}</style><svg onload=ran=1>{{1}}\${ran=1}`;
const HOSTILE = [
    JSON.stringify({ event_id: 17, event_name: MARKUP, [MARKUP]: MARKUP, msg: `javascript:${MARKUP}`, suser: "a\u202eb\u2066c\u200b\u0000\u001b[31m", cs1Label: MARKUP, cs1: "x" }),
    JSON.stringify({ event_id: 17, __proto__: 1, constructor: MARKUP, "data-key": "f0", suser: "o" + "\u0301".repeat(500) }).replace('"event_id"', '"__proto__": {"x": 1}, "hasOwnProperty": "y", "event_id"'),
    `CEF:0|MT4|${MARKUP.replaceAll("|", "")}|1|17|${MARKUP.replaceAll("|", "")}|5|suser=${MARKUP} msg=${MARKUP}`,
    MARKUP,
    `{"event_id": 17, "${MARKUP.replaceAll('"', "")}`,
    "\u202e".repeat(2000),
    `{"event_id":17${Array.from({ length: 250 }, (_, index) => `,"f${index}":"${"v".repeat(50)}"`).join("")}}`,
    `{"event_id":17,"msg":"${"W".repeat(100_000)}"}`,
    "[".repeat(60_000),
    "{}".repeat(30_000),
    "}\n".repeat(30_000),
];

test("shows hostile records as text, and nothing of them runs or leaves", async () => {
    const { page, close } = await open(browser, { permissions });
    const elements = () => page.evaluate(() => [...new Set([...document.querySelectorAll("*")].map(({ localName }) => localName))].sort().join(" "));
    const known = new Set((await elements()).split(" ").concat(["span", "br", "ol", "li", "h3", "b", "code", "div", "p", "strong"]));
    const style = () => page.evaluate(() => JSON.stringify(["body", ".top", "#lines h2", "#share"].map((selector) => {
        const { color, display, backgroundColor } = getComputedStyle(document.querySelector(selector));
        return [color, display, backgroundColor];
    })));
    const usual = await style();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    for (const text of HOSTILE) {
        await type(page, text);
        await page.waitForFunction(() => document.querySelector('.format[data-format="sensage"] .line').childElementCount > 0);
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0))));
        for (const name of (await elements()).split(" ")) assert.ok(known.has(name), name);
        assert.equal(await style(), usual);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        assert.equal(await page.evaluate(() => globalThis.ran), undefined);
        for (const tab of ["redpanda-connect", "fluent-bit"]) await page.locator(`#host-${tab}`).click();
    }
    await type(page, HOSTILE[0]);
    assert.match(await line(page, "rfc5424"), /<script>globalThis\.ran=1<\/script>/);
    const labels = await page.locator('.format[data-format="cef"] .unseen').allTextContents();
    assert.deepEqual(["RLO", "LRI", "ZWSP"].filter((label) => !labels.includes(label)), []);
    assert.match(await page.locator("#unseen").textContent(), /^3 characters that cannot be seen: RLO U\+202ELRI U\+2066ZWSP U\+200B/);
    assert.equal(await page.locator("#under .ghost").count(), 3);
    assert.ok(await page.locator("#editor").evaluate((element) => element.classList.contains("in-order")));
    await type(page, '{"event_id": 17, "suser": "a\u200bb"}');
    assert.equal(await page.locator("#unseen").textContent(), "A character that cannot be seen: ZWSP U+200B");
    // In options.
    for (const option of ["device_vendor", "line_key", "record"]) await page.locator(`#option-${option}`).fill(`/${MARKUP.slice(0, 50)}\u202e`);
    for (const tab of await page.locator("[role=tab]").all()) {
        await tab.click();
        assert.doesNotMatch(await page.locator("#panel").textContent(), /\u202e/);
    }
    assert.equal(await page.evaluate(() => globalThis.ran), undefined);
    await close();
});

test("takes nothing but a state from a hostile link", async () => {
    const first = golden("kinds/session-ended.cef").trimEnd();
    const wrong = "The link does not hold a state of this page, so the first example is shown.";
    const long = "The link holds more than this page takes, so the first example is shown.";
    const odd = "The link has options that this page does not know, or whose values have the wrong type. They are left out.";
    const none = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|";
    // Each with what the page says, and the line.
    const links = [
        ["#s=", wrong, first], ["#s=%00", wrong, first], ["#s=<script>alert(1)</script>", wrong, first], [`#s=${"A".repeat(100_000)}`, wrong, first], ["#javascript:alert(1)", "", first],
        [link("{"), wrong, first], [link("[1]"), wrong, first], [link("null"), wrong, first], [link({ input: {} }), wrong, first],
        [link(JSON.stringify({ input: "x".repeat(50 << 20) })), long, first],
        [link(`{"__proto__": {"input": "x"}, "input": "{\\"event_id\\":17}", "config": {"__proto__": {"format": "x"}, "format": "<b>", "toString": 1}}`), odd, none],
        [link({ input: '{"event_id":17}', config: { format: "constructor", max_bytes: -1e300, keep: Array(60).fill("k") }, host: "__proto__", received: 8.64e15 }), "", none],
        [link({ input: MARKUP, config: { device_vendor: MARKUP, record: "/\u0000" }, host: MARKUP }), "", "Malformed. expected JSON, CEF or syslog, found `<` at byte 0"],
        [link({ input: "{}".repeat(100_000) }), "", /^Not an event\. expected an event id /],
        [link({ input: "[".repeat(200_000) }), "", "Not an object. expected a JSON object, found an array"],
    ];
    for (const [fragment, notice, expected] of links) {
        const { page, close } = await open(browser, {}, fragment);
        const shown = await line(page, "cef");
        assert.equal(await page.locator("#notice").textContent(), notice, fragment.slice(0, 60));
        if (expected instanceof RegExp) assert.match(shown, expected);
        else assert.equal(shown, expected, fragment.slice(0, 60));
        assert.equal(await page.evaluate(() => globalThis.ran), undefined);
        // The page still works.
        await page.locator("#event").selectOption("backup");
        await page.waitForFunction((expected) => document.querySelector('.format[data-format="cef"] .line').textContent === expected, golden("kinds/backup.cef").trimEnd());
        await close();
    }
    // While the page is open.
    const { page, close } = await open(browser, { locale: "pt-BR" });
    await page.evaluate((hash) => { location.hash = hash; }, link({ input: '{"event_id":17,"suser":"linked"}' }));
    await page.waitForFunction(() => document.querySelector("#cards").textContent.includes("suser=linked"));
    await page.evaluate(() => { location.hash = "#s=x"; });
    await page.locator("#notice").filter({ hasText: "O link não contém um estado desta página" }).waitFor();
    assert.equal(await page.locator("#notice").getAttribute("lang"), "pt");
    await close();
});

test("has a policy under which nothing runs or connects but what it ships", async () => {
    const { page, close } = await open(browser);
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
    assert.deepEqual(policy.match(/'[a-z-]*unsafe[a-z-]*'/g), ["'wasm-unsafe-eval'"]);
    assert.match(policy, /default-src 'none'.*connect-src 'self'/);
    // The README documents the same as a header, with what a meta tag cannot have.
    const readme = readFileSync(join(process.env.PAGE, "README.md"), "utf8");
    assert.ok(readme.includes(policy), policy);
    const outcomes = await page.evaluate(async () => {
        const attempt = async (run) => {
            try {
                await run();
                return "ran";
            } catch ({ name }) {
                return name;
            }
        };
        const outcomes = [
            await attempt(() => fetch("https://x.invalid/")),
            // Not in what the test itself evaluates, for which the policy does not hold.
            await attempt(() => new Promise((resolve, reject) => setTimeout(() => { try { resolve(eval("1")); } catch (error) { reject(error); } }))),
            await attempt(() => { document.body.innerHTML = "<b>x</b>"; }),
            await attempt(() => trustedTypes.createPolicy("other", {})),
            await attempt(() => import("data:text/javascript,0")),
        ];
        await new Promise((resolve) => setTimeout(resolve, 100));
        const violated = new Set(globalThis.violations.map((violation) => violation.split(" ")[0]));
        globalThis.violations = [];
        return [...outcomes, [...violated].sort().join(" ")];
    });
    assert.deepEqual(outcomes, ["TypeError", "EvalError", "TypeError", "TypeError", "TypeError", "connect-src require-trusted-types-for script-src-elem trusted-types"]);
    // The attempts are in the log as faults.
    await assert.rejects(close());
});

test("speaks the language of the browser, and others", async () => {
    for (const [locale, language, title, reason] of [["pt-BR", "pt", "Entrada", "é assim que o senhasegura grafa dpt"], ["es-MX", "es", "Entrada", "así es como senhasegura escribe dpt"], ["fr-FR", "en", "Input", "this is senhasegura's misspelling of dpt"]]) {
        const { page, close } = await open(browser, { locale });
        assert.equal(await page.locator("html").getAttribute("lang"), language);
        assert.equal(await page.locator("#input-title").textContent(), title);
        assert.ok((await page.locator("#says").textContent()).endsWith(reason));
        assert.deepEqual(await page.locator("#says .note code").allTextContents(), ["dpt"]);
        if (language === "pt") {
            assert.equal(await page.locator("#event option:checked").textContent(), "Sessão finalizada");
            assert.match(await page.locator("#kind").textContent(), /^Evento: Sessão finalizada, identificado por event_id/);
            assert.match(await page.locator("#option-format-about").textContent(), /^O formato das linhas\./);
        }
        await page.screenshot({ path: join(SHOTS, `${language}.png`) });
        for (const other of ["es", "en", "pt"]) {
            await page.locator("#language").selectOption(other);
            await page.waitForFunction((wanted) => document.documentElement.lang === wanted, other);
            assert.equal(await page.locator("#lines-title").textContent(), { es: "Líneas", en: "Lines", pt: "Linhas" }[other]);
        }
        await close();
    }
});

test("suits light, dark and a phone, without a serious fault of accessibility", async () => {
    const views = {
        light: { colorScheme: "light" },
        dark: { colorScheme: "dark" },
        phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
        "phone-dark": { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, colorScheme: "dark" },
        tablet: { viewport: { width: 820, height: 1180 } },
        short: { viewport: { width: 1280, height: 500 } },
    };
    for (const [name, options] of Object.entries(views)) {
        const { page, close } = await open(browser, options);
        const isTouched = options.hasTouch ?? false;
        assert.deepEqual(await page.locator("#lines .head .hint").filter({ visible: true }).allTextContents(), [isTouched ? "Tap a part to see which field it comes from." : "Point at a part, or move with ← →, to see which field it comes from."]);
        const shot = (suffix) => page.screenshot({ path: join(SHOTS, `${name}${suffix}.png`), fullPage: suffix !== "" });
        await shot("");
        const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(await overflow() <= 0, `${name}: ${await overflow()} px too wide`);
        await accessible(page, name);
        const shift = await page.evaluate(() => globalThis.shifts.reduce((sum, value) => sum + value, 0));
        console.log(`${name}: layout shift ${shift.toFixed(4)}`);
        assert.ok(shift < 0.02, `${name}: layout shift ${shift}`);
        await page.locator("#pipeline").selectOption("rsyslog");
        await page.locator("#options").evaluate((element) => { element.open = true; });
        await page.locator("#option-max_bytes").fill("x");
        await shot("-changed");
        await accessible(page, `${name}, changed`);
        assert.ok(await overflow() <= 0);
        await page.locator("[data-option=max_bytes] .reset").click();
        await type(page, HOSTILE[0]);
        await shot("-hostile");
        assert.ok(await overflow() <= 0);
        for (const [what, text] of Object.entries({ empty: "", rejected: "nonsense", several: '{"event_id": 17}\nnonsense\n{"event_id": 18}', "several in one": `{"records": [${Array(60).fill('{"event_id": 17}').join(", ")}]}` })) {
            await type(page, text);
            await accessible(page, `${name}, ${what}`);
        }
        await page.locator("#share").click();
        await accessible(page, `${name}, link`);
        await close();
    }
    // The switch overrules the system.
    const { page, close } = await open(browser, { colorScheme: "light" });
    const back = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await back();
    await page.locator("#theme").selectOption("dark");
    assert.notEqual(await back(), light);
    await page.locator("#theme").selectOption("light");
    assert.equal(await back(), light);
    await close();
});

test("is small, and marks when the first line is shown", async () => {
    const { page, requests, close } = await open(browser);
    const size = (files) => files.reduce((sum, file) => sum + gzipSync(readFileSync(join(SITE, file)), { level: 9 }).length, 0);
    const loaded = [...new Set(requests.map((url) => decodeURIComponent(url.slice(SITE_URL.length).replace(/[?#].*/, "")) || "index.html"))];
    const all = readdirSync(SITE, { recursive: true }).filter((file) => statSync(join(SITE, file)).isFile());
    console.log(`transferred: ${loaded.length} files, ${size(loaded)} bytes compressed; all files: ${size(all)}`);
    for (const file of all.sort((one, other) => size([other]) - size([one])).slice(0, 6)) console.log(`    ${file}: ${size([file])}`);
    assert.ok(size(loaded) < 250_000);
    assert.ok(size(all) < 265_000);
    const time = () => page.evaluate(() => performance.getEntriesByName("first-line")[0].startTime);
    const times = [await time()];
    for (let round = 0; round < 4; round += 1) {
        await page.reload();
        await ready(page);
        times.push(await time());
    }
    console.log(`first line after ${times.map((each) => Math.round(each)).join(", ")} ms`);
    await close();
});
