//! Keys, and their properties.

use std::num::NonZeroU16;

/// A field name of the key table, such as `suser` or `cs1Label`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub(super) u8);

/// The type of a value in the CEF dictionary. Receivers drop values of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text with a maximum number of characters.
    Text(u16),
    /// A 32-bit signed integer.
    Integer,
    /// The number of a port: 0 to 65535.
    Port,
    /// A 64-bit signed integer.
    Long,
    /// A finite floating point number.
    Double,
    /// An IPv4 address in dotted decimal.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Six hexadecimal octets.
    Mac,
    /// A point in time.
    Timestamp,
}

/// The owner of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// In the CEF dictionary, for producers of events.
    Dictionary,
    /// In the CEF dictionary, for ArcSight's own components: a producer must not write it.
    Consumer,
    /// Not in the CEF dictionary, but senhasegura or its receivers use it.
    Vendor,
    /// Describes the event as a whole; an extension field only if it is left over.
    Envelope,
}

/// How the name of a field was found in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Letter for letter.
    Exact,
    /// In other letter case.
    LetterCase,
    /// As one of [`ALIASES`].
    Alias,
    /// By its full name in the CEF dictionary, such as `sourceUserName`.
    FullName,
    /// As `Cs6` or `Cs7`, which stand for a label and its value.
    Mislabelled,
}

/// A key and how a record spells it, in two bytes that are read and written together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SpeltKey(NonZeroU16);

impl SpeltKey {
    #[inline]
    pub(crate) fn new(key: Key, spelling: Spelling) -> Self {
        Self(NonZeroU16::MIN | (spelling as u16) << 1 | u16::from(key.0) << 8)
    }

    #[inline(always)] // A shift, several times a field.
    pub(crate) fn key(self) -> Key {
        Key((self.0.get() >> 8) as u8)
    }

    #[inline]
    pub(crate) fn spelling(self) -> Spelling {
        match self.0.get() as u8 >> 1 {
            0 => Spelling::Exact,
            1 => Spelling::LetterCase,
            2 => Spelling::Alias,
            3 => Spelling::FullName,
            _ => Spelling::Mislabelled,
        }
    }
}

/// The misspelt keys of senhasegura's event pages, and the right ones. Letter case does not matter.
pub const ALIASES: [(&str, &str); 4] =
    [("dposrt", "dpt"), ("dport", "dpt"), ("Method", "requestMethod"), ("ServiceName", "sourceServiceName")];

/// Text without a known maximum.
pub(crate) const ANY: Type = Type::Text(u16::MAX);

impl Key {
    /// The number of keys in the table.
    pub const COUNT: usize = 201;
}
