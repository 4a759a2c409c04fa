//! Any record in any configuration: its explanation covers the line, the fields and the changes.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::{explanation, hostile, setup::Setup};

/// A record.
pub struct Input {
    setup: Setup,
    record: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::arbitrary_take_rest(Unstructured::new(u.bytes(u.len())?))
    }

    fn arbitrary_take_rest(mut u: Unstructured<'a>) -> Result<Self> {
        Ok(Self { setup: u.arbitrary()?, record: u.take_rest().to_vec() })
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.setup, hostile::shown(&self.record))
    }
}

impl Input {
    /// Asserts that the explanation says what happened.
    pub fn check(&self) {
        explanation::check(&self.setup.config(), &self.record);
    }
}
