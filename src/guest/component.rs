//! The component: `wit/transform.wit`.

use std::cell::RefCell;

use exports::senhasegura::siem::transform::{
    self as wit, ConfigError, EventId, Guest, GuestTransformer, Kind, Rejection,
};

use super::baked;
use crate::config::is_blank;
use crate::event::Severity;
use crate::{Config, Output, catalog};

wit_bindgen::generate!({ path: "wit", world: "transformer" });

struct Component;

export!(Component);

struct Transformer(RefCell<crate::Transformer>);

impl Guest for Component {
    type Transformer = Transformer;

    fn kinds() -> Vec<Kind> {
        let kind = |kind: &catalog::Kind| Kind {
            name: kind.name.into(),
            name_four: kind.name_4_0.into(),
            name_pt: kind.name_pt.into(),
            origin: kind.origin.into(),
            ids: kind.ids.iter().map(event_id).collect(),
            keys: kind.keys.iter().map(|key| key.name().into()).collect(),
        };
        catalog::CATALOG.iter().map(kind).collect()
    }
}

impl GuestTransformer for Transformer {
    fn create(config: String) -> Result<wit::Transformer, ConfigError> {
        let config = if is_blank(&config) { baked::config() } else { Config::from_json(&config) };
        match config {
            Ok(config) => Ok(wit::Transformer::new(Self(RefCell::new(crate::Transformer::new(config))))),
            Err(error) => Err(ConfigError { pointer: error.pointer().into(), message: error.message().into() }),
        }
    }

    fn transform(&self, batch: Vec<u8>, received: Option<u64>) -> wit::Output {
        let mut output = Output::default();
        self.0.borrow_mut().transform(&batch, received, &mut output);
        wit::Output {
            lines: output.lines,
            written: output.written,
            rejections: output.rejections.iter().map(rejection).collect(),
            changes: wit::Changes {
                renamed: output.changes.renamed,
                replaced: output.changes.replaced,
                truncated: output.changes.truncated,
                dropped: output.changes.dropped,
                repeated: output.changes.repeated,
            },
        }
    }

    fn transform_each(&self, records: Vec<Vec<u8>>, received: Option<u64>) -> Vec<Result<Vec<u8>, Rejection>> {
        let mut transformer = self.0.borrow_mut();
        let mut outcomes = Vec::with_capacity(records.len());
        for (index, record) in (0..).zip(&records) {
            let mut line = Vec::new();
            let outcome = transformer.transform_one(record, received, &mut line);
            outcomes.push(outcome.map(|_| line).map_err(|error| rejection(&error)));
        }
        outcomes
    }
}

fn rejection(rejection: &crate::Rejection) -> Rejection {
    Rejection {
        index: rejection.index,
        start: rejection.range.start as u64,
        end: rejection.range.end as u64,
        reason: reason(rejection.reason()),
        message: rejection.to_string(),
    }
}

fn reason(reason: crate::Reason) -> wit::Reason {
    match reason {
        crate::Reason::Malformed => wit::Reason::Malformed,
        crate::Reason::NotAnObject => wit::Reason::NotAnObject,
        crate::Reason::TooLong => wit::Reason::TooLong,
        crate::Reason::TooDeep => wit::Reason::TooDeep,
        crate::Reason::TooManyFields => wit::Reason::TooManyFields,
        crate::Reason::NoRecord => wit::Reason::NoRecord,
        crate::Reason::NotAnEvent => wit::Reason::NotAnEvent,
        crate::Reason::UnknownEvent => wit::Reason::UnknownEvent,
        crate::Reason::LineTooLong => wit::Reason::LineTooLong,
        crate::Reason::NotOne => wit::Reason::NotOne,
    }
}

fn event_id(id: &catalog::EventId) -> EventId {
    EventId { id: id.id.into(), severity: Severity::from_syslog(id.syslog_severity.into()).cef(), name: id.name.into() }
}
