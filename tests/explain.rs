//! An explanation says what happened: it gives every pair of the line to a field, and every change
//! has its note.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use proptest::prelude::*;
use senhasegura_siem::explain::{Explained, Explanation};
use senhasegura_siem::{Config, Transformer};
use serde_json::{Map, Value};

fn explain(config: &str, record: &str) -> Option<(Explanation, String)> {
    let config = Config::from_json(config).unwrap();
    let (mut line, mut plain) = (Vec::new(), Vec::new());
    let explained = Transformer::new(config.clone()).explain(record.as_bytes(), Some(0), &mut line);
    let changes = Transformer::new(config).transform_one(record.as_bytes(), Some(0), &mut plain);
    assert_eq!((&line, explained.as_ref().map(|explanation| explanation.changes)), (&plain, changes.as_ref().copied()));
    Some((explained.ok()?, String::from_utf8(line).unwrap()))
}

/// How often one of the notes begins with this word.
fn count(explanation: &Explanation, word: &str) -> u64 {
    let notes = explanation.fields.iter().chain(&explanation.others).flat_map(|field| &field.notes);
    notes.filter(|note| note.starts_with(word)).count() as u64
}

fn check(config: &str, record: &str) {
    let Some((explanation, line)) = explain(config, record) else { return };
    let changes = explanation.changes;
    let context = || format!("{config} {record}\n{line}\n{explanation:#?}");
    // What is written in the element and in CEF is changed twice.
    let times = |word| count(&explanation, word) * if config.contains(r#""msg": "cef""#) { 2 } else { 1 };
    assert!(
        count(&explanation, "renamed") <= changes.renamed && changes.renamed <= times("renamed"),
        "renamed {}",
        context()
    );
    // `Cs7` and `cs7` are one field; if one of them is no value, that is what is said.
    let (repeated, is_mislabelled) = (count(&explanation, "repeated"), record.contains("\"Cs"));
    assert!(repeated == changes.repeated || is_mislabelled && repeated < changes.repeated, "repeated {}", context());
    assert!(
        count(&explanation, "dropped") <= changes.dropped && changes.dropped <= times("dropped"),
        "dropped {}",
        context()
    );
    assert!(count(&explanation, "truncated") <= changes.truncated, "truncated {}", context());
    assert_eq!(count(&explanation, "truncated") > 0, changes.truncated > 0, "truncated {}", context());
    assert_eq!(count(&explanation, "replaced") > 0, changes.replaced > 0, "replaced {}", context());
    for Explained { name, written, notes, .. } in &explanation.fields {
        assert!(!written.is_empty() || !notes.is_empty(), "nothing of {name} {}", context());
    }
    // What is said to be in the line is there, and what is in the line is said.
    let said: Vec<_> = explanation.fields.iter().chain(&explanation.others).flat_map(|field| &field.written).collect();
    for text in &said {
        let value = text.split_once(": ").map_or(text.as_str(), |(_, value)| value);
        assert!(line.contains(text.as_str()) || line.contains(value), "{text} {}", context());
    }
    if line.starts_with("CEF:0") {
        let plain = line.replace(r"\\", "##").replace(r"\|", "##");
        let extension = plain.match_indices('|').nth(6).unwrap().0;
        let mut rest = line[extension..].to_owned();
        let mut pairs: Vec<_> = said.iter().map(|text| text.replacen(": ", "=", 1)).collect();
        pairs.extend(said.iter().map(|text| (*text).clone()));
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.len()));
        for pair in pairs {
            rest = rest.replacen(&pair, "", 1);
        }
        assert!(!rest.contains('='), "left: {rest} {}", context());
    }
}

const CONFIGS: [&str; 9] = [
    r#"{"carrier": "rfc3164"}"#,
    "{}",
    r#"{"keys": "dictionary", "extra_fields": "drop"}"#,
    r#"{"keys": "dictionary", "carrier": "rfc5424", "max_bytes": 300}"#,
    r#"{"max_bytes": 250}"#,
    r#"{"format": "rfc5424"}"#,
    r#"{"format": "rfc5424", "msg": "cef", "max_bytes": 500}"#,
    r#"{"format": "sensage"}"#,
    r#"{"format": "sensage", "max_bytes": 260, "extra_fields": "drop"}"#,
];

#[test]
fn names_every_repaired_key_of_the_password_request() {
    let record = r#"{"event_id": 13, "msg": "User 'Stephen Lee' has made a request.", "suser": "stlee", "dposrt": "22",
        "Method": "GET", "ServiceName": "Senhasegura", "cs1Label": "GMUD", "cs1": "CHG-10482", "Cs6": "Action", "Cs7": "View password"}"#;
    let (explanation, _) = explain("{}", record).unwrap();
    let repaired: Vec<_> = explanation.fields.iter().filter(|field| !field.notes.is_empty()).collect();
    let repaired: Vec<_> = repaired.iter().map(|field| (field.name.as_str(), field.written[0].as_str())).collect();
    assert_eq!(
        repaired,
        [
            ("dposrt", "dpt=22"),
            ("Method", "requestMethod=GET"),
            ("ServiceName", "sourceServiceName=Senhasegura"),
            ("Cs6", "cs6Label=Action"),
            ("Cs7", "cs6=View password"),
        ]
    );
    assert_eq!(explanation.changes.renamed, 5);
}

#[test]
fn explains_the_example_stream() {
    for record in include_str!("../examples/data/day.ndjson").lines() {
        for config in CONFIGS {
            check(config, record);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn notes_every_change(
        fields in proptest::collection::vec(
            (
                "(event_id|id|event|severity|time|host|dvchost|version|origin|cat|msg|Msg|suser|spid|dposrt|dpt|src|dst|dhost|dvc|cn1|cn1Label|cs1|cs1Label|Cs6|Cs7|cs6|cs7|rawEvent|act|a b|a_b|name|é|foo)",
                prop_oneof!["(17|13|4|x|-| |::1|10.0.0.1|server.example|2026-03-04 09:15:12|a=b\\|c\\\\d\"e|y\u{1}z)", "w{60,200}", Just("é\u{85}x".to_owned())],
            ),
            1..9,
        ),
        config in 0..CONFIGS.len(),
    ) {
        // A key may stand twice.
        let members: Vec<_> = fields.iter().map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), Value::from(value.as_str()))).collect();
        check(CONFIGS[config], &format!("{{{}}}", members.join(",")));
        let _: Map<String, Value> = serde_json::from_str(&format!("{{{}}}", members.join(","))).unwrap();
    }
}
