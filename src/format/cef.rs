//! CEF, the Common Event Format: "ArcSight Common Event Format (CEF) Implementation Standard", version 27.
//!
//! `CEF:0|Device Vendor|Device Product|Device Version|Device Event Class ID|Name|Severity|Extension`
//!
//! The standard leaves room; the line keeps to what all known receivers read the same way. The seventh pipe is always there, no
//! header field is empty, severity is an integer, times are milliseconds since 1970, a key stands once, a custom field stands
//! beside its label, and a value is of the type that the dictionary gives its key.
//!
//! Keys are the vendor's own, with four exceptions that get the form which the standard asks of custom keys, `MT4Senhasegura<Key>`: that of
//! a value of the wrong type (`dpt` = `ssh` becomes `MT4SenhaseguraDpt`), one that is not for producers (`rawEvent`) or is called like a
//! header field (`version`), one that is not of letters and digits, and one that another field has taken (`dvchost` beside `host`). Or keys
//! are those of the dictionary only: then every other one gets that form, and an IPv6 address in `src`, `dst` or `dvc` goes to the custom
//! field that the standard keeps for it.

use std::ops::Range;

use crate::Changes;
use crate::buffer::Buffer;
use crate::bytes::{self, trim};
use crate::config::{self, Config};
use crate::event::{Event, whole_number};
use crate::format::fit::{Escapes, Part, Parts, Rank};
use crate::format::{break_cef, integer, is_short_number, of_products, of_release, rfc3164, rfc5424, text};
use crate::key::{Key, KeySet, Standing, Takes, Type};
use crate::record::{Name, Received, Token};
use crate::time::parse_millis;

/// The most characters of Device Vendor.
pub(crate) const VENDOR_MAX: usize = 63;
/// The most characters of Device Product.
pub(crate) const PRODUCT_MAX: usize = 63;
/// The most characters of Device Version.
pub(crate) const VERSION_MAX: usize = 31;
/// The most characters of Device Event Class ID.
pub(crate) const CLASS_ID_MAX: usize = 1023;
/// The most characters of Name.
pub(crate) const NAME_MAX: usize = 512;
/// The most characters of a key that is made from a record's field name. A limit of this project's own.
pub(crate) const CUSTOM_KEY_MAX: usize = 128;

/// The most characters of a floating point number. A limit of this project's own.
const DOUBLE_MAX: usize = 64;

/// The most characters of an IPv6 address, with four of its octets in decimal.
const IPV6_MAX: usize = 45;

/// What the standard asks custom keys to begin with: vendor and product.
const CUSTOM_PREFIX: &str = "MT4Senhasegura";

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
/// Where a host name goes that stands where an address should.
const HOSTS: [(Key, Key); 3] =
    [(Key::named("src"), Key::named("shost")), (Key::named("dst"), Key::named("dhost")), (Key::named("dvc"), DVCHOST)];

/// Where an IPv6 address goes that stands where the dictionary wants IPv4: "c6a1 device, c6a2 source, c6a3 destination".
const IPV6: [(Key, Key, &str); 3] = [
    (Key::named("dvc"), Key::named("c6a1"), "Device IPv6 Address"),
    (Key::named("src"), Key::named("c6a2"), "Source IPv6 Address"),
    (Key::named("dst"), Key::named("c6a3"), "Destination IPv6 Address"),
];

/// Writes events as CEF.
#[derive(Debug)]
pub(crate) struct Cef {
    carrier: Carrier,
    /// The start of the header, up to the pipe after Device Product: for releases called senhasegura, and for Segura.
    prefixes: [Vec<u8>; 2],
    /// Whether the configured Device Version is [`Token::plain`].
    version_is_plain: bool,
    /// Where the keys stand in the line that are not in the key table, to write none twice.
    names: Vec<Range<usize>>,
}

