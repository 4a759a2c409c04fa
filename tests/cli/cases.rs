//! What the command does, however it is run.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::Child;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::{Value, json};

use crate::runner::{command, filter, folder, status};

pub(crate) const DAY: &str = "examples/data/day.ndjson";
pub(crate) const GOOD: &str = r#"{"event_id":17,"msg":"good"}"#;
pub(crate) const LINE: &str = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|msg=good\n";

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
        let (code, lines, errors) = filter(&["--timezone=-03:00"], input);
        assert_eq!((code, lines == expected, errors.lines().count()), (1, true, 3), "{errors}");
    }
    // Members and frames, one behind the other.
    for twice in [gzip(&day).repeat(2), zstd.repeat(2), day.repeat(2)] {
        let (_, lines, _) = filter(&["convert", "--timezone=-03:00", "-"], &twice);
        assert!(lines == expected.repeat(2));
    }
    let (compressed, output) = (path("day.gz"), path("day.cef"));
    fs::write(&compressed, gzip(&day)).unwrap();
    let files = [DAY, compressed.to_str().unwrap(), "-o", output.to_str().unwrap(), "--timezone=-03:00", "--stats"];
    let (code, lines, errors) = filter(&files, b"");
    assert_eq!((code, lines), (1, String::new()));
    assert_eq!(fs::read_to_string(output).unwrap(), expected.repeat(2));
    for stats in
        ["690 records\nwritten: 684\n  Backup: 8\n", "rejected: 6\n  malformed: 4\n  not-an-event: 2\nchanged: "]
    {
        assert!(errors.contains(stats), "{errors}");
    }
}

#[test]
fn takes_every_option_as_a_flag_and_from_a_file() {
    let schema: Value = serde_json::from_str(include_str!("../../src/config.schema.json")).unwrap();
    let (_, help, _) = filter(&["convert", "--help"], b"");
    for (name, option) in schema["properties"].as_object().unwrap() {
        assert!(help.contains(&format!("--{}", name.replace('_', "-"))), "{name}");
        let (code, _, errors) = filter(&[&format!("--{}=\u{1}", name.replace('_', "-"))], b"");
        assert_eq!(code, status(2), "{name}: {errors}");
        assert!(option["description"].is_string());
    }
    let config = path("config.json");
    fs::write(&config, r#"{"format": "rfc5424", "facility": 4, "msg": "cef"}"#).unwrap();
    let flags = ["--config", config.to_str().unwrap(), "--facility", "10", "--safe-header", "--device-product=A|B"];
    let (code, lines, _) = filter(&flags, GOOD.as_bytes());
    let expected =
        r#"{"format": "rfc5424", "facility": 10, "msg": "cef", "safe_header": true, "device_product": "A|B"}"#;
    assert_eq!((code, lines), (0, native(expected, GOOD.as_bytes())));

    fs::write(&config, r#"{"max_depth": 1}"#).unwrap();
    let (code, _, errors) = filter(&flags, b"");
    let message = "configuration, /max_depth: expected an integer from 2 to 128, found 1\n";
    assert_eq!((code, errors), (status(2), format!("error: {}: {message}", config.display())));
    let (code, _, errors) = filter(&["--max-bytes", "many"], b"");
    assert_eq!(
        (code, &*errors),
        (status(2), "error: --max-bytes: expected an integer from 200 to 67108864, found \"many\"\n")
    );
}

#[test]
fn hands_back_what_it_rejects() {
    let rejects = path("rejects.ndjson");
    let input = [GOOD.as_bytes(), b"\n{\"msg\":\"\xFF\"}\n[1]\n", GOOD.as_bytes(), b"\n\xC3\x28 no record \n"].concat();
    let (code, lines, errors) = filter(&["--rejects", rejects.to_str().unwrap()], &input);
    assert_eq!((code, lines, &*errors), (1, LINE.repeat(2), ""));
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
        assert_eq!((&input[start..end], &entry["input"]), (&*record, &json!("standard input")));
    }
}

#[test]
fn answers_every_line_with_one() {
    let input = format!("{GOOD}\r\nno record\n\n{GOOD}{GOOD}\n\u{0}{GOOD}\n{GOOD}");
    let (code, lines, errors) = filter(&["--mode=one-to-one"], input.as_bytes());
    assert_eq!((code, lines), (1, format!("{LINE}no record\n\n{GOOD}{GOOD}\n\u{0}{GOOD}\n{LINE}")));
    assert_eq!(errors.lines().count(), 4, "{errors}");
    let (_, lines, errors) = filter(&["--mode=rsyslog", "--framing=octet-counting"], input.as_bytes());
    // rsyslog would take it for an answer.
    assert_eq!(errors, "");
    let answers: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 6);
    assert_eq!((&answers[0], &answers[5]), (&json!({"$!": {"siem": LINE.trim_end()}}), &answers[0]));
    assert_eq!(answers[3], json!({"$!": {"siem_error": "not-one: expected one record, found 2"}}));
    assert_eq!(filter(&["--mode=one-to-one"], b""), (0, String::new(), String::new()));
    // Whatever a message begins with, the next one is a message.
    for magic in [&b"\x1F\x8B"[..], b"\x28\xB5\x2F\xFD"] {
        let (_, lines, _) = filter(&["--mode=rsyslog"], &[magic, b"\n", GOOD.as_bytes()].concat());
        assert_eq!(lines.lines().count(), 2, "{lines}");
        assert!(lines.ends_with(&format!("{}\n", json!({"$!": {"siem": LINE.trim_end()}}))), "{lines}");
        let (code, lines, _) = filter(&["--plain"], &[magic, b"\n", GOOD.as_bytes()].concat());
        assert_eq!((code, &*lines), (1, LINE));
    }
}

