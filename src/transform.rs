//! Batch to lines, rejections and changes.

use crate::batch::{Batch, Open};
use crate::buffer::Buffer;
use crate::catalog::{CATALOG, COMMON, Kind};
use crate::config::{Config, Limits, Pointer};
use crate::event::Event;
use crate::explain::{Explainer, Explanation};
use crate::extent;
use crate::format::Formatter;
use crate::framing::Framing;
use crate::json::{Expected, Json, Refusal};
use crate::key::Key;
use crate::record::{Record, RecordReader};
use crate::rejection::{Inner, Problem, Rejection};
use crate::shape::Shapes;
use crate::time::MILLIS_MAX;

/// Turns batches of records into lines. It is made once and used for many batches, so that its buffers are reused.
#[derive(Debug)]
pub struct Transformer {
    config: Config,
    formatter: Formatter,
    shapes: Shapes,
    outer: RecordReader,
    inner: RecordReader,
    /// How many lines there were of each kind of the catalog, and last of events that it does not hold.
    counts: Vec<u64>,
}

/// What became of a batch: every record of it is either a line or a rejection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Output {
    /// The lines in the order of their records, each ended by a line feed or framed as configured.
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
    /// Values cut to the length that the format or `max_bytes` allows.
    pub truncated: u64,
    /// Fields left out: nothing to see in them, a label without its field, a second one of the same key, not wanted, or no room.
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
        let formatter = Formatter::new(&config);
        Self {
            config,
            formatter,
            shapes: Shapes::new(),
            outer: RecordReader::new(),
            inner: RecordReader::new(),
            counts: if cfg!(feature = "small") { Vec::new() } else { vec![0; CATALOG.len() + 1] },
        }
    }

    /// What it was made of.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The kinds of which there were lines since it was made, in the order of the catalog, and how many; `None` stands for events that the
    /// catalog does not hold. With the feature `small`, none are counted.
    pub fn written(&self) -> impl Iterator<Item = (Option<&'static Kind>, u64)> {
        let kinds = CATALOG.iter().map(Some).chain([None]);
        kinds.zip(self.counts.iter().copied()).filter(|&(_, count)| count > 0)
    }

    /// Turns the records of `batch` into lines and puts them, with what was rejected and changed, in place of what `output`
    /// held. `received` is the time of records that give none, in milliseconds since 1970-01-01T00:00:00Z; one after the year
    /// 9999 is none.
    pub fn transform(&mut self, batch: &[u8], received: Option<u64>, output: &mut Output) {
        output.clear();
        self.append(batch, received, self.config.framing, Part::Whole, output, &mut ());
    }

    /// Appends what becomes of the records of a part of a stream, of which more comes unless it is the `last`. The ranges of
    /// rejections count from the start of `part`, their indices from 0.
    pub(crate) fn append_part(
        &mut self,
        part: &[u8],
        received: Option<u64>,
        last: bool,
        output: &mut Output,
    ) -> Appended {
        let part_of = if last { Part::Whole } else { Part::MoreMayCome };
        self.append(part, received, self.config.framing, part_of, output, &mut ())
    }

    /// Appends the lines.
    fn append(
        &mut self,
        batch: &[u8],
        received: Option<u64>,
        framing: Framing,
        part: Part,
        output: &mut Output,
        observer: &mut impl Observer,
    ) -> Appended {
        let Self { config, formatter, shapes, outer, inner, counts } = self;
        let limits = config.limits();
        let received = received.and_then(|millis| i64::try_from(millis).ok()).filter(|&millis| millis <= MILLIS_MAX);
        // Lines are about as long as their records.
        let before = output.lines.len();
        let lines = Buffer::behind(std::mem::take(&mut output.lines), batch.len() + batch.len() / 4);
        let line_max = framing.line_max(config.max_bytes.get() as usize);
        let mut writer = Writer { config, formatter, shapes, row: 0, limits, line_max, received, lines, observer };
        let mut batch = Batch::new(batch, limits.record_bytes(), part != Part::MoreMayCome);
        // The object itself is what it is without a pointer.
        let pointer = config.record.as_ref().filter(|pointer| !pointer.is_whole());
        let mut found = 0;
        for index in 0.. {
            let mut changes = Changes::default();
            writer.shapes.make_room();
            let item = batch.next(|json| match pointer {
                Some(_) => json.skip(limits.depth()),
                None => outer.read(json, writer.shapes, &limits, &mut changes),
            });
            let Some(item) = item else { break };
            if part == Part::One {
                // Of several where one was to be, none is wanted.
                output.rejections.clear();
                writer.lines.truncate(before);
            }
            found = index + 1;
            let start = writer.lines.len();
            let window = batch.behind(item.range.start);
            let outcome = item.outcome.and_then(|()| match pointer {
                None if config.record.is_some() => writer.write_event(outer.record(window), Unknown::Any, &mut changes),
                Some(pointer) => writer.write_pointed(pointer, window, inner, &mut changes),
                None => writer.write(outer.record(window), inner, &mut changes),
            });
            match outcome {
                Ok(()) => {
                    framing.close(&mut writer.lines, start);
                    output.written += 1;
                    output.changes += changes;
                    if part != Part::One {
                        count(counts, writer.row);
                    }
                }
                Err(problem) => {
                    writer.lines.truncate(start);
                    output.rejections.push(Rejection { index, range: item.range, problem });
                }
            }
        }
        let row = writer.row;
        output.lines = writer.lines.into_vec();
        let (taken, open) = batch.into_rest();
        Appended { taken, open, found, row }
    }

    /// Turns the one record that `bytes` hold into a line and appends it to `line`, without framing. Answers what the line does not say as the
    /// record did. A rejection has `index` for its number. What is longer than a record may be, apart from white space around it, is not read, nor what
    /// is twice as long with it.
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
    ) -> Result<Changes, Rejection> {
        self.append_one(bytes, index, received, line, &mut ())
    }

    /// As [`Transformer::transform_one`], and tells of everything in the record and the line where it went and came from, and why.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn explain(
        &mut self,
        bytes: &[u8],
        received: Option<u64>,
        line: &mut Vec<u8>,
    ) -> Result<Explanation, Rejection> {
        let mut explainer = Explainer::default();
        let changes = self.append_one(bytes, 0, received, line, &mut explainer)?;
        Ok(explainer.explanation(changes))
    }

    #[inline]
    fn append_one(
        &mut self,
        bytes: &[u8],
        index: u64,
        received: Option<u64>,
        line: &mut Vec<u8>,
        observer: &mut impl Observer,
    ) -> Result<Changes, Rejection> {
        let limit = self.config.limits().record_bytes();
        if bytes.len() > extent::window(limit) || bytes.trim_ascii().len() > limit {
            return Err(Rejection { index, range: 0..bytes.len(), problem: Problem::TooLong { limit } });
        }
        let mut output = Output { lines: std::mem::take(line), ..Output::default() };
        let start = output.lines.len();
        let Appended { found, row, .. } = self.append(bytes, received, Framing::None, Part::One, &mut output, observer);
        *line = output.lines;
        let outcome = match output.rejections.pop() {
            _ if found != 1 => Err(Rejection { index, range: 0..bytes.len(), problem: Problem::NotOne { found } }),
            Some(rejection) => Err(Rejection { index, ..rejection }),
            None => Ok(output.changes),
        };
        match outcome {
            Ok(_) => count(&mut self.counts, row),
            Err(_) => line.truncate(start),
        }
        outcome
    }
}

