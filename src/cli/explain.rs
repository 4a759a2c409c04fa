//! `explain`: shows what happened to one record, and why.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::styling::{AnsiColor, Style};
use encoding_rs::Encoding;
use senhasegura_siem::Transformer;
use senhasegura_siem::explain::{Explanation, Fate, PartSource, RecordField};

use crate::convert;
use crate::convert::Received;
use crate::failure::{Failure, STDIO};
use crate::input::{self, Reading};
use crate::options::Options;
use crate::progress::Progress;
use crate::terminal::{eprint_line, escaped_json, sanitized};

/// Shows what happened to one record: where each field went in the line, and what was renamed,
/// replaced, dropped or cut, and why.
///
/// The line itself comes first.
#[derive(Args)]
pub(crate) struct Explain {
    /// A file with one record. `-`, or no file, is the standard input.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print a JSON object: each part of the line with its byte range and source, and each field of
    /// the record with what happened to it.
    #[arg(long)]
    json: bool,
    /// The time of a record that has none: `now` for the current time, or seconds (9 or 10 digits) or
    /// milliseconds (12 or 13) since 1970. It also tells the year of a time of RFC 3164.
    #[arg(long, value_name = "TIME", value_parser = convert::received)]
    received: Option<Received>,
    /// The encoding of the file, as a label of the Encoding Standard. By default UTF-8, or UTF-16 if the file begins
    /// with a byte order mark of UTF-16.
    #[arg(long, value_name = "LABEL", value_parser = input::encoding)]
    encoding: Option<&'static Encoding>,
    #[command(flatten)]
    options: Options,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const WRITTEN: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();

/// The maximum number of characters shown of a field's name.
const NAME_MAX: usize = 40;
/// The maximum number of characters shown of a field's value.
const VALUE_MAX: usize = 50;
/// The maximum number of characters shown of a text of the line.
const TEXT_MAX: usize = 100;
/// The maximum number of characters shown of a note.
const NOTE_MAX: usize = 200;

impl Explain {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let config = self.options.config()?;
        let path = self.file.clone().unwrap_or_else(|| STDIO.into());
        let mut record = Vec::new();
        let mut transformer = Transformer::new(config);
        // Enough to find that a record is too long.
        let max = transformer.window() as u64 + 1;
        let reading = Reading { plain: false, encoding: self.encoding };
        let reader = input::open(&path, reading, &Progress::new(&[])).map_err(|error| Failure::at(&path, &error))?;
        reader.take(max).read_to_end(&mut record).map_err(|error| Failure::at(&path, &error))?;
        let received = self.received.and_then(Received::millis);
        match transformer.explain(&record, received) {
            Ok(explanation) => {
                let outcome = if self.json {
                    io::stdout().write_all(json(&explanation)?.as_bytes())
                } else {
                    // Without colours where they are not wanted.
                    anstream::stdout().write_all(Shown(&explanation).to_string().as_bytes())
                };
                outcome.map_err(|error| Failure::new("standard output", &error))?;
                Ok(ExitCode::SUCCESS)
            }
            Err(rejection) => {
                eprint_line(format_args!("rejected: {}: {rejection}", rejection.reason()));
                Ok(ExitCode::from(1))
            }
        }
    }
}

fn json(explanation: &Explanation) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(explanation);
    let text = text.map_err(|error| Failure::Io(format!("standard output: {error}")))?;
    Ok(escaped_json(&text).into_owned() + "\n")
}

/// Formats an explanation for people.
struct Shown<'e>(&'e Explanation);

/// A field, or a source other than a field, as it is shown.
struct Row {
    name: String,
    value: String,
    written: Vec<String>,
    notes: Vec<String>,
}

