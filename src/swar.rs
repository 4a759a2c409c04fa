//! Eight bytes at a time in a register: how text is searched for the few bytes that need a look. It is as fast in
//! WebAssembly without SIMD as natively, and most texts are too short for more.

const ONES: u64 = repeat(0x01);
const HIGHS: u64 = repeat(0x80);

/// The byte in each of the eight places.
#[inline(always)]
pub(crate) const fn repeat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Sets the high bit of the places whose byte is below `bound`, which is at most 0x80. Above a place that is set there
/// may be others set wrongly, never below.
#[inline(always)]
pub(crate) const fn below(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(ONES * bound as u64) & !word
}

/// Sets the high bit of the places that hold `byte`, as exactly as [`below`].
#[inline(always)]
pub(crate) const fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ repeat(byte), 1)
}

/// The place of the first byte for which `matches` holds, or the length. `marks` sets the high bit of the places that
/// match in a word; of what else it sets, the lowest place with its high bit set must be right.
#[inline(always)]
pub(crate) fn find(bytes: &[u8], marks: impl Fn(u64) -> u64, matches: impl Fn(u8) -> bool) -> usize {
    let mut length = 0;
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk::<8>() {
        let found = marks(u64::from_le_bytes(*chunk)) & HIGHS;
        if found != 0 {
            return length + (found.trailing_zeros() / 8) as usize;
        }
        length += 8;
        rest = after;
    }
    for &byte in rest {
        if matches(byte) {
            return length;
        }
        length += 1;
    }
    length
}

/// How many bytes stand before the first that is not printable ASCII, or is a backslash or `separator`.
#[inline(always)]
pub(crate) fn printable_length(bytes: &[u8], separator: u8) -> usize {
    find(
        bytes,
        // A byte beyond ASCII has its high bit set itself.
        |word| word | below(word, 0x20) | equal(word, 0x7F) | equal(word, b'\\') | equal(word, separator),
        |byte| !matches!(byte, b' '..=b'~') || byte == b'\\' || byte == separator,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_byte_at_every_place() {
        for place in 0..20 {
            for byte in 0..=255 {
                let mut bytes = [b'a'; 24];
                bytes[place] = byte;
                // What comes after a match must not matter.
                bytes[place + 1..].fill(b'=');
                let plain = |separator| matches!(byte, b' '..=b'~') && byte != b'\\' && byte != separator;
                assert_eq!(printable_length(&bytes, b'='), place + usize::from(plain(b'=')), "{byte} at {place}");
                assert_eq!(printable_length(&bytes[..=place], b'|'), place + usize::from(plain(b'|')));
            }
        }
    }
}
