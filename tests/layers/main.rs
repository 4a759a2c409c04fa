//! The order of the source files, lowest first: the page to read before any of them.
//!
//! A file imports only from files before it in the list. So there are no circles, and whoever reads
//! the files in this order knows everything that a file builds on before reading it. Read backwards
//! from `transform.rs`, [`LIBRARY`] shows the program from the top down; [`BATCH`] names the eight
//! files that take the steps from a batch to a line.
//!
//! A folder has an order of its own. Its `mod.rs` comes last: it puts the files together, and is
//! all that files outside of the folder see. Files of a folder import from each other
//! (`super::reader::Json`), never from the folder.
//!
//! # When a test here fails
//!
//! * A file imports from one after it: move the imported item down, usually to a file of its own
//!   that both may import from. Or move a row, if the imports of the file allow it.
//! * A file has no row: add one, as low as its imports allow, that says what the file is about.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod imports;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use imports::{Arrow, Crate, Sources};

/// The library: `src/` without `src/cli/`.
const LIBRARY: &[Layer] = &[
    folder(
        "bytes",
        "Bytes and text without a meaning.",
        &[
            file("hash.rs", "A hash that the compiler can compute."),
            file("names.rs", "Names in order, so that one is found among many."),
            file("number.rs", "Whole numbers."),
            file("buffer.rs", "A buffer with spare room after its end."),
            file("ignorable.rs", "Characters that nobody sees."),
            file("value.rs", "Borrowed text, and whether any format must escape it."),
            folder(
                "search",
                "Finds the next byte of a class, many at a time.",
                &[
                    file("class.rs", "The classes of bytes."),
                    file("one_pass.rs", "Verbatim text and UTF-8 at once."),
                    file("words.rs", "Eight at a time."),
                    file("simd.rs", "Sixteen at a time."),
                ],
            ),
        ],
    ),
    file("time.rs", "Times as records write them."),
    folder(
        "key",
        "The names of fields, as small integers.",
        &[
            file("types.rs", "The properties of a key."),
            file("table.rs", "The rows: every key, its owner and its type."),
            file("lookup.rs", "Finds the key of a name, in any spelling."),
            file("set.rs", "Sets and maps of keys."),
        ],
    ),
    folder(
        "dialect",
        "The names that others give to what senhasegura sends. A new one is a row and a golden.",
        &[
            file("meaning.rs", "What a path means."),
            file("table.rs", "The rows, and nothing else."),
            file("lookup.rs", "Finds the row of a path."),
        ],
    ),
    folder(
        "catalog",
        "The kinds of event. A new one is a row and a golden, and no other code.",
        &[
            file("kind.rs", "The properties of a kind."),
            file("kinds.rs", "The rows."),
            file("tables.rs", "The rows as they are looked up."),
            file("lookup.rs", "Finds a kind by event id, name or message type."),
        ],
    ),
    folder(
        "secrets",
        "Finds secrets in commands. A new form is a row and a command.",
        &[
            file("rules.rs", "The rows."),
            file("rows.rs", "Those that may match, as sets."),
            file("value.rs", "Where a value ends."),
            file("scan.rs", "Goes through a text once."),
        ],
    ),
    file("changes.rs", "Counts how lines differ from their records."),
    folder(
        "json",
        "Reads JSON a token at a time.",
        &[
            file("error.rs", "What JSON requires where reading failed."),
            file("span.rs", "The position of a token's text."),
            file("reader.rs", "Tokens other than strings."),
            file("string.rs", "Strings: found, checked, decoded, repaired."),
            file("skip.rs", "Skips or copies a whole value."),
            file("key.rs", "The key of a member."),
            file("pointer.rs", "JSON Pointers, and what they point to."),
            file("syntax.rs", "Checks JSON that comes in pieces."),
            file("write.rs", "Texts as JSON strings."),
        ],
    ),
    file("outcome.rs", "The outcome of a batch: lines, and rejections with their reasons."),
    file("trace.rs", "Records what is read, resolved, written and changed, for explanations and for shortening."),
    file("framing.rs", "Line to frame, which shows a receiver where the line ends."),
    folder(
        "record",
        "Bytes to record: one JSON object as received.",
        &[
            file("extent.rs", "The end of a record that is broken or too long."),
            file("signs.rs", "What the names of a record tell before its values are looked at."),
            file("shape.rs", "Sequences of names met before, which are not looked up again."),
            file("absent.rs", "Texts that stand for no value."),
            file("fields.rs", "A field, and the storage of a record's fields."),
            file("reader.rs", "Reads values into storage that the next record reuses."),
            file("frame.rs", "The header of syslog and others, before a message."),
            file("options.rs", "What the configuration says of reading."),
            file("around.rs", "What is known of a record from what is around it."),
            file("plain.rs", "A fast path for the most common members."),
            file("members.rs", "Reads an object into fields, and looks their names up."),
            file("object.rs", "The record, as the layers above see it."),
            file("mask.rs", "Replaces secrets, and characters that nobody sees."),
            file("escaped.rs", "Adds fields of texts, in which a backslash escapes."),
            file("pairs.rs", "Reads the pairs of CEF."),
            file("cef.rs", "Reads CEF into fields."),
            file("text.rs", "Reads a text into fields: CEF, RFC 5424 and plain text."),
            folder(
                "foreign",
                "Reads an object of any dialect into fields.",
                &[
                    file("target.rs", "What a path stands for."),
                    file("finder.rs", "The values that an object has for each part of an event."),
                    file("walk.rs", "JSON text to values with their paths."),
                    file("decide.rs", "What an object holds, decided when all its values are known."),
                ],
            ),
            file("wrapper.rs", "Reads what is not simply a record: texts, other dialects, and records inside them."),
            file("batch.rs", "Finds where records begin and end."),
        ],
    ),
    folder(
        "event",
        "Record to event: what it means.",
        &[
            file("severity.rs", "Both scales of severity."),
            file("role.rs", "Which fields describe the event as a whole, and how they are read."),
            file("selection.rs", "Which of the other fields are written, and in which order."),
            file("model.rs", "The event: its kind, what describes it as a whole, and its fields."),
            file("resolver.rs", "Makes an event of a record."),
        ],
    ),
    folder(
        "format",
        "Event to line. Fails only if the shortest line exceeds `max_bytes`.",
        &[
            file("product.rs", "The names of the product and its version."),
            file("options.rs", "The options of the formatter."),
            file("fit.rs", "Shortens a line that is too long."),
            file("line.rs", "The line being written. Text enters it through an escape."),
            file("names.rs", "Names in a line, each once."),
            file("syslog.rs", "The headers of RFC 5424 and RFC 3164."),
            file("structured_data.rs", "The structured data of RFC 5424."),
            folder(
                "cef",
                "CEF: the header, then the extension.",
                &[
                    file("value.rs", "The types of the CEF dictionary, and which values are of them."),
                    file("plan.rs", "Which values each key has as they are."),
                    file("extension.rs", "The extension."),
                ],
            ),
            file("sensage.rs", "The columns for Sensage."),
            file("kept.rs", "What stays beside the line."),
        ],
    ),
    folder(
        "config",
        "The configuration, and the options of each part. No part imports it.",
        &[
            file("error.rs", "Errors in it."),
            file("value.rs", "The values that options take."),
            file("schema.rs", "Their JSON Schema."),
            file("de.rs", "Deserializes it from JSON."),
        ],
    ),
    file("transform.rs", "The loop over records: find, read, resolve, write, frame."),
    file("held.rs", "What a stream keeps of the pieces in which it arrives."),
    file("splitter.rs", "Finds the records in them, and nothing else."),
    file("stream.rs", "The same, for input that arrives in pieces."),
    file("explain.rs", "Reports what happened to one record, from what a trace recorded."),
    file("bake.rs", "Writes a configuration into a guest."),
    folder(
        "guest",
        "The library as WebAssembly, for each kind of host.",
        &[
            file("baked.rs", "The configuration that was baked in."),
            file("allocator.rs", "The allocator of small modules."),
            file("leb128.rs", "Numbers as LEB128."),
            file("memory.rs", "`malloc` and `free` for the host."),
            file("room.rs", "Whether memory suffices for a record."),
            file("numbered.rs", "Transformers that a host knows by numbers."),
            file("component.rs", "The component."),
            file("fluent_bit.rs", "Fluent Bit."),
            file("redpanda_connect.rs", "Redpanda Connect and Bento."),
            file("js.rs", "The npm package."),
            folder(
                "c_abi",
                "Embedders, by functions of C.",
                &[
                    file("answers.rs", "Lines and rejections, as C reads them."),
                    file("rows.rs", "Columns of texts in Arrow's layout."),
                    file("explain.rs", "Explanations and the catalog, as C reads them."),
                ],
            ),
            file("clickhouse.rs", "ClickHouse."),
            file("envoy.rs", "Envoy."),
            file("redpanda.rs", "Redpanda's data transforms."),
        ],
    ),
    file("lib.rs", "What is public."),
];

