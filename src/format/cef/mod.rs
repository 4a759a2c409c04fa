//! CEF, the Common Event Format: "ArcSight Common Event Format (CEF) Implementation Standard",
//! version 27.
//!
//! `CEF:0|Device Vendor|Device Product|Device Version|Device Event Class
//! ID|Name|Severity|Extension`
//!
//! The standard leaves room; the line keeps to what all known receivers read the same way. The
//! seventh pipe is always there, no header field is empty, severity is an integer, times are
//! milliseconds since 1970, a key stands once, a custom field stands beside its label, and a value
//! is of the type that the dictionary gives its key.
//!
//! Keys are the vendor's own, with four exceptions that get the form which the standard asks of
//! custom keys, `MT4Senhasegura<Key>`: that of a value of the wrong type (`dpt` = `ssh` becomes
//! `MT4SenhaseguraDpt`), one that is not for producers (`rawEvent`) or is called like a header
//! field (`version`), one that is not of letters and digits, and one that another field has taken
//! (`dvchost` beside `host`). Or keys are those of the dictionary only: then every other one gets
//! that form, and an IPv6 address in `src`, `dst` or `dvc` goes to the custom field that the
//! standard keeps for it.

mod extension;
mod value;

use std::ops::Range;

use super::line::{Escape, Line, escaped};
use super::options::{CefKeys, CefOptions};
use super::product::{PerRelease, Product};
use crate::bytes::{Buffer, Value, is_verbatim, trim};
use crate::changes::Why;
use crate::event::{Event, Role};
use crate::key::KeySet;
use crate::trace::{Escapes, Rank, Source, Trace};
use extension::Extension;

/// The most characters of Device Vendor.
pub(crate) const VENDOR_MAX: usize = 63;
/// The most characters of Device Product.
pub(crate) const PRODUCT_MAX: usize = 63;
/// The most characters of Device Version.
pub(crate) const VERSION_MAX: usize = 31;
/// The most characters of Device Event Class ID.
const CLASS_ID_MAX: u16 = 1023;
/// The most characters of Name.
const NAME_MAX: u16 = 512;

/// Writes events as CEF.
#[derive(Debug)]
pub(super) struct Cef {
    keys: CefKeys,
    safe_header: bool,
    prefixes: PerRelease<Prefix>,
    /// Device Version of records that do not give theirs, and whether it is verbatim.
    version: (String, bool),
    /// Where the keys are in the line that are not in the key table, to write none twice.
    names: Vec<Range<usize>>,
}

/// The start of the header, up to the pipe after Device Product.
#[derive(Debug)]
struct Prefix {
    text: Vec<u8>,
    /// Where Device Vendor ends.
    vendor_end: usize,
}

/// What each line of CEF begins with, version 0 being that of specification 0.1.
const VERSION: &[u8] = b"CEF:0|";

impl Cef {
    pub(super) fn new(options: &CefOptions, product: &Product) -> Self {
        let escape = header_escape(options.safe_header);
        let prefixes = product.per_release(|product| {
            let mut text = Buffer::default();
            text.append(VERSION);
            // Neither is longer than it may be.
            escaped(options.vendor.as_bytes(), escape, &mut text);
            let vendor_end = text.len();
            text.push(b'|');
            escaped(product.as_bytes(), escape, &mut text);
            text.push(b'|');
            Prefix { text: text.into_vec(), vendor_end }
        });
        let version = (product.version.clone(), is_verbatim(product.version.as_bytes()));
        let CefOptions { keys, safe_header, .. } = *options;
        Self { keys, safe_header, prefixes, version, names: Vec::new() }
    }

    /// Writes an event.
    #[inline]
    pub(super) fn write<T: Trace>(&mut self, event: &Event<'_>, line: &mut Line<T>) {
        self.header(event, line);
        let opening = line.end();
        if T::LISTENS {
            line.notes.trace.open_list(opening);
        }
        self.names.clear();
        Extension { event, keys: self.keys, line, opening, written: KeySet::default(), names: &mut self.names }.write();
        // Every pair begins with a space; that of the first is where the last pipe of the header
        // goes.
        if line.end() == opening {
            line.sign(b'|');
        } else {
            line.replace(opening, b'|');
        }
    }

    /// Writes the header but for its last pipe.
    #[inline(always)] // One statement a token; the compiler knows each length.
    fn header<T: Trace>(&self, event: &Event<'_>, line: &mut Line<T>) {
        self.prefix(event, line);
        let version = event.product_version.unwrap_or(Value::new(self.version.0.as_bytes(), self.version.1));
        line.notes.about(|| event.source(Role::ProductVersion));
        self.header_field("Device Version", version, VERSION_MAX as u16, line);
        line.notes.about(|| event.source(Role::Id));
        self.header_field("Device Event Class ID", event.id, CLASS_ID_MAX, line);
        line.notes.about(|| event.source(Role::Name));
        self.header_field("Name", event.name, NAME_MAX, line);
        line.notes.about(|| event.source(Role::Severity));
        let start = line.end();
        line.integer(event.severity.cef().into());
        line.wrote("Severity", start, Escapes::None);
    }

    #[inline(always)] // Part of the header.
    fn prefix<T: Trace>(&self, event: &Event<'_>, line: &mut Line<T>) {
        let Prefix { text, vendor_end } = self.prefixes.of(event.product_version);
        let start = line.end();
        line.prepared(text);
        if T::LISTENS {
            line.notes.about(|| Source::Configuration);
            let vendor = start + VERSION.len()..start + vendor_end;
            let product = vendor.end + 1..line.end() - 1;
            for (name, text) in [("Device Vendor", vendor), ("Device Product", product)] {
                line.wrote_range(name, text);
            }
        }
    }

    /// Writes a header field and the pipe after it.
    ///
    /// "If a pipe (|) is used in the header, it has to be escaped with a backslash (\\)", a
    /// backslash as well; line breaks are not allowed. With the option `safe_header`, nothing is
    /// escaped: such signs, and `=`, become others.
    #[inline]
    fn header_field<T: Trace>(&self, name: &'static str, value: Value<'_>, max: u16, line: &mut Line<T>) {
        let start = line.end();
        if value.is_verbatim() && value.len() <= usize::from(max) {
            line.verbatim(value);
        } else {
            self.escape_header(value.bytes(), max, line);
        }
        line.wrote(name, start, Escapes::Backslash);
        line.part(start, || Rank::Header);
        line.sign(b'|');
    }

    fn escape_header<T: Trace>(&self, value: &[u8], max: u16, line: &mut Line<T>) {
        let value = line.cut(trim(value), max);
        let damaged = line.escaped(value, header_escape(self.safe_header));
        let is_other = self.safe_header && value.iter().any(|byte| safe_header_sign(*byte).is_some());
        line.notes.changed_if(damaged || is_other, Why::Characters);
    }
}

fn header_escape(is_safe: bool) -> Escape {
    if is_safe { safe_header_sign } else { header_sign }
}

fn header_sign(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'\\' => Some(br"\\"),
        b'|' => Some(br"\|"),
        _ => None,
    }
}

fn safe_header_sign(byte: u8) -> Option<&'static [u8]> {
    match byte {
        b'\\' | b'|' => Some(b"/"),
        b'=' => Some(b":"),
        _ => None,
    }
}
