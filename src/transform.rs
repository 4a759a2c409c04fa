//! Batch to lines, rejections and changes: the loop over records.

use std::iter;
use std::ops::Range;

use crate::bytes::{Buffer, string_end};
use crate::catalog::{self, CATALOG, Found, Kind};
use crate::changes::{Changes, LineChanges};
use crate::config::Config;
use crate::event::Resolver;
use crate::format::{Formatter, Kept, KeptField, Line};
use crate::json::{Expected, Json};
use crate::outcome::{Output, Problem, Rejection};
use crate::record::{
    Around, Batch, Entry, Item, Limits, Mask, Open, Record, RecordReader, Shapes, Unwrapper, Wrapping, is_known_utf8,
    window,
};
use crate::time::MILLIS_MAX;
use crate::trace::{Quiet, Trace};

/// Turns batches of records into lines. Reuse it: it keeps its buffers.
#[derive(Debug)]
pub struct Transformer {
    config: Config,
    limits: Limits,
    wrapping: Wrapping,
    shapes: Shapes,
    reader: RecordReader,
    unwrapper: Unwrapper,
    mask: Option<Box<Mask>>,
    writer: Writer,
    lengths: Lengths,
    /// The number of lines of each kind, in catalog order, then of events outside the catalog.
    lines_by_kind: Vec<u64>,
}

/// Writes records as lines.
#[derive(Debug)]
struct Writer {
    resolver: Resolver,
    formatter: Formatter,
    kept: Kept,
    /// The maximum length of a line with its frame, in bytes.
    max_bytes: usize,
}

/// The lengths of the last batch and of its lines. The next buffer is sized by them: it is zeroed
/// before use, and moved if it is too small.
#[derive(Debug, Default)]
struct Lengths {
    batch: usize,
    lines: usize,
}

impl Lengths {
    /// Returns the expected length of the lines of a batch of this length: in proportion to the
    /// last lines, and a little more.
    fn expected(&self, batch: usize) -> usize {
        let ratio = (self.lines as u64 * 256).checked_div(self.batch as u64).unwrap_or(256).min(1024);
        (batch as u64 / 256 * (ratio + 2) + 256) as usize
    }

    fn learn(&mut self, batch: usize, lines: usize) {
        (self.batch, self.lines) = (batch, lines);
    }
}

/// Takes the outcome of the record at a range: the line that was written, and the index of its kind.
type Take<'t> = dyn FnMut(&mut Transformer, &mut Line<Quiet>, Range<usize>, Result<usize, Box<Problem>>) + 't;

/// What was noted of one line.
pub(crate) struct OneLine<T> {
    pub(crate) changes: LineChanges,
    /// What the trace recorded.
    pub(crate) trace: T,
    /// Whether it is known to have nothing that JSON escapes.
    #[cfg_attr(
        not(all(feature = "fluent-bit", target_family = "wasm")),
        expect(dead_code, reason = "only Fluent Bit's answer is JSON")
    )]
    pub(crate) is_plain: bool,
}

/// How deep batches may be in each other.
const LEVELS_MAX: usize = 4;

/// The outcome of a part of a stream.
pub(crate) struct Progress {
    /// The number of its bytes that have been processed.
    pub(crate) taken: usize,
    /// The number of records found.
    pub(crate) found: u64,
    /// The record that may continue after it.
    pub(crate) open: Option<Open>,
}

