//! What becomes of one record, field by field, and why. For people: nothing here is on the way of a batch.
//!
//! It is told by what the formatters do, not by what they should: an event is written with ever more of its fields, and what the line and
//! the counts of changes have more is what the last field gave.

use std::ops::Range;

use crate::Changes;
use crate::buffer::Buffer;
use crate::bytes::trim;
use crate::catalog::{self, Found};
use crate::config::{Carrier, CefKeys, Config, Format, Msg};
use crate::event::{Event, Role};
use crate::format::Formatter;
use crate::format::cef::{self, Cef};
use crate::format::fit::{Fate, Parts};
use crate::format::sensage;
use crate::json::Json;
use crate::key::{ALIASES, Key, Standing, Type};
use crate::record::{Name, Received, Record, is_absent};
use crate::transform::Observer;

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    /// What the catalog says of the event.
    pub found: Option<Found>,
    /// By what it was found there, such as `event_id`; empty if it was not.
    pub found_by: &'static str,
    /// Every field, in the order received; of a wrapper, those of the record in it.
    pub fields: Vec<Explained>,
    /// What else is in the line, and where it is from.
    pub others: Vec<Explained>,
    /// What the line does not say as the record did.
    pub changes: Changes,
}

/// What became of a field, or where a part of the line is from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explained {
    /// The field's name as received, or where the part is from: the catalog, the configuration or the reception.
    pub name: String,
    /// The value as JSON text.
    pub value: String,
    /// What stands in the line for it; empty if nothing does.
    pub written: Vec<String>,
    /// What was changed, and why.
    pub notes: Vec<String>,
}

/// Explains the event that becomes a line.
#[derive(Debug, Default)]
pub(crate) struct Explainer(Explanation);

impl Explainer {
    pub(crate) fn explanation(self, changes: Changes) -> Explanation {
        Explanation { changes, ..self.0 }
    }
}

impl Observer for Explainer {
    fn written(&mut self, event: &Event<'_>, config: &Config, line_max: usize) {
        let id =
            event.source(Role::Id, config).filter(|_| event.found.is_some_and(|found| by_id(event) == Some(found)));
        let name = event.source(Role::Name, config);
        let found_by = match (event.found, id.or(name)) {
            (None, _) => "",
            (Some(_), Some(key)) => key.name(),
            (Some(_), None) => "suid",
        };
        let outcome = Outcome::of(*event, config, line_max);
        self.0 = Explanation {
            found: event.found,
            found_by,
            fields: members(event.record()).iter().map(|member| outcome.of_member(member)).collect(),
            others: outcome.others(),
            changes: Changes::default(),
        };
    }
}

fn by_id(event: &Event<'_>) -> Option<Found> {
    catalog::by_id(event.id.bytes())
}

/// A member of a record.
struct Member {
    name: Vec<u8>,
    /// The value as JSON text.
    value: String,
    /// Where the record reader put it.
    place: usize,
    /// Whether there is one of the same name behind.
    repeated: bool,
}

/// The members of a record, those of its `extensions` among them.
fn members(record: Record<'_>) -> Vec<Member> {
    let (mut members, mut names) = (Vec::new(), Vec::new());
    let mut json = Json::new(record.window());
    read_members(&mut json, false, &mut members, &mut names);
    let places: Vec<_> = members.iter().map(|member: &Member| member.place).collect();
    for (number, member) in members.iter_mut().enumerate() {
        member.repeated = places.iter().skip(number + 1).any(|&place| place == member.place);
    }
    members
}

