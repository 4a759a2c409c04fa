//! Resolves records: finds out what they mean.

use serde::{Deserialize, Serialize};

use super::model::Event;
use super::role::{ROLE_COUNT, ROLES, Role, host_of_object, id_of, time_of};
use super::selection::{Selection, Taken};
use super::severity::{PRIORITY, Severity};
use crate::bytes::Value;
use crate::catalog::{self, COMMON, Found};
use crate::changes::Why;
use crate::key::{Key, Keys};
use crate::outcome::Problem;
use crate::record::{Around, Content, NODES_MAX, NodeId, Record};
use crate::time::{Offset, parse_millis};
use crate::trace::{Notes, Seen, SeenField, Source, Trace, UnusedRole};

/// The options of the resolver.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// The time zone of times without an offset.
    pub(crate) timezone: Offset,
    /// The name of the field that has the time, before all others.
    pub(crate) time_field: Option<String>,
    pub(crate) unknown_events: UnknownEvents,
    pub(crate) extra_fields: ExtraFields,
}

/// What to do with events that the catalog does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UnknownEvents {
    /// Write them with their own id, name and severity.
    #[default]
    Write,
    /// Reject them.
    Reject,
}

/// What to do with fields that are documented neither for the event nor for all events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ExtraFields {
    /// Write them after the documented ones.
    #[default]
    Keep,
    /// Drop and count them.
    Drop,
}

const SUID: Key = Key::named("suid");

/// The name of an unknown event that gives none.
const UNKNOWN_NAME: Value<'static> = Value::known("Unknown event");

/// Resolves records, and keeps what follows from their shapes.
#[derive(Debug)]
pub(crate) struct Resolver {
    options: Options,
    /// What follows from each shape, by the index of its node.
    layouts: Vec<Option<Box<Layout>>>,
    /// The order of the fields of a record whose shape is not kept.
    spare: Vec<u16>,
}

/// What follows from a shape: the candidates for each role, and the order in which the other fields
/// are written.
#[derive(Debug)]
struct Layout {
    candidates: Candidates,
    /// The order for each list of documented keys met so far.
    orders: Vec<(&'static Keys, Vec<u16>)>,
}

/// The first of the fields that may have each role.
#[derive(Debug)]
struct Candidates {
    all: [Option<Candidate>; ROLE_COUNT],
    /// Their keys.
    keys: Taken,
}

/// The first of the fields that may have a role.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    key: Key,
    index: u16,
    /// Whether there are others.
    more: bool,
}

/// The maximum number of orders that a layout keeps.
const ORDERS_MAX: usize = 16;

