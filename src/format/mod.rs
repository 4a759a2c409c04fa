//! Event to line. A formatter writes one event into the caller's buffer: no terminator, no line break, no control character.
//!
//! | format | example |
//! |---|---|
//! | [`cef`] | `CEF:0\|MT4\|senhasegura\|3.27.0-4\|17\|Session Ended\|5\|rt=1772626500000 suser=stlee` |
//! | [`rfc5424`] | `<13>1 2026-03-04T12:15:00.000Z - senhasegura - 17 [senhasegura@32473 severity="5" suser="stlee"] Session Ended` |
//! | [`sensage`] | `"2026-03-04T12:15:00.000Z","","senhasegura","","17","Session Ended","5","","","","","","stlee",...` |

pub(crate) mod cef;
pub(crate) mod fit;
mod rfc3164;
pub(crate) mod rfc5424;
pub(crate) mod sensage;

use chrono::{DateTime, Datelike, Timelike};

use crate::Changes;
use crate::buffer::Buffer;
use crate::bytes::{self, trim};
use crate::config::{Config, Format};
use crate::event::Event;
use crate::format::fit::Parts;
use crate::record::Token;

/// Writes events in the configured format.
#[derive(Debug)]
pub(crate) enum Formatter {
    Cef(cef::Cef),
    Rfc5424(rfc5424::Rfc5424),
    Sensage(sensage::Sensage),
}

impl Formatter {
    pub(crate) fn new(config: &Config) -> Self {
        match config.format {
            Format::Cef => Self::Cef(cef::Cef::new(config)),
            Format::Rfc5424 => Self::Rfc5424(rfc5424::Rfc5424::new(config)),
            Format::Sensage => Self::Sensage(sensage::Sensage::default()),
        }
    }

    /// Appends `event` to `line`, in at most `max` bytes, and counts in `changes` what could not be written as it is.
    ///
    /// # Errors
    ///
    /// The fewest bytes that the event can be written in, if those are more.
    #[inline(always)]
    pub(crate) fn write(
        &mut self,
        event: &Event<'_>,
        config: &Config,
        max: usize,
        line: &mut Buffer,
        changes: &mut Changes,
    ) -> Result<(), usize> {
        let (start, before) = (line.len(), *changes);
        self.write_whole::<{ cfg!(feature = "small") }>(event, config, line, changes, None);
        if line.len() - start <= max {
            return Ok(());
        }
        line.truncate(start);
        *changes = before;
        self.write_fitting(event, config, max, line, changes)
    }

    #[inline(never)]
    fn write_fitting(
        &mut self,
        event: &Event<'_>,
        config: &Config,
        max: usize,
        line: &mut Buffer,
        changes: &mut Changes,
    ) -> Result<(), usize> {
        let (start, mut parts) = (line.len(), Parts::default());
        self.write_whole::<true>(event, config, line, changes, Some(&mut parts));
        let outcome = parts.fit(line, start, max, changes);
        if outcome.is_err() {
            line.truncate(start);
        }
        outcome
    }

    /// `NOTING` says whether there may be `parts`; a small build has one piece of code for both.
    #[inline(always)]
    pub(crate) fn write_whole<const NOTING: bool>(
        &mut self,
        event: &Event<'_>,
        config: &Config,
        line: &mut Buffer,
        changes: &mut Changes,
        parts: Option<&mut Parts>,
    ) {
        match self {
            Self::Cef(cef) => cef.write::<NOTING>(event, config, line, changes, parts),
            Self::Rfc5424(rfc5424) => rfc5424.write(event, config, line, changes, parts),
            Self::Sensage(sensage) => sensage.write(event, config, line, changes, parts),
        }
    }
}

/// What the product is called: up to release 3, and from release 4.0 on.
pub(crate) fn products(config: &Config) -> [&str; 2] {
    let product = config.device_product.as_ref().map(|product| product.as_str());
    [product.unwrap_or("senhasegura"), product.unwrap_or("Segura")]
}

/// What `write` makes of each of the two [`products`].
fn of_products(config: &Config, write: impl Fn(&str, &mut Buffer)) -> [Vec<u8>; 2] {
    products(config).map(|product| {
        let mut text = Buffer::default();
        write(product, &mut text);
        text.into_vec()
    })
}

/// Of what is made for the two [`products`], that of the event's release.
pub(crate) fn of_release<'p>(
    event: &Event<'_>,
    config: &Config,
    [senhasegura, segura]: &'p [impl AsRef<[u8]>; 2],
) -> &'p [u8] {
    let version = event.product_version.map_or(config.device_version.as_str().as_bytes(), Token::bytes);
    let digits = version.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let from_4_on = match version {
        [first, ..] if digits == 1 => *first >= b'4',
        _ => digits > 1,
    };
    if from_4_on { segura.as_ref() } else { senhasegura.as_ref() }
}

