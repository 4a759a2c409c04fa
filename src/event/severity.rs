//! How severe an event is, on both scales.

use crate::bytes::{trim, whole_number};
use crate::catalog::{EventId, Fold};
use crate::key::Key;

/// The key of a severity on the scale of syslog.
pub(super) const PRIORITY: Key = Key::named("priority");

/// The scale that CEF and the vendor's SIEM page use: 0 to 10, higher is more severe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Severity(u8);

impl Severity {
    /// The severity of an event that gives none and is not in the catalog.
    pub const DEFAULT: Self = Self(5);

    /// Creates a severity from a number on the scale of CEF. One below 0 or above 10 becomes the
    /// nearest of these.
    #[must_use]
    pub fn from_cef(severity: i64) -> Self {
        Self(severity.clamp(0, 10) as u8)
    }

    /// Creates a severity from that of RFC 5424, section 6.2.1: 0 (emergency) to 7 (debug).
    #[must_use]
    pub fn from_syslog(severity: i64) -> Self {
        Self::from_cef(10 - severity.clamp(0, 7))
    }

    /// The severity on the scale of CEF: 0 to 10.
    #[must_use]
    pub fn cef(self) -> u8 {
        self.0
    }

    /// The severity on the scale of RFC 5424: 0 (emergency) to 7 (debug).
    #[must_use]
    pub fn syslog(self) -> u8 {
        (10 - self.0).min(7)
    }

    /// Parses a severity: a number on the scale of `key`, rounded up, a word of CEF (`Very-High`), also
    /// in Portuguese, or a keyword of syslog (`alert`).
    pub(super) fn parse(text: &[u8], key: Key) -> Option<Self> {
        let text = trim(text);
        if let Some(number) = rounded_up(text) {
            return match number {
                0..=7 if key == PRIORITY => Some(Self::from_syslog(number)),
                0..=10 if key != PRIORITY => Some(Self::from_cef(number)),
                _ => None,
            };
        }
        // Most are short, and of ASCII letters only.
        if text.len() < 8 && text.iter().all(u8::is_ascii_alphabetic) {
            let word = text.iter().fold(0, |packed, letter| packed << 8 | u64::from(letter | 0x20));
            return SHORT_WORDS.iter().find(|known| *known >> 8 == word).map(|known| Self(*known as u8));
        }
        let word = packed(Fold(text))?;
        let short = SHORT_WORDS.iter().map(|known| u128::from(*known));
        short.chain(LONG_WORDS).find(|known| *known >> 8 == word).map(|known| Self(known as u8))
    }
}

/// Parses a positive number, and rounds it up to a whole one.
fn rounded_up(text: &[u8]) -> Option<i64> {
    // Words have no point to search for.
    if !matches!(text, [b'0'..=b'9' | b'+' | b'-', ..]) {
        return None;
    }
    let whole = || {
        let point = text.iter().position(|byte| *byte == b'.')?;
        let (whole, fraction) = (text.get(..point)?, text.get(point + 1..)?);
        let is_fraction = !fraction.is_empty() && fraction.iter().all(u8::is_ascii_digit);
        whole_number(whole).filter(|_| is_fraction && !whole.starts_with(b"-")).map(|number| number + 1)
    };
    whole_number(text).or_else(whole)
}

/// The words of CEF, in English and in Portuguese, each with the highest number of its band, and the
/// keywords of syslog and its libraries: the letters, then the number. These have less than eight letters.
static SHORT_WORDS: [u64; 23] = {
    const fn word(text: &str, severity: u8) -> u64 {
        assert!(text.len() < 8);
        letters(text, severity) as u64
    }
    [
        word("notice", 5),
        word("info", 4),
        word("warning", 6),
        word("error", 7),
        word("low", 3),
        word("baixa", 3),
        word("baixo", 3),
        word("debug", 3),
        word("medium", 6),
        word("media", 6),
        word("medio", 6),
        word("warn", 6),
        word("err", 7),
        word("high", 8),
        word("alta", 8),
        word("alto", 8),
        word("crit", 8),
        word("alert", 9),
        word("critica", 8),
        word("critico", 8),
        word("fatal", 10),
        word("emerg", 10),
        word("panic", 10),
    ]
};

