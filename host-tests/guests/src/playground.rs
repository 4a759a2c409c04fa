//! The playground: the npm package and the page on it, with the events and the texts of hosts' pages
//! that it shows. Any server of files serves it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::{Result, root, write};

/// What the folders are called: the one of its sources among the examples, and the one that it is
/// built in.
const FOLDER: &str = "playground";

/// Of the npm package, what a browser loads.
const PACKAGE: [&str; 2] = ["senhasegura-siem.wasm", "web.js"];

/// Builds the page into a folder `playground` inside of `folder`, with the npm package in the folder
/// `package`, and returns its path.
///
/// # Errors
///
/// If a file cannot be read or written, or the page of a host does not have what is shown of it.
pub fn build(folder: &Path, package: &Path) -> Result<PathBuf> {
    let (source, folder) = (root().join("examples").join(FOLDER), folder.join(FOLDER));
    copy(&source, &folder)?;
    let beside = folder.join("senhasegura-siem");
    for file in PACKAGE {
        write(&beside, file, &fs::read(package.join(file))?)?;
    }
    write(&folder, "config.schema.json", read("src/config.schema.json")?.as_bytes())?;
    write(&folder, "examples.json", examples()?.to_string().as_bytes())?;
    write(&folder, "hosts.json", Value::from(hosts()?).to_string().as_bytes())?;
    Ok(folder)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&path, &to.join(name))?;
        } else if path.extension().is_some_and(|extension| extension != "md") {
            write(to, &name.to_string_lossy(), &fs::read(path)?)?;
        }
    }
    Ok(())
}

fn read(file: &str) -> Result<String> {
    fs::read_to_string(root().join(file)).map_err(|error| format!("reading {file}: {error}").into())
}

/// The inputs of the goldens, with their configurations: an event of each kind, and what pipelines
/// make of one.
fn examples() -> Result<Value> {
    let folders = ["kinds", "dialects"].map(|folder| Ok((folder.to_owned(), Value::from(goldens(folder)?))));
    Ok(Value::from(folders.into_iter().collect::<Result<Map<_, _>>>()?))
}

fn goldens(folder: &str) -> Result<Map<String, Value>> {
    let path = root().join("host-tests/goldens").join(folder);
    let mut goldens = Map::new();
    for entry in fs::read_dir(&path)? {
        let file = entry?.path();
        let (Some(name), Some("json")) = (file.file_stem(), file.extension().and_then(|extension| extension.to_str()))
        else {
            continue;
        };
        let config = fs::read_to_string(file.with_extension("config")).unwrap_or_else(|_| "{}".into());
        let config: Value = serde_json::from_str(&config)?;
        let golden = json!({ "input": fs::read_to_string(&file)?, "config": config });
        goldens.insert(name.to_string_lossy().into_owned(), golden);
    }
    Ok(goldens)
}

