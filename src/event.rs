//! Record to event: what it means. All doubt ends here; writing an event as a line cannot fail.

use crate::Changes;
use crate::bytes::trim;
use crate::catalog::{self, COMMON, Found};
use crate::config::{Config, ExtraFields, UnknownEvents};
use crate::key::{Key, KeySet, Keys};
use crate::record::{Name, Received, Record, Token, Value};
use crate::rejection::Problem;
use crate::shape::Shapes;
use crate::time::parse_millis;

/// What a record means.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event<'r> {
    /// What the catalog says of it, if it is there.
    pub(crate) found: Option<Found>,
    /// The event id: as the catalog spells it, or for an unknown event as received. Not blank.
    pub(crate) id: Token<'r>,
    /// The event name: the record's own, else the catalog's. Not blank.
    pub(crate) name: Token<'r>,
    /// How grave it is.
    pub(crate) severity: Severity,
    /// When it happened, else when the record was received, in milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) millis: Option<i64>,
    /// The host that reports it.
    pub(crate) host: Option<Token<'r>>,
    /// The version of the product that reports it.
    pub(crate) product_version: Option<Token<'r>>,
    /// The module that reports it, such as `COSE`, if the record says so.
    pub(crate) origin: Option<Token<'r>>,
    record: Record<'r>,
    /// The keys that describe the event as a whole.
    taken: KeySet,
    /// Where the other fields stand in the record, in the order in which they are written; absent ones may be among them.
    order: &'r [u16],
    documented: &'static Keys,
    extra_fields: ExtraFields,
}

impl<'r> Token<'r> {
    /// Text of the catalog's or of this module's, which is letters, digits, spaces and signs that no format escapes.
    const fn known(text: &'static str) -> Self {
        Self::new(text.as_bytes(), true)
    }

    /// Stands for it where nothing of it is to be changed.
    pub(crate) fn harmless(self) -> Self {
        Self::known("x")
    }

    /// The text without white space and control characters at its ends, unless that leaves nothing.
    #[inline]
    fn visible(self) -> Option<Self> {
        if self.plain {
            return Some(self);
        }
        let bytes = trim(self.bytes());
        (!bytes.is_empty()).then_some(Self::new(bytes, false))
    }
}

/// The scale that CEF and the vendor's SIEM page use: 0 to 10, higher is graver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Severity(u8);

impl Severity {
    /// The severity of an event of which nothing is known.
    pub const DEFAULT: Self = Self(5);

    /// From 0 (lowest) to 10; anything beyond is taken for the nearest.
    #[must_use]
    pub fn from_cef(severity: i64) -> Self {
        Self(severity.clamp(0, 10) as u8)
    }

    /// From the severity of RFC 5424, section 6.2.1: 0 (emergency) to 7 (debug).
    #[must_use]
    pub fn from_syslog(severity: i64) -> Self {
        Self::from_cef(10 - severity.clamp(0, 7))
    }

    /// 0 to 10.
    #[must_use]
    pub fn cef(self) -> u8 {
        self.0
    }

    /// 0 (emergency) to 7 (debug).
    #[must_use]
    pub fn syslog(self) -> u8 {
        (10 - self.0).min(7)
    }

    /// Reads a severity: a number within the scale of `key`, a word of CEF (`Very-High`), or a keyword of syslog (`alert`).
    fn parse(text: &[u8], key: Key) -> Option<Self> {
        let text = trim(text);
        if let Some(number) = whole_number(text) {
            return match number {
                0..=7 if key == PRIORITY => Some(Self::from_syslog(number)),
                0..=10 if key != PRIORITY => Some(Self::from_cef(number)),
                _ => None,
            };
        }
        let mut word = [0; 16];
        let lower = word.get_mut(..text.len())?;
        lower.copy_from_slice(text);
        lower.make_ascii_lowercase();
        // The words of CEF, each with the highest number of its band, and the keywords of syslog.
        Some(Self(match &*lower {
            b"low" | b"debug" => 3,
            b"info" | b"informational" => 4,
            b"notice" => 5,
            b"medium" | b"warning" | b"warn" => 6,
            b"err" | b"error" => 7,
            b"high" | b"crit" | b"critical" => 8,
            b"alert" => 9,
            b"very-high" | b"very high" | b"emerg" | b"emergency" | b"panic" => 10,
            _ => return None,
        }))
    }
}

const PRIORITY: Key = Key::named("priority");
const SUID: Key = Key::named("suid");

