//! Texts as attackers choose them, and records of such texts.

use std::fmt::Write as _;

use arbitrary::{Arbitrary, Result, Unstructured};
use strict::record::Record;

/// What a byte below a space stands for in a text, but for the first, which ends it.
const PIECES: [&str; 31] = [
    " suser=root",
    " severity=\"1\"",
    "\"]",
    "\\] [x y=\"",
    "\\n",
    "\\u0000",
    "CEF:0|MT4|senhasegura|9|2|Forged|10|suser=forged",
    "cef:",
    "\t",
    "\n",
    "\r\n",
    "\u{b}",
    "\r",
    "\n<13>1 - - - - - - ",
    "<13>Mar  4 09:15:00 forged senhasegura: ",
    "{\"event_id\":2,\"suser\":\"forged\"}",
    "@cee: ",
    "2020-01-01T00:00:00Z stdout F ",
    "[senhasegura@32473 event_name=\"Forged\"]",
    ",\"deviceEventClassId\":\"2\"",
    "\0",
    "\u{1}",
    "\u{1b}[2J",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffd}",
    "\u{a0}",
    "\u{1F600}",
    "\u{202e}",
    "Not applicable",
];

/// The most characters of a text.
const LENGTH_MAX: usize = 1300;

/// A text. Each byte is a piece of it, up to one that is zero.
pub fn text(u: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    loop {
        match u8::arbitrary(u)? {
            0 => return Ok(text),
            byte @ 1..0x20 => text.push_str(PIECES[usize::from(byte) - 1]),
            byte @ 0x20..0x80 => text.push(char::from(byte)),
            byte @ 0x80..0xF8 => text.push(char::from(byte)),
            // The text so far, again.
            byte => {
                let times = 1 << (byte - 0xF8);
                if text.chars().count() * times <= LENGTH_MAX {
                    text = text.repeat(times);
                }
            }
        }
    }
}

/// A text, or none if the first byte is zero.
fn optional(u: &mut Unstructured<'_>) -> Result<Option<String>> {
    if u8::arbitrary(u)? == 0 { Ok(None) } else { text(u).map(Some) }
}

/// A value for an address or a number, or text that is neither.
fn typed(u: &mut Unstructured<'_>, values: [fn(u16) -> String; 2]) -> Result<Option<String>> {
    Ok(match u8::arbitrary(u)? % 4 {
        0 => None,
        1 => Some(format!("no! {}", text(u)?)),
        kind => Some(values[usize::from(kind - 2)](u16::arbitrary(u)?)),
    })
}

/// A record.
pub fn record(u: &mut Unstructured<'_>) -> Result<Record> {
    let mut record = Record {
        id: optional(u)?.map(|text| format!("id {text}")),
        name: optional(u)?,
        severity: u8::arbitrary(u)? % 11,
        millis: Some(i64::from(u32::arbitrary(u)?))
            .filter(|millis| *millis > 0)
            .map(|millis| 100_000_000_000 + millis * 900),
        host: optional(u)?,
        version: match u8::arbitrary(u)? % 4 {
            0 => None,
            1 => Some("3.33.0-2".into()),
            2 => Some("4.0.1".into()),
            _ => Some(format!("v{}", text(u)?)),
        },
        origin: optional(u)?,
        fields: Default::default(),
        odd: None,
    };
    for key in ["msg", "suser", "act", "duser", "requestMethod", "cs1", "cs1Label", "cs2", "sname", "cs7", "country"] {
        record.fields.extend(optional(u)?.map(|value| (key, value)));
    }
    let port = |number: u16| (number % 9999 + 1).to_string();
    let src =
        typed(u, [|number| format!("10.1.{}.7", number % 256), |number| format!("2001:db8::{:x}", number.max(1))])?;
    record.fields.extend(src.map(|src| ("src", src)));
    for key in ["dpt", "spid"] {
        record.fields.extend(typed(u, [port, port])?.map(|value| (key, value)));
    }
    if let Some(key) = optional(u)? {
        record.odd = Some((format!("x{key}"), text(u)?));
    }
    Ok(record)
}

/// Bytes for people to read.
pub fn shown(bytes: &[u8]) -> String {
    let mut shown = String::new();
    let _ = write!(shown, "{}", bytes.escape_ascii());
    shown
}
