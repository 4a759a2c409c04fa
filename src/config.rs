//! The configuration: JSON, every option checked, unknown ones refused by name.

use std::fmt::{self, Write as _};

use crate::bytes::{Buffer, whole_number};
use crate::event;
pub use crate::event::{ExtraFields, UnknownEvents};
pub use crate::format::{Carrier, CefKeys, Format, Msg};
use crate::format::{self, CefOptions, PRODUCT_MAX, Product, SD_NAME_MAX, VENDOR_MAX, VERSION_MAX};
use crate::framing::Framing;
pub use crate::json::Pointer;
use crate::json::{DEPTH_MAX, Error, Expected, Json, is_space};
use crate::outcome::Problem;
use crate::record::{Limits, Wrapping};
use crate::time::Offset;

/// The most bytes of the JSON text of a configuration.
const TEXT_MAX: usize = 1 << 20;

/// The most characters of `line_key`.
const LINE_KEY_MAX: usize = 128;

/// What a rejected record has beside it, in a host which wants a JSON object for each.
pub(crate) const ERROR_KEY: &str = "siem_error";

/// The most characters of what is shown of something that was found.
const SHOWN_MAX: usize = 60;

/// How records are read and lines are written. [`Config::default`] suits senhasegura records as they are.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// What lines look like.
    pub format: Format,
    /// How they are told apart.
    pub framing: Framing,
    /// Where the senhasegura record is inside each object; the empty pointer is the object itself. Unset: the object is the record, or, if the
    /// catalog does not know it and it has no field that senhasegura documents, holds the record's JSON text in its field `message` or
    /// `log`; its time then serves where the record gives none.
    pub record: Option<Pointer>,
    /// The time zone of times that have no offset of their own.
    pub timezone: Offset,
    /// What becomes of events that the catalog does not hold.
    pub unknown_events: UnknownEvents,
    /// What becomes of fields that are documented neither for the event's kind nor for all events.
    pub extra_fields: ExtraFields,
    /// Which keys an extension of CEF has.
    pub keys: CefKeys,
    /// What stands before CEF.
    pub carrier: Carrier,
    /// Whether `\\`, `|` and `=` in a header field of CEF become `/`, `/` and `:`, for receivers that do not unescape it.
    pub safe_header: bool,
    /// CEF Device Vendor.
    pub device_vendor: HeaderText<{ VENDOR_MAX }>,
    /// CEF Device Product, RFC 5424 APP-NAME and RFC 3164 TAG. Unset: `Segura` for a record whose product version is 4 or later, else `senhasegura`.
    pub device_product: Option<HeaderText<{ PRODUCT_MAX }>>,
    /// CEF Device Version of records that do not give theirs.
    pub device_version: HeaderText<{ VERSION_MAX }>,
    /// The facility of RFC 5424, section 6.2.1, and RFC 3164.
    pub facility: Bounded<0, 23>,
    /// RFC 5424 SD-ID, section 6.3.2. The number of the default is reserved for examples, as senhasegura has none of its own.
    pub sd_id: SdId,
    /// Whether a byte order mark stands before MSG, RFC 5424, section 6.4. Many receivers take it for text.
    pub bom: bool,
    /// What MSG of RFC 5424 is.
    pub msg: Msg,
    /// The most bytes that a line may have, with its framing. Fields are dropped and texts are cut until it fits.
    pub max_bytes: Bounded<200, { 64 << 20 }>,
    /// The key that a host which wants a JSON object finds the line under.
    pub line_key: LineKey,
    /// What becomes of a record that is rejected, in a host which wants an answer for each.
    pub rejected: Rejected,
    /// The most bytes that a record may have.
    pub max_record_bytes: Bounded<64, { 64 << 20 }>,
    /// The most levels of objects and arrays that a record may have, its own included.
    pub max_depth: Bounded<2, { DEPTH_MAX }>,
    /// The most fields that a record may have, those inside `extensions` included.
    pub max_fields: Bounded<1, 1024>,
}

