//! The senhasegura-siem component under wasmtime, as a service embeds it.
//!
//! ```text
//! bytes ──Batches──▶ batches of whole records ──in_order──▶ Workers, one a thread ──▶ lines, rejections
//! ```
//!
//! * [`Compiled`] is the component, compiled once or taken from a [`Cache`], and shared by all threads.
//! * An [`Instance`] is what a thread calls. Each call is bounded in memory and time by [`Limits`].
//! * A [`Worker`] keeps an instance, and replaces it when a call fails. Then it tries the records of
//!   the batch one by one, so that a record on which the component fails costs no other.
//! * [`Batches`] cuts a stream into batches where records end, as soon as they end.
//! * [`in_order`] spreads batches over threads and gives the results in the order of the batches.
//!
//! `main.rs` makes a filter of these.

mod batches;
mod cache;
mod compiled;
mod fault;
mod instance;
mod limits;
mod ordered;
mod worker;

/// The interface of the component, `wit/transform.wit`, as Rust.
#[allow(missing_docs, unreachable_pub, reason = "generated")]
pub mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit", world: "transformer" });
}

pub use batches::{Batch, Batches, Piece};
pub use cache::Cache;
pub use compiled::{Compiled, Origin, tick};
pub use fault::Fault;
pub use instance::Instance;
pub use limits::Limits;
pub use ordered::{Ordered, in_order};
pub use worker::{Output, Reason, Rejection, Worker};
