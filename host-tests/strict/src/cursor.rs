use crate::Error;

/// The most characters of a line that an error shows.
const FOUND_MAX: usize = 40;

/// What is left to read of a line, or a token of it, and its offset in the line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'l> {
    rest: &'l str,
    offset: usize,
}

impl<'l> Cursor<'l> {
    /// Starts at the beginning of a line.
    ///
    /// Refuses control characters and the line and paragraph separators of Unicode: some receiver
    /// ends a line, or a string, at each of them.
    pub(crate) fn new(line: &'l str) -> Result<Self, Error> {
        let start = Self { rest: line, offset: 0 };
        match line.find(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            Some(offset) => Err(start.skipped(offset).error("a visible character")),
            None => Ok(start),
        }
    }

    /// Starts at the beginning of text that is no line: errors carry offsets in it.
    pub(crate) fn of_text(text: &'l str) -> Self {
        Self { rest: text, offset: 0 }
    }

    pub(crate) fn rest(self) -> &'l str {
        self.rest
    }

    pub(crate) fn is_empty(self) -> bool {
        self.rest.is_empty()
    }

    /// Returns the number that a token is, at most `max` and without a sign or leading zeros.
    pub(crate) fn number(self, max: u8) -> Option<u8> {
        let number: u8 = self.rest.parse().ok()?;
        (number <= max && number.to_string() == self.rest).then_some(number)
    }

    /// Returns the error that something else was expected here.
    pub(crate) fn error(self, expected: impl Into<String>) -> Error {
        let found = self.rest.chars().take(FOUND_MAX).collect();
        Error { expected: expected.into(), found, offset: self.offset, column: None }
    }

    /// Takes the next character.
    pub(crate) fn take_char(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        *self = self.skipped(next.len_utf8());
        Some(next)
    }

    /// Takes `text` if it comes next, and returns whether it does.
    pub(crate) fn take(&mut self, text: &str) -> bool {
        let is_next = self.rest.starts_with(text);
        if is_next {
            *self = self.skipped(text.len());
        }
        is_next
    }

    /// Takes `text`, which has to come next.
    pub(crate) fn expect(&mut self, text: &str) -> Result<(), Error> {
        if self.take(text) { Ok(()) } else { Err(self.error(format!("{text:?}"))) }
    }

    /// Takes the text before the next of `ends`, or all that is left if there is none.
    pub(crate) fn take_until(&mut self, ends: &[char]) -> Self {
        self.split(self.rest.find(ends).unwrap_or(self.rest.len()))
    }

    /// Takes `length` bytes, or all that is left if they end inside of a character.
    pub(crate) fn split(&mut self, length: usize) -> Self {
        let text = self.rest.get(..length).unwrap_or(self.rest);
        let token = Self { rest: text, offset: self.offset };
        *self = self.skipped(text.len());
        token
    }

    /// Takes text up to the first of `ends` that no backslash precedes, or all that is left.
    ///
    /// Returns it with its escapes resolved. `escapes` maps the character after a backslash to the
    /// one that both stand for; a backslash before any other is refused.
    pub(crate) fn take_unescaped(&mut self, escapes: &[(char, char)], ends: &[char]) -> Result<String, Error> {
        let mut text = String::new();
        while !self.rest.is_empty() && !self.rest.starts_with(ends) {
            let start = *self;
            match self.take_char() {
                Some('\\') => text.push(self.take_escaped(escapes).ok_or_else(|| start.error(either(escapes)))?),
                next => text.extend(next),
            }
        }
        Ok(text)
    }

    /// Takes what follows a backslash, and returns the character that both stand for.
    fn take_escaped(&mut self, escapes: &[(char, char)]) -> Option<char> {
        let escape = self.take_char()?;
        escapes.iter().find(|(written, _)| *written == escape).map(|(_, meant)| *meant)
    }

    fn skipped(self, length: usize) -> Self {
        Self { rest: self.rest.get(length..).unwrap_or_default(), offset: self.offset + length }
    }
}

/// Names the escapes, as an error expects them.
fn either(escapes: &[(char, char)]) -> String {
    let escapes: Vec<_> = escapes.iter().map(|(written, _)| format!("`\\{written}`")).collect();
    format!("one of the escapes {}", escapes.join(" "))
}
