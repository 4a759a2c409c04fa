//! What holds of every input, whoever wrote it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod text;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::{Map, Value};
use text::{absent, written};

fn transform(batch: &[u8]) -> Output {
    let mut output = Output::default();
    Transformer::new(Config::default()).transform(batch, None, &mut output);
    output
}

/// Reads a line as the CEF standard has it, more strictly than any receiver.
fn read_cef(line: &str) -> (Vec<String>, BTreeMap<String, String>) {
    let mut header = vec![String::new()];
    let mut chars = line.strip_prefix("CEF:").unwrap().chars();
    while header.len() < 8 {
        match chars.next().unwrap() {
            '|' => header.push(String::new()),
            '\\' => match chars.next().unwrap() {
                escaped @ ('\\' | '|') => header.last_mut().unwrap().push(escaped),
                other => panic!("\\{other} in the header of {line}"),
            },
            c => header.last_mut().unwrap().push(c),
        }
    }
    let extension = chars.as_str();
    assert_eq!(header.pop().unwrap(), "");
    let mut fields = BTreeMap::new();
    // A key follows the start or a space, and is followed by an unescaped `=`.
    let mut rest = extension;
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=').unwrap();
        assert!(
            key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(|c| c.is_ascii_alphanumeric()),
            "{key:?}"
        );
        let next = after.match_indices('=').find(|&(at, _)| {
            let slashes = after[..at].bytes().rev().take_while(|&byte| byte == b'\\').count();
            slashes % 2 == 0
        });
        let end = next.map_or(after.len(), |(at, _)| after[..at].rfind(' ').unwrap());
        let mut value = String::new();
        let mut chars = after[..end].chars();
        while let Some(c) = chars.next() {
            match (c, if c == '\\' { chars.next() } else { None }) {
                ('\\', Some(escaped @ ('\\' | '='))) => value.push(escaped),
                ('\\', Some('n')) => value.push('\n'),
                ('\\', other) => panic!("\\{other:?} in the extension of {line}"),
                (c, _) => value.push(c),
            }
        }
        assert!(!value.is_empty(), "{key} is empty");
        assert!(fields.insert(key.to_owned(), value).is_none(), "{key} stands twice");
        rest = after[end..].strip_prefix(' ').unwrap_or_default();
    }
    (header, fields)
}

/// Text as attackers choose it.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ a-c=|\\\\\"\\]\n\r\t\u{0}-\u{20}\u{7f}-\u{a0}\u{2028}\u{2029}é😀]{0,40}",
        "( suser=| act=|\\\\|\\\\n|\\||CEF:0\\||\n| ){0,8}",
    ]
}

/// Reads a line as RFC 5424 has it, more strictly than any receiver.
fn read_rfc5424(line: &str) -> (Vec<String>, BTreeMap<String, String>, String) {
    let mut rest = line;
    let mut header = Vec::new();
    for max in [8, 24, 255, 48, 128, 32] {
        let (field, after) = rest.split_once(' ').unwrap();
        assert!((1..=max).contains(&field.len()) && field.bytes().all(|byte| (33..=126).contains(&byte)), "{field:?}");
        header.push(field.to_owned());
        rest = after;
    }
    let (id, after) = rest.strip_prefix('[').unwrap().split_once(' ').unwrap();
    header.push(id.to_owned());
    let mut parameters = BTreeMap::new();
    let mut rest = after;
    loop {
        let (name, after) = rest.split_once("=\"").unwrap();
        assert!((1..=32).contains(&name.len()), "{name:?}");
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name:?}");
        let (mut value, mut chars) = (String::new(), after.chars());
        loop {
            match chars.next().unwrap() {
                '"' => break,
                '\\' => match chars.next().unwrap() {
                    escaped @ ('"' | '\\' | ']') => value.push(escaped),
                    other => panic!("\\{other} in a value of {line}"),
                },
                ']' => panic!("] in a value of {line}"),
                c => value.push(c),
            }
        }
        assert!(!value.is_empty(), "{name} is empty");
        assert!(parameters.insert(name.to_ascii_lowercase(), value).is_none(), "{name} stands twice");
        rest = chars.as_str();
        match rest.strip_prefix("] ") {
            Some(msg) => return (header, parameters, msg.to_owned()),
            None => rest = rest.strip_prefix(' ').unwrap(),
        }
    }
}

