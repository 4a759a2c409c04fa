//! The extension of CEF to fields.
//!
//! The standard has `=` and `\` escaped in values, and line breaks as `\n` and `\r`. senhasegura is
//! not known to escape anything, so a word before an unescaped `=` begins a pair only if it is a key
//! of the [table](crate::key), a misspelt one, or begins with the prefix of custom keys; any other
//! belongs to the value before it, as in `msg=db01 = 10.20.4.17`. Of a key that stands twice, the
//! last value counts. A value that holds ` suser=` cannot be told from the pair: whoever writes
//! CEF has to escape it.
//!
//! What a name begins and stands for follows from it and the names before it, so that it is looked
//! up once for each [shape](super::shape).

use std::ops::Range;

use super::absent::is_plain_absent;
use super::escaped::{Escaped, Name};
use super::fields::Slot;
use super::reader::RecordReader;
use super::shape::{Node, NodeId, Shapes, Token};
use super::signs::Signs;
use crate::bytes::{cef_extension_special, verbatim_ascii, verbatim_until};
use crate::dialect::find_key;
use crate::json::Span;
use crate::key::{CUSTOM_PREFIX, Key, Spelling, SpeltKey, Type};
use crate::outcome::Problem;
use crate::trace::ReadNotes;

/// The module that reports an event, which CEF has as the category.
const CAT: Key = Key::named("cat");
const ORIGIN: Key = Key::named("origin");
/// What there is of a text without a key.
pub(super) const MSG: Key = Key::named("msg");
/// A time that the appliance and others write as a number.
const RT: Key = Key::named("rt");

impl RecordReader {
    /// Reads the pairs of `text` from the offset `start` on.
    ///
    /// # Errors
    ///
    /// If there are more fields than a record may have.
    pub(super) fn read_pairs(
        &mut self,
        text: Escaped<'_>,
        start: usize,
        shapes: &mut Shapes,
        notes: &mut ReadNotes<'_>,
    ) -> Result<(), Box<Problem>> {
        let mut next = next_name(text.bytes, start, |_| true).map(|name| name.start);
        if next != Some(start) {
            self.add_lead(text, start..next.unwrap_or(text.bytes.len()), notes)?;
        }
        while let Some(name) = next {
            // A recorder needs each pair.
            let name = if notes.is_recording() { name } else { self.plain_pairs(text, name, shapes) };
            next = self.pair(text, name, shapes, notes)?;
        }
        Ok(())
    }

    /// Adds what stands before the first pair, if anything does: it has no key.
    #[inline(never)] // Few texts have it.
    fn add_lead(
        &mut self,
        text: Escaped<'_>,
        lead: Range<usize>,
        notes: &mut ReadNotes<'_>,
    ) -> Result<(), Box<Problem>> {
        let lead = text.trimmed(lead);
        if lead.is_empty() {
            return Ok(());
        }
        // What the names after it stand for is not what it is without.
        self.node = NodeId::UNKNOWN;
        self.add(Name::Standard(MSG, "Extension"), lead, extension_escape, text, notes)
    }

    /// Reads pairs, from that with the name at the offset `start` on, as long as their names came in
    /// this order before and their values are plain: texts that every format writes as they are.
    /// Returns the offset of the next name, or the end.
    ///
    /// This must leave the state that [`pair`](Self::pair) leaves.
    #[inline(never)] // The loop gets all registers.
    fn plain_pairs(&mut self, text: Escaped<'_>, start: usize, shapes: &Shapes) -> usize {
        let mut at = start;
        let Some(mut last) = shapes.node(self.node) else { return at };
        let mut room = self.slots.room(self.limits.fields);
        let mut next = shapes.follow_text(self.node, text.bytes.get(at..).unwrap_or_default());
        while let Some(node) = next {
            let Some(key) = node.key else { break };
            let start = at + node.length();
            let Some(value) = text.bytes.get(start..) else { break };
            let Some((length, name)) = plain_value(value, text.is_utf8(), node, key.key(), shapes) else { break };
            if !room.add(key, start, length) {
                break;
            }
            last = node;
            (at, next) = (start + length + 1, name);
        }
        let count = room.count;
        self.slots.fill(count);
        self.renamed |= last.renamed;
        self.node = last.id;
        at
    }

    /// Reads the pair with the name at the offset `start`. Returns the offset of the next one's name.
    #[inline(never)] // Few pairs need it; core modules hold one copy.
    fn pair(
        &mut self,
        text: Escaped<'_>,
        start: usize,
        shapes: &mut Shapes,
        notes: &mut ReadNotes<'_>,
    ) -> Result<Option<usize>, Box<Problem>> {
        let Some(rest) = text.bytes.get(start..).filter(|rest| !rest.is_empty()) else { return Ok(None) };
        let length = rest.iter().position(|&byte| byte == b'=').unwrap_or(rest.len());
        let (name, value) = (start..start + length, start + length + 1);
        let text_of_name = text.get(name.clone());
        let found = match shapes.follow_text(self.node, rest) {
            Some(node) => {
                self.node = node.id;
                node.key
            }
            None => self.learn_name(text_of_name, shapes),
        };
        let begins = |name: &[u8]| is_key(name) || is_word(text_of_name);
        let next = next_name(text.bytes, value, begins).map(|name| name.start);
        let value = value..next.unwrap_or(text.bytes.len());
        self.add(Name::InText(found, name), value, extension_escape, text, notes)?;
        if found.is_none() && text_of_name.starts_with(CUSTOM_PREFIX.as_bytes()) {
            self.restore(text, text_of_name);
        }
        Ok(next)
    }

