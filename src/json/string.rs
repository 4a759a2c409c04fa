//! Strings, RFC 8259, section 7: found, checked and decoded.

use super::error::{Error, Expected};
use super::reader::{Json, Raw, Result};
use super::span::Span;
use crate::bytes::{self, Buffer, CHUNK};

impl Json<'_> {
    /// Reads a string, whose opening quote is next. Lone surrogates and invalid bytes become
    /// U+FFFD, and `repaired` becomes true.
    #[inline(always)] // Half of `member_value`; a call more is felt where modules are interpreted.
    pub(crate) fn string(&mut self, decoded: &mut Buffer, repaired: &mut bool) -> Result<Span> {
        let start = self.at + 1;
        self.at = start + bytes::string_end(self.window.get(start..).unwrap_or_default());
        if self.peek() == Some(b'"') {
            let text = Span::in_window(start, self.at);
            let bytes = text.get(self.window, &[]);
            if self.utf8 || bytes::is_utf8(bytes) {
                self.at += 1;
                return Ok(if bytes::is_verbatim(bytes) { text.verbatim() } else { text });
            }
        }
        self.at = start;
        let start = decoded.len();
        self.unescape(decoded, repaired)?;
        let text = Span::decoded(start..decoded.len());
        Ok(if bytes::is_verbatim(text.get(&[], decoded)) { text.verbatim() } else { text })
    }

    /// Decodes the rest of a string, and consumes its closing quote.
    // Returns one byte: a span would be returned in memory, where callers would then keep theirs.
    #[inline(never)] // A loop of its own, for the few strings that have escapes.
    pub(super) fn unescape(&mut self, decoded: &mut Buffer, repaired: &mut bool) -> Result<()> {
        let begin = decoded.len();
        let mut rest = self.window.get(self.at..).unwrap_or_default();
        let mut ascii = true;
        loop {
            let length = append_run(rest, decoded, &mut ascii);
            rest = rest.get(length..).unwrap_or_default();
            match rest {
                [b'\\', byte @ (b'"' | b'\\' | b'/'), after @ ..] => {
                    // In core modules, `push` is a call.
                    decoded.put(&[*byte], 1);
                    rest = after;
                }
                [b'\\', b'u', digits @ ..]
                    if let Some(character) = code_unit(digits).and_then(char::from_u32)
                        && let Some(after) = digits.get(4..) =>
                {
                    let mut utf8 = [0; 4];
                    let length = character.encode_utf8(&mut utf8).len();
                    decoded.put(&utf8, length);
                    rest = after;
                }
                [0x20..=0xFF, ..] if length == CHUNK => {}
                [b'"', after @ ..] => {
                    self.at = self.window.len() - after.len();
                    // Decoded escapes are UTF-8.
                    if !ascii && !self.utf8 {
                        repair(decoded, begin, repaired);
                    }
                    return Ok(());
                }
                _ => {
                    self.at = self.window.len() - rest.len();
                    self.unescape_one(decoded, repaired)?;
                    rest = self.window.get(self.at..).unwrap_or_default();
                }
            }
        }
    }

    /// Decodes one escape and appends its character. An escape must be next.
    fn unescape_one(&mut self, decoded: &mut Buffer, repaired: &mut bool) -> Result<()> {
        if self.peek() != Some(b'\\') {
            return Err(Error::Expected(Expected::Quote));
        }
        let escaped = self.read_escape()?;
        let character = match escaped {
            0xD800..=0xDBFF => self.low_surrogate(escaped)?,
            _ => char::from_u32(escaped),
        };
        *repaired |= character.is_none();
        let mut utf8 = [0; 4];
        let length = character.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut utf8).len();
        decoded.put(&utf8, length);
        Ok(())
    }

    /// Consumes the low surrogate after a high one and returns their character. Without a low
    /// surrogate, consumes nothing and returns `None`.
    fn low_surrogate(&mut self, high: u32) -> Result<Option<char>> {
        let at = self.at;
        if self.peek() == Some(b'\\')
            && self.window.get(at + 1) == Some(&b'u')
            && let low @ 0xDC00..=0xDFFF = self.read_escape()?
        {
            return Ok(char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
        }
        self.at = at;
        Ok(None)
    }

    /// Consumes a string, whose opening quote is next. Checks its escapes, but not that it is
    /// UTF-8.
    #[inline(always)] // A search, once a key or skipped string; escapes are apart.
    pub(super) fn raw_string(&mut self) -> Result<Raw> {
        let start = self.at + 1;
        self.at = start + bytes::string_end(self.window.get(start..).unwrap_or_default());
        let escaped = self.peek() != Some(b'"');
        if escaped {
            self.skip_escapes()?;
        }
        let end = self.at;
        self.at += 1;
        Ok(Raw { start, end, escaped })
    }

    /// Moves to the closing quote of a string, whose first escape is next.
    #[inline(never)] // Few strings have escapes.
    fn skip_escapes(&mut self) -> Result<()> {
        loop {
            match self.peek() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => drop(self.read_escape()?),
                _ => return Err(Error::Expected(Expected::Quote)),
            }
            self.at += bytes::string_end(self.window.get(self.at..).unwrap_or_default());
        }
    }

    /// Consumes an escape (RFC 8259, section 7) and returns its UTF-16 code unit.
    fn read_escape(&mut self) -> Result<u32> {
        self.at += 1;
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => return self.hex_digits(),
            _ => return Err(Error::Expected(Expected::Escape)),
        };
        self.at += 1;
        Ok(character.into())
    }

    /// Consumes the letter of `\u` and four digits.
    fn hex_digits(&mut self) -> Result<u32> {
        let digits = self.window.get(self.at + 1..).unwrap_or_default();
        match code_unit(digits) {
            Some(unit) => {
                self.at += 5;
                Ok(unit)
            }
            None => {
                self.at += 1 + digits.iter().take_while(|digit| digit.is_ascii_hexdigit()).count();
                Err(Error::Expected(Expected::HexDigit))
            }
        }
    }
}

