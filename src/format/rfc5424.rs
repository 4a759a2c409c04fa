//! RFC 5424, the Syslog Protocol: <https://www.rfc-editor.org/rfc/rfc5424>.
//!
//! `<PRI>VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID [SD-ID PARAM-NAME="PARAM-VALUE" ...] MSG`
//!
//! The standard leaves room; the line keeps to what all known receivers read the same way. TIMESTAMP has milliseconds and `Z`, the fields
//! of the header hold nothing but `!` to `~`, PROCID is a number or NILVALUE, there is one SD-ELEMENT, its PARAM-NAMEs are of
//! letters, digits and `_` and stand once each, and MSG is never empty.
//!
//! The element begins with what the header has no room for: `event_name`, `severity` (0 to 10), `version` and `origin`. Then come
//! the fields of the record but for `msg`, which is MSG; without it, MSG is the name of the event. With the option `msg` = `cef`, MSG is the
//! event as CEF, and the element has all fields.

use std::ops::Range;

use crate::Changes;
use crate::buffer::Buffer;
use crate::bytes::trim;
use crate::config::{Config, Msg};
use crate::event::Event;
use crate::format::cef::Cef;
use crate::format::fit::{Escapes, Part, Parts, Rank};
use crate::format::{break_cef, clean, is_short_number, of_products, of_release, pri, rfc3339, text};
use crate::key::Key;
use crate::record::{Name, Received, Token};

/// The most characters of HOSTNAME, section 6.
const HOSTNAME_MAX: usize = 255;
/// The most characters of APP-NAME, section 6.
const APP_NAME_MAX: usize = 48;
/// The most characters of MSGID, section 6.
const MSGID_MAX: usize = 32;
/// The most characters of an SD-NAME, section 6: SD-ID and PARAM-NAME.
pub(crate) const SD_NAME_MAX: usize = 32;

/// "The NILVALUE is used as a value if a field is not known", section 6.
const NILVALUE: u8 = b'-';

/// The parameters that are not fields of the record.
const OF_THE_EVENT: [&[u8]; 4] = [b"event_name", b"severity", b"version", b"origin"];

const MSG: Key = Key::named("msg");
const SPID: Key = Key::named("spid");

/// Writes events as RFC 5424.
#[derive(Debug)]
pub(crate) struct Rfc5424 {
    header: Header,
    /// What MSG is, if it is CEF.
    cef: Option<Box<Cef>>,
    /// Where the PARAM-NAMEs stand in the line that are not the names of keys, to write none twice.
    names: Vec<Range<usize>>,
}

impl Rfc5424 {
    /// A writer for this configuration.
    pub(crate) fn new(config: &Config) -> Self {
        let cef = (config.msg == Msg::Cef).then(|| Box::new(Cef::without_carrier(config)));
        Self { header: Header::new(config), cef, names: Vec::new() }
    }

    /// Appends `event` to `line` and counts in `changes` what could not be written as it is.
    #[inline(never)]
    pub(crate) fn write(
        &mut self,
        event: &Event<'_>,
        config: &Config,
        line: &mut Buffer,
        changes: &mut Changes,
        mut parts: Option<&mut Parts>,
    ) {
        let start = line.len();
        self.header.write(event, config, line, changes);
        line.append(b" [");
        line.append(config.sd_id.as_str().as_bytes());
        let msg = event.get(MSG).filter(|msg| !trim(msg.bytes()).is_empty());
        self.names.clear();
        let names = &mut self.names;
        let (is_msg, twice) = (msg.is_some() && self.cef.is_none(), self.cef.is_some());
        let rank = if twice { Rank::Extra } else { Rank::Documented };
        Parameters { event, line, changes, parts: parts.as_deref_mut(), names, is_msg, twice, rank }.write();
        line.append(b"] ");
        if config.bom {
            line.append("\u{FEFF}".as_bytes());
        }
        match &mut self.cef {
            Some(cef) => {
                break_cef(line, start, changes);
                cef.write::<true>(event, config, line, changes, parts);
            }
            None => {
                let start = line.len();
                text(msg.unwrap_or(event.name), msg_text, line, changes);
                let whole = start..line.len();
                if let Some(parts) = parts {
                    parts.note(Part::header(whole, Escapes::None));
                }
            }
        }
    }
}

/// Writes what stands before the structured data.
#[derive(Debug)]
pub(crate) struct Header {
    /// APP-NAME: for releases called senhasegura, and for Segura.
    app_names: [Vec<u8>; 2],
}

impl Header {
    pub(crate) fn new(config: &Config) -> Self {
        let app_names = of_products(config, |product, app_name| {
            header_field(product.as_bytes(), APP_NAME_MAX, app_name, &mut Changes::default());
        });
        Self { app_names }
    }

    /// Appends it, up to MSGID.
    pub(crate) fn write(&self, event: &Event<'_>, config: &Config, line: &mut Buffer, changes: &mut Changes) {
        pri(event, config, line);
        line.append(b"1 ");
        if !rfc3339(event.millis, line) {
            line.push(NILVALUE);
        }
        line.push(b' ');
        header_field(event.host.map_or(&[], Token::bytes), HOSTNAME_MAX, line, changes);
        // Vector takes a colon at the end of HOSTNAME for a separator.
        if let Some(last @ b':') = line.len().checked_sub(1).and_then(|last| line.get_mut(last)) {
            *last = b'_';
            changes.replaced += 1;
        }
        line.push(b' ');
        line.append(of_release(event, config, &self.app_names));
        line.push(b' ');
        procid(event.get(SPID), line);
        line.push(b' ');
        header_field(event.id.bytes(), MSGID_MAX, line, changes);
    }
}