    /// Gives a text that was cut, and ends with an ellipsis, the whole that stands in the field of this
    /// custom name.
    #[inline(never)] // Few lines have a text that was cut.
    fn restore(&mut self, text: Escaped<'_>, name: &[u8]) {
        let bytes = |slot: &Slot| slot.value.get(text.bytes, &self.decoded);
        let key = name
            .strip_prefix(CUSTOM_PREFIX.as_bytes())
            .and_then(Key::find)
            .map(|(key, _)| if key == CAT { ORIGIN } else { key });
        let index = key.and_then(|key| self.slots.index_of(key));
        if let Some(cut) = index.and_then(|index| self.slots.get(usize::from(index)))
            && let Some(whole) =
                self.slots.last().filter(|whole| !whole.is_absent() && whole.name.get(text.bytes, &[]) == name)
            && let Some(start) = bytes(cut).strip_suffix("…".as_bytes())
            && bytes(whole).starts_with(start)
        {
            let value = whole.value;
            if let Some(whole) = self.slots.last_mut() {
                whole.value = Span::EMPTY;
            }
            if let Some(cut) = index.and_then(|index| self.slots.get_mut(usize::from(index))) {
                cut.value = value;
            }
        }
    }

    /// Looks up a name that is new in its place.
    fn learn_name(&mut self, name: &[u8], shapes: &mut Shapes) -> Option<SpeltKey> {
        let found = find_key(name).or_else(|| self.custom_key(name));
        let found = found.filter(|(key, _)| !key.is_envelope());
        let found = found.map(|(key, spelling)| SpeltKey::new(if key == CAT { ORIGIN } else { key }, spelling));
        let repeated = found.is_some_and(|known| self.slot(known.key()).is_some());
        self.node = match Token::cef(name) {
            Some(token) if !repeated => shapes.learn(self.node, token, found, Signs::NONE),
            _ => NodeId::UNKNOWN,
        };
        found
    }

    /// Returns the key from whose name a custom one was made, unless the record has it already.
    fn custom_key(&self, name: &[u8]) -> Option<(Key, Spelling)> {
        let (key, _) = Key::find(name.strip_prefix(CUSTOM_PREFIX.as_bytes())?)?;
        self.slot(key).is_none().then_some((key, Spelling::Exact))
    }
}

/// Reads the value at the start of `text`, of the pair of this node and `key`, if it is plain. Returns its
/// length and the node of the name behind it, if one is.
#[inline(always)] // Part of the loop above.
fn plain_value<'s>(
    text: &[u8],
    utf8: bool,
    node: &Node,
    key: Key,
    shapes: &'s Shapes,
) -> Option<(usize, Option<&'s Node>)> {
    let mut end = verbatim_ascii(text);
    if text.get(end).is_some_and(|byte| !byte.is_ascii()) {
        end = verbatim_until(text, end, utf8);
    }
    let (length, next) = match text.get(end) {
        None => (end, None),
        Some(b'=') => {
            // A name that came after this one before begins a pair again.
            let next = shapes.follow_back(node, text, end + 1)?;
            (end - next.length(), Some(next))
        }
        Some(_) => return None,
    };
    let value = text.get(..length)?;
    let taken = match (value.first(), value.last()) {
        // Only ASCII shows at once whether there is something to trim.
        (Some(first @ b'!'..=b'~'), Some(b'!'..=b'~')) => !is_plain_absent(value, length, *first, key),
        (first, _) => first.is_none(),
    };
    taken.then_some((length, next))
}

/// Returns the range of the first name from the offset `start` of a value on that begins a pair.
/// `begins` tells it by the name.
fn next_name(text: &[u8], start: usize, begins: impl Fn(&[u8]) -> bool) -> Option<Range<usize>> {
    let mut at = start;
    loop {
        at += cef_extension_special(text.get(at..)?);
        if *text.get(at)? == b'='
            && let Some(name) = name_before(text, start..at)
            && begins(text.get(name.clone()).unwrap_or_default())
        {
            return Some(name);
        }
        at += if text.get(at) == Some(&b'\\') { 2 } else { 1 };
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
fn is_key(name: &[u8]) -> bool {
    find_key(name).is_some_and(|(key, _)| !key.is_envelope()) || name.starts_with(CUSTOM_PREFIX.as_bytes())
}

/// Returns whether a value of this key is one word, so that any name after it begins a pair.
fn is_word(name: &[u8]) -> bool {
    let key = Key::find(name);
    key.is_some_and(|(key, _)| !matches!(key.value_type(), Type::Text(_) | Type::Timestamp) || key == RT)
}

fn extension_escape(byte: u8) -> Option<u8> {
    match byte {
        b'=' | b'\\' => Some(byte),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        _ => None,
    }
}