/// What came of a batch, beside its output.
pub(crate) struct Appended {
    /// How many bytes were taken.
    pub(crate) taken: usize,
    /// The record that goes on after them.
    pub(crate) open: Option<Open>,
    /// How many records were found in them.
    pub(crate) found: u64,
    /// The place in the catalog of the kind of the last line, or the one behind.
    row: usize,
}

/// Counts a line of the kind of this row.
fn count(counts: &mut [u64], row: usize) {
    if cfg!(feature = "small") {
        return;
    }
    if let Some(count) = counts.get_mut(row) {
        *count += 1;
    }
}

/// What a batch is of a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// Whole, and to hold one record.
    One,
    MoreMayCome,
}

/// Which events that the catalog does not hold are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Any,
    /// Those whose record does not hold another's text.
    IfNotWrapper,
}

/// The text of an object in `message` or `log`, as shippers put it there, if nothing else in the record could be senhasegura's own: what
/// a field of a record says must not take the place of the record.
fn wrapped(record: Record<'_>) -> Option<&[u8]> {
    if OWN.iter().chain(COMMON.iter()).any(|&key| record.scalar(key).is_some()) {
        return None;
    }
    let texts = [MESSAGE, LOG].into_iter().filter_map(|key| Some(record.scalar(key)?.bytes()));
    texts.into_iter().find(|text| text.trim_ascii_start().starts_with(b"{"))
}

