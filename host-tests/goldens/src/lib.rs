//! The golden files: for every `NAME.json` in a folder beside `src` and every format, `NAME.FORMAT` holds the
//! lines that it becomes, byte for byte, and `NAME.FORMAT-report` what was rejected and changed; a
//! file that would be empty is not there. `NAME.config` is the configuration but for the format. If that has
//! the option `keep`, `NAME.kept` has a JSON object of what it names for each line of the input, which is empty
//! if that is rejected. `cef-dictionary` is CEF with the keys of the dictionary.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{fs, io};

use senhasegura_siem::{Changes, Config, ConfigError, Output, Transformer};
use serde_json::{Map, Value};

/// The formats, by the names that the files have.
pub const FORMATS: [&str; 4] = ["cef", "cef-dictionary", "rfc5424", "sensage"];

/// The folders.
pub const FOLDERS: [&str; 5] = ["kinds", "shapes", "dialects", "hostile", "options"];

type Generator = fn() -> Vec<u8>;

/// Inputs that are too large or too dull for a file.
const GENERATED: [(&str, Generator); 5] = [
    ("hostile/two-megabytes", || record_with(&format!("\"{}\"", "a".repeat(2 << 20)))),
    ("hostile/value-of-8000-characters", || record_with(&format!("\"{}\"", "é=".repeat(4000)))),
    ("hostile/thousand-nested-arrays", || {
        [record_with(&format!("{}{}", "[".repeat(1000), "]".repeat(1000))), b"[".repeat(1000), b"]".repeat(1000)]
            .concat()
    }),
    ("hostile/thousand-unclosed-arrays", || record_with(&"[".repeat(1000))),
    ("hostile/thousand-fields", || {
        let fields: String = (0..1000).map(|number| format!(",\"field{number}\":{number}")).collect();
        format!("{{\"event_id\":17{fields}}}\n").into_bytes()
    }),
];

/// A record with this value, between two good records.
fn record_with(value: &str) -> Vec<u8> {
    let good = r#"{"event_id":17,"msg":"good"}"#;
    format!("{good}\n{{\"event_id\":17,\"msg\":{value}}}\n{good}\n").into_bytes()
}

/// An input in a format.
#[derive(Debug, Clone)]
pub struct Golden {
    /// Its folder and name.
    pub name: String,
    /// One of [`FORMATS`].
    pub format: &'static str,
    /// What is transformed.
    pub input: Vec<u8>,
    /// The configuration, as JSON.
    pub config: String,
    /// The lines that must come of it.
    pub lines: Vec<u8>,
    /// What must have been rejected and changed.
    pub report: String,
}

impl Golden {
    /// The path of the file with the lines, or with another ending that begins with the format.
    #[must_use]
    pub fn path(&self, ending: &str) -> PathBuf {
        path(&self.name, &format!("{}{ending}", self.format))
    }
}

/// The folder of the golden files.
#[must_use]
pub fn folder() -> PathBuf {
    tools::root().join("host-tests/goldens")
}

/// What the option `keep` leaves beside the line that was written last, as a JSON object.
#[must_use]
pub fn kept(transformer: &Transformer) -> Map<String, Value> {
    transformer.kept().filter_map(|field| Some((field.name.to_owned(), field.text?.into()))).collect()
}

/// What stays beside the line of each line of an input, as the files have it.
///
/// # Errors
///
/// If the configuration is refused.
pub fn kept_lines(golden: &Golden) -> Result<String, ConfigError> {
    let mut transformer = Transformer::new(Config::from_json(&golden.config)?);
    let mut all = String::new();
    if transformer.config().keep.names().len() == 0 {
        return Ok(all);
    }
    for record in golden.input.split_inclusive(|byte| *byte == b'\n') {
        let kept = match transformer.transform_one(record, None, &mut Vec::new()) {
            Ok(_) => kept(&transformer),
            Err(_) => Map::new(),
        };
        let _ = writeln!(all, "{}", Value::from(kept));
    }
    Ok(all)
}

fn path(name: &str, extension: &str) -> PathBuf {
    folder().join(format!("{name}.{extension}"))
}

fn read(name: &str, extension: &str) -> Option<Vec<u8>> {
    fs::read(path(name, extension)).ok()
}

/// The path of the file that has what stays beside the lines of this input.
#[must_use]
pub fn kept_path(name: &str) -> PathBuf {
    path(name, "kept")
}

/// The input of this name, if there is one.
#[must_use]
pub fn input(name: &str) -> Option<Vec<u8>> {
    let generated = GENERATED.iter().find(|(generated, _)| *generated == name);
    generated.map_or_else(|| read(name, "json"), |(_, generate)| Some(generate()))
}

/// The names of all inputs.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn names() -> io::Result<BTreeSet<String>> {
    let mut names: BTreeSet<String> = GENERATED.iter().map(|(name, _)| (*name).to_owned()).collect();
    for folder in FOLDERS {
        for entry in fs::read_dir(self::folder().join(folder))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let stem = path.file_stem().unwrap_or_default();
                names.insert(format!("{folder}/{}", stem.to_string_lossy()));
            }
        }
    }
    Ok(names)
}

/// All files in the folders, and the example stream.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn files() -> io::Result<Vec<PathBuf>> {
    let mut files = vec![tools::root().join("examples/data/day.ndjson")];
    for folder in FOLDERS {
        for file in fs::read_dir(self::folder().join(folder))? {
            files.push(file?.path());
        }
    }
    files.sort();
    Ok(files)
}

/// The input of this name in every format.
///
/// # Errors
///
/// If its configuration is not JSON.
pub fn of(name: &str) -> io::Result<Vec<Golden>> {
    let input = input(name).unwrap_or_default();
    let mut config: Map<String, Value> =
        read(name, "config").map_or_else(|| Ok(Map::new()), |config| serde_json::from_slice(&config))?;
    let mut goldens = Vec::new();
    for format in FORMATS {
        let (format_option, keys) = match format {
            "cef-dictionary" => ("cef", "dictionary"),
            format => (format, "vendor"),
        };
        config.insert("format".into(), format_option.into());
        config.insert("keys".into(), keys.into());
        let report = read(name, &format!("{format}-report")).unwrap_or_default();
        goldens.push(Golden {
            name: name.to_owned(),
            format,
            input: input.clone(),
            config: Value::from(config.clone()).to_string(),
            lines: read(name, format).unwrap_or_default(),
            report: String::from_utf8_lossy(&report).into_owned(),
        });
    }
    Ok(goldens)
}

/// What was rejected and changed, as the files have it.
#[must_use]
pub fn report(output: &Output) -> String {
    let mut report = String::new();
    for rejection in &output.rejections {
        let (index, range) = (rejection.index, &rejection.range);
        let _ = writeln!(
            report,
            "record {index}, bytes {}..{}: {}: {rejection}",
            range.start,
            range.end,
            rejection.reason()
        );
    }
    report_changes(&mut report, output.changes);
    report
}

/// Appends how often each change was made.
pub fn report_changes(report: &mut String, changes: Changes) {
    let Changes { renamed, replaced, truncated, dropped, repeated, unreadable, redacted } = changes;
    for (count, change) in [
        (renamed, "renamed"),
        (replaced, "replaced"),
        (truncated, "truncated"),
        (dropped, "dropped"),
        (repeated, "repeated"),
        (unreadable, "unreadable"),
        (redacted, "redacted"),
    ] {
        if count > 0 {
            let _ = writeln!(report, "{change}: {count}");
        }
    }
}
