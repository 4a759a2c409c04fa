//! Record to event: what it means. All doubt ends here; writing an event as a line cannot fail.

use crate::Changes;
use crate::catalog::{self, COMMON};
use crate::config::{Config, ExtraFields, UnknownEvents};
use crate::key::{Key, KeySet, Keys};
use crate::record::{Name, Record, Token};
use crate::rejection::Problem;
use crate::time::parse_millis;

/// What a record means.
#[derive(Debug)]
pub(crate) struct Event<'r> {
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
    documented: &'static Keys,
    extra_fields: ExtraFields,
}

impl<'r> Token<'r> {
    /// Text of the catalog's or of this module's, which is letters, digits, spaces and signs that no format escapes.
    const fn known(text: &'static str) -> Self {
        Self::new(text.as_bytes(), true)
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

    /// Reads a severity: a number of the scale of `key`, a word of CEF (`Very-High`), or a keyword of syslog (`alert`).
    fn parse(text: &[u8], key: Key) -> Option<Self> {
        let text = trim(text);
        if let Some(number) = whole_number(text) {
            return Some(if key == PRIORITY { Self::from_syslog(number) } else { Self::from_cef(number) });
        }
        let mut word = [0; 16];
        let lower = word.get_mut(..text.len())?;
        lower.copy_from_slice(text);
        lower.make_ascii_lowercase();
        // The words of CEF, each with the highest number of its band, and the keywords of syslog.
        Some(Self(match &*lower {
            b"low" | b"debug" => 3,
            b"info" => 4,
            b"notice" => 5,
            b"medium" | b"warning" | b"warn" => 6,
            b"err" | b"error" => 7,
            b"high" | b"crit" | b"critical" => 8,
            b"alert" => 9,
            b"very-high" | b"emerg" | b"emergency" | b"panic" => 10,
            _ => return None,
        }))
    }
}

const PRIORITY: Key = Key::named("priority");
const SUID: Key = Key::named("suid");

const ID: &[Key] = &[Key::named("event_id"), Key::named("eventId"), Key::named("id")];
const NAME: &[Key] = &[Key::named("event_name"), Key::named("event"), Key::named("name")];
const SEVERITY: &[Key] = &[Key::named("severity"), PRIORITY];
const TIME: &[Key] =
    &[Key::named("time"), Key::named("timestamp"), Key::named("@timestamp"), Key::named("date"), Key::named("rt")];
const HOST: &[Key] = &[Key::named("host"), Key::named("hostname"), Key::named("dvchost")];
const PRODUCT_VERSION: &[Key] = &[Key::named("version"), Key::named("product_version")];
const ORIGIN: &[Key] = &[Key::named("origin")];

impl<'r> Event<'r> {
    /// Says what `record` means. `received` serves where it gives no time.
    #[inline(never)]
    pub(crate) fn resolve(
        record: Record<'r>,
        config: &Config,
        received: Option<i64>,
        changes: &mut Changes,
    ) -> Result<Self, Problem> {
        let mut envelope = Envelope { record, taken: KeySet::default() };
        let id = envelope.take(ID, Token::visible);
        let name = envelope.take(NAME, Token::visible);
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
        let severity =
            envelope.take_as(SEVERITY, |severity, key| Severity::parse(severity.bytes(), key)).unwrap_or_else(|| {
                found.map_or(Severity::DEFAULT, |found| Severity::from_syslog(found.id.syslog_severity.into()))
            });
        let zone = config.timezone.0;
        let millis = envelope.take(TIME, |time| parse_millis(time.bytes(), zone)).or(received);
        let host = envelope.take(HOST, Token::visible);
        let product_version = envelope.take(PRODUCT_VERSION, Token::visible);
        let origin = envelope.take(ORIGIN, Token::visible);
        let taken = envelope.taken;
        let documented = found.map(|found| &found.kind.keys).filter(|keys| !keys.is_empty()).unwrap_or(&COMMON);
        let extra_fields = config.extra_fields;
        let event =
            Self { id, name, severity, millis, host, product_version, origin, record, taken, documented, extra_fields };
        if record.is_renamed() {
            let renamed = record.others(taken).filter(|field| field.renamed && event.writes(field.name));
            changes.renamed += renamed.count() as u64;
        }
        if extra_fields == ExtraFields::Drop {
            changes.dropped += record.others(taken).filter(|field| !event.writes(field.name)).count() as u64;
        }
        Ok(event)
    }

    /// Calls `field` with the name and value of every field: first of those that the kind documents, in documented order, then of the
    /// others as received.
    #[inline(always)]
    pub(crate) fn for_each_field(&self, mut field: impl FnMut(Name<'r>, Token<'r>)) {
        let mut written = self.taken.len();
        for &key in self.documented.iter() {
            if let Some(value) = self.record.get(key)
                && !self.taken.contains(key)
            {
                field(Name::Known(key), value);
                written += 1;
            }
        }
        if written == self.record.len() {
            return;
        }
        for other in self.record.others(self.taken.union(self.documented.set())) {
            if self.writes(other.name) {
                field(other.name, other.value);
            }
        }
    }

    /// Whether a field of this name is written, if it was not taken.
    #[inline]
    fn writes(&self, name: Name<'_>) -> bool {
        let documented = |key| self.documented.contains(key) || COMMON.contains(key);
        self.extra_fields == ExtraFields::Keep || matches!(name, Name::Known(key) if documented(key))
    }

    /// The value of the field of this key.
    pub(crate) fn get(&self, key: Key) -> Option<Token<'r>> {
        self.record.get(key).filter(|_| !self.taken.contains(key) && self.writes(Name::Known(key)))
    }
}

/// Stands for an id or a name that is not known.
const UNKNOWN: Token<'static> = Token::known("Unknown event");

/// The text without white space and control characters at its ends.
#[inline(always)]
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    match text {
        [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] => text,
        _ => trim_slowly(text),
    }
}

#[inline(never)]
fn trim_slowly(text: &[u8]) -> &[u8] {
    let text = str::from_utf8(text).unwrap_or_default();
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control()).as_bytes()
}

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

/// Tells the fields that describe the event as a whole from the others.
struct Envelope<'r> {
    record: Record<'r>,
    taken: KeySet,
}

impl<'r> Envelope<'r> {
    /// Takes the first of the aliases that holds what `parse` takes.
    fn take<T>(&mut self, aliases: &[Key], parse: impl Fn(Token<'r>) -> Option<T>) -> Option<T> {
        self.take_as(aliases, |token, _| parse(token))
    }

    fn take_as<T>(&mut self, aliases: &[Key], parse: impl Fn(Token<'r>, Key) -> Option<T>) -> Option<T> {
        let (key, value) = aliases.iter().find_map(|&key| Some((key, parse(self.record.scalar(key)?, key)?)))?;
        self.taken.insert(key);
        Some(value)
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
            ("99", severity, Some(10)),
            ("Very-High", severity, Some(10)),
            ("ALERT", severity, Some(9)),
            ("1", PRIORITY, Some(9)),
            ("notice", PRIORITY, Some(5)),
            ("8", PRIORITY, Some(3)),
            ("Unknown", severity, None),
            ("9.5", severity, None),
            ("", severity, None),
        ] {
            assert_eq!(Severity::parse(text.as_bytes(), key).map(Severity::cef), cef, "{text}");
        }
    }
}
