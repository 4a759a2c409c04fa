//! Records of hostile text: strict readers find in the lines what was given, and nothing else.

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::{Config, Transformer};
use strict::record::{Cef, Message, Record};

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
            let found = Cef::read(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            record.assert_read_cef(found, is_dictionary);
            // A key that nobody knows is part of the value before it, as the appliance escapes no `=`. A field that was
            // given another key is read under its own, and may stand elsewhere.
            assert_fixpoint(options, &settled(options, line), |again, line| match is_dictionary {
                true => sorted(again) == sorted(line),
                false => again == line || record.has_odd_key(),
            });
        }

        let read = |line: &str| Message::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let message = line(r#", "format": "rfc5424""#, &json);
        record.assert_read(read(&message), None, "strict");
        // A MSG that begins with a byte order mark is what comes after it (section 6.4).
        let is_marked = message.contains(" \u{FEFF}");
        let options = r#", "format": "rfc5424""#;
        assert_fixpoint(options, &settled(options, message), |again, message| again == message || is_marked);

        let carried = line(r#", "carrier": "rfc5424""#, &json);
        record.assert_carries(&line("", &json), &read(&carried), None, "strict");

        strict::sensage::read(&line(r#", "format": "sensage""#, &json)).unwrap_or_else(|error| panic!("{error}"));
    }
}
