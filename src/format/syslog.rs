//! The headers of syslog: RFC 5424, the Syslog Protocol, <https://www.rfc-editor.org/rfc/rfc5424>,
//! and RFC 3164, the BSD syslog Protocol, <https://www.rfc-editor.org/rfc/rfc3164>.
//!
//! `<PRI>VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID` and `<PRI>TIMESTAMP HOSTNAME TAG: `
//!
//! RFC 5424 allows more than receivers read alike. TIMESTAMP has milliseconds and `Z`, fields hold
//! `!` to `~`, and PROCID is a number or NILVALUE.
//!
//! The header of RFC 3164 stands before CEF only; its TAG keeps receivers from reading `CEF` as the
//! tag. Its TIMESTAMP is local time in the configured zone. Without a time, TIMESTAMP and HOSTNAME
//! are omitted, and the receiver adds its own (section 4.3.2). Without a host, HOSTNAME is omitted.

use chrono::{DateTime, Datelike, Timelike};

use super::line::{Cleaned, Line, Written, clean};
use super::product::{PerRelease, Product};
use crate::bytes::{Buffer, Value, trim, whole_number};
use crate::changes::Why;
use crate::event::{Event, Role};
use crate::key::Key;
use crate::time::MONTHS;
use crate::trace::{Escapes, Source, Trace};

/// The maximum number of characters of HOSTNAME: RFC 5424, section 6. RFC 3164 has no limit.
const HOSTNAME_MAX: u16 = 255;
/// The maximum number of characters of APP-NAME: RFC 5424, section 6.
const APP_NAME_MAX: u16 = 48;
/// The maximum number of characters of MSGID: RFC 5424, section 6.
const MSGID_MAX: u16 = 32;
/// The maximum number of characters of TAG: RFC 3164, section 4.1.3.
const TAG_MAX: u16 = 32;

/// "The NILVALUE is used as a value if a field is not known": RFC 5424, section 6.
pub(super) const NILVALUE: u8 = b'-';

const SPID: Key = Key::named("spid");

/// Writes the header of RFC 5424.
#[derive(Debug)]
pub(super) struct Rfc5424 {
    facility: u8,
    app_names: PerRelease<Vec<u8>>,
}

/// Writes the header of RFC 3164.
#[derive(Debug)]
pub(super) struct Rfc3164 {
    facility: u8,
    tags: PerRelease<Vec<u8>>,
}

impl Rfc5424 {
    pub(super) fn new(facility: u8, product: &Product) -> Self {
        let app_names = product.written(|product, app_name| {
            clean(product.as_bytes(), APP_NAME_MAX, is_printable, app_name);
        });
        Self { facility, app_names }
    }

    /// Writes the header and the space after it.
    pub(super) fn write<T: Trace>(&self, event: &Event<'_>, line: &mut Line<T>) {
        pri(self.facility, event, line);
        line.signs(b"1 ");
        timestamp(event, line);
        line.sign(b' ');
        line.notes.about(|| event.source(Role::Host));
        header_field("HOSTNAME", event.host, hostname, line);
        line.sign(b' ');
        line.notes.about(|| Source::Configuration);
        prepared("APP-NAME", self.app_names.of(event.product_version), line);
        line.sign(b' ');
        procid(event, line);
        line.sign(b' ');
        line.notes.about(|| event.source(Role::Id));
        header_field("MSGID", Some(event.id), msgid, line);
        line.sign(b' ');
    }
}

impl Rfc3164 {
    pub(super) fn new(facility: u8, product: &Product) -> Self {
        let tags = product.written(|product, tag| {
            clean(product.as_bytes(), TAG_MAX, is_in_tag, tag);
            // With the colon that follows, it would look like the start of CEF.
            if tag.last_chunk::<3>().is_some_and(|last| last.eq_ignore_ascii_case(b"CEF")) {
                tag.truncate(usize::from(TAG_MAX) - 1);
                tag.push(b'_');
            }
        });
        Self { facility, tags }
    }

    /// Writes the header and the space after it.
    pub(super) fn write<T: Trace>(&self, event: &Event<'_>, line: &mut Line<T>) {
        pri(self.facility, event, line);
        let local = event.millis.map(|millis| event.timezone.local(millis));
        if let Some(time) = local.and_then(DateTime::from_timestamp_millis) {
            line.notes.about(|| event.source(Role::Time));
            let start = line.end();
            line.signs(MONTHS.get(time.month0() as usize).map_or(&[], |month| *month));
            line.sign(b' ');
            let day = time.day();
            line.two_digits(day, if day < 10 { b' ' } else { b'0' });
            for (separator, value) in [(b' ', time.hour()), (b':', time.minute()), (b':', time.second())] {
                line.sign(separator);
                line.two_digits(value, b'0');
            }
            line.wrote("TIMESTAMP", start, Escapes::Ascii);
            line.sign(b' ');
            if let Some(host) = event.host {
                line.notes.about(|| event.source(Role::Host));
                rfc3164_hostname(host, line);
            }
        }
        line.notes.about(|| Source::Configuration);
        prepared("TAG", self.tags.of(event.product_version), line);
        line.signs(b": ");
    }
}

