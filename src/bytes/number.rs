//! Whole numbers as records write them.

/// Parses a whole number, even with a plus sign or printed as a floating point number (`22.0`).
pub(crate) fn whole_number(value: &[u8]) -> Option<i64> {
    // Most are port numbers.
    if let [b'1'..=b'9', rest @ ..] = value
        && rest.len() < 8
        && value.iter().all(u8::is_ascii_digit)
    {
        return Some(value.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')));
    }
    let value = str::from_utf8(value).ok()?;
    let whole = match value.split_once('.') {
        Some((whole, decimals)) if !decimals.is_empty() && decimals.bytes().all(|byte| byte == b'0') => whole,
        _ => value,
    };
    whole.parse().ok()
}

/// Returns whether the text is a positive whole number of at most nine digits, without a leading
/// zero: it fits in 32 bits and is written as it is.
#[inline(always)] // A call for each port number would cost more than the check.
pub(crate) fn is_short_number(value: &[u8]) -> bool {
    matches!(value, [b'1'..=b'9', ..]) && value.len() < 10 && value.iter().all(u8::is_ascii_digit)
}
