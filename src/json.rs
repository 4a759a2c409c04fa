//! Reads JSON (RFC 8259) a token at a time from bytes that nobody has vetted.
//!
//! Why not `serde_json`: it reads `336.500` as the number 336.5, refuses a whole record for one lone surrogate or one
//! invalid byte, and does not tell where a value begins. Here numbers keep their digits, text that is not Unicode becomes
//! U+FFFD and is counted, and nothing is built but the text that is asked for. What is JSON and what is not is
//! decided as `serde_json` decides it; the tests compare the two.

use std::fmt;
use std::ops::Range;

/// A reader at a place in a window of bytes.
#[derive(Debug, Clone)]
pub(crate) struct Json<'b> {
    window: &'b [u8],
    /// `window` as text, when all of it is valid UTF-8.
    text: Option<&'b str>,
    at: usize,
}

/// Text of a record: as it stands in the batch, or decoded into the record's buffer.
#[derive(Debug, Clone)]
pub(crate) enum Text<'b> {
    Plain(&'b str),
    Decoded(Range<usize>),
}

/// A string token, between its quotes.
#[derive(Debug, Clone)]
struct Raw {
    range: Range<usize>,
    escaped: bool,
}

/// Why the bytes are not what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Error {
    /// At this offset of the window stands something else than what JSON wants there.
    Syntax { expected: &'static str, at: usize },
    /// The value at this offset is nested too deeply.
    TooDeep { at: usize },
}

type Result<T> = std::result::Result<T, Error>;

/// The greatest nesting that [`Json`] can follow.
pub(crate) const DEPTH_MAX: u32 = 128;

impl<'b> Json<'b> {
    /// Reads `window` from `at`. `text` is a `str` that begins with the same bytes, if they are one.
    pub(crate) fn new(window: &'b [u8], text: Option<&'b str>, at: usize) -> Self {
        Self { window, text, at }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.window.get(self.at).copied()
    }

