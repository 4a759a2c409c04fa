//! Looks up keys by name, in tables that the compiler makes of the rows.

use std::fmt;

use super::table::{KEYS, Row};
use super::types::{ALIASES, ANY, Key, Owner, Spelling, Type};
use crate::bytes::Fnv1a;

use tables::{ALIASED, EMPTY, ENTRIES, Entry, INDEX, NAME_MAX, PAIRS, equal, slot};

impl Key {
    /// The key of this exact name. For constants: a name that is not in the table does not
    /// compile.
    #[expect(clippy::indexing_slicing, clippy::panic, reason = "evaluated by the compiler")]
    #[must_use]
    pub const fn named(name: &str) -> Self {
        let mut index = 0;
        while index < KEYS.len() {
            if equal(KEYS[index].name.as_bytes(), name.as_bytes()) {
                return Self(index as u8);
            }
            index += 1;
        }
        panic!("no such key")
    }

    /// Finds the key that a record's field name stands for: by its exact name, else ignoring letter
    /// case, else as one of [`ALIASES`].
    #[must_use]
    pub fn find(name: &[u8]) -> Option<(Self, Spelling)> {
        // The hash reads every byte: a long name must not cost more than a short one.
        if name.len() > NAME_MAX {
            return None;
        }
        let mut slot = slot(name);
        loop {
            let entry = *INDEX.get(slot).filter(|&&entry| entry != EMPTY)?;
            let (known, key, other) = match usize::from(entry).checked_sub(Self::COUNT) {
                None => (Self(entry).name(), Self(entry), Spelling::LetterCase),
                Some(alias) => (ALIASES.get(alias)?.0, *ALIASED.get(alias)?, Spelling::Alias),
            };
            // These two keys are found by their exact names only.
            let mislabelled = [CS6_MISLABELLED, CS7_MISLABELLED].contains(&key);
            if name == known.as_bytes() {
                let spelling = match other {
                    Spelling::LetterCase if mislabelled => Spelling::Mislabelled,
                    Spelling::LetterCase => Spelling::Exact,
                    other => other,
                };
                return Some((key, spelling));
            }
            if !mislabelled && name.eq_ignore_ascii_case(known.as_bytes()) {
                return Some((key, other));
            }
            slot = (slot + 1) % INDEX.len();
        }
    }

    /// The name as the standard or senhasegura spells it.
    #[inline]
    #[must_use]
    pub fn name(self) -> &'static str {
        let entry = self.entry();
        let start = usize::from(entry.pair) + 1;
        PAIRS.get(start..start + usize::from(entry.length) - 2).unwrap_or_default()
    }

    /// Returns ` name=`, which begins a pair, and its length. The slice goes on after it, with
    /// bytes that may be copied along.
    #[inline(always)] // Followed by a copy of 16 bytes, once a field.
    pub(crate) fn wide_pair_start(self) -> (&'static [u8], usize) {
        let entry = self.entry();
        (PAIRS.as_bytes().get(usize::from(entry.pair)..).unwrap_or_default(), usize::from(entry.length))
    }

    /// The type of its value.
    #[inline]
    #[must_use]
    pub const fn value_type(self) -> Type {
        self.entry().value
    }

    /// The owner of the key.
    #[inline]
    #[must_use]
    pub const fn owner(self) -> Owner {
        self.entry().owner
    }

    /// For a key such as `cs1`, the key of its label, `cs1Label`, and vice versa.
    #[inline]
    #[must_use]
    pub const fn counterpart(self) -> Option<Self> {
        let counterpart = self.entry().counterpart;
        if counterpart == EMPTY { None } else { Some(Self(counterpart)) }
    }

    /// Returns whether it is the key of a label, such as `cs1Label`.
    #[inline]
    #[must_use]
    pub fn is_label(self) -> bool {
        self.counterpart().is_some() && self.name().ends_with("Label")
    }

    /// Returns whether its owner is the envelope.
    pub(crate) fn is_envelope(self) -> bool {
        self.owner() == Owner::Envelope
    }

    /// Its index in the table, below [`Key::COUNT`].
    #[inline]
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Returns the key with this index.
    pub(crate) const fn from_index(index: usize) -> Option<Self> {
        if index < Self::COUNT { Some(Self(index as u8)) } else { None }
    }

    #[expect(clippy::indexing_slicing, reason = "a Key is only made from an index of this table")]
    #[inline]
    const fn entry(self) -> &'static Entry {
        &ENTRIES[self.index()]
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// `Cs6` as the request events print it, where `cs6Label` is meant.
pub(crate) const CS6_MISLABELLED: Key = Key::named("Cs6");
/// `Cs7` as the request events print it, where `cs6` is meant.
pub(crate) const CS7_MISLABELLED: Key = Key::named("Cs7");

