//! Which fields of a record are written as fields, and in which order.

use crate::bytes::Value;
use crate::catalog::COMMON;
use crate::changes::Why;
use crate::key::{Key, Keys, Spelling};
use crate::record::{Name, Record};
use crate::trace::{Notes, Rank, Source, Trace};

/// The keys of the fields that describe the event as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken {
    /// A bit for each key that may have a role: a quarter of a set of keys, copied with each event.
    bits: u32,
    /// The key that the configuration names for the time, if it is another.
    named: Option<Key>,
}

impl Taken {
    #[inline(always)] // Once for each role, of most of which the compiler knows the key.
    pub(super) fn insert(&mut self, key: Key) {
        match Self::bit(key) {
            0 => self.named = Some(key),
            bit => self.bits |= bit,
        }
    }

    pub(super) fn contains(self, key: Key) -> bool {
        self.bits & Self::bit(key) != 0 || self.named == Some(key)
    }

    #[inline(always)] // As `insert`.
    const fn bit(key: Key) -> u32 {
        const RT: Key = Key::named("rt");
        const DVCHOST: Key = Key::named("dvchost");
        // Those of the envelope follow each other.
        const FIRST: usize = Key::named("event_id").index();
        const LAST: usize = Key::named("origin").index();
        const { assert!(LAST - FIRST < 30) };
        match key {
            RT => 1 << 30,
            DVCHOST => 1 << 31,
            _ if key.index() >= FIRST && key.index() <= LAST => 1 << (key.index() - FIRST),
            _ => 0,
        }
    }
}

/// Selects the fields to write among those that do not describe the event as a whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection<'r> {
    pub(super) record: Record<'r>,
    /// The keys of the fields that describe the event as a whole.
    pub(super) taken: Taken,
    /// The keys that are documented for the event's kind.
    pub(super) documented: &'static Keys,
    /// Whether fields that are documented neither for the kind nor for all events are written.
    pub(super) keeps_extra: bool,
}

impl<'r> Selection<'r> {
    /// Returns the value of the field with this key, if it is selected.
    pub(super) fn get(&self, key: Key) -> Option<Value<'r>> {
        let selected = !self.taken.contains(key) && self.may_hold(key);
        self.record.get(key).filter(|_| selected)
    }

    /// Returns how dispensable a field with this name is.
    pub(super) fn rank(&self, name: Name<'_>) -> Rank {
        match name {
            Name::Known(key) if self.is_documented(key) => Rank::Documented,
            _ => Rank::Extra,
        }
    }

    /// Fills `order` with the indices of the selected fields, in the order in which they are
    /// written: first those that the kind documents, in documented order, then the others as
    /// received.
    pub(super) fn arrange(&self, order: &mut Vec<u16>) {
        let Self { record, taken, documented, .. } = *self;
        order.clear();
        for &key in documented.iter().filter(|&&key| !taken.contains(key)) {
            if let Some(index) = record.index_of(key) {
                order.push(index);
            }
        }
        for (index, key) in (0..).zip(record.keys()) {
            let selected = match key {
                Some(key) => !taken.contains(key) && !documented.contains(key) && self.may_hold(key),
                None => self.keeps_extra,
            };
            if selected {
                order.push(index);
            }
        }
    }

    /// Counts the fields whose names were repaired, of those in this order, and the fields that are
    /// left out.
    #[inline(never)] // Few records have any.
    pub(super) fn note<T: Trace>(&self, order: &[u16], notes: &mut Notes<T>) {
        if self.record.is_renamed() {
            note_renamed(self.record, order, notes);
        }
        if !self.keeps_extra {
            self.note_undocumented(notes);
        }
    }

    /// Counts the fields that are left out because they are not documented.
    #[inline(never)] // Few configurations leave any out.
    fn note_undocumented<T: Trace>(self, notes: &mut Notes<T>) {
        for (index, key) in (0..).zip(self.record.keys()) {
            let is_written = key.is_some_and(|key| self.taken.contains(key) || self.is_documented(key));
            if !is_written && self.record.field(index).is_some() {
                notes.about(|| Source::Field(index));
                notes.changed(Why::Undocumented);
            }
        }
    }

    fn may_hold(&self, key: Key) -> bool {
        self.keeps_extra || self.is_documented(key)
    }

    /// Returns whether a key is documented for the event's kind or for all events.
    fn is_documented(&self, key: Key) -> bool {
        self.documented.contains(key) || COMMON.contains(key)
    }
}

/// Counts the fields whose names were repaired.
#[inline(never)] // Few records have any.
fn note_renamed<T: Trace>(record: Record<'_>, order: &[u16], notes: &mut Notes<T>) {
    for field in order.iter().filter_map(|&index| record.field(index)) {
        let Some(key) = field.name.key() else { continue };
        let why = match field.spelling {
            Spelling::Exact | Spelling::FullName => continue,
            Spelling::LetterCase => Why::LetterCase(key),
            Spelling::Alias => Why::Misspelt(key),
            Spelling::Mislabelled => Why::Mislabelled(key),
        };
        notes.about(|| Source::Field(field.index));
        notes.changed(why);
    }
}