/// Is shown every event that becomes a line.
pub(crate) trait Observer {
    /// `line_max` is the most bytes of the line without its frame.
    fn written(&mut self, event: &Event<'_>, config: &Config, line_max: usize);
}

impl Observer for () {
    fn written(&mut self, _: &Event<'_>, _: &Config, _: usize) {}
}

/// Writes the lines of a batch.
struct Writer<'t, O> {
    config: &'t Config,
    formatter: &'t mut Formatter,
    shapes: &'t mut Shapes,
    /// The place in the catalog of the kind of the line that was written last, or the one behind.
    row: usize,
    limits: Limits,
    /// The most bytes of a line without its frame.
    line_max: usize,
    received: Option<i64>,
    lines: Buffer,
    observer: &'t mut O,
}

impl<O: Observer> Writer<'_, O> {
    /// Writes the line of a record, or if the catalog does not know it, of the record whose text it holds, read by `inner`.
    fn write(&mut self, record: Record<'_>, inner: &mut RecordReader, changes: &mut Changes) -> Result<(), Problem> {
        let before = *changes;
        match self.write_event(record, Unknown::IfNotWrapper, changes) {
            Err(problem @ (Problem::NotAnEvent | Problem::UnknownEvent)) => {
                let Some(text) = wrapped(record) else { return Err(problem) };
                *changes = Changes::default();
                // The wrapper was made when the record was received, or later.
                let received = self.received;
                self.received = Event::time(record, self.config).or(received);
                let outcome = self.write_text(text, inner, changes);
                self.received = received;
                outcome.or_else(|inside| {
                    // The text holds a record: that is the event, not the wrapper.
                    if let Problem::LineTooLong { .. } = inside {
                        return Err(inside);
                    }
                    *changes = before;
                    self.write_event(record, Unknown::Any, changes).map_err(|_| inside)
                })
            }
            outcome => outcome,
        }
    }

    fn write_event(&mut self, record: Record<'_>, unknown: Unknown, changes: &mut Changes) -> Result<(), Problem> {
        let event = Event::resolve(record, self.shapes, self.config, self.received, changes)?;
        if event.found.is_none() && unknown == Unknown::IfNotWrapper && wrapped(record).is_some() {
            return Err(Problem::UnknownEvent);
        }
        let written = self.formatter.write(&event, self.config, self.line_max, &mut self.lines, changes);
        let limit = self.config.max_bytes.get() as usize;
        written.map_err(|least| Problem::LineTooLong { limit, least: least + limit - self.line_max })?;
        self.row = event.found.map_or(CATALOG.len(), |found| found.row);
        self.observer.written(&event, self.config, self.line_max);
        Ok(())
    }

    /// Writes the line of the record that is all of the text.
    fn write_text(&mut self, text: &[u8], inner: &mut RecordReader, changes: &mut Changes) -> Result<(), Problem> {
        // What was read as a text has been made UTF-8.
        let mut json = Json::checked(text, true);
        json.next_token();
        let outcome =
            inner.read(&mut json, self.shapes, &self.limits, changes).and_then(|()| match json.next_token() {
                None => Ok(()),
                Some(_) => Err(Refusal::Expected(Expected::End)),
            });
        match outcome {
            Ok(()) => self.write_event(inner.record(text), Unknown::Any, changes),
            Err(refusal) => {
                let problem = Problem::of(refusal, json.at(), text);
                Err(Problem::NoRecord { inner: Inner::Text(Box::new(problem)) })
            }
        }
    }

    /// Writes the line of the record that the pointer finds in the object that `window` begins with.
    fn write_pointed(
        &mut self,
        pointer: &Pointer,
        window: &[u8],
        inner: &mut RecordReader,
        changes: &mut Changes,
    ) -> Result<(), Problem> {
        let mut json = Json::new(window);
        let mut decoded = Buffer::default();
        match json.locate(pointer.tokens(), &mut decoded).ok().flatten() {
            Some(b'{') => match inner.read(&mut json, self.shapes, &self.limits, changes) {
                Ok(()) => self.write_event(inner.record(window), Unknown::Any, changes),
                // It has been read as JSON before: this is about its bounds.
                Err(refusal) => Err(Problem::of(refusal, json.at(), &[])),
            },
            Some(b'"') => {
                let mut damaged = false;
                decoded.clear();
                let Ok(text) = json.string(&mut decoded, &mut damaged) else {
                    return Err(Problem::NoRecord { inner: Inner::Missing });
                };
                changes.replaced += u64::from(damaged);
                self.write_text(text.get(json.window(), &decoded), inner, changes)
            }
            Some(_) => Err(Problem::NoRecord { inner: Inner::NotARecord }),
            None => Err(Problem::NoRecord { inner: Inner::Missing }),
        }
    }
}

/// With [`COMMON`], what no wrapper has. Those of shippers may have an `id` or a `name`.
const OWN: [Key; 4] = [Key::named("event_id"), Key::named("eventId"), Key::named("event_name"), Key::named("event")];
const MESSAGE: Key = Key::named("message");
const LOG: Key = Key::named("log");
