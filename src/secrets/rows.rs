//! The rules that may match, as sets: a bit for each of [`RULES`].

use super::rules::{Form, NAMES, RULES, Rule};

const _: () = assert!(RULES.len() <= 64, "a bit for each rule");

/// The rules of a set, each with its bit.
pub(super) struct Rows(u64);

impl Rows {
    pub(super) fn new(set: u64) -> Self {
        Self(set)
    }
}

impl Iterator for Rows {
    type Item = (u64, &'static Rule);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rule = RULES.get(self.0.trailing_zeros() as usize)?;
        let bit = self.0 & self.0.wrapping_neg();
        self.0 ^= bit;
        Some((bit, rule))
    }
}

/// Returns the rules with a command that may have this name.
pub(super) fn with_command(name: &[u8]) -> u64 {
    let [first, second, ..] = name else { return 0 };
    let with = |sets: &[u64; 36], byte: u8| sets.get(place(byte)).copied().unwrap_or_default();
    with(&WITH_COMMAND[0], *first) & with(&WITH_COMMAND[1], *second)
}

/// Returns whether one of [`NAMES`] ends with the last letter of this name.
pub(super) fn may_end(name: &[u8]) -> bool {
    name.last().and_then(|last| LAST_LETTERS.get(place(*last))).is_some_and(|is_last| *is_last)
}

/// Returns the rules with an option that may begin with these two bytes, or that is this letter, joined to others.
pub(super) fn with_option(start: &[u8], joined: Option<u8>) -> u64 {
    let with_letter = |letter: u8| {
        let place = usize::from(letter).checked_sub(LETTERS_FROM);
        place.and_then(|place| WITH_LETTER.get(place)).copied().unwrap_or_default()
    };
    match start {
        [b'-', b'-'] => WITH_DASHES,
        [b'-', second] => with_letter(*second) | joined.map_or(0, with_letter),
        [b'/', _] => WITH_SLASH,
        [first, _] if first.is_ascii_alphabetic() => WITH_WORD,
        _ => 0,
    }
}

/// The rules for operands.
pub(super) const WITH_OPERAND: u64 = set(Wanted::Operand);
const WITH_DASHES: u64 = set(Wanted::Dashes);
const WITH_SLASH: u64 = set(Wanted::Slash);
const WITH_WORD: u64 = set(Wanted::Word);

#[derive(PartialEq, Eq)]
enum Wanted {
    Operand,
    Dashes,
    Slash,
    Word,
}

/// The place of a letter or digit in [`WITH_COMMAND`] and [`LAST_LETTERS`].
const fn place(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => (letter - b'a') as usize,
        digit @ b'0'..=b'9' => (26 + digit - b'0') as usize,
        _ => usize::MAX,
    }
}

/// The rules by the first letter of their commands, and by the second.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static WITH_COMMAND: [[u64; 36]; 2] = {
    let (mut sets, mut row) = ([[0; 36]; 2], 0);
    while row < RULES.len() {
        let (text, mut at) = (RULES[row].command.as_bytes(), 0);
        while at < text.len() && text[at] != b' ' {
            if at == 0 || text[at - 1] == b'|' {
                sets[0][place(text[at])] |= 1 << row;
                sets[1][place(text[at + 1])] |= 1 << row;
            }
            at += 1;
        }
        row += 1;
    }
    sets
};

/// Whether one of [`NAMES`] ends with a letter.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static LAST_LETTERS: [bool; 36] = {
    let (mut letters, mut row) = ([false; 36], 0);
    while row < NAMES.len() {
        let end = NAMES[row].end.as_bytes();
        letters[place(end[end.len() - 1])] = true;
        row += 1;
    }
    letters
};

/// The byte of the first letter in [`WITH_LETTER`].
const LETTERS_FROM: usize = b'A' as usize;

/// The rules by the letter after the one `-` of their options.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static WITH_LETTER: [u64; 58] = {
    let (mut sets, mut row) = ([0; 58], 0);
    while row < RULES.len() {
        if let [b'-', letter, ..] = RULES[row].option.as_bytes()
            && letter.is_ascii_alphabetic()
        {
            sets[*letter as usize - LETTERS_FROM] |= 1 << row;
        }
        row += 1;
    }
    sets
};

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn set(wanted: Wanted) -> u64 {
    let (mut set, mut row) = (0, 0);
    while row < RULES.len() {
        let found = match (RULES[row].form, RULES[row].option.as_bytes()) {
            (Form::Operand(_) | Form::Login(_), _) => matches!(wanted, Wanted::Operand),
            (_, [b'-', b'-', ..]) => matches!(wanted, Wanted::Dashes),
            (_, [b'-', ..]) => false,
            (_, [b'/', ..]) => matches!(wanted, Wanted::Slash),
            (_, option) => !option.is_empty() && matches!(wanted, Wanted::Word),
        };
        set |= (found as u64) << row;
        row += 1;
    }
    set
}
