//! Records which piece of a line comes from which source, and what is changed and why.
//!
//! While a batch is transformed, the trace is `()` and compiles to nothing. A [`Recorder`] is used
//! for explanations, and to write a line again that is too long.

use std::ops::Range;

use crate::catalog::Found;
use crate::changes::{LineChanges, Why};
use crate::key::Key;

/// Where a piece of a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Source {
    /// The format: its signs, and labels that it requires.
    #[default]
    Format,
    /// The value that is written if nothing else gives one, such as a severity of 5.
    Default,
    /// The field with this index in the record.
    Field(u16),
    /// The catalog.
    Catalog,
    /// The configuration.
    Configuration,
    /// The time of reception.
    Reception,
    /// What is around the record.
    Around,
}

/// How dispensable a group is, the least dispensable first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    /// It can be cut but not dropped.
    Header,
    /// A field that is documented for the event or for all events.
    Documented,
    /// Any other field.
    Extra,
}

/// The characters that begin an escape sequence of two characters in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// None, in a field that holds ASCII only.
    Ascii,
    None,
    Backslash,
    Quote,
    BackslashAndQuote,
}

/// A text in a line, its name and its source.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    /// The name that the standard gives it; `None` if its name is in the line, at the start of
    /// `whole`.
    pub(crate) name: Option<&'static str>,
    /// All of it: its name if that is in the line, signs and the text.
    pub(crate) whole: Range<usize>,
    pub(crate) text: Range<usize>,
    pub(crate) escapes: Escapes,
    pub(crate) source: Source,
}

/// What can be dropped from a line as a whole: a field with its separator, or a label and its
/// value.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) whole: Range<usize>,
    /// The indices of its pieces.
    pub(crate) pieces: Range<usize>,
    pub(crate) rank: Rank,
}

/// A member of a record as it was read.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// The range of all of it in the record.
    pub(crate) whole: Range<usize>,
    pub(crate) name: NameOf,
    pub(crate) value: Range<usize>,
    /// The index of the field that it became. Members that repeat a name are one field.
    pub(crate) field: u16,
    /// Whether it has no value, which takes the place of no other.
    pub(crate) is_absent: bool,
    /// Whether another value of the field counts, though it came before.
    pub(crate) loses: bool,
}

/// The name of a member.
#[derive(Debug, Clone)]
pub(crate) enum NameOf {
    /// At this range of the record, without quotes.
    InRecord(Range<usize>),
    /// What the standard calls a field that has its place, and no name.
    Standard(&'static str),
}

/// What a record was resolved to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// The bytes from the record's first byte on.
    pub(crate) record: Vec<u8>,
    pub(crate) found: Option<Found>,
    /// The index of the field that determined the kind.
    pub(crate) found_by: Option<u16>,
    pub(crate) fields: Vec<SeenField>,
}

/// What a field of the record was resolved to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenField {
    pub(crate) is_absent: bool,
    /// The role that its key suggests, if it does not have it.
    pub(crate) unused_role: Option<UnusedRole>,
}

/// Why a field does not have the role that its key suggests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnusedRole {
    /// The role, such as `time`.
    pub(crate) role: &'static str,
    /// The key of the field that has the role. Without one, the value cannot be read as that.
    pub(crate) said_by: Option<Key>,
}

/// Records what happens to a record. By default, the methods do nothing.
pub(crate) trait Trace {
    /// Whether it records how the record is read and resolved. If not, nothing is prepared for it.
    const LISTENS: bool;

    /// The trace with which a line that is too long is written again.
    type Fitting: Trace;

    /// Makes that trace.
    fn fitting() -> Self::Fitting;

    /// Returns whether it records the line. If not, nothing is prepared for it.
    #[inline(always)] // A constant, or a load.
    fn is_recording(&self) -> bool {
        Self::LISTENS
    }

    /// Begins a record and forgets the one before.
    fn begin(&mut self) {}

    /// Records a member that was read.
    fn member(&mut self, _member: Member) {}

