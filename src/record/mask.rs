//! What does not leave as it is: secrets, and characters that nobody sees. Every text of a record is looked at, once,
//! before anything is made of it.

use super::around::Around;
use super::fields::Slot;
use super::object::Record;
use super::options::MaskOptions;
use super::reader::{Limits, RecordReader};
use crate::bytes::{Buffer, Value, append_visible};
use crate::changes::Why;
use crate::dialect::{self, Meaning};
use crate::json::{DEPTH_MAX, Json, Span, append_string};
use crate::key::{CUSTOM_PREFIX, Key};
use crate::secrets::{self, Arguments, REDACTED};
use crate::trace::{Notes, ReadNotes, Source, Trace};

/// Masks records, one after the other.
#[derive(Debug)]
pub(crate) struct Mask {
    /// Whether secrets are replaced.
    secrets: bool,
    /// The fields that are replaced.
    fields: Vec<Named>,
    /// Whether characters that nobody sees are replaced.
    invisible: bool,
    /// The record with what was replaced.
    reader: RecordReader,
}

/// The name of a field.
#[derive(Debug)]
struct Named {
    /// The keys that the name may stand for: its own, that of a full name or of another dialect, and `message` for `msg`.
    keys: [Option<Key>; 3],
    /// The name as names are compared.
    folded: Vec<u8>,
}

impl Mask {
    pub(crate) fn new(options: MaskOptions, limits: Limits) -> Self {
        let MaskOptions { secrets, fields, invisible } = options;
        let fields = fields.iter().map(|name| Named::new(name.as_bytes())).collect();
        Self { secrets, fields, invisible, reader: RecordReader::new(limits) }
    }

    /// Returns the record and what is around it with everything replaced that has to be.
    #[inline(never)] // Most configurations mask nothing.
    pub(crate) fn apply<'r, T: Trace>(
        &'r mut self,
        record: Record<'r>,
        around: Around<'r>,
        notes: &mut Notes<T>,
    ) -> (Record<'r>, Around<'r>) {
        let host = self.fill(record, around.host, &mut notes.reading());
        let host = host.map(|host| Value::new(host.get(&[], &self.reader.decoded), false)).or(around.host);
        (self.reader.record(record.window), Around { host, ..around })
    }

    /// Copies the record with what is replaced. Returns the host if it is not as it was.
    fn fill(&mut self, record: Record<'_>, host: Option<Value<'_>>, notes: &mut ReadNotes<'_>) -> Option<Span> {
        let Self { secrets, fields, invisible, reader } = self;
        let from = record.reader;
        reader.clear();
        reader.slots.copy(&from.slots);
        reader.decoded.append(&from.decoded);
        (reader.node, reader.extended) = (from.node, from.extended);
        (reader.signs, reader.renamed) = (from.signs, from.renamed);
        let RecordReader { slots, decoded, .. } = reader;
        let mut masking = Masking { secrets: *secrets, invisible: *invisible, to: decoded, notes };
        for (index, slot) in (0..).zip(slots.iter_mut()).filter(|(_, slot)| !slot.is_absent()) {
            masking.notes.about(Source::Field(index));
            let text = |span: Span| span.get(record.window, &from.decoded);
            // The label is the name of a custom field. No other key names a secret.
            let label = |slot: &Slot| {
                let label = slot.key()?.counterpart().filter(|label| label.is_label());
                let index = label.and_then(|label| from.slots.index_of(label));
                Some(
                    index.and_then(|index| from.slots.get(usize::from(index))).map_or(&[][..], |slot| text(slot.value)),
                )
            };
            let (name, value) = (text(slot.name), text(slot.value));
            // Looked up once, for all fields.
            let key = slot.key().or_else(|| if fields.is_empty() { None } else { key_of_dialect(name) });
            let other = Some(name).filter(|_| slot.known.is_none());
            let span = if fields.iter().any(|field| field.is_of(key, other)) {
                masking.whole(value, Why::Named)
            } else if masking.secrets && secrets::is_secret(label(slot).unwrap_or(name), value) {
                masking.whole(value, Why::Secret)
            } else if masking.secrets && slot.value.is_nested() {
                masking.nested(value).map(Span::nested)
            } else {
                let span = masking.text(value);
                if slot.value.is_nested() { span.map(Span::nested) } else { span }
            };
            slot.value = span.unwrap_or(slot.value);
        }
        masking.notes.about(Source::Around);
        masking.text(host?.bytes())
    }
}

impl Named {
    fn new(name: &[u8]) -> Self {
        let name = without_prefix(name);
        let key = Key::find(name).map(|(key, _)| key);
        // `message` is both a field of its own and the full name of `msg`.
        let message = key.filter(|key| key.name() == "msg").map(|_| const { Key::named("message") });
        Self { keys: [key, key_of_dialect(name), message], folded: folded(name).collect() }
    }

    /// Returns whether it names a field with this key, or one without a key whose name is `other`.
    fn is_of(&self, key: Option<Key>, other: Option<&[u8]>) -> bool {
        key.is_some() && self.keys.contains(&key)
            || other.is_some_and(|name| folded(without_prefix(name)).eq(self.folded.iter().copied()))
    }
}

