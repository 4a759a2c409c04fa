//! RFC 5424, the Syslog Protocol: <https://www.rfc-editor.org/rfc/rfc5424>, section 6.
//!
//! Its ABNF, as far as it matters here:
//!
//! ```text
//! SYSLOG-MSG      = HEADER SP STRUCTURED-DATA [SP MSG]
//! HEADER          = PRI VERSION SP TIMESTAMP SP HOSTNAME SP APP-NAME SP PROCID SP MSGID
//! PRI             = "<" PRIVAL ">"
//! PRIVAL          = 1*3DIGIT ; range 0 .. 191
//! VERSION         = NONZERO-DIGIT 0*2DIGIT
//! HOSTNAME        = NILVALUE / 1*255PRINTUSASCII
//! APP-NAME        = NILVALUE / 1*48PRINTUSASCII
//! PROCID          = NILVALUE / 1*128PRINTUSASCII
//! MSGID           = NILVALUE / 1*32PRINTUSASCII
//! TIMESTAMP       = NILVALUE / FULL-DATE "T" FULL-TIME
//! STRUCTURED-DATA = NILVALUE / 1*SD-ELEMENT
//! SD-ELEMENT      = "[" SD-ID *(SP SD-PARAM) "]"
//! SD-PARAM        = PARAM-NAME "=" %d34 PARAM-VALUE %d34
//! SD-NAME         = 1*32PRINTUSASCII ; except '=', SP, ']', %d34 (")
//! PARAM-VALUE     = UTF-8-STRING ; characters '"', '\' and ']' MUST be escaped.
//! NILVALUE        = "-"
//! ```
//!
//! Refused, though the RFC has it or receivers take it:
//!
//! * a version other than 1, and a PRIVAL with leading zeros;
//! * a TIMESTAMP without milliseconds or in another zone than `Z`;
//! * a PROCID that is no number;
//! * more than one SD-ELEMENT;
//! * a PARAM-NAME of other characters than ASCII letters, digits and `_`, and one that stands
//!   twice, in whatever letter case, as some receivers fold it;
//! * an empty PARAM-VALUE, and a backslash in one before anything but `"`, `\` and `]`, which the
//!   RFC takes as it is;
//! * a MSG that is absent or empty, and raw control characters and line separators anywhere.
//!
//! Not checked: whether a month has the day, and whether MSG begins with a byte order mark.

use std::collections::BTreeMap;

use crate::Error;
use crate::cursor::Cursor;

/// A message. Fields that are NILVALUE are `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Facility times eight, and severity.
    pub pri: u8,
    /// TIMESTAMP.
    pub timestamp: Option<String>,
    /// HOSTNAME.
    pub hostname: Option<String>,
    /// APP-NAME.
    pub app_name: Option<String>,
    /// PROCID.
    pub procid: Option<String>,
    /// MSGID.
    pub msgid: Option<String>,
    /// STRUCTURED-DATA.
    pub structured_data: Option<SdElement>,
    /// MSG.
    pub msg: String,
}

/// An SD-ELEMENT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SdElement {
    /// SD-ID.
    pub sd_id: String,
    /// The PARAM-VALUEs, unescaped, by PARAM-NAME in lower case.
    pub params: BTreeMap<String, String>,
}

/// What a PARAM-VALUE is escaped by.
const ESCAPES: [(char, char); 3] = [('"', '"'), ('\\', '\\'), (']', ']')];

/// The most characters of an SD-NAME.
const SD_NAME_MAX: usize = 32;

/// Reads a message, given without its frame.
///
/// # Errors
///
/// If the message is not of the grammar above, or is refused beyond it.
pub fn read(line: &str) -> Result<Message, Error> {
    let mut rest = Cursor::new(line)?;
    Ok(Message {
        pri: pri(&mut rest)?,
        timestamp: field(&mut rest, "a TIMESTAMP with milliseconds and `Z`", is_timestamp)?,
        hostname: field(&mut rest, "a HOSTNAME", |text| is_printable(text, 255))?,
        app_name: field(&mut rest, "an APP-NAME", |text| is_printable(text, 48))?,
        procid: field(&mut rest, "a PROCID of digits", |text| is_printable(text, 128) && is_number(text))?,
        msgid: field(&mut rest, "a MSGID", |text| is_printable(text, 32))?,
        structured_data: structured_data(&mut rest)?,
        msg: msg(rest)?,
    })
}

/// Takes PRI, VERSION and the space after them.
fn pri(rest: &mut Cursor<'_>) -> Result<u8, Error> {
    rest.expect("<")?;
    let digits = rest.take_until(&['>']);
    let pri = digits.number(191).ok_or_else(|| digits.error("a PRIVAL from 0 to 191"))?;
    rest.expect(">1 ")?;
    Ok(pri)
}