impl Transformer {
    /// Creates a transformer with this configuration.
    #[must_use]
    #[inline(never)] // Once a configuration.
    pub fn new(config: Config) -> Self {
        let limits = config.limits();
        let mask = config.masks().then(|| Mask::new(config.mask_options(), limits));
        Self {
            limits,
            wrapping: config.wrapping(mask.is_some()),
            shapes: Shapes::new(),
            reader: RecordReader::new(limits),
            unwrapper: Unwrapper::new(limits, config.read_options()),
            mask: mask.map(Box::new),
            writer: Writer {
                resolver: Resolver::new(config.event_options()),
                formatter: Formatter::new(&config.format_options()),
                kept: Kept::new(config.keep.names()),
                max_bytes: config.max_bytes.get() as usize,
            },
            lengths: Lengths::default(),
            lines_by_kind: vec![0; catalog::COUNT + 1],
            config,
        }
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns how many bytes are read to find the end of a record: twice `max_record_bytes`.
    #[must_use]
    pub fn window(&self) -> usize {
        window(self.limits.record_bytes)
    }

    /// Returns the kinds of which lines have been written, in catalog order, with the number of
    /// those lines; `None` stands for events outside the catalog.
    pub fn lines_by_kind(&self) -> impl Iterator<Item = (Option<&'static Kind>, u64)> {
        let kinds = CATALOG.iter().map(Some).chain([None]);
        kinds.zip(self.lines_by_kind.iter().copied()).filter(|&(_, count)| count > 0)
    }

    /// Returns what the option [`keep`](Config::keep) names, in its order, of the event whose line was
    /// written last. After a rejection, it is that of some event before.
    ///
    /// ```
    /// use senhasegura_siem::{Config, Transformer};
    ///
    /// let mut transformer = Transformer::new(Config::from_json(r#"{"keep": ["severity", "suser", "host"]}"#)?);
    /// assert!(transformer.transform_one(br#"{"event_id": 17, "suser": "stlee"}"#, None, &mut Vec::new()).is_ok());
    /// let kept: Vec<_> = transformer.kept().map(|field| (field.name, field.text)).collect();
    /// assert_eq!(kept, [("severity", Some("5")), ("suser", Some("stlee")), ("host", None)]);
    /// # Ok::<(), senhasegura_siem::ConfigError>(())
    /// ```
    pub fn kept(&self) -> impl Iterator<Item = KeptField<'_>> {
        self.writer.kept.fields()
    }

    /// Replaces the contents of `output` with the lines, rejections and changes of `batch`. Records
    /// without a time get `received`, in milliseconds since 1970-01-01T00:00:00Z; a `received`
    /// after the year 9999 is ignored.
    pub fn transform(&mut self, batch: &[u8], received: Option<u64>, output: &mut Output) {
        output.clear();
        self.run_part(batch, received, true, output);
    }

    /// Finds the records of `batch`, those included that [`transform`](Self::transform) rejects, and does nothing
    /// else.
    ///
    /// ```
    /// use senhasegura_siem::{Config, Transformer};
    ///
    /// let transformer = Transformer::new(Config::default());
    /// let batch = b"[{\"id\": 17}, {}]\nno record";
    /// let records: Vec<_> = transformer.split(batch).map(|range| &batch[range]).collect();
    /// assert_eq!(records, [&b"{\"id\": 17}"[..], b"{}", b"no record"]);
    /// ```
    pub fn split(&self, batch: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let Limits { record_bytes, depth, .. } = self.limits;
        let mut batch = Batch::new(batch, record_bytes, true);
        iter::from_fn(move || batch.skip(depth))
    }

    /// Appends the line of the one record in `bytes`, without framing, and returns its changes.
    /// Rejects unread what is longer than `max_record_bytes` without the white space around it, or
    /// than [`window`](Self::window) with it.
    ///
    /// # Errors
    ///
    /// If the record is rejected, or `bytes` do not hold exactly one.
    pub fn transform_one(
        &mut self,
        bytes: &[u8],
        received: Option<u64>,
        line: &mut Vec<u8>,
    ) -> Result<Changes, Rejection> {
        let mut buffer = Buffer::after(std::mem::take(line), 0);
        let outcome = self.run_one::<Quiet>(bytes, received, &mut buffer);
        *line = buffer.into_vec();
        outcome.map(|one| one.changes.into())
    }

