//! Checks JSON (RFC 8259) that comes in pieces: of an array or object, where it ends or where it
//! stops being JSON.
//!
//! [`Json`](crate::json::Json) decides the same of bytes that are all there, and the tests compare
//! the two. Here nothing is kept but the nesting and what may come next, so that a piece may end
//! anywhere, within an escape or a number too.

use crate::bytes;
use crate::json::is_space;

/// The state between two bytes of an array or object.
#[derive(Debug)]
pub(crate) struct Syntax {
    /// The arrays and objects that have begun and not ended: twice the offset of the opening
    /// bracket, and one more for an object.
    open: Vec<u32>,
    /// The greatest number of them.
    depth_max: usize,
    next: Next,
    /// The number of bytes of the text so far, as far as it is told apart.
    offset: u32,
    first_line: bool,
}

/// How far a piece was read; offsets count from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// All of it, and the text goes on.
    More,
    /// The text ends before this offset.
    Ended(usize),
    /// At this offset stands a byte that JSON does not allow there.
    Fault(usize),
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// A value or, right after `[`, the bracket that ends the array.
    Element,
    Key,
    /// A key or, right after `{`, the brace that ends the object.
    Member,
    Colon,
    /// A comma or the bracket that ends the innermost array or object.
    Comma,
    Text(Text),
    /// The character after a backslash.
    Escape(Text),
    /// So many hexadecimal digits.
    Hex(Text, u8),
    Number(Number),
    /// The letters left of `true`, `false` or `null`.
    Word(&'static [u8]),
    /// Nothing: it has ended, or is not JSON.
    Nothing,
}

/// What a string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    Key,
    Value,
}

/// Which part of a number was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Minus,
    /// A leading zero, which no digit follows.
    Zero,
    Integer,
    Point,
    Fraction,
    E,
    Sign,
    Exponent,
}

/// What becomes of one byte.
enum Taken {
    Yes,
    /// It is to be read again, as what comes after a number.
    Again,
    No,
}

impl Syntax {
    /// Expects an array or object of at most `depth_max` levels.
    pub(crate) fn new(depth_max: usize) -> Self {
        Self { open: Vec::new(), depth_max, next: Next::Value, offset: 0, first_line: true }
    }

    /// The number of arrays and objects that have begun and not ended.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Their offsets, in order.
    pub(crate) fn open(&self) -> impl Iterator<Item = usize> {
        self.open.iter().map(|bracket| (bracket >> 1) as usize)
    }

    /// Whether there was no line break yet.
    pub(crate) fn is_first_line(&self) -> bool {
        self.first_line
    }

    /// Whether the next byte belongs to a string, and whether a backslash stands before it.
    pub(crate) fn in_string(&self) -> (bool, bool) {
        match self.next {
            Next::Text(_) | Next::Hex(..) => (true, false),
            Next::Escape(_) => (true, true),
            _ => (false, false),
        }
    }

    /// Reads the bytes from `start` on. A fault leaves the state as it is before that byte.
    pub(crate) fn read(&mut self, piece: &[u8], start: usize) -> Step {
        let mut at = start;
        while let Some(&byte) = piece.get(at) {
            if let Next::Text(_) = self.next {
                let length = bytes::run_length(piece.get(at..).unwrap_or_default());
                if length > 0 {
                    self.advance(length);
                    at += length;
                    continue;
                }
            }
            match self.take(byte) {
                Taken::Yes => {
                    self.advance(1);
                    at += 1;
                }
                Taken::Again => continue,
                Taken::No => return Step::Fault(at),
            }
            if self.next == Next::Nothing {
                return Step::Ended(at);
            }
        }
        Step::More
    }

    fn advance(&mut self, length: usize) {
        self.offset = self.offset.saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
    }

    fn take(&mut self, byte: u8) -> Taken {
        let next = match self.next {
            Next::Text(text) => text_after(text, byte),
            Next::Escape(text) => escape_after(text, byte),
            Next::Hex(text, left) if byte.is_ascii_hexdigit() => {
                Some(if left > 1 { Next::Hex(text, left - 1) } else { Next::Text(text) })
            }
            Next::Number(number) => match number_after(number, byte) {
                Some(number) => Some(Next::Number(number)),
                None if number.is_complete() => {
                    self.next = Next::Comma;
                    return Taken::Again;
                }
                None => None,
            },
            Next::Word([letter, rest @ ..]) if *letter == byte => {
                Some(if rest.is_empty() { Next::Comma } else { Next::Word(rest) })
            }
            next if is_space(&byte) && !matches!(next, Next::Hex(..) | Next::Word(_)) => {
                self.first_line &= byte != b'\n';
                Some(next)
            }
            next => self.token(next, byte),
        };
        match next {
            Some(next) => self.next = next,
            None => return Taken::No,
        }
        Taken::Yes
    }

