//! Records of which any text may be hostile, and what a reader should find in the line of each.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::{Map, Value};

use crate::text::{absent, trimmed, written};
use crate::{cef, rfc5424};

/// The SD-ID of the default configuration.
pub const SD_ID: &str = "senhasegura@32473";

/// A record. Every text in it may be anything.
#[derive(Debug, Clone)]
pub struct Record {
    /// The event id: `id` and a text; without it, 17.
    pub id: Option<String>,
    /// The event name.
    pub name: Option<String>,
    /// The severity, 0 to 10.
    pub severity: u8,
    /// The time, in milliseconds since 1970.
    pub millis: Option<i64>,
    /// The host.
    pub host: Option<String>,
    /// The product version: a real one, or `v` and a text.
    pub version: Option<String>,
    /// The module.
    pub origin: Option<String>,
    /// Fields by key.
    pub fields: BTreeMap<&'static str, String>,
    /// A field whose key may be anything behind an `x`.
    pub odd: Option<(String, String)>,
}

/// What a reader should find in a line of CEF.
#[derive(Debug, PartialEq, Eq)]
pub struct Cef {
    /// Version, vendor, product, version, class id, name, severity.
    pub header: [String; 7],
    /// The extension.
    pub fields: BTreeMap<String, String>,
}

/// What a reader should find in a message of RFC 5424.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// Facility and severity.
    pub pri: u8,
    /// TIMESTAMP, in milliseconds since 1970.
    pub millis: Option<i64>,
    /// HOSTNAME.
    pub host: Option<String>,
    /// APP-NAME.
    pub app: String,
    /// PROCID.
    pub procid: Option<String>,
    /// MSGID.
    pub msgid: String,
    /// The parameters of the one SD-ELEMENT; keys in small letters, as some readers have them.
    pub parameters: BTreeMap<String, String>,
    /// MSG.
    pub msg: String,
}

impl Cef {
    /// What the strict reader finds.
    ///
    /// # Errors
    ///
    /// If the line is not CEF to the letter.
    pub fn read(line: &str) -> Result<Self, String> {
        let cef::Cef { header, extension } = cef::read(line).map_err(|error| error.to_string())?;
        let header = [
            header.version.to_string(),
            header.device_vendor,
            header.device_product,
            header.device_version,
            header.device_event_class_id,
            header.name,
            header.severity.to_string(),
        ];
        Ok(Self { header, fields: extension })
    }
}

impl Message {
    /// What the strict reader finds.
    ///
    /// # Errors
    ///
    /// If the line is not RFC 5424 to the letter, or has another element than that of the default configuration.
    pub fn read(line: &str) -> Result<Self, String> {
        let found = rfc5424::read(line).map_err(|error| error.to_string())?;
        let element = found.structured_data;
        if let Some(other) = element.as_ref().filter(|element| element.sd_id != SD_ID) {
            return Err(format!("expected an element {SD_ID}, found {}", other.sd_id));
        }
        let millis = |time: String| DateTime::parse_from_rfc3339(&time).map(|time| time.timestamp_millis());
        Ok(Self {
            pri: found.pri,
            millis: found.timestamp.map(millis).transpose().map_err(|error| error.to_string())?,
            host: found.hostname,
            app: found.app_name.ok_or("expected an APP-NAME, found none")?,
            procid: found.procid,
            msgid: found.msgid.ok_or("expected a MSGID, found none")?,
            parameters: element.map(|element| element.params).unwrap_or_default(),
            msg: found.msg,
        })
    }

    /// The time of reception serves where there is none.
    fn received(self, received: Option<u64>) -> Self {
        Self { millis: self.millis.or(received.map(|millis| millis as i64)), ..self }
    }
}

/// A field of the header of CEF.
fn in_header(value: &str, max: usize) -> Option<String> {
    written(value, max, ' ')
}

/// A value of CEF.
fn in_extension(value: &str, max: usize) -> Option<String> {
    written(value, max, '\n')
}

/// A value of RFC 5424.
fn in_parameter(value: &str) -> Option<String> {
    written(value, usize::MAX, ' ')
}

/// A field of the header of RFC 5424.
fn in_syslog_header(value: &str, max: usize) -> Option<String> {
    if absent(value) {
        return None;
    }
    let text = trimmed(value).chars().take(max);
    let text: String = text.map(|c| if matches!(c, '!'..='~') { c } else { '_' }).collect();
    Some(text).filter(|text| !matches!(text.as_str(), "" | "-"))
}