/// The options by the names that they have in JSON, which are those of the fields.
macro_rules! options {
    ($($name:ident)*) => {
        static OPTIONS: &[(&str, fn(&mut Config, &Setting) -> Result<(), Wanted>)] =
            &[$((stringify!($name), |config, setting| set(&mut config.$name, setting))),*];
    };
}

options! {
    format framing record timezone unknown_events extra_fields keys carrier safe_header device_vendor device_product device_version
    facility sd_id bom msg max_bytes line_key rejected max_record_bytes max_depth max_fields
}

fn set<T: FromSetting>(option: &mut T, setting: &Setting) -> Result<(), Wanted> {
    *option = T::from_setting(setting).ok_or(T::WANTED)?;
    Ok(())
}

impl Default for Config {
    fn default() -> Self {
        Self {
            format: Format::default(),
            framing: Framing::default(),
            record: None,
            timezone: Offset::default(),
            unknown_events: UnknownEvents::default(),
            extra_fields: ExtraFields::default(),
            keys: CefKeys::default(),
            carrier: Carrier::default(),
            safe_header: false,
            device_vendor: HeaderText("MT4".into()),
            device_product: None,
            device_version: HeaderText("unknown".into()),
            facility: Bounded(1),
            sd_id: SdId("senhasegura@32473".into()),
            bom: false,
            msg: Msg::default(),
            max_bytes: Bounded(8192),
            line_key: LineKey(HeaderText("message".into())),
            rejected: Rejected::default(),
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
        if is_blank(text) {
            return Ok(Self::default());
        }
        if text.len() > TEXT_MAX {
            return Err(ConfigError::of("", format!("expected at most {TEXT_MAX} bytes, found {}", text.len())));
        }
        let mut json = Json::checked(text.as_bytes(), true);
        let malformed = |refusal, json: &Json<'_>| {
            ConfigError::of("", Problem::new(refusal, json.at(), text.as_bytes()).to_string())
        };
        if json.next_token() != Some(b'{') {
            let found = Setting::read(&mut json).map_err(|refusal| malformed(refusal, &json))?;
            return Err(ConfigError::of("", format!("expected a JSON object, found {found}")));
        }
        let mut config = Self::default();
        let mut names = Vec::new();
        while let Some((name, setting)) =
            Setting::member(&mut json, names.is_empty()).map_err(|refusal| malformed(refusal, &json))?
        {
            let Some((_, set)) = OPTIONS.iter().find(|(option, _)| *option == name) else {
                let mut message = String::from("expected one of ");
                for (option, _) in OPTIONS {
                    message.extend(["`", option, "`, "]);
                }
                return Err(ConfigError::of(&name, format!("{message}found {}", Quoted(&name))));
            };
            set(&mut config, &setting)
                .map_err(|wanted| ConfigError::of(&name, format!("expected {wanted}, found {setting}")))?;
            if names.contains(&name) {
                return Err(ConfigError::of(&name, "expected each option once, found it again".into()));
            }
            names.push(name);
        }
        match json.next_token() {
            None => Ok(config),
            Some(_) => Err(malformed(Error::Expected(Expected::End), &json)),
        }
    }

    /// The bounds of a record.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            record_bytes: self.max_record_bytes.get() as usize,
            depth: self.max_depth.get(),
            fields: self.max_fields.get() as usize,
        }
    }

    /// Where the record is inside each object.
    pub(crate) fn wrapping(&self) -> Wrapping {
        match &self.record {
            None => Wrapping::Unknown,
            Some(pointer) if pointer.is_whole() => Wrapping::Whole,
            Some(pointer) => Wrapping::Pointer(pointer.clone()),
        }
    }

    /// What is to be decided of an event.
    pub(crate) fn event_options(&self) -> event::Options {
        event::Options {
            timezone: self.timezone,
            unknown_events: self.unknown_events,
            extra_fields: self.extra_fields,
        }
    }

    /// What lines are to look like.
    pub(crate) fn format_options(&self) -> format::Options {
        format::Options {
            format: self.format,
            carrier: self.carrier,
            msg: self.msg,
            cef: CefOptions {
                vendor: self.device_vendor.as_str().to_owned(),
                keys: self.keys,
                safe_header: self.safe_header,
            },
            facility: self.facility.get() as u8,
            sd_id: self.sd_id.as_str().to_owned(),
            bom: self.bom,
            product: Product {
                name: self.device_product.as_ref().map(|name| name.as_str().to_owned()),
                version: self.device_version.as_str().to_owned(),
            },
        }
    }
}