    /// What comes after the first byte of a token.
    fn token(&mut self, next: Next, byte: u8) -> Option<Next> {
        match (next, byte) {
            (Next::Value | Next::Element, b'{' | b'[') => self.begin(byte),
            (Next::Value | Next::Element, _) if !self.open.is_empty() && byte != b']' => scalar(byte),
            (Next::Element | Next::Comma, b']') | (Next::Member | Next::Comma, b'}') => self.end(byte),
            (Next::Key | Next::Member, b'"') => Some(Next::Text(Text::Key)),
            (Next::Colon, b':') => Some(Next::Value),
            (Next::Comma, b',') => Some(if self.in_object() { Next::Key } else { Next::Value }),
            _ => None,
        }
    }

    fn in_object(&self) -> bool {
        self.open.last().is_some_and(|bracket| bracket & 1 == 1)
    }

    fn begin(&mut self, bracket: u8) -> Option<Next> {
        if self.open.len() == self.depth_max {
            return None;
        }
        let object = bracket == b'{';
        self.open.push(self.offset << 1 | u32::from(object));
        Some(if object { Next::Member } else { Next::Element })
    }

    fn end(&mut self, bracket: u8) -> Option<Next> {
        if self.in_object() != (bracket == b'}') {
            return None;
        }
        self.open.pop();
        Some(if self.open.is_empty() { Next::Nothing } else { Next::Comma })
    }
}

impl Number {
    fn is_complete(self) -> bool {
        matches!(self, Self::Zero | Self::Integer | Self::Fraction | Self::Exponent)
    }
}

fn scalar(byte: u8) -> Option<Next> {
    match byte {
        b'"' => Some(Next::Text(Text::Value)),
        b'-' => Some(Next::Number(Number::Minus)),
        b'0' => Some(Next::Number(Number::Zero)),
        b'1'..=b'9' => Some(Next::Number(Number::Integer)),
        b't' => Some(Next::Word(b"rue")),
        b'f' => Some(Next::Word(b"alse")),
        b'n' => Some(Next::Word(b"ull")),
        _ => None,
    }
}

fn text_after(text: Text, byte: u8) -> Option<Next> {
    match (byte, text) {
        (b'"', Text::Key) => Some(Next::Colon),
        (b'"', Text::Value) => Some(Next::Comma),
        (b'\\', _) => Some(Next::Escape(text)),
        (0x20.., _) => Some(Next::Text(text)),
        _ => None,
    }
}

fn escape_after(text: Text, byte: u8) -> Option<Next> {
    match byte {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(Next::Text(text)),
        b'u' => Some(Next::Hex(text, 4)),
        _ => None,
    }
}

fn number_after(number: Number, byte: u8) -> Option<Number> {
    match (number, byte) {
        (Number::Minus, b'0') => Some(Number::Zero),
        (Number::Minus, b'1'..=b'9') | (Number::Integer, b'0'..=b'9') => Some(Number::Integer),
        (Number::Zero | Number::Integer, b'.') => Some(Number::Point),
        (Number::Point | Number::Fraction, b'0'..=b'9') => Some(Number::Fraction),
        (Number::Zero | Number::Integer | Number::Fraction, b'e' | b'E') => Some(Number::E),
        (Number::E, b'+' | b'-') => Some(Number::Sign),
        (Number::E | Number::Sign | Number::Exponent, b'0'..=b'9') => Some(Number::Exponent),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{DEPTH_MAX, Json};
    use proptest::prelude::*;

    proptest! {
        /// In pieces or at once, an array or object ends, or stops being JSON, where `Json` says
        /// so.
        #[test]
        fn agrees_with_json(
            input in prop_oneof![
                "[\\[{][\\[\\]{}\":,\\\\tru0-9.eE+\\- \n]{0,24}",
                "[\\[{]{1,3}(\"([a-z]|\\\\[\\\\\"/bnuq]|\\\\u[0-9a-g]{3,4}|\u{1}|é){0,4}\"[:,]?|-?[0-9.e+-]{1,5},?|[\\[\\]{},:]|true|null|\n){0,8}[\\]}]{0,3}",
            ],
            length in 1usize..9,
        ) {
            let mut json = Json::new(input.as_bytes());
            let expected = match json.skip(DEPTH_MAX) {
                Ok(()) => Step::Ended(json.at()),
                Err(_) if json.at() == input.len() => Step::More,
                Err(_) => Step::Fault(json.at()),
            };
            let (mut syntax, mut at) = (Syntax::new(DEPTH_MAX as usize), 0);
            for piece in input.as_bytes().chunks(length) {
                let found = match syntax.read(piece, 0) {
                    Step::More => { at += piece.len(); continue; }
                    Step::Ended(end) => Step::Ended(at + end),
                    Step::Fault(fault) => Step::Fault(at + fault),
                };
                prop_assert_eq!(found, expected, "{}", input);
                prop_assert!(matches!(found, Step::Fault(_)) || syntax.depth() == 0);
                return Ok(());
            }
            prop_assert_eq!(Step::More, expected, "{}", input);
        }
    }

    #[test]
    fn ends_at_a_level_too_many() {
        assert_eq!(Syntax::new(2).read(b"[[]]", 0), Step::Ended(4));
        assert_eq!(Syntax::new(2).read(b"[[[", 0), Step::Fault(2));
    }
}
