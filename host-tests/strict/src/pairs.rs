//! `key=value` pairs with a space between them, as an extension of CEF and the last column for
//! Sensage have them.
//!
//! A value may hold spaces, so that a pair ends only where the next one begins: its key is what
//! stands between the last space and the next equals sign that is not escaped.

use std::collections::BTreeMap;

use crate::Error;
use crate::cursor::Cursor;

/// How a list of pairs is written.
pub(crate) struct Pairs {
    /// What a key looks like, for errors.
    pub(crate) key: &'static str,
    pub(crate) is_key: fn(&str) -> bool,
    /// The escapes in a value, each with the character that it stands for.
    pub(crate) escapes: &'static [(char, char)],
}

impl Pairs {
    /// Reads pairs to the end.
    pub(crate) fn read(&self, mut rest: Cursor<'_>) -> Result<BTreeMap<String, String>, Error> {
        let mut pairs = BTreeMap::new();
        while !rest.is_empty() {
            if !pairs.is_empty() {
                rest.expect(" ")?;
            }
            let key = self.read_key(&mut rest)?;
            let value = self.read_value(&mut rest)?;
            if pairs.insert(key.rest().to_owned(), value).is_some() {
                return Err(key.error("a key that stands once"));
            }
        }
        Ok(pairs)
    }

    /// Takes a key and the equals sign after it.
    fn read_key<'l>(&self, rest: &mut Cursor<'l>) -> Result<Cursor<'l>, Error> {
        let key = rest.take_until(&['=']);
        if !(self.is_key)(key.rest()) {
            return Err(key.error(self.key));
        }
        rest.expect("=")?;
        Ok(key)
    }

    /// Takes a value. The space after it, if any, and the next key are left.
    fn read_value(&self, rest: &mut Cursor<'_>) -> Result<String, Error> {
        let mut value = rest.split(value_length(*rest)?);
        // Receivers trim values, so that a space at an end would be lost in some of them.
        if value.is_empty() || value.rest().starts_with(' ') || value.rest().ends_with(' ') {
            return Err(value.error("a value without a space at either end"));
        }
        value.take_unescaped(self.escapes, &[])
    }
}

/// Returns the length of the value that begins here: to the space before the next key, or the end.
fn value_length(start: Cursor<'_>) -> Result<usize, Error> {
    let mut last_space = None;
    let mut chars = start.rest().char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => _ = chars.next(),
            ' ' => last_space = Some(at),
            '=' => return last_space.ok_or_else(|| start.error("a value without an unescaped equals sign")),
            _ => {}
        }
    }
    Ok(start.rest().len())
}