/// Reads members as the record reader does, which has found no fault in them.
fn read_members(
    json: &mut Json<'_>,
    inside: bool,
    members: &mut Vec<Member>,
    names: &mut Vec<(Option<Key>, Vec<u8>)>,
) -> Option<()> {
    json.take(b'{').then_some(())?;
    if json.take(b'}') {
        return Some(());
    }
    loop {
        json.next_token();
        json.key().ok()?;
        let mut decoded = Buffer::default();
        let name = json.decode_key(&mut decoded, &mut false).get(json.window(), &decoded).to_vec();
        let key = Key::find(&name).map(|(key, _)| key).filter(|key| !(inside && key.is_envelope()));
        let first = json.next_token();
        if !inside && first == Some(b'{') && key.is_some_and(|key| key.name() == "extensions") {
            read_members(json, true, members, names)?;
        } else {
            let start = json.at();
            json.skip(crate::json::DEPTH_MAX).ok()?;
            let value = String::from_utf8_lossy(json.window().get(start..json.at())?).into_owned();
            // Those of the key table are told apart by their key, others by their name.
            let identity = (key, if key.is_some() { Vec::new() } else { name.clone() });
            let place = names.iter().position(|other| *other == identity).unwrap_or(names.len());
            if place == names.len() {
                names.push(identity);
            }
            members.push(Member { name, value, place, repeated: false });
        }
        if !json.another(b'}', crate::json::Expected::CommaOrBrace).ok()? {
            return Some(());
        }
    }
}

/// An event, written with ever more of its fields.
struct Outcome<'e> {
    event: Event<'e>,
    config: &'e Config,
    /// The parts of the line that do not fit as they are, where they stood, and what becomes of them.
    fates: Vec<(Range<usize>, Fate)>,
    /// The line before it is made to fit.
    line: String,
    /// The same without fields, but for those that have room of their own.
    start: String,
    /// What each of [`Event::places`] gave.
    given: Vec<Given>,
}

/// What a field gave.
#[derive(Default)]
struct Given {
    /// The pair or parameter that was added for it, and what became of that to make the line fit; of two, the second is in MSG.
    texts: Vec<(String, Fate)>,
    changes: Changes,
}

/// What stands where the line has room for a field.
struct Room {
    name: &'static str,
    text: String,
    fate: Fate,
    changes: Changes,
}

impl Given {
    /// What of it is in the line: all of it, or the half that is for this key of a label and its value.
    fn written(&self, key: Option<Key>) -> impl Iterator<Item = String> {
        let pair = key.and_then(|key| Some((key.name(), key.counterpart()?.name())));
        self.texts.iter().filter_map(move |(text, fate)| {
            let text = match fate {
                Fate::Whole => text.clone(),
                Fate::Cut(kept) => trimmed(kept),
                Fate::Dropped => return None,
            };
            // An equals sign inside of a value is escaped.
            let Some((name, counterpart)) = pair else { return Some(text) };
            let split = |second: &str| Some(text.split_at(text.find(&format!(" {second}="))?));
            Some(match (split(name), split(counterpart)) {
                (Some((_, own)), _) => own.trim_start().into(),
                (None, Some((own, _))) => own.into(),
                (None, None) => text,
            })
        })
    }
}

/// For how long two lines are the same.
fn same_start(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Where the pieces of a text stand between the bytes `separator` that are not escaped.
fn split(text: &str, separator: u8, escape: Option<u8>) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let begin = start?;
        let mut end = begin;
        while bytes.get(end).is_some_and(|byte| *byte != separator) {
            end += if bytes.get(end).copied() == escape { 2 } else { 1 };
        }
        start = (end < bytes.len()).then_some(end + 1);
        Some(begin..end.min(bytes.len()))
    })
}

/// Where MSG begins behind the one element.
fn split_element(line: &str) -> Option<usize> {
    // Brackets in values are escaped.
    let element = line.find(" [")?;
    let end = split(line.get(element..)?, b']', Some(b'\\')).next()?.end;
    let rest = line.get(element + end..)?;
    Some(line.len() - rest.strip_prefix("] ")?.trim_start_matches('\u{FEFF}').len())
}

fn trimmed(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim_start_matches(' ').to_owned()
}

