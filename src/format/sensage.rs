#![doc = include_str!("sensage.md")]

use super::line::{Line, Written};
use super::names::{Names, Numbering};
use super::product::{PerRelease, Product};
use crate::bytes::{Buffer, Value};
use crate::changes::Why;
use crate::event::{Event, Role};
use crate::key::{Key, KeyMap};
use crate::record::{Field, Name};
use crate::trace::{Escapes, Rank, Source, Trace};

/// The columns for fields, in order; `other` holds the rest.
const COLUMNS: [Key; 16] = [
    Key::named("suser"),
    Key::named("sname"),
    Key::named("suid"),
    Key::named("spriv"),
    Key::named("spid"),
    Key::named("src"),
    Key::named("dvc"),
    Key::named("duser"),
    Key::named("duid"),
    Key::named("dst"),
    Key::named("dhost"),
    Key::named("dpt"),
    Key::named("act"),
    Key::named("requestMethod"),
    Key::named("sourceServiceName"),
    Key::named("msg"),
];

/// Where the field with a key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the column with this index.
    Column(u8),
    /// In the last column. No name of another field becomes that of the key, in which there is no `_`.
    Last,
    /// In the last column, if no other field has its name there.
    Envelope,
}

/// The maximum number of characters of a key in the column `other`.
const KEY_MAX: usize = 128;

const NUMBERING: Numbering = Numbering { separator: b"_", max: KEY_MAX };

/// Writes events in the project's layout for Sensage.
#[derive(Debug)]
pub(super) struct Sensage {
    products: PerRelease<Vec<u8>>,
    places: KeyMap<Place>,
    /// The keys in the column `other`.
    keys: Names,
}

impl Sensage {
    pub(super) fn new(product: &Product) -> Self {
        let mut places = KeyMap::new(Place::Envelope);
        for key in (0..).map_while(Key::from_index).filter(|key| !cfg!(small) && !key.is_envelope()) {
            places.set(key, Place::Last);
        }
        for (column, key) in (0..).zip(COLUMNS) {
            places.set(key, Place::Column(column));
        }
        let products = product.written(|name, text| text.append(name.as_bytes()));
        Self { products, places, keys: Names::default() }
    }

    /// Writes an event.
    #[inline(never)] // Once a line.
    pub(super) fn write<T: Trace>(&mut self, event: &Event<'_>, line: &mut Line<T>) {
        line.sign(b'"');
        line.notes.about(|| event.source(Role::Time));
        let start = line.end();
        let _ = line.rfc3339(event.millis);
        line.wrote("time", start, Escapes::Ascii);
        line.sign(b'"');
        let product = Value::new(self.products.of(event.product_version), false);
        let mut severity = itoa::Buffer::new();
        let severity = Value::new(severity.format(event.severity.cef()).as_bytes(), true);
        let (header, documented) = (Rank::Header, Rank::Documented);
        of_the_event("host", Role::Host, event.host, documented, event, line);
        line.notes.about(|| Source::Configuration);
        column("product", Some(product), header, line);
        of_the_event("version", Role::ProductVersion, event.product_version, documented, event, line);
        of_the_event("event_id", Role::Id, Some(event.id), header, event, line);
        of_the_event("event_name", Role::Name, Some(event.name), header, event, line);
        of_the_event("severity", Role::Severity, Some(severity), header, event, line);
        of_the_event("origin", Role::Origin, event.origin, documented, event, line);
        for (key, index) in COLUMNS.into_iter().zip(self.columns(event)) {
            line.notes.about(|| event.source_of_field(key));
            let value =
                if cfg!(small) { event.get(key) } else { index.and_then(|index| event.record().value_at(index)) };
            column(key.name(), value, Rank::Documented, line);
        }
        self.other(event, line);
    }

    /// Returns the indices of the fields in the columns; none in small modules, which have no room for what going
    /// through the fields once spares.
    fn columns(&self, event: &Event<'_>) -> [Option<u16>; COLUMNS.len()] {
        let mut columns = [None; COLUMNS.len()];
        for &index in event.order().iter().filter(|_| !cfg!(small)) {
            if let Some(Place::Column(column)) = event.record().key(index).map(|key| *self.places.get(key))
                && let Some(place) = columns.get_mut(usize::from(column))
            {
                *place = Some(index);
            }
        }
        columns
    }

    /// Writes the last column.
    fn other<T: Trace>(&mut self, event: &Event<'_>, line: &mut Line<T>) {
        line.signs(b",\"");
        if line.notes.trace.is_recording() {
            line.notes.trace.open_list(line.end() - 1);
        }
        self.keys.clear();
        let (plain, has_notes) = (event.record().plain(), cfg!(small) || line.notes.trace.is_recording());
        let opening = line.end();
        for &index in event.order() {
            // What is plain is written without notes.
            match plain(index).filter(|_| !has_notes).map(|(key, value)| (self.places.get(key), key, value)) {
                Some((Place::Column(_), ..)) => {}
                Some((Place::Last, key, value)) if line.end() > opening => {
                    line.pair_start(key);
                    line.verbatim(value);
                }
                _ => self.field(index, opening, event, line),
            }
        }
        line.sign(b'"');
    }

