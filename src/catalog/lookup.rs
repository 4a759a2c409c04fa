//! Finds kinds, in tables that the compiler makes of the rows.

use super::kind::{Found, Kind};
use super::kinds::{CATALOG, MESSAGE_TYPES};
pub(crate) use tables::Fold;
use tables::{EMPTY, IDS, NAMES, SHORT_IDS, code, fold_hash, kind_name};

/// Finds the kind of an event id. `336.501` and `336501` are the same id; so are `336.5` and
/// `336.500`, which JSON writers do not tell apart.
#[cfg_attr(not(small), inline(always))] // Once a record; core modules hold one copy.
#[must_use]
pub fn by_id(id: impl AsRef<[u8]>) -> Option<Found> {
    let code = code(id.as_ref().trim_ascii())?;
    let entry = match SHORT_IDS.get(code as usize) {
        Some(entry) => entry,
        None => &IDS.get(IDS.binary_search_by_key(&code, |&(code, _)| code).ok()?)?.1,
    };
    let row = usize::from(entry.row);
    let kind = CATALOG.get(row)?;
    let id = kind.ids.get(usize::from(entry.index))?;
    Some(Found { kind, row, id, name: id.name })
}

/// Finds the kind of an event name in English, in English of release 4.0, in Portuguese, or as the
/// Syslog page lists it. Letter case, accents and punctuation do not matter.
#[must_use]
pub fn by_name(name: impl AsRef<[u8]>) -> Option<Found> {
    let name = name.as_ref();
    let mut slot = fold_hash(name);
    loop {
        let entry = NAMES.get(slot)?;
        if entry.row == EMPTY {
            return None;
        }
        let row = usize::from(entry.row);
        let kind = CATALOG.get(row)?;
        let spelled = kind_name(kind, usize::from(entry.index));
        if Fold(spelled.as_bytes()).eq(Fold(name)) {
            let own = usize::from(entry.index).checked_sub(3 + kind.misprints.len());
            let id = own.and_then(|own| kind.ids.get(own)).or(kind.event_id())?;
            return Some(Found { kind, row, id, name: kind.name });
        }
        slot = (slot + 1) % NAMES.len();
    }
}

/// The event ids that are written for kinds that have none of their own.
const LENT: [&str; 1] = ["36"];

impl Found {
    /// Returns whether this is a name of the kind, as the catalog spells it.
    pub(crate) fn is_spelled(self, name: &[u8]) -> bool {
        let Kind { name_pt, name_4_0, .. } = self.kind;
        [self.name, self.kind.name, name_pt, name_4_0].iter().any(|known| is_same(known.as_bytes(), name))
    }

    /// Returns the kind that a name determines, if records of it are written with the event id that
    /// was found.
    #[inline] // A comparison, for most kinds.
    pub(crate) fn named(self, name: Option<&[u8]>) -> Self {
        if !LENT.contains(&self.id.id) {
            return self;
        }
        let found = name.and_then(by_name);
        found.filter(|found| found.id.id == self.id.id).unwrap_or(self)
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
    let message_type = MESSAGE_TYPES.iter().find(|message_type| code(message_type.suid.as_bytes()) == Some(suid))?;
    Some(Found { name: message_type.name, ..by_id(message_type.id)? })
}

/// The tables: event ids sorted by number, and all names by hash.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, or below the length")]
mod tables {
    use super::super::kinds::ROWS;
    use super::Kind;
    use crate::bytes::Fnv1a;

