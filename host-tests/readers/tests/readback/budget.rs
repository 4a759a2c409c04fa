//! Whatever `max_bytes` is, no frame is longer, every line is read, what its reader finds is what
//! the record says or the beginning of it, and no record is lost. The readers are our strict ones,
//! and for CEF and RFC 5424 parsers that are not ours.

use std::collections::BTreeMap;

use readers::records;
use readers::transform;
use readers::vector::Vrl;
use senhasegura_siem::{Output, Reason};

/// From the least that is allowed to the default, and odd numbers between them.
fn budgets() -> impl Iterator<Item = usize> {
    (200..=8192).step_by(444).chain([201, 255, 333, 480, 1023, 1024, 1025, 2047, 2048, 8191])
}

/// The frames of an output, and the lines in them.
fn frames<'o>(framing: &str, output: &'o Output) -> Vec<(usize, &'o str)> {
    let text = str::from_utf8(&output.lines).unwrap();
    if framing != "octet-counting" {
        let end = if framing == "nul" { '\0' } else { '\n' };
        return text.split_terminator(end).map(|line| (line.len() + 1, line)).collect();
    }
    let (mut frames, mut rest) = (Vec::new(), text);
    while let Some((length, behind)) = rest.split_once(' ') {
        let (line, after) = behind.split_at(length.parse().unwrap());
        frames.push((length.len() + 1 + line.len(), line));
        rest = after;
    }
    assert!(rest.is_empty());
    frames
}

/// Calls `read` with two lines of each record: within the limit, and of any length.
fn with_each_budget(options: &str, mut read: impl FnMut(&str, &str)) {
    let records = records::generate(records::count() / 10);
    let batch = records::batch(&records);
    let whole = transform(&format!(r#"{{"max_bytes": 67108864, {options}}}"#), &batch, None).unwrap();
    let whole: Vec<_> = readers::lines(&whole).unwrap();
    let (mut cut, mut rejected) = (0, 0);
    for (place, max) in budgets().enumerate() {
        let framing = ["newline", "octet-counting", "nul"][place % 3];
        let config = format!(r#"{{"max_bytes": {max}, "framing": "{framing}", {options}}}"#);
        let output = transform(&config, &batch, None).unwrap();
        assert_eq!(output.written as usize + output.rejections.len(), records.len());
        assert!(output.rejections.iter().all(|rejection| rejection.reason() == Reason::LineTooLong));
        rejected += output.rejections.len();
        let rejected: Vec<_> = output.rejections.iter().map(|rejection| rejection.index as usize).collect();
        let kept = (0..records.len()).filter(|index| !rejected.contains(index));
        let frames = frames(framing, &output);
        assert_eq!(frames.len() as u64, output.written);
        for (index, (length, line)) in kept.zip(frames) {
            assert!(length <= max, "{length} > {max}: {line}");
            assert!(line.len() <= whole[index].len());
            if whole[index].len() < max - 5 {
                assert_eq!(line, whole[index]);
            }
            cut += usize::from(line.len() < whole[index].len());
            read(line, whole[index]);
        }
    }
    // Most lines are longer than most limits, and few cannot be made to fit.
    assert!(cut > records.len() && rejected < cut / 5, "{cut} cut, {rejected} rejected");
}

/// Whether each of the fields is, at least by its beginning, one of the whole.
fn assert_within(fields: BTreeMap<String, String>, whole: &BTreeMap<String, String>, line: &str) {
    for (key, value) in fields {
        let expected = whole.get(&key).unwrap_or_else(|| panic!("{key} is not in the record: {line}"));
        // What was cut ends with an ellipsis.
        let is_within = *expected == value || expected.starts_with(value.strip_suffix('…').unwrap_or(&value));
        assert!(is_within && !value.is_empty(), "{key} is {value:?} of {expected:?}: {line}");
    }
}

#[test]
fn cef() {
    let vrl = Vrl::new("parse_cef!(.line)").unwrap();
    for options in [r#""keys": "vendor""#, r#""keys": "dictionary", "carrier": "rfc5424""#, r#""carrier": "rfc3164""#] {
        with_each_budget(options, |line, whole| {
            let read = |line| vrl.read_texts(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let (found, whole) = (read(line), read(whole));
            for (key, value) in found {
                let expected = whole.get(&key).unwrap_or_else(|| panic!("{key} is not in the record: {line}"));
                // At the ends, VRL drops pipes and quotes.
                let core = |text: &str| text.trim_matches(['"', '|', ' ']).to_owned();
                let begun = value.strip_suffix('…').unwrap_or(&value);
                let is_within = core(expected) == core(&value) || core(expected).starts_with(&core(begun));
                assert!(is_within, "{key} is {value:?} of {expected:?}: {line}");
            }
        });
    }
}

#[test]
fn rfc5424() {
    let read = |line: &str| {
        strict::rfc5424::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let message = syslog_rfc5424::parse_message(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let loose = syslog_loose::parse_message_with_year_exact(line, |_| panic!(), syslog_loose::Variant::RFC5424);
        let loose = loose.unwrap_or_else(|error| panic!("{error}: {line}"));
        let parameters = loose.structured_data.iter().flat_map(|element| element.params());
        let parameters: BTreeMap<_, _> = parameters.map(|(name, value)| ((*name).to_owned(), value)).collect();
        assert_eq!(message.sd.values().next().cloned().unwrap_or_default(), parameters);
        assert_eq!(message.msg, loose.msg);
        let mut fields = parameters;
        fields.insert("MSG".into(), message.msg);
        fields
    };
    with_each_budget(r#""format": "rfc5424""#, |line, whole| assert_within(read(line), &read(whole), line));
    let vrl = Vrl::new("parse_cef!(.line)").unwrap();
    with_each_budget(r#""format": "rfc5424", "msg": "cef""#, |line, whole| {
        let (mut found, mut whole) = (read(line), read(whole));
        whole.remove("MSG");
        let msg = found.remove("MSG").unwrap();
        vrl.read(&msg).unwrap();
        strict::cef::read(&msg).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_within(found, &whole, line);
    });
}

#[test]
fn sensage() {
    let read = |line: &str| {
        let event = strict::sensage::read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let columns = event.columns.into_iter().map(|(name, value)| (format!("column {name}"), value));
        columns.chain(event.other).collect()
    };
    with_each_budget(r#""format": "sensage""#, |line, whole| assert_within(read(line), &read(whole), line));
}
