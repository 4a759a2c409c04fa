//! A batch to its objects: finds where each one begins and ends, and where to go on after a bad one.
//!
//! Objects may stand one a line, several a line, over many lines, or in arrays; white space, commas, the brackets of
//! arrays and byte order marks between them mean nothing. What is JSON but passes a bound, or is no object, is passed over
//! whole. After a malformed object reading goes on behind its closing brace if the line has it, else at the next line, or, when
//! the object runs over several lines, at the next line that begins an object and is indented no deeper. So a bad object costs
//! itself only, and no byte is read more often than objects can nest.

use std::ops::Range;

use crate::bytes::is_utf8;
use crate::json::{Error, Expected, Json, Open, is_space};
use crate::outcome::Problem;

/// A batch of bytes and how far it has been read.
pub(crate) struct Batch<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Whether all of it is UTF-8. If not, each text is looked at.
    utf8: bool,
    /// Where the arrays and objects begin that are known not to end, in order, and where that showed.
    open: Vec<usize>,
    open_until: usize,
    /// Whether the end of the batch is what is wrong with what was found last.
    ran_out: bool,
}

/// One thing found in a batch, and where.
pub(crate) struct Item {
    pub(crate) range: Range<usize>,
    /// What is wrong with it, if it could not be read as an object.
    pub(crate) outcome: Result<(), Problem>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<'b> Batch<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, utf8: is_utf8(bytes), open: Vec::new(), open_until: 0, ran_out: false }
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What stands in the batch from `start` on.
    pub(crate) fn rest(&self, start: usize) -> &'b [u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// How far it has been read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Whether what was found last, and is no object, may be another thing if the batch goes on.
    pub(crate) fn may_go_on(&self) -> bool {
        self.ran_out || self.at == self.bytes.len()
    }

    /// Of what stands behind the last record, which ends at `from`, where that begins which may matter to the next one: a bracket that may have
    /// another behind it, and indentation.
    pub(crate) fn settled(&self, from: usize) -> usize {
        let rest = self.rest(from);
        let blank = rest.iter().rev().take_while(|byte| is_space(byte)).count();
        let before = rest.get(..rest.len() - blank).unwrap_or_default();
        let settled = before.strip_suffix(b"[").unwrap_or(rest);
        let indent = settled.iter().rev().take_while(|&&byte| is_indent(byte)).count();
        from + settled.len() - indent
    }

