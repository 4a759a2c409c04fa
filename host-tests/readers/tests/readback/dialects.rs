//! What real parsers make of the appliance's messages becomes the line that the messages themselves
//! become, but for what the parser lost.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use readers::daemon::Daemon;
use readers::vector::Vrl;
use readers::{APPLIANCE, lines, transform};
use serde_json::Value;

const CACHE: &str = env!("CARGO_TARGET_TMPDIR");
const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

/// The time of reception, in milliseconds since 1970: daemons write that of their own clock.
static RECEIVED: LazyLock<u64> =
    LazyLock::new(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap());

/// The message and the line of a batch of one, as fields by name.
fn read(record: &str) -> BTreeMap<String, String> {
    let output = transform(CONFIG, record.as_bytes(), Some(*RECEIVED)).unwrap();
    let [line] = &lines(&output).unwrap()[..] else { panic!("{record}: {output:?}") };
    let read = strict::cef::read(line).unwrap();
    let header = &read.header;
    let of_header = [
        ("Product", header.device_product.to_string()),
        ("Version", header.device_version.to_string()),
        ("Id", header.device_event_class_id.to_string()),
        ("Name", header.name.to_string()),
        ("Severity", header.severity.to_string()),
    ];
    let of_header = of_header.map(|(name, value)| (name.to_owned(), value));
    let extension = read.extension.iter().map(|(key, value)| (key.to_string(), value.to_string()));
    of_header.into_iter().chain(extension).collect()
}

/// The messages that are events, and whether each is CEF.
fn messages() -> impl Iterator<Item = (&'static str, bool)> {
    APPLIANCE.lines().filter(|line| !line.contains("collector[")).map(|line| (line, line.contains("CEF:0|")))
}

/// Asserts that what a parser made of a message says what the message does, but for these keys.
fn assert_same(parser: &str, message: &str, made: &str, lost: &[&str]) {
    let without = |mut fields: BTreeMap<String, String>| {
        fields.retain(|key, _| !lost.contains(&&**key));
        fields
    };
    assert_eq!(without(read(made)), without(read(message)), "{parser}: {message}\n{made}");
}

/// What daemons lose of a message: to a time behind a header of RFC 3164 they give the year and the
/// zone of their own clock.
fn lost(message: &str) -> &'static [&'static str] {
    if message.contains(">1 ") { &[] } else { &["rt"] }
}

/// Returns whether parsers of CEF change a value of the message: they split it at an `=` that is not
/// escaped, and Vector reads `\r` as a line feed.
fn is_changed(message: &str) -> bool {
    message.contains("P@ss=1") || message.contains("\\r")
}

/// Returns whether some parsers put the label of a custom field in the place of its key.
fn is_labelled(message: &str) -> bool {
    message.contains("cs1Label=")
}

/// Sends lines to a daemon, and answers with those that it has written to a file.
fn exchange(daemon: &mut Daemon, port: u16, sent: &[&str], file: &str) -> Vec<String> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let bytes: String = sent.iter().flat_map(|line| [line, "\n"]).collect();
    connection.write_all(bytes.as_bytes()).unwrap();
    drop(connection);
    written(daemon, file, sent.len())
}

