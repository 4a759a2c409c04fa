//! Structured data of RFC 5424, section 6.3: <https://www.rfc-editor.org/rfc/rfc5424#section-6.3>.
//!
//! `[SD-ID PARAM-NAME="PARAM-VALUE" ...]`
//!
//! There is one SD-ELEMENT. Its PARAM-NAMEs have only letters, digits and `_`, and each occurs
//! once: all known receivers read that alike.
//!
//! The element begins with what the header has no field for: `event_name`, `severity` (0 to 10),
//! `version` and `origin`. The fields of the record follow, without `msg` if that is MSG.

use super::line::{Line, Written};
use super::names::{Names, Numbering};
use crate::bytes::{Buffer, Value, trim};
use crate::changes::Why;
use crate::event::{Event, Role};
use crate::key::Key;
use crate::record::{Field, Name};
use crate::trace::{Escapes, Rank, Source, Trace};

/// The maximum number of characters of an SD-NAME (section 6): SD-ID and PARAM-NAME.
pub(crate) const SD_NAME_MAX: usize = 32;

const NUMBERING: Numbering = Numbering { separator: b"_", max: SD_NAME_MAX };

/// The parameters that are not fields of the record.
const OF_THE_EVENT: [&[u8]; 4] = [b"event_name", b"severity", b"version", b"origin"];

const MSG: Key = Key::named("msg");

/// The content of MSG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MsgContent {
    /// The field `msg`.
    Field,
    /// The event's name.
    EventName,
    /// The event as CEF, which repeats all fields.
    Cef,
}

impl MsgContent {
    /// Returns the MSG that is text: the field `msg`, else the event's name.
    pub(super) fn text<'r>(event: &Event<'r>) -> (Self, Value<'r>) {
        match event.get(MSG).filter(|msg| !trim(msg.bytes()).is_empty()) {
            Some(msg) => (Self::Field, msg),
            None => (Self::EventName, event.name),
        }
    }

    /// Returns the source of MSG.
    pub(super) fn source(self, event: &Event<'_>) -> Source {
        if self == Self::Field { event.source_of_field(MSG) } else { event.source(Role::Name) }
    }
}

/// Writes the SD-ELEMENT.
#[derive(Debug)]
pub(super) struct StructuredData {
    sd_id: String,
    /// The PARAM-NAMEs in the line that are not names of keys.
    names: Names,
}

impl StructuredData {
    pub(super) fn new(sd_id: String) -> Self {
        Self { sd_id, names: Names::default() }
    }

    /// Writes the SD-ELEMENT.
    #[inline(never)] // Once a line.
    pub(super) fn write<T: Trace>(&mut self, event: &Event<'_>, msg: MsgContent, line: &mut Line<T>) {
        line.sign(b'[');
        line.notes.about(|| Source::Configuration);
        let start = line.end();
        line.prepared(self.sd_id.as_bytes());
        line.wrote("SD-ID", start, Escapes::None);
        self.names.clear();
        Element { event, msg, line, names: &mut self.names }.write();
        line.sign(b']');
    }
}

/// The parameters of the element being written.
struct Element<'w, 'r, T> {
    event: &'w Event<'r>,
    msg: MsgContent,
    line: &'w mut Line<T>,
    names: &'w mut Names,
}

impl<T: Trace> Element<'_, '_, T> {
    fn write(mut self) {
        let event = self.event;
        // MSG repeats every parameter.
        let is_twice = self.msg == MsgContent::Cef;
        let rank = if is_twice { Rank::Extra } else { Rank::Documented };
        if self.msg != MsgContent::EventName {
            self.of_the_event(b"event_name", Role::Name, event.name, rank);
        }
        let mut severity = itoa::Buffer::new();
        let severity = Value::new(severity.format(event.severity.cef()).as_bytes(), true);
        self.of_the_event(b"severity", Role::Severity, severity, rank);
        for (name, role, value) in
            [(&b"version"[..], Role::ProductVersion, event.product_version), (b"origin", Role::Origin, event.origin)]
        {
            if let Some(value) = value {
                self.of_the_event(name, role, value, rank);
            }
        }
        let plain = event.record().plain();
        // Small modules have no room for what the fast path spares.
        let has_notes = cfg!(small) || self.line.notes.trace.is_recording();
        for &index in event.order() {
            // What is plain is written without notes.
            match plain(index).filter(|_| !has_notes) {
                Some((key, value)) if key != MSG && is_param_name(key) => {
                    self.line.pair_start(key);
                    self.line.sign(b'"');
                    self.line.verbatim(value);
                    self.line.sign(b'"');
                }
                _ => self.field(index, is_twice),
            }
        }
    }

