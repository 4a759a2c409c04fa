//! The reader, and tokens other than strings.

use super::error::{Error, Expected};
use super::span::Span;

/// A reader at an offset of a window of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'b> {
    pub(super) window: &'b [u8],
    pub(super) at: usize,
    /// Whether the window is known to be UTF-8.
    pub(super) utf8: bool,
    /// The last key.
    pub(super) key: Raw,
}

/// The offsets of a string token's text, without its quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) escaped: bool,
}

pub(super) type Result<T> = std::result::Result<T, Error>;

/// The maximum nesting depth that [`Json`] follows.
pub(crate) const DEPTH_MAX: u32 = 128;

impl<'b> Json<'b> {
    /// Reads `window` from its start.
    pub(crate) fn new(window: &'b [u8]) -> Self {
        Self { window, at: 0, utf8: false, key: Raw { start: 0, end: 0, escaped: false } }
    }

    /// Reads `window` from its start; `utf8` means that it is known to be UTF-8.
    pub(crate) fn with_utf8(window: &'b [u8], utf8: bool) -> Self {
        Self { utf8, ..Self::new(window) }
    }

    /// Whether the window is known to be UTF-8.
    #[inline]
    pub(crate) fn is_utf8(&self) -> bool {
        self.utf8
    }

    /// The whole window, for [`Span::get`].
    #[inline]
    pub(crate) fn window(&self) -> &'b [u8] {
        self.window
    }

    /// The offset of the next byte.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Moves to the offset `at`.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    #[inline(always)] // A bounds check, before each token.
    pub(super) fn peek(&self) -> Option<u8> {
        self.window.get(self.at).copied()
    }

    /// Skips white space and returns the next byte, without consuming it.
    #[inline(always)] // A comparison, before each token; the loop is apart.
    pub(crate) fn next_token(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        if byte > b' ' {
            return Some(byte);
        }
        self.at = skip_space(self.window, self.at);
        self.peek()
    }

    /// Checks that no token follows.
    pub(crate) fn end(&mut self) -> Result<()> {
        match self.next_token() {
            Some(_) => Err(Error::Expected(Expected::End)),
            None => Ok(()),
        }
    }

    /// Consumes `byte` if it is the next token.
    #[inline(always)] // As `next_token`.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.next_token() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Consumes `byte`, which must be the next token.
    #[inline(always)] // As `next_token`.
    pub(crate) fn expect(&mut self, byte: u8, expected: Expected) -> Result<()> {
        if self.take(byte) { Ok(()) } else { Err(Error::Expected(expected)) }
    }

    /// Consumes the token after a member or an element: a comma, and returns true, or `close`, and
    /// returns false.
    #[inline(always)] // As `next_token`; `close` is known.
    pub(crate) fn another(&mut self, close: u8, expected: Expected) -> Result<bool> {
        match self.next_token() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(Error::Expected(expected)),
        }
    }

    /// Reads a number, `true`, `false` or `null`; the text is the token itself.
    pub(crate) fn literal(&mut self) -> Result<Span> {
        let start = self.at;
        match self.peek() {
            Some(b't') => self.word(b"true", Expected::True)?,
            Some(b'f') => self.word(b"false", Expected::False)?,
            Some(b'n') => self.word(b"null", Expected::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(Error::Expected(Expected::Value)),
        }
        Ok(Span::in_window(start, self.at).verbatim())
    }

    fn word(&mut self, word: &[u8], expected: Expected) -> Result<()> {
        for &letter in word {
            if self.peek() != Some(letter) {
                return Err(Error::Expected(expected));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Consumes a number (RFC 8259, section 6): no leading zeros, no plus sign, digits on both
    /// sides of the point.
    fn number(&mut self) -> Result<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(Error::Expected(Expected::Digit)) } else { Ok(()) }
    }
}

/// Returns the offset of the first byte, from `at` on, that is not white space.
#[inline(never)] // Its loop would take registers from the readers of tokens, and seldom runs.
fn skip_space(window: &[u8], at: usize) -> usize {
    let rest = window.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_space(byte)).count()
}

/// Returns whether `byte` is white space (RFC 8259, section 2).
pub(crate) fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Returns whether `text` is a number (RFC 8259, section 6).
pub(crate) fn is_number(text: &[u8]) -> bool {
    let mut json = Json::new(text);
    json.number().is_ok() && json.at == text.len()
}
