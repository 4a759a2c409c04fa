//! The event kinds of senhasegura, as data. All that the project knows of a kind is in its row.
//!
//! A record's kind is found by [`by_id`], else [`by_name`], else [`by_suid`]. `kinds.rs` has the
//! rows.

mod kind;
mod kinds;
mod lookup;
mod tables;

pub use kind::{EventId, Found, Kind, MessageType};
pub(crate) use kinds::COUNT;
pub use kinds::{CATALOG, COMMON, MESSAGE_TYPES};
pub(crate) use lookup::Fold;
pub(crate) use lookup::by_visible_id;
pub use lookup::{by_id, by_name, by_suid};
