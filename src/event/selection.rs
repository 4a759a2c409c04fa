//! Which fields of a record are written as fields, and in which order.

use crate::bytes::Value;
use crate::catalog::COMMON;
use crate::changes::Why;
use crate::key::{Key, KeySet, Keys, Spelling};
use crate::record::{Name, Record};
use crate::trace::{Notes, Rank, Source, Trace};

/// Selects the fields that are written of those that do not describe the event as a whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selection<'r> {
    pub(super) record: Record<'r>,
    /// The keys that describe the event as a whole.
    pub(super) taken: KeySet,
    /// The keys that are documented for the event's kind.
    pub(super) documented: &'static Keys,
    /// Whether fields are written that are documented neither for the kind nor for all events.
    pub(super) keeps_extra: bool,
}

impl<'r> Selection<'r> {
    /// The value of the field of this key, if it is selected.
    pub(super) fn get(&self, key: Key) -> Option<Value<'r>> {
        let selected = !self.taken.contains(key) && self.may_hold(key);
        self.record.get(key).filter(|_| selected)
    }

    /// How dispensable a field of this name is.
    pub(super) fn rank(&self, name: Name<'_>) -> Rank {
        match name {
            Name::Known(key) if self.is_documented(key) => Rank::Documented,
            _ => Rank::Extra,
        }
    }

    /// Puts the indices of the fields in the order in which they are written: first those that the
    /// kind documents, in documented order, then the others as received.
    pub(super) fn arrange(&self, order: &mut Vec<u16>) {
        let Self { record, taken, documented, .. } = *self;
        order.clear();
        order.extend(documented.iter().filter(|&&key| !taken.contains(key)).filter_map(|&key| record.index_of(key)));
        let before = taken.union(documented.set());
        for (index, key) in (0..).zip(record.keys()) {
            let selected = match key {
                Some(key) => !before.contains(key) && self.may_hold(key),
                None => self.keeps_extra,
            };
            if selected {
                order.push(index);
            }
        }
    }

    /// Counts what differs from the record in the choice of fields and in the names of those that
    /// are written in this order.
    #[inline(always)] // Two branches, once a record.
    pub(super) fn note<T: Trace>(self, order: &[u16], notes: &mut Notes<T>) {
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

    /// Whether a key is documented for the event's kind or for all events.
    fn is_documented(&self, key: Key) -> bool {
        self.documented.contains(key) || COMMON.contains(key)
    }
}

/// Counts the fields that are written by the key that they were meant to have.
#[inline(never)] // Few records have any.
fn note_renamed<T: Trace>(record: Record<'_>, order: &[u16], notes: &mut Notes<T>) {
    for field in order.iter().filter_map(|&index| record.field(index)) {
        let Some(key) = field.name.key() else { continue };
        let why = match field.spelling {
            Spelling::Exact => continue,
            Spelling::LetterCase => Why::LetterCase(key),
            Spelling::Alias => Why::Misspelt(key),
            Spelling::Mislabelled => Why::Mislabelled(key),
        };
        notes.about(|| Source::Field(field.index));
        notes.changed(why);
    }
}
