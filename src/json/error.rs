//! What is wrong with a text that should be JSON.

use std::fmt;

/// Why reading failed: what was expected, or which limit was exceeded. The reader has the offset.
/// One byte long, as every step of reading may return it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Error {
    /// This token, or a part of it, was expected.
    Expected(Expected),
    /// The nesting of arrays and objects exceeds its limit.
    TooDeep,
    /// The number of fields exceeds its limit.
    TooManyFields,
}

/// What JSON requires at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A record in any form, at the start of a line.
    Record,
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
            Self::Record => "JSON, CEF or syslog",
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

/// The byte at an offset, in words that are safe to print.
pub(crate) struct FoundByte(pub(crate) Option<u8>);

impl fmt::Display for FoundByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("the end of the input"),
            Some(b'\n' | b'\r') => f.write_str("the end of the line"),
            Some(byte @ 0x20..=0x7E) => write!(f, "`{}`", char::from(byte)),
            Some(byte) => write!(f, "0x{byte:02X}"),
        }
    }
}
