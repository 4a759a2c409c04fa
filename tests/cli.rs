//! `senhasegura-siem` as pipelines run it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output as Finished, Stdio};

use base64::Engine as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use senhasegura_siem::bake::{MARK, TEXT_MAX, baked};
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::{Value, json};

const DAY: &str = "examples/data/day.ndjson";
const GOOD: &str = r#"{"event_id":17,"msg":"good"}"#;
const LINE: &str = "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|msg=good\n";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_senhasegura-siem"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the filter over this input, and answers its exit status, lines and diagnostics.
fn filter(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = command(arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // The filter may refuse its arguments before it reads.
        let _ = stdin.write_all(&input);
    });
    let Finished { status, stdout, stderr } = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (status.code().unwrap(), String::from_utf8_lossy(&stdout).into(), String::from_utf8_lossy(&stderr).into())
}

fn native(config: &str, batch: &[u8]) -> String {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config).unwrap()).transform(batch, None, &mut output);
    String::from_utf8(output.lines).unwrap()
}

/// A path for a file of this test.
fn path(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn converts_streams_however_they_are_stored() {
    let day = fs::read(DAY).unwrap();
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
    assert!(
        errors.contains("690 records\nwritten: 684\nrejected: 6\n  malformed: 4\n  not-an-event: 2\nchanged: "),
        "{errors}"
    );
}

#[test]
fn takes_every_option_as_a_flag_and_from_a_file() {
    let schema: Value = serde_json::from_str(include_str!("../src/config.schema.json")).unwrap();
    let (_, help, _) = filter(&["convert", "--help"], b"");
    for (name, option) in schema["properties"].as_object().unwrap() {
        assert!(help.contains(&format!("--{}", name.replace('_', "-"))), "{name}");
        let (code, _, errors) = filter(&[&format!("--{}=\u{1}", name.replace('_', "-"))], b"");
        assert_eq!(code, 2, "{name}: {errors}");
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
    assert_eq!((code, errors), (2, format!("error: {}: {message}", config.display())));
    let (code, _, errors) = filter(&["--max-bytes", "many"], b"");
    assert_eq!((code, &*errors), (2, "error: --max-bytes: expected an integer from 200 to 67108864, found \"many\"\n"));
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
    let (_, lines, _) = filter(&["--mode=rsyslog", "--framing=octet-counting"], input.as_bytes());
    let answers: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 6);
    assert_eq!((&answers[0], &answers[5]), (&json!({"$!": {"siem": LINE.trim_end()}}), &answers[0]));
    assert_eq!(answers[3], json!({"$!": {"siem_error": "not-one: expected one record, found 2"}}));
    assert_eq!(filter(&["--mode=one-to-one"], b""), (0, String::new(), String::new()));
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

#[test]
fn says_what_cannot_be_read_or_written_and_loses_nothing_of_the_rest() {
    let day = fs::read(DAY).unwrap();
    let cut = gzip(&day);
    let cut = &cut[..cut.len() / 2];
    let (code, lines, errors) = filter(&["--timezone=-03:00"], cut);
    assert_eq!(code, 3);
    assert!(native(r#"{"timezone": "-03:00"}"#, &day).starts_with(&lines) && lines.lines().count() > 100);
    assert!(errors.ends_with("error: standard input: incomplete deflate stream\n"), "{errors}");

    let (code, lines, errors) = filter(&["src", "no such file", "-"], GOOD.as_bytes());
    assert_eq!((code, &*lines, errors.lines().count()), (3, LINE, 2), "{errors}");
    assert!(errors.contains("error: src: ") && errors.contains("error: no such file: "), "{errors}");

    let (code, lines, errors) = filter(&["/bin/true"], b"");
    assert_eq!((code, &*lines), (1, ""), "{errors}");

    if cfg!(target_os = "linux") {
        let (code, _, errors) = filter(&["-o", "/dev/full", DAY], b"");
        assert_eq!((code, &*errors), (3, "error: /dev/full: No space left on device (os error 28)\n"));
    }
    for (arguments, expected) in [
        (["--mode=two"], "invalid value 'two'"),
        (["--nope"], "unexpected argument"),
        (["--received=soon"], "expected `now`"),
    ] {
        let (code, _, errors) = filter(&arguments, b"");
        assert!(code == 2 && errors.contains(expected), "{errors}");
    }
}

#[test]
fn bakes_all_or_nothing() {
    let [guest, config, folder] = ["guest.wasm", "bake.json", "baked"].map(path);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let output = folder.join("siem.wasm");
    let [guest, config, output] = [&guest, &config, &output].map(|path| path.to_str().unwrap());
    // A module of one custom section.
    let section = [&MARK[..], &[b' '; TEXT_MAX]].concat();
    fs::write(guest, [&b"\0asm\x01\0\0\0\0\x80\x20"[..], &section].concat()).unwrap();
    let bake = |guest: &str, config: &str, output: &str, input: &str| {
        let mut child = command(&["bake", guest, "--config", config, "-o", output]).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let Finished { status, stdout, stderr } = child.wait_with_output().unwrap();
        (status.code().unwrap(), stdout, String::from_utf8(stderr).unwrap())
    };
    // A byte order mark is no part of the configuration, of the filter neither.
    fs::write(config, "\u{FEFF}{\"format\": \"rfc5424\"}\r\n").unwrap();
    assert_eq!(bake(guest, config, output, ""), (0, Vec::new(), String::new()));
    let written = fs::read(output).unwrap();
    assert_eq!(baked(&written), Ok(r#"{"format": "rfc5424"}"#));
    assert!(filter(&["--config", config], GOOD.as_bytes()).1.starts_with("<13>1 "));
    let (code, stdout, _) = bake(output, "-", "-", r#"{"format": "sensage"}"#);
    assert_eq!((code, baked(&stdout)), (0, Ok(r#"{"format": "sensage"}"#)));

    let here = format!("{output}/here");
    for (guest, config, output, code, expected) in [
        (
            "src/bake.rs",
            config,
            output,
            2,
            "src/bake.rs: expected a module or component of WebAssembly, found `//! The ` at byte 0",
        ),
        (guest, DAY, output, 2, "day.ndjson: configuration, /id: "),
        (guest, config, &*here, 3, &*here),
        (guest, config, "src", 3, "src: "),
    ] {
        let (found, _, errors) = bake(guest, config, output, "");
        assert!(found == code && errors.contains(expected), "{errors}");
    }
    let (code, _, errors) = bake(guest, "-", output, "\u{A0}{}");
    assert!(code == 2 && errors.contains("standard input: configuration: expected"), "{errors}");
    assert_eq!(fs::read(output).unwrap(), written);
    #[cfg(unix)]
    {
        // A device stays one, and so does a link.
        let link = folder.join("link.wasm");
        std::os::unix::fs::symlink("siem.wasm", &link).unwrap();
        fs::write(output, "before").unwrap();
        for place in ["/dev/null", link.to_str().unwrap()] {
            let before = fs::symlink_metadata(place).unwrap().file_type();
            assert_eq!(bake(guest, config, place, "").0, 0);
            assert_eq!(fs::symlink_metadata(place).unwrap().file_type(), before);
        }
        assert_eq!(fs::read(output).unwrap(), written);
        fs::remove_file(link).unwrap();
    }
    // Nothing is left of what failed.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn ends_quietly_when_nobody_reads() {
    let mut child = command(&["--mode=one-to-one"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    while stdin.write_all(format!("{GOOD}\n").as_bytes()).is_ok() {}
    let Finished { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!((status.code(), &*String::from_utf8_lossy(&stderr)), (Some(0), ""));
}

#[test]
fn takes_the_time_of_reception() {
    let (_, lines, _) = filter(&["--format=rfc5424", "--received=0"], GOOD.as_bytes());
    assert!(lines.starts_with("<13>1 1970-01-01T00:00:00.000Z "), "{lines}");
    let (_, lines, _) = filter(&["--format=rfc5424", "--received=now"], GOOD.as_bytes());
    assert!(lines.starts_with("<13>1 2"), "{lines}");
}