    /// Finds the next object and lets `read` read it; `record_bytes` is the most that it may be long.
    pub(crate) fn next(
        &mut self,
        record_bytes: usize,
        mut read: impl FnMut(&mut Json<'b>) -> Result<(), Error>,
    ) -> Option<Item> {
        let first = self.skip_separators()?;
        let start = self.at;
        if first != b'{' {
            return Some(self.not_an_object(start, first));
        }
        let rest = self.rest(start);
        let mut json = Json::checked(rest.get(..record_bytes).unwrap_or(rest), self.utf8);
        let problem = match read(&mut json) {
            Ok(()) => {
                self.at = start + json.at();
                return Some(Item { range: start..self.at, outcome: Ok(()) });
            }
            Err(Error::Expected(_)) if json.at() == record_bytes && rest.len() > record_bytes => {
                Problem::TooLong { limit: record_bytes }
            }
            Err(error) => Problem::new(error, json.at(), rest),
        };
        self.ran_out = matches!(problem, Problem::Malformed { found: None, .. });
        let end = self.extent(start, &problem);
        let mut item = self.reject(start..end, problem);
        let length = item.range.len();
        if json.at() > length {
            // What was found further on is another record's: this one broke off, and is judged by itself.
            let mut json = Json::checked(rest.get(..length).unwrap_or_default(), self.utf8);
            if let Err(error) = read(&mut json) {
                item.outcome = Err(Problem::new(error, json.at(), rest));
            }
        }
        Some(item)
    }

    fn reject(&mut self, range: Range<usize>, problem: Problem) -> Item {
        self.at = range.end;
        let bytes = self.bytes.get(range.clone()).unwrap_or_default();
        let blank = bytes.iter().rev().take_while(|byte| is_space(byte)).count();
        Item { range: range.start..range.end - blank, outcome: Err(problem) }
    }

    /// Goes to the first byte that is not between records. `[` opens an array of records unless it stands directly
    /// within another `[`.
    fn skip_separators(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' => {}
                b'[' if Json::new(self.rest(self.at + 1)).next_token() != Some(b'[') => {}
                // Files that begin with a mark may have been joined.
                0xEF if self.rest(self.at).starts_with(BYTE_ORDER_MARK) => self.at += BYTE_ORDER_MARK.len() - 1,
                _ => return Some(byte),
            }
            self.at += 1;
        }
    }

    fn not_an_object(&mut self, start: usize, first: u8) -> Item {
        self.ran_out = false;
        let array = first == b'[';
        if array {
            let problem = Problem::NotAnObject { found: "an array" };
            let end = self.extent(start, &problem);
            return self.reject(start..end, problem);
        }
        let mut json = Json::new(self.rest(start));
        let scalar = json.skip(0).is_ok();
        let end = start + json.at();
        let ended =
            matches!(self.bytes.get(end), None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'[' | b'{'));
        if scalar && ended {
            let found = match first {
                b'"' => "a string",
                b't' | b'f' => "a boolean",
                b'n' => "null",
                _ => "a number",
            };
            return self.reject(start..end, Problem::NotAnObject { found });
        }
        let problem = Problem::Malformed { expected: Expected::Object, found: Some(first), at: 0 };
        self.reject(start..self.line_end(start), problem)
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.rest(at);
        at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len())
    }

    /// Where the bad object or array at `start` ends.
    fn extent(&mut self, start: usize, problem: &Problem) -> usize {
        if !matches!(problem, Problem::Malformed { .. })
            && let Some(end) = self.end_of_json(start)
        {
            // It is JSON, but not wanted.
            return end;
        }
        let before = |at: usize| self.bytes.get(start..start + at).unwrap_or_default();
        let on_first_line = matches!(problem, Problem::Malformed { at, .. } if !before(*at).contains(&b'\n'));
        let indent_max = self.indent_of(start);
        let (mut depth, mut quoted, mut at) = (0usize, false, start);
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\n' => {
                    // No string runs over a line break.
                    quoted = false;
                    let line = self.rest(at + 1);
                    let indent = line.iter().take(indent_max + 1).take_while(|&&byte| is_indent(byte)).count();
                    let begins = matches!(line.get(indent..), Some([b'{', ..] | [b'[', b'{', ..]));
                    if on_first_line || (indent <= indent_max && begins) {
                        return at;
                    }
                }
                b'"' => quoted = !quoted,
                b'\\' if quoted && self.bytes.get(at + 1) != Some(&b'\n') => at += 1,
                b'{' | b'[' if !quoted => depth += 1,
                b'}' | b']' if !quoted => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.bytes.len()
    }

    /// Where the object or array at `start` ends, if it is JSON, however deep.
    ///
    /// One that is not JSON may be found out far behind, and so may each that begins inside it: what is known of them spares
    /// reading that far again.
    fn end_of_json(&mut self, start: usize) -> Option<usize> {
        if self.open.binary_search(&start).is_ok() {
            return None;
        }
        let mut open = Open::default();
        let mut json = Json::new(self.rest(start));
        let outcome = json.skip_any_depth(&mut open);
        let end = start + json.at();
        if outcome.is_ok() {
            return Some(end);
        }
        self.ran_out |= end == self.bytes.len();
        if end > self.open_until {
            (self.open, self.open_until) = (open.offsets().map(|at| at + start).collect(), end);
        }
        None
    }

    /// How far the object at `start` is indented; if something stands before it on its line, how far that is.
    fn indent_of(&self, start: usize) -> usize {
        let before = self.bytes.get(..start).unwrap_or_default();
        before.iter().rev().take(INDENT_MAX).take_while(|&&byte| is_indent(byte)).count()
    }
}

/// Deeper indentation is not told apart.
const INDENT_MAX: usize = 256;

fn is_indent(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}