    /// Writes a field in the last column, which begins at `opening`, if it is present and has no other column.
    #[inline(never)] // Most fields are plain.
    fn field<T: Trace>(&mut self, index: u16, opening: usize, event: &Event<'_>, line: &mut Line<T>) {
        let Some(Field { name, value, .. }) = event.record().field(index) else { return };
        let mark = line.end();
        line.notes.about(|| Source::Field(index));
        match name {
            Name::Known(key) if COLUMNS.contains(&key) => return,
            Name::Known(key) => {
                let other_id = event.other_id(key);
                line.notes.changed_if(other_id.is_some(), Why::OtherId);
                self.pair(other_id.unwrap_or(key).name().as_bytes(), value, opening, event, line);
            }
            Name::Other(name) => self.pair(name, value, opening, event, line),
        }
        line.group(mark, || event.rank(name));
    }

    /// Writes a field of the last column. A key that another field has by its own name, or that is in
    /// the column already, gets a number.
    fn pair<T: Trace>(&mut self, name: &[u8], value: Value<'_>, opening: usize, event: &Event<'_>, line: &mut Line<T>) {
        let mark = line.end();
        if mark > opening {
            line.sign(b' ');
        }
        let start = line.end();
        line.name(name, key);
        let key = line.written(start..line.end());
        let is_changed = key != name;
        let has_name = is_changed && self.keys.is_received(key, event);
        let is_numbered = self.keys.settle(start, has_name, NUMBERING, line);
        let range = start..line.end();
        line.sign(b'=');
        if is_numbered.is_none() || line.text(value, pair_text) == Written::Nothing {
            line.truncate(mark);
            line.notes.changed(if is_numbered.is_some() { Why::Invisible } else { Why::SameName });
            return;
        }
        line.notes.changed_if(is_changed, Why::BadName);
        line.notes.changed_if(is_numbered == Some(true), Why::Numbered);
        line.wrote_named(start..line.end(), range.end + 1..line.end(), Escapes::BackslashAndQuote);
        self.keys.push(range);
    }
}

/// Writes a column with the value of a role.
fn of_the_event<T: Trace>(
    name: &'static str,
    role: Role,
    value: Option<Value<'_>>,
    rank: Rank,
    event: &Event<'_>,
    line: &mut Line<T>,
) {
    line.notes.about(|| event.source(role));
    column(name, value, rank, line);
}

/// Writes a column and the comma before it.
#[inline(always)] // A few stores.
fn column<T: Trace>(name: &'static str, value: Option<Value<'_>>, rank: Rank, line: &mut Line<T>) {
    // What is plain is written without notes.
    match value {
        None if !cfg!(small) => line.signs(b",\"\""),
        Some(value) if !cfg!(small) && value.is_verbatim() && !line.notes.trace.is_recording() => {
            line.plain_pair(b",\"              ", 2, value);
            line.sign(b'"');
        }
        value => noted_column(name, value, rank, line),
    }
}

#[inline(never)] // Most values are plain.
fn noted_column<T: Trace>(name: &'static str, value: Option<Value<'_>>, rank: Rank, line: &mut Line<T>) {
    line.signs(b",\"");
    let start = line.end();
    if let Some(value) = value {
        let written = line.text(value, column_text);
        line.notes.changed_if(written == Written::Nothing, Why::Invisible);
        line.wrote(name, start, Escapes::Quote);
        line.group(start, || rank);
    }
    line.sign(b'"');
}

/// Writes a key: characters other than letters, digits and `_.@-` become `_`.
fn key(name: &[u8], buffer: &mut Buffer) {
    let start = buffer.len();
    for c in str::from_utf8(name).unwrap_or_default().chars().take(KEY_MAX) {
        let stands = c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '@' | '-');
        buffer.push(if stands { c as u8 } else { b'_' });
    }
    if buffer.len() == start {
        buffer.push(b'_');
    }
}

fn column_text(byte: u8) -> Option<&'static [u8]> {
    (byte == b'"').then_some(br#""""#)
}

fn pair_text(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'"' => Some(br#""""#),
        b'\\' => Some(br"\\"),
        b'=' => Some(br"\="),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("sensage.md");

    #[test]
    fn has_the_columns_that_the_page_lists() {
        let listed: Vec<_> = PAGE
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split_once(" | `")?.1.split_once('`'))
            .map(|(name, _)| name)
            .collect();
        let event = ["time", "host", "product", "version", "event_id", "event_name", "severity", "origin"];
        let columns: Vec<_> = event.into_iter().chain(COLUMNS.map(Key::name)).chain(["other"]).collect();
        assert_eq!(listed, columns);
        let column = "\"((?:[^\"]|\"\")*)\"";
        let expression = format!("^{}$", vec![column; columns.len()].join(","));
        assert!(PAGE.contains(&format!("```text\n{expression}\n```")), "{expression}");
    }
}