impl Cef {
    /// A writer for this configuration.
    pub(crate) fn new(config: &Config) -> Self {
        let carrier = match config.carrier {
            config::Carrier::None => Carrier::None,
            config::Carrier::Rfc3164 => Carrier::Rfc3164(rfc3164::Header::new(config)),
            config::Carrier::Rfc5424 => Carrier::Rfc5424(rfc5424::Header::new(config)),
        };
        Self { carrier, ..Self::without_carrier(config) }
    }

    /// As [`Cef::new`], for CEF inside of something else.
    pub(crate) fn without_carrier(config: &Config) -> Self {
        let prefixes = of_products(config, |product, prefix| {
            prefix.append(b"CEF:0|");
            // Neither is longer than it may be.
            for (text, max) in [(config.device_vendor.as_str(), VENDOR_MAX), (product, PRODUCT_MAX)] {
                header_field(Token::new(text.as_bytes(), false), max, config, prefix, &mut Changes::default());
            }
        });
        let version_is_plain = bytes::is_harmless(config.device_version.as_str().as_bytes());
        Self { carrier: Carrier::None, prefixes, version_is_plain, names: Vec::new() }
    }

    /// Appends `event` to `line`, counts in `changes` what could not be written as it is, and notes down `parts` if they are wanted. They
    /// hardly ever are; without `NOTING` there is no code for them.
    #[inline]
    pub(crate) fn write<const NOTING: bool>(
        &mut self,
        event: &Event<'_>,
        config: &Config,
        line: &mut Buffer,
        changes: &mut Changes,
        mut parts: Option<&mut Parts>,
    ) {
        self.carrier.write(event, config, line, changes);
        self.header(event, config, line, changes, parts.as_deref_mut());
        let opening = line.len();
        if let Some(parts) = &mut parts {
            parts.open_list(opening);
        }
        self.names.clear();
        let (written, names) = (KeySet::default(), &mut self.names);
        Extension { event, config, line, changes, parts, opening, written, names }.write::<NOTING>();
        // Every pair begins with a space; that of the first is where the last pipe of the header goes.
        match line.get_mut(opening) {
            Some(space) => *space = b'|',
            None => line.push(b'|'),
        }
    }

    /// Writes the header but for its last pipe.
    #[inline(always)]
    fn header(
        &self,
        event: &Event<'_>,
        config: &Config,
        line: &mut Buffer,
        changes: &mut Changes,
        mut parts: Option<&mut Parts>,
    ) {
        let default = Token::new(config.device_version.as_str().as_bytes(), self.version_is_plain);
        let version = event.product_version.unwrap_or(default);
        line.append(of_release(event, config, &self.prefixes));
        let mut field = |text, max| {
            let start = line.len();
            header_field(text, max, config, line, changes);
            if let Some(parts) = &mut parts {
                parts.note(Part::header(start..line.len() - 1, Escapes::Backslash));
            }
        };
        field(version, VERSION_MAX);
        field(event.id, CLASS_ID_MAX);
        field(event.name, NAME_MAX);
        integer(event.severity.cef().into(), line);
    }
}

/// What stands before the header of CEF.
#[derive(Debug)]
enum Carrier {
    None,
    Rfc3164(rfc3164::Header),
    Rfc5424(rfc5424::Header),
}

impl Carrier {
    #[inline]
    fn write(&self, event: &Event<'_>, config: &Config, line: &mut Buffer, changes: &mut Changes) {
        let start = line.len();
        match self {
            Self::None => return,
            Self::Rfc3164(header) => header.write(event, config, line, changes),
            Self::Rfc5424(header) => {
                header.write(event, config, line, changes);
                line.append(b" - ");
                if config.bom {
                    line.append("\u{FEFF}".as_bytes());
                }
            }
        }
        break_cef(line, start, changes);
    }
}

/// Writes a header field and the pipe after it.
///
/// "If a pipe (|) is used in the header, it has to be escaped with a backslash (\\)", a backslash as well; line breaks are not
/// allowed. With the option `safe_header`, nothing is escaped: such signs, and `=`, become others.
#[inline]
fn header_field(token: Token<'_>, max: usize, config: &Config, line: &mut Buffer, changes: &mut Changes) {
    if token.plain && token.len() <= max {
        token.append_to(line);
    } else {
        escape_header(token.bytes(), max, config.safe_header, line, changes);
    }
    line.push(b'|');
}

