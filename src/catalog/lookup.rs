//! Finds kinds.

use super::kind::{EventId, Found, Kind, Text};
use super::kinds::CATALOG;
pub(crate) use super::tables::Fold;
use super::tables::{EVENTS, Event, KEYS, KINDS, LONG_IDS, NAMES, SHORT_COUNT, SHORT_IDS, SUIDS};
use super::tables::{any_name, code, event_of, fold_hash};
use crate::bytes::Value;
use crate::key::Keys;

/// Finds the kind of an event id. `336.501` and `336501` are the same id; so are `336.5` and
/// `336.500`, which JSON writers do not tell apart.
#[must_use]
pub fn by_id(id: impl AsRef<[u8]>) -> Option<Found> {
    by_visible_id(id.as_ref().trim_ascii())
}

/// The same, of an id without white space around it.
#[cfg_attr(not(small), inline(always))] // Once a record; core modules hold one copy.
pub(crate) fn by_visible_id(id: &[u8]) -> Option<Found> {
    let code = code(id)?;
    let event = match SHORT_IDS.get(code as usize) {
        Some(event) => *event,
        None => (SHORT_COUNT + LONG_IDS.binary_search(&code).ok()?) as u8,
    };
    let &Event { row, name, .. } = EVENTS.get(usize::from(event))?;
    Some(Found { row, event, name })
}

/// Finds the kind of an event name in English, in English of release 4.0, in Portuguese, or as the
/// Syslog page lists it. Letter case, accents and punctuation do not matter.
#[must_use]
pub fn by_name(name: impl AsRef<[u8]>) -> Option<Found> {
    let name = name.as_ref();
    let mut slot = fold_hash(name);
    loop {
        let spelled = Text::in_slot(slot)?;
        if Fold(spelled.value().bytes()).eq(Fold(name)) {
            let (row, event) = spelled.row_and_event()?;
            return Some(Found { row, event, name: KINDS.get(usize::from(row))?.name });
        }
        slot = (slot + 1) % NAMES.len();
    }
}

/// The event ids that are written for kinds that have none of their own.
const LENT: [u8; 1] = [event_of("36")];

#[expect(clippy::indexing_slicing, reason = "it is only made of indices of the tables")]
impl Found {
    /// The kind.
    #[must_use]
    pub fn kind(self) -> &'static Kind {
        &CATALOG[self.row()]
    }

    /// Its index in [`CATALOG`].
    #[must_use]
    pub fn row(self) -> usize {
        self.row.into()
    }

    /// Its event id that was found, or the one to write.
    #[must_use]
    pub fn id(self) -> EventId {
        let Event { id, name, syslog_severity, .. } = *self.event();
        EventId { id: id.as_str(), syslog_severity, name: name.as_str() }
    }

    /// The name of the event, for a record that gives none.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name.as_str()
    }

    /// The name of the kind.
    pub(crate) fn kind_name(self) -> Value<'static> {
        KINDS[self.row()].name.value()
    }

    /// The event id to write, and the name for a record that gives none.
    #[inline]
    pub(crate) fn values(self) -> (Value<'static>, Value<'static>) {
        (self.event().id.value(), self.name.value())
    }

    /// The severity of the event id.
    #[inline]
    pub(crate) fn syslog_severity(self) -> u8 {
        self.event().syslog_severity
    }

    /// The documented keys of the kind.
    #[inline]
    pub(crate) fn keys(self) -> &'static Keys {
        &KEYS[usize::from(KINDS[self.row()].keys)]
    }

    #[inline]
    fn event(self) -> &'static Event {
        &EVENTS[usize::from(self.event)]
    }

    /// Returns whether this is a name of the kind, as the catalog spells it.
    pub(crate) fn is_spelled(self, name: &[u8]) -> bool {
        any_name(self.row, KINDS[self.row()].name, |known| is_same(known, name))
    }

    /// Returns the kind that a name determines, if records of it are written with the event id that
    /// was found.
    #[inline] // A comparison, for most kinds.
    pub(crate) fn named(self, name: Option<&[u8]>) -> Self {
        if !LENT.contains(&self.event) {
            return self;
        }
        let found = name.and_then(by_name);
        found.filter(|found| found.event == self.event).unwrap_or(self)
    }
}

