//! What is JSON, and what a string says.

use super::reader::Result;
use super::{DEPTH_MAX, Json};
use crate::bytes::Buffer;
use proptest::prelude::*;

fn read(input: &[u8]) -> (Result<()>, String) {
    let mut compact = Buffer::default();
    let mut json = Json::new(input);
    let outcome = json.compact(DEPTH_MAX, &mut compact, &mut false).and_then(|_| json.end());
    (outcome, String::from_utf8(compact.into_vec()).unwrap())
}

#[test]
fn decodes_escapes_and_replaces_what_is_not_unicode() {
    for (json, text, damaged) in [
        (br#""a\"\\\/\b\f\n\r\tz""#.as_slice(), "a\"\\/\u{8}\u{c}\n\r\tz", false),
        (br#""\u00e9\uD83D\uDE00\u0000""#, "é😀\0", false),
        (br#""a\uD83Dz""#, "a\u{FFFD}z", true),
        (br#""\uDE00\uD83D""#, "\u{FFFD}\u{FFFD}", true),
        (br#""\uD83D\uD83D\uDE00""#, "\u{FFFD}😀", true),
        (br#""\uD83D\n""#, "\u{FFFD}\n", true),
        (b"\"caf\xC3\xA9 \xFF\xC3\"", "café \u{FFFD}\u{FFFD}", true),
    ] {
        let (mut decoded, mut repaired) = (Buffer::default(), false);
        let mut reader = Json::new(json);
        let read = reader.string(&mut decoded, &mut repaired).unwrap();
        let text_read = read.get(reader.window(), &decoded);
        assert_eq!((text_read, repaired), (text.as_bytes(), damaged), "{:?}", String::from_utf8_lossy(json));
    }
}

proptest! {
    /// The same JSON is read, the same refused, and it means the same, as `serde_json` has it.
    #[test]
    fn agrees_with_serde_json(input in "[\\[\\]{}\":,\\\\tru0-9.eE+\\- \n]{0,24}|[\\[{]{1,3}(\"[a-z\\\\\"nu0-9]{0,6}\"[:,]?|[0-9.e+-]{1,5},?|[\\[\\]{},:]|true|null){0,8}[\\]}]{0,3}") {
        let (outcome, compact) = read(input.as_bytes());
        match serde_json::from_str::<serde_json::Value>(&input) {
            Ok(value) => {
                prop_assert_eq!(outcome, Ok(()));
                prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&compact).ok(), Some(value));
            }
            // Valid JSON that serde_json cannot hold: lone surrogates and numbers beyond a double.
            Err(error) if error.to_string().contains("surrogate") || error.to_string().contains("out of range")
                || error.to_string().contains("unexpected end of hex escape") => {}
            Err(error) => prop_assert!(outcome.is_err(), "accepted {:?}: {}", input, error),
        }
    }

    /// Any JSON value, however it is spaced, reads back as itself.
    #[test]
    fn reads_what_serde_json_writes(text in ".{0,40}", number in any::<f64>(), pretty in any::<bool>()) {
        let value = serde_json::json!({"a": [text, number, null, {"b": true}, []], text.clone(): {}});
        let written = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap_or_default();
        let (outcome, compact) = read(written.as_bytes());
        prop_assert_eq!(outcome, Ok(()));
        prop_assert_eq!(compact, serde_json::to_string(&value).unwrap_or_default());
    }
}

#[test]
fn decodes_escapes_at_any_offset() {
    for escape in [r#"\""#, r"\n", r"\u00e9", r"\u20ac", r"\ud83d\ude00"] {
        for length in (0..40).chain(4070..4130) {
            let json = format!("\"{}{escape}{}\"", "a".repeat(length), "é".repeat(40));
            let (mut decoded, mut reader) = (Buffer::default(), Json::new(json.as_bytes()));
            let read = reader.string(&mut decoded, &mut false).unwrap();
            let expected: String = serde_json::from_str(&json).unwrap();
            assert_eq!(read.get(reader.window(), &decoded), expected.as_bytes(), "{escape} at {length}");
        }
    }
}
