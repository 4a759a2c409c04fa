//! The configuration: one struct, from which everything else is made.
//!
//! An option is a field with its doc comment and, unless that of its type will do, its default. The
//! JSON Schema, the table of options in the README, the TypeScript type and the command's flags are
//! made from these by `BLESS=1 cargo test --test schema`. A flag's help is the first paragraph.

mod de;
mod error;
#[cfg(feature = "schema")]
mod schema;
mod value;

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use smart_default::SmartDefault;

pub use error::ConfigError;
use value::copied;
pub use value::{Bounded, ERROR_KEY, HeaderText, Keep, RecordKey, Redact, SdId};

use crate::event;
pub use crate::event::{ExtraFields, UnknownEvents};
use crate::format::{self, CefOptions, PRODUCT_MAX, Product, VENDOR_MAX, VERSION_MAX};
pub use crate::format::{Carrier, CefKeys, Format, Msg};
use crate::framing::Framing;
pub use crate::json::Pointer;
use crate::json::{DEPTH_MAX, is_space};
use crate::record::{Apart, Limits, MaskOptions, ReadOptions, Wrapping};
pub use crate::record::{Input, Invisible};
use crate::time::Offset;

/// The maximum number of characters of the name of a field: a limit of this project.
const TIME_FIELD_MAX: usize = 128;

/// Defines the struct, and how it is deserialized: each option is set as it is read. What serde
/// derives would first collect them all, which takes three times as much code.
macro_rules! options {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$option_meta:meta])* pub $option:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$option_meta])* pub $option: $type,)*
        }

        impl $name {
            /// The names of the options.
            const OPTIONS: &[&str] = &[$(stringify!($option)),*];

            /// Sets the option with this index among [`Self::OPTIONS`] to the next value of `map`.
            #[inline(never)] // Inlined, it is larger.
            fn set<'de, A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error> {
                let mut options = 0..;
                $(if options.next() == Some(index) {
                    self.$option = map.next_value()?;
                    return Ok(());
                })*
                // The index is that of an option.
                Ok(())
            }
        }
    };
}