/// The PRI of syslog, RFC 5424, section 6.2.1: facility and severity in one number.
fn pri(event: &Event<'_>, config: &Config, line: &mut Buffer) {
    line.push(b'<');
    integer(i64::from(config.facility.get()) * 8 + i64::from(event.severity.syslog()), line);
    line.push(b'>');
}

/// Writes a field of a syslog header: characters that cannot stand in it become `_`; what is too long is cut. Answers false if there was nothing
/// to write.
#[inline(never)]
fn clean(value: &[u8], max: usize, can_stand: fn(char) -> bool, line: &mut Buffer, changes: &mut Changes) -> bool {
    let value = str::from_utf8(trim(value)).unwrap_or_default();
    let (mut damaged, mut length) = (false, 0);
    for c in value.chars() {
        if length == max {
            changes.truncated += 1;
            break;
        }
        line.push(if can_stand(c) { c as u8 } else { b'_' });
        damaged |= !can_stand(c);
        length += 1;
    }
    changes.replaced += u64::from(damaged);
    length > 0
}

/// Breaks up every `CEF:` between `start` and the end of `line`. Receivers take the first one in a line for the start of CEF.
fn break_cef(line: &mut Buffer, start: usize, changes: &mut Changes) {
    for at in start..line.len() {
        if line.get(at..at + 4).is_some_and(|four| four.eq_ignore_ascii_case(b"CEF:")) {
            if let Some(colon) = line.get_mut(at + 3) {
                *colon = b'_';
            }
            changes.replaced += 1;
        }
    }
}

fn integer(number: i64, line: &mut Buffer) {
    if let 0..10 = number {
        return line.push(b'0' + number as u8);
    }
    line.append(itoa::Buffer::new().format(number).as_bytes());
}

/// A positive whole number as it is written, of at most nine digits.
#[inline(always)]
fn is_short_number(value: &[u8]) -> bool {
    matches!(value, [b'1'..=b'9', ..]) && value.len() < 10 && value.iter().all(u8::is_ascii_digit)
}

/// Writes a time as RFC 3339 has it, in UTC and with milliseconds. Answers false if there is none.
pub(crate) fn rfc3339(millis: Option<i64>, line: &mut Buffer) -> bool {
    let Some(time) = millis.and_then(DateTime::from_timestamp_millis).map(|time| time.naive_utc()) else {
        return false;
    };
    let mut text = *b"0000-00-00T00:00:00.000Z";
    for (value, end, digits) in [
        (time.year() as u32, 4, 4),
        (time.month(), 7, 2),
        (time.day(), 10, 2),
        (time.hour(), 13, 2),
        (time.minute(), 16, 2),
        (time.second(), 19, 2),
        (time.nanosecond() / 1_000_000, 23, 3),
    ] {
        let mut rest = value;
        for digit in text.iter_mut().take(end).rev().take(digits) {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
    }
    line.append(&text);
    true
}

/// Writes text with what `escape` puts for a sign. Answers false if there was nothing to write.
///
/// Control characters and line breaks become a space, as a line break would end the line for many receivers; NUL becomes U+FFFD.
#[inline]
fn text(value: Token<'_>, escape: Escape, line: &mut Buffer, changes: &mut Changes) -> bool {
    if value.plain {
        value.append_to(line);
        return true;
    }
    escaped(value.bytes(), escape, line, changes)
}

/// What stands for a sign, unless it stands for itself.
type Escape = fn(u8) -> Option<&'static [u8]>;

#[inline(never)]
fn escaped(value: &[u8], escape: Escape, line: &mut Buffer, changes: &mut Changes) -> bool {
    let mut rest = trim(value);
    let (written, mut damaged) = (!rest.is_empty(), false);
    loop {
        let (unchanged, special) = rest.split_at(bytes::unchanged_length(rest));
        line.append(unchanged);
        let (length, instead, damages): (usize, &[u8], bool) = match special {
            [] => break,
            [b'\r', b'\n', ..] | [0xC2, 0x80..0xA0, ..] => (2, b" ", true),
            [0xE2, 0x80, 0xA8 | 0xA9, ..] => (3, b" ", true),
            [0, ..] => (1, "\u{FFFD}".as_bytes(), true),
            [0x01..0x20 | 0x7F, ..] => (1, b" ", true),
            // A sign, or the first byte of a character.
            [byte, ..] => (1, escape(*byte).unwrap_or(std::slice::from_ref(byte)), false),
        };
        line.append(instead);
        damaged |= damages;
        rest = special.get(length..).unwrap_or_default();
    }
    changes.replaced += u64::from(damaged);
    written
}
