//! Batch to lines, rejections and changes.

use std::ops::Range;

use crate::batch::Batch;
use crate::buffer::Buffer;
use crate::config::{Config, Limits};
use crate::event::Event;
use crate::format::cef::Cef;
use crate::json::{Expected, Json, Refusal};
use crate::key::Key;
use crate::record::{Buffers, Record};
use crate::rejection::{Inner, Problem, Rejection};

/// Turns batches of records into lines. It is made once and used for many batches, so that its buffers are reused.
#[derive(Debug)]
pub struct Transformer {
    config: Config,
    cef: Cef,
    outer: Buffers,
    inner: Buffers,
}

/// What became of a batch: every record of it is either a line or a rejection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Output {
    /// The lines in the order of their records, each ended by a line feed.
    pub lines: Vec<u8>,
    /// How many lines there are.
    pub written: u64,
    /// The records that are no line, in order.
    pub rejections: Vec<Rejection>,
    /// What the lines do not say as their records did.
    pub changes: Changes,
}

/// Counts of what was written otherwise than received.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Changes {
    /// Fields written under another name: a repaired key, or one that the format cannot hold.
    pub renamed: u64,
    /// Values in which characters were replaced that the format cannot hold.
    pub replaced: u64,
    /// Values cut to the length that the format allows.
    pub truncated: u64,
    /// Fields left out: nothing to see in them, a label without its field, a second one of the same key, or not wanted.
    pub dropped: u64,
    /// Fields that their record repeats; the last value stands.
    pub repeated: u64,
}

impl std::ops::AddAssign for Changes {
    fn add_assign(&mut self, other: Self) {
        self.renamed += other.renamed;
        self.replaced += other.replaced;
        self.truncated += other.truncated;
        self.dropped += other.dropped;
        self.repeated += other.repeated;
    }
}

impl Output {
    /// Forgets everything but the allocations.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.written = 0;
        self.rejections.clear();
        self.changes = Changes::default();
    }
}

