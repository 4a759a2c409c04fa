//! The differences between lines and their records, counted, with the reason for each.

use std::fmt;
use std::ops::AddAssign;

use crate::key::{Key, Type};

/// The numbers of differences between lines and their records.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Changes {
    /// Changes of a field's name, of which one field may have two: a misspelt key is repaired, or
    /// the format cannot hold the name.
    pub renamed: u64,
    /// Values with characters that are replaced, as the format cannot hold them or nobody sees them, once for each
    /// reason.
    pub replaced: u64,
    /// Values cut to the length that the format or `max_bytes` allows.
    pub truncated: u64,
    /// Fields left out: nothing in them is visible, a label has no value, another field has the
    /// same name, the field is not wanted, or the line has no room for it.
    pub dropped: u64,
    /// Fields that the record repeats. The last value is written.
    pub repeated: u64,
    /// Times and severities that cannot be read as such. They are written as fields.
    pub unreadable: u64,
    /// Values of which `[redacted]` is written in place of a secret, or of all, as `redact` asks.
    pub redacted: u64,
}

/// What was done to a field or a part. Each case is a count in [`Changes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Change {
    /// It is written under another name.
    Renamed,
    /// Some of its characters are replaced.
    Replaced,
    /// It is cut.
    Truncated,
    /// It is left out.
    Dropped,
    /// An earlier value of it is left out.
    Repeated,
    /// It is not read as what its name says.
    Unreadable,
    /// It is a secret, or has one, that is not written.
    Redacted,
}

/// The reason for a change. Its [`Display`](fmt::Display) is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// senhasegura misspells this key.
    Misspelt(Key),
    /// The record has this key in another letter case.
    LetterCase(Key),
    /// senhasegura writes `Cs6` and `Cs7` for `cs6Label` and `cs6`; the field is this key.
    Mislabelled(Key),
    /// The CEF dictionary gives this key another type.
    WrongType(Key),
    /// The value of this key, which is for an address, is a host name.
    HostName(Key),
    /// The value of this key, for which the CEF dictionary has IPv4 only, is an IPv6 address.
    Ipv6(Key),
    /// The value of this key, which is for an address, has a port, a zone or a prefix, too, or an IPv4
    /// address in the form of IPv6.
    AddressOnly(Key),
    /// The CEF dictionary keeps this key for receivers.
    Consumer(Key),
    /// Receivers take the name for that of a header field.
    HeaderName,
    /// The CEF dictionary has no such key.
    NotInDictionary,
    /// Another field has this key.
    Taken(Key),
    /// Another field has the name, so that this one gets a number.
    Numbered,
    /// The format does not allow the name: CEF allows letters and digits, the others also `_` or a
    /// few more.
    BadName,
    /// A label is renamed with its value.
    WithItsValue,
    /// Bytes or escapes in the record are not Unicode.
    NotUnicode,
    /// The format does not allow some of the characters.
    Characters,
    /// The format, or the CEF dictionary for the key, allows this many characters.
    Length(u16),
    /// The line would be longer than `max_bytes`, and the text is one of its longest.
    CutToFit,
    /// Nothing is visible in the value.
    Invisible,
    /// A label has no value.
    LabelAlone,
    /// Another field has the same name.
    SameName,
    /// The field is not documented, and `extra_fields` is `drop`.
    Undocumented,
    /// The line would be longer than `max_bytes`, and the field is one of the most dispensable.
    NoRoom,
    /// The record repeats the field. The last value is written.
    Repeated,
    /// It cannot be read as this, which its name says: `time` or `severity`.
    Unreadable(&'static str),
    /// This `id` is not that of an event of the catalog.
    OtherId,
    /// Some of it looks like a secret, and `redact` includes `secrets`.
    Secret,
    /// `redact` names the field.
    Named,
    /// Some of its characters are invisible, and `invisible` is `replace`.
    Hidden,
}

