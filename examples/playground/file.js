// A file that is too long for the editor: converted by a worker, and saved.
import { byId } from "./dom.js";
import { t } from "./texts.js";

/** The time that a worker has to stop by itself, in milliseconds. */
const PATIENCE = 2000;

const place = new URL("worker.js", import.meta.url).href;
const policy = globalThis.trustedTypes?.createPolicy("playground", { createScriptURL: () => place });

/** `module` is the compiled module, `state` what the page shows. */
export function makeFileView({ module, state }) {
    const [convert, cancel, rejected, again] = ["file-convert", "file-cancel", "file-rejected", "file-again"].map(byId);
    const [progress, running, status] = ["file-progress", "file-running", "file-status"].map(byId);
    let file;
    let worker;
    let results = {};
    /** The texts depend on the language, which may change. */
    let said = () => "";

    const say = (key, ...values) => {
        said = () => t(key, ...values.map((value) => (typeof value === "function" ? value() : value)));
        status.textContent = said();
    };
    const number = (value, digits = 0) => () => value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });

    function show(chosen) {
        stop();
        file = chosen;
        results = {};
        byId("file").hidden = false;
        byId("file-name").textContent = file.name;
        progress.value = 0;
        buttons();
        say("file-waiting");
        describe();
        convert.focus();
    }

    function hide() {
        stop();
        file = undefined;
        results = {};
        byId("file").hidden = true;
    }

    function stop() {
        worker?.terminate();
        worker = undefined;
        running.textContent = "";
    }

    function buttons() {
        convert.hidden = Boolean(worker) || Boolean(results.lines);
        cancel.hidden = !worker;
        cancel.disabled = false;
        again.hidden = Boolean(worker) || !results.lines;
        rejected.hidden = Boolean(worker) || !(results.rejected?.size > 0);
    }

    function describe() {
        if (!file) return;
        byId("file-size").textContent = `${number(file.size / 1e6, 1)()} MB`;
        status.textContent = said();
    }

    function name(ending) {
        return `${file.name.replace(/\.[^.]*$/, "")}.${ending}`;
    }

    convert.addEventListener("click", async () => {
        const chosen = file;
        let handle;
        convert.disabled = true;
        try {
            // A file that is written while it is made takes no memory; where there is none, the browser
            // keeps the lines until they are saved.
            handle = await globalThis.showSaveFilePicker?.({ suggestedName: name(state.config.format ?? "cef") });
        } catch (error) {
            if (error.name === "AbortError") return;
        } finally {
            convert.disabled = false;
        }
        // It was chosen for this file, which may have been closed meanwhile.
        if (file === chosen && !worker) start(handle);
    });

    function start(handle) {
        const begun = performance.now();
        let latest = { offset: 0, written: 0, rejected: 0 };
        worker = new Worker(policy ? policy.createScriptURL("") : place, { type: "module" });
        said = () => "";
        status.textContent = "";
        buttons();
        cancel.focus();
        const end = (key, ...values) => {
            stop();
            say(key, ...values);
            buttons();
        };
        worker.addEventListener("error", (event) => end("file-failed", event.message ?? ""));
        worker.addEventListener("message", ({ data }) => {
            if (data.progress) {
                latest = data.progress;
                const share = file.size > 0 ? latest.offset / file.size : 1;
                progress.value = share;
                // Not in what is read out: it changes all the time.
                running.textContent = t("file-running", ...[Math.floor(share * 100), latest.written, latest.rejected].map((value) => number(value)()));
            } else if (data.done) {
                progress.value = 1;
                results = data;
                end("file-done", number(latest.written), number(latest.rejected), number((performance.now() - begun) / 1000, 1));
                if (data.lines) save(data.lines, name(state.config.format ?? "cef"));
            } else if (data.isCancelled) {
                progress.value = 0;
                end("file-cancelled");
            } else {
                end("file-failed", data.failed);
            }
        });
        const { config, received } = state;
        worker.postMessage({ module, file, config, received, handle });
    }

    cancel.addEventListener("click", () => {
        const asked = worker;
        cancel.disabled = true;
        asked?.postMessage("cancel");
        setTimeout(() => {
            if (worker !== asked || !asked) return;
            stop();
            say("file-cancelled");
            buttons();
        }, PATIENCE);
    });
    again.addEventListener("click", () => save(results.lines, name(state.config.format ?? "cef")));
    rejected.addEventListener("click", () => save(results.rejected, name("rejected.ndjson")));
    byId("file-close").addEventListener("click", () => {
        hide();
        byId("open").focus();
    });
    return { show, hide, describe };
}

/** Has the browser save a blob as a file. */
function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
