//! The rows as they are looked up: tables that the compiler makes of them, in which 16 bits refer to a text
//! and 8 to a row.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "evaluated by the compiler, or below the length")]

use super::kind::{Found, Kind, Text};
use super::kinds::{MESSAGE_TYPES, ROWS};
use crate::bytes::{Fnv1a, Value};
use crate::key::Keys;

/// What is looked up of a kind.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) name: Text,
    /// The index of its keys in [`KEYS`].
    pub(super) keys: u8,
}

/// What is looked up of an event id.
#[derive(Clone, Copy)]
pub(super) struct Event {
    pub(super) id: Text,
    pub(super) name: Text,
    pub(super) row: u8,
    pub(super) syslog_severity: u8,
}

/// All kinds.
pub(super) static KINDS: [Row; ROWS.len()] = TABLES.rows;

/// All event ids, sorted by [`code`].
pub(super) static EVENTS: [Event; ID_COUNT] = TABLES.events;

/// The indices in [`EVENTS`] of those without decimals, by their [`code`].
pub(super) static SHORT_IDS: [u8; SHORT_MAX] = {
    let mut indices = [NONE; SHORT_MAX];
    let mut event = 0;
    while event < SHORT_COUNT {
        indices[SORTED[event].code as usize] = event as u8;
        event += 1;
    }
    indices
};

/// The number of them. The others follow.
pub(super) const SHORT_COUNT: usize = {
    let mut count = 0;
    while count < ID_COUNT && (SORTED[count].code as usize) < SHORT_MAX {
        count += 1;
    }
    count
};

/// The [`code`]s of the other event ids.
pub(super) static LONG_IDS: [u32; ID_COUNT - SHORT_COUNT] = {
    let mut codes = [0; ID_COUNT - SHORT_COUNT];
    let mut index = 0;
    while index < codes.len() {
        codes[index] = SORTED[SHORT_COUNT + index].code;
        index += 1;
    }
    codes
};

/// The message types by the [`code`] of their `suid`.
pub(super) static SUIDS: [(u32, Found); MESSAGE_TYPES.len()] = TABLES.suids;

/// The lists of keys that kinds have, each once.
pub(super) static KEYS: [Keys; TABLES.key_lists] = {
    let mut lists = [*ROWS[0].keys; TABLES.key_lists];
    let mut index = 0;
    while index < lists.len() {
        lists[index] = TABLES.keys[index];
        index += 1;
    }
    lists
};

/// An open-addressing hash table of all names: [`Text`]s, or 0. Of kinds with the same name, it finds the first.
pub(super) static NAMES: [u16; SLOTS] = TABLES.names;

/// The texts, each after its length. The names of kinds come first, those of a kind one after the other. Before
/// the length of each are the row, and the index of the event id that it stands for. The last text is followed by
/// bytes that may be copied along.
static TEXTS: [u8; TABLES.end + 32] = {
    let mut texts = [0; TABLES.end + 32];
    let mut at = 0;
    while at < TABLES.end {
        texts[at] = TABLES.texts[at];
        at += 1;
    }
    texts
};

/// Stands for no row or event id.
const NONE: u8 = u8::MAX;
const SHORT_MAX: usize = 128;
const SLOTS: usize = 512;

impl Text {
    /// Returns the text that [`NAMES`] refers to.
    pub(super) fn in_slot(slot: usize) -> Option<Self> {
        NAMES.get(slot).filter(|&&text| text != 0).map(|&text| Self(text))
    }

    /// The text. It goes on with bytes that may be copied along.
    #[inline]
    pub(super) fn value(self) -> Value<'static> {
        match TEXTS.get(usize::from(self.0)..) {
            Some([length, text @ ..]) => Value::from_wide(text, usize::from(*length), true),
            _ => Value::known(""),
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        str::from_utf8(self.value().bytes()).unwrap_or_default()
    }

    /// For a name: its row, and the index of the event id that it stands for.
    pub(super) fn row_and_event(self) -> Option<(u8, u8)> {
        let end = usize::from(self.0);
        match TEXTS.get(end.checked_sub(2)?..end)? {
            &[row, event] => Some((row, event)),
            _ => None,
        }
    }
}

