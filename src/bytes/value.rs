//! Text that is borrowed from a record, the catalog or the configuration.

use super::buffer::Buffer;

/// UTF-8 text, and whether every format writes it unchanged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'r> {
    /// Begins with the text. The bytes after it may be copied along, to be overwritten.
    wide: &'r [u8],
    length: usize,
    /// 1 or 0: values are copied in fewer pieces than with the padding of a `bool`.
    verbatim: u32,
}

impl<'r> Value<'r> {
    /// Creates the value of the whole of `bytes`; `verbatim` is what
    /// [`is_verbatim`](crate::bytes::is_verbatim) returns, or false if that is unknown.
    #[inline]
    pub(crate) const fn new(bytes: &'r [u8], verbatim: bool) -> Self {
        Self::from_wide(bytes, bytes.len(), verbatim)
    }

    /// Creates the value of the first `length` bytes of `wide`.
    #[inline(always)] // Kept in registers.
    pub(crate) const fn from_wide(wide: &'r [u8], length: usize, verbatim: bool) -> Self {
        Self { wide, length, verbatim: verbatim as u32 }
    }

    /// Creates the value of a text of the program itself, in which no format escapes anything.
    pub(crate) const fn known(text: &'static str) -> Self {
        Self::new(text.as_bytes(), true)
    }

    /// The text.
    #[inline(always)] // Kept in registers.
    pub(crate) fn bytes(self) -> &'r [u8] {
        self.wide.get(..self.len()).unwrap_or_default()
    }

    /// The length in bytes.
    #[inline(always)] // A field.
    pub(crate) fn len(self) -> usize {
        self.length
    }

    /// Returns whether every format writes the text unchanged.
    #[inline(always)] // A field.
    pub(crate) fn is_verbatim(self) -> bool {
        self.verbatim != 0
    }

    /// Returns the text without white space and control characters at its ends, or `None` if
    /// nothing is left.
    #[inline]
    pub(crate) fn visible(self) -> Option<Self> {
        if self.is_verbatim() {
            return Some(self);
        }
        let bytes = trim(self.bytes());
        (!bytes.is_empty()).then_some(Self::new(bytes, false))
    }

    /// Appends the first `length` bytes of a chunk, at most all of it, and the text unchanged.
    #[inline(always)] // Once a field.
    pub(crate) fn append_after(self, chunk: &[u8; 16], length: usize, buffer: &mut Buffer) {
        // In fuel, four stores are less than a call, and than one for each byte.
        let is_written = match self.wide.first_chunk() {
            Some(text) if cfg!(small) && self.len() <= 16 => buffer.put_two(chunk, length, text, self.len()),
            _ => false,
        };
        if !is_written {
            buffer.put(chunk, length);
            self.append_to(buffer);
        }
    }

    /// Appends the text unchanged.
    #[inline(always)] // Mostly two stores, once a field.
    pub(crate) fn append_to(self, buffer: &mut Buffer) {
        match self.wide.first_chunk::<32>() {
            Some(chunk) if self.len() <= 32 && !cfg!(small) => buffer.put(chunk, self.len()),
            _ => buffer.append(self.bytes()),
        }
    }
}

/// Returns the text without white space and control characters at its ends.
#[inline]
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    match text {
        [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] => text,
        _ => trim_slowly(text),
    }
}

#[inline(never)] // Few texts begin or end with anything but a sign of ASCII.
fn trim_slowly(text: &[u8]) -> &[u8] {
    let text = str::from_utf8(text).unwrap_or_default();
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control()).as_bytes()
}
