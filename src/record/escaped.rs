//! Fields of texts: ranges of the text, in which a backslash may escape a byte.

use std::ops::Range;

use super::absent::is_absent;
use super::fields::Slot;
use super::reader::RecordReader;
use crate::bytes::{any_format_special, is_utf8, is_verbatim, verbatim_ascii};
use crate::changes::Why;
use crate::json::{Span, repair};
use crate::key::{Key, Spelling, SpeltKey};
use crate::outcome::Problem;
use crate::trace::{Member, NameOf, ReadNotes, Source, Trace as _};

/// The name of a field in a text.
#[derive(Debug, Clone)]
pub(super) enum Name {
    /// The key, and what the standard calls the field.
    Standard(Key, &'static str),
    /// A name in the text, at this range, and its key if it has one.
    InText(Option<SpeltKey>, Range<usize>),
}

/// What a byte after a backslash stands for, if the two are an escape.
pub(super) type Escape = fn(u8) -> Option<u8>;

/// A text whose fields are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Escaped<'t> {
    pub(super) bytes: &'t [u8],
    /// Whether it is UTF-8.
    utf8: bool,
}

impl<'t> Escaped<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, utf8: is_utf8(bytes) }
    }

    pub(super) fn is_utf8(self) -> bool {
        self.utf8
    }

    #[inline]
    pub(super) fn get(self, range: Range<usize>) -> &'t [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// Returns the range without the white space around it.
    pub(super) fn trimmed(self, range: Range<usize>) -> Range<usize> {
        let text = self.get(range.clone()).trim_ascii_start();
        let start = range.end - text.len();
        start..start + text.trim_ascii_end().len()
    }
}

/// Returns the offset of the first byte `sign`, one of `"|]`, that no backslash escapes, from the offset
/// `start` on.
pub(super) fn unescaped(text: &[u8], start: usize, sign: u8) -> Option<usize> {
    let mut at = start;
    loop {
        at += any_format_special(text.get(at..)?);
        match *text.get(at)? {
            byte if byte == sign => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

impl RecordReader {
    /// Adds a field, whose value is trimmed.
    ///
    /// # Errors
    ///
    /// If the record has more fields than it may.
    pub(super) fn add(
        &mut self,
        name: Name,
        value: Range<usize>,
        escape: Escape,
        text: Escaped<'_>,
        notes: &mut ReadNotes<'_>,
    ) -> Result<(), Box<Problem>> {
        let mut damaged = false;
        let value = text.trimmed(value);
        let mut span = self.unescape(text, value.clone(), escape, &mut damaged);
        let (known, other) = match &name {
            Name::Standard(key, _) => (Some(SpeltKey::new(*key, Spelling::Exact)), Span::EMPTY),
            Name::InText(known @ Some(_), _) => (*known, Span::EMPTY),
            Name::InText(None, name) => (None, Span::in_window(name.start, name.end)),
        };
        let key = known.map(SpeltKey::key);
        if is_absent(span.get(text.bytes, &self.decoded), key) {
            span = Span::EMPTY;
        }
        let slot = Slot { known, name: other, value: span };
        let (index, is_repeated) = self.insert(text.bytes, slot);
        if self.is_overfull() {
            return Err(Problem::TooManyFields { at: value.start }.boxed());
        }
        notes.about(Source::Field(index));
        if let Some(recorder) = notes.recorder() {
            let (start, name) = match name {
                Name::Standard(_, name) => (value.start, NameOf::Standard(name)),
                Name::InText(_, name) => (name.start, NameOf::InRecord(name)),
            };
            let is_absent = slot.is_absent();
            recorder.member(Member { whole: start..value.end, name, value, field: index, is_absent, loses: false });
        }
        notes.changed_if(is_repeated, Why::Repeated);
        notes.changed_if(damaged, Why::NotUnicode);
        Ok(())
    }

    /// Returns the text of a value.
    fn unescape(&mut self, text: Escaped<'_>, value: Range<usize>, escape: Escape, damaged: &mut bool) -> Span {
        let bytes = text.get(value.clone());
        let span = Span::in_window(value.start, value.end);
        if verbatim_ascii(bytes) == bytes.len() {
            return span.verbatim();
        }
        let is_utf8 = text.utf8 || is_utf8(bytes);
        if is_utf8 && is_verbatim(bytes) {
            return span.verbatim();
        }
        if is_utf8 && !bytes.contains(&b'\\') {
            return span;
        }
        let start = self.decoded.len();
        let mut rest = bytes;
        loop {
            let length = rest.iter().position(|&byte| byte == b'\\').unwrap_or(rest.len());
            let (before, behind) = rest.split_at(length);
            self.decoded.append(before);
            rest = match behind {
                [_, byte, after @ ..] if let Some(escaped) = escape(*byte) => {
                    self.decoded.push(escaped);
                    after
                }
                [backslash, after @ ..] => {
                    self.decoded.push(*backslash);
                    after
                }
                [] => break,
            };
        }
        repair(&mut self.decoded, start, damaged);
        Span::decoded(start..self.decoded.len())
    }
}
