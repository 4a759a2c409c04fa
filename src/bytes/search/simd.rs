//! SIMD: sixteen bytes at a time.

use wide::u8x16;

use super::class::{is_end, is_harmful, is_special, is_special_ascii};

/// How many bytes [`string_end_within`] and [`is_ascii`] look at.
pub(crate) const CHUNK: usize = 16;

/// Returns the length of the printable ASCII that `bytes` begin with, up to the first of `"`, `<`,
/// `=`, `\`, `]`, `|` and `}`.
#[cfg_attr(not(small), inline(always))] // In the loop over a record's members.
#[cfg_attr(small, inline(never))] // As below.
pub(crate) fn verbatim_ascii(bytes: &[u8]) -> usize {
    // Most texts end within two blocks; a processor cannot predict in which.
    if let Some((first, rest)) = bytes.split_first_chunk::<16>()
        && let Some(second) = rest.first_chunk::<16>()
    {
        let found = not_verbatim(u8x16::new(*first)) | not_verbatim(u8x16::new(*second)) << 16;
        if found != 0 {
            return found.trailing_zeros() as usize;
        }
    }
    find(bytes, not_verbatim, |byte| is_end(byte) || is_special(byte))
}

/// Like [`verbatim_ascii`], for one chunk: its length if all of it is such.
#[inline(always)] // As above.
pub(crate) fn verbatim_within(chunk: &[u8; CHUNK]) -> usize {
    (not_verbatim(u8x16::new(*chunk)) | 1 << CHUNK).trailing_zeros() as usize
}

/// Returns the offset of the first quote, backslash or control character, or the length.
#[cfg_attr(not(small), inline(always))] // As `find`.
#[cfg_attr(small, inline(never))] // Modules are to be small.
pub(crate) fn string_end(bytes: &[u8]) -> usize {
    find(bytes, ends, is_end)
}

/// Returns the offset of the first line feed, or the length.
#[cfg_attr(not(small), inline(always))] // As `find`.
#[cfg_attr(small, inline(never))] // Modules are to be small.
pub(crate) fn line_end(text: &[u8]) -> usize {
    find(text, |block| block.simd_eq(u8x16::splat(b'\n')).to_bitmask(), |byte| byte == b'\n')
}

/// Like [`string_end`], for one chunk: its length if it has no end.
#[inline(always)] // A few instructions, in the loop that decodes escapes.
pub(crate) fn string_end_within(chunk: &[u8; CHUNK]) -> usize {
    (ends(u8x16::new(*chunk)) | 1 << CHUNK).trailing_zeros() as usize
}

/// Returns the offset of the first byte that is a control character, a backslash or an equals sign,
/// or may begin a control character or line break beyond ASCII, or the length. In UTF-8, U+0080 to
/// U+009F begin with 0xC2, U+2028 and U+2029 with 0xE2.
#[cfg_attr(not(small), inline(always))] // As `find`.
#[cfg_attr(small, inline(never))] // Modules are to be small.
pub(crate) fn cef_extension_special(bytes: &[u8]) -> usize {
    find(bytes, |block| harmful(block, b'='), |byte| is_harmful(byte, b'='))
}

/// Returns the offset of the first byte that a format may escape or replace, or that may begin such
/// a character, or the length.
#[cfg_attr(not(small), inline(always))] // As `find`.
#[cfg_attr(small, inline(never))] // Modules are to be small.
pub(crate) fn any_format_special(text: &[u8]) -> usize {
    any_format_special_from(text, 0)
}

/// The same, from an offset on.
#[inline(always)] // As `find`.
fn any_format_special_from(text: &[u8], from: usize) -> usize {
    let changed = |block| special_ascii(block) | harmful(block, b'"');
    find_from(text, from, changed, |byte| is_special_ascii(byte) || is_harmful(byte, b'"'))
}

