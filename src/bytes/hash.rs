//! FNV-1a of 32 bits, for the tables of names that the compiler makes.

/// A hash of the bytes so far.
#[derive(Clone, Copy)]
pub(crate) struct Fnv1a(u32);

impl Fnv1a {
    /// The hash of no bytes.
    pub(crate) const NEW: Self = Self(0x811C_9DC5);

    /// Returns the hash of the bytes so far and `byte`.
    pub(crate) const fn with(self, byte: u8) -> Self {
        Self((self.0 ^ byte as u32).wrapping_mul(0x0100_0193))
    }

    /// Returns the slot of the hash in a table that has `slots` of them.
    pub(crate) const fn slot(self, slots: usize) -> usize {
        (self.0 >> 16 ^ self.0) as usize % slots
    }
}