/// Whether the text is nothing but white space of JSON, if that.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| is_space(&byte))
}

/// Why a configuration was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    pointer: String,
    message: String,
}

impl ConfigError {
    fn of(name: &str, message: String) -> Self {
        let mut pointer = String::new();
        if !name.is_empty() {
            pointer.push('/');
        }
        for c in name.chars() {
            match c {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                c => pointer.push(c),
            }
        }
        Self { pointer, message }
    }

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
            f.write_str("configuration, ")?;
            show(&self.pointer, &[], f)?;
            write!(f, ": {}", self.message)
        }
    }
}

impl std::error::Error for ConfigError {}

/// The value that the JSON gives an option.
enum Setting {
    Null,
    Boolean(bool),
    Integer(i64),
    /// Too great for an integer, or none.
    OtherNumber(String),
    Text(String),
    Array,
    Object,
}

impl Setting {
    /// Reads the next member of an object, if there is one: its name and value.
    fn member(json: &mut Json<'_>, first: bool) -> Result<Option<(String, Self)>, Error> {
        let another = if first {
            json.expect(b'{', Expected::Object)?;
            !json.take(b'}')
        } else {
            json.another(b'}', Expected::CommaOrBrace)?
        };
        if !another {
            return Ok(None);
        }
        json.key()?;
        let mut decoded = Buffer::default();
        let name = json.decode_key(&mut decoded, &mut false);
        let name = owned(name.get(json.window(), &decoded));
        Ok(Some((name, Self::read(json)?)))
    }

    /// Reads the next value.
    fn read(json: &mut Json<'_>) -> Result<Self, Error> {
        let mut decoded = Buffer::default();
        Ok(match json.next_token() {
            Some(b'"') => {
                let text = json.string(&mut decoded, &mut false)?;
                Self::Text(owned(text.get(json.window(), &decoded)))
            }
            Some(b'{') => json.skip(DEPTH_MAX).map(|()| Self::Object)?,
            Some(b'[') => json.skip(DEPTH_MAX).map(|()| Self::Array)?,
            _ => match &*owned(json.literal()?.get(json.window(), &[])) {
                "null" => Self::Null,
                "true" => Self::Boolean(true),
                "false" => Self::Boolean(false),
                number => {
                    whole_number(number.as_bytes()).map_or_else(|| Self::OtherNumber(number.to_owned()), Self::Integer)
                }
            },
        })
    }

    fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

fn owned(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => value.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::OtherNumber(number) => show(number, &[], f),
            Self::Text(text) => Quoted(text).fmt(f),
            Self::Array => f.write_str("an array"),
            Self::Object => f.write_str("an object"),
        }
    }
}