impl<'e> Outcome<'e> {
    fn of(event: Event<'e>, config: &'e Config, line_max: usize) -> Self {
        let mut outcome =
            Self { event, config, fates: Vec::new(), line: String::new(), start: String::new(), given: Vec::new() };
        let whole = event.places().len();
        let (line, fates) = outcome.fates(line_max);
        outcome.line = String::from_utf8_lossy(&line).into_owned();
        outcome.fates = fates;
        outcome.fates.retain(|(_, fate)| *fate != Fate::Whole);
        let mut msg =
            (config.format == Format::Rfc5424 && config.msg == Msg::Cef).then(|| Cef::without_carrier(config));
        let mut cef = |places| {
            let mut line = Buffer::default();
            let (event, changes) = (event.with_first(places), &mut Changes::default());
            msg.as_mut()?.write::<true>(&event, config, &mut line, changes, None);
            Some(line)
        };
        // How far MSG is from the end of its CEF.
        let msg_start = cef(whole).map(|cef| line.len().saturating_sub(cef.len()));
        let (mut before, mut changes) = outcome.line_of(event.with_first(0));
        outcome.start = String::from_utf8_lossy(&before).into_owned();
        let mut cef_before = cef(0);
        for places in 1..=whole {
            let (behind, changed) = outcome.line_of(event.with_first(places));
            let cef_behind = cef(places);
            let in_msg =
                cef_behind.as_ref().zip(cef_before.as_ref()).map(|(behind, before)| before.len()..behind.len());
            let in_msg_length = in_msg.as_ref().map_or(0, |range| range.len());
            let more = behind.len().saturating_sub(before.len() + in_msg_length);
            let start = same_start(&before, &behind);
            let mut given = Given { changes: less(changed, changes), ..Given::default() };
            let ranges = [Some(start..start + more), in_msg.zip(msg_start).map(|(r, msg)| r.start + msg..r.end + msg)];
            for range in ranges.into_iter().flatten().filter(|range| !range.is_empty()) {
                let text = line.get(range.clone()).unwrap_or_default();
                given.texts.push((trimmed(text), outcome.fate(&range)));
            }
            outcome.given.push(given);
            (before, changes, cef_before) = (behind, changed, cef_behind);
        }
        outcome
    }

    /// The line of an event, however long.
    fn line_of(&self, event: Event<'_>) -> (Buffer, Changes) {
        let (mut line, mut changes) = (Buffer::default(), Changes::default());
        Formatter::new(self.config).write_whole::<true>(&event, self.config, &mut line, &mut changes, None);
        (line, changes)
    }

    /// The whole line, and what becomes of its parts if it has to fit.
    fn fates(&self, line_max: usize) -> (Buffer, Vec<(Range<usize>, Fate)>) {
        let (mut line, mut parts) = (Buffer::default(), Parts::default());
        let changes = &mut Changes::default();
        Formatter::new(self.config).write_whole::<true>(&self.event, self.config, &mut line, changes, Some(&mut parts));
        let fates = if line.len() > line_max { parts.fates(&line, line_max) } else { Vec::new() };
        (line, fates)
    }

    fn of_member(&self, member: &Member) -> Explained {
        let Member { name, value, place, repeated } = member;
        let mut explained = Explained {
            name: String::from_utf8_lossy(name).into_owned(),
            value: value.clone(),
            ..Explained::default()
        };
        let record = self.event.record();
        let field = u16::try_from(*place).ok().and_then(|place| Some((place, record.at(place)?)));
        let Some((place, field)) = field.filter(|_| !repeated) else {
            explained.notes.push(match repeated {
                true => "repeated: the last value of a key counts".into(),
                false if is_no_value(value) => "no value".into(),
                false => "repeated: another field is called so, and the last counts".into(),
            });
            return explained;
        };
        if let Some(note) = of_name(name, field).filter(|_| self.given(place).is_some()) {
            explained.notes.push(note);
        }
        if let Name::Known(key) = field.name
            && let Some(role) =
                { Role::ALL }.into_iter().find(|&role| self.event.source(role, self.config) == Some(key))
        {
            self.of_role(role, &mut explained);
            return explained;
        }
        if let Some(role) = field.name.key().and_then(Role::of) {
            explained.notes.push(match self.event.source(role, self.config) {
                Some(source) => format!("a field like others: `{}` says of the event what it would", source.name()),
                None => format!("a field like others: as the {} of the event it cannot be read", role.name()),
            });
        }
        match self.given(place) {
            Some(given) => self.of_field(field, given, &mut explained),
            None => explained.notes.push(
                "dropped: it is documented neither for the event nor for all events, and `extra_fields` is `drop`"
                    .into(),
            ),
        }
        if value.contains("\\u") && field.value.bytes().windows(3).any(|bytes| bytes == "\u{FFFD}".as_bytes()) {
            explained.notes.push("replaced: half a character became U+FFFD".into());
        }
        explained
    }

