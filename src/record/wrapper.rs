//! What is not a record of senhasegura's own shape to a record: a text, an object of another
//! dialect, or either of them inside an object.

use std::ops::Range;

use super::around::{Around, Surroundings};
use super::fields::Content;
use super::foreign::{Holds, Target};
use super::object::{Record, is_list};
use super::options::{Input, ReadOptions};
use super::reader::{Limits, RecordReader};
use super::shape::{NODES_MAX, Shapes};
use super::signs::Signs;
use super::text::Text;
use crate::bytes::Buffer;
use crate::changes::LineChanges;
use crate::json::{Expected, Json, Pointer};
use crate::outcome::{Inner, Problem};
use crate::time::parse_millis;
use crate::trace::{Notes, Trace};

/// Where the record is inside each object.
#[derive(Debug, Clone)]
pub(crate) enum Wrapping {
    /// The object is the record, or it is of another dialect.
    Detect,
    /// The object is the record.
    Whole,
    /// What the way of most records does not stop for.
    Apart(Box<Apart>),
}

/// Where the record is, if it is not just the object, or what is done to it before it is written.
#[derive(Debug, Clone)]
pub(crate) enum Apart {
    Pointer(Pointer),
    /// It is there, and masked.
    Masked(Wrapping),
}

impl Wrapping {
    /// Returns where the record is, whether it is masked or not.
    pub(crate) fn place(&self) -> &Self {
        match self {
            Self::Apart(apart) => match &**apart {
                Apart::Masked(place) => place,
                Apart::Pointer(_) => self,
            },
            place => place,
        }
    }

    /// Returns where a pointer says that the record is.
    pub(crate) fn pointer(&self) -> Option<&Pointer> {
        match self.place() {
            Self::Apart(apart) => match &**apart {
                Apart::Pointer(pointer) => Some(pointer),
                Apart::Masked(_) => None,
            },
            _ => None,
        }
    }

    /// Returns whether this object may not be a record of senhasegura's own shape that is written as it is.
    #[inline(always)] // A load, once a record.
    pub(crate) fn is_foreign(&self, record: Record<'_>, shapes: &Shapes, options: &ReadOptions) -> bool {
        match self {
            Self::Detect => is_foreign(record, shapes, options),
            Self::Whole => false,
            Self::Apart(_) => true,
        }
    }
}

/// Returns whether a record has signs of another dialect that its values confirm.
#[inline(always)] // A load, once a record.
fn is_foreign(record: Record<'_>, shapes: &Shapes, options: &ReadOptions) -> bool {
    record.signs(shapes).are_foreign() && options.input == Input::Auto && are_confirmed(record, options)
}

#[inline(never)] // Few records have such names.
fn are_confirmed(record: Record<'_>, options: &ReadOptions) -> bool {
    (0..).zip(record.keys()).any(|(index, key)| {
        let signs = Signs::NONE.with(record.name(index), key);
        match record.content(index) {
            Content::Scalar(text) if signs.are_of_a_text() => {
                is_list(text.bytes()) || Text::new(text.bytes(), options).is_some()
            }
            Content::Absent => false,
            _ => signs.are_foreign(),
        }
    })
}

/// Reads records that are not simply there, one after the other, into buffers that it keeps.
#[derive(Debug)]
pub(crate) struct Unwrapper {
    reader: RecordReader,
    options: ReadOptions,
    around: Surroundings,
    /// The text that holds the record, and the one inside it.
    text: Buffer,
    next: Buffer,
    /// The records, if there are several.
    elements: Option<Elements>,
    targets: Targets,
    /// The changes before the record. Those of what is around it do not count.
    before: LineChanges,
}

/// What the names of flat objects stand for, by the index of the node of their shape.
#[derive(Debug, Default)]
struct Targets {
    kept: Vec<Option<Box<[Target]>>>,
    /// Of an object whose shape is not kept.
    spare: Vec<Target>,
}

