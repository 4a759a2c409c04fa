//! What is passed on beside a line: the option `keep`. Outputs put it into headers and routes compare it, so
//! that no text here has a character that a line cannot have.

use super::fit::ELLIPSIS;
use super::line::{escaped, rfc3339};
use super::syslog::{hostname, msgid};
use crate::bytes::{Buffer, Value};
use crate::event::Event;
use crate::key::Key;
use crate::record::Name;

/// The maximum length in bytes of a text that is kept: a limit of this project. A longer one ends with `…`.
const TEXT_MAX: usize = 1024;

/// The names to keep, and the texts of the last event.
#[derive(Debug)]
pub(crate) struct Kept {
    entries: Vec<Entry>,
    /// The texts, one after the other.
    texts: Buffer,
}

/// A name to keep.
#[derive(Debug)]
struct Entry {
    name: String,
    content: Content,
    /// Where its text ends.
    end: usize,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
enum Content {
    Severity,
    SyslogSeverity,
    Host,
    Id,
    Name,
    Kind,
    Time,
    /// The field of this key, or of the name.
    Field(Option<Key>),
}

/// What the event of a line has for a name of the option `keep`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptField<'k> {
    /// The name.
    pub name: &'k str,
    /// The text, without control characters or line breaks; `None` if the event has nothing for the name. Of
    /// a text of more than 1024 bytes, the beginning, and `…`.
    pub text: Option<&'k str>,
}

impl Content {
    fn of(name: &str) -> Self {
        match name {
            "severity" => Self::Severity,
            "syslog_severity" => Self::SyslogSeverity,
            "host" => Self::Host,
            "id" => Self::Id,
            "name" => Self::Name,
            "kind" => Self::Kind,
            "time" => Self::Time,
            _ => Self::Field(Key::find(name.as_bytes()).map(|(key, _)| key)),
        }
    }
}

impl Kept {
    pub(crate) fn new<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let entry = |name: &str| Entry { name: name.to_owned(), content: Content::of(name), end: 0 };
        Self { entries: names.map(entry).collect(), texts: Buffer::default() }
    }

    /// Keeps what `event` has, in place of what the event before had.
    #[inline(always)] // A comparison, mostly.
    pub(crate) fn take(&mut self, event: &Event<'_>) {
        if !self.entries.is_empty() {
            self.fill(event);
        }
    }

    #[inline(never)] // Most configurations keep nothing.
    fn fill(&mut self, event: &Event<'_>) {
        let Self { entries, texts } = self;
        texts.clear();
        for Entry { name, content, end } in entries {
            match *content {
                Content::Severity => number(event.severity.cef(), texts),
                Content::SyslogSeverity => number(event.severity.syslog(), texts),
                Content::Host => drop(hostname(event.host.map_or(&[], Value::bytes), texts)),
                Content::Id => drop(msgid(event.id.bytes(), texts)),
                Content::Name => text(Some(event.name), texts),
                Content::Kind => text(event.found.map(|found| found.kind_name()), texts),
                Content::Time => drop(rfc3339(event.millis, texts)),
                Content::Field(Some(key)) => text(event.named(Name::Known(key)), texts),
                Content::Field(None) => text(event.named(Name::Other(name.as_bytes())), texts),
            }
            *end = texts.len();
        }
    }

    /// Returns what is kept of the event that was taken last, in the order of the names.
    pub(crate) fn fields(&self) -> impl Iterator<Item = KeptField<'_>> {
        let mut start = 0;
        self.entries.iter().map(move |Entry { name, end, .. }| {
            let text = self.texts.get(start..*end).and_then(|text| str::from_utf8(text).ok());
            start = *end;
            KeptField { name, text: text.filter(|text| !text.is_empty()) }
        })
    }
}

fn number(number: u8, texts: &mut Buffer) {
    texts.append(itoa::Buffer::new().format(i64::from(number)).as_bytes());
}

fn text(value: Option<Value<'_>>, texts: &mut Buffer) {
    let text = value.map_or(&[][..], Value::bytes);
    let mut end = TEXT_MAX;
    // Not inside a character.
    while text.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    let start = text.get(..end).unwrap_or(text);
    escaped(start, |_| None, texts);
    if start.len() < text.len() {
        texts.append(ELLIPSIS.as_bytes());
    }
}
