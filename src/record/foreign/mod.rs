//! Object of any dialect to record: each value by its path, as the [table](crate::dialect) has it.
//!
//! An event that a parser has taken apart gets the fields that it would have as a record of
//! senhasegura's own shape. If the event is still a text, or an object inside, that is given back to
//! be read.

mod decide;
mod finder;
mod target;
mod walk;

pub(super) use decide::Holds;
pub(super) use target::Target;

use super::around::Surroundings;
use super::object::Record;
use super::options::ReadOptions;
use super::reader::RecordReader;
use crate::outcome::Problem;
use crate::trace::ReadNotes;

use finder::Finder;

impl RecordReader {
    /// Reads the object that `window` begins with, which has been read as JSON.
    ///
    /// # Errors
    ///
    /// If it is an event of another vendor, or exceeds a limit.
    pub(super) fn read_foreign(
        &mut self,
        window: &[u8],
        options: &ReadOptions,
        received: Option<i64>,
        around: &mut Surroundings,
        notes: &mut ReadNotes<'_>,
    ) -> Result<Holds, Box<Problem>> {
        let mut finder = Finder::new(self, window, options, notes);
        finder.walk()?;
        finder.decide(false, received, around)
    }

    /// The same for an object that has been read as `record`, in which nothing is nested. `targets`
    /// are what its names stand for.
    pub(super) fn read_flat(
        &mut self,
        record: Record<'_>,
        targets: &[Target],
        options: &ReadOptions,
        received: Option<i64>,
        around: &mut Surroundings,
        notes: &mut ReadNotes<'_>,
    ) -> Result<Holds, Box<Problem>> {
        let mut finder = Finder::new(self, record.window(), options, notes);
        for (index, target) in (0..).zip(targets) {
            finder.take(record, index, *target);
        }
        if finder.reader.is_overfull() {
            return Err(Problem::TooManyFields { at: 0 }.boxed());
        }
        finder.decide(true, received, around)
    }
}
