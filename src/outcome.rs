//! The outcome of a batch: its lines, and for each rejected record its place and the reason.

use std::fmt;
use std::ops::Range;

use crate::changes::Changes;
use crate::json::{Error, Expected, FoundByte};

/// The result of a batch. Every record becomes either a line or a rejection.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Output {
    /// The lines in the order of their records, each ended by a line feed or framed as configured.
    pub lines: Vec<u8>,
    /// The number of lines.
    pub written: u64,
    /// The rejected records, in the order of the batch.
    pub rejections: Vec<Rejection>,
    /// The differences between all lines and their records.
    pub changes: Changes,
}

impl Output {
    /// Clears the output and keeps its allocations.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.written = 0;
        self.rejections.clear();
        self.changes = Changes::default();
    }
}

/// A record that did not become a line. Its [`Display`](fmt::Display) says what was expected, what
/// was found and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The index of the record in the batch, rejected records included.
    pub index: u64,
    /// The range of its bytes in the batch.
    pub range: Range<usize>,
    pub(crate) problem: Box<Problem>,
}

/// The reason why a record is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The record is neither JSON nor CEF nor syslog.
    Malformed,
    /// The record is JSON but not an object.
    NotAnObject,
    /// The record is longer than `max_record_bytes`.
    TooLong,
    /// The record is nested deeper than `max_depth`.
    TooDeep,
    /// The record has more fields than `max_fields`.
    TooManyFields,
    /// The option `record` points to nothing, or to something that is not a record; or the text that holds
    /// the record is not one.
    NoRecord,
    /// The record has no event id, no event name and no message type, or is of another vendor.
    NotAnEvent,
    /// The catalog does not hold the event, and `unknown_events` is `reject`.
    UnknownEvent,
    /// The line is longer than `max_bytes` even without everything that can be dropped or cut.
    LineTooLong,
    /// The bytes hold no record, or several, where exactly one is expected.
    NotOne,
}

impl Reason {
    /// Every reason, in the order of their numbers.
    pub const ALL: [Self; Self::NotOne as usize + 1] = [
        Self::Malformed,
        Self::NotAnObject,
        Self::TooLong,
        Self::TooDeep,
        Self::TooManyFields,
        Self::NoRecord,
        Self::NotAnEvent,
        Self::UnknownEvent,
        Self::LineTooLong,
        Self::NotOne,
    ];

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
    /// The reason, for programs.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.problem.reason()
    }

    /// Returns whether this rejection continues the one before it: another piece of the same
    /// record, which was longer than a [`Stream`](crate::Stream) keeps.
    #[must_use]
    pub fn is_continuation(&self) -> bool {
        matches!(*self.problem, Problem::Continuation { .. })
    }

    /// Returns the rejection of the next piece of the same record, which is at `range`.
    #[must_use]
    pub fn continuation(&self, range: Range<usize>) -> Self {
        Self { index: self.index, range, problem: Problem::Continuation { reason: self.reason() }.boxed() }
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

/// A reason with its details; offsets count from the start of the record. It is passed in a box, as
/// what may fail mostly does not.
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
    OtherVendor { vendor: String },
    LineTooLong { limit: usize, least: usize },
    NotOne { found: u64 },
    Continuation { reason: Reason },
}

/// What is wrong with the record inside an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inner {
    /// The pointer finds nothing.
    Missing,
    /// The pointer finds neither an object nor a string.
    NotARecord,
    /// There are more than this many texts and objects around it.
    TooDeep { levels: usize },
    /// The text is not a JSON object; offsets count from the start of the text.
    Text(Box<Problem>),
}

impl Problem {
    #[cold]
    #[inline(never)] // Core modules hold one copy.
    pub(crate) fn boxed(self) -> Box<Self> {
        Box::new(self)
    }

