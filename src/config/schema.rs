//! The JSON Schema of the values that options take.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::value::{Bounded, ERROR_KEY, HeaderText, KEEP_MAX, Keep, RECORD_KEY_MAX, RecordKey, Redact, SdId};
use crate::format::SD_NAME_MAX;
use crate::json::Pointer;
use crate::time::Offset;

/// No control characters, no space at either end.
const HEADER_TEXT: &str = r"^[^\s\u0000-\u001f\u007f-\u009f\u2028\u2029]([^\u0000-\u001f\u007f-\u009f\u2028\u2029]*[^\s\u0000-\u001f\u007f-\u009f\u2028\u2029])?$";

impl<const MIN: u32, const MAX: u32> JsonSchema for Bounded<MIN, MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("Bounded_{MIN}_to_{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

impl<const MAX: usize> JsonSchema for HeaderText<MAX> {
    fn schema_name() -> Cow<'static, str> {
        format!("HeaderText_{MAX}").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": HEADER_TEXT, "maxLength": MAX })
    }
}

impl JsonSchema for RecordKey {
    fn schema_name() -> Cow<'static, str> {
        "RecordKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "pattern": HEADER_TEXT, "maxLength": RECORD_KEY_MAX, "not": { "const": ERROR_KEY }
        })
    }
}

impl JsonSchema for Keep {
    fn schema_name() -> Cow<'static, str> {
        "Keep".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = RecordKey::json_schema(generator);
        json_schema!({ "type": "array", "items": items, "maxItems": KEEP_MAX, "uniqueItems": true })
    }
}

impl JsonSchema for Redact {
    fn schema_name() -> Cow<'static, str> {
        "Redact".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Keep::json_schema(generator)
    }
}

impl JsonSchema for SdId {
    fn schema_name() -> Cow<'static, str> {
        "SdId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^[a-z0-9_]+@[0-9]+(\.[0-9]+)*$", "maxLength": SD_NAME_MAX })
    }
}

impl JsonSchema for Pointer {
    fn schema_name() -> Cow<'static, str> {
        "Pointer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string", "pattern": "^(/([^~/]|~[01])*)*$", "examples": ["/message", "/event/original"]
        })
    }
}

impl JsonSchema for Offset {
    fn schema_name() -> Cow<'static, str> {
        "Offset".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^([Zz]|UTC|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])$",
            "examples": ["-03:00"],
        })
    }
}