/// Writes the beginning of a text, with its control characters, and others that mean something, as JSON escapes them.
fn show(text: &str, special: &[char], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (place, c) in text.chars().enumerate() {
        match c {
            _ if place == SHOWN_MAX => return f.write_char('…'),
            '\n' => f.write_str("\\n")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c if special.contains(&c) => write!(f, "\\{c}")?,
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

/// The beginning of a text in quotes, as JSON has it.
struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        show(self.0, &['"', '\\'], f)?;
        f.write_char('"')
    }
}

/// What an option may be set to.
trait FromSetting: Sized {
    const WANTED: Wanted;
    fn from_setting(setting: &Setting) -> Option<Self>;
}

/// What an option may be set to, for people.
#[derive(Clone, Copy)]
enum Wanted {
    Words(&'static [&'static str]),
    Integer { min: u32, max: u32 },
    Text { max: usize, but: &'static str },
    SdId,
    Other(&'static str),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => {
                for (place, word) in words.iter().enumerate() {
                    write!(f, "{}`{word}`", if place == 0 { "" } else { " or " })?;
                }
                Ok(())
            }
            Self::Integer { min, max } => write!(f, "an integer from {min} to {max}"),
            Self::Text { max, but } => {
                write!(f, "1 to {max} characters without control characters or outer spaces{but}")
            }
            Self::SdId => write!(f, "at most {SD_NAME_MAX} characters such as \"senhasegura@32473\""),
            Self::Other(words) => f.write_str(words),
        }
    }
}

/// An option without a default value: null is as good as leaving it out.
impl<T: FromSetting> FromSetting for Option<T> {
    const WANTED: Wanted = T::WANTED;

    fn from_setting(setting: &Setting) -> Option<Self> {
        if let Setting::Null = setting { Some(None) } else { T::from_setting(setting).map(Some) }
    }
}

/// An option that is one of some words.
macro_rules! words {
    ($type:ty: $($word:literal => $value:ident),* $(,)?) => {
        impl FromSetting for $type {
            const WANTED: Wanted = Wanted::Words(&[$($word),*]);

            fn from_setting(setting: &Setting) -> Option<Self> {
                static VALUES: &[(&str, $type)] = &[$(($word, <$type>::$value)),*];
                let text = setting.text()?;
                VALUES.iter().find(|(word, _)| *word == text).map(|&(_, value)| value)
            }
        }
    };
}

words!(Format: "cef" => Cef, "rfc5424" => Rfc5424, "sensage" => Sensage);

words!(Framing: "newline" => Newline, "octet-counting" => OctetCounting, "nul" => Nul, "none" => None);

words!(UnknownEvents: "write" => Write, "reject" => Reject);

words!(ExtraFields: "keep" => Keep, "drop" => Drop);

words!(CefKeys: "vendor" => Vendor, "dictionary" => Dictionary);

words!(Carrier: "none" => None, "rfc3164" => Rfc3164, "rfc5424" => Rfc5424);

words!(Msg: "text" => Text, "cef" => Cef);

/// What becomes of a record that is rejected, in a host which wants an answer for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rejected {
    /// It goes on as it is, with what is wrong beside it.
    #[default]
    Keep,
    /// It is dropped.
    Drop,
}

words!(Rejected: "keep" => Keep, "drop" => Drop);

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

impl<const MIN: u32, const MAX: u32> FromSetting for Bounded<MIN, MAX> {
    const WANTED: Wanted = Wanted::Integer { min: MIN, max: MAX };

    fn from_setting(setting: &Setting) -> Option<Self> {
        let Setting::Integer(number) = setting else { return None };
        u32::try_from(*number).ok().and_then(Self::new)
    }
}

/// Text for a CEF header field or a key: 1 to `MAX` characters, none of them a control character, no space at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderText<const MAX: usize>(String);

impl<const MAX: usize> HeaderText<MAX> {
    /// `text`, if it is that.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        is_header_text(text, MAX).then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_header_text(text: &str, max: usize) -> bool {
    !text.is_empty()
        && text.chars().count() <= max
        && text == text.trim()
        && !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

impl<const MAX: usize> FromSetting for HeaderText<MAX> {
    const WANTED: Wanted = Wanted::Text { max: MAX, but: "" };

    fn from_setting(setting: &Setting) -> Option<Self> {
        Self::new(setting.text()?)
    }
}

/// The key of the line in a JSON object: that of a rejection's reason is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineKey(HeaderText<LINE_KEY_MAX>);

impl LineKey {
    /// `text`, if it is one.
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

impl FromSetting for LineKey {
    const WANTED: Wanted = Wanted::Text { max: LINE_KEY_MAX, but: ", and not \"siem_error\"" };

