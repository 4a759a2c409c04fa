//! A batch to its objects: finds where each one begins and ends, and where to go on after a bad
//! one.
//!
//! Objects may stand one a line, several a line, over many lines, or in arrays; white space,
//! commas, the brackets of arrays and byte order marks between them mean nothing. Where a record
//! ends that is rejected, [`Extent`] says. So a bad record costs itself only, and no byte is read
//! more often than objects can nest.

use std::ops::Range;

use super::extent::{self, BLANK_MAX, Extent, Fed, indent_before};
use crate::bytes::is_utf8;
use crate::json::{Error, Expected, Json, Syntax, is_space};
use crate::outcome::Problem;

/// A batch of bytes and how far it has been read.
pub(crate) struct Batch<'b> {
    bytes: &'b [u8],
    at: usize,
    /// The most bytes that a record may have.
    record_bytes: usize,
    /// Whether nothing comes after it.
    last: bool,
    /// Whether all of it is UTF-8. If not, each text is looked at.
    utf8: bool,
    /// The arrays and objects that are known to be broken, the offset that theirs count from, and
    /// the offset of the fault that breaks them.
    broken: Syntax,
    broken_start: usize,
    fault: usize,
    open: Option<Open>,
}

/// One thing found in a batch, and where.
pub(crate) struct Item {
    pub(crate) range: Range<usize>,
    /// What is wrong with it, if it could not be read as an object.
    pub(crate) outcome: Result<(), Problem>,
}

/// A record that has begun in a batch and may go on after it.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) extent: Extent,
    /// The offset of its first byte.
    pub(crate) start: usize,
    /// The offset up to which `extent` has taken it.
    pub(crate) fed: usize,
    /// Whether it is the last item of the batch: it is longer than a record can be waited for.
    /// Otherwise it is none.
    pub(crate) rejected: bool,
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<'b> Batch<'b> {
    /// A batch of records of at most `record_bytes`; unless it is the `last` of a stream, what may
    /// go on after it is left.
    pub(crate) fn new(bytes: &'b [u8], record_bytes: usize, last: bool) -> Self {
        Self {
            bytes,
            at: 0,
            record_bytes,
            last,
            utf8: is_utf8(bytes),
            broken: Syntax::new(0),
            broken_start: 0,
            fault: 0,
            open: None,
        }
    }

    /// The bytes of the batch from `start` on.
    pub(crate) fn rest(&self, start: usize) -> &'b [u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// After the last item: the offset up to which the batch has been dealt with, and the record
    /// that is open there. The indentation of what comes next is left.
    pub(crate) fn into_rest(self) -> (usize, Option<Open>) {
        let rejected = self.open.as_ref().is_some_and(|open| open.rejected);
        let indent = indent_before(self.bytes.get(..self.at).unwrap_or_default());
        (if rejected { self.at } else { self.at - indent }, self.open)
    }

    /// Finds the next object and lets `read` read it.
    #[inline(always)] // The beginning of the loop over records.
    pub(crate) fn next(&mut self, mut read: impl FnMut(&mut Json<'b>) -> Result<(), Error>) -> Option<Item> {
        if self.open.is_some() {
            return None;
        }
        let first = self.skip_separators()?;
        let start = self.at;
        match first {
            b'{' => {}
            b'[' => return self.reject(Problem::NotAnObject { found: "an array" }),
            _ => return self.scalar(first),
        }
        let rest = self.rest(start);
        let mut json = Json::checked(rest.get(..self.record_bytes).unwrap_or(rest), self.utf8);
        let Err(error) = read(&mut json) else {
            self.at = start + json.at();
            return Some(Item { range: start..self.at, outcome: Ok(()) });
        };
        let mut item = self.reject(self.problem(error, json.at(), rest))?;
        let is_short = self.open.is_none() && self.at - start <= extent::window(self.record_bytes);
        let record = self.bytes.get(item.range.clone()).unwrap_or_default();
        if is_short && json.at() > record.len() {
            // What was found further on is another record's: this one broke off, and is judged by
            // itself.
            let mut json = Json::checked(record, self.utf8);
            if let Err(error) = read(&mut json) {
                item.outcome = Err(Problem::new(error, json.at(), rest));
            }
        }
        Some(item)
    }

    /// What is wrong with what was refused at `at` of `rest`.
    fn problem(&self, error: Error, at: usize, rest: &[u8]) -> Problem {
        let limit = self.record_bytes;
        match error {
            Error::Expected(_) if at == limit && rest.len() > limit => Problem::TooLong { limit },
            error => Problem::new(error, at, rest),
        }
    }

    /// Goes to the first byte that is not between records, if it can be told. `[` opens an array of
    /// records unless it stands directly within another `[`, with no more than some white space
    /// between.
    fn skip_separators(&mut self) -> Option<u8> {
        loop {
            let rest = self.rest(self.at);
            let byte = *rest.first()?;
            self.at += match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' => 1,
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

    /// The first byte after a bracket that is no white space, or white space if there is more than
    /// some or nothing else; `None` if it is still to come.
    fn after_bracket(&self, rest: &[u8]) -> Option<u8> {
        let after = rest.get(1..).unwrap_or_default();
        let near = after.get(..BLANK_MAX).unwrap_or(after);
        let next = near.iter().find(|byte| !is_space(byte)).copied();
        if self.last || near.len() == BLANK_MAX { next.or(Some(b' ')) } else { next }
    }

    /// What is no array and no object: a value, or no JSON at all.
    fn scalar(&mut self, first: u8) -> Option<Item> {
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
            return Some(Item { range: start..self.at, outcome: Err(Problem::NotAnObject { found }) });
        }
        let limit = self.record_bytes;
        let problem = if length == limit && rest.len() > limit {
            Problem::TooLong { limit }
        } else {
            Problem::Malformed { expected: Expected::Object, found: Some(first), at: 0 }
        };
        self.reject(problem)
    }

    /// Passes over what begins here and has this problem. `None` if its end is still to come and
    /// can be waited for.
    fn reject(&mut self, problem: Problem) -> Option<Item> {
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

    /// The extent of what begins at `start`.
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

    /// Remembers what the fault of the record at `start` breaks besides: reading up to it once more
    /// from each would take as long again as there are brackets.
    fn remember(&mut self, start: usize, extent: &mut Extent) {
        if let Some((at, syntax)) = extent.take_fault()
            && start + at > self.fault
        {
            (self.broken, self.broken_start, self.fault) = (syntax, start, start + at);
        }
    }
}

/// The number of bytes of white space at the end, up to [`BLANK_MAX`].
pub(crate) fn blanks_at_end(bytes: &[u8]) -> usize {
    bytes.iter().rev().take(BLANK_MAX).take_while(|byte| is_space(byte)).count()
}
