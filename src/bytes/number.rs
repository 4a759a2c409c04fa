//! Whole numbers as records write them.

/// The maximum number of characters before the exponent of a number.
const EXPANDED_MAX: usize = 40;

/// Parses a whole number, even with a plus sign or printed as a floating point number (`22.0`,
/// `1.0E9`).
pub(crate) fn whole_number(value: &[u8]) -> Option<i64> {
    // Most are port numbers.
    if let [b'1'..=b'9', rest @ ..] = value
        && rest.len() < 8
        && value.iter().all(u8::is_ascii_digit)
    {
        return Some(value.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')));
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
