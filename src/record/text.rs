//! Text to record: what senhasegura sends, as it sends it.
//!
//! | message | example |
//! |---|---|
//! | CEF | `CEF:0\|MT4\|senhasegura\|3.33.0-2\|17\|Session Ended\|5\|suser=stlee` |
//! | RFC 5424 as senhasegura-siem writes it | `[senhasegura@32473 event_name="Session Ended" severity="5"] Session closed` |
//! | the text alone, of APP-NAME senhasegura or Segura | `Successfully authenticated.` |
//! | a JSON object, a record, or an array of them | `{"event_id": 17}` |
//!
//! Each may be behind a [`Frame`]. Its time, host name and severity serve where the message gives
//! none.

use std::ops::Range;

use super::around::Surroundings;
use super::cef;
use super::escaped::{Escaped, Name, unescaped};
use super::fields::Slot;
use super::frame::Frame;
use super::options::{Input, ReadOptions};
use super::pairs::MSG;
use super::reader::RecordReader;
use super::shape::{NodeId, Shapes};
use crate::changes::Why;
use crate::dialect::find_key;
use crate::json::Span;
use crate::key::{Key, Spelling, SpeltKey};
use crate::outcome::Problem;
use crate::time::{Offset, bsd_millis, parse_millis};
use crate::trace::{ReadNotes, Source, Trace as _};

/// A text of senhasegura.
pub(crate) struct Text<'t> {
    text: &'t [u8],
    frame: Frame,
    message: Message,
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Message {
    /// JSON at this offset.
    Json(usize),
    /// CEF, whose Device Vendor is at this offset.
    Cef(usize),
    /// MSG, with the parameters at this range as fields.
    Plain { params: Range<usize> },
}

impl Message {
    /// What the message is, in words.
    fn describe(&self, is_framed: bool) -> String {
        let what = match self {
            Self::Json(_) => "JSON",
            Self::Cef(_) => "CEF",
            Self::Plain { params } if params.is_empty() => "plain text from senhasegura",
            Self::Plain { .. } => "RFC 5424 as senhasegura-siem writes it",
        };
        if is_framed && !what.contains("RFC") { format!("{what} after a header") } else { what.to_owned() }
    }
}

pub(super) const EVENT_ID: Key = Key::named("event_id");
pub(super) const EVENT_NAME: Key = Key::named("event_name");

pub(super) const SEVERITY: Key = Key::named("severity");
pub(super) const VERSION: Key = Key::named("version");

/// The parameters that describe the event as a whole.
const IN_ELEMENT: [Key; 4] = [EVENT_NAME, SEVERITY, VERSION, Key::named("origin")];

/// Returns whether an APP-NAME or a TAG is that of senhasegura.
pub(super) fn is_ours(app_name: &[u8]) -> bool {
    [&b"senhasegura"[..], b"Segura"].iter().any(|own| app_name.eq_ignore_ascii_case(own))
}

/// Returns whether a text begins as an object, or an array of objects, does.
fn is_json(text: &[u8]) -> bool {
    match text {
        [b'{', ..] => true,
        [b'[', rest @ ..] => rest.trim_ascii_start().first() == Some(&b'{'),
        _ => false,
    }
}

impl<'t> Text<'t> {
    /// Returns the text, if it is one of senhasegura.
    pub(crate) fn new(text: &'t [u8], options: &ReadOptions) -> Option<Self> {
        if text.first() == Some(&b'{') {
            return Some(Self { text, frame: Frame::default(), message: Message::Json(0) });
        }
        if options.input == Input::Own {
            return None;
        }
        let frame = Frame::new(text);
        let content = frame.content(text);
        let vendor = cef::vendor(text, content);
        // Bad elements beside CEF do not matter.
        let params = params(text, frame.structured_data.clone(), options.sd_id.as_bytes());
        let params = params.or(vendor.map(|_| 0..0))?;
        // The element is the event, whatever its text looks like, unless the configuration has CEF beside
        // it, which has all of it.
        let message = if params.start > 0 && (vendor.is_none() || !options.repeats) {
            Message::Plain { params }
        } else if let Some(vendor) = vendor {
            Message::Cef(vendor)
        } else if is_json(text.get(content..).unwrap_or_default()) {
            Message::Json(content)
        } else if is_ours(text.get(frame.app_name.clone())?) {
            Message::Plain { params: 0..0 }
        } else {
            return None;
        };
        Some(Self { text, frame, message })
    }
}

