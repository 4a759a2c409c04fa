//! The names in a line that are not in the key table. None is written twice.

use std::ops::Range;

use super::line::Line;
use crate::bytes::{FEW_NAMES, SortedNames};
use crate::event::Event;
use crate::key::Key;
use crate::record::Name;
use crate::trace::Trace;

/// The names in the line being written, and those that its event has. Receivers ignore letter case.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Whether there is anything in the others.
    is_used: bool,
    written: Vec<Range<usize>>,
    /// Those of the first `sorted_count` that are keys, and those that are not.
    keys: SortedNames,
    others: SortedNames,
    sorted_count: usize,
    /// The fields of the event whose names are not keys, once one of many fields needs them.
    received: Option<SortedNames>,
}

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
    #[inline(always)] // A comparison, mostly, once a line.
    pub(super) fn clear(&mut self) {
        if self.is_used {
            self.forget();
        }
    }

    #[inline(never)] // Few lines have such names.
    fn forget(&mut self) {
        self.written.clear();
        self.keys.clear();
        self.others.clear();
        (self.sorted_count, self.received, self.is_used) = (0, None, false);
    }

    /// Adds the name at this range.
    pub(super) fn push(&mut self, name: Range<usize>) {
        self.is_used = true;
        self.written.push(name);
    }

    /// Returns whether a field of the event whose name is not a key has this name.
    #[inline(never)] // Few names are written other than received.
    pub(super) fn is_received(&mut self, name: &[u8], event: &Event<'_>) -> bool {
        let mut others = event.fields().filter_map(|field| match field.name {
            Name::Other(other) => Some((field.index, other)),
            Name::Known(_) => None,
        });
        if event.order().len() <= FEW_NAMES {
            return others.any(|(_, other)| other.eq_ignore_ascii_case(name));
        }
        self.is_used = true;
        let name_of = |index| event.record().name(index);
        let received = self.received.get_or_insert_with(|| {
            let mut received = SortedNames::default();
            others.for_each(|(index, _)| received.insert(index, &name_of));
            received
        });
        received.contain(name, &name_of)
    }

    /// Gives the name that begins at `start`, the last in the line, a number if it `is_taken` or there
    /// already. Returns whether it has one; none if no number is free.
    pub(super) fn settle<T: Trace>(
        &mut self,
        start: usize,
        is_taken: bool,
        numbering: Numbering,
        line: &mut Line<T>,
    ) -> Option<bool> {
        let is_taken = is_taken || self.contain(start..line.end(), line);
        (!is_taken || self.number(start, numbering, line)).then_some(is_taken)
    }

    /// Returns whether the name at this range of the line is there already.
    fn contain<T: Trace>(&mut self, name: Range<usize>, line: &Line<T>) -> bool {
        let name = line.written(name);
        if self.written.len() <= FEW_NAMES {
            return self.written.iter().any(|other| line.written(other.clone()).eq_ignore_ascii_case(name));
        }
        self.sort(line);
        [&self.keys, &self.others].iter().any(|names| names.contain(name, &written(&self.written, line)))
    }

    /// Sorts the names that are new.
    fn sort<T: Trace>(&mut self, line: &Line<T>) {
        let name_of = written(&self.written, line);
        for index in self.sorted_count as u16..self.written.len() as u16 {
            let is_key = Key::find(name_of(index)).is_some();
            let names = if is_key { &mut self.keys } else { &mut self.others };
            names.insert(index, &name_of);
        }
        self.sorted_count = self.written.len();
    }

    /// Gives the name that begins at `start` a number with which no other name is there. Returns whether
    /// it found one.
    #[inline(never)] // Few names are there already.
    fn number<T: Trace>(&mut self, start: usize, numbering: Numbering, line: &mut Line<T>) -> bool {
        let Numbering { separator, max } = numbering;
        let name = line.written(start..line.end()).to_vec();
        self.sort(line);
        // Names of keys do not count, as not all of them are here.
        let count = self.others.count(&name, &written(&self.written, line)).max(1);
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

/// Returns a function from the index of a written name to its text.
fn written<'l, T: Trace>(names: &'l [Range<usize>], line: &'l Line<T>) -> impl Fn(u16) -> &'l [u8] + Copy {
    |index| names.get(usize::from(index)).map_or(&[], |name| line.written(name.clone()))
}