    /// What is said of the event as a whole, and what was changed in it.
    fn of_role(&self, role: Role, explained: &mut Explained) {
        self.say(role, explained);
        let mut without = self.event;
        match role {
            Role::Id => without.id = without.id.harmless(),
            Role::Name => without.name = without.name.harmless(),
            Role::Host => without.host = None,
            Role::ProductVersion => without.product_version = None,
            Role::Origin => without.origin = None,
            Role::Severity | Role::Time => return,
        }
        let changes = less(self.line_of(self.event.with_first(0)).1, self.line_of(without.with_first(0)).1);
        if changes.renamed > 0 {
            explained.notes.push("renamed: another field has taken `cat`".into());
        }
        note_changes(changes, &mut explained.notes);
    }

    /// Says where the line says this of the event, and what.
    fn say(&self, role: Role, explained: &mut Explained) {
        let format = self.config.format;
        let parts = [
            self.header(role),
            self.parameter(role).filter(|_| format == Format::Rfc5424),
            self.cef(role).filter(|_| self.has_cef()),
            self.column(role).filter(|_| format == Format::Sensage),
        ];
        for (name, range) in parts.into_iter().flatten().filter(|(_, range)| !range.is_empty()) {
            self.say_fitted(name, self.line.get(range.clone()).unwrap_or_default(), &self.fate(&range), explained);
        }
    }

    /// Where the header of syslog says it.
    fn header(&self, role: Role) -> Option<(&'static str, Range<usize>)> {
        self.line.strip_prefix('<')?;
        let behind_pri = self.line.find('>')? + 1;
        let fields: Vec<_> = split(&self.line, b' ', None).take(6).collect();
        let (name, place) = match (role, self.config.carrier) {
            (Role::Severity, _) => return Some(("PRI", 1..behind_pri - 1)),
            // Without a time there is neither.
            (Role::Time | Role::Host, Carrier::Rfc3164) if self.event.millis.is_none() => return None,
            (Role::Time, Carrier::Rfc3164) => return Some(("TIMESTAMP", behind_pri..behind_pri + 15)),
            // The day of the month may have a space for its first digit. Behind the host comes the tag.
            (Role::Host, Carrier::Rfc3164) => {
                let start = behind_pri + 16;
                let host = self.line.get(start..)?.split(' ').next()?;
                return (!host.ends_with(':')).then_some(("HOSTNAME", start..start + host.len()));
            }
            (_, Carrier::Rfc3164) => return None,
            (Role::Time, _) => ("TIMESTAMP", 1),
            (Role::Host, _) => ("HOSTNAME", 2),
            (Role::Id, _) => ("MSGID", 5),
            _ => return None,
        };
        Some((name, fields.get(place)?.clone()))
    }

    /// What stands for the field `spid` in the header of RFC 5424.
    fn procid(&self) -> Option<&str> {
        let is_header = self.line.starts_with('<') && self.config.carrier != Carrier::Rfc3164;
        self.line.split(' ').nth(4).filter(|procid| is_header && *procid != "-")
    }

    /// Where CEF says it.
    fn cef(&self, role: Role) -> Option<(&'static str, Range<usize>)> {
        let (line, start) = (self.line.find("CEF:0|")?, self.start.find("CEF:0|")?);
        let fields: Vec<_> = split(self.line.get(line..)?, b'|', Some(b'\\')).take(7).collect();
        let field = |name, place: usize| {
            let field: &Range<usize> = fields.get(place)?;
            Some((name, field.start + line..field.end + line))
        };
        let name = match role {
            Role::ProductVersion => return field("Device Version", 3),
            Role::Id => return field("Device Event Class ID", 4),
            Role::Name => return field("Name", 5),
            Role::Severity => return field("Severity", 6),
            Role::Time => "rt",
            Role::Host => "dvchost",
            Role::Origin if self.is_visible(Key::named("cat")) => "MT4SenhaseguraOrigin",
            Role::Origin => "cat",
        };
        // These pairs stand before those of the fields.
        let extension = start + fields.last()?.end + 1;
        let pairs = self.start.get(extension..)?;
        let at = if pairs.starts_with(&format!("{name}=")) { 0 } else { pairs.find(&format!(" {name}="))? + 1 };
        let at = at + name.len() + 1;
        let text = pairs.get(at..)?;
        let next =
            [" dvchost=", " cat=", " MT4SenhaseguraOrigin="].into_iter().filter_map(|next| text.find(next)).min();
        let begin = extension + at + line - start;
        Some((name, begin..begin + next.unwrap_or(text.len())))
    }

