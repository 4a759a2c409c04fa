//! The values that options take, each checked when it is made.

use std::fmt;

use serde::de::{self, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::event::Role;
use crate::format::SD_NAME_MAX;
use crate::json::Pointer;
use crate::key::Key;
use crate::time::Offset;

/// The key of a rejection's reason, for hosts that want a JSON object for each record.
pub const ERROR_KEY: &str = "siem_error";

/// The maximum number of characters of a [`RecordKey`]: a limit of this project.
pub(super) const RECORD_KEY_MAX: usize = 128;

/// A number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bounded<const MIN: u32, const MAX: u32>(pub(super) u32);

impl<const MIN: u32, const MAX: u32> Bounded<MIN, MAX> {
    /// Returns `number` if it is within the bounds.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_integer(deserializer, MIN, MAX).map(Self)
    }
}

/// Text for a CEF header field or a key: 1 to `MAX` characters, no control characters, no space at
/// either end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeaderText<const MAX: usize>(pub(super) String);

impl<const MAX: usize> HeaderText<MAX> {
    /// Returns `text` as a header text if it is one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        is_header_text(text, MAX).then(|| Self(copied(text)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns a copy of an option's text.
#[inline(never)] // Inlined for each option, it is 600 bytes larger.
pub(super) fn copied(text: &str) -> String {
    text.to_owned()
}

fn is_header_text(text: &str, max: usize) -> bool {
    // The white space of ECMA-262, whose regular expressions JSON Schema takes.
    let is_space = |c: char| c.is_whitespace() || c == '\u{FEFF}';
    let (mut length, mut last) = (0, ' ');
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || length == 0 && is_space(c) {
            return false;
        }
        (length, last) = (length + 1, c);
    }
    (1..=max).contains(&length) && !is_space(last)
}

impl<'de, const MAX: usize> Deserialize<'de> for HeaderText<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_header_text(deserializer, MAX).map(Self)
    }
}

/// Deserializes a header text of at most `max` characters.
#[inline(never)] // Core modules hold one copy for all options.
fn deserialize_header_text<'de, D: Deserializer<'de>>(deserializer: D, max: usize) -> Result<String, D::Error> {
    let expected = format_args!("a text of 1 to {max} characters, without control characters or a space at either end");
    deserialize_string(deserializer, expected, &|text| is_header_text(text, max))
}

/// The name of a field beside those that the transform adds to a record: `siem_error` is reserved for a
/// rejection's reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordKey(pub(super) HeaderText<RECORD_KEY_MAX>);

impl RecordKey {
    /// Returns `text` as a key if it is one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text == ERROR_KEY { None } else { HeaderText::new(text).map(Self) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl<'de> Deserialize<'de> for RecordKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = format_args!(
            "a text of 1 to {RECORD_KEY_MAX} characters, without control characters or a space at either end, other than \"{ERROR_KEY}\""
        );
        let is_key = |text: &str| text != ERROR_KEY && is_header_text(text, RECORD_KEY_MAX);
        deserialize_string(deserializer, expected, &is_key).map(|text| Self(HeaderText(text)))
    }
}

/// The maximum number of names in `keep`: a limit of this project.
pub(super) const KEEP_MAX: usize = 32;

/// The names of what to pass on beside the line: at most 32, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Keep(Vec<RecordKey>);

impl Keep {
    /// Creates the list; `None` if a name is there twice, or is the 33rd.
    #[must_use]
    pub fn new(names: impl IntoIterator<Item = RecordKey>) -> Option<Self> {
        let mut keep = Self::default();
        names.into_iter().all(|name| keep.add(name).is_ok()).then_some(keep)
    }

    /// The names.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(RecordKey::as_str)
    }

    /// Adds a name, or returns it if it is there, or there is no room for it.
    fn add(&mut self, name: RecordKey) -> Result<(), RecordKey> {
        if self.0.len() == KEEP_MAX || self.0.contains(&name) {
            return Err(name);
        }
        self.0.push(name);
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Keep {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;

        impl<'de> Visitor<'de> for Names {
            type Value = Keep;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an array of at most {KEEP_MAX} different names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Keep, A::Error> {
                let mut keep = Keep::default();
                while let Some(name) = names.next_element()? {
                    if let Err(name) = keep.add(name) {
                        let is_new = !keep.0.contains(&name);
                        let expected =
                            if is_new { "no more than 32 names" } else { "a name that is not in the list yet" };
                        return Err(de::Error::invalid_value(Unexpected::Str(name.as_str()), &expected));
                    }
                }
                Ok(keep)
            }
        }

        deserializer.deserialize_seq(Names)
    }
}

/// What to replace with `[redacted]`: at most 32 different names, none of which is that of a field that describes the
/// event as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Redact(Keep);

/// What stands for secrets in any field.
const SECRETS: &str = "secrets";