/// The tables.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
mod tables {
    use super::*;

    /// Marks a free slot of [`INDEX`] and a key without [`Key::counterpart`].
    pub(super) const EMPTY: u8 = u8::MAX;

    /// See [`Key::counterpart`].
    const COUNTERPARTS: [u8; Key::COUNT] = {
        let mut counterparts = [EMPTY; Key::COUNT];
        let mut label = 0;
        while label < KEYS.len() {
            if let Some((base, b"Label")) = KEYS[label].name.as_bytes().split_last_chunk::<5>() {
                let mut value = 0;
                while value < KEYS.len() {
                    if equal(KEYS[value].name.as_bytes(), base) {
                        counterparts[value] = label as u8;
                        counterparts[label] = value as u8;
                    }
                    value += 1;
                }
            }
            label += 1;
        }
        counterparts
    };

    /// A row of [`KEYS`] as it is looked up.
    #[derive(Clone, Copy)]
    pub(super) struct Entry {
        /// The offset of its pair's beginning in [`PAIRS`], and its length.
        pub(super) pair: u16,
        pub(super) length: u8,
        pub(super) counterpart: u8,
        pub(super) owner: Owner,
        pub(super) value: Type,
    }

    pub(super) static ENTRIES: [Entry; Key::COUNT] = {
        const FREE: Entry = Entry { pair: 0, length: 0, counterpart: EMPTY, owner: Owner::Envelope, value: ANY };
        let mut entries = [FREE; Key::COUNT];
        let (mut key, mut pair) = (0, 0);
        while key < KEYS.len() {
            let Row { name, owner, value } = KEYS[key];
            entries[key] = Entry { pair, length: name.len() as u8 + 2, counterpart: COUNTERPARTS[key], owner, value };
            pair += name.len() as u16 + 2;
            key += 1;
        }
        entries
    };

    /// The beginning of each pair, ` name=`, one after the other, padded so that 16 bytes can be
    /// read from any. Names are slices of it, so that the binary has each once.
    pub(super) static PAIRS: &str = {
        const LENGTH: usize = {
            let last = ENTRIES[Key::COUNT - 1];
            last.pair as usize + last.length as usize + 16
        };
        static BYTES: [u8; LENGTH] = {
            let mut bytes = [b' '; LENGTH];
            let mut key = 0;
            while key < KEYS.len() {
                let (name, start) = (KEYS[key].name.as_bytes(), ENTRIES[key].pair as usize + 1);
                let mut index = 0;
                while index < name.len() {
                    bytes[start + index] = name[index];
                    index += 1;
                }
                bytes[start + index] = b'=';
                key += 1;
            }
            bytes
        };
        match str::from_utf8(&BYTES) {
            Ok(pairs) => pairs,
            Err(_) => panic!("a name is cut in a character"),
        }
    };

    /// The keys of [`ALIASES`].
    pub(super) static ALIASED: [Key; ALIASES.len()] = {
        let mut keys = [Key(0); ALIASES.len()];
        let mut alias = 0;
        while alias < keys.len() {
            keys[alias] = Key::named(ALIASES[alias].1);
            alias += 1;
        }
        keys
    };

