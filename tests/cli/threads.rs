//! Several threads write what one does.

use std::fs;

use serde_json::Value;

use crate::cases::{DAY, GOOD, LINE, Run, filter, path};
use crate::runner::command;

/// Records laid out in every way, for some pieces of the input: in lines, several in one, spread over lines
/// with and without indentation, broken off, and longer than a piece.
fn mixture() -> String {
    let day = fs::read_to_string(DAY).unwrap();
    let appliance = fs::read_to_string("examples/data/appliance.log").unwrap();
    let (day, appliance): (Vec<_>, Vec<_>) = (day.lines().collect(), appliance.lines().collect());
    let broken = [
        "no record",
        "{\"a\":",
        "{\"event_id\":17,\n  \"x\" oops\n  }",
        "[1,2",
        "}",
        "[",
        "]",
        ",",
        "\u{1E}{\"event_id\":17}",
        GOOD,
        "",
    ];
    let long = |length: usize| format!("{{\"event_id\":17,\"msg\":\"{}\"}}", "a".repeat(length));
    let mut random = fastrand::Rng::with_seed(7);
    let (mut mixture, mut layout) = (String::new(), 0);
    while mixture.len() < 6 << 20 {
        if random.u32(..1500) == 0 {
            layout = random.u8(..5);
        }
        let record = *random.choice(&day).unwrap();
        let spread = || serde_json::from_str::<Value>(record).map(|record| format!("{record:#}"));
        mixture += &match (random.u32(..10_000), layout) {
            (0, _) => long(300_000),
            (1, _) => long(1_200_000),
            (2..80, _) => (*random.choice(&broken).unwrap()).into(),
            (80..2500, _) => (*random.choice(&appliance).unwrap()).into(),
            (_, 1) => spread().unwrap_or_default(),
            (_, 2) => spread().unwrap_or_default().replace('\n', "\n "),
            (_, 3) => format!("{record}{}{GOOD}", random.choice(["", " ", ","]).unwrap()),
            (_, 4) => spread().unwrap_or_default().replace('\n', "\n  ").replacen('{', " {", 1),
            _ => record.into(),
        };
        mixture.push('\n');
    }
    mixture
}

/// What a run wrote, but for where a long record is cut.
fn wrote(arguments: &[&str], input: &str) -> (Run, String) {
    let rejects = path("threads.ndjson");
    let run = filter(&[&["--stats", "--rejects", rejects.to_str().unwrap()], arguments].concat(), input);
    let mut all = String::new();
    let mut last_end = None;
    for entry in fs::read_to_string(&rejects).unwrap().lines() {
        let entry: Value = serde_json::from_str(entry).unwrap();
        if last_end != Some(&entry["start"]).filter(|_| entry["reason"] == "too-long").cloned() {
            all += &format!("\n{} {} {}: ", entry["start"], entry["reason"], entry["message"]);
        }
        all += entry["record"].as_str().unwrap();
        last_end = Some(entry["end"].clone());
    }
    (run, all)
}

#[test]
fn write_what_one_does() {
    let (mixture, file) = (mixture(), path("mixture"));
    fs::write(&file, &mixture).unwrap();
    let file = file.to_str().unwrap();
    for options in [&[][..], &["--max-record-bytes=2000", "--framing=octet-counting", "--format=rfc5424"]] {
        let arguments = |threads, file| [&[threads, file], options].concat();
        let one = wrote(&arguments("--threads=1", file), "");
        assert_eq!(one.0.status, 1, "{}", one.0.stderr);
        assert!(one.0.stdout.len() > 2 << 20 && one.1.lines().count() > 50, "{}", one.0.stderr);
        assert!(one.0.stderr.contains("written: ") && one.0.stderr.contains("  User logout: "));
        for (threads, file, input) in [
            ("--threads=2", file, ""),
            ("--threads=9", file, ""),
            ("--threads=3", "-", &*mixture),
            ("--plain", file, ""),
        ] {
            let several = wrote(&arguments(threads, file), input);
            assert!(several == one, "{threads} {file} {options:?}: {} {}", several.0.stderr, one.0.stderr);
        }
    }
}

#[test]
fn answer_a_pipe_line_by_line() {
    use std::io::{BufRead as _, BufReader, Write as _};

    let mut child = command(&["--threads=3"]).spawn().unwrap();
    let (mut stdin, mut lines) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for _ in 0..20 {
        stdin.write_all(format!("{GOOD}\n{GOOD}\n{{\"event_id\":17").as_bytes()).unwrap();
        for _ in 0..2 {
            let mut line = String::new();
            lines.read_line(&mut line).unwrap();
            assert_eq!(line, LINE);
        }
        stdin.write_all(b"}\n").unwrap();
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with("CEF:0|"));
    }
    // Reading waits for more when nobody takes the lines.
    drop(lines);
    while stdin.write_all(format!("{GOOD}\n").as_bytes()).is_ok() {}
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn are_for_one_mode() {
    filter(&["--threads=2", "--mode=one-to-one"], "").assert_status(2).assert_stderr_has("expected `--mode=lines`");
    filter(&["--threads=1", "--mode=one-to-one"], format!("{GOOD}\n")).assert_status(0).assert_stdout(LINE);
}
