//! Whole numbers as records write them.

/// The maximum number of characters before the exponent of a number.
const EXPANDED_MAX: usize = 40;

/// Parses a whole number, even with a plus sign or printed as a floating point number (`22.0`,
/// `1.0E9`).
pub(crate) fn whole_number(value: &[u8]) -> Option<i64> {
    // Most are port numbers.
    if let Some(number) = digits(value) {
        return i64::try_from(number).ok();
    }
    // Words of severity end here, rather than being searched for an exponent.
    if !matches!(value, [b'0'..=b'9' | b'+' | b'-', ..]) {
        return None;
    }
    let expanded;
    let value = match expand(value) {
        Some(digits) => {
            expanded = digits;
            expanded.as_slice()
        }
        None => value,
    };
    let value = str::from_utf8(value).ok()?;
    let whole = match value.split_once('.') {
        Some((whole, decimals)) if !decimals.is_empty() && decimals.bytes().all(|byte| byte == b'0') => whole,
        _ => value,
    };
    whole.parse().ok()
}

/// Parses one digit to nineteen, which 64 bits always have room for.
pub(crate) fn digits(text: &[u8]) -> Option<u64> {
    let (first, rest) = text.split_at_checked(text.len() % 8).filter(|_| (1..20).contains(&text.len()))?;
    let mut number = 0;
    if let Some(chunk) = text.first_chunk() {
        // Zeros before the first digits in place of those after them.
        number = eight_digits(of_digits(chunk).checked_shl(64 - 8 * first.len() as u32).unwrap_or(0))?;
    } else {
        for byte in first {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number * 10 + u64::from(digit);
        }
    }
    for chunk in rest.as_chunks().0 {
        number = number * 100_000_000 + eight_digits(of_digits(chunk))?;
    }
    Some(number)
}

/// Returns the number of eight digits, given as what they stand for.
#[inline(always)] // In one loop.
fn eight_digits(digits: u64) -> Option<u64> {
    const PAIRS: u64 = 0xFF_0000_00FF;
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    // The first and the third pair, then the others, each by its power of ten, are added in the upper half.
    let odd = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let even = (pairs >> 16 & PAIRS).wrapping_mul(1 + (10_000 << 32));
    are_digits(digits).then(|| odd.wrapping_add(even) >> 32)
}

/// Returns what eight digits stand for, a byte each, the first lowest.
#[inline(always)] // Two instructions.
pub(super) fn of_digits(chunk: &[u8; 8]) -> u64 {
    u64::from_le_bytes(*chunk) ^ u64::from_le_bytes([b'0'; 8])
}

/// Returns whether each of eight bytes is what a digit stands for.
#[inline(always)] // Four instructions.
pub(super) fn are_digits(digits: u64) -> bool {
    excess(digits) == 0
}

/// Returns how many digits a chunk begins with.
#[inline(always)] // A few instructions, in the loop over a record's members.
pub(crate) fn digits_within(chunk: &[u8; 8]) -> usize {
    excess(of_digits(chunk)).trailing_zeros() as usize / 8
}

/// Returns 0 if each of eight bytes is what a digit stands for, or else the lowest byte that is not 0 is that of
/// the first other one. Adding 6 carries what is above 9 into the upper half of its byte.
#[inline(always)] // As above.
fn excess(digits: u64) -> u64 {
    (digits | digits.wrapping_add(u64::from_le_bytes([6; 8]))) & u64::from_le_bytes([0xF0; 8])
}

/// Returns the digits of a positive number with an exponent of 0 to 99, such as `1.77E12`, without it.
#[inline(never)] // Few numbers have an exponent.
pub(crate) fn expand(value: &[u8]) -> Option<Vec<u8>> {
    let e = value.iter().take(EXPANDED_MAX).position(|byte| byte | 0x20 == b'e')?;
    let (mantissa, exponent) = value.split_at(e);
    let exponent = exponent.get(1..)?;
    let exponent = exponent.strip_prefix(b"+").unwrap_or(exponent);
    // Two characters have no room for an exponent of their own.
    let exponent = if exponent.len() <= 2 { whole_number(exponent)? } else { return None };
    let exponent = usize::try_from(exponent).ok()?;
    let (mut digits, mut point) = (Vec::new(), None);
    for byte in mantissa {
        match byte {
            b'0'..=b'9' => digits.push(*byte),
            b'.' if point.is_none() && !digits.is_empty() => point = Some(digits.len()),
            _ => return None,
        }
    }
    if digits.is_empty() || point == Some(digits.len()) {
        return None;
    }
    let end = point.unwrap_or(digits.len()) + exponent;
    while digits.len() < end {
        digits.push(b'0');
    }
    if digits.len() > end {
        digits.insert(end, b'.');
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_digits_as_the_standard_library_does() {
        let mut random = fastrand::Rng::with_seed(1);
        let numbers = (0..100_000).map(|_| (random.u64(..) >> random.u32(..64)).to_string());
        for text in numbers.chain(["", "0", "007", "00000000000000000001", "9999999999999999999"].map(String::from)) {
            let expected = text.parse().ok().filter(|_| text.len() < 20);
            assert_eq!(digits(text.as_bytes()), expected, "{text}");
            for at in 0..text.len() {
                for other in [b'/', b':', b'-', b' ', 0, 0x80, 0xFF] {
                    let mut text = text.clone().into_bytes();
                    text[at] = other;
                    assert_eq!(digits(&text), None, "{text:?}");
                }
            }
        }
    }
}
