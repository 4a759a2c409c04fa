//! What an explanation says is what happened: every byte of the line is in one part, every field of
//! the record has a fate, and every change has its note.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::path::Path;
use std::{env, fs};

use proptest::prelude::*;
use senhasegura_siem::explain::{Explanation, Fate, Note, PartSource};
use senhasegura_siem::{Change, Config, Why};
use serde_json::Value;

mod explanation;

fn explain(config: &str, record: &[u8]) -> Option<Explanation> {
    explanation::explain(&Config::from_json(config).unwrap(), record)
}

fn check(config: &str, record: &[u8]) -> bool {
    explanation::check(&Config::from_json(config).unwrap(), record)
}

const CONFIGS: [&str; 12] = [
    "{}",
    r#"{"carrier": "rfc3164", "timezone": "-03:00"}"#,
    r#"{"keys": "dictionary", "extra_fields": "drop"}"#,
    r#"{"keys": "dictionary", "carrier": "rfc5424", "max_bytes": 300}"#,
    r#"{"max_bytes": 250, "safe_header": true}"#,
    r#"{"format": "rfc5424"}"#,
    r#"{"format": "rfc5424", "msg": "cef", "max_bytes": 500}"#,
    r#"{"format": "rfc5424", "max_bytes": 260, "bom": true}"#,
    r#"{"format": "sensage"}"#,
    r#"{"redact": ["secrets", "cs1", "act"], "invisible": "replace", "max_bytes": 300}"#,
    r#"{"format": "sensage", "max_bytes": 260, "extra_fields": "drop"}"#,
    r#"{"record": "/message", "device_product": "CEF:x", "carrier": "rfc5424"}"#,
];

#[test]
fn names_every_repaired_key_of_the_password_request() {
    let record = r#"{"event_id": 13, "msg": "User 'Stephen Lee' has made a request.", "suser": "stlee", "dposrt": "22",
        "Method": "GET", "ServiceName": "Senhasegura", "SUID": "7", "cs1Label": "GMUD", "cs1": "CHG-10482", "Cs6": "Action", "Cs7": "View password"}"#;
    let explanation = explain("{}", record.as_bytes()).unwrap();
    let renamed = |note: &Note| match note {
        Note::Changed(why) if why.change() == Change::Renamed => Some(why.as_str()),
        _ => None,
    };
    let repaired: Vec<_> = explanation
        .fields
        .iter()
        .filter_map(|field| {
            let part = &explanation.parts[field.parts[0]];
            Some((&*field.name, &explanation.line[part.start..part.end], field.notes.iter().find_map(renamed)?))
        })
        .collect();
    assert_eq!(
        repaired,
        [
            ("dposrt", "dpt=22", "misspelt"),
            ("Method", "requestMethod=GET", "misspelt"),
            ("ServiceName", "sourceServiceName=Senhasegura", "misspelt"),
            ("SUID", "suid=7", "letter-case"),
            ("Cs6", "cs6Label=Action", "mislabelled"),
            ("Cs7", "cs6=View password", "mislabelled"),
        ]
    );
    assert_eq!(explanation.changes.renamed, 6);
}

