//! One event in many dialects, with hostile texts: nothing in a value becomes an event or a field.

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::{Config, Transformer};

use crate::setup::RECEIVED;
use crate::{forgeries, hostile};

/// The texts of the event.
#[derive(Debug)]
pub struct Input {
    msg: String,
    act: String,
    own: String,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { msg: hostile::text(u)?, act: hostile::text(u)?, own: hostile::text(u)? })
    }
}

impl Input {
    /// Asserts that the event is found in each dialect, and no other.
    pub fn check(&self) {
        let mut transformer = Transformer::new(Config::default());
        for record in forgeries::records(&self.msg, &self.act, &self.own) {
            forgeries::check(&mut transformer, &record, RECEIVED);
        }
    }
}