/// Appends the text before the next quote, backslash or control character, or a chunk of it.
/// Returns its length; `ascii` becomes false if it may not be ASCII.
#[inline(always)] // The body of the loop in `unescape`.
fn append_run(text: &[u8], decoded: &mut Buffer, ascii: &mut bool) -> usize {
    // Escapes often follow each other closely, so the search goes no further than a chunk.
    if let Some(chunk) = text.first_chunk::<CHUNK>() {
        let length = bytes::string_end_within(chunk);
        decoded.put(chunk, length);
        *ascii &= bytes::is_ascii(chunk);
        return length;
    }
    let length = bytes::string_end(text);
    decoded.append(text.get(..length).unwrap_or_default());
    *ascii &= text.is_ascii();
    length
}

/// Returns the UTF-16 code unit of the four hexadecimal digits at the start of `digits`.
#[inline(always)] // Four loads, in the loop of `unescape`.
fn code_unit(digits: &[u8]) -> Option<u32> {
    const NONE: u8 = 0xFF;
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    static VALUES: [u8; 256] = {
        let mut values = [NONE; 256];
        let mut value = 0;
        while value < 16 {
            values[b"0123456789abcdef"[value] as usize] = value as u8;
            values[b"0123456789ABCDEF"[value] as usize] = value as u8;
            value += 1;
        }
        values
    };
    #[expect(clippy::indexing_slicing, reason = "a u8 is less than 256")]
    let [a, b, c, d] = digits.first_chunk::<4>()?.map(|digit| VALUES[usize::from(digit)]);
    let unit = u32::from(a) << 12 | u32::from(b) << 8 | u32::from(c) << 4 | u32::from(d);
    (a | b | c | d < 16).then_some(unit)
}

/// Replaces what is not UTF-8, from the offset `start` on, with U+FFFD.
pub(crate) fn repair(decoded: &mut Buffer, start: usize, repaired: &mut bool) {
    let text = decoded.get(start..).unwrap_or_default();
    if !bytes::is_utf8(text) {
        let text = String::from_utf8_lossy(text).into_owned();
        decoded.truncate(start);
        decoded.append(text.as_bytes());
        *repaired = true;
    }
}
