//! CEF, the Common Event Format: "ArcSight Common Event Format (CEF) Implementation Standard", version 27.
//!
//! `CEF:0|Device Vendor|Device Product|Device Version|Device Event Class ID|Name|Severity|Extension`
//!
//! The standard leaves room; the line keeps to what all known receivers read the same way. The seventh pipe is always there, no
//! header field is empty, severity is an integer, times are milliseconds since 1970, a key stands once, a custom field stands
//! beside its label, and a value is of the type that the dictionary gives its key.
//!
//! Keys are the vendor's own. Three kinds of field cannot keep their key and get the form that the standard asks of
//! custom keys, `MT4Senhasegura<Key>`: a value of the wrong type (`dpt` = `ssh` becomes `MT4SenhaseguraDpt`), a key
//! that is not for producers (`rawEvent`) or is called like a header field (`version`), and one that is not of letters and digits.
//!
//! Not done here: a limit on the length of the line, and the syslog header that carriers put before it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::Changes;
use crate::bytes;
use crate::config::Config;
use crate::event::{Event, Field, Token, trim};
use crate::key::{Key, KeySet, Standing, Type};
use crate::record::Name;

use crate::time::parse_millis;

/// The most characters of Device Vendor.
pub const VENDOR_MAX: usize = 63;
/// The most characters of Device Product.
pub const PRODUCT_MAX: usize = 63;
/// The most characters of Device Version.
pub const VERSION_MAX: usize = 31;
/// The most characters of Device Event Class ID.
pub const CLASS_ID_MAX: usize = 1023;
/// The most characters of Name.
pub const NAME_MAX: usize = 512;
/// The most characters of a key that is made from a record's field name. A limit of this project's own.
pub const CUSTOM_KEY_MAX: usize = 128;

/// The most characters of a floating point number. A limit of this project's own.
const DOUBLE_MAX: usize = 64;

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
const DVCHOST: Key = Key::named("dvchost");
/// Where a host name goes that stands where an address should.
const HOSTS: [(Key, Key); 3] =
    [(Key::named("src"), Key::named("shost")), (Key::named("dst"), Key::named("dhost")), (Key::named("dvc"), DVCHOST)];

/// Writes events as CEF.
#[derive(Debug)]
pub struct Cef {
    /// The start of the header, up to the pipe after Device Product: for releases called senhasegura, and for Segura.
    prefixes: [Vec<u8>; 2],
    /// Where the keys stand in the line that are not in the key table, to write none twice.
    names: Vec<Range<usize>>,
}

impl Cef {
    /// A writer for this configuration.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let prefix = |product: &str| {
            let mut prefix = b"CEF:0|".to_vec();
            let product = config.device_product.as_ref().map_or(product, |product| product.as_str());
            // Neither is longer than it may be, nor has it anything to replace.
            for (text, max) in [(config.device_vendor.as_str(), VENDOR_MAX), (product, PRODUCT_MAX)] {
                header_field(Token { text, plain: false }, max, &mut prefix, &mut Changes::default());
            }
            prefix
        };
        Self { prefixes: [prefix("senhasegura"), prefix("Segura")], names: Vec::new() }
    }

    /// Appends `event` to `line` and counts in `changes` what could not be written as it is.
    pub fn write(&mut self, event: &Event<'_>, config: &Config, line: &mut Vec<u8>, changes: &mut Changes) {
        self.header(event, config, line, changes);
        let end = line.len();
        self.names.clear();
        let (written, names) = (KeySet::default(), &mut self.names);
        Extension { event, config, line, changes, written, names }.write();
        // Every pair begins with a space; that of the first is where the last pipe of the header goes.
        match line.get_mut(end) {
            Some(space) => *space = b'|',
            None => line.push(b'|'),
        }
    }

    /// Writes the header but for its last pipe.
    fn header(&self, event: &Event<'_>, config: &Config, line: &mut Vec<u8>, changes: &mut Changes) {
        let [senhasegura, segura] = &self.prefixes;
        let default = Token { text: config.device_version.as_str(), plain: false };
        let version = event.product_version.unwrap_or(default);
        line.extend_from_slice(if is_segura(version.text) { segura } else { senhasegura });
        header_field(version, VERSION_MAX, line, changes);
        header_field(event.id, CLASS_ID_MAX, line, changes);
        header_field(event.name, NAME_MAX, line, changes);
        integer(event.severity.cef().into(), line);
    }
}

