//! Eight bytes at a time, for targets without SIMD. Modules for these are small rather than fast:
//! nothing long is inlined.

use super::class::{is_end, is_harmful, is_special, is_special_ascii};

/// See [`super::simd`] for what the functions return.
#[inline(never)] // For small modules, as are those below.
pub(crate) fn verbatim_ascii(bytes: &[u8]) -> usize {
    let marks = |word| ends(word) | special_ascii(word) | word | mark_equal(word, 0x7F);
    find(bytes, marks, |byte| is_end(byte) || is_special(byte))
}

#[inline(never)] // As above.
pub(crate) fn string_end(bytes: &[u8]) -> usize {
    find(bytes, ends, is_end)
}

pub(crate) fn string_end_within(chunk: &[u8; 16]) -> usize {
    string_end(chunk)
}

#[inline(never)] // As above.
pub(crate) fn cef_extension_special(bytes: &[u8]) -> usize {
    find(bytes, |word| harmful(word, b'='), |byte| is_harmful(byte, b'='))
}

#[inline(never)] // As above.
pub(crate) fn any_format_special(text: &[u8]) -> usize {
    let marks = |word| special_ascii(word) | harmful(word, b'"');
    find(text, marks, |byte| is_special_ascii(byte) || is_harmful(byte, b'"'))
}

pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_ok()
}

pub(crate) fn is_ascii(chunk: &[u8; 16]) -> bool {
    chunk.is_ascii()
}

pub(crate) fn common_length(left: &[u8; 16], right: &[u8; 16]) -> usize {
    let ([left, left_rest], [right, right_rest]) = (halves(left), halves(right));
    let (differences, rest) = (left ^ right, left_rest ^ right_rest);
    let bits = if differences == 0 { 64 + rest.trailing_zeros() } else { differences.trailing_zeros() };
    bits as usize / 8
}

fn halves(chunk: &[u8; 16]) -> [u64; 2] {
    let both = u128::from_le_bytes(*chunk);
    [both as u64, (both >> 64) as u64]
}

/// Returns the offset of the first byte that `matches`, or the length. `marks` sets the highest bit
/// of each byte that matches; the lowest mark is right, those above it may not be.
fn find(bytes: &[u8], marks: impl Fn(u64) -> u64, matches: impl Fn(u8) -> bool) -> usize {
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let found = marks(u64::from_le_bytes(*chunk)) & repeat(0x80);
        if found != 0 {
            return bytes.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = after;
    }
    bytes.len() - rest.len() + rest.iter().position(|&byte| matches(byte)).unwrap_or(rest.len())
}

/// See [`is_end`].
fn ends(word: u64) -> u64 {
    // Toggling bit 1 makes a quote the number after the control characters.
    mark_below(word ^ repeat(0x02), 0x21) | mark_equal(word, b'\\')
}

/// See [`is_special_ascii`].
fn special_ascii(word: u64) -> u64 {
    mark_equal(word | repeat(0x61), b'}')
}

/// See [`is_harmful`].
fn harmful(word: u64, separator: u8) -> u64 {
    mark_below(word, 0x20)
        | mark_equal(word, 0x7F)
        | mark_equal(word | repeat(0x20), 0xE2)
        | mark_equal(word, b'\\')
        | mark_equal(word, separator)
}

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Marks the bytes below `bound`, which is at most 0x80. Bytes above a marked one may be marked
/// wrongly, bytes below it are not.
fn mark_below(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(repeat(bound)) & !word
}

fn mark_equal(word: u64, byte: u8) -> u64 {
    mark_below(word ^ repeat(byte), 1)
}