impl Resolver {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, layouts: Vec::new(), spare: Vec::new() }
    }

    /// Forgets what follows from shapes, as their nodes are no longer valid.
    pub(crate) fn forget(&mut self) {
        self.layouts.clear();
    }

    /// Resolves a record. `around` serves where it does not say.
    ///
    /// # Errors
    ///
    /// If the record is not an event, or not in the catalog and `unknown_events` is `reject`.
    #[inline(always)] // The event is written right away; returning it in memory would cost more.
    pub(crate) fn resolve<'r, T: Trace>(
        &'r mut self,
        record: Record<'r>,
        around: Around<'r>,
        notes: &mut Notes<T>,
    ) -> Result<Event<'r>, Box<Problem>> {
        let Self { options, layouts, spare } = self;
        let Options { timezone, unknown_events, extra_fields, .. } = *options;
        let layout = layout(layouts, record.shape(), record);
        let own;
        let candidates = match &layout {
            Some(layout) => &layout.candidates,
            None => {
                own = Candidates::of(record);
                &own
            }
        };
        let mut roles = Roles { record, candidates, timezone, are_candidates: true };
        let name = roles.take_visible(Role::Name);
        let (id, by_id) = roles.take(Role::Id, |id, key| id_of(id, key, name)).unzip();
        let by_id = by_id.flatten().map(|found| found.named(name.map(Value::bytes)));
        let found = by_id.or_else(|| by_name_or_suid(record, id, name));
        let (id, name) = identity(found, by_id.is_some(), id, name, unknown_events)?;
        let severity = roles.take(Role::Severity, |severity, key| Severity::parse(severity.bytes(), key));
        let severity = severity.or_else(|| found.map(|found| Severity::from_syslog(found.syslog_severity().into())));
        let is_severity_around = severity.is_none() && around.severity.is_some();
        let severity = severity.unwrap_or_else(|| syslog_severity(around));
        let time_source = match &options.time_field {
            Some(name) => roles.take_time(name.as_bytes(), around, notes),
            None => None,
        };
        let millis = match time_source {
            Some((millis, _)) => Some(millis),
            None => roles.take(Role::Time, |time, key| time_of(time, key, record, timezone)).or(around.time),
        };
        let host = roles.take_visible(Role::Host).or_else(|| roles.take_host_object());
        let product_version = roles.take_visible(Role::ProductVersion);
        let origin = roles.take_visible(Role::Origin);
        if !roles.are_candidates {
            note_unreadable(record, timezone, notes);
        }
        let are_candidates = roles.are_candidates;
        let taken = if are_candidates { candidates.keys } else { roles.taken(time_source.map(|(_, source)| source)) };
        let host = host.or(around.host);
        let documented = found.map(Found::keys).filter(|keys| !keys.is_empty()).unwrap_or(COMMON);
        if T::LISTENS {
            notes.trace.resolved(seen(record, timezone, found, by_id.is_some()));
        }
        let keeps_extra = extra_fields == ExtraFields::Keep;
        // Where it is made, it is used: in the event, or where the fields are put in order. Copies cost 60.
        let selection = || Selection { record, taken, documented, keeps_extra };
        let order = order(layout.filter(|_| are_candidates), documented, selection, spare);
        if record.is_renamed() || !keeps_extra {
            selection().note(order, notes);
        }
        Ok(Event {
            found,
            id,
            name,
            severity,
            is_severity_around,
            time_source: time_source.map(|(_, source)| source),
            millis,
            host,
            product_version,
            origin,
            timezone,
            selection: selection(),
            order,
        })
    }
}

/// Returns the severity of an event that is not in the catalog and gives none.
#[inline(never)] // Few records need it.
fn syslog_severity(around: Around<'_>) -> Severity {
    let severity = around.severity.and_then(|severity| Severity::parse(severity.bytes(), PRIORITY));
    severity.unwrap_or(Severity::DEFAULT)
}

/// Returns the layout of the shape that ends at this node, if it can be kept.
#[inline(always)] // Two loads, once a record.
fn layout<'l>(layouts: &'l mut Vec<Option<Box<Layout>>>, node: NodeId, record: Record<'_>) -> Option<&'l mut Layout> {
    let index = node.index()?;
    if index >= layouts.len() {
        layouts.resize_with(NODES_MAX, || None);
    }
    let layout = layouts.get_mut(index)?;
    Some(layout.get_or_insert_with(|| Box::new(Layout { candidates: Candidates::of(record), orders: Vec::new() })))
}

/// Finds the kind of a record whose id does not determine it.
#[inline(always)] // As `resolve`.
fn by_name_or_suid(record: Record<'_>, id: Option<Value<'_>>, name: Option<Value<'_>>) -> Option<Found> {
    match (id, name) {
        (_, Some(name)) => catalog::by_name(name.bytes()),
        (None, None) => catalog::by_suid(record.scalar(SUID)?.bytes()),
        (Some(_), None) => None,
    }
}

