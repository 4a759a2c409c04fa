// The playground without a browser: its texts, the configurations that it writes for hosts, its links.
// SITE is the folder of the built page, PACKAGE that of the npm package, NATIVE the command, DAY the
// example stream, GOLDENS the folder of the golden files.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";

const { SITE, PACKAGE, NATIVE, DAY, GOLDENS, DIST } = process.env;
const { Transformer, kinds } = await import(join(PACKAGE, "node.mjs"));
const { BAKED_MAX, fill, isTooLong } = await import(join(SITE, "hosts.js"));
const { checkedConfig, fromFragment, toFragment } = await import(join(SITE, "state.js"));
const { escaped, label, reorders, runs } = await import(join(SITE, "visible.js"));
const json = (name) => JSON.parse(readFileSync(join(SITE, name), "utf8"));
const schema = json("config.schema.json");
const hosts = json("hosts.json");

const HOSTILE = [
    "'", '"', "\\", "\\'", '"; rm -rf / #', "$(id)", "`id`", "${HOME}", "a\u202eb", "\u200b", "\u{e0041}", "é", "\u{1F600}", "\u2028",
    "⟦flags⟧", "$&", "$'", "--", "-n", "!x", "a b", "%s", "{{x}}", "</script>", "<!--", "\u00a0", "]]>", "a,b", "*", "~", "x\\u202e",
];

/** Configurations that are accepted, each with hostile texts wherever an option has a text. */
function* configs() {
    yield {};
    yield { format: "rfc5424", framing: "octet-counting", timezone: "-03:00", facility: 16, bom: true, msg: "cef", sd_id: "vault@1.2.3", max_bytes: 2048 };
    yield { record: "", rejected: "refuse", safe_header: true, keep: ["severity", "host", "team \"blue\""] };
    for (const text of HOSTILE) {
        yield { device_vendor: `v${text}v`, device_product: `p${text}p`, device_version: `${text}1`, line_key: `k${text}k`, time_field: `t${text}t`, keep: [`n${text}n`, "m"] };
        yield { record: `/${text.replaceAll("~", "~0").replaceAll("/", "~1")}` };
    }
    for (const control of ["\0", "\n", "\r", "\t", "\u001b[31m", "\u0085", "\u007f"]) yield { record: `/a${control}b'${control}` };
}

/** Those of `configs` that the module accepts, which must be nearly all. */
function accepted() {
    const [good, bad] = [[], []];
    for (const config of configs()) {
        try {
            new Transformer(config).free();
            good.push(config);
        } catch (error) {
            assert.equal(error.name, "ConfigError");
            bad.push(config);
        }
    }
    assert.ok(good.length > 60, JSON.stringify(bad));
    return good;
}

const block = (host, title) => hosts.find(({ id }) => id === host).blocks.find((block) => block.title === title).text;

/** A value as JSON has it, whatever realm it is of. */
const plain = (value) => JSON.parse(JSON.stringify(value));

