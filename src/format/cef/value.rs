//! The types that the CEF dictionary gives its keys, and how values of them are written.

use crate::bytes::whole_number;
use crate::json;
use crate::key::Type;
use crate::time::{Offset, parse_millis};

/// The maximum number of characters of a floating point number: a limit of this project.
const DOUBLE_MAX: usize = 64;

/// A value of a key's type that is not text, and how it is written.
pub(super) enum Typed<'v> {
    /// As it is: it has no characters to escape.
    Text,
    Number(i64),
    Address(Endpoint<'v>),
}

impl<'v> Typed<'v> {
    /// Parses a value of this type.
    pub(super) fn new(value: &'v [u8], value_type: Type, timezone: Offset) -> Option<Self> {
        let text = |is_one: bool| is_one.then_some(Self::Text);
        let number = |is_one: fn(i64) -> bool| whole_number(value).filter(|number| is_one(*number)).map(Self::Number);
        match value_type {
            Type::Text(_) => None,
            Type::Integer => number(|number| i32::try_from(number).is_ok()),
            Type::Port => number(|number| u16::try_from(number).is_ok()),
            Type::Long => number(|_| true),
            Type::Double => text(is_double(value)),
            // The dictionary has no IPv6 address there, but receivers take it, and senhasegura has
            // no other key for it.
            Type::Ipv4 => Endpoint::parse(value).map(Endpoint::unmapped).map(Self::Address),
            Type::Ipv6 => Endpoint::parse(value).filter(|endpoint| endpoint.is_ipv6).map(Self::Address),
            Type::Mac => text(is_mac(value)),
            Type::Timestamp => parse_millis(value, timezone).map(Self::Number),
        }
    }
}

/// The maximum length of a zone (RFC 4007, section 11) with its sign: a limit of this project.
const ZONE_MAX: usize = 32;

/// An address, and what programs write with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endpoint<'v> {
    pub(super) address: &'v [u8],
    pub(super) is_ipv6: bool,
    pub(super) port: Option<u16>,
}

impl<'v> Endpoint<'v> {
    /// Parses `10.0.0.1`, `10.0.0.1:443`, `10.0.0.1/32`, `2001:db8::1`, `[2001:db8::1]`,
    /// `[2001:db8::1]:443`, `2001:db8::1/128` or `fe80::1%eth0`.
    #[inline(never)] // Most addresses are plain.
    fn parse(value: &'v [u8]) -> Option<Self> {
        let mut parts = value.rsplitn(2, |byte| *byte == b':');
        let (last, before) = (parts.next()?, parts.next());
        // The last part is a port if the address ends before it.
        let (host, port) = match before {
            Some(before) if before.ends_with(b"]") || !before.contains(&b':') => (before, Some(port(last)?)),
            _ => (value, None),
        };
        let address = match (host, port) {
            ([b'[', ipv6 @ .., b']'], _) => return Self::ipv6(ipv6, port),
            ([ipv4 @ .., b'/', b'3', b'2'], None) if is_ipv4(ipv4) => ipv4,
            ([ipv6 @ .., b'/', b'1', b'2', b'8'], None) => ipv6,
            _ => host,
        };
        if is_ipv4(address) { Some(Self { address, is_ipv6: false, port }) } else { Self::ipv6(address, port) }
    }

    fn ipv6(host: &'v [u8], port: Option<u16>) -> Option<Self> {
        let length = host.iter().position(|byte| *byte == b'%').unwrap_or(host.len());
        let (address, zone) = host.split_at(length);
        let is_zone = |byte: &u8| byte.is_ascii_alphanumeric() || b"%-._".contains(byte);
        let is_whole = zone.len() <= ZONE_MAX && zone.iter().all(is_zone);
        (is_whole && is_ipv6(address)).then_some(Self { address, is_ipv6: true, port })
    }

    /// Returns the IPv4 address that an IPv6 address stands for: RFC 4291, section 2.5.5.2.
    fn unmapped(self) -> Self {
        let ipv4 = self.address.split_at_checked(7).filter(|(prefix, _)| prefix.eq_ignore_ascii_case(b"::ffff:"));
        match ipv4.map(|(_, ipv4)| ipv4).filter(|ipv4| is_ipv4(ipv4)) {
            Some(ipv4) => Self { address: ipv4, is_ipv6: false, ..self },
            None => self,
        }
    }
}

#[inline(never)] // Few ports have five digits.
pub(super) fn port(digits: &[u8]) -> Option<u16> {
    let number = whole_number(digits).filter(|_| digits.iter().all(u8::is_ascii_digit))?;
    u16::try_from(number).ok()
}

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
pub(super) fn is_ipv4(value: &[u8]) -> bool {
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
    fn takes_addresses_apart() {
        for (value, address, port) in [
            ("10.0.0.1", "10.0.0.1", None),
            ("10.0.0.1:443", "10.0.0.1", Some(443)),
            ("10.0.0.1/32", "10.0.0.1", None),
            ("::ffff:10.20.4.17", "10.20.4.17", None),
            ("[::FFFF:10.20.4.17]:22", "10.20.4.17", Some(22)),
            ("2001:db8::1", "2001:db8::1", None),
            ("2001:db8::1/128", "2001:db8::1", None),
            ("[2001:db8::1]", "2001:db8::1", None),
            ("[2001:db8::1]:443", "2001:db8::1", Some(443)),
            ("fe80::1%eth0", "fe80::1", None),
            ("[fe80::1%eth0]:0", "fe80::1", Some(0)),
        ] {
            let endpoint = Endpoint::parse(value.as_bytes()).unwrap().unmapped();
            assert_eq!((endpoint.address, endpoint.port), (address.as_bytes(), port), "{value}");
        }
        for value in [
            "",
            ":",
            "10.0.0.1:",
            "10.0.0.1:65536",
            "10.0.0.1:+1",
            "10.0.0.0/24",
            "10.0.0.1/32:1",
            "[10.0.0.1]",
            "[::1",
            "[]:1",
            "%eth0",
            "a:1",
        ] {
            assert!(Endpoint::parse(value.as_bytes()).is_none(), "{value}");
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
