//! The line being written. Text enters it only through an escape.
//!
//! Text of a record, the catalog or the configuration goes through one of the escapes below, or is
//! known to need none ([`Value::is_verbatim`]). The signs of a format are `'static`, which no text
//! of a record can be.

use std::ops::Range;

use chrono::{DateTime, Datelike, Timelike};

use super::fit::{ELLIPSIS, fit};
use crate::bytes::{self, Buffer, Value, trim};
use crate::changes::{Changes, LineChanges, Why};
use crate::key::Key;
use crate::trace::{Escapes, Notes, Rank, Trace};

/// The line at the end of a buffer of lines, with the changes in all of them.
#[derive(Debug)]
pub(crate) struct Line<T> {
    buffer: Buffer,
    /// The offset of the line's first byte.
    start: usize,
    /// The maximum length of a line.
    max: usize,
    /// The changes in the lines before it.
    changes_before: Changes,
    /// Whether it is known to have nothing that JSON escapes.
    is_plain: bool,
    pub(crate) notes: Notes<T>,
}

/// Whether a text was written or there was nothing to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Written {
    Text,
    /// The start of a text, which ends with an ellipsis.
    Cut,
    Nothing,
}

/// Returns what to write for a byte, or `None` for the byte itself.
pub(super) type Escape = fn(u8) -> Option<&'static [u8]>;

impl<T: Default> Line<T> {
    /// Begins after the lines in `buffer`, with room for about `expected` bytes. No line will have
    /// more than `max` bytes.
    pub(crate) fn after(mut buffer: Buffer, expected: usize, max: usize) -> Self {
        let start = buffer.len();
        buffer.expect(expected);
        Self { buffer, start, max, changes_before: Changes::default(), is_plain: true, notes: Notes::default() }
    }
}

impl<T: Trace> Line<T> {
    /// Begins the next line.
    #[inline]
    pub(crate) fn begin(&mut self) {
        self.start = self.buffer.len();
        if self.notes.changes != LineChanges::default() {
            self.changes_before += self.notes.changes.into();
            self.notes.changes = LineChanges::default();
        }
        self.is_plain = true;
    }

    /// Removes what was written, and the changes, since the line began.
    pub(crate) fn take_back(&mut self) {
        self.buffer.truncate(self.start);
        self.notes.changes = LineChanges::default();
    }

    /// Restarts the notes of the line, and returns those so far.
    pub(crate) fn restart_notes(&mut self) -> Notes<T>
    where
        T: Default,
    {
        let notes = Notes { changes: LineChanges::default(), trace: T::default() };
        std::mem::replace(&mut self.notes, notes)
    }

    /// Calls `write` on this line with another trace, which is then dropped.
    pub(super) fn listened<U: Trace, R>(&mut self, trace: U, write: impl FnOnce(&mut Line<U>) -> R) -> R {
        let Self { start, max, changes_before, .. } = *self;
        let buffer = std::mem::take(&mut self.buffer);
        let notes = Notes { changes: self.notes.changes, trace };
        let mut line = Line { buffer, start, max, changes_before, is_plain: self.is_plain, notes };
        let result = write(&mut line);
        self.buffer = line.buffer;
        self.is_plain = line.is_plain;
        self.notes.changes = line.notes.changes;
        result
    }

    /// Shortens a recorded line to its maximum length.
    ///
    /// # Errors
    ///
    /// The length of the shortest line, if it exceeds the maximum. The line is then removed.
    pub(super) fn fit(&mut self) -> Result<(), usize> {
        let Self { buffer, start, max, notes: Notes { changes, trace }, .. } = self;
        let Some(recorder) = trace.recorder() else { return Ok(()) };
        let outcome = fit(recorder, buffer, *start, *max, changes);
        if outcome.is_err() {
            self.take_back();
        }
        outcome
    }

    /// Returns whether the line is known to have nothing that JSON escapes.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Says that the line has, or may have, something that JSON escapes: what was prepared, or signs.
    #[inline(always)] // A store.
    pub(super) fn mark_not_plain(&mut self) {
        self.is_plain = false;
    }

    /// Returns the changes in all lines, the trace and the lines.
    pub(crate) fn into_parts(self) -> (Changes, T, Buffer) {
        let Self { mut changes_before, notes: Notes { changes, trace }, .. } = self;
        changes_before += changes.into();
        (changes_before, trace, self.buffer)
    }

