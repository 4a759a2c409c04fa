//! What happened to one record: where each byte of its line comes from, and what happened to each
//! of its fields and why.
//!
//! A trace records this while the record is read, resolved and written (`trace.rs`). The line is
//! not read again.

use std::fmt;
use std::ops::Range;

use crate::bytes::Buffer;
use crate::changes::{Change, Changes, Why};
use crate::outcome::Rejection;
use crate::trace::{NameOf, Piece, Recorder, Source, UnusedRole};
use crate::transform::{OneLine, Transformer};

/// What happened to one record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation {
    /// The line, without line feed or framing, as [`Transformer::transform_one`](crate::Transformer::transform_one) writes
    /// it. With framing, the line of a batch is shorter by that if `max_bytes` cuts it.
    pub line: String,
    /// The text of the record. If the record is inside an object or a text, this is the inner text.
    /// Bytes that are not UTF-8 are replaced by U+FFFD. The offsets of `fields` count in this text.
    pub record: String,
    /// Whether the record is inside another object, or is not of senhasegura's own shape.
    pub is_wrapped: bool,
    /// What was read to come to the record, from the outside in, in words: "the text in `message`",
    /// "CEF after a header". Empty if the record is not wrapped.
    pub way: Vec<String>,
    /// The names of fields around the record, or beside its fields, that are not used.
    pub left: Vec<String>,
    /// The `name` of the event's kind; `None` if the catalog does not hold the event.
    pub kind: Option<&'static str>,
    /// The index, in `fields`, of the field that determined the kind; `None` if no field did.
    pub kind_from: Option<usize>,
    /// The parts of the line, in order. Every byte of the line is in exactly one part.
    pub parts: Vec<LinePart>,
    /// The members of the record and of its `extensions`, in the order of the record; of a record in
    /// another dialect, those that are fields of the event.
    pub fields: Vec<RecordField>,
    /// What was changed in parts of the line that do not come from a field.
    pub notes: Vec<PartNote>,
    /// The differences between the line and its record. Each is counted once and has one note.
    pub changes: Changes,
}

/// A part of a line. It is never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LinePart {
    /// The name that the standard gives the part, or its key in the line; empty for separators and
    /// other signs of the format.
    pub name: String,
    /// The offset of its first byte in the line.
    pub start: usize,
    /// The offset after its last byte.
    pub end: usize,
    /// Where it comes from.
    pub source: PartSource,
}

/// Where a part of a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum PartSource {
    /// The field with this index in [`Explanation::fields`].
    Field(usize),
    /// The catalog of event kinds.
    Catalog,
    /// The configuration.
    Configuration,
    /// The time of reception.
    Reception,
    /// What is around the record: an object, or the header of a message.
    Wrapper,
    /// The value that is written if nothing else gives one.
    Default,
    /// The format: its signs, and labels that it requires.
    Format,
}

/// What happened to one field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RecordField {
    /// The name as received, without its quotes; of a field that has its place instead of a name, what
    /// the standard calls it.
    pub name: String,
    /// The value as received: JSON text, or text.
    pub value: String,
    /// The offset of the field's first byte, the quote before its name, in the record.
    pub start: usize,
    /// The offset after the last byte of its value.
    pub end: usize,
    /// What happened to the field as a whole.
    pub fate: Fate,
    /// The indices, in [`Explanation::parts`], of the parts of the line that come from the field;
    /// empty unless `fate` is `Written`.
    pub parts: Vec<usize>,
    /// What was changed, and why.
    pub notes: Vec<Note>,
}

/// What happened to a field as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Fate {
    /// The line contains it.
    Written,
    /// It has no value, so there is nothing to write.
    Absent,
    /// The record repeats it, and another value is written.
    Repeated,
    /// It is left out. A note says why.
    Dropped,
}

/// A change, or the reason why a field does not have the role that its name suggests. Its
/// [`Display`](fmt::Display) is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The field was changed.
    Changed(Why),
    /// The name suggests this role, but the value cannot be read as that.
    NotReadAs(&'static str),
    /// The name suggests this role, but the field with this key has it.
    NotUsedAs(&'static str, &'static str),
}

/// A note on parts of a line that do not come from a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PartNote {
    /// Where the parts come from.
    pub source: PartSource,
    /// What was changed, and why.
    pub note: Note,
}

impl Note {
    /// The change; `None` if the field was not changed.
    #[must_use]
    pub fn change(self) -> Option<Change> {
        match self {
            Self::Changed(why) => Some(why.change()),
            Self::NotReadAs(_) | Self::NotUsedAs(..) => None,
        }
    }

    /// The reason, for programs: a word such as `misspelt`.
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
            Self::NotReadAs(role) => {
                write!(f, "treated as an ordinary field: it cannot be read as the {role} of the event")
            }
            Self::NotUsedAs(role, key) => {
                write!(f, "treated as an ordinary field: `{key}` gives the {role} of the event")
            }
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
    /// says where each byte of the line comes from and what happened to each field of the record.
    ///
    /// # Errors
    ///
    /// If the record is rejected, or `bytes` do not hold exactly one.
    pub fn explain(&mut self, bytes: &[u8], received: Option<u64>) -> Result<Explanation, Rejection> {
        let mut line = Buffer::default();
        let OneLine { changes, trace, .. } = self.run_one::<Recorder>(bytes, received, &mut line)?;
        Ok(Explainer::new(trace).explanation(line.into_vec(), changes.into()))
    }
}

/// Makes an explanation from what a trace recorded.
struct Explainer {
    recorder: Recorder,
    /// What was recorded of each field of the record, by its index.
    fields: Vec<FieldSeen>,
    offsets: Offsets,
}