impl Targets {
    /// Returns what the names of an object's fields stand for.
    fn of(&mut self, record: Record<'_>) -> &[Target] {
        let index = record.shape().index();
        if let Some(index) = index {
            if index >= self.kept.len() {
                self.kept.resize_with(NODES_MAX, || None);
            }
            if self.kept.get(index).is_some_and(Option::is_some) {
                return self.kept.get(index).and_then(Option::as_deref).unwrap_or_default();
            }
        }
        self.spare.clear();
        for name in record.names() {
            self.spare.push(match name {
                Ok(known) => Target::of_key(known.key(), known.spelling()),
                Err(name) => Target::of(name, true),
            });
        }
        if let Some(kept) = index.and_then(|index| self.kept.get_mut(index)) {
            *kept = Some(self.spare.as_slice().into());
        }
        &self.spare
    }
}

/// Records in one object.
#[derive(Debug)]
pub(crate) struct Elements {
    bytes: Vec<u8>,
    /// The offset of these bytes in those given; `None` if they were in a text.
    offset: Option<usize>,
    ranges: Vec<Range<usize>>,
    around: Surroundings,
}

impl Elements {
    /// The number of records.
    pub(crate) fn count(&self) -> usize {
        self.ranges.len()
    }

    /// Returns the range of a record in the bytes given.
    pub(crate) fn range(&self, index: usize) -> Option<Range<usize>> {
        let (offset, range) = (self.offset?, self.ranges.get(index)?);
        Some(offset + range.start..offset + range.end)
    }
}

/// The maximum number of texts and objects around a record.
const LEVELS_MAX: usize = 8;

/// The place of a text or an object.
#[derive(Debug, Clone, Copy)]
struct Place {
    bytes: Bytes,
    start: usize,
}

/// The bytes that a place is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bytes {
    /// Those given.
    Given,
    /// Those given, which are a line.
    Line,
    /// Those given, which are the text of a value.
    Value,
    /// The text of a value, which was copied.
    Copy,
}

impl Place {
    fn given() -> Self {
        Self { bytes: Bytes::Given, start: 0 }
    }

    /// Returns whether it is in the text of a value.
    fn is_in_value(self) -> bool {
        matches!(self.bytes, Bytes::Value | Bytes::Copy)
    }

    /// Returns the bytes that it is in.
    fn of<'b>(self, given: &'b [u8], text: &'b [u8]) -> &'b [u8] {
        if self.bytes == Bytes::Copy { text } else { given }
    }
}

/// What is to be read next.
#[derive(Debug, Clone, Copy)]
enum Step {
    Text(Place),
    Object(Place),
    /// An object that is not of senhasegura's own shape.
    Foreign(Place),
}

impl Unwrapper {
    pub(crate) fn new(limits: Limits, options: ReadOptions) -> Self {
        let (text, next) = (Buffer::default(), Buffer::default());
        Self {
            reader: RecordReader::new(limits),
            options,
            around: Surroundings::default(),
            text,
            next,
            elements: None,
            targets: Targets::default(),
            before: LineChanges::default(),
        }
    }

    pub(crate) fn options(&self) -> &ReadOptions {
        &self.options
    }

    /// Reads the record that the whole of `text` is. Returns `None` if it is not one of
    /// senhasegura's.
    ///
    /// # Errors
    ///
    /// If it is not whole, an event of another vendor, or exceeds a limit.
    pub(crate) fn read_text<'r, T: Trace>(
        &'r mut self,
        text: &'r [u8],
        received: Option<i64>,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<Option<(Record<'r>, Around<'r>)>, Box<Problem>> {
        self.begin(notes);
        let step = Step::Text(Place { bytes: Bytes::Line, start: 0 });
        let place = self.read(text, step, received, shapes, notes)?;
        Ok(place.map(|place| self.found(text, place, received, notes)))
    }