    /// Where a parameter of RFC 5424 says it, or MSG.
    fn parameter(&self, role: Role) -> Option<(&'static str, Range<usize>)> {
        let name = match role {
            Role::Name if self.config.msg == Msg::Text && !self.has_msg() => {
                // It is the last of the line, and without fields ends the first element.
                let length = self.start.len() - split_element(&self.start)?;
                return Some(("MSG", self.line.len() - length..self.line.len()));
            }
            Role::Name => "event_name",
            Role::Severity => "severity",
            Role::ProductVersion => "version",
            Role::Origin => "origin",
            Role::Id | Role::Time | Role::Host => return None,
        };
        let begin = format!(" {name}=\"");
        let begin = self.start.find(&begin)? + begin.len();
        let text = split(self.start.get(begin..)?, b'"', Some(b'\\')).next()?;
        Some((name, begin..begin + text.end))
    }

    /// Which column for Sensage says it.
    fn column(&self, role: Role) -> Option<(&'static str, Range<usize>)> {
        let (name, place) = match role {
            Role::Time => ("time", 0),
            Role::Host => ("host", 1),
            Role::ProductVersion => ("version", 3),
            Role::Id => ("event_id", 4),
            Role::Name => ("event_name", 5),
            Role::Severity => ("severity", 6),
            Role::Origin => ("origin", 7),
        };
        let (mut start, mut column) = (1, 0);
        loop {
            // A quote inside of a column is two.
            let mut end = start;
            loop {
                end += self.line.get(end..)?.find('"')?;
                if self.line.get(end + 1..)?.starts_with('"') { end += 2 } else { break }
            }
            if column == place {
                return Some((name, start..end));
            }
            (start, column) = (end + 3, column + 1);
        }
    }

    /// Says what a part of the line says, or what became of it to make the line fit.
    fn say_fitted(&self, name: &str, text: &str, fate: &Fate, explained: &mut Explained) {
        match fate {
            Fate::Whole => explained.written.push(format!("{name}: {text}")),
            Fate::Dropped => explained.notes.push(DROPPED.into()),
            Fate::Cut(kept) => {
                let kept = trimmed(kept);
                // Of a pair, the value is cut.
                let value = kept.split_once('=').filter(|(key, _)| *key == name).map_or(&*kept, |(_, value)| value);
                explained.written.push(format!("{name}: {}", value.trim_matches('"')));
                explained.notes.push(CUT.into());
            }
        }
    }

    /// What becomes of what stands there.
    fn fate(&self, range: &Range<usize>) -> Fate {
        let fate = self.fates.iter().find(|(part, _)| part.start < range.end && range.start < part.end);
        fate.map_or(Fate::Whole, |(_, fate)| fate.clone())
    }

    /// What stands in the room that the line has for a field, whether there is one or not: MSG, or a column for Sensage.
    fn of_room(&self, key: Key) -> Option<Room> {
        let (event, config) = (self.event.with_first(0), self.config);
        let is_msg =
            config.format == Format::Rfc5424 && config.msg == Msg::Text && key.name() == "msg" && self.has_msg();
        let is_column = config.format == Format::Sensage && sensage::COLUMNS.contains(&key);
        if !is_msg && !is_column {
            return None;
        }
        let ((with, changes), (without, before)) = (self.line_of(event), self.line_of(event.without(key)));
        let changes = less(changes, before);
        let (name, range) = if is_msg {
            // It stands in place of the event's name, at the end.
            ("MSG", split_element(&self.line)?..self.line.len())
        } else {
            let start = same_start(&without, &with);
            (key.name(), start..start + with.len().saturating_sub(without.len()))
        };
        let text = self.line.get(range.clone())?.to_owned();
        Some(Room { name, text, fate: self.fate(&range), changes })
    }