/// Returns whether any name of a kind satisfies `predicate`. `first` is the first of them.
#[inline(always)] // In one place.
pub(super) fn any_name(row: u8, first: Text, predicate: impl Fn(&[u8]) -> bool) -> bool {
    let mut rest = usize::from(first.0).checked_sub(2).and_then(|start| TEXTS.get(start..)).unwrap_or_default();
    while let [of, _, length, names @ ..] = rest
        && *of == row
        && let Some((name, after)) = names.split_at_checked(usize::from(*length))
    {
        if predicate(name) {
            return true;
        }
        rest = after;
    }
    false
}

/// An event id of a row, while the tables are made.
#[derive(Clone, Copy)]
struct Sorted {
    code: u32,
    row: usize,
    index: usize,
}

const ID_COUNT: usize = {
    let (mut count, mut row) = (0, 0);
    while row < ROWS.len() {
        count += ROWS[row].ids.len();
        row += 1;
    }
    count
};

const SORTED: [Sorted; ID_COUNT] = {
    let mut entries = [Sorted { code: 0, row: 0, index: 0 }; ID_COUNT];
    let (mut filled, mut row) = (0, 0);
    while row < ROWS.len() {
        let mut index = 0;
        while index < ROWS[row].ids.len() {
            let code = known_code(ROWS[row].ids[index].id);
            let mut at = filled;
            while at > 0 && entries[at - 1].code > code {
                entries[at] = entries[at - 1];
                at -= 1;
            }
            assert!(at == 0 || entries[at - 1].code < code, "an event id is in the catalog twice");
            entries[at] = Sorted { code, row, index };
            filled += 1;
            index += 1;
        }
        row += 1;
    }
    entries
};

/// The tables, with more room than they need.
struct Tables {
    texts: [u8; 1 << 15],
    end: usize,
    rows: [Row; ROWS.len()],
    events: [Event; ID_COUNT],
    names: [u16; SLOTS],
    suids: [(u32, Found); MESSAGE_TYPES.len()],
    keys: [Keys; ROWS.len()],
    key_lists: usize,
}

const TABLES: Tables = {
    assert!(ROWS.len() < NONE as usize && ID_COUNT < NONE as usize);
    let nothing = Text(0);
    let mut tables = Tables {
        texts: [0; 1 << 15],
        end: 0,
        rows: [Row { name: nothing, keys: 0 }; ROWS.len()],
        events: [Event { id: nothing, name: nothing, row: 0, syslog_severity: 0 }; ID_COUNT],
        names: [0; SLOTS],
        suids: [(0, Found { row: 0, event: 0, name: nothing }); MESSAGE_TYPES.len()],
        keys: [*ROWS[0].keys; ROWS.len()],
        key_lists: 0,
    };
    let mut row = 0;
    while row < ROWS.len() {
        tables.add_row(row);
        row += 1;
    }
    // After the last name, as if it were the row of another.
    tables.push(NONE);
    let mut event = 0;
    while event < ID_COUNT {
        let Sorted { row, index, .. } = SORTED[event];
        tables.events[event].id = tables.add(ROWS[row].ids[index].id);
        event += 1;
    }
    let mut index = 0;
    while index < MESSAGE_TYPES.len() {
        let name = tables.add(MESSAGE_TYPES[index].name);
        let event = event_of(MESSAGE_TYPES[index].id);
        let row = tables.events[event as usize].row;
        tables.suids[index] = (known_code(MESSAGE_TYPES[index].suid), Found { row, event, name });
        index += 1;
    }
    tables
};

impl Tables {
    const fn add_row(&mut self, row: usize) {
        let kind = &ROWS[row];
        let own = match (kind.ids, kind.written_as) {
            ([id, ..], _) | ([], Some(id)) => event_of(id.id),
            ([], None) => panic!("a kind has no event id to be written with"),
        };
        let others = 3 + kind.misprints.len();
        let (start, mut index) = (self.end, 0);
        while index < others + kind.ids.len() {
            let event = if index < others { own } else { event_of(kind.ids[index - others].id) };
            let name = self.add_name(kind_name(kind, index), start, row as u8, event);
            if index == 0 {
                self.rows[row] = Row { name, keys: self.add_keys(kind.keys) };
            }
            if index >= others {
                let syslog_severity = kind.ids[index - others].syslog_severity;
                self.events[event as usize] = Event { id: Text(0), name, row: row as u8, syslog_severity };
            }
            index += 1;
        }
    }

