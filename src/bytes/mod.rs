//! Bytes searched many at a time: sixteen in a SIMD register, or eight in an ordinary one where the target has no SIMD.
//!
//! Both ways have the same functions; each answers how many bytes stand before the first of a class, or that there is none.

#[cfg(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))]
mod simd;
#[cfg(any(test, not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))))]
mod words;

#[cfg(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))]
use simd as search;
#[cfg(not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128")))]
use words as search;

pub(crate) use search::{
    common_length, harmless_length, is_ascii, is_utf8, plain_length, run_length, run_length_within, unchanged_length,
};

/// Whether a text has nothing that any format escapes, replaces or trims. It is UTF-8.
#[inline(never)]
pub(crate) fn is_harmless(text: &[u8]) -> bool {
    harmless_until(text, 0) == text.len() && trim(text).len() == text.len()
}

/// How many bytes of UTF-8 stand before the first, from `from` on, that a format escapes or replaces.
#[inline(never)]
pub(crate) fn harmless_until(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        at += unchanged_length(text.get(at..).unwrap_or_default());
        match text.get(at..).unwrap_or_default() {
            [0xE2, 0x80, 0xA8 | 0xA9, ..] | [0xC2, 0x80..0xA0, ..] => return at,
            [0xC2 | 0xE2, ..] => at += 1,
            _ => return at,
        }
    }
}

/// The text without white space and control characters at its ends.
#[inline]
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    match text {
        [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] => text,
        _ => trim_slowly(text),
    }
}

#[inline(never)]
fn trim_slowly(text: &[u8]) -> &[u8] {
    let text = str::from_utf8(text).unwrap_or_default();
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control()).as_bytes()
}

/// See [`run_length`].
fn is_end(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Whether it is no end and not plain, see [`plain_length`].
fn is_special(byte: u8) -> bool {
    byte >= 0x7F || is_special_ascii(byte)
}

/// The six signs differ in bits 0, 5 and 6 only, and the sixth is an end.
fn is_special_ascii(byte: u8) -> bool {
    byte | 0x61 == b'}'
}

/// See [`harmless_length`], with the sign that separates.
fn is_harmful(byte: u8, separator: u8) -> bool {
    byte < 0x20 || matches!(byte, 0x7F | b'\\' | 0xC2 | 0xE2) || byte == separator
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With SIMD, without, and byte by byte.
    type Searches<'s> = (fn(&[u8]) -> usize, fn(&[u8]) -> usize, &'s dyn Fn(u8) -> bool);

    /// Every byte at every place of texts of every length up to two blocks and a bit, what comes after it being the worst.
    #[test]
    fn finds_every_byte_at_every_place() {
        let unchanged = |byte| is_special_ascii(byte) || is_harmful(byte, b'"');
        let searches: [Searches<'_>; 4] = [
            (search::run_length, words::run_length, &is_end),
            (search::plain_length, words::plain_length, &|byte| is_end(byte) || is_special(byte)),
            (search::harmless_length, words::harmless_length, &|byte| is_harmful(byte, b'=')),
            (search::unchanged_length, words::unchanged_length, &unchanged),
        ];
        for (simd, words, matches) in searches {
            for length in 0..40 {
                for place in 0..length {
                    for byte in 0..=255 {
                        let mut bytes = vec![b'a'; length];
                        bytes[place] = byte;
                        let expected = if matches(byte) { place } else { length };
                        assert_eq!(
                            (simd(&bytes), words(&bytes)),
                            (expected, expected),
                            "{byte} at {place} of {length}"
                        );

                        bytes[place..].fill(byte);
                        bytes[place] = b'\\';
                        assert_eq!((simd(&bytes), words(&bytes)), (place, place), "{byte} behind the end");
                    }
                }
            }
        }
    }

    #[test]
    fn tells_what_every_format_writes_as_it_is() {
        let plain: Vec<u8> = (0..=255).filter(|&byte| !is_end(byte) && !is_special(byte)).collect();
        assert!(plain.iter().all(|byte| (b' '..=b'~').contains(byte) && !b"\"<=\\]|}".contains(byte)));
        assert_eq!(plain.len(), 95 - 7);
    }

    #[test]
    fn tells_what_no_format_changes() {
        let texts = (0..=0x3000).filter_map(char::from_u32).map(|c| format!("text before {c} and behind"));
        for (c, text) in (0..=0x3000).filter_map(char::from_u32).zip(texts) {
            let harmful = c.is_control() || "\"\\<=]|}\u{2028}\u{2029}".contains(c);
            assert_eq!(is_harmless(text.as_bytes()), !harmful, "{c:?}");
            let ends = [format!("{c} before"), format!("behind {c}")];
            let trimmed = harmful || c.is_whitespace();
            assert!(ends.iter().all(|text| is_harmless(text.as_bytes()) != trimmed), "{c:?} at an end");
        }
    }

    #[test]
    fn tells_utf8_as_the_standard_library_does() {
        let pieces: [&[u8]; 9] = [
            b"a",
            b"a plain text of some length",
            "é".as_bytes(),
            "’".as_bytes(),
            "😀".as_bytes(),
            b"\xC3",
            b"\xE2\x80",
            b"\x80",
            b"\xF5",
        ];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let bytes = [first, second, third].concat();
                    let expected = str::from_utf8(&bytes).is_ok();
                    assert_eq!((search::is_utf8(&bytes), words::is_utf8(&bytes)), (expected, expected), "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn looks_at_chunks() {
        for (place, byte) in (0..16).flat_map(|place| (0..=255).map(move |byte| (place, byte))) {
            let mut chunk = *b"0123456789abcdef";
            chunk[place] = byte;
            let ascii = byte.is_ascii();
            assert_eq!((search::is_ascii(&chunk), words::is_ascii(&chunk)), (ascii, ascii));
            let length = if is_end(byte) { place } else { 16 };
            assert_eq!((search::run_length_within(&chunk), words::run_length_within(&chunk)), (length, length));
        }
    }

    #[test]
    fn tells_how_many_bytes_are_common() {
        let chunk = *b"0123456789abcdef";
        for place in 0..16 {
            let mut other = chunk;
            other[place] ^= 0x80;
            assert_eq!((search::common_length(&chunk, &other), words::common_length(&chunk, &other)), (place, place));
        }
        assert_eq!((search::common_length(&chunk, &chunk), words::common_length(&chunk, &chunk)), (16, 16));
    }
}
