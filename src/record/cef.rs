//! CEF to record: the header's fields, then the pairs of the extension.
//!
//! The standard has `=` and `\` escaped in values, and line breaks as `\n` and `\r`. senhasegura is
//! not known to escape anything, so a word before an unescaped `=` begins a pair only if it is a key
//! of the [table](crate::key), a misspelt one, or begins with the prefix of custom keys; any other
//! belongs to the value before it, as in `msg=db01 = 10.20.4.17`. Of a key that stands twice, the
//! last value counts. A value that holds ` suser=` cannot be told from the pair: whoever writes
//! CEF has to escape it.

use std::ops::Range;

use super::fields::{Form, Slot, is_absent};
use super::reader::RecordReader;
use crate::bytes::{is_utf8, is_verbatim};
use crate::changes::Why;
use crate::dialect::find_key;
use crate::json::{Span, repair};
use crate::key::{Key, Spelling, Type};
use crate::outcome::Problem;
use crate::trace::{Member, NameOf, ReadNotes, Source, Trace as _};

/// Device Vendor of senhasegura, in every release.
pub(super) const VENDOR: &[u8] = b"MT4";

/// What custom keys begin with.
const CUSTOM_PREFIX: &[u8] = b"MT4Senhasegura";

/// The fields of the header after Device Vendor, and their keys. What the product is called follows
/// from its version.
const HEADER: [Option<(Key, &str)>; 5] = [
    None,
    Some((Key::named("version"), "Device Version")),
    Some((Key::named("event_id"), "Device Event Class ID")),
    Some((Key::named("event_name"), "Name")),
    Some((Key::named("severity"), "Severity")),
];

/// The name of a field in a text.
pub(super) enum Name {
    /// The key, and what the standard calls the field.
    Standard(Key, &'static str),
    /// A name in the text, at this range, and its key if it has one.
    InText(Option<(Key, Spelling)>, Range<usize>),
}

/// The module that reports an event, which CEF has as the category.
const CAT: Key = Key::named("cat");
const ORIGIN: Key = Key::named("origin");
/// A time that the appliance and others write as a number.
const RT: Key = Key::named("rt");

/// Returns the offset of Device Vendor if `text` is CEF, from the offset `start` on: with a pipe
/// before it, as the vendor's pages print it, or without `CEF:`, which receivers take for the tag of
/// RFC 3164.
pub(super) fn vendor(text: &[u8], start: usize) -> Option<usize> {
    let from = text.get(start..)?;
    let rest = from.strip_prefix(b"|").unwrap_or(from);
    let named = rest.strip_prefix(b"CEF:");
    let rest = named.unwrap_or_else(|| from.strip_prefix(b":").unwrap_or(from));
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = rest.get(digits..)?.strip_prefix(b"|").filter(|_| digits > 0)?;
    let is_ours = || rest.starts_with(VENDOR) && unescaped(rest, b'|').take(5).count() == 5;
    (named.is_some() || is_ours()).then_some(text.len() - rest.len())
}

/// Returns the offsets of the bytes `sign` that no backslash escapes.
pub(super) fn unescaped(text: &[u8], sign: u8) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    (0..).zip(text).filter_map(move |(at, &byte)| {
        let is_escaped = std::mem::take(&mut escaped);
        escaped = byte == b'\\' && !is_escaped;
        (byte == sign && !is_escaped).then_some(at)
    })
}

impl RecordReader {
    /// Reads the CEF whose Device Vendor is at the offset `start` of `text`.
    ///
    /// # Errors
    ///
    /// If it is another vendor's, or has more fields than a record may have.
    pub(super) fn read_cef(
        &mut self,
        text: &[u8],
        start: usize,
        notes: &mut ReadNotes<'_>,
    ) -> Result<(), Box<Problem>> {
        let rest = text.get(start..).unwrap_or_default();
        let mut ends = unescaped(rest, b'|').map(|at| start + at);
        let end = ends.next().unwrap_or(text.len());
        let vendor = text.get(start..end).unwrap_or_default().trim_ascii();
        if vendor != VENDOR {
            return Err(Problem::of_vendor(vendor));
        }
        let mut at = end + 1;
        for key in HEADER {
            let end = ends.next().unwrap_or(text.len());
            // A version that is not known is not one.
            if let Some((key, name)) = key.filter(|_| text.get(at..end) != Some(b"unknown")) {
                self.add(Name::Standard(key, name), trimmed(text, at..end), header_escape, text, notes)?;
            }
            at = end + 1;
        }
        // The vendor's pages print a pipe before and after.
        let is_quoted = text.trim_ascii_start().first() == Some(&b'|');
        let text = if is_quoted { text.trim_ascii_end().strip_suffix(b"|").unwrap_or(text) } else { text };
        self.read_extension(text, at, notes)
    }

    fn read_extension(&mut self, text: &[u8], start: usize, notes: &mut ReadNotes<'_>) -> Result<(), Box<Problem>> {
        // The name of the pair at hand, and where its value starts.
        let mut pair: Option<(Range<usize>, usize)> = None;
        let mut at = start;
        while let Some(found) = text.get(at..).and_then(|rest| rest.iter().position(|byte| b"=\\".contains(byte))) {
            at += found;
            if text.get(at) == Some(&b'\\') {
                at += 2;
                continue;
            }
            let value = pair.as_ref().map_or(start, |(_, value)| *value);
            let ends = |pair: &Option<(Range<usize>, usize)>| pair.as_ref().is_none_or(|(name, _)| is_word(text, name));
            if let Some(name) = name_before(text, value..at).filter(|name| is_key(text, name) || ends(&pair)) {
                if let Some((before, value)) = pair.take() {
                    self.add_pair(text, before, value..name.start, notes)?;
                }
                pair = Some((name, at + 1));
            }
            at += 1;
        }
        match pair {
            Some((name, value)) => self.add_pair(text, name, value..text.len(), notes),
            None => Ok(()),
        }
    }