/// The command: `src/cli/`. Of the library, it sees only the public items.
const COMMAND: &[Layer] = &[
    file("failure.rs", "Why the command fails, which decides its exit status."),
    file("terminal.rs", "Text that is safe on a terminal, and lines on the standard error."),
    file("progress.rs", "A progress bar."),
    file("gzip.rs", "Decompresses gzip."),
    file("input.rs", "Reads files and the standard input, decompressed."),
    file("sink.rs", "Writes files and the standard output."),
    file("apart.rs", "Keeps what is written apart from what is read."),
    file("options.rs", "The options of the configuration as flags."),
    file("report.rs", "Rejected records and counts."),
    folder(
        "convert",
        "`convert`, which is also what runs without a command.",
        &[
            file("converter.rs", "The transformer between an input and a sink."),
            file("lines.rs", "A line for each record."),
            file("parallel.rs", "The same, on several threads."),
            file("messages.rs", "An answer for each line of the input."),
        ],
    ),
    file("explain.rs", "`explain`."),
    file("bake.rs", "`bake`."),
    file("setup.rs", "`kinds`, `check`, `completions` and `man`."),
    file("main.rs", "The arguments and the exit status."),
];

/// The steps from a host to a line of CEF: the file, the item that takes over there, and the file
/// that calls it. What the steps are made of is in the files below them.
const BATCH: &[(&str, &str, &str)] = &[
    ("guest/component.rs", "transform", ""),
    ("transform.rs", "Transformer", "guest/component.rs"),
    ("record/batch.rs", "Batch", "transform.rs"),
    ("record/reader.rs", "RecordReader", "transform.rs"),
    ("event/resolver.rs", "Resolver", "transform.rs"),
    ("format/mod.rs", "Formatter", "transform.rs"),
    ("format/cef/mod.rs", "Cef", "format/mod.rs"),
    ("format/cef/extension.rs", "Extension", "format/cef/mod.rs"),
];