/// What a field says of the event as a whole, and the keys that say it, the first first.
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

impl Role {
    pub(crate) const ALL: [Self; ROLES.len()] =
        [Self::Id, Self::Name, Self::Severity, Self::Time, Self::Host, Self::ProductVersion, Self::Origin];

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
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

    /// That of a field of this key.
    pub(crate) fn of(key: Key) -> Option<Self> {
        Self::ALL.into_iter().zip(ROLES).find(|(_, keys)| keys.contains(&key)).map(|(role, _)| role)
    }
}

const ROLES: [&[Key]; 7] = [
    &[Key::named("event_id"), Key::named("eventId"), Key::named("id")],
    &[Key::named("event_name"), Key::named("event"), Key::named("name")],
    &[Key::named("severity"), PRIORITY],
    &[Key::named("time"), Key::named("timestamp"), Key::named("@timestamp"), Key::named("date"), Key::named("rt")],
    &[Key::named("host"), Key::named("hostname"), Key::named("dvchost")],
    &[Key::named("version"), Key::named("product_version")],
    &[Key::named("origin")],
];

/// What follows from the shape of a record: which fields describe the event as a whole, if they make sense, and in which order the
/// others are then written.
#[derive(Debug)]
pub(crate) struct Layout {
    first: [Option<First>; ROLES.len()],
    /// For each list of documented keys that was met.
    orders: Vec<(&'static Keys, Vec<u16>)>,
}

/// The first of the fields that may have a role.
#[derive(Debug, Clone, Copy)]
struct First {
    key: Key,
    place: u16,
    /// Whether there are others.
    more: bool,
}

/// More are not kept.
const ORDERS_MAX: usize = 16;

impl Layout {
    fn of(record: Record<'_>) -> Self {
        let first = ROLES.map(|keys| {
            let mut fields = keys.iter().filter_map(|&key| Some((key, record.place_of(key)?)));
            let (key, place) = fields.next()?;
            Some(First { key, place, more: fields.next().is_some() })
        });
        Self { first, orders: Vec::new() }
    }

    /// The order for these documented keys, of records whose roles are taken by the first field that may, or by none because that one
    /// is absent.
    #[inline(always)]
    fn order<'l>(
        &'l mut self,
        record: Record<'_>,
        documented: &'static Keys,
        extra_fields: ExtraFields,
        spare: &'l mut Vec<u16>,
    ) -> &'l [u16] {
        if let Some(kept) = self.orders.iter().position(|(keys, _)| std::ptr::eq(*keys, documented)) {
            return self.orders.get(kept).map_or(&[], |(_, order)| order);
        }
        let mut taken = KeySet::default();
        self.first.iter().flatten().for_each(|first| taken.insert(first.key));
        arrange(record, taken, documented, extra_fields, spare);
        if self.orders.len() < ORDERS_MAX {
            self.orders.push((documented, spare.clone()));
        }
        spare
    }
}