/// Takes a field of the header and the space after it. NILVALUE is `None`.
fn field(rest: &mut Cursor<'_>, expected: &str, is_field: fn(&str) -> bool) -> Result<Option<String>, Error> {
    let field = rest.take_until(&[' ']);
    let is_nil = field.rest() == "-";
    if !is_nil && !is_field(field.rest()) {
        return Err(field.error(expected));
    }
    rest.expect(" ")?;
    Ok((!is_nil).then(|| field.rest().to_owned()))
}

/// PRINTUSASCII, `!` to `~`, of at least one and at most `max` characters.
fn is_printable(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether text is like `2026-03-04T09:15:12.000Z`, and each of its numbers in its range.
fn is_timestamp(text: &str) -> bool {
    const FORM: &str = "0000-00-00T00:00:00.000Z";
    let is_of_form = text.len() == FORM.len()
        && text.bytes().zip(FORM.bytes()).all(|(byte, form)| byte == form || form == b'0' && byte.is_ascii_digit());
    is_of_form
        && [(5, 1..=12), (8, 1..=31), (11, 0..=23), (14, 0..=59), (17, 0..=59)].iter().all(|(at, range)| {
            let number = text.get(*at..at + 2).and_then(|digits| digits.parse().ok());
            number.is_some_and(|number: u8| range.contains(&number))
        })
}

/// Takes STRUCTURED-DATA: NILVALUE, or one SD-ELEMENT.
fn structured_data(rest: &mut Cursor<'_>) -> Result<Option<SdElement>, Error> {
    if rest.take("-") {
        return Ok(None);
    }
    rest.expect("[")?;
    let id = rest.take_until(&[' ', ']']);
    if !is_printable(id.rest(), SD_NAME_MAX) || id.rest().contains(['=', '"']) {
        return Err(id.error("an SD-ID"));
    }
    let mut params = BTreeMap::new();
    while !rest.take("]") {
        rest.expect(" ")?;
        let (name, value) = param(rest)?;
        if params.insert(name.rest().to_ascii_lowercase(), value).is_some() {
            return Err(name.error("a PARAM-NAME that stands once"));
        }
    }
    Ok(Some(SdElement { sd_id: id.rest().to_owned(), params }))
}

/// Takes an SD-PARAM.
fn param<'l>(rest: &mut Cursor<'l>) -> Result<(Cursor<'l>, String), Error> {
    let name = rest.take_until(&['=']);
    let is_name = (1..=SD_NAME_MAX).contains(&name.rest().len())
        && name.rest().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name {
        return Err(name.error("a PARAM-NAME of 1 to 32 letters, digits and `_`"));
    }
    rest.expect("=\"")?;
    let start = *rest;
    let value = rest.take_unescaped(&ESCAPES, &['"', ']'])?;
    rest.expect("\"")?;
    if value.is_empty() { Err(start.error("a PARAM-VALUE that is not empty")) } else { Ok((name, value)) }
}