impl RecordReader {
    /// Reads a text as a record, unless it is JSON: then returns the offset of the object.
    /// `received` tells the year of times that do not.
    ///
    /// # Errors
    ///
    /// If it is another vendor's, or beyond a limit.
    pub(super) fn read_text(
        &mut self,
        text: &Text<'_>,
        options: &ReadOptions,
        received: Option<i64>,
        around: &mut Surroundings,
        shapes: &mut Shapes,
        notes: &mut ReadNotes<'_>,
    ) -> Result<Option<usize>, Box<Problem>> {
        let Text { text, frame, message } = text;
        let is_damaged = frame.surround(text, options.timezone, received, around);
        self.begin(notes);
        if let Some(recorder) = notes.recorder() {
            recorder.way.push(message.describe(frame.message > 0));
        }
        match message {
            Message::Json(start) => return Ok(Some(*start)),
            Message::Cef(vendor) => self.read_cef(text, *vendor, shapes, notes)?,
            Message::Plain { params } => self.read_plain(text, frame, params.clone(), notes)?,
        }
        // JSON after a header has counts of its own: those of what is around it are not added.
        notes.about(Source::Around);
        notes.changed_if(is_damaged, Why::NotUnicode);
        self.relabel_cs6(notes);
        if let Some(recorder) = notes.recorder() {
            recorder.end(text.len());
        }
        Ok(None)
    }

    /// Begins a record whose shape is not kept.
    pub(super) fn begin(&mut self, notes: &mut ReadNotes<'_>) {
        self.clear();
        self.node = NodeId::UNKNOWN;
        if let Some(recorder) = notes.recorder() {
            recorder.begin();
        }
    }

    /// Reads MSG, and the parameters beside it.
    fn read_plain(
        &mut self,
        text: &[u8],
        frame: &Frame,
        params: Range<usize>,
        notes: &mut ReadNotes<'_>,
    ) -> Result<(), Box<Problem>> {
        let text = Escaped::new(text);
        let mut at = params.start;
        while let Some((name, value)) = param(text.bytes, at..params.end) {
            at = value.end + 1;
            let found = find_key(text.get(name.clone()));
            let found = found.filter(|(key, _)| !key.is_envelope() || IN_ELEMENT.contains(key));
            let found = found.map(|(key, spelling)| SpeltKey::new(key, spelling));
            self.add(Name::InText(found, name), value, param_escape, text, notes)?;
        }
        if !frame.msgid.is_empty() {
            self.add(Name::Standard(EVENT_ID, "MSGID"), frame.msgid.clone(), |_| None, text, notes)?;
        }
        let msg = frame.message..text.bytes.len();
        if params.is_empty() {
            self.add_unknown_name();
        } else if self.slot(EVENT_NAME).is_none() {
            return self.add(Name::Standard(EVENT_NAME, "MSG"), msg, |_| None, text, notes);
        }
        self.add(Name::Standard(MSG, "MSG"), msg, |_| None, text, notes)
    }

    /// Adds the name of an event of which a plain text is all that is known.
    pub(super) fn add_unknown_name(&mut self) {
        let value = self.keep(b"Unknown event");
        let known = Some(SpeltKey::new(EVENT_NAME, Spelling::Exact));
        self.insert(&[], Slot { known, name: Span::EMPTY, value });
    }
}

impl Frame {
    /// Says what the frame tells of the record in it. Returns whether its host is not UTF-8.
    fn surround(&self, text: &[u8], timezone: Offset, received: Option<i64>, around: &mut Surroundings) -> bool {
        let time = text.get(self.time.clone()).unwrap_or_default();
        let millis = match time {
            [b'0'..=b'9', ..] => parse_millis(time, timezone),
            // A time without a year and a zone counts after others.
            [_, ..] if around.time.is_none() || around.is_bsd => {
                around.time.or(received).and_then(|reference| bsd_millis(time, timezone, reference))
            }
            _ => None,
        };
        if !around.is_named {
            around.time = millis.or(around.time);
        }
        if let Some(severity) = self.severity {
            around.severity.set(&[b'0' + severity]);
        }
        match text.get(self.host.clone()) {
            None | Some([]) => false,
            Some(host) => around.host.set_repaired(host),
        }
    }
}

/// Returns the range of the parameters of the element with this SD-ID; `0..0` if there is no such
/// element; none if an element is not written as RFC 5424, section 6.3, has it.
fn params(text: &[u8], elements: Range<usize>, sd_id: &[u8]) -> Option<Range<usize>> {
    let mut at = elements.start;
    while at < elements.end {
        let id = at + 1;
        let start = id + text.get(id..elements.end)?.iter().position(|byte| b" ]".contains(byte))?;
        let mut end = start;
        while let Some((_, value)) = param(text, end..elements.end) {
            end = value.end + 1;
        }
        if text.get(end) != Some(&b']') {
            return None;
        }
        if text.get(id..start)? == sd_id {
            return Some(start..end);
        }
        at = end + 1;
    }
    Some(0..0)
}

/// Returns the ranges of the name and the value of the parameter that begins with a space.
#[inline(never)] // Core modules hold one copy.
fn param(text: &[u8], range: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let rest = text.get(range.clone())?.strip_prefix(b" ")?;
    let length = rest.iter().position(|byte| b"= \"]".contains(byte))?;
    let quoted = rest.get(length..)?.strip_prefix(b"=\"")?;
    let end = unescaped(quoted, 0, b'"')?;
    let name = range.start + 1;
    let value = name + length + 2;
    Some((name..name + length, value..value + end))
}

/// RFC 5424, section 6.3.3.
fn param_escape(byte: u8) -> Option<u8> {
    matches!(byte, b'"' | b'\\' | b']').then_some(byte)
}
