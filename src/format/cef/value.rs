//! The types that the CEF dictionary gives its keys, and how values of them are written.

use crate::bytes::{is_short_number, whole_number};
use crate::json;
use crate::key::{Key, KeyMap, Owner, Type};
use crate::time::{Offset, parse_millis};

/// The maximum number of characters of a floating point number: a limit of this project.
const DOUBLE_MAX: usize = 64;

/// How a value is written under a key whose type is not text.
pub(super) enum Typed {
    /// As it is: it has no characters to escape.
    Text,
    /// As it is, if the key may hold an IPv6 address.
    Ipv6,
    Number(i64),
}

impl Typed {
    /// Parses a value of this type.
    pub(super) fn new(value: &[u8], value_type: Type, timezone: Offset) -> Option<Self> {
        let text = |is_one: bool| is_one.then_some(Self::Text);
        match value_type {
            Type::Text(_) => None,
            Type::Integer => whole_number(value).filter(|&number| i32::try_from(number).is_ok()).map(Self::Number),
            Type::Long => whole_number(value).map(Self::Number),
            Type::Double => text(is_double(value)),
            // The dictionary has no IPv6 address here, but receivers take it, and senhasegura has
            // no other key for it.
            Type::Ipv4 if is_ipv4(value) => Some(Self::Text),
            Type::Ipv4 | Type::Ipv6 => is_ipv6(value).then_some(Self::Ipv6),
            Type::Mac => text(is_mac(value)),
            Type::Timestamp => parse_millis(value, timezone).map(Self::Number),
        }
    }
}

/// The verbatim values that a key accepts as they are, whatever other fields there are.
#[derive(Debug, Clone, Copy)]
pub(super) enum FastValue {
    Nothing,
    /// Text of at most this many bytes.
    Text(u16),
    /// Short whole numbers.
    Number,
    Ipv4,
}

impl FastValue {
    /// Returns the values that this key accepts.
    #[inline(always)] // A load, once a field.
    pub(super) fn of(key: Key) -> Self {
        *FAST_VALUES.get(key)
    }

    /// Returns whether a verbatim value is one of them.
    #[inline(always)] // Once a field.
    pub(super) fn takes(self, value: &[u8]) -> bool {
        match self {
            Self::Text(max) => value.len() <= usize::from(max),
            Self::Number => is_short_number(value),
            Self::Ipv4 => is_ipv4(value),
            Self::Nothing => false,
        }
    }
}

static FAST_VALUES: KeyMap<FastValue> = {
    let mut values = KeyMap::new(FastValue::Nothing);
    let mut index = 0;
    while let Some(key) = Key::from_index(index) {
        // A label may be missing, and the event's host may have `dvchost`.
        if key.counterpart().is_none()
            && !matches!(key, DVCHOST)
            && matches!(key.owner(), Owner::Dictionary | Owner::Vendor)
        {
            values.set(
                key,
                match key.value_type() {
                    Type::Text(max) => FastValue::Text(max),
                    Type::Integer => FastValue::Number,
                    Type::Ipv4 => FastValue::Ipv4,
                    _ => FastValue::Nothing,
                },
            );
        }
        index += 1;
    }
    values
};

const DVCHOST: Key = Key::named("dvchost");

/// Returns whether the value is a JSON number, which every parser of floating point numbers reads.
/// It is finite, as its exponent has at most two digits.
fn is_double(value: &[u8]) -> bool {
    let mut exponent = value.splitn(2, |byte| matches!(byte, b'e' | b'E')).nth(1).unwrap_or_default();
    if let [b'+' | b'-', rest @ ..] = exponent {
        exponent = rest;
    }
    value.len() <= DOUBLE_MAX && exponent.len() <= 2 && json::is_number(value)
}

/// Returns whether the value is an address in dotted decimal, without leading zeros, which some
/// receivers read as octal.
// By hand, as it is called for two or three fields of every record; `Ipv4Addr` accepts the same
// texts.
fn is_ipv4(value: &[u8]) -> bool {
    let mut rest = value;
    for octet in 0..4 {
        rest = match rest {
            [b'2', b'5', b'0'..=b'5', rest @ ..]
            | [b'2', b'0'..=b'4', b'0'..=b'9', rest @ ..]
            | [b'1', b'0'..=b'9', b'0'..=b'9', rest @ ..]
            | [b'1'..=b'9', b'0'..=b'9', rest @ ..]
            | [b'0'..=b'9', rest @ ..] => rest,
            _ => return false,
        };
        match rest {
            [b'.', after @ ..] if octet < 3 => rest = after,
            [] => return octet == 3,
            _ => return false,
        }
    }
    false
}

/// Returns whether the value is an address in the form of RFC 4291, section 2.2.
// By hand, as `Ipv6Addr` takes 2 kB of a core module; it accepts the same texts.
fn is_ipv6(value: &[u8]) -> bool {
    let stripped = value.strip_prefix(b"::");
    // The number of groups, and whether `::` stands for some.
    let (mut groups, mut compressed, mut rest) = (0, stripped.is_some(), stripped.unwrap_or(value));
    if compressed && rest.is_empty() {
        return true;
    }
    loop {
        let length = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        let after = rest.get(length..).unwrap_or_default();
        let dotted = after.first() == Some(&b'.');
        groups += if dotted { 2 } else { 1 };
        if dotted && !is_ipv4(rest) || !dotted && !(1..=4).contains(&length) || groups > 8 {
            return false;
        }
        rest = match after {
            [b':', b':', after @ ..] if !compressed => {
                compressed = true;
                after
            }
            [b':', after @ ..] if !after.is_empty() => after,
            [] => after,
            _ if dotted => &[],
            _ => return false,
        };
        if rest.is_empty() {
            return if compressed { groups < 8 } else { groups == 8 };
        }
    }
}

fn is_mac(value: &[u8]) -> bool {
    value.len() == 17
        && value.iter().enumerate().all(|(index, byte)| match index % 3 {
            2 => matches!(byte, b':' | b'-'),
            _ => byte.is_ascii_hexdigit(),
        })
}

pub(super) fn is_host_name(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
        && value.iter().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn tells_ipv6_addresses_as_the_standard_library_does() {
        let parts = ["1", ":", "::", "ffff", "1.2.3.4", "12345", ".", "g", "0"];
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..300_000 {
            let mut text = String::new();
            for _ in 0..random.usize(..12) {
                let (part, colon) = (parts[random.usize(..parts.len())], random.u8(..4) > 0);
                text.push_str(part);
                text.push_str(if colon { ":" } else { "" });
            }
            for text in [&*text, text.trim_end_matches(':')] {
                assert_eq!(is_ipv6(text.as_bytes()), text.parse::<Ipv6Addr>().is_ok(), "{text}");
            }
        }
    }

    #[test]
    fn tells_ipv4_addresses_as_the_standard_library_does() {
        let octets =
            ["0", "9", "10", "99", "100", "199", "249", "255", "256", "260", "300", "00", "01", "1000", "", "a"];
        for first in octets {
            for second in octets {
                for text in [
                    format!("{first}.{second}.3.4"),
                    format!("1.2.{first}.{second}"),
                    format!("{first}.{second}.3"),
                    format!("{first}.{second}.3.4.5"),
                    format!("{first}.{second}.3."),
                ] {
                    assert_eq!(is_ipv4(text.as_bytes()), text.parse::<Ipv4Addr>().is_ok(), "{text}");
                }
            }
        }
    }
}
