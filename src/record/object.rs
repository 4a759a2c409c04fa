//! One object as received: its fields by index and by key.

use super::fields::{Content, Field, Name, Slot};
use super::reader::RecordReader;
use super::shape::{NodeId, Shapes};
use super::signs::Signs;
use crate::bytes::Value;
use crate::json::Span;
use crate::key::{Key, Spelling, SpeltKey};

/// One JSON object as received.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'r> {
    pub(super) reader: &'r RecordReader,
    /// The bytes from the object's first byte on.
    pub(super) window: &'r [u8],
    /// Those of the reader's buffer.
    decoded: &'r [u8],
}

const MESSAGE: Key = Key::named("message");

/// Returns whether a text may be that of an array of numbers, the bytes of a text.
pub(super) fn is_list(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_digit)
        && text.iter().all(|byte| byte.is_ascii_digit() || b", ".contains(byte))
}

impl RecordReader {
    /// Returns the record that was read last. `window` begins with its bytes.
    pub(crate) fn record<'r>(&'r self, window: &'r [u8]) -> Record<'r> {
        Record { reader: self, window, decoded: &self.decoded }
    }
}

impl<'r> Record<'r> {
    /// The bytes from the object's first byte on.
    pub(crate) fn window(self) -> &'r [u8] {
        self.window
    }

    /// Returns the field with this index, unless it is absent.
    #[inline(always)] // The formatters' loops are over it.
    pub(crate) fn field(self, index: u16) -> Option<Field<'r>> {
        let slot = self.reader.slots.get(usize::from(index)).filter(|slot| !slot.is_absent())?;
        Some(Field {
            index,
            name: slot.key().map_or_else(|| Name::Other(self.text(slot.name)), Name::Known),
            value: self.value(slot),
            spelling: slot.known.map_or(Spelling::Exact, SpeltKey::spelling),
        })
    }

    /// Returns a look-up of plain fields by index: the key and the value, if the name is a key and the value
    /// is a scalar, verbatim and in the window. The slices stay in registers.
    #[inline(always)] // As `field`: it saves most of that for most fields.
    pub(crate) fn plain(self) -> impl Fn(u16) -> Option<(Key, Value<'r>)> {
        let (slots, window) = (&*self.reader.slots, self.window);
        move |index| {
            let slot = slots.get(usize::from(index))?;
            Some((slot.key()?, slot.value.verbatim_in(window)?))
        }
    }

    /// Returns the value of the field with this index, if it is a scalar, verbatim and in the window.
    #[inline(always)] // As `field`, for a few fields of each record.
    pub(crate) fn plain_value(self, index: u16) -> Option<Value<'r>> {
        self.reader.slots.get(usize::from(index))?.value.verbatim_in(self.window)
    }

    /// Returns the key of the field with this index, absent or not, if its name is one.
    #[inline(always)] // As `field`.
    pub(crate) fn key(self, index: u16) -> Option<Key> {
        self.reader.slots.get(usize::from(index))?.key()
    }

    /// Returns the value of the field with this index.
    #[inline(always)] // As `field`.
    pub(crate) fn value_at(self, index: u16) -> Option<Value<'r>> {
        let slot = self.reader.slots.get(usize::from(index)).filter(|slot| !slot.is_absent())?;
        Some(self.value(slot))
    }

    /// Returns the keys of all fields, absent ones included, in the order received.
    pub(crate) fn keys(self) -> impl Iterator<Item = Option<Key>> {
        self.reader.slots.iter().map(Slot::key)
    }

    /// Returns the name of the field with this index, if it is not a key.
    pub(crate) fn name(self, index: u16) -> &'r [u8] {
        self.reader.slots.get(usize::from(index)).map_or(&[], |slot| self.text(slot.name))
    }

    /// Returns what the names of all fields stand for, or the name where that is nothing.
    pub(super) fn names(self) -> impl Iterator<Item = Result<SpeltKey, &'r [u8]>> {
        self.reader.slots.iter().map(move |slot| slot.known.ok_or(self.text(slot.name)))
    }

    /// Returns where the value of the field with this index is, if it is in the window.
    pub(super) fn span(self, index: u16) -> Option<Span> {
        self.reader.slots.get(usize::from(index)).map(|slot| slot.value).filter(|span| span.is_in_window())
    }

    /// Returns whether no object was in the object, and no text as an array of its bytes.
    pub(super) fn is_flat(self) -> bool {
        let is_bytes = |slot: &Slot| slot.key() == Some(MESSAGE) && is_list(self.text(slot.value));
        !self.reader.extended && !self.reader.slots.iter().any(|slot| slot.value.is_nested() || is_bytes(slot))
    }

    /// Returns the index of the field with this name, which is not a key: in this letter case, or else the
    /// first in any. An absent one does not count.
    pub(crate) fn other(self, name: &[u8]) -> Option<u16> {
        let mut found = None;
        for (index, slot) in (0..).zip(self.reader.slots.iter()) {
            let own = self.text(slot.name);
            if slot.known.is_some() || slot.is_absent() || !own.eq_ignore_ascii_case(name) {
                continue;
            }
            if own == name {
                return Some(index);
            }
            found.get_or_insert(index);
        }
        found
    }

    /// Returns the index of the field with this key, absent or not.
    #[inline]
    pub(crate) fn index_of(self, key: Key) -> Option<u16> {
        self.reader.slots.index_of(key)
    }

    /// What the names of the fields tell.
    #[inline]
    pub(super) fn signs(self, shapes: &Shapes) -> Signs {
        shapes.signs(self.reader.node).unwrap_or(self.reader.signs)
    }

    /// The shape of the record.
    #[inline]
    pub(crate) fn shape(self) -> NodeId {
        self.reader.node
    }

    /// Returns what the field with this index holds.
    #[inline(always)] // Seven times a record.
    pub(crate) fn content(self, index: u16) -> Content<'r> {
        self.plain_value(index).map_or_else(|| self.other_content(index), Content::Scalar)
    }

    #[inline(never)] // Most fields have a plain value.
    fn other_content(self, index: u16) -> Content<'r> {
        match self.reader.slots.get(usize::from(index)) {
            Some(slot) if slot.value.is_nested() => Content::Nested,
            Some(slot) if !slot.is_absent() => Content::Scalar(self.value(slot)),
            _ => Content::Absent,
        }
    }

    /// Returns whether any name is spelt other than its key.
    pub(crate) fn is_renamed(self) -> bool {
        self.reader.renamed
    }

    /// Returns the value of the field with this key.
    #[inline]
    pub(crate) fn get(self, key: Key) -> Option<Value<'r>> {
        self.value_at(self.index_of(key)?)
    }

    /// Returns the value of the field with this key, if it is scalar.
    #[inline]
    pub(crate) fn scalar(self, key: Key) -> Option<Value<'r>> {
        let slot = self.reader.slot(key).filter(|slot| !slot.is_absent() && !slot.value.is_nested())?;
        Some(self.value(slot))
    }

    #[inline(always)] // As `field`.
    fn value(self, slot: &Slot) -> Value<'r> {
        slot.value.value(self.window, self.decoded)
    }

    #[inline(always)] // As `field`.
    fn text(self, span: Span) -> &'r [u8] {
        span.get(self.window, self.decoded)
    }
}
