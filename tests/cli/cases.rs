//! What the command does, however it is run.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Child;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use senhasegura_siem::catalog::CATALOG;
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::{Value, json};

use super::runner::{self, command, folder};

pub(crate) const DAY: &str = "examples/data/day.ndjson";
pub(crate) const GOOD: &str = r#"{"event_id":17,"msg":"good"}"#;
pub(crate) const LINE: &str = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|msg=good\n";

/// A finished run of the command.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// The exit status, as the runner tells it.
    pub(crate) status: i32,
    /// The lines, or whatever else was asked for.
    pub(crate) stdout: String,
    /// The diagnostics.
    pub(crate) stderr: String,
}

/// Runs the command over this input.
pub(crate) fn filter(arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
    let (status, stdout, stderr) = runner::filter(arguments, input.as_ref());
    Run { status, stdout, stderr }
}

impl Run {
    /// Asserts the exit status, given as the native command has it.
    #[track_caller]
    pub(crate) fn assert_status(&self, expected: i32) -> &Self {
        assert_eq!(self.status, runner::status(expected), "{}", self.stderr);
        self
    }

    /// Asserts all that stdout has.
    #[track_caller]
    pub(crate) fn assert_stdout(&self, expected: impl AsRef<str>) -> &Self {
        assert_eq!(self.stdout, expected.as_ref(), "{}", self.stderr);
        self
    }

    /// Asserts all that stderr has.
    #[track_caller]
    pub(crate) fn assert_stderr(&self, expected: impl AsRef<str>) -> &Self {
        assert_eq!(self.stderr, expected.as_ref());
        self
    }

    /// Asserts how stdout begins.
    #[track_caller]
    pub(crate) fn assert_stdout_begins(&self, expected: &str) -> &Self {
        assert!(self.stdout.starts_with(expected), "{expected:?} does not begin {:?}", self.stdout);
        self
    }

    /// Asserts how stderr begins.
    #[track_caller]
    pub(crate) fn assert_stderr_begins(&self, expected: &str) -> &Self {
        assert!(self.stderr.starts_with(expected), "{expected:?} does not begin {:?}", self.stderr);
        self
    }

    /// Asserts what stdout has among other text.
    #[track_caller]
    pub(crate) fn assert_stdout_has(&self, expected: &str) -> &Self {
        assert!(self.stdout.contains(expected), "{expected:?} is not in {:?}", self.stdout);
        self
    }

    /// Asserts what stderr has among other text.
    #[track_caller]
    pub(crate) fn assert_stderr_has(&self, expected: &str) -> &Self {
        assert!(self.stderr.contains(expected), "{expected:?} is not in {:?}", self.stderr);
        self
    }

    /// Asserts the number of diagnostics.
    #[track_caller]
    pub(crate) fn assert_stderr_lines(&self, expected: usize) -> &Self {
        assert_eq!(self.stderr.lines().count(), expected, "{}", self.stderr);
        self
    }

    /// Returns each line of stdout as JSON.
    fn json_lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The example stream.
fn day() -> Vec<u8> {
    include_bytes!("../../examples/data/day.ndjson").to_vec()
}

fn native(config: &str, batch: &[u8]) -> String {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config).unwrap()).transform(batch, None, &mut output);
    String::from_utf8(output.lines).unwrap()
}

