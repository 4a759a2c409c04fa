//! Our reader of JSON, against `serde_json`.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::{Config, Reason, Transformer};
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use strict::rfc5424;
use strict::text::written;

use crate::hostile;

/// The value of a field.
pub struct Input(Vec<u8>);

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self(u.bytes(u.len())?.to_vec()))
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hostile::shown(&self.0))
    }
}

const CONFIG: &str =
    r#"{"format": "rfc5424", "input": "own", "max_depth": 128, "max_fields": 1024, "max_bytes": 67108864}"#;

impl Input {
    /// Asserts that both read the same JSON, refuse the same, and take it to mean the same.
    pub fn check(&self) {
        let record = [b"{\"event_id\":17,\"x\":", &self.0[..], b"}"].concat();
        let mut line = Vec::new();
        let mut transformer = Transformer::new(Config::from_json(CONFIG).unwrap());
        let outcome = transformer.transform_one(&record, None, &mut line);
        // This has neither numbers that are out of range nor surrogates that are alone.
        let theirs = serde_json::from_slice::<IgnoredAny>(&record);
        let is_ours = match outcome.as_ref().map_err(|rejection| rejection.reason()) {
            // Theirs has no such limits.
            Err(Reason::TooDeep | Reason::TooManyFields) => return,
            Err(Reason::Malformed | Reason::NotOne) => false,
            Ok(_) | Err(_) => true,
        };
        assert_eq!(is_ours, theirs.is_ok(), "{outcome:?} {theirs:?}");
        if outcome.is_err() {
            return;
        }
        // Bytes that are not UTF-8 are replaced, which theirs does not do.
        let Ok(members) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(&record) else { return };
        if members.keys().eq(["event_id", "x"]) && members["event_id"].get() == "17" {
            let line = str::from_utf8(&line).unwrap();
            let message = rfc5424::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let params = message.structured_data.map(|element| element.params).unwrap_or_default();
            check_value(params.get("x").map(String::as_str), members["x"].get());
        }
    }
}

/// Asserts that a value was written as its JSON says.
fn check_value(found: Option<&str>, json: &str) {
    // Theirs refuses numbers that are out of range, and surrogates that are alone, where it needs to know the value.
    let Ok(value) = serde_json::from_str::<Value>(json) else { return };
    let is_scalar = |value: &Value| !value.is_array() && !value.is_object();
    match &value {
        Value::Null => assert_eq!(found, None),
        Value::Bool(_) | Value::Number(_) => assert_eq!(found, Some(json)),
        Value::String(text) => assert_eq!(found.map(str::to_owned), written(text, usize::MAX, ' ')),
        Value::Array(values) if values.iter().all(is_scalar) => {}
        deep => {
            let compact = deep.to_string();
            // What a line cannot hold is replaced.
            if written(&compact, usize::MAX, ' ').is_some_and(|written| written == compact) {
                let found = found.unwrap_or_else(|| panic!("nothing for {json}"));
                assert_eq!(serde_json::from_str::<Value>(found).ok(), Some(value), "{found}");
            }
        }
    }
}