/// A row of the lists above.
struct Layer {
    name: &'static str,
    about: &'static str,
    inside: &'static [Layer],
}

const fn file(name: &'static str, about: &'static str) -> Layer {
    Layer { name, about, inside: &[] }
}

const fn folder(name: &'static str, about: &'static str, inside: &'static [Layer]) -> Layer {
    Layer { name, about, inside }
}

#[test]
fn the_library_imports_downwards_only() {
    assert_downwards("library", &Crate::read(&library(), "lib.rs"), LIBRARY);
}

#[test]
fn the_command_imports_downwards_only() {
    assert_downwards("command", &Crate::read(&command(), "main.rs"), COMMAND);
}

#[test]
fn each_step_is_named_by_one_before_it() {
    let library = Crate::read(&library(), "lib.rs");
    let files: BTreeSet<_> = BATCH.iter().map(|(file, ..)| file).collect();
    assert!(files.len() == BATCH.len() && files.len() <= 8, "{} files", files.len());
    for (index, (file, item, from)) in BATCH.iter().enumerate() {
        assert!(library.defines(file, item), "{file} does not define `{item}`");
        let handed_over = index == 0 || library.names(from, file, item);
        assert!(handed_over, "{from} does not name `{item}` of {file}");
        assert!(index == 0 || BATCH[..index].iter().any(|(file, ..)| file == from), "{from} comes later");
    }
}

/// Otherwise a file could be read as another module than its path says.
#[test]
fn every_module_is_in_the_file_of_its_name() {
    for (path, text) in library().iter().chain(&command()) {
        assert!(!text.contains("#[path") && !text.contains("include!("), "{path}");
    }
}

#[test]
fn reports_an_import_turned_upwards() {
    let mut sources = library();
    let text = sources.get_mut("catalog/kind.rs").unwrap();
    *text = text.replacen("use crate::key::Keys;", "use crate::key::Keys;\nuse crate::bake::BakeError;", 1);
    let line = text.lines().position(|line| line.contains("bake")).unwrap() + 1;
    let problems = check(&Crate::read(&sources, "lib.rs"), LIBRARY).problems;
    let [problem] = &problems[..] else { unreachable!("{problems:?}") };
    let expected = format!("catalog/kind.rs:{line}: imports upwards, from bake.rs");
    assert!(problem.starts_with(&expected), "{problem}");
    let [of, to] = ["The properties of a kind.", "Writes a configuration into a guest."];
    assert!(problem.contains(&format!("`catalog/kind.rs` ({of})")) && problem.contains(to), "{problem}");
}

#[test]
fn reports_a_circle_as_one() {
    let mut sources = library();
    sources.get_mut("record/reader.rs").unwrap().insert_str(0, "use super::wrapper::Unwrapper;\n");
    let checked = check(&Crate::read(&sources, "lib.rs"), LIBRARY);
    assert_eq!((checked.problems.len(), checked.circles), (1, 1));
    let circle = "closes a circle: record/reader.rs -> record/wrapper.rs -> record/reader.rs";
    assert!(checked.problems[0].contains(circle), "{:?}", checked.problems);
}

