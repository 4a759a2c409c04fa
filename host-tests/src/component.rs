//! The component under wasmtime, as `examples/wasmtime` embeds it.

pub use example_wasmtime::Instance as Host;
use example_wasmtime::Limits;
pub use example_wasmtime::bindings::exports::senhasegura::siem::transform::{
    Change, Changes, ConfigError, EventId, Explanation, Fate, Kind, Line, LinePart, Note, Output, PartNote, Reason,
    RecordField, Rejection, Source,
};
use wasmtime::Result;

use crate::engine;

/// The path of the component.
pub const PATH: &str = env!("COMPONENT");

/// The compiled component, to be instantiated as often as needed.
pub struct Compiled(example_wasmtime::Compiled);

impl Compiled {
    /// Compiles the component. `fuel` makes the instances count the instructions they execute.
    ///
    /// # Errors
    ///
    /// If wasmtime does not take it.
    pub fn new(fuel: bool) -> Result<Self> {
        Self::of(&std::fs::read(PATH)?, fuel)
    }

    /// As [`Compiled::new`], of these bytes.
    ///
    /// # Errors
    ///
    /// If wasmtime does not take them.
    pub fn of(component: &[u8], fuel: bool) -> Result<Self> {
        example_wasmtime::Compiled::with(&engine(fuel)?, component, None).map(Self)
    }

    /// Instantiates the component without limits, and makes a transformer.
    ///
    /// # Errors
    ///
    /// If the component traps. The inner error is that of the configuration.
    pub fn host(&self, config: &str) -> Result<std::result::Result<Host, ConfigError>> {
        Ok(self.0.instance(config, Limits::NONE)?)
    }
}

/// Returns what of a batch differs from what the native transform gives, if anything does.
#[must_use]
pub fn difference(found: &Output, native: &senhasegura_siem::Output) -> Option<&'static str> {
    let rejections =
        found.rejections.iter().map(|it| (it.index, it.start as usize, it.end as usize, it.message.clone()));
    let expected = native.rejections.iter().map(|it| (it.index, it.range.start, it.range.end, it.to_string()));
    if found.lines != native.lines || found.written != native.written {
        Some("the lines")
    } else if !rejections.eq(expected) {
        Some("the rejections")
    } else if senhasegura_siem::Changes::from(found.changes) != native.changes {
        Some("the changes")
    } else {
        None
    }
}