/// Returns the id and the name to write.
#[inline(always)] // As `resolve`.
fn identity<'r>(
    found: Option<Found>,
    is_by_id: bool,
    id: Option<Value<'r>>,
    name: Option<Value<'r>>,
    unknown_events: UnknownEvents,
) -> Result<(Value<'r>, Value<'r>), Box<Problem>> {
    match (found, id, name) {
        (Some(found), id, name) => {
            // An id that the catalog does not hold is written, even if the name determines the
            // kind.
            let unknown = id.filter(|_| !is_by_id);
            let (known_id, known_name) = found.values();
            Ok((unknown.unwrap_or(known_id), name.unwrap_or(known_name)))
        }
        (None, None, None) => Err(Problem::NotAnEvent.boxed()),
        (None, ..) if unknown_events == UnknownEvents::Reject => Err(Problem::UnknownEvent.boxed()),
        (None, Some(id), name) => Ok((id, name.unwrap_or(UNKNOWN_NAME))),
        (None, None, Some(name)) => Ok((name, name)),
    }
}

/// Returns what a trace records of a resolved record.
fn seen(record: Record<'_>, timezone: Offset, found: Option<Found>, is_by_id: bool) -> Seen {
    let key_of = |role: Role| role.taken_by(record, timezone);
    let found_by = if is_by_id { key_of(Role::Id) } else { key_of(Role::Name).or(Some(SUID)) };
    let found_by = found_by.filter(|_| found.is_some());
    let unused_role = |key: Key| {
        let role = Role::of_key(key)?;
        let said_by = role.taken_by(record, timezone);
        (said_by != Some(key)).then_some(UnusedRole { role: role.name(), said_by })
    };
    let fields = (0..).zip(record.keys());
    let fields = fields.map(|(index, key)| SeenField {
        is_absent: record.field(index).is_none(),
        unused_role: key.and_then(unused_role),
    });
    Seen {
        record: record.window().to_vec(),
        found,
        found_by: found_by.and_then(|key| record.index_of(key)),
        fields: fields.collect(),
    }
}

/// Returns the order of the selected fields. That of a layout holds for records in which each role
/// is taken by its first candidate, or its only candidate is absent.
#[inline(always)] // A comparison or two, once a record.
fn order<'l, 'r>(
    layout: Option<&'l mut Layout>,
    documented: &'static Keys,
    selection: impl Fn() -> Selection<'r>,
    spare: &'l mut Vec<u16>,
) -> &'l [u16] {
    let Some(Layout { candidates, orders }) = layout else {
        selection().arrange(spare);
        return spare;
    };
    if let Some(kept) = orders.iter().position(|(keys, _)| std::ptr::eq(*keys, documented)) {
        return orders.get(kept).map_or(&[], |(_, order)| order);
    }
    // A candidate that is absent here may be present in the next record of the shape.
    Selection { taken: candidates.keys, ..selection() }.arrange(spare);
    if orders.len() < ORDERS_MAX {
        orders.push((documented, spare.clone()));
    }
    spare
}

impl Candidates {
    #[inline(never)] // Once a shape.
    fn of(record: Record<'_>) -> Self {
        let mut keys = Taken::default();
        let all = ROLES.map(|of_role| {
            let mut fields = of_role.iter().filter_map(|&key| Some((key, record.index_of(key)?)));
            let (key, index) = fields.next()?;
            keys.insert(key);
            Some(Candidate { key, index, more: fields.next().is_some() })
        });
        Self { all, keys }
    }
}

/// Finds the fields that describe the event as a whole.
struct Roles<'r, 'c> {
    record: Record<'r>,
    candidates: &'c Candidates,
    timezone: Offset,
    /// Whether each role was taken by its first candidate, or its only candidate is absent.
    are_candidates: bool,
}