impl Why {
    /// Returns the change that is made for this reason.
    #[inline(always)] // Known to the compiler at every call that counts.
    #[must_use]
    pub const fn change(self) -> Change {
        match self {
            Self::Misspelt(_) | Self::LetterCase(_) | Self::Mislabelled(_) | Self::WrongType(_) | Self::HostName(_) => {
                Change::Renamed
            }
            Self::Ipv6(_) | Self::Consumer(_) | Self::HeaderName | Self::NotInDictionary | Self::Taken(_) => {
                Change::Renamed
            }
            Self::BadName | Self::Numbered | Self::WithItsValue | Self::OtherId => Change::Renamed,
            Self::NotUnicode | Self::Characters | Self::AddressOnly(_) | Self::Hidden => Change::Replaced,
            Self::Length(_) | Self::CutToFit => Change::Truncated,
            Self::Invisible | Self::LabelAlone | Self::SameName | Self::Undocumented | Self::NoRoom => Change::Dropped,
            Self::Repeated => Change::Repeated,
            Self::Unreadable(_) => Change::Unreadable,
            Self::Secret | Self::Named => Change::Redacted,
        }
    }

    /// Returns whether it says why the field does not describe the event as a whole.
    pub(crate) fn is_of_a_role(self) -> bool {
        matches!(self, Self::Unreadable(_) | Self::OtherId)
    }

    /// The reason as a word, the same in every host.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Misspelt(_) => "misspelt",
            Self::LetterCase(_) => "letter-case",
            Self::Mislabelled(_) => "mislabelled",
            Self::WrongType(_) => "wrong-type",
            Self::HostName(_) => "host-name",
            Self::Ipv6(_) => "ipv6",
            Self::AddressOnly(_) => "address-only",
            Self::Consumer(_) => "consumer-key",
            Self::HeaderName => "header-name",
            Self::NotInDictionary => "not-in-dictionary",
            Self::Taken(_) => "taken",
            Self::Numbered => "numbered",
            Self::BadName => "bad-name",
            Self::WithItsValue => "with-its-value",
            Self::NotUnicode => "not-unicode",
            Self::Characters => "characters",
            Self::Length(_) => "length",
            Self::CutToFit => "cut-to-fit",
            Self::Invisible => "invisible",
            Self::LabelAlone => "label-alone",
            Self::SameName => "same-name",
            Self::Undocumented => "undocumented",
            Self::NoRoom => "no-room",
            Self::Repeated => "repeated",
            Self::Unreadable(_) => "unreadable",
            Self::OtherId => "other-id",
            Self::Secret => "secret",
            Self::Named => "named",
            Self::Hidden => "hidden",
        }
    }
}

/// The reason as a word.
#[cfg(feature = "serde")]
impl serde::Serialize for Why {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misspelt(key) => write!(f, "this is senhasegura's misspelling of `{}`", key.name()),
            Self::LetterCase(key) => write!(f, "this is `{}` in a different letter case", key.name()),
            Self::Mislabelled(key) => {
                write!(
                    f,
                    "senhasegura writes `Cs6` instead of `cs6Label`, and `Cs7` instead of `cs6`; this is `{}`",
                    key.name()
                )
            }
            Self::WrongType(key) => {
                write!(f, "the CEF dictionary requires {} in `{}`", type_name(key.value_type()), key.name())
            }
            Self::HostName(key) => {
                write!(f, "the CEF dictionary requires an address in `{}`, and this is a host name", key.name())
            }
            Self::Ipv6(key) => write!(f, "the CEF dictionary allows only IPv4 addresses in `{}`", key.name()),
            Self::AddressOnly(key) => {
                write!(f, "the CEF dictionary allows nothing but an address in `{}`", key.name())
            }
            Self::Consumer(key) => write!(f, "the CEF dictionary reserves `{}` for receivers", key.name()),
            Self::HeaderName => f.write_str("receivers would mistake the name for that of a header field"),
            Self::NotInDictionary => f.write_str("the CEF dictionary has no such key"),
            Self::Taken(key) => write!(f, "another field has taken the key `{}`", key.name()),
            Self::Numbered => f.write_str("another field has taken the name"),
            Self::BadName => f.write_str("the format does not allow the name"),
            Self::WithItsValue => f.write_str("a label is renamed together with its value"),
            Self::NotUnicode => f.write_str("some of it is not valid Unicode and became U+FFFD"),
            Self::Characters => f.write_str("the format does not allow some of its characters here"),
            Self::Length(max) => write!(f, "at most {max} characters are allowed here"),
            Self::CutToFit | Self::NoRoom => f.write_str("the line would be longer than `max_bytes`"),
            Self::Invisible => f.write_str("it has no visible character"),
            Self::LabelAlone => f.write_str("the label has no value"),
            Self::SameName => f.write_str("another field was given the same name"),
            Self::Undocumented => {
                f.write_str("it is documented neither for the event nor for all events, and `extra_fields` is `drop`")
            }
            Self::Unreadable(role) => write!(f, "it cannot be read as a {role}"),
            Self::OtherId => f.write_str("it is not the id of this event in the catalog"),
            Self::Repeated => f.write_str("the record repeats the field, and the last value counts"),
            Self::Secret => f.write_str("some of it looks like a secret, and `redact` includes `secrets`"),
            Self::Named => f.write_str("`redact` names the field"),
            Self::Hidden => f.write_str("some of its characters are invisible, and `invisible` is `replace`"),
        }
    }
}