    /// Reads the record in an object that has been read as `outer`, and changed nothing if it
    /// `is_clean`. Returns `None` if there is none.
    ///
    /// # Errors
    ///
    /// As [`read_text`](Self::read_text).
    pub(crate) fn read_object<'r, T: Trace>(
        &'r mut self,
        outer: Record<'r>,
        is_clean: bool,
        received: Option<i64>,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<Option<(Record<'r>, Around<'r>)>, Box<Problem>> {
        self.begin(notes);
        let (window, place) = (outer.window(), Place::given());
        // An explanation needs the places of the members.
        let place = if !T::LISTENS && is_clean && outer.is_flat() {
            let Self { reader, options, around, targets, .. } = self;
            let targets = targets.of(outer);
            let found = match reader.read_flat(outer, targets, options, received, around, &mut notes.reading())? {
                Holds::TextOf(index) => {
                    let window = outer.field(index).map_or(&[][..], |field| field.value.bytes());
                    let step = Step::Text(Place { bytes: Bytes::Value, start: 0 });
                    let place = self.read(window, step, received, shapes, notes)?;
                    return Ok(place.map(|place| self.found(window, place, received, notes)));
                }
                found => found,
            };
            match self.next_of(window, place, found)? {
                Next::Record => Some(place),
                Next::Step(step) => self.read(window, step, received, shapes, notes)?,
                Next::Nothing => None,
            }
        } else {
            self.read(window, Step::Foreign(place), received, shapes, notes)?
        };
        Ok(place.map(|place| self.found(window, place, received, notes)))
    }

    /// Forgets what was around the last record, and keeps the changes before this one.
    fn begin<T: Trace>(&mut self, notes: &Notes<T>) {
        self.around.clear();
        self.before = notes.changes;
    }

    /// Forgets what follows from shapes, as their nodes are no longer valid.
    pub(crate) fn forget(&mut self) {
        self.targets.kept.clear();
    }

    /// Returns the records of what was read last, if there are several.
    pub(crate) fn take_elements(&mut self) -> Option<Elements> {
        self.elements.take()
    }

    /// Reads one of several records.
    ///
    /// # Errors
    ///
    /// As [`read_text`](Self::read_text), or if it is none.
    pub(crate) fn read_element<'r, T: Trace>(
        &'r mut self,
        elements: &'r Elements,
        index: usize,
        received: Option<i64>,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<(Record<'r>, Around<'r>), Box<Problem>> {
        self.around.clone_from(&elements.around);
        self.before = notes.changes;
        let window = elements.bytes.get(elements.ranges.get(index).cloned().unwrap_or_default()).unwrap_or_default();
        let step = self.step_at(window, Place::given());
        let step = step.ok_or(Problem::NoRecord { inner: Inner::NotARecord })?;
        let place = self.read(window, step, received, shapes, notes)?.ok_or(Problem::NotAnEvent)?;
        Ok(self.found(window, place, received, notes))
    }

    /// Reads the record that the pointer finds in the object at the start of `window`, which has
    /// been read as JSON.
    ///
    /// # Errors
    ///
    /// As [`read_text`](Self::read_text), or if it finds none.
    pub(crate) fn read_pointed<'r, T: Trace>(
        &'r mut self,
        pointer: &Pointer,
        window: &'r [u8],
        received: Option<i64>,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<(Record<'r>, Around<'r>), Box<Problem>> {
        self.begin(notes);
        // The time and the host of the object serve, whatever else it is.
        if self.options.input == Input::Auto {
            let _ = self.reader.read_foreign(window, &self.options, received, &mut self.around, &mut notes.reading());
        }
        let mut json = Json::new(window);
        let step = match json.locate(pointer.tokens(), &mut self.text).ok().flatten() {
            Some(b'[') => return self.read_array(window, json.at(), received, shapes, notes),
            Some(_) => self.step_at(window, Place { start: json.at(), ..Place::given() }),
            None => return Err(Problem::NoRecord { inner: Inner::Missing }.boxed()),
        };
        let step = step.ok_or(Problem::NoRecord { inner: Inner::NotARecord })?;
        let place = self.read(window, step, received, shapes, notes)?;
        let start = Place { start: json.at(), ..Place::given() };
        Ok(self.found(window, place.unwrap_or(start), received, notes))
    }

