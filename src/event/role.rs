//! The roles of fields: what they say of the event as a whole.

use super::severity::{PRIORITY, Severity};
use crate::bytes::Value;
use crate::key::Key;
use crate::record::Record;
use crate::time::{Offset, parse_millis};

/// What a field says of the event as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Id,
    Name,
    Severity,
    Time,
    Host,
    ProductVersion,
    Origin,
}

/// The number of roles.
pub(super) const ROLE_COUNT: usize = 7;

/// The keys that may have each role, in order of preference.
pub(super) const ROLES: [&[Key]; ROLE_COUNT] = [
    &[Key::named("event_id"), Key::named("eventId"), Key::named("id")],
    &[Key::named("event_name"), Key::named("event"), Key::named("name")],
    &[Key::named("severity"), PRIORITY],
    &[Key::named("time"), Key::named("timestamp"), Key::named("@timestamp"), Key::named("date"), Key::named("rt")],
    &[Key::named("host"), Key::named("hostname"), Key::named("dvchost")],
    &[Key::named("version"), Key::named("product_version")],
    &[Key::named("origin")],
];

impl Role {
    const ALL: [Self; ROLE_COUNT] =
        [Self::Id, Self::Name, Self::Severity, Self::Time, Self::Host, Self::ProductVersion, Self::Origin];

    /// Returns the role that a field with this key may have.
    pub(super) fn of_key(key: Key) -> Option<Self> {
        Self::ALL.into_iter().zip(ROLES).find(|(_, keys)| keys.contains(&key)).map(|(role, _)| role)
    }

    /// The name of the role.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Severity => "severity",
            Self::Time => "time",
            Self::Host => "host",
            Self::ProductVersion => "product version",
            Self::Origin => "origin",
        }
    }

    /// Returns the first field for this role whose value `parse` accepts: its key and the parsed
    /// value.
    pub(super) fn find<'r, T>(
        self,
        record: Record<'r>,
        parse: impl Fn(Value<'r>, Key) -> Option<T>,
    ) -> Option<(Key, T)> {
        let keys = *ROLES.get(self as usize)?;
        keys.iter().find_map(|&key| Some((key, parse(record.scalar(key)?, key)?)))
    }

    /// Returns the key of the field that has this role.
    pub(super) fn taken_by(self, record: Record<'_>, timezone: Offset) -> Option<Key> {
        let found = self.find(record, |value, key| match self {
            Self::Id => id_of(value, key).map(drop),
            Self::Severity => Severity::parse(value.bytes(), key).map(drop),
            Self::Time => parse_millis(value.bytes(), timezone).map(drop),
            _ => value.visible().map(drop),
        });
        found.map(|(key, ())| key)
    }
}

/// Returns the event id that a value is. Shippers number what they send, so an `id` that is a long
/// number is none.
#[inline(always)] // Two comparisons, mostly.
pub(super) fn id_of<'r>(value: Value<'r>, key: Key) -> Option<Value<'r>> {
    const ID: Key = Key::named("id");
    const DIGITS_MAX: usize = 12;
    value.visible().filter(|id| key != ID || id.len() <= DIGITS_MAX || !id.bytes().iter().all(u8::is_ascii_digit))
}
