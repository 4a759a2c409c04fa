//! Objects that carry a record: as the text of a field, as shippers put it there, or where the
//! option `record` points.

use super::object::Record;
use super::reader::{Limits, RecordReader};
use super::shape::Shapes;
use crate::bytes::{Buffer, Value};
use crate::catalog::{self, COMMON};
use crate::changes::Why;
use crate::json::{DEPTH_MAX, Error, Expected, Json, Pointer, is_space};
use crate::key::Key;
use crate::outcome::{Inner, Problem};
use crate::trace::{Notes, Source, Trace};

/// Where the record is inside each object.
#[derive(Debug, Clone)]
pub(crate) enum Wrapping {
    /// The object is the record, or one of its fields has its text.
    Unknown,
    /// The object is the record.
    Whole,
    Pointer(Pointer),
}

/// The fields in which shippers put a record's text.
const TEXTS: [Key; 2] = [Key::named("message"), Key::named("log")];
/// With [`COMMON`], what no wrapper has. Those of shippers may have an `id` or a `name`.
const OWN: [Key; 4] = [Key::named("event_id"), Key::named("eventId"), Key::named("event_name"), Key::named("event")];
const ID: Key = Key::named("id");
const NAME: Key = Key::named("name");

/// The text of an object in `message` or `log`, if nothing else in the record could be senhasegura's
/// own: what a field of a record says must not take the place of the record.
#[inline(never)] // Few records have a field of these.
pub(crate) fn wrapped(record: Record<'_>) -> Option<&[u8]> {
    let mut texts = TEXTS.into_iter().filter_map(|key| Some(record.scalar(key)?.bytes()));
    let text = texts.find(|text| text.trim_ascii_start().starts_with(b"{"))?;
    is_strange(record).then_some(text)
}

/// Whether the catalog does not know the record and it has no field of senhasegura's.
fn is_strange(record: Record<'_>) -> bool {
    let has_own = OWN.iter().chain(COMMON.iter()).any(|&key| record.scalar(key).is_some());
    let visible = |key| record.scalar(key).and_then(Value::visible);
    let known = visible(ID).is_some_and(|id| catalog::by_id(id.bytes()).is_some())
        || visible(NAME).is_some_and(|name| catalog::by_name(name.bytes()).is_some());
    !has_own && !known
}

impl Wrapping {
    /// Whether the record to be written is inside of this one.
    #[inline(always)] // Two look-ups, once a record.
    pub(crate) fn is_wrapper(&self, record: Record<'_>) -> bool {
        match self {
            Self::Unknown => TEXTS.iter().any(|&key| record.index_of(key).is_some()) && wrapped(record).is_some(),
            Self::Whole => false,
            Self::Pointer(_) => true,
        }
    }
}

/// Reads the records inside of others, one after the other, into buffers that it keeps.
#[derive(Debug)]
pub(crate) struct Unwrapper {
    reader: RecordReader,
    /// The text that begins with the record.
    text: Buffer,
    /// Where in it the record begins.
    start: usize,
}

impl Unwrapper {
    pub(crate) fn new() -> Self {
        Self { reader: RecordReader::new(), text: Buffer::default(), start: 0 }
    }

    /// The record that was read last.
    pub(crate) fn record(&self) -> Record<'_> {
        self.reader.record(self.text.get(self.start..).unwrap_or_default())
    }

    /// Reads the record that is all of `text`, which is UTF-8.
    ///
    /// # Errors
    ///
    /// If there is none, or something else beside it.
    pub(crate) fn read_text<T: Trace>(
        &mut self,
        text: &[u8],
        shapes: &mut Shapes,
        limits: &Limits,
        notes: &mut Notes<T>,
    ) -> Result<(), Problem> {
        self.text.clear();
        self.text.append(text);
        self.read(shapes, limits, notes)
    }

    /// Reads the record that the pointer finds in the object that `window` begins with, and that has
    /// been read before.
    ///
    /// # Errors
    ///
    /// If there is none, or it is beyond a bound.
    pub(crate) fn read_pointed<T: Trace>(
        &mut self,
        pointer: &Pointer,
        window: &[u8],
        shapes: &mut Shapes,
        limits: &Limits,
        notes: &mut Notes<T>,
    ) -> Result<(), Problem> {
        let missing = |inner| Err(Problem::NoRecord { inner });
        let mut json = Json::new(window);
        let found = json.locate(pointer.tokens(), &mut self.text).ok().flatten();
        self.text.clear();
        let mut damaged = false;
        match found {
            Some(b'{') => self.read_object(&mut json, shapes, limits, notes)?,
            Some(b'"') => {
                let Ok(text) = json.string(&mut self.text, &mut damaged) else { return missing(Inner::Missing) };
                if self.text.is_empty() {
                    self.text.append(text.get(window, &[]));
                }
                self.read(shapes, limits, notes)?;
            }
            Some(_) => return missing(Inner::NotARecord),
            None => return missing(Inner::Missing),
        }
        notes.trace.unwrapped(false);
        notes.about(|| Source::Format);
        notes.changed_if(damaged, Why::NotUnicode);
        Ok(())
    }

    /// Reads the object that is the next token of `json` and has been read as JSON before.
    fn read_object<T: Trace>(
        &mut self,
        json: &mut Json<'_>,
        shapes: &mut Shapes,
        limits: &Limits,
        notes: &mut Notes<T>,
    ) -> Result<(), Problem> {
        let start = json.at();
        let _ = json.skip(DEPTH_MAX);
        self.start = 0;
        self.text.append(json.window().get(start..json.at()).unwrap_or_default());
        let mut json = Json::new(&self.text);
        let read = self.reader.read(&mut json, shapes, limits, notes);
        // This is about its bounds.
        read.map_err(|error| Problem::new(error, start + json.at(), &[]))
    }

    /// Reads the record that is all of the text.
    fn read<T: Trace>(&mut self, shapes: &mut Shapes, limits: &Limits, notes: &mut Notes<T>) -> Result<(), Problem> {
        // Offsets in problems count from the start of the text, those in the record from its brace.
        self.start = self.text.iter().take_while(|byte| is_space(byte)).count();
        // What was read as a text has been made UTF-8.
        let mut json = Json::checked(self.text.get(self.start..).unwrap_or_default(), true);
        let outcome = self.reader.read(&mut json, shapes, limits, notes).and_then(|()| match json.next_token() {
            None => Ok(()),
            Some(_) => Err(Error::Expected(Expected::End)),
        });
        outcome.map_err(|error| {
            let problem = Problem::new(error, self.start + json.at(), &self.text);
            Problem::NoRecord { inner: Inner::Text(Box::new(problem)) }
        })
    }
}
