//! What becomes of one record: where each byte of its line is from, and what became of each of its
//! fields and why.
//!
//! Reading, resolving and writing tell it as they go, see `trace.rs`; nothing here reads a line
//! again.

use std::fmt;
use std::ops::Range;

use crate::changes::{Change, Changes, Why};
use crate::outcome::Rejection;
use crate::trace::{Piece, Recorder, Source, UnusedRole};
use crate::transform::Transformer;

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation {
    /// The line, without framing.
    pub line: String,
    /// The text of the record: of a wrapper, that of the record inside of it. What is not UTF-8 is
    /// U+FFFD here, and the offsets of `fields` count in this text.
    pub record: String,
    /// Whether that record is inside of another.
    pub is_wrapped: bool,
    /// The name of the catalog's kind; `None` if the catalog does not hold the event.
    pub kind: Option<&'static str>,
    /// The index, in `fields`, of the field that told the kind.
    pub kind_from: Option<usize>,
    /// The pieces of the line, in order: each of its bytes is in exactly one.
    pub parts: Vec<LinePart>,
    /// The members of the record, those of `extensions` among them, in the order received.
    pub fields: Vec<RecordField>,
    /// What was changed in parts of the line that are from no field.
    pub notes: Vec<PartNote>,
    /// How the line differs from the record, counted.
    pub changes: Changes,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LinePart {
    /// What the standard calls it, or the name that it has in the line; empty for signs of the
    /// format.
    pub name: String,
    /// The offset of its first byte in the line.
    pub start: usize,
    /// The offset after its last byte.
    pub end: usize,
    /// Where it is from.
    pub source: PartSource,
}

/// Where a piece of a line is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum PartSource {
    /// The field of this index in [`Explanation::fields`].
    Field(usize),
    /// The catalog.
    Catalog,
    /// The configuration.
    Configuration,
    /// The time of reception.
    Reception,
    /// The time of the object around the record.
    Wrapper,
    /// What is written of events of which nobody says it.
    Default,
    /// The format: its own signs, and labels that it asks for.
    Format,
}

/// What became of a member of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RecordField {
    /// Its name as received, without its quotes.
    pub name: String,
    /// Its value as received, JSON text.
    pub value: String,
    /// The offset of its first byte in the record.
    pub start: usize,
    /// The offset after its last byte.
    pub end: usize,
    /// What became of it.
    pub fate: Fate,
    /// The parts of the line that are from it, as indices.
    pub parts: Vec<usize>,
    /// What was changed and why.
    pub notes: Vec<Note>,
}

/// What became of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Fate {
    /// It is in the line.
    Written,
    /// It has no value.
    Absent,
    /// Another of the same name came later, or counts instead.
    Repeated,
    /// It is left out; a note says why.
    Dropped,
}

/// Something said of a field. Its [`Display`](fmt::Display) says it to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// It was changed.
    Changed(Why),
    /// It could have described the event as a whole, in this role, but cannot be read as that.
    NotReadAs(&'static str),
    /// It could have described the event as a whole, in this role, but the field of this key does.
    NotUsedAs(&'static str, &'static str),
}

/// A note on parts of the line that are from no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PartNote {
    /// Where they are from.
    pub source: PartSource,
    /// What was changed.
    pub note: Note,
}

impl Note {
    /// What was done to the field, if it was changed.
    #[must_use]
    pub fn change(self) -> Option<Change> {
        match self {
            Self::Changed(why) => Some(why.change()),
            Self::NotReadAs(_) | Self::NotUsedAs(..) => None,
        }
    }

    /// Why, as a word, the same in every host.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed(why) => why.as_str(),
            Self::NotReadAs(_) => "not-read",
            Self::NotUsedAs(..) => "not-used",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(why) => write!(f, "{}: {why}", why.change()),
            Self::NotReadAs(role) => write!(f, "a field like others: as the {role} of the event it cannot be read"),
            Self::NotUsedAs(role, key) => write!(f, "a field like others: `{key}` is the {role} of the event"),
        }
    }
}