    /// Forgets the last member that became this field, as one whose name is better known takes its
    /// place, and which is not worth counting.
    fn displaced(&mut self, _field: u16) {}

    /// Forgets all members, as they are around the record, and with them what was changed in them.
    fn left_out(&mut self) {}

    /// Records the offset after the record's last byte.
    fn end(&mut self, _offset: usize) {}

    /// Records that the record is inside another object, and whether that gives a time.
    fn unwrapped(&mut self, _has_time: bool) {}

    /// Records the event that is about to be written.
    fn resolved(&mut self, _seen: Seen) {}

    /// Sets the source of what is written and changed from here on.
    fn about(&mut self, _source: Source) {}

    /// Records a piece of the line.
    fn wrote(&mut self, _name: Option<&'static str>, _whole: Range<usize>, _text: Range<usize>, _escapes: Escapes) {}

    /// Records a group of the line and the pieces in it.
    fn group(&mut self, _whole: Range<usize>, _rank: Rank) {}

    /// The byte at `offset` opens a list of groups. A separator stands before each group but the
    /// first.
    fn open_list(&mut self, _offset: usize) {}

    /// Records a change.
    fn changed(&mut self, _why: Why) {}

    /// Returns the recorder, if it is one.
    fn recorder(&mut self) -> Option<&mut Recorder> {
        None
    }
}

impl Trace for () {
    const LISTENS: bool = false;

    type Fitting = Recorder;

    fn fitting() -> Recorder {
        Recorder::default()
    }
}

/// The trace while a batch is transformed.
#[cfg(not(small))]
pub(crate) type Quiet = ();
#[cfg(small)]
pub(crate) type Quiet = OnDemand;

/// Records nothing but lines that are written again, and what of them can be dropped or cut. With it there is
/// one copy of the formatters, which asks, instead of two.
#[cfg(small)]
#[derive(Debug, Default)]
pub(crate) struct OnDemand(Option<Box<Recorder>>);

#[cfg(small)]
impl Trace for OnDemand {
    const LISTENS: bool = false;

    type Fitting = Self;

    fn fitting() -> Self {
        Self(Some(Box::default()))
    }

    #[inline(always)] // A load.
    fn is_recording(&self) -> bool {
        self.0.is_some()
    }

    fn about(&mut self, source: Source) {
        if let Some(recorder) = self.recorder() {
            recorder.about(source);
        }
    }

    fn wrote(&mut self, name: Option<&'static str>, whole: Range<usize>, text: Range<usize>, escapes: Escapes) {
        if let Some(recorder) = self.recorder() {
            recorder.wrote(name, whole, text, escapes);
        }
    }

    fn group(&mut self, whole: Range<usize>, rank: Rank) {
        if let Some(recorder) = self.recorder() {
            recorder.group(whole, rank);
        }
    }

    fn open_list(&mut self, offset: usize) {
        if let Some(recorder) = self.recorder() {
            recorder.open_list(offset);
        }
    }

    fn recorder(&mut self) -> Option<&mut Recorder> {
        self.0.as_deref_mut()
    }
}

/// Counts changes and records them.
#[derive(Debug, Default)]
pub(crate) struct Notes<T> {
    pub(crate) changes: LineChanges,
    pub(crate) trace: T,
}

impl<T: Trace> Notes<T> {
    /// Counts a change.
    #[inline(always)] // One addition without a recorder.
    pub(crate) fn changed(&mut self, why: Why) {
        self.changes.count(why);
        self.trace.changed(why);
    }

    /// Counts a change of the piece at this offset of the line.
    pub(crate) fn changed_at(&mut self, offset: usize, why: Why) {
        if T::LISTENS
            && let Some(recorder) = self.trace.recorder()
        {
            let piece = recorder.pieces.iter().find(|piece| piece.whole.contains(&offset));
            let source = piece.map_or(Source::Format, |piece| piece.source);
            recorder.about(source);
        }
        self.changed(why);
    }

