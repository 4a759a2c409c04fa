//! Configurations, and what a transform is given beside a record.

use std::fmt;

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::Config;
use serde_json::{Map, Value};

/// The number of bytes that a setup is made of. Zeros are the defaults.
pub const LENGTH: usize = OPTIONS.len() + 1;
const _: () =
    assert!(LENGTH == 28, "`seed` in fuzz/run writes as many bytes before those of a record, for `stream` 4 more");

/// The options, each with the values that it may have, as JSON; the first is the default.
const OPTIONS: &[(&str, Values)] = &[
    ("format", Of(&[r#""cef""#, r#""rfc5424""#, r#""sensage""#])),
    ("keys", Of(&[r#""vendor""#, r#""dictionary""#])),
    ("carrier", Of(&[r#""none""#, r#""rfc3164""#, r#""rfc5424""#])),
    ("msg", Of(&[r#""text""#, r#""cef""#])),
    ("framing", Of(&[r#""newline""#, r#""octet-counting""#, r#""nul""#, r#""none""#])),
    ("input", Of(&[r#""auto""#, r#""own""#])),
    ("record", Of(&["null", r#""""#, r#""/message""#, r#""/a/0""#, r#""/""#])),
    ("timezone", Of(&[r#""Z""#, r#""-03:00""#, r#""+05:45""#, r#""+23:59""#])),
    ("time_field", Of(&["null", r#""created""#, r#""event.created""#, r#""msg""#, r#""@timestamp""#])),
    ("unknown_events", Of(&[r#""write""#, r#""reject""#])),
    ("extra_fields", Of(&[r#""keep""#, r#""drop""#])),
    ("safe_header", Of(&["false", "true"])),
    ("device_vendor", Of(&[r#""MT4""#, r#""a|b\\c=d""#, r#""é CEF:0""#])),
    ("device_product", Of(&["null", r#""CEF:x]""#, r#""a|b\\ \"c\"=é""#])),
    ("device_version", Of(&[r#""unknown""#, r#""4|\\=""#])),
    ("facility", Of(&["1", "0", "23"])),
    ("sd_id", Of(&[r#""senhasegura@32473""#, r#""a_1@1.2""#])),
    ("bom", Of(&["false", "true"])),
    ("max_bytes", From(200)),
    ("line_key", Of(&[r#""message""#, r#""log""#])),
    ("keep", Of(&["[]", r#"["severity","syslog_severity","host","id","name","kind","time","suser","msg","nothing"]"#])),
    ("rejected", Of(&[r#""keep""#, r#""drop""#, r#""refuse""#])),
    ("max_record_bytes", From(64)),
    ("max_depth", Of(&["64", "2", "3", "128"])),
    ("max_fields", From(1)),
    ("redact", Of(&["[]", r#"["secrets"]"#, r#"["secrets","suser","msg","nothing"]"#])),
    ("invisible", Of(&[r#""keep""#, r#""replace""#])),
];

/// What an option may be, by a byte.
enum Values {
    /// One of these.
    Of(&'static [&'static str]),
    /// A number of at least this. Zero is the default.
    From(u32),
}

use Values::{From, Of};

/// 2026-03-04T12:15:00.250Z.
pub const RECEIVED: u64 = 1_772_626_500_250;

/// A configuration and a time of reception.
#[derive(Clone)]
pub struct Setup {
    /// The options that are not the defaults.
    pub options: Map<String, Value>,
    /// When the input was received.
    pub received: Option<u64>,
}

impl Setup {
    /// The configuration.
    pub fn config(&self) -> Config {
        let text = Value::from(self.options.clone()).to_string();
        Config::from_json(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

/// The configuration as a user would write it.
impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} received {:?}", Value::from(self.options.clone()), self.received)
    }
}

impl<'a> Arbitrary<'a> for Setup {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut options = Map::new();
        for (option, values) in OPTIONS {
            let byte = u8::arbitrary(u)?;
            let value = match values {
                _ if byte == 0 => continue,
                Of(values) => serde_json::from_str(values[usize::from(byte) % values.len()]).unwrap(),
                From(least) => Value::from(least + u32::from(byte) - 1),
            };
            options.insert((*option).to_owned(), value);
        }
        let received = [None, Some(RECEIVED), Some(0), Some(u64::MAX)][usize::from(u8::arbitrary(u)? % 4)];
        Ok(Self { options, received })
    }
}
