//! The rules that may match, as sets: a bit for each of [`RULES`].

use super::rules::{Form, RULES, Rule};

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
    name.first().and_then(|first| WITH_COMMAND.get(place(*first))).copied().unwrap_or_default()
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

/// The place of a letter or digit in [`WITH_COMMAND`].
const fn place(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => (letter - b'a') as usize,
        digit @ b'0'..=b'9' => (26 + digit - b'0') as usize,
        _ => usize::MAX,
    }
}

/// The rules by the first letter of their commands.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static WITH_COMMAND: [u64; 36] = {
    let (mut sets, mut row) = ([0; 36], 0);
    while row < RULES.len() {
        let (text, mut at) = (RULES[row].command.as_bytes(), 0);
        while at < text.len() && text[at] != b' ' {
            if at == 0 || text[at - 1] == b'|' {
                sets[place(text[at])] |= 1 << row;
            }
            at += 1;
        }
        row += 1;
    }
    sets
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
