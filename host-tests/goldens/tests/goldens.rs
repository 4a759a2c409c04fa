//! The transform gives just what the golden files hold, see `goldens`. `BLESS=1 cargo test --test goldens` writes what
//! it gives.
//!
//! A kind of the catalog without a golden fails, and so does a golden without a kind.

#![allow(clippy::panic, clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use goldens::{FORMATS, Golden};
use libtest_mimic::{Arguments, Failed, Trial};
use senhasegura_siem::catalog::{self, CATALOG, Kind};
use senhasegura_siem::{Config, Output, Transformer};

fn main() {
    let arguments = Arguments::from_args();
    let names = goldens::names().unwrap();
    let mut orphans = Vec::new();
    for folder in goldens::FOLDERS {
        for entry in fs::read_dir(goldens::folder().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_stem().unwrap().to_string_lossy());
            let is_one = match path.extension().and_then(|extension| extension.to_str()) {
                Some("json" | "config" | "kept") => true,
                Some(extension) => FORMATS.contains(&extension.trim_end_matches("-report")),
                None => false,
            };
            orphans.push((if is_one { name } else { String::new() }, path));
        }
    }
    orphans.retain(|(name, _)| !names.contains(name));

    let mut trials = vec![Trial::test("every_file_belongs_to_an_input", move || match orphans.first() {
        None => Ok(()),
        Some((_, path)) => Err(Failed::from(format!("{} belongs to no input", path.display()))),
    })];
    for kind in CATALOG.iter().filter(|kind| kind.is_documented()) {
        trials.push(Trial::test(format!("kind::{}", slug(kind.name)), || has_golden(kind)));
    }
    trials.push(Trial::test("kind::listed", listed_kinds_have_goldens));
    let documented: BTreeSet<String> =
        CATALOG.iter().filter(|kind| kind.is_documented()).map(|kind| slug(kind.name)).collect();
    for name in names.iter().filter_map(|name| name.strip_prefix("kinds/")) {
        if name != "listed" && !documented.contains(name) {
            let message = format!("goldens/kinds/{name}.json belongs to no kind of the catalog");
            trials.push(Trial::test(format!("kind::{name}"), move || Err(Failed::from(message))));
        }
    }
    for name in names {
        trials.push(Trial::test(name.replace('/', "::"), move || golden(&name)));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn golden(name: &str) -> Result<(), Failed> {
    for golden in goldens::of(name)? {
        golden_of(&golden)?;
        let (path, found) = (goldens::kept_path(&golden.name), goldens::kept_lines(&golden)?);
        check(&path, &fs::read(&path).unwrap_or_default(), found.as_bytes())?;
    }
    Ok(())
}

fn golden_of(golden: &Golden) -> Result<(), Failed> {
    let mut output = Output::default();
    Transformer::new(Config::from_json(&golden.config)?).transform(&golden.input, None, &mut output);
    let report = goldens::report(&output);
    check_lines(&output)?;

    check(&golden.path(""), &golden.lines, &output.lines)?;
    check(&golden.path("-report"), golden.report.as_bytes(), report.as_bytes())
}

/// Fails if a golden file is not what was found, or writes that.
fn check(path: &Path, expected: &[u8], found: &[u8]) -> Result<(), Failed> {
    if expected == found {
        return Ok(());
    }
    if env::var_os("BLESS").is_none() {
        return Err(Failed::from(format!(
            "{} is not what comes out; if it should be, run BLESS=1 cargo test --test goldens\nexpected:\n{}\nfound:\n{}",
            path.display(),
            String::from_utf8_lossy(expected),
            String::from_utf8_lossy(found),
        )));
    }
    if found.is_empty() {
        fs::remove_file(path)?
    } else {
        fs::write(path, found)?
    }
    Ok(())
}

/// What holds of every output, whatever the golden says.
fn check_lines(output: &Output) -> Result<(), Failed> {
    let lines = str::from_utf8(&output.lines)?;
    let (mut written, breaks) = (0, ['\u{2028}', '\u{2029}']);
    for line in lines.split_terminator('\n') {
        written += 1;
        if let Some(c) = line.chars().find(|c| c.is_control() || breaks.contains(c)) {
            return Err(Failed::from(format!("{c:?} in a line: {line}")));
        }
    }
    if written != output.written || !(lines.is_empty() || lines.ends_with('\n')) {
        return Err(Failed::from(format!("{written} lines, counted {}", output.written)));
    }
    Ok(())
}

/// The file name of a kind's golden.
fn slug(name: &str) -> String {
    let words: Vec<_> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-").to_lowercase()
}

/// The first record of a kind's golden is of that kind, and its line has the documented keys.
fn has_golden(kind: &Kind) -> Result<(), Failed> {
    let name = format!("kinds/{}", slug(kind.name));
    let Some(input) = goldens::input(&name) else {
        return Err(Failed::from(format!(
            "no golden for `{}`: put a record into host-tests/goldens/{name}.json, then run BLESS=1 cargo test --test goldens",
            kind.name
        )));
    };
    let record: serde_json::Value = serde_json::from_slice(&input)?;
    let text = |key: &str| record.get(key).map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
    let id = text("event_id").and_then(|id| catalog::by_id(&id));
    let found = id.or_else(|| text("event_name").and_then(|name| catalog::by_name(&name)));
    match found {
        Some(found) if found.kind() == kind => {}
        _ => return Err(Failed::from(format!("the record in {name}.json is not of the kind `{}`", kind.name))),
    }
    let mut output = Output::default();
    Transformer::new(Config::default()).transform(&input, None, &mut output);
    let line = String::from_utf8_lossy(&output.lines).replace('|', " ");
    match kind.keys.iter().find(|key| !line.contains(&format!(" {}=", key.name()))) {
        None => Ok(()),
        Some(key) => Err(Failed::from(format!("{name}.json lacks the documented key `{}`", key.name()))),
    }
}

/// The kinds that senhasegura lists without their keys share a golden with a record each.
fn listed_kinds_have_goldens() -> Result<(), Failed> {
    let input = String::from_utf8(goldens::input("kinds/listed").unwrap_or_default())?;
    let mut ids: BTreeSet<&str> =
        CATALOG.iter().filter(|kind| !kind.is_documented()).flat_map(|kind| kind.ids).map(|id| id.id).collect();
    for line in input.lines() {
        let record: serde_json::Value = serde_json::from_str(line)?;
        let id = record.get("event_id").and_then(|id| id.as_str()).ok_or("an event_id that is a string is missing")?;
        if !ids.remove(id) {
            return Err(Failed::from(format!(
                "goldens/kinds/listed.json: `{id}` is there twice or not a listed kind's"
            )));
        }
    }
    match ids.first() {
        None => Ok(()),
        Some(id) => Err(Failed::from(format!("goldens/kinds/listed.json has no record with event_id \"{id}\""))),
    }
}