fn escape_header(value: &[u8], max: usize, safe: bool, line: &mut Buffer, changes: &mut Changes) {
    let value = Token::new(truncate(trim(value), max, changes), false);
    if !safe {
        text(value, header_sign, line, changes);
        return;
    }
    let before = changes.replaced;
    text(value, safe_header_sign, line, changes);
    let is_other = value.bytes().iter().any(|byte| safe_header_sign(*byte).is_some());
    changes.replaced = before + u64::from(is_other || changes.replaced > before);
}

fn header_sign(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'\\' => Some(br"\\"),
        b'|' => Some(br"\|"),
        _ => None,
    }
}

fn safe_header_sign(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'\\' | b'|' => Some(b"/"),
        b'=' => Some(b":"),
        _ => None,
    }
}

/// Cuts text to `max` characters, and again trims it.
#[inline]
fn truncate<'t>(text: &'t [u8], max: usize, changes: &mut Changes) -> &'t [u8] {
    if text.len() <= max {
        return text;
    }
    let characters = str::from_utf8(text).unwrap_or_default();
    match characters.char_indices().nth(max) {
        Some((cut, _)) => {
            changes.truncated += 1;
            trim(text.get(..cut).unwrap_or_default())
        }
        None => text,
    }
}

/// The extension of one line as it is written: `key=value` pairs with a space between them.
struct Extension<'w, 'r> {
    event: &'w Event<'r>,
    config: &'w Config,
    line: &'w mut Buffer,
    changes: &'w mut Changes,
    parts: Option<&'w mut Parts>,
    /// Where the first pair begins.
    opening: usize,
    written: KeySet,
    names: &'w mut Vec<Range<usize>>,
}

impl<'w, 'r> Extension<'w, 'r> {
    #[inline(never)]
    fn write<const NOTING: bool>(mut self) {
        let event = self.event;
        if let Some(millis) = event.millis {
            self.key(RT);
            integer(millis, self.line);
        }
        let mark = self.line.len();
        if let Some(host) = event.host {
            self.text(DVCHOST, host);
        }
        if NOTING && self.parts.is_some() {
            self.note(mark, Rank::Documented, 1);
        }
        let mark = self.line.len();
        if let Some(origin) = event.origin {
            if self.visible(CAT).is_none() {
                self.text(CAT, origin);
            } else {
                self.custom(ORIGIN.name().as_bytes(), origin.bytes());
            }
        }
        if NOTING && self.parts.is_some() {
            self.note(mark, Rank::Documented, 1);
        }
        let all_keys = self.config.keys == config::CefKeys::Vendor;
        for Received { name, value, .. } in event.fields() {
            let mark = self.line.len();
            match name {
                Name::Known(key) => {
                    let taken = match key.takes() {
                        Takes::Text(max) => value.len() <= usize::from(max),
                        Takes::Number => is_short_number(value.bytes()),
                        Takes::Address => is_ipv4(value.bytes()),
                        Takes::Nothing => false,
                    };
                    if value.plain && taken && (all_keys || key.standing() == Standing::Dictionary) {
                        key.append_pair_start(self.line);
                        value.append_to(self.line);
                    } else {
                        self.known(key, value);
                    }
                }
                Name::Other(name) => self.other(name, value.bytes()),
            }
            if NOTING && self.parts.is_some() {
                // A label and its value are one part, unless they had to be written as any other fields.
                let counterpart = name.key().and_then(Key::counterpart).filter(|&key| self.written.contains(key));
                let label = counterpart.map_or(0, |counterpart| self.received(&[counterpart]));
                self.note(mark, Rank::of(event, name), 1 + label);
            }
        }
    }