/// What is longer than anything may be is handed back in pieces, and costs itself only.
#[test]
fn keeps_no_more_of_a_record_than_it_may_have() {
    let rejects = path("long.ndjson");
    let arguments = ["--max-record-bytes=1000", "--rejects", rejects.to_str().unwrap()];
    let text = "x".repeat(3 << 20);
    let nested = format!("{{\"event_id\":17,\"a\":[\n{}  ]}}", "  {\"event_id\":16,\"b\":\"}\"},\n".repeat(50_000));
    for long in [text.clone(), format!("{{\"msg\":\"{text}\"}}"), format!("{{\"msg\":\"{text}"), nested] {
        let (code, lines, _) = filter(&arguments, format!("{GOOD}\n{long}\n{GOOD}\n").as_bytes());
        assert_eq!((code, lines), (1, LINE.repeat(2)), "{}", &long[..20]);
        let entries = fs::read_to_string(&rejects).unwrap();
        let pieces: String = entries
            .lines()
            .map(|entry| serde_json::from_str::<Value>(entry).unwrap()["record"].as_str().unwrap().to_owned())
            .collect();
        assert!(pieces.trim_end() == long.trim_end(), "{} of {}", pieces.len(), long.len());

        let line = long.replace('\n', " ");
        let (_, lines, _) = filter(&["--mode=one-to-one", arguments[0]], format!("{line}\n{GOOD}\n").as_bytes());
        assert!(lines == format!("{line}\n{LINE}"));
        let (_, lines, _) = filter(&["--mode=rsyslog", arguments[0]], format!("{line}\n{GOOD}\n").as_bytes());
        assert!(lines.starts_with("{\"$!\":{\"siem_error\":\"too-long: ") && lines.lines().count() == 2);
    }
}

