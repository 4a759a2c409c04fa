// Large files, of FILE_MEGABYTES (100). URL is where the page is served, PACKAGE the folder of the npm
// package, DAY the example stream, WORK a folder for files.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, createReadStream, createWriteStream, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";

import { lasting, launch, open } from "./browser.mjs";

const { PACKAGE, DAY, WORK } = process.env;
const { Transformer, createTransform } = await import(join(PACKAGE, "node.mjs"));

const SIZE = 1e6 * (process.env.FILE_MEGABYTES ?? 100);
const config = { timezone: "-03:00" };
const input = join(WORK, "large.ndjson");
const expected = { hash: createHash("sha256"), lines: 0, rejected: 0 };

let browser;
before(async () => {
    mkdirSync(WORK, { recursive: true });
    const day = readFileSync(DAY);
    writeFileSync(input, Buffer.concat(Array(Math.ceil(SIZE / day.length)).fill(day)));
    // What Node makes of it. The stream consists of whole days, so that each is a batch.
    const transformer = new Transformer(config);
    for (let at = 0; at < statSync(input).size; at += day.length) {
        const { lines, written, rejections } = transformer.transform(day);
        expected.hash.update(lines);
        expected.lines += written;
        expected.rejected += rejections.length;
    }
    expected.hash = expected.hash.digest("hex");
    // The same as the page does: from a file, into a file.
    const [output, refused] = [join(WORK, "large.cef"), []];
    const begun = performance.now();
    const siem = createTransform(config, { rejected: (rejection) => { refused.push(JSON.stringify(rejection)); } });
    await pipeline(createReadStream(input), siem, createWriteStream(output));
    expected.seconds = (performance.now() - begun) / 1000;
    assert.equal(await hashOf(createReadStream(output)), expected.hash);
    assert.equal(refused.length, expected.rejected);
    rmSync(output);
    browser = await launch();
});
after(() => browser.close());

async function hashOf(stream) {
    const hash = createHash("sha256");
    for await (const chunk of stream) hash.update(chunk);
    return hash.digest("hex");
}

/** Opens the page with the file in it. Without `picker`, the browser cannot write a file as it is made. */
async function openFile(options = {}, picker = () => { delete globalThis.showSaveFilePicker; }, within = browser) {
    const opened = await open(within, options);
    const { page } = opened;
    await page.evaluate(picker);
    await page.locator("#option-timezone").fill("-03:00");
    await page.locator("#chosen").setInputFiles(input);
    assert.equal(await page.locator("#file-name").textContent(), "large.ndjson");
    return opened;
}