/// From release 4.0 on, senhasegura is called Segura.
fn is_segura(version: &str) -> bool {
    let digits = version.bytes().take_while(u8::is_ascii_digit).count();
    match version.as_bytes() {
        [first, ..] if digits == 1 => *first >= b'4',
        _ => digits > 1,
    }
}

/// Writes a header field and the pipe after it.
///
/// "If a pipe (|) is used in the header, it has to be escaped with a backslash (\\)", a backslash as well; line breaks are not
/// allowed. They and other control characters become a space.
#[inline]
fn header_field(token: Token<'_>, max: usize, line: &mut Vec<u8>, changes: &mut Changes) {
    if token.plain && token.text.len() <= max {
        bytes::append(line, token.text.as_bytes());
    } else {
        escape_header(token.text, max, line, changes);
    }
    line.push(b'|');
}

fn escape_header(text: &str, max: usize, line: &mut Vec<u8>, changes: &mut Changes) {
    let text = truncate(trim(text), max, changes);
    let mut rest = text.as_bytes();
    let mut damaged = false;
    loop {
        let (plain, special) = rest.split_at(bytes::harmless_length(rest, b'|'));
        bytes::append(line, plain);
        rest = match special {
            [] => break,
            [byte @ (b'\\' | b'|'), rest @ ..] => {
                line.extend_from_slice(&[b'\\', *byte]);
                rest
            }
            [b'\r', b'\n', rest @ ..]
            | [0..0x20 | 0x7F, rest @ ..]
            | [0xC2, 0x80..0xA0, rest @ ..]
            | [0xE2, 0x80, 0xA8 | 0xA9, rest @ ..] => {
                line.push(b' ');
                damaged = true;
                rest
            }
            [byte, rest @ ..] => {
                line.push(*byte);
                rest
            }
        };
    }
    changes.replaced += u64::from(damaged);
}

/// Cuts text to `max` characters, and again trims it.
#[inline]
fn truncate<'t>(text: &'t str, max: usize, changes: &mut Changes) -> &'t str {
    if text.len() > max
        && let Some((cut, _)) = text.char_indices().nth(max)
    {
        changes.truncated += 1;
        return trim(text.get(..cut).unwrap_or_default());
    }
    text
}

fn integer(number: i64, line: &mut Vec<u8>) {
    bytes::append(line, itoa::Buffer::new().format(number).as_bytes());
}

/// The extension of one line as it is written: `key=value` pairs with a space between them.
struct Extension<'w, 'r> {
    event: &'w Event<'r>,
    config: &'w Config,
    line: &'w mut Vec<u8>,
    changes: &'w mut Changes,
    written: KeySet,
    names: &'w mut Vec<Range<usize>>,
}

impl<'w, 'r> Extension<'w, 'r> {
    fn write(mut self) {
        let event = self.event;
        if let Some(millis) = event.millis {
            self.key(RT);
            integer(millis, self.line);
        }
        if let Some(host) = event.host {
            self.text(DVCHOST, host);
        }
        if let Some(origin) = event.origin.filter(|_| event.get(CAT).is_none()) {
            self.text(CAT, origin);
        }
        event.fields().for_each(|field| self.any(&field));
    }

    #[inline]
    fn any(&mut self, field: &Field<'r>) {
        match field.name {
            Name::Known(key) => match key.row().standing {
                _ if self.written.contains(key) => {
                    // A label or a value has been written with its counterpart; all else is there by another name.
                    self.changes.dropped += u64::from(key.counterpart().is_none());
                }
                Standing::Dictionary | Standing::Vendor => match key.counterpart() {
                    Some(counterpart) => self.labelled(key, counterpart),
                    None => self.field(key, field),
                },
                Standing::Consumer => self.custom(key.name(), field.value.text),
                Standing::Envelope => self.other(field),
            },
            Name::Other(_) => self.other(field),
        }
    }

