//! The header of RFC 3164, the BSD syslog Protocol, as it stands before CEF: <https://www.rfc-editor.org/rfc/rfc3164>.
//!
//! `<PRI>TIMESTAMP HOSTNAME TAG: `
//!
//! The tag keeps receivers from taking `CEF` for it. TIMESTAMP has neither year nor zone: it is local time in the configured `timezone`. Without a
//! time, TIMESTAMP and HOSTNAME are left out, and the receiver puts its own, as section 4.3.2 has it; without a host, HOSTNAME is.

use chrono::{DateTime, Datelike, Timelike};

use crate::Changes;
use crate::buffer::Buffer;
use crate::config::Config;
use crate::event::Event;
use crate::format::{clean, of_products, of_release, pri};
use crate::record::Token;

/// The most characters of HOSTNAME; RFC 3164 has none, RFC 5424 this one.
const HOSTNAME_MAX: usize = 255;
/// The most characters of TAG, section 4.1.3.
const TAG_MAX: usize = 32;

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// Writes the header.
#[derive(Debug)]
pub(crate) struct Header {
    /// TAG: for releases called senhasegura, and for Segura.
    tags: [Vec<u8>; 2],
}

impl Header {
    pub(crate) fn new(config: &Config) -> Self {
        let tags = of_products(config, |product, tag| {
            clean(product.as_bytes(), TAG_MAX, in_tag, tag, &mut Changes::default());
            // With its colon it would look like the start of CEF.
            if tag.last_chunk::<3>().is_some_and(|last| last.eq_ignore_ascii_case(b"CEF")) {
                tag.truncate(TAG_MAX - 1);
                tag.push(b'_');
            }
        });
        Self { tags }
    }

    /// Appends it, with the space behind it.
    pub(crate) fn write(&self, event: &Event<'_>, config: &Config, line: &mut Buffer, changes: &mut Changes) {
        pri(event, config, line);
        let time = event.millis.and_then(|millis| DateTime::from_timestamp_millis(config.timezone.local(millis)));
        if let Some(time) = time {
            line.append(MONTHS.get(time.month0() as usize).copied().unwrap_or_default());
            line.push(b' ');
            let day = time.day();
            two_digits(day, if day < 10 { b' ' } else { b'0' }, line);
            for (separator, value) in [(b' ', time.hour()), (b':', time.minute()), (b':', time.second())] {
                line.push(separator);
                two_digits(value, b'0', line);
            }
            line.push(b' ');
            if let Some(host) = event.host {
                hostname(host, line, changes);
            }
        }
        line.append(of_release(event, config, &self.tags));
        line.append(b": ");
    }
}

/// Writes a number below 100; `tens` stands for a first digit of 0.
fn two_digits(number: u32, tens: u8, line: &mut Buffer) {
    let [first, second] = [number / 10, number % 10].map(|digit| b'0' + digit as u8);
    line.append(&[if first == b'0' { tens } else { first }, second]);
}

/// Section 4.1.3 ends a tag at the first sign that is no letter or digit; receivers take `_`, `-` and `.` as well.
fn in_tag(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// Writes HOSTNAME and the space behind it. rsyslog takes it for the tag if it has a colon, as IPv6 addresses do, or does not end with a
/// letter or digit; syslog-ng takes four digits for the year.
fn hostname(host: Token<'_>, line: &mut Buffer, changes: &mut Changes) {
    let start = line.len();
    clean(host.bytes(), HOSTNAME_MAX, in_tag, line, changes);
    let written = line.get(start..).unwrap_or_default();
    let end = written.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let kept = if written.iter().all(u8::is_ascii_digit) { 0 } else { end };
    changes.replaced += u64::from(kept < written.len());
    line.truncate(start + kept);
    if kept > 0 {
        line.push(b' ');
    }
}
