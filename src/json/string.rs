//! Strings, RFC 8259, section 7: found, checked and decoded.

use super::error::{Error, Expected};
use super::reader::{Json, Raw, Result};
use super::span::Span;
use crate::bytes::{self, Buffer};

impl Json<'_> {
    /// Reads the string whose opening quote is next. What is not a Unicode character, a lone surrogate or an invalid byte,
    /// becomes U+FFFD.
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

    /// Appends the text of the string that goes on here, up to its closing quote, which it takes.
    // It answers no more than a byte, as memory that its callers keep the string's place in would cost them dear.
    #[inline(never)]
    pub(super) fn unescape(&mut self, decoded: &mut Buffer, repaired: &mut bool) -> Result<()> {
        let begin = decoded.len();
        let mut rest = self.window.get(self.at..).unwrap_or_default();
        let mut ascii = true;
        loop {
            let length = match rest.first_chunk::<16>() {
                // Escapes stand close to each other.
                Some(chunk) => {
                    let length = bytes::string_end_within(chunk);
                    decoded.put(chunk, length);
                    ascii &= bytes::is_ascii(chunk);
                    length
                }
                None => {
                    let length = bytes::string_end(rest);
                    decoded.append(rest.get(..length).unwrap_or_default());
                    ascii &= rest.is_ascii();
                    length
                }
            };
            rest = rest.get(length..).unwrap_or_default();
            match rest {
                [b'\\', byte @ (b'"' | b'\\' | b'/'), after @ ..] => {
                    decoded.push(*byte);
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
                [0x20..=0xFF, ..] if length == 16 => {}
                [b'"', after @ ..] => {
                    self.at = self.window.len() - after.len();
                    // What escapes stand for is UTF-8.
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

    /// Appends the character that the escape stands for which is wanted here.
    fn unescape_one(&mut self, decoded: &mut Buffer, repaired: &mut bool) -> Result<()> {
        if self.peek() != Some(b'\\') {
            return Err(Error::Expected(Expected::Quote));
        }
        let escaped = self.escape()?;
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

    /// The character that a high surrogate begins, if the low one follows; only then is that one taken.
    fn low_surrogate(&mut self, high: u32) -> Result<Option<char>> {
        let at = self.at;
        if self.peek() == Some(b'\\')
            && self.window.get(at + 1) == Some(&b'u')
            && let low @ 0xDC00..=0xDFFF = self.escape()?
        {
            return Ok(char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)));
        }
        self.at = at;
        Ok(None)
    }

    /// Takes the string whose opening quote is next; its escapes are checked, its UTF-8 is not.
    #[inline(always)]
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

    /// Goes to the closing quote of the string.
    #[inline(never)]
    fn skip_escapes(&mut self) -> Result<()> {
        loop {
            match self.peek() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => drop(self.escape()?),
                _ => return Err(Error::Expected(Expected::Quote)),
            }
            self.at += bytes::string_end(self.window.get(self.at..).unwrap_or_default());
        }
    }

    /// Takes an escape, RFC 8259, section 7, and answers the UTF-16 code unit that it stands for.
    fn escape(&mut self) -> Result<u32> {
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

    /// Takes the letter of `\u` and four digits.
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

/// The UTF-16 code unit of the four hexadecimal digits that `digits` begins with.
#[inline(always)]
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

/// Puts U+FFFD for what is not UTF-8 after `start`.
pub(super) fn repair(decoded: &mut Buffer, start: usize, repaired: &mut bool) {
    let text = decoded.get(start..).unwrap_or_default();
    if !bytes::is_utf8(text) {
        let text = String::from_utf8_lossy(text).into_owned();
        decoded.truncate(start);
        decoded.append(text.as_bytes());
        *repaired = true;
    }
}