    /// Appends to `output` the lines, rejections and changes of a part of a stream. More follows
    /// unless it is the `last`. The ranges of rejections count from the start of `part`, their
    /// indices from 0.
    pub(crate) fn run_part(&mut self, part: &[u8], received: Option<u64>, last: bool, output: &mut Output) -> Progress {
        let mut batch = Batch::new(part, self.limits.record_bytes, last);
        let (framing, received) = (self.config.framing, within_range(received));
        let (expected, max) = (self.lengths.expected(part.len()), framing.line_max(self.writer.max_bytes));
        let mut line = Line::<Quiet>::after(Buffer::after(std::mem::take(&mut output.lines), 0), expected, max);
        let start = line.start();
        let mut found = 0;
        while let Some(Item { range, outcome }) = self.next(&mut batch, received, &mut line) {
            let Output { written, rejections, .. } = output;
            let mut take = |transformer: &mut Self, line: &mut Line<Quiet>, range, outcome| {
                match outcome {
                    Ok(kind) => {
                        let (lines, start) = line.buffer();
                        framing.close(lines, start);
                        *written += 1;
                        transformer.count(kind);
                    }
                    Err(problem) => {
                        line.take_back();
                        rejections.push(Rejection { index: found, range, problem });
                    }
                }
                found += 1;
            };
            match outcome {
                Err(problem) if problem.is_several() => {
                    self.write_elements(range, received, 0, &mut line, &mut take);
                }
                outcome => take(self, &mut line, range, outcome),
            }
            line.begin();
        }
        // What is open at the end is read again with the rest of it.
        line.take_back();
        let (changes, _, lines) = line.into_parts();
        output.lines = lines.into_vec();
        output.changes += changes;
        self.lengths.learn(part.len(), output.lines.len() - start);
        let (taken, open) = batch.into_rest();
        Progress { taken, found, open }
    }

    /// Appends the line of the one record in `bytes` to `lines`, as [`transform_one`](Self::transform_one)
    /// does.
    #[inline] // Core modules call it from one place.
    pub(crate) fn run_one<T: Trace + Default>(
        &mut self,
        bytes: &[u8],
        received: Option<u64>,
        lines: &mut Buffer,
    ) -> Result<OneLine<T>, Rejection> {
        if self.is_too_long(bytes) {
            let problem = Problem::TooLong { limit: self.limits.record_bytes }.boxed();
            return Err(Rejection { index: 0, range: 0..bytes.len(), problem });
        }
        let received = within_range(received);
        let mut line = Line::<T>::after(std::mem::take(lines), bytes.len(), self.writer.max_bytes);
        let outcome = match self.read_whole(bytes, &mut line) {
            Some(range) => {
                self.write(bytes, received, &mut line).map_err(|problem| Rejection { index: 0, range, problem })
            }
            None => self.write_only(bytes, received, &mut line),
        };
        let (start, is_plain) = (line.start(), line.is_plain());
        let (changes, trace, all) = line.into_one();
        *lines = all;
        let kind = outcome?;
        self.count(kind);
        debug_assert!(!is_plain || lines.get(start..).is_some_and(|line| string_end(line) == line.len()));
        Ok(OneLine { changes, trace, is_plain })
    }

    /// Returns whether a record is rejected unread.
    #[inline]
    pub(crate) fn is_too_long(&self, bytes: &[u8]) -> bool {
        let limit = self.limits.record_bytes;
        bytes.len() > limit && (bytes.len() > self.window() || bytes.trim_ascii().len() > limit)
    }

    /// Reads the object that `bytes` begin with, if nothing but white space follows, and returns its range. If they
    /// are anything else, forgets what it has read: [`write_only`](Self::write_only) finds out what they are.
    #[inline(always)] // Most of what hosts pass one by one are such objects; finding records costs 160 instructions.
    fn read_whole<T: Trace + Default>(&mut self, bytes: &[u8], line: &mut Line<T>) -> Option<Range<usize>> {
        let is_simple = !T::LISTENS && !matches!(self.wrapping, Wrapping::Apart(_));
        if bytes.first() != Some(&b'{') || bytes.len() > self.limits.record_bytes || !is_simple {
            return None;
        }
        self.make_room();
        let mut json = Json::with_utf8(bytes, is_known_utf8(bytes));
        let outcome = self.reader.read(&mut json, &mut self.shapes, &mut line.notes);
        let range = 0..json.at();
        if outcome.and_then(|()| json.end()).is_err() {
            line.take_back();
            return None;
        }
        Some(range)
    }

