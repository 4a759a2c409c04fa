//! Record to event: what it means. All doubt ends here; of an event, a line can be written.

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