#[test]
fn says_what_cannot_be_read_or_written_and_loses_nothing_of_the_rest() {
    let day = day();
    let cut = gzip(&day);
    let cut = &cut[..cut.len() / 2];
    let (code, lines, errors) = filter(&["--timezone=-03:00"], cut);
    assert_eq!(code, status(3));
    assert!(native(r#"{"timezone": "-03:00"}"#, &day).starts_with(&lines) && lines.lines().count() > 100);
    assert!(errors.ends_with("error: standard input: incomplete deflate stream\n"), "{errors}");

    let (code, lines, errors) = filter(&["src", "no such file", "-"], GOOD.as_bytes());
    assert_eq!((code, &*lines, errors.lines().count()), (status(3), LINE, 2), "{errors}");
    assert!(errors.contains("error: src: ") && errors.contains("error: no such file: "), "{errors}");

    let garbage = path("garbage");
    fs::write(&garbage, (0..100_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>())
        .unwrap();
    let (code, lines, errors) = filter(&[garbage.to_str().unwrap()], b"");
    assert_eq!((code, &*lines), (1, ""), "{errors}");
    let (code, _, errors) = filter(&["-o", "no such folder/file"], b"");
    assert!(
        code == status(3) && errors.starts_with("error: no such folder/file: ") && errors.lines().count() == 1,
        "{errors}"
    );

    for (arguments, expected) in [
        (["--mode=two"], "invalid value 'two'"),
        (["--nope"], "unexpected argument"),
        (["--received=soon"], "expected `now`"),
    ] {
        let (code, _, errors) = filter(&arguments, b"");
        assert!(code == status(2) && errors.contains(expected), "{errors}");
    }
}

#[test]
fn takes_the_time_of_reception() {
    let (_, lines, _) = filter(&["--format=rfc5424", "--received=0"], GOOD.as_bytes());
    assert!(lines.starts_with("<13>1 1970-01-01T00:00:00.000Z "), "{lines}");
    let (_, lines, _) = filter(&["--format=rfc5424", "--received=now"], GOOD.as_bytes());
    assert!(lines.starts_with("<13>1 2"), "{lines}");
}

#[test]
fn explains_a_record() {
    let record = r#"{"event_id": 13, "dposrt": "22", "Cs6": "Action", "Cs7": "View\u001b[2J password", "msg": "a"}"#;
    let (code, text, errors) = filter(&["explain", "--keys", "dictionary"], record.as_bytes());
    assert_eq!((code, &*errors), (0, ""));
    assert!(text.starts_with("CEF:0|MT4|senhasegura|unknown|13|New request|5|msg=a dpt=22 "), "{text}");
    for line in [
        "Password Request, found by `event_id`",
        "renamed: senhasegura writes `dposrt` for `dpt`",
        "this is `cs6Label`",
        "cs6=View [2J password",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    // A terminal would obey what the record says, and colours are for terminals.
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
    let (code, text, errors) = filter(&["explain"], b"{}\n{}");
    assert_eq!((code, &*text, &*errors), (1, "", "rejected: not-one: expected one record, found 2\n"));
}

#[test]
fn says_whether_a_configuration_is_right() {
    assert_eq!(filter(&["check", "--max-bytes=200"], b""), (0, "valid\n".into(), String::new()));
    let config = path("wrong.json");
    fs::write(&config, r#"{"formt": "cef"}"#).unwrap();
    let (code, text, errors) = filter(&["check", config.to_str().unwrap()], b"");
    assert_eq!((code, text, errors), filter(&["check", "--config", config.to_str().unwrap()], b""));
    let (code, text, errors) = filter(&["check", "--timezone", "-03:00", config.to_str().unwrap()], b"");
    assert!(code == status(2) && text.is_empty() && errors.contains("configuration, /formt: "), "{errors}");
}

#[test]
fn prints_the_catalog() {
    let (_, text, _) = filter(&["kinds"], b"");
    assert!(
        text.starts_with("Backup\n  18, severity 5: Backup performed\n  msg suid sname suser spid dhost\n"),
        "{text}"
    );
    let (_, json, _) = filter(&["kinds", "--json"], b"");
    let kinds: Value = serde_json::from_str(&json).unwrap();
    let ids = kinds.as_array().unwrap().iter().flat_map(|kind| kind["ids"].as_array().unwrap());
    assert_eq!(ids.count(), 121);
    let session = kinds.as_array().unwrap().iter().find(|kind| kind["name"] == "Session Ended").unwrap();
    assert_eq!(session["ids"], json!([{"id": "17", "severity": 5, "name": "Session finished"}]));
    assert_eq!(text.lines().filter(|line| !line.starts_with(' ')).count(), kinds.as_array().unwrap().len());
}

#[test]
fn prints_completions_and_man_pages() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, _) = filter(&["completions", shell], b"");
        assert!(code == 0 && script.contains("max-record-bytes"), "{shell}");
    }
    let (_, page, _) = filter(&["man"], b"");
    assert!(page.contains(".TH senhasegura-siem 1 ") && page.contains(r"\-\-max\-bytes"), "{page}");
    let (_, page, _) = filter(&["man", "bake"], b"");
    assert!(page.contains(".TH senhasegura-siem-bake 1 "), "{page}");
    assert_eq!(filter(&["man", "nothing"], b"").0, status(2));
}

/// The examples name flags that there are: with their files moved, each of their commands starts.
#[test]
fn takes_the_commands_of_the_examples() {
    let examples = [
        include_str!("../../examples/fluentd/fluent.conf"),
        include_str!("../../examples/logstash/pipe-input.conf"),
        include_str!("../../examples/logstash/pipe-output.conf"),
        include_str!("../../examples/redpanda-connect/subprocess.yaml"),
        include_str!("../../examples/systemd/senhasegura-siem@.service"),
        include_str!("../../examples/vector/README.md"),
        include_str!("../../examples/vector/follow.sh"),
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
                _ => example[at + "senhasegura-siem ".len()..].split(['|', '"', '\n']).next().unwrap().into(),
            };
            let config = path("senhasegura-siem.json");
            fs::write(&config, include_str!("../../examples/systemd/senhasegura-siem.json")).unwrap();
            let log = folder().display().to_string();
            let command = command.replace("/var/log/senhasegura-siem", &log).replace("/etc", &log);
            let command = command.replace("rejected.ndjson", &path("rejected.ndjson").display().to_string());
            let command = command.replace(&format!("{log}/{log}"), &log);
            let arguments: Vec<_> = command.split_whitespace().collect();
            if arguments.first().is_some_and(|first| first.starts_with('-')) {
                let (code, _, errors) = filter(&arguments, b"");
                assert_eq!((code, &*errors), (0, ""), "{command}");
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
        let (code, lines, errors) = filter(&["--max-record-bytes=64", "--stats"], input.as_bytes());
        assert_eq!((code, lines), (1, ["two", "three"].map(|msg| LINE.replace("good", msg)).concat()));
        assert!(
            errors.contains("3 records\nwritten: 2\n") && errors.contains("rejected: 1\n  too-long: 1\n"),
            "{errors}"
        );
    }
}

/// However its white space falls where it is cut, nothing that stands inside of a record that is too long becomes a line.
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
        assert_eq!(filter(&arguments, input.as_bytes()), (1, LINE.into(), String::new()));
    }
}

