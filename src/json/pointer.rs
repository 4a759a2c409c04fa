//! JSON Pointers, RFC 6901.

use std::fmt;

use super::error::Expected;
use super::reader::{DEPTH_MAX, Json, Result};
use crate::bytes::Buffer;

/// A JSON Pointer (RFC 6901) to something inside an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// Reads a pointer such as `/message` or `/event/original`. The empty text points to the object
    /// itself.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let unescaped = match c {
                '/' => {
                    tokens.push(String::new());
                    continue;
                }
                '~' => match chars.next()? {
                    '0' => '~',
                    '1' => '/',
                    _ => return None,
                },
                c => c,
            };
            tokens.last_mut()?.push(unescaped);
        }
        Some(Self(tokens))
    }

    /// Returns whether it points to the object itself.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn tokens(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pointer = String::new();
        self.0.iter().for_each(|token| push_token(&mut pointer, token));
        f.write_str(&pointer)
    }
}

/// Appends a reference token to a JSON Pointer.
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

impl Json<'_> {
    /// Moves from the next value to the one that a JSON Pointer, given as reference tokens, points
    /// to in it. Returns that value's first byte, or `None` if there is no such value. The next
    /// value must have been checked before.
    pub(crate) fn locate(&mut self, tokens: &[String], decoded: &mut Buffer) -> Result<Option<u8>> {
        for token in tokens {
            let found = match self.next_token() {
                Some(b'{') => self.locate_member(token, decoded)?,
                Some(b'[') => self.locate_element(token)?,
                _ => None,
            };
            if found.is_none() {
                return Ok(None);
            }
        }
        Ok(self.next_token())
    }

    /// Returns the offset of the value of the member with this key, the last one of several.
    #[inline(never)] // Core modules hold one copy.
    pub(crate) fn locate_member(&mut self, token: &str, decoded: &mut Buffer) -> Result<Option<u8>> {
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
                return Ok(found.and_then(|at| self.token_at(at)));
            }
        }
    }

    /// Returns the offset of the element with this index.
    fn locate_element(&mut self, token: &str) -> Result<Option<u8>> {
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
        Ok(self.next_token().filter(|byte| *byte != b']'))
    }

    fn token_at(&mut self, at: usize) -> Option<u8> {
        self.at = at;
        self.next_token()
    }
}