/// Writes PRI, facility and severity in one number: RFC 5424, section 6.2.1.
fn pri<T: Trace>(facility: u8, event: &Event<'_>, line: &mut Line<T>) {
    line.sign(b'<');
    line.notes.about(|| event.source(Role::Severity));
    let start = line.end();
    line.integer(i64::from(facility) * 8 + i64::from(event.severity.syslog()));
    line.wrote("PRI", start, Escapes::Ascii);
    line.sign(b'>');
}

/// Writes TIMESTAMP: RFC 5424, section 6.2.3.
fn timestamp<T: Trace>(event: &Event<'_>, line: &mut Line<T>) {
    line.notes.about(|| event.source(Role::Time));
    let start = line.end();
    match line.rfc3339(event.millis) {
        Written::Text | Written::Cut => line.wrote("TIMESTAMP", start, Escapes::Ascii),
        Written::Nothing => line.sign(NILVALUE),
    }
}

/// Appends HOSTNAME: RFC 5424, section 6. Vector takes a colon at its end for a separator, so that one becomes
/// `_`.
pub(super) fn hostname(host: &[u8], buffer: &mut Buffer) -> Cleaned {
    let mut cleaned = clean(host, HOSTNAME_MAX, is_printable, buffer);
    if cleaned.length > 0 && buffer.last() == Some(&b':') {
        buffer.truncate(buffer.len() - 1);
        buffer.push(b'_');
        cleaned.damaged = true;
    }
    cleaned
}

/// Appends MSGID: RFC 5424, section 6.
pub(super) fn msgid(id: &[u8], buffer: &mut Buffer) -> Cleaned {
    clean(id, MSGID_MAX, is_printable, buffer)
}

/// Writes HOSTNAME or MSGID with `append`, or NILVALUE.
fn header_field<T: Trace>(
    name: &'static str,
    value: Option<Value<'_>>,
    append: fn(&[u8], &mut Buffer) -> Cleaned,
    line: &mut Line<T>,
) {
    let start = line.end();
    let Cleaned { length, damaged, .. } = line.clean(value.map_or(&[], Value::bytes), append);
    if length == 0 {
        return line.sign(NILVALUE);
    }
    line.notes.changed_if(damaged, Why::Characters);
    line.wrote(name, start, Escapes::Ascii);
}

/// Writes a text made from the product's name.
fn prepared<T: Trace>(name: &'static str, text: &[u8], line: &mut Line<T>) {
    let start = line.end();
    line.prepared(text);
    line.wrote(name, start, Escapes::Ascii);
}

/// Writes PROCID. Some receivers accept only numbers, and print them without leading zeros.
fn procid<T: Trace>(event: &Event<'_>, line: &mut Line<T>) {
    match event.get(SPID).and_then(|spid| whole_number(trim(spid.bytes()))) {
        Some(spid) if u32::try_from(spid).is_ok() => {
            line.notes.about(|| event.source_of_field(SPID));
            let start = line.end();
            line.integer(spid);
            line.wrote("PROCID", start, Escapes::Ascii);
        }
        _ => line.sign(NILVALUE),
    }
}

/// Writes HOSTNAME of RFC 3164 and a space. rsyslog reads a name with a colon, or one that does not
/// end with a letter or digit, as the tag; syslog-ng reads four digits as the year.
fn rfc3164_hostname<T: Trace>(host: Value<'_>, line: &mut Line<T>) {
    let start = line.end();
    let damaged = line.clean(host.bytes(), |host, line| clean(host, HOSTNAME_MAX, is_in_tag, line)).damaged;
    let written = line.written(start..line.end());
    let end = written.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let kept = if written.iter().all(u8::is_ascii_digit) { 0 } else { end };
    // A name that is omitted is in `dvchost`.
    let is_changed = kept > 0 && (damaged || kept < written.len());
    line.notes.changed_if(is_changed, Why::Characters);
    line.truncate(start + kept);
    line.wrote("HOSTNAME", start, Escapes::Ascii);
    if kept > 0 {
        line.sign(b' ');
    }
}

/// Returns whether the character is PRINTUSASCII: RFC 5424, section 6.
fn is_printable(c: char) -> bool {
    matches!(c, '!'..='~')
}

/// Returns whether a tag can hold the character. RFC 3164, section 4.1.3, ends a tag at the first
/// character that is not a letter or digit; receivers accept `_`, `-` and `.` too.
fn is_in_tag(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}
