//! Batch to lines, rejections and changes: the straight line.

use std::ops::Range;

use crate::catalog::{CATALOG, Kind};
use crate::changes::Changes;
use crate::config::Config;
use crate::event::Resolver;
use crate::format::{Formatter, Line};
use crate::outcome::{Output, Problem, Reason, Rejection};
use crate::record::{Batch, Limits, Open, Record, RecordReader, Shapes, Unwrapper, Wrapping, text_in, window};
use crate::time::MILLIS_MAX;
use crate::trace::Trace;

/// Turns batches of records into lines. It is made once and used for many batches, so that its
/// buffers are reused.
#[derive(Debug)]
pub struct Transformer {
    config: Config,
    limits: Limits,
    wrapping: Wrapping,
    shapes: Shapes,
    reader: RecordReader,
    unwrapper: Unwrapper,
    writer: Writer,
    lengths: Lengths,
    /// Lines written of each kind of the catalog, and last of events that it does not hold.
    lines_by_kind: Vec<u64>,
}

/// Writes records as lines.
#[derive(Debug)]
struct Writer {
    resolver: Resolver,
    formatter: Formatter,
    /// The most bytes of a line and its frame.
    max_bytes: usize,
}

/// What became of one record: the index of its kind in the catalog, or past its end, or what is
/// wrong with it.
type Written = Result<usize, Problem>;

/// How long the lines of the last batch were. Room is cleared before it is written: what is not
/// needed costs for nothing, and too little is moved.
#[derive(Debug, Default)]
struct Lengths {
    batch: usize,
    lines: usize,
}

impl Lengths {
    /// How long the lines of a batch of this length may be: as the last ones, and a little more.
    fn expected(&self, batch: usize) -> usize {
        let ratio = (self.lines as u64 * 256).checked_div(self.batch as u64).unwrap_or(256).min(1024);
        (batch as u64 / 256 * (ratio + 2) + 256) as usize
    }

    fn learn(&mut self, batch: usize, lines: usize) {
        (self.batch, self.lines) = (batch, lines);
    }
}

/// What was found in a batch.
struct Found {
    range: Range<usize>,
    written: Written,
}

/// What a part of a stream was.
pub(crate) struct Part {
    /// How many of its bytes have been dealt with.
    pub(crate) taken: usize,
    /// How many records were found.
    pub(crate) found: u64,
    /// The record that may go on after it.
    pub(crate) open: Option<Open>,
}