    fn from_setting(setting: &Setting) -> Option<Self> {
        Self::new(setting.text()?)
    }
}

/// The SD-ID of a structured data element, RFC 5424, section 6.3.2: a name of small letters, digits and `_`, `@`, and an enterprise
/// number, at most 32 characters. That is what all receivers read alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdId(String);

impl SdId {
    /// `text`, if it is an SD-ID.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let (name, number) = text.split_once('@')?;
        let in_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let numbers =
            || number.split('.').all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
        let fits = text.len() <= SD_NAME_MAX && !name.is_empty() && name.chars().all(in_name) && numbers();
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromSetting for SdId {
    const WANTED: Wanted = Wanted::SdId;

    fn from_setting(setting: &Setting) -> Option<Self> {
        Self::new(setting.text()?)
    }
}

impl FromSetting for bool {
    const WANTED: Wanted = Wanted::Other("true or false");

    fn from_setting(setting: &Setting) -> Option<Self> {
        if let Setting::Boolean(value) = setting { Some(*value) } else { None }
    }
}

impl FromSetting for Pointer {
    const WANTED: Wanted = Wanted::Other("a JSON Pointer such as \"/message\"");

    fn from_setting(setting: &Setting) -> Option<Self> {
        Self::parse(setting.text()?)
    }
}

impl FromSetting for Offset {
    const WANTED: Wanted = Wanted::Other("\"Z\", \"UTC\" or an offset such as \"-03:00\"");