/// Splits a line of the Sensage layout with the expression that its page documents, and its last column into fields.
fn read_sensage(line: &str) -> (Vec<String>, BTreeMap<String, String>) {
    static PAGE: &str = include_str!("../src/format/sensage.md");
    static EXPRESSION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(PAGE.split_once("```text\n").unwrap().1.split_once("\n```").unwrap().0).unwrap());
    let captures = EXPRESSION.captures(line).unwrap_or_else(|| panic!("not split: {line}"));
    let columns = captures.iter().skip(1).map(|column| column.unwrap().as_str().replace("\"\"", "\""));
    let mut columns: Vec<_> = columns.collect();
    let other = columns.pop().unwrap();
    let mut fields = BTreeMap::new();
    let mut key: Option<String> = None;
    let (mut text, mut chars) = (String::new(), other.chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(chars.next().filter(|c| matches!(c, '\\' | '=')).unwrap()),
            '=' => {
                // What stands behind the last space is the next key.
                let (value, next) = if key.is_some() { text.rsplit_once(' ').unwrap() } else { ("", text.as_str()) };
                let (value, next) = (value.to_owned(), next.to_owned());
                if let Some(key) = key.replace(next) {
                    assert!(fields.insert(key, value).is_none(), "{line}");
                }
                text.clear();
            }
            c => text.push(c),
        }
    }
    if let Some(key) = key {
        assert!(fields.insert(key, text).is_none(), "{line}");
    }
    (columns, fields)
}

/// What RFC 5424 and the Sensage layout make of a value.
fn without_controls(value: &str) -> String {
    written(value, usize::MAX, ' ')
}

/// What attackers put into a record: two values, part of a key, the event's name.
type Hostile = (String, String, String, String);

fn hostile_values() -> impl Strategy<Value = Vec<Hostile>> {
    proptest::collection::vec((hostile(), hostile(), hostile(), hostile()), 1..4)
}

