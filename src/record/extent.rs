//! Finds the end of a rejected record, so that it takes no other record with it.
//!
//! The window of a record is twice `max_record_bytes`: room for one that breaks off, and for the
//! whole next one, which shows that it did. An object or array, from its opening bracket on,
//!
//! 1. ends at its closing bracket, if it is JSON and that is in its window;
//! 2. is *broken*, if JSON does not allow a byte of its window, or the input ends in its window;
//! 3. is skipped as JSON, if its window ends without a fault. It ends at its closing bracket, at
//!    any distance; from a fault on, or where it is nested in more levels than its window has bytes, it
//!    is broken.
//!
//! A broken one ends
//!
//! * with its first line, if the fault is on that line;
//! * before NUL or a record separator (0x1E), which JSON allows nowhere;
//! * at the bracket that closes as many as were opened, of either kind, outside of strings;
//! * or before a line that begins with `{` or `[{` and is indented no deeper, by blanks or tabs, of
//!   which at most [`BLANK_MAX`] count;
//!
//! whichever is found first. The search begins at the opening bracket in case 2; in case 3 at the
//! fault, or at the line break before it if only indentation is between them. No string of a broken
//! one extends over a line break. Anything that is neither object nor array ends with its line.
//!
//! # For those who change it
//!
//! The rule is a function of the record's bytes and the indentation before it, in whatever pieces
//! they come. A stream drops the bytes before the offset that [`Extent::feed`] returns, so nothing
//! may depend on them; this is why a line of the window that begins an object does not end a record
//! of case 3. The tests cut every input at every offset.
//!
//! Each byte is read at most twice, in case 2. The caller remembers which other objects a fault
//! breaks: see [`Extent::take_fault`].

use crate::bytes::line_end;
use crate::json::{Step, Syntax};

/// The maximum number of bytes of white space to look back at: indentation, and what comes after a
/// bracket or at the end of a rejected record.
pub(crate) const BLANK_MAX: usize = 256;

/// Returns the length of the window of a record.
pub(crate) fn window(record_bytes: usize) -> usize {
    2 * record_bytes
}

/// Finds the end of one record, whose bytes come in pieces.
#[derive(Debug)]
pub(crate) struct Extent {
    phase: Phase,
    window: usize,
    syntax: Syntax,
    broken: Broken,
    /// The offset of the fault in the window.
    fault: Option<usize>,
}

/// The outcome of [`Extent::feed`]; offsets count from the first byte passed to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fed {
    /// The record ends before this offset.
    Ended(usize),
    /// The record goes on. The bytes from this offset on must be passed again, followed by the next
    /// ones: all of them until it is known whether the record is JSON, then at most a line break
    /// and the start of a line.
    More(usize),
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// In the window, of which this many bytes have been read.
    Undecided(usize),
    /// After the window, without a fault.
    Json,
    /// From a fault on.
    Broken,
    /// On a line that is not a record.
    Line,
}

impl Extent {
    /// Begins at the opening bracket of an object or array, indented by `indent` bytes.
    pub(crate) fn nested(indent: usize, window: usize) -> Self {
        Self::new(Phase::Undecided(0), window, Broken::new(indent, false))
    }

    /// Begins at the opening bracket of an object or array that is known to be broken; `first_line`
    /// tells whether the fault is on its first line.
    pub(crate) fn broken(indent: usize, first_line: bool) -> Self {
        Self::new(Phase::Broken, 0, Broken::new(indent, first_line))
    }

    /// Begins at anything else.
    pub(crate) fn line() -> Self {
        Self::new(Phase::Line, 0, Broken::new(0, true))
    }

    fn new(phase: Phase, window: usize, broken: Broken) -> Self {
        Self { phase, window, syntax: Syntax::new(window), broken, fault: None }
    }

    /// Takes the offset of the fault, if there is one in the window, and the state before it: the
    /// arrays and objects that are open in it are broken by the same fault.
    pub(crate) fn take_fault(&mut self) -> Option<(usize, Syntax)> {
        let at = self.fault.take()?;
        Some((at, std::mem::replace(&mut self.syntax, Syntax::new(0))))
    }

    /// Searches `bytes` for the end of the record; `last` means that no more come.
    pub(crate) fn feed(&mut self, bytes: &[u8], last: bool) -> Fed {
        match self.phase {
            Phase::Line => match line_end(bytes) {
                end if end < bytes.len() => Fed::Ended(end),
                end => more(end, last),
            },
            Phase::Broken => self.broken.feed(bytes, 0, last),
            Phase::Json => self.pass(bytes, 0, last),
            Phase::Undecided(read) => self.decide(bytes, read, last),
        }
    }

