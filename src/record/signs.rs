//! What the names of a record's fields tell before their values are looked at.

use crate::catalog::COMMON;
use crate::dialect::{Meaning, Part, Row};
use crate::key::Key;

/// Keys of the envelope that no shipper writes. It may have `id` or `name`.
pub(super) const OWN: [Key; 3] = [Key::named("event_id"), Key::named("eventId"), Key::named("event_name")];

/// The keys that may hold a text, of those that senhasegura's own records may have.
pub(super) const TEXTS: [Key; 4] = [Key::named("event"), Key::named("message"), Key::named("msg"), Key::named("log")];

/// Signs that a record is of senhasegura's own shape, or a dialect of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signs(u8);

impl Signs {
    pub(super) const NONE: Self = Self(0);
    /// A name of [`OWN`].
    const OWN: u8 = 1;
    /// Another key that senhasegura documents for all events.
    const COMMON: u8 = 1 << 1;
    /// A name of a text that may be the record.
    const TEXT: u8 = 1 << 2;
    /// A name that only others have.
    const OTHERS: u8 = 1 << 3;
    /// A name of CEF's Device Event Class ID.
    const CEF: u8 = 1 << 4;
    /// The record may be of another dialect.
    const FOREIGN: u8 = 1 << 7;

    /// Returns the signs with those of this name, too.
    pub(super) fn with(self, name: &[u8], key: Option<Key>) -> Self {
        let signs = self.0 & !Self::FOREIGN | Self::of(name, key);
        let has = |sign: u8| signs & sign != 0;
        let foreign = has(Self::CEF) || !has(Self::OWN) && (has(Self::OTHERS) || has(Self::TEXT) && !has(Self::COMMON));
        Self(signs | if foreign { Self::FOREIGN } else { 0 })
    }

    fn of(name: &[u8], key: Option<Key>) -> u8 {
        match key {
            Some(key) if OWN.contains(&key) => Self::OWN,
            Some(key) if TEXTS.contains(&key) => Self::TEXT,
            Some(key) if COMMON.contains(key) => Self::COMMON,
            Some(_) => 0,
            None => match Row::find(name).map(|row| row.meaning) {
                Some(meaning) if meaning.is_text() => Self::TEXT,
                Some(Meaning::Part(Part::Id)) => Self::CEF,
                None | Some(Meaning::Transport | Meaning::Part(Part::Time | Part::Host | Part::SyslogSeverity)) => 0,
                Some(_) => Self::OTHERS,
            },
        }
    }

    /// Returns whether they are of a text, and nothing else.
    pub(super) fn are_of_a_text(self) -> bool {
        self.0 == Self::TEXT | Self::FOREIGN
    }

    /// Returns whether the record may be of another dialect, or inside one of its values.
    #[inline(always)] // A comparison, once a record.
    pub(super) fn are_foreign(self) -> bool {
        self.0 & Self::FOREIGN != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_keys_that_may_hold_a_text() {
        for key in (0..Key::COUNT).filter_map(Key::from_index) {
            let row = Row::find(key.name().as_bytes());
            let is_text = row.is_some_and(|row| row.meaning.is_text());
            assert_eq!(is_text, TEXTS.contains(&key), "{key:?}");
        }
    }
}
