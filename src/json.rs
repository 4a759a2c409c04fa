//! Reads JSON (RFC 8259) a token at a time from bytes that nobody has vetted.
//!
//! Why not `serde_json`: it reads `336.500` as the number 336.5, refuses a whole record for one lone surrogate or one
//! invalid byte, and does not tell where a value begins. Here numbers keep their digits, text that is not Unicode becomes
//! U+FFFD and is counted, and nothing is built but the text that is asked for. What is JSON and what is not is
//! decided as `serde_json` decides it; the tests compare the two.

use std::fmt;
use std::ops::Range;

use crate::buffer::Buffer;
use crate::bytes;

/// A reader at a place in a window of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'b> {
    window: &'b [u8],
    at: usize,
    /// Whether the window is known to be UTF-8.
    utf8: bool,
    /// Where the key stands that was taken last.
    key: Raw,
}

/// Text of a record: a range of the window, or of the buffer that it was decoded into. A record is far shorter than 1 GiB,
/// so that two bits are left to tell more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    start: u32,
    end: u32,
}

impl Text {
    /// No text.
    pub(crate) const EMPTY: Self = Self { start: 0, end: 0 };
    /// In `start`: it is in the buffer.
    const DECODED: u32 = 1 << 31;
    /// In `start`: it is [harmless](bytes::is_harmless).
    const PLAIN: u32 = 1 << 30;
    const START: u32 = Self::PLAIN - 1;

    #[inline]
    pub(crate) fn in_window(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    #[inline]
    pub(crate) fn plain(self) -> Self {
        Self { start: self.start | Self::PLAIN, ..self }
    }

    pub(crate) fn decoded(range: Range<usize>) -> Self {
        Self { start: range.start as u32 | Self::DECODED, end: range.end as u32 }
    }

    /// Whether every format writes it as it is.
    #[inline]
    pub(crate) fn is_plain(self) -> bool {
        self.start & Self::PLAIN != 0
    }

    /// The text, which is UTF-8.
    #[inline(always)]
    pub(crate) fn get<'r>(self, window: &'r [u8], decoded: &'r [u8]) -> &'r [u8] {
        let from = if self.start & Self::DECODED == 0 { window } else { decoded };
        from.get((self.start & Self::START) as usize..self.end as usize).unwrap_or_default()
    }

    /// The text's length, and all that stands from its start on.
    #[inline(always)]
    pub(crate) fn wide<'r>(self, window: &'r [u8], decoded: &'r [u8]) -> (&'r [u8], usize) {
        let from = if self.start & Self::DECODED == 0 { window } else { decoded };
        let start = self.start & Self::START;
        (from.get(start as usize..).unwrap_or_default(), self.end.wrapping_sub(start) as usize)
    }
}

/// A string token or a literal: where its text begins and ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw {
    start: usize,
    end: usize,
    escaped: bool,
}

/// Why reading ended: what was expected, or which bound was passed. Where, the reader knows. One byte, as every step
/// of reading may answer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A token of this sort, or a part of one.
    Expected(Expected),
    /// One more level of arrays and objects.
    TooDeep,
    /// One more field.
    TooManyFields,
}

/// What JSON wants at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Object,
    Key,
    Colon,
    Value,
    CommaOrBrace,
    CommaOrBracket,
    Quote,
    Escape,
    HexDigit,
    Digit,
    True,
    False,
    Null,
    End,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "a JSON object",
            Self::Key => "a key in quotes",
            Self::Colon => "`:` after the key",
            Self::Value => "a value",
            Self::CommaOrBrace => "`,` or `}`",
            Self::CommaOrBracket => "`,` or `]`",
            Self::Quote => "a closing quote",
            Self::Escape => "one of `\"\\/bfnrtu` after `\\`",
            Self::HexDigit => "a hexadecimal digit",
            Self::Digit => "a digit",
            Self::True => "`true`",
            Self::False => "`false`",
            Self::Null => "`null`",
            Self::End => "nothing more",
        })
    }
}

type Result<T> = std::result::Result<T, Refusal>;