    /// Finds the only record in `bytes`, and writes its line.
    #[inline(never)] // See `read_whole`.
    fn write_only<T: Trace + Default>(
        &mut self,
        bytes: &[u8],
        received: Option<i64>,
        line: &mut Line<T>,
    ) -> Result<usize, Rejection> {
        let mut batch = Batch::new(bytes, self.limits.record_bytes, true);
        let found = self.next(&mut batch, received, line);
        let others = self.count_records(&mut batch);
        match found {
            Some(Item { range, outcome }) if others == 0 => {
                outcome.map_err(|problem| Rejection { index: 0, range, problem })
            }
            found => {
                line.take_back();
                let problem = Problem::NotOne { found: u64::from(found.is_some()) + others }.boxed();
                Err(Rejection { index: 0, range: 0..bytes.len(), problem })
            }
        }
    }

    /// Finds the next record and writes its line, which has begun. Returns the index of its kind in the catalog,
    /// past whose end are other events.
    #[inline(always)] // The body of the loop.
    fn next<T: Trace + Default>(
        &mut self,
        batch: &mut Batch<'_>,
        received: Option<i64>,
        line: &mut Line<T>,
    ) -> Option<Item<usize>> {
        self.make_room();
        let Self { limits, wrapping, shapes, reader, .. } = self;
        let item = batch.next(|json| match wrapping {
            Wrapping::Apart(_) if wrapping.pointer().is_some() => json.skip(limits.depth),
            _ => reader.read(json, shapes, &mut line.notes),
        })?;
        let range = item.range;
        let rest = batch.rest(range.start);
        let outcome = match item.outcome {
            Ok(Entry::Object) => self.write(rest, received, line),
            Ok(Entry::Text) => self.write_text(rest.get(..range.len()).unwrap_or_default(), received, line),
            Err(problem) => Err(problem),
        };
        Some(Item { range, outcome })
    }

    /// Forgets the shapes met before, if there is no room for more.
    #[inline(always)] // A comparison, once a record.
    fn make_room(&mut self) {
        if self.shapes.make_room() {
            self.writer.resolver.forget();
            self.unwrapper.forget();
        }
    }

    /// Writes the line of the record that `window` begins with, or of the record inside it.
    #[inline(always)] // As `next`.
    fn write<T: Trace + Default>(
        &mut self,
        window: &[u8],
        received: Option<i64>,
        line: &mut Line<T>,
    ) -> Result<usize, Box<Problem>> {
        let record = self.reader.record(window);
        if self.wrapping.is_foreign(record, &self.shapes, self.unwrapper.options()) {
            return self.write_foreign(window, received, line);
        }
        self.writer.write(record, Around::nothing(received), line)
    }

    /// Writes the line of a text, if it is one of senhasegura's.
    #[inline(never)] // Texts and objects seldom come from one source.
    fn write_text<T: Trace + Default>(
        &mut self,
        text: &[u8],
        received: Option<i64>,
        line: &mut Line<T>,
    ) -> Result<usize, Box<Problem>> {
        let Self { wrapping, shapes, unwrapper, mask, writer, .. } = self;
        let is_detected = matches!(wrapping.place(), Wrapping::Detect);
        if is_detected && let Some((record, around)) = unwrapper.read_text(text, received, shapes, &mut line.notes)? {
            return writer.write_found(record, around, mask, line);
        }
        let expected = if is_detected { Expected::Record } else { Expected::Object };
        Err(Problem::Malformed { expected, found: text.first().copied(), at: 0 }.boxed())
    }