    fn from_setting(setting: &Setting) -> Option<Self> {
        Self::parse(setting.text()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use regex::Regex;
    use serde_json::Value;

    fn refused(text: &str) -> (String, String) {
        let error = Config::from_json(text).unwrap_err();
        (error.pointer, error.message)
    }

    #[test]
    fn takes_every_option() {
        let text = r#"{"record": "/a~1b/0", "timezone": "-03:00", "unknown_events": "reject", "extra_fields": "drop",
                "device_vendor": "Acme", "device_product": "Vault", "device_version": "1.0",
                "max_record_bytes": 4096, "max_depth": 8, "max_fields": 32,
                "format": "rfc5424", "framing": "nul", "facility": 23, "sd_id": "acme_vault@1.2", "bom": true,
                "keys": "dictionary", "carrier": "rfc3164", "safe_header": true, "msg": "cef", "max_bytes": 480,
                "line_key": "line", "rejected": "drop"}"#;
        let names: Value = serde_json::from_str(text).unwrap();
        assert!(OPTIONS.iter().all(|(name, _)| names.get(name).is_some()));
        let config = Config::from_json(text).unwrap();
        assert_eq!(config.record.unwrap().tokens(), ["a/b", "0"]);
        assert_eq!(config.unknown_events, UnknownEvents::Reject);
        assert_eq!(config.extra_fields, ExtraFields::Drop);
        assert_eq!(config.device_vendor.as_str(), "Acme");
        assert_eq!(config.max_fields.get(), 32);
        assert_eq!((config.keys, config.carrier, config.msg), (CefKeys::Dictionary, Carrier::Rfc3164, Msg::Cef));
        assert!(config.safe_header && config.bom);
        assert_eq!(config.max_bytes.get(), 480);
    }

    #[test]
    fn takes_no_text_for_the_default() {
        assert!(Config::from_json(" \n").is_ok());
        assert!(Config::from_json("{}").is_ok());
        assert!(Config::from_json(r#"{"record": null, "device_product": null}"#).is_ok());
        assert!(Config::from_json(r#"{"record": "", "max_depth": 8.0}"#).is_ok());
    }

    #[test]
    fn refuses_by_pointer_and_says_what_was_expected() {
        for (text, pointer, message) in [
            (r#"{"max_depth": 1000}"#, "/max_depth", "expected an integer from 2 to 128, found 1000"),
            (r#"{"max_depth": "8"}"#, "/max_depth", "expected an integer from 2 to 128, found \"8\""),
            (r#"{"max_depth": 8e0}"#, "/max_depth", "expected an integer from 2 to 128, found 8e0"),
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
            (r#"{"unknown_events": "keep"}"#, "/unknown_events", "expected `write` or `reject`, found \"keep\""),
            (r#"{"max_depth": null}"#, "/max_depth", "expected an integer from 2 to 128, found null"),
            (r#"{"max_depth": 8.5}"#, "/max_depth", "expected an integer from 2 to 128, found 8.5"),
            (
                r#"{"max_depth": 18446744073709551615}"#,
                "/max_depth",
                "expected an integer from 2 to 128, found 18446744073709551615",
            ),
            (
                r#"{"timezone": ["Z"]}"#,
                "/timezone",
                "expected \"Z\", \"UTC\" or an offset such as \"-03:00\", found an array",
            ),
            (r#"{"record": {}}"#, "/record", "expected a JSON Pointer such as \"/message\", found an object"),
            (r#"{"a/b~": 1}"#, "/a~1b~0", "expected one of `format`, `framing`, `record`"),
            (r#"{"format": "leef"}"#, "/format", "expected `cef` or `rfc5424` or `sensage`, found \"leef\""),
            (r#"{"bom": 1}"#, "/bom", "expected true or false, found 1"),
            (
                r#"{"sd_id": "senhasegura"}"#,
                "/sd_id",
                "expected at most 32 characters such as \"senhasegura@32473\", found \"senhasegura\"",
            ),
            (
                r#"{"line_key": "siem_error"}"#,
                "/line_key",
                "expected 1 to 128 characters without control characters or outer spaces, and not \"siem_error\", found \"siem_error\"",
            ),
            ("\u{A0}", "", "expected a value, found byte 0xC2 at byte 0"),
            ("[]", "", "expected a JSON object, found an array"),
            (r#"{"max_depth": 8, "max_depth": 8}"#, "/max_depth", "expected each option once, found it again"),
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
        assert!(message.starts_with("expected one of `format`, `framing`, `record`, `timezone`"), "{message}");
        assert!(message.ends_with(", `max_fields`, found \"max_dept\""), "{message}");
    }

    #[test]
    fn shows_no_more_of_what_it_found_than_one_reads() {
        let long = "é\u{1}".repeat(1000);
        for text in [
            serde_json::json!({ "format": long }).to_string(),
            serde_json::json!({ &*long: 1 }).to_string(),
            format!(r#"{{"max_depth": {}}}"#, "1".repeat(1000)),
        ] {
            let error = Config::from_json(&text).unwrap_err();
            assert!(error.message.chars().count() < 600 && error.message.contains('…'), "{error}");
            assert!(!error.to_string().contains(char::is_control) && error.to_string().len() < 1200, "{error}");
        }
        assert_eq!(refused(&serde_json::json!({ &*long: 1 }).to_string()).0, format!("/{long}"));
        let text = "x".repeat(60);
        let (_, message) = refused(&serde_json::json!({ "format": text }).to_string());
        assert!(message.ends_with(&format!("found \"{text}\"")), "{message}");
    }

    #[test]
    fn refuses_what_is_not_one_json_object() {
        for text in ["{", "{} {}", "null", "7", r#"{"max_depth": 8, "max_depth": 9}"#] {
            assert!(Config::from_json(text).is_err(), "{text}");
        }
    }

    /// The configuration with this option, if it is taken.
    fn with(name: &str, value: &Value) -> Option<Config> {
        Config::from_json(&serde_json::json!({ name: value }).to_string()).ok()
    }

    fn schema() -> Vec<(String, Value)> {
        let schema: Value = serde_json::from_str(include_str!("config.schema.json")).unwrap();
        // A map would forget the order.
        let names = OPTIONS.iter().map(|(name, _)| (*name).to_owned());
        assert_eq!(schema["properties"].as_object().unwrap().len(), OPTIONS.len());
        names.map(|name| (name.clone(), schema["properties"][&name].clone())).collect()
    }

    #[test]
    fn the_schema_and_the_readme_have_every_option_and_its_default() {
        let readme = include_str!("../README.md").split_once("## Configuration").unwrap().1;
        let rows: Vec<_> = readme
            .lines()
            .skip_while(|line| !line.starts_with("|---"))
            .skip(1)
            .map_while(|line| {
                let mut cells = line.strip_prefix('|')?.split('|').map(|cell| cell.trim().trim_matches('`').to_owned());
                Some((cells.next()?, cells.next()?))
            })
            .collect();
        let expected = schema().into_iter().map(|(name, schema)| {
            let default = &schema["default"];
            let unchanged = with(&name, default).map(|config| format!("{config:?}"));
            assert_eq!(unchanged, Some(format!("{:?}", Config::default())), "{name}");
            (name, if default.is_null() { String::new() } else { default.to_string() })
        });
        assert_eq!(rows, expected.collect::<Vec<_>>());
    }

    #[test]
    fn the_schema_has_the_bounds_and_words_that_are_taken() {
        for (name, schema) in schema() {
            for example in schema["examples"].as_array().into_iter().flatten() {
                assert!(with(&name, example).is_some(), "{name}: {example}");
            }
            for other in [Value::from(0.5), true.into(), Value::Null, Value::from(""), Value::Array(Vec::new())] {
                let types = &schema["type"];
                let pattern = schema["pattern"].as_str().map(|pattern| Regex::new(pattern).unwrap());
                let is =
                    |word: &str| *types == word || types.as_array().is_some_and(|types| types.contains(&word.into()));
                let expected = (other.is_null() && is("null"))
                    || (other.is_boolean() && is("boolean"))
                    || (other == "" && pattern.as_ref().is_some_and(|pattern| pattern.is_match("")));
                assert_eq!(with(&name, &other).is_some(), expected, "{name}: {other}");
            }
            if let (Some(minimum), Some(maximum)) = (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
                for (number, taken) in [(minimum, true), (maximum, true), (minimum - 1, false), (maximum + 1, false)] {
                    assert_eq!(with(&name, &number.into()).is_some(), taken, "{name}: {number}");
                }
            }
            if let Some(words) = schema["enum"].as_array() {
                assert!(words.iter().all(|word| with(&name, word).is_some()), "{name}");
                let refused = Config::from_json(&serde_json::json!({ &name: "other" }).to_string()).unwrap_err();
                let words: Vec<_> = words.iter().map(|word| format!("`{}`", word.as_str().unwrap())).collect();
                assert_eq!(refused.message, format!("expected {}, found \"other\"", words.join(" or ")));
            }
        }
    }

    proptest! {
        /// The patterns of the schema take just the texts that are taken.
        #[test]
        fn the_schema_has_the_texts_that_are_taken(
            text in "siem_error|[a-z]{0,3}[@0-9.]{0,6}|(/[a-z~01/]{0,3}){0,3}|[+-Zz]?[0-9:]{0,5}|UTC|[ -~\u{0}\u{85}\u{a0}\u{2028}é]{0,4}|[a-zé]{28,34}|[a-zé]{60,66}|[a-z]{25,30}@1"
        ) {
            for (name, schema) in schema() {
                let Some(pattern) = schema["pattern"].as_str() else { continue };
                let fits = schema["maxLength"].as_u64().is_none_or(|max| text.chars().count() as u64 <= max);
                let fits = fits && schema["not"]["const"] != text;
                let expected = fits && Regex::new(pattern).unwrap().is_match(&text);
                prop_assert_eq!(with(&name, &text.as_str().into()).is_some(), expected, "{}: {:?}", name, text);
            }
        }
    }
}
