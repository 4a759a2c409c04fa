//! A field of a record, and the storage of a record's fields: by index and by key.

use std::ops::{Deref, DerefMut};

use crate::bytes::Value;
use crate::json::Span;
use crate::key::{Key, KeyMap, Spelling};

/// A field that has a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'r> {
    /// Its index in the record.
    pub(crate) index: u16,
    pub(crate) name: Name<'r>,
    /// The text of a string, number or boolean; the texts of an array of these, joined by `, `; or
    /// any other value as JSON text without white space. Not empty.
    pub(crate) value: Value<'r>,
    /// How the record spells the key, if the name is one.
    pub(crate) spelling: Spelling,
}

/// The name of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name<'r> {
    /// A key of the table.
    Known(Key),
    /// Any other, as received.
    Other(&'r [u8]),
}

impl Name<'_> {
    /// The key, if the name is one.
    pub(crate) fn key(self) -> Option<Key> {
        match self {
            Self::Known(key) => Some(key),
            Self::Other(_) => None,
        }
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'r> {
    /// Nothing, or text that stands for no value.
    Absent,
    /// A string, number or boolean, or an array of them.
    Scalar(Value<'r>),
    /// Any other array or object.
    Nested,
}

/// The form of a [`Content`], without its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Absent,
    Scalar,
    Nested,
}

/// A field as it is stored, in twenty bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// The key, if the name is one.
    pub(super) key: Option<Key>,
    pub(super) spelling: Spelling,
    pub(super) form: Form,
    /// The name; used only if there is no key.
    pub(super) name: Span,
    pub(super) value: Span,
}

/// Slots with spare room after them, so that adding one is a store.
#[derive(Debug, Default)]
pub(super) struct Slots {
    all: Vec<Slot>,
    pub(super) count: usize,
}

impl Slots {
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    pub(super) fn push(&mut self, slot: Slot) {
        if self.count == self.all.len() {
            let empty = Slot {
                key: None,
                spelling: Spelling::Exact,
                form: Form::Absent,
                name: Span::EMPTY,
                value: Span::EMPTY,
            };
            self.all.resize(2 * self.count + 32, empty);
        }
        if let Some(room) = self.all.get_mut(self.count) {
            *room = slot;
            self.count += 1;
        }
    }

    /// Returns at most `max` slots: those in use, then spare ones.
    pub(super) fn room(&mut self, max: usize) -> &mut [Slot] {
        let max = max.min(self.all.len());
        self.all.get_mut(..max).unwrap_or_default()
    }
}

impl Deref for Slots {
    type Target = [Slot];

    #[inline(always)] // A bounds check, once a field.
    fn deref(&self) -> &[Slot] {
        self.all.get(..self.count).unwrap_or_default()
    }
}

impl DerefMut for Slots {
    #[inline(always)] // As above.
    fn deref_mut(&mut self) -> &mut [Slot] {
        self.all.get_mut(..self.count).unwrap_or_default()
    }
}

/// The index of the field with each key. Clearing takes constant time: it begins another
/// generation.
#[derive(Debug)]
pub(super) struct Indices {
    generation: u32,
    indices: KeyMap<(u32, u16)>,
}

impl Indices {
    pub(super) fn new() -> Self {
        Self { generation: 1, indices: KeyMap::new((0, 0)) }
    }

    pub(super) fn clear(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            *self = Self::new();
        }
    }

    #[inline(always)] // Two loads and a comparison, several times a field.
    pub(super) fn get(&self, key: Key) -> Option<u16> {
        let (generation, index) = *self.indices.get(key);
        (generation == self.generation).then_some(index)
    }

    #[inline(always)] // A store, once a field.
    pub(super) fn set(&mut self, key: Key, index: u16) {
        *self.indices.get_mut(key) = (self.generation, index);
    }

    pub(super) fn remove(&mut self, key: Key) {
        *self.indices.get_mut(key) = (0, 0);
    }
}
