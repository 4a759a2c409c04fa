//! The extension of a line: `key=value` pairs with a space between them.

use super::super::line::{Line, Written};
use super::super::names::{Names, Numbering};
use super::super::options::CefKeys;
use super::plan::Plan;
use super::value::{Typed, is_host_name};
use crate::bytes::{Buffer, Value, trim};
use crate::changes::Why;
use crate::event::{Event, Role};
use crate::key::{CUSTOM_PREFIX, Key, KeySet, Owner, Type};
use crate::record::{Field, Name};
use crate::trace::{Escapes, Rank, Source, Trace};

/// The maximum number of characters of a key that is made from a field's name: a limit of this
/// project.
const CUSTOM_KEY_MAX: usize = 128;

const NUMBERING: Numbering = Numbering { separator: b"", max: CUSTOM_KEY_MAX };

/// Extension keys that receivers take for header fields.
const HEADER_NAMES: [&str; 8] = [
    "cefVersion",
    "deviceVendor",
    "deviceProduct",
    "deviceVersion",
    "deviceEventClassId",
    "name",
    "severity",
    "version",
];

const RT: Key = Key::named("rt");
const CAT: Key = Key::named("cat");
const ORIGIN: Key = Key::named("origin");
const DVCHOST: Key = Key::named("dvchost");

/// The keys for host names that are in the keys of addresses.
const HOSTS: [(Key, Key); 3] =
    [(Key::named("src"), Key::named("shost")), (Key::named("dst"), Key::named("dhost")), (Key::named("dvc"), DVCHOST)];

/// The keys for ports that are in the keys of addresses.
const PORTS: [(Key, Key); 2] = [(Key::named("src"), Key::named("spt")), (Key::named("dst"), Key::named("dpt"))];

/// The keys for IPv6 addresses that are where the dictionary has IPv4, and their labels: "c6a1
/// device, c6a2 source, c6a3 destination".
const IPV6: [(Key, Key, &str); 3] = [
    (Key::named("dvc"), Key::named("c6a1"), "Device IPv6 Address"),
    (Key::named("src"), Key::named("c6a2"), "Source IPv6 Address"),
    (Key::named("dst"), Key::named("c6a3"), "Destination IPv6 Address"),
];

/// The extension being written.
pub(super) struct Extension<'w, 'r, T> {
    pub(super) event: &'w Event<'r>,
    pub(super) keys: CefKeys,
    pub(super) plan: &'w Plan,
    pub(super) line: &'w mut Line<T>,
    /// The offset at which the first pair begins.
    pub(super) opening: usize,
    pub(super) written: KeySet,
    pub(super) names: &'w mut Names,
    /// The texts that were cut, and their keys.
    pub(super) cut: Vec<(Key, Value<'r>)>,
}

impl<'r, T: Trace> Extension<'_, 'r, T> {
    #[inline(never)] // The loop gets all registers.
    pub(super) fn write(mut self) {
        let event = self.event;
        self.of_the_event();
        let (plain, plan) = (event.record().plain(), self.plan);
        let is_recording = self.line.notes.trace.is_recording();
        let mut order = event.order();
        while let [index, rest @ ..] = order {
            order = rest;
            // What is plain is written without notes, nor a mark in `written`: see `Form`.
            if let Some((key, value)) = plain(*index)
                && !is_recording
            {
                let row = plan.of(key);
                if row.takes(value) {
                    self.line.plain_pair(row.start, row.length.into(), value);
                    continue;
                }
                if let [index, rest @ ..] = order
                    && row.takes_labelled(value)
                    && key.is_label()
                    && let Some((labelled, text)) = plain(*index)
                    && key.counterpart() == Some(labelled)
                    && plan.of(labelled).takes_labelled(text)
                {
                    let labelled = plan.of(labelled);
                    self.line.plain_pair(row.start, row.length.into(), value);
                    self.line.plain_pair(labelled.start, labelled.length.into(), text);
                    order = rest;
                    continue;
                }
            }
            self.ordinary(*index);
        }
    }

    /// Writes a field that is not plain.
    #[inline(never)] // Most fields are plain.
    fn ordinary(&mut self, index: u16) {
        let event = self.event;
        let Some(Field { name, value, .. }) = event.record().field(index) else { return };
        let mark = self.line.end();
        self.line.notes.about(|| Source::Field(index));
        match name {
            Name::Known(key) => self.known(key, value),
            Name::Other(name) => self.other(name, value),
        }
        self.group(mark, || event.rank(name));
        self.whole();
    }