/// `{"change": "renamed", "why": "misspelt", "message": "renamed: senhasegura writes this for
/// `dpt`"}`
#[cfg(feature = "serde")]
impl serde::Serialize for Note {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut note = serializer.serialize_struct("Note", 3)?;
        note.serialize_field("change", &self.change())?;
        note.serialize_field("why", self.as_str())?;
        note.serialize_field("message", &self.to_string())?;
        note.end()
    }
}

impl Transformer {
    /// Turns the one record in `bytes` into a line, as [`Transformer::transform_one`] does, and
    /// says what became of everything in it.
    ///
    /// # Errors
    ///
    /// If it is rejected, or there is not exactly one.
    pub fn explain(&mut self, bytes: &[u8], received: Option<u64>) -> Result<Explanation, Rejection> {
        let mut line = Vec::new();
        let (changes, recorder) = self.run_one::<Recorder>(bytes, received, &mut line)?;
        Ok(Explainer::new(recorder).explanation(line, changes))
    }
}

/// Makes an explanation of what was recorded.
struct Explainer {
    recorder: Recorder,
    /// For each field of the record, the index of its last member.
    members: Vec<usize>,
    offsets: Offsets,
}

/// Offsets in the text of a record, from those in its bytes: U+FFFD has not the length of what it
/// stands for.
struct Offsets(Vec<Replaced>);

/// Bytes that are not UTF-8.
struct Replaced {
    /// The offset after them.
    end: usize,
    /// The same in the text.
    text_end: usize,
}

impl Explainer {
    fn new(recorder: Recorder) -> Self {
        let mut members = vec![usize::MAX; recorder.seen.fields.len()];
        for (index, member) in recorder.members.iter().enumerate() {
            if let Some(last) = members.get_mut(usize::from(member.field)) {
                *last = index;
            }
        }
        let offsets = Offsets::new(&recorder.seen.record);
        Self { recorder, members, offsets }
    }

    fn explanation(self, line: Vec<u8>, changes: Changes) -> Explanation {
        let seen = &self.recorder.seen;
        let line = String::from_utf8_lossy(&line).into_owned();
        let parts = self.parts(&line);
        Explanation {
            record: text(&seen.record, 0..self.recorder.record_end),
            is_wrapped: self.recorder.wrapper.is_some(),
            kind: seen.found.map(|found| found.kind.name),
            kind_from: seen.found_by.and_then(|field| self.member(field)),
            fields: (0..self.recorder.members.len()).filter_map(|index| self.field(index, &parts)).collect(),
            notes: self.notes(),
            parts,
            line,
            changes,
        }
    }

    /// The index of the member that the field of this index is.
    fn member(&self, field: u16) -> Option<usize> {
        self.members.get(usize::from(field)).copied()
    }

    fn source(&self, source: Source) -> PartSource {
        match source {
            Source::Field(field) => self.member(field).map_or(PartSource::Format, PartSource::Field),
            Source::Catalog => PartSource::Catalog,
            Source::Configuration => PartSource::Configuration,
            Source::Reception if self.recorder.wrapper == Some(true) => PartSource::Wrapper,
            Source::Reception => PartSource::Reception,
            Source::Default => PartSource::Default,
            Source::Format => PartSource::Format,
        }
    }

    /// The pieces of the line, and what of the format's own is between them.
    fn parts(&self, line: &str) -> Vec<LinePart> {
        let mut parts = Vec::new();
        let mut end = 0;
        let signs = |start, end| LinePart { name: String::new(), start, end, source: PartSource::Format };
        for piece in &self.recorder.pieces {
            let Range { start, end: piece_end } = piece.whole;
            if start > end {
                parts.push(signs(end, start));
            }
            parts.push(LinePart { name: name(piece, line), start, end: piece_end, source: self.source(piece.source) });
            end = piece_end;
        }
        if end < line.len() {
            parts.push(signs(end, line.len()));
        }
        parts
    }