/// Returns a value of the type, in words.
fn type_name(value_type: Type) -> &'static str {
    match value_type {
        Type::Text(_) => "text",
        Type::Integer => "a 32-bit integer",
        Type::Port => "a port number",
        Type::Long => "a 64-bit integer",
        Type::Double => "a floating point number",
        Type::Ipv4 => "an IPv4 address",
        Type::Ipv6 => "an IPv6 address",
        Type::Mac => "a MAC address",
        Type::Timestamp => "a time",
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Renamed => "renamed",
            Self::Replaced => "replaced",
            Self::Truncated => "truncated",
            Self::Dropped => "dropped",
            Self::Repeated => "repeated",
            Self::Unreadable => "unreadable",
            Self::Redacted => "redacted",
        })
    }
}

/// The changes of one line. It is cleared and copied for each record, and half as long as [`Changes`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineChanges {
    pub(crate) renamed: u32,
    pub(crate) replaced: u32,
    pub(crate) truncated: u32,
    pub(crate) dropped: u32,
    pub(crate) repeated: u32,
    pub(crate) rare: Rare,
}

/// Two counts in one number, as every line pays for its length: the values that are unreadable, of which there are a
/// few at most, and above them those that are redacted, of which there are no more than fields.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rare(u32);

impl Rare {
    const UNREADABLE: u32 = 1;
    const REDACTED: u32 = 1 << 16;
}

impl LineChanges {
    /// Counts a change. No other function does.
    #[inline(always)] // One addition, as the reason is known at every call.
    pub(crate) fn count(&mut self, why: Why) {
        let (count, one) = match why.change() {
            Change::Renamed => (&mut self.renamed, 1),
            Change::Replaced => (&mut self.replaced, 1),
            Change::Truncated => (&mut self.truncated, 1),
            Change::Dropped => (&mut self.dropped, 1),
            Change::Repeated => (&mut self.repeated, 1),
            Change::Unreadable => (&mut self.rare.0, Rare::UNREADABLE),
            Change::Redacted => (&mut self.rare.0, Rare::REDACTED),
        };
        *count += one;
    }
}

impl From<LineChanges> for Changes {
    fn from(changes: LineChanges) -> Self {
        let LineChanges { renamed, replaced, truncated, dropped, repeated, rare: Rare(rare) } = changes;
        Self {
            renamed: renamed.into(),
            replaced: replaced.into(),
            truncated: truncated.into(),
            dropped: dropped.into(),
            repeated: repeated.into(),
            unreadable: (rare % Rare::REDACTED).into(),
            redacted: (rare / Rare::REDACTED).into(),
        }
    }
}

impl AddAssign for Changes {
    fn add_assign(&mut self, other: Self) {
        self.renamed += other.renamed;
        self.replaced += other.replaced;
        self.truncated += other.truncated;
        self.dropped += other.dropped;
        self.repeated += other.repeated;
        self.unreadable += other.unreadable;
        self.redacted += other.redacted;
    }
}