    fn add_pair(
        &mut self,
        text: &[u8],
        name: Range<usize>,
        value: Range<usize>,
        notes: &mut ReadNotes<'_>,
    ) -> Result<(), Box<Problem>> {
        let text_of_name = text.get(name.clone()).unwrap_or_default();
        let found = find_key(text_of_name).or_else(|| self.custom_key(text_of_name));
        let found = found.filter(|(key, _)| !key.is_envelope());
        let found = found.map(|(key, spelling)| (if key == CAT { ORIGIN } else { key }, spelling));
        self.add(Name::InText(found, name), trimmed(text, value), extension_escape, text, notes)
    }

    /// Returns the key from whose name a custom one was made, unless the record has it already.
    fn custom_key(&self, name: &[u8]) -> Option<(Key, Spelling)> {
        let (key, _) = Key::find(name.strip_prefix(CUSTOM_PREFIX)?)?;
        self.slot(key).is_none().then_some((key, Spelling::Exact))
    }

    /// Adds a field.
    pub(super) fn add(
        &mut self,
        name: Name,
        value: Range<usize>,
        escape: fn(u8) -> Option<u8>,
        text: &[u8],
        notes: &mut ReadNotes<'_>,
    ) -> Result<(), Box<Problem>> {
        let mut damaged = false;
        let span = self.unescape(text, value.clone(), escape, &mut damaged);
        let form = if is_absent(span.get(text, &self.decoded)) { Form::Absent } else { Form::Scalar };
        let before = self.slots.len();
        let index = match &name {
            Name::Standard(key, _) => {
                self.insert(Slot { key: Some(*key), spelling: Spelling::Exact, form, name: Span::EMPTY, value: span })
            }
            Name::InText(Some((key, spelling)), _) => {
                self.insert(Slot { key: Some(*key), spelling: *spelling, form, name: Span::EMPTY, value: span })
            }
            Name::InText(None, name) => {
                let name = Span::in_window(name.start, name.end);
                self.insert_other(text, Slot { key: None, spelling: Spelling::Exact, form, name, value: span })
            }
        };
        if self.slots.len() > self.limits.fields {
            return Err(Box::new(Problem::TooManyFields { at: value.start }));
        }
        notes.about(Source::Field(index));
        if let Some(recorder) = notes.recorder() {
            let (start, name) = match name {
                Name::Standard(_, name) => (value.start, NameOf::Standard(name)),
                Name::InText(_, name) => (name.start, NameOf::InRecord(name)),
            };
            recorder.member(Member { whole: start..value.end, name, value, field: index });
        }
        notes.changed_if(self.slots.len() == before, Why::Repeated);
        notes.changed_if(damaged, Why::NotUnicode);
        Ok(())
    }

    /// Returns the text of a value. `escape` gives what a byte after a backslash stands for.
    fn unescape(&mut self, text: &[u8], value: Range<usize>, escape: fn(u8) -> Option<u8>, damaged: &mut bool) -> Span {
        let bytes = text.get(value.clone()).unwrap_or_default();
        if !bytes.contains(&b'\\') && is_utf8(bytes) {
            let span = Span::in_window(value.start, value.end);
            return if is_verbatim(bytes) { span.verbatim() } else { span };
        }
        let start = self.decoded.len();
        let mut rest = bytes;
        while let [byte, after @ ..] = rest {
            let escaped = after.first().filter(|_| *byte == b'\\').and_then(|&byte| escape(byte));
            self.decoded.push(escaped.unwrap_or(*byte));
            rest = after.get(usize::from(escaped.is_some())..).unwrap_or_default();
        }
        repair(&mut self.decoded, start, damaged);
        Span::decoded(start..self.decoded.len())
    }
}

/// Returns the range of the name that ends at the end of `range`, behind a space or at the start.
fn name_before(text: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let before = text.get(range.clone())?;
    let length = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let start = before.len() - length;
    let is_behind_space = start == 0 || before.get(start - 1).is_some_and(u8::is_ascii_whitespace);
    (length > 0 && is_behind_space).then_some(range.start + start..range.end)
}

/// Returns whether a word before `=` begins a pair, even where a value is being read.
fn is_key(text: &[u8], name: &Range<usize>) -> bool {
    let name = text.get(name.clone()).unwrap_or_default();
    find_key(name).is_some_and(|(key, _)| !key.is_envelope()) || name.starts_with(CUSTOM_PREFIX)
}

/// Returns whether a value of this key is one word, so that any name after it begins a pair.
fn is_word(text: &[u8], name: &Range<usize>) -> bool {
    let key = Key::find(text.get(name.clone()).unwrap_or_default());
    key.is_some_and(|(key, _)| !matches!(key.value_type(), Type::Text(_) | Type::Timestamp) || key == RT)
}

fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let text = text.get(range.clone()).unwrap_or_default();
    let start = range.start + text.len() - text.trim_ascii_start().len();
    start..start + text.trim_ascii().len()
}

/// "If a pipe (|) is used in the header, it has to be escaped with a backslash", a backslash as
/// well.
fn header_escape(byte: u8) -> Option<u8> {
    matches!(byte, b'|' | b'\\').then_some(byte)
}

fn extension_escape(byte: u8) -> Option<u8> {
    match byte {
        b'=' | b'\\' => Some(byte),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        _ => None,
    }
}