    /// Returns what is to be read of the value at this place: an object, the text of a string, or that
    /// in an array of a time and a text.
    fn step_at(&mut self, window: &[u8], place: Place) -> Option<Step> {
        let Self { text, next, around, options, .. } = self;
        let bytes = place.of(window, text);
        let mut json = Json::new(bytes);
        json.seek(place.start);
        next.clear();
        let string = match json.next_token()? {
            b'{' => return Some(Step::Object(Place { start: json.at(), ..place })),
            b'[' => {
                json.take(b'[');
                json.next_token().filter(|byte| *byte == b'"')?;
                let time = json.string(next, &mut false).ok()?;
                around.time = parse_millis(time.get(bytes, next), options.timezone).or(around.time);
                next.clear();
                json.another(b']', Expected::CommaOrBracket).ok()?;
                json.next_token()
            }
            byte => Some(byte),
        };
        string.filter(|byte| *byte == b'"')?;
        let string = json.string(next, &mut false).ok()?;
        // A string without escapes was not decoded.
        if next.is_empty() {
            next.append(string.get(bytes, &[]));
        }
        std::mem::swap(text, next);
        let place = Place { bytes: Bytes::Copy, start: 0 };
        // What is none of senhasegura's texts fails as JSON, which says what it is.
        Some(if Text::new(text, options).is_some() { Step::Text(place) } else { Step::Object(place) })
    }

