//! Why the component gave no answer.

use std::fmt;
use std::time::Duration;

use wasmtime::{Error, Trap};

use crate::limits::Limits;

/// Why a record has neither a line nor a rejection of the component. Each is a reason for which the
/// host hands the record back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The component trapped.
    Trapped(String),
    /// It needed more memory than [`Limits::memory`].
    OutOfMemory {
        /// The limit in bytes.
        limit: usize,
        /// How many bytes it wanted.
        wanted: usize,
    },
    /// It took longer than [`Limits::deadline`].
    Deadline(Duration),
    /// Its answer cannot be used.
    WrongAnswer(String),
    /// There was no instance to call, and none could be made.
    NoInstance(String),
    /// The records before it had cost [`Limits::instances`] instances.
    NotTried {
        /// That number.
        limit: u32,
    },
}

impl Fault {
    /// Says why a call failed.
    pub(crate) fn of(error: &Error, limits: &Limits, refused: Option<usize>) -> Self {
        match (error.downcast_ref::<Trap>(), refused) {
            (Some(Trap::Interrupt), _) => Self::Deadline(limits.deadline),
            (_, Some(wanted)) => Self::OutOfMemory { limit: limits.memory, wanted },
            (Some(trap), None) => Self::Trapped(trap.to_string()),
            (None, None) => Self::WrongAnswer(error.root_cause().to_string()),
        }
    }

    /// Returns whether a call was made, and its instance is lost.
    pub(crate) fn cost_an_instance(&self) -> bool {
        !matches!(self, Self::NoInstance(_) | Self::NotTried { .. })
    }

    /// The reason as a word.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Trapped(_) => "trapped",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::Deadline(_) => "deadline",
            Self::WrongAnswer(_) => "wrong-answer",
            Self::NoInstance(_) => "no-instance",
            Self::NotTried { .. } => "not-tried",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trapped(trap) => {
                write!(f, "expected a line or a rejection, found that the component trapped: {trap}")
            }
            Self::OutOfMemory { limit, wanted } => {
                write!(
                    f,
                    "expected the component to need at most {limit} bytes of memory, found that it needs {wanted}"
                )
            }
            Self::Deadline(deadline) => {
                write!(f, "expected an answer from the component within {deadline:?}, found none")
            }
            Self::WrongAnswer(why) => write!(f, "expected a valid answer from the component, found: {why}"),
            Self::NoInstance(why) => {
                write!(f, "expected an instance of the component, found that none could be made: {why}")
            }
            Self::NotTried { limit } => {
                write!(
                    f,
                    "expected a batch to use up at most {limit} instances, found that the records before this one used up as many"
                )
            }
        }
    }
}

impl std::error::Error for Fault {}