    /// Writes a field under its own key if its value is of the key's type.
    #[inline]
    fn field(&mut self, key: Key, field: &Field<'r>) {
        let value_type = key.row().value;
        if let Type::Text(_) = value_type {
            return self.text(key, field.value);
        }
        let value = trim(field.value.text);
        match Typed::of(value, value_type, self.config) {
            Some(Typed::Token) => {
                self.key(key);
                bytes::append(self.line, value.as_bytes());
            }
            Some(Typed::Number(number)) => {
                self.key(key);
                integer(number, self.line);
            }
            None => {
                self.changes.renamed += 1;
                match HOSTS.iter().find(|(address, _)| *address == key) {
                    Some(&(_, host)) if self.is_free(host) && is_host_name(value) => self.text(host, field.value),
                    _ => self.custom(key.name(), value),
                }
            }
        }
    }

    /// Writes a custom field and its label side by side. "Each custom field must be accompanied by its label"; one that has
    /// none is labelled with its key, and a label without a field is dropped.
    fn labelled(&mut self, key: Key, counterpart: Key) {
        let (label, key) = if key.is_label() { (key, counterpart) } else { (counterpart, key) };
        self.written.insert(label);
        self.written.insert(key);
        let visible = |key: Key| self.event.get(key).filter(|field| !trim(field.value.text).is_empty());
        let (Some(field), text) = (visible(key), visible(label)) else {
            self.changes.dropped += 1;
            return;
        };
        let value_type = key.value_type();
        if matches!(value_type, Type::Text(_)) || Typed::of(trim(field.value.text), value_type, self.config).is_some() {
            self.text(label, text.map_or(Token { text: key.name(), plain: true }, |text| text.value));
            self.field(key, &field);
        } else {
            self.changes.renamed += 1;
            self.custom(key.name(), field.value.text);
            if let Some(text) = text {
                self.changes.renamed += 1;
                self.custom(label.name(), text.value.text);
            }
        }
    }

    /// Writes a field that is not in the dictionary under the name that it has, if a key can have that name.
    fn other(&mut self, field: &Field<'r>) {
        let name = field.name.as_str();
        let is_key = name.len() <= CUSTOM_KEY_MAX
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !HEADER_NAMES.iter().any(|header| header.eq_ignore_ascii_case(name));
        if is_key {
            self.unlisted(|line| line.extend_from_slice(name.as_bytes()), field.value.text);
        } else {
            self.changes.renamed += 1;
            self.custom(name, field.value.text);
        }
    }

    /// Writes a field under a custom key made from `name`.
    fn custom(&mut self, name: &str, value: &str) {
        self.unlisted(|line| custom_key(name, line), value);
    }

    /// Writes a field whose key is not in the key table, unless that key is in the line already.
    fn unlisted(&mut self, key: impl FnOnce(&mut Vec<u8>), value: &str) {
        let mark = self.line.len();
        self.line.push(b' ');
        let start = self.line.len();
        key(self.line);
        let end = self.line.len();
        let key = self.line.get(start..end);
        let repeated = self.names.iter().any(|other| self.line.get(other.clone()) == key);
        self.line.push(b'=');
        if repeated || !escape(value, usize::MAX, self.line, self.changes) {
            self.line.truncate(mark);
            self.changes.dropped += 1;
        } else {
            self.names.push(start..end);
        }
    }

    /// Writes a field of text, cut to what its key can hold. One without any text to see is dropped.
    #[inline]
    fn text(&mut self, key: Key, value: Token<'_>) {
        let max = match key.row().value {
            Type::Text(max) if max != u16::MAX => usize::from(max),
            _ => usize::MAX,
        };
        let mark = self.line.len();
        self.key(key);
        // Spaces are all that plain text can have at its ends.
        let text = value.text.as_bytes();
        if value.plain && text.len() <= max && text.first() != Some(&b' ') && text.last() != Some(&b' ') {
            bytes::append(self.line, text);
        } else if !escape(value.text, max, self.line, self.changes) {
            self.line.truncate(mark);
            self.changes.dropped += 1;
        }
    }

