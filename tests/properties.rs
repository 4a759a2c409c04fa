//! What holds of every input, whoever wrote it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::{Map, Value};
use strict::text::written;
use strict::{cef, rfc5424, sensage};

fn transform(batch: &[u8]) -> Output {
    let mut output = Output::default();
    Transformer::new(Config::default()).transform(batch, None, &mut output);
    output
}

/// Text as attackers choose it.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ a-c=|\\\\\"\\]\n\r\t\u{0}-\u{20}\u{7f}-\u{a0}\u{2028}\u{2029}é😀]{0,40}",
        "( suser=| act=|\\\\|\\\\n|\\||CEF:0\\||\n| ){0,8}",
    ]
}

/// What attackers put into a record.
#[derive(Debug, Clone)]
struct Hostile {
    msg: String,
    /// The value of `cs1`, `act` and `host`.
    value: String,
    /// Makes, after an `x`, the odd key of a field whose value is that of `msg`.
    key: String,
    event_name: String,
}

impl Hostile {
    fn json(&self) -> String {
        let mut record = Map::new();
        for (key, value) in [
            ("event_name", &self.event_name),
            ("host", &self.value),
            ("msg", &self.msg),
            ("act", &self.value),
            ("cs1", &self.value),
        ] {
            record.insert(key.into(), value.as_str().into());
        }
        record.insert("event_id".into(), 17.into());
        record.insert(format!("x{}", self.key), self.msg.as_str().into());
        Value::from(record).to_string()
    }

    /// Returns what is written of a text where a value holds no line breaks: not in CEF.
    fn visible(text: &str) -> Option<String> {
        written(text, usize::MAX, ' ')
    }
}

fn hostile_records() -> impl Strategy<Value = Vec<Hostile>> {
    let record = (hostile(), hostile(), hostile(), hostile()).prop_map(|(msg, value, key, event_name)| Hostile {
        msg,
        value,
        key,
        event_name,
    });
    proptest::collection::vec(record, 1..4)
}

