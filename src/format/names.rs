//! The names in a line that are not in the key table. None is written twice.

use std::ops::Range;

use super::line::Line;
use crate::key::Key;
use crate::trace::Trace;

/// The names in the line being written. Receivers ignore letter case.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<Range<usize>>);

/// How names get a number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbering {
    /// What stands before the number.
    pub(super) separator: &'static [u8],
    /// The maximum length of a name with its number, in bytes.
    pub(super) max: usize,
}

/// How many numbers are tried. More are taken only if records have names with such numbers.
const TRIES_MAX: usize = 8;

impl Names {
    /// Forgets the names.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds the name at this range.
    pub(super) fn push(&mut self, name: Range<usize>) {
        self.0.push(name);
    }

    /// Gives the name that begins at `start`, the last in the line, a number if it `is_taken` or there
    /// already. Returns whether it has one; none if no number is free.
    pub(super) fn settle<T: Trace>(
        &self,
        start: usize,
        is_taken: bool,
        numbering: Numbering,
        line: &mut Line<T>,
    ) -> Option<bool> {
        let is_taken = is_taken || self.contain(start..line.end(), line);
        (!is_taken || self.number(start, numbering, line)).then_some(is_taken)
    }

    /// Returns whether the name at this range of the line is there already.
    fn contain<T: Trace>(&self, name: Range<usize>, line: &Line<T>) -> bool {
        let name = line.written(name);
        self.0.iter().any(|other| line.written(other.clone()).eq_ignore_ascii_case(name))
    }

    /// Gives the name that begins at `start` a number with which no other name is there. Returns whether
    /// it found one.
    #[inline(never)] // Few names are there already.
    fn number<T: Trace>(&self, start: usize, numbering: Numbering, line: &mut Line<T>) -> bool {
        let Numbering { separator, max } = numbering;
        let name = line.written(start..line.end()).to_vec();
        // Names of keys do not count, as not all of them are here.
        let begins = |other: &&Range<usize>| {
            let other = line.written((*other).clone());
            other.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(&name)) && Key::find(other).is_none()
        };
        let count = self.0.iter().filter(begins).count().max(1);
        (count + 1..count + 1 + TRIES_MAX).any(|number| {
            line.truncate(start);
            line.integer(number as i64);
            let digits = line.end() - start;
            line.truncate(start);
            line.name(name.get(..max - separator.len() - digits).unwrap_or(&name), |name, buffer| buffer.append(name));
            line.signs(separator);
            line.integer(number as i64);
            !self.contain(start..line.end(), line) && Key::find(line.written(start..line.end())).is_none()
        })
    }
}
