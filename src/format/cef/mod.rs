//! CEF, the Common Event Format: "ArcSight Common Event Format (CEF) Implementation Standard",
//! version 27.
//!
//! `CEF:0|Device Vendor|Device Product|Device Version|Device Event Class
//! ID|Name|Severity|Extension`
//!
//! The standard allows more than receivers read alike. The seventh pipe is always there, no header
//! field is empty, severity is an integer, times are milliseconds since 1970, each key occurs once,
//! a custom field stands beside its label, and each value is of the type that the dictionary gives
//! its key.
//!
//! Keys are the vendor's, except in four cases in which a key becomes a custom key,
//! `MT4Senhasegura<Key>`: if its value is of the wrong type (`dpt` = `ssh` becomes
//! `MT4SenhaseguraDpt`), if it is not for producers (`rawEvent`) or has the name of a header field
//! (`version`), if it has characters other than letters and digits, and if another field has the
//! key (`dvchost` beside `host`). With the option `dictionary`, every key outside the dictionary
//! becomes a custom key, and an IPv6 address in `src`, `dst` or `dvc` goes to the custom field that
//! the standard reserves for it.

mod extension;
mod plan;
mod value;

use super::line::{Escape, Line, escaped};
use super::names::Names;
use super::options::{CefKeys, CefOptions};
use super::product::{PerRelease, Product};
use crate::bytes::{Buffer, Value, is_verbatim, string_end, trim};
use crate::changes::Why;
use crate::event::{Event, Role};
use crate::key::KeySet;
use crate::trace::{Escapes, Rank, Source, Trace};
use extension::Extension;
use plan::Plan;

/// The maximum number of characters of Device Vendor.
pub(crate) const VENDOR_MAX: usize = 63;
/// The maximum number of characters of Device Product.
pub(crate) const PRODUCT_MAX: usize = 63;
/// The maximum number of characters of Device Version.
pub(crate) const VERSION_MAX: usize = 31;
/// The maximum number of characters of Device Event Class ID.
const CLASS_ID_MAX: u16 = 1023;
/// The maximum number of characters of Name.
const NAME_MAX: u16 = 512;

/// Writes events as CEF.
#[derive(Debug)]
pub(super) struct Cef {
    keys: CefKeys,
    plan: Plan,
    safe_header: bool,
    prefixes: PerRelease<Prefix>,
    /// Device Version of records that do not give theirs, and whether it is verbatim.
    version: (String, bool),
    /// The keys in the line that are not in the key table.
    names: Names,
}

/// The start of the header, up to the pipe after Device Product.
#[derive(Debug)]
struct Prefix {
    text: Vec<u8>,
    /// The offset at which Device Vendor ends.
    vendor_end: usize,
    /// Whether JSON escapes nothing in it.
    is_plain: bool,
}

impl Prefix {
    #[inline(never)] // Twice a configuration.
    fn new(vendor: &str, product: &str, escape: Escape) -> Self {
        let mut text = Buffer::default();
        text.append(VERSION);
        // Neither exceeds its maximum.
        escaped(vendor.as_bytes(), escape, &mut text);
        let vendor_end = text.len();
        text.push(b'|');
        escaped(product.as_bytes(), escape, &mut text);
        text.push(b'|');
        let is_plain = string_end(&text) == text.len();
        Self { text: text.into_vec(), vendor_end, is_plain }
    }
}

/// The start of CEF. Version 0 is that of specification 0.1.
const VERSION: &[u8] = b"CEF:0|";

impl Cef {
    pub(super) fn new(options: &CefOptions, product: &Product) -> Self {
        let escape = header_escape(options.safe_header);
        let prefixes = product.per_release(|product| Prefix::new(&options.vendor, product, escape));
        let version = (product.version.clone(), is_verbatim(product.version.as_bytes()));
        let CefOptions { keys, safe_header, .. } = *options;
        Self { keys, plan: Plan::new(keys), safe_header, prefixes, version, names: Names::default() }
    }

    /// Writes an event.
    #[inline]
    pub(super) fn write<T: Trace>(&mut self, event: &Event<'_>, line: &mut Line<T>) {
        self.header(event, line);
        let opening = line.end();
        if line.notes.trace.is_recording() {
            line.notes.trace.open_list(opening);
        }
        self.names.clear();
        Extension {
            event,
            keys: self.keys,
            plan: &self.plan,
            line,
            opening,
            written: KeySet::default(),
            names: &mut self.names,
            cut: Vec::new(),
        }
        .write();
        // Every pair begins with a space. The last pipe of the header replaces that of the first
        // pair.
        if line.end() == opening {
            line.sign(b'|');
        } else {
            line.replace(opening, b'|');
        }
    }

    /// Writes the header without its last pipe.
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
        let Prefix { text, vendor_end, is_plain } = self.prefixes.of(event.product_version);
        let start = line.end();
        line.prepared(text);
        if !is_plain {
            line.mark_not_plain();
        }
        if line.notes.trace.is_recording() {
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
    /// escaped: these signs, and `=`, are replaced.
    #[inline(always)] // Mostly a few stores.
    fn header_field<T: Trace>(&self, name: &'static str, value: Value<'_>, max: u16, line: &mut Line<T>) {
        if value.is_verbatim() && value.len() <= usize::from(max) && !line.notes.trace.is_recording() {
            return line.plain_field(value, b'|');
        }
        self.changed_header_field(name, value, max, line);
    }

    #[inline(never)] // Few header fields are changed.
    fn changed_header_field<T: Trace>(&self, name: &'static str, value: Value<'_>, max: u16, line: &mut Line<T>) {
        let start = line.end();
        if value.is_verbatim() && value.len() <= usize::from(max) {
            line.verbatim(value);
        } else {
            self.escape_header(value.bytes(), max, line);
        }
        line.wrote(name, start, Escapes::Backslash);
        line.group(start, || Rank::Header);
        line.sign(b'|');
    }

    fn escape_header<T: Trace>(&self, value: &[u8], max: u16, line: &mut Line<T>) {
        let (value, is_cut) = line.cut(trim(value), max);
        let damaged = line.escaped(value, header_escape(self.safe_header));
        line.ellipsis(is_cut);
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