options! {
    /// How records are read and lines are written. Every option may be omitted: the defaults suit
    /// senhasegura records as they are.
    #[derive(Debug, Clone, SmartDefault, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(title = "senhasegura-siem configuration"))]
    #[serde(deny_unknown_fields, default)]
    #[non_exhaustive]
    pub struct Config {
        /// The format of the lines.
        pub format: Format,
        /// How lines are separated. Has no effect in hosts that take lines one by one, nor in the command's modes
        /// `one-to-one` and `rsyslog`.
        pub framing: Framing,
        /// JSON Pointer (RFC 6901) to the record inside each object: an object, an array of records, or a string with
        /// the text of one, such as JSON or CEF. The empty pointer is the object itself. Without this option, the
        /// record is looked for.
        ///
        /// It is found as the object itself, as what a parser made of it, or as a text or an object inside. If it has
        /// no time or host, those around it are used. See `src/record/dialects.md`.
        pub record: Option<Pointer>,
        /// What is read.
        pub input: Input,
        /// The time zone of times without an offset: `Z`, `UTC`, or an offset such as `-03:00`. Names such as
        /// `America/Sao_Paulo` are refused.
        pub timezone: Offset,
        /// The name of the field that holds the time; it is tried before all others. For a field around the record, or
        /// of an object of another dialect, its path, such as `event.created`.
        pub time_field: Option<HeaderText<TIME_FIELD_MAX>>,
        /// What to do with events that the catalog does not hold.
        pub unknown_events: UnknownEvents,
        /// What to do with fields that are documented neither for the event nor for all events.
        pub extra_fields: ExtraFields,
        /// The keys of a CEF extension.
        pub keys: CefKeys,
        /// The header before CEF.
        pub carrier: Carrier,
        /// Whether to replace `\`, `|` and `=` in the CEF header with `/`, `/` and `:`, for receivers
        /// that do not unescape it.
        pub safe_header: bool,
        /// CEF Device Vendor.
        #[default(HeaderText("MT4".into()))]
        pub device_vendor: HeaderText<{ VENDOR_MAX }>,
        /// CEF Device Product, RFC 5424 APP-NAME and RFC 3164 TAG. Without it, `Segura` for records
        /// whose product version is 4 or later, `senhasegura` for others.
        pub device_product: Option<HeaderText<{ PRODUCT_MAX }>>,
        /// CEF Device Version of records that give none.
        #[default(HeaderText("unknown".into()))]
        pub device_version: HeaderText<{ VERSION_MAX }>,
        /// The facility of RFC 5424 (section 6.2.1) and RFC 3164.
        #[default(Bounded(1))]
        pub facility: Bounded<0, 23>,
        /// RFC 5424 SD-ID (section 6.3.2): a lower-case name, `@` and your enterprise number. The
        /// number in the default is reserved for examples.
        #[default(SdId("senhasegura@32473".into()))]
        pub sd_id: SdId,
        /// Whether to write a byte order mark before RFC 5424 MSG (section 6.4). Many receivers read it
        /// as part of the text.
        pub bom: bool,
        /// The content of RFC 5424 MSG.
        pub msg: Msg,
        /// The maximum length of a line in bytes, with its framing. Fields are dropped and values are
        /// cut to fit.
        #[default(Bounded(8192))]
        #[cfg_attr(feature = "schema", schemars(example = 1024, example = 2048))]
        pub max_bytes: Bounded<200, { 64 << 20 }>,
        /// The key of the line in Fluent Bit's records, which must not be `siem_error`. Has no effect elsewhere.
        #[default(RecordKey(HeaderText("message".into())))]
        pub line_key: RecordKey,
        /// What to pass on beside the line: `severity` (0 to 10), `syslog_severity` (0 to 7), `host`, `id`,
        /// `name`, `kind`, `time`, or the name of a field. Fluent Bit gets it as fields of the record, Redpanda
        /// Connect and Bento as metadata, rsyslog as `$!siem_kept`; it has no effect elsewhere.
        ///
        /// `host` and `id` are as in the header of RFC 5424, `time` as in RFC 3339, `kind` is the name in the
        /// catalog. All are texts without control characters, cut to 1024 bytes. What the event does not have is
        /// omitted, except in metadata, where it is empty. In Fluent Bit, a name equal to `line_key` has no
        /// effect: the line has that key.
        #[cfg_attr(feature = "schema", schemars(example = ["severity", "host", "suser"]))]
        pub keep: Keep,
        /// What to replace with `[redacted]`: `secrets` (in any text, what follows `--password`, `PGPASSWORD=`,
        /// `Authorization:` and the like, and private keys), or the name of a field (its whole value), except for one
        /// that describes the event as a whole, such as `severity`.
        ///
        /// Rejected records are passed on as they came.
        #[cfg_attr(feature = "schema", schemars(example = ["secrets"], example = ["secrets", "cs1"]))]
        pub redact: Redact,
        /// What to do with characters that are invisible or change the direction of text.
        pub invisible: Invisible,
        /// What to do with rejected records in Fluent Bit, Envoy and Redpanda. Has no effect elsewhere.
        pub rejected: Rejected,
        /// The maximum length of a record in bytes.
        #[default(Bounded(1 << 20))]
        pub max_record_bytes: Bounded<64, { 64 << 20 }>,
        /// The maximum nesting of objects and arrays in a record, including the record.
        #[default(Bounded(64))]
        pub max_depth: Bounded<2, { DEPTH_MAX }>,
        /// The maximum number of fields in a record, including those inside `extensions`.
        #[default(Bounded(256))]
        pub max_fields: Bounded<1, 1024>,
    }
}

impl Config {
    /// The maximum length of its JSON text, in bytes.
    pub const TEXT_MAX: usize = 1 << 20;

    /// Reads the configuration from JSON text. Empty text is the default configuration.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, or has an unknown option or a value that its option does not
    /// accept.
    #[inline(never)] // Once a configuration.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        if is_blank(text) {
            return Ok(Self::default());
        }
        if text.len() > Self::TEXT_MAX {
            let (max, length) = (Self::TEXT_MAX, text.len());
            return Err(ConfigError::custom(format_args!("expected at most {max} bytes, found {length}")));
        }
        de::from_str(text)
    }

    /// The limits of a record.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            record_bytes: self.max_record_bytes.get() as usize,
            depth: self.max_depth.get(),
            fields: self.max_fields.get() as usize,
        }
    }

    /// Where the record is inside each object, and whether it is masked.
    pub(crate) fn wrapping(&self, is_masked: bool) -> Wrapping {
        if is_masked { Wrapping::Apart(Box::new(Apart::Masked(self.place()))) } else { self.place() }
    }

    fn place(&self) -> Wrapping {
        match &self.record {
            None if self.input == Input::Own => Wrapping::Whole,
            None => Wrapping::Detect,
            Some(pointer) if pointer.is_whole() => Wrapping::Whole,
            Some(pointer) => Wrapping::Apart(Box::new(Apart::Pointer(pointer.clone()))),
        }
    }

    /// What reading texts needs to know.
    pub(crate) fn read_options(&self) -> ReadOptions {
        ReadOptions {
            timezone: self.timezone,
            sd_id: copied(self.sd_id.as_str()),
            input: self.input,
            repeats: self.msg == Msg::Cef,
            time_field: self.time_field.as_ref().map(|name| copied(name.as_str())),
        }
    }

    /// Whether anything is masked.
    pub(crate) fn masks(&self) -> bool {
        self.redact.names().len() > 0 || self.invisible == Invisible::Replace
    }

    /// What is masked.
    pub(crate) fn mask_options(&self) -> MaskOptions {
        MaskOptions {
            secrets: self.redact.has_secrets(),
            fields: self.redact.fields().map(copied).collect(),
            invisible: self.invisible == Invisible::Replace,
        }
    }

    /// The options of the resolver.
    pub(crate) fn event_options(&self) -> event::Options {
        event::Options {
            timezone: self.timezone,
            time_field: self.time_field.as_ref().map(|name| copied(name.as_str())),
            unknown_events: self.unknown_events,
            extra_fields: self.extra_fields,
        }
    }

    /// The options of the formatter.
    pub(crate) fn format_options(&self) -> format::Options {
        format::Options {
            format: self.format,
            carrier: self.carrier,
            msg: self.msg,
            cef: CefOptions {
                vendor: copied(self.device_vendor.as_str()),
                keys: self.keys,
                safe_header: self.safe_header,
            },
            facility: self.facility.get() as u8,
            sd_id: copied(self.sd_id.as_str()),
            bom: self.bom,
            product: Product {
                name: self.device_product.as_ref().map(|name| copied(name.as_str())),
                version: copied(self.device_version.as_str()),
            },
        }
    }
}