test("has a text for each key in every language", () => {
    const [en, ...others] = ["en", "pt", "es"].map((language) => json(`texts/${language}.json`));
    const used = new Set();
    for (const file of readdirSync(SITE).filter((name) => /\.(js|html)$/.test(name))) {
        const source = readFileSync(join(SITE, file), "utf8");
        for (const [, key] of source.matchAll(/(?:\bt|pieces|say|end|LinkError)\(\s*"([a-z-]+)"|data-t(?:-label)?="([a-z-]+)"/g)) if (key) used.add(key);
        for (const [, key] of source.matchAll(/data-t(?:-label)?"?[=:] ?"([a-z-]+)"/g)) used.add(key);
    }
    assert.ok(used.size > 60, [...used].join(" "));
    for (const key of used) assert.ok(key in en.page, key);
    // Until the texts are loaded, the page has them in English.
    const fallbacks = [...readFileSync(join(SITE, "index.html"), "utf8").matchAll(/data-t="([a-z-]+)"[^>]*>([^<]*)</g)];
    assert.ok(fallbacks.length > 30);
    for (const [, key, text] of fallbacks) assert.equal(text, en.page[key], key);
    const words = new Set();
    for (const { description } of Object.values(schema.properties)) {
        for (const paragraph of description.split("\n\n")) {
            const items = paragraph.split("\n").map((line) => /^- `[^`]+`: (.*)$/.exec(line)?.[1]);
            for (const text of items.every((item) => item) ? items : [paragraph]) words.add(text);
        }
    }
    const places = (text) => [...text.matchAll(/\{\d\}/g)].map(String).sort();
    for (const texts of others) {
        assert.deepEqual(Object.keys(texts.page), Object.keys(en.page));
        for (const [key, text] of Object.entries(texts.page)) {
            assert.ok(text.length > 0, key);
            assert.deepEqual(places(text), places(en.page[key]), key);
        }
        assert.deepEqual(Object.keys(texts.schema).sort(), [...words].sort());
        // What is code in one language is code in the other.
        const code = (text) => [...text.matchAll(/`[^`]+`/g)].map(String).sort();
        for (const [text, translated] of Object.entries(texts.schema)) assert.deepEqual(code(translated), code(text));
        assert.deepEqual(Object.keys(texts.notes), Object.keys(others[0].notes));
    }
    // Every reason that the golden files lead to.
    const whys = new Set();
    const folders = readdirSync(GOLDENS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const folder of folders.map((entry) => entry.name)) {
        for (const name of readdirSync(join(GOLDENS, folder)).filter((name) => name.endsWith(".json"))) {
            const input = readFileSync(join(GOLDENS, folder, name), "utf8");
            for (const config of [{}, { keys: "dictionary" }, { max_bytes: 200 }, { extra_fields: "drop" }, { format: "rfc5424" }]) {
                const transformer = new Transformer(config);
                for (const record of [input, ...input.split("\n")].filter((record) => record.length < 1 << 20)) {
                    const { explanation, rejection } = transformer.explain(record);
                    for (const { notes } of explanation?.fields ?? []) for (const { why } of notes) whys.add(why);
                    for (const { note } of explanation?.notes ?? []) whys.add(note.why);
                    if (rejection) assert.ok(`reason-${rejection.reason}` in en.page, rejection.reason);
                }
                transformer.free();
            }
        }
    }
    assert.ok(whys.size > 15, [...whys].join(" "));
    for (const why of whys) assert.ok(why in others[0].notes, why);
});

test("has an event of each documented kind, and a name for it", () => {
    const slug = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
    const documented = kinds().filter(({ keys }) => keys.length > 0).map(({ name }) => slug(name));
    assert.deepEqual(Object.keys(json("examples.json").kinds).sort(), [...documented, "listed"].sort());
});

test("writes a configuration that Fluent Bit's and Redpanda Connect's modules have baked in", () => {
    const work = mkdtempSync(join(tmpdir(), "playground-"));
    try {
        mkdirSync(join(work, "dist"));
        for (const module of ["fluent-bit", "redpanda-connect"]) {
            const name = `senhasegura-siem-${module}.wasm`;
            symlinkSync(join(DIST, name), join(work, "dist", name));
        }
        for (const [host, config] of accepted().entries()) {
            const text = fill(block("fluent-bit", "siem.json"), config);
            assert.equal(text, fill(block("redpanda-connect", "siem.json"), config));
            assert.deepEqual(JSON.parse(text), config);
            // Each takes a second; the text is the same for both.
            const id = ["fluent-bit", "redpanda-connect"][host % 2];
            writeFileSync(join(work, "siem.json"), text);
            bash(fill(block(id, null), config), work);
            const shown = execFileSync(NATIVE, ["bake", "dist/siem.wasm", "--show"], { cwd: work, encoding: "utf8" });
            assert.deepEqual(JSON.parse(shown), config);
        }
        // The longest that there is room for, and one byte more.
        const names = Array.from({ length: 30 }, (_, index) => `${index}`.padStart(28, "n"));
        const config = { keep: names };
        const padded = (length) => ({ keep: [...names, "x".repeat(length - JSON.stringify(config).length - 3)] });
        for (const [length, isGood] of [[BAKED_MAX, true], [BAKED_MAX + 1, false]]) {
            const text = padded(length);
            assert.equal(isTooLong(text), !isGood);
            assert.equal(JSON.stringify(text).length, length);
            writeFileSync(join(work, "siem.json"), fill(block("fluent-bit", "siem.json"), text));
            const baked = () => bash(fill(block("fluent-bit", null), text), work);
            if (isGood) baked();
            else assert.throws(baked, /at most 992 bytes/);
        }
    } finally {
        rmSync(work, { recursive: true });
    }
    assert.match(fill(block("fluent-bit", "fluent-bit.yaml"), {}), /^ {2}function_name: cef$/m);
    for (const format of ["rfc5424", "sensage"]) {
        assert.ok(fill(block("fluent-bit", "fluent-bit.yaml"), { format }).includes(`function_name: ${format}\n`));
    }
});

/** Runs a command with `cargo run --bin senhasegura-siem --` as the built one. */
function bash(command, folder, locale = "C") {
    const script = `set -euo pipefail\ncargo() { while [ "$1" != -- ]; do shift; done; shift; "$NATIVE" "$@"; }\n${command}`;
    return execFileSync("bash", ["-c", script], { cwd: folder, encoding: "buffer", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: locale } });
}

test("writes a command that takes the configuration", () => {
    const work = mkdtempSync(join(tmpdir(), "playground-"));
    try {
        mkdirSync(join(work, "examples/data"), { recursive: true });
        mkdirSync(join(work, "dist"));
        const record = `{"event_id": 17, "suser": "stlee"}\n`;
        writeFileSync(join(work, "examples/data/day.ndjson"), record);
        for (const config of accepted()) {
            const command = fill(block("command", null), config);
            for (const locale of ["C", "C.UTF-8"]) {
                // What the flags say, as JSON.
                const script = `cargo() { while [ "$1" != -- ]; do shift; done; shift; for word; do case $word in --config) shown=1;; --*) printf '%s\\0' "$word";; /dev/fd/*) cat "$word"; printf '\\0';; esac; done; }\n${command}`;
                const words = execFileSync("bash", ["-c", script], { encoding: "utf8", env: { ...process.env, LC_ALL: locale } }).split("\0").slice(0, -1);
                assert.deepEqual(ofFlags(words), config, command);
            }
            const { lines } = new Transformer(config).transform(record);
            try {
                assert.equal(bash(command, work).toString(), lines, command);
            } catch (error) {
                // The record is not found by the pointer: it is rejected, which is the status 1.
                assert.ok(config.record && error.status === 1 && lines === "", `${error.stderr ?? error}`);
            }
        }
    } finally {
        rmSync(work, { recursive: true });
    }
});

/** The configuration that the flags of the command are. */
function ofFlags(words) {
    const config = {};
    for (const word of words.filter((word) => !/^--(stats|rejects)$/.test(word))) {
        if (!word.startsWith("--")) {
            Object.assign(config, JSON.parse(word));
            continue;
        }
        const [, flag, given] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word);
        const name = flag.replaceAll("-", "_");
        const type = [schema.properties[name].type].flat()[0];
        config[name] = { integer: () => Number(given), boolean: () => (given ?? "true") === "true", array: () => given.split(","), string: () => given }[type]();
    }
    return config;
}

test("writes a literal of JavaScript, and a script that runs", () => {
    const work = mkdtempSync(join(tmpdir(), "playground-"));
    try {
        mkdirSync(join(work, "node_modules"));
        symlinkSync(PACKAGE, join(work, "node_modules/senhasegura-siem"));
        for (const config of accepted()) {
            const script = fill(block("node", "JavaScript"), config);
            const [, literal] = /^const transformer = new Transformer\((.*)\);$/m.exec(script);
            assert.deepEqual(plain(vm.runInNewContext(`(${literal})`)), config);
            const argument = execFileSync("bash", ["-c", `npm() { :; }; node() { printf '%s' "$2"; }; ${fill(block("node", null), config).replace("../data/day.ndjson", "/dev/null")}`], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
            assert.deepEqual(JSON.parse(argument), config);
        }
        writeFileSync(join(work, "script.mjs"), fill(block("node", "JavaScript"), { device_vendor: "a'b\"c\\" }));
        assert.match(execFileSync("node", ["script.mjs"], { cwd: work, encoding: "utf8" }), /^CEF:0\|a'b"c\\\\\|/);
    } finally {
        rmSync(work, { recursive: true });
    }
});

test("writes a literal of Python and one of SQL", () => {
    const all = accepted();
    const literals = all.map((config) => /^transformer = Transformer\((.*)\)$/m.exec(fill(block("python", "Python"), config))[1]);
    const read = "import ast, json, sys\nprint(json.dumps([ast.literal_eval(literal) for literal in json.load(sys.stdin)]))";
    const configs = JSON.parse(execFileSync("python3", ["-c", read], { input: JSON.stringify(literals), encoding: "utf8" }));
    assert.deepEqual(configs, all);
    for (const config of all) {
        const [, literal] = /senhasegura_siem\(record, '(.*)', received\)/.exec(fill(block("clickhouse", "SQL"), config));
        assert.doesNotMatch(literal.replace(/\\[\\']/g, ""), /['\\]/);
        assert.deepEqual(JSON.parse(literal.replace(/\\([\\'])/g, "$1")), config);
    }
    // For ClickHouse's own reader, in the Rust test.
    writeFileSync(process.env.LITERALS, JSON.stringify(all.map((config) => ({ config, literal: fill("⟦sql⟧", config) }))));
});

test("keeps a state in a link, and takes nothing else from one", async () => {
    const state = { input: '{"event_id": 17, "msg": "é\u202e\u{1F600}"}\n', config: { format: "rfc5424", keep: ["a"] }, received: 1_772_626_500_000, host: "python" };
    const fragment = await toFragment(state);
    assert.match(fragment, /^[A-Za-z0-9_-]+$/);
    assert.deepEqual(await fromFragment(fragment, schema), { ...state, isWhole: true });

    const deflated = async (bytes) => Buffer.from(await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer()).toString("base64url");
    const wrong = [
        "", "%", "<script>", "AAAA", fragment.slice(0, -4), "a".repeat(2 << 20), await deflated("{"), await deflated("null"), await deflated("[]"), await deflated("17"),
        await deflated('{"input": 17}'), await deflated('{"__proto__": {"input": "x"}}'), await deflated(new Uint8Array(64 << 20)),
        await deflated(JSON.stringify({ input: "x".repeat(300_000) })), await deflated("[".repeat(500_000)),
    ];
    for (const given of wrong) await assert.rejects(fromFragment(given, schema), /^Error: link-(wrong|too-long)$|^LinkError/, given.slice(0, 40));

    const odd = '{"input": "\\ud800", "received": -1, "host": {}, "config": {"__proto__": {"format": "rfc5424"}, "constructor": 1, "toString": "x", "format": ["cef"], "keep": [1], "max_bytes": 1e400, "device_vendor": "ok", "bom": false, "record": null}}';
    const taken = await fromFragment(await deflated(odd), schema);
    assert.deepEqual(taken, { input: "\ufffd", config: { device_vendor: "ok" }, isWhole: false, received: null, host: "" });
    assert.equal(Object.getPrototypeOf(taken.config), Object.prototype);
    assert.equal({}.format, undefined);
    assert.deepEqual(checkedConfig([], schema), { config: {}, isWhole: false });
    assert.deepEqual(checkedConfig({ format: "cef" }, schema), { config: {}, isWhole: true });
});

test("makes visible what cannot be seen", () => {
    const text = "a\u202eb\u200b\u00a0\tc\n\u{e0041}\ufeffd e\u0301";
    assert.deepEqual(runs(text).filter(({ unseen }) => unseen).map(({ text: unseen }) => label(unseen)), ["RLO", "ZWSP", "NBSP", "TAB", "LF", "U+E0041", "BOM"]);
    assert.deepEqual(runs(text, true).filter(({ unseen }) => unseen).map(({ text: unseen }) => label(unseen)), ["RLO", "ZWSP", "NBSP", "U+E0041", "BOM"]);
    assert.equal(runs(text).map((run) => run.text).join(""), text);
    assert.equal(label(runs(`o${"\u0301".repeat(40)}`)[1].text), "40 × M");
    assert.ok(reorders("\u2066") && !reorders("שלום"));
    assert.equal(escaped('{\n"a": "\u202e\u{e0041}é"}'), '{\n"a": "\\u202e\\udb40\\udc41é"}');
});
