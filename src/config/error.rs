//! Errors in a configuration: the option, what was expected and what was found.

use std::fmt::{self, Write as _};

use serde::de::{self, Expected, Unexpected};

use crate::json::push_token;

/// The maximum number of characters shown of something that was found.
const SHOWN_MAX: usize = 60;

/// An error in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(Box<Fault>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    pointer: String,
    message: String,
}

impl ConfigError {
    /// The JSON Pointer (RFC 6901) of the value at fault; empty for the whole text.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.0.pointer
    }

    /// What was expected and what was found.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the error with the pointer to this option.
    pub(super) fn at(mut self, option: &str) -> Self {
        push_token(&mut self.0.pointer, option);
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.pointer.is_empty() {
            write!(f, "configuration: {}", self.0.message)
        } else {
            f.write_str("configuration, ")?;
            write_escaped(&self.0.pointer, &[], f)?;
            write!(f, ": {}", self.0.message)
        }
    }
}

impl std::error::Error for ConfigError {}

impl de::Error for ConfigError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Box::new(Fault { pointer: String::new(), message: message.to_string() }))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_value(found, expected)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", FoundValue(found)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::invalid_value(Unexpected::Str(variant), &OneOf(expected))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let options: &dyn Expected = &OneOf(expected);
        Self::custom(format_args!("expected an option ({options}), found {}", FoundValue(Unexpected::Str(field))))
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self::custom("expected this option once, found it again")
    }
}

/// One of these words.
pub(super) struct OneOf(pub(super) &'static [&'static str]);

impl Expected for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.0.iter().enumerate() {
            let before = match index {
                0 => "",
                _ if index + 1 == self.0.len() => " or ",
                _ => ", ",
            };
            write!(f, "{before}`{word}`")?;
        }
        Ok(())
    }
}

/// A value as JSON, cut short.
// The `Display` of `Unexpected` names Rust's types and would bring the formatting of floats into
// each module.
struct FoundValue<'v>(Unexpected<'v>);

impl fmt::Display for FoundValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Unit | Unexpected::Option => f.write_str("null"),
            Unexpected::Bool(value) => value.fmt(f),
            Unexpected::Unsigned(number) => number.fmt(f),
            Unexpected::Signed(number) => number.fmt(f),
            Unexpected::Str(text) => {
                f.write_char('"')?;
                write_escaped(text, &['"', '\\'], f)?;
                f.write_char('"')
            }
            Unexpected::Seq => f.write_str("an array"),
            Unexpected::Map => f.write_str("an object"),
            Unexpected::Other(text) => write_escaped(text, &[], f),
            _ => f.write_str("another value"),
        }
    }
}

/// Writes at most [`SHOWN_MAX`] characters of a text, with control and `special` characters escaped
/// as in JSON.
fn write_escaped(text: &str, special: &[char], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, c) in text.chars().enumerate() {
        match c {
            _ if index == SHOWN_MAX => return f.write_char('…'),
            '\n' => f.write_str("\\n")?,
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => write!(f, "\\u{:04x}", u32::from(c))?,
            c if special.contains(&c) => write!(f, "\\{c}")?,
            c => f.write_char(c)?,
        }
    }
    Ok(())
}