/// A path for a file of a test.
pub(crate) fn path(name: &str) -> PathBuf {
    folder().join(name)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn converts_streams_however_they_are_stored() {
    let day = day();
    let expected = native(r#"{"timezone": "-03:00"}"#, &day);
    let zstd = compress_to_vec(&day[..], CompressionLevel::Fastest);
    for input in [&day, &gzip(&day), &zstd] {
        let run = filter(&["--timezone=-03:00"], input);
        run.assert_status(1).assert_stderr_lines(3);
        assert!(run.stdout == expected);
    }
    // Members and frames, one after the other.
    for twice in [gzip(&day).repeat(2), zstd.repeat(2), day.repeat(2)] {
        let run = filter(&["convert", "--timezone=-03:00", "-"], &twice);
        assert!(run.stdout == expected.repeat(2));
    }
    let (compressed, output) = (path("day.gz"), path("day.cef"));
    fs::write(&compressed, gzip(&day)).unwrap();
    let files = [DAY, compressed.to_str().unwrap(), "-o", output.to_str().unwrap(), "--timezone=-03:00", "--stats"];
    filter(&files, "")
        .assert_status(1)
        .assert_stdout("")
        .assert_stderr_has("690 records\nwritten: 684\n  Backup: 8\n")
        .assert_stderr_has("rejected: 6\n  malformed: 4\n  not-an-event: 2\nchanged: ");
    assert_eq!(fs::read_to_string(output).unwrap(), expected.repeat(2));
}

#[test]
fn takes_every_option_as_a_flag_and_from_a_file() {
    let schema: Value = serde_json::from_str(include_str!("../../src/config.schema.json")).unwrap();
    let help = filter(&["convert", "--help"], "").stdout;
    for (name, option) in schema["properties"].as_object().unwrap() {
        assert!(help.contains(&format!("--{}", name.replace('_', "-"))), "{name}");
        filter(&[&format!("--{}=\u{1}", name.replace('_', "-"))], "").assert_status(2);
        assert!(option["description"].is_string());
    }
    let config = path("config.json");
    fs::write(&config, r#"{"format": "rfc5424", "facility": 4, "msg": "cef"}"#).unwrap();
    let flags = ["--config", config.to_str().unwrap(), "--facility", "10", "--safe-header", "--device-product=A|B"];
    let expected =
        r#"{"format": "rfc5424", "facility": 10, "msg": "cef", "safe_header": true, "device_product": "A|B"}"#;
    filter(&flags, GOOD).assert_status(0).assert_stdout(native(expected, GOOD.as_bytes()));

    fs::write(&config, r#"{"max_depth": 1}"#).unwrap();
    let message = "configuration, /max_depth: expected an integer from 2 to 128, found 1\n";
    filter(&flags, "").assert_status(2).assert_stderr(format!("error: {}: {message}", config.display()));
    filter(&["--max-bytes", "many"], "")
        .assert_status(2)
        .assert_stderr("error: --max-bytes: expected an integer from 200 to 67108864, found \"many\"\n");
}

#[test]
fn hands_back_what_it_rejects() {
    let rejects = path("rejects.ndjson");
    let input = [GOOD.as_bytes(), b"\n{\"msg\":\"\xFF\"}\n[1]\n", GOOD.as_bytes(), b"\n\xC3\x28 no record \n"].concat();
    let run = filter(&["--rejects", rejects.to_str().unwrap()], &input);
    run.assert_status(1).assert_stdout(LINE.repeat(2)).assert_stderr("");
    let text = fs::read_to_string(rejects).unwrap();
    let entries: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let reasons: Vec<_> = entries.iter().map(|entry| entry["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["not-an-event", "not-an-object", "malformed"]);
    for entry in &entries {
        let [start, end] = ["start", "end"].map(|place| entry[place].as_u64().unwrap() as usize);
        let record = match entry.get("record_base64") {
            Some(bytes) => base64::prelude::BASE64_STANDARD.decode(bytes.as_str().unwrap()).unwrap(),
            None => entry["record"].as_str().unwrap().into(),
        };
        assert_eq!(&input[start..end], &*record);
        assert_eq!(entry["input"], "standard input");
    }
}

/// As the page about operating it says.
#[test]
fn converts_again_what_it_has_rejected() {
    let rejects = path("again.ndjson");
    let input = "{\"event_id\":99999,\"msg\":\"a \\\"b\\\"\"}\n<13>1 - vault01 - - - - CEF:0|MT4|senhasegura|3|99999|x|5|msg=c\n";
    let lines = filter(&[], input).stdout;
    let refusing = ["--unknown-events=reject", "--rejects", rejects.to_str().unwrap()];
    filter(&refusing, input).assert_status(1).assert_stdout("").assert_stderr("");
    filter(&["--record=/record", rejects.to_str().unwrap()], "").assert_status(0).assert_stdout(lines);
}

#[test]
fn answers_every_line_with_one() {
    let input = format!("{GOOD}\r\nno record\n\n{GOOD}{GOOD}\n\u{1}{GOOD}\n{GOOD}");
    filter(&["--mode=one-to-one"], &input)
        .assert_status(1)
        .assert_stdout(format!("{LINE}no record\n\n{GOOD}{GOOD}\n\u{1}{GOOD}\n{LINE}"))
        .assert_stderr_lines(4);
    filter(&["--mode=one-to-one"], "").assert_status(0).assert_stdout("").assert_stderr("");

    let run = filter(&["--mode=rsyslog", "--framing=octet-counting"], &input);
    // rsyslog would take it for an answer.
    run.assert_stderr("");
    let answers = run.json_lines();
    assert_eq!(answers.len(), 6);
    assert_eq!(answers[0], json!({"$!": {"siem": LINE.trim_end()}}));
    assert_eq!(answers[3], json!({"$!": {"siem_error": "not-one: expected one record, found 2"}}));
    assert_eq!(answers[5], answers[0]);
}

#[test]
fn answers_with_what_is_to_be_kept() {
    let input = "{\"event_id\":\"17\",\"a \\\"b\\\"\":\"c\\n\\\"d\"}\nno record\n";
    let keep = "--keep=severity,id,time,a \"b\"";
    let answers = filter(&["--mode=rsyslog", keep], input).json_lines();
    assert_eq!(answers[0]["$!"]["siem_kept"], json!({"severity": "5", "id": "17", "a \"b\"": "c \"d"}));
    assert!(answers[1]["$!"].get("siem_kept").is_none() && answers[1]["$!"]["siem_error"].is_string());
    let config = path("keep.json");
    fs::write(&config, r#"{"keep": ["id"]}"#).unwrap();
    let config = ["--config", config.to_str().unwrap()];
    let answers = filter(&["--mode=rsyslog", config[0], config[1]], input).json_lines();
    assert_eq!(answers[0]["$!"]["siem_kept"], json!({"id": "17"}));
    let answers = filter(&["--mode=rsyslog", config[0], config[1], "--keep="], input).json_lines();
    assert!(answers[0]["$!"].get("siem_kept").is_none());
    filter(&["--keep=host,host"], "")
        .assert_status(2)
        .assert_stderr_has("--keep: expected a name that is not in the list yet");
}

/// Whatever a message begins with, the next one is a message.
#[test]
fn takes_no_message_for_compressed() {
    for magic in [&b"\x1F\x8B"[..], b"\x28\xB5\x2F\xFD"] {
        let input = [magic, b"\n", GOOD.as_bytes()].concat();
        let Run { stdout, .. } = filter(&["--mode=rsyslog"], &input);
        assert_eq!(stdout.lines().count(), 2, "{stdout}");
        assert!(stdout.ends_with(&format!("{}\n", json!({"$!": {"siem": LINE.trim_end()}}))), "{stdout}");
        filter(&["--plain"], &input).assert_status(1).assert_stdout(LINE);
    }
}

/// A record that is too long is handed back in pieces, and costs no other.
#[test]
fn keeps_no_more_of_a_record_than_it_may_have() {
    let rejects = path("long.ndjson");
    let arguments = ["--max-record-bytes=1000", "--rejects", rejects.to_str().unwrap()];
    let text = "x".repeat(3 << 20);
    let nested = format!("{{\"event_id\":17,\"a\":[\n{}  ]}}", "  {\"event_id\":16,\"b\":\"}\"},\n".repeat(50_000));
    for long in [text.clone(), format!("{{\"msg\":\"{text}\"}}"), format!("{{\"msg\":\"{text}"), nested] {
        let run = filter(&arguments, format!("{GOOD}\n{long}\n{GOOD}\n"));
        run.assert_status(1).assert_stdout(LINE.repeat(2));
        let entries = fs::read_to_string(&rejects).unwrap();
        let pieces: String = entries
            .lines()
            .map(|entry| serde_json::from_str::<Value>(entry).unwrap()["record"].as_str().unwrap().to_owned())
            .collect();
        assert!(pieces.trim_end() == long.trim_end(), "{} of {}", pieces.len(), long.len());

        let line = long.replace('\n', " ");
        let run = filter(&["--mode=one-to-one", arguments[0]], format!("{line}\n{GOOD}\n"));
        assert!(run.stdout == format!("{line}\n{LINE}"));
        let run = filter(&["--mode=rsyslog", arguments[0]], format!("{line}\n{GOOD}\n"));
        run.assert_stdout_begins("{\"$!\":{\"siem_error\":\"too-long: ");
        assert_eq!(run.stdout.lines().count(), 2);
    }
}

#[test]
fn says_what_cannot_be_read_or_written_and_loses_nothing_of_the_rest() {
    let day = day();
    let cut = gzip(&day);
    let cut = &cut[..cut.len() / 2];
    let run = filter(&["--timezone=-03:00"], cut);
    run.assert_status(3);
    assert!(native(r#"{"timezone": "-03:00"}"#, &day).starts_with(&run.stdout));
    assert!(run.stdout.lines().count() > 100);
    assert!(run.stderr.ends_with("error: standard input: incomplete deflate stream\n"), "{}", run.stderr);

    filter(&["src", "no such file", "-"], GOOD)
        .assert_status(3)
        .assert_stdout(LINE)
        .assert_stderr_lines(2)
        .assert_stderr_has("error: src: ")
        .assert_stderr_has("error: no such file: ");

    let garbage = path("garbage");
    fs::write(&garbage, (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>())
        .unwrap();
    filter(&[garbage.to_str().unwrap()], "").assert_status(1).assert_stdout("");
    filter(&["-o", "no such folder/file"], "")
        .assert_status(3)
        .assert_stderr_begins("error: no such folder/file: ")
        .assert_stderr_lines(1);
}

#[test]
fn rejects_wrong_arguments() {
    for (argument, expected) in [
        ("--mode=two", "invalid value 'two'"),
        ("--nope", "unexpected argument"),
        ("--received=soon", "expected `now`"),
        ("--received=17726265000", "expected `now`, seconds (9 or 10 digits) or milliseconds"),
        ("--encoding=utf-7", "expected a label of the Encoding Standard"),
    ] {
        filter(&[argument], "").assert_status(2).assert_stderr_has(expected);
    }
}

#[test]
fn takes_the_time_of_reception() {
    for time in ["1772626500", "1772626500000"] {
        let received = format!("--received={time}");
        filter(&["--format=rfc5424", &received], GOOD).assert_stdout_begins("<13>1 2026-03-04T12:15:00.000Z ");
    }
    filter(&["--format=rfc5424", "--received=now"], GOOD).assert_stdout_begins("<13>1 2");
}

/// What follows a gzip file is padding, or is named.
#[test]
fn reads_what_follows_compressed_input() {
    let day = day();
    let expected = native("{}", &day);
    for zeros in [1, 512, 100_000] {
        let run = filter(&[], [&gzip(&day)[..], &vec![0; zeros]].concat());
        run.assert_status(1).assert_stderr_lines(3);
        assert!(run.stdout == expected);
    }
    let compressed = gzip(&day);
    for (rest, offset, found) in [(&b"\0\0garbage"[..], 2, "g"), (b"garbage", 0, "g"), (b"\0\x1F\x8B", 1, "\\x1f")] {
        let run = filter(&[], [&compressed[..], rest].concat());
        run.assert_status(3);
        assert!(run.stdout == expected);
        let at = compressed.len() + offset;
        run.assert_stderr_has(&format!(
            "expected the end of the data or another gzip member, found `{found}` at byte {at} of the compressed data\n"
        ));
    }
}

/// Text in other encodings is read as the text that it is.
#[test]
fn reads_other_encodings() {
    let record = r#"{"event_name":"Sessão iniciada","msg":"a senha é 1 €"}"#;
    let expected = native("{}", record.as_bytes());
    assert!(expected.contains("|16|Sessão iniciada|"), "{expected}");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| record.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
    let windows: Vec<_> = record.chars().map(|c| if c == '€' { 0x80 } else { c as u8 }).collect();
    for (argument, input) in [
        (None, [&b"\xFF\xFE"[..], &utf16(u16::to_le_bytes)].concat()),
        (None, [&b"\xFE\xFF"[..], &utf16(u16::to_be_bytes)].concat()),
        (None, gzip(&[&b"\xFF\xFE"[..], &utf16(u16::to_le_bytes)].concat())),
        (Some("--encoding=utf-16be"), utf16(u16::to_be_bytes)),
        (Some("--encoding=latin1"), windows.clone()),
        (Some("--encoding=windows-1252"), windows.clone()),
    ] {
        let arguments: Vec<_> = argument.into_iter().collect();
        filter(&arguments, &input).assert_status(0).assert_stdout(&expected);
        let arguments: Vec<_> = arguments.into_iter().chain(["--mode=one-to-one", "--plain"]).collect();
        if argument.is_some() {
            filter(&arguments, &input).assert_status(0).assert_stdout(&expected);
        }
    }
    // Without it, what is not UTF-8 is counted.
    filter(&["--stats"], &windows).assert_stderr_has("2 replaced");
    filter(&["explain", "--encoding=latin1"], &windows).assert_status(0).assert_stdout_begins(expected.trim_end());
}

/// `-` is the standard output, or the standard error.
#[test]
fn takes_a_dash_for_a_standard_stream() {
    let input = format!("{GOOD}\nno record\n");
    let run = filter(&["-o", "-", "--rejects", "-"], &input);
    run.assert_status(1).assert_stdout(LINE).assert_stderr_lines(1);
    let entry: serde_json::Value = serde_json::from_str(&run.stderr).unwrap();
    assert_eq!((&entry["record"], &entry["reason"]), (&json!("no record"), &json!("malformed")));
    assert!(!Path::new("-").exists());
    filter(&["--mode=omprog", "-o", "-"], "").assert_status(2).assert_stderr_has("--output with a file");
    filter(&["--mode=rsyslog", "--rejects", "-"], "").assert_status(2).assert_stderr_has("--rejects with a file");
}

/// With a pointer, the fields are those of the record that it finds.
#[test]
fn explains_the_record_that_a_pointer_finds() {
    let run = filter(&["explain", "--record", "/data"], r#"{"suser":"outer","data":{"event_id":17,"suser":"inner"}}"#);
    run.assert_status(0).assert_stdout_begins("CEF:0|MT4|senhasegura|unknown|17|Session finished|5|suser=inner\n");
    assert!(!run.stdout.contains("outer"), "{}", run.stdout);
}

#[test]
fn explains_a_record() {
    let record = r#"{"event_id": 13, "dposrt": "22", "Cs6": "Action", "Cs7": "View\u001b[2J password", "msg": "a"}"#;
    let run = filter(&["explain", "--keys", "dictionary"], record);
    run.assert_status(0)
        .assert_stdout_begins("CEF:0|MT4|senhasegura|unknown|13|New request|5|msg=a dpt=22 ")
        .assert_stdout_has("Password Request, identified by `event_id`")
        .assert_stdout_has("renamed: this is senhasegura's misspelling of `dpt`")
        .assert_stdout_has("this is `cs6Label`")
        .assert_stdout_has("cs6=View [2J password")
        .assert_stderr("");
    // A terminal would obey what the record says, and colours are for terminals.
    assert!(run.stdout.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", run.stdout);
    filter(&["explain"], "{}\n{}")
        .assert_status(1)
        .assert_stdout("")
        .assert_stderr("rejected: not-one: expected one record, found 2\n");
    // All of the input counts, and the JSON text has it as it was.
    let long = format!("{{\"event_id\":17}}{}x", " ".repeat(200));
    filter(&["explain", "--max-record-bytes=64"], long).assert_status(1).assert_stderr_has("too-long");
    filter(&["explain", "--json"], "{\"event_id\":17,\"msg\":\"a\u{7F}b\"}").assert_stdout_has(r"a\u007fb");
}

#[test]
fn reads_each_file_as_if_it_were_the_only_one() {
    let files = [path("blank at the end.json"), path("no record.json")];
    fs::write(&files[0], format!("{GOOD} \t")).unwrap();
    fs::write(&files[1], "x").unwrap();
    let [first, second] = files.each_ref().map(|file| file.to_str().unwrap());
    let run = filter(&[first, second], "");
    run.assert_stdout(LINE).assert_stderr_has(&format!("{second}, bytes 0..1: "));
}

#[test]
fn says_whether_a_configuration_is_right() {
    filter(&["check", "--max-bytes=200"], "").assert_status(0).assert_stdout("valid\n").assert_stderr("");
    let config = path("wrong.json");
    fs::write(&config, r#"{"formt": "cef"}"#).unwrap();
    let config = config.to_str().unwrap();
    assert_eq!(filter(&["check", config], ""), filter(&["check", "--config", config], ""));
    filter(&["check", "--timezone", "-03:00", config], "")
        .assert_status(2)
        .assert_stdout("")
        .assert_stderr_has("configuration, /formt: ");
    filter(&["check"], r#"{"formt": "cef"}"#).assert_status(2).assert_stderr_has("expected FILE");
    filter(&["check", "-"], r#"{"formt": "cef"}"#)
        .assert_status(2)
        .assert_stderr_has("standard input: configuration, /formt: ");
}

#[test]
fn prints_the_catalog() {
    let text = filter(&["kinds"], "");
    text.assert_stdout_begins("Backup\n  18, severity 5: Backup performed\n  msg suid sname suser spid dhost\n");
    let kinds: Vec<Value> = serde_json::from_str(&filter(&["kinds", "--json"], "").stdout).unwrap();
    let ids = kinds.iter().flat_map(|kind| kind["ids"].as_array().unwrap());
    assert_eq!(ids.count(), CATALOG.iter().map(|kind| kind.ids.len()).sum::<usize>());
    let session = kinds.iter().find(|kind| kind["name"] == "Session Ended").unwrap();
    assert_eq!(session["ids"], json!([{"id": "17", "severity": 5, "name": "Session finished"}]));
    assert_eq!(text.stdout.lines().filter(|line| !line.starts_with(' ')).count(), kinds.len());
}

#[test]
fn prints_completions_and_man_pages() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        filter(&["completions", shell], "").assert_status(0).assert_stdout_has("max-record-bytes");
    }
    filter(&["man"], "").assert_stdout_has(".TH senhasegura-siem 1 ").assert_stdout_has(r"\-\-max\-bytes");
    filter(&["man", "bake"], "").assert_stdout_has(".TH senhasegura-siem-bake 1 ");
    filter(&["man", "nothing"], "").assert_status(2);
}

/// The commands in the examples start, once the files they name are moved into the tests' folder.
#[test]
fn takes_the_commands_of_the_examples() {
    let examples = [
        include_str!("../../examples/fluentd/fluent.conf"),
        include_str!("../../examples/logstash/pipe-input.conf"),
        include_str!("../../examples/logstash/pipe-output.conf"),
        include_str!("../../examples/redpanda-connect/subprocess.yaml"),
        include_str!("../../examples/systemd/senhasegura-siem@.service"),
        include_str!("../../examples/vector/README.md"),
        include_str!("../../examples/vector/listen.sh"),
    ];
    let mut found = 0;
    for example in examples {
        for (at, _) in
            example.match_indices("senhasegura-siem ").chain(example.match_indices("name: senhasegura-siem\n"))
        {
            let command: String = match &example[at..at + 5] {
                "name:" => example[at..]
                    .lines()
                    .filter_map(|line| line.trim().strip_prefix("- --"))
                    .map(|flag| format!("--{flag} "))
                    .collect(),
                _ => example[at + "senhasegura-siem ".len()..].split(['|', '"', '\'', '\n']).next().unwrap().into(),
            };
            let config = path("senhasegura-siem.json");
            fs::write(&config, include_str!("../../examples/systemd/senhasegura-siem.json")).unwrap();
            let log = folder().display().to_string();
            let command = command.replace("/var/log/senhasegura-siem", &log).replace("/etc", &log);
            let command = command.replace("rejected.ndjson", &path("rejected.ndjson").display().to_string());
            let command = command.replace(&format!("{log}/{log}"), &log);
            let arguments: Vec<_> = command.split_whitespace().collect();
            if arguments.first().is_some_and(|first| first.starts_with('-')) {
                filter(&arguments, "").assert_status(0).assert_stderr("");
                found += 1;
            }
        }
    }
    assert!(found >= 7, "{found}");
}

/// A record that never ends costs itself only, however long it is.
#[test]
fn finds_the_records_after_one_that_never_ends() {
    let rest = "[{\"event_id\":17,\"msg\":\"two\"}]\n{\"event_id\":17,\"msg\":\"three\"}\n";
    for length in [1000, 700_000] {
        let input = format!("{{\"event_id\":1,\"x\":\"{}\n{rest}", "A".repeat(length));
        let lines = ["two", "three"].map(|msg| LINE.replace("good", msg)).concat();
        let run = filter(&["--max-record-bytes=64", "--stats"], input);
        run.assert_status(1).assert_stdout(lines).assert_stderr_has("3 records\nwritten: 2\n");
        run.assert_stderr_has("rejected: 1\n  too-long: 1\n");
    }
}

/// Nothing inside of a record that is too long becomes a line, wherever its white space is cut.
#[test]
fn makes_no_line_of_what_is_inside_of_a_record() {
    let inner = |count| vec![r#"{"event_id": "37", "msg": "inside"}"#; count].join(",\n        ");
    let spaces = " ".repeat(700_000);
    let mut layouts = vec![format!("{{\"event_id\":\"1\",\"details\":[{spaces}{}]}}", inner(1))];
    for pad in 0..12 {
        let pad = "p".repeat(pad);
        layouts.push(format!("{{\n    \"pad\": \"{pad}\",\n    \"details\": [\n        {}\n    ]\n}}", inner(15_000)));
    }
    let rejects = path("inside.ndjson");
    for record in layouts {
        let input = format!("{record}\n{GOOD}\n");
        let arguments = ["--max-record-bytes=1000", "--rejects", rejects.to_str().unwrap()];
        filter(&arguments, input).assert_status(1).assert_stdout(LINE).assert_stderr("");
    }
}

/// Escapes what a terminal would obey, also in names of files.
#[test]
fn says_nothing_that_a_terminal_obeys() {
    for arguments in
        [&["a\u{1B}[31m\u{202E}"][..], &["--mode", "\u{202E}x"], &["--config", "\u{9B}x"], &["man", "\u{1B}c"]]
    {
        let run = filter(arguments, "");
        run.assert_stderr_has(r"\u{");
        assert!(run.stderr.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202E}'), "{:?}", run.stderr);
    }
    // DEL and CSI, which JSON need not escape.
    let run = filter(&["--rejects", "-"], "{\"x\u{7F}\u{9B}31m\":1}\n");
    run.assert_stderr_has(r"x\u007f\u009b31m");
    let run = filter(&["explain", "--json"], "{\"event_id\":17,\"x\":\"\u{9B}31m\"}\n");
    assert!(run.assert_stdout_has(r"\u009b31m").stdout.chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn reads_all_frames_of_zstd_and_checks_them() {
    let zstd = compress_to_vec(GOOD.as_bytes(), CompressionLevel::Fastest);
    let nothing = [&[0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0][..], b"any"].concat();
    filter(&[], [&nothing[..], &zstd, &nothing, &zstd].concat())
        .assert_status(0)
        .assert_stdout(LINE.repeat(2))
        .assert_stderr("");
    for broken in [[&zstd[..], b"more"].concat(), [&zstd[..], &nothing[..9]].concat(), zstd[..zstd.len() - 1].to_vec()]
    {
        filter(&[], &broken).assert_status(3).assert_stderr_begins("error: standard input: ");
    }
    let mut other = zstd;
    if let Some(last) = other.last_mut() {
        *last ^= 1;
    }
    filter(&[], &other).assert_status(3).assert_stderr_has("checksum");
}

/// A record comes out before the next one, or the end, goes in.
#[test]
fn keeps_nothing_back() {
    for mode in ["lines", "one-to-one", "rsyslog"] {
        let mut child: Child = command(&["--mode", mode]).spawn().unwrap();
        let (mut stdin, mut lines) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        for _ in 0..3 {
            // The line may come in pieces.
            for piece in [&GOOD[..9], &GOOD[9..], "\n"] {
                stdin.write_all(piece.as_bytes()).unwrap();
                stdin.flush().unwrap();
            }
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            assert!(line.contains("msg=good"), "{line}");
        }
        drop(stdin);
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}