    /// Writes the whole of each text that was cut, under a custom key.
    #[inline(always)] // A comparison, mostly.
    fn whole(&mut self) {
        if !self.cut.is_empty() {
            self.write_whole();
        }
    }

    #[inline(never)] // Few texts are cut.
    fn write_whole(&mut self) {
        while let Some((key, value)) = self.cut.pop() {
            let mark = self.line.end();
            let _ = self.unlisted(key.name().as_bytes(), custom_key, value);
            self.group(mark, || Rank::Extra);
        }
    }

    /// Writes the values of roles.
    #[inline(always)] // The beginning of `write`.
    fn of_the_event(&mut self) {
        let event = self.event;
        if let Some(millis) = event.millis {
            self.line.notes.about(|| event.source(Role::Time));
            self.number(RT, millis);
        }
        let row = self.plan.of(DVCHOST);
        if let Some(host) = event.host.filter(|host| row.may_hold(*host))
            && !self.line.notes.trace.is_recording()
        {
            self.written.insert(DVCHOST);
            self.line.plain_pair(row.start, row.length.into(), host);
        } else if let Some(host) = event.host {
            let mark = self.line.end();
            self.line.notes.about(|| event.source(Role::Host));
            self.text(DVCHOST, host);
            self.group(mark, || Rank::Documented);
            self.whole();
        }
        if let Some(origin) = event.origin {
            let mark = self.line.end();
            self.line.notes.about(|| event.source(Role::Origin));
            if self.visible(CAT).is_none() {
                self.text(CAT, origin);
            } else {
                self.custom(ORIGIN.name().as_bytes(), origin, Why::Taken(CAT));
            }
            self.group(mark, || Rank::Documented);
            self.whole();
        }
    }

    /// Writes the field with a key of the key table.
    fn known(&mut self, key: Key, value: Value<'r>) {
        let name = key.name().as_bytes();
        if self.written.contains(key) {
            // A label or a value has been written with its counterpart. Any other key is another
            // field's.
            if key.counterpart().is_none() {
                self.custom(name, value, Why::Taken(key));
            }
            return;
        }
        match key.owner() {
            Owner::Vendor if self.keys == CefKeys::Dictionary => {
                self.custom(name, value, Why::NotInDictionary);
            }
            Owner::Dictionary | Owner::Vendor => match key.counterpart() {
                Some(counterpart) => self.labelled(key, counterpart),
                None => self.field(key, value),
            },
            Owner::Consumer => self.custom(name, value, Why::Consumer(key)),
            Owner::Envelope => match self.event.other_id(key) {
                Some(key) if !self.written.contains(key) => {
                    self.line.notes.changed(Why::OtherId);
                    self.text(key, value);
                }
                _ => self.other(name, value),
            },
        }
    }

    /// Writes a field under its own key if its value is of the key's type, else under a custom key.
    #[inline]
    fn field(&mut self, key: Key, value: Value<'r>) {
        match key.value_type() {
            Type::Text(_) => self.text(key, value),
            value_type => self.typed(key, value_type, value),
        }
    }

    fn typed(&mut self, key: Key, value_type: Type, value: Value<'r>) {
        let bytes = trim(value.bytes());
        match Typed::new(bytes, value_type, self.event.timezone) {
            Some(Typed::Text) => self.token(key, bytes),
            Some(Typed::Number(number)) => self.number(key, number),
            Some(Typed::Address(endpoint)) => {
                self.line.notes.changed_if(endpoint.address != bytes, Why::AddressOnly(key));
                if endpoint.is_ipv6 && self.keys == CefKeys::Dictionary && value_type == Type::Ipv4 {
                    self.ipv6(key, endpoint.address);
                } else {
                    self.token(key, endpoint.address);
                }
                let port_key = PORTS.iter().find(|(address, _)| *address == key).map(|(_, port)| *port);
                if let Some((port, port_key)) = endpoint.port.zip(port_key)
                    && self.is_free(port_key)
                {
                    self.dropped(port_key, Why::Invisible);
                    self.line.notes.about(|| self.event.source_of_field(key));
                    self.number(port_key, port.into());
                }
            }
            None => match HOSTS.iter().find(|(address, _)| *address == key) {
                Some(&(_, host)) if self.is_free(host) && is_host_name(bytes) => {
                    self.line.notes.changed(Why::HostName(key));
                    self.text(host, value);
                }
                _ => self.custom(key.name().as_bytes(), value, Why::WrongType(key)),
            },
        }
    }