/// How the hosts take a configuration: parts of their pages, in which the playground writes it in the
/// places `⟦…⟧`.
fn hosts() -> Result<Vec<Value>> {
    let readme = "README.md";
    let bake = |module: &str| {
        let command = block(readme, "<!-- bake -->")?;
        let command = command.lines().find(|line| line.contains("-- bake ")).unwrap_or_default();
        let command = replace(command, "examples/fluent-bit/siem.json", "siem.json")?;
        replace(&command, "senhasegura-siem-fluent-bit.wasm", module)
    };
    let siem = |page: &str| shown(Some("siem.json"), "⟦json⟧\n".to_owned(), page);

    let (fluent_bit, connect) = ("examples/fluent-bit", "examples/redpanda-connect");
    let filter = lines(&format!("{fluent_bit}/fluent-bit.yaml"), "- name: wasm", "wasm_stack_size: 1M")?;
    let filter = replace(&filter, "function_name: cef", "function_name: ⟦format⟧")?;
    let processor = lines(&format!("{connect}/connect.yaml"), "pipeline:", "module_path: ./siem.wasm")?;

    let (clickhouse, node, python) = ("examples/clickhouse", "src/guest/npm", "src/guest/python");
    let of = |folder: &str| format!("{folder}/README.md");
    let view = block(&of(clickhouse), "ALTER TABLE siem.to_converted MODIFY QUERY")?;
    let view = replace(&view, r#"'{"timezone": "-03:00", "format": "rfc5424"}'"#, "⟦sql⟧")?;
    let script = replace(&block(&of(node), "import {")?, r#"{ format: "cef", device_version: "3.33" }"#, "⟦js⟧")?;
    let stream = block(&of("examples/node"), "npm install")?;
    let stream = replace(&stream, r#"'{"format": "cef", "timezone": "-03:00"}'"#, "⟦argument⟧")?;
    let module = replace(
        &block(&of(python), "from senhasegura_siem")?,
        r#"{"format": "cef", "device_version": "3.33"}"#,
        "⟦python⟧",
    )?;
    let command = replace(&block(readme, "<!-- filter -->")?, "--timezone=-03:00 ", "⟦flags⟧")?;

    let host = |id: &str, name: Option<&str>, is_baked: bool, blocks: Vec<Value>| json!({ "id": id, "name": name, "isBaked": is_baked, "blocks": blocks });
    Ok(vec![
        host(
            "fluent-bit",
            Some("Fluent Bit"),
            true,
            vec![
                siem(fluent_bit),
                shown(None, bake("senhasegura-siem-fluent-bit.wasm")?, readme),
                shown(Some("fluent-bit.yaml"), filter, &of(fluent_bit)),
            ],
        ),
        host(
            "redpanda-connect",
            Some("Redpanda Connect"),
            true,
            vec![
                siem(connect),
                shown(None, bake("senhasegura-siem-redpanda-connect.wasm")?, readme),
                shown(Some("connect.yaml"), processor, &of(connect)),
            ],
        ),
        host("clickhouse", Some("ClickHouse"), false, vec![shown(Some("SQL"), view, &of(clickhouse))]),
        host("python", Some("Python"), false, vec![shown(Some("Python"), module, &of(python))]),
        host(
            "node",
            Some("Node"),
            false,
            vec![shown(Some("JavaScript"), script, &of(node)), shown(None, stream, &of("examples/node"))],
        ),
        host("command", None, false, vec![shown(None, command, readme)]),
    ])
}

/// A part of a page, with the name of the file that it is to be in, or its language; without one, it
/// is a command.
fn shown(title: Option<&str>, text: String, page: &str) -> Value {
    json!({ "title": title, "text": text, "page": page.trim_end_matches("/README.md") })
}

fn replace(text: &str, from: &str, to: &str) -> Result<String> {
    if text.contains(from) {
        Ok(text.replacen(from, to, 1))
    } else {
        Err(format!("expected `{from}` in\n{text}").into())
    }
}

/// The fenced block of a page that begins with a text, or stands behind a comment.
fn block(page: &str, beginning: &str) -> Result<String> {
    let text = read(page)?;
    let mut lines = text.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        let fence = line.trim_start();
        if fence.starts_with("```") {
            let indent = line.len() - fence.len();
            let block: Vec<_> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            if before == beginning || block.first().is_some_and(|first| first.trim_start().starts_with(beginning)) {
                let block: Vec<_> = block.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
                return Ok(block.join("\n") + "\n");
            }
        }
        before = line;
    }
    Err(format!("expected a block `{beginning}` in {page}").into())
}

/// The lines of a file from the first with one text to the next with another, moved to the left.
fn lines(file: &str, from: &str, to: &str) -> Result<String> {
    let text = read(file)?;
    let mut lines: Vec<_> = text.lines().skip_while(|line| !line.contains(from)).collect();
    let end = lines.iter().position(|line| line.contains(to));
    lines.truncate(end.ok_or_else(|| format!("expected `{from}` and then `{to}` in {file}"))? + 1);
    let indent = lines.first().map_or(0, |line| line.len() - line.trim_start().len());
    let moved: Vec<_> = lines.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
    Ok(moved.join("\n") + "\n")
}