impl<'r> Event<'r> {
    /// Says what `record` means. `received` serves where it gives no time.
    #[inline(always)]
    pub(crate) fn resolve(
        record: Record<'r>,
        shapes: &'r mut Shapes,
        config: &Config,
        received: Option<i64>,
        changes: &mut Changes,
    ) -> Result<Self, Problem> {
        let (kept, spare) = shapes.layout(record.shape());
        let layout = kept.map(|kept| &mut **kept.get_or_insert_with(|| Box::new(Layout::of(record))));
        let first = layout.as_ref().map_or_else(|| Layout::of(record).first, |layout| layout.first);
        let mut envelope = Envelope { record, first, taken: KeySet::default(), as_laid_out: true };
        let visible = |token: Token<'r>, _| token.visible();
        let id = envelope.take(Role::Id, visible);
        let name = envelope.take(Role::Name, visible);
        let by_id = id.and_then(|id| catalog::by_id(id.bytes()));
        let found = by_id.or_else(|| name.and_then(|name| catalog::by_name(name.bytes()))).or_else(|| {
            let untyped = id.is_none() && name.is_none();
            record.scalar(SUID).filter(|_| untyped).and_then(|suid| catalog::by_suid(suid.bytes()))
        });
        let (id, name) = match (found, id, name) {
            (Some(found), id, name) => {
                // An id that the catalog does not hold stands, though the name told the kind.
                let unknown = id.filter(|_| by_id.is_none());
                (unknown.unwrap_or(Token::known(found.id.id)), name.unwrap_or(Token::known(found.name)))
            }
            (None, None, None) => return Err(Problem::NotAnEvent),
            (None, ..) if config.unknown_events == UnknownEvents::Reject => return Err(Problem::UnknownEvent),
            (None, id, name) => (id.or(name).unwrap_or(UNKNOWN), name.unwrap_or(UNKNOWN)),
        };
        let severity = envelope.take(Role::Severity, |severity, key| Severity::parse(severity.bytes(), key));
        let severity = severity.unwrap_or_else(|| {
            found.map_or(Severity::DEFAULT, |found| Severity::from_syslog(found.id.syslog_severity.into()))
        });
        let zone = config.timezone;
        let millis = envelope.take(Role::Time, |time, _| parse_millis(time.bytes(), zone)).or(received);
        let host = envelope.take(Role::Host, visible);
        let product_version = envelope.take(Role::ProductVersion, visible);
        let origin = envelope.take(Role::Origin, visible);
        let Envelope { taken, as_laid_out, .. } = envelope;
        let documented = found.map(|found| found.kind.keys).filter(|keys| !keys.is_empty()).unwrap_or(COMMON);
        let extra_fields = config.extra_fields;
        let order = match layout.filter(|_| as_laid_out) {
            Some(layout) => layout.order(record, documented, extra_fields, spare),
            None => {
                arrange(record, taken, documented, extra_fields, spare);
                spare
            }
        };
        if record.is_renamed() {
            let fields = order.iter().filter_map(|&place| record.at(place));
            changes.renamed += fields.filter(|field| field.renamed).count() as u64;
        }
        if extra_fields == ExtraFields::Drop {
            let taken = taken.iter().filter(|&key| record.get(key).is_some()).count();
            let written = order.iter().filter(|&&place| record.at(place).is_some()).count();
            changes.dropped += (record.len() - taken - written) as u64;
        }
        Ok(Self {
            found,
            id,
            name,
            severity,
            millis,
            host,
            product_version,
            origin,
            record,
            taken,
            order,
            documented,
            extra_fields,
        })
    }

    /// The time that a record gives, whatever else it is.
    pub(crate) fn time(record: Record<'_>, config: &Config) -> Option<i64> {
        find(record, Role::Time, |time, _| parse_millis(time.bytes(), config.timezone)).map(|(_, millis)| millis)
    }

    /// What it was made of.
    pub(crate) fn record(&self) -> Record<'r> {
        self.record
    }

    /// Which field of the record says this of the event.
    pub(crate) fn source(&self, role: Role, config: &Config) -> Option<Key> {
        let source = match role {
            Role::Severity => find(self.record, role, |text, key| Severity::parse(text.bytes(), key).map(drop)),
            Role::Time => find(self.record, role, |text, _| parse_millis(text.bytes(), config.timezone).map(drop)),
            _ => find(self.record, role, |text, _| text.visible().map(drop)),
        };
        source.map(|(key, ())| key)
    }

    /// Where the fields stand in the record that [`Event::fields`] gives; absent ones may be among them.
    pub(crate) fn places(&self) -> &'r [u16] {
        self.order
    }

    /// The same event, as if it had no field of this key.
    pub(crate) fn without(mut self, key: Key) -> Self {
        self.taken.insert(key);
        self
    }

    /// The same event, of whose fields only the first so many places are written.
    pub(crate) fn with_first(self, places: usize) -> Self {
        Self { order: self.order.get(..places).unwrap_or(self.order), ..self }
    }

    /// The name and value of every field: first of those that the kind documents, in documented order, then of the others as received.
    #[inline(always)]
    pub(crate) fn fields(&self) -> impl Iterator<Item = Received<'r>> {
        let record = self.record;
        self.order.iter().filter_map(move |&place| record.at(place))
    }

    /// Whether a field of this name is documented for the kind or for all events.
    pub(crate) fn is_documented(&self, name: Name<'_>) -> bool {
        matches!(name, Name::Known(key) if is_documented(key, self.documented))
    }

    /// The value of the field of this key.
    pub(crate) fn get(&self, key: Key) -> Option<Token<'r>> {
        let written = !self.taken.contains(key) && writes(Some(key), self.documented, self.extra_fields);
        self.record.get(key).filter(|_| written)
    }
}

