//! What reading, resolving and writing tell a listener: which piece of the line is of which source,
//! and what is changed why.
//!
//! On the way of a batch nobody listens: the listener is `()`, and the compiler leaves nothing of
//! it. [`Recorder`] keeps everything. A line that is too long is written again with one, which then
//! knows what can be taken out; an explanation is made of one.

use std::ops::Range;

use crate::catalog::Found;
use crate::changes::{Changes, Why};
use crate::key::Key;

/// Where something in a line is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Source {
    /// The format: its own signs, and labels that it asks for.
    #[default]
    Format,
    /// What is written of events of which nobody says it, such as a severity of 5.
    Default,
    /// The field of this index in the record.
    Field(u16),
    /// The catalog.
    Catalog,
    /// The configuration.
    Configuration,
    /// The time of reception.
    Reception,
}

/// How dispensable a part of a line is, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    /// It can be cut but not left out.
    Header,
    /// A field that is documented for the event or for all events.
    Documented,
    /// Any other field.
    Extra,
}

/// What begins an escape sequence of two characters in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    None,
    Backslash,
    Quote,
    BackslashAndQuote,
}

/// A text in a line, its name and its source.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// What the standard calls it, unless the line has the name itself, at the piece's start.
    pub(crate) name: Option<&'static str>,
    /// All of it: a name that is in the line, signs and the text.
    pub(crate) whole: Range<usize>,
    pub(crate) text: Range<usize>,
    pub(crate) escapes: Escapes,
    pub(crate) source: Source,
}

/// What can be taken out of a line as one: a field with its separator, or a label and its value.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) whole: Range<usize>,
    /// Its pieces, as indices.
    pub(crate) pieces: Range<usize>,
    pub(crate) rank: Rank,
}

/// A member of a record's object as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Where its name is in the record, with its quotes.
    pub(crate) name: Range<usize>,
    pub(crate) value: Range<usize>,
    /// The index of the field that it became. Members that repeat a name are one field.
    pub(crate) field: u16,
}

/// What a record was found to be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The text of the record, from the object's first byte on.
    pub(crate) record: Vec<u8>,
    pub(crate) found: Option<Found>,
    /// The index of the field by which the catalog's kind was found.
    pub(crate) found_by: Option<u16>,
    pub(crate) fields: Vec<SeenField>,
}

/// What a field of the record was found to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenField {
    pub(crate) is_absent: bool,
    /// What the field could say of the event as a whole, if it does not.
    pub(crate) unused_role: Option<UnusedRole>,
}

/// Why a field that may describe the event as a whole does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnusedRole {
    /// What it could say, such as `time`.
    pub(crate) role: &'static str,
    /// The key of the field that says it instead. Without one, this field cannot be read as that.
    pub(crate) said_by: Option<Key>,
}

/// Listens. What a listener does not care about, it leaves out.
pub(crate) trait Trace {
    /// Whether it listens at all: if not, nothing is prepared for it.
    const LISTENS: bool;

    /// A record begins to be read; what was read before is forgotten.
    fn begin(&mut self) {}

    /// A member was read.
    fn member(&mut self, _member: Member) {}

    /// The record that was begun has been read, and ends at this offset.
    fn end(&mut self, _offset: usize) {}

    /// The record that was read is inside of another, whose time serves for it if it has one.
    fn unwrapped(&mut self, _has_time: bool) {}

    /// A record is an event, about to be written.
    fn resolved(&mut self, _seen: Seen) {}

    /// What is written and changed from here on is from this source.
    fn about(&mut self, _source: Source) {}

    /// A piece of the line was written.
    fn wrote(&mut self, _name: Option<&'static str>, _whole: Range<usize>, _text: Range<usize>, _escapes: Escapes) {}

    /// What was written since the last part is one.
    fn part(&mut self, _whole: Range<usize>, _rank: Rank) {}

    /// The byte at `offset` opens a list of parts. Each begins with a separator, but for the first.
    fn open_list(&mut self, _offset: usize) {}

    /// Something was changed.
    fn changed(&mut self, _why: Why) {}

    /// The recorder, if it is one.
    fn recorder(&mut self) -> Option<&mut Recorder> {
        None
    }
}

impl Trace for () {
    const LISTENS: bool = false;
}

/// Counts changes and tells a listener.
#[derive(Debug, Default)]
pub(crate) struct Notes<T> {
    pub(crate) changes: Changes,
    pub(crate) trace: T,
}

impl<T: Trace> Notes<T> {
    /// Counts a change.
    #[inline(always)] // One addition where nobody listens.
    pub(crate) fn changed(&mut self, why: Why) {
        self.changes.count(why);
        self.trace.changed(why);
    }

    /// Counts a change of what is at this offset of the line.
    pub(crate) fn changed_at(&mut self, offset: usize, why: Why) {
        if let Some(recorder) = self.trace.recorder() {
            let piece = recorder.pieces.iter().find(|piece| piece.whole.contains(&offset));
            let source = piece.map_or(Source::Format, |piece| piece.source);
            recorder.about(source);
        }
        self.changed(why);
    }

    /// Counts a change if there is one.
    #[inline(always)] // As above.
    pub(crate) fn changed_if(&mut self, is_changed: bool, why: Why) {
        if is_changed {
            self.changed(why);
        }
    }

    /// What is written and changed from here on is from the source that `source` gives.
    #[inline(always)] // Nothing where nobody listens.
    pub(crate) fn about(&mut self, source: impl FnOnce() -> Source) {
        if T::LISTENS {
            self.trace.about(source());
        }
    }
}

/// Keeps all that it hears.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    source: Source,
    pub(crate) members: Vec<Member>,
    /// The offset after the record's last byte.
    pub(crate) record_end: usize,
    /// Whether the object around the record gives a time, if there is one.
    pub(crate) wrapper: Option<bool>,
    pub(crate) seen: Seen,
    /// In the order of the line.
    pub(crate) pieces: Vec<Piece>,
    /// In the order of the line.
    pub(crate) parts: Vec<Part>,
    /// The offset of the byte that opens the list of parts.
    pub(crate) list: Option<usize>,
    pub(crate) changes: Vec<(Source, Why)>,
}

impl Trace for Recorder {
    const LISTENS: bool = true;

    fn begin(&mut self) {
        *self = Self::default();
    }

    fn member(&mut self, member: Member) {
        self.members.push(member);
    }

    fn end(&mut self, offset: usize) {
        self.record_end = offset;
    }

    fn unwrapped(&mut self, has_time: bool) {
        self.wrapper = Some(has_time);
    }

    fn resolved(&mut self, seen: Seen) {
        self.seen = seen;
    }

    fn about(&mut self, source: Source) {
        self.source = source;
    }

    fn wrote(&mut self, name: Option<&'static str>, whole: Range<usize>, text: Range<usize>, escapes: Escapes) {
        self.pieces.push(Piece { name, whole, text, escapes, source: self.source });
    }

    fn part(&mut self, whole: Range<usize>, rank: Rank) {
        let first = self.parts.last().map_or(0, |part| part.pieces.end);
        // Pieces before it that are of no part cannot be taken out.
        let unassigned = self.pieces.get(first..).unwrap_or_default();
        let first = first + unassigned.partition_point(|piece| piece.whole.start < whole.start);
        self.parts.push(Part { whole, pieces: first..self.pieces.len(), rank });
    }

    fn open_list(&mut self, offset: usize) {
        self.list = Some(offset);
    }

    fn changed(&mut self, why: Why) {
        self.changes.push((self.source, why));
    }

    fn recorder(&mut self) -> Option<&mut Recorder> {
        Some(self)
    }
}