    /// Notes down what was written from `mark` on: so many fields, as one pair or as that of a label and that of its field.
    fn note(&mut self, mark: usize, rank: Rank, fields: u64) {
        let whole = mark + usize::from(mark == self.opening)..self.line.len();
        let Some(parts) = self.parts.as_deref_mut().filter(|_| !whole.is_empty()) else { return };
        let mut texts = [whole.start..whole.start, whole.start..whole.start];
        let (mut space, mut escaping) = (whole.start, false);
        for (at, byte) in (whole.start..).zip(self.line.get(whole.clone()).unwrap_or_default()) {
            match byte {
                b' ' => space = at,
                b'=' if !escaping => {
                    // What stands before it is the label, if anything.
                    let [label, value] = &mut texts;
                    *label = value.start..space;
                    *value = at + 1..whole.end;
                }
                _ => {}
            }
            escaping = *byte == b'\\' && !escaping;
        }
        parts.note(Part { whole, texts, escapes: Escapes::Backslash, rank, fields });
    }

    /// Writes the field of a key that is in the key table.
    #[inline(never)]
    fn known(&mut self, key: Key, value: Token<'r>) {
        if self.written.contains(key) {
            // A label or a value has been written with its counterpart; of all else, another field has taken the key.
            if key.counterpart().is_none() {
                self.custom(key.name().as_bytes(), value.bytes());
            }
            return;
        }
        match key.standing() {
            Standing::Vendor if self.config.keys == config::CefKeys::Dictionary => {
                self.custom(key.name().as_bytes(), value.bytes());
            }
            Standing::Dictionary | Standing::Vendor => match key.counterpart() {
                Some(counterpart) => self.labelled(key, counterpart),
                None => self.field(key, value),
            },
            Standing::Consumer => self.custom(key.name().as_bytes(), value.bytes()),
            Standing::Envelope => self.other(key.name().as_bytes(), value.bytes()),
        }
    }

    /// Writes a field under its own key if its value is of the key's type.
    #[inline]
    fn field(&mut self, key: Key, value: Token<'_>) {
        match key.value_type() {
            Type::Text(_) => self.text(key, value),
            value_type => self.typed(key, value_type, value),
        }
    }

    fn typed(&mut self, key: Key, value_type: Type, value: Token<'_>) {
        let bytes = trim(value.bytes());
        match Typed::of(bytes, value_type, self.config) {
            Some(Typed::Ipv6) if self.config.keys == config::CefKeys::Dictionary && value_type == Type::Ipv4 => {
                self.ipv6(key, bytes);
            }
            Some(Typed::Token | Typed::Ipv6) => {
                self.key(key);
                self.line.append(bytes);
            }
            Some(Typed::Number(number)) => {
                self.key(key);
                integer(number, self.line);
            }
            None => match HOSTS.iter().find(|(address, _)| *address == key) {
                Some(&(_, host)) if self.is_free(host) && is_host_name(bytes) => {
                    self.changes.renamed += 1;
                    self.text(host, value);
                }
                _ => self.custom(key.name().as_bytes(), bytes),
            },
        }
    }

    /// Writes an IPv6 address of the key of an IPv4 address.
    fn ipv6(&mut self, key: Key, address: &[u8]) {
        let place = IPV6.iter().find(|(ipv4, ..)| *ipv4 == key);
        match place.and_then(|&(_, ipv6, text)| Some((ipv6, ipv6.counterpart()?, text))) {
            Some((ipv6, label, text)) if self.is_free(ipv6) && self.is_free(label) => {
                self.changes.renamed += 1;
                // There may be fields of these keys with nothing to see in them.
                self.changes.dropped += self.received(&[ipv6, label]);
                self.text(label, Token::new(text.as_bytes(), true));
                self.key(ipv6);
                self.line.append(address);
            }
            _ => self.custom(key.name().as_bytes(), address),
        }
    }