    /// Whether the line is CEF or holds it.
    fn has_cef(&self) -> bool {
        match self.config.format {
            Format::Cef => true,
            Format::Rfc5424 => self.config.msg == Msg::Cef,
            Format::Sensage => false,
        }
    }

    fn has_msg(&self) -> bool {
        self.is_visible(Key::named("msg"))
    }

    fn is_visible(&self, key: Key) -> bool {
        self.event.get(key).is_some_and(|value| !trim(value.bytes()).is_empty())
    }

    /// What a field became that is written as one.
    fn of_field(&self, field: Received<'_>, given: &Given, explained: &mut Explained) {
        let config = self.config;
        let key = field.name.key();
        let mut given = given;
        if let Some(key) = key {
            if key.name() == "spid"
                && let Some(procid) = self.procid()
            {
                explained.written.push(format!("PROCID: {procid}"));
            }
            if let Some(Room { name, text, fate, changes }) = self.of_room(key) {
                if changes.dropped > 0 {
                    explained.notes.push(INVISIBLE.into());
                } else {
                    self.say_fitted(name, &text, &fate, explained);
                }
                note_changes(changes, &mut explained.notes);
            }
            // A label and its value are written together.
            let with = key.counterpart().and_then(|counterpart| self.given(self.event.record().place_of(counterpart)?));
            if let Some(with) = with.filter(|_| config.format == Format::Cef && given.changes == Changes::default()) {
                given = if given.texts.is_empty() { with } else { given };
            }
        }
        // A label that no field gave stands with the value.
        let half = key.filter(|key| key.counterpart().is_some_and(|counterpart| self.is_visible(counterpart)));
        explained.written.extend(given.written(half));
        let (notes, changes) = (&mut explained.notes, given.changes);
        if changes.renamed > 0 {
            let written = given.texts.first().map_or("", |(text, _)| text);
            notes.push(format!("renamed: {}", self.why_renamed(field, written)));
        }
        if changes.dropped > 0 {
            notes.push(self.why_dropped(field, given).into());
        }
        match key.map(|key| (key.name(), key.value_type())) {
            Some((name, Type::Text(max))) if changes.truncated > 0 && config.format == Format::Cef => {
                notes.push(format!("truncated: the CEF dictionary gives `{name}` {max} characters"));
                note_changes(Changes { truncated: 0, ..changes }, notes);
            }
            _ => note_changes(changes, notes),
        }
        for (_, fate) in &given.texts {
            match fate {
                Fate::Whole => continue,
                Fate::Cut(_) => notes.push(CUT.into()),
                Fate::Dropped => notes.push(DROPPED.into()),
            }
        }
    }

    /// What the field at this place gave.
    fn given(&self, place: u16) -> Option<&Given> {
        self.given.get(self.event.places().iter().position(|&other| other == place)?)
    }

    fn why_renamed(&self, field: Received<'_>, written: &str) -> String {
        let key = match (self.config.format, field.name) {
            (Format::Cef, Name::Known(key)) => key,
            (Format::Cef, Name::Other(_)) if self.config.keys == CefKeys::Dictionary => {
                return "the CEF dictionary has no such key".into();
            }
            (Format::Cef, Name::Other(_)) => {
                return "a key of CEF is of letters and digits and is called like no field of the header".into();
            }
            (Format::Rfc5424, _) => {
                return "a parameter's name is at most 32 letters, digits and `_`, and not one that describes the event".into();
            }
            (Format::Sensage, _) => return "a key is at most 128 letters, digits and `_.@-`".into(),
        };
        let name = key.name();
        let is_of_type = cef::is_of_type(field.value.bytes(), key.value_type(), self.config);
        match key.standing() {
            Standing::Consumer => format!("the CEF dictionary keeps `{name}` for receivers"),
            Standing::Envelope => format!("receivers take `{name}` for what describes the event"),
            Standing::Vendor if self.config.keys == CefKeys::Dictionary => "the CEF dictionary has no such key".into(),
            _ if key.is_label() && is_of_type => "as its value was".into(),
            _ if is_of_type && written.starts_with("c6a") => {
                format!("the CEF dictionary has IPv4 addresses only in `{name}`")
            }
            _ if is_of_type => format!("another field has taken `{name}`"),
            _ if !written.starts_with("MT4") => {
                format!("the CEF dictionary has an address in `{name}`, and this is a host name")
            }
            _ => format!("the CEF dictionary wants {} in `{name}`", of_type(key.value_type())),
        }
    }