/// Nothing before CEF may look like its start.
fn broken(text: String) -> String {
    let lower = text.to_ascii_lowercase();
    let colons: Vec<_> = lower.match_indices("cef:").map(|(at, _)| at + 3).collect();
    text.char_indices().map(|(at, c)| if colons.contains(&at) { '_' } else { c }).collect()
}

impl Record {
    fn field(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str)
    }

    /// The host, unless it is a word for none.
    fn host(&self) -> Option<&str> {
        let words = ["none", "null", "undefined", "unknown", "n/a"];
        let is_none = |host: &str| words.iter().any(|word| word.eq_ignore_ascii_case(trimmed(host)));
        self.host.as_deref().filter(|host| !is_none(host))
    }

    /// The record as a vault's log has it.
    #[must_use]
    pub fn json(&self) -> String {
        let mut record = Map::new();
        record.insert("event_id".into(), self.id.as_deref().map_or(Value::from(17), Value::from));
        record.insert("severity".into(), self.severity.into());
        if let Some(millis) = self.millis {
            record.insert("time".into(), millis.into());
        }
        for (key, value) in
            [("event_name", &self.name), ("host", &self.host), ("version", &self.version), ("origin", &self.origin)]
        {
            if let Some(value) = value {
                record.insert(key.into(), value.as_str().into());
            }
        }
        for (key, value) in &self.fields {
            record.insert((*key).into(), value.as_str().into());
        }
        if let Some((key, value)) = &self.odd {
            record.insert(key.clone(), value.as_str().into());
        }
        Value::from(record).to_string()
    }

    fn product(&self) -> String {
        let version = self.version.as_deref().unwrap_or_default();
        let digits = version.strip_prefix('v').unwrap_or(version).chars().take_while(char::is_ascii_digit);
        let digits: String = digits.collect();
        let major = digits.trim_start_matches('0');
        let segura = major.len() > 1 || major >= "4";
        if segura { "Segura" } else { "senhasegura" }.into()
    }

    fn name(&self) -> &str {
        let visible = self.name.as_deref().filter(|name| in_header(name, usize::MAX).is_some());
        visible.unwrap_or(if self.id.is_some() { "Unknown event" } else { "Session finished" })
    }

    /// What a line of CEF says: with the keys of the dictionary only, or the vendor's.
    #[must_use]
    pub fn cef(&self, dictionary: bool) -> Cef {
        let header = |value: Option<&str>, max, default: &str| {
            value.and_then(|value| in_header(value, max)).unwrap_or_else(|| default.into())
        };
        let header = [
            "0".into(),
            "MT4".into(),
            self.product(),
            header(self.version.as_deref(), 31, "unknown"),
            header(self.id.as_deref(), 1023, "17"),
            header(Some(self.name()), 512, ""),
            self.severity.to_string(),
        ];
        let mut fields = BTreeMap::new();
        let mut put = |key: &str, value: Option<String>| {
            let is_written = value.is_some();
            fields.extend(value.map(|value| (key.to_owned(), value)));
            is_written
        };
        let field = |key, max| self.field(key).and_then(|value| in_extension(value, max));
        put("rt", self.millis.map(|millis| millis.to_string()));
        // The whole of what is cut goes on under a custom key.
        let mut cut = |key: &str, value: Option<&str>, max: usize| {
            let value = value.unwrap_or_default();
            let is_written = put(key, in_extension(value, max));
            if trimmed(value).chars().count() > max {
                let (first, rest) = key.split_at(1);
                put(&format!("MT4Senhasegura{}{rest}", first.to_uppercase()), in_extension(value, usize::MAX));
            }
            is_written
        };
        cut("dvchost", self.host(), 100);
        cut("cat", self.origin.as_deref(), 1023);
        for (key, max) in [("msg", 1023), ("suser", 1023), ("act", 63), ("duser", 1023), ("requestMethod", 1023)] {
            cut(key, self.field(key), max);
        }
        for (key, label) in [("cs1", "cs1Label"), ("cs2", "cs2Label")] {
            if cut(key, self.field(key), 4000) {
                let is_visible = self.field(label).is_some_and(|text| in_extension(text, 1023).is_some());
                cut(label, if is_visible { self.field(label) } else { Some(key) }, 1023);
            }
        }
        for (key, custom) in
            [("sname", "MT4SenhaseguraSname"), ("country", "MT4SenhaseguraCountry"), ("cs7", "MT4SenhaseguraCs7")]
        {
            let is_written = put(if dictionary { custom } else { key }, field(key, usize::MAX));
            if is_written && !dictionary && key == "cs7" {
                put("cs7Label", Some("cs7".into()));
            }
        }
        for (key, custom) in
            [("src", "MT4SenhaseguraSrc"), ("dpt", "MT4SenhaseguraDpt"), ("spid", "MT4SenhaseguraSpid")]
        {
            let Some(value) = field(key, usize::MAX) else { continue };
            if value.starts_with("no!") {
                put(custom, Some(value));
            } else if dictionary && value.contains(':') {
                put("c6a2", Some(value));
                put("c6a2Label", Some("Source IPv6 Address".into()));
            } else {
                put(key, Some(value));
            }
        }
        Cef { header, fields }
    }

    /// Whether CEF has a key outside of its dictionary and the vendor's as it is.
    #[must_use]
    pub fn has_odd_key(&self) -> bool {
        self.odd.as_ref().is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_alphanumeric()))
    }

    /// The value of the field of an odd key, as CEF has it.
    #[must_use]
    pub fn odd_in_cef(&self) -> Option<String> {
        in_extension(&self.odd.as_ref()?.1, usize::MAX)
    }

    /// Asserts that a line of CEF says what the record says and nothing else.
    pub fn assert_read_cef(&self, found: Cef, dictionary: bool) {
        let (mut odd, expected) = (found.fields, self.cef(dictionary));
        let known = odd.extract_if(.., |key, _| expected.fields.contains_key(key)).collect();
        assert_eq!(Cef { header: found.header, fields: known }, expected, "{}", self.json());
        assert_eq!(Vec::from_iter(odd.into_values()), Vec::from_iter(self.odd_in_cef()), "{}", self.json());
    }

    /// Asserts that a message of RFC 5424 says what the record says and nothing else. `reader` is
    /// who read it.
    pub fn assert_read(&self, mut found: Message, received: Option<u64>, reader: &str) {
        let expected = self.rfc5424().received(received);
        let odd = found.parameters.extract_if(.., |name, _| !expected.parameters.contains_key(name));
        let odd: Vec<_> = odd.map(|(_, value)| value).collect();
        assert_eq!(found, expected, "{reader}: {}", self.json());
        let expected = self.odd.as_ref().and_then(|(_, value)| in_parameter(value));
        assert_eq!(odd, Vec::from_iter(expected), "{reader}: {}", self.json());
    }

    /// Asserts that a message of RFC 5424 carries this line of CEF, and that its header says what
    /// the record says.
    pub fn assert_carries(&self, line: &str, found: &Message, received: Option<u64>, reader: &str) {
        let expected = Message { msg: line.into(), ..self.carrier_of_cef() }.received(received);
        assert_eq!(*found, expected, "{reader}");
    }

    /// What a message of RFC 5424 says.
    fn rfc5424(&self) -> Message {
        let mut parameters = BTreeMap::from([("severity".into(), self.severity.to_string())]);
        let mut put = |key: &str, value: Option<String>| {
            parameters.extend(value.map(|value| (key.to_ascii_lowercase(), value)));
        };
        let msg = self.field("msg").and_then(in_parameter);
        put("event_name", in_parameter(self.name()).filter(|_| msg.is_some()));
        put("version", self.version.as_deref().and_then(in_parameter));
        put("origin", self.origin.as_deref().and_then(in_parameter));
        for (key, value) in self.fields.iter().filter(|(key, _)| **key != "msg") {
            put(key, in_parameter(value));
        }
        Message { parameters, msg: msg.or_else(|| in_parameter(self.name())).unwrap_or_default(), ..self.carrier() }
    }

    /// What the header of RFC 5424 says, with nothing behind it.
    #[must_use]
    pub fn carrier(&self) -> Message {
        Message {
            pri: 8 + (10 - self.severity).min(7),
            millis: self.millis,
            host: self.host().and_then(|host| in_syslog_header(host, 255)).map(|host| {
                // Vector takes a colon at the end for a separator.
                host.strip_suffix(':').map(|rest| format!("{rest}_")).unwrap_or(host)
            }),
            app: self.product(),
            procid: self.field("spid").filter(|spid| !spid.starts_with("no!")).map(str::to_owned),
            msgid: self.id.as_deref().and_then(|id| in_syslog_header(id, 32)).unwrap_or_else(|| "17".into()),
            parameters: BTreeMap::new(),
            msg: String::new(),
        }
    }

    /// As [`Record::carrier`], for a header that stands before CEF: nothing in it looks like the
    /// start of CEF.
    fn carrier_of_cef(&self) -> Message {
        let carrier = self.carrier();
        Message { host: carrier.host.map(broken), msgid: broken(carrier.msgid), ..carrier }
    }
}
