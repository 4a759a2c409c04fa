//! The event.

use super::role::Role;
use super::selection::Selection;
use super::severity::Severity;
use crate::bytes::Value;
use crate::catalog::Found;
use crate::key::Key;
use crate::record::{Field, Name, Record};
use crate::time::Offset;
use crate::trace::{Rank, Source};

/// What a record means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'r> {
    /// The row of the catalog, if there is one.
    pub(crate) found: Option<Found>,
    /// The event id, not blank: as the catalog spells it, as received if the catalog does not hold
    /// it, or the name if there is none.
    pub(crate) id: Value<'r>,
    /// The event name, not blank: the record's own, else the catalog's.
    pub(crate) name: Value<'r>,
    /// How severe it is.
    pub(crate) severity: Severity,
    /// Whether what is around the record says so.
    pub(super) is_severity_around: bool,
    /// Where the time comes from, if the configuration names the field.
    pub(super) time_source: Option<Source>,
    /// The time at which it happened, else the time of reception, in milliseconds since
    /// 1970-01-01T00:00:00Z.
    pub(crate) millis: Option<i64>,
    /// The host that reports it.
    pub(crate) host: Option<Value<'r>>,
    /// The version of the product that reports it.
    pub(crate) product_version: Option<Value<'r>>,
    /// The module that reports it, such as `COSE`, if the record gives one.
    pub(crate) origin: Option<Value<'r>>,
    /// The time zone of times without an offset.
    pub(crate) timezone: Offset,
    /// Selects which of the other fields are written.
    pub(super) selection: Selection<'r>,
    /// The indices of those fields in the record, in the order in which they are written. Absent
    /// fields may be among them.
    pub(super) order: &'r [u16],
}

impl<'r> Event<'r> {
    /// Returns the fields: first those that the kind documents, in documented order, then the
    /// others as received.
    #[inline(always)] // The formatters' loops are over it.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field<'r>> {
        let record = self.selection.record;
        self.order.iter().filter_map(move |&index| record.field(index))
    }

    /// Returns the indices of [`fields`](Self::fields) in the record, in the same order, and of some that are
    /// absent.
    #[inline(always)] // As `fields`.
    pub(crate) fn order(&self) -> &'r [u16] {
        self.order
    }

    /// The record.
    #[inline(always)] // A copy.
    pub(crate) fn record(&self) -> Record<'r> {
        self.selection.record
    }

    /// Returns the value of the field with this key, if it is among them.
    pub(crate) fn get(&self, key: Key) -> Option<Value<'r>> {
        self.selection.get(key)
    }

    /// Returns the value of the field with this name, even if it describes the event as a whole.
    pub(crate) fn named(&self, name: Name<'_>) -> Option<Value<'r>> {
        let record = self.selection.record;
        let index = match name {
            Name::Known(key) => record.index_of(key),
            Name::Other(name) => record.other(name),
        };
        record.value_at(index?)
    }

    /// Returns the key for an `id` that is not the event's own id: `externalId`, if that is free.
    pub(crate) fn other_id(&self, key: Key) -> Option<Key> {
        const ID: Key = Key::named("id");
        const EXTERNAL_ID: Key = Key::named("externalId");
        (key == ID && self.get(EXTERNAL_ID).is_none()).then_some(EXTERNAL_ID)
    }

    /// Returns how dispensable a field with this name is.
    pub(crate) fn rank(&self, name: Name<'_>) -> Rank {
        self.selection.rank(name)
    }

    /// Returns the source of a field.
    pub(crate) fn source_of_field(&self, key: Key) -> Source {
        self.selection.record.index_of(key).map_or(Source::Format, Source::Field)
    }

    /// Returns the source of a role's value.
    pub(crate) fn source(&self, role: Role) -> Source {
        // Core modules explain nothing: to shorten a line, it is enough that it is not the format.
        if cfg!(small) {
            return Source::Default;
        }
        if let Some(source) = self.time_source.filter(|_| role == Role::Time) {
            return source;
        }
        if let Some(key) = role.taken_by(self.selection.record, self.timezone) {
            return self.source_of_field(key);
        }
        match role {
            Role::Time if self.millis.is_some() => Source::Reception,
            Role::Host if self.host.is_some() => Source::Around,
            Role::Severity if self.is_severity_around => Source::Around,
            Role::ProductVersion => Source::Configuration,
            Role::Id | Role::Name | Role::Severity if self.found.is_some() => Source::Catalog,
            // An unknown event's name stands for its id.
            Role::Id => self.source(Role::Name),
            _ => Source::Default,
        }
    }
}
