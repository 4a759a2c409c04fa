//! Text that is borrowed from a record, the catalog or the configuration.

use super::buffer::Buffer;

/// UTF-8 text, and whether every format writes it as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'r> {
    /// Begins with the text. What follows may be copied along, to be overwritten.
    wide: &'r [u8],
    length: usize,
    verbatim: bool,
}

impl<'r> Value<'r> {
    /// The text `bytes`; `verbatim` as [`is_verbatim`](crate::bytes::is_verbatim) has it, or false
    /// if nobody looked.
    #[inline]
    pub(crate) const fn new(bytes: &'r [u8], verbatim: bool) -> Self {
        Self { wide: bytes, length: bytes.len(), verbatim }
    }

    /// The first `length` bytes of `wide`.
    #[inline(always)]
    pub(crate) const fn from_wide(wide: &'r [u8], length: usize, verbatim: bool) -> Self {
        Self { wide, length, verbatim }
    }

    /// Text of the program's own: letters, digits, spaces and signs that no format escapes.
    pub(crate) const fn known(text: &'static str) -> Self {
        Self::new(text.as_bytes(), true)
    }

    #[inline(always)]
    pub(crate) fn bytes(self) -> &'r [u8] {
        self.wide.get(..self.length).unwrap_or_default()
    }

    /// The length in bytes.
    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.length
    }

    /// Whether every format writes it as it is.
    #[inline(always)]
    pub(crate) fn is_verbatim(self) -> bool {
        self.verbatim
    }

    /// The text without white space and control characters at its ends, unless nothing is left.
    #[inline]
    pub(crate) fn visible(self) -> Option<Self> {
        if self.verbatim {
            return Some(self);
        }
        let bytes = trim(self.bytes());
        (!bytes.is_empty()).then_some(Self::new(bytes, false))
    }

    /// Appends the text as it is.
    #[inline(always)]
    pub(crate) fn append_to(self, buffer: &mut Buffer) {
        match self.wide.first_chunk::<32>() {
            Some(chunk) if self.length <= 32 && !cfg!(small) => buffer.put(chunk, self.length),
            _ => buffer.append(self.bytes()),
        }
    }
}

/// The text without white space and control characters at its ends.
#[inline]
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    match text {
        [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] => text,
        _ => trim_slowly(text),
    }
}

#[inline(never)]
fn trim_slowly(text: &[u8]) -> &[u8] {
    let text = str::from_utf8(text).unwrap_or_default();
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control()).as_bytes()
}