/// Compares eight bytes at a time, which `memcmp` of core modules does not.
fn is_same(left: &[u8], right: &[u8]) -> bool {
    let ((left_chunks, left_rest), (right_chunks, right_rest)) = (left.as_chunks::<8>(), right.as_chunks::<8>());
    let number = |chunk: &[u8; 8]| u64::from_le_bytes(*chunk);
    left.len() == right.len()
        && left_chunks.iter().zip(right_chunks).all(|(left, right)| number(left) == number(right))
        && left_rest.iter().zip(right_rest).all(|(left, right)| left == right)
}

/// Finds the kind of a message type, the value of `suid`, which is parsed like an event id.
#[must_use]
pub fn by_suid(suid: impl AsRef<[u8]>) -> Option<Found> {
    let suid = code(suid.as_ref().trim_ascii())?;
    SUIDS.iter().find(|(code, _)| *code == suid).map(|&(_, found)| found)
}

#[cfg(test)]
mod tests {
    use super::super::kinds::MESSAGE_TYPES;
    use super::*;

    #[test]
    fn knows_the_ids_that_are_lent() {
        let mut ids: Vec<_> = CATALOG.iter().filter_map(|kind| kind.written_as).map(|id| id.id).collect();
        ids.dedup();
        assert_eq!(ids, LENT.map(|event| EVENTS[usize::from(event)].id.as_str()));
    }

    #[test]
    fn holds_all_that_the_pages_document() {
        assert!(CATALOG.iter().filter(|kind| kind.is_documented()).count() >= 28);
        assert!(EVENTS.len() >= 121);
    }

    #[test]
    fn finds_every_kind_by_each_of_its_ids() {
        for kind in CATALOG {
            for id in kind.ids {
                let found = by_id(id.id).unwrap();
                assert_eq!((found.kind(), found.id(), found.name()), (kind, *id, id.name));
                assert_eq!(by_id(id.id.replace('.', "")), Some(found), "{} without its point", id.id);
            }
        }
    }

    #[test]
    fn finds_every_documented_kind_by_each_of_its_names() {
        for kind in CATALOG.iter().filter(|kind| kind.is_documented()) {
            for name in [kind.name, kind.name_4_0, kind.name_pt].iter().chain(kind.misprints) {
                for spelling in
                    [name.to_string(), name.to_uppercase(), name.replace([' ', '-'], "_"), format!(" {name}.")]
                {
                    assert_eq!(by_name(&spelling).map(|found| found.kind().name), Some(kind.name), "{spelling}");
                }
            }
        }
    }

    #[test]
    fn finds_every_event_id_by_the_name_that_the_syslog_page_gives_it() {
        for kind in CATALOG {
            for id in kind.ids {
                let found = by_name(id.name).unwrap();
                assert!(
                    found.id() == *id || found.id().name == id.name,
                    "{} is taken for {}",
                    id.name,
                    found.id().name
                );
            }
        }
    }

    #[test]
    fn finds_names_without_accents_and_with_combining_ones() {
        for name in ["Sessao finalizada", "SESSÃO FINALIZADA", "Sessa\u{303}o finalizada"] {
            assert_eq!(by_name(name).map(|found| found.id().id), Some("17"), "{name}");
        }
    }

    #[test]
    fn finds_the_kinds_of_the_message_type_table() {
        for message_type in MESSAGE_TYPES {
            let found = by_suid(message_type.suid).unwrap();
            assert_eq!((found.id().id, found.name()), (message_type.id, message_type.name));
            assert!(found.kind().is_documented());
        }
        assert_eq!(by_suid(b"7"), None);
    }

    #[test]
    fn takes_ids_that_passed_through_floating_point_numbers() {
        for (id, same) in [
            ("336.5", "336.500"),
            ("336.500000", "336.500"),
            ("336.5000000000", "336.5"),
            ("2.0", "2"),
            ("1695.01", "1695.010"),
            (" 18 ", "18"),
        ] {
            assert_eq!(by_id(id), by_id(same), "{id}");
            assert!(by_id(id).is_some(), "{id}");
        }
        for id in [
            "",
            ".",
            "2.",
            ".2",
            "0.018",
            "-2",
            "2e0",
            "336.501.1",
            "336.5011",
            "4294967298",
            "18446744073709551617",
            "１８",
        ] {
            assert_eq!(by_id(id), None, "{id}");
        }
    }

    #[test]
    fn has_an_event_id_to_write_for_every_kind() {
        for kind in CATALOG {
            assert!(kind.event_id().is_some(), "{}", kind.name);
            assert!(kind.ids.iter().all(|id| id.syslog_severity <= 7), "{}", kind.name);
        }
    }
}
