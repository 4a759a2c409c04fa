//! Text that is borrowed from a record, the catalog or the configuration.

use super::buffer::Buffer;
use super::number::{are_digits, of_digits};

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

    /// Returns whether the text is a positive whole number of at most nine digits, without a leading
    /// zero: it fits in 32 bits and is written as it is.
    #[inline(always)] // A call for each port number would cost more than the check.
    pub(crate) fn is_short_number(self) -> bool {
        if !matches!(self.wide, [b'1'..=b'9', ..]) {
            return false;
        }
        match self.wide.first_chunk() {
            Some(chunk) if matches!(self.length, 1..=8) => {
                // Zeros in place of the bytes after the text.
                are_digits(of_digits(chunk) << (64 - 8 * self.length as u32))
            }
            _ => self.length < 10 && !self.bytes().is_empty() && self.bytes().iter().all(u8::is_ascii_digit),
        }
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

    /// Appends the text unchanged and one more byte.
    #[inline(always)] // As `append_after`.
    pub(crate) fn append_before(self, last: u8, buffer: &mut Buffer) {
        let is_written = match self.wide.first_chunk() {
            Some(text) if cfg!(small) && self.len() <= 16 => buffer.put_two(text, self.len(), &[last; 16], 1),
            _ => false,
        };
        if !is_written {
            buffer.append_and(self.bytes(), last);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_short_numbers_whatever_comes_after_them() {
        for text in
            ["", "0", "1", "01", "22", "3389", "65535", "12345678", "123456789", "1234567890", "1a", "1:2", "9/"]
        {
            let is_number = text.parse::<u32>().is_ok_and(|number| number > 0 && number.to_string() == text);
            let expected = is_number && text.len() < 10;
            for after in ["", "\",", "0123456789", "zzzzzzzz"] {
                let wide = format!("{text}{after}");
                assert_eq!(Value::from_wide(wide.as_bytes(), text.len(), true).is_short_number(), expected, "{wide}");
            }
        }
    }
}