/// What a name stands for as a full name or in another dialect.
fn key_of_dialect(name: &[u8]) -> Option<Key> {
    match dialect::Row::find(name)?.meaning {
        Meaning::Field(key) => Some(key),
        Meaning::Message | Meaning::Msg => Some(const { Key::named("msg") }),
        _ => None,
    }
}

/// Returns a name without what a line has before those that the dictionary does not list.
fn without_prefix(name: &[u8]) -> &[u8] {
    match name.split_at_checked(CUSTOM_PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(CUSTOM_PREFIX.as_bytes()) && !rest.is_empty() => rest,
        _ => name,
    }
}

/// A name as names are compared here: letters in lower case, without signs, which the name of a written field may lack.
fn folded(name: &[u8]) -> impl Iterator<Item = u8> {
    let kept = name.iter().filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    kept.map(u8::to_ascii_lowercase)
}

/// Masks the texts of a record, after those that were.
struct Masking<'m, 'n> {
    secrets: bool,
    invisible: bool,
    to: &'m mut Buffer,
    notes: &'m mut ReadNotes<'n>,
}

impl Masking<'_, '_> {
    /// Masks all of a text.
    fn whole(&mut self, text: &[u8], why: Why) -> Option<Span> {
        let start = self.to.len();
        if text != REDACTED {
            self.to.append(REDACTED);
        }
        self.end(start, text != REDACTED, false, why)
    }

    /// Masks what has to be in a text.
    fn text(&mut self, text: &[u8]) -> Option<Span> {
        let (start, mut at) = (self.to.len(), 0);
        let (mut hidden, mut is_secret) = (false, false);
        let Self { to, invisible, .. } = self;
        let mut put = |to: &mut Buffer, text: &[u8]| {
            if *invisible {
                hidden |= append_visible(text, to);
            } else {
                to.append(text);
            }
        };
        if self.secrets {
            secrets::find(text, &mut |secret| {
                put(to, text.get(at..secret.start).unwrap_or_default());
                to.append(REDACTED);
                (at, is_secret) = (secret.end, true);
            });
        }
        put(to, text.get(at..).unwrap_or_default());
        self.end(start, is_secret, hidden, Why::Secret)
    }

    /// Masks what has to be in the JSON text of an array or object: in its strings, after they are decoded, and what
    /// a key says is a secret.
    fn nested(&mut self, text: &[u8]) -> Option<Span> {
        let start = self.to.len();
        let mut json = Json::with_utf8(text, true);
        let mut decoded = Buffer::default();
        // The text up to `at` is copied.
        let (mut at, mut is_secret, mut is_open) = (0, false, false);
        // Strings of an array may be the arguments of a command.
        let mut arguments = Arguments::default();
        while let Some(first) = json.next_token() {
            let begin = json.at();
            let mut whole = false;
            match first {
                b'"' => {
                    decoded.clear();
                    let Ok(string) = json.string(&mut decoded, &mut false) else { break };
                    let string = string.get(text, &decoded);
                    if json.take(b':') {
                        let value = text.get(json.at()..).unwrap_or_default();
                        let is_value = !matches!(value, [b'n' | b't' | b'f', ..]);
                        is_open = is_value && secrets::is_secret(string, value.strip_prefix(b"\"").unwrap_or(value));
                        continue;
                    }
                    whole = std::mem::take(&mut is_open);
                    if !whole {
                        let (mut masked, mut from) = (Buffer::default(), 0);
                        is_open = arguments.find(string, &mut |secret| {
                            masked.append(string.get(from..secret.start).unwrap_or_default());
                            masked.append(REDACTED);
                            from = secret.end;
                        });
                        if from > 0 {
                            masked.append(string.get(from..).unwrap_or_default());
                            self.to.append(text.get(at..begin).unwrap_or_default());
                            append_string(&masked, self.to);
                            (at, is_secret) = (json.at(), true);
                        }
                    }
                }
                b',' => drop(json.take(first)),
                b'[' | b'{' if is_open => {
                    whole = json.skip(DEPTH_MAX).is_ok();
                    is_open = false;
                }
                b'[' | b']' | b'{' | b'}' => {
                    is_open = false;
                    arguments = Arguments::default();
                    json.take(first);
                }
                _ => {
                    whole = std::mem::take(&mut is_open) && !matches!(first, b'n' | b't' | b'f');
                    if json.literal().is_err() {
                        break;
                    }
                }
            }
            let value = text.get(begin..json.at()).unwrap_or_default();
            if whole && value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")) != Some(REDACTED) {
                self.to.append(text.get(at..begin).unwrap_or_default());
                append_string(REDACTED, self.to);
                (at, is_secret) = (json.at(), true);
            }
        }
        self.to.append(text.get(at..).unwrap_or_default());
        let mut hidden = false;
        if self.invisible {
            let all = self.to.get(start..).unwrap_or_default().to_vec();
            self.to.truncate(start);
            hidden = append_visible(&all, self.to);
        }
        self.end(start, is_secret, hidden, Why::Secret)
    }

    /// Counts what was replaced in the text that begins at `start`, and returns it; without a change, removes it.
    fn end(&mut self, start: usize, is_secret: bool, is_hidden: bool, why: Why) -> Option<Span> {
        self.notes.changed_if(is_secret, why);
        self.notes.changed_if(is_hidden, Why::Hidden);
        if is_secret || is_hidden {
            return Some(Span::decoded(start..self.to.len()));
        }
        self.to.truncate(start);
        None
    }
}
