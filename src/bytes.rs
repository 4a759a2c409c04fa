//! Bytes searched sixteen at a time.

/// How many bytes stand before the first that is no letter, digit or sign of ASCII that stands for itself in every format: none of
/// `"`, `<`, `=`, `\`, `]`, `|` and `}`.
#[inline(always)]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    plain_length_of::<Block>(bytes)
}

/// How many bytes stand before the first quote, backslash or control character.
#[inline(always)]
pub(crate) fn run_length(bytes: &[u8]) -> usize {
    find::<Block>(bytes, |block| block.ends(), is_end)
}

/// As [`run_length`] for the first bytes only: 16 if there is no end among them.
#[inline(always)]
pub(crate) fn run_length_within(chunk: &[u8; 16]) -> usize {
    (Block::of(chunk).ends() | 1 << 16).trailing_zeros() as usize
}

/// How many bytes stand before the first that is a control character, a backslash or `separator`, or may begin a control
/// character or line break beyond ASCII: U+0080 to U+009F and U+2028 to U+2029 begin with 0xC2 and 0xE2 in UTF-8.
#[inline(always)]
pub(crate) fn harmless_length(bytes: &[u8], separator: u8) -> usize {
    find::<Block>(bytes, |block| block.harmful(separator), |byte| is_harmful(byte, separator))
}

/// Whether a text has nothing that any format escapes, replaces or trims. It is UTF-8.
#[inline(never)]
pub(crate) fn is_harmless(text: &[u8]) -> bool {
    is_harmless_of::<Block>(text)
}

/// How many bytes of UTF-8 stand before the first that a format may escape or replace, or that may begin such a character.
#[inline(always)]
pub(crate) fn unchanged_length(text: &[u8]) -> usize {
    unchanged_length_of::<Block>(text)
}

/// How many bytes of UTF-8 stand before the first, from `from` on, that a format escapes or replaces.
#[inline(never)]
pub(crate) fn harmless_until(text: &[u8], from: usize) -> usize {
    harmless_until_of::<Block>(text, from)
}

/// The text without white space and control characters at its ends.
#[inline(always)]
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

/// Whether the bytes are UTF-8.
#[inline(never)]
pub(crate) fn is_utf8(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        while let Some((four, behind)) = rest.split_first_chunk::<64>()
            && Block::any_beyond_ascii(four) == 0
        {
            rest = behind;
        }
        rest = rest.get(find::<Block>(rest, Blocks::beyond_ascii, |byte| !byte.is_ascii())..).unwrap_or_default();
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

/// Whether all bytes are ASCII.
#[inline(always)]
pub(crate) fn is_ascii(chunk: &[u8; 16]) -> bool {
    Block::of(chunk).beyond_ascii() == 0
}

/// How many bytes two chunks have in common from their start.
#[inline(always)]
pub(crate) fn common_length(left: &[u8; 16], right: &[u8; 16]) -> usize {
    Block::of(left).common_length(Block::of(right))
}

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

fn is_harmful(byte: u8, separator: u8) -> bool {
    byte < 0x20 || matches!(byte, 0x7F | b'\\' | 0xC2 | 0xE2) || byte == separator
}

/// Sixteen bytes. What is asked of them is answered in bits, the lowest for the first byte; of those that are set, only the
/// lowest is sure to be right.
trait Blocks: Copy {
    fn of(chunk: &[u8; 16]) -> Self;
    /// See [`is_end`].
    fn ends(self) -> u32;
    /// See [`is_special_ascii`].
    fn special_ascii(self) -> u32;
    /// See [`is_end`] and [`is_special`].
    fn not_plain(self) -> u32;
    /// See [`is_harmful`].
    fn harmful(self, separator: u8) -> u32;
    fn beyond_ascii(self) -> u32;
    /// Not 0 if there is a byte beyond ASCII in any of four blocks.
    fn any_beyond_ascii(four: &[u8; 64]) -> u32;
    /// See [`common_length`].
    fn common_length(self, other: Self) -> usize;
}

#[inline(always)]
fn plain_length_of<B: Blocks>(bytes: &[u8]) -> usize {
    // Most texts end within two blocks; which of them, no processor foresees.
    if let Some((first, rest)) = bytes.split_first_chunk::<16>()
        && let Some(second) = rest.first_chunk::<16>()
    {
        let found = B::of(first).not_plain() | B::of(second).not_plain() << 16;
        if found != 0 {
            return found.trailing_zeros() as usize;
        }
    }
    find(bytes, B::not_plain, |byte| is_end(byte) || is_special(byte))
}

#[inline(always)]
fn unchanged_length_of<B: Blocks>(text: &[u8]) -> usize {
    let marks = |block: B| block.special_ascii() | block.harmful(b'"');
    find(text, marks, |byte| is_special_ascii(byte) || is_harmful(byte, b'"'))
}

#[inline(always)]
fn harmless_until_of<B: Blocks>(text: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        at += unchanged_length_of::<B>(text.get(at..).unwrap_or_default());
        match text.get(at..).unwrap_or_default() {
            [0xE2, 0x80, 0xA8 | 0xA9, ..] | [0xC2, 0x80..0xA0, ..] => return at,
            [0xC2 | 0xE2, ..] => at += 1,
            _ => return at,
        }
    }
}

