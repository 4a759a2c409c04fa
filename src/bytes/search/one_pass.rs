//! [`verbatim_until`](super::verbatim_until) where instructions are dear: UTF-8 is checked on the way, whether it
//! is known or not, as texts have few characters beyond ASCII.

/// `ascii` is [`verbatim_ascii`](super::verbatim_ascii).
#[inline(always)] // In one function.
pub(super) fn verbatim_until(text: &[u8], from: usize, ascii: impl Fn(&[u8]) -> usize) -> usize {
    let mut rest = text.get(from..).unwrap_or_default();
    loop {
        if let [..0x80, ..] = rest {
            rest = rest.get(ascii(rest)..).unwrap_or_default();
        }
        let length = match rest {
            [0xC3..0xE0, 0x80..0xC0, ..] => 2,
            [0x80..=0xFF, ..] => character(rest),
            _ => 0,
        };
        match rest.get(length..) {
            Some(after) if length > 0 => rest = after,
            _ => return text.len() - rest.len(),
        }
    }
}

/// Returns the length of the character beyond ASCII that `text` begins with, by table 3-7 of the Unicode
/// Standard; 0 if a format replaces it, or it is not UTF-8.
#[inline(never)] // Few characters are beyond Latin letters.
fn character(text: &[u8]) -> usize {
    match text {
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 0,
        [0xC2, 0xA0..0xC0, ..] | [0xC3..0xE0, 0x80..0xC0, ..] => 2,
        [0xE0, 0xA0..0xC0, 0x80..0xC0, ..]
        | [0xE1..0xED | 0xEE..0xF0, 0x80..0xC0, 0x80..0xC0, ..]
        | [0xED, 0x80..0xA0, 0x80..0xC0, ..] => 3,
        [0xF0, 0x90..0xC0, 0x80..0xC0, 0x80..0xC0, ..]
        | [0xF1..0xF4, 0x80..0xC0, 0x80..0xC0, 0x80..0xC0, ..]
        | [0xF4, 0x80..0x90, 0x80..0xC0, 0x80..0xC0, ..] => 4,
        _ => 0,
    }
}
