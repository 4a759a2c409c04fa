//! Names in the order of their letters, so that finding one among many takes few comparisons. Senders choose how
//! many there are, and which: a hash without a secret could be made to collide.

use std::cmp::Ordering;

/// The number of names up to which looking at each is as fast.
pub(crate) const FEW_NAMES: usize = 24;

/// Indices of names in order; where only letter case differs, those in upper case are first.
///
/// Whoever has the names gives a function from index to name: not a generic one, as core modules hold one copy.
#[derive(Debug, Default)]
pub(crate) struct SortedNames(Vec<u16>);

type NameOf<'f, 'n> = &'f dyn Fn(u16) -> &'n [u8];

impl SortedNames {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the index of this name in this letter case.
    pub(crate) fn find(&self, name: &[u8], name_of: NameOf<'_, '_>) -> Option<u16> {
        let place = self.place(is_before, name, name_of);
        self.0.get(place).copied().filter(|&index| name_of(index) == name)
    }

    /// Returns whether a name is there in any letter case.
    pub(crate) fn contain(&self, name: &[u8], name_of: NameOf<'_, '_>) -> bool {
        let place = self.place(|other, name| compare_letters(other, name).is_lt(), name, name_of);
        self.0.get(place).is_some_and(|&index| name_of(index).eq_ignore_ascii_case(name))
    }

    /// Returns the number of names that begin with this text in any letter case.
    pub(crate) fn count(&self, start: &[u8], name_of: NameOf<'_, '_>) -> usize {
        self.place(|other, start| compare_start(other, start).is_le(), start, name_of)
            - self.place(|other, start| compare_start(other, start).is_lt(), start, name_of)
    }

    /// Adds the name of this index.
    pub(crate) fn insert(&mut self, index: u16, name_of: NameOf<'_, '_>) {
        let place = self.place(is_before, name_of(index), name_of);
        self.0.insert(place, index);
    }

    /// Returns how many of the names, from the first on, are before a place.
    #[inline(never)] // Core modules hold one copy.
    fn place(&self, is_before: fn(&[u8], &[u8]) -> bool, name: &[u8], name_of: NameOf<'_, '_>) -> usize {
        self.0.partition_point(|&index| is_before(name_of(index), name))
    }
}

/// Returns whether a name is before another: by its letters, then by their case.
fn is_before(one: &[u8], other: &[u8]) -> bool {
    compare_letters(one, other).then_with(|| one.cmp(other)).is_lt()
}

fn compare_start(name: &[u8], start: &[u8]) -> Ordering {
    compare_letters(name.get(..start.len()).unwrap_or(name), start)
}

/// Compares letters without regard to case.
#[inline(never)] // Core modules hold one copy.
fn compare_letters(one: &[u8], other: &[u8]) -> Ordering {
    const CHUNK: usize = 8;
    let chunks = one.chunks_exact(CHUNK).zip(other.chunks_exact(CHUNK));
    let same = CHUNK * chunks.take_while(|(one, other)| one == other).count();
    let [one, other] = [one, other].map(|name| name.get(same..).unwrap_or_default());
    let same = one.iter().zip(other).take_while(|(one, other)| one == other || one.eq_ignore_ascii_case(other)).count();
    let [one, other] = [one, other].map(|name| name.get(same).map(u8::to_ascii_lowercase));
    one.cmp(&other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_looking_at_each_finds() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..300 {
            let mut name = || {
                let shared = ["", "n", "shared by many "][random.usize(..3)];
                let own: String = (0..random.usize(..4)).map(|_| ['a', 'A', 'b', '_'][random.usize(..4)]).collect();
                format!("{shared}{own}").into_bytes()
            };
            let (names, others): (Vec<_>, Vec<_>) = (0..40).map(|_| (name(), name())).unzip();
            let name_of = &|index: u16| &*names[usize::from(index)];
            let mut sorted = SortedNames::default();
            for index in 0..names.len() as u16 {
                sorted.insert(index, name_of);
            }
            for other in &others {
                let begin =
                    |name: &&Vec<u8>| name.len() >= other.len() && name[..other.len()].eq_ignore_ascii_case(other);
                assert_eq!(
                    sorted.find(other, name_of).map(name_of),
                    names.iter().find(|name| *name == other).map(|name| &**name)
                );
                assert_eq!(sorted.contain(other, name_of), names.iter().any(|name| name.eq_ignore_ascii_case(other)));
                assert_eq!(sorted.count(other, name_of), names.iter().filter(begin).count());
            }
        }
    }
}