    /// Returns the changes in the line, which is the only one, the trace and the lines.
    pub(crate) fn into_one(self) -> (LineChanges, T, Buffer) {
        let Self { notes: Notes { changes, trace }, .. } = self;
        (changes, trace, self.buffer)
    }

    /// Returns the buffer and the offset of the line in it, for framing.
    pub(crate) fn buffer(&mut self) -> (&mut Buffer, usize) {
        (&mut self.buffer, self.start)
    }

    /// The maximum length of a line.
    pub(crate) fn max(&self) -> usize {
        self.max
    }

    /// The offset of the line's first byte.
    #[inline]
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// The offset after the line's last byte.
    #[inline(always)] // A load.
    pub(super) fn end(&self) -> usize {
        self.buffer.len()
    }

    /// Returns what was written in this range.
    #[inline]
    pub(super) fn written(&self, range: Range<usize>) -> &[u8] {
        self.buffer.get(range).unwrap_or_default()
    }

    /// Removes what was written from the offset `end` on.
    #[inline]
    pub(super) fn truncate(&mut self, end: usize) {
        self.buffer.truncate(end);
    }

    /// Replaces the sign at this offset.
    pub(super) fn replace(&mut self, offset: usize, sign: u8) {
        if let Some(byte) = self.buffer.get_mut(offset) {
            *byte = sign;
        }
    }

    /// Writes a sign of the format.
    #[inline(always)] // A store.
    pub(super) fn sign(&mut self, sign: u8) {
        self.buffer.push(sign);
    }

    /// Writes signs of the format.
    #[inline(always)] // Of a length that the compiler knows.
    pub(super) fn signs(&mut self, signs: &'static [u8]) {
        self.buffer.append(signs);
    }

    /// Writes text that was escaped when the formatter was created.
    #[inline]
    pub(super) fn prepared(&mut self, text: &[u8]) {
        self.buffer.append(text);
    }

    /// Writes a name with `clean`, which leaves letters, digits and a few other signs.
    #[inline]
    pub(super) fn name(&mut self, name: &[u8], clean: fn(&[u8], &mut Buffer)) {
        let start = self.end();
        clean(name, &mut self.buffer);
        debug_assert!(self.written(start..self.end()).iter().all(is_in_name));
    }

    /// Writes a space, the name of a key, which has only letters and digits, and an equals sign.
    #[inline(always)] // Once a field.
    pub(super) fn pair_start(&mut self, key: Key) {
        let (wide, length) = key.wide_pair_start();
        match wide.first_chunk::<16>() {
            Some(chunk) if length <= 16 => self.buffer.put(chunk, length),
            _ => self.buffer.append(wide.get(..length).unwrap_or_default()),
        }
    }

    /// Writes the pair that begins with the first `length` bytes of `start` and has a value that needs no
    /// escape.
    #[inline(always)] // Once a field.
    pub(super) fn plain_pair(&mut self, start: &'static [u8; 16], length: usize, value: Value<'_>) {
        debug_assert!(value.is_verbatim());
        value.append_after(start, length, &mut self.buffer);
    }

    /// Writes a value that needs no escape, and the sign after it.
    #[inline(always)] // As `append_before`, which is all of it.
    pub(super) fn plain_field(&mut self, value: Value<'_>, sign: u8) {
        debug_assert!(value.is_verbatim());
        value.append_before(sign, &mut self.buffer);
    }

    /// Writes a whole number.
    #[inline]
    pub(super) fn integer(&mut self, number: i64) {
        match number {
            0..10 => self.buffer.push(b'0' + number as u8),
            // Times.
            EIGHT_DIGITS..SIXTEEN_DIGITS => {
                let first = eight_digits((number / EIGHT_DIGITS) as u32);
                let zeros = first.trailing_zeros() / 8;
                self.buffer.put(&(in_ascii(first) >> (8 * zeros)).to_le_bytes(), 8 - zeros as usize);
                self.buffer.put(&in_ascii(eight_digits((number % EIGHT_DIGITS) as u32)).to_le_bytes(), 8);
            }
            _ => self.buffer.append(itoa::Buffer::new().format(number).as_bytes()),
        }
    }

    /// Writes a number below 100. A first digit of 0 becomes `tens`.
    pub(super) fn two_digits(&mut self, number: u32, tens: u8) {
        let [first, second] = [number / 10, number % 10].map(|digit| b'0' + digit as u8);
        self.buffer.append(&[if first == b'0' { tens } else { first }, second]);
    }

