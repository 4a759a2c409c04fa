//! Reads JSON (RFC 8259) a token at a time from untrusted bytes, and writes its strings.
//!
//! Why not `serde_json`: its values read `336.500` as the number 336.5. Its `RawValue` keeps the
//! digits and accepts lone surrogates, but refuses a whole record for one invalid byte, which
//! appliances and pipelines do send, and does not tell the offset of a value. Parsing into its
//! values alone takes 2.6 times as long as the whole transform
//! (`cargo bench --package host-tests --bench throughput`). Here numbers keep their digits, what is
//! not Unicode becomes U+FFFD and is counted, and only the requested text is built. Both accept the
//! same texts; the tests compare the two.

mod error;
mod key;
mod pointer;
mod reader;
mod skip;
mod span;
mod string;
mod syntax;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use error::{Error, Expected, FoundByte};
pub use pointer::Pointer;
pub(crate) use pointer::push_token;
pub(crate) use reader::{DEPTH_MAX, Json, is_number, is_space};
pub(crate) use span::Span;
pub(crate) use string::repair;
pub(crate) use syntax::{Step, Syntax};
#[cfg(all(feature = "fluent-bit", target_family = "wasm"))]
pub(crate) use write::append_escaped;
pub(crate) use write::append_string;
