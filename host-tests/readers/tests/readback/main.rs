//! Lines read back by parsers and servers that are not ours. One program, so that VRL is linked once, and what waits for a
//! server leaves the machine to others.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod budget;
mod cef;
mod command;
mod dialects;
#[cfg(target_os = "linux")]
mod faults;
mod filter;
mod fixpoint;
mod record_schema;
mod rsyslog;
mod syslog;