    /// Writes the line of the record in the object that `window` begins with. Without the option
    /// `record`, writes that of the object itself if what is inside is not an event.
    #[inline(never)] // Few records are of other dialects.
    fn write_foreign<T: Trace + Default>(
        &mut self,
        window: &[u8],
        received: Option<i64>,
        line: &mut Line<T>,
    ) -> Result<usize, Box<Problem>> {
        let Self { wrapping, shapes, reader, unwrapper, mask, writer, .. } = self;
        if mask.is_some() && !wrapping.place().is_foreign(reader.record(window), shapes, unwrapper.options()) {
            return writer.write_found(reader.record(window), Around::nothing(received), mask, line);
        }
        let own_notes = line.restart_notes();
        if let Some(pointer) = wrapping.pointer() {
            let (record, around) = unwrapper.read_pointed(pointer, window, received, shapes, &mut line.notes)?;
            return writer.write_found(record, around, mask, line);
        }
        let is_clean = own_notes.changes == line.notes.changes;
        let outcome = match unwrapper.read_object(reader.record(window), is_clean, received, shapes, &mut line.notes) {
            Ok(Some((record, around))) => writer.write_found(record, around, mask, line),
            Ok(None) => Err(Problem::NotAnEvent.boxed()),
            Err(problem) => Err(problem),
        };
        match outcome {
            Err(problem) if problem.leaves_the_wrapper() => {
                line.notes = own_notes;
                writer.write_found(reader.record(window), Around::nothing(received), mask, line).map_err(|_| problem)
            }
            outcome => outcome,
        }
    }

    /// Writes the lines of the records in the object at `range`, which has been read.
    #[inline(never)] // Few records are batches.
    fn write_elements(
        &mut self,
        range: Range<usize>,
        received: Option<i64>,
        level: usize,
        line: &mut Line<Quiet>,
        take: &mut Take<'_>,
    ) {
        let Some(elements) = self.unwrapper.take_elements() else { return };
        for index in 0..elements.count() {
            let range = match elements.range(index) {
                Some(inner) => range.start + inner.start..range.start + inner.end,
                None => range.clone(),
            };
            line.begin();
            let Self { shapes, unwrapper, mask, writer, .. } = self;
            let element = unwrapper.read_element(&elements, index, received, shapes, &mut line.notes);
            match element.and_then(|(record, around)| writer.write_found(record, around, mask, line)) {
                Err(problem) if problem.is_several() && level < LEVELS_MAX => {
                    self.write_elements(range, received, level + 1, line, take);
                }
                outcome => take(self, line, range, outcome),
            }
        }
    }

    /// Returns the number of records left.
    fn count_records(&self, batch: &mut Batch<'_>) -> u64 {
        if batch.is_at_end() {
            return 0;
        }
        let depth = self.limits.depth;
        (0..).take_while(|_| batch.skip(depth).is_some()).count() as u64
    }

    #[inline]
    fn count(&mut self, kind: usize) {
        if let Some(count) = self.lines_by_kind.get_mut(kind) {
            *count += 1;
        }
    }
}

impl Writer {
    /// Writes a record as a line, as [`write`](Self::write) does, after what `mask` says has been replaced in it.
    #[inline(always)] // A comparison, mostly.
    fn write_found<T: Trace>(
        &mut self,
        record: Record<'_>,
        around: Around<'_>,
        mask: &mut Option<Box<Mask>>,
        line: &mut Line<T>,
    ) -> Result<usize, Box<Problem>> {
        match mask {
            // Not by way of the memory.
            None => self.write(record, around, line),
            Some(mask) => {
                let (record, around) = mask.apply(record, around, &mut line.notes);
                self.write(record, around, line)
            }
        }
    }

    /// Writes a record as a line. Returns the index of its kind.
    #[inline(never)] // Called from two places: inlined in both, it is larger and no faster.
    fn write<T: Trace>(
        &mut self,
        record: Record<'_>,
        around: Around<'_>,
        line: &mut Line<T>,
    ) -> Result<usize, Box<Problem>> {
        let event = self.resolver.resolve(record, around, &mut line.notes)?;
        let written = self.formatter.write(&event, line);
        let limit = self.max_bytes;
        written.map_err(|least| Problem::LineTooLong { limit, least: least + limit - line.max() })?;
        self.kept.take(&event);
        Ok(event.found.map_or(catalog::COUNT, Found::row))
    }
}

/// Returns the time of reception, unless it is after the year 9999.
fn within_range(received: Option<u64>) -> Option<i64> {
    received.and_then(|millis| i64::try_from(millis).ok()).filter(|&millis| millis <= MILLIS_MAX)
}
