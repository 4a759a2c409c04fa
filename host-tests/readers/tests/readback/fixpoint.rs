//! A line that is read again becomes the same line, but for the differences that are listed here.

use readers::records::{self, Record};
use readers::{RECEIVED, lines, transform};

/// Hostile records, ten times as many as other tests take, and their lines.
fn with_each(config: &str, check: impl Fn(&Record, &str, &str)) {
    let records = records::generate(10 * records::count());
    let written = transform(config, &records::batch(&records), Some(RECEIVED)).unwrap();
    let written = lines(&written).unwrap();
    assert_eq!(written.len(), records.len());
    for (record, line) in records.iter().zip(written) {
        check(record, line, &again(config, line));
    }
}

fn again(config: &str, line: &str) -> String {
    let again = transform(config, line.as_bytes(), Some(RECEIVED)).unwrap();
    let [again] = lines(&again).unwrap()[..] else { panic!("{config}: {line}") };
    again.to_owned()
}

/// The words of a line in one order.
fn sorted(line: &str) -> Vec<&str> {
    let mut words: Vec<_> = line.split(' ').collect();
    words.sort_unstable();
    words
}

/// The header of syslog has `_` for each of CR and LF in an event id or a host name, CEF one space for
/// both.
fn joined(line: &str) -> String {
    let mut line = line.to_owned();
    while line.contains("__") {
        line = line.replace("__", "_");
    }
    line
}

#[test]
fn rfc5424() {
    with_each(r#"{"format": "rfc5424"}"#, |_, line, again| assert_eq!(again, line));
}

#[test]
fn cef() {
    with_each("{}", |record, line, again| {
        // A key that nobody knows is part of the value before it, as the appliance escapes no `=`.
        assert!(again == line || record.has_odd_key(), "{line}\n{again}");
    });
    with_each(r#"{"keys": "dictionary"}"#, |_, line, again| {
        // A field that was given another key is read under its own, and may stand elsewhere.
        assert_eq!(sorted(again), sorted(line));
    });
}

#[test]
fn cef_behind_headers() {
    for carrier in ["rfc3164", "rfc5424"] {
        with_each(&format!(r#"{{"carrier": "{carrier}"}}"#), |record, line, again| {
            let cef = |text: &str| text[text.find("CEF:0|MT4|").unwrap()..].to_owned();
            assert!(cef(again) == cef(line) || record.has_odd_key(), "{line}\n{again}");
            // An event id, or a host name, with CR LF may be longer or shorter by a `_`.
            let clean = |text: &str| joined(&text[..text.find("CEF:0|MT4|").unwrap()]);
            let [again, line] = [again, line].map(clean);
            let common = again.bytes().zip(line.bytes()).take_while(|(one, other)| one == other).count();
            assert!(again == line || common > 20 && again.len().abs_diff(line.len()) < 20, "{line}\n{again}");
        });
    }
}

#[test]
fn rfc5424_with_cef() {
    let config = r#"{"format": "rfc5424", "msg": "cef"}"#;
    // The element gets the keys and labels of CEF; from then on, the line is the same.
    with_each(config, |_, _, line| {
        let third = again(config, line);
        assert_eq!(sorted(&joined(&again(config, &third))), sorted(&joined(&third)));
    });
}
