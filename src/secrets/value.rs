//! Where a value ends: a word of a shell, a literal of SQL, a value of JSON or of a connection string.

use std::ops::Range;

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// POSIX, Shell Command Language, section 2.2: quotes and backslashes, up to a blank or an operator.
    Shell,
    /// A literal: a quote in it is doubled, or has a backslash before it.
    Sql,
    Json,
    /// A connection string inside of quotes, up to `;`.
    Connection,
    /// Arguments that were joined by `, `.
    List,
}

/// A value: its text without quotes, and where to read on.
pub(super) struct Found {
    pub(super) text: Range<usize>,
    pub(super) end: usize,
}

/// A text, and the quote that is open in it.
pub(super) struct Text<'t> {
    bytes: &'t [u8],
    pub(super) quote: Option<u8>,
    /// Whether the quote holds an argument rather than a command: the shell's signs in it are characters as others.
    is_quoted_argument: bool,
}

/// The most backslashes before a quote inside of other quotes. With more, a search for each could take time that
/// is not linear.
const BACKSLASHES_MAX: usize = 3;

/// The most bytes of a name of an assignment, and of a call. A longer search, made again for each, could take time that
/// is not linear.
const NAME_MAX: usize = 32;
const CALL_MAX: usize = 128;

/// A quote inside of single quotes.
const SINGLE_INSIDE: &[u8] = br"'\''";

/// The quotes of typography, in UTF-8: senhasegura puts U+201D around commands that it audits.
const TYPOGRAPHIC: [&str; 6] = ["“", "”", "‘", "’", "«", "»"];

