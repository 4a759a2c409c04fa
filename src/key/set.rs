//! Lists, sets and maps of keys.

use std::fmt;
use std::ops::Deref;

use super::types::Key;

/// A list of keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    order: &'static [Key],
    set: KeySet,
}

impl Keys {
    pub(crate) const fn new(order: &'static [Key]) -> Self {
        Self { order, set: KeySet::of(order) }
    }

    /// Returns whether two lists have the same keys in the same order.
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    pub(crate) const fn is_same(&self, other: &Self) -> bool {
        let mut index = 0;
        while index < self.order.len() && index < other.order.len() && self.order[index].0 == other.order[index].0 {
            index += 1;
        }
        index == self.order.len() && index == other.order.len()
    }

    /// Returns whether the list has this key.
    #[inline]
    #[must_use]
    pub const fn contains(&self, key: Key) -> bool {
        self.set.contains(key)
    }
}

impl Deref for Keys {
    type Target = [Key];

    #[inline]
    fn deref(&self) -> &[Key] {
        self.order
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.order.fmt(f)
    }
}

/// An array of their names.
#[cfg(feature = "serde")]
impl serde::Serialize for Keys {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.order.iter().map(|key| key.name()))
    }
}

/// A set of keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KeySet([u64; 4]);

impl KeySet {
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    pub(crate) const fn of(keys: &[Key]) -> Self {
        let mut set = Self([0; 4]);
        let mut index = 0;
        while index < keys.len() {
            assert!(!set.contains(keys[index]), "a key is listed twice");
            set.insert(keys[index]);
            index += 1;
        }
        set
    }

    #[expect(clippy::indexing_slicing, reason = "a u8 has four groups of 64")]
    #[inline]
    pub(crate) const fn insert(&mut self, key: Key) {
        self.0[(key.0 >> 6) as usize] |= 1 << (key.0 & 63);
    }

    #[expect(clippy::indexing_slicing, reason = "a u8 has four groups of 64")]
    pub(crate) const fn remove(&mut self, key: Key) {
        self.0[(key.0 >> 6) as usize] &= !(1 << (key.0 & 63));
    }

    #[expect(clippy::indexing_slicing, reason = "a u8 has four groups of 64")]
    #[inline]
    pub(crate) const fn contains(&self, key: Key) -> bool {
        self.0[(key.0 >> 6) as usize] & (1 << (key.0 & 63)) != 0
    }
}

/// A value for each key.
#[derive(Debug)]
pub(crate) struct KeyMap<T>([T; 256]);

#[expect(clippy::indexing_slicing, reason = "a u8 is less than 256")]
impl<T: Copy> KeyMap<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self([value; 256])
    }

    pub(crate) const fn set(&mut self, key: Key, value: T) {
        self.0[key.0 as usize] = value;
    }

    #[inline(always)] // A load.
    pub(crate) fn get(&self, key: Key) -> &T {
        &self.0[key.0 as usize]
    }
}
