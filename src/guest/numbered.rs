//! Transformers that a host knows by numbers.

/// Transformers, or what holds one, by number, from 0. The number of a freed one is given again.
pub(super) struct Numbered<T>(Vec<Option<T>>);

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Numbered<T> {
    /// Keeps a transformer, and returns its number.
    pub(super) fn add(&mut self, transformer: T) -> usize {
        let number = self.0.iter().position(Option::is_none).unwrap_or_else(|| {
            self.0.push(None);
            self.0.len() - 1
        });
        if let Some(place) = self.0.get_mut(number) {
            *place = Some(transformer);
        }
        number
    }

    /// Frees a transformer. An unknown number is ignored.
    pub(super) fn free(&mut self, number: usize) {
        if let Some(place) = self.0.get_mut(number) {
            *place = None;
        }
    }

    /// Returns the transformer with this number.
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        self.0.get_mut(number)?.as_mut()
    }
}
