//! Names in the order of their letters, so that finding one among many takes few comparisons. Senders choose how
//! many there are, and which: a hash without a secret could be made to collide.

use std::cmp::Ordering;

/// The number of names up to which looking at each is as fast.
pub(crate) const FEW_NAMES: usize = 24;

/// Indices of names in order; where only letter case differs, those in upper case are first.
///
/// The functions get the name of an index from the caller, who has the names.
#[derive(Debug, Default)]
pub(crate) struct SortedNames(Vec<u16>);

impl SortedNames {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the index of this name in this letter case.
    pub(crate) fn find<'n>(&self, name: &[u8], name_of: impl Fn(u16) -> &'n [u8]) -> Option<u16> {
        let place = self.place(|other| compare(other, name) == Ordering::Less, &name_of);
        self.0.get(place).copied().filter(|&index| name_of(index) == name)
    }

    /// Returns whether a name is there in any letter case.
    pub(crate) fn contain<'n>(&self, name: &[u8], name_of: impl Fn(u16) -> &'n [u8]) -> bool {
        let place = self.place(|other| compare_letters(other, name) == Ordering::Less, &name_of);
        self.0.get(place).is_some_and(|&index| name_of(index).eq_ignore_ascii_case(name))
    }

    /// Returns the number of names that begin with this text in any letter case.
    pub(crate) fn count<'n>(&self, start: &[u8], name_of: impl Fn(u16) -> &'n [u8]) -> usize {
        let head = |other: &'n [u8]| compare_letters(other.get(..start.len()).unwrap_or(other), start);
        self.place(|other| head(other) != Ordering::Greater, &name_of)
            - self.place(|other| head(other) == Ordering::Less, &name_of)
    }

    /// Adds the name of this index.
    pub(crate) fn insert<'n>(&mut self, index: u16, name_of: impl Fn(u16) -> &'n [u8]) {
        let name = name_of(index);
        let place = self.place(|other| compare(other, name) == Ordering::Less, &name_of);
        self.0.insert(place, index);
    }

    /// Returns how many of the names, from the first on, are before a place.
    fn place<'n>(&self, is_before: impl Fn(&'n [u8]) -> bool, name_of: impl Fn(u16) -> &'n [u8]) -> usize {
        self.0.partition_point(|&index| is_before(name_of(index)))
    }
}

/// Compares letters, then their case.
fn compare(one: &[u8], other: &[u8]) -> Ordering {
    compare_letters(one, other).then_with(|| one.cmp(other))
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
            let name_of = |index: u16| &*names[usize::from(index)];
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
