//! Texts that stand for no value.

use crate::bytes::trim;
use crate::catalog::Fold;
use crate::key::{Key, KeySet, Type};

/// What programs write where a value is missing. In a text, each may be a value: a user called None.
const WORDS: [&[u8]; 5] = [b"none", b"null", b"undefined", b"unknown", b"n/a"];

/// senhasegura's "Not applicable" in its languages, without accents, spaces and letter case.
const NOT_APPLICABLE: [&[u8]; 3] = [b"notapplicable", b"naoaplicavel", b"noaplicable"];

/// The length of the longest of all these.
const LENGTH_MAX: usize = 15;

/// The keys that hold no words, besides those of addresses, numbers and the like: host names, and
/// what describes the event as a whole.
static NAMES: KeySet = KeySet::of(&[
    Key::named("host"),
    Key::named("hostname"),
    Key::named("shost"),
    Key::named("dhost"),
    Key::named("dvchost"),
    Key::named("event_id"),
    Key::named("eventId"),
    Key::named("id"),
    Key::named("severity"),
    Key::named("priority"),
    Key::named("time"),
    Key::named("timestamp"),
    Key::named("@timestamp"),
    Key::named("_time"),
    Key::named("date"),
    Key::named("version"),
    Key::named("product_version"),
]);

/// Returns whether a text, the value of a field with this key, stands for no value: it is empty or `-`,
/// says "Not applicable", or is a word like `None` where the key holds no words.
#[inline]
pub(super) fn is_absent(text: &[u8], key: Option<Key>) -> bool {
    // Nearly all values begin otherwise; white space beyond ASCII with the last of these bytes.
    matches!(text, [] | [0..=b' ' | b'-' | b'N' | b'n' | b'U' | b'u' | 0x7F | 0xC2 | 0xE1..=0xE3, ..])
        && is_no_value(text, key)
}

/// As [`is_absent`], for the value `text[..length]`, which is not empty, has nothing to trim and begins with
/// `first`.
#[inline(always)] // A shift and a comparison, once a field: of a hundred values, one needs a call.
pub(super) fn is_plain_absent(text: &[u8], length: usize, first: u8, key: Key) -> bool {
    // A text that is longer by a multiple of 32 passes, too.
    LENGTHS.wrapping_shr(length as u32) & 1 == 1
        && matches!(first | 0x20, b'-' | b'n' | b'u')
        && text.get(..length).is_some_and(|value| is_no_value(value, Some(key)))
}

/// The lengths of all these, a bit each; of "Not applicable" with and without its space and accents.
const LENGTHS: u32 = 1 << 1 | 1 << 3 | 1 << 4 | 1 << 7 | 1 << 9 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15;

#[inline(never)] // Few texts begin so.
fn is_no_value(text: &[u8], key: Option<Key>) -> bool {
    // What is invisible otherwise is counted.
    let (is_empty, text) = (text.iter().all(u8::is_ascii_whitespace), trim(text));
    if text.len() > LENGTH_MAX {
        return false;
    }
    let holds_words = |key: Key| matches!(key.value_type(), Type::Text(_)) && !NAMES.contains(key);
    is_empty
        || text == b"-"
        || NOT_APPLICABLE.iter().any(|words| Fold(text).eq(words.iter().copied()))
        || !key.is_none_or(holds_words) && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_as_a_line_does() {
        let host = Key::named("host");
        for text in [
            "",
            " ",
            "-",
            " -\t",
            "\u{85}-",
            "\u{a0}-\u{3000}",
            "\u{7f}-",
            "\u{1}Not applicable\u{85}",
            "Não aplicável",
        ] {
            assert!(is_absent(text.as_bytes(), None), "{text:?}");
        }
        assert!(is_absent("\u{2003}none".as_bytes(), Some(host)));
        // Nothing in it is visible, which is counted.
        for text in ["\u{85}", "\u{1}", "--", "\u{feff}-", "none", "Â", "あ"] {
            assert!(!is_absent(text.as_bytes(), None), "{text:?}");
        }
    }
}