impl Redact {
    /// Creates the list; `None` if a name cannot be in it.
    #[must_use]
    pub fn new(names: Keep) -> Option<Self> {
        let are_fields = names.names().all(|name| !describes_event(name));
        are_fields.then_some(Self(names))
    }

    /// The names.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.names()
    }

    /// Returns whether secrets are among them.
    pub(super) fn has_secrets(&self) -> bool {
        self.names().any(|name| name == SECRETS)
    }

    /// The names of fields.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.names().filter(|name| *name != SECRETS)
    }
}

/// Returns whether a field of this name may describe the event as a whole, such as its severity.
fn describes_event(name: &str) -> bool {
    Key::find(name.as_bytes()).is_some_and(|(key, _)| Role::of_key(key).is_some())
}

impl<'de> Deserialize<'de> for Redact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Keep::deserialize(deserializer)?;
        if let Some(name) = names.names().find(|name| describes_event(name)) {
            let expected = "`secrets` or the name of a field that does not describe the event as a whole";
            return Err(de::Error::invalid_value(Unexpected::Str(name), &expected));
        }
        Ok(Self(names))
    }
}

/// The SD-ID of a structured data element, RFC 5424, section 6.3.2: a name of lower-case letters,
/// digits and `_`, then `@` and an enterprise number, at most 32 characters. All receivers read
/// these alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SdId(pub(super) String);

impl SdId {
    /// Returns `text` as an SD-ID if it is one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        is_sd_id(text).then(|| Self(copied(text)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_sd_id(text: &str) -> bool {
    let Some((name, number)) = text.split_once('@') else { return false };
    let in_name = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let mut numbers = number.as_bytes().split(|byte| *byte == b'.');
    let are_numbers = numbers.all(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit));
    text.len() <= SD_NAME_MAX && !name.is_empty() && name.as_bytes().iter().all(in_name) && are_numbers
}

impl<'de> Deserialize<'de> for SdId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let expected = format_args!(
            "at most {SD_NAME_MAX} characters: a lower-case name, `@` and an enterprise number, such as \"senhasegura@32473\""
        );
        deserialize_string(deserializer, expected, &is_sd_id).map(Self)
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_text(deserializer, format_args!("a JSON Pointer such as \"/message\""), Self::parse)
    }
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_text(deserializer, format_args!("\"Z\", \"UTC\" or an offset such as \"-03:00\""), Self::parse)
    }
}

impl Serialize for Offset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Deserializes an integer from `min` to `max`.
#[inline(never)] // Core modules hold one copy for all options.
fn deserialize_integer<'de, D: Deserializer<'de>>(deserializer: D, min: u32, max: u32) -> Result<u32, D::Error> {
    struct Integer {
        min: u32,
        max: u32,
    }

    impl Visitor<'_> for Integer {
        type Value = u32;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an integer from {} to {}", self.min, self.max)
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<u32, E> {
            let bounded = u32::try_from(number).ok().filter(|number| (self.min..=self.max).contains(number));
            bounded.ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<u32, E> {
            self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
        }
    }

    deserializer.deserialize_u32(Integer { min, max })
}

/// Deserializes text for which `is_valid` holds and that `expected` describes.
#[inline(never)] // Core modules hold one copy for all options.
fn deserialize_string<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: fmt::Arguments<'_>,
    is_valid: &dyn Fn(&str) -> bool,
) -> Result<String, D::Error> {
    let mut valid = String::new();
    let mut take = |text: &str| {
        let is_valid = is_valid(text);
        if is_valid {
            valid = copied(text);
        }
        is_valid
    };
    deserialize_checked(deserializer, expected, &mut take).map(|()| valid)
}

/// Deserializes text that `parse` takes and `expected` describes.
fn deserialize_text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: fmt::Arguments<'_>,
    parse: fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    let mut parsed = None;
    let mut take = |text: &str| {
        parsed = parse(text);
        parsed.is_some()
    };
    deserialize_checked(deserializer, expected, &mut take)?;
    parsed.ok_or_else(|| de::Error::custom(expected))
}

/// Deserializes text that `take` takes.
#[inline(never)] // Core modules hold one copy for all options.
fn deserialize_checked<'de, D: Deserializer<'de>>(
    deserializer: D,
    expected: fmt::Arguments<'_>,
    take: &mut dyn FnMut(&str) -> bool,
) -> Result<(), D::Error> {
    struct Text<'e> {
        expected: fmt::Arguments<'e>,
        take: &'e mut dyn FnMut(&str) -> bool,
    }

    impl Visitor<'_> for Text<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_fmt(self.expected)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
            let taken = (self.take)(text);
            if taken { Ok(()) } else { Err(E::invalid_value(Unexpected::Str(text), &self)) }
        }
    }

    deserializer.deserialize_str(Text { expected, take })
}
