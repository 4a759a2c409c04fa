//! Records of hostile text, always the same.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
pub use strict::record::{Cef, Message, Record};

/// How many records each test makes: `READER_RECORDS`, or a few.
#[must_use]
pub fn count() -> usize {
    std::env::var("READER_RECORDS").ok().and_then(|count| count.parse().ok()).unwrap_or(2_000)
}

/// Text as attackers choose it.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ a-c=|\\\\\"\\]\\[\n\r\t\u{0}-\u{20}\u{7f}-\u{a0}\u{2028}\u{2029}é😀]{0,30}",
        4 => "( suser=| act=| severity=\"1\"|\"\\]|\\] |\\[x y=\"|\\\\|\\\\n|\\||CEF:0\\||cef:|\n<13>1 - |\r\n| |-){0,8}",
        1 => any::<String>(),
        1 => "[a-z]{0,70}",
        1 => "[é= ]{100,1100}",
    ]
}

/// Text that is neither a number, an address nor a host name.
fn no_value() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| format!("no! {text}"))
}

fn records() -> impl Strategy<Value = Record> {
    let texts = ["msg", "suser", "act", "duser", "requestMethod", "cs1", "cs1Label", "cs2", "sname", "cs7", "country"];
    let field = |key: &'static str, value: BoxedStrategy<String>| prop::option::weighted(0.6, (Just(key), value));
    let mut fields: Vec<_> = texts.into_iter().map(|key| field(key, hostile().boxed())).collect();
    let src = prop_oneof!["10\\.[1-9]\\.[1-9]{2}\\.7", "2001:db8::[1-9a-f]{1,4}", no_value()];
    let number = || prop_oneof!["[1-9][0-9]{0,3}", no_value()].boxed();
    fields.extend([field("src", src.boxed()), field("dpt", number()), field("spid", number())]);
    let id = prop::option::weighted(0.2, hostile().prop_map(|text| format!("id {text}")));
    let version = prop::option::of(prop_oneof![
        Just("3.33.0-2".to_owned()),
        Just("4.0.1".to_owned()),
        hostile().prop_map(|text| format!("v{text}"))
    ]);
    let odd = prop::option::of((hostile().prop_map(|text| format!("x{text}")), hostile()));
    (
        (id, prop::option::of(hostile()), 0..=10u8, prop::option::of(100_000_000_000..4_000_000_000_000i64)),
        (prop::option::of(hostile()), version, prop::option::of(hostile()), fields, odd),
    )
        .prop_map(|((id, name, severity, millis), (host, version, origin, fields, odd))| Record {
            id,
            name,
            severity,
            millis,
            host,
            version,
            origin,
            fields: fields.into_iter().flatten().collect(),
            odd,
        })
}

/// So many records, always the same.
#[must_use]
pub fn generate(count: usize) -> Vec<Record> {
    let (mut runner, strategy) = (TestRunner::deterministic(), records());
    (0..count).filter_map(|_| Some(strategy.new_tree(&mut runner).ok()?.current())).collect()
}

/// The records one a line, as the transform reads them.
#[must_use]
pub fn batch(records: &[Record]) -> Vec<u8> {
    let mut batch = Vec::new();
    for record in records {
        batch.extend_from_slice(record.json().as_bytes());
        batch.push(b'\n');
    }
    batch
}

/// A message that has a number, which comes into its line.
#[must_use]
pub fn numbered(message: &str, number: usize) -> String {
    match message.strip_prefix('{') {
        Some(rest) => format!("{{\"number\":\"{number}\",{rest}"),
        None if message.contains("CEF:0|") => format!("{message} externalId={number}"),
        None => format!("{message} {number}"),
    }
}