    /// Writes the start of a pair, and the space that parts it from the one before.
    #[inline(always)]
    fn key(&mut self, key: Key) {
        self.written.insert(key);
        key.start_pair(self.line);
    }

    fn is_free(&self, key: Key) -> bool {
        !self.written.contains(key) && self.event.get(key).is_none()
    }
}

/// How a value is written under a key whose type is not text.
enum Typed {
    /// As it is: it has no character to escape.
    Token,
    Number(i64),
}

impl Typed {
    fn of(value: &str, value_type: Type, config: &Config) -> Option<Self> {
        let token = |is_one: bool| is_one.then_some(Self::Token);
        match value_type {
            Type::Text(_) => None,
            Type::Integer => whole_number(value).filter(|&number| i32::try_from(number).is_ok()).map(Self::Number),
            Type::Long => whole_number(value).map(Self::Number),
            Type::Double => token(is_double(value)),
            // The dictionary has no IPv6 address here; receivers take it, and senhasegura has no other key for it.
            Type::Ipv4 => token(value.parse::<Ipv4Addr>().is_ok() || value.parse::<Ipv6Addr>().is_ok()),
            Type::Ipv6 => token(value.parse::<Ipv6Addr>().is_ok()),
            Type::Mac => token(is_mac(value)),
            Type::Timestamp => parse_millis(value, config.timezone.0).map(Self::Number),
        }
    }
}

/// A whole number, also one that passed through a floating point number (`22.0`).
fn whole_number(value: &str) -> Option<i64> {
    let whole = match value.split_once('.') {
        Some((whole, decimals)) if decimals.bytes().all(|byte| byte == b'0') => whole,
        _ => value,
    };
    whole.parse().ok()
}

/// A JSON number, which every parser of floating point numbers reads; a finite one, as its exponent has two digits at most.
fn is_double(value: &str) -> bool {
    let exponent = value.split_once(['e', 'E']).map_or("", |(_, exponent)| exponent.trim_start_matches(['+', '-']));
    value.len() <= DOUBLE_MAX && exponent.len() <= 2 && crate::json::is_number(value)
}

fn is_mac(value: &str) -> bool {
    value.len() == 17
        && value.bytes().enumerate().all(|(place, byte)| match place % 3 {
            2 => byte == b':' || byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_host_name(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Writes `MT4Senhasegura` and `name` in capitalised words: letters and digits as they are, other signs left out, and
/// characters beyond ASCII as `U` and their hexadecimal number.
fn custom_key(name: &str, line: &mut Vec<u8>) {
    let start = line.len();
    line.extend_from_slice(CUSTOM_PREFIX.as_bytes());
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
    line.truncate(start + CUSTOM_KEY_MAX);
}

/// Writes a value of the extension, cut to `max` characters before it is escaped. Answers false if nothing was left to write.
///
/// "If an equal sign (=) is used in the extensions, it has to be escaped", a backslash as well, and "multi-line fields can be sent by
/// CEF by encoding the newline character as `\n`". No other escape is read alike everywhere, so other control characters
/// become a space, and NUL becomes U+FFFD. White space and control characters at the ends go: some receivers trim them and some do not.
fn escape(value: &str, max: usize, line: &mut Vec<u8>, changes: &mut Changes) -> bool {
    let value = truncate(trim(value), max, changes);
    let text = value.as_bytes();
    let (mut written, mut at, mut damaged) = (0, 0, false);
    loop {
        let rest = text.get(at..).unwrap_or_default();
        at += bytes::harmless_length(rest, b'=');
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
        bytes::append(line, text.get(written..at).unwrap_or_default());
        line.extend_from_slice(instead);
        at += length;
        written = at;
        damaged |= damages;
    }
    bytes::append(line, text.get(written..).unwrap_or_default());
    changes.replaced += u64::from(damaged);
    !value.is_empty()
}