/// What was recorded of a field.
#[derive(Clone, Default)]
struct FieldSeen {
    /// The index of its last member.
    member: Option<usize>,
    /// The number of members that have a value.
    values: usize,
    changes: Vec<Why>,
}

/// Offsets in the text of a record, found by those in its bytes: U+FFFD may be longer or shorter
/// than the bytes that it replaces.
struct Offsets(Vec<Replaced>);

/// Bytes that are not UTF-8.
struct Replaced {
    /// The offset after them in the bytes.
    end: usize,
    /// The offset after them in the text.
    text_end: usize,
}

impl Explainer {
    fn new(recorder: Recorder) -> Self {
        let mut fields = vec![FieldSeen::default(); recorder.seen.fields.len()];
        for (index, member) in recorder.members.iter().enumerate() {
            if let Some(field) = fields.get_mut(usize::from(member.field)) {
                field.values += usize::from(!member.is_absent);
                if !(member.is_absent || member.loses) || field.member.is_none() {
                    field.member = Some(index);
                }
            }
        }
        for (source, why) in &recorder.changes {
            if let Source::Field(field) = source
                && let Some(field) = fields.get_mut(usize::from(*field))
            {
                field.changes.push(*why);
            }
        }
        let offsets = Offsets::new(&recorder.seen.record);
        Self { recorder, fields, offsets }
    }

    fn explanation(self, line: Vec<u8>, changes: Changes) -> Explanation {
        let seen = &self.recorder.seen;
        let line = String::from_utf8_lossy(&line).into_owned();
        let parts = self.parts(&line);
        let mut parts_of = vec![Vec::new(); self.recorder.members.len()];
        for (index, part) in parts.iter().enumerate() {
            if let PartSource::Field(member) = part.source
                && let Some(parts) = parts_of.get_mut(member)
            {
                parts.push(index);
            }
        }
        let fields = parts_of.into_iter().enumerate().filter_map(|(member, parts)| self.field(member, parts));
        Explanation {
            record: text(&seen.record, 0..self.recorder.record_end),
            is_wrapped: self.recorder.wrapper.is_some(),
            way: self.recorder.way.clone(),
            left: self.recorder.left.clone(),
            kind: seen.found.map(|found| found.kind().name),
            kind_from: seen.found_by.and_then(|field| self.member(field)),
            fields: fields.collect(),
            notes: self.notes(),
            parts,
            line,
            changes,
        }
    }

    /// Returns the index of the last member of this field.
    fn member(&self, field: u16) -> Option<usize> {
        self.fields.get(usize::from(field))?.member
    }

    fn source(&self, source: Source) -> PartSource {
        match source {
            Source::Field(field) => self.member(field).map_or(PartSource::Wrapper, PartSource::Field),
            Source::Catalog => PartSource::Catalog,
            Source::Configuration => PartSource::Configuration,
            Source::Reception if self.recorder.wrapper == Some(true) => PartSource::Wrapper,
            Source::Reception => PartSource::Reception,
            Source::Around => PartSource::Wrapper,
            Source::Default => PartSource::Default,
            Source::Format => PartSource::Format,
        }
    }

    /// Returns the pieces of the line, and the signs of the format between them.
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

    /// Returns what happened to the member with this index, from which these parts come.
    fn field(&self, index: usize, parts: Vec<usize>) -> Option<RecordField> {
        let member = self.recorder.members.get(index)?;
        let seen = self.recorder.seen.fields.get(usize::from(member.field))?;
        let FieldSeen { member: last, values, changes } = self.fields.get(usize::from(member.field))?;
        let is_last = *last == Some(index);
        let mut notes = Vec::new();
        if is_last {
            let is_said = |role: &UnusedRole| role.said_by.is_none() && changes.iter().any(|why| why.is_of_a_role());
            notes.extend(seen.unused_role.filter(|role| !seen.is_absent && !is_said(role)).map(unused));
            notes.extend(changes.iter().filter(|why| **why != Why::Repeated).copied().map(Note::Changed));
        }
        // Each member but the last is repeated by the next. If the last is, too, another field counts instead of
        // this one: senhasegura's `Cs6` may be the `cs6` of another field.
        let is_displaced = || *values == changes.iter().filter(|why| **why == Why::Repeated).count();
        let is_repeated = !member.is_absent && (!is_last || is_displaced());
        if is_repeated {
            notes.push(Note::Changed(Why::Repeated));
        }
        let fate = match () {
            () if is_repeated => Fate::Repeated,
            () if seen.is_absent || member.is_absent => Fate::Absent,
            () if parts.is_empty() => Fate::Dropped,
            () => Fate::Written,
        };
        let record = &self.recorder.seen.record;
        let [start, end] = [member.whole.start, member.whole.end].map(|at| self.offsets.in_text(at));
        let name = match &member.name {
            NameOf::InRecord(range) => text(record, range.clone()),
            NameOf::Standard(name) => (*name).to_owned(),
        };
        let value = text(record, member.value.clone());
        Some(RecordField { name, value, start, end, fate, parts, notes })
    }

    /// Returns what was changed in parts that do not come from a field.
    fn notes(&self) -> Vec<PartNote> {
        let of_a_member = |source: &Source| matches!(self.source(*source), PartSource::Field(_));
        let changes = self.recorder.changes.iter().filter(|(source, _)| !of_a_member(source));
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

    /// Returns the offset in the text of the byte at `offset`.
    fn in_text(&self, offset: usize) -> usize {
        let before = self.0.partition_point(|replaced| replaced.end <= offset);
        match before.checked_sub(1).and_then(|last| self.0.get(last)) {
            Some(replaced) => replaced.text_end + (offset - replaced.end),
            None => offset,
        }
    }
}

/// Returns the name of a piece: the standard's, or the one in the line, which ends before `=` or
/// `="`.
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
