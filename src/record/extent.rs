//! Where a record ends that is not turned into a line, so that it costs itself only.
//!
//! Let the window of a record be twice `max_record_bytes`: room for one that breaks off, and for
//! the whole one after it, which shows that it did. An object or array, from its opening bracket
//! on,
//!
//! 1. ends at its closing bracket, if it is JSON and that is in its window;
//! 2. is *broken*, if a byte of its window, or the end of the input in it, makes it no JSON;
//! 3. is passed over as JSON, if it is still JSON at the end of its window. It ends at its closing
//!    bracket, wherever that is; if it turns out not to be JSON, or is nested deeper than its
//!    window is long, it is broken from there on.
//!
//! A broken one ends
//!
//! * with its first line, if the fault is on it;
//! * at the bracket by which as many have been closed as opened, of whatever kind, outside of
//!   strings;
//! * or before a line that begins an object, with `{` or `[{`, and is indented no deeper than it
//!   is, by blanks or tabs up to [`BLANK_MAX`]: what is indented by more counts as indented by so
//!   many;
//!
//! whichever comes first, from its opening bracket on in case 2, and in case 3 from the fault on,
//! or from the line break before it if only indentation stands between. No string of a broken one
//! runs over a line break. Anything else that is no record ends with its line.
//!
//! # For those who change it
//!
//! The rule is a function of the bytes of the record and the indentation before it, however they
//! come: a stream lets go of what lies before the offset that [`Extent::feed`] gives. So nothing
//! may depend on bytes further back than that, which is why a line that began an object in the
//! window does not end a record of case 3. The tests cut everything everywhere.
//!
//! Each byte is read twice at most, in case 2. What else begins in a broken record is the caller's
//! to remember: see [`Extent::take_fault`].

use crate::json::{Step, Syntax};

/// The greatest number of bytes of white space that are looked at again: indentation, what follows
/// a bracket, what a record that was rejected ends with.
pub(crate) const BLANK_MAX: usize = 256;

/// The number of bytes in which it is decided how a record ends.
pub(crate) fn window(record_bytes: usize) -> usize {
    2 * record_bytes
}

/// Finds the end of one record, fed with its bytes in pieces.
#[derive(Debug)]
pub(crate) struct Extent {
    phase: Phase,
    window: usize,
    syntax: Syntax,
    broken: Broken,
    /// The offset of the fault that was found in the window.
    fault: Option<usize>,
}

/// How far the bytes were taken; offsets count from the first that was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fed {
    /// The record ends before this offset.
    Ended(usize),
    /// The record goes on. The bytes from this offset on are to be handed over again, followed by
    /// what comes next: all of them as long as it is not known whether the record is JSON, then no
    /// more than a line break and what may begin the line.
    More(usize),
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// So many of the bytes in the window have been read.
    Undecided(usize),
    Json,
    Broken,
    Line,
}

impl Extent {
    /// Begins at the bracket of an object or array, indented by `indent` bytes.
    pub(crate) fn nested(indent: usize, window: usize) -> Self {
        Self::new(Phase::Undecided(0), window, Broken::new(indent, false))
    }

    /// As [`Extent::nested`], for one that is known to be broken, in its first line or another one.
    pub(crate) fn broken(indent: usize, first_line: bool) -> Self {
        Self::new(Phase::Broken, 0, Broken::new(indent, first_line))
    }

    /// Begins at what is no object or array.
    pub(crate) fn line() -> Self {
        Self::new(Phase::Line, 0, Broken::new(0, true))
    }

    fn new(phase: Phase, window: usize, broken: Broken) -> Self {
        Self { phase, window, syntax: Syntax::new(window), broken, fault: None }
    }

    /// If the record was found to be broken in its window, the offset of the fault, and what was
    /// open there: the arrays and objects that begin at these brackets are broken by the same
    /// fault.
    pub(crate) fn take_fault(&mut self) -> Option<(usize, Syntax)> {
        let at = self.fault.take()?;
        Some((at, std::mem::replace(&mut self.syntax, Syntax::new(0))))
    }

    /// Looks for the end of the record in `bytes`; with `last`, nothing comes after them.
    pub(crate) fn feed(&mut self, bytes: &[u8], last: bool) -> Fed {
        match self.phase {
            Phase::Line => match bytes.iter().position(|&byte| byte == b'\n') {
                Some(end) => Fed::Ended(end),
                None => more(bytes.len(), last),
            },
            Phase::Broken => self.broken.feed(bytes, 0, last),
            Phase::Json => self.pass(bytes, 0, last),
            Phase::Undecided(read) => self.decide(bytes, read, last),
        }
    }

    /// Reads the window, from `start` on.
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

    /// Passes over what was JSON to the end of its window, and goes on from `start`.
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

/// The offset of the line break before `at`, if only indentation stands between, otherwise `at`.
fn line_before(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    let indent = indent_before(before);
    match before.len().checked_sub(indent + 1) {
        Some(line) if before.get(line) == Some(&b'\n') => line,
        _ => at,
    }
}

/// The number of blanks and tabs at the end of `before`, up to [`BLANK_MAX`].
pub(crate) fn indent_before(before: &[u8]) -> usize {
    before.iter().rev().take(BLANK_MAX).take_while(|&&byte| is_indent(byte)).count()
}

fn is_indent(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Finds the end of an object or array that is no JSON.
#[derive(Debug)]
struct Broken {
    indent: usize,
    /// Whether it ends with the next line break: the fault is on its first line.
    first_line: bool,
    depth: usize,
    quoted: bool,
    escaped: bool,
}

impl Broken {
    /// Begins with the opening bracket.
    fn new(indent: usize, first_line: bool) -> Self {
        Self { indent, first_line, depth: 0, quoted: false, escaped: false }
    }

    /// Goes on where JSON ended.
    fn go_on(&mut self, syntax: &Syntax) {
        // A fault after a backslash is no quote, so that it need not be known to be escaped.
        self.quoted = syntax.in_string();
        (self.first_line, self.depth) = (syntax.is_first_line(), syntax.depth());
    }

    /// See [`Extent::feed`]; the bytes before `start` have been taken.
    fn feed(&mut self, bytes: &[u8], start: usize, last: bool) -> Fed {
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            let escaped = std::mem::take(&mut self.escaped);
            match byte {
                b'\n' => match self.ends_at_line(bytes.get(at + 1..).unwrap_or_default(), last) {
                    Some(true) => return Fed::Ended(at),
                    Some(false) => self.quoted = false,
                    None => return Fed::More(at),
                },
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

    /// Whether the record ends before `line`; `None` if that takes more of it to tell.
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