/// Returns whether the text is empty or has only white space.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| is_space(&byte))
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Options;

        impl<'de> Visitor<'de> for Options {
            type Value = Config;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Config, A::Error> {
                let mut config = Config::default();
                const { assert!(Config::OPTIONS.len() <= 64, "a bit for each option") };
                let mut set = 0u64;
                while let Some(option) = map.next_key::<String>()? {
                    let Some(index) = Config::OPTIONS.iter().position(|known| *known == option) else {
                        return Err(A::Error::unknown_field(&option, Config::OPTIONS));
                    };
                    let mark = 1 << index;
                    if set & mark != 0 {
                        return Err(A::Error::duplicate_field(""));
                    }
                    config.set(index, &mut map)?;
                    set |= mark;
                }
                Ok(config)
            }
        }

        deserializer.deserialize_struct("Config", Self::OPTIONS, Options)
    }
}

/// What to do with rejected records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Rejected {
    /// Pass them on with the reason in `siem_error`.
    #[default]
    Keep,
    /// Drop them.
    Drop,
    /// Refuse the whole request that they came in, and answer with the reasons. Only Envoy can; elsewhere, this acts as `keep`.
    Refuse,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn refused(text: &str) -> (String, String) {
        let error = Config::from_json(text).unwrap_err();
        (error.pointer().to_owned(), error.message().to_owned())
    }

    #[test]
    fn takes_options_and_writes_them_back() {
        let text = r#"{"record": "/a~1b/0", "timezone": "-03:00", "unknown_events": "reject", "extra_fields": "drop",
                "device_vendor": "Acme", "device_product": "Vault", "device_version": "1.0",
                "max_record_bytes": 4096, "max_depth": 8, "max_fields": 32,
                "format": "rfc5424", "framing": "nul", "facility": 23, "sd_id": "acme_vault@1.2", "bom": true,
                "keys": "dictionary", "carrier": "rfc3164", "safe_header": true, "msg": "cef", "max_bytes": 480,
                "line_key": "line", "keep": ["severity", "suser"], "rejected": "drop", "input": "own", "time_field": "created",
                "redact": ["secrets", "cs1"], "invisible": "replace"}"#;
        let options: Value = serde_json::from_str(text).unwrap();
        let config = Config::from_json(text).unwrap();
        let [written, defaults] = [&config, &Config::default()].map(|config| serde_json::to_value(config).unwrap());
        assert_eq!(options.as_object().unwrap().len(), defaults.as_object().unwrap().len());
        for (name, value) in options.as_object().unwrap() {
            assert!(written[name] == *value && defaults[name] != *value, "{name}");
        }
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
        assert!(Config::from_json(r#"{"max_depth": 8e0}"#).is_ok());
    }

    #[test]
    fn refuses_by_pointer_and_says_what_was_expected() {
        for (text, pointer, message) in [
            (r#"{"max_depth": 1000}"#, "/max_depth", "expected an integer from 2 to 128, found 1000"),
            (r#"{"max_depth": "8"}"#, "/max_depth", "expected an integer from 2 to 128, found \"8\""),
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
                "expected a text of 1 to 63 characters, without control characters or a space at either end, found \"a\\nb\"",
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
            (r#"{"a/b~": 1}"#, "/a~1b~0", "expected an option (`format`, `framing`, `record`"),
            (r#"{"": 1}"#, "/", "expected an option (`format`, `framing`, `record`"),
            (r#"{"format": 1}"#, "/format", "expected `cef`, `rfc5424` or `sensage`, found 1"),
            (r#"{"format": tru}"#, "", "expected `true`, found `}` at byte 14"),
            ("{} {}", "", "expected nothing more, found `{` at byte 3"),
            (r#"{"format": "leef"}"#, "/format", "expected `cef`, `rfc5424` or `sensage`, found \"leef\""),
            (r#"{"bom": 1}"#, "/bom", "expected true or false, found 1"),
            (
                r#"{"sd_id": "senhasegura"}"#,
                "/sd_id",
                "expected at most 32 characters: a lower-case name, `@` and an enterprise number, such as \"senhasegura@32473\", found \"senhasegura\"",
            ),
            (
                r#"{"line_key": "siem_error"}"#,
                "/line_key",
                "expected a text of 1 to 128 characters, without control characters or a space at either end, other than \"siem_error\", found \"siem_error\"",
            ),
            (r#"{"keep": "host"}"#, "/keep", "expected an array of at most 32 different names, found \"host\""),
            (
                r#"{"keep": ["host", "id", "host"]}"#,
                "/keep",
                "expected a name that is not in the list yet, found \"host\"",
            ),
            (
                r#"{"keep": ["siem_error"]}"#,
                "/keep",
                "expected a text of 1 to 128 characters, without control characters",
            ),
            (
                r#"{"redact": ["secrets", "Severity"]}"#,
                "/redact",
                "expected `secrets` or the name of a field that does not describe the event as a whole, found \"Severity\"",
            ),
            (
                r#"{"redact": {"secrets": true}}"#,
                "/redact",
                "expected an array of at most 32 different names, found an object",
            ),
            (r#"{"redact": ["cs1", "cs1"]}"#, "/redact", "expected a name that is not in the list yet, found \"cs1\""),
            (r#"{"invisible": true}"#, "/invisible", "expected `keep` or `replace`, found true"),
            (r#"{"keep": [1]}"#, "/keep", "expected a text of 1 to 128 characters, without control characters"),
            (r#"{"keep": ["host" "id"]}"#, "", "expected `,` or `]`, found `\"` at byte 17"),
            ("\u{A0}", "", "expected a value, found 0xC2 at byte 0"),
            ("[]", "", "expected a JSON object, found an array"),
            (r#"{"device_vendor": "\ud800"}"#, "/device_vendor", "expected Unicode text, found a lone surrogate"),
            (r#"{"max_depth": 8, "max_depth": 8}"#, "/max_depth", "expected this option once, found it again"),
        ] {
            let (found_pointer, found_message) = refused(text);
            assert_eq!(found_pointer, pointer, "{text}");
            assert!(found_message.starts_with(message), "{text}: {found_message}");
        }
    }

    #[test]
    fn keeps_up_to_32_names() {
        let names = |count: usize| -> Vec<String> { (0..count).map(|number| format!("{number:0>128}")).collect() };
        let keep = |names: &[String]| Config::from_json(&serde_json::json!({ "keep": names }).to_string());
        let most = names(32);
        assert!(keep(&most).unwrap().keep.names().eq(most.iter().map(String::as_str)));
        let too_many = keep(&names(33)).unwrap_err();
        assert!(too_many.message().starts_with(&format!("expected no more than {} names, found", value::KEEP_MAX)));
        assert!(keep(&["x".repeat(129)]).is_err());
        let of = |names: &[String]| Keep::new(names.iter().filter_map(|name| RecordKey::new(name)));
        assert!(of(&most).is_some() && of(&names(33)).is_none() && of(&[most, names(1)].concat()[31..]).is_some());
        assert!(of(&[names(1), names(1)].concat()).is_none());
    }

    #[test]
    fn refuses_unknown_options_by_name() {
        let (pointer, message) = refused(r#"{"max_dept": 8}"#);
        assert_eq!(pointer, "/max_dept");
        assert!(message.starts_with("expected an option (`format`, `framing`, `record`, `input`"), "{message}");
        assert!(message.ends_with(" or `max_fields`), found \"max_dept\""), "{message}");
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
            assert!(error.message().chars().count() < 600 && error.message().contains('…'), "{error}");
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

    #[test]
    fn takes_back_what_it_writes() {
        for text in [
            r#"{"record": "/a~0~1b//0", "timezone": "+05:45", "facility": 0}"#,
            r#"{"timezone": "-0030", "max_depth": 8.0}"#,
            "{}",
        ] {
            let config = Config::from_json(text).unwrap();
            let written = serde_json::to_string(&config).unwrap();
            let read = [Config::from_json(&written).unwrap(), serde_json::from_str(&written).unwrap()];
            assert_eq!(read.map(|read| format!("{read:?}")), [(); 2].map(|()| format!("{config:?}")));
        }
    }
}
