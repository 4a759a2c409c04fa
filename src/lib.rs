//! Turns the privileged-access events of senhasegura (from release 4.0: Segura), as text or as JSON
//! records, into lines for a SIEM: CEF, RFC 5424 or a layout for Sensage.
//!
//! ```
//! use senhasegura_siem::{Config, Output, Transformer};
//!
//! let record = br#"{"event_id": 17, "time": "2026-03-04 09:15:00", "suser": "stlee"}"#;
//! let mut transformer = Transformer::new(Config::from_json(r#"{"timezone": "-03:00"}"#)?);
//! let mut output = Output::default();
//! transformer.transform(record, None, &mut output);
//! assert_eq!(
//!     String::from_utf8_lossy(&output.lines),
//!     "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|rt=1772626500000 suser=stlee\n",
//! );
//! # Ok::<(), senhasegura_siem::ConfigError>(())
//! ```
//!
//! The transform is a function of a configuration, bytes and a time of reception: it uses no clock,
//! no file and no network. No input makes it panic. Each record becomes either one line or one
//! [`Rejection`] with the reason.
//!
//! [`Stream`] does the same for input that arrives in pieces, cut anywhere. [`Splitter`] only finds the
//! records in them, for hosts that hand batches to the transform elsewhere.
//! [`Transformer::explain`] reports, for one record, the source of each part of its line and what
//! became of each of its fields.
//!
//! # The program
//!
//! ```text
//! bytes ──read──▶ record ──resolve──▶ event ──write──▶ line ──frame──▶ bytes
//! ```
//!
//! `transform.rs` has the loop that takes these steps, one record at a time:
//!
//! | step | file | result |
//! |---|---|---|
//! | find | `record/batch.rs` | the range of the next object or text in a batch, and of what is neither |
//! | read | `record/members.rs` | a record: its fields, with names looked up and values borrowed |
//! | resolve | `event/resolver.rs` | an event: the record's kind, its time and severity, its fields in order |
//! | write | `format/mod.rs` | a line: CEF, RFC 5424 or Sensage, without its end |
//! | frame | `framing.rs` | the line with a newline or NUL after it, or its length before it |
//!
//! The first three steps reject records. Writing rejects only an event whose shortest line exceeds
//! `max_bytes`. The steps look names up in `key/` and kinds of event in `catalog/`. `config/` has
//! the options of all of them.
//!
//! A file imports only from layers below its own. `tests/layers/main.rs` lists them, lowest first,
//! with a sentence about each file.

// In tests a panic is how a failure shows.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod bake;
mod bytes;
pub mod catalog;
mod changes;
pub mod config;
mod dialect;
mod event;
pub mod explain;
mod format;
mod framing;
#[cfg(any(
    feature = "component",
    all(
        any(
            feature = "c-abi",
            feature = "clickhouse",
            feature = "envoy",
            feature = "fluent-bit",
            feature = "js",
            feature = "redpanda",
            feature = "redpanda-connect"
        ),
        target_family = "wasm"
    )
))]
mod guest;
mod held;
mod json;
pub mod key;
mod outcome;
mod record;
mod secrets;
mod splitter;
mod stream;
mod time;
mod trace;
mod transform;

pub use changes::{Change, Changes, Why};
pub use config::{Config, ConfigError, Format};
pub use event::Severity;
pub use format::KeptField;
pub use framing::Framing;
pub use outcome::{Output, Reason, Rejection};
pub use splitter::{Part, Splitter};
pub use stream::Stream;
pub use time::Offset;
pub use transform::Transformer;