    /// Writes a time in the form of RFC 3339, in UTC with milliseconds.
    pub(super) fn rfc3339(&mut self, millis: Option<i64>) -> Written {
        rfc3339(millis, &mut self.buffer)
    }

    /// Writes a value that needs no escape.
    #[inline(always)] // A copy of 32 bytes, once a field.
    pub(super) fn verbatim(&mut self, value: Value<'_>) {
        debug_assert!(value.is_verbatim());
        value.append_to(&mut self.buffer);
    }

    /// Writes text of a type without characters to escape, such as an address.
    pub(super) fn typed(&mut self, text: &[u8]) {
        debug_assert!(text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.:".contains(byte)));
        self.buffer.append(text);
    }

    /// Writes text, replacing bytes as `escape` says.
    ///
    /// Control characters and line breaks become a space, as many receivers end a line at a line
    /// break. NUL becomes U+FFFD.
    #[inline]
    pub(super) fn text(&mut self, value: Value<'_>, escape: Escape) -> Written {
        if value.is_verbatim() {
            value.append_to(&mut self.buffer);
            return Written::Text;
        }
        self.is_plain = false;
        let damaged = escaped(value.bytes(), escape, &mut self.buffer);
        self.notes.changed_if(damaged == Some(true), Why::Characters);
        if damaged.is_some() { Written::Text } else { Written::Nothing }
    }

    /// Writes text as [`text`](Self::text) does. Returns whether characters were replaced, which the
    /// caller counts.
    pub(super) fn escaped(&mut self, value: &[u8], escape: Escape) -> bool {
        self.is_plain = false;
        escaped(value, escape, &mut self.buffer).unwrap_or_default()
    }

    /// Writes a field of a syslog header with `append`, which cleans it. The caller counts replaced characters.
    #[inline(never)] // Several times a header.
    pub(super) fn clean(&mut self, value: &[u8], append: fn(&[u8], &mut Buffer) -> Cleaned) -> Cleaned {
        let cleaned = append(value, &mut self.buffer);
        if let Some(max) = cleaned.cut_to {
            self.notes.changed(Why::Length(max));
        }
        cleaned
    }

    /// Writes a value of a CEF extension, cut to `max` characters before it is escaped;
    /// [`u16::MAX`] is no limit.
    ///
    /// "If an equal sign (=) is used in the extensions, it has to be escaped", a backslash as well,
    /// and "multi-line fields can be sent by CEF by encoding the newline character as `\n`". No
    /// other escape is read alike everywhere, so other control characters become a space, and NUL
    /// becomes U+FFFD. White space and control characters at the ends are removed: some receivers
    /// trim them, others do not.
    #[inline]
    pub(super) fn extension_value(&mut self, value: Value<'_>, max: u16) -> Written {
        if value.is_verbatim() && value.len() <= usize::from(max) {
            self.verbatim(value);
            return Written::Text;
        }
        self.escaped_extension_value(value.bytes(), max)
    }

    #[inline(never)] // Most values need no escape.
    fn escaped_extension_value(&mut self, value: &[u8], max: u16) -> Written {
        self.is_plain = false;
        let value = trim(value);
        let (text, is_cut) = self.cut(value, max);
        let damaged = extension_escaped(text, &mut self.buffer);
        self.notes.changed_if(damaged, Why::Characters);
        self.ellipsis(is_cut);
        match (is_cut, text) {
            (true, _) => Written::Cut,
            (false, []) => Written::Nothing,
            (false, _) => Written::Text,
        }
    }

    /// Cuts text to `max` characters, with an ellipsis that the caller writes, and trims it again;
    /// [`u16::MAX`] is no limit. Returns whether it did.
    #[inline]
    pub(super) fn cut<'t>(&mut self, text: &'t [u8], max: u16) -> (&'t [u8], bool) {
        if text.len() <= usize::from(max) || max == u16::MAX {
            return (text, false);
        }
        let mut ends = str::from_utf8(text).unwrap_or_default().char_indices().map(|(end, _)| end);
        let end = ends.nth(usize::from(max).saturating_sub(1));
        match end.filter(|_| ends.next().is_some()) {
            Some(end) => {
                self.notes.changed(Why::Length(max));
                (trim(text.get(..end).unwrap_or_default()), true)
            }
            None => (text, false),
        }
    }

