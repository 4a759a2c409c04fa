//! VRL, the language of Vector.

use std::collections::BTreeMap;

use vrl::compiler::state::RuntimeState;
use vrl::compiler::{Context, Program, TargetValue, TimeZone, compile};
use vrl::value;
use vrl::value::{ObjectMap, Secrets, Value};

/// A program that makes an object of `.line`.
pub struct Vrl(Program);

impl Vrl {
    /// Compiles a program.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn new(source: &str) -> Result<Self, String> {
        compile(source, &vrl::stdlib::all()).map(|result| Self(result.program)).map_err(|error| format!("{error:?}"))
    }

    /// What the program makes of a line.
    ///
    /// # Errors
    ///
    /// If it fails, or makes no object.
    pub fn read(&self, line: &str) -> Result<ObjectMap, String> {
        let (value, metadata) = (value!({line: line}), Value::Object(BTreeMap::new()));
        let mut target = TargetValue { value, metadata, secrets: Secrets::default() };
        let (mut state, zone) = (RuntimeState::default(), TimeZone::parse("UTC").unwrap_or_default());
        let result = self.0.resolve(&mut Context::new(&mut target, &mut state, &zone));
        match result.map_err(|error| error.to_string())? {
            Value::Object(object) => Ok(object),
            other => Err(format!("{other} is no object")),
        }
    }

    /// As [`Vrl::read`], every value as text.
    ///
    /// # Errors
    ///
    /// As [`Vrl::read`].
    pub fn read_texts(&self, line: &str) -> Result<BTreeMap<String, String>, String> {
        Ok(self.read(line)?.into_iter().map(|(key, value)| (key.to_string(), text(&value))).collect())
    }
}

/// A value as text.
#[must_use]
pub fn text(value: &Value) -> String {
    value.to_str_lossy().map_or_else(|| value.to_string(), std::borrow::Cow::into_owned)
}