/// Puts the fields that are not taken in the order in which they are written.
fn arrange(
    record: Record<'_>,
    taken: KeySet,
    documented: &'static Keys,
    extra_fields: ExtraFields,
    order: &mut Vec<u16>,
) {
    order.clear();
    order.extend(documented.iter().filter(|&&key| !taken.contains(key)).filter_map(|&key| record.place_of(key)));
    let before = taken.union(documented.set());
    for (place, key) in (0..).zip(record.names()) {
        if key.is_none_or(|key| !before.contains(key)) && writes(key, documented, extra_fields) {
            order.push(place);
        }
    }
}

/// Whether a field of this key, or of none, is written, if it was not taken.
fn writes(key: Option<Key>, documented: &Keys, extra_fields: ExtraFields) -> bool {
    extra_fields == ExtraFields::Keep || key.is_some_and(|key| is_documented(key, documented))
}

fn is_documented(key: Key, documented: &Keys) -> bool {
    documented.contains(key) || COMMON.contains(key)
}

/// Stands for an id or a name that is not known.
const UNKNOWN: Token<'static> = Token::known("Unknown event");

/// A whole number, also one that passed through a floating point number (`22.0`).
pub(crate) fn whole_number(value: &[u8]) -> Option<i64> {
    // Most are port numbers.
    if let [b'1'..=b'9', rest @ ..] = value
        && rest.len() < 8
        && value.iter().all(u8::is_ascii_digit)
    {
        return Some(value.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')));
    }
    let value = str::from_utf8(value).ok()?;
    let whole = match value.split_once('.') {
        Some((whole, decimals)) if decimals.bytes().all(|byte| byte == b'0') => whole,
        _ => value,
    };
    whole.parse().ok()
}

/// The first of the fields for this role that holds what `parse` takes, and its key.
fn find<'r, T>(record: Record<'r>, role: Role, parse: impl Fn(Token<'r>, Key) -> Option<T>) -> Option<(Key, T)> {
    let keys = *ROLES.get(role as usize)?;
    keys.iter().find_map(|&key| Some((key, parse(record.scalar(key)?, key)?)))
}

/// Tells the fields that describe the event as a whole from the others.
struct Envelope<'r> {
    record: Record<'r>,
    first: [Option<First>; ROLES.len()],
    taken: KeySet,
    /// Whether every field taken was the first for its role, and every one that was not is absent.
    as_laid_out: bool,
}

impl<'r> Envelope<'r> {
    /// Takes the first of the fields for this role that holds what `parse` takes.
    #[inline(always)]
    fn take<T>(&mut self, role: Role, parse: impl Fn(Token<'r>, Key) -> Option<T>) -> Option<T> {
        let First { key, place, more } = (*self.first.get(role as usize)?)?;
        let value = self.record.value_at(place);
        if let Value::Scalar(token) = value
            && let Some(parsed) = parse(token, key)
        {
            self.taken.insert(key);
            return Some(parsed);
        }
        if more || !matches!(value, Value::Absent) {
            self.as_laid_out = false;
            return self.take_another(role, parse);
        }
        None
    }

    #[inline(never)]
    fn take_another<T>(&mut self, role: Role, parse: impl Fn(Token<'r>, Key) -> Option<T>) -> Option<T> {
        let (key, parsed) = find(self.record, role, parse)?;
        self.taken.insert(key);
        Some(parsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_severities_both_ways() {
        for syslog in 0..=7 {
            assert_eq!(Severity::from_syslog(syslog).syslog(), syslog as u8);
            assert_eq!(Severity::from_syslog(syslog).cef(), 10 - syslog as u8);
        }
        assert_eq!(Severity::from_cef(11).cef(), 10);
        assert_eq!(Severity::from_cef(-1).syslog(), 7);
        assert_eq!(Severity::from_syslog(9).cef(), 3);
    }

    #[test]
    fn reads_severities_as_numbers_and_words() {
        let severity = Key::named("severity");
        for (text, key, cef) in [
            ("9", severity, Some(9)),
            (" 9.0 ", severity, Some(9)),
            ("99", severity, None),
            ("-1", severity, None),
            ("Informational", severity, Some(4)),
            ("very high", PRIORITY, Some(10)),
            ("Very-High", severity, Some(10)),
            ("ALERT", severity, Some(9)),
            ("1", PRIORITY, Some(9)),
            ("notice", PRIORITY, Some(5)),
            ("8", PRIORITY, None),
            ("7", PRIORITY, Some(3)),
            ("Unknown", severity, None),
            ("9.5", severity, None),
            ("", severity, None),
        ] {
            assert_eq!(Severity::parse(text.as_bytes(), key).map(Severity::cef), cef, "{text}");
        }
    }
}
