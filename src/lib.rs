//! Turns the privileged-access events of senhasegura (from release 4.0: Segura) from JSON records into what a SIEM reads.
//!
//! ```text
//! bytes ──batch──▶ Record ──resolve──▶ Event ──write──▶ line ──frame──▶ bytes
//!                  one JSON            what it          CEF            newline
//!                  object              means            RFC 5424       octet counting
//!                                                       Sensage        NUL
//! ```
//!
//! ```
//! use senhasegura_siem::{Config, Output, Transformer};
//!
//! let mut transformer = Transformer::new(Config::from_json(r#"{"timezone": "-03:00"}"#)?);
//! let mut output = Output::default();
//! transformer.transform(br#"{"event_id": 17, "time": "2026-03-04 09:15:00", "suser": "stlee"}"#, None, &mut output);
//! assert_eq!(
//!     String::from_utf8_lossy(&output.lines),
//!     "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=1772626500000 suser=stlee\n",
//! );
//! # Ok::<(), senhasegura_siem::ConfigError>(())
//! ```
//!
//! It is a function of configuration, bytes and the time of reception: no clock, no file, no network. No input makes it panic,
//! and one record is always one line or one [`Rejection`].

// In tests a panic is how a failure shows.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod bake;
mod bytes;
pub mod catalog;
mod changes;
pub mod config;
mod event;
pub mod explain;
mod format;
mod framing;
#[cfg(any(
    feature = "component",
    all(any(feature = "fluent-bit", feature = "redpanda-connect", feature = "js"), target_family = "wasm")
))]
mod guest;
mod json;
pub mod key;
mod outcome;
mod record;
mod stream;
mod time;
mod trace;
mod transform;

pub use changes::{Change, Changes, Why};
pub use config::{Config, ConfigError, Format};
pub use event::Severity;
pub use framing::Framing;
pub use outcome::{Output, Reason, Rejection};
pub use stream::Stream;
pub use time::Offset;
pub use transform::Transformer;