    /// Writes an IPv6 address that is in the key of an IPv4 address.
    fn ipv6(&mut self, key: Key, address: &[u8]) {
        let found = IPV6.iter().find(|(ipv4, ..)| *ipv4 == key);
        match found.and_then(|&(_, ipv6, text)| Some((ipv6, ipv6.counterpart()?, text))) {
            Some((ipv6, label, text)) if self.is_free(ipv6) && self.is_free(label) => {
                self.line.notes.changed(Why::Ipv6(key));
                // There may be fields of these keys with nothing visible in them.
                self.dropped(ipv6, Why::Invisible);
                self.dropped(label, Why::Invisible);
                self.line.notes.about(|| Source::Format);
                self.text(label, Value::known(text));
                self.line.notes.about(|| self.event.source_of_field(key));
                self.token(ipv6, address);
            }
            _ => self.custom(key.name().as_bytes(), Value::new(address, false), Why::Ipv6(key)),
        }
    }

    /// Writes a custom field and its label side by side. "Each custom field must be accompanied by
    /// its label"; a field without one is labelled with its key, and a label without a field is
    /// dropped.
    fn labelled(&mut self, key: Key, counterpart: Key) {
        let (label, key) = if key.is_label() { (key, counterpart) } else { (counterpart, key) };
        self.written.insert(label);
        self.written.insert(key);
        let (value, text) = (self.visible(key), self.visible(label));
        if text.is_none() {
            self.dropped(label, Why::Invisible);
        }
        let Some(value) = value else {
            self.dropped(key, Why::Invisible);
            if text.is_some() {
                self.dropped(label, Why::LabelAlone);
            }
            return;
        };
        let value_type = key.value_type();
        let is_text = matches!(value_type, Type::Text(_));
        if is_text || Typed::new(trim(value.bytes()), value_type, self.event.timezone).is_some() {
            let source = if text.is_some() { self.event.source_of_field(label) } else { Source::Format };
            self.line.notes.about(|| source);
            self.text(label, text.unwrap_or(Value::known(key.name())));
            self.line.notes.about(|| self.event.source_of_field(key));
            self.field(key, value);
        } else {
            self.line.notes.about(|| self.event.source_of_field(key));
            self.custom(key.name().as_bytes(), value, Why::WrongType(key));
            if let Some(text) = text {
                self.line.notes.about(|| self.event.source_of_field(label));
                self.custom(label.name().as_bytes(), text, Why::WithItsValue);
            }
        }
    }

    /// Counts the field with this key, if there is one, as dropped.
    fn dropped(&mut self, key: Key, why: Why) {
        if self.event.get(key).is_some() {
            self.line.notes.about(|| self.event.source_of_field(key));
            self.line.notes.changed(why);
        }
    }