/// See below.
#[cfg(small)]
#[inline(never)] // Modules are to be small.
pub(crate) fn verbatim_until(text: &[u8], from: usize, _: bool) -> usize {
    super::one_pass::verbatim_until(text, from, |rest| match rest.first_chunk().map(verbatim_within) {
        Some(length @ ..CHUNK) => length,
        _ => verbatim_ascii(rest),
    })
}

/// Returns an offset up to which, from `from` on, the text is UTF-8 that every format writes unchanged:
/// the furthest, unless there is damage. `from` is that of a character; `is_known_utf8` saves the check.
#[cfg(not(small))]
#[inline(never)] // Once a value, after a search that is inlined.
pub(crate) fn verbatim_until(text: &[u8], from: usize, is_known_utf8: bool) -> usize {
    let mut at = from;
    loop {
        at = any_format_special_from(text, at);
        match text.get(at..).unwrap_or_default() {
            [0xE2, 0x80, 0xA8 | 0xA9, ..] | [0xC2, 0x80..0xA0, ..] => break,
            [0xC2 | 0xE2, ..] => at += 1,
            _ => break,
        }
    }
    let is_utf8 = is_known_utf8 || text.get(from..at).is_some_and(is_utf8);
    if is_utf8 { at } else { from }
}

/// Returns whether the bytes are UTF-8.
// By hand: passing over ASCII here and giving the runs between to `str::from_utf8` takes a sixtieth
// more instructions a record.
#[inline(never)] // Once a batch.
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        while let Some((four, after)) = rest.split_first_chunk::<64>()
            && any_beyond_ascii(four) == 0
        {
            rest = after;
        }
        let at = find_from(bytes, bytes.len() - rest.len(), u8x16::to_bitmask, |byte| !byte.is_ascii());
        rest = bytes.get(at..).unwrap_or_default();
        // The Unicode Standard, table 3-7.
        rest = match rest {
            [] => return true,
            [0xC2..=0xDF, 0x80..=0xBF, rest @ ..]
            | [0xE0, 0xA0..=0xBF, 0x80..=0xBF, rest @ ..]
            | [0xE1..=0xEC | 0xEE..=0xEF, 0x80..=0xBF, 0x80..=0xBF, rest @ ..]
            | [0xED, 0x80..=0x9F, 0x80..=0xBF, rest @ ..]
            | [0xF0, 0x90..=0xBF, 0x80..=0xBF, 0x80..=0xBF, rest @ ..]
            | [0xF1..=0xF3, 0x80..=0xBF, 0x80..=0xBF, 0x80..=0xBF, rest @ ..]
            | [0xF4, 0x80..=0x8F, 0x80..=0xBF, 0x80..=0xBF, rest @ ..] => rest,
            _ => return false,
        };
    }
}

/// Returns 0 if all bytes of four blocks are ASCII.
#[inline(always)] // Four instructions, in a loop.
fn any_beyond_ascii(four: &[u8; 64]) -> u32 {
    let (blocks, _) = four.as_chunks::<16>();
    blocks.iter().fold(u8x16::splat(0), |all, block| all | u8x16::new(*block)).to_bitmask()
}

/// Returns whether all bytes are ASCII.
#[inline(always)] // Two instructions.
pub(crate) fn is_ascii(chunk: &[u8; CHUNK]) -> bool {
    u8x16::new(*chunk).to_bitmask() == 0
}

/// Bytes that a text may begin with, at most sixteen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix {
    bytes: [u8; 16],
    /// A bit for each byte beyond them; one more if no text begins with them.
    beyond: u32,
}

impl Prefix {
    /// One of several that no text begins with.
    pub(crate) const fn never(which: u8) -> Self {
        Self { bytes: [which; 16], beyond: 1 << 16 }
    }

    /// The first `length` bytes of a chunk, or all.
    pub(crate) fn new(chunk: &[u8; 16], length: usize) -> Self {
        Self { bytes: *chunk, beyond: 0xFFFF & 0xFFFF << length.min(16) }
    }