fn written(daemon: &mut Daemon, file: &str, count: usize) -> Vec<String> {
    let path = daemon.folder.join(file);
    let all = || {
        let text = fs::read_to_string(&path).ok()?;
        (text.lines().count() >= count && text.ends_with('\n')).then_some(text)
    };
    let text = daemon.wait_for("what it makes of messages", all).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Rules for the parser `cef` of liblognorm, behind each header.
const RULES: &str = "version=2
rule=:<%-:number%>%-:date-rfc3164% %-:word% %f:cef%
rule=:<%-:number%>%-:date-rfc3164% %-:word% %-:word% %f:cef%
rule=:<%-:number%>1 %-:word% %-:word% %-:word% %-:word% %-:word% %-:word% %f:cef%
";

#[test]
fn rsyslog() {
    let conf = |folder: &str| {
        fs::write(Path::new(folder).join("cef.rulebase"), RULES).unwrap();
        include_str!("dialects.conf").replace("FOLDER", folder)
    };
    let mut daemon = Daemon::rsyslog(Path::new(CACHE), "dialects", conf).unwrap();
    let port = daemon.port;
    let all: Vec<_> = messages().map(|(message, _)| message).collect();
    let properties = exchange(&mut daemon, port, &all, "jsonmesg");
    let found = written(&mut daemon, "mmnormalize", all.len());
    let with_elements = written(&mut daemon, "mmpstrucdata", all.len());
    let mut normalized = 0;
    for (((message, is_cef), made), (found, elements)) in
        messages().zip(&properties).zip(found.iter().zip(&with_elements))
    {
        assert_same("jsonmesg", message, made, lost(message));
        assert_same("mmpstrucdata", message, elements, lost(message));
        if is_cef && found.contains("DeviceVendor") && !is_changed(message) {
            // It loses the first letter of the first key.
            let first = message.split('|').nth(7).and_then(|pairs| pairs.split('=').next()).unwrap();
            let lost = [lost(message), &[first, &first[1..]]].concat();
            assert_same("mmnormalize", message, found, &lost);
            normalized += 1;
        }
    }
    assert!(normalized > 250, "{normalized}");
}

#[test]
fn syslog_ng() {
    let conf = |folder: &str, port: u16| {
        format!(
            "@version: 3.38
options {{ mark-freq(0); stats-freq(0); keep-hostname(yes); }};
source s_any {{ network(transport(\"tcp\") ip(\"127.0.0.1\") port({port})); }};
source s_whole {{ network(transport(\"tcp\") ip(\"127.0.0.1\") port({}) flags(no-parse)); }};
destination d_any {{ file(\"{folder}/any\" template(\"$(format-json --scope rfc3164 --scope nv-pairs ISODATE=$ISODATE)\\n\")); }};
destination d_whole {{ file(\"{folder}/whole\" template(\"$(format-json --scope rfc3164 --scope nv-pairs)\\n\")); }};
log {{ source(s_any); destination(d_any); }};
log {{ source(s_whole); destination(d_whole); }};
",
            port + 1
        )
    };
    let mut daemon = Daemon::syslog_ng(Path::new(CACHE), "dialects", conf).unwrap();
    let port = daemon.port;
    let all: Vec<_> = messages().map(|(message, _)| message).collect();
    for (message, made) in all.iter().zip(exchange(&mut daemon, port + 1, &all, "whole")) {
        assert_same("syslog-ng, whole", message, &made, &[]);
    }
    let bsd: Vec<_> = all.iter().copied().filter(|message| !message.contains(">1 ")).collect();
    assert!(bsd.len() > 200);
    for (message, made) in bsd.iter().zip(exchange(&mut daemon, port, &bsd, "any")) {
        assert_same("syslog-ng", message, &made, lost(message));
    }
}

#[test]
fn vector() {
    let syslog = Vrl::new("parse_syslog!(.line)").unwrap();
    let merged = Vrl::new(
        "syslog = parse_syslog!(.line)\nmerge(syslog, parse_cef!(syslog.message, translate_custom_fields: false))",
    )
    .unwrap();
    let cef = Vrl::new("parse_cef!(.line)").unwrap();
    let json = |object: vrl::value::ObjectMap| serde_json::to_string(&object).unwrap();
    let mut counts = [0; 3];
    for (message, is_cef) in messages() {
        let lost = lost(message);
        // It refuses a message with a field too few.
        if let Ok(made) = syslog.read(message) {
            assert_same("parse_syslog", message, &json(made), lost);
            counts[0] += 1;
        }
        if let Ok(made) = merged.read(message)
            && !is_changed(message)
        {
            assert_same("parse_syslog and parse_cef", message, &json(made), lost);
            counts[1] += 1;
        }
        if is_cef
            && !is_changed(message)
            && let Ok(made) = cef.read(&message[message.find("CEF:0|").unwrap()..])
        {
            assert_same("parse_cef", message, &json(made), &["rt", "dvchost"]);
            counts[2] += 1;
        }
    }
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

#[test]
fn python() {
    let packages =
        ["pycef==1.11", "jc==1.26.1"].map(|package| tools::python_package(Path::new(CACHE), package).unwrap());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readback/parse_cef.py");
    let mut python = Command::new("python3");
    python.arg(script).env("PYTHONPATH", std::env::join_paths(packages).unwrap());
    let mut python = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let texts: Vec<_> = messages().filter(|(_, is_cef)| *is_cef).map(|(message, _)| message).collect();
    let cef = |message: &str| message[message.find("CEF:0|").unwrap()..].to_owned();
    let asked: String = texts.iter().flat_map(|message| [Value::from(cef(message)).to_string(), "\n".into()]).collect();
    let mut stdin = python.stdin.take().unwrap();
    let asking = thread::spawn(move || stdin.write_all(asked.as_bytes()).unwrap());
    let answers = python.wait_with_output().unwrap();
    asking.join().unwrap();
    let answers = String::from_utf8(answers.stdout).unwrap();
    assert_eq!(answers.lines().count(), texts.len());
    let mut count = 0;
    for (message, answer) in texts.iter().zip(answers.lines()) {
        let answer: Vec<Value> = serde_json::from_str(answer).unwrap();
        if is_changed(message) || is_labelled(message) {
            continue;
        }
        for (parser, made) in ["pycef", "jc"].iter().zip(answer) {
            assert_same(parser, message, &made.to_string(), &["rt", "dvchost"]);
            count += 1;
        }
    }
    assert!(count > 500, "{count}");
}
