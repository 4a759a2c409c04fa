//! A key, and what can be said of one.

/// A field name of the key table, such as `suser` or `cs1Label`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub(super) u8);

/// What the CEF dictionary says a value must be. A receiver drops a value of another type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text of at most so many characters.
    Text(u16),
    /// A 32-bit signed integer.
    Integer,
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

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// In the CEF dictionary, for producers of events.
    Dictionary,
    /// In the CEF dictionary, for ArcSight's own components: a producer must not write it.
    Consumer,
    /// Not in the CEF dictionary, but senhasegura or its receivers use it.
    Vendor,
    /// Describes the event as a whole and is no extension field unless it is left over.
    Envelope,
}

/// How a name that a record uses was found in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Letter for letter.
    Exact,
    /// In other letter case.
    LetterCase,
    /// As one of [`ALIASES`].
    Alias,
    /// As `Cs6` or `Cs7`, where a label and its value are meant.
    Mislabelled,
}

/// The misspelt keys of senhasegura's event pages, and what they stand for. Letter case does not
/// matter.
pub const ALIASES: [(&str, &str); 4] =
    [("dposrt", "dpt"), ("dport", "dpt"), ("Method", "requestMethod"), ("ServiceName", "sourceServiceName")];

/// No limit is known.
pub(crate) const ANY: Type = Type::Text(u16::MAX);

impl Key {
    /// How many keys the table has.
    pub const COUNT: usize = 200;
}