    /// Writes a field, if it is present.
    #[inline(never)] // Most fields are plain.
    fn field(&mut self, index: u16, is_twice: bool) {
        let event = self.event;
        let Some(Field { name, value, .. }) = event.record().field(index) else { return };
        let mark = self.line.end();
        self.line.notes.about(|| Source::Field(index));
        match name {
            Name::Known(MSG) if self.msg == MsgContent::Field => return,
            Name::Known(key) => self.known(key, value),
            Name::Other(name) => self.other(name, value),
        }
        self.line.group(mark, || if is_twice { Rank::Extra } else { event.rank(name) });
    }

    /// Writes the value of a role. The name is reserved, so that no other parameter has it.
    fn of_the_event(&mut self, name: &'static [u8], role: Role, value: Value<'_>, rank: Rank) {
        let mark = self.line.end();
        self.line.notes.about(|| self.event.source(role));
        self.line.sign(b' ');
        self.line.signs(name);
        let _ = self.value(mark, value);
        self.line.group(mark, || rank);
    }

    /// Writes the field with a key of the key table. No other field has it.
    fn known(&mut self, key: Key, value: Value<'_>) {
        let other_id = self.event.other_id(key);
        self.line.notes.changed_if(other_id.is_some(), Why::OtherId);
        let key = other_id.unwrap_or(key);
        let name = key.name().as_bytes();
        if !is_param_name(key) {
            return self.other(name, value);
        }
        let mark = self.line.end();
        self.line.sign(b' ');
        self.line.signs(name);
        let _ = self.value(mark, value);
    }

    /// Writes a field with any name, cleaned: characters other than letters, digits and `_` become
    /// `_`, and a name that is too long is cut. A field that has the cleaned name keeps it.
    fn other(&mut self, name: &[u8], value: Value<'_>) {
        let clean = param_name(name);
        let changed = *clean != *name;
        let has_key = || Key::find(&clean).is_some_and(|(key, _)| self.event.get(key).is_some());
        let is_taken = changed && (has_key() || self.names.is_received(&clean, self.event));
        if self.named(&clean, is_taken, value) == Written::Text {
            self.line.notes.changed_if(changed, Why::BadName);
        }
    }

    /// Writes a parameter. Its name gets a number if it `is_taken` or in the element already.
    fn named(&mut self, name: &[u8], is_taken: bool, value: Value<'_>) -> Written {
        let mark = self.line.end();
        self.line.sign(b' ');
        self.line.name(name, |name, buffer| buffer.append(name));
        let Some(is_numbered) = self.names.settle(mark + 1, is_taken, NUMBERING, self.line) else {
            self.line.truncate(mark);
            self.line.notes.changed(Why::SameName);
            return Written::Nothing;
        };
        let range = mark + 1..self.line.end();
        let written = self.value(mark, value);
        if written == Written::Text {
            self.line.notes.changed_if(is_numbered, Why::Numbered);
            self.names.push(range);
        }
        written
    }

    /// Writes the value of the parameter that begins at `mark`. Removes the parameter if nothing is
    /// visible in the value.
    fn value(&mut self, mark: usize, value: Value<'_>) -> Written {
        self.line.signs(b"=\"");
        let start = self.line.end();
        let written = self.line.text(value, param_value);
        if written == Written::Text {
            let text = start..self.line.end();
            self.line.sign(b'"');
            self.line.wrote_named(mark + 1..self.line.end(), text, Escapes::Backslash);
        } else {
            self.line.truncate(mark);
            self.line.notes.changed(Why::Invisible);
        }
        written
    }
}

/// Returns whether the name of a key is a PARAM-NAME that no other field gets.
fn is_param_name(key: Key) -> bool {
    !key.is_envelope() && key.name().len() <= SD_NAME_MAX
}

/// Returns the PARAM-NAME of a field with any name.
fn param_name(name: &[u8]) -> Buffer {
    let mut clean = Buffer::default();
    for c in str::from_utf8(name).unwrap_or_default().chars().take(SD_NAME_MAX) {
        clean.push(if c.is_ascii_alphanumeric() { c as u8 } else { b'_' });
    }
    if clean.is_empty() {
        clean.push(b'_');
    }
    // These names are reserved for the event's own values.
    if OF_THE_EVENT.iter().any(|name| clean.eq_ignore_ascii_case(name)) {
        clean.insert(0, b"_");
    }
    clean
}

/// "The characters '"' (ABNF %d34), '\' (ABNF %d92), and ']' (ABNF %d93) MUST be escaped", section
/// 6.3.3.
fn param_value(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'"' => Some(br#"\""#),
        b'\\' => Some(br"\\"),
        b']' => Some(br"\]"),
        _ => None,
    }
}
