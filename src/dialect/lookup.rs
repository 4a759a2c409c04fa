//! Looks up paths, in tables that the compiler makes of the rows.

use super::meaning::Meaning;
use super::table::{COUNT, EXACT, FULL_NAMES, ROWS};
use crate::bytes::Fnv1a;
use crate::key::{Key, Spelling};

use tables::{EMPTY, ENDS, INDEX, MEANINGS, TEXT, matters, slot};

pub(crate) use tables::PATH_MAX;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    /// Its index: of two rows with one meaning, the lower is preferred.
    pub(crate) rank: u16,
    pub(crate) meaning: Meaning,
}

impl Row {
    /// Finds the row of a path.
    #[expect(clippy::indexing_slicing, reason = "the tables hold no other indices")]
    pub(crate) fn find(path: &[u8]) -> Option<Self> {
        // The hash reads every byte: a long path must not cost more than a short one.
        if path.len() > PATH_MAX {
            return None;
        }
        if let Some((_, meaning)) = EXACT.iter().find(|(exact, _)| exact.as_bytes() == path) {
            return Some(Self { rank: FULL_NAMES as u16, meaning: *meaning });
        }
        let mut slot = slot(path);
        loop {
            let rank = INDEX[slot];
            if rank == EMPTY {
                return None;
            }
            let row = usize::from(rank);
            let start = if row == 0 { 0 } else { usize::from(ENDS[row - 1]) };
            let known = TEXT.get(start..usize::from(ENDS[row])).unwrap_or_default();
            if path.iter().filter_map(folded).eq(known.iter().copied()) {
                return Some(Self { rank, meaning: MEANINGS[row] });
            }
            slot = (slot + 1) % INDEX.len();
        }
    }
}

/// Finds the key that the name of an extension field stands for: its own, or its full name in the
/// CEF dictionary.
pub(crate) fn find_key(name: &[u8]) -> Option<(Key, Spelling)> {
    Key::find(name).or_else(|| match Row::find(name)? {
        Row { rank, meaning: Meaning::Field(key) } if usize::from(rank) < FULL_NAMES => Some((key, Spelling::FullName)),
        _ => None,
    })
}

/// Returns the byte as paths are compared: letters in lower case, no `_` and no `-`.
fn folded(byte: &u8) -> Option<u8> {
    matters(*byte).then_some(byte.to_ascii_lowercase())
}

/// The tables.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
mod tables {
    use super::*;

    /// Marks a free slot of [`INDEX`].
    pub(super) const EMPTY: u16 = u16::MAX;

    /// The length of the longest path, with room for signs that do not matter.
    pub(crate) const PATH_MAX: usize = 64;

    const LENGTH: usize = {
        let (mut length, mut row) = (0, 0);
        while row < COUNT {
            assert!(ROWS[row].0.len() <= PATH_MAX, "a path is too long");
            let (path, mut at) = (ROWS[row].0.as_bytes(), 0);
            while at < path.len() {
                length += matters(path[at]) as usize;
                at += 1;
            }
            row += 1;
        }
        length
    };

    pub(super) const fn matters(byte: u8) -> bool {
        !matches!(byte, b'_' | b'-')
    }

    /// The paths one after the other, and the offset at which each ends.
    const PATHS: ([u8; LENGTH], [u16; COUNT]) = {
        let (mut text, mut ends) = ([0; LENGTH], [0; COUNT]);
        let (mut end, mut row) = (0, 0);
        while row < COUNT {
            let (path, mut at) = (ROWS[row].0.as_bytes(), 0);
            while at < path.len() {
                if matters(path[at]) {
                    text[end] = path[at].to_ascii_lowercase();
                    end += 1;
                }
                at += 1;
            }
            ends[row] = end as u16;
            row += 1;
        }
        (text, ends)
    };

    pub(super) static TEXT: [u8; LENGTH] = PATHS.0;
    pub(super) static ENDS: [u16; COUNT] = PATHS.1;

    pub(super) static MEANINGS: [Meaning; COUNT] = {
        let mut meanings = [Meaning::Transport; COUNT];
        let mut row = 0;
        while row < COUNT {
            meanings[row] = ROWS[row].1;
            row += 1;
        }
        meanings
    };

    /// An open-addressing hash table of indices in [`ROWS`].
    pub(super) static INDEX: [u16; 1024] = {
        let mut table = [EMPTY; 1024];
        let mut row = 0;
        while row < COUNT {
            let mut slot = slot(ROWS[row].0.as_bytes());
            while table[slot] != EMPTY {
                slot = (slot + 1) % table.len();
            }
            table[slot] = row as u16;
            row += 1;
        }
        table
    };

    /// Returns the first slot of [`INDEX`] to search for a path.
    pub(super) const fn slot(path: &[u8]) -> usize {
        let (mut hash, mut rest) = (Fnv1a::NEW, path);
        while let [byte, after @ ..] = rest {
            if matters(*byte) {
                hash = hash.with(byte.to_ascii_lowercase());
            }
            rest = after;
        }
        hash.slot(INDEX.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_row_and_no_two_alike() {
        for (rank, (path, meaning)) in ROWS.iter().enumerate() {
            let row = Some(Row { rank: rank as u16, meaning: *meaning });
            assert_eq!(Row::find(path.as_bytes()), row, "{path}");
            assert_eq!(Row::find(path.to_ascii_uppercase().replace('_', "-").as_bytes()), row, "{path}");
        }
        for path in ["", "x", "event.", ".name", "cef.device", "sourceUserName.", "source user name"] {
            assert_eq!(Row::find(path.as_bytes()), None, "{path}");
        }
    }
}
