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
    #[inline(never)] // Few strings have escapes.
    pub(super) fn unescape(&mut self, decoded: &mut Buffer, repaired: &mut bool) -> Result<()> {
        let (begin, mut ascii) = (decoded.len(), true);
        loop {
            let text = self.window.get(self.at..).unwrap_or_default();
            decoded.append_with(text.len().min(ROOM_MAX) + AHEAD, |room| {
                let (read, written) = unescape_most(text, room, &mut ascii);
                self.at += read;
                written
            });
            match self.peek() {
                Some(b'"') => break,
                None | Some(..b' ' | b'\\') => self.unescape_one(decoded, repaired)?,
                Some(_) => {
                    let rest = self.window.get(self.at..).unwrap_or_default();
                    let run = rest.get(..bytes::string_end(rest)).unwrap_or_default();
                    ascii &= run.is_ascii();
                    decoded.append(run);
                    self.at += run.len();
                }
            }
        }
        self.at += 1;
        // Decoded escapes are UTF-8.
        if !ascii && !self.utf8 {
            repair(decoded, begin, repaired);
        }
        Ok(())
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

/// The most room that is made at once: what is left of the window may be far longer than the string.
const ROOM_MAX: usize = 4096;

/// What is looked at, and written, without asking whether it is there: a chunk, and the longest escape.
const AHEAD: usize = CHUNK + 6;

/// Decodes text of a string into `room`, up to its closing quote, an escape that few strings have, or where
/// less than [`AHEAD`] is left of either. Returns the numbers of bytes read and written; `ascii` becomes false
/// if the text may not be ASCII.
#[inline(always)] // The greater part of `unescape`.
fn unescape_most(text: &[u8], room: &mut [u8], ascii: &mut bool) -> (usize, usize) {
    let (mut rest, mut place) = (text, &mut *room);
    // Escapes often follow each other closely, so that the search goes no further than a chunk.
    while let Some(ahead) = rest.first_chunk::<AHEAD>()
        && place.len() >= AHEAD
    {
        let Some(&chunk) = ahead.first_chunk::<CHUNK>() else { break };
        *ascii &= bytes::is_ascii(&chunk);
        let length = bytes::string_end_within(&chunk);
        if let Some(place) = place.first_chunk_mut() {
            *place = chunk;
        }
        rest = rest.get(length..).unwrap_or_default();
        place = place.get_mut(length..).unwrap_or_default();
        if length == CHUNK {
            continue;
        }
        let [b'\\', byte, digits @ ..] = rest else { break };
        let (read, written) = match byte {
            b'"' | b'\\' | b'/' if let Some(place) = place.first_mut() => {
                *place = *byte;
                (2, 1)
            }
            b'u' if let Some(character) = code_unit(digits).and_then(char::from_u32)
                && let Some(place) = place.get_mut(..4) =>
            {
                (6, character.encode_utf8(place).len())
            }
            _ => break,
        };
        rest = rest.get(read..).unwrap_or_default();
        place = place.get_mut(written..).unwrap_or_default();
    }
    let left = place.len();
    (text.len() - rest.len(), room.len() - left)
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
    let value = |digit: u8| u32::from(VALUES[usize::from(digit)]);
    // Not by `map`, which is a loop in core modules.
    let [a, b, c, d] = *digits.first_chunk()?;
    let (a, b, c, d) = (value(a), value(b), value(c), value(d));
    (a | b | c | d < 16).then_some(a << 12 | b << 8 | c << 4 | d)
}

/// Replaces what is not UTF-8, from the offset `start` on, with U+FFFD.
pub(crate) fn repair(decoded: &mut Buffer, start: usize, repaired: &mut bool) {
    let text = decoded.get(start..).unwrap_or_default();
    if !bytes::is_utf8(text) {
        let text = text.to_vec();
        decoded.truncate(start);
        decoded.append_lossy(&text);
        *repaired = true;
    }
}
