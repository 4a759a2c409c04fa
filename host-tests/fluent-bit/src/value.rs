//! Whether a value is one of its kind.

use crate::table::{Kind, LOWEST, Row, Version};

/// The unit that a size may have.
const UNITS: [(&str, f64); 3] = [("k", 1e3), ("m", 1e6), ("g", 1e9)];

/// Says what a value should be, if it is not that.
pub(crate) fn refuse(row: &Row, value: &str) -> Option<String> {
    let expected = match row.kind {
        Kind::Text | Kind::Pattern | Kind::Tag | Kind::Match | Kind::Parser | Kind::List => {
            (value.trim().is_empty()).then(|| "a text".into())
        }
        Kind::Word => word(row.values, value),
        Kind::Bool => boolean(value).is_none().then(|| "a boolean".into()),
        Kind::Int => int(row.values, value),
        Kind::Double => value.parse::<f64>().is_err().then(|| "a number".into()),
        Kind::Port => (!value.parse::<u16>().is_ok_and(|port| port > 0)).then(|| "a port".into()),
        Kind::Size => size(value).is_none().then(|| "a size, such as `64K`".into()),
        Kind::Limit => (size(value).is_none() && boolean(value) != Some(false)).then(|| "a size or `off`".into()),
        Kind::Kilobytes => {
            value.parse::<u32>().is_err().then(|| "a number of units of 1024 bytes, without a letter".into())
        }
        Kind::Time => (!is_time(value)).then(|| "a time, such as `10s`".into()),
        Kind::Retry => (!is_retry(value)).then(|| "a number, `no_limits` or `no_retries`".into()),
        Kind::Accessor => (!value.starts_with('$')).then(|| format!("a record accessor, such as `${value}`")),
        Kind::Key => (value.is_empty() || value.contains('$')).then(|| "the name of a field, without `$`".into()),
        Kind::Template => (!(value.contains('{') && value.contains('}'))).then(|| "a field in braces".into()),
        Kind::Rule => rule(value).is_none().then(|| "`$field regex tag keep`".into()),
    };
    expected.map(|expected: String| format!("expected {expected}, found `{value}`"))
}

/// A word may have the version in which it came: `dtls@5.1`.
fn word(words: &str, value: &str) -> Option<String> {
    let is_old = |since: Option<Version>| since.is_none_or(|since| since <= LOWEST);
    let known = words.split(' ').map(|word| word.split_once('@').unwrap_or((word, "")));
    let known: Vec<_> = known.filter(|(_, since)| is_old(Version::read(since))).map(|(word, _)| word).collect();
    let is_known = known.iter().any(|word| word.eq_ignore_ascii_case(value));
    (!is_known).then(|| format!("one of `{}`", known.join("`, `")))
}

fn int(range: &str, value: &str) -> Option<String> {
    let number = value.parse::<i64>().ok();
    let Some((low, high)) = range.split_once("..") else {
        return number.is_none().then(|| "a whole number".into());
    };
    let is_in = number.is_some_and(|number| {
        low.parse().is_ok_and(|low: i64| low <= number) && high.parse().is_ok_and(|high: i64| number <= high)
    });
    (!is_in).then(|| format!("a number from {low} to {high}"))
}

/// What Fluent Bit takes for true and for false.
pub(crate) fn boolean(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "true" | "on" | "yes" => Some(true),
        "false" | "off" | "no" => Some(false),
        _ => None,
    }
}

/// The number of bytes. `K` is 1000 of them.
pub(crate) fn size(value: &str) -> Option<f64> {
    let lower = value.to_lowercase();
    let lower = lower.strip_suffix('b').filter(|rest| rest.ends_with(['k', 'm', 'g'])).unwrap_or(&lower);
    let unit = UNITS.iter().find_map(|(unit, factor)| Some((lower.strip_suffix(unit)?, *factor)));
    let (digits, factor) = unit.unwrap_or((lower, 1.0));
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit());
    digits.parse::<f64>().ok().filter(|_| is_number).map(|number| number * factor)
}

fn is_time(value: &str) -> bool {
    let digits = value.strip_suffix(|unit: char| "smhdSMHD".contains(unit)).unwrap_or(value);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_retry(value: &str) -> bool {
    ["no_limits", "false", "off", "no_retries"].iter().any(|word| word.eq_ignore_ascii_case(value))
        || value.parse::<u32>().is_ok_and(|number| number > 0)
}

/// The tag that a rule of `rewrite_tag` gives, if it is a rule.
pub(crate) fn rule(value: &str) -> Option<&str> {
    let mut words = value.split_whitespace();
    let (key, _regex, tag, keep) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let is_rule = key.starts_with('$') && boolean(keep).is_some() && words.next().is_none();
    is_rule.then_some(tag)
}
