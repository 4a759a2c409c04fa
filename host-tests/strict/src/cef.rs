//! CEF, the Common Event Format.
//!
//! The standard is the "ArcSight Common Event Format (CEF) Implementation Standard", version 27:
//! <https://www.microfocus.com/documentation/arcsight/arcsight-smartconnectors-24.2/pdfdoc/cef-implementation-standard/cef-implementation-standard.pdf>.
//! Chapter 1 has the header, the extension and the escapes, in prose and examples. As ABNF:
//!
//! ```text
//! line      = "CEF:" version 5("|" field) "|" severity "|" [extension]
//! version   = "0" / "1"
//! field     = 1*(header-char / "\\" / "\|")
//! severity  = "0" / ... / "10"
//! extension = pair *(SP pair)
//! pair      = key "=" value
//! key       = ALPHA *(ALPHA / DIGIT)
//! value     = 1*(value-char / "\\" / "\=" / "\n")
//! ```
//!
//! `header-char` is any character but `\` and `|`, `value-char` any but `\` and `=`. A value may
//! hold spaces: the last space before an unescaped `=` is the one that ends it.
//!
//! Refused, though receivers take it:
//!
//! * a header of fewer than seven pipes, and text before `CEF:`;
//! * an empty header field, and one of more characters than the dictionary allows;
//! * a severity in words, and any number with leading zeros;
//! * `\` before anything else, `\r` among it, and a raw control character or line separator;
//! * a key of other characters than ASCII letters and digits, and one that stands twice;
//! * an empty value, and one that begins or ends with a space.
//!
//! Not checked: whether a key is in the dictionary, and its value of the type that it has there.

use std::collections::BTreeMap;

use crate::Error;
use crate::cursor::Cursor;
use crate::pairs::Pairs;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cef {
    /// What stands before the extension.
    pub header: Header,
    /// The values by key, unescaped.
    pub extension: BTreeMap<String, String>,
}

/// The header, unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The version of CEF, 0 or 1.
    pub version: u8,
    /// Device Vendor.
    pub device_vendor: String,
    /// Device Product.
    pub device_product: String,
    /// Device Version.
    pub device_version: String,
    /// Device Event Class ID.
    pub device_event_class_id: String,
    /// Name.
    pub name: String,
    /// Severity, 0 to 10.
    pub severity: u8,
}

/// What a header field is escaped by.
const HEADER_ESCAPES: [(char, char); 2] = [('\\', '\\'), ('|', '|')];

/// The extension.
const EXTENSION: Pairs = Pairs {
    key: "a key of letters and digits",
    is_key: |key| key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(|c| c.is_ascii_alphanumeric()),
    escapes: &[('\\', '\\'), ('=', '='), ('n', '\n')],
};

/// Reads a line, given without its terminator.
///
/// # Errors
///
/// If the line is not of the grammar above, or is refused beyond it.
pub fn read(line: &str) -> Result<Cef, Error> {
    let mut rest = Cursor::new(line)?;
    rest.expect("CEF:")?;
    let header = Header {
        version: number(&mut rest, "Version", 1)?,
        device_vendor: field(&mut rest, "Device Vendor", 63)?,
        device_product: field(&mut rest, "Device Product", 63)?,
        device_version: field(&mut rest, "Device Version", 31)?,
        device_event_class_id: field(&mut rest, "Device Event Class ID", 1023)?,
        name: field(&mut rest, "Name", 512)?,
        severity: number(&mut rest, "Severity", 10)?,
    };
    Ok(Cef { header, extension: EXTENSION.read(rest)? })
}

/// Takes a header field and the pipe that ends it.
fn field(rest: &mut Cursor<'_>, name: &str, max: usize) -> Result<String, Error> {
    let start = *rest;
    let text = rest.take_unescaped(&HEADER_ESCAPES, &['|'])?;
    if !(1..=max).contains(&text.chars().count()) {
        return Err(start.error(format!("{name} of 1 to {max} characters")));
    }
    rest.expect("|")?;
    Ok(text)
}

