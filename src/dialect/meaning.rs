//! What a path means.

use crate::key::Key;

/// What a path means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// An extension field.
    Field(Key),
    /// What at most one value of a record is.
    Part(Part),
    /// A text that may be the record.
    Text,
    /// The same, or an object whose members are named as if they stood around it.
    TextOrObject,
    /// The same, or CEF `msg`.
    Message,
    /// The same, and better known as `msg`.
    Msg,
    /// An object whose members are named as if they stood in the object around it.
    Transparent,
    /// The same, and its members may be in an object of any name.
    Nest,
    /// An object whose members have paths of their own.
    Object,
    /// An object whose members are extension fields.
    Fields,
    /// Extension fields as one text: `sname=Stephen Lee;dposrt=22`.
    Pairs,
    /// An array of records, or of arrays that each have a time and a text.
    Records,
    /// What only concerns the transport.
    Transport,
}

/// What at most one value of a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// CEF Device Vendor.
    Vendor,
    /// CEF Device Event Class ID.
    Id,
    /// The same, if the record says whose event it is.
    IdOfVendor,
    /// CEF Name.
    Name,
    /// CEF Name if the severity is a `DeviceSeverity`, else `dvchost`.
    HostOrName,
    /// CEF Severity.
    Severity,
    /// CEF Device Version.
    Version,
    /// A severity of syslog: a number from 0 to 7 or a keyword.
    SyslogSeverity,
    /// PRI of syslog.
    Pri,
    Time,
    Host,
    /// APP-NAME or TAG.
    AppName,
    /// A header of syslog without its message.
    Header,
    /// A sign that keys that the parser does not know are glued to the value before them.
    Glued,
    /// A time of RFC 3164, without year and zone. No row means this or the next two: the value tells.
    BsdTime,
    /// A text of senhasegura's.
    OwnText,
    /// A text that is none of senhasegura's.
    OtherText,
}

/// The number of parts.
pub(crate) const PARTS: usize = Part::OtherText as usize + 1;

impl Meaning {
    /// Returns whether the members of an object with this meaning are named as if they stood around
    /// it.
    pub(crate) fn is_open(self) -> bool {
        use Meaning::{Fields, Message, Nest, TextOrObject, Transparent};
        matches!(self, Transparent | Nest | Fields | TextOrObject | Message)
    }

    /// Returns whether a value with this meaning may be a text that is the record.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::TextOrObject | Self::Message | Self::Msg)
    }
}