/// What a terminal would obey is shown as what it is, whoever named it so.
#[test]
fn says_nothing_that_a_terminal_obeys() {
    for arguments in
        [&["a\u{1B}[31m\u{202E}"][..], &["--mode", "\u{202E}x"], &["--config", "\u{9B}x"], &["man", "\u{1B}c"]]
    {
        let (_, _, errors) = filter(arguments, b"");
        assert!(errors.contains(r"\u{"), "{errors}");
        assert!(errors.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202E}'), "{errors:?}");
    }
}

#[test]
fn reads_all_frames_of_zstd_and_checks_them() {
    let zstd = compress_to_vec(GOOD.as_bytes(), CompressionLevel::Fastest);
    let nothing = [&[0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0][..], b"any"].concat();
    assert_eq!(filter(&[], &[&nothing[..], &zstd, &nothing, &zstd].concat()), (0, LINE.repeat(2), String::new()));
    for broken in [[&zstd[..], b"more"].concat(), [&zstd[..], &nothing[..9]].concat(), zstd[..zstd.len() - 1].to_vec()]
    {
        let (code, _, errors) = filter(&[], &broken);
        assert!(code == status(3) && errors.starts_with("error: standard input: "), "{errors}");
    }
    let mut other = zstd;
    if let Some(last) = other.last_mut() {
        *last ^= 1;
    }
    let (code, _, errors) = filter(&[], &other);
    assert!(code == status(3) && errors.contains("checksum"), "{errors}");
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
        assert_eq!((child.wait().unwrap().code(), &*rest), (Some(0), ""));
    }
}
