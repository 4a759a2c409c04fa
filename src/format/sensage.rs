#![doc = include_str!("sensage.md")]

use std::ops::Range;

use crate::Changes;
use crate::buffer::Buffer;
use crate::config::Config;
use crate::event::Event;
use crate::format::fit::{Escapes, Part, Parts, Rank};
use crate::format::{of_release, products, rfc3339, text};
use crate::key::Key;
use crate::record::{Name, Received, Token};

/// The columns that hold fields, in their order; `other` holds the rest.
pub(crate) const COLUMNS: [Key; 16] = [
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

/// The most characters of a key in the column `other`.
const KEY_MAX: usize = 128;

/// Writes events in the project's layout for Sensage.
#[derive(Debug, Default)]
pub(crate) struct Sensage {
    /// Where the keys stand in the column `other`, to write none twice.
    keys: Vec<Range<usize>>,
}

impl Sensage {
    /// Appends `event` to `line` and counts in `changes` what could not be written as it is.
    #[inline(never)]
    pub(crate) fn write(
        &mut self,
        event: &Event<'_>,
        config: &Config,
        line: &mut Buffer,
        changes: &mut Changes,
        mut parts: Option<&mut Parts>,
    ) {
        let products = products(config);
        let product = of_release(event, config, &products);
        let mut severity = itoa::Buffer::new();

        line.push(b'"');
        rfc3339(event.millis, line);
        line.push(b'"');
        let severity = Token::new(severity.format(event.severity.cef()).as_bytes(), true);
        for (value, rank) in [
            (event.host, Rank::Documented),
            (Some(Token::new(product, false)), Rank::Header),
            (event.product_version, Rank::Documented),
            (Some(event.id), Rank::Header),
            (Some(event.name), Rank::Header),
            (Some(severity), Rank::Header),
            (event.origin, Rank::Documented),
        ] {
            column(value, rank, line, changes, parts.as_deref_mut());
        }
        for key in COLUMNS {
            column(event.get(key), Rank::Documented, line, changes, parts.as_deref_mut());
        }
        line.append(b",\"");
        if let Some(parts) = &mut parts {
            parts.open_list(line.len() - 1);
        }
        self.keys.clear();
        for Received { name, value, .. } in event.fields() {
            let written = match name {
                Name::Known(key) if COLUMNS.contains(&key) => continue,
                Name::Known(key) => self.pair(key.name().as_bytes(), value, line, changes),
                Name::Other(name) => self.pair(name, value, line, changes),
            };
            if let (Some((whole, text)), Some(parts)) = (written, &mut parts) {
                parts.note(Part::of(whole, text, Escapes::BackslashAndQuote, Rank::of(event, name)));
            }
        }
        line.push(b'"');
    }

    /// Writes a field of the last column. Answers where it stands, and where its value.
    fn pair(
        &mut self,
        name: &[u8],
        value: Token<'_>,
        line: &mut Buffer,
        changes: &mut Changes,
    ) -> Option<(Range<usize>, Range<usize>)> {
        let mark = line.len();
        if !self.keys.is_empty() {
            line.push(b' ');
        }
        let start = line.len();
        let changed = key(name, line);
        let range = start..line.len();
        let repeated = self.keys.iter().any(|other| line.get(other.clone()) == line.get(range.clone()));
        line.push(b'=');
        if repeated || !text(value, pair_text, line, changes) {
            line.truncate(mark);
            changes.dropped += 1;
            return None;
        }
        changes.renamed += u64::from(changed);
        let text = range.end + 1..line.len();
        self.keys.push(range);
        Some((mark..line.len(), text))
    }
}

/// Writes a column and the comma before it.
fn column(value: Option<Token<'_>>, rank: Rank, line: &mut Buffer, changes: &mut Changes, parts: Option<&mut Parts>) {
    line.append(b",\"");
    let start = line.len();
    if let Some(value) = value {
        let written = text(value, column_text, line, changes);
        changes.dropped += u64::from(!written);
        if let Some(parts) = parts.filter(|_| written) {
            let whole = start..line.len();
            parts.note(Part::of(whole.clone(), whole, Escapes::Quote, rank));
        }
    }
    line.push(b'"');
}

/// Writes a key: characters other than letters, digits and `_.@-` become `_`. Answers whether it is another than before.
fn key(name: &[u8], line: &mut Buffer) -> bool {
    let start = line.len();
    for c in str::from_utf8(name).unwrap_or_default().chars().take(KEY_MAX) {
        let stands = c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '@' | '-');
        line.push(if stands { c as u8 } else { b'_' });
    }
    if line.len() == start {
        line.push(b'_');
    }
    line.get(start..) != Some(name)
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
