//! Four parsers of RFC 5424 that are not ours, and our strict one, read from every message what the
//! record says, and nothing else.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use chrono::DateTime;
use readers::records::{self, Message};
use readers::vector::{Vrl, text};
use readers::{DAY, RECEIVED, SD_ID, lines, transform};
use serde_json::Value;

/// `\"`, `\\` and `\]` as the signs that they stand for.
fn unescape(value: &str) -> String {
    let (mut text, mut chars) = (String::new(), value.chars());
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().filter(|c| matches!(c, '"' | '\\' | ']')).unwrap() } else { c });
    }
    text
}

fn millis(time: &str) -> i64 {
    DateTime::parse_from_rfc3339(time).unwrap().timestamp_millis()
}

fn lower(parameters: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let mut lower = BTreeMap::new();
    for (name, value) in parameters {
        assert!(lower.insert(name.to_ascii_lowercase(), value).is_none(), "{name} stands twice");
    }
    lower
}

/// The crate `syslog_loose`.
fn loose(line: &str) -> Message {
    let message =
        syslog_loose::parse_message_with_year_exact(line, |_| panic!("no year"), syslog_loose::Variant::RFC5424);
    let message = message.unwrap_or_else(|error| panic!("{error}: {line}"));
    assert_eq!(message.protocol, syslog_loose::Protocol::RFC5424(1));
    let elements: Vec<_> = message.structured_data.iter().map(|element| element.id).collect();
    assert!(elements.is_empty() || elements == [SD_ID], "{line}");
    let parameters = message.structured_data.iter().flat_map(|element| element.params());
    Message {
        pri: (message.facility.unwrap() as u8) * 8 + message.severity.unwrap() as u8,
        millis: message.timestamp.map(|time| time.timestamp_millis()),
        host: message.hostname.map(str::to_owned),
        app: message.appname.unwrap().to_owned(),
        procid: message.procid.map(|procid| procid.to_string()),
        msgid: message.msgid.unwrap().to_owned(),
        parameters: lower(parameters.map(|(name, value)| ((*name).to_owned(), value))),
        msg: message.msg.to_owned(),
    }
}