    /// The length of the longest name.
    pub(super) const NAME_MAX: usize = {
        let (mut max, mut key) = (0, 0);
        while key < KEYS.len() {
            if KEYS[key].name.len() > max {
                max = KEYS[key].name.len();
            }
            key += 1;
        }
        max
    };

    /// An open-addressing hash table of indices in [`KEYS`], and past their end in [`ALIASES`].
    pub(super) static INDEX: [u8; 512] = {
        let mut table = [EMPTY; 512];
        let mut entry = 0;
        assert!(KEYS.len() + ALIASES.len() < EMPTY as usize);
        while entry < KEYS.len() + ALIASES.len() {
            let name = if entry < KEYS.len() { KEYS[entry].name } else { ALIASES[entry - KEYS.len()].0 };
            let mut slot = slot(name.as_bytes());
            while table[slot] != EMPTY {
                slot = (slot + 1) % table.len();
            }
            table[slot] = entry as u8;
            entry += 1;
        }
        table
    };

    /// Returns the first slot of [`INDEX`] to search for a name, ignoring letter case.
    pub(super) const fn slot(name: &[u8]) -> usize {
        let (mut hash, mut rest) = (Fnv1a::NEW, name);
        while let [byte, after @ ..] = rest {
            (hash, rest) = (hash.with(*byte | 0x20), after);
        }
        hash.slot(INDEX.len())
    }

    pub(super) const fn equal(left: &[u8], right: &[u8]) -> bool {
        if left.len() != right.len() {
            return false;
        }
        let mut index = 0;
        while index < left.len() {
            if left[index] != right[index] {
                return false;
            }
            index += 1;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_key_by_its_name_and_in_other_letter_case() {
        for row in &KEYS {
            let key = Key::named(row.name);
            let mislabelled = [CS6_MISLABELLED, CS7_MISLABELLED].contains(&key);
            let spelling = if mislabelled { Spelling::Mislabelled } else { Spelling::Exact };
            assert_eq!(Key::find(row.name.as_bytes()), Some((key, spelling)), "{}", row.name);
            if !mislabelled {
                let upper = row.name.to_ascii_uppercase();
                assert_eq!(Key::find(upper.as_bytes()).map(|(found, _)| found), Some(key), "{upper}");
            }
        }
    }

    #[test]
    fn repairs_the_misspelt_keys() {
        for (alias, name) in ALIASES {
            assert_eq!(Key::find(alias.as_bytes()), Some((Key::named(name), Spelling::Alias)));
            assert_eq!(Key::find(alias.to_ascii_lowercase().as_bytes()), Some((Key::named(name), Spelling::Alias)));
        }
    }

    #[test]
    fn tells_the_mislabelled_cs6_from_the_key_in_other_letter_case() {
        assert_eq!(Key::find(b"Cs6"), Some((CS6_MISLABELLED, Spelling::Mislabelled)));
        assert_eq!(Key::find(b"CS6"), Some((Key::named("cs6"), Spelling::LetterCase)));
        assert_eq!(Key::find(b"cs6"), Some((Key::named("cs6"), Spelling::Exact)));
        assert_eq!(Key::find(b"cS7"), Some((Key::named("cs7"), Spelling::LetterCase)));
    }

    #[test]
    fn pairs_values_with_their_labels() {
        let (cs1, label) = (Key::named("cs1"), Key::named("cs1Label"));
        assert_eq!((cs1.counterpart(), label.counterpart()), (Some(label), Some(cs1)));
        assert!(label.is_label() && !cs1.is_label());
        assert_eq!(Key::named("msg").counterpart(), None);
        let labels = KEYS.iter().filter(|row| row.name.ends_with("Label"));
        assert!(labels.clone().all(|row| Key::named(row.name).is_label()));
        assert_eq!(labels.count(), 26);
    }

    #[test]
    fn finds_nothing_for_other_names() {
        for name in ["", "s", "susers", "suse", "kubernetes", "dposrtt", "\u{e9}", "MSG\0"] {
            assert_eq!(Key::find(name.as_bytes()), None, "{name:?}");
        }
    }
}
