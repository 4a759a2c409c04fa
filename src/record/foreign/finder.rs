//! The values that an object has for each part of an event.

use std::ops::Range;

use super::super::absent::is_absent;
use super::super::fields::{Content, Slot};
use super::super::object::Record;
use super::super::options::ReadOptions;
use super::super::pairs::MSG;
use super::super::reader::RecordReader;
use super::super::text::Text;
use super::target::Target;
use crate::changes::Why;
use crate::dialect::{Meaning, PARTS, Part, Row};
use crate::json::{Json, Span};
use crate::key::{Key, Owner, Spelling, SpeltKey};
use crate::time::parse_millis;
use crate::trace::{Member, NameOf, ReadNotes, Source, Trace as _};

/// A value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// How well its name is known: the lower, the better.
    pub(super) rank: u16,
    pub(super) value: Span,
    /// The index of its object.
    pub(super) object: u16,
    /// The index of its field, if the object has been read as a record; else of its place.
    pub(super) index: u16,
}

/// What the new value of a field finds there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rival {
    None,
    /// A value that is not worth counting.
    Negligible,
    /// A value that no longer counts.
    Worse,
    /// A value that counts, although it came before.
    Better,
}

/// An object whose members are read.
#[derive(Clone, Copy)]
pub(super) struct Inside {
    /// Its index, from 1.
    pub(super) object: u16,
    /// The offset of its brace.
    pub(super) start: usize,
    pub(super) depth: u8,
    /// Whether its members are those of the record, whatever their names.
    pub(super) is_record: bool,
}

/// Finds the values.
pub(super) struct Finder<'f, 'w, 'n> {
    pub(super) reader: &'f mut RecordReader,
    pub(super) options: &'f ReadOptions,
    pub(super) notes: &'f mut ReadNotes<'n>,
    pub(super) json: Json<'w>,
    /// The names of the objects around the value at hand and its own, joined by `.`.
    pub(super) path: Vec<u8>,
    pub(super) parts: [Option<Found>; PARTS],
    /// The time that [`Part::Time`] is.
    pub(super) millis: Option<i64>,
    /// The time in the field that the configuration names.
    pub(super) named: Option<i64>,
    /// How well the name of each field is known.
    pub(super) ranks: Vec<u16>,
    /// Fields with names of their own, and the objects that they stand in.
    pub(super) others: Vec<(u16, u16)>,
    /// The number of objects so far.
    pub(super) objects: u16,
    /// The number of values so far that are fields.
    pub(super) fields: u64,
    /// The offsets of the first objects that are, or may be, of senhasegura's own shape.
    pub(super) own: Option<usize>,
    pub(super) maybe_own: Option<usize>,
    /// The offsets of arrays of records.
    pub(super) records: Vec<usize>,
    /// For the trace: the ranges of names and values.
    pub(super) places: Vec<(Range<usize>, Range<usize>)>,
}

/// The rank of a `message` as `msg`: after all others.
pub(super) const LAST: u16 = u16::MAX;

/// What is added to the rank of a row, as the names of keys come first.
const ROWS: u16 = 2;

