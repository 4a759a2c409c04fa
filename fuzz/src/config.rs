//! Configurations: our reader of their text against `serde_json`, and what they become when they are written.

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::Config;
use serde_json::Value;

use crate::setup::Setup;

/// The text of a configuration.
#[derive(Debug)]
pub struct Input(String);

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        // Text in most cases, else options that are all as they should be.
        if u.peek_bytes(1) != Some(b"\0") {
            return Ok(Self(String::from_utf8_lossy(u.bytes(u.len())?).into_owned()));
        }
        u8::arbitrary(u)?;
        Ok(Self(Value::from(Setup::arbitrary(u)?.options).to_string()))
    }
}

/// Whether a value is or has an object such as `{"cef": null}`, which serde_json takes for the word `"cef"`. We do not.
fn has_word_as_object(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.len() == 1 && object.values().all(Value::is_null) || object.values().any(has_word_as_object)
        }
        Value::Array(items) => items.iter().any(has_word_as_object),
        _ => false,
    }
}

/// Returns whether a number is an integer that is written with a fraction or exponent, such as `64.0`: to JSON Schema it is
/// one, and to serde_json none.
fn has_integer_with_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(|float| number.is_f64() && float.fract() == 0.0),
        Value::Object(object) => object.values().any(has_integer_with_fraction),
        Value::Array(items) => items.iter().any(has_integer_with_fraction),
        _ => false,
    }
}

impl Input {
    /// Asserts that both take the same text for the same configuration, and that it is read back as it was written.
    pub fn check(&self) {
        let Self(text) = self;
        let ours = Config::from_json(text);
        if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() {
            assert!(ours.is_ok());
            return;
        }
        let theirs = serde_json::from_str::<Config>(text);
        if ours.is_err() && theirs.is_ok() {
            let value = serde_json::from_str(text).unwrap();
            assert!(has_word_as_object(&value), "{ours:?} {theirs:?}");
        } else if ours.is_ok() && theirs.is_err() {
            let value = serde_json::from_str(text).unwrap();
            assert!(has_integer_with_fraction(&value), "{ours:?} {theirs:?}");
        } else {
            assert_eq!(ours.is_ok(), theirs.is_ok(), "{ours:?} {theirs:?}");
        }
        match ours {
            Ok(config) => {
                let debug = format!("{config:?}");
                assert!(theirs.is_err() || debug == format!("{:?}", theirs.unwrap()), "{debug}");
                let written = serde_json::to_string(&config).unwrap();
                let read = Config::from_json(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
                assert_eq!(debug, format!("{read:?}"), "{written}");
            }
            Err(error) => {
                assert!(error.pointer().is_empty() || error.pointer().starts_with('/'), "{error:?}");
                let said = error.to_string();
                assert!(said.starts_with("configuration") && !said.contains(char::is_control), "{said:?}");
            }
        }
    }
}
