//! Record to event: what it means. No later step interprets the record again.

mod model;
mod resolver;
mod role;
mod selection;
mod severity;

pub(crate) use model::Event;
pub use resolver::{ExtraFields, UnknownEvents};
pub(crate) use resolver::{Options, Resolver};
pub(crate) use role::Role;
pub use severity::Severity;
