//! What people and their tools ask for, laid out as the header says: what happened to one record, and the catalog.

use super::answers::{Counts, Kept, List, Rejection, Text};
use crate::event::Severity;
use crate::explain::{self, Explanation, Fate, PartSource};
use crate::{Change, catalog};

/// `SIEM_NONE`: no index.
const NONE: usize = u32::MAX as usize;

/// `siem_explanation`.
#[repr(C)]
#[derive(Default)]
pub(super) struct Explained {
    /// The address of one, or 0.
    rejection: usize,
    line: Text,
    record: Text,
    is_wrapped: u32,
    way: List,
    left: List,
    kind: Text,
    kind_from: usize,
    parts: List,
    fields: List,
    notes: List,
    changes: Counts,
}

/// `siem_part`.
#[repr(C)]
struct Part {
    name: Text,
    start: usize,
    end: usize,
    source: Source,
}

/// `siem_source`.
#[repr(C)]
struct Source {
    name: Text,
    field: usize,
}

/// `siem_field`.
#[repr(C)]
struct Field {
    name: Text,
    value: Text,
    start: usize,
    end: usize,
    fate: Text,
    parts: List,
    notes: List,
}

/// `siem_note`.
#[repr(C)]
struct Note {
    change: Text,
    why: Text,
    message: Text,
}

/// `siem_part_note`.
#[repr(C)]
struct PartNote {
    source: Source,
    note: Note,
}

/// `siem_kind`.
#[repr(C)]
struct Kind {
    name: Text,
    name_four: Text,
    name_pt: Text,
    origin: Text,
    ids: List,
    keys: List,
}

/// `siem_event_id`.
#[repr(C)]
struct EventId {
    id: Text,
    severity: u32,
    name: Text,
}

impl Explained {
    pub(super) fn new(explained: Result<Explanation, crate::Rejection>, kept: &mut Kept) -> Self {
        let Explanation { line, record, is_wrapped, way, left, kind, kind_from, parts, fields, notes, changes } =
            match explained {
                Ok(explanation) => explanation,
                Err(rejection) => {
                    let message = kept.text(rejection.to_string());
                    return Self { rejection: kept.one(Rejection::new(&rejection, message)), ..Self::default() };
                }
            };
        let parts: Vec<_> = parts.into_iter().map(|part| Part::new(part, kept)).collect();
        let fields: Vec<_> = fields.into_iter().map(|field| Field::new(field, kept)).collect();
        let notes: Vec<_> = notes
            .into_iter()
            .map(|note| PartNote { source: note.source.into(), note: Note::new(note.note, kept) })
            .collect();
        Self {
            rejection: 0,
            line: kept.text(line),
            record: kept.text(record),
            is_wrapped: is_wrapped.into(),
            way: kept.texts(way),
            left: kept.texts(left),
            kind: kind.map_or(Text::default(), Text::from),
            kind_from: kind_from.unwrap_or(NONE),
            parts: kept.list(parts),
            fields: kept.list(fields),
            notes: kept.list(notes),
            changes: changes.into(),
        }
    }
}

impl Part {
    fn new(part: explain::LinePart, kept: &mut Kept) -> Self {
        let explain::LinePart { name, start, end, source } = part;
        Self { name: kept.text(name), start, end, source: source.into() }
    }
}

impl From<PartSource> for Source {
    fn from(source: PartSource) -> Self {
        let (name, field) = match source {
            PartSource::Field(index) => ("field", index),
            PartSource::Catalog => ("catalog", NONE),
            PartSource::Configuration => ("configuration", NONE),
            PartSource::Reception => ("reception", NONE),
            PartSource::Wrapper => ("wrapper", NONE),
            PartSource::Default => ("default", NONE),
            PartSource::Format => ("format", NONE),
        };
        Self { name: name.into(), field }
    }
}

impl Field {
    fn new(field: explain::RecordField, kept: &mut Kept) -> Self {
        let explain::RecordField { name, value, start, end, fate, parts, notes } = field;
        let fate = match fate {
            Fate::Written => "written",
            Fate::Absent => "absent",
            Fate::Repeated => "repeated",
            Fate::Dropped => "dropped",
        };
        let notes: Vec<_> = notes.into_iter().map(|note| Note::new(note, kept)).collect();
        Self {
            name: kept.text(name),
            value: kept.text(value),
            start,
            end,
            fate: fate.into(),
            parts: kept.list(parts),
            notes: kept.list(notes),
        }
    }
}

impl Note {
    fn new(note: explain::Note, kept: &mut Kept) -> Self {
        let change = note.change().map_or("", |change| match change {
            Change::Renamed => "renamed",
            Change::Replaced => "replaced",
            Change::Truncated => "truncated",
            Change::Dropped => "dropped",
            Change::Repeated => "repeated",
            Change::Unreadable => "unreadable",
            Change::Redacted => "redacted",
        });
        Self { change: change.into(), why: note.as_str().into(), message: kept.text(note.to_string()) }
    }
}

/// Lists the kinds of event: a `siem_list` of `siem_kind`.
pub(super) fn kinds(kept: &mut Kept) -> List {
    let kinds: Vec<_> = catalog::CATALOG.iter().map(|kind| Kind::new(kind, kept)).collect();
    kept.list(kinds)
}

impl Kind {
    fn new(kind: &catalog::Kind, kept: &mut Kept) -> Self {
        let ids = kind.ids.iter().map(|id| EventId {
            id: id.id.into(),
            severity: Severity::from(id).cef().into(),
            name: id.name.into(),
        });
        Self {
            name: kind.name.into(),
            name_four: kind.name_4_0.into(),
            name_pt: kind.name_pt.into(),
            origin: kind.origin.into(),
            ids: kept.list(ids),
            keys: kept.list(kind.keys.iter().map(|key| Text::from(key.name()))),
        }
    }
}
