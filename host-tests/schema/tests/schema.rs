//! The files made from the struct `Config` are up to date, and its JSON Schema takes what
//! `Config::from_json` takes.
//!
//! `BLESS=1 cargo test --test schema` writes the files.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::sync::LazyLock;
use std::{env, fs};

use guests::root;
use jsonschema::Validator;
use proptest::prelude::*;
use senhasegura_siem::Config;
use serde_json::{Value, json};

static SCHEMA: LazyLock<Value> = LazyLock::new(schema::schema);

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::draft202012::new(&SCHEMA).unwrap());

const PAGE: &str = "src/config/README.md";

/// The page with this table of options in place of its own.
fn page(table: &str) -> String {
    let page = fs::read_to_string(root().join(PAGE)).unwrap();
    let (before, rest) = page.split_at(page.find("| option | default |").unwrap());
    let (_, after) = rest.split_once("\n\n").unwrap();
    format!("{before}{table}\n{after}")
}

#[test]
fn files_are_up_to_date() {
    let files = [
        ("src/config.schema.json", format!("{:#}\n", *SCHEMA)),
        ("src/guest/npm/config.d.ts", schema::types(&SCHEMA)),
        (PAGE, page(&schema::table(&SCHEMA))),
    ];
    for (path, text) in files {
        if env::var_os("BLESS").is_some() {
            fs::write(root().join(path), text).unwrap();
        } else {
            let found = fs::read_to_string(root().join(path)).unwrap();
            assert!(found == text, "{path} is out of date: `BLESS=1 cargo test --test schema` writes it");
        }
    }
}

/// Whether an option takes a value. The schema says so, too.
#[track_caller]
fn takes(name: &str, value: &Value) -> bool {
    let config = json!({ name: value });
    let read = Config::from_json(&config.to_string());
    assert_eq!(VALIDATOR.is_valid(&config), read.is_ok(), "{config}: {read:?}");
    if let Ok(config) = &read {
        let written = &serde_json::to_value(config).unwrap()[name];
        // A time zone has several spellings.
        assert!(written == value || name == "timezone", "{written}, not {value}");
    }
    read.is_ok()
}

/// Writes words as a message does.
fn one_of(words: &[impl AsRef<str>]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    let (last, others) = words.split_last().unwrap();
    format!("{} or {last}", others.join(", "))
}

#[test]
fn the_schema_is_one_and_has_every_option() {
    assert!(jsonschema::draft202012::meta::is_valid(&SCHEMA));
    let names: Vec<_> = schema::options(&SCHEMA).map(|(name, _)| name.clone()).collect();
    let config = serde_json::to_value(Config::default()).unwrap();
    assert_eq!(names, config.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    let refused = Config::from_json(r#"{"max_dept": 8}"#).unwrap_err();
    assert_eq!(refused.message(), format!("expected an option ({}), found \"max_dept\"", one_of(&names)));
    assert!(!VALIDATOR.is_valid(&json!({"max_dept": 8})) && VALIDATOR.is_valid(&json!({})));
    assert!(!VALIDATOR.is_valid(&json!([])) && !VALIDATOR.is_valid(&json!(null)));
}

#[test]
fn the_defaults_are_those_of_no_option() {
    for (name, option) in schema::options(&SCHEMA) {
        let config = Config::from_json(&json!({ name: option["default"] }).to_string()).unwrap();
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()), "{name}");
        assert!(takes(name, &option["default"]));
    }
}

#[test]
fn the_schema_has_the_types_bounds_and_words_that_are_taken() {
    for (name, option) in schema::options(&SCHEMA) {
        for example in option["examples"].as_array().into_iter().flatten() {
            assert!(takes(name, example), "{name}: {example}");
        }
        for other in [json!(0.5), json!(true), json!(null), json!(""), json!([]), json!({}), json!("other"), json!(-1)]
        {
            takes(name, &other);
        }
        let types = &option["type"];
        assert_eq!(takes(name, &json!(false)), types == "boolean", "{name}");
        assert_eq!(takes(name, &json!(null)), *types == json!(["string", "null"]), "{name}");
        assert_eq!(option["minimum"].is_u64() && option["maximum"].is_u64(), types == "integer", "{name}");
        if let (Some(minimum), Some(maximum)) = (option["minimum"].as_i64(), option["maximum"].as_i64()) {
            for (number, taken) in [(minimum, true), (maximum, true), (minimum - 1, false), (maximum + 1, false)] {
                assert_eq!(takes(name, &number.into()), taken, "{name}: {number}");
            }
        }
        if let Some(words) = option["enum"].as_array() {
            assert!(words.iter().all(|word| takes(name, word)), "{name}");
            let refused = Config::from_json(&json!({ name: "other" }).to_string()).unwrap_err();
            let words: Vec<_> = words.iter().map(|word| word.as_str().unwrap()).collect();
            assert_eq!(refused.message(), format!("expected {}, found \"other\"", one_of(&words)));
        }
    }
}

proptest! {
    /// The patterns and lengths of the schema take just the texts that are taken.
    #[test]
    fn the_schema_has_the_texts_that_are_taken(
        text in "siem_error|[a-z]{0,3}[@0-9.]{0,6}|(/[a-z~01/]{0,3}){0,3}|[+-Zz]?[0-9:]{0,5}|UTC|[ -~\u{0}\u{85}\u{a0}\u{2028}é]{0,4}|[a-zé]{28,34}|[a-zé]{60,66}|[a-zé]{126,130}|[a-z]{25,30}@1"
    ) {
        for (name, option) in schema::options(&SCHEMA) {
            if option["pattern"].is_string() {
                takes(name, &text.as_str().into());
            }
        }
    }
}

#[test]
fn the_configurations_of_the_goldens_are_valid() {
    let files = goldens::files().unwrap();
    let configs: Vec<_> = files.iter().filter(|file| file.extension().is_some_and(|name| name == "config")).collect();
    assert!(!configs.is_empty());
    for file in configs {
        let config = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        assert!(VALIDATOR.is_valid(&config), "{}", file.display());
    }
}
