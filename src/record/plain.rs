//! A fast path for the members of which most records consist: known keys in an order met before,
//! with plain strings or whole numbers as values.
//!
//! [`RecordReader::plain_members`] must leave the state that the ordinary path leaves
//! (`writes_the_same_whatever_came_before` in `tests/properties.rs`). Its loop calls a
//! function for few values only, so its state stays in registers. Without it, the component executes
//! one and a half times as many instructions.

use super::absent::is_plain_absent;
use super::reader::RecordReader;
use super::shape::{NAME_MAX, Shapes};
use crate::bytes::{self, CHUNK};
use crate::json::Json;
use crate::key::{Key, SpeltKey};

/// What comes next where the fast path stopped.
pub(super) enum Stopped {
    /// A comma or a brace.
    Separator,
    /// A member.
    Member,
    /// The value of this key, whose member begins at the offset `member`.
    Value { member: usize, key: SpeltKey },
}

/// How many bytes of a value are looked at first: two chunks without SIMD, where the call for more costs twice as
/// much as the second one.
const FIRST: usize = 16;

/// How many bytes are looked at without asking whether they are there: a name with its signs, a space, a quote,
/// the first bytes of a value, and what comes after a short one.
const AHEAD: usize = NAME_MAX + 2 + FIRST + 4;

impl RecordReader {
    /// Reads members as long as they are plain, with at most one space after colons and commas.
    #[inline(never)] // The loop gets all registers.
    pub(super) fn plain_members(&mut self, json: &mut Json<'_>, shapes: &Shapes) -> Stopped {
        let (window, utf8) = (json.window(), json.is_utf8());
        let Some(mut last) = shapes.node(self.node) else { return Stopped::Member };
        let mut room = self.slots.room(self.limits.fields);
        let (mut at, mut is_padded) = (json.at(), false);
        let mut padded: [u8; 2 * AHEAD];
        let stopped = 'all: loop {
            let mut rest = window.get(at..).unwrap_or_default();
            let mut end = window.len();
            if is_padded {
                // The zeros end names and values.
                padded = [0; 2 * AHEAD];
                let Some(start) = padded.get_mut(..rest.len()) else { break Stopped::Member };
                start.copy_from_slice(rest);
                rest = &padded;
                end = at + padded.len();
            }
            while let Some(ahead) = rest.first_chunk::<AHEAD>() {
                at = end - rest.len();
                let Some(node) = shapes.follow(last, ahead) else { break 'all Stopped::Member };
                let Some(key) = node.key else { break 'all Stopped::Member };
                let length = node.length();
                let found = match ahead.get(length) {
                    Some(b'"') => plain_string(rest, ahead, length + 1, utf8, key.key()),
                    Some(b' ') if ahead.get(length + 1) == Some(&b'"') => {
                        plain_string(rest, ahead, length + 2, utf8, key.key())
                    }
                    _ => plain_number(rest, ahead, length),
                };
                let Some(Plain { start, length: length_of_value, next }) = found else {
                    let member = at;
                    (at, last) = (at + length, node);
                    break 'all Stopped::Value { member, key };
                };
                if !room.add(key, at + start, length_of_value) {
                    break 'all Stopped::Member;
                }
                last = node;
                match next {
                    Ok(name) => rest = name,
                    Err(separator) => {
                        at = end - separator.len();
                        break 'all Stopped::Separator;
                    }
                }
            }
            if is_padded {
                break Stopped::Member;
            }
            at = end - rest.len();
            is_padded = true;
        };
        let count = room.count;
        self.slots.fill(count);
        self.renamed |= last.renamed;
        self.node = last.id;
        json.seek(at);
        stopped
    }
}

/// A plain value.
struct Plain<'s> {
    /// The offset of its text.
    start: usize,
    length: usize,
    /// The text from the next name on, or from what else comes behind it.
    next: Result<&'s [u8], &'s [u8]>,
}

/// Reads the string at the offset `start` of `rest`, behind its opening quote, if it is empty or verbatim and
/// does not stand for an absent value. `utf8` means that it is known to be UTF-8.
#[inline(always)] // Part of the loop above.
fn plain_string<'s>(rest: &'s [u8], ahead: &'s [u8; AHEAD], start: usize, utf8: bool, key: Key) -> Option<Plain<'s>> {
    /// What mostly comes behind a value, and the byte before it.
    const NEXT: u32 = u32::from_le_bytes(*b"\0\",\"");
    let text = ahead.get(start..)?;
    let first = *text.first()?;
    let mut length = bytes::verbatim_within(text.first_chunk()?);
    if length == CHUNK && CHUNK < FIRST {
        length += bytes::verbatim_within(text.get(CHUNK..)?.first_chunk()?);
    }
    if length == FIRST {
        length += bytes::verbatim_ascii(rest.get(start + FIRST..)?);
    }
    let signs = rest.get(start + length - 1..)?;
    let (last, next) = match signs.first_chunk().map(|signs| u32::from_le_bytes(*signs)) {
        Some(word) if word & !0xFF == NEXT => (word as u8, Ok(signs.get(3..)?)),
        _ => {
            let (further, last, behind) = end_of_string(signs, utf8)?;
            length += further;
            (last, next_name(behind))
        }
    };
    // What is not ASCII, and negative here, may have to be trimmed. No control character is in the value.
    let is_trimmed = |byte: u8| byte as i8 > b' ' as i8;
    let is_plain = is_trimmed(first) && is_trimmed(last) && !is_plain_absent(rest.get(start..)?, length, first, key);
    is_plain.then_some(Plain { start, length, next })
}

/// Reads the rest of a string, from the last of its bytes on that are known to be verbatim. Returns how many
/// more are, the last of them, and what is behind the closing quote.
#[inline(never)] // Three times a record.
fn end_of_string(text: &[u8], utf8: bool) -> Option<(usize, u8, &[u8])> {
    let mut end = 1;
    if !text.get(end)?.is_ascii() {
        end = bytes::verbatim_until(text, end, utf8);
    }
    let [last, b'"', behind @ ..] = text.get(end - 1..)? else { return None };
    Some((end - 1, *last, behind))
}

/// Returns the text from the next name on, or what else is behind a value.
#[inline(always)] // Part of the loop above.
fn next_name(behind: &[u8]) -> Result<&[u8], &[u8]> {
    match behind {
        [b',', b'"', ..] => behind.get(1..),
        [b',', b' ', b'"', ..] => behind.get(2..),
        _ => None,
    }
    .ok_or(behind)
}

/// Reads the positive whole number at the offset `start` of `rest`.
#[inline(always)] // Part of the loop above.
fn plain_number<'s>(rest: &'s [u8], ahead: &[u8; AHEAD], start: usize) -> Option<Plain<'s>> {
    let text = ahead.get(start..)?;
    let [b'1'..=b'9', ..] = text else { return None };
    let mut length = bytes::digits_within(text.first_chunk()?);
    if length == 8 {
        length += rest.get(start + 8..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    match rest.get(start + length..) {
        Some(behind @ [b',' | b'}', ..]) => Some(Plain { start, length, next: next_name(behind) }),
        _ => None,
    }
}