/// Those with up to 15 letters.
const LONG_WORDS: [u128; 4] =
    [letters("informational", 4), letters("critical", 8), letters("veryhigh", 10), letters("emergency", 10)];

const fn letters(text: &str, severity: u8) -> u128 {
    assert!(text.len() < 16);
    let (mut packed, mut rest) = (0, text.as_bytes());
    while let [byte, after @ ..] = rest {
        (packed, rest) = (packed << 8 | *byte as u128, after);
    }
    packed << 8 | severity as u128
}

/// Returns a word in one number, unless it has more than 15 letters.
fn packed(word: Fold<'_>) -> Option<u128> {
    let (mut packed, mut count) = (0, 0);
    for letter in word {
        (packed, count) = (packed << 8 | u128::from(letter), count + 1);
        if count > 15 {
            return None;
        }
    }
    Some(packed)
}

/// The severity of an event id, which the catalog has on the scale of syslog.
impl From<&EventId> for Severity {
    fn from(id: &EventId) -> Self {
        Self::from_syslog(id.syslog_severity.into())
    }
}

/// `{"id": "17", "severity": 5, "name": "Session finished"}`
#[cfg(feature = "serde")]
impl serde::Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut id = serializer.serialize_struct("EventId", 3)?;
        id.serialize_field("id", self.id)?;
        id.serialize_field("severity", &Severity::from(self).cef())?;
        id.serialize_field("name", self.name)?;
        id.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_severities_both_ways() {
        for syslog in 0..=7 {
            assert_eq!(Severity::from_syslog(syslog).syslog(), syslog as u8);
            assert_eq!(Severity::from_syslog(syslog).cef(), 10 - syslog as u8);
        }
        assert_eq!(Severity::from_cef(11).cef(), 10);
        assert_eq!(Severity::from_cef(-1).syslog(), 7);
        assert_eq!(Severity::from_syslog(9).cef(), 3);
    }

    #[test]
    fn reads_severities_as_numbers_and_words() {
        let severity = Key::named("severity");
        for (text, key, cef) in [
            ("9", severity, Some(9)),
            (" 9.0 ", severity, Some(9)),
            ("99", severity, None),
            ("-1", severity, None),
            ("Informational", severity, Some(4)),
            ("very high", PRIORITY, Some(10)),
            ("Very-High", severity, Some(10)),
            ("ALERT", severity, Some(9)),
            ("1", PRIORITY, Some(9)),
            ("notice", PRIORITY, Some(5)),
            ("8", PRIORITY, None),
            ("7", PRIORITY, Some(3)),
            ("Unknown", severity, None),
            ("9.5", severity, Some(10)),
            ("10.5", severity, None),
            ("-0.5", severity, None),
            ("5.", severity, None),
            ("VeryHigh", severity, Some(10)),
            ("Alta", severity, Some(8)),
            ("CR\u{CD}TICA", severity, Some(8)),
            ("M\u{e9}dio", severity, Some(6)),
            ("fatal", severity, Some(10)),
            ("a word of more than 15 letters", severity, None),
            ("", severity, None),
        ] {
            assert_eq!(Severity::parse(text.as_bytes(), key).map(Severity::cef), cef, "{text}");
        }
    }
    #[cfg(feature = "serde")]
    #[test]
    fn writes_kinds_as_json() {
        let session = crate::catalog::by_id("17").unwrap().kind();
        let json = serde_json::to_value(session).unwrap();
        assert_eq!(json["ids"], serde_json::json!([{ "id": "17", "severity": 5, "name": "Session finished" }]));
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["name", "name_four", "name_pt", "origin", "ids", "keys"]);
        assert_eq!(json["keys"][0], session.keys[0].name());
    }
}