pub(super) fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// Returns whether formats write the byte as a space.
pub(super) fn is_gap(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7F
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

pub(super) fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

impl<'t> Text<'t> {
    pub(super) fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, quote: None, is_quoted_argument: false }
    }

    /// Opens a quote, where a command may come or not.
    pub(super) fn open(&mut self, quote: u8, is_command: bool) {
        (self.quote, self.is_quoted_argument) = (Some(quote), !is_command);
    }

    /// Closes the quote that is open.
    pub(super) fn close(&mut self) {
        (self.quote, self.is_quoted_argument) = (None, false);
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Returns the byte at an offset, and counts it in tests. Who reads more of [`Self::get`] than a name or a value has to
    /// bound that: it is not counted.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        #[cfg(test)]
        super::scan::STEPS.with(|steps| steps.set(steps.get() + 1));
        self.bytes.get(at).copied()
    }

    pub(super) fn before(&self, at: usize) -> Option<u8> {
        self.byte(at.checked_sub(1)?)
    }

    pub(super) fn get(&self, range: Range<usize>) -> &'t [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    pub(super) fn has(&self, at: usize, text: &[u8]) -> bool {
        text.iter().zip(at..).all(|(byte, at)| self.byte(at) == Some(*byte))
    }

    /// Returns the text up to an offset.
    pub(super) fn until(&self, end: usize) -> Self {
        Self { bytes: self.bytes.get(..end).unwrap_or(self.bytes), ..*self }
    }

    /// Returns the length of what joins two lines for the shell, if it is at `at`.
    pub(super) fn continued(&self, at: usize) -> Option<usize> {
        [&b"\\\n"[..], b"\\\r\n"].into_iter().find(|joint| self.has(at, joint)).map(<[u8]>::len)
    }

    /// Returns the length of the quote of typography at `at`, if one is there.
    #[inline]
    pub(super) fn typographic(&self, at: usize) -> Option<usize> {
        let first = self.byte(at).filter(|byte| !byte.is_ascii())?;
        self.is_typographic(at, first)
    }

    fn is_typographic(&self, at: usize, first: u8) -> Option<usize> {
        // An apostrophe.
        if self.has(at, "’".as_bytes()) && self.before(at).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let is_here = |quote: &&str| quote.as_bytes().first() == Some(&first) && self.has(at, quote.as_bytes());
        TYPOGRAPHIC.into_iter().find(is_here).map(str::len)
    }

    /// Returns whether a quote of typography ends before `at`.
    pub(super) fn is_after_typographic(&self, at: usize) -> bool {
        let is_non_ascii = self.before(at).is_some_and(|byte| !byte.is_ascii());
        is_non_ascii && (2..4).any(|back| at.checked_sub(back).and_then(|from| self.typographic(from)) == Some(back))
    }

    pub(super) fn is_gap(&self, at: usize) -> bool {
        self.byte(at).is_some_and(is_gap)
    }

    /// Returns the offset after the space at `at`, which ends before a line does.
    pub(super) fn after_gap(&self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                Some(byte) if is_gap(byte) && !is_line_end(byte) => at += 1,
                Some(b'\\') => match self.continued(at) {
                    Some(length) => at += length,
                    None => return at,
                },
                _ => return at,
            }
        }
    }

    /// Returns the offset after the space at `at`, also at the ends of lines: SQL and JSON go on there.
    pub(super) fn after_blank(&self, mut at: usize) -> usize {
        loop {
            at += match self.continued(at) {
                Some(length) => length,
                None if self.is_gap(at) => 1,
                None => return at,
            };
        }
    }

    /// As [`Self::after_gap`]; also at the ends of lines, if a quote comes then.
    pub(super) fn after_gap_or_lines(&self, at: usize) -> usize {
        let next = self.after_blank(at);
        if self.quote_at(next).is_some() { next } else { self.after_gap(at) }
    }

    /// Returns the length of the quote at `at`, with what escapes it inside of other quotes.
    pub(super) fn quote_at(&self, at: usize) -> Option<usize> {
        if self.quote == Some(b'\'') && self.has(at, SINGLE_INSIDE) {
            return Some(SINGLE_INSIDE.len());
        }
        let backslashes = (0..BACKSLASHES_MAX).take_while(|count| self.byte(at + count) == Some(b'\\')).count();
        self.byte(at + backslashes).filter(|byte| is_quote(*byte)).map(|_| backslashes + 1)
    }

    /// Returns the offsets of the quote that closes the one of this length before `from`, and after it.
    pub(super) fn closing(&self, from: usize, length: usize, style: Style) -> Option<(usize, usize)> {
        let quote = self.before(from)?;
        let (backslashes, is_sql) = (length - 1, style == Style::Sql);
        let mut at = from;
        loop {
            let byte = self.byte(at)?;
            if length == SINGLE_INSIDE.len() && quote == b'\'' && self.has(at, SINGLE_INSIDE) {
                return Some((at, at + length));
            }
            at += match byte {
                b'\\' if backslashes == 0 => {
                    if quote == b'"' || is_sql {
                        2
                    } else {
                        1
                    }
                }
                b'\\' => {
                    let count = (at..).take_while(|at| self.byte(*at) == Some(b'\\')).count();
                    let is_quote = self.byte(at + count) == Some(quote);
                    if is_quote && count == backslashes {
                        return Some((at, at + length));
                    }
                    count + usize::from(is_quote)
                }
                _ if byte != quote => 1,
                _ if backslashes > 0 => return Some((at, at)),
                _ if is_sql && self.byte(at + 1) == Some(quote) => 2,
                _ => return Some((at, at + 1)),
            };
        }
    }

    /// Returns the offsets of the next quote of typography, in the same line, and after it.
    fn closing_typographic(&self, from: usize) -> Option<(usize, usize)> {
        let mut at = from;
        while self.byte(at).is_some_and(|byte| !is_line_end(byte)) {
            match self.typographic(at) {
                Some(length) => return Some((at, at + length)),
                None => at += 1,
            }
        }
        None
    }

    /// Returns the value at `at`; an empty one if there is none, or if it is what a command prints.
    pub(super) fn value(&self, at: usize, style: Style) -> Found {
        let first = self.byte(at);
        let is_none = match style {
            Style::Json => self.is_other_json(at),
            Style::Sql | Style::Connection => false,
            _ => first == Some(b'(') || first == Some(b'`') || self.has(at, b"$("),
        };
        let quote = self.quote_at(at);
        // Quotes inside of quotes may begin with the one that is open.
        let is_closed = quote.is_none_or(|length| length == 1) && first.is_some_and(|byte| self.quote == Some(byte));
        if is_none || is_closed {
            return Found { text: at..at, end: at };
        }
        if let Some(length) = quote {
            let start = at + length;
            match self.closing(start, length, style) {
                Some((close, end)) if matches!(style, Style::Json | Style::Sql) || self.ends_word(end) => {
                    return Found { text: start..close, end };
                }
                Some((_, end)) if length > 1 && self.byte(end).is_some_and(|byte| byte.is_ascii_alphanumeric()) => {
                    let end = self.end_of_word(end, style);
                    return Found { text: at..end, end };
                }
                // It goes on after the quote.
                Some(_) => {}
                None => return Found { text: start.min(self.len())..self.len(), end: self.len() },
            }
        }
        // PowerShell takes them for others, and so do word processors.
        if let Some(length) = self.typographic(at)
            && !self.is_gap(at + length)
            && let Some((close, end)) = self.closing_typographic(at + length)
        {
            return Found { text: at + length..close, end };
        }
        if style == Style::Connection && first == Some(b'{') {
            // A brace inside is doubled.
            let mut end = at + 1;
            while self.byte(end).is_some_and(|byte| byte != b'}' || self.byte(end + 1) == Some(b'}')) {
                end += 1 + usize::from(self.byte(end) == Some(b'}'));
            }
            return Found { text: at + 1..end, end };
        }
        if style == Style::Json && matches!(first, Some(b'[' | b'{')) {
            let end = self.end_of_nested(at);
            return Found { text: at..end, end };
        }
        let end = self.end_of_word(at, style);
        // What is listed after it.
        let text_end = if end > at && self.before(end) == Some(b',') { end - 1 } else { end };
        Found { text: at..text_end, end }
    }

    /// Returns the end of the array or object that begins at `at`.
    fn end_of_nested(&self, mut at: usize) -> usize {
        let mut depth = 0;
        while let Some(byte) = self.byte(at).filter(|byte| self.quote != Some(*byte)) {
            if let Some(length) = self.quote_at(at) {
                at = self.closing(at + length, length, Style::Json).map_or(self.len(), |(_, end)| end);
                continue;
            }
            at += 1;
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        at
    }

    /// Returns whether a literal other than a number begins here.
    fn is_other_json(&self, at: usize) -> bool {
        [&b"null"[..], b"true", b"false", b"None", b"True", b"False"].iter().any(|word| self.has(at, word))
    }

    /// Returns whether a word that has quotes may end here.
    fn ends_word(&self, at: usize) -> bool {
        self.byte(at).is_none_or(|byte| is_gap(byte) || is_quote(byte) && self.quote == Some(byte) || is_end(byte))
            || self.quote.is_some() && self.quote_at(at).is_some_and(|length| length > 1)
    }

    /// Returns whether a sign of the shell at `at` is a character as others: in the quotes of an argument, with no other
    /// sign, no space and no assignment after it.
    fn is_literal(&self, at: usize) -> bool {
        let ends = |byte| is_gap(byte) || is_sign(byte) || self.quote == Some(byte);
        if !self.is_quoted_argument || self.byte(at + 1).is_none_or(ends) {
            return false;
        }
        let in_name = |at: &usize| self.byte(*at).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let name = (at + 1..at + 1 + NAME_MAX).take_while(in_name).count();
        self.byte(at + 1 + name) != Some(b'=')
    }

    /// Returns the offset after the arguments of a function of SQL, if they end near.
    fn after_call(&self, start: usize) -> Option<usize> {
        let mut depth = 0;
        for at in start..start + CALL_MAX {
            match self.byte(at) {
                Some(b'(') => depth += 1,
                Some(b')') => depth -= 1,
                Some(byte) if self.quote == Some(byte) || is_line_end(byte) => break,
                Some(_) => {}
                None => break,
            }
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    }

    /// Returns the end of a word that does not begin with a quote, or goes on after one.
    pub(super) fn end_of_word(&self, start: usize, style: Style) -> usize {
        let mut at = start;
        let mut is_call_open = false;
        while let Some(byte) = self.byte(at) {
            let ends = match style {
                _ if is_line_end(byte) || self.quote == Some(byte) => true,
                Style::List => byte == b' ' && at > start && self.before(at) == Some(b','),
                Style::Connection => byte == b';',
                Style::Json => is_blank(byte) || matches!(byte, b',' | b'}' | b']'),
                Style::Shell | Style::Sql => is_blank(byte) || is_sign(byte) && !self.is_literal(at),
            };
            if ends || self.typographic(at).is_some_and(|length| self.byte(at + length).is_none_or(is_gap)) {
                break;
            }
            at += match byte {
                b'\\' if self.quote.is_some() && self.quote_at(at).is_some() => break,
                b'\\' => 2,
                b'(' if at > start && !is_call_open => {
                    let end = self.after_call(at);
                    is_call_open = end.is_none();
                    end.map_or(1, |end| end - at)
                }
                _ if is_quote(byte) && style == Style::Shell => {
                    self.closing(at + 1, 1, style).map_or(1, |(_, end)| end - at)
                }
                _ => 1,
            };
        }
        at.min(self.len())
    }
}

/// Returns whether the shell ends a word at a sign.
fn is_sign(byte: u8) -> bool {
    matches!(byte, b';' | b'&' | b'|' | b'<' | b'>' | b')' | b'`')
}

/// Returns whether a sign ends a word that has quotes.
fn is_end(byte: u8) -> bool {
    is_sign(byte) || matches!(byte, b',' | b'}' | b']')
}
