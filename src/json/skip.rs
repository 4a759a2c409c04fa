//! Whole values: skipped, or copied without their white space. Nothing here recurses.

use std::ops::Range;

use super::error::{Error, Expected};
use super::reader::{DEPTH_MAX, Json, Result};
use super::string::repair;
use crate::bytes::Buffer;

/// The arrays and objects that have begun and not ended.
trait Stack {
    /// The one at `offset` begins.
    fn open(&mut self, offset: usize, is_object: bool) -> Result<()>;
    /// The innermost one ends.
    fn close(&mut self);
    /// Whether the innermost one is an object, if there is one.
    fn is_object(&self) -> Option<bool>;
}

/// At most [`DEPTH_MAX`] of them, a bit each, the innermost lowest: set for an object.
struct Bits {
    objects: u128,
    level: u32,
    max: u32,
}

impl Bits {
    fn new(max: u32) -> Self {
        Self { objects: 0, level: 0, max: max.min(DEPTH_MAX) }
    }
}

impl Stack for Bits {
    fn open(&mut self, _: usize, is_object: bool) -> Result<()> {
        if self.level >= self.max {
            return Err(Error::TooDeep);
        }
        self.objects = self.objects << 1 | u128::from(is_object);
        self.level += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.objects >>= 1;
        self.level -= 1;
    }

    fn is_object(&self) -> Option<bool> {
        (self.level > 0).then_some(self.objects & 1 == 1)
    }
}

/// Any number of them: twice the offset of each, and one more for an object.
#[derive(Debug, Default)]
pub(crate) struct Open(Vec<usize>);

impl Open {
    /// Where they begin, in order.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|open| open >> 1)
    }
}

impl Stack for Open {
    fn open(&mut self, offset: usize, is_object: bool) -> Result<()> {
        self.0.push(offset << 1 | usize::from(is_object));
        Ok(())
    }

    fn close(&mut self) {
        self.0.pop();
    }

    fn is_object(&self) -> Option<bool> {
        self.0.last().map(|open| open & 1 == 1)
    }
}

impl Json<'_> {
    /// Skips any value, checking that it is JSON of at most `depth` levels.
    pub(crate) fn skip(&mut self, depth: u32) -> Result<()> {
        self.walk(&mut Bits::new(depth), |_, _| ())
    }

    /// Skips any value, however deep. If it is not JSON, `open` says which arrays and objects had
    /// begun and not ended where that showed.
    pub(crate) fn skip_any_depth(&mut self, open: &mut Open) -> Result<()> {
        open.0.clear();
        self.walk(open, |_, _| ())
    }

    /// Appends the next value, an array or object of at most `depth` levels, to `decoded` as JSON
    /// text without white space.
    pub(crate) fn compact(&mut self, depth: u32, decoded: &mut Buffer, repaired: &mut bool) -> Result<Range<usize>> {
        let start = decoded.len();
        self.walk(&mut Bits::new(depth), |json, token| decoded.append(json.window.get(token).unwrap_or_default()))?;
        repair(decoded, start, repaired);
        Ok(start..decoded.len())
    }

    /// Walks through the tokens of the next value.
    fn walk(&mut self, stack: &mut impl Stack, mut token: impl FnMut(&Self, Range<usize>)) -> Result<()> {
        loop {
            // A value is next.
            let byte = self.next_token();
            let start = self.at;
            match byte {
                Some(open @ (b'{' | b'[')) => {
                    let is_object = open == b'{';
                    stack.open(start, is_object)?;
                    self.at += 1;
                    token(self, start..self.at);
                    if !self.take(if is_object { b'}' } else { b']' }) {
                        if is_object {
                            self.walk_key(&mut token)?;
                        }
                        continue;
                    }
                    token(self, self.at - 1..self.at);
                    stack.close();
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
            if self.walk_ends(stack, &mut token)? {
                return Ok(());
            }
        }
    }

    /// Walks to the next value: a value has ended, and with it perhaps what is around it. Returns
    /// whether nothing is left open.
    fn walk_ends(&mut self, stack: &mut impl Stack, token: &mut impl FnMut(&Self, Range<usize>)) -> Result<bool> {
        while let Some(is_object) = stack.is_object() {
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
            stack.close();
        }
        Ok(true)
    }

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