    /// Writes an ellipsis if a text `is_cut`.
    pub(super) fn ellipsis(&mut self, is_cut: bool) {
        if is_cut {
            self.buffer.append(ELLIPSIS.as_bytes());
        }
    }

    /// Records the text from `start` on as a piece: the whole of a field whose name the standard
    /// gives.
    #[inline(always)] // Nothing without a recorder.
    pub(super) fn wrote(&mut self, name: &'static str, start: usize, escapes: Escapes) {
        if self.notes.trace.is_recording() {
            let text = start..self.end();
            self.piece(Some(name), text.clone(), text, escapes);
        }
    }

    /// Records a text that was prepared.
    pub(super) fn wrote_range(&mut self, name: &'static str, text: Range<usize>) {
        self.piece(Some(name), text.clone(), text, Escapes::None);
    }

    /// Records a piece whose name is in the line: it begins at `whole.start`, and `text` is its
    /// value.
    #[inline(always)] // Nothing without a recorder.
    pub(super) fn wrote_named(&mut self, whole: Range<usize>, text: Range<usize>, escapes: Escapes) {
        if self.notes.trace.is_recording() {
            self.piece(None, whole, text, escapes);
        }
    }

    /// Records what was written from `start` on as a group, which can be dropped as a whole.
    #[inline(always)] // Nothing without a recorder.
    pub(super) fn group(&mut self, start: usize, rank: impl FnOnce() -> Rank) {
        if self.notes.trace.is_recording() && start < self.end() {
            self.notes.trace.group(start..self.end(), rank());
        }
    }

    fn piece(&mut self, name: Option<&'static str>, whole: Range<usize>, text: Range<usize>, escapes: Escapes) {
        // An empty text is not a piece of the line.
        if !whole.is_empty() {
            self.notes.trace.wrote(name, whole, text, escapes);
        }
    }
}

/// The least number with more than eight digits.
const EIGHT_DIGITS: i64 = 100_000_000;
/// The least number with more than sixteen digits.
const SIXTEEN_DIGITS: i64 = EIGHT_DIGITS * EIGHT_DIGITS;

/// Returns the eight digits of a number, the first in the lowest byte: four numbers of two digits are
/// taken apart at once, half the instructions of one after the other.
#[inline(always)] // Twice a line.
fn eight_digits(number: u32) -> u64 {
    let fours = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    // Divided by 100 and by 10.
    let hundreds = ((fours * 10_486) >> 20) & 0x7F_0000_007F;
    let twos = hundreds | (fours - 100 * hundreds) << 16;
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | (twos - 10 * tens) << 8
}

#[inline(always)] // An addition.
fn in_ascii(digits: u64) -> u64 {
    digits | u64::from_le_bytes([b'0'; 8])
}

/// Appends a time in the form of RFC 3339, in UTC with milliseconds.
pub(super) fn rfc3339(millis: Option<i64>, buffer: &mut Buffer) -> Written {
    let Some(time) = millis.and_then(DateTime::from_timestamp_millis).map(|time| time.naive_utc()) else {
        return Written::Nothing;
    };
    let date = time.year() as u32 * 10_000 + time.month() * 100 + time.day();
    let clock = time.hour() * 10_000 + time.minute() * 100 + time.second();
    let digits =
        [date, clock, time.nanosecond() / 1_000_000].map(|number| in_ascii(eight_digits(number)).to_le_bytes());
    let [[y1, y2, y3, y4, m1, m2, d1, d2], [_, _, h1, h2, n1, n2, s1, s2], [.., t1, t2, t3]] = digits;
    buffer.append(&[
        y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.', t1, t2, t3, b'Z',
    ]);
    Written::Text
}

/// Returns whether a cleaned name may hold the byte, which means nothing in any format.
fn is_in_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.@".contains(byte)
}

