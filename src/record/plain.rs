//! A fast path for the members of which most records consist: known keys in an order met before,
//! with plain strings or whole numbers as values.
//!
//! [`RecordReader::plain_members`] must leave the state that the ordinary path leaves
//! (`writes_the_same_whatever_came_before` in `tests/properties.rs`). Its loop calls a
//! function for few values only, so its state stays in registers. Without it, the component executes
//! one and a half times as many instructions.

use super::absent::is_plain_absent;
use super::fields::{Form, Slot};
use super::reader::RecordReader;
use super::shape::Shapes;
use crate::bytes;
use crate::json::{Json, Span};
use crate::key::{Key, Spelling};

/// What comes next where the fast path stopped.
pub(super) enum Stopped {
    /// A comma or a brace.
    Separator,
    /// A member.
    Member,
    /// The value of this key, whose member begins at the offset `member`.
    Value { member: usize, key: (Key, Spelling) },
}

impl RecordReader {
    /// Reads members as long as they are plain, with at most one space after colons and commas.
    #[inline(never)] // The loop gets all registers.
    pub(super) fn plain_members(&mut self, json: &mut Json<'_>, shapes: &Shapes) -> Stopped {
        let (window, utf8) = (json.window(), json.is_utf8());
        let Some(mut rest) = window.get(json.at()..) else { return Stopped::Member };
        let (mut current, mut count, mut renamed) = (self.node, self.slots.count, self.renamed);
        let room = self.slots.room(self.limits.fields);
        let stopped = loop {
            let Some((id, node)) = shapes.follow(current, rest) else { break Stopped::Member };
            let (Some(key), Some(slot)) = (node.key, room.get_mut(count)) else { break Stopped::Member };
            let Some(value) = rest.get(node.length()..) else { break Stopped::Member };
            let found = match value {
                [b'"', string @ ..] | [b' ', b'"', string @ ..] => plain_string(string, utf8, key.0).zip(Some(string)),
                number => plain_number(number).zip(Some(number)),
            };
            current = id;
            let Some(((length, after), text)) = found else {
                let member = window.len() - rest.len();
                rest = value;
                break Stopped::Value { member, key };
            };
            let (key, spelling) = key;
            let start = window.len() - text.len();
            let value = Span::in_window(start, start + length).verbatim();
            let form = if length == 0 { Form::Absent } else { Form::Scalar };
            *slot = Slot { key: Some(key), spelling, form, name: Span::EMPTY, value };
            self.indices.set(key, count as u16);
            count += 1;
            renamed |= spelling != Spelling::Exact;
            rest = match after.split_first_chunk() {
                Some((b",\"", _)) => after.get(1..).unwrap_or_default(),
                Some((b", ", name @ [b'"', ..])) => name,
                _ => {
                    rest = after;
                    break Stopped::Separator;
                }
            };
        };
        self.slots.count = count;
        self.renamed = renamed;
        self.node = current;
        json.seek(window.len() - rest.len());
        stopped
    }
}

/// Reads the string whose opening quote is before `text`, if it is empty or verbatim and does not
/// stand for an absent value. Returns its length and the text after it. `utf8` means that it is known
/// to be UTF-8.
#[inline(always)] // Part of the loop above.
fn plain_string(text: &[u8], utf8: bool, key: Key) -> Option<(usize, &[u8])> {
    let mut length = bytes::verbatim_ascii(text);
    let mut end = *text.get(length)?;
    if !end.is_ascii() {
        length = bytes::verbatim_until(text, length, utf8);
        end = *text.get(length)?;
    }
    if end != b'"' {
        return None;
    }
    if length > 0 {
        // Only ASCII shows at once whether there is something to trim.
        let (first, last) = (*text.first()?, *text.get(length - 1)?);
        if !first.is_ascii_graphic() || !last.is_ascii_graphic() || is_plain_absent(text, length, first, key) {
            return None;
        }
    }
    Some((length, text.get(length + 1..)?))
}

/// Reads the positive whole number at the start of `text`. Returns its length and the text after
/// it.
#[inline(always)] // Part of the loop above.
fn plain_number(text: &[u8]) -> Option<(usize, &[u8])> {
    let [b'1'..=b'9', ..] = text else { return None };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match text.get(length..) {
        Some(after @ [b',' | b'}', ..]) => Some((length, after)),
        _ => None,
    }
}
