//! `explain`: what becomes of one record, and why.

use std::fmt;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::styling::{AnsiColor, Style};
use senhasegura_siem::Transformer;
use senhasegura_siem::explain::{Explained, Explanation};

use crate::convert::Received;
use crate::options::Options;
use crate::progress::Progress;
use crate::report::{say, shown};
use crate::{Failure, convert, input};

/// Shows for one record, field by field, where it went in the line, and what was renamed, replaced, dropped or cut, and why.
///
/// The line itself comes first.
#[derive(Args)]
pub(crate) struct Explain {
    /// A file of one record, instead of the standard input.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// The time of a record that gives none: `now` when it is read, or milliseconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = convert::received)]
    received: Option<Received>,
    #[command(flatten)]
    options: Options,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const WRITTEN: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();

impl Explain {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let config = self.options.config()?;
        let path = self.file.clone().unwrap_or_else(|| input::STDIN.into());
        let mut record = Vec::new();
        // What is longer is refused as such.
        let max = 2 * u64::from(config.max_record_bytes.get());
        let reader = input::open(&path, false, &Progress::of(&[])).map_err(|error| Failure::at(&path, &error))?;
        reader.take(max).read_to_end(&mut record).map_err(|error| Failure::at(&path, &error))?;
        let mut line = Vec::new();
        let received = self.received.and_then(Received::millis);
        match Transformer::new(config).explain(record.trim_ascii(), received, &mut line) {
            Ok(explanation) => {
                let text = format!("{}\n\n{}", shown(&String::from_utf8_lossy(&line), usize::MAX), Shown(&explanation));
                let outcome = anstream::stdout().write_all(text.as_bytes());
                outcome.map_err(|error| Failure::of("standard output", &error))?;
                Ok(ExitCode::SUCCESS)
            }
            Err(rejection) => {
                say(format_args!("rejected: {}: {rejection}", rejection.reason()));
                Ok(ExitCode::from(1))
            }
        }
    }
}

/// An explanation as people read it.
struct Shown<'e>(&'e Explanation);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explanation { found, found_by, fields, others, .. } = self.0;
        match found {
            Some(found) => writeln!(f, "{BOLD}{}{BOLD:#}, found by `{found_by}`", found.kind.name)?,
            None => writeln!(f, "{BOLD}unknown event{BOLD:#}: the catalog does not hold it")?,
        }
        let width = |text: fn(&Explained) -> String| {
            fields.iter().chain(others).map(|explained| text(explained).chars().count()).max().unwrap_or_default()
        };
        let widths = [width(name), width(value)];
        for explained in fields {
            show(f, explained, widths)?;
        }
        if !others.is_empty() {
            writeln!(f, "{BOLD}of no field{BOLD:#}")?;
        }
        for explained in others {
            show(f, explained, widths)?;
        }
        Ok(())
    }
}

fn show(f: &mut fmt::Formatter<'_>, explained: &Explained, [names, values]: [usize; 2]) -> fmt::Result {
    let mut says: Vec<_> = explained.written.iter().map(|text| (WRITTEN, shown(text, 100))).collect();
    says.extend(explained.notes.iter().map(|note| (CHANGED, shown(note, 200))));
    if says.is_empty() {
        says.push((DIM, "not in the line".into()));
    }
    let (mut name, mut value) = (name(explained), value(explained));
    for (style, text) in says {
        writeln!(f, "  {name:names$}  {DIM}{value:values$}{DIM:#}  {style}{text}{style:#}")?;
        (name, value) = (String::new(), String::new());
    }
    Ok(())
}

fn name(explained: &Explained) -> String {
    shown(&explained.name, 40).replace('\n', "\\n")
}

fn value(explained: &Explained) -> String {
    shown(&explained.value, 50).replace('\n', "\\n")
}