/// Reads the space before MSG, and MSG to the end.
fn msg(mut rest: Cursor<'_>) -> Result<String, Error> {
    rest.expect(" ")?;
    if rest.is_empty() { Err(rest.error("a MSG")) } else { Ok(rest.rest().to_owned()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const TIME: &str = "2026-03-04T09:15:12.000Z";

    fn refusal(line: &str) -> String {
        read(line).unwrap_err().to_string()
    }

    #[test]
    fn reads_every_field_unescaped() {
        let line = r#"<13>1 2026-03-04T09:15:12.000Z host app 42 17 [id@1 cs1="\"\\\] =" Msg="a[b"] [x] CEF:0"#;
        let expected = Message {
            pri: 13,
            timestamp: Some(TIME.into()),
            hostname: Some("host".into()),
            app_name: Some("app".into()),
            procid: Some("42".into()),
            msgid: Some("17".into()),
            structured_data: Some(SdElement {
                sd_id: "id@1".into(),
                params: [("cs1", r#""\] ="#), ("msg", "a[b")].map(|(name, value)| (name.into(), value.into())).into(),
            }),
            msg: "[x] CEF:0".into(),
        };
        assert_eq!(read(line), Ok(expected));
    }

    #[test]
    fn reads_nil_as_none() {
        let expected = Message {
            pri: 0,
            timestamp: None,
            hostname: None,
            app_name: None,
            procid: None,
            msgid: None,
            structured_data: None,
            msg: " x".into(),
        };
        assert_eq!(read("<0>1 - - - - - -  x"), Ok(expected));
    }

    #[test]
    fn reads_an_element_without_params() {
        let element = SdElement { sd_id: "id".into(), params: BTreeMap::new() };
        assert_eq!(read("<0>1 - - - - - [id] x").unwrap().structured_data, Some(element));
    }

    #[test]
    fn rejects_other_headers() {
        for (line, expected) in [
            ("", r#"expected "<", found nothing at byte 0"#),
            ("<192>1 - - - - - - x", r#"expected a PRIVAL from 0 to 191, found "192" at byte 1"#),
            ("<013>1 - - - - - - x", r#"expected a PRIVAL from 0 to 191, found "013" at byte 1"#),
            ("<>1 - - - - - - x", "expected a PRIVAL from 0 to 191, found nothing at byte 1"),
            ("<13>2 - - - - - - x", r#"expected ">1 ", found ">2 - - - - - - x" at byte 3"#),
            ("<13>1  - - - - - x", "expected a TIMESTAMP with milliseconds and `Z`, found nothing at byte 6"),
            ("<13>1 - é - - - - x", r#"expected a HOSTNAME, found "é" at byte 8"#),
            ("<13>1 - - -", r#"expected " ", found nothing at byte 11"#),
            ("<13>1 - - - a - - x", r#"expected a PROCID of digits, found "a" at byte 12"#),
            ("<13>1 - - - -\t- - x", r#"expected a visible character, found "\t- - x" at byte 13"#),
        ] {
            assert_eq!(refusal(line), expected, "{line}");
        }
    }

    #[test]
    fn rejects_a_header_field_beyond_its_limit() {
        for (place, name, max) in
            [(0, "a HOSTNAME", 255), (1, "an APP-NAME", 48), (2, "a PROCID", 128), (3, "a MSGID", 32)]
        {
            for (length, is_read) in [(max, true), (max + 1, false)] {
                let mut fields = ["-"; 4].map(str::to_owned);
                fields[place] = "1".repeat(length);
                let line = format!("<13>1 - {} - x", fields.join(" "));
                assert_eq!(read(&line).is_ok(), is_read, "{line}");
                assert!(is_read || refusal(&line).starts_with(&format!("expected {name}")), "{}", refusal(&line));
            }
        }
    }

    #[test]
    fn rejects_other_timestamps() {
        assert!(is_timestamp(TIME));
        for other in [
            "2026-03-04T09:15:12Z",
            "2026-03-04T09:15:12.000000Z",
            "2026-03-04T09:15:12.000-03:00",
            "2026-03-04 09:15:12.000Z",
            "2026-03-04t09:15:12.000z",
            "2026-13-04T09:15:12.000Z",
            "2026-00-04T09:15:12.000Z",
            "2026-03-32T09:15:12.000Z",
            "2026-03-04T24:15:12.000Z",
            "2026-03-04T09:60:12.000Z",
            "2026-03-04T09:15:60.000Z",
            "2026-03-04T09:15:+1.000Z",
        ] {
            assert!(!is_timestamp(other), "{other}");
        }
    }

    #[test]
    fn rejects_other_structured_data() {
        let long = "x".repeat(33);
        for (data, expected) in [
            ("x", r#"expected "[", found "x y" at byte 16"#),
            ("[]", "expected an SD-ID, found nothing at byte 17"),
            ("[id", r#"expected "=\"", found nothing at byte 21"#),
            ("[i=d a=\"b\"]", r#"expected an SD-ID, found "i=d" at byte 17"#),
            (&format!("[{long} a=\"b\"]"), &format!("expected an SD-ID, found \"{long}\" at byte 17")),
            ("[id a-b=\"c\"]", r#"expected a PARAM-NAME of 1 to 32 letters, digits and `_`, found "a-b" at byte 20"#),
            (
                &format!("[id {long}=\"c\"]"),
                &format!("expected a PARAM-NAME of 1 to 32 letters, digits and `_`, found \"{long}\" at byte 20"),
            ),
            ("[id a=b]", r#"expected "=\"", found "=b] y" at byte 21"#),
            (r#"[id a=""]"#, r#"expected a PARAM-VALUE that is not empty, found "\"] y" at byte 23"#),
            (r#"[id a="b]"]"#, r#"expected "\"", found "]\"] y" at byte 24"#),
            (r#"[id a="\n"]"#, r#"expected one of the escapes `\"` `\\` `\]`, found "\\n\"] y" at byte 23"#),
            (r#"[id a="b" A="c"]"#, r#"expected a PARAM-NAME that stands once, found "A" at byte 26"#),
            (r#"[id a="b"c="d"]"#, r#"expected " ", found "c=\"d\"] y" at byte 25"#),
            (r#"[id a="b" ]"#, r#"expected a PARAM-NAME of 1 to 32 letters, digits and `_`, found "] y" at byte 26"#),
            (r#"[id a="b"][x c="d"]"#, r#"expected " ", found "[x c=\"d\"] y" at byte 26"#),
        ] {
            assert_eq!(refusal(&format!("<13>1 - - - - - {data} y")), expected, "{data}");
        }
    }

    #[test]
    fn rejects_a_message_without_msg() {
        assert_eq!(refusal("<13>1 - - - - - -"), r#"expected " ", found nothing at byte 17"#);
        assert_eq!(refusal("<13>1 - - - - - - "), "expected a MSG, found nothing at byte 18");
    }
}