/// The lines of records of these values: one each.
fn lines_of(format: &str, values: &[Hostile]) -> Vec<String> {
    let record = |(msg, cs1, key, name): &Hostile| {
        let fields = [("event_name", name), ("host", cs1), ("msg", msg), ("act", cs1), ("cs1", cs1)];
        let mut record: Map<String, Value> =
            fields.into_iter().map(|(key, value)| (key.to_owned(), value.as_str().into())).collect();
        record.insert("event_id".into(), 17.into());
        record.insert(format!("x{key}"), msg.as_str().into());
        Value::from(record).to_string()
    };
    let records: Vec<_> = values.iter().map(record).collect();
    let mut output = Output::default();
    let config = Config::from_json(&format!(r#"{{"format": "{format}"}}"#)).unwrap();
    Transformer::new(config).transform(records.join("\n").as_bytes(), None, &mut output);
    assert!(output.rejections.is_empty());
    let lines = String::from_utf8(output.lines).unwrap();
    assert_eq!(lines.split_terminator('\n').count(), values.len());
    assert!(!lines.chars().any(|c| c.is_control() && c != '\n'));
    lines.lines().map(str::to_owned).collect()
}

/// So many cases, unless the environment says how many.
fn cases(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn any_bytes_become_whole_lines_and_rejections_in_order(
        batch in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "([\\[\\]{}\":,\\\\ \n-]|\"event_id\":17|\"msg\"|[0-9]|\\\\u[0-9a-fd]{4}|true|null){0,40}".prop_map(String::into_bytes),
        ]
    ) {
        let output = transform(&batch);
        let lines = String::from_utf8(output.lines).unwrap();
        prop_assert_eq!(lines.split_terminator('\n').count() as u64, output.written);
        for line in lines.split_terminator('\n') {
            prop_assert!(!line.chars().any(|c| c.is_control()));
            read_cef(line);
        }
        let (mut end, mut index) = (0, 0);
        for rejection in &output.rejections {
            prop_assert!(rejection.range.start >= end && rejection.range.start < rejection.range.end);
            prop_assert!(rejection.range.end <= batch.len() && rejection.index >= index);
            prop_assert!(rejection.to_string().bytes().all(|byte| matches!(byte, b' '..=b'~')));
            end = rejection.range.end;
            index = rejection.index + 1;
        }
    }

    /// Whatever goes and is cut, what stays is CEF, and no longer than it may be.
    #[test]
    fn a_line_that_is_made_to_fit_is_still_cef(
        fields in proptest::collection::btree_map(
            "(foo|bar|msg|cs1|cs1Label|Cs6|cs7|cat|rt|src|host|origin|é|a b)",
            "([a-é=\\\\\" ]{0,9}|x{60,300}|[0-9]{1,3})",
            1..8,
        ),
        max in 200u32..500,
    ) {
        let mut record: Map<_, _> = fields.into_iter().map(|(key, value)| (key, Value::from(value))).collect();
        record.insert("event_id".into(), 17.into());
        let config = Config::from_json(&format!(r#"{{"max_bytes": {max}}}"#)).unwrap();
        let mut line = Vec::new();
        let written = Transformer::new(config).transform_one(Value::from(record).to_string().as_bytes(), 0, None, &mut line);
        prop_assert!(line.len() <= max as usize);
        if written.is_ok() {
            read_cef(&String::from_utf8(line).unwrap());
        }
    }

    #[test]
    fn every_record_is_one_cef_line_that_says_what_the_record_said(
        values in hostile_values()
    ) {
        for (line, (msg, cs1, key, name)) in lines_of("cef", &values).iter().zip(&values) {
            let (header, mut fields) = read_cef(line);
            prop_assert_eq!(&header[..5], ["0", "MT4", "senhasegura", "unknown", "17"]);
            prop_assert_eq!(&header[6], "5");
            if !absent(name) && !written(name, 512, ' ').is_empty() {
                prop_assert_eq!(&header[5], &written(name, 512, ' '));
            }
            for (key, value, max) in [("msg", msg, 1023), ("dvchost", cs1, 100), ("act", cs1, 63), ("cs1", cs1, 4000)] {
                let expected = Some(written(value, max, '\n')).filter(|text| !absent(value) && !text.is_empty());
                prop_assert_eq!(fields.remove(key), expected);
            }
            fields.remove("cs1Label");
            // What is left is the field of the odd name, if anything.
            prop_assert!(fields.len() <= 1, "{:?} of {:?}", fields, key);
            prop_assert!(fields.keys().all(|left| left.starts_with('x') || left.starts_with("MT4SenhaseguraX")), "{:?}", fields);
        }
    }

    #[test]
    fn every_record_is_one_rfc5424_message_that_says_what_the_record_said(
        values in hostile_values()
    ) {
        for (line, (msg, cs1, key, name)) in lines_of("rfc5424", &values).iter().zip(&values) {
            let (header, mut parameters, text) = read_rfc5424(line);
            prop_assert_eq!(&header[..2], ["<13>1", "-"]);
            prop_assert_eq!(&header[3..], ["senhasegura", "-", "17", "senhasegura@32473"]);
            let visible = |value: &str| Some(without_controls(value)).filter(|text| !absent(value) && !text.is_empty());
            let name = visible(name).unwrap_or("Session finished".into());
            prop_assert_eq!(parameters.remove("severity"), Some("5".into()));
            prop_assert_eq!(parameters.remove("cs1"), visible(cs1));
            prop_assert_eq!(parameters.remove("act"), visible(cs1));
            prop_assert_eq!(parameters.remove("event_name"), visible(msg).map(|_| name.clone()));
            prop_assert_eq!(text, visible(msg).unwrap_or(name));
            // What is left is the field of the odd name, if anything.
            prop_assert!(parameters.len() <= 1, "{:?} of {:?}", parameters, key);
            prop_assert!(parameters.keys().all(|left| left.starts_with('x')), "{:?}", parameters);
        }
    }

    #[test]
    fn every_record_is_one_sensage_line_that_says_what_the_record_said(
        values in hostile_values()
    ) {
        for (line, (msg, cs1, key, name)) in lines_of("sensage", &values).iter().zip(&values) {
            let (columns, mut fields) = read_sensage(line);
            let visible = |value: &str| if absent(value) { String::new() } else { without_controls(value) };
            let mut expected = vec![String::new(); 24];
            for (column, value) in [(2, "senhasegura"), (4, "17"), (5, "Session finished"), (6, "5")] {
                expected[column] = value.into();
            }
            if !visible(name).is_empty() {
                expected[5] = visible(name);
            }
            (expected[1], expected[20], expected[23]) = (visible(cs1), visible(cs1), visible(msg));
            prop_assert_eq!(columns, expected);
            prop_assert_eq!(fields.remove("cs1").unwrap_or_default(), visible(cs1));
            // What is left is the field of the odd name, if anything.
            prop_assert!(fields.len() <= 1, "{:?} of {:?}", fields, key);
            prop_assert!(fields.iter().all(|(left, value)| left.starts_with('x') && *value == visible(msg)), "{:?}", fields);
        }
    }

    #[test]
    fn a_batch_is_the_sum_of_its_records(
        records in proptest::collection::vec("\\{(\"event_id\":1[67],)?\"msg\":(\"[a-z]{0,9}\"|[0-9]{1,2}|oops)\\}", 0..6)
    ) {
        let together = transform(records.join("\n").as_bytes());
        let mut apart = Output::default();
        for record in &records {
            let one = transform(record.as_bytes());
            prop_assert_eq!(one.written + one.rejections.len() as u64, 1);
            apart.lines.extend(one.lines);
            apart.written += one.written;
        }
        prop_assert_eq!(together.lines, apart.lines);
        prop_assert_eq!(together.written + together.rejections.len() as u64, records.len() as u64);
    }

    /// A transformer remembers in what order fields stand and what follows from it, and keeps its buffers. None of that shows.
    #[test]
    fn what_came_before_does_not_show(
        shapes in proptest::collection::vec((keys(), keys(), keys()), 1..4),
        records in proptest::collection::vec((any::<prop::sample::Index>(), proptest::collection::vec(value(), 12)), 1..16),
        drop in any::<bool>(),
    ) {
        let config = if drop { r#"{"extra_fields": "drop"}"# } else { "" };
        let transformer = || Transformer::new(Config::from_json(config).unwrap());
        let mut used = transformer();
        let (mut output, mut expected) = (Output::default(), Output::default());
        for (shape, values) in records {
            let (before, inside, after) = &shapes[shape.index(shapes.len())];
            let mut values = values.into_iter();
            let mut members = |keys: &[String]| {
                keys.iter().zip(&mut values).map(|(key, value)| format!("\"{key}\":{value}")).collect::<Vec<_>>()
            };
            let (mut record, inside) = (members(before), members(inside));
            if !inside.is_empty() {
                record.push(format!("\"extensions\":{{{}}}", inside.join(",")));
            }
            record.extend(members(after));
            let record = format!("{{{}}}", record.join(","));
            used.transform(record.as_bytes(), None, &mut output);
            transformer().transform(record.as_bytes(), None, &mut expected);
            prop_assert_eq!(&output, &expected, "{}", record);
        }
    }
}

/// Keys of an object, much alike.
fn keys() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(
        "(event_id|eventId|event_name|name|id|severity|host|dvchost|origin|cat|time|msg|suid|suser|suserx|sus|SUSER|dst|dpt|dposrt|Cs6|Cs7|cs1|cs1Label|destinationServiceName|\\\\u006dsg|)",
        0..5,
    )
}

/// A value, perhaps with a space before it.
fn value() -> impl Strategy<Value = String> {
    "( ){0,2}(17|22|\"17\"|\"16\"|\"a text\"|\"no\"|\"-\"|\"\"|\"a=b \\\\n\"|\"é\"|\"\\\\u0001\"|null|true|\\{\"name\":1\\}|\\[1,\"a\"\\])"
}