/// Returns the lines of these records, one for each.
fn lines_of(format: &str, records: &[Hostile]) -> Vec<String> {
    let batch: Vec<_> = records.iter().map(Hostile::json).collect();
    let mut output = Output::default();
    let config = Config::from_json(&format!(r#"{{"format": "{format}"}}"#)).unwrap();
    Transformer::new(config).transform(batch.join("\n").as_bytes(), None, &mut output);
    assert!(output.rejections.is_empty());
    let lines = String::from_utf8(output.lines).unwrap();
    assert_eq!(lines.split_terminator('\n').count(), records.len());
    assert!(!lines.chars().any(|c| c.is_control() && c != '\n'));
    lines.lines().map(str::to_owned).collect()
}

/// Asserts that no other field is left than that of the odd key, and that one as it should be.
fn assert_odd(left: &BTreeMap<String, String>, record: &Hostile, is_odd: impl Fn(&str, &str) -> bool) {
    assert!(left.len() <= 1, "{left:?} of {record:?}");
    assert!(left.iter().all(|(key, value)| is_odd(key, value)), "{left:?} of {record:?}");
}

/// Runs this many cases, or `PROPTEST_CASES`.
fn cases(cases: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn writes_whole_lines_and_rejections_in_order_for_any_bytes(
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
            cef::read(line).unwrap();
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

    /// Whatever is dropped and cut, the rest is a line of its format, and no longer than it may be.
    #[test]
    fn writes_a_valid_line_that_fits(
        fields in proptest::collection::btree_map(
            "(foo|bar|msg|cs1|cs1Label|Cs6|cs7|cat|rt|src|host|origin|é|a b)",
            "([a-é=\\\\\" ]{0,9}|x{60,300}|[xé=\\\\\"\\] ]{60,300}|[0-9]{1,3})",
            1..8,
        ),
        max in 200u32..500,
        format in prop::sample::select(&["cef", "rfc5424", "sensage"][..]),
    ) {
        let mut record: Map<_, _> = fields.into_iter().map(|(key, value)| (key, Value::from(value))).collect();
        record.insert("event_id".into(), 17.into());
        let config = Config::from_json(&format!(r#"{{"max_bytes": {max}, "format": "{format}"}}"#)).unwrap();
        let mut line = Vec::new();
        let record = Value::from(record).to_string();
        let written = Transformer::new(config).transform_one(record.as_bytes(), None, &mut line);
        prop_assert!(line.len() <= max as usize);
        if written.is_ok() {
            let line = str::from_utf8(&line).unwrap();
            let refused = match format {
                "cef" => cef::read(line).err(),
                "rfc5424" => rfc5424::read(line).err(),
                _ => sensage::read(line).err(),
            };
            prop_assert_eq!(refused, None, "{}", line);
        }
    }

    #[test]
    fn writes_cef_that_says_what_the_record_says(records in hostile_records()) {
        for (line, record) in lines_of("cef", &records).iter().zip(&records) {
            let mut found = cef::read(line).unwrap();
            let header = cef::Header {
                version: 0,
                device_vendor: "MT4".into(),
                device_product: "senhasegura".into(),
                device_version: "unknown".into(),
                device_event_class_id: "17".into(),
                name: written(&record.event_name, 512, ' ').unwrap_or("Session finished".into()),
                severity: 5,
            };
            prop_assert_eq!(&found.header, &header);
            for (key, value, max) in [
                ("msg", &record.msg, 1023),
                ("dvchost", &record.value, 100),
                ("act", &record.value, 63),
                ("cs1", &record.value, 4000),
            ] {
                prop_assert_eq!(found.extension.remove(key), written(value, max, '\n'), "{}", key);
            }
            found.extension.remove("cs1Label");
            assert_odd(&found.extension, record, |key, _| key.starts_with('x') || key.starts_with("MT4SenhaseguraX"));
        }
    }

    #[test]
    fn writes_rfc5424_that_says_what_the_record_says(records in hostile_records()) {
        for (line, record) in lines_of("rfc5424", &records).iter().zip(&records) {
            let mut found = rfc5424::read(line).unwrap();
            let rfc5424::SdElement { sd_id, mut params } = found.structured_data.take().unwrap();
            prop_assert_eq!(sd_id, "senhasegura@32473");
            let msg = Hostile::visible(&record.msg);
            let name = Hostile::visible(&record.event_name).unwrap_or("Session finished".into());
            let expected = rfc5424::Message {
                pri: 13,
                timestamp: None,
                // Checked by `host-tests/readers`.
                hostname: found.hostname.clone(),
                app_name: Some("senhasegura".into()),
                procid: None,
                msgid: Some("17".into()),
                structured_data: None,
                msg: msg.clone().unwrap_or_else(|| name.clone()),
            };
            prop_assert_eq!(&found, &expected);
            for (name, value) in [
                ("severity", Some("5".into())),
                ("cs1", Hostile::visible(&record.value)),
                ("act", Hostile::visible(&record.value)),
                // Without `msg`, MSG is the name.
                ("event_name", msg.map(|_| name)),
            ] {
                prop_assert_eq!(params.remove(name), value, "{}", name);
            }
            assert_odd(&params, record, |name, _| name.starts_with('x'));
        }
    }

    #[test]
    fn writes_sensage_that_says_what_the_record_says(records in hostile_records()) {
        for (line, record) in lines_of("sensage", &records).iter().zip(&records) {
            let mut found = sensage::read(line).unwrap();
            let value = Hostile::visible(&record.value);
            let name = Hostile::visible(&record.event_name).unwrap_or("Session finished".into());
            let columns = [
                ("host", value.clone()),
                ("product", Some("senhasegura".into())),
                ("event_id", Some("17".into())),
                ("event_name", Some(name)),
                ("severity", Some("5".into())),
                ("act", value.clone()),
                ("msg", Hostile::visible(&record.msg)),
            ];
            let columns = columns.into_iter().filter_map(|(name, value)| Some((name, value?)));
            prop_assert_eq!(found.columns, columns.collect());
            prop_assert_eq!(found.other.remove("cs1"), value);
            let msg = Hostile::visible(&record.msg);
            assert_odd(&found.other, record, |key, value| key.starts_with('x') && msg.as_deref() == Some(value));
        }
    }

    #[test]
    fn transforms_a_batch_as_its_records_one_by_one(
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

    /// A transformer remembers the order of fields and what follows from it, and keeps its buffers.
    /// None of that shows.
    #[test]
    fn writes_the_same_whatever_came_before(
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

    #[test]
    fn names_fields_the_same_among_many(
        names in prop::collection::vec("[aAbé#/_]{1,4}[0-3]{0,2}", 1..12),
        fillers in 25usize..40,
    ) {
        let fields = |names: &mut dyn Iterator<Item = String>| -> String {
            names.map(|name| format!(",{}:\"value\"", Value::from(name))).collect()
        };
        let few = fields(&mut names.iter().cloned());
        let filler = fields(&mut (0..fillers).map(|number| format!("zz{number:02}")));
        for format in ["cef", "rfc5424", "sensage"] {
            let config = Config::from_json(&format!(r#"{{"format": "{format}"}}"#)).unwrap();
            let line = |fields: &str| {
                let mut output = Output::default();
                let record = format!(r#"{{"event_id":"17"{fields}}}"#);
                Transformer::new(config.clone()).transform(record.as_bytes(), None, &mut output);
                (String::from_utf8(output.lines).unwrap(), output.changes)
            };
            let (mut among_many, changes) = line(&(filler.clone() + &few));
            for number in 0..fillers {
                for pair in [format!(" zz{number:02}=value"), format!(" zz{number:02}=\"value\""), format!("zz{number:02}=value ")] {
                    among_many = among_many.replacen(&pair, "", 1);
                }
            }
            prop_assert_eq!((among_many, changes), line(&few));
        }
    }
}

proptest! {
    /// As above, for the pairs of CEF.
    #[test]
    fn writes_the_same_whatever_text_came_before(
        shapes in proptest::collection::vec(proptest::collection::vec(name(), 0..6), 1..4),
        texts in proptest::collection::vec((any::<prop::sample::Index>(), proptest::collection::vec(cef_value(), 6)), 1..16),
    ) {
        let mut used = Transformer::new(Config::default());
        let (mut output, mut expected) = (Output::default(), Output::default());
        for (shape, values) in texts {
            let names = &shapes[shape.index(shapes.len())];
            let pairs: Vec<_> = names.iter().zip(values).map(|(name, value)| format!("{name}={value}")).collect();
            let text = format!("CEF:0|MT4|senhasegura|3|17|Session Ended|5|{}", pairs.join(" "));
            used.transform(text.as_bytes(), None, &mut output);
            Transformer::new(Config::default()).transform(text.as_bytes(), None, &mut expected);
            prop_assert_eq!(&output, &expected, "{}", text);
        }
    }
}

/// The name of a pair, or a word that is none.
fn name() -> impl Strategy<Value = String> {
    "(rt|dvchost|cat|origin|name|msg|suid|suser|suserx|sus|SUSER|sourceUserName|dst|dpt|dposrt|Cs6|Cs7|cs1|cs1Label|word|MT4Senhasegurasuser|MT4SenhaseguraX|destinationServiceName)"
}

fn cef_value() -> impl Strategy<Value = String> {
    "( ){0,2}(17|22|a text|no|-||a\\\\=b|a=b|word=22|suser=x|é|\"|Not applicable|x \\\\)( ){0,2}"
}

/// Keys of an object, much alike.
fn keys() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec(
        "(event_id|eventId|event_name|name|id|severity|host|log|message|dvchost|origin|cat|time|msg|suid|suser|suserx|sus|SUSER|dst|dpt|dposrt|Cs6|Cs7|cs1|cs1Label|destinationServiceName|\\\\u006dsg|)",
        0..5,
    )
}

/// A value, perhaps with a space before it.
fn value() -> impl Strategy<Value = String> {
    "( ){0,2}(17|22|\"17\"|\"16\"|\"a text\"|\"no\"|\"-\"|\"\"|\"a=b \\\\n\"|\"é\"|\"\\\\u0001\"|null|true|\\{\"name\":1\\}|\"CEF:0\\|MT4\\|senhasegura\\|3\\|16\\|Forged\\|10\\|suser=root\"|\\[1,\"a\"\\])"
}