impl<'r> Roles<'r, '_> {
    /// Takes the first field for this role whose value `parse` accepts.
    #[inline(always)] // Seven times a record, each with a role that the compiler knows.
    fn take<T>(&mut self, role: Role, parse: impl Fn(Value<'r>, Key) -> Option<T>) -> Option<T> {
        let Candidate { mut key, mut index, more } = (*self.candidates.all.get(role as usize)?)?;
        let mut is_first = true;
        loop {
            let content = self.record.content(index);
            if let Content::Scalar(value) = content
                && let Some(parsed) = parse(value, key)
            {
                return Some(parsed);
            }
            if !is_first || !more && matches!(content, Content::Absent) {
                return None;
            }
            (key, index) = self.another(role)?;
            is_first = false;
        }
    }

    /// Takes the first field for this role that has a text.
    #[inline(always)] // As `take`.
    fn take_visible(&mut self, role: Role) -> Option<Value<'r>> {
        let candidate = (*self.candidates.all.get(role as usize)?)?;
        self.record.plain_value(candidate.index).or_else(|| self.take_trimmed(role))
    }

    #[inline(never)] // Most texts are plain.
    fn take_trimmed(&mut self, role: Role) -> Option<Value<'r>> {
        self.take(role, |value, _| value.visible())
    }

    /// Returns the keys of the fields that have roles, where they are not all candidates.
    #[inline(never)] // Few records need it.
    fn taken(&self, time_source: Option<Source>) -> Taken {
        let mut taken = Taken::default();
        for role in Role::ALL {
            let key = match time_source {
                Some(Source::Field(index)) if role == Role::Time => {
                    self.record.field(index).and_then(|field| field.name.key())
                }
                // It is that around the record, whose own is written as a field.
                Some(_) if role == Role::Time => None,
                _ => role.taken_by(self.record, self.timezone),
            };
            if let Some(key) = key {
                taken.insert(key);
            }
        }
        taken
    }

    /// Returns the field that has this role if the candidate has not: its key and its index.
    #[inline(never)] // Few records need it.
    fn another(&mut self, role: Role) -> Option<(Key, u16)> {
        self.are_candidates = false;
        let key = role.taken_by(self.record, self.timezone)?;
        Some((key, self.record.index_of(key)?))
    }

    /// Takes the time of the field that the configuration names.
    #[inline(never)] // Few configurations name one.
    fn take_time<T: Trace>(&mut self, name: &[u8], around: Around<'_>, notes: &mut Notes<T>) -> Option<(i64, Source)> {
        let record = self.record;
        let key = Key::find(name).map(|(key, _)| key);
        let index = match key {
            Some(key) => record.index_of(key),
            None => record.other(name),
        };
        let field = index.and_then(|index| record.field(index));
        if let Some(field) = field {
            if let Some(millis) = parse_millis(field.value.bytes(), self.timezone) {
                self.are_candidates = false;
                return Some((millis, Source::Field(field.index)));
            }
            if key.is_none_or(|key| !Role::Time.keys().contains(&key)) {
                note_field(Role::Time, Source::Field(field.index), notes);
            }
        }
        let millis = around.time.filter(|_| around.is_time_named)?;
        self.are_candidates = false;
        Some((millis, Source::Around))
    }

    /// Takes the host that is an object.
    #[inline(always)] // A comparison, mostly.
    fn take_host_object(&mut self) -> Option<Value<'r>> {
        if self.are_candidates {
            return None;
        }
        host_of_object(self.record).map(|(_, host)| host)
    }
}

/// Notes the times and severities that cannot be read.
#[inline(never)] // Few records have any.
fn note_unreadable<T: Trace>(record: Record<'_>, timezone: Offset, notes: &mut Notes<T>) {
    for role in [Role::Time, Role::Severity] {
        for (key, value) in role.keys().iter().filter_map(|&key| Some((key, record.get(key)?))) {
            let is_read = match role {
                Role::Time => parse_millis(value.bytes(), timezone).is_some(),
                _ => Severity::parse(value.bytes(), key).is_some(),
            };
            if is_read {
                break;
            }
            note_field(role, record.index_of(key).map_or(Source::Format, Source::Field), notes);
        }
    }
}

/// Notes that a field cannot be read as the time or the severity.
#[inline(never)] // Few fields are such.
fn note_field<T: Trace>(role: Role, field: Source, notes: &mut Notes<T>) {
    notes.about(|| field);
    notes.changed(Why::Unreadable(role.name()));
}