    /// Skips white space and gives the byte after it.
    #[inline]
    pub(crate) fn next_token(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            if byte > b' ' || !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Takes `byte` if it is the next token.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.next_token() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline]
    pub(crate) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<()> {
        if self.take(byte) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    #[cold]
    pub(crate) fn unexpected(&self, expected: &'static str) -> Error {
        Error::Syntax { expected, at: self.at }
    }

    /// Takes the separator after a member or an element: true if another one follows, false if `close` ended them.
    #[inline]
    pub(crate) fn another(&mut self, close: u8, expected: &'static str) -> Result<bool> {
        match self.next_token() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.unexpected(expected)),
        }
    }

    /// Reads a member's key and the colon after it.
    #[inline]
    pub(crate) fn key(&mut self, decoded: &mut String, repaired: &mut bool) -> Result<Text<'b>> {
        if self.next_token() != Some(b'"') {
            return Err(self.unexpected("a key in quotes"));
        }
        let raw = self.raw_string()?;
        self.expect(b':', "`:` after the key")?;
        Ok(self.decode(&raw, decoded, repaired))
    }

    /// Reads a string that is the next token.
    #[inline]
    pub(crate) fn string(&mut self, decoded: &mut String, repaired: &mut bool) -> Result<Text<'b>> {
        let raw = self.raw_string()?;
        Ok(self.decode(&raw, decoded, repaired))
    }

    /// Reads a number, `true`, `false` or `null` as the text that it is.
    pub(crate) fn literal(&mut self) -> Result<&'b str> {
        let start = self.at;
        match self.peek() {
            Some(b't') => self.word(b"true", "`true`")?,
            Some(b'f') => self.word(b"false", "`false`")?,
            Some(b'n') => self.word(b"null", "`null`")?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(self.unexpected("a value")),
        }
        let bytes = self.window.get(start..self.at).unwrap_or_default();
        // All of it is ASCII: nothing else was taken.
        Ok(str::from_utf8(bytes).unwrap_or_default())
    }

    /// Goes to the value that the reference tokens of a JSON Pointer (RFC 6901) lead to from the next value, and gives
    /// its first byte. What is passed over has been checked before.
    pub(crate) fn locate(&mut self, tokens: &[String], decoded: &mut String) -> Result<Option<u8>> {
        for token in tokens {
            let found = match self.next_token() {
                Some(b'{') => self.locate_member(token, decoded)?,
                Some(b'[') => self.locate_element(token)?,
                _ => None,
            };
            match found {
                Some(at) => self.at = at,
                None => return Ok(None),
            }
        }
        Ok(self.next_token())
    }

    /// Finds a member's value; of several with the same key, the last.
    fn locate_member(&mut self, token: &str, decoded: &mut String) -> Result<Option<usize>> {
        let mut found = None;
        self.at += 1;
        if self.take(b'}') {
            return Ok(None);
        }
        loop {
            decoded.clear();
            let matches = match self.key(decoded, &mut false)? {
                Text::Plain(key) => key == token,
                Text::Decoded(_) => decoded == token,
            };
            if matches {
                found = Some(self.at);
            }
            self.skip(DEPTH_MAX)?;
            if !self.another(b'}', "`,` or `}`")? {
                return Ok(found);
            }
        }
    }

    fn locate_element(&mut self, token: &str) -> Result<Option<usize>> {
        // RFC 6901, section 4: no leading zeros.
        let Some(index) = token.parse::<usize>().ok().filter(|index| index.to_string() == token) else {
            return Ok(None);
        };
        self.at += 1;
        for _ in 0..index {
            self.skip(DEPTH_MAX)?;
            if !self.another(b']', "`,` or `]`")? {
                return Ok(None);
            }
        }
        Ok((self.next_token() != Some(b']')).then_some(self.at))
    }

    /// Skips any value, checking that it is JSON of at most `depth` levels.
    pub(crate) fn skip(&mut self, depth: u32) -> Result<()> {
        self.walk(depth, |_, _| ())
    }

    /// Appends the next value, an array or object of at most `depth` levels, to `decoded` as JSON text without white space.
    pub(crate) fn compact(&mut self, depth: u32, decoded: &mut String, repaired: &mut bool) -> Result<Range<usize>> {
        let start = decoded.len();
        self.walk(depth, |json, token| json.append_utf8(token, decoded, repaired))?;
        Ok(start..decoded.len())
    }

    /// Walks through the tokens of the next value without recursion.
    fn walk(&mut self, depth: u32, mut token: impl FnMut(&Self, Range<usize>)) -> Result<()> {
        // A bit a level, the innermost lowest: set in an object, clear in an array.
        let mut objects = 0u128;
        let mut level = 0;
        loop {
            // Here a value stands next; it is wanted unless an array may end instead.
            let byte = self.next_token();
            let start = self.at;
            match byte {
                Some(open @ (b'{' | b'[')) => {
                    if level >= depth.min(DEPTH_MAX) {
                        return Err(Error::TooDeep { at: start });
                    }
                    let object = open == b'{';
                    objects = objects << 1 | u128::from(object);
                    level += 1;
                    self.at += 1;
                    token(self, start..self.at);
                    if !self.take(if object { b'}' } else { b']' }) {
                        if object {
                            self.member_key(&mut token)?;
                        }
                        continue;
                    }
                    token(self, self.at - 1..self.at);
                    objects >>= 1;
                    level -= 1;
                }
                Some(b'"') => {
                    self.raw_string()?;
                    token(self, start..self.at);
                }
                _ => {
                    self.literal()?;
                    token(self, start..self.at);
                }
            }
            // A value has ended, and with it perhaps the containers around it.
            while level > 0 {
                let object = objects & 1 == 1;
                let (close, expected) = if object { (b'}', "`,` or `}`") } else { (b']', "`,` or `]`") };
                let another = self.another(close, expected)?;
                token(self, self.at - 1..self.at);
                if another {
                    if object {
                        self.member_key(&mut token)?;
                    }
                    break;
                }
                objects >>= 1;
                level -= 1;
            }
            if level == 0 {
                return Ok(());
            }
        }
    }

    fn member_key(&mut self, token: &mut impl FnMut(&Self, Range<usize>)) -> Result<()> {
        if self.next_token() != Some(b'"') {
            return Err(self.unexpected("a key in quotes"));
        }
        let start = self.at;
        self.raw_string()?;
        token(self, start..self.at);
        self.expect(b':', "`:` after the key")?;
        token(self, self.at - 1..self.at);
        Ok(())
    }

    fn word(&mut self, word: &[u8], expected: &'static str) -> Result<()> {
        for &letter in word {
            if self.peek() != Some(letter) {
                return Err(self.unexpected(expected));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// RFC 8259, section 6: no leading zeros, no plus sign, digits on both sides of the point.
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
        if self.at == start { Err(self.unexpected("a digit")) } else { Ok(()) }
    }

    /// Takes the string whose opening quote is next; its escapes are checked, its UTF-8 is not.
    #[inline]
    fn raw_string(&mut self) -> Result<Raw> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_length(self.window.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    let range = start..self.at;
                    self.at += 1;
                    return Ok(Raw { range, escaped });
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(self.unexpected("a closing quote")),
            }
        }
    }

    fn escape(&mut self) -> Result<()> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 1,
            Some(b'u') => {
                self.at += 1;
                for _ in 0..4 {
                    match self.peek() {
                        Some(digit) if digit.is_ascii_hexdigit() => self.at += 1,
                        _ => return Err(self.unexpected("a hexadecimal digit")),
                    }
                }
            }
            _ => return Err(self.unexpected("one of `\"\\/bfnrtu` after `\\`")),
        }
        Ok(())
    }

    #[inline]
    fn decode(&self, raw: &Raw, decoded: &mut String, repaired: &mut bool) -> Text<'b> {
        if !raw.escaped {
            let plain = match self.text {
                Some(text) => text.get(raw.range.clone()),
                None => self.window.get(raw.range.clone()).and_then(|bytes| str::from_utf8(bytes).ok()),
            };
            if let Some(plain) = plain {
                return Text::Plain(plain);
            }
        }
        let start = decoded.len();
        self.unescape(raw.range.clone(), decoded, repaired);
        Text::Decoded(start..decoded.len())
    }

    /// Appends the text of a string whose escapes have been checked. What is not a Unicode character, a lone surrogate
    /// or an invalid byte, becomes U+FFFD.
    fn unescape(&self, range: Range<usize>, decoded: &mut String, repaired: &mut bool) {
        let mut rest = range;
        while !rest.is_empty() {
            let bytes = self.window.get(rest.clone()).unwrap_or_default();
            let plain = bytes.iter().position(|&byte| byte == b'\\').unwrap_or(bytes.len());
            self.append_utf8(rest.start..rest.start + plain, decoded, repaired);
            let escape = bytes.get(plain..).unwrap_or_default();
            let (character, length) = match escape {
                [] => return,
                [_, b'u', ..] => {
                    let unit = code_unit(escape);
                    match unit {
                        0xD800..=0xDBFF => match escape.get(6..).map(code_unit) {
                            Some(low @ 0xDC00..=0xDFFF) => {
                                (char::from_u32(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)), 12)
                            }
                            _ => (None, 6),
                        },
                        _ => (char::from_u32(unit), 6),
                    }
                }
                [_, b'b', ..] => (Some('\u{8}'), 2),
                [_, b'f', ..] => (Some('\u{c}'), 2),
                [_, b'n', ..] => (Some('\n'), 2),
                [_, b'r', ..] => (Some('\r'), 2),
                [_, b't', ..] => (Some('\t'), 2),
                [_, other, ..] => (Some(char::from(*other)), 2),
                [_] => (None, 1),
            };
            *repaired |= character.is_none();
            decoded.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
            rest.start += plain + length;
        }
    }

    /// Appends bytes of the window, with U+FFFD for what is not UTF-8.
    fn append_utf8(&self, range: Range<usize>, decoded: &mut String, repaired: &mut bool) {
        for chunk in self.window.get(range).unwrap_or_default().utf8_chunks() {
            decoded.push_str(chunk.valid());
            if !chunk.invalid().is_empty() {
                decoded.push(char::REPLACEMENT_CHARACTER);
                *repaired = true;
            }
        }
    }
}