    /// The reason, for programs.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Malformed { .. } => Reason::Malformed,
            Self::NotAnObject { .. } => Reason::NotAnObject,
            Self::TooLong { .. } => Reason::TooLong,
            Self::TooDeep { .. } => Reason::TooDeep,
            Self::TooManyFields { .. } => Reason::TooManyFields,
            Self::NoRecord { .. } => Reason::NoRecord,
            Self::NotAnEvent | Self::OtherVendor { .. } => Reason::NotAnEvent,
            Self::UnknownEvent => Reason::UnknownEvent,
            Self::LineTooLong { .. } => Reason::LineTooLong,
            Self::NotOne { .. } => Reason::NotOne,
            Self::Continuation { reason } => *reason,
        }
    }

    /// Returns whether there are several records where one was read.
    pub(crate) fn is_several(&self) -> bool {
        matches!(self, Self::NotOne { .. })
    }

    /// Returns whether the object around what has this problem may be the record.
    pub(crate) fn leaves_the_wrapper(&self) -> bool {
        // What is too long is an event.
        !matches!(self, Self::LineTooLong { .. } | Self::OtherVendor { .. } | Self::NotOne { .. })
    }

    /// Creates the problem of an event of another vendor.
    pub(crate) fn of_vendor(vendor: &[u8]) -> Box<Self> {
        const SHOWN_MAX: usize = 63;
        let shown = vendor.get(..SHOWN_MAX).unwrap_or(vendor);
        Self::OtherVendor { vendor: shown.escape_ascii().to_string() }.boxed()
    }

    /// Creates the problem of a record in which reading failed at the offset `at` of `bytes`.
    pub(crate) fn new(error: Error, at: usize, bytes: &[u8]) -> Box<Self> {
        match error {
            Error::Expected(expected) => Self::Malformed { expected, found: bytes.get(at).copied(), at },
            Error::TooDeep => Self::TooDeep { at },
            Error::TooManyFields => Self::TooManyFields { at },
        }
        .boxed()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { expected, found, at } => {
                write!(f, "expected {expected}, found {} at byte {at}", FoundByte(*found))
            }
            Self::NotAnObject { found } => write!(f, "expected a JSON object, found {found}"),
            Self::TooLong { limit } => write!(f, "expected a record of at most {limit} bytes, found a longer one (max_record_bytes)"),
            Self::TooDeep { at } => write!(f, "expected less nesting, found one level too many at byte {at} (max_depth)"),
            Self::TooManyFields { at } => write!(f, "expected fewer fields, found one too many at byte {at} (max_fields)"),
            Self::NoRecord { inner: Inner::Missing } => f.write_str("expected a record where the option `record` points, found nothing"),
            Self::NoRecord { inner: Inner::NotARecord } => {
                f.write_str("expected an object, an array of records or the text of a record where the option `record` points, found another value")
            }
            Self::NoRecord { inner: Inner::TooDeep { levels } } => {
                write!(f, "expected a record nested in at most {levels} texts and objects, found more")
            }
            Self::NoRecord { inner: Inner::Text(problem) } => write!(f, "in the text that holds the record: {problem}"),
            Self::NotAnEvent => f.write_str(
                "expected an event id (event_id, eventId or an id that is in the catalog), an event name (event_name, event or name) or a suid of the message type table, found none (if the event is inside, set the option `record`)",
            ),
            Self::LineTooLong { limit, least } => {
                write!(f, "expected a line of at most {limit} bytes, found {least} that can be neither dropped nor cut (max_bytes)")
            }
            Self::OtherVendor { vendor } => write!(f, "expected an event whose vendor is MT4, found the vendor `{vendor}`"),
            Self::NotOne { found } => write!(f, "expected one record, found {found}"),
            Self::Continuation { .. } => f.write_str("another piece of the record that was rejected before it"),
            Self::UnknownEvent => f.write_str("expected an event that is in the catalog, found one that is not (unknown_events)"),
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
        let message = "expected JSON, CEF or syslog, found `o` at byte 0";
        assert_eq!(json, format!(r#"[{{"index":1,"start":17,"end":21,"reason":"malformed","message":"{message}"}}]"#));
    }
}