#[inline(always)]
fn is_harmless_of<B: Blocks>(text: &[u8]) -> bool {
    harmless_until_of::<B>(text, 0) == text.len() && trim(text).len() == text.len()
}

/// The place of the first byte that `marks` and `matches` tell, or the length.
#[inline(always)]
fn find<B: Blocks>(bytes: &[u8], marks: impl Fn(B) -> u32, matches: impl Fn(u8) -> bool) -> usize {
    let mut rest = bytes;
    while let Some((chunk, after)) = rest.split_first_chunk::<16>() {
        let found = marks(B::of(chunk));
        if found != 0 {
            return bytes.len() - rest.len() + found.trailing_zeros() as usize;
        }
        rest = after;
    }
    // Too few for a block of their own, unless they share it with bytes that have been seen.
    if let (false, Some(chunk)) = (rest.is_empty(), bytes.last_chunk::<16>()) {
        let seen = 16 - rest.len();
        let found = marks(B::of(chunk)) >> seen;
        return bytes.len() - rest.len() + if found == 0 { rest.len() } else { found.trailing_zeros() as usize };
    }
    bytes.len() - rest.len() + rest.iter().position(|&byte| matches(byte)).unwrap_or(rest.len())
}

/// Bytes in a SIMD register.
#[cfg(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))]
type Block = Vector;

#[cfg(not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128")))]
type Block = Words;

#[cfg(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))]
type Vector = wide::u8x16;

#[cfg(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))]
impl Blocks for Vector {
    #[inline(always)]
    fn of(chunk: &[u8; 16]) -> Self {
        Self::new(*chunk)
    }

    #[inline(always)]
    fn ends(self) -> u32 {
        // Toggling bit 1 makes a quote the number after the control characters.
        let toggled = self ^ Self::splat(0x02);
        (toggled.min(Self::splat(0x20)).simd_eq(toggled) | self.simd_eq(Self::splat(b'\\'))).to_bitmask()
    }

    #[inline(always)]
    fn special_ascii(self) -> u32 {
        (self | Self::splat(0x61)).simd_eq(Self::splat(b'}')).to_bitmask()
    }

    #[inline(always)]
    fn not_plain(self) -> u32 {
        let signed = wide::i8x16::new(self.to_array().map(|byte| byte as i8));
        let splat = |byte: u8| wide::i8x16::splat(byte as i8);
        // As signed numbers, all but ASCII are below, and adding one takes 0x7F there.
        let beyond = (signed + splat(1)).simd_lt(splat(b'!'));
        (beyond | (signed | splat(0x61)).simd_eq(splat(b'}')) | signed.simd_eq(splat(b'"'))).to_bitmask()
    }

    #[inline(always)]
    fn harmful(self, separator: u8) -> u32 {
        let is = |byte: u8| self.simd_eq(Self::splat(byte));
        let control = self.min(Self::splat(0x1F)).simd_eq(self) | is(0x7F);
        let beyond_ascii = (self | Self::splat(0x20)).simd_eq(Self::splat(0xE2));
        (control | beyond_ascii | is(b'\\') | is(separator)).to_bitmask()
    }

    #[inline(always)]
    fn beyond_ascii(self) -> u32 {
        self.to_bitmask()
    }

    #[inline(always)]
    fn any_beyond_ascii(four: &[u8; 64]) -> u32 {
        let (blocks, _) = four.as_chunks::<16>();
        blocks.iter().fold(Self::splat(0), |all, block| all | Self::new(*block)).to_bitmask()
    }

    #[inline(always)]
    fn common_length(self, other: Self) -> usize {
        (!self.simd_eq(other).to_bitmask()).trailing_zeros() as usize
    }
}

/// Bytes in two ordinary registers, for targets without SIMD.
#[cfg(any(test, not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))))]
#[derive(Clone, Copy)]
struct Words([u64; 2]);

#[cfg(any(test, not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))))]
impl Words {
    const fn repeat(byte: u8) -> u64 {
        u64::from_le_bytes([byte; 8])
    }

    /// Sets the high bit of the places whose byte is below `bound`, which is at most 0x80. Above a place that is set there may
    /// be others set wrongly, never below.
    #[inline(always)]
    fn below(word: u64, bound: u8) -> u64 {
        word.wrapping_sub(Self::repeat(bound)) & !word
    }

