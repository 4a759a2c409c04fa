//! The schema of a record says what the transform takes, as a validator of JSON Schema reads it.

use std::fs;

use guests::root;
use jsonschema::Validator;
use readers::records;
use readers::transform;
use senhasegura_siem::Reason;
use senhasegura_siem::catalog::{CATALOG, MESSAGE_TYPES};
use serde_json::{Deserializer, Value, json};

fn schema() -> (Value, Validator) {
    let schema: Value = serde_json::from_slice(&fs::read(root().join("src/record.schema.json")).unwrap()).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    (schema, validator)
}

/// The objects in the files that the tests and examples use, as far as they are JSON.
fn objects() -> Vec<Value> {
    let files = goldens::files().unwrap();
    let mut objects = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension != "config")) {
        let bytes = fs::read(file).unwrap();
        let whole = Deserializer::from_slice(&bytes).into_iter::<Value>().map_while(Result::ok);
        objects.extend(whole.filter(Value::is_object));
        let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        objects.extend(lines.filter(Value::is_object));
    }
    objects
}

/// Whether an object becomes a line, or is no event.
fn becomes(object: &Value) -> Result<(), Reason> {
    let output =
        transform(r#"{"max_record_bytes": 67108864, "max_fields": 1024}"#, object.to_string().as_bytes(), None);
    output.unwrap().rejections.first().map_or(Ok(()), |rejection| Err(rejection.reason()))
}

#[test]
fn a_record_of_the_schema_is_a_line_and_another_is_no_event() {
    let (_, validator) = schema();
    let objects = objects();
    assert!(objects.len() > 800, "{}", objects.len());
    let mut invalid = 0;
    for object in &objects {
        let is_valid = validator.is_valid(object);
        match becomes(object) {
            Ok(()) => {}
            Err(Reason::NotAnEvent | Reason::NoRecord) => assert!(!is_valid, "{object}"),
            Err(reason) => panic!("{reason}: {object}"),
        }
        // Records in other letter case, those wrapped in text, and those with no more than an `id` of
        // the catalog are taken though the schema does not tell them.
        invalid += usize::from(!is_valid);
    }
    assert!(invalid < objects.len() / 4, "{invalid} of {}", objects.len());
    for record in records::generate(records::count()) {
        assert!(validator.is_valid(&serde_json::from_str(&record.json()).unwrap()), "{}", record.json());
    }
}

#[test]
fn tells_what_is_a_value() {
    let (_, validator) = schema();
    for (value, is_one) in [
        (json!("17"), true),
        (json!(17), true),
        (json!(true), true),
        (json!(" \n x\n"), true),
        (json!("-x"), true),
        (json!(""), false),
        (json!(" - "), false),
        (json!("not APPLICABLE"), false),
        (json!("\u{1}\u{a0}"), false),
        (json!(null), false),
    ] {
        for key in ["event_id", "eventId", "event_name", "event", "name"] {
            let object = json!({ key: value });
            assert_eq!(validator.is_valid(&object), is_one, "{object}");
            assert_eq!(becomes(&object).is_ok(), is_one, "{object}");
        }
    }
}

#[test]
fn lists_the_keys_and_message_types_of_the_catalog() {
    let (schema, validator) = schema();
    let properties = &schema["$defs"]["fields"]["properties"];
    for key in CATALOG.iter().flat_map(|kind| kind.keys.iter()) {
        assert!(properties.get(key.name()).is_some(), "{}", key.name());
    }
    for suid in 0..200 {
        let is_type = MESSAGE_TYPES.iter().any(|message_type| message_type.suid == suid.to_string());
        for object in [json!({"suid": suid}), json!({"suid": f64::from(suid)}), json!({"suid": suid.to_string()})] {
            assert_eq!(validator.is_valid(&object), is_type, "{object}");
            assert_eq!(becomes(&object).is_ok(), is_type, "{object}");
        }
        assert!(!validator.is_valid(&json!({"suid": suid, "extensions": {"suid": 0}})));
    }
}
