//! Searches bytes many at a time: sixteen in a SIMD register, or eight in an ordinary one where the
//! target has no SIMD.
//!
//! Both have the same functions. Each returns the offset of the first byte of a class, or the
//! length of the text if there is none.
//!
//! | function | finds |
//! |---|---|
//! | [`line_end`] | a line feed |
//! | [`string_end`] | what ends or interrupts a JSON string: a quote, a backslash, a control character |
//! | [`verbatim_ascii`] | what some format does not write unchanged, and everything beyond ASCII |
//! | [`verbatim_until`] | from an offset on, a character that some format changes, or damage |
//! | [`any_format_special`] | what some format escapes or replaces |
//! | [`cef_extension_special`] | what an extension of CEF escapes or replaces |
//!
//! The last two also stop at 0xC2 and 0xE2, which may begin a control character or a line break
//! beyond ASCII (U+0080 to U+009F, U+2028, U+2029): the caller looks at the next bytes.

mod class;
#[cfg(any(test, small, not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))))]
mod one_pass;

#[cfg(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))]
mod simd;
#[cfg(any(test, not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))))]
mod words;

#[cfg(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))]
use simd as search;
#[cfg(not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128")))]
use words as search;

use super::value::trim;
pub(crate) use search::{
    CHUNK, Prefix, any_format_special, cef_extension_special, is_ascii, is_utf8, line_end, string_end,
    string_end_within, verbatim_ascii, verbatim_until, verbatim_within,
};

/// Returns whether every format writes the text, which is UTF-8, unchanged: there is nothing in it
/// to escape, replace or trim.
#[inline(never)] // Once a value, after a search that is inlined.
pub(crate) fn is_verbatim(text: &[u8]) -> bool {
    verbatim_until(text, 0, true) == text.len() && trim(text).len() == text.len()
}

#[cfg(test)]
mod tests {
    use super::class::*;
    use super::*;