    /// Returns whether a chunk begins with them.
    #[inline(always)] // A few instructions, once a member.
    pub(crate) fn begins(&self, chunk: &[u8; 16]) -> bool {
        u8x16::new(*chunk).simd_eq(u8x16::new(self.bytes)).to_bitmask() | self.beyond == 0xFFFF
    }
}

/// Returns the offset of the first byte that `matches`, or the length. `marks` returns a bit for
/// each byte of a block that matches, the lowest for the first byte.
#[inline(always)] // The class is known: its constants stay in registers, and a call would spill them.
fn find(bytes: &[u8], marks: impl Fn(u8x16) -> u32, matches: impl Fn(u8) -> bool) -> usize {
    find_from(bytes, 0, marks, matches)
}

/// The same, from an offset on.
#[inline(always)] // As `find`.
fn find_from(bytes: &[u8], from: usize, marks: impl Fn(u8x16) -> u32, matches: impl Fn(u8) -> bool) -> usize {
    let mut rest = bytes.get(from..).unwrap_or_default();
    while let Some((chunk, after)) = rest.split_first_chunk::<16>() {
        let found = marks(u8x16::new(*chunk));
        if found != 0 {
            return bytes.len() - rest.len() + found.trailing_zeros() as usize;
        }
        rest = after;
    }
    if rest.is_empty() {
        return bytes.len();
    }
    // The rest is shorter than a block: the last block of `bytes`, or its two halves, have it and bytes
    // already seen.
    let at = bytes.len() - rest.len();
    let found = if let Some(chunk) = bytes.last_chunk::<16>() {
        marks(u8x16::new(*chunk)) >> (16 - rest.len())
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let found = marks(u8x16::new(both(*first, *last)));
        (found & 0xFF | found >> 8 << (bytes.len() - 8)) >> at
    } else {
        return at + rest.iter().position(|&byte| matches(byte)).unwrap_or(rest.len());
    };
    at + (found.trailing_zeros() as usize).min(rest.len())
}

/// Returns the eight bytes of `first`, then those of `last`.
#[inline(always)] // Two loads.
fn both(first: [u8; 8], last: [u8; 8]) -> [u8; 16] {
    (u128::from(u64::from_le_bytes(first)) | u128::from(u64::from_le_bytes(last)) << 64).to_le_bytes()
}

/// See [`is_end`].
#[inline(always)] // A few instructions; see `find`.
fn ends(block: u8x16) -> u32 {
    // Toggling bit 1 makes a quote the number after the control characters.
    let toggled = block ^ u8x16::splat(0x02);
    (toggled.min(u8x16::splat(0x20)).simd_eq(toggled) | block.simd_eq(u8x16::splat(b'\\'))).to_bitmask()
}

/// See [`is_special_ascii`].
#[inline(always)] // As `ends`.
fn special_ascii(block: u8x16) -> u32 {
    (block | u8x16::splat(0x61)).simd_eq(u8x16::splat(b'}')).to_bitmask()
}

/// See [`is_end`] and [`is_special`].
#[inline(always)] // As `ends`.
fn not_verbatim(block: u8x16) -> u32 {
    let signed = wide::i8x16::new(block.to_array().map(|byte| byte as i8));
    let splat = |byte: u8| wide::i8x16::splat(byte as i8);
    // As signed numbers, bytes beyond ASCII are negative, and adding one makes 0x7F negative.
    let beyond = (signed + splat(1)).simd_lt(splat(b'!'));
    (beyond | (signed | splat(0x61)).simd_eq(splat(b'}')) | signed.simd_eq(splat(b'"'))).to_bitmask()
}

/// See [`is_harmful`].
#[inline(always)] // As `ends`.
fn harmful(block: u8x16, separator: u8) -> u32 {
    let is = |byte: u8| block.simd_eq(u8x16::splat(byte));
    let control = block.min(u8x16::splat(0x1F)).simd_eq(block) | is(0x7F);
    let beyond_ascii = (block | u8x16::splat(0x20)).simd_eq(u8x16::splat(0xE2));
    (control | beyond_ascii | is(b'\\') | is(separator)).to_bitmask()
}