impl Transformer {
    /// A transformer of this configuration.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let cef = Cef::new(&config);
        Self { config, cef, outer: Buffers::default(), inner: Buffers::default() }
    }

    /// Turns the records of `batch` into lines and puts them, with what was rejected and changed, in place of what `output`
    /// held. `received` is the time of records that give none, in milliseconds since 1970-01-01T00:00:00Z.
    pub fn transform(&mut self, batch: &[u8], received: Option<u64>, output: &mut Output) {
        output.clear();
        self.append(batch, received, output);
    }

    fn append(&mut self, batch: &[u8], received: Option<u64>, output: &mut Output) {
        let received = received.and_then(|millis| i64::try_from(millis).ok());
        let limits = self.config.limits();
        // Lines are about as long as their records.
        let mut lines = Buffer::behind(std::mem::take(&mut output.lines), batch.len() + batch.len() / 4);
        let mut batch = Batch::new(batch);
        let mut record = Record::new(std::mem::take(&mut self.outer));
        for index in 0.. {
            let mut changes = Changes::default();
            let pointed = self.config.record.is_some();
            let item = batch.next(limits.record_bytes(), |json| {
                if pointed { Ok(json.skip(limits.depth())?) } else { record.read(json, &limits, &mut changes) }
            });
            let Some(item) = item else { break };
            let start = lines.len();
            let outcome = item.outcome.and_then(|()| {
                if pointed {
                    self.write_pointed(&batch, &item.range, received, &mut lines, &mut changes)
                } else {
                    self.write(&record, received, &mut lines, &mut changes)
                }
            });
            match outcome {
                Ok(()) => {
                    lines.push(b'\n');
                    output.written += 1;
                    output.changes += changes;
                }
                Err(problem) => {
                    lines.truncate(start);
                    output.rejections.push(Rejection { index, range: item.range, problem });
                }
            }
        }
        self.outer = record.into_buffers();
        output.lines = lines.into_vec();
    }

    /// Turns the one record that `bytes` hold into a line and appends it to `line`, without a line end. A rejection has
    /// `index` for its number.
    ///
    /// # Errors
    ///
    /// If it is rejected, or there is not exactly one.
    pub fn transform_one(
        &mut self,
        bytes: &[u8],
        index: u64,
        received: Option<u64>,
        line: &mut Vec<u8>,
    ) -> Result<(), Rejection> {
        let mut output = Output { lines: std::mem::take(line), ..Output::default() };
        let start = output.lines.len();
        self.append(bytes, received, &mut output);
        *line = output.lines;
        let found = output.written + output.rejections.len() as u64;
        let outcome = match output.rejections.pop() {
            _ if found != 1 => Err(Rejection { index, range: 0..bytes.len(), problem: Problem::NotOne { found } }),
            Some(rejection) => Err(Rejection { index, ..rejection }),
            None => Ok(()),
        };
        // Without the line end, or without what is not one line.
        line.truncate(if outcome.is_ok() { line.len() - 1 } else { start });
        outcome
    }

    /// Writes the line of a record, or of the record whose text is all that it has to say.
    fn write(
        &mut self,
        record: &Record<'_>,
        received: Option<i64>,
        lines: &mut Buffer,
        changes: &mut Changes,
    ) -> Result<(), Problem> {
        match self.write_event(record, received, lines, changes) {
            Err(Problem::NotAnEvent) => {
                let wrapped = [MESSAGE, LOG]
                    .into_iter()
                    .filter_map(|key| Some(record.scalar(key)?.bytes()))
                    .find(|text| text.trim_ascii_start().starts_with(b"{"));
                match wrapped {
                    Some(text) => {
                        *changes = Changes::default();
                        self.write_text(text, received, lines, changes)
                    }
                    None => Err(Problem::NotAnEvent),
                }
            }
            outcome => outcome,
        }
    }

    fn write_event(
        &mut self,
        record: &Record<'_>,
        received: Option<i64>,
        lines: &mut Buffer,
        changes: &mut Changes,
    ) -> Result<(), Problem> {
        let event = Event::resolve(record, &self.config, received, changes)?;
        self.cef.write(&event, &self.config, lines, changes);
        Ok(())
    }

    /// Writes the line of the record that stands in `text`.
    fn write_text(
        &mut self,
        text: &[u8],
        received: Option<i64>,
        lines: &mut Buffer,
        changes: &mut Changes,
    ) -> Result<(), Problem> {
        let limits = self.config.limits();
        let mut record = Record::new(std::mem::take(&mut self.inner));
        let mut json = Json::new(text);
        let outcome = match read_whole(&mut record, &mut json, &limits, changes) {
            Ok(()) => self.write_event(&record, received, lines, changes),
            Err(refusal) => {
                let problem = Problem::of(refusal, json.at(), text);
                Err(Problem::NoRecord { inner: Inner::Text(Box::new(problem)) })
            }
        };
        self.inner = record.into_buffers();
        outcome
    }

    /// Writes the line of the record that the configured pointer finds in the object at `range`.
    fn write_pointed(
        &mut self,
        batch: &Batch<'_>,
        range: &Range<usize>,
        received: Option<i64>,
        lines: &mut Buffer,
        changes: &mut Changes,
    ) -> Result<(), Problem> {
        let mut json = batch.reader(range.start);
        let tokens = self.config.record.as_ref().map(|pointer| pointer.tokens()).unwrap_or_default();
        let mut decoded = Buffer::default();
        match json.locate(tokens, &mut decoded).ok().flatten() {
            Some(b'{') => {
                let limits = self.config.limits();
                let mut record = Record::new(std::mem::take(&mut self.inner));
                let outcome = match record.read(&mut json, &limits, changes) {
                    Ok(()) => self.write_event(&record, received, lines, changes),
                    // It has been read as JSON before: this is about its bounds.
                    Err(refusal) => Err(Problem::of(refusal, json.at(), &[])),
                };
                self.inner = record.into_buffers();
                outcome
            }
            Some(b'"') => {
                let mut damaged = false;
                decoded.clear();
                let Ok(text) = json.string(&mut decoded, &mut damaged) else {
                    return Err(Problem::NoRecord { inner: Inner::Missing });
                };
                let text = text.get(json.window(), &decoded);
                changes.replaced += u64::from(damaged);
                self.write_text(text, received, lines, changes)
            }
            Some(_) => Err(Problem::NoRecord { inner: Inner::NotARecord }),
            None => Err(Problem::NoRecord { inner: Inner::Missing }),
        }
    }
}

const MESSAGE: Key = Key::named("message");
const LOG: Key = Key::named("log");

/// Reads a record that is all of the text.
fn read_whole<'b>(
    record: &mut Record<'b>,
    json: &mut Json<'b>,
    limits: &Limits,
    changes: &mut Changes,
) -> Result<(), Refusal> {
    json.next_token();
    record.read(json, limits, changes)?;
    match json.next_token() {
        None => Ok(()),
        Some(_) => Err(Refusal::Expected(Expected::End)),
    }
}
