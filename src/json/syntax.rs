//! Checks JSON (RFC 8259) that comes in pieces: finds where an array or object ends, or where it
//! stops being JSON.
//!
//! [`Json`](crate::json::Json) accepts the same texts when they are whole, and the tests compare
//! the two. The only state is the nesting and what may come next, so a piece may end anywhere, even
//! within an escape or a number.

use crate::bytes;

/// The state between two bytes of an array or object.
#[derive(Debug)]
pub(crate) struct Syntax {
    /// The open arrays and objects: twice the offset of the opening bracket, plus one for an
    /// object.
    open: Vec<u32>,
    /// The maximum length of `open`.
    depth_max: usize,
    next: Next,
    /// Whether the current string is a key.
    key: bool,
    /// The rest of a literal name; its length alone counts for the digits of `\u`.
    left: &'static [u8],
    /// The offset of the next byte in the text, which saturates.
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
    /// JSON does not allow the byte at this offset.
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
    /// The rest of a string.
    Text,
    /// The character after a backslash.
    Escape,
    Hex,
    /// The rest of `true`, `false` or `null`.
    Word,
    /// The rest of a number, after its minus sign.
    Minus,
    /// After a leading zero, which no digit follows.
    Zero,
    Integer,
    Point,
    Fraction,
    E,
    ExponentSign,
    Exponent,
    /// Nothing: it has ended.
    Nothing,
}

impl Syntax {
    /// Expects an array or object of at most `depth_max` levels.
    pub(crate) fn new(depth_max: usize) -> Self {
        Self { open: Vec::new(), depth_max, next: Next::Value, key: false, left: b"", offset: 0, first_line: true }
    }

    /// The same, with room for all levels from the start; none if there is no memory for it.
    #[cfg(all(feature = "fluent-bit", target_family = "wasm"))]
    pub(crate) fn with_room(depth_max: usize) -> Option<Self> {
        let mut syntax = Self::new(depth_max);
        syntax.open.try_reserve_exact(depth_max).ok()?;
        Some(syntax)
    }

    /// The number of open arrays and objects.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Returns whether one of them begins at this offset.
    pub(crate) fn is_open(&self, offset: usize) -> bool {
        self.open.binary_search_by_key(&offset, |bracket| (bracket >> 1) as usize).is_ok()
    }

    /// Returns whether no line break has been read.
    pub(crate) fn is_first_line(&self) -> bool {
        self.first_line
    }

    /// Returns whether the next byte belongs to a string.
    pub(crate) fn in_string(&self) -> bool {
        matches!(self.next, Next::Text | Next::Hex | Next::Escape)
    }

    /// Reads the bytes from `start` on. A fault leaves the state as it is before that byte.
    pub(crate) fn read(&mut self, piece: &[u8], start: usize) -> Step {
        let mut at = start;
        while let Some(&byte) = piece.get(at) {
            let length = match self.next {
                Next::Text => bytes::string_end(piece.get(at..).unwrap_or_default()),
                _ => 0,
            };
            if length == 0 {
                let Some(next) = self.after(byte) else { return Step::Fault(at) };
                self.next = next;
            }
            let length = length.max(1);
            self.offset = self.offset.saturating_add(length as u32);
            at += length;
            if self.next == Next::Nothing {
                return Step::Ended(at);
            }
        }
        Step::More
    }

    /// Returns what may come after `byte`, or `None` if `byte` may not come.
    fn after(&mut self, byte: u8) -> Option<Next> {
        Some(match (self.next, byte) {
            (Next::Text, b'"') if self.key => Next::Colon,
            (Next::Text, b'"') => Next::Comma,
            (Next::Text, b'\\') => Next::Escape,
            (Next::Text, 0x20..) => Next::Text,
            (Next::Escape, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Next::Text,
            (Next::Escape, b'u') => self.rest(Next::Hex, b"0000"),
            (Next::Hex, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') => self.one_less(Next::Text),
            (Next::Word, _) if self.left.first() == Some(&byte) => self.one_less(Next::Comma),

            (Next::Minus, b'0') => Next::Zero,
            (Next::Minus, b'1'..=b'9') | (Next::Integer, b'0'..=b'9') => Next::Integer,
            (Next::Zero | Next::Integer, b'.') => Next::Point,
            (Next::Point | Next::Fraction, b'0'..=b'9') => Next::Fraction,
            (Next::Zero | Next::Integer | Next::Fraction, b'e' | b'E') => Next::E,
            (Next::E, b'+' | b'-') => Next::ExponentSign,
            (Next::E | Next::ExponentSign | Next::Exponent, b'0'..=b'9') => Next::Exponent,
            // Any other byte ends a number.
            (Next::Zero | Next::Integer | Next::Fraction | Next::Exponent, _) => {
                self.next = Next::Comma;
                return self.after(byte);
            }

            (
                Next::Value | Next::Element | Next::Key | Next::Member | Next::Colon | Next::Comma,
                b' ' | b'\t' | b'\n' | b'\r',
            ) => {
                self.first_line &= byte != b'\n';
                self.next
            }
            (Next::Key | Next::Member, b'"') => self.string(true),
            (Next::Colon, b':') => Next::Value,
            (Next::Comma, b',') if self.in_object() => Next::Key,
            (Next::Comma, b',') => Next::Value,
            (Next::Element | Next::Comma, b']') | (Next::Member | Next::Comma, b'}') => return self.end(byte),
            (Next::Value | Next::Element, b'{' | b'[') => return self.begin(byte),
            (Next::Value | Next::Element, _) if !self.open.is_empty() => return self.scalar(byte),
            _ => return None,
        })
    }

    fn scalar(&mut self, byte: u8) -> Option<Next> {
        Some(match byte {
            b'"' => self.string(false),
            b'-' => Next::Minus,
            b'0' => Next::Zero,
            b'1'..=b'9' => Next::Integer,
            b't' => self.rest(Next::Word, b"rue"),
            b'f' => self.rest(Next::Word, b"alse"),
            b'n' => self.rest(Next::Word, b"ull"),
            _ => return None,
        })
    }

    fn string(&mut self, key: bool) -> Next {
        self.key = key;
        Next::Text
    }

    fn rest(&mut self, next: Next, left: &'static [u8]) -> Next {
        self.left = left;
        next
    }

    /// Consumes one byte of `left`, and returns `then` after the last.
    fn one_less(&mut self, then: Next) -> Next {
        self.left = self.left.get(1..).unwrap_or_default();
        if self.left.is_empty() { then } else { self.next }
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
