//! Whole values: skipped, or copied without their white space. Nothing here recurses.

use std::ops::Range;

use super::error::{Error, Expected};
use super::reader::{DEPTH_MAX, Json, Result};
use super::string::repair;
use crate::bytes::Buffer;

/// The open arrays and objects, at most [`DEPTH_MAX`]: one bit each, the innermost lowest, set for
/// an object.
struct Nesting {
    objects: u128,
    level: u32,
    max: u32,
}

impl Nesting {
    fn new(max: u32) -> Self {
        Self { objects: 0, level: 0, max: max.min(DEPTH_MAX) }
    }

    fn begin(&mut self, is_object: bool) -> Result<()> {
        if self.level >= self.max {
            return Err(Error::TooDeep);
        }
        self.objects = self.objects << 1 | u128::from(is_object);
        self.level += 1;
        Ok(())
    }

    fn end(&mut self) {
        self.objects >>= 1;
        self.level -= 1;
    }

    /// Returns whether the innermost one is an object, or `None` if there is none.
    fn is_object(&self) -> Option<bool> {
        (self.level > 0).then_some(self.objects & 1 == 1)
    }
}

impl Json<'_> {
    /// Consumes an array and gives the range of each element.
    pub(crate) fn elements(&mut self, mut element: impl FnMut(Range<usize>)) -> Result<()> {
        self.expect(b'[', Expected::Value)?;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.next_token();
            let start = self.at;
            self.skip(DEPTH_MAX)?;
            element(start..self.at);
            if !self.another(b']', Expected::CommaOrBracket)? {
                return Ok(());
            }
        }
    }

    /// Skips any value, checking that it is JSON of at most `depth` levels.
    pub(crate) fn skip(&mut self, depth: u32) -> Result<()> {
        self.walk(Nesting::new(depth), |_, _| ())
    }

    /// Appends the next value, an array or object of at most `depth` levels, to `decoded` as JSON
    /// text without white space.
    pub(crate) fn compact(&mut self, depth: u32, decoded: &mut Buffer, repaired: &mut bool) -> Result<Range<usize>> {
        let start = decoded.len();
        self.walk(Nesting::new(depth), |json, token| decoded.append(json.window.get(token).unwrap_or_default()))?;
        repair(decoded, start, repaired);
        Ok(start..decoded.len())
    }

    /// Consumes the next value and calls `token` with the range of each of its tokens.
    fn walk(&mut self, mut nesting: Nesting, mut token: impl FnMut(&Self, Range<usize>)) -> Result<()> {
        loop {
            // A value is next.
            let byte = self.next_token();
            let start = self.at;
            match byte {
                Some(bracket @ (b'{' | b'[')) => {
                    let is_object = bracket == b'{';
                    nesting.begin(is_object)?;
                    self.at += 1;
                    token(self, start..self.at);
                    if !self.take(if is_object { b'}' } else { b']' }) {
                        if is_object {
                            self.walk_key(&mut token)?;
                        }
                        continue;
                    }
                    token(self, self.at - 1..self.at);
                    nesting.end();
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
            if self.walk_ends(&mut nesting, &mut token)? {
                return Ok(());
            }
        }
    }

    /// Consumes the tokens between a value and the next one. Returns whether no array or object is
    /// left nesting.
    fn walk_ends(&mut self, nesting: &mut Nesting, token: &mut impl FnMut(&Self, Range<usize>)) -> Result<bool> {
        while let Some(is_object) = nesting.is_object() {
            let (close, expected) =
                if is_object { (b'}', Expected::CommaOrBrace) } else { (b']', Expected::CommaOrBracket) };
            let another = self.another(close, expected)?;
            token(self, self.at - 1..self.at);
            if another {
                if is_object {
                    self.walk_key(token)?;
                }
                return Ok(false);
            }
            nesting.end();
        }
        Ok(true)
    }

    /// Consumes a key and its colon.
    fn walk_key(&mut self, token: &mut impl FnMut(&Self, Range<usize>)) -> Result<()> {
        if self.next_token() != Some(b'"') {
            return Err(Error::Expected(Expected::Key));
        }
        let start = self.at;
        self.raw_string()?;
        token(self, start..self.at);
        self.expect(b':', Expected::Colon)?;
        token(self, self.at - 1..self.at);
        Ok(())
    }
}