    /// Writes a custom field and its label side by side. "Each custom field must be accompanied by its label"; one that has
    /// none is labelled with its key, and a label without a field is dropped.
    fn labelled(&mut self, key: Key, counterpart: Key) {
        let (label, key) = if key.is_label() { (key, counterpart) } else { (counterpart, key) };
        self.written.insert(label);
        self.written.insert(key);
        let (Some(value), text) = (self.visible(key), self.visible(label)) else {
            self.changes.dropped += self.received(&[key, label]);
            return;
        };
        if text.is_none() {
            self.changes.dropped += self.received(&[label]);
        }
        let value_type = key.value_type();
        if matches!(value_type, Type::Text(_)) || Typed::of(trim(value.bytes()), value_type, self.config).is_some() {
            self.text(label, text.unwrap_or(Token::new(key.name().as_bytes(), true)));
            self.field(key, value);
        } else {
            self.custom(key.name().as_bytes(), value.bytes());
            if let Some(text) = text {
                self.custom(label.name().as_bytes(), text.bytes());
            }
        }
    }

    /// How many of these keys the event has a field of.
    fn received(&self, keys: &[Key]) -> u64 {
        keys.iter().filter(|&&key| self.event.get(key).is_some()).count() as u64
    }

    /// The value of the field of this key, if there is anything to see in it.
    fn visible(&self, key: Key) -> Option<Token<'r>> {
        self.event.get(key).filter(|value| !trim(value.bytes()).is_empty())
    }

    /// Writes a field that is not in the dictionary under the name that it has, if a key can have that name.
    fn other(&mut self, name: &[u8], value: &[u8]) {
        let is_key = name.len() <= CUSTOM_KEY_MAX
            && name.first().is_some_and(|byte| byte.is_ascii_alphabetic())
            && name.iter().all(|byte| byte.is_ascii_alphanumeric())
            && (self.config.keys == config::CefKeys::Vendor || name.starts_with(CUSTOM_PREFIX.as_bytes()))
            && !HEADER_NAMES.iter().any(|header| header.as_bytes().eq_ignore_ascii_case(name));
        if is_key {
            self.unlisted(name, |name, line| line.append(name), value);
        } else {
            self.custom(name, value);
        }
    }

    /// Writes a field under a custom key made from `name`.
    fn custom(&mut self, name: &[u8], value: &[u8]) {
        let written = self.unlisted(name, custom_key, value);
        self.changes.renamed += u64::from(written);
    }

    /// Writes a field whose key is not in the key table, unless that key is in the line already. Answers whether it is written.
    fn unlisted(&mut self, name: &[u8], key: fn(&[u8], &mut Buffer), value: &[u8]) -> bool {
        let mark = self.line.len();
        self.line.push(b' ');
        let start = self.line.len();
        key(name, self.line);
        let end = self.line.len();
        let key = self.line.get(start..end);
        let repeated = self.names.iter().any(|other| self.line.get(other.clone()) == key);
        self.line.push(b'=');
        let written = !repeated && escape(value, usize::MAX, self.line, self.changes);
        if written {
            self.names.push(start..end);
        } else {
            self.line.truncate(mark);
            self.changes.dropped += 1;
        }
        written
    }

    /// Writes a field of text, cut to what its key can hold. One without any text to see is dropped.
    #[inline]
    fn text(&mut self, key: Key, value: Token<'_>) {
        let max = match key.value_type() {
            Type::Text(max) if max != u16::MAX => usize::from(max),
            _ => usize::MAX,
        };
        let mark = self.line.len();
        self.key(key);
        if value.plain && value.len() <= max {
            value.append_to(self.line);
        } else if !escape(value.bytes(), max, self.line, self.changes) {
            self.line.truncate(mark);
            self.written.remove(key);
            self.changes.dropped += 1;
        }
    }

    /// Writes the start of a pair, and the space that parts it from the one before.
    #[inline(always)]
    fn key(&mut self, key: Key) {
        self.written.insert(key);
        key.append_pair_start(self.line);
    }

    fn is_free(&self, key: Key) -> bool {
        !self.written.contains(key) && self.visible(key).is_none()
    }
}

