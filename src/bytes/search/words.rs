//! Eight bytes at a time, for targets without SIMD.
//!
//! A class is marked in the highest bits of a word's bytes. What is added to a byte, or subtracted from
//! it, may reach the bytes above it only if it is marked itself: the lowest mark is right, those above
//! it may not be.

use super::class::{is_end, is_harmful, is_special, is_special_ascii};
use super::one_pass;

/// How many bytes [`string_end_within`] and [`is_ascii`] look at.
pub(crate) const CHUNK: usize = 8;

/// See [`super::simd`] for what the functions return.
#[inline(never)] // Modules for these targets are to be small; so below.
pub(crate) fn verbatim_ascii(bytes: &[u8]) -> usize {
    find(bytes, not_verbatim, |byte| is_end(byte) || is_special(byte))
}

#[inline(always)] // A few instructions, in the loop over members.
pub(crate) fn verbatim_within(chunk: &[u8; CHUNK]) -> usize {
    lowest(not_verbatim(u64::from_le_bytes(*chunk)))
}

#[inline(never)] // As above.
pub(crate) fn string_end(bytes: &[u8]) -> usize {
    find(bytes, ends, is_end)
}

#[inline(always)] // A few instructions, in the loop that decodes escapes.
pub(crate) fn string_end_within(chunk: &[u8; CHUNK]) -> usize {
    lowest(ends(u64::from_le_bytes(*chunk)))
}

#[inline(never)] // As above.
pub(crate) fn cef_extension_special(bytes: &[u8]) -> usize {
    find(
        bytes,
        |word| harmful(word) | mark_zero(word ^ repeat(b'=')) | mark_zero(word ^ repeat(b'\\')),
        |byte| is_harmful(byte, b'='),
    )
}

#[inline(never)] // As above.
pub(crate) fn any_format_special(text: &[u8]) -> usize {
    // A backslash is among the special signs.
    let marks = |word| harmful(word) | mark_zero(special_ascii(word)) | mark_zero(word ^ repeat(b'"'));
    find(text, marks, |byte| is_special_ascii(byte) || is_harmful(byte, b'"'))
}

#[inline(never)] // As above.
pub(crate) fn verbatim_until(text: &[u8], from: usize, _: bool) -> usize {
    one_pass::verbatim_until(text, from, verbatim_ascii)
}

pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    let ascii = find(bytes, |word| word, |byte| !byte.is_ascii());
    bytes.get(ascii..).is_some_and(|rest| str::from_utf8(rest).is_ok())
}

#[inline(never)] // As above.
pub(crate) fn line_end(text: &[u8]) -> usize {
    find(text, |word| mark_zero(word ^ repeat(b'\n')), |byte| byte == b'\n')
}

#[inline(always)] // Two instructions.
pub(crate) fn is_ascii(chunk: &[u8; CHUNK]) -> bool {
    u64::from_le_bytes(*chunk) & HIGHEST == 0
}

/// Bytes that a text may begin with, at most sixteen, and which bits of sixteen they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix {
    bytes: [u64; 2],
    mask: [u64; 2],
}

impl Prefix {
    /// One of several that no text begins with.
    pub(crate) const fn never(which: u8) -> Self {
        Self { bytes: [u64::MAX, which as u64], mask: [0; 2] }
    }

    /// The first `length` bytes of a chunk, or all.
    pub(crate) fn new(chunk: &[u8; 16], length: usize) -> Self {
        let mask = u128::MAX.checked_shl(8 * length as u32).map_or(u128::MAX, |rest| !rest);
        let bytes = u128::from_le_bytes(*chunk) & mask;
        Self { bytes: [bytes as u64, (bytes >> 64) as u64], mask: [mask as u64, (mask >> 64) as u64] }
    }

    /// Returns whether a chunk begins with them.
    #[inline(always)] // A few instructions, once a member.
    pub(crate) fn begins(&self, chunk: &[u8; 16]) -> bool {
        let ([first, rest], [mask, mask_of_rest], [own, own_rest]) = (halves(chunk), self.mask, self.bytes);
        (first & mask) ^ own | (rest & mask_of_rest) ^ own_rest == 0
    }
}

fn halves(chunk: &[u8; 16]) -> [u64; 2] {
    let both = u128::from_le_bytes(*chunk);
    [both as u64, (both >> 64) as u64]
}

/// Returns the offset of the first byte that `matches`, or the length. `marks` marks the bytes that do.
#[inline(always)] // The class is known: its constants are part of the loop.
fn find(bytes: &[u8], marks: impl Fn(u64) -> u64, matches: impl Fn(u8) -> bool) -> usize {
    let Some(last) = bytes.len().checked_sub(CHUNK) else {
        return bytes.iter().position(|&byte| matches(byte)).unwrap_or(bytes.len());
    };
    let found = |chunk: &[u8; CHUNK]| marks(u64::from_le_bytes(*chunk)) & HIGHEST;
    let (chunks, _) = bytes.as_chunks();
    if let Some((index, found)) = chunks.iter().map(found).enumerate().find(|(_, found)| *found != 0) {
        return index * CHUNK + lowest(found);
    }
    // The last word has bytes that have been seen.
    last + bytes.last_chunk().map_or(0, |chunk| lowest(found(chunk)))
}

/// Returns the index of the first byte that is marked; 8 if none is.
#[inline(always)] // Three instructions.
fn lowest(marks: u64) -> usize {
    (marks & HIGHEST).trailing_zeros() as usize / 8
}

/// See [`is_end`] and [`is_special`].
#[inline(always)] // As `find`, and so are those below.
fn not_verbatim(word: u64) -> u64 {
    // The addition marks 0x7F and all bytes beyond ASCII but 0xFF, which the first subtraction marks.
    low(word ^ repeat(0x02), 0x21) | low(special_ascii(word), 1) | word.wrapping_add(repeat(1))
}

/// See [`is_end`].
#[inline(always)]
fn ends(word: u64) -> u64 {
    // Toggling bit 1 makes a quote the number after the control characters.
    (low(word ^ repeat(0x02), 0x21) | low(word ^ repeat(b'\\'), 1)) & !word
}

/// Zeroes the bytes that [`is_special_ascii`] describes.
#[inline(always)]
fn special_ascii(word: u64) -> u64 {
    (word | repeat(0x61)) ^ repeat(b'}')
}

/// Marks what [`is_harmful`] whatever the separator, but for the backslash.
#[inline(always)]
fn harmful(word: u64) -> u64 {
    let control = (low(word, 0x20) | low(word ^ repeat(0x7F), 1)) & !word;
    control | mark_zero((word | repeat(0x20)) ^ repeat(0xE2))
}

/// Marks the bytes that are zero.
#[inline(always)]
fn mark_zero(word: u64) -> u64 {
    low(word, 1) & !word
}

/// Marks the bytes below `bound`, which is at most 0x80, and some of those from 0x80 on.
#[inline(always)]
fn low(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(repeat(bound))
}

/// The highest bit of each byte.
const HIGHEST: u64 = repeat(0x80);

const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}
