//! Event to line. A formatter writes one event, without a terminator, line break or control
//! character.
//!
//! | module | example |
//! |---|---|
//! | `syslog` | `<13>1 2026-03-04T12:15:00.000Z - senhasegura - 17 ` |
//! | `structured_data` | `[senhasegura@32473 severity="5" suser="stlee"]` |
//! | `cef` | `CEF:0\|MT4\|senhasegura\|3.27.0-4\|17\|Session Ended\|5\|rt=1772626500000 suser=stlee` |
//! | `sensage` | `"2026-03-04T12:15:00.000Z","","senhasegura","","17","Session Ended","5","",...` |
//!
//! This module puts them together: a line is a syslog header or none, structured data or none, and
//! CEF, a text, or columns for Sensage.

mod cef;
mod fit;
mod kept;
mod line;
mod names;
mod options;
mod product;
mod sensage;
mod structured_data;
mod syslog;

pub(crate) use cef::{PRODUCT_MAX, VENDOR_MAX, VERSION_MAX};
pub(crate) use kept::Kept;
pub use kept::KeptField;
pub(crate) use line::Line;
pub use options::{Carrier, CefKeys, Format, Msg};
pub(crate) use options::{CefOptions, Options};
pub(crate) use product::Product;
pub(crate) use structured_data::SD_NAME_MAX;

use crate::bytes::Value;
use crate::changes::Why;
use crate::event::Event;
use crate::trace::{Escapes, Rank, Trace};
use cef::Cef;
use line::Written;
use sensage::Sensage;
use structured_data::{MsgContent, StructuredData};
use syslog::{Rfc3164, Rfc5424};

/// Writes events as configured.
#[derive(Debug)]
pub(crate) struct Formatter {
    head: Option<Head>,
    body: Body,
}

/// What a syslog message has before MSG.
#[derive(Debug)]
enum Head {
    Rfc3164(Rfc3164),
    Rfc5424 {
        header: Rfc5424,
        structured_data: Option<StructuredData>,
        /// Whether a byte order mark is written before MSG.
        bom: bool,
    },
}

/// The line without the head, if there is one.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a transformer has one, and never moves it")]
enum Body {
    Cef(Cef),
    /// The field `msg`, or the event's name.
    Text,
    Sensage(Sensage),
}

impl Formatter {
    pub(crate) fn new(options: &Options) -> Self {
        let Options { format, carrier, msg, facility, product, .. } = options;
        let head = match (format, carrier) {
            (Format::Rfc5424, _) | (Format::Cef, Carrier::Rfc5424) => Some(Head::Rfc5424 {
                header: Rfc5424::new(*facility, product),
                structured_data: (*format == Format::Rfc5424).then(|| StructuredData::new(options.sd_id.clone())),
                bom: options.bom,
            }),
            (Format::Cef, Carrier::Rfc3164) => Some(Head::Rfc3164(Rfc3164::new(*facility, product))),
            (Format::Cef, Carrier::None) | (Format::Sensage, _) => None,
        };
        let body = match (format, msg) {
            (Format::Cef, _) | (Format::Rfc5424, Msg::Cef) => Body::Cef(Cef::new(&options.cef, product)),
            (Format::Rfc5424, Msg::Text) => Body::Text,
            (Format::Sensage, _) => Body::Sensage(Sensage::new(product)),
        };
        Self { head, body }
    }

    /// Writes `event` as a line.
    ///
    /// # Errors
    ///
    /// The length of the event's shortest line, if it exceeds the maximum.
    #[inline(always)] // Once a record, in the loop.
    pub(crate) fn write<T: Trace>(&mut self, event: &Event<'_>, line: &mut Line<T>) -> Result<(), usize> {
        let before = line.notes.changes;
        self.write_whole(event, line);
        if line.end() - line.start() <= line.max() {
            return Ok(());
        }
        if line.notes.trace.recorder().is_some() {
            return line.fit();
        }
        line.take_back();
        line.notes.changes = before;
        self.write_fitting(event, line)
    }

    /// Writes the event again with a recorder, which shows what can be dropped.
    #[inline(never)] // Seldom needed.
    fn write_fitting<T: Trace>(&mut self, event: &Event<'_>, line: &mut Line<T>) -> Result<(), usize> {
        line.listened(T::fitting(), |line| {
            self.write_whole(event, line);
            line.fit()
        })
    }

    #[inline(always)] // As `write`.
    fn write_whole<T: Trace>(&mut self, event: &Event<'_>, line: &mut Line<T>) {
        match &mut self.body {
            Body::Cef(cef) => {
                if let Some(head) = &mut self.head {
                    line.mark_not_plain();
                    head.write(event, MsgContent::Cef, line);
                    break_cef(line);
                }
                cef.write(event, line);
            }
            Body::Text => {
                line.mark_not_plain();
                let (msg, text) = MsgContent::text(event);
                if let Some(head) = &mut self.head {
                    head.write(event, msg, line);
                }
                line.notes.about(|| msg.source(event));
                write_text(text, line);
            }
            Body::Sensage(sensage) => {
                line.mark_not_plain();
                sensage.write(event, line);
            }
        }
    }
}

impl Head {
    /// Writes the head and the space after it.
    #[inline(never)] // Once a line.
    fn write<T: Trace>(&mut self, event: &Event<'_>, msg: MsgContent, line: &mut Line<T>) {
        let (structured_data, bom) = match self {
            Self::Rfc3164(header) => return header.write(event, line),
            Self::Rfc5424 { header, structured_data, bom } => {
                header.write(event, line);
                (structured_data, *bom)
            }
        };
        match structured_data {
            Some(structured_data) => structured_data.write(event, msg, line),
            None => line.sign(syslog::NILVALUE),
        }
        line.sign(b' ');
        if bom {
            line.signs("\u{FEFF}".as_bytes());
        }
    }
}

/// Writes MSG as text: it is the rest of the line, and nothing in it is escaped.
#[inline(never)] // Once a line.
fn write_text<T: Trace>(text: Value<'_>, line: &mut Line<T>) {
    let start = line.end();
    if line.text(text, |_| None) == Written::Text {
        line.wrote("MSG", start, Escapes::None);
        line.group(start, || Rank::Header);
    }
}

/// Breaks up every `CEF:` in the line so far. Receivers take the first one in a line for the start
/// of CEF.
fn break_cef<T: Trace>(line: &mut Line<T>) {
    for at in line.start()..line.end() {
        if line.written(at..at + 4).eq_ignore_ascii_case(b"CEF:") {
            line.replace(at + 3, b'_');
            line.notes.changed_at(at + 3, Why::Characters);
        }
    }
}