/// How a value is written under a key whose type is not text.
enum Typed {
    /// As it is: it has no character to escape.
    Token,
    /// As it is, where it may stand.
    Ipv6,
    Number(i64),
}

impl Typed {
    fn of(value: &[u8], value_type: Type, config: &Config) -> Option<Self> {
        let token = |is_one: bool| is_one.then_some(Self::Token);
        match value_type {
            Type::Text(_) => None,
            Type::Integer => whole_number(value).filter(|&number| i32::try_from(number).is_ok()).map(Self::Number),
            Type::Long => whole_number(value).map(Self::Number),
            Type::Double => token(is_double(value)),
            // The dictionary has no IPv6 address here, but receivers take it, and senhasegura has no other key for it.
            Type::Ipv4 if is_ipv4(value) => Some(Self::Token),
            Type::Ipv4 | Type::Ipv6 => is_ipv6(value).then_some(Self::Ipv6),
            Type::Mac => token(is_mac(value)),
            Type::Timestamp => parse_millis(value, config.timezone).map(Self::Number),
        }
    }
}

/// Whether the dictionary takes the value for a key of this type.
pub(crate) fn is_of_type(value: &[u8], value_type: Type, config: &Config) -> bool {
    matches!(value_type, Type::Text(_)) || Typed::of(trim(value), value_type, config).is_some()
}

/// A JSON number, which every parser of floating point numbers reads; a finite one, as its exponent has two digits at most.
fn is_double(value: &[u8]) -> bool {
    let mut exponent = value.splitn(2, |byte| matches!(byte, b'e' | b'E')).nth(1).unwrap_or_default();
    if let [b'+' | b'-', rest @ ..] = exponent {
        exponent = rest;
    }
    value.len() <= DOUBLE_MAX && exponent.len() <= 2 && crate::json::is_number(value)
}

/// An address in dotted decimal, without leading zeros, which some readers take for octal.
fn is_ipv4(value: &[u8]) -> bool {
    let mut rest = value;
    for octet in 0..4 {
        rest = match rest {
            [b'2', b'5', b'0'..=b'5', rest @ ..]
            | [b'2', b'0'..=b'4', b'0'..=b'9', rest @ ..]
            | [b'1', b'0'..=b'9', b'0'..=b'9', rest @ ..]
            | [b'1'..=b'9', b'0'..=b'9', rest @ ..]
            | [b'0'..=b'9', rest @ ..] => rest,
            _ => return false,
        };
        match rest {
            [b'.', behind @ ..] if octet < 3 => rest = behind,
            [] => return octet == 3,
            _ => return false,
        }
    }
    false
}

/// An address as RFC 4291, section 2.2, writes it: eight groups of up to four hexadecimal digits, `::` for groups of zeros, and perhaps
/// dotted decimal for the last two.
fn is_ipv6(value: &[u8]) -> bool {
    if value.len() > IPV6_MAX {
        return false;
    }
    let (mut rest, mut groups, mut gap) = (value, 0, false);
    if let [b':', b':', behind @ ..] = rest {
        (rest, gap) = (behind, true);
    }
    // After a colon there must be a group, but for one that ends a gap.
    let mut open = !gap;
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        match rest.get(digits..).unwrap_or_default() {
            [b'.', ..] => {
                (rest, groups, open) = (if is_ipv4(rest) { &[] } else { return false }, groups + 2, false);
            }
            _ if !(1..=4).contains(&digits) => return false,
            [b':', b':', behind @ ..] if !gap => (rest, groups, gap, open) = (behind, groups + 1, true, false),
            [b':', behind @ ..] => (rest, groups, open) = (behind, groups + 1, true),
            [] => (rest, groups, open) = (&[], groups + 1, false),
            _ => return false,
        }
    }
    !open && if gap { groups < 8 } else { groups == 8 }
}