    /// Returns the number that stands for an event id: its value, 1000 times if it has decimals.
    pub(super) const fn code(id: &[u8]) -> Option<u32> {
        let mut whole = 0u32;
        let mut decimals = 0u32;
        let mut decimals_read = None;
        let mut at = 0;
        while at < id.len() {
            let byte = id[at];
            match (byte, decimals_read) {
                (b'.', None) if at > 0 && at + 1 < id.len() => decimals_read = Some(0),
                (b'0'..=b'9', None) if at < 9 => whole = whole * 10 + (byte - b'0') as u32,
                (b'0'..=b'9', Some(count @ 0..3)) => {
                    decimals = decimals * 10 + (byte - b'0') as u32;
                    decimals_read = Some(count + 1);
                }
                // Nothing but zeros can follow: some writers print six decimals.
                (b'0', Some(3..9)) => {}
                _ => return None,
            }
            at += 1;
        }
        let Some(mut count) = decimals_read else {
            return if id.is_empty() { None } else { Some(whole) };
        };
        while count < 3 {
            decimals *= 10;
            count += 1;
        }
        // `2.0` is a 2 that was printed as a floating point number.
        if decimals == 0 {
            Some(whole)
        } else if whole == 0 || whole > 4_000_000 {
            None
        } else {
            Some(whole * 1000 + decimals)
        }
    }

    /// Marks a free slot of [`NAMES`].
    pub(super) const EMPTY: u8 = u8::MAX;

    /// Refers to an id or a name of a row.
    #[derive(Clone, Copy)]
    pub(super) struct RowRef {
        pub(super) row: u8,
        pub(super) index: u8,
    }

    const NOWHERE: RowRef = RowRef { row: EMPTY, index: 0 };

    const ID_COUNT: usize = {
        let (mut count, mut row) = (0, 0);
        while row < ROWS.len() {
            count += ROWS[row].ids.len();
            row += 1;
        }
        count
    };

    /// All event ids with their [`code`]s, sorted by them.
    pub(super) static IDS: [(u32, RowRef); ID_COUNT] = {
        let mut entries = [(0, NOWHERE); ID_COUNT];
        let (mut filled, mut row) = (0, 0);
        while row < ROWS.len() {
            let mut index = 0;
            while index < ROWS[row].ids.len() {
                let Some(code) = code(ROWS[row].ids[index].id.as_bytes()) else { panic!("not an event id") };
                let mut at = filled;
                while at > 0 && entries[at - 1].0 > code {
                    entries[at] = entries[at - 1];
                    at -= 1;
                }
                assert!(at == 0 || entries[at - 1].0 < code, "an event id is in the catalog twice");
                entries[at] = (code, RowRef { row: row as u8, index: index as u8 });
                filled += 1;
                index += 1;
            }
            row += 1;
        }
        entries
    };

    /// The event ids without decimals, by their [`code`].
    pub(super) static SHORT_IDS: [RowRef; 128] = {
        let mut entries = [NOWHERE; 128];
        let mut index = 0;
        while index < IDS.len() {
            let (code, entry) = IDS[index];
            if (code as usize) < entries.len() {
                entries[code as usize] = entry;
            }
            index += 1;
        }
        entries
    };

    /// An open-addressing hash table of all names. Of kinds with the same name, it finds the first.
    pub(super) static NAMES: [RowRef; 512] = {
        let mut table = [NOWHERE; 512];
        assert!(ROWS.len() < EMPTY as usize);
        let mut row = 0;
        while row < ROWS.len() {
            let mut index = 0;
            while index < 3 + ROWS[row].misprints.len() + ROWS[row].ids.len() {
                let name = kind_name(&ROWS[row], index);
                let mut slot = fold_hash(name.as_bytes());
                while table[slot].row != EMPTY {
                    slot = (slot + 1) % table.len();
                }
                if !name.is_empty() {
                    table[slot] = RowRef { row: row as u8, index: index as u8 };
                }
                index += 1;
            }
            row += 1;
        }
        table
    };

    /// Returns a name of a kind by index: its three names, then their misprints, then the names of
    /// its ids.
    pub(super) const fn kind_name(kind: &Kind, index: usize) -> &'static str {
        let misprints = kind.misprints.len();
        match index {
            0 => kind.name,
            1 => kind.name_4_0,
            2 => kind.name_pt,
            _ if index - 3 < misprints => kind.misprints[index - 3],
            _ if index - 3 - misprints < kind.ids.len() => kind.ids[index - 3 - misprints].name,
            _ => "",
        }
    }