    /// What became of the member of this index.
    fn field(&self, index: usize, parts: &[LinePart]) -> Option<RecordField> {
        let member = self.recorder.members.get(index)?;
        let seen = self.recorder.seen.fields.get(usize::from(member.field))?;
        let is_last = self.member(member.field) == Some(index);
        let from_it = |part: &LinePart| part.source == PartSource::Field(index);
        let parts: Vec<_> = (0..).zip(parts).filter(|(_, part)| from_it(part)).map(|(index, _)| index).collect();
        let mut notes = Vec::new();
        if is_last {
            notes.extend(seen.unused_role.filter(|_| !seen.is_absent).map(unused));
            notes.extend(self.changes_of(member.field).filter(|why| *why != Why::Repeated).map(Note::Changed));
        }
        let is_repeated = !is_last || self.is_displaced(member.field);
        if is_repeated {
            notes.push(Note::Changed(Why::Repeated));
        }
        let fate = match () {
            () if is_repeated => Fate::Repeated,
            () if seen.is_absent => Fate::Absent,
            () if parts.is_empty() => Fate::Dropped,
            () => Fate::Written,
        };
        let record = &self.recorder.seen.record;
        let [start, end] = [member.name.start.saturating_sub(1), member.value.end].map(|at| self.offsets.in_text(at));
        let (name, value) = (text(record, member.name.clone()), text(record, member.value.clone()));
        Some(RecordField { name, value, start, end, fate, parts, notes })
    }

    /// Whether another field counts instead of this one: what senhasegura calls `Cs6` may be
    /// another field's `cs6`.
    fn is_displaced(&self, field: u16) -> bool {
        let members = self.recorder.members.iter().filter(|member| member.field == field);
        let repeated = self.changes_of(field).filter(|why| *why == Why::Repeated);
        // Each member but the last is repeated by the next.
        repeated.count() == members.count()
    }

    fn changes_of(&self, field: u16) -> impl Iterator<Item = Why> {
        let of_it = move |(source, _): &&(Source, Why)| *source == Source::Field(field);
        self.recorder.changes.iter().filter(of_it).map(|(_, why)| *why)
    }

    /// What was changed in parts that are from no field.
    fn notes(&self) -> Vec<PartNote> {
        let changes = self.recorder.changes.iter().filter(|(source, _)| !matches!(source, Source::Field(_)));
        changes.map(|(source, why)| PartNote { source: self.source(*source), note: Note::Changed(*why) }).collect()
    }
}

impl Offsets {
    fn new(bytes: &[u8]) -> Self {
        let (mut end, mut text_end) = (0, 0);
        let mut replaced = Vec::new();
        for chunk in bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()) {
            end += chunk.valid().len() + chunk.invalid().len();
            text_end += chunk.valid().len() + char::REPLACEMENT_CHARACTER.len_utf8();
            replaced.push(Replaced { end, text_end });
        }
        Self(replaced)
    }

    /// The offset in the text of what is at `offset` in the bytes.
    fn in_text(&self, offset: usize) -> usize {
        let before = self.0.partition_point(|replaced| replaced.end <= offset);
        match before.checked_sub(1).and_then(|last| self.0.get(last)) {
            Some(replaced) => replaced.text_end + (offset - replaced.end),
            None => offset,
        }
    }
}

/// The name of a piece: the standard's, or the one in the line, which ends before `=` or `="`.
fn name(piece: &Piece, line: &str) -> String {
    let in_line = || {
        let start = line.get(piece.whole.start..piece.text.start).unwrap_or_default();
        start.trim_end_matches('"').trim_end_matches('=').to_owned()
    };
    piece.name.map_or_else(in_line, str::to_owned)
}

fn unused(unused: UnusedRole) -> Note {
    match unused.said_by {
        Some(key) => Note::NotUsedAs(unused.role, key.name()),
        None => Note::NotReadAs(unused.role),
    }
}

fn text(bytes: &[u8], range: Range<usize>) -> String {
    String::from_utf8_lossy(bytes.get(range).unwrap_or_default()).into_owned()
}
