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

/// Returns the rules with an option that may begin with these two bytes.
pub(super) fn with_option(start: &[u8]) -> u64 {
    match start {
        // Letters may be joined.
        [b'-', second] if second.is_ascii_alphabetic() => WITH_DASH,
        [b'-', b'-'] => WITH_DASHES,
        [b'/', _] => WITH_SLASH,
        [first, _] if first.is_ascii_alphabetic() => WITH_WORD,
        _ => 0,
    }
}

/// The rules for operands.
pub(super) const WITH_OPERAND: u64 = set(Wanted::Operand);
const WITH_DASH: u64 = set(Wanted::Dash);
const WITH_DASHES: u64 = set(Wanted::Dashes);
const WITH_SLASH: u64 = set(Wanted::Slash);
const WITH_WORD: u64 = set(Wanted::Word);

#[derive(PartialEq, Eq)]
enum Wanted {
    Operand,
    Dash,
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

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn set(wanted: Wanted) -> u64 {
    let (mut set, mut row) = (0, 0);
    while row < RULES.len() {
        let found = match (RULES[row].form, RULES[row].option.as_bytes()) {
            (Form::Operand(_) | Form::Login(_), _) => matches!(wanted, Wanted::Operand),
            (_, [b'-', b'-', ..]) => matches!(wanted, Wanted::Dashes),
            (_, [b'-', ..]) => matches!(wanted, Wanted::Dash),
            (_, [b'/', ..]) => matches!(wanted, Wanted::Slash),
            (_, option) => !option.is_empty() && matches!(wanted, Wanted::Word),
        };
        set |= (found as u64) << row;
        row += 1;
    }
    set
}