/// A change is given with its reason.
#[test]
fn says_why() {
    for (config, record, field, why) in [
        ("{}", r#"{"id":17,"dpt":"ssh"}"#, "dpt", "wrong-type"),
        ("{}", r#"{"id":17,"src":"server.example"}"#, "src", "host-name"),
        ("{\"keys\":\"dictionary\"}", r#"{"id":17,"src":"::1"}"#, "src", "ipv6"),
        ("{\"keys\":\"dictionary\"}", r#"{"id":17,"sname":"x"}"#, "sname", "not-in-dictionary"),
        ("{}", r#"{"id":17,"rawEvent":"x"}"#, "rawEvent", "consumer-key"),
        ("{}", r#"{"event_id":17,"deviceVendor":"x"}"#, "deviceVendor", "header-name"),
        ("{}", r#"{"id":17,"host":"a","dvchost":"b"}"#, "dvchost", "taken"),
        ("{}", r#"{"id":17,"a b":"x"}"#, "a b", "bad-name"),
        ("{}", r#"{"id":17,"cn1":"x","cn1Label":"y"}"#, "cn1Label", "with-its-value"),
        ("{}", r#"{"id":17,"msg":"\uD83D"}"#, "msg", "not-unicode"),
        ("{}", r#"{"id":17,"msg":"a\u0001b"}"#, "msg", "characters"),
        ("{}", r#"{"id":17,"cs1Label":"x"}"#, "cs1Label", "label-alone"),
        ("{}", r#"{"id":17,"msg":"\u0001"}"#, "msg", "invisible"),
        ("{}", r#"{"id":17,"a b":"1","aB":"1","a-b":"2"}"#, "a-b", "numbered"),
        ("{\"extra_fields\":\"drop\"}", r#"{"id":17,"foo":"1"}"#, "foo", "undocumented"),
        ("{}", r#"{"id":17,"severity":"very"}"#, "severity", "unreadable"),
        ("{}", r#"{"id":812345,"event_name":"Session Ended"}"#, "id", "other-id"),
        ("{}", r#"{"id":17,"src":"10.0.0.1:443"}"#, "src", "address-only"),
        ("{}", r#"{"id":17,"origin":{"a":1}}"#, "origin", "not-read"),
        ("{}", r#"{"id":17,"time":0,"rt":"1772626500"}"#, "time", "not-used"),
    ] {
        let explanation = explain(config, record.as_bytes()).unwrap();
        let field = explanation.fields.iter().find(|other| other.name == field).unwrap();
        assert!(field.notes.iter().any(|note| note.as_str() == why), "{record}: {:?}", field.notes);
    }
    let long = format!(r#"{{"id":17,"act":"{}","foo":"{}"}}"#, "a".repeat(100), "b".repeat(300));
    let explanation = explain(r#"{"max_bytes": 250}"#, long.as_bytes()).unwrap();
    let notes = |index: usize| explanation.fields[index].notes.clone();
    assert_eq!(notes(1), [Note::Changed(Why::Length(63))]);
    assert_eq!(notes(2), [Note::Changed(Why::NoRoom)]);
    let long = format!(r#"{{"id":17,"msg":"{}"}}"#, "a".repeat(300));
    let explanation = explain(r#"{"max_bytes": 250}"#, long.as_bytes()).unwrap();
    assert_eq!(explanation.fields[1].notes, [Note::Changed(Why::CutToFit)]);
}

#[test]
fn says_what_is_from_the_record_inside_and_what_from_around_it() {
    let record = br#"{"time": "2026-03-04T12:15:00Z", "message": "{\"event_id\": 17, \"suser\": \"stlee\"}"}"#;
    let explanation = explain("{}", record).unwrap();
    assert!(explanation.is_wrapped && explanation.record == r#"{"event_id": 17, "suser": "stlee"}"#);
    let sources: Vec<_> = explanation.parts.iter().map(|part| (&*part.name, part.source)).collect();
    assert!(sources.contains(&("rt", PartSource::Wrapper)) && sources.contains(&("suser", PartSource::Field(1))));
    assert!(sources.contains(&("Name", PartSource::Catalog)));
    assert!(sources.contains(&("Device Vendor", PartSource::Configuration)));
}

#[test]
fn counts_offsets_in_the_text_of_a_record_that_is_not_unicode() {
    // Of one invalid byte, of two that are one character's beginning, and of one that goes on.
    let record = b"{\"id\":17,\"\xFF\":\"\xE2\x82\",\"\x80msg\":\"\xF0\x9F\x98\x80\",\"act\":\"z\"}";
    let explanation = explain("{}", record).unwrap();
    let members: Vec<_> = explanation.fields.iter().map(|field| &explanation.record[field.start..field.end]).collect();
    assert_eq!(members, ["\"id\":17", "\"\u{FFFD}\":\"\u{FFFD}\"", "\"\u{FFFD}msg\":\"\u{1F600}\"", "\"act\":\"z\""]);
}

#[test]
fn counts_offsets_in_a_header_that_breaks_off() {
    let record = b"<13>Mar  4 23:33:50 vault02 CEF:0|MT4|Segura|4.0.1|16|Session Started|5|suser=stlee";
    let explained = (0..=record.len()).filter(|&end| check("{}", &record[..end])).count();
    assert!(explained > 30, "{explained}");
}

#[test]
fn is_written_as_json() {
    let explanation = explain("{}", br#"{"event_id":17,"dposrt":22}"#).unwrap();
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!(
        json["parts"][5],
        serde_json::json!({"name": "Device Version", "start": 22, "end": 29, "source": "configuration"})
    );
    assert_eq!(
        json["fields"][1],
        serde_json::json!({
            "name": "dposrt", "value": "22", "start": 15, "end": 26, "fate": "written", "parts": [15],
            "notes": [{"change": "renamed", "why": "misspelt", "message": "renamed: this is senhasegura's misspelling of `dpt`"}]
        })
    );
    assert_eq!(json["parts"][15]["source"], serde_json::json!({"field": 1}));
}

#[test]
fn explains_the_example_stream() {
    for record in include_str!("../examples/data/day.ndjson").lines() {
        for config in CONFIGS {
            check(config, record.as_bytes());
        }
    }
}

/// A field that another displaces is repeated in the member that had a value, not in one that has none.
#[test]
fn explains_a_displaced_field_whose_last_member_is_absent() {
    let record = br#"{"Cs7":"x","cs7":"y","event_id":17,"Cs7":"-"}"#;
    assert!(CONFIGS.iter().filter(|config| check(config, record)).count() > 5);
    let fates: Vec<_> = explain("{}", record).unwrap().fields.iter().map(|field| field.fate).collect();
    assert_eq!(fates, [Fate::Repeated, Fate::Written, Fate::Written, Fate::Absent]);
}

/// Of several names of one field, those with another value are repeated, and the one that counts is not.
#[test]
fn explains_names_of_one_field_that_was_displaced() {
    for (names, repeated) in [
        (r#""sourceUserName":"y","source":{"user":{"name":"z"}},"suser":"y""#, 1),
        (r#""sourceUserName":"z","sourceUserName":"y","suser":"y""#, 1),
        (r#""suser":"y","sourceUserName":"z","source":{"user":{"name":"y"}}"#, 1),
        (r#""sourceUserName":"y","suser":"z","suser":"y","SourceUserName":"-""#, 2),
    ] {
        let record = format!(r#"{{"deviceVendor":"MT4","deviceEventClassId":"17",{names}}}"#);
        assert!(CONFIGS.iter().filter(|config| check(config, record.as_bytes())).count() > 5, "{names}");
        let explanation = explain("{}", record.as_bytes()).unwrap();
        assert_eq!((explanation.changes.repeated, explanation.line.contains("suser=y")), (repeated, true), "{names}");
    }
}

/// The fields around a plain text are none of the event's.
#[test]
fn explains_a_plain_text_among_other_fields() {
    let record =
        br#"{"appname":"senhasegura","protocol":"RFC5424","app":"x","msg":"The job ended","protocol_version":1}"#;
    assert_eq!(CONFIGS.iter().filter(|config| check(config, record)).count(), CONFIGS.len() - 1);
    let explanation = explain("{}", record).unwrap();
    let fields: Vec<_> = explanation.fields.iter().map(|field| (&*field.name, field.fate)).collect();
    assert_eq!(fields, [("msg", Fate::Written)]);
}

/// Each line of the golden inputs, and each input as a whole.
#[test]
fn explains_the_goldens() {
    let mut explained = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("host-tests/goldens");
    for folder in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let input = fs::read(path).unwrap();
            for record in input.split(|byte| *byte == b'\n').chain([&*input]) {
                explained += CONFIGS.iter().filter(|config| check(config, record)).count();
            }
        }
    }
    assert!(explained > 2000, "{explained}");
}

fn cases() -> ProptestConfig {
    let cases = env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(10_000);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn explains_every_byte_every_field_and_every_change(
        fields in proptest::collection::vec(
            (
                "(event_id|id|event|severity|priority|time|rt|host|dvchost|version|origin|cat|msg|Msg|suser|SUSER|spid|dposrt|dpt|src|dst|dhost|dvc|c6a2|c6a2Label|cn1|cn1Label|cs1|cs1Label|Cs6|Cs7|cs6|cs7|rawEvent|act|a b|a_b|name|é|foo|message)",
                prop_oneof![
                    "(17|13|4|x|-| |::1|10.0.0.1|server.example|CEF:0|2026-03-04 09:15:12|a=b\\|c\\\\d\"e]|y\u{1}z|\u{0}|\\{\"id\":16,\"act\":\"b\"\\})",
                    "w{60,200}",
                    Just("é\u{85}x".to_owned()),
                ],
            ),
            1..9,
        ),
        inside in 0usize..9,
        config in 0..CONFIGS.len(),
    ) {
        // A key may be repeated.
        let member = |(key, value): &(String, String)| format!("{}:{}", Value::from(key.as_str()), Value::from(value.as_str()));
        let mut members: Vec<_> = fields.iter().map(member).collect();
        if inside < fields.len() {
            let nested = members.split_off(inside).join(", ");
            members.push(format!("\"extensions\": {{{nested}}}"));
        }
        check(CONFIGS[config], format!("{{{}}}", members.join(", ")).as_bytes());
    }
}