/// Writes HOSTNAME, APP-NAME or MSGID, section 6: characters other than `!` to `~` become `_`; what is too long is cut.
fn header_field(value: &[u8], max: usize, line: &mut Buffer, changes: &mut Changes) {
    if !clean(value, max, |c| matches!(c, '!'..='~'), line, changes) {
        line.push(NILVALUE);
    }
}

/// Writes PROCID: some receivers take nothing but numbers, and print them without leading zeros.
fn procid(spid: Option<Token<'_>>, line: &mut Buffer) {
    match spid.map(|spid| trim(spid.bytes())) {
        Some(spid) if is_short_number(spid) => line.append(spid),
        _ => line.push(NILVALUE),
    }
}

/// The parameters of one SD-ELEMENT as they are written.
struct Parameters<'w, 'r> {
    event: &'w Event<'r>,
    line: &'w mut Buffer,
    changes: &'w mut Changes,
    parts: Option<&'w mut Parts>,
    names: &'w mut Vec<Range<usize>>,
    /// Whether `msg` is MSG.
    is_msg: bool,
    /// Whether MSG says all of it again.
    twice: bool,
    /// How dispensable the field is that is being written, if parts are noted down.
    rank: Rank,
}

impl Parameters<'_, '_> {
    #[inline(never)]
    fn write(mut self) {
        let event = self.event;
        if self.is_msg || self.twice {
            self.named(b"event_name", event.name);
        }
        let mut severity = itoa::Buffer::new();
        self.named(b"severity", Token::new(severity.format(event.severity.cef()).as_bytes(), true));
        for (name, value) in [(&b"version"[..], event.product_version), (b"origin", event.origin)] {
            if let Some(value) = value {
                self.named(name, value);
            }
        }
        for Received { name, value, .. } in event.fields() {
            if self.parts.is_some() && !self.twice {
                self.rank = Rank::of(event, name);
            }
            match name {
                Name::Known(MSG) if self.is_msg => {}
                Name::Known(key) => self.known(key, value),
                Name::Other(name) => self.other(name, value),
            }
        }
    }

    /// Writes the field of a key that is in the key table. No other field has it.
    fn known(&mut self, key: Key, value: Token<'_>) {
        let name = key.name().as_bytes();
        if key.is_envelope() || name.len() > SD_NAME_MAX {
            return self.other(name, value);
        }
        let mark = self.line.len();
        self.line.push(b' ');
        self.line.append(name);
        self.value(mark, value);
    }

    /// Writes a field whose name may be anything, cleaned: characters other than letters, digits and `_` become `_`, and what is too
    /// long is cut. If another field has that name, it is dropped.
    fn other(&mut self, name: &[u8], value: Token<'_>) {
        let name = str::from_utf8(name).unwrap_or_default();
        let mut clean = Buffer::default();
        for c in name.chars().take(SD_NAME_MAX) {
            clean.push(if c.is_ascii_alphanumeric() { c as u8 } else { b'_' });
        }
        if clean.is_empty() {
            clean.push(b'_');
        }
        // What describes the event as a whole stands under these names, or is not known.
        if OF_THE_EVENT.iter().any(|name| clean.eq_ignore_ascii_case(name)) {
            clean.insert(0, b"_");
        }
        let changed = *clean != *name.as_bytes();
        // A key of the table is a field's, unless its name is one that is cleaned or stands for the event.
        let taken = Key::find(&clean).is_some_and(|(key, _)| changed && self.event.get(key).is_some());
        if taken || !self.named(&clean, value) {
            self.changes.dropped += u64::from(taken);
            return;
        }
        self.changes.renamed += u64::from(changed);
    }

    /// Writes a parameter of a name that is not a key's, unless it is there already. Receivers make no difference between letter cases.
    fn named(&mut self, name: &[u8], value: Token<'_>) -> bool {
        let (mark, line) = (self.line.len(), &*self.line);
        let same = |range: &Range<usize>| line.get(range.clone()).is_some_and(|other| other.eq_ignore_ascii_case(name));
        if self.names.iter().any(same) {
            self.changes.dropped += 1;
            return false;
        }
        self.line.push(b' ');
        self.line.append(name);
        let range = mark + 1..self.line.len();
        let written = self.value(mark, value);
        if written {
            self.names.push(range);
        }
        written
    }

    /// Writes the value of the parameter that begins at `mark`, and takes that back if there is nothing to see in it.
    fn value(&mut self, mark: usize, value: Token<'_>) -> bool {
        self.line.append(b"=\"");
        let start = self.line.len();
        let written = text(value, param_value, self.line, self.changes);
        if written {
            let text = start..self.line.len();
            self.line.push(b'"');
            let whole = mark..self.line.len();
            if let Some(parts) = &mut self.parts {
                parts.note(Part::of(whole, text, Escapes::Backslash, self.rank));
            }
        } else {
            self.line.truncate(mark);
            self.changes.dropped += 1;
        }
        written
    }
}

/// "The characters '"' (ABNF %d34), '\' (ABNF %d92), and ']' (ABNF %d93) MUST be escaped", section 6.3.3.
fn param_value(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'"' => Some(br#"\""#),
        b'\\' => Some(br"\\"),
        b']' => Some(br"\]"),
        _ => None,
    }
}

/// MSG is the rest of the line: nothing in it is escaped.
fn msg_text(_: u8) -> Option<&'static [u8]> {
    None
}