impl<'f, 'w, 'n> Finder<'f, 'w, 'n> {
    pub(super) fn new(
        reader: &'f mut RecordReader,
        window: &'w [u8],
        options: &'f ReadOptions,
        notes: &'f mut ReadNotes<'n>,
    ) -> Self {
        reader.begin(notes);
        Finder {
            reader,
            options,
            notes,
            json: Json::new(window),
            path: Vec::new(),
            parts: [None; PARTS],
            millis: None,
            named: None,
            ranks: Vec::new(),
            others: Vec::new(),
            objects: 0,
            fields: 0,
            own: None,
            maybe_own: None,
            records: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Takes the value of a field of a record in which nothing is nested.
    pub(super) fn take(&mut self, record: Record<'_>, index: u16, target: Target) {
        let mut found = Found { rank: 0, value: Span::EMPTY, object: 1, index };
        let Content::Scalar(text) = record.content(index) else { return self.take_absent(target, found) };
        if let Target::Row(Row { meaning, rank }) = target
            && meaning.is_text()
            && Text::new(text.bytes(), self.options).is_some()
        {
            return self.offer(Part::OwnText, Found { rank, ..found });
        }
        found.value = record.span(index).unwrap_or_else(|| self.reader.keep(text.bytes()));
        if let Some(field) = record.field(index).filter(|_| self.options.time_field.is_some()) {
            let name = field.name.key().map_or(record.name(index), |key| key.name().as_bytes());
            self.name_time(name, found.value);
        }
        if let Target::Other(_) | Target::OtherField(_) | Target::Row(Row { meaning: Meaning::Pairs, .. }) = target {
            self.path.clear();
            self.path.extend_from_slice(record.name(index));
        }
        self.assign(target, found, Inside { object: 1, start: 0, depth: 0, is_record: true });
    }

    /// Takes the time of a field, if it is the one that the configuration names.
    #[inline(never)] // Few configurations name one.
    pub(super) fn name_time(&mut self, path: &[u8], value: Span) {
        if self.options.time_field.as_ref().is_some_and(|field| field.as_bytes().eq_ignore_ascii_case(path)) {
            self.named = parse_millis(self.bytes(value), self.options.timezone);
        }
    }

    /// Takes a value that is absent: its name may be a sign.
    pub(super) fn take_absent(&mut self, target: Target, found: Found) {
        if let Target::Row(Row { meaning: Meaning::Part(Part::Glued), .. }) = target {
            self.offer(Part::Glued, found);
        }
    }

    #[inline(never)] // Core modules hold one copy.
    pub(super) fn bytes(&self, value: Span) -> &[u8] {
        value.get(self.json.window(), &self.reader.decoded)
    }

    pub(super) fn part(&self, part: Part) -> Option<&Found> {
        self.parts.get(part as usize)?.as_ref()
    }

    /// Gives a part the value, unless it has one whose name is better known.
    #[inline(never)] // As `bytes`.
    pub(super) fn offer(&mut self, part: Part, found: Found) {
        let other = self.part(part).copied();
        if let Some(slot) = self.parts.get_mut(part as usize)
            && other.is_none_or(|other| found.rank <= other.rank)
        {
            *slot = Some(found);
        }
        // Severities and versions are also those of what carries the event.
        if let (Part::Id | Part::Name, Some(other)) = (part, other) {
            self.notes.about(Source::Around);
            self.notes.changed_if(self.bytes(other.value) != self.bytes(found.value), Why::Repeated);
        }
    }

    /// Takes a value for what its path stands for.
    pub(super) fn assign(&mut self, target: Target, found: Found, inside: Inside) {
        match target {
            Target::Nothing => {}
            Target::Own => self.own = self.own.or(Some(inside.start)),
            Target::MaybeOwn => self.maybe_own = self.maybe_own.or(Some(inside.start)),
            Target::Field(key, spelling, rank) => {
                if inside.is_record && rank == 0 {
                    self.maybe_own = self.maybe_own.or(Some(inside.start));
                }
                self.field(key, spelling, rank, found);
            }
            Target::Other(start) => {
                let index = self.other(start.into(), found);
                self.others.push((index, found.object));
            }
            Target::OtherField(start) => drop(self.other(start.into(), found)),
            Target::Row(Row { rank, meaning }) => self.assign_row(meaning, Found { rank, ..found }, inside),
        }
    }

    fn assign_row(&mut self, meaning: Meaning, found: Found, inside: Inside) {
        let text = self.bytes(found.value);
        let part = match meaning {
            Meaning::Field(key) => return self.field(key, Spelling::FullName, found.rank + ROWS, found),
            Meaning::Pairs => return self.pairs(found),
            Meaning::Text | Meaning::TextOrObject | Meaning::Message | Meaning::Msg => {
                let is_text = Text::new(text, self.options).is_some();
                if !is_text && meaning == Meaning::Msg {
                    self.field(MSG, Spelling::Exact, 0, found);
                } else if !is_text && inside.is_record && meaning == Meaning::Message {
                    self.field(MSG, Spelling::FullName, LAST, found);
                }
                if is_text { Part::OwnText } else { Part::OtherText }
            }
            Meaning::Part(Part::Time) => match parse_millis(text, self.options.timezone) {
                Some(millis) => {
                    if self.part(Part::Time).is_none_or(|other| found.rank <= other.rank) {
                        self.millis = Some(millis);
                    }
                    Part::Time
                }
                None => Part::BsdTime,
            },
            Meaning::Part(Part::Host) if !is_host(text) => return,
            Meaning::Part(part) => part,
            _ => return,
        };
        self.offer(part, found);
    }

    /// Adds a field, unless there is one of this key whose name is better known.
    #[inline(never)] // As `bytes`.
    pub(super) fn field(&mut self, key: Key, spelling: Spelling, rank: u16, found: Found) {
        if is_absent(self.bytes(found.value), Some(key)) {
            return;
        }
        self.fields += 1;
        let rival = match self.reader.slots.index_of(key) {
            None => Rival::None,
            Some(index) => {
                let other_rank = self.ranks.get(usize::from(index)).copied().unwrap_or(LAST);
                let other = self.reader.slot(key).map_or(Span::EMPTY, |slot| slot.value);
                // Parsers give one value several names, and a shipper's `message` is its summary of the
                // event: neither is worth counting.
                let is_negligible =
                    self.bytes(other) == self.bytes(found.value) || other_rank.max(rank) == LAST && other_rank != rank;
                match other_rank < rank {
                    true if is_negligible => return,
                    true => return self.note(index, other_rank, found, Rival::Better),
                    false if is_negligible && other_rank != rank => Rival::Negligible,
                    false => Rival::Worse,
                }
            }
        };
        let slot = Slot { known: Some(SpeltKey::new(key, spelling)), name: Span::EMPTY, value: found.value };
        let (index, _) = self.reader.insert(&[], slot);
        self.note(index, rank, found, rival);
    }

    /// Adds a field whose name is the path from the offset `start` on, and returns its index.
    fn other(&mut self, start: usize, found: Found) -> u16 {
        self.fields += 1;
        let name = self.reader.keep(self.path.get(start..).unwrap_or_default());
        let slot = Slot { known: None, name, value: found.value };
        let (index, is_repeated) = self.reader.insert(self.json.window(), slot);
        self.note(index, 0, found, if is_repeated { Rival::Worse } else { Rival::None });
        index
    }

    /// Notes the rank and the place of the field with this index.
    fn note(&mut self, field: u16, rank: u16, found: Found, rival: Rival) {
        self.ranks.resize(self.reader.slots.len(), LAST);
        if let Some(noted) = self.ranks.get_mut(usize::from(field)) {
            *noted = rank;
        }
        self.notes.about(Source::Field(field));
        if let Some(recorder) = self.notes.recorder()
            && let Some((name, value)) = self.places.get(usize::from(found.index)).cloned()
        {
            if rival == Rival::Negligible {
                recorder.displaced(field);
            }
            let (whole, name) = (name.start.saturating_sub(1)..value.end, NameOf::InRecord(name));
            recorder.member(Member { whole, name, value, field, is_absent: false, loses: rival == Rival::Better });
        }
        self.notes.changed_if(matches!(rival, Rival::Better | Rival::Worse), Why::Repeated);
    }

    /// Splits values at the keys of senhasegura's own that were glued to them:
    /// `stlee sname=Stephen Lee`.
    pub(super) fn unglue(&mut self) {
        for index in 0..self.reader.slots.len() {
            let Some(slot) = self.reader.slots.get(index).copied() else { continue };
            let text = self.bytes(slot.value).to_vec();
            // From the end on, so that each value ends where the next one's name begins.
            let mut end = text.len();
            for at in (0..end).rev() {
                if let Some((key, spelling, name)) =
                    glued_key(&text, at).filter(|(key, ..)| self.reader.slots.index_of(*key).is_none())
                {
                    let value = self.reader.keep(text.get(name..end).unwrap_or_default());
                    self.field(key, spelling, 0, Found { rank: 0, value, object: 1, index: u16::MAX });
                    end = at;
                }
            }
            if end < text.len() {
                let value = self.reader.keep(text.get(..end).unwrap_or_default());
                if let Some(slot) = self.reader.slots.get_mut(index) {
                    slot.value = value;
                }
            }
        }
    }

    /// Adds the fields in a text such as `sname=Stephen Lee;dposrt=22`. A value may hold what looks
    /// like a pair, so that any other field of a key counts before them.
    fn pairs(&mut self, found: Found) {
        let text = self.bytes(found.value).to_vec();
        if !text.contains(&b'=') {
            let start = self.path.iter().rposition(|byte| *byte == b'.').map_or(0, |dot| dot + 1);
            self.other(start, found);
        }
        let mut rest = &text[..];
        // Whoever calls this sees that there are too many.
        while let Some(equals) = rest.iter().position(|byte| *byte == b'=').filter(|_| !self.reader.is_overfull()) {
            let (name, after) = rest.split_at(equals);
            let after = after.get(1..).unwrap_or_default();
            let end = end_of_pair(after);
            let (value, next) = after.split_at(end);
            let found = Found { value: self.reader.keep(value), ..found };
            match Key::find(name).filter(|(key, _)| !key.is_envelope()) {
                Some((key, spelling)) => self.field(key, spelling, LAST - 1, found),
                None if is_absent(value, None) => {}
                None => {
                    let length = self.path.len();
                    self.path.extend_from_slice(name);
                    self.other(length, found);
                    self.path.truncate(length);
                }
            }
            rest = next.get(1..).unwrap_or_default();
        }
    }
}

/// Returns the key of senhasegura's own whose name begins after the space at this offset, and the
/// offset of its value.
fn glued_key(text: &[u8], space: usize) -> Option<(Key, Spelling, usize)> {
    let name = text.get(space..)?.strip_prefix(b" ")?;
    let length = name.iter().position(|byte| !byte.is_ascii_alphanumeric())?;
    let (key, spelling) = Key::find(name.get(..length)?)?;
    let is_own = key.owner() == Owner::Vendor || spelling == Spelling::Alias;
    (is_own && name.get(length) == Some(&b'=')).then_some((key, spelling, space + length + 2))
}

/// Returns the length of the value that `text` begins with: up to `;` and the name of another pair.
fn end_of_pair(text: &[u8]) -> usize {
    let is_end = |at: &usize| {
        let Some([b';', after @ ..]) = text.get(*at..) else { return false };
        let name = after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        name > 0 && after.get(name) == Some(&b'=')
    };
    (0..text.len()).find(is_end).unwrap_or(text.len())
}

/// Returns whether a text may be a host name or an address: not `udp:514` nor a path.
fn is_host(text: &[u8]) -> bool {
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_:%[]".contains(byte) || !byte.is_ascii();
    text.iter().all(in_name) && text.iter().filter(|byte| **byte == b':').count() != 1
}