    #[inline(always)]
    fn equal(word: u64, byte: u8) -> u64 {
        Self::below(word ^ Self::repeat(byte), 1)
    }

    /// The high bits of the bytes that `marks` answers.
    #[inline(always)]
    fn bits(self, marks: impl Fn(u64) -> u64) -> u32 {
        // The product moves the high bits of all bytes beside each other in its highest byte.
        let gather = |word: u64| ((marks(word) & Self::repeat(0x80)) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        let Self([low, high]) = self;
        (gather(low) | gather(high) << 8) as u32
    }
}

#[cfg(any(test, not(any(target_feature = "sse2", target_feature = "neon", target_feature = "simd128"))))]
impl Blocks for Words {
    #[inline(always)]
    fn of(chunk: &[u8; 16]) -> Self {
        let both = u128::from_le_bytes(*chunk);
        Self([both as u64, (both >> 64) as u64])
    }

    #[inline(always)]
    fn ends(self) -> u32 {
        self.bits(|word| Self::below(word ^ Self::repeat(0x02), 0x21) | Self::equal(word, b'\\'))
    }

    #[inline(always)]
    fn special_ascii(self) -> u32 {
        self.bits(|word| Self::equal(word | Self::repeat(0x61), b'}'))
    }

    #[inline(always)]
    fn not_plain(self) -> u32 {
        self.ends() | self.special_ascii() | self.bits(|word| word | Self::equal(word, 0x7F))
    }

    #[inline(always)]
    fn harmful(self, separator: u8) -> u32 {
        self.bits(|word| {
            Self::below(word, 0x20)
                | Self::equal(word, 0x7F)
                | Self::equal(word | Self::repeat(0x20), 0xE2)
                | Self::equal(word, b'\\')
                | Self::equal(word, separator)
        })
    }

    #[inline(always)]
    fn beyond_ascii(self) -> u32 {
        self.bits(|word| word)
    }

    #[inline(always)]
    fn any_beyond_ascii(four: &[u8; 64]) -> u32 {
        u32::from(!four.is_ascii())
    }

    #[inline(always)]
    fn common_length(self, other: Self) -> usize {
        let ([low, high], [other_low, other_high]) = (self.0, other.0);
        let (low, high) = (low ^ other_low, high ^ other_high);
        let bits = if low == 0 { 64 + high.trailing_zeros() } else { low.trailing_zeros() };
        bits as usize / 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte at every place of texts of every length up to two blocks and a bit, what comes after it being the worst.
    fn finds_every_byte_at_every_place<B: Blocks>() {
        for length in 0..40 {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut bytes = vec![b'a'; length];
                    bytes[place] = byte;
                    let found = |expected: bool| if expected { place } else { length };
                    assert_eq!(find(&bytes, B::ends, is_end), found(is_end(byte)), "{byte} at {place} of {length}");
                    let not_plain = is_end(byte) || is_special(byte);
                    assert_eq!(plain_length_of::<B>(&bytes), found(not_plain), "{byte} at {place} of {length}");
                    assert_eq!(find(&bytes, B::beyond_ascii, |byte| byte > 0x7F), found(byte > 0x7F));
                    for separator in [b'=', b'|'] {
                        let harmful = |byte| is_harmful(byte, separator);
                        assert_eq!(find(&bytes, |block: B| block.harmful(separator), harmful), found(harmful(byte)));
                    }

                    bytes[place..].fill(byte);
                    bytes[place] = b'"';
                    assert_eq!(find(&bytes, B::ends, is_end), place, "{byte} behind the end");
                    assert_eq!(plain_length_of::<B>(&bytes), place, "{byte} behind the end");
                }
            }
        }
    }

    #[test]
    fn finds_every_byte_with_simd_and_without() {
        finds_every_byte_at_every_place::<Block>();
        finds_every_byte_at_every_place::<Words>();
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
            assert_eq!(is_harmless_of::<Block>(text.as_bytes()), !harmful, "{c:?}");
            assert_eq!(is_harmless_of::<Words>(text.as_bytes()), !harmful, "{c:?} without SIMD");
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
                    assert_eq!(is_utf8(&bytes), str::from_utf8(&bytes).is_ok(), "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn tells_how_many_bytes_are_common() {
        let chunk = *b"0123456789abcdef";
        for place in 0..16 {
            let mut other = chunk;
            other[place] ^= 0x80;
            assert_eq!(common_length(&chunk, &other), place);
            assert_eq!(Words::of(&chunk).common_length(Words::of(&other)), place);
        }
        assert_eq!((common_length(&chunk, &chunk), Words::of(&chunk).common_length(Words::of(&chunk))), (16, 16));
    }
}
