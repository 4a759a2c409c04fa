//! What a path stands for.

use super::super::pairs::MSG;
use super::super::signs::OWN;
use crate::dialect::{Meaning, Row};
use crate::key::{Key, Spelling};

/// What a path stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::record) enum Target {
    /// An extension field, and how well the name is known: the lower, the better.
    Field(Key, Spelling, u16),
    /// A field whose name is the rest of the path from this offset on, if it stands beside the event.
    Other(u16),
    /// The same among the event's own fields.
    OtherField(u16),
    Row(Row),
    /// A name that only a record of senhasegura's own shape has.
    Own,
    /// A name that such a record may have.
    MaybeOwn,
    Nothing,
}

const ID: Key = Key::named("id");

impl Target {
    /// Returns what a path stands for. `is_record` tells whether a name that is not known is that of
    /// a field.
    pub(in crate::record) fn of(path: &[u8], is_record: bool) -> Self {
        let (mut start, mut in_nest) = (0, false);
        loop {
            let rest = path.get(start..).unwrap_or_default();
            if let Some(target) = Self::known(rest) {
                return target;
            }
            start += match around(rest) {
                Some((dot, Meaning::Fields)) => return Self::in_fields(path, start + dot + 1),
                Some((dot, meaning)) => {
                    in_nest = meaning == Meaning::Nest;
                    dot + 1
                }
                None => match rest.iter().position(|byte| *byte == b'.').filter(|_| in_nest) {
                    Some(dot) => {
                        in_nest = false;
                        dot + 1
                    }
                    None => return Self::any(path, start, is_record),
                },
            };
        }
    }

    /// Returns what the name stands for by which this key was found.
    pub(in crate::record) fn of_key(key: Key, spelling: Spelling) -> Self {
        let name = key.name().as_bytes();
        match spelling {
            Spelling::Exact => Self::of(name, true),
            Spelling::LetterCase if let Some(row) = Row::find(name) => Self::Row(row),
            _ if key.is_envelope() => Self::Nothing,
            _ => Self::Field(key, spelling, 1),
        }
    }

    pub(super) fn meaning(self) -> Option<Meaning> {
        if let Self::Row(row) = self { Some(row.meaning) } else { None }
    }

    /// Returns whether it is an extension field with a key.
    pub(super) fn is_field(self) -> bool {
        matches!(self, Self::Field(..) | Self::Row(Row { meaning: Meaning::Field(_), .. }))
    }

    /// Returns what a path stands for that is a row or the exact name of a key.
    fn known(path: &[u8]) -> Option<Self> {
        if let Some((key, Spelling::Exact)) = Key::find(path) {
            if OWN.contains(&key) {
                return Some(Self::Own);
            }
            if key == ID {
                return Some(Self::MaybeOwn);
            }
            if !key.is_envelope() && key != MSG {
                return Some(Self::Field(key, Spelling::Exact, 0));
            }
        }
        Row::find(path).map(Self::Row)
    }

    /// Returns what the name of an extension field stands for.
    fn in_fields(path: &[u8], start: usize) -> Self {
        let name = path.get(start..).unwrap_or_default();
        match (Key::find(name), Row::find(name)) {
            (Some((key, spelling)), _) if !key.is_envelope() => Self::Field(key, spelling, 0),
            (_, Some(row @ Row { meaning: Meaning::Field(_), .. })) => Self::Row(row),
            _ => Self::OtherField(start as u16),
        }
    }

    /// Returns what a path stands for that has no row.
    fn any(path: &[u8], start: usize, is_record: bool) -> Self {
        match Key::find(path.get(start..).unwrap_or_default()) {
            Some((key, spelling)) if !key.is_envelope() => Self::Field(key, spelling, 1),
            None if is_record => Self::Other(start as u16),
            _ => Self::Nothing,
        }
    }
}

/// Returns the first object around the value of a path whose members are named as if they stood
/// around it: the length of its path, and what it means.
fn around(path: &[u8]) -> Option<(usize, Meaning)> {
    let dots = (0..path.len()).filter(|at| path.get(*at) == Some(&b'.'));
    let mut rows = dots.filter_map(|dot| Some((dot, Row::find(path.get(..dot)?)?.meaning)));
    rows.find(|(_, meaning)| meaning.is_open())
}
