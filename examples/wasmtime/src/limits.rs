//! What an instance may use.

use std::time::Duration;

use wasmtime::{ResourceLimiter, Result, StoreLimits, StoreLimitsBuilder};

/// What instances may use. A batch takes at most `deadline` and the time to make an instance, once
/// for itself and once for each of `instances`, and the time of the calls that succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The maximum memory of an instance, and of an answer, in bytes.
    pub memory: usize,
    /// The maximum duration of a call, and of making an instance.
    pub deadline: Duration,
    /// The maximum number of instances that a batch may cost. What is left of the batch then is
    /// handed back untried.
    pub instances: u32,
}

impl Limits {
    /// No limit but those of WebAssembly.
    pub const NONE: Self = Self { memory: usize::MAX, deadline: Duration::MAX, instances: u32::MAX };
}

impl Default for Limits {
    /// 128 MiB, a second, 16 instances.
    fn default() -> Self {
        Self { memory: 128 << 20, deadline: Duration::from_secs(1), instances: 16 }
    }
}

/// Keeps an instance within its memory, and remembers that it wanted more.
///
/// The growth that is refused fails as WebAssembly says, and most guests trap on that: without the
/// note, nothing would tell that trap from others.
#[derive(Debug)]
pub(crate) struct Memory {
    limits: StoreLimits,
    /// The number of bytes that were wanted and not given in the last call.
    pub(crate) refused: Option<usize>,
}

impl Memory {
    pub(crate) fn new(limits: &Limits) -> Self {
        // A component of this interface has one memory, and a few small tables and instances in it.
        let limits = StoreLimitsBuilder::new().memory_size(limits.memory).memories(1);
        Self { limits: limits.table_elements(1 << 16).tables(8).instances(8).build(), refused: None }
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        let is_given = self.limits.memory_growing(current, desired, maximum)?;
        if !is_given {
            self.refused = Some(desired);
        }
        Ok(is_given)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Result<bool> {
        self.limits.table_growing(current, desired, maximum)
    }

    fn instances(&self) -> usize {
        self.limits.instances()
    }

    fn tables(&self) -> usize {
        self.limits.tables()
    }

    fn memories(&self) -> usize {
        self.limits.memories()
    }
}
