//! What becomes of a batch: lines, and records that did not become one: which, where in the batch,
//! and why.

use std::fmt;
use std::ops::Range;

use crate::changes::Changes;
use crate::json::{Error, Expected, FoundByte};

/// What became of a batch: every record of it is either a line or a rejection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Output {
    /// The lines in the order of their records, each ended by a line feed or framed as configured.
    pub lines: Vec<u8>,
    /// How many lines there are.
    pub written: u64,
    /// The records that are no line, in order.
    pub rejections: Vec<Rejection>,
    /// How the lines differ from their records.
    pub changes: Changes,
}

impl Output {
    /// Forgets everything but the allocations.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.written = 0;
        self.rejections.clear();
        self.changes = Changes::default();
    }
}

/// A record that was not turned into a line. Its [`Display`](fmt::Display) says what was expected,
/// what was found and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Its number among the records of the batch, rejected ones included, from 0.
    pub index: u64,
    /// Where it stands in the batch, in bytes.
    pub range: Range<usize>,
    pub(crate) problem: Problem,
}

/// Why a record was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is not JSON.
    Malformed,
    /// It is JSON, but no object.
    NotAnObject,
    /// It is longer than `max_record_bytes`.
    TooLong,
    /// It is nested deeper than `max_depth`.
    TooDeep,
    /// It has more fields than `max_fields`.
    TooManyFields,
    /// `record` points to nothing, or to what is no record.
    NoRecord,
    /// It has no event id, no event name and no message type.
    NotAnEvent,
    /// Its kind is not in the catalog, and `unknown_events` is `reject`.
    UnknownEvent,
    /// Its line is longer than `max_bytes`, with all gone that can.
    LineTooLong,
    /// It was to be one record, and is none or several.
    NotOne,
}

impl Reason {
    /// The reason as a word, the same in every host.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::NotAnObject => "not-an-object",
            Self::TooLong => "too-long",
            Self::TooDeep => "too-deep",
            Self::TooManyFields => "too-many-fields",
            Self::NoRecord => "no-record",
            Self::NotAnEvent => "not-an-event",
            Self::UnknownEvent => "unknown-event",
            Self::LineTooLong => "line-too-long",
            Self::NotOne => "not-one",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The reason as a word.
#[cfg(feature = "serde")]
impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Rejection {
    /// Why, in one word.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.problem.reason()
    }

    /// Whether this is a further piece of a record that was rejected before and is longer than a
    /// [`Stream`](crate::Stream) keeps: of the same number, for the same reason, and no other
    /// record.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        matches!(self.problem, Problem::GoesOn { .. })
    }

    /// The rejection of the next piece of the same record.
    #[must_use]
    pub fn next_piece(&self, range: Range<usize>) -> Self {
        Self { index: self.index, range, problem: Problem::GoesOn { reason: self.reason() } }
    }
}

/// `{"index": 1, "start": 49, "end": 58, "reason": "malformed", "message": "expected ..."}`
#[cfg(feature = "serde")]
impl serde::Serialize for Rejection {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut rejection = serializer.serialize_struct("Rejection", 5)?;
        rejection.serialize_field("index", &self.index)?;
        rejection.serialize_field("start", &self.range.start)?;
        rejection.serialize_field("end", &self.range.end)?;
        rejection.serialize_field("reason", &self.reason())?;
        rejection.serialize_field("message", &self.to_string())?;
        rejection.end()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(f)
    }
}

/// A reason with its particulars; offsets count from the start of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    Malformed { expected: Expected, found: Option<u8>, at: usize },
    NotAnObject { found: &'static str },
    TooLong { limit: usize },
    TooDeep { at: usize },
    TooManyFields { at: usize },
    NoRecord { inner: Inner },
    NotAnEvent,
    UnknownEvent,
    LineTooLong { limit: usize, least: usize },
    NotOne { found: u64 },
    GoesOn { reason: Reason },
}

/// What is wrong with the record inside an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inner {
    /// There is nothing where it should be.
    Missing,
    /// It is neither an object nor a string.
    NotARecord,
    /// The text there is no JSON object; offsets count from the start of the text.
    Text(Box<Problem>),
}

impl Problem {
    /// Why, in one word.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Malformed { .. } => Reason::Malformed,
            Self::NotAnObject { .. } => Reason::NotAnObject,
            Self::TooLong { .. } => Reason::TooLong,
            Self::TooDeep { .. } => Reason::TooDeep,
            Self::TooManyFields { .. } => Reason::TooManyFields,
            Self::NoRecord { .. } => Reason::NoRecord,
            Self::NotAnEvent => Reason::NotAnEvent,
            Self::UnknownEvent => Reason::UnknownEvent,
            Self::LineTooLong { .. } => Reason::LineTooLong,
            Self::NotOne { .. } => Reason::NotOne,
            Self::GoesOn { reason } => *reason,
        }
    }

    /// What is wrong with a record that broke off at the offset `at` of `bytes`.
    pub(crate) fn new(error: Error, at: usize, bytes: &[u8]) -> Self {
        match error {
            Error::Expected(expected) => Self::Malformed { expected, found: bytes.get(at).copied(), at },
            Error::TooDeep => Self::TooDeep { at },
            Error::TooManyFields => Self::TooManyFields { at },
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { expected, found, at } => {
                write!(f, "expected {expected}, found {} at byte {at}", FoundByte(*found))
            }
            Self::NotAnObject { found } => write!(f, "expected a JSON object, found {found}"),
            Self::TooLong { limit } => write!(f, "expected at most {limit} bytes, found more (max_record_bytes)"),
            Self::TooDeep { at } => write!(f, "expected less nesting, found one level too many at byte {at} (max_depth)"),
            Self::TooManyFields { at } => write!(f, "expected fewer fields, found one too many at byte {at} (max_fields)"),
            Self::NoRecord { inner: Inner::Missing } => f.write_str("expected a record where `record` points, found nothing"),
            Self::NoRecord { inner: Inner::NotARecord } => {
                f.write_str("expected an object or its JSON text where `record` points, found another value")
            }
            Self::NoRecord { inner: Inner::Text(problem) } => write!(f, "in the text that holds the record: {problem}"),
            Self::NotAnEvent => f.write_str(
                "expected an event id (event_id, eventId, id), an event name (event_name, event, name) or a suid of the message type table, found none; `record` tells where in an object the record is",
            ),
            Self::LineTooLong { limit, least } => {
                write!(f, "expected a line of at most {limit} bytes, found {least} that can be neither dropped nor cut (max_bytes)")
            }
            Self::NotOne { found } => write!(f, "expected one record, found {found}"),
            Self::GoesOn { .. } => f.write_str("goes on from what was rejected before"),
            Self::UnknownEvent => f.write_str("expected an event of the catalog, found an unknown one (unknown_events)"),
        }
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use crate::Transformer;
    use crate::config::Config;

    #[test]
    fn is_written_as_json() {
        let mut output = Output::default();
        Transformer::new(Config::default()).transform(b"{\"event_id\":17}\n oops\n", None, &mut output);
        let json = serde_json::to_string(&output.rejections).unwrap();
        let message = "expected a JSON object, found `o` at byte 0";
        assert_eq!(json, format!(r#"[{{"index":1,"start":17,"end":21,"reason":"malformed","message":"{message}"}}]"#));
    }
}