    /// Counts a change if `is_changed`.
    #[inline(always)] // As above.
    pub(crate) fn changed_if(&mut self, is_changed: bool, why: Why) {
        if is_changed {
            self.changed(why);
        }
    }

    /// Sets the source of what is written and changed from here on to what `source` returns.
    #[inline(always)] // Nothing without a recorder.
    pub(crate) fn about(&mut self, source: impl FnOnce() -> Source) {
        if self.trace.is_recording() {
            self.trace.about(source());
        }
    }
}

impl<T: Trace> Notes<T> {
    /// Returns the notes for code that is compiled once for all traces.
    pub(crate) fn reading(&mut self) -> ReadNotes<'_> {
        let Self { changes, trace } = self;
        ReadNotes { changes, recorder: if T::LISTENS { trace.recorder() } else { None } }
    }
}

/// The notes of code that few records need, while it reads: it is compiled once for all traces.
pub(crate) struct ReadNotes<'n> {
    pub(crate) changes: &'n mut LineChanges,
    recorder: Option<&'n mut Recorder>,
}

impl ReadNotes<'_> {
    /// Returns the recorder, if there is one. In core modules, which explain nothing, there is none.
    pub(crate) fn recorder(&mut self) -> Option<&mut Recorder> {
        if cfg!(small) { None } else { self.recorder.as_deref_mut() }
    }

    /// Returns whether there is a recorder.
    pub(crate) fn is_recording(&self) -> bool {
        !cfg!(small) && self.recorder.is_some()
    }

    /// Sets the source of what is changed from here on.
    pub(crate) fn about(&mut self, source: Source) {
        if let Some(recorder) = self.recorder() {
            recorder.about(source);
        }
    }

    /// Counts a change if `is_changed`.
    pub(crate) fn changed_if(&mut self, is_changed: bool, why: Why) {
        if is_changed {
            self.changes.count(why);
            if let Some(recorder) = self.recorder() {
                recorder.changed(why);
            }
        }
    }
}

/// Records everything.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    source: Source,
    pub(crate) members: Vec<Member>,
    /// The offset after the record's last byte.
    pub(crate) record_end: usize,
    /// Whether the object around the record gives a time; `None` if the record is not wrapped.
    pub(crate) wrapper: Option<bool>,
    /// What was read to come to the record, from the outside in.
    pub(crate) way: Vec<String>,
    /// The names of what was left on the way.
    pub(crate) left: Vec<String>,
    pub(crate) seen: Seen,
    /// In the order of the line.
    pub(crate) pieces: Vec<Piece>,
    /// In the order of the line.
    pub(crate) groups: Vec<Group>,
    /// The offset of the byte that opens the list of groups.
    pub(crate) list: Option<usize>,
    pub(crate) changes: Vec<(Source, Why)>,
}

impl Trace for Recorder {
    const LISTENS: bool = true;

    type Fitting = Self;

    fn fitting() -> Self {
        Self::default()
    }

    fn begin(&mut self) {
        let (way, left) = (std::mem::take(&mut self.way), std::mem::take(&mut self.left));
        *self = Self { way, left, ..Self::default() };
    }

    fn member(&mut self, member: Member) {
        self.members.push(member);
    }

    fn left_out(&mut self) {
        self.members.clear();
        self.changes.iter_mut().for_each(|(source, _)| *source = Source::Around);
    }

    fn displaced(&mut self, field: u16) {
        let displaced = |member: &Member| member.field == field && !member.is_absent && !member.loses;
        if let Some(last) = self.members.iter().rposition(displaced) {
            self.members.remove(last);
        }
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

    fn group(&mut self, whole: Range<usize>, rank: Rank) {
        let first = self.groups.last().map_or(0, |group| group.pieces.end);
        // Pieces before the group that belong to none cannot be dropped.
        let unassigned = self.pieces.get(first..).unwrap_or_default();
        let first = first + unassigned.partition_point(|piece| piece.whole.start < whole.start);
        self.groups.push(Group { whole, pieces: first..self.pieces.len(), rank });
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