/// Whether the text is a number as RFC 8259, section 6 has it.
pub(crate) fn is_number(text: &str) -> bool {
    let mut json = Json::new(text.as_bytes(), Some(text), 0);
    json.number().is_ok() && json.at == text.len()
}

/// The UTF-16 code unit of `\uXXXX`; 0 if it is something else.
fn code_unit(escape: &[u8]) -> u32 {
    match escape {
        [b'\\', b'u', digits @ ..] => {
            digits.iter().take(4).fold(0, |unit, &digit| unit << 4 | char::from(digit).to_digit(16).unwrap_or(0))
        }
        _ => 0,
    }
}

/// How many bytes stand before the first quote, backslash or control character, eight at a time.
#[inline]
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let mut length = 0;
    let (chunks, rest) = bytes.as_chunks::<8>();
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        // The high bit of each byte that is zero in `x`; above a true one there may be false ones, never below.
        let zero = |x: u64| x.wrapping_sub(ONES) & !x;
        let quote = zero(word ^ (ONES * b'"' as u64));
        let backslash = zero(word ^ (ONES * b'\\' as u64));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote | backslash | control) & HIGHS;
        if found != 0 {
            return length + found.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + rest.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\').unwrap_or(rest.len())
}

/// What stands at an offset, in words that are safe to print.
pub(crate) struct Found(pub(crate) Option<u8>);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("the end of the input"),
            Some(b'\n' | b'\r') => f.write_str("the end of the line"),
            Some(byte @ 0x20..=0x7E) => write!(f, "`{}`", char::from(byte)),
            Some(byte) => write!(f, "byte 0x{byte:02X}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(input: &[u8]) -> (std::result::Result<(), Error>, String) {
        let mut compact = String::new();
        let mut json = Json::new(input, str::from_utf8(input).ok(), 0);
        let outcome = json.compact(DEPTH_MAX, &mut compact, &mut false).and_then(|_| match json.next_token() {
            None => Ok(()),
            Some(_) => Err(json.unexpected("nothing more")),
        });
        (outcome, compact)
    }

    #[test]
    fn finds_the_end_of_plain_text_at_every_offset() {
        for stop in [b'"', b'\\', 0, 0x1F, b'\n'] {
            for length in 0..40 {
                let mut bytes = [b"a\x20\x21\x7F\x80\xFF#[]".as_slice(); 8].concat();
                bytes.truncate(length);
                bytes.push(stop);
                bytes.extend(b"\"\\\n");
                assert_eq!(plain_length(&bytes), length, "{stop} at {length}");
                assert_eq!(plain_length(&bytes[..length]), length);
            }
        }
    }

    #[test]
    fn decodes_escapes_and_replaces_what_is_not_unicode() {
        for (json, text, damaged) in [
            (br#""a\"\\\/\b\f\n\r\tz""#.as_slice(), "a\"\\/\u{8}\u{c}\n\r\tz", false),
            (br#""\u00e9\uD83D\uDE00\u0000""#, "é😀\0", false),
            (br#""a\uD83Dz""#, "a\u{FFFD}z", true),
            (br#""\uDE00\uD83D""#, "\u{FFFD}\u{FFFD}", true),
            (br#""\uD83D\uD83D\uDE00""#, "\u{FFFD}😀", true),
            (br#""\uD83D\n""#, "\u{FFFD}\n", true),
            (b"\"caf\xC3\xA9 \xFF\xC3\"", "café \u{FFFD}\u{FFFD}", true),
        ] {
            let (mut decoded, mut repaired) = (String::new(), false);
            let mut reader = Json::new(json, None, 0);
            let found = match reader.string(&mut decoded, &mut repaired) {
                Ok(Text::Plain(text)) => text.to_owned(),
                Ok(Text::Decoded(range)) => decoded[range].to_owned(),
                Err(error) => panic!("{error:?}"),
            };
            assert_eq!((found.as_str(), repaired), (text, damaged), "{:?}", String::from_utf8_lossy(json));
        }
    }

    proptest! {
        /// The same JSON is read, the same refused, and it means the same, as `serde_json` has it.
        #[test]
        fn agrees_with_serde_json(input in "[\\[\\]{}\":,\\\\tru0-9.eE+\\- \n]{0,24}|[\\[{]{1,3}(\"[a-z\\\\\"nu0-9]{0,6}\"[:,]?|[0-9.e+-]{1,5},?|[\\[\\]{},:]|true|null){0,8}[\\]}]{0,3}") {
            let (outcome, compact) = read(input.as_bytes());
            match serde_json::from_str::<serde_json::Value>(&input) {
                Ok(value) => {
                    prop_assert_eq!(outcome, Ok(()));
                    prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&compact).ok(), Some(value));
                }
                // Valid JSON that serde_json cannot hold: lone surrogates and numbers beyond a double.
                Err(error) if error.to_string().contains("surrogate") || error.to_string().contains("out of range")
                    || error.to_string().contains("unexpected end of hex escape") => {}
                Err(error) => prop_assert!(outcome.is_err(), "accepted {:?}: {}", input, error),
            }
        }

        /// Any JSON value, however it is spaced, reads back as itself.
        #[test]
        fn reads_what_serde_json_writes(text in ".{0,40}", number in any::<f64>(), pretty in any::<bool>()) {
            let value = serde_json::json!({"a": [text, number, null, {"b": true}, []], text.clone(): {}});
            let written = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap_or_default();
            let (outcome, compact) = read(written.as_bytes());
            prop_assert_eq!(outcome, Ok(()));
            prop_assert_eq!(compact, serde_json::to_string(&value).unwrap_or_default());
        }
    }
}