    /// Reads texts and objects until one is the record, and returns its place; `None` if the first
    /// of them is none and holds none.
    fn read<T: Trace>(
        &mut self,
        window: &[u8],
        first: Step,
        received: Option<i64>,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<Option<Place>, Box<Problem>> {
        let mut step = first;
        for level in 0..LEVELS_MAX {
            let (Step::Text(place) | Step::Object(place) | Step::Foreign(place)) = step;
            notes.changes = self.before;
            let next = self.read_step(window, step, received, shapes, notes);
            let next = next.map_err(|problem| match place.is_in_value() {
                true => Problem::NoRecord { inner: Inner::Text(problem) }.boxed(),
                false => problem,
            })?;
            step = match (next, step) {
                (Next::Record, _) => return Ok(Some(place)),
                (Next::Step(next), _) => next,
                (Next::Nothing, Step::Foreign(_)) if level > 0 => {
                    self.read_own(window, place, shapes, notes)?;
                    return Ok(Some(place));
                }
                (Next::Nothing, _) => return Ok(None),
            };
        }
        Err(Problem::NoRecord { inner: Inner::TooDeep { levels: LEVELS_MAX } }.boxed())
    }

    fn read_step<T: Trace>(
        &mut self,
        window: &[u8],
        step: Step,
        received: Option<i64>,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<Next, Box<Problem>> {
        match step {
            Step::Text(place) => {
                let Self { reader, options, around, text, .. } = self;
                let bytes = place.of(window, text);
                let Some(text) = Text::new(bytes, options) else { return Ok(Next::Nothing) };
                Ok(match reader.read_text(&text, options, received, around, shapes, &mut notes.reading())? {
                    Some(start) if bytes.get(start) == Some(&b'[') => {
                        return self.several(window, place, &[start], true);
                    }
                    Some(start) => Next::Step(Step::Object(Place { start, ..place })),
                    None => Next::Record,
                })
            }
            Step::Object(place) => {
                self.read_own(window, place, shapes, notes)?;
                let record = self.reader.record(self.window(window, place));
                if is_foreign(record, shapes, &self.options) {
                    return Ok(Next::Step(Step::Foreign(place)));
                }
                if let Some(recorder) = notes.reading().recorder() {
                    recorder.way.push("a record of senhasegura's own shape".into());
                }
                Ok(Next::Record)
            }
            Step::Foreign(place) => {
                let Self { reader, options, around, text, .. } = self;
                let bytes = place.of(window, text);
                let bytes = bytes.get(place.start..).unwrap_or_default();
                let found = reader.read_foreign(bytes, options, received, around, &mut notes.reading())?;
                self.next_of(window, place, found)
            }
        }
    }

    /// Returns what is to be read next, after an object at `place` in which this was found.
    fn next_of(&mut self, window: &[u8], place: Place, found: Holds) -> Result<Next, Box<Problem>> {
        Ok(match found {
            Holds::Event => Next::Record,
            Holds::Text(span) => {
                let Self { reader, text, next, .. } = self;
                let bytes = place.of(window, text);
                next.clear();
                next.append(span.get(bytes.get(place.start..).unwrap_or_default(), &reader.decoded));
                std::mem::swap(text, next);
                Next::Step(Step::Text(Place { bytes: Bytes::Copy, start: 0 }))
            }
            Holds::Object(start) => Next::Step(Step::Object(Place { start: place.start + start, ..place })),
            Holds::Records(arrays) => return self.several(window, place, &arrays, false),
            Holds::TextOf(_) | Holds::Nothing => Next::Nothing,
        })
    }

    /// Returns what is to be read if these arrays of the object or the text at `place` hold one record.
    /// If they are `all` that is there, nothing may follow them.
    ///
    /// # Errors
    ///
    /// If they hold several, which are then in `elements`.
    fn several(&mut self, window: &[u8], place: Place, arrays: &[usize], all: bool) -> Result<Next, Box<Problem>> {
        let bytes = place.of(window, &self.text);
        let bytes = bytes.get(place.start..).unwrap_or_default();
        let mut ranges = Vec::new();
        for &start in arrays {
            let mut json = Json::new(bytes);
            json.seek(start);
            let read = json.elements(|range| ranges.push(range)).and_then(|()| if all { json.end() } else { Ok(()) });
            read.map_err(|error| Problem::new(error, json.at(), bytes))?;
        }
        match &*ranges {
            [] => Ok(Next::Nothing),
            [one] => {
                let mut place = Place { start: place.start + one.start, ..place };
                if place.bytes != Bytes::Given {
                    // Nothing follows it there.
                    self.next.clear();
                    self.next.append(bytes.get(one.clone()).unwrap_or_default());
                    std::mem::swap(&mut self.text, &mut self.next);
                    place = Place { bytes: Bytes::Copy, start: 0 };
                }
                let step = self.step_at(window, place);
                Ok(step.map_or(Next::Nothing, Next::Step))
            }
            _ => {
                let (found, offset) = (ranges.len() as u64, (!place.is_in_value()).then_some(place.start));
                self.elements = Some(Elements { bytes: bytes.to_vec(), offset, ranges, around: self.around.clone() });
                Err(Problem::NotOne { found }.boxed())
            }
        }
    }

    /// Reads an object as a record of senhasegura's own shape. Nothing may follow it in a text.
    fn read_own<T: Trace>(
        &mut self,
        window: &[u8],
        place: Place,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<(), Box<Problem>> {
        let Self { reader, text, .. } = self;
        let bytes = place.of(window, text);
        // Strings that have been read are UTF-8.
        let mut json = Json::with_utf8(bytes.get(place.start..).unwrap_or_default(), place.is_in_value());
        let is_all = place.bytes != Bytes::Given;
        let read = reader.read(&mut json, shapes, notes).and_then(|()| if is_all { json.end() } else { Ok(()) });
        read.map_err(|error| Problem::new(error, place.start + json.at(), bytes))
    }

    /// Reads the record in the array at the offset `start` of `window`.
    fn read_array<'r, T: Trace>(
        &'r mut self,
        window: &'r [u8],
        start: usize,
        received: Option<i64>,
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<(Record<'r>, Around<'r>), Box<Problem>> {
        let place = Place::given();
        let place = match self.several(window, place, &[start], false)? {
            Next::Step(step) => self.read(window, step, received, shapes, notes)?,
            _ => None,
        };
        Ok(self.found(window, place.ok_or(Problem::NoRecord { inner: Inner::NotARecord })?, received, notes))
    }

    #[inline(never)] // Core modules hold one copy.
    fn found<'r, T: Trace>(
        &'r self,
        window: &'r [u8],
        place: Place,
        received: Option<i64>,
        notes: &mut Notes<T>,
    ) -> (Record<'r>, Around<'r>) {
        notes.trace.unwrapped(self.around.time.is_some());
        (self.reader.record(self.window(window, place)), self.around.around(received))
    }

    fn window<'r>(&'r self, window: &'r [u8], place: Place) -> &'r [u8] {
        let bytes = place.of(window, &self.text);
        bytes.get(place.start..).unwrap_or_default()
    }
}

/// What a step found.
enum Next {
    /// The record, which has been read.
    Record,
    Step(Step),
    Nothing,
}
