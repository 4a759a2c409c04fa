//! A field of a record, and the storage of a record's fields: by index and by key.

use std::ops::{Deref, DerefMut};

use crate::bytes::{FEW_NAMES, SortedNames, Value};
use crate::json::Span;
use crate::key::{Key, KeyMap, Spelling, SpeltKey};

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

/// A field as it is stored, in twenty bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// The key, if the name is one, and how the record spells it.
    pub(super) known: Option<SpeltKey>,
    /// The name; used only if there is no key.
    pub(super) name: Span,
    /// Empty if the field is absent.
    pub(super) value: Span,
}

impl Slot {
    /// The key, if the name is one.
    #[inline(always)] // A load.
    pub(super) fn key(&self) -> Option<Key> {
        self.known.map(SpeltKey::key)
    }

    /// Whether there is no value.
    #[inline(always)] // A comparison.
    pub(super) fn is_absent(&self) -> bool {
        self.value.is_empty()
    }
}

/// Slots with spare room after them, so that adding one is a few stores.
#[derive(Debug)]
pub(super) struct Slots {
    all: Vec<Slot>,
    count: usize,
    /// The index of the slot with each key, if that slot has this key. What earlier records left here does
    /// not matter, so that nothing is cleared.
    indices: KeyMap<u16>,
    /// The indices of slots whose names are not keys, if there are many slots.
    others: SortedNames,
    /// The number of slots of which those are.
    sorted: usize,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self { all: Vec::new(), count: 0, indices: KeyMap::new(0), others: SortedNames::default(), sorted: 0 }
    }

    #[inline(always)] // Stores, once a record.
    pub(super) fn clear(&mut self) {
        (self.count, self.sorted) = (0, 0);
    }

    /// Returns the index of the slot with this name, which is not a key. `text` gives the text of a name.
    #[inline(always)] // From one place.
    pub(super) fn other<'t>(&mut self, name: &[u8], text: &dyn Fn(Span) -> &'t [u8]) -> Option<u16> {
        if self.count > FEW_NAMES {
            return self.other_of_many(name, text);
        }
        let same = |slot: &Slot| slot.known.is_none() && text(slot.name) == name;
        self.iter().position(same).map(|index| index as u16)
    }

    #[inline(never)] // Few records have so many fields.
    fn other_of_many<'t>(&mut self, name: &[u8], text: &dyn Fn(Span) -> &'t [u8]) -> Option<u16> {
        let Self { all, count, others, sorted, .. } = self;
        let slots = all.get(..*count).unwrap_or_default();
        let name_of = |index: u16| slots.get(usize::from(index)).map_or(&[][..], |slot| text(slot.name));
        if *sorted == 0 {
            others.clear();
        }
        for (index, slot) in (*sorted as u16..).zip(slots.get(*sorted..).unwrap_or_default()) {
            if slot.known.is_none() {
                others.insert(index, &name_of);
            }
        }
        *sorted = slots.len();
        others.find(name, &name_of)
    }

    /// Becomes the same as `other`.
    pub(super) fn copy(&mut self, other: &Self) {
        self.clear();
        for slot in other.iter() {
            self.push(*slot);
        }
        // Of a key that two slots have, one counts.
        for key in other.iter().filter_map(Slot::key) {
            self.indices.set(key, *other.indices.get(key));
        }
    }

    /// Returns the index of the slot with this key.
    #[inline(always)] // Two loads and two comparisons, several times a field.
    pub(super) fn index_of(&self, key: Key) -> Option<u16> {
        let index = *self.indices.get(key);
        self.get(usize::from(index)).filter(|slot| slot.key() == Some(key)).map(|_| index)
    }

    /// Makes the slot with this index that of the key, which it has.
    pub(super) fn set_index(&mut self, key: Key, index: u16) {
        self.indices.set(key, index);
    }

    /// Adds a slot, whose key no other has.
    pub(super) fn push(&mut self, slot: Slot) {
        if self.count == self.all.len() {
            let empty = Slot { known: None, name: Span::EMPTY, value: Span::EMPTY };
            self.all.resize(2 * self.count + 32, empty);
        }
        if let Some(room) = self.all.get_mut(self.count) {
            *room = slot;
            if let Some(key) = slot.key() {
                self.indices.set(key, self.count as u16);
            }
            self.count += 1;
        }
    }

    /// Returns the spare room for slots, of which there may be `max`.
    #[inline(always)] // A few loads, before a loop over fields.
    pub(super) fn room(&mut self, max: usize) -> Room<'_> {
        let max = max.min(self.all.len());
        Room { slots: self.all.get_mut(..max).unwrap_or_default(), count: self.count, indices: &mut self.indices }
    }

    /// Takes as many slots as are filled, those before them included.
    pub(super) fn fill(&mut self, count: usize) {
        self.count = count;
    }
}

/// Slots that are filled one after the other. Their number stays in a register.
pub(super) struct Room<'s> {
    /// Those in use, then spare ones.
    slots: &'s mut [Slot],
    /// The number of those in use.
    pub(super) count: usize,
    indices: &'s mut KeyMap<u16>,
}

impl Room<'_> {
    /// Adds the field of a key that no other has, with a value that is verbatim: `length` bytes of the window
    /// at the offset `start`. Returns false if there is no room.
    #[inline(always)] // Stores, once a field.
    pub(super) fn add(&mut self, known: SpeltKey, start: usize, length: usize) -> bool {
        let Some(slot) = self.slots.get_mut(self.count) else { return false };
        // The name that is there does not matter.
        slot.known = Some(known);
        slot.value = Span::in_window(start, start + length).verbatim();
        self.indices.set(known.key(), self.count as u16);
        self.count += 1;
        true
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