    fn why_dropped(&self, field: Received<'_>, given: &Given) -> &'static str {
        let is_of_pair = field.name.key().is_some_and(|key| key.counterpart().is_some());
        if !given.texts.is_empty() {
            "dropped: the label, as there is nothing to see in it"
        } else if trim(field.value.bytes()).is_empty() {
            INVISIBLE
        } else if is_of_pair && self.config.format == Format::Cef {
            "dropped: a label without a value"
        } else {
            "dropped: another field came to the same name"
        }
    }

    /// What the line says that no field does.
    fn others(&self) -> Vec<Explained> {
        let (event, config) = (&self.event, self.config);
        let mut others = Vec::new();
        for role in [Role::Id, Role::Name, Role::Severity, Role::Time] {
            if event.source(role, config).is_some() {
                continue;
            }
            let source = match role {
                Role::Time => "reception",
                _ if event.found.is_some() => "catalog",
                Role::Severity => "default",
                _ => "the record's other field",
            };
            let mut other = Explained { name: source.into(), ..Explained::default() };
            self.of_role(role, &mut other);
            if !other.written.is_empty() || !other.notes.is_empty() {
                others.push(other);
            }
        }
        let product =
            String::from_utf8_lossy(crate::format::of_release(event, config, &crate::format::products(config)))
                .into_owned();
        let version = config.device_version.as_str();
        let mut configured = Vec::new();
        if self.has_cef() {
            configured.push(format!("Device Vendor: {}", config.device_vendor.as_str()));
            configured.push(format!("Device Product: {product}"));
            configured.extend(event.product_version.is_none().then(|| format!("Device Version: {version}")));
        }
        match config.format {
            Format::Rfc5424 => {
                configured.push(format!("APP-NAME: {product}"));
                configured.push(format!("SD-ID: {}", config.sd_id.as_str()));
            }
            Format::Sensage => configured.push(format!("product: {product}")),
            Format::Cef => {}
        }
        if !configured.is_empty() {
            others.push(Explained { name: "configuration".into(), written: configured, ..Explained::default() });
        }
        others
    }
}

const INVISIBLE: &str = "dropped: there is nothing to see in it";
const CUT: &str = "truncated: the line would be longer than `max_bytes`";
const DROPPED: &str = "dropped: the line would be longer than `max_bytes`";

/// What was done to a name before anything was written.
fn of_name(name: &[u8], field: Received<'_>) -> Option<String> {
    let Name::Known(key) = field.name else { return None };
    if !field.renamed {
        return None;
    }
    let (was, is) = (String::from_utf8_lossy(name), key.name());
    Some(if ALIASES.iter().any(|(alias, _)| alias.eq_ignore_ascii_case(&was)) {
        format!("renamed: senhasegura writes `{was}` for `{is}`")
    } else if was.eq_ignore_ascii_case(is) {
        format!("renamed: `{is}` in other letter case")
    } else {
        format!("renamed: senhasegura writes `Cs6` and `Cs7` for `cs6Label` and `cs6`; this is `{is}`")
    })
}

fn note_changes(changes: Changes, notes: &mut Vec<String>) {
    if changes.replaced > 0 {
        notes.push("replaced: characters that cannot stand there".into());
    }
    if changes.truncated > 0 {
        notes.push("truncated: the format has no room for more there".into());
    }
}

/// What is read as no value.
fn is_no_value(json: &str) -> bool {
    // An array of which nothing is left, or a text.
    json == "null" || json.starts_with('[') || is_absent(json.trim_matches('"').as_bytes())
}

fn of_type(value_type: Type) -> &'static str {
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

/// What one count has more than the other.
fn less(changes: Changes, before: Changes) -> Changes {
    Changes {
        renamed: changes.renamed.saturating_sub(before.renamed),
        replaced: changes.replaced.saturating_sub(before.replaced),
        truncated: changes.truncated.saturating_sub(before.truncated),
        dropped: changes.dropped.saturating_sub(before.dropped),
        repeated: changes.repeated.saturating_sub(before.repeated),
    }
}