/// The length of the string whose opening quote stands before `text`, and what comes behind its closing quote, if the string is
/// empty, or harmless and not what stands for an absent value. Beyond ASCII it is looked at with `utf8` only.
#[inline(always)]
pub(crate) fn plain_string(text: &[u8], utf8: bool) -> Option<(usize, &[u8])> {
    let mut length = bytes::plain_length(text);
    if utf8 && text.get(length).is_some_and(|byte| !byte.is_ascii()) {
        length = bytes::harmless_until(text, length);
    }
    let (string, [b'"', behind @ ..]) = text.split_at_checked(length)? else { return None };
    let taken = match (string.first(), string.last()) {
        (Some(&first), Some(&last)) => {
            let absent = length == 1 && first == b'-' || length == NOT_APPLICABLE && first | 0x20 == b'n';
            // Whether there is something to trim, is seen at once only in ASCII.
            matches!(first, b'!'..=b'~') && matches!(last, b'!'..=b'~') && !absent
        }
        _ => true,
    };
    taken.then_some((length, behind))
}

/// The length of the positive whole number that `text` begins with, and what comes behind it.
#[inline(always)]
pub(crate) fn whole_number(text: &[u8]) -> Option<(usize, &[u8])> {
    let [b'1'..=b'9', ..] = text else { return None };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match text.get(length..) {
        Some(behind @ [b',' | b'}', ..]) => Some((length, behind)),
        _ => None,
    }
}

/// The length of "Not applicable".
const NOT_APPLICABLE: usize = 14;

/// The greatest nesting that [`Json`] can follow.
pub(crate) const DEPTH_MAX: u32 = 128;

impl<'b> Json<'b> {
    /// Reads `window` from its start.
    pub(crate) fn new(window: &'b [u8]) -> Self {
        Self { window, at: 0, utf8: false, key: Raw { start: 0, end: 0, escaped: false } }
    }

    /// As [`Json::new`], and with `utf8` the window is taken for UTF-8 without a look.
    pub(crate) fn checked(window: &'b [u8], utf8: bool) -> Self {
        Self { utf8, ..Self::new(window) }
    }

    /// Whether the window is known to be UTF-8.
    #[inline]
    pub(crate) fn is_utf8(&self) -> bool {
        self.utf8
    }