/** Counts the frames that the page draws meanwhile, and the longest time between two. */
function watch(page) {
    return page.evaluate(() => {
        globalThis.frames = { count: 0, longest: 0 };
        let last = performance.now();
        const frame = (now) => {
            globalThis.frames.count += 1;
            globalThis.frames.longest = Math.max(globalThis.frames.longest, now - last);
            last = now;
            requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
    });
}

/** The memory of the browser's processes, in megabytes; what they share counts once. */
function memory() {
    let kilobytes = 0;
    for (const process_ of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        try {
            if (!readlinkSync(`/proc/${process_}/exe`).startsWith(process.env.BROWSER)) continue;
            kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${process_}/smaps_rollup`, "utf8"))[1]);
        } catch {
            // It has ended, or is another user's.
        }
    }
    return Math.round(kilobytes / 1000);
}

const done = (page) => page.waitForFunction(() => !document.querySelector("#file-again").hidden || !document.querySelector("#file-rejected").hidden, null, { timeout: 300_000 });

test("converts a large file while the page is used", async () => {
    const { page, close } = await openFile({ acceptDownloads: true });
    await watch(page);
    const begun = performance.now();
    const download = page.waitForEvent("download", { timeout: 300_000 });
    await page.locator("#file-convert").click();
    await page.waitForFunction(() => /^[1-9]\d? %/.test(document.querySelector("#file-running").textContent), null, { timeout: 60_000 });
    // Figures that change all the time are not read out.
    assert.equal(await page.locator("#file-status").textContent(), "");
    // Meanwhile, the page is used.
    await page.locator("#event").selectOption("backup");
    await page.locator("#input").fill('{"event_id": 17, "suser": "meanwhile"}');
    await page.waitForFunction(() => document.querySelector("#cards").textContent.includes("suser=meanwhile"));
    await download.then(async (file) => {
        const seconds = (performance.now() - begun) / 1000;
        assert.equal(file.suggestedFilename(), "large.cef");
        assert.equal(await hashOf(createReadStream(await file.path())), expected.hash);
        // Without what the test does to the page meanwhile, and the copy that it gets of the file.
        const own = Number(/ in ([\d.]+) s/.exec(await page.locator("#file-status").textContent())[1]);
        const frames = await page.evaluate(() => globalThis.frames);
        const size = statSync(input).size / 1e6;
        console.log(`browser: ${(size / own).toFixed(1)} MB/s, ${(size / seconds).toFixed(1)} until the file is there; Node: ${(size / expected.seconds).toFixed(1)} MB/s; ratios ${(expected.seconds / own).toFixed(2)}, ${(expected.seconds / seconds).toFixed(2)}; ${frames.count} frames, ${Math.round(frames.longest)} ms between two at most`);
    });
    const status = await page.locator("#file-status").textContent();
    const number = (value) => value.toLocaleString("en");
    assert.ok(status.startsWith(`Lines: ${number(expected.lines)}, rejected: ${number(expected.rejected)}, in `), status);
    // What was rejected is kept, each with its reason.
    const rejected = page.waitForEvent("download");
    await page.locator("#file-rejected").click();
    const text = readFileSync(await (await rejected).path(), "utf8").trimEnd().split("\n");
    assert.equal(text.length, expected.rejected);
    const [first] = text.map((line) => JSON.parse(line));
    assert.deepEqual(Object.keys(first), ["input", "start", "end", "reason", "message", "record"]);
    assert.equal(first.input, "large.ndjson");
    assert.equal(readFileSync(DAY).subarray(first.start, first.end).toString(), first.record);
    await close();
});

/** The dialog is the browser's; what it gives is a handle like this one. */
function choose() {
    globalThis.showSaveFilePicker = async ({ suggestedName }) => (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
}

test("writes into the file that is chosen, as it is made", async () => {
    const profile = join(WORK, "profile");
    rmSync(profile, { recursive: true, force: true });
    const { page, close } = await openFile({}, choose, lasting(profile));
    const before = memory();
    let most = 0;
    const timer = setInterval(() => { most = Math.max(most, memory()); }, 100);
    await page.locator("#file-convert").click();
    await done(page);
    clearInterval(timer);
    console.log(`memory: ${before} MB before, at most ${most} MB`);
    assert.match(await page.locator("#file-status").textContent(), /^Lines: \d/);
    assert.ok(await page.locator("#file-again").isHidden());
    const hash = await page.evaluate(async () => {
        const handle = await (await navigator.storage.getDirectory()).getFileHandle("large.cef");
        const digest = await crypto.subtle.digest("SHA-256", await (await handle.getFile()).arrayBuffer());
        await (await navigator.storage.getDirectory()).removeEntry("large.cef");
        return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    });
    assert.equal(hash, expected.hash);
    await close();
    rmSync(profile, { recursive: true });
});

/** Begins a conversion, and cancels it as soon as some of it is done. */
async function cancelled(page) {
    await page.evaluate(() => {
        const running = document.querySelector("#file-running");
        const observer = new MutationObserver(() => {
            if (!/%/.test(running.textContent)) return;
            observer.disconnect();
            document.querySelector("#file-cancel").click();
        });
        observer.observe(running, { childList: true });
    });
    await page.locator("#file-convert").click();
}

test("can be cancelled, and begun again", async () => {
    const { page, close } = await openFile({ acceptDownloads: true });
    let downloads = 0;
    page.on("download", () => { downloads += 1; });
    await cancelled(page);
    await page.locator("#file-status").filter({ hasText: "Cancelled. Nothing was saved." }).waitFor();
    assert.ok(await page.locator("#file-cancel").isHidden());
    assert.ok(await page.locator("#file-convert").isVisible());
    assert.equal(page.workers().length, 0);
    // Another language says the same.
    await page.locator("#language").selectOption("pt");
    await page.locator("#file-status").filter({ hasText: "Cancelado. Nada foi salvo." }).waitFor();
    const again = page.waitForEvent("download", { timeout: 300_000 });
    await page.locator("#file-convert").click();
    assert.equal(await hashOf(createReadStream(await (await again).path())), expected.hash);
    assert.equal(downloads, 1);
    await page.locator("#file-close").click();
    assert.ok(await page.locator("#file").isHidden());
    await close();
});

test("leaves nothing in the chosen file when it is cancelled", async () => {
    const profile = join(WORK, "profile-cancelled");
    rmSync(profile, { recursive: true, force: true });
    const { page, close } = await openFile({}, choose, lasting(profile));
    await cancelled(page);
    await page.locator("#file-status").filter({ hasText: "Cancelled. Nothing was saved." }).waitFor();
    const size = await page.evaluate(async () => (await (await (await navigator.storage.getDirectory()).getFileHandle("large.cef")).getFile()).size);
    assert.equal(size, 0);
    await close();
    rmSync(profile, { recursive: true });
});

/** What may stand between records, and is no part of them. */
const SEPARATORS = /^[ \t\r\n,\0\x1e]*$/;

test("says what is wrong with a file or an option", async () => {
    const { page, close } = await openFile();
    await page.locator("#option-max_bytes").fill("7");
    await page.locator("#file-convert").click();
    await page.locator("#file-status").filter({ hasText: "Failed: configuration, /max_bytes: expected an integer from 200" }).waitFor();
    await page.locator("[data-option=max_bytes] .reset").click();
    // Not text, but whatever it is: each record is rejected, and none is lost.
    const noise = join(WORK, "noise.bin");
    writeFileSync(noise, "no record\n");
    appendFileSync(noise, Buffer.from(Array.from({ length: 600_000 }, (_, index) => (index * 7919 + (index >> 8)) & 0xff)));
    await page.locator("#chosen").setInputFiles(noise);
    const download = page.waitForEvent("download");
    await page.locator("#file-convert").click();
    assert.equal(readFileSync(await (await download).path()).length, 0);
    assert.match(await page.locator("#file-status").textContent(), /^Lines: 0, rejected: [1-9]/);
    // Put together again, they are the file, but for what separates records.
    const rejected = page.waitForEvent("download");
    await page.locator("#file-rejected").click();
    const saved = readFileSync(await (await rejected).path(), "utf8").trimEnd().split("\n").map((text) => JSON.parse(text));
    const bytes = readFileSync(noise);
    let at = 0;
    for (const { start, end, record, record_base64: base64 } of saved) {
        const kept = record === undefined ? Buffer.from(base64, "base64") : Buffer.from(record);
        assert.deepEqual(bytes.subarray(start, end), kept);
        assert.match(bytes.subarray(at, start).toString("latin1"), SEPARATORS);
        at = end;
    }
    assert.match(bytes.subarray(at).toString("latin1"), SEPARATORS);
    for (const key of ["record", "record_base64"]) assert.ok(saved.some((each) => key in each), key);
    await close();
});

test("takes a long paste for a file, and a short file for the input", async () => {
    const { page, close } = await open(browser, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.evaluate(() => navigator.clipboard.writeText('{"event_id":17}\n'.repeat(40_000)));
    await page.locator("#input").focus();
    await page.keyboard.press("Control+V");
    assert.equal(await page.locator("#file-name").textContent(), "pasted");
    await page.locator("#chosen").setInputFiles({ name: "short.json", mimeType: "application/json", buffer: Buffer.from('{"event_id":17,"suser":"short"}') });
    await page.waitForFunction(() => document.querySelector("#cards").textContent.includes("suser=short"));
    // Dropped.
    const data = await page.evaluateHandle(() => {
        const data = new DataTransfer();
        data.items.add(new File(['{"event_id":17,"suser":"dropped"}'], "dropped.json"));
        data.items.add(new File(['{"event_id":17,"suser":"other"}'], "other.json"));
        return data;
    });
    for (const event of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("#editor", event, { dataTransfer: data });
    await page.waitForFunction(() => document.querySelector("#cards").textContent.includes("suser=dropped"));
    await page.locator("#notice").filter({ hasText: "Only one file is taken at a time; this time it is dropped.json." }).waitFor();
    await close();
});
