//! The event.

use super::role::Role;
use super::selection::Selection;
use super::severity::Severity;
use crate::bytes::Value;
use crate::catalog::Found;
use crate::key::Key;
use crate::record::{Field, Name};
use crate::time::Offset;
use crate::trace::{Rank, Source};

/// What a record means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'r> {
    /// What the catalog says of it, if it is there.
    pub(crate) found: Option<Found>,
    /// The event id: as the catalog spells it, or for an unknown event as received. Not blank.
    pub(crate) id: Value<'r>,
    /// The event name: the record's own, else the catalog's. Not blank.
    pub(crate) name: Value<'r>,
    /// How grave it is.
    pub(crate) severity: Severity,
    /// When it happened, else when the record was received, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    pub(crate) millis: Option<i64>,
    /// The host that reports it.
    pub(crate) host: Option<Value<'r>>,
    /// The version of the product that reports it.
    pub(crate) product_version: Option<Value<'r>>,
    /// The module that reports it, such as `COSE`, if the record says so.
    pub(crate) origin: Option<Value<'r>>,
    /// The time zone of times without an offset.
    pub(crate) timezone: Offset,
    /// Which of the other fields are written,
    pub(super) selection: Selection<'r>,
    /// and their indices in the record, in the order in which they are written; absent ones may be
    /// among them.
    pub(super) order: &'r [u16],
}

impl<'r> Event<'r> {
    /// The name and value of every field: first of those that the kind documents, in documented
    /// order, then of the others as received.
    #[inline(always)] // The formatters' loops are over it.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'r>> {
        let record = self.selection.record;
        self.order.iter().filter_map(move |&index| record.field(index))
    }

    /// The value of the field of this key, if it is among them.
    pub(crate) fn get(&self, key: Key) -> Option<Value<'r>> {
        self.selection.get(key)
    }

    /// How dispensable a field of this name is.
    pub(crate) fn rank(&self, name: Name<'_>) -> Rank {
        self.selection.rank(name)
    }

    /// The source of what a field of this key says.
    pub(crate) fn source_of_field(&self, key: Key) -> Source {
        self.selection.record.index_of(key).map_or(Source::Format, Source::Field)
    }

    /// The source of what the event says of itself.
    pub(crate) fn source(&self, role: Role) -> Source {
        if let Some(key) = role.taken_by(self.selection.record, self.timezone) {
            return self.source_of_field(key);
        }
        match role {
            Role::Time if self.millis.is_some() => Source::Reception,
            Role::ProductVersion => Source::Configuration,
            Role::Id | Role::Name | Role::Severity if self.found.is_some() => Source::Catalog,
            // An unknown event's name stands for its id.
            Role::Id => self.source(Role::Name),
            _ => Source::Default,
        }
    }
}