/// Takes a header field that is a number, and the pipe that ends it.
fn number(rest: &mut Cursor<'_>, name: &str, max: u8) -> Result<u8, Error> {
    let digits = rest.take_until(&['|']);
    let number = digits.number(max).ok_or_else(|| digits.error(format!("{name} from 0 to {max}")))?;
    rest.expect("|")?;
    Ok(number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const LINE: &str = r"CEF:0|MT4|a\|b|\\c=|17|A name|10|msg=a\=b\\ \n|c cs1=x  y";

    #[test]
    fn reads_every_field_unescaped() {
        let expected = Cef {
            header: Header {
                version: 0,
                device_vendor: "MT4".into(),
                device_product: "a|b".into(),
                device_version: r"\c=".into(),
                device_event_class_id: "17".into(),
                name: "A name".into(),
                severity: 10,
            },
            extension: [("msg", "a=b\\ \n|c"), ("cs1", "x  y")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        };
        assert_eq!(read(LINE), Ok(expected));
        assert_eq!(read("CEF:1|a|b|c|d|e|0|").unwrap().extension, BTreeMap::new());
    }

    #[test]
    fn rejects_other_headers() {
        for (line, expected) in [
            ("", r#"expected "CEF:", found nothing at byte 0"#),
            ("<13>CEF:0|a|b|c|d|e|5|", r#"expected "CEF:", found "<13>CEF:0|a|b|c|d|e|5|" at byte 0"#),
            ("CEF:2|a|b|c|d|e|5|", r#"expected Version from 0 to 1, found "2" at byte 4"#),
            ("CEF:0|a|b|c|d|e", r#"expected "|", found nothing at byte 15"#),
            ("CEF:0|a|b|c|d|e|5", r#"expected "|", found nothing at byte 17"#),
            ("CEF:0||b|c|d|e|5|", r#"expected Device Vendor of 1 to 63 characters, found "|b|c|d|e|5|" at byte 6"#),
            (r"CEF:0|a\=|b|c|d|e|5|", r#"expected one of the escapes `\\` `\|`, found "\\=|b|c|d|e|5|" at byte 7"#),
            ("CEF:0|a|b|c|d|e|High|", r#"expected Severity from 0 to 10, found "High" at byte 16"#),
            ("CEF:0|a|b|c|d|e|05|", r#"expected Severity from 0 to 10, found "05" at byte 16"#),
            ("CEF:0|a|b|c|d|e|+5|", r#"expected Severity from 0 to 10, found "+5" at byte 16"#),
            ("CEF:0|a|b|c|d|e|11|", r#"expected Severity from 0 to 10, found "11" at byte 16"#),
        ] {
            assert_eq!(read(line).unwrap_err().to_string(), expected, "{line}");
        }
    }

    #[test]
    fn rejects_a_header_field_beyond_its_limit() {
        for (place, max) in [63, 63, 31, 1023, 512].into_iter().enumerate() {
            // In characters, after unescaping.
            for (length, is_read) in [(max, true), (max + 1, false)] {
                let mut fields = ["a"; 5].map(str::to_owned);
                fields[place] = format!("{}é", r"\|".repeat(length - 1));
                let line = format!("CEF:0|{}|5|", fields.join("|"));
                assert_eq!(read(&line).is_ok(), is_read, "{line}");
            }
        }
    }

    #[test]
    fn rejects_other_extensions() {
        for (extension, expected) in [
            ("msg", r#"expected "=", found nothing at byte 21"#),
            ("=a", r#"expected a key of letters and digits, found nothing at byte 18"#),
            ("1a=b", r#"expected a key of letters and digits, found "1a" at byte 18"#),
            ("a_b=c", r#"expected a key of letters and digits, found "a_b" at byte 18"#),
            (" a=b", r#"expected a key of letters and digits, found " a" at byte 18"#),
            ("a=b =c", r#"expected a key of letters and digits, found nothing at byte 22"#),
            ("a=", "expected a value without a space at either end, found nothing at byte 20"),
            ("a= b=c", "expected a value without a space at either end, found nothing at byte 20"),
            ("a=b ", r#"expected a value without a space at either end, found "b " at byte 20"#),
            ("a=b  c=d", r#"expected a value without a space at either end, found "b " at byte 20"#),
            ("a=b=c", r#"expected a value without an unescaped equals sign, found "b=c" at byte 20"#),
            (r"a=b\|", r#"expected one of the escapes `\\` `\=` `\n`, found "\\|" at byte 21"#),
            (r"a=b\r", r#"expected one of the escapes `\\` `\=` `\n`, found "\\r" at byte 21"#),
            (r"a=b\", r#"expected one of the escapes `\\` `\=` `\n`, found "\\" at byte 21"#),
            ("a=b c=d a=e", r#"expected a key that stands once, found "a" at byte 26"#),
            ("a=b\nc", r#"expected a visible character, found "\nc" at byte 21"#),
            ("a=b\u{2028}c", r#"expected a visible character, found "\u{2028}c" at byte 21"#),
        ] {
            let line = format!("CEF:0|a|b|c|d|e|5|{extension}");
            assert_eq!(read(&line).unwrap_err().to_string(), expected, "{line}");
        }
    }
}