#[test]
fn reports_an_import_of_the_own_folder() {
    let mut sources = library();
    sources.get_mut("json/skip.rs").unwrap().push_str("\nuse super::Span;\n");
    let problems = check(&Crate::read(&sources, "lib.rs"), LIBRARY).problems;
    assert!(problems.len() == 1 && problems[0].contains("imports upwards, from json/mod.rs"), "{problems:?}");
}

#[test]
fn reports_files_without_a_row_and_rows_without_a_file() {
    let mut sources = library();
    sources.insert("json/other.rs".to_owned(), String::new());
    sources.remove("bytes/hash.rs");
    let problems = check(&Crate::read(&sources, "lib.rs"), LIBRARY).problems;
    assert!(problems.iter().any(|problem| problem.starts_with("json/other.rs: has no row")), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.starts_with("bytes/hash.rs: is no file")), "{problems:?}");
}

fn assert_downwards(name: &str, files: &Crate, layers: &[Layer]) {
    let Checked { files, arrows, circles, problems } = check(files, layers);
    println!("{name}: {files} files, {arrows} arrows, {circles} circles");
    assert!(problems.is_empty() && circles == 0, "\n{}\n", problems.join("\n"));
}

/// What was found of a crate.
struct Checked {
    files: usize,
    arrows: usize,
    circles: usize,
    problems: Vec<String>,
}

fn check(files: &Crate, layers: &[Layer]) -> Checked {
    let mut rows = Vec::new();
    add_rows(&mut rows, "", layers);
    let places: BTreeMap<_, _> = rows.iter().enumerate().map(|(place, (path, _))| (&**path, place)).collect();
    let arrows = files.arrows();
    let (mut problems, mut circles) = (Vec::new(), 0);
    for path in files.files().filter(|path| !places.contains_key(path)) {
        problems.push(format!("{path}: has no row in tests/layers/main.rs"));
    }
    for (path, _) in rows.iter().filter(|(path, _)| !files.files().any(|file| file == path)) {
        problems.push(format!("{path}: is no file, though tests/layers/main.rs has a row for it"));
    }
    for Arrow { from, line, to } in &arrows {
        let (Some(&low), Some(&high)) = (places.get(&**from), places.get(&**to)) else { continue };
        if low >= high {
            continue;
        }
        let [below, above] = [low, high].map(|place| rows[place].1);
        let mut problem = format!(
            "{from}:{line}: imports upwards, from {to}: layer {low}, `{from}` ({below}), is below layer {high}, \
             `{to}` ({above})"
        );
        if let Some(path) = path(&arrows, to, from) {
            circles += 1;
            problem.push_str(&format!("; closes a circle: {from} -> {}", path.join(" -> ")));
        }
        problems.push(problem);
    }
    Checked { files: files.files().count(), arrows: arrows.len(), circles, problems }
}

/// Appends the files of `layers`, lowest first, each with what it is about.
fn add_rows(rows: &mut Vec<(String, &'static str)>, folder: &str, layers: &[Layer]) {
    for Layer { name, about, inside } in layers {
        assert!(about.ends_with('.'), "{name}: {about}");
        let path = format!("{folder}{name}");
        if inside.is_empty() {
            rows.push((path, about));
        } else {
            add_rows(rows, &format!("{path}/"), inside);
            rows.push((format!("{path}/mod.rs"), about));
        }
    }
}

/// Returns the files on the shortest way of imports from one file to another, both included.
fn path<'a>(arrows: &'a [Arrow], from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut ways = vec![vec![from]];
    let mut next = 0;
    while let Some(way) = ways.get(next).cloned() {
        next += 1;
        let last = *way.last()?;
        if last == to {
            return Some(way);
        }
        for arrow in arrows.iter().filter(|arrow| arrow.from == last) {
            if !ways.iter().any(|way| way.contains(&&*arrow.to)) {
                ways.push([&way[..], &[&*arrow.to]].concat());
            }
        }
    }
    None
}

/// The sources of the library.
fn library() -> Sources {
    sources(&["cli"])
}

/// The sources of the command.
fn command() -> Sources {
    let sources = sources(&[]);
    sources.into_iter().filter_map(|(path, text)| Some((path.strip_prefix("cli/")?.to_owned(), text))).collect()
}

/// Reads the files of Rust in `src/`, without those of some folders.
fn sources(without: &[&str]) -> Sources {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut sources, mut folders) = (Sources::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().components().map(|name| name.as_os_str().to_str().unwrap());
            let name = name.collect::<Vec<_>>().join("/");
            if path.is_dir() && !without.contains(&&*name) {
                folders.push(path);
            } else if name.ends_with(".rs") {
                sources.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    sources
}