    /// The letters and digits of a name, in lower case and without accents.
    pub(crate) struct Fold<'n>(pub(crate) &'n [u8]);

    impl Iterator for Fold<'_> {
        type Item = u8;

        fn next(&mut self) -> Option<u8> {
            let (folded, rest) = next_folded(self.0)?;
            self.0 = rest;
            Some(folded)
        }
    }

    /// Returns the first slot of [`NAMES`] to search for a name, hashed as [`Fold`] yields it.
    pub(super) const fn fold_hash(name: &[u8]) -> usize {
        let (mut hash, mut rest) = (Fnv1a::NEW, name);
        while let Some((folded, after)) = next_folded(rest) {
            (hash, rest) = (hash.with(folded), after);
        }
        hash.slot(NAMES.len())
    }

    const fn next_folded(name: &[u8]) -> Option<(u8, &[u8])> {
        let mut name = name;
        loop {
            name = match name {
                [] => return None,
                [letter, rest @ ..] if letter.is_ascii_alphanumeric() => {
                    return Some((letter.to_ascii_lowercase(), rest));
                }
                [0..0x80, rest @ ..] => rest,
                // U+00C0 to U+00FF, both letter cases at once.
                [0xC3, low, rest @ ..] => {
                    let letter = match *low | 0x20 {
                        0xA0..=0xA5 => b'a',
                        0xA7 => b'c',
                        0xA8..=0xAB => b'e',
                        0xAC..=0xAF => b'i',
                        0xB1 => b'n',
                        0xB2..=0xB6 => b'o',
                        0xB9..=0xBC => b'u',
                        0xBD => b'y',
                        other => other,
                    };
                    return Some((letter, rest));
                }
                // Combining accents.
                [0xCC, _, rest @ ..] | [0xCD, 0x80..0xB0, rest @ ..] => rest,
                // Spaces and signs: U+0080 to U+00BF, U+2000 to U+2FFF.
                [0xC2, _, rest @ ..] | [0xE2, _, _, rest @ ..] => rest,
                [other, rest @ ..] => return Some((*other, rest)),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kinds::CATALOG;
    use super::*;

    #[test]
    fn knows_the_ids_that_are_lent() {
        let mut ids: Vec<_> = CATALOG.iter().filter_map(|kind| kind.written_as).map(|id| id.id).collect();
        ids.dedup();
        assert_eq!(ids, LENT);
    }

    #[test]
    fn holds_all_that_the_pages_document() {
        assert!(CATALOG.iter().filter(|kind| kind.is_documented()).count() >= 28);
        assert!(IDS.len() >= 121);
    }

    #[test]
    fn finds_every_kind_by_each_of_its_ids() {
        for kind in CATALOG {
            for id in kind.ids {
                let found = by_id(id.id).unwrap();
                assert_eq!((found.kind.name, found.id, found.name), (kind.name, id, id.name));
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
                    assert_eq!(by_name(&spelling).map(|found| found.kind.name), Some(kind.name), "{spelling}");
                }
            }
        }
    }

    #[test]
    fn finds_every_event_id_by_the_name_that_the_syslog_page_gives_it() {
        for kind in CATALOG {
            for id in kind.ids {
                let found = by_name(id.name).unwrap();
                assert!(found.id == id || found.id.name == id.name, "{} is taken for {}", id.name, found.id.name);
            }
        }
    }

    #[test]
    fn finds_names_without_accents_and_with_combining_ones() {
        for name in ["Sessao finalizada", "SESSÃO FINALIZADA", "Sessa\u{303}o finalizada"] {
            assert_eq!(by_name(name).map(|found| found.id.id), Some("17"), "{name}");
        }
    }

    #[test]
    fn finds_the_kinds_of_the_message_type_table() {
        for message_type in MESSAGE_TYPES {
            let found = by_suid(message_type.suid).unwrap();
            assert_eq!((found.id.id, found.name), (message_type.id, message_type.name));
            assert!(found.kind.is_documented());
        }
        assert_eq!(by_suid(b"7"), None);
    }

    #[test]
    fn takes_ids_that_passed_through_floating_point_numbers() {
        for (id, same) in
            [("336.5", "336.500"), ("336.500000", "336.500"), ("2.0", "2"), ("1695.01", "1695.010"), (" 18 ", "18")]
        {
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