fn is_mac(value: &[u8]) -> bool {
    value.len() == 17
        && value.iter().enumerate().all(|(place, byte)| match place % 3 {
            2 => matches!(byte, b':' | b'-'),
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_host_name(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && value.iter().any(|byte| byte.is_ascii_alphabetic())
}

/// Writes `MT4Senhasegura` and `name` in capitalised words: letters and digits as they are, other signs left out, and
/// characters beyond ASCII as `U` and their hexadecimal number. If nothing is left, `Field` stands for it.
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

/// Writes a value of the extension, cut to `max` characters before it is escaped. Answers false if nothing was left to write.
///
/// "If an equal sign (=) is used in the extensions, it has to be escaped", a backslash as well, and "multi-line fields can be sent by
/// CEF by encoding the newline character as `\n`". No other escape is read alike everywhere, so other control characters
/// become a space, and NUL becomes U+FFFD. White space and control characters at the ends go: some receivers trim them and some do not.
fn escape(value: &[u8], max: usize, line: &mut Buffer, changes: &mut Changes) -> bool {
    let text = truncate(trim(value), max, changes);
    let (mut written, mut at, mut damaged) = (0, 0, false);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at += bytes::harmless_length(rest);
        let (length, instead, damages): (usize, &[u8], bool) = match text.get(at..).unwrap_or_default() {
            [] => break,
            [b'\\', ..] => (1, br"\\", false),
            [b'=', ..] => (1, br"\=", false),
            [b'\n', ..] => (1, br"\n", false),
            // CR, CRLF, and Unicode's next line, line separator and paragraph separator.
            [b'\r', b'\n', ..] | [0xC2, 0x85, ..] => (2, br"\n", true),
            [b'\r', ..] => (1, br"\n", true),
            [0xE2, 0x80, 0xA8 | 0xA9, ..] => (3, br"\n", true),
            [0, ..] => (1, "\u{FFFD}".as_bytes(), true),
            [0x01..0x20 | 0x7F, ..] => (1, b" ", true),
            [0xC2, 0x80..0xA0, ..] => (2, b" ", true),
            // The first byte of any other character.
            _ => {
                at += 1;
                continue;
            }
        };
        line.append(text.get(written..at).unwrap_or_default());
        line.append(instead);
        at += length;
        written = at;
        damaged |= damages;
    }
    line.append(text.get(written..).unwrap_or_default());
    changes.replaced += u64::from(damaged);
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn tells_ipv4_addresses_as_the_standard_library_does() {
        let octets =
            ["0", "9", "10", "99", "100", "199", "249", "255", "256", "260", "300", "00", "01", "1000", "", "a"];
        for first in octets {
            for second in octets {
                for text in [
                    format!("{first}.{second}.3.4"),
                    format!("1.2.{first}.{second}"),
                    format!("{first}.{second}.3"),
                    format!("{first}.{second}.3.4.5"),
                    format!("{first}.{second}.3."),
                ] {
                    assert_eq!(is_ipv4(text.as_bytes()), text.parse::<Ipv4Addr>().is_ok(), "{text}");
                }
            }
        }
    }

    #[test]
    fn tells_ipv6_addresses_as_the_standard_library_does() {
        let check = |text: &str| {
            let expected = text.parse::<Ipv6Addr>().is_ok();
            assert_eq!(is_ipv6(text.as_bytes()), expected, "{text}");
            expected
        };
        // Every sequence of up to six pieces, alone and behind or before what leaves room for two groups or none.
        let pieces = ["0", "fFfF", "12345", "g", ":", "::", "1.2.3.4", "."];
        let mut taken = 0;
        for length in 0..=6u32 {
            for number in 0..8usize.pow(length) {
                let text: String = (0..length).map(|place| pieces[number >> (3 * place) & 7]).collect();
                for (before, behind) in [("", ""), ("1:2:3:4:5:", ""), ("", ":3:4:5:6:7:8"), ("1:2:3:4:5:6:7", "")] {
                    taken += u32::from(check(&format!("{before}{text}{behind}")));
                }
            }
        }
        assert!(taken > 100, "{taken}");
    }
}