    /// Returns a name of the row whose names begin at `start`, after adding it if it is new.
    const fn add_name(&mut self, name: &str, start: usize, row: u8, event: u8) -> Text {
        let mut at = start + 2;
        while at < self.end {
            let length = self.texts[at] as usize;
            if same(self.texts.split_at(at + 1).1.split_at(length).0, name.as_bytes()) {
                return Text(at as u16);
            }
            at += 1 + length + 2;
        }
        if name.is_empty() {
            return Text(0);
        }
        self.push(row);
        self.push(event);
        let text = self.add(name);
        let mut slot = fold_hash(name.as_bytes());
        while self.names[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        self.names[slot] = text.0;
        text
    }

    const fn add(&mut self, text: &str) -> Text {
        let added = Text(self.end as u16);
        assert!(text.len() <= u8::MAX as usize);
        self.push(text.len() as u8);
        let mut rest = text.as_bytes();
        while let [byte, after @ ..] = rest {
            self.push(*byte);
            rest = after;
        }
        added
    }

    const fn push(&mut self, byte: u8) {
        self.texts[self.end] = byte;
        self.end += 1;
    }

    const fn add_keys(&mut self, keys: &Keys) -> u8 {
        let mut index = 0;
        while index < self.key_lists && !self.keys[index].is_same(keys) {
            index += 1;
        }
        if index == self.key_lists {
            self.keys[index] = *keys;
            self.key_lists += 1;
        }
        index as u8
    }
}

/// Returns the index of an event id in [`EVENTS`]. For constants: one that no row has does not compile.
pub(super) const fn event_of(id: &str) -> u8 {
    let code = known_code(id);
    let mut event = 0;
    while SORTED[event].code != code {
        event += 1;
    }
    event as u8
}

const fn known_code(id: &str) -> u32 {
    match code(id.as_bytes()) {
        Some(code) => code,
        None => panic!("not an event id"),
    }
}

const fn same(left: &[u8], right: &[u8]) -> bool {
    let mut index = 0;
    while index < left.len() && index < right.len() && left[index] == right[index] {
        index += 1;
    }
    index == left.len() && index == right.len()
}

/// Returns a name of a kind by index: its three names, then their misprints, then the names of
/// its ids.
const fn kind_name(kind: &Kind, index: usize) -> &'static str {
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

/// Returns the number that stands for an event id: its value, 1000 times if it has decimals.
pub(super) const fn code(id: &[u8]) -> Option<u32> {
    let (mut whole, mut at) = (0u32, 0);
    while at < id.len() && id[at].is_ascii_digit() {
        if at == 9 {
            return None;
        }
        whole = whole * 10 + (id[at] - b'0') as u32;
        at += 1;
    }
    match at {
        0 => None,
        _ if at == id.len() => Some(whole),
        _ => with_decimals(whole, id.split_at(at).1),
    }
}

/// Returns the same for an id that has a whole part, and then `decimals`.
const fn with_decimals(whole: u32, decimals: &[u8]) -> Option<u32> {
    let [b'.', digits @ ..] = decimals else { return None };
    if digits.is_empty() {
        return None;
    }
    let (mut thousandths, mut at) = (0, 0);
    while at < 3 || at < digits.len() {
        match at {
            _ if at >= digits.len() => thousandths *= 10,
            0..3 if digits[at].is_ascii_digit() => thousandths = thousandths * 10 + (digits[at] - b'0') as u32,
            // Nothing but zeros can follow: some writers print six decimals.
            3.. if digits[at] == b'0' => {}
            _ => return None,
        }
        at += 1;
    }
    match thousandths {
        // `2.0` is a 2 that was printed as a floating point number.
        0 => Some(whole),
        _ if whole == 0 || whole > 4_000_000 => None,
        _ => Some(whole * 1000 + thousandths),
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
    hash.slot(SLOTS)
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
