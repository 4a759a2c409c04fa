//! The configuration: JSON, every option checked, unknown ones refused by name.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_path_to_error::Segment;

use crate::format::cef;
use crate::json::DEPTH_MAX;
use crate::time::Offset;

/// How records are read and lines are written. [`Config::default`] suits senhasegura records as they are.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Where the senhasegura record is inside each object. Unset: the object is the record, or has nothing to say but the
    /// record's JSON text in its field `message` or `log`.
    pub record: Option<Pointer>,
    /// The time zone of times that have no offset of their own.
    pub timezone: Zone,
    /// What becomes of events that the catalog does not hold.
    pub unknown_events: UnknownEvents,
    /// What becomes of fields that are documented neither for the event's kind nor for all events.
    pub extra_fields: ExtraFields,
    /// CEF Device Vendor.
    pub device_vendor: HeaderText<{ cef::VENDOR_MAX }>,
    /// CEF Device Product. Unset: `Segura` for a record whose product version is 4 or later, else `senhasegura`.
    pub device_product: Option<HeaderText<{ cef::PRODUCT_MAX }>>,
    /// CEF Device Version of records that do not give theirs.
    pub device_version: HeaderText<{ cef::VERSION_MAX }>,
    /// The most bytes that a record may have.
    pub max_record_bytes: Bounded<64, { 64 << 20 }>,
    /// The most levels of objects and arrays that a record may have, its own included.
    pub max_depth: Bounded<2, { DEPTH_MAX }>,
    /// The most fields that a record may have, those inside `extensions` included.
    pub max_fields: Bounded<1, 1024>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            record: None,
            timezone: Zone::default(),
            unknown_events: UnknownEvents::default(),
            extra_fields: ExtraFields::default(),
            device_vendor: HeaderText("MT4".into()),
            device_product: None,
            device_version: HeaderText("unknown".into()),
            max_record_bytes: Bounded(1 << 20),
            max_depth: Bounded(64),
            max_fields: Bounded(256),
        }
    }
}

impl Config {
    /// Reads the configuration from JSON text. Empty text is the default configuration.
    ///
    /// # Errors
    ///
    /// If it is not JSON, an option is unknown, or a value is not what the option takes.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        // serde would take an array for the options in order.
        if !text.trim_start().starts_with('{') {
            return Err(ConfigError { pointer: String::new(), message: "expected a JSON object".into() });
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let config = serde_path_to_error::deserialize(&mut json)
            .map_err(|error| ConfigError { pointer: pointer(error.path()), message: error.inner().to_string() })?;
        json.end().map_err(|error| ConfigError { pointer: String::new(), message: error.to_string() })?;
        Ok(config)
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits { record_bytes: self.max_record_bytes.0, depth: self.max_depth.0, fields: self.max_fields.0 }
    }
}

/// Why a configuration was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pointer: String,
    message: String,
}

impl ConfigError {
    /// The JSON Pointer (RFC 6901) of the value at fault; empty for the whole text.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What was expected and what was found.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            write!(f, "configuration: {}", self.message)
        } else {
            write!(f, "configuration, {}: {}", self.pointer, self.message)
        }
    }
}

impl std::error::Error for ConfigError {}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// What becomes of events that the catalog does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownEvents {
    /// They are written with their own id, name and severity.
    #[default]
    Write,
    /// They are rejected.
    Reject,
}

/// What becomes of fields that are documented neither for the event's kind nor for all events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtraFields {
    /// They are written after the documented ones.
    #[default]
    Keep,
    /// They are dropped, and counted.
    Drop,
}

/// The bounds of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    record_bytes: u32,
    depth: u32,
    fields: u32,
}

impl Limits {
    pub(crate) fn record_bytes(&self) -> usize {
        self.record_bytes as usize
    }

    pub(crate) fn depth(&self) -> u32 {
        self.depth
    }

    pub(crate) fn fields(&self) -> usize {
        self.fields as usize
    }
}

/// A number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounded<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Bounded<MIN, MAX> {
    /// `number`, if it is within the bounds.
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
        let number = i64::deserialize(deserializer)?;
        u32::try_from(number)
            .ok()
            .and_then(Self::new)
            .ok_or_else(|| D::Error::custom(format_args!("expected a number from {MIN} to {MAX}, found {number}")))
    }
}

