//! Records of hostile text: strict readers find in the lines what was given, and nothing else.

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::{Config, Transformer};
use strict::record::{Message, Record};
use strict::{cef, rfc5424};

use crate::hostile;

/// A record.
#[derive(Debug)]
pub struct Input(Record);

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        hostile::record(u).map(Self)
    }
}

/// What the line of a record is, in a configuration, with room for everything.
fn line(options: &str, record: &str) -> String {
    let config = Config::from_json(&format!(r#"{{"max_bytes": 67108864{options}}}"#)).unwrap();
    let mut line = Vec::new();
    let outcome = Transformer::new(config).transform_one(record.as_bytes(), None, &mut line);
    outcome.unwrap_or_else(|rejection| panic!("{rejection}: {record}"));
    String::from_utf8(line).unwrap()
}

/// Asserts that a line, read again, becomes the same line.
fn assert_fixpoint(options: &str, written: &str, is_same: impl Fn(&str, &str) -> bool) {
    let again = line(options, written);
    assert!(is_same(&again, written), "{options}\n{written}\n{again}");
}

/// The words of a line in one order.
fn sorted(line: &str) -> Vec<&str> {
    let mut words: Vec<_> = line.split([' ', '|']).collect();
    words.sort_unstable();
    words
}

impl Input {
    /// Asserts what readers find in the lines of the formats, and that the lines can be read again.
    pub fn check(&self) {
        let Self(record) = self;
        let json = record.json();

        // Where a text is cut, CR LF counts as two characters and NUL is white space. In the line, CR LF is one and NUL
        // has become U+FFFD.
        let is_odd = json.contains("\\r\\n") || json.contains("\\u0000");
        let settled = |options: &str, written: String| if is_odd { line(options, &written) } else { written };
        for (options, is_dictionary) in [("", false), (r#", "keys": "dictionary""#, true)] {
            let line = line(options, &json);
            self.check_cef(&line, is_dictionary);
            // A key that nobody knows is part of the value before it, as the appliance escapes no `=`. A field that was
            // given another key is read under its own, and may stand elsewhere.
            assert_fixpoint(options, &settled(options, line), |again, line| match is_dictionary {
                true => sorted(again) == sorted(line),
                false => again == line || record.has_odd_key(),
            });
        }

        let message = line(r#", "format": "rfc5424""#, &json);
        record.assert_read(read_message(&message), None, "strict");
        // A MSG that begins with a byte order mark is what comes after it (section 6.4).
        let is_marked = message.contains(" \u{FEFF}");
        let options = r#", "format": "rfc5424""#;
        assert_fixpoint(options, &settled(options, message), |again, message| again == message || is_marked);

        let carried = line(r#", "carrier": "rfc5424""#, &json);
        record.assert_carries(&line("", &json), &read_message(&carried), None, "strict");

        strict::sensage::read(&line(r#", "format": "sensage""#, &json)).unwrap_or_else(|error| panic!("{error}"));
    }

    fn check_cef(&self, line: &str, is_dictionary: bool) {
        let cef::Cef { header, extension } = cef::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let expected = self.0.cef(is_dictionary);
        let header = [
            header.version.to_string(),
            header.device_vendor,
            header.device_product,
            header.device_version,
            header.device_event_class_id,
            header.name,
            header.severity.to_string(),
        ];
        assert_eq!(header, expected.header, "{line}");
        let mut odd = extension;
        let known = odd.extract_if(.., |key, _| expected.fields.contains_key(key)).collect();
        assert_eq!(expected.fields, known, "{line}");
        assert_eq!(Vec::from_iter(odd.into_values()), Vec::from_iter(self.0.odd_in_cef()), "{line}");
    }
}

/// What a reader finds in a message of RFC 5424.
fn read_message(line: &str) -> Message {
    let found = rfc5424::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let element = found.structured_data;
    assert!(element.as_ref().is_none_or(|element| element.sd_id == "senhasegura@32473"), "{line}");
    Message {
        pri: found.pri,
        millis: found.timestamp.map(|time| millis(&time)),
        host: found.hostname,
        app: found.app_name.unwrap_or_default(),
        procid: found.procid,
        msgid: found.msgid.unwrap_or_default(),
        parameters: element.map(|element| element.params).unwrap_or_default(),
        msg: found.msg,
    }
}

/// The milliseconds since 1970 of a time of RFC 3339 in UTC with milliseconds.
fn millis(time: &str) -> i64 {
    let number = |range| -> i64 { str::parse(&time[range]).unwrap() };
    let [year, month, day] = [number(0..4), number(5..7), number(8..10)];
    // Days since 1970, of years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468;
    let seconds = ((days * 24 + number(11..13)) * 60 + number(14..16)) * 60 + number(17..19);
    seconds * 1000 + number(20..23)
}
