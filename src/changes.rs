//! What lines do not say as their records did: how often, and why.

use std::fmt;
use std::ops::AddAssign;

use crate::key::{Key, Type};

/// How the lines differ from their records, counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Changes {
    /// Fields written under another name: a repaired key, or one that the format cannot hold.
    pub renamed: u64,
    /// Values in which characters were replaced that the format cannot hold.
    pub replaced: u64,
    /// Values cut to the length that the format or `max_bytes` allows.
    pub truncated: u64,
    /// Fields left out: nothing visible in them, a label without its field, a second field of the
    /// same name, an unwanted one, or no room.
    pub dropped: u64,
    /// Fields that their record repeats; the last value is written.
    pub repeated: u64,
}

/// What is done to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
pub enum Change {
    /// It is written under another name.
    Renamed,
    /// Characters of its value are replaced.
    Replaced,
    /// Its value is cut.
    Truncated,
    /// It is left out.
    Dropped,
    /// An earlier value of it is left out.
    Repeated,
}

/// Why something is changed. Its [`Display`](fmt::Display) says so to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Why {
    /// senhasegura misspells this key.
    Misspelt(Key),
    /// The record has this key in other letter case.
    LetterCase(Key),
    /// senhasegura prints `Cs6` and `Cs7` for `cs6Label` and `cs6`; the field is this one.
    Mislabelled(Key),
    /// The CEF dictionary gives this key another type.
    WrongType(Key),
    /// A host name stands in this key, which is for an address.
    HostName(Key),
    /// An IPv6 address stands in this key, for which the CEF dictionary has IPv4 only.
    Ipv6(Key),
    /// The CEF dictionary keeps this key for receivers.
    Consumer(Key),
    /// Receivers take the name for that of a header field.
    HeaderName,
    /// The CEF dictionary has no such key.
    NotInDictionary,
    /// Another field has taken this key.
    Taken(Key),
    /// The format cannot hold the name: of CEF, letters and digits; else also `_` or a few signs.
    BadName,
    /// A label is named as its value, which was renamed.
    WithItsValue,
    /// Bytes or escapes in the record are not Unicode.
    NotUnicode,
    /// The format cannot hold some characters there.
    Characters,
    /// The format, or the CEF dictionary for the key, allows so many characters.
    Length(u16),
    /// The line would be longer than `max_bytes`, and the text is one of its longest.
    CutToFit,
    /// Nothing is visible in the value.
    Invisible,
    /// A label has no value.
    LabelAlone,
    /// Another field came to the same name.
    SameName,
    /// The field is not documented, and `extra_fields` is `drop`.
    Undocumented,
    /// The line would be longer than `max_bytes`, and the field is one of the most dispensable.
    NoRoom,
    /// The record repeats the field; the last value is written.
    Repeated,
}

impl Why {
    /// What is done for this reason.
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
            Self::BadName | Self::WithItsValue => Change::Renamed,
            Self::NotUnicode | Self::Characters => Change::Replaced,
            Self::Length(_) | Self::CutToFit => Change::Truncated,
            Self::Invisible | Self::LabelAlone | Self::SameName | Self::Undocumented | Self::NoRoom => Change::Dropped,
            Self::Repeated => Change::Repeated,
        }
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
            Self::Consumer(_) => "consumer-key",
            Self::HeaderName => "header-name",
            Self::NotInDictionary => "not-in-dictionary",
            Self::Taken(_) => "taken",
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
            Self::Misspelt(key) => write!(f, "senhasegura writes this for `{}`", key.name()),
            Self::LetterCase(key) => write!(f, "this is `{}` in other letter case", key.name()),
            Self::Mislabelled(key) => {
                write!(f, "senhasegura writes `Cs6` and `Cs7` for `cs6Label` and `cs6`; this is `{}`", key.name())
            }
            Self::WrongType(key) => {
                write!(f, "the CEF dictionary wants {} in `{}`", type_name(key.value_type()), key.name())
            }
            Self::HostName(key) => {
                write!(f, "the CEF dictionary has an address in `{}`, and this is a host name", key.name())
            }
            Self::Ipv6(key) => write!(f, "the CEF dictionary has IPv4 addresses only in `{}`", key.name()),
            Self::Consumer(key) => write!(f, "the CEF dictionary keeps `{}` for receivers", key.name()),
            Self::HeaderName => f.write_str("receivers take the name for that of a header field"),
            Self::NotInDictionary => f.write_str("the CEF dictionary has no such key"),
            Self::Taken(key) => write!(f, "another field has taken `{}`", key.name()),
            Self::BadName => f.write_str("the format cannot hold the name"),
            Self::WithItsValue => f.write_str("a label is named as its value"),
            Self::NotUnicode => f.write_str("some of it is not Unicode and became U+FFFD"),
            Self::Characters => f.write_str("the format cannot hold some characters there"),
            Self::Length(max) => write!(f, "at most {max} characters are allowed there"),
            Self::CutToFit | Self::NoRoom => f.write_str("the line would be longer than `max_bytes`"),
            Self::Invisible => f.write_str("nothing is visible in it"),
            Self::LabelAlone => f.write_str("the label has no value"),
            Self::SameName => f.write_str("another field came to the same name"),
            Self::Undocumented => {
                f.write_str("it is documented neither for the event nor for all events, and `extra_fields` is `drop`")
            }
            Self::Repeated => f.write_str("the record repeats the field, and the last value counts"),
        }
    }
}

/// A value of the type, in words.
fn type_name(value_type: Type) -> &'static str {
    match value_type {
        Type::Text(_) => "text",
        Type::Integer => "a 32-bit integer",
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
        })
    }
}

impl Changes {
    /// Counts one change. Nothing else counts any.
    #[inline(always)] // One addition, as the reason is known at every call.
    pub(crate) fn count(&mut self, why: Why) {
        *match why.change() {
            Change::Renamed => &mut self.renamed,
            Change::Replaced => &mut self.replaced,
            Change::Truncated => &mut self.truncated,
            Change::Dropped => &mut self.dropped,
            Change::Repeated => &mut self.repeated,
        } += 1;
    }
}

impl AddAssign for Changes {
    fn add_assign(&mut self, other: Self) {
        self.renamed += other.renamed;
        self.replaced += other.replaced;
        self.truncated += other.truncated;
        self.dropped += other.dropped;
        self.repeated += other.repeated;
    }
}