/// Text for a CEF header field: 1 to `MAX` characters, none of them a control character, no space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderText<const MAX: usize>(String);

impl<const MAX: usize> HeaderText<MAX> {
    /// `text`, if a header field of CEF can hold it as it is.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.chars().count() <= MAX
            && text == text.trim()
            && !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for HeaderText<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).ok_or_else(|| {
            D::Error::custom(format_args!(
                "expected 1 to {MAX} characters without control characters or outer spaces, found {text:?}"
            ))
        })
    }
}

/// A JSON Pointer (RFC 6901) to something inside an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Reads a pointer such as `/message` or `/event/original`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let tokens = text.strip_prefix('/')?.split('/');
        tokens
            .map(|token| {
                let mut escapes = token.split('~').skip(1);
                escapes
                    .all(|escape| escape.starts_with(['0', '1']))
                    .then(|| token.replace("~1", "/").replace("~0", "~"))
            })
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    pub(crate) fn tokens(&self) -> &[String] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format_args!("expected a JSON Pointer such as \"/message\", found {text:?}"))
        })
    }
}

/// A time zone of fixed offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zone(pub Offset);

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Offset::parse(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format_args!("expected \"Z\", \"UTC\" or an offset such as \"-03:00\", found {text:?}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (String, String) {
        let error = Config::from_json(text).unwrap_err();
        (error.pointer, error.message)
    }

    #[test]
    fn takes_every_option() {
        let config = Config::from_json(
            r#"{"record": "/a~1b/0", "timezone": "-03:00", "unknown_events": "reject", "extra_fields": "drop",
                "device_vendor": "Acme", "device_product": "Vault", "device_version": "1.0",
                "max_record_bytes": 4096, "max_depth": 8, "max_fields": 32}"#,
        )
        .unwrap();
        assert_eq!(config.record.unwrap().tokens(), ["a/b", "0"]);
        assert_eq!(config.unknown_events, UnknownEvents::Reject);
        assert_eq!(config.extra_fields, ExtraFields::Drop);
        assert_eq!(config.device_vendor.as_str(), "Acme");
        assert_eq!(config.max_fields.get(), 32);
    }

    #[test]
    fn takes_no_text_for_the_default() {
        assert!(Config::from_json(" \n").is_ok());
        assert!(Config::from_json("{}").is_ok());
    }

    #[test]
    fn refuses_by_pointer_and_says_what_was_expected() {
        for (text, pointer, message) in [
            (r#"{"max_depth": 1000}"#, "/max_depth", "expected a number from 2 to 128, found 1000"),
            (r#"{"max_depth": "8"}"#, "/max_depth", "invalid type: string \"8\", expected i64"),
            (r#"{"record": "message"}"#, "/record", "expected a JSON Pointer such as \"/message\", found \"message\""),
            (r#"{"record": "/a~2"}"#, "/record", "expected a JSON Pointer such as \"/message\", found \"/a~2\""),
            (
                r#"{"timezone": "America/Sao_Paulo"}"#,
                "/timezone",
                "expected \"Z\", \"UTC\" or an offset such as \"-03:00\", found \"America/Sao_Paulo\"",
            ),
            (
                r#"{"device_vendor": "a\nb"}"#,
                "/device_vendor",
                "expected 1 to 63 characters without control characters or outer spaces, found \"a\\nb\"",
            ),
            (
                r#"{"unknown_events": "keep"}"#,
                "/unknown_events",
                "unknown variant `keep`, expected `write` or `reject`",
            ),
            ("[]", "", "expected a JSON object"),
        ] {
            let (found_pointer, found_message) = refused(text);
            assert_eq!(found_pointer, pointer, "{text}");
            assert!(found_message.starts_with(message), "{text}: {found_message}");
        }
    }

    #[test]
    fn refuses_unknown_options_by_name() {
        let (pointer, message) = refused(r#"{"max_dept": 8}"#);
        assert_eq!(pointer, "/max_dept");
        assert!(message.starts_with("unknown field `max_dept`, expected one of `record`, `timezone`"), "{message}");
    }

    #[test]
    fn refuses_what_is_not_one_json_object() {
        for text in ["{", "{} {}", "null", "7", r#"{"max_depth": 8, "max_depth": 9}"#] {
            assert!(Config::from_json(text).is_err(), "{text}");
        }
    }
}