impl Shown<'_> {
    /// Returns the texts of the parts with these indices.
    fn written(&self, parts: impl IntoIterator<Item = usize>) -> Vec<String> {
        let Explanation { line, parts: all, .. } = self.0;
        let parts = parts.into_iter().filter_map(|index| all.get(index));
        let texts = parts.map(|part| {
            let text = line.get(part.start..part.end).unwrap_or_default();
            // The text of a pair begins with its name.
            let is_named = text.strip_prefix(&*part.name).is_some_and(|rest| rest.starts_with('='));
            if is_named { text.to_owned() } else { format!("{}: {text}", part.name) }
        });
        texts.collect()
    }

    fn field(&self, field: &RecordField) -> Row {
        let mut notes: Vec<_> = field.notes.iter().map(ToString::to_string).collect();
        if field.fate == Fate::Absent && notes.is_empty() {
            notes.push("no value".into());
        }
        Row {
            name: field.name.clone(),
            value: field.value.clone(),
            written: self.written(field.parts.iter().copied()),
            notes,
        }
    }

    /// Returns the row of a source other than a field, if anything is from it.
    fn other(&self, source: PartSource, name: &str) -> Option<Row> {
        let Explanation { parts, notes, .. } = self.0;
        let from_it = parts.iter().enumerate().filter(|(_, part)| part.source == source && !part.name.is_empty());
        let written = self.written(from_it.map(|(index, _)| index));
        let notes: Vec<_> =
            notes.iter().filter(|note| note.source == source).map(|note| note.note.to_string()).collect();
        let is_something = !written.is_empty() || !notes.is_empty();
        is_something.then(|| Row { name: name.into(), value: String::new(), written, notes })
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { line, kind, kind_from, fields, way, left, .. } = self.0;
        writeln!(f, "{}\n", sanitized(line, usize::MAX))?;
        match (kind, kind_from.and_then(|index| fields.get(index))) {
            (Some(kind), Some(field)) => {
                writeln!(f, "{BOLD}{kind}{BOLD:#}, identified by `{}`", sanitized(&field.name, NAME_MAX))?
            }
            (Some(kind), None) => writeln!(f, "{BOLD}{kind}{BOLD:#}")?,
            (None, _) => writeln!(f, "{BOLD}unknown event{BOLD:#}: it is not in the catalog")?,
        }
        if !way.is_empty() {
            writeln!(f, "read from: {}", sanitized(&way.join(", then "), NOTE_MAX))?;
        }
        if !left.is_empty() {
            writeln!(f, "not used: {}", sanitized(&left.join(", "), NOTE_MAX))?;
        }
        let fields: Vec<_> = fields.iter().map(|field| self.field(field)).collect();
        let others: Vec<_> = [
            (PartSource::Catalog, "catalog"),
            (PartSource::Configuration, "configuration"),
            (PartSource::Reception, "reception"),
            (PartSource::Wrapper, "around the record"),
            (PartSource::Default, "default"),
            (PartSource::Format, "format"),
        ]
        .into_iter()
        .filter_map(|(source, name)| self.other(source, name))
        .collect();
        let width = |text: fn(&Row) -> String| {
            fields.iter().chain(&others).map(|row| text(row).chars().count()).max().unwrap_or_default()
        };
        let widths = [width(name), width(value)];
        fields.iter().try_for_each(|row| write_row(f, row, widths))?;
        if !others.is_empty() {
            writeln!(f, "{BOLD}from no field{BOLD:#}")?;
        }
        others.iter().try_for_each(|row| write_row(f, row, widths))
    }
}

fn write_row(f: &mut fmt::Formatter<'_>, row: &Row, [names, values]: [usize; 2]) -> fmt::Result {
    let mut texts: Vec<_> = row.written.iter().map(|text| (WRITTEN, sanitized(text, TEXT_MAX))).collect();
    texts.extend(row.notes.iter().map(|note| (CHANGED, sanitized(note, NOTE_MAX))));
    if texts.is_empty() {
        texts.push((DIM, "not in the line".into()));
    }
    let (mut name, mut value) = (name(row), value(row));
    for (style, text) in texts {
        writeln!(f, "  {name:names$}  {DIM}{value:values$}{DIM:#}  {style}{text}{style:#}")?;
        (name, value) = (String::new(), String::new());
    }
    Ok(())
}

fn name(row: &Row) -> String {
    sanitized(&row.name, NAME_MAX).replace('\n', "\\n")
}

fn value(row: &Row) -> String {
    sanitized(&row.value, VALUE_MAX).replace('\n', "\\n")
}