impl Transformer {
    /// Makes a transformer of this configuration.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            limits: config.limits(),
            wrapping: config.wrapping(),
            shapes: Shapes::new(),
            reader: RecordReader::new(),
            unwrapper: Unwrapper::new(),
            writer: Writer {
                resolver: Resolver::new(config.event_options()),
                formatter: Formatter::new(&config.format_options()),
                max_bytes: config.max_bytes.get() as usize,
            },
            lengths: Lengths::default(),
            lines_by_kind: vec![0; CATALOG.len() + 1],
            config,
        }
    }

    /// The configuration that it was made of.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The most bytes that are read to tell where a record ends, what stands around it included:
    /// twice `max_record_bytes`. More are never taken for one record.
    #[must_use]
    pub fn window(&self) -> usize {
        window(self.limits.record_bytes)
    }

    /// Lines written so far, by kind, in catalog order; `None` stands for events that the catalog
    /// does not hold.
    pub fn lines_by_kind(&self) -> impl Iterator<Item = (Option<&'static Kind>, u64)> {
        let kinds = CATALOG.iter().map(Some).chain([None]);
        kinds.zip(self.lines_by_kind.iter().copied()).filter(|&(_, count)| count > 0)
    }

    /// Turns the records of `batch` into lines and puts them, with what was rejected and changed,
    /// in the place of what `output` held. `received` is the time of records that give none, in
    /// milliseconds since 1970-01-01T00:00:00Z; one after the year 9999 is none.
    pub fn transform(&mut self, batch: &[u8], received: Option<u64>, output: &mut Output) {
        output.clear();
        self.run_part(batch, received, true, output);
    }

    /// Turns the one record in `bytes` into a line and appends it to `line`, without framing.
    /// Returns what was changed. What is longer than a record may be, apart from white space around
    /// it, is not read, nor what is twice as long with it.
    ///
    /// # Errors
    ///
    /// If it is rejected, or there is not exactly one.
    pub fn transform_one(
        &mut self,
        bytes: &[u8],
        received: Option<u64>,
        line: &mut Vec<u8>,
    ) -> Result<Changes, Rejection> {
        self.run_one::<()>(bytes, received, line).map(|(changes, ())| changes)
    }

    /// Adds to the output what became of the records of a part of a stream, of which more comes
    /// unless it is the `last`. The ranges of rejections count from the start of `part`, their
    /// indices from 0.
    pub(crate) fn run_part(&mut self, part: &[u8], received: Option<u64>, last: bool, output: &mut Output) -> Part {
        let mut batch = Batch::new(part, self.limits.record_bytes, last);
        let (framing, received) = (self.config.framing, checked(received));
        let line_max = framing.line_max(self.writer.max_bytes);
        let mut line = Line::<()>::after(std::mem::take(&mut output.lines), self.lengths.expected(part.len()));
        let start = line.start();
        let mut found = 0;
        while let Some(Found { range, written }) = self.next(&mut batch, received, line_max, &mut line) {
            match written {
                Ok(kind) => {
                    let (lines, start) = line.buffer();
                    framing.close(lines, start);
                    output.written += 1;
                    self.count(kind);
                }
                Err(problem) => {
                    line.take_back();
                    output.rejections.push(Rejection { index: found, range, problem });
                }
            }
            found += 1;
        }
        // What is open at the end is read again with the rest of it.
        line.take_back();
        let (notes, lines) = line.into_parts();
        output.lines = lines;
        output.changes += notes.changes;
        self.lengths.learn(part.len(), output.lines.len() - start);
        let (taken, open) = batch.into_rest();
        Part { taken, found, open }
    }

    /// Writes the line of the one record in `bytes`, and returns what was changed and what a
    /// listener heard.
    #[inline] // Core modules call it from one place.
    pub(crate) fn run_one<T: Trace + Default>(
        &mut self,
        bytes: &[u8],
        received: Option<u64>,
        lines: &mut Vec<u8>,
    ) -> Result<(Changes, T), Rejection> {
        let limit = self.limits.record_bytes;
        let reject = |problem| Rejection { index: 0, range: 0..bytes.len(), problem };
        if bytes.len() > self.window() || bytes.trim_ascii().len() > limit {
            return Err(reject(Problem::TooLong { limit }));
        }
        let mut batch = Batch::new(bytes, limit, true);
        let mut line = Line::<T>::after(std::mem::take(lines), bytes.len());
        let found = self.next(&mut batch, checked(received), self.writer.max_bytes, &mut line);
        let others = self.count_records(&mut batch);
        let outcome = match found {
            Some(Found { range, written }) if others == 0 => {
                written.map_err(|problem| Rejection { index: 0, range, problem })
            }
            found => {
                line.take_back();
                Err(reject(Problem::NotOne { found: u64::from(found.is_some()) + others }))
            }
        };
        let (notes, all) = line.into_parts();
        *lines = all;
        let kind = outcome?;
        self.count(kind);
        Ok((notes.changes, notes.trace))
    }

    /// Finds the next record and writes its line.
    #[inline(always)] // The body of the loop.
    fn next<T: Trace + Default>(
        &mut self,
        batch: &mut Batch<'_>,
        received: Option<i64>,
        line_max: usize,
        line: &mut Line<T>,
    ) -> Option<Found> {
        let Self { limits, wrapping, shapes, reader, .. } = self;
        if shapes.make_room() {
            self.writer.resolver.forget();
        }
        line.begin();
        let item = batch.next(|json| match wrapping {
            Wrapping::Pointer(_) => json.skip(limits.depth),
            _ => reader.read(json, shapes, limits, &mut line.notes),
        })?;
        let range = item.range;
        let written = item.outcome.and_then(|()| self.write(batch.rest(range.start), received, line_max, line));
        Some(Found { range, written })
    }

    /// Writes the line of the record that `window` begins with, or of the one inside of it.
    #[inline(always)] // As `next`.
    fn write<T: Trace + Default>(
        &mut self,
        window: &[u8],
        received: Option<i64>,
        line_max: usize,
        line: &mut Line<T>,
    ) -> Written {
        if self.wrapping.is_wrapper(self.reader.record(window)) {
            return self.write_inside(window, received, line_max, line);
        }
        self.writer.write(self.reader.record(window), received, line_max, line)
    }

    /// Writes the line of the record inside of the one that `window` begins with; if that is no
    /// event, of the one around it after all.
    #[inline(never)] // Records as senhasegura's own fields have them do not need it.
    fn write_inside<T: Trace + Default>(
        &mut self,
        window: &[u8],
        received: Option<i64>,
        line_max: usize,
        line: &mut Line<T>,
    ) -> Written {
        let Self { limits, wrapping, shapes, reader, unwrapper, writer, .. } = self;
        let wrapper_notes = line.restart_notes();
        if let Wrapping::Pointer(pointer) = wrapping {
            let record = unwrapper.read_pointed(pointer, window, shapes, limits, &mut line.notes)?;
            return writer.write(record, received, line_max, line);
        }
        let wrapper = reader.record(window);
        // The wrapper was made when the record was received, or later.
        let time = writer.resolver.time(wrapper);
        let read = unwrapper.read_text(text_in(wrapper), shapes, limits, &mut line.notes);
        line.notes.trace.unwrapped(time.is_some());
        match read.and_then(|record| writer.write(record, time.or(received), line_max, line)) {
            // A line that is too long is one of the event, which is the record inside.
            Err(problem) if problem.reason() != Reason::LineTooLong => {
                line.notes = wrapper_notes;
                writer.write(wrapper, received, line_max, line).map_err(|_| problem)
            }
            written => written,
        }
    }

    /// How many records are left.
    fn count_records(&self, batch: &mut Batch<'_>) -> u64 {
        let depth = self.limits.depth;
        (0..).take_while(|_| batch.next(|json| json.skip(depth)).is_some()).count() as u64
    }

    #[inline]
    fn count(&mut self, kind: usize) {
        if let Some(count) = self.lines_by_kind.get_mut(kind) {
            *count += 1;
        }
    }
}

impl Writer {
    /// Writes a record as a line of at most `line_max` bytes.
    #[inline(never)] // Called from two places: inlined in both, it is larger and no faster.
    fn write<T: Trace>(
        &mut self,
        record: Record<'_>,
        received: Option<i64>,
        line_max: usize,
        line: &mut Line<T>,
    ) -> Written {
        let event = self.resolver.resolve(record, received, &mut line.notes)?;
        let written = self.formatter.write(&event, line_max, line);
        let limit = self.max_bytes;
        written.map_err(|least| Problem::LineTooLong { limit, least: least + limit - line_max })?;
        Ok(event.found.map_or(CATALOG.len(), |found| found.row))
    }
}

/// The time of reception, if a line can have it.
fn checked(received: Option<u64>) -> Option<i64> {
    received.and_then(|millis| i64::try_from(millis).ok()).filter(|&millis| millis <= MILLIS_MAX)
}
