//! VRL's `parse_cef`, in strict mode, and our own strict reader read from every line what the
//! record says, and nothing else.

use std::collections::BTreeMap;

use readers::records::{self, Cef, Record};
use readers::vector::Vrl;
use readers::{DAY, lines, transform};

const STRICT: &str = "parse_cef!(.line)";
const HEADER: [&str; 7] =
    ["cefVersion", "deviceVendor", "deviceProduct", "deviceVersion", "deviceEventClassId", "name", "severity"];

/// What VRL makes of a value: it takes quotes around a value for its own, and pipes and spaces at
/// the end of a value for the separator, but for the pipes at the end of the line.
fn as_vrl_has_it(value: &str, is_last: bool) -> String {
    let value = if is_last { value.trim_end_matches(' ') } else { value.trim_end_matches([' ', '|']) };
    match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(inner) => inner.into(),
        None => value.into(),
    }
}

fn check(record: &Record, expected: &Cef, line: &str, mut found: BTreeMap<String, String>) {
    let context = || format!("{}\n{line}", record.json());
    for (key, value) in HEADER.iter().zip(&expected.header) {
        assert_eq!(found.remove(*key), Some(as_vrl_has_it(value, true)), "{key} of {}", context());
    }
    for (key, value) in &expected.fields {
        let found = found.remove(key);
        let either = [as_vrl_has_it(value, false), as_vrl_has_it(value, true)].map(Some);
        assert!(either.contains(&found), "{key} is {found:?}, not {value:?} in {}", context());
    }
    let odd = found.pop_first();
    let expected = record.odd_in_cef();
    assert_eq!(odd.is_some(), expected.is_some(), "{odd:?} of {}", context());
    if let (Some((_, found)), Some(expected)) = (odd, expected) {
        let either = [as_vrl_has_it(&expected, false), as_vrl_has_it(&expected, true)];
        assert!(either.contains(&found), "{found:?}, not {expected:?} in {}", context());
    }
    assert!(found.is_empty(), "{found:?} beside what is in {}", context());
}

fn reads_every_record(options: &str, dictionary: bool) {
    let (vrl, records) = (Vrl::new(STRICT).unwrap(), records::generate(records::count()));
    let output = transform(&format!(r#"{{"max_bytes": 67108864{options}}}"#), &records::batch(&records), None).unwrap();
    let lines = lines(&output).unwrap();
    assert_eq!(lines.len(), records.len());
    for (record, line) in records.iter().zip(lines) {
        let found = vrl.read_texts(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        check(record, &record.cef(dictionary), line, found);
    }
}

#[test]
fn reads_the_vendors_keys() {
    reads_every_record("", false);
}

#[test]
fn reads_the_dictionarys_keys() {
    reads_every_record(r#", "keys": "dictionary""#, true);
}

/// VRL drops spaces, quotes and pipes at the ends of values; the strict reader finds all as it is.
#[test]
fn our_reader_reads_exactly_what_the_record_says() {
    let records = records::generate(records::count());
    for (keys, dictionary) in [("vendor", false), ("dictionary", true)] {
        let config = format!(r#"{{"max_bytes": 67108864, "keys": "{keys}"}}"#);
        let output = transform(&config, &records::batch(&records), None).unwrap();
        let lines = lines(&output).unwrap();
        assert_eq!(lines.len(), records.len());
        for (record, line) in records.iter().zip(lines) {
            let found = Cef::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            record.assert_read_cef(found, dictionary);
        }
    }
}

#[test]
fn reads_what_syslog_headers_carry() {
    reads_every_record(r#", "carrier": "rfc5424""#, false);
    reads_every_record(r#", "carrier": "rfc3164", "timezone": "-03:00""#, false);
    reads_every_record(r#", "format": "rfc5424", "msg": "cef""#, false);
}

/// The header without anything to unescape, which is what the weakest readers can read.
#[test]
fn a_safe_header_has_nothing_to_unescape() {
    let records = records::generate(records::count());
    let output = transform(r#"{"safe_header": true}"#, &records::batch(&records), None).unwrap();
    let vrl = Vrl::new(STRICT).unwrap();
    for (record, line) in records.iter().zip(lines(&output).unwrap()) {
        let found = vrl.read_texts(line).unwrap();
        let fields: Vec<_> = line["CEF:".len()..].splitn(8, '|').collect();
        for ((field, key), expected) in fields.iter().zip(HEADER).zip(record.cef(false).header) {
            let safe = expected.replace(['\\', '|'], "/").replace('=', ":");
            assert_eq!(*field, safe, "{line}");
            assert_eq!(found[key], as_vrl_has_it(field, true));
            assert!(!field.is_empty());
        }
    }
}

#[test]
fn reads_the_example_stream() {
    for keys in ["vendor", "dictionary"] {
        for carrier in ["none", "rfc3164", "rfc5424"] {
            let config = format!(r#"{{"keys": "{keys}", "carrier": "{carrier}"}}"#);
            let output = transform(&config, DAY, None).unwrap();
            let vrl = Vrl::new(STRICT).unwrap();
            for line in lines(&output).unwrap() {
                let found = vrl.read_texts(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                assert_eq!((&*found["deviceVendor"], &*found["cefVersion"]), ("MT4", "0"), "{line}");
            }
        }
    }
}
