//! The names of fields: every key of the CEF dictionary, senhasegura's own and the envelope's, as
//! small integers.
//!
//! The table follows the "ArcSight Common Event Format (CEF) Implementation Standard", version 27,
//! chapter 2, for `CEF:0` (specification 0.1); the keys that came with 1.2 are not in it. A name
//! that is not in the table is kept as the text it is.
//!
//! `table.rs` has the rows, `lookup.rs` what the compiler makes of them.

mod lookup;
mod set;
mod table;
mod types;

pub(crate) use lookup::{CS6_MISLABELLED, CS7_MISLABELLED};
pub use set::Keys;
pub(crate) use set::{KeyMap, KeySet};
pub(crate) use types::SpeltKey;
pub use types::{ALIASES, Key, Owner, Spelling, Type};

/// The start of custom keys, as the standard asks: vendor and product.
pub(crate) const CUSTOM_PREFIX: &str = "MT4Senhasegura";