    /// What [`Text::get`] asks for.
    #[inline]
    pub(crate) fn window(&self) -> &'b [u8] {
        self.window
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.window.get(self.at).copied()
    }

    /// Skips white space and gives the byte after it.
    #[inline(always)]
    pub(crate) fn next_token(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        if byte > b' ' {
            return Some(byte);
        }
        self.at = behind_space(self.window, self.at);
        self.peek()
    }

    /// Takes `byte` if it is the next token.
    #[inline(always)]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.next_token() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline(always)]
    pub(crate) fn expect(&mut self, byte: u8, expected: Expected) -> Result<()> {
        if self.take(byte) { Ok(()) } else { Err(Refusal::Expected(expected)) }
    }

    /// Takes the separator after a member or an element: true if another one follows, false if `close` ended them.
    #[inline(always)]
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
            _ => Err(Refusal::Expected(expected)),
        }
    }

    /// Takes a member's key without escapes and the colon right after it, which together are so long.
    #[inline]
    pub(crate) fn take_key(&mut self, length: usize) {
        self.key = Raw { start: self.at + 1, end: self.at + length - 2, escaped: false };
        self.at += length;
    }

    /// Takes a member's key and the colon after it.
    #[inline(never)]
    pub(crate) fn key(&mut self) -> Result<()> {
        if self.next_token() != Some(b'"') {
            return Err(Refusal::Expected(Expected::Key));
        }
        self.key = self.raw_string()?;
        self.expect(b':', Expected::Colon)
    }

    /// Reads the string whose opening quote is next. What is not a Unicode character, a lone surrogate or an invalid byte,
    /// becomes U+FFFD.
    pub(crate) fn string(&mut self, decoded: &mut Buffer, repaired: &mut bool) -> Result<Text> {
        let start = self.at + 1;
        self.at = start + bytes::run_length(self.window.get(start..).unwrap_or_default());
        if self.peek() == Some(b'"') {
            let text = Text::in_window(start, self.at);
            let bytes = text.get(self.window, &[]);
            if self.utf8 || bytes::is_utf8(bytes) {
                self.at += 1;
                return Ok(if bytes::is_harmless(bytes) { text.plain() } else { text });
            }
        }
        self.at = start;
        let start = decoded.len();
        self.unescape(decoded, repaired)?;
        let text = Text::decoded(start..decoded.len());
        Ok(if bytes::is_harmless(text.get(&[], decoded)) { text.plain() } else { text })
    }

    /// Appends the text of the string that goes on here, up to its closing quote, which it takes.
    // It answers no more than a byte, as memory that its callers keep the string's place in would cost them dear.
    #[inline(never)]
    fn unescape(&mut self, decoded: &mut Buffer, repaired: &mut bool) -> Result<()> {
        let begin = decoded.len();
        let mut rest = self.window.get(self.at..).unwrap_or_default();
        let mut ascii = true;
        loop {
            let length = match rest.first_chunk::<16>() {
                // Escapes stand close to each other.
                Some(chunk) => {
                    let length = bytes::run_length_within(chunk);
                    decoded.put(chunk, length);
                    ascii &= bytes::is_ascii(chunk);
                    length
                }
                None => {
                    let length = bytes::run_length(rest);
                    decoded.append(rest.get(..length).unwrap_or_default());
                    ascii &= rest.is_ascii();
                    length
                }
            };
            rest = rest.get(length..).unwrap_or_default();
            match rest {
                [b'\\', byte @ (b'"' | b'\\' | b'/'), behind @ ..] => {
                    decoded.push(*byte);
                    rest = behind;
                }
                [b'\\', b'u', digits @ ..]
                    if let Some(character) = code_unit(digits).and_then(char::from_u32)
                        && let Some(behind) = digits.get(4..) =>
                {
                    let mut utf8 = [0; 4];
                    let length = character.encode_utf8(&mut utf8).len();
                    decoded.put(&utf8, length);
                    rest = behind;
                }
                [0x20..=0xFF, ..] if length == 16 => {}
                [b'"', behind @ ..] => {
                    self.at = self.window.len() - behind.len();
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
            return Err(Refusal::Expected(Expected::Quote));
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

    /// Reads a number, `true`, `false` or `null` as the text that it is.
    pub(crate) fn literal(&mut self) -> Result<Text> {
        let start = self.at;
        match self.peek() {
            Some(b't') => self.word(b"true", Expected::True)?,
            Some(b'f') => self.word(b"false", Expected::False)?,
            Some(b'n') => self.word(b"null", Expected::Null)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => return Err(Refusal::Expected(Expected::Value)),
        }
        Ok(Text::in_window(start, self.at).plain())
    }

    /// Goes to the value that the reference tokens of a JSON Pointer (RFC 6901) lead to from the next value, and gives
    /// its first byte. What is passed over has been checked before.
    pub(crate) fn locate(&mut self, tokens: &[String], decoded: &mut Buffer) -> Result<Option<u8>> {
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
    fn locate_member(&mut self, token: &str, decoded: &mut Buffer) -> Result<Option<usize>> {
        let mut found = None;
        self.at += 1;
        if self.take(b'}') {
            return Ok(None);
        }
        loop {
            decoded.clear();
            self.key()?;
            let matches = self.decode_key(decoded, &mut false).get(self.window, decoded) == token.as_bytes();
            if matches {
                found = Some(self.at);
            }
            self.skip(DEPTH_MAX)?;
            if !self.another(b'}', Expected::CommaOrBrace)? {
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
            if !self.another(b']', Expected::CommaOrBracket)? {
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
    pub(crate) fn compact(&mut self, depth: u32, decoded: &mut Buffer, repaired: &mut bool) -> Result<Range<usize>> {
        let start = decoded.len();
        self.walk(depth, |json, token| decoded.append(json.window.get(token).unwrap_or_default()))?;
        repair(decoded, start, repaired);
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
                        return Err(Refusal::TooDeep);
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
                let (close, expected) =
                    if object { (b'}', Expected::CommaOrBrace) } else { (b']', Expected::CommaOrBracket) };
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
            return Err(Refusal::Expected(Expected::Key));
        }
        let start = self.at;
        self.raw_string()?;
        token(self, start..self.at);
        self.expect(b':', Expected::Colon)?;
        token(self, self.at - 1..self.at);
        Ok(())
    }

    fn word(&mut self, word: &[u8], expected: Expected) -> Result<()> {
        for &letter in word {
            if self.peek() != Some(letter) {
                return Err(Refusal::Expected(expected));
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
        if self.at == start { Err(Refusal::Expected(Expected::Digit)) } else { Ok(()) }
    }

    /// Takes the string whose opening quote is next; its escapes are checked, its UTF-8 is not.
    #[inline(always)]
    fn raw_string(&mut self) -> Result<Raw> {
        let start = self.at + 1;
        self.at = start + bytes::run_length(self.window.get(start..).unwrap_or_default());
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
                _ => return Err(Refusal::Expected(Expected::Quote)),
            }
            self.at += bytes::run_length(self.window.get(self.at..).unwrap_or_default());
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
            _ => return Err(Refusal::Expected(Expected::Escape)),
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
                Err(Refusal::Expected(Expected::HexDigit))
            }
        }
    }

    /// The key that was taken last as it stands between its quotes, unless there are escapes in it.
    pub(crate) fn plain_key(&self) -> Option<&'b [u8]> {
        self.window.get(self.key.start..self.key.end).filter(|_| !self.key.escaped)
    }

    /// The text of the key that was taken last.
    pub(crate) fn decode_key(&self, decoded: &mut Buffer, repaired: &mut bool) -> Text {
        let Raw { start, end, escaped } = self.key;
        let text = Text::in_window(start, end);
        if !escaped && (self.utf8 || bytes::is_utf8(text.get(self.window, &[]))) {
            return text;
        }
        let begin = decoded.len();
        // It has been taken before, so there is nothing to refuse.
        let _ = Self { at: start, ..*self }.unescape(decoded, repaired);
        Text::decoded(begin..decoded.len())
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

/// The place of the first byte from `at` on that is not white space.
// A loop where tokens are read would take registers from them, though there is seldom anything to skip.
#[inline(never)]
fn behind_space(window: &[u8], at: usize) -> usize {
    let rest = window.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| is_space(byte)).count()
}

/// White space as RFC 8259, section 2 has it.
pub(crate) fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Puts U+FFFD for what is not UTF-8 behind `start`.
fn repair(decoded: &mut Buffer, start: usize, repaired: &mut bool) {
    let text = decoded.get(start..).unwrap_or_default();
    if !bytes::is_utf8(text) {
        let text = String::from_utf8_lossy(text).into_owned();
        decoded.truncate(start);
        decoded.append(text.as_bytes());
        *repaired = true;
    }
}

/// Whether the text is a number as RFC 8259, section 6 has it.
pub(crate) fn is_number(text: &[u8]) -> bool {
    let mut json = Json::new(text);
    json.number().is_ok() && json.at == text.len()
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

    fn read(input: &[u8]) -> (Result<()>, String) {
        let mut compact = Buffer::default();
        let mut json = Json::new(input);
        let outcome = json.compact(DEPTH_MAX, &mut compact, &mut false).and_then(|_| match json.next_token() {
            None => Ok(()),
            Some(_) => Err(Refusal::Expected(Expected::End)),
        });
        (outcome, String::from_utf8(compact.into_vec()).unwrap())
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
            let (mut decoded, mut repaired) = (Buffer::default(), false);
            let mut reader = Json::new(json);
            let read = reader.string(&mut decoded, &mut repaired).unwrap();
            let text_read = read.get(reader.window(), &decoded);
            assert_eq!((text_read, repaired), (text.as_bytes(), damaged), "{:?}", String::from_utf8_lossy(json));
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
