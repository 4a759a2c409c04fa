//! Batch to records: finds where each one begins and ends, and where to go on after a bad one.
//!
//! Objects may stand one to a line, several to a line, over several lines, or in arrays; what is not
//! JSON is a text, which is a line. White space, commas, brackets of arrays, NUL, record separators
//! and byte order marks between them are skipped. [`Extent`] finds the end of a rejected record, so it
//! costs no other record. No byte is read more often than `max_depth` allows objects to nest.

use std::ops::Range;

use super::extent::{self, BLANK_MAX, Extent, Fed, indent_before};
use crate::bytes::{is_utf8, line_end};
use crate::json::{Error, Json, Syntax, is_space};
use crate::outcome::Problem;

/// A batch of bytes and how far it has been read.
pub(crate) struct Batch<'b> {
    bytes: &'b [u8],
    at: usize,
    /// The maximum length of a record in bytes.
    record_bytes: usize,
    /// Whether nothing comes after it.
    last: bool,
    /// Whether all of it is known to be UTF-8. If not, each text is checked.
    utf8: bool,
    /// The nesting at the last fault, the offset at which that text begins, and the offset of the
    /// fault.
    broken: Syntax,
    broken_start: usize,
    fault: usize,
    open: Option<Open>,
}

/// What was found in a batch.
pub(crate) struct Item<T> {
    pub(crate) range: Range<usize>,
    pub(crate) outcome: Result<T, Box<Problem>>,
}

/// What may be a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// An object, which has been read.
    Object,
    /// A line that is not JSON.
    Text,
}

/// A record that has begun in a batch and may continue after it.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) extent: Extent,
    /// The offset of its first byte.
    pub(crate) start: usize,
    /// The offset up to which `extent` has read it.
    pub(crate) fed: usize,
    /// Whether it is the last item, rejected because it is too long to wait for.
    pub(crate) rejected: bool,
}