    /// Reads the window, from the offset `start` on.
    fn decide(&mut self, bytes: &[u8], start: usize, last: bool) -> Fed {
        let piece = bytes.get(..self.window).unwrap_or(bytes);
        let fault = match self.syntax.read(piece, start) {
            Step::Ended(end) => return Fed::Ended(end),
            Step::Fault(at) => at,
            Step::More if piece.len() == self.window => {
                self.phase = Phase::Json;
                return self.pass(bytes, self.window, last);
            }
            Step::More if last => piece.len(),
            Step::More => {
                self.phase = Phase::Undecided(piece.len());
                return Fed::More(0);
            }
        };
        self.fault = Some(fault);
        self.broken.first_line = self.syntax.is_first_line();
        self.phase = Phase::Broken;
        self.broken.feed(bytes, 0, last)
    }

    /// Skips a record that had no fault in its window, from the offset `start` on.
    fn pass(&mut self, bytes: &[u8], start: usize, last: bool) -> Fed {
        match self.syntax.read(bytes, start) {
            Step::Ended(end) => Fed::Ended(end),
            Step::More if last => Fed::Ended(bytes.len()),
            Step::More => Fed::More(line_before(bytes, bytes.len())),
            Step::Fault(at) => {
                self.broken.go_on(&self.syntax);
                self.phase = Phase::Broken;
                self.broken.feed(bytes, line_before(bytes, at), last)
            }
        }
    }
}

fn more(length: usize, last: bool) -> Fed {
    if last { Fed::Ended(length) } else { Fed::More(length) }
}

/// Returns the offset of the line break before `at` if only indentation is between them, else `at`.
fn line_before(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    let indent = indent_before(before);
    match before.len().checked_sub(indent + 1) {
        Some(line) if before.get(line) == Some(&b'\n') => line,
        _ => at,
    }
}

/// Returns the number of blanks and tabs at the end of `before`, at most [`BLANK_MAX`].
pub(crate) fn indent_before(before: &[u8]) -> usize {
    before.iter().rev().take(BLANK_MAX).take_while(|&&byte| is_indent(byte)).count()
}

fn is_indent(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Finds the end of a broken object or array.
#[derive(Debug)]
struct Broken {
    indent: usize,
    /// Whether the fault is on the first line, so that the record ends with the next line break.
    first_line: bool,
    depth: usize,
    quoted: bool,
    escaped: bool,
}

impl Broken {
    /// Begins at the opening bracket.
    fn new(indent: usize, first_line: bool) -> Self {
        Self { indent, first_line, depth: 0, quoted: false, escaped: false }
    }

    /// Continues from the fault in a text that was JSON up to there.
    fn go_on(&mut self, syntax: &Syntax) {
        // After a backslash, a quote is not a fault, so `escaped` does not matter.
        self.quoted = syntax.in_string();
        (self.first_line, self.depth) = (syntax.is_first_line(), syntax.depth());
    }

    /// See [`Extent::feed`]; the bytes before `start` have been read.
    fn feed(&mut self, bytes: &[u8], start: usize, last: bool) -> Fed {
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            let escaped = std::mem::take(&mut self.escaped);
            match byte {
                b'\n' => match self.ends_at_line(bytes.get(at + 1..).unwrap_or_default(), last) {
                    Some(true) => return Fed::Ended(at),
                    Some(false) => self.quoted = false,
                    None => return Fed::More(at),
                },
                0 | 0x1E => return Fed::Ended(at),
                _ if escaped => {}
                b'"' => self.quoted = !self.quoted,
                b'\\' => self.escaped = self.quoted,
                b'{' | b'[' if !self.quoted => self.depth += 1,
                b'}' | b']' if !self.quoted => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Fed::Ended(at + 1);
                    }
                }
                _ => {}
            }
        }
        more(bytes.len(), last)
    }

    /// Returns whether the record ends before `line`, or `None` if more of the line is needed.
    fn ends_at_line(&self, line: &[u8], last: bool) -> Option<bool> {
        let indent = line.iter().take(self.indent + 1).take_while(|&&byte| is_indent(byte)).count();
        match line.get(indent..).unwrap_or_default() {
            _ if self.first_line => Some(true),
            _ if indent > self.indent => Some(false),
            [b'{', ..] | [b'[', b'{', ..] => Some(true),
            [] | [b'['] if !last => None,
            _ => Some(false),
        }
    }
}