    /// With SIMD, without, and byte by byte.
    type Searches<'s> = (fn(&[u8]) -> usize, fn(&[u8]) -> usize, &'s dyn Fn(u8) -> bool);

    /// Every byte at every offset of texts of every length up to two blocks and a bit, what comes
    /// after it being the worst.
    #[test]
    fn finds_every_byte_at_every_offset() {
        let unchanged = |byte| is_special_ascii(byte) || is_harmful(byte, b'"');
        let searches: [Searches<'_>; 4] = [
            (search::string_end, words::string_end, &is_end),
            (search::verbatim_ascii, words::verbatim_ascii, &|byte| is_end(byte) || is_special(byte)),
            (search::cef_extension_special, words::cef_extension_special, &|byte| is_harmful(byte, b'=')),
            (search::any_format_special, words::any_format_special, &unchanged),
        ];
        for (simd, words, matches) in searches {
            for length in 0..40 {
                for at in 0..length {
                    for byte in 0..=255 {
                        let mut bytes = vec![b'a'; length];
                        bytes[at] = byte;
                        let expected = if matches(byte) { at } else { length };
                        assert_eq!((simd(&bytes), words(&bytes)), (expected, expected), "{byte} at {at} of {length}");

                        bytes[at..].fill(byte);
                        bytes[at] = b'\\';
                        assert_eq!((simd(&bytes), words(&bytes)), (at, at), "{byte} after the end");
                    }
                }
            }
        }
    }

    #[test]
    fn finds_line_feeds_among_any_bytes() {
        for (byte, length) in (0..=255).flat_map(|byte| (0..40).map(move |length| (byte, length))) {
            let mut bytes = vec![byte; length];
            let end = if byte == b'\n' { 0 } else { length };
            assert_eq!((search::line_end(&bytes), words::line_end(&bytes)), (end, end));
            for at in (0..end).rev() {
                bytes[at] = b'\n';
                assert_eq!((search::line_end(&bytes), words::line_end(&bytes)), (at, at), "{byte}");
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
        let texts = (0..=0x3000).filter_map(char::from_u32).map(|c| format!("text before {c} and after"));
        for (c, text) in (0..=0x3000).filter_map(char::from_u32).zip(texts) {
            let harmful = c.is_control() || "\"\\<=]|}\u{2028}\u{2029}".contains(c);
            assert_eq!(is_verbatim(text.as_bytes()), !harmful, "{c:?}");
            let until = |text: &str| if harmful { text.find(c).unwrap() } else { text.len() };
            let found = [search::verbatim_until, words::verbatim_until].map(|find| find(text.as_bytes(), 0, true));
            assert_eq!(found, [until(&text); 2], "{c:?}");
            let ends = [format!("{c} before"), format!("after {c}")];
            let trimmed = harmful || c.is_whitespace();
            assert!(ends.iter().all(|text| is_verbatim(text.as_bytes()) != trimmed), "{c:?} at an end");
        }
    }

    #[test]
    fn tells_utf8_as_the_standard_library_does() {
        let pieces: [&[u8]; 15] = [
            b"a",
            b"a plain text of some length",
            "é".as_bytes(),
            "’".as_bytes(),
            "😀".as_bytes(),
            b"\xC3",
            b"\xE2\x80",
            b"\x80",
            b"\xF5",
            // Overlong, a surrogate, beyond Unicode.
            b"\xC0\xAF",
            b"\xE0\x9F\xBF",
            b"\xED\xA0\x80",
            b"\xF0\x8F\xBF\xBF",
            b"\xF4\x90\x80\x80",
            "\u{800}\u{D7FF}\u{E000}\u{10000}\u{10FFFF}".as_bytes(),
        ];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let bytes = [first, second, third].concat();
                    let expected = str::from_utf8(&bytes).is_ok();
                    assert_eq!((search::is_utf8(&bytes), words::is_utf8(&bytes)), (expected, expected), "{bytes:?}");
                    for find in [search::verbatim_until, words::verbatim_until] {
                        let found = find(&bytes, 0, false);
                        assert_eq!(found == bytes.len(), expected, "{bytes:?}");
                        assert!(str::from_utf8(&bytes[..found]).is_ok(), "{bytes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn looks_at_chunks() {
        for (at, byte) in (0..16).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut chunk = *b"0123456789abcdef";
            chunk[at] = byte;
            let (first, whole) = (chunk.first_chunk().unwrap(), chunk.first_chunk().unwrap());
            let end = |length| if is_end(byte) && at < length { at } else { length };
            let ends = (search::string_end_within(whole), words::string_end_within(first));
            assert_eq!(ends, (end(search::CHUNK), end(words::CHUNK)));
            let stop = |length| if (is_end(byte) || is_special(byte)) && at < length { at } else { length };
            let verbatim = (search::verbatim_within(whole), words::verbatim_within(first));
            assert_eq!(verbatim, (stop(search::CHUNK), stop(words::CHUNK)));
            let is_ascii = |length| byte.is_ascii() || at >= length;
            let ascii = (search::is_ascii(whole), words::is_ascii(first));
            assert_eq!(ascii, (is_ascii(search::CHUNK), is_ascii(words::CHUNK)));
        }
    }

    #[test]
    fn tells_what_a_chunk_begins_with() {
        let chunk = *b"0123456789abcdef";
        for length in 0..=20 {
            let (prefix, of_words) = (search::Prefix::new(&chunk, length), words::Prefix::new(&chunk, length));
            assert!(prefix.begins(&chunk) && of_words.begins(&chunk));
            for at in 0..16 {
                let mut other = chunk;
                other[at] ^= 0x80;
                assert_eq!((prefix.begins(&other), of_words.begins(&other)), (at >= length, at >= length));
            }
        }
        for which in [0, 1, u8::MAX] {
            let (never, of_words) = (search::Prefix::never(which), words::Prefix::never(which));
            assert!([chunk, [0; 16], [which; 16]].iter().all(|chunk| !never.begins(chunk) && !of_words.begins(chunk)));
        }
        assert!(
            search::Prefix::never(0) != search::Prefix::never(1) && words::Prefix::never(0) != words::Prefix::never(1)
        );
    }
}
