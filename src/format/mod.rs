//! Event to line. A formatter writes one event into the caller's buffer: no terminator, no line break, no control character.
//!
//! | format | example |
//! |---|---|
//! | [`cef`] | `CEF:0\|MT4\|senhasegura\|3.27.0-4\|17\|Session Ended\|5\|rt=1772626500000 suser=stlee` |
//! | [`rfc5424`] | `<13>1 2026-03-04T12:15:00.000Z - senhasegura - 17 [senhasegura@32473 severity="5" suser="stlee"] Session Ended` |

pub(crate) mod cef;
pub(crate) mod rfc5424;

use crate::Changes;
use crate::buffer::Buffer;
use crate::config::{Config, Format};
use crate::event::Event;

/// Writes events in the configured format.
#[derive(Debug)]
pub(crate) enum Formatter {
    Cef(cef::Cef),
    Rfc5424(rfc5424::Rfc5424),
}

impl Formatter {
    pub(crate) fn new(config: &Config) -> Self {
        match config.format {
            Format::Cef => Self::Cef(cef::Cef::new(config)),
            Format::Rfc5424 => Self::Rfc5424(rfc5424::Rfc5424::new(config)),
        }
    }

    /// Appends `event` to `line` and counts in `changes` what could not be written as it is.
    #[inline(always)]
    pub(crate) fn write(&mut self, event: &Event<'_>, config: &Config, line: &mut Buffer, changes: &mut Changes) {
        match self {
            Self::Cef(cef) => cef.write(event, config, line, changes),
            Self::Rfc5424(rfc5424) => rfc5424.write(event, config, line, changes),
        }
    }
}

/// What the product is called: up to release 3, and from release 4.0 on.
fn products(config: &Config) -> [&str; 2] {
    let product = config.device_product.as_ref().map(|product| product.as_str());
    [product.unwrap_or("senhasegura"), product.unwrap_or("Segura")]
}

/// Whether the version is 4 or later.
fn is_segura(version: &[u8]) -> bool {
    let digits = version.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match version {
        [first, ..] if digits == 1 => *first >= b'4',
        _ => digits > 1,
    }
}