/// Appends text, trimmed and escaped. Returns whether characters were replaced, or `None` if
/// nothing is left.
#[inline(never)] // The same for all escapes.
pub(super) fn escaped(value: &[u8], escape: Escape, buffer: &mut Buffer) -> Option<bool> {
    let mut rest = trim(value);
    if rest.is_empty() {
        return None;
    }
    let mut damaged = false;
    loop {
        let (unchanged, special) = rest.split_at(bytes::any_format_special(rest));
        buffer.append(unchanged);
        let (length, instead, damages): (usize, &[u8], bool) = match special {
            [] => return Some(damaged),
            [b'\r', b'\n', ..] | [0xC2, 0x80..0xA0, ..] => (2, b" ", true),
            [0xE2, 0x80, 0xA8 | 0xA9, ..] => (3, b" ", true),
            [0, ..] => (1, "\u{FFFD}".as_bytes(), true),
            [0x01..0x20 | 0x7F, ..] => (1, b" ", true),
            // A sign, or the first byte of a character.
            [byte, ..] => (1, escape(*byte).unwrap_or(std::slice::from_ref(byte)), false),
        };
        buffer.append(instead);
        damaged |= damages;
        rest = special.get(length..).unwrap_or_default();
    }
}

/// See [`Line::extension_value`]. Returns whether characters were replaced.
fn extension_escaped(text: &[u8], buffer: &mut Buffer) -> bool {
    let (mut written, mut at, mut damaged) = (0, 0, false);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at += bytes::cef_extension_special(rest);
        let (length, instead, damages): (usize, &[u8], bool) = match text.get(at..).unwrap_or_default() {
            [] => break,
            [b'\\', ..] => (1, br"\\", false),
            [b'=', ..] => (1, br"\=", false),
            [b'\n', ..] => (1, br"\n", false),
            // CR, CRLF, and Unicode's next line, line separator and paragraph separator.
            [b'\r', b'\n', ..] | [0xC2, 0x85, ..] => (2, br"\n", true),
            [b'\r', ..] => (1, br"\n", true),
            [0xE2, 0x80, 0xA8 | 0xA9, ..] => (3, br"\n", true),
            [0, ..] => (1, "\u{FFFD}".as_bytes(), true),
            [0x01..0x20 | 0x7F, ..] => (1, b" ", true),
            [0xC2, 0x80..0xA0, ..] => (2, b" ", true),
            // The first byte of any other character.
            _ => {
                at += 1;
                continue;
            }
        };
        buffer.append(text.get(written..at).unwrap_or_default());
        buffer.append(instead);
        at += length;
        written = at;
        damaged |= damages;
    }
    buffer.append(text.get(written..).unwrap_or_default());
    damaged
}

/// The outcome of cleaning a field of a syslog header.
pub(super) struct Cleaned {
    /// The number of characters written.
    pub(super) length: u16,
    /// The maximum length, if it was longer.
    cut_to: Option<u16>,
    /// Whether characters were replaced.
    pub(super) damaged: bool,
}

/// Appends text in which characters that a field cannot hold are `_`, cut to `max` characters.
#[inline(always)] // A check of each byte.
pub(super) fn clean(value: &[u8], max: u16, can_hold: fn(char) -> bool, buffer: &mut Buffer) -> Cleaned {
    let is_held = |byte: &u8| byte.is_ascii() && can_hold(char::from(*byte));
    if !cfg!(small) && value.len() <= usize::from(max) && value.iter().all(is_held) {
        buffer.append(value);
        return Cleaned { length: value.len() as u16, cut_to: None, damaged: false };
    }
    clean_characters(value, max, can_hold, buffer)
}

#[inline(never)] // Few fields need it.
fn clean_characters(value: &[u8], max: u16, can_hold: fn(char) -> bool, buffer: &mut Buffer) -> Cleaned {
    let value = str::from_utf8(trim(value)).unwrap_or_default();
    let mut cleaned = Cleaned { length: 0, cut_to: None, damaged: false };
    for c in value.chars() {
        if cleaned.length == max {
            cleaned.cut_to = Some(max);
            break;
        }
        buffer.push(if can_hold(c) { c as u8 } else { b'_' });
        cleaned.damaged |= !can_hold(c);
        cleaned.length += 1;
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_numbers_as_the_standard_library_does() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut line = Line::<()>::after(Buffer::default(), 0, usize::MAX);
        let powers = (0..19).map(|exponent| 10i64.pow(exponent)).flat_map(|power| [power - 1, power, -power]);
        let numbers = powers.chain([i64::MIN, i64::MAX, 253_402_300_799_999]);
        let randoms = (0..100_000).map(|_| random.i64(..) >> random.u32(..64));
        for number in numbers.chain(randoms) {
            line.take_back();
            line.integer(number);
            assert_eq!(*line.buffer, *number.to_string().as_bytes());
        }
    }
}
