//! The key of a member.

use std::ops::Range;

use super::error::{Error, Expected};
use super::reader::{Json, Raw, Result};
use super::span::Span;
use crate::bytes::{self, Buffer};

impl<'b> Json<'b> {
    /// Consumes a member's key and the colon after it.
    #[inline(never)] // Only names that are new in their place need it.
    pub(crate) fn key(&mut self) -> Result<()> {
        if self.next_token() != Some(b'"') {
            return Err(Error::Expected(Expected::Key));
        }
        self.key = self.raw_string()?;
        self.expect(b':', Expected::Colon)
    }

    /// Consumes an unescaped key and its colon, `length` bytes in all.
    #[inline]
    pub(crate) fn take_key(&mut self, length: usize) {
        self.key = Raw { start: self.at + 1, end: self.at + length - 2, escaped: false };
        self.at += length;
    }

    /// The last key as it is written, unless it has escapes.
    pub(crate) fn plain_key(&self) -> Option<&'b [u8]> {
        self.window.get(self.key.start..self.key.end).filter(|_| !self.key.escaped)
    }

    /// The range of the last key, without its quotes.
    pub(crate) fn key_range(&self) -> Range<usize> {
        self.key.start..self.key.end
    }

    /// Decodes the last key.
    pub(crate) fn decode_key(&self, decoded: &mut Buffer, repaired: &mut bool) -> Span {
        let Raw { start, end, escaped } = self.key;
        let text = Span::in_window(start, end);
        if !escaped && (self.utf8 || bytes::is_utf8(text.get(self.window, &[]))) {
            return text;
        }
        let begin = decoded.len();
        // It was checked when it was consumed, so this cannot fail.
        let _ = Self { at: start, ..*self }.unescape(decoded, repaired);
        Span::decoded(begin..decoded.len())
    }
}
