//! A real rsyslogd receives over TCP, in both framings, and finds in every message what the record
//! says, and nothing else.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;
use std::{env, fs, thread};

use chrono::DateTime;
use readers::daemon::Daemon;
use readers::records::{self, Message};
use readers::{DAY, RECEIVED, SD_ID, transform};
use serde_json::Value;

struct Server(Daemon);

impl Server {
    fn start(name: &str) -> Self {
        let conf = |folder: &str| include_str!("rsyslog.conf").replace("FOLDER", folder);
        Self(Daemon::rsyslog(Path::new(env!("CARGO_TARGET_TMPDIR")), name, conf).unwrap())
    }

    /// Sends frames over a connection of their own, and answers with the messages received, of
    /// which there are to be so many.
    fn receive(&mut self, frames: &[u8], count: usize) -> Vec<Value> {
        let path = self.0.folder.join("messages.json");
        let before = fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let mut connection = TcpStream::connect(("127.0.0.1", self.0.port)).unwrap();
        connection.write_all(frames).unwrap();
        drop(connection);
        let received = || {
            let mut file = fs::File::open(&path).ok()?;
            file.seek(SeekFrom::Start(before)).ok()?;
            let mut written = Vec::new();
            file.read_to_end(&mut written).ok()?;
            Some(written).filter(|written| written.ends_with(b"\n"))
        };
        let all = || received().filter(|written| written.split(|&byte| byte == b'\n').count() > count);
        self.0.wait_for("the messages", all).unwrap();
        // One more would come now.
        thread::sleep(Duration::from_millis(300));
        let received = String::from_utf8(received().unwrap_or_default()).unwrap();
        let messages = received.lines().map(|line| {
            // Without structured data it writes no value.
            let line = line.strip_suffix(": }").map_or_else(|| line.to_owned(), |rest| format!("{rest}: {{}}}}"));
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
        });
        let messages: Vec<_> = messages.collect();
        assert_eq!(messages.len(), count, "{}", self.0.said());
        messages
    }
}

fn message(received: &Value) -> Message {
    assert_eq!(received["protocol"], "1", "{received}");
    let text = |name: &str| received[name].as_str().filter(|text| *text != "-").map(str::to_owned);
    let mut parameters = BTreeMap::new();
    for (id, element) in received["elements"].as_object().unwrap() {
        assert_eq!(id, SD_ID, "{received}");
        for (name, value) in element.as_object().unwrap() {
            parameters.insert(name.clone(), value.as_str().unwrap().to_owned());
        }
    }
    Message {
        pri: received["pri"].as_str().unwrap().parse().unwrap(),
        millis: text("time").map(|time| DateTime::parse_from_rfc3339(&time).unwrap().timestamp_millis()),
        host: text("host"),
        app: text("app").unwrap(),
        procid: text("procid"),
        msgid: text("msgid").unwrap(),
        parameters,
        msg: received["msg"].as_str().unwrap().to_owned(),
    }
}

#[test]
fn finds_what_the_records_say() {
    let mut server = Server::start("records");
    let records = records::generate(records::count());
    for framing in ["newline", "octet-counting"] {
        let config = format!(r#"{{"format": "rfc5424", "framing": "{framing}", "max_bytes": 65536}}"#);
        let output = transform(&config, &records::batch(&records), Some(RECEIVED)).unwrap();
        for (record, received) in records.iter().zip(server.receive(&output.lines, records.len())) {
            record.assert_read(message(&received), Some(RECEIVED), "rsyslogd");
        }
    }
}

#[test]
fn finds_cef_behind_syslog_headers() {
    let mut server = Server::start("cef");
    let records = records::generate(records::count());
    let batch = records::batch(&records);
    let bare = transform(r#"{"max_bytes": 65536}"#, &batch, Some(RECEIVED)).unwrap();
    let bare: Vec<_> = readers::lines(&bare).unwrap();
    for framing in ["newline", "octet-counting"] {
        let config = |carrier| format!(r#"{{"carrier": "{carrier}", "framing": "{framing}", "max_bytes": 65536}}"#);
        let output = transform(&config("rfc5424"), &batch, Some(RECEIVED)).unwrap();
        for ((record, line), received) in records.iter().zip(&bare).zip(server.receive(&output.lines, bare.len())) {
            record.assert_carries(line, &message(&received), Some(RECEIVED), "rsyslogd");
        }
        let output = transform(&config("rfc3164"), &batch, Some(RECEIVED)).unwrap();
        for ((record, line), received) in records.iter().zip(&bare).zip(server.receive(&output.lines, bare.len())) {
            assert_eq!(received["msg"].as_str().unwrap().trim_start_matches(' '), *line, "{received}");
            let carrier = record.carrier();
            assert_eq!(received["app"], carrier.app.as_str(), "{received}");
            assert_eq!(received["pri"], carrier.pri.to_string(), "{received}");
        }
    }
}

#[test]
fn receives_the_example_stream() {
    let mut server = Server::start("day");
    for format in [r#""format": "rfc5424""#, r#""format": "rfc5424", "msg": "cef""#, r#""carrier": "rfc5424""#] {
        let mut readings = Vec::new();
        for framing in ["newline", "octet-counting"] {
            let output = transform(&format!(r#"{{{format}, "framing": "{framing}"}}"#), DAY, Some(RECEIVED)).unwrap();
            readings.push(server.receive(&output.lines, output.written as usize));
        }
        assert_eq!(readings[0], readings[1]);
        // What the server read is what stands in the line.
        let output = transform(&format!("{{{format}}}"), DAY, Some(RECEIVED)).unwrap();
        for (line, received) in readers::lines(&output).unwrap().iter().zip(&readings[0]) {
            let message = message(received);
            let time = DateTime::from_timestamp_millis(message.millis.unwrap()).unwrap();
            let or_nil = |field: &Option<String>| field.clone().unwrap_or_else(|| "-".into());
            let header = format!(
                "<{}>1 {} {} {} {} {} ",
                message.pri,
                time.format("%Y-%m-%dT%H:%M:%S%.3fZ"),
                or_nil(&message.host),
                message.app,
                or_nil(&message.procid),
                message.msgid
            );
            let rest = line.strip_prefix(&header).unwrap_or_else(|| panic!("{header} of {line}"));
            assert!(rest.ends_with(&format!(" {}", message.msg)), "{received} of {line}");
            let element = rest.strip_suffix(&message.msg).unwrap().trim_end();
            let quotes = element.matches("=\"").count();
            assert!(element == "-" && message.parameters.is_empty() || message.parameters.len() <= quotes);
            for (name, value) in &message.parameters {
                let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace(']', "\\]");
                let parameter = format!(" {name}=\"{escaped}\"");
                assert!(
                    element.to_ascii_lowercase().contains(&parameter.to_ascii_lowercase()),
                    "{parameter} of {line}"
                );
            }
        }
    }
}