    /// Returns the value of the field with this key, if anything is visible in it.
    fn visible(&self, key: Key) -> Option<Value<'r>> {
        self.event.get(key).filter(|value| !trim(value.bytes()).is_empty())
    }

    /// Writes a field that is not in the dictionary under its own name, if that can be a key.
    fn other(&mut self, name: &[u8], value: Value<'_>) {
        let is_alphanumeric = name.len() <= CUSTOM_KEY_MAX
            && name.first().is_some_and(|byte| byte.is_ascii_alphabetic())
            && name.iter().all(|byte| byte.is_ascii_alphanumeric());
        let why = if self.keys == CefKeys::Dictionary && !name.starts_with(CUSTOM_PREFIX.as_bytes()) {
            Why::NotInDictionary
        } else if HEADER_NAMES.iter().any(|header| header.as_bytes().eq_ignore_ascii_case(name)) {
            Why::HeaderName
        } else if is_alphanumeric {
            let _ = self.unlisted(name, |name, buffer| buffer.append(name), value);
            return;
        } else {
            Why::BadName
        };
        self.custom(name, value, why);
    }

    /// Writes a field under a custom key made from `name`.
    fn custom(&mut self, name: &[u8], value: Value<'_>, why: Why) {
        let written = self.unlisted(name, custom_key, value);
        self.line.notes.changed_if(written == Written::Text, why);
    }

    /// Writes a field whose key is not in the key table. A key that another field has by its own name,
    /// or that is in the line already, gets a number.
    fn unlisted(&mut self, name: &[u8], key: fn(&[u8], &mut Buffer), value: Value<'_>) -> Written {
        let mark = self.line.end();
        self.line.sign(b' ');
        let start = self.line.end();
        self.line.name(name, key);
        let key = self.line.written(start..self.line.end());
        let has_name = key != name && self.names.is_received(key, self.event);
        let is_numbered = self.names.settle(start, has_name, NUMBERING, self.line);
        let end = self.line.end();
        self.line.sign(b'=');
        let written = match is_numbered {
            Some(_) => self.line.extension_value(value, u16::MAX),
            None => Written::Nothing,
        };
        if written == Written::Nothing {
            self.line.truncate(mark);
            self.line.notes.changed(if is_numbered.is_some() { Why::Invisible } else { Why::SameName });
            return written;
        }
        self.line.notes.changed_if(is_numbered == Some(true), Why::Numbered);
        self.names.push(start..end);
        let whole = start..self.line.end();
        self.line.wrote_named(whole.clone(), end + 1..whole.end, Escapes::Backslash);
        written
    }

    /// Writes a text field, cut to the maximum of its key. Drops it if nothing is visible in it.
    #[inline]
    fn text(&mut self, key: Key, value: Value<'r>) {
        let max = match key.value_type() {
            Type::Text(max) => max,
            _ => u16::MAX,
        };
        let mark = self.line.end();
        self.key(key);
        match self.line.extension_value(value, max) {
            Written::Text => {}
            Written::Cut => self.cut.push((key, value)),
            Written::Nothing => {
                self.line.truncate(mark);
                self.written.remove(key);
                self.line.notes.changed(Why::Invisible);
                return;
            }
        }
        self.wrote(key, mark);
    }

    /// Writes a value without characters to escape.
    fn token(&mut self, key: Key, value: &[u8]) {
        let mark = self.line.end();
        self.key(key);
        self.line.typed(value);
        self.wrote(key, mark);
    }

    #[inline(always)] // Once a record for `rt`.
    fn number(&mut self, key: Key, number: i64) {
        let mark = self.line.end();
        self.key(key);
        self.line.integer(number);
        self.wrote(key, mark);
    }

    /// Writes the space before a pair, and its start.
    #[inline(always)] // A copy and a bit.
    fn key(&mut self, key: Key) {
        self.written.insert(key);
        self.line.pair_start(key);
    }

    /// Records the pair that begins at `mark` with its space.
    #[inline(always)] // Nothing without a recorder.
    fn wrote(&mut self, key: Key, mark: usize) {
        if self.line.notes.trace.is_recording() {
            let end = self.line.end();
            self.line.wrote_named(mark + 1..end, mark + key.name().len() + 2..end, Escapes::Backslash);
        }
    }

    /// Records what was written from `mark` on as a group.
    #[inline(always)] // Nothing without a recorder.
    fn group(&mut self, mark: usize, rank: impl FnOnce() -> Rank) {
        // The space of the first pair becomes the last pipe of the header.
        self.line.group(mark + usize::from(mark == self.opening), rank);
    }

    fn is_free(&self, key: Key) -> bool {
        !self.written.contains(key) && self.visible(key).is_none()
    }
}

/// Writes `MT4Senhasegura` and the capitalised words of `name`: letters and digits unchanged, other
/// ASCII characters omitted, and characters beyond ASCII as `U` and their hexadecimal number. If no
/// word is left, writes `Field` instead.
fn custom_key(name: &[u8], line: &mut Buffer) {
    let start = line.len();
    let name = str::from_utf8(name).unwrap_or_default();
    line.append(CUSTOM_PREFIX.as_bytes());
    let mut capital = true;
    for c in name.strip_prefix(CUSTOM_PREFIX).unwrap_or(name).chars() {
        if line.len() - start >= CUSTOM_KEY_MAX {
            line.truncate(start + CUSTOM_KEY_MAX);
            return;
        }
        if c.is_ascii_alphanumeric() {
            line.push(if capital { c.to_ascii_uppercase() } else { c } as u8);
            capital = false;
        } else {
            if !c.is_ascii() {
                line.push(b'U');
                for shift in
                    (0..6).rev().map(|digit| digit * 4).skip_while(|&shift| shift > 12 && c as u32 >> shift == 0)
                {
                    line.push(char::from_digit(c as u32 >> shift & 0xF, 16).unwrap_or('0').to_ascii_uppercase() as u8);
                }
            }
            capital = true;
        }
    }
    if line.len() == start + CUSTOM_PREFIX.len() {
        line.append(b"Field");
    }
    line.truncate(start + CUSTOM_KEY_MAX);
}
