//! The component: `wit/transform.wit`.

use std::cell::RefCell;

use exports::senhasegura::siem::transform as wit;

use super::baked;
use crate::event::Severity;
use crate::{Change, Changes, ConfigError, Output, Reason, Rejection, catalog, explain};

wit_bindgen::generate!({ path: "wit", world: "transformer" });

struct Component;

export!(Component);

struct Transformer(RefCell<crate::Transformer>);

impl wit::Guest for Component {
    type Transformer = Transformer;

    fn kinds() -> Vec<wit::Kind> {
        catalog::CATALOG.iter().map(Into::into).collect()
    }
}

impl wit::GuestTransformer for Transformer {
    fn create(config: String) -> Result<wit::Transformer, wit::ConfigError> {
        Ok(wit::Transformer::new(Self(RefCell::new(crate::Transformer::new(baked::config_or(&config)?)))))
    }

    fn transform(&self, batch: Vec<u8>, received: Option<u64>) -> wit::Output {
        let mut output = Output::default();
        self.0.borrow_mut().transform(&batch, received, &mut output);
        output.into()
    }

    fn transform_each(&self, records: Vec<Vec<u8>>, received: Option<u64>) -> Vec<Result<wit::Line, wit::Rejection>> {
        let mut transformer = self.0.borrow_mut();
        let mut each = |(index, record): (u64, &Vec<u8>)| {
            let mut bytes = Vec::new();
            match transformer.transform_one(record, received, &mut bytes) {
                Ok(changes) => Ok(wit::Line { bytes, changes: changes.into() }),
                Err(rejection) => Err(Rejection { index, ..rejection }.into()),
            }
        };
        (0..).zip(&records).map(&mut each).collect()
    }

    fn explain(&self, record: Vec<u8>, received: Option<u64>) -> Result<wit::Explanation, wit::Rejection> {
        let explanation = self.0.borrow_mut().explain(&record, received)?;
        Ok(explanation.into())
    }
}

impl From<ConfigError> for wit::ConfigError {
    fn from(error: ConfigError) -> Self {
        Self { pointer: error.pointer().into(), message: error.message().into() }
    }
}

impl From<Output> for wit::Output {
    fn from(output: Output) -> Self {
        let Output { lines, written, rejections, changes } = output;
        Self { lines, written, rejections: all(rejections), changes: changes.into() }
    }
}

impl From<Rejection> for wit::Rejection {
    fn from(rejection: Rejection) -> Self {
        Self {
            index: rejection.index,
            start: rejection.range.start as u64,
            end: rejection.range.end as u64,
            reason: rejection.reason().into(),
            message: rejection.to_string(),
        }
    }
}

impl From<Reason> for wit::Reason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Malformed => Self::Malformed,
            Reason::NotAnObject => Self::NotAnObject,
            Reason::TooLong => Self::TooLong,
            Reason::TooDeep => Self::TooDeep,
            Reason::TooManyFields => Self::TooManyFields,
            Reason::NoRecord => Self::NoRecord,
            Reason::NotAnEvent => Self::NotAnEvent,
            Reason::UnknownEvent => Self::UnknownEvent,
            Reason::LineTooLong => Self::LineTooLong,
            Reason::NotOne => Self::NotOne,
        }
    }
}

impl From<Changes> for wit::Changes {
    fn from(changes: Changes) -> Self {
        let Changes { renamed, replaced, truncated, dropped, repeated, unreadable, redacted } = changes;
        Self { renamed, replaced, truncated, dropped, repeated, unreadable, redacted }
    }
}

impl From<explain::Explanation> for wit::Explanation {
    fn from(explanation: explain::Explanation) -> Self {
        let explain::Explanation {
            line,
            record,
            is_wrapped,
            way,
            left,
            kind,
            kind_from,
            parts,
            fields,
            notes,
            changes,
        } = explanation;
        Self {
            line,
            record,
            is_wrapped,
            way,
            left,
            kind: kind.map(Into::into),
            kind_from: kind_from.map(|index| index as u32),
            parts: all(parts),
            fields: all(fields),
            notes: all(notes),
            changes: changes.into(),
        }
    }
}

impl From<explain::LinePart> for wit::LinePart {
    fn from(part: explain::LinePart) -> Self {
        let explain::LinePart { name, start, end, source } = part;
        Self { name, start: start as u64, end: end as u64, source: source.into() }
    }
}

impl From<explain::PartSource> for wit::Source {
    fn from(source: explain::PartSource) -> Self {
        match source {
            explain::PartSource::Field(index) => Self::Field(index as u32),
            explain::PartSource::Catalog => Self::Catalog,
            explain::PartSource::Configuration => Self::Configuration,
            explain::PartSource::Reception => Self::Reception,
            explain::PartSource::Wrapper => Self::Wrapper,
            explain::PartSource::Default => Self::Default,
            explain::PartSource::Format => Self::Format,
        }
    }
}

impl From<explain::RecordField> for wit::RecordField {
    fn from(field: explain::RecordField) -> Self {
        let explain::RecordField { name, value, start, end, fate, parts, notes } = field;
        Self {
            name,
            value,
            start: start as u64,
            end: end as u64,
            fate: fate.into(),
            parts: parts.into_iter().map(|index| index as u32).collect(),
            notes: all(notes),
        }
    }
}

impl From<explain::Fate> for wit::Fate {
    fn from(fate: explain::Fate) -> Self {
        match fate {
            explain::Fate::Written => Self::Written,
            explain::Fate::Absent => Self::Absent,
            explain::Fate::Repeated => Self::Repeated,
            explain::Fate::Dropped => Self::Dropped,
        }
    }
}

impl From<explain::Note> for wit::Note {
    fn from(note: explain::Note) -> Self {
        Self { change: note.change().map(Into::into), why: note.as_str().into(), message: note.to_string() }
    }
}

impl From<Change> for wit::Change {
    fn from(change: Change) -> Self {
        match change {
            Change::Renamed => Self::Renamed,
            Change::Replaced => Self::Replaced,
            Change::Truncated => Self::Truncated,
            Change::Dropped => Self::Dropped,
            Change::Repeated => Self::Repeated,
            Change::Unreadable => Self::Unreadable,
            Change::Redacted => Self::Redacted,
        }
    }
}

impl From<explain::PartNote> for wit::PartNote {
    fn from(note: explain::PartNote) -> Self {
        let explain::PartNote { source, note } = note;
        Self { source: source.into(), note: note.into() }
    }
}

impl From<&catalog::Kind> for wit::Kind {
    fn from(kind: &catalog::Kind) -> Self {
        Self {
            name: kind.name.into(),
            name_four: kind.name_4_0.into(),
            name_pt: kind.name_pt.into(),
            origin: kind.origin.into(),
            ids: all(kind.ids),
            keys: kind.keys.iter().map(|key| key.name().into()).collect(),
        }
    }
}

impl From<&catalog::EventId> for wit::EventId {
    fn from(id: &catalog::EventId) -> Self {
        Self { id: id.id.into(), severity: Severity::from(id).cef(), name: id.name.into() }
    }
}

/// Converts each item of a list.
fn all<T, U: From<T>>(items: impl IntoIterator<Item = T>) -> Vec<U> {
    items.into_iter().map(Into::into).collect()
}