/// The crate `syslog_rfc5424`.
fn strict(line: &str) -> Message {
    let message = syslog_rfc5424::parse_message(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let mut elements = (*message.sd).clone();
    let parameters = elements.remove(SD_ID).unwrap_or_default();
    assert!(elements.is_empty(), "{line}");
    let nanos = i64::from(message.timestamp_nanos.unwrap_or_default());
    Message {
        pri: (message.facility as u8) * 8 + message.severity as u8,
        millis: message.timestamp.map(|seconds| seconds * 1000 + nanos / 1_000_000),
        host: message.hostname,
        app: message.appname.unwrap(),
        procid: message.procid.map(|procid| match procid {
            syslog_rfc5424::message::ProcId::PID(number) => number.to_string(),
            syslog_rfc5424::message::ProcId::Name(name) => panic!("PROCID {name}"),
        }),
        msgid: message.msgid.unwrap(),
        parameters: lower(parameters),
        msg: message.msg,
    }
}

/// Our own reader, which takes nothing that others might not.
fn ours(line: &str) -> Message {
    Message::read(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// VRL's `parse_syslog`.
fn vrl(vrl: &Vrl, line: &str) -> Message {
    let mut message = vrl.read(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let mut take = |name: &str| message.remove(name).map(|value| text(&value));
    let words = (take("facility").unwrap(), take("severity").unwrap());
    assert_eq!((words.0.as_str(), take("version").unwrap().as_str()), ("user", "1"));
    let severities = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
    let severity = severities.iter().position(|word| *word == words.1).unwrap() as u8;
    let time = take("timestamp").map(|time| millis(time.trim_start_matches("t'").trim_end_matches('\'')));
    let (host, app, procid) = (take("hostname"), take("appname").unwrap(), take("procid"));
    let (msgid, msg) = (take("msgid").unwrap(), take("message").unwrap());
    let parameters = match message.remove(SD_ID) {
        Some(vrl::value::Value::Object(element)) => {
            lower(element.into_iter().map(|(name, value)| (name.to_string(), text(&value))))
        }
        other => other.map_or_else(BTreeMap::new, |other| panic!("{other}")),
    };
    assert!(message.is_empty(), "{message:?} beside what is in {line}");
    Message { pri: 8 + severity, millis: time, host, app, procid, msgid, parameters, msg }
}

/// Whether a value ends with a backslash. The Python package takes `\\\\"` for an escaped quote,
/// and goes on to look for the end.
fn ends_with_backslash(line: &str) -> bool {
    line.match_indices('"').any(|(at, _)| {
        let backslashes = line[..at].bytes().rev().take_while(|&byte| byte == b'\\').count();
        backslashes > 0 && backslashes.is_multiple_of(2)
    })
}

/// The Python package `syslog-rfc5424-parser`, which leaves values escaped. It makes nothing of
/// values that end with a backslash.
fn python(lines: &[&str]) -> Vec<Option<Message>> {
    let readable: Vec<_> = lines.iter().copied().filter(|line| !ends_with_backslash(line)).collect();
    assert!(readable.len() > lines.len() / 2);
    let mut messages = python_readable(&readable).into_iter();
    lines.iter().map(|line| if ends_with_backslash(line) { None } else { messages.next() }).collect()
}

fn python_readable(lines: &[&str]) -> Vec<Message> {
    let package = "syslog-rfc5424-parser==0.3.2";
    let path = tools::python_package(Path::new(env!("CARGO_TARGET_TMPDIR")), package).unwrap();
    let script = guests::root().join("host-tests/readers/tests/readback/read_syslog.py");
    let mut process = Command::new("python3")
        .arg(script)
        .env("PYTHONPATH", path)
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    let messages: String = lines.iter().map(|line| Value::from(*line).to_string() + "\n").collect();
    let writer = thread::spawn(move || input.write_all(messages.as_bytes()).unwrap());
    let mut answers = String::new();
    process.stdout.take().unwrap().read_to_string(&mut answers).unwrap();
    writer.join().unwrap();
    assert!(process.wait().unwrap().success());
    let answers: Vec<Value> = answers.lines().map(|answer| serde_json::from_str(answer).unwrap()).collect();
    assert_eq!(answers.len(), lines.len());
    let messages = answers.iter().zip(lines).map(|(answer, line)| {
        let text = |name: &str| answer[name].as_str().filter(|text| *text != "-").map(str::to_owned);
        let elements = answer["sd"].as_object().unwrap_or_else(|| panic!("{answer} for {line}"));
        assert!(elements.keys().all(|id| id == SD_ID), "{answer} for {line}");
        let parameters = elements.values().flat_map(|element| element.as_object().unwrap());
        Message {
            pri: answer["pri"].as_u64().unwrap() as u8,
            millis: text("timestamp").map(|time| millis(&time)),
            host: text("hostname"),
            app: text("appname").unwrap(),
            procid: text("procid").or_else(|| answer["procid"].as_u64().map(|number| number.to_string())),
            msgid: text("msgid").unwrap(),
            parameters: lower(parameters.map(|(name, value)| (name.clone(), unescape(value.as_str().unwrap())))),
            msg: answer["msg"].as_str().unwrap_or_default().to_owned(),
        }
    });
    messages.collect()
}

/// What a reader made of each line, as far as it can read it.
struct Reading {
    reader: &'static str,
    /// The time of reception.
    received: Option<u64>,
    messages: Vec<Option<Message>>,
}

/// What each reader makes of a batch.
fn read(config: &str, batch: &[u8]) -> [Reading; 5] {
    let (without, with) = (transform(config, batch, None).unwrap(), transform(config, batch, Some(RECEIVED)).unwrap());
    let (without, with, program) =
        (lines(&without).unwrap(), lines(&with).unwrap(), Vrl::new("parse_syslog!(.line)").unwrap());
    let reading = |reader, received, messages| Reading { reader, received, messages };
    [
        reading("strict", None, without.iter().map(|line| Some(ours(line))).collect()),
        reading("syslog_loose", None, without.iter().map(|line| Some(loose(line))).collect()),
        reading("syslog_rfc5424", None, without.iter().map(|line| Some(strict(line))).collect()),
        reading("syslog-rfc5424-parser", None, python(&without)),
        reading("parse_syslog", Some(RECEIVED), with.iter().map(|line| Some(vrl(&program, line))).collect()),
    ]
}

#[test]
fn all_read_what_the_record_says() {
    let records = records::generate(records::count());
    let config = r#"{"format": "rfc5424", "max_bytes": 67108864}"#;
    for Reading { reader, received, messages } in read(config, &records::batch(&records)) {
        assert_eq!(messages.len(), records.len());
        for (record, found) in records.iter().zip(messages) {
            if let Some(found) = found {
                record.assert_read(found, received, reader);
            }
        }
    }
}

#[test]
fn all_find_cef_in_msg() {
    let records = records::generate(records::count());
    let batch = records::batch(&records);
    for Reading { reader, received, messages } in read(r#"{"carrier": "rfc5424", "max_bytes": 67108864}"#, &batch) {
        assert_eq!(messages.len(), records.len());
        let bare = transform(r#"{"max_bytes": 67108864}"#, &batch, received).unwrap();
        for ((record, line), found) in records.iter().zip(lines(&bare).unwrap()).zip(messages) {
            if let Some(found) = found {
                record.assert_carries(line, &found, received, reader);
            }
        }
    }
}

#[test]
fn all_read_the_example_stream() {
    for config in [r#"{"format": "rfc5424"}"#, r#"{"format": "rfc5424", "msg": "cef"}"#] {
        let [first, others @ ..] = read(config, DAY);
        let first = first.messages;
        assert!(first.iter().flatten().all(|message| message.parameters.contains_key("severity")));
        for Reading { reader, messages, .. } in others {
            assert_eq!(messages, first, "{reader}");
        }
    }
}
