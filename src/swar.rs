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

/// The halves of 16 bytes.
#[inline(always)]
fn words(chunk: &[u8; 16]) -> [u64; 2] {
    let both = u128::from_le_bytes(*chunk);
    [both as u64, (both >> 64) as u64]
}

/// All bits below the lowest that is set.
#[inline(always)]
const fn below_lowest(marks: u64) -> u64 {
    (marks & marks.wrapping_neg()) - 1
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

/// How many bytes stand before the first that is a control character, a backslash or `separator`, or may begin a control
/// character or line break beyond ASCII: U+0080 to U+009F and U+2028 to U+2029 begin with 0xC2 and 0xE2 in UTF-8.
#[inline(always)]
pub(crate) fn harmless_length(bytes: &[u8], separator: u8) -> usize {
    find(
        bytes,
        |word| {
            below(word, 0x20)
                | equal(word, 0x7F)
                | equal(word, b'\\')
                | equal(word, separator)
                | equal(word | repeat(0x20), 0xE2)
        },
        |byte| byte < 0x20 || matches!(byte, 0x7F | b'\\' | 0xC2 | 0xE2) || byte == separator,
    )
}

/// The text of a JSON string up to its end or first escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// How many bytes stand before the first quote, backslash or control character.
    pub(crate) length: usize,
    /// Whether all of them are letters, digits and signs that stand for themselves in every format: printable ASCII but for
    /// `<`, `=`, `\`, `]`, `|` and `}`.
    pub(crate) plain: bool,
}

/// Measures a [`Run`].
#[inline(always)]
pub(crate) fn run(bytes: &[u8]) -> Run {
    let (mut length, mut rest, mut special) = (0, bytes, 0);
    // Toggling bit 1 makes a quote the number after the control characters: one comparison finds both.
    let ends = |word: u64| (below(word ^ repeat(0x02), 0x21) | equal(word, b'\\')) & HIGHS;
    // The six signs differ in bits 0, 5 and 6 only: one comparison finds them, too.
    let signs = |word: u64| (word | equal(word | repeat(0x61), b'}') | equal(word, 0x7F)) & HIGHS;
    // Two words a step: most texts end within them, and the branch that tells is foreseen.
    while let Some((chunk, after)) = rest.split_first_chunk::<16>() {
        let [low, high] = words(chunk);
        let (low_end, high_end) = (ends(low), ends(high));
        if low_end | high_end != 0 {
            let (end, before, signs) = if low_end != 0 {
                (low_end.trailing_zeros() / 8, 0, signs(low) & below_lowest(low_end))
            } else {
                (8 + high_end.trailing_zeros() / 8, signs(low), signs(high) & below_lowest(high_end))
            };
            return Run { length: length + end as usize, plain: special | before | signs == 0 };
        }
        special |= signs(low) | signs(high);
        length += 16;
        rest = after;
    }
    let mut plain = special == 0;
    for &byte in rest {
        if byte < 0x20 || byte == b'"' || byte == b'\\' {
            break;
        }
        plain &= byte < 0x7F && byte | 0x61 != b'}';
        length += 1;
    }
    Run { length, plain }
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
                let harmless =
                    |separator| byte >= 0x20 && ![0x7F, b'\\', 0xC2, 0xE2].contains(&byte) && byte != separator;
                assert_eq!(harmless_length(&bytes, b'='), place + usize::from(harmless(b'=')), "{byte} at {place}");
                assert_eq!(harmless_length(&bytes[..=place], b'|'), place + usize::from(harmless(b'|')));
            }
        }
    }

    #[test]
    fn measures_runs_and_tells_what_every_format_writes_as_it_is() {
        for place in 0..20 {
            for byte in 0..=255 {
                let mut bytes = [b'a'; 24];
                bytes[place] = byte;
                bytes[23] = b'"';
                let ends = byte < 0x20 || byte == b'"' || byte == b'\\';
                let plain = ends || !(byte >= 0x7F || b"<=]|}".contains(&byte));
                let length = if ends { place } else { 23 };
                assert_eq!(run(&bytes), Run { length, plain }, "{byte} at {place}");
                // What stands after the end does not matter.
                bytes[place] = b'"';
                bytes[place + 1..].fill(byte);
                assert_eq!(run(&bytes), Run { length: place, plain: true });
                bytes[place] = byte;
                let length = if ends { place } else { place + 1 };
                assert_eq!(run(&bytes[..=place]), Run { length, plain });
            }
        }
    }
}