/// Returns whether bytes of records are known to be UTF-8, so that none of their texts need be checked. In core
/// modules, checking only the texts that are not ASCII is less work.
#[inline(always)] // As the check of UTF-8 is.
pub(crate) fn is_known_utf8(bytes: &[u8]) -> bool {
    !cfg!(small) && is_utf8(bytes)
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<'b> Batch<'b> {
    /// Reads records of at most `record_bytes`. Unless `last`, leaves a record that may continue.
    pub(crate) fn new(bytes: &'b [u8], record_bytes: usize, last: bool) -> Self {
        Self {
            bytes,
            at: 0,
            record_bytes,
            last,
            utf8: is_known_utf8(bytes),
            broken: Syntax::new(0),
            broken_start: 0,
            fault: 0,
            open: None,
        }
    }

    /// Returns whether nothing is left, not even white space.
    #[inline(always)] // A comparison.
    pub(crate) fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    /// The offset up to which it has been read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The bytes of the batch from `start` on.
    pub(crate) fn rest(&self, start: usize) -> &'b [u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// Returns, after the last item, the offset up to which the batch has been processed, and the
    /// record that is open there. Leaves the indentation of what comes next.
    pub(crate) fn into_rest(self) -> (usize, Option<Open>) {
        let rejected = self.open.as_ref().is_some_and(|open| open.rejected);
        let indent = indent_before(self.bytes.get(..self.at).unwrap_or_default());
        (if rejected { self.at } else { self.at - indent }, self.open)
    }

    /// Finds the next object, which it lets `read` read, or text.
    #[inline(always)] // The beginning of the loop over records.
    pub(crate) fn next(&mut self, mut read: impl FnMut(&mut Json<'b>) -> Result<(), Error>) -> Option<Item<Entry>> {
        if self.open.is_some() {
            return None;
        }
        let first = self.skip_separators()?;
        let start = self.at;
        match first {
            b'{' => {}
            b'[' => return self.reject(Problem::NotAnObject { found: "an array" }.boxed()),
            b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => return self.scalar(first),
            _ => return self.text(),
        }
        let rest = self.rest(start);
        let mut json = Json::with_utf8(rest.get(..self.record_bytes).unwrap_or(rest), self.utf8);
        let Err(error) = read(&mut json) else {
            self.at = start + json.at();
            return Some(Item { range: start..self.at, outcome: Ok(Entry::Object) });
        };
        let mut item = self.reject(self.problem(error, json.at(), rest))?;
        let is_short = self.open.is_none() && self.at - start <= extent::window(self.record_bytes);
        let record = self.bytes.get(item.range.clone()).unwrap_or_default();
        if is_short && json.at() > record.len() {
            // The fault is in the next record: this one breaks off, and is read again on its own.
            let mut json = Json::with_utf8(record, self.utf8);
            if let Err(error) = read(&mut json) {
                item.outcome = Err(Problem::new(error, json.at(), rest));
            }
        }
        Some(item)
    }

    /// Finds the next record, or what is rejected, without reading it. Returns its range.
    #[inline(never)] // Called from several places.
    pub(crate) fn skip(&mut self, depth: u32) -> Option<Range<usize>> {
        // What has too many fields ends as it does if they are counted.
        self.next(|json| json.skip(depth)).map(|item| item.range)
    }

    /// Returns what is wrong with a record in which reading failed at `at` of `rest`.
    fn problem(&self, error: Error, at: usize, rest: &[u8]) -> Box<Problem> {
        let limit = self.record_bytes;
        match error {
            Error::Expected(_) if at == limit && rest.len() > limit => Problem::TooLong { limit }.boxed(),
            error => Problem::new(error, at, rest),
        }
    }

    /// Skips to the first byte that is not between records and returns it, or `None` if it has not
    /// come. `[` opens an array of records unless another `[` follows, with at most [`BLANK_MAX`]
    /// bytes of white space between.
    fn skip_separators(&mut self) -> Option<u8> {
        loop {
            let rest = self.rest(self.at);
            let byte = *rest.first()?;
            self.at += match byte {
                // Files that grow again after they were emptied begin with NUL; RFC 7464 has a record
                // separator before each record.
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | 0 | 0x1E => 1,
                b'[' => match self.after_bracket(rest)? {
                    b'[' => return Some(byte),
                    _ => 1,
                },
                // Files that begin with a mark may have been joined.
                0xEF if rest.starts_with(BYTE_ORDER_MARK) => BYTE_ORDER_MARK.len(),
                0xEF if !self.last && BYTE_ORDER_MARK.starts_with(rest) => return None,
                _ => return Some(byte),
            };
        }
    }

    /// Returns the first byte after a bracket and at most [`BLANK_MAX`] bytes of white space; a
    /// space if there is more white space or nothing else; `None` if it has not come.
    fn after_bracket(&self, rest: &[u8]) -> Option<u8> {
        let after = rest.get(1..).unwrap_or_default();
        let near = after.get(..BLANK_MAX).unwrap_or(after);
        let next = near.iter().find(|byte| !is_space(byte)).copied();
        if self.last || near.len() == BLANK_MAX { next.or(Some(b' ')) } else { next }
    }

    /// Rejects another value of JSON. What only begins like one is text.
    fn scalar(&mut self, first: u8) -> Option<Item<Entry>> {
        let rest = self.rest(self.at);
        let mut json = Json::new(rest.get(..self.record_bytes).unwrap_or(rest));
        let outcome = json.skip(0);
        let length = json.at();
        let end = rest.get(length);
        let ended = match end {
            None => self.last,
            Some(byte) => matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'[' | b'{'),
        };
        if outcome.is_ok() && ended {
            let found = match first {
                b'"' => "a string",
                b't' | b'f' => "a boolean",
                b'n' => "null",
                _ => "a number",
            };
            let start = self.at;
            self.at += length;
            return Some(Item { range: start..self.at, outcome: Err(Problem::NotAnObject { found }.boxed()) });
        }
        self.text()
    }

    /// Takes the text that begins here, up to the end of its line.
    fn text(&mut self) -> Option<Item<Entry>> {
        let (start, limit) = (self.at, self.record_bytes);
        let rest = self.rest(start);
        let end = line_end(rest);
        if end > limit || end == rest.len() && !self.last {
            return self.reject(Problem::TooLong { limit }.boxed());
        }
        let line = rest.get(..end).unwrap_or_default();
        self.at = start + end;
        Some(Item { range: start..self.at - blanks_at_end(line), outcome: Ok(Entry::Text) })
    }

    /// Skips what begins here and rejects it with `problem`. Returns `None` if its end has not come
    /// and can be waited for.
    fn reject(&mut self, problem: Box<Problem>) -> Option<Item<Entry>> {
        let start = self.at;
        let mut extent = self.extent(start);
        let fed = extent.feed(self.rest(start), self.last);
        self.remember(start, &mut extent);
        let (Fed::Ended(length) | Fed::More(length)) = fed;
        let end = start + length;
        let range = start..end - blanks_at_end(self.bytes.get(start..end).unwrap_or_default());
        self.at = end;
        if let Fed::More(_) = fed {
            let rejected = length > extent::window(self.record_bytes);
            self.at = if rejected { range.end } else { start };
            self.open = Some(Open { extent, start, fed: end, rejected });
            if !rejected {
                return None;
            }
        }
        Some(Item { range, outcome: Err(problem) })
    }

    /// Returns the extent of what begins at `start`.
    fn extent(&self, start: usize) -> Extent {
        if !matches!(self.bytes.get(start), Some(b'{' | b'[')) {
            return Extent::line();
        }
        let indent = indent_before(self.bytes.get(..start).unwrap_or_default());
        if start.checked_sub(self.broken_start).is_some_and(|offset| self.broken.is_open(offset)) {
            let before = self.bytes.get(start..self.fault).unwrap_or_default();
            return Extent::broken(indent, !before.contains(&b'\n'));
        }
        Extent::nested(indent, extent::window(self.record_bytes))
    }

    /// Remembers which objects the fault breaks besides: reading each of them up to it would take
    /// quadratic time.
    fn remember(&mut self, start: usize, extent: &mut Extent) {
        if let Some((at, syntax)) = extent.take_fault()
            && start + at > self.fault
        {
            (self.broken, self.broken_start, self.fault) = (syntax, start, start + at);
        }
    }
}

/// Returns the number of bytes of white space at the end, at most [`BLANK_MAX`].
pub(crate) fn blanks_at_end(bytes: &[u8]) -> usize {
    bytes.iter().rev().take(BLANK_MAX).take_while(|byte| is_space(byte)).count()
}
