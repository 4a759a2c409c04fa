//! The position of a token's text, in eight bytes.

use std::ops::Range;

use crate::bytes::Value;

/// Text of a record: a range of the window, or of the buffer that it was decoded into. Both are far
/// shorter than 512 MiB, which leaves three bits for flags.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// No text.
    pub(crate) const EMPTY: Self = Self { start: 0, end: 0 };
    /// The flag, in `start`, of text in the buffer.
    const DECODED: u32 = 1 << 31;
    /// The flag, in `start`, of text that is [verbatim](crate::bytes::is_verbatim).
    const VERBATIM: u32 = 1 << 30;
    /// The flag, in `start`, of text that is the JSON of an array or object.
    const NESTED: u32 = 1 << 29;
    const START: u32 = Self::NESTED - 1;

    /// Creates the span of a range of the window.
    #[inline]
    pub(crate) fn in_window(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// Returns the span marked as verbatim.
    #[inline]
    pub(crate) fn verbatim(self) -> Self {
        Self { start: self.start | Self::VERBATIM, ..self }
    }

    /// Creates the span of a range of the buffer.
    pub(crate) fn decoded(range: Range<usize>) -> Self {
        Self { start: range.start as u32 | Self::DECODED, end: range.end as u32 }
    }

    /// Returns the span marked as that of an array or object.
    pub(crate) fn nested(self) -> Self {
        Self { start: self.start | Self::NESTED, ..self }
    }

    /// Returns whether the text is the JSON of an array or object.
    #[inline]
    pub(crate) fn is_nested(self) -> bool {
        self.start & Self::NESTED != 0
    }

    /// Returns whether there is no text.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.start & Self::START == self.end
    }

    /// Returns whether every format writes the text unchanged.
    #[inline]
    pub(crate) fn is_verbatim(self) -> bool {
        self.start & Self::VERBATIM != 0
    }

    /// Returns whether the text is in the window.
    pub(crate) fn is_in_window(self) -> bool {
        self.start & Self::DECODED == 0
    }

    /// The text, which is UTF-8.
    #[inline(always)] // As `value`.
    pub(crate) fn get<'r>(self, window: &'r [u8], decoded: &'r [u8]) -> &'r [u8] {
        let from = if self.start & Self::DECODED == 0 { window } else { decoded };
        from.get((self.start & Self::START) as usize..self.end as usize).unwrap_or_default()
    }

    /// The text, if it is not empty, not nested, verbatim and in the window.
    #[inline(always)] // As `value`.
    pub(crate) fn verbatim_in(self, window: &[u8]) -> Option<Value<'_>> {
        if self.start & !Self::START != Self::VERBATIM {
            return None;
        }
        let start = self.start & Self::START;
        let (wide, length) = (window.get(start as usize..)?, self.end.wrapping_sub(start) as usize);
        (length != 0 && length <= wide.len()).then_some(Value::from_wide(wide, length, true))
    }

    /// The text as a value.
    #[inline(always)] // Read for every field of every record: kept in registers.
    pub(crate) fn value<'r>(self, window: &'r [u8], decoded: &'r [u8]) -> Value<'r> {
        let from = if self.start & Self::DECODED == 0 { window } else { decoded };
        let start = self.start & Self::START;
        let length = self.end.wrapping_sub(start) as usize;
        Value::from_wide(from.get(start as usize..).unwrap_or_default(), length, self.is_verbatim())
    }
}
