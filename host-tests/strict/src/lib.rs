//! Strict readers of the lines that senhasegura-siem writes, for its tests and for fuzzing.
//!
//! | module | reads |
//! |---|---|
//! | [`cef`] | the Common Event Format |
//! | [`rfc5424`] | the Syslog Protocol |
//! | [`sensage`] | this project's own layout for Sensage |
//! | [`text`] | what the documentation says of values, for tests that predict a line |
//!
//! Receivers are lenient, each in its own way, so that none of them can show that a line is right
//! for all of them. These readers take the standard's grammar literally and, where it leaves room,
//! accept only what the project documents that it writes. Each module opens with that grammar and
//! lists what it refuses beyond the standard.
//!
//! They share no code with the writers, and nothing panics on any input.

mod cursor;
mod error;
mod pairs;

pub mod cef;
pub mod record;
pub mod rfc5424;
pub mod sensage;
pub mod text;

pub use error::Error;
