//! The properties of a kind of event.

use crate::key::Keys;

/// A kind of event.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Kind {
    /// The name on the English page up to release 3.33.
    pub name: &'static str,
    /// The name from release 4.0 on; empty if the kind is only listed.
    #[cfg_attr(feature = "serde", serde(rename = "name_four"))]
    pub name_4_0: &'static str,
    /// The Portuguese name; empty if the kind is only listed.
    pub name_pt: &'static str,
    /// Misprints of these names on the pages.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub misprints: &'static [&'static str],
    /// The module that reports it, such as `COSE`; empty if it is not known.
    pub origin: &'static str,
    /// The event ids of this kind, which differ in name and severity.
    pub ids: &'static [EventId],
    /// The event id to write if the kind has none of its own.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub written_as: Option<&'static EventId>,
    /// The documented keys, in documented order; empty if the kind is only listed.
    pub keys: &'static Keys,
}

/// An event id of the Syslog page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    /// As the page prints it: a number up to 121, or one with three decimals such as `336.501`.
    pub id: &'static str,
    /// RFC 5424, section 6.2.1: 0 emergency to 7 debug.
    pub syslog_severity: u8,
    /// The name on the page.
    pub name: &'static str,
}

/// A row of the message type table of the SIEM page.
#[derive(Debug, PartialEq, Eq)]
pub struct MessageType {
    /// The value of the field `suid`.
    pub suid: &'static str,
    /// The events, as the table prints them.
    pub name: &'static str,
    /// The event id to write. If the table names two kinds, it is that of the more severe one, else
    /// of the first. The name says both.
    pub id: &'static str,
}

/// The kind that was found for a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub(super) row: u8,
    /// The index of its event id in the table of them.
    pub(super) event: u8,
    pub(super) name: Text,
}

/// A text of the catalog: the offset in the table of texts of its length, which the text follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text(pub(super) u16);

impl Kind {
    /// The event id to write for a record of this kind that has none.
    #[must_use]
    pub fn event_id(&'static self) -> Option<&'static EventId> {
        self.ids.first().or(self.written_as)
    }

    /// Returns whether the pages document its keys, not only its event id.
    #[must_use]
    pub fn is_documented(&self) -> bool {
        !self.keys.is_empty()
    }
}
