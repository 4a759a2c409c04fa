//! What becomes of the records around a bad one.

#![allow(clippy::unwrap_used, missing_docs)]

use senhasegura_siem::{Config, Output, Transformer};

/// The ids of the lines, and the rejections as range and reason, in the order of their records.
fn outcomes(config: &str, batch: &str) -> String {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config).unwrap()).transform(batch.as_bytes(), None, &mut output);
    let lines = String::from_utf8(output.lines).unwrap();
    let mut lines = lines.lines().map(|line| line.split('|').nth(4).unwrap().to_owned());
    let mut rejections = output.rejections.iter().peekable();
    let records = output.written + output.rejections.len() as u64;
    let outcomes = (0..records).map(|index| match rejections.next_if(|rejection| rejection.index == index) {
        Some(rejection) => {
            format!("{}..{} {}", rejection.range.start, rejection.range.end, rejection.reason())
        }
        None => lines.next().unwrap(),
    });
    outcomes.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_bad_record_costs_itself_only() {
    for (config, batch, expected) in [
        // Broken off, the next record being beyond a bound.
        (r#"{"max_depth":2}"#, "{\"id\":1,\"x\":\n{\"id\":2,\"a\":[1]}\n", "0..12 malformed, 2"),
        (r#"{"max_fields":2}"#, "{\"id\":1,\"extensions\":\n{\"id\":2,\"a\":1}\n{\"id\":3}", "0..21 malformed, 2, 3"),
        (
            r#"{"max_record_bytes":64}"#,
            "{\"id\":1,\"x\":\n{\"id\":2,\"msg\":\"0123456789012345678901234567890123456789\"}",
            "0..12 malformed, 2",
        ),
        // JSON beyond a bound, over several lines.
        (
            r#"{"max_fields":3}"#,
            "{\n\"id\":1,\n\"a\":[\n{\n\"id\":99\n}\n],\"b\":1,\"c\":1}\n{\"id\":2}",
            "0..42 too-many-fields, 2",
        ),
        (r#"{"max_depth":2}"#, "{\n\"id\":1,\n\"a\":[\n{\n\"id\":99\n}\n]}\n{\"id\":2}", "0..30 too-deep, 2"),
        // JSON deeper than any bound, over several lines, with what looks like a record in it.
        (
            "",
            &format!("{{\"id\":1,\"a\":{}{},\"b\":\n{{\"id\":99}}}}{{\"id\":2}}", "[".repeat(2000), "]".repeat(2000)),
            "0..4028 too-deep, 2",
        ),
        // Arrays in arrays, however they are laid out.
        ("", "[[{\"id\":1}]]", "0..12 not-an-object"),
        ("", "[[\n{\"id\":1}\n]]{\"id\":2}", "0..14 not-an-object, 2"),
        // Broken off before an array of records.
        ("", "{\"id\":1,\n[{\"id\":2}]\n{\"id\":3}\n", "0..8 malformed, 2, 3"),
        // The start of a file that was joined to another.
        ("", "{\"id\":1}\n\u{FEFF}{\"id\":2}\n", "1, 2"),
    ] {
        assert_eq!(outcomes(config, batch), expected, "{config} {batch}");
    }
}
