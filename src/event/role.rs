//! The roles of fields: what they say of the event as a whole.

use super::severity::{PRIORITY, Severity};
use crate::bytes::{Buffer, Value, string_end};
use crate::catalog::{self, Found};
use crate::json::Json;
use crate::key::Key;
use crate::record::{Content, Record};
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

const ID: Key = Key::named("id");
const RT: Key = Key::named("rt");
const DATE: Key = Key::named("date");
const HOST: Key = Key::named("host");
const HOSTNAME: Key = Key::named("hostname");

/// The keys of times that shippers add.
const STAMPS: [Key; 2] = [Key::named("@timestamp"), Key::named("_time")];

/// The keys that may have each role, in order of preference.
pub(super) const ROLES: [&[Key]; ROLE_COUNT] = [
    &[Key::named("event_id"), Key::named("eventId"), Key::named("id")],
    &[Key::named("event_name"), Key::named("event"), Key::named("name")],
    &[Key::named("severity"), PRIORITY],
    &[RT, Key::named("time"), Key::named("timestamp"), DATE, STAMPS[0], STAMPS[1]],
    &[HOST, HOSTNAME, Key::named("dvchost")],
    &[Key::named("version"), Key::named("product_version")],
    &[Key::named("origin")],
];

impl Role {
    pub(super) const ALL: [Self; ROLE_COUNT] =
        [Self::Id, Self::Name, Self::Severity, Self::Time, Self::Host, Self::ProductVersion, Self::Origin];

    /// Returns the role that a field with this key may have.
    pub(crate) fn of_key(key: Key) -> Option<Self> {
        Self::ALL.into_iter().zip(ROLES).find(|(_, keys)| keys.contains(&key)).map(|(role, _)| role)
    }

    /// The keys that may have it, in order of preference.
    pub(super) fn keys(self) -> &'static [Key] {
        ROLES.get(self as usize).copied().unwrap_or_default()
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

    /// Returns the key of the first field whose value is one for this role.
    pub(super) fn taken_by(self, record: Record<'_>, timezone: Offset) -> Option<Key> {
        let is_one = |key: Key| {
            let Some(value) = record.scalar(key) else { return false };
            match self {
                Self::Id => id_of(value, key, Self::name_of(record)).is_some(),
                Self::Severity => Severity::parse(value.bytes(), key).is_some(),
                Self::Time => time_of(value, key, record, timezone).is_some(),
                _ => value.visible().is_some(),
            }
        };
        let of_object = || host_of_object(record).filter(|_| self == Self::Host).map(|(key, _)| key);
        self.keys().iter().copied().find(|key| is_one(*key)).or_else(of_object)
    }

    /// Returns the name that a record gives its event.
    fn name_of(record: Record<'_>) -> Option<Value<'_>> {
        Self::Name.keys().iter().find_map(|&key| record.scalar(key)?.visible())
    }
}

/// Returns the event id that a value is, and what the catalog holds of it. An `id` may be any number
/// that somebody gave the record: it is the event's only if the catalog holds it, and the event's name
/// is not that of another kind.
#[inline(always)] // Once a record.
pub(super) fn id_of<'r>(value: Value<'r>, key: Key, name: Option<Value<'_>>) -> Option<(Value<'r>, Option<Found>)> {
    let id = value.visible()?;
    let found = catalog::by_visible_id(id.bytes());
    (key != ID || found.is_some_and(|found| is_named(found, name))).then_some((id, found))
}

/// Returns whether a name may be that of this kind.
#[inline(never)] // Few records have no other id.
fn is_named(found: Found, name: Option<Value<'_>>) -> bool {
    let is_of_kind = |name: &[u8]| catalog::by_name(name).is_none_or(|named| named.row() == found.row());
    name.is_none_or(|name| found.is_spelled(name.bytes()) || is_of_kind(name.bytes()))
}

/// Returns the time that a value is. Shippers add a `date` of their own, as a number or with a `T`: it
/// comes after the other times that they add.
#[inline(always)] // A comparison, mostly.
pub(super) fn time_of(value: Value<'_>, key: Key, record: Record<'_>, timezone: Offset) -> Option<i64> {
    let millis = parse_millis(value.bytes(), timezone)?;
    let other = || STAMPS.iter().any(|stamp| record.scalar(*stamp).is_some());
    let of_shipper = || value.bytes().iter().all(|byte| !matches!(byte, b'/' | b' '));
    Some(millis).filter(|_| key != DATE || !other() || !of_shipper())
}

/// Returns the name of a host that is an object: `{"host": {"name": "vault01"}}`.
#[inline(never)] // Few records have such a host.
pub(super) fn host_of_object(record: Record<'_>) -> Option<(Key, Value<'_>)> {
    let is_object = |key: &Key| record.index_of(*key).is_some_and(|at| matches!(record.content(at), Content::Nested));
    let key = [HOST, HOSTNAME].into_iter().find(is_object)?;
    let text = record.get(key)?.bytes();
    let mut decoded = Buffer::default();
    for member in ["name", "hostname"] {
        let mut json = Json::new(text);
        let found = json.next_token() == Some(b'{') && json.locate_member(member, &mut decoded) == Ok(Some(b'"'));
        // A name with escapes is none.
        if let Some(end) = text.get(json.at() + 1..).filter(|_| found).map(string_end) {
            let name = text.get(json.at() + 1..json.at() + 1 + end)?;
            if let Some(name) = Value::new(name, false).visible() {
                return Some((key, name));
            }
        }
    }
    None
}
