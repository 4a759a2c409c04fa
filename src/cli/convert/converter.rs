//! The transformer between an input and a sink.

use std::io::Read;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;
use senhasegura_siem::{Output, Stream};

use crate::failure::Failure;
use crate::report::Report;
use crate::sink::Sink;

/// The number of bytes to read at once.
pub(super) const CHUNK: usize = 256 << 10;

/// What to write for each record or input line.
#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Mode {
    /// A line for each record that is not rejected. A record may span lines, and a line may hold several.
    #[default]
    Lines,
    /// A line for each input line, which must hold one record: the record's line, or the input line itself if the record
    /// is rejected.
    OneToOne,
    /// For rsyslog's mmexternal: a JSON object for each input line, which sets `$!siem` (and `$!siem_kept`, with what
    /// `--keep` names) or `$!siem_error`.
    Rsyslog,
    /// For rsyslog's omprog with confirmMessages: `OK` at the start and for each input line that
    /// has been processed; lines go to `--output`, which must be a file.
    Omprog,
}

/// The time of records that have none.
#[derive(Clone, Copy)]
pub(crate) enum Received {
    Now,
    At(u64),
}

impl Received {
    /// Returns the time in milliseconds since 1970.
    pub(crate) fn millis(self) -> Option<u64> {
        match self {
            Self::At(millis) => Some(millis),
            Self::Now => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::try_from(now.as_millis()).ok()
            }
        }
    }
}

/// Parses the argument of `--received`.
pub(crate) fn received(text: &str) -> Result<Received, String> {
    if text == "now" {
        return Ok(Received::Now);
    }
    // The number of digits tells the unit.
    let factor = match text.len() {
        9 | 10 => Some(1000),
        12 | 13 => Some(1),
        _ => None,
    };
    let millis = factor.and_then(|factor| Some(text.parse::<u64>().ok()? * factor));
    millis
        .map(Received::At)
        .ok_or_else(|| "expected `now`, seconds (9 or 10 digits) or milliseconds (12 or 13 digits) since 1970".into())
}

/// Converts one input after the other.
pub(super) struct Converter {
    pub(super) stream: Stream,
    pub(super) received: Option<Received>,
    pub(super) sink: Sink,
    pub(super) report: Report,
    pub(super) output: Output,
    /// Receives a confirmation for each processed message, in mode `omprog`.
    pub(super) confirmations: Option<Sink>,
}

impl Converter {
    pub(super) fn confirm(&mut self, messages: usize) -> Result<(), Failure> {
        match &mut self.confirmations {
            Some(sink) if messages > 0 => sink.write("OK\n".repeat(messages).as_bytes()),
            _ => Ok(()),
        }
    }

    pub(super) fn received(&self) -> Option<u64> {
        self.received.and_then(Received::millis)
    }
}

/// A file or the standard input.
pub(super) struct Input {
    pub(super) reader: Box<dyn Read + Send>,
    pub(super) name: String,
    /// Whether it is a regular file.
    pub(super) is_file: bool,
    pub(super) buffer: Vec<u8>,
    /// The offset of the first byte that may not have been processed.
    pub(super) start: u64,
}

impl Input {
    /// Reads what is available. At the end, or after an error, also returns the outcome.
    pub(super) fn read(&mut self, report: &mut Report) -> (&[u8], Option<Result<(), Failure>>) {
        let outcome = self.reader.read(&mut self.buffer);
        let length = *outcome.as_ref().unwrap_or(&0);
        report.read(length);
        let end = match outcome {
            Ok(0) => Some(Ok(())),
            Ok(_) => None,
            Err(error) => Some(Err(Failure::Io(format!("{}: {error}", self.name)))),
        };
        (self.buffer.get(..length).unwrap_or_default(), end)
    }
}
