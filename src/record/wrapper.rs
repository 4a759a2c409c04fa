//! Records inside other objects: as text in `message` or `log`, or where the option `record`
//! points.

use super::object::Record;
use super::reader::{Limits, RecordReader};
use super::shape::Shapes;
use crate::bytes::{Buffer, Value};
use crate::catalog::{self, COMMON};
use crate::changes::Why;
use crate::json::{Error, Expected, Json, Pointer, is_space};
use crate::key::Key;
use crate::outcome::{Inner, Problem};
use crate::trace::{Notes, Source, Trace};

/// Where the record is inside each object.
#[derive(Debug, Clone)]
pub(crate) enum Wrapping {
    /// The object is the record, or the text of one of its fields is.
    Detect,
    /// The object is the record.
    Whole,
    Pointer(Pointer),
}

/// The fields in which log shippers put the text of a record.
const TEXTS: [Key; 2] = [Key::named("message"), Key::named("log")];
/// Keys that, like [`COMMON`], a wrapper never has. It may have `id` or `name`.
const OWN: [Key; 4] = [Key::named("event_id"), Key::named("eventId"), Key::named("event_name"), Key::named("event")];
const ID: Key = Key::named("id");
const NAME: Key = Key::named("name");

/// Returns the text of an object in `message` or `log`; empty if there is none.
pub(crate) fn text_in(record: Record<'_>) -> &[u8] {
    let mut texts = TEXTS.into_iter().filter_map(|key| Some(record.scalar(key)?.bytes()));
    texts.find(|text| text.trim_ascii_start().starts_with(b"{")).unwrap_or_default()
}

/// Returns whether that text is the record. It is not if the object has a field of senhasegura's
/// own: text inside a record must not replace the record.
#[inline(never)] // Few records have a field of these.
fn is_wrapper(record: Record<'_>) -> bool {
    !text_in(record).is_empty() && is_strange(record)
}

/// Returns whether the catalog does not know the record and no field is senhasegura's own.
fn is_strange(record: Record<'_>) -> bool {
    let has_own = OWN.iter().chain(COMMON.iter()).any(|&key| record.scalar(key).is_some());
    let visible = |key| record.scalar(key).and_then(Value::visible);
    let known = visible(ID).is_some_and(|id| catalog::by_id(id.bytes()).is_some())
        || visible(NAME).is_some_and(|name| catalog::by_name(name.bytes()).is_some());
    !has_own && !known
}

impl Wrapping {
    /// Returns whether the record to write is inside this one.
    #[inline(always)] // Two look-ups, once a record.
    pub(crate) fn is_wrapper(&self, record: Record<'_>) -> bool {
        match self {
            Self::Detect => TEXTS.iter().any(|&key| record.index_of(key).is_some()) && is_wrapper(record),
            Self::Whole => false,
            Self::Pointer(_) => true,
        }
    }
}

/// Reads records inside others, one after the other, into buffers that it keeps.
#[derive(Debug)]
pub(crate) struct Unwrapper {
    reader: RecordReader,
    /// The text that the pointer found, decoded.
    decoded: Buffer,
}

impl Unwrapper {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { reader: RecordReader::new(limits), decoded: Buffer::default() }
    }

    /// Reads the record that is the whole of `text`, which is UTF-8.
    ///
    /// # Errors
    ///
    /// If there is none, or something after it.
    pub(crate) fn read_text<'r, T: Trace>(
        &'r mut self,
        text: &'r [u8],
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<Record<'r>, Problem> {
        read_text(&mut self.reader, text, shapes, notes)
    }

    /// Reads the record that the pointer finds in the object at the start of `window`, which has
    /// been read as JSON.
    ///
    /// # Errors
    ///
    /// If there is none, or it exceeds a limit.
    pub(crate) fn read_pointed<'r, T: Trace>(
        &'r mut self,
        pointer: &Pointer,
        window: &'r [u8],
        shapes: &mut Shapes,
        notes: &mut Notes<T>,
    ) -> Result<Record<'r>, Problem> {
        let Self { reader, decoded } = self;
        let mut json = Json::new(window);
        let mut damaged = false;
        let record = match json.locate(pointer.tokens(), decoded).ok().flatten() {
            Some(b'{') => read_object(reader, window, json.at(), shapes, notes)?,
            Some(b'"') => {
                decoded.clear();
                let text = json.string(decoded, &mut damaged);
                let text = text.map_err(|_| Problem::NoRecord { inner: Inner::Missing })?;
                read_text(reader, text.get(window, decoded), shapes, notes)?
            }
            Some(_) => return Err(Problem::NoRecord { inner: Inner::NotARecord }),
            None => return Err(Problem::NoRecord { inner: Inner::Missing }),
        };
        notes.trace.unwrapped(false);
        notes.about(|| Source::Format);
        notes.changed_if(damaged, Why::NotUnicode);
        Ok(record)
    }
}

/// Reads the object at the offset `start` of `window`, which has been read as JSON.
fn read_object<'r, T: Trace>(
    reader: &'r mut RecordReader,
    window: &'r [u8],
    start: usize,
    shapes: &mut Shapes,
    notes: &mut Notes<T>,
) -> Result<Record<'r>, Problem> {
    let window = window.get(start..).unwrap_or_default();
    let mut json = Json::new(window);
    match reader.read(&mut json, shapes, notes) {
        Ok(()) => Ok(reader.record(window)),
        // Only a limit can be exceeded.
        Err(error) => Err(Problem::new(error, start + json.at(), &[])),
    }
}

/// Reads the record that is the whole of `text`.
fn read_text<'r, T: Trace>(
    reader: &'r mut RecordReader,
    text: &'r [u8],
    shapes: &mut Shapes,
    notes: &mut Notes<T>,
) -> Result<Record<'r>, Problem> {
    // Offsets in problems count from the start of the text, those in the record from its brace.
    let start = text.iter().take_while(|byte| is_space(byte)).count();
    let window = text.get(start..).unwrap_or_default();
    // Strings that have been read are UTF-8.
    let mut json = Json::with_utf8(window, true);
    let outcome = reader.read(&mut json, shapes, notes).and_then(|()| match json.next_token() {
        None => Ok(()),
        Some(_) => Err(Error::Expected(Expected::End)),
    });
    match outcome {
        Ok(()) => Ok(reader.record(window)),
        Err(error) => {
            let problem = Problem::new(error, start + json.at(), text);
            Err(Problem::NoRecord { inner: Inner::Text(Box::new(problem)) })
        }
    }
}
