//! The filter as a process: order, faults, pauses, a reader that goes, a record without an end.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output as Finished, Stdio};

use host_tests::component::PATH;
use host_tests::faulty::{self, Marked};
use host_tests::{DAY, goldens};
use senhasegura_siem::{Config, Output, Rejection, Transformer};
use serde_json::Value;
use tools::peak_memory;

const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

/// The message of the second and later parts of a record that is longer than is kept.
const CONTINUATION: &str = "another piece of the record that was rejected before it";

fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("filter");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file of this test's own.
fn file(name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn filter(component: &Path, config: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_example-wasmtime"));
    command.arg(component).arg(config).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // What is compiled once need not be for each process.
    command.arg("--cache").arg(folder().join("cache"));
    command
}

/// Lets it read a file to its end.
fn read(command: &mut Command, input: &Path) -> (i32, String, String) {
    let Finished { status, stdout, stderr } = command.stdin(File::open(input).unwrap()).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn native(config: &str, input: &[u8]) -> Output {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config).unwrap()).transform(input, None, &mut output);
    output
}

fn entries(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The goldens byte for byte, with their rejections.
#[test]
fn writes_the_goldens() {
    let goldens = goldens::names().unwrap().into_iter().flat_map(|name| goldens::of(&name).unwrap());
    for (number, golden) in goldens.enumerate() {
        let (input, rejected) = (file("golden", &golden.input), folder().join("golden-rejected"));
        let _ = fs::remove_file(&rejected);
        let mut command = filter(Path::new(PATH), &golden.config);
        command.args(["--threads", ["1", "2"][number % 2], "--rejects"]).arg(&rejected);
        let (code, lines, errors) = read(&mut command, &input);
        let name = format!("{}, {}", golden.name, golden.format);
        assert_eq!((code, &*lines), (0, &*String::from_utf8_lossy(&golden.lines)), "{name}: {errors}");
        let mut found = Vec::<(u64, u64, String, String)>::new();
        for entry in entries(&rejected) {
            let text = |name: &str| entry[name].as_str().unwrap().to_owned();
            let offset = |name: &str| entry[name].as_u64().unwrap();
            if text("message") == CONTINUATION {
                found.last_mut().unwrap().1 = offset("end");
            } else {
                found.push((offset("start"), offset("end"), text("reason"), text("message")));
            }
        }
        let of_native = |rejection: &Rejection| {
            let [start, end] = [rejection.range.start, rejection.range.end].map(|offset| offset as u64);
            (start, end, rejection.reason().to_string(), rejection.to_string())
        };
        let expected: Vec<_> = native(&golden.config, &golden.input).rejections.iter().map(of_native).collect();
        assert_eq!(found, expected, "{name}");
    }
}

/// Records of several batches, some of which the component fails on.
#[test]
fn loses_nothing_whatever_the_threads_and_faults() {
    let component = file("faulty.wasm", faulty::transform(&fs::read(PATH).unwrap()).unwrap());
    let mut input = String::new();
    let (mut good, mut bad) = (String::new(), 0);
    for (number, record) in DAY.lines().cycle().take(20_000).enumerate() {
        let fault = [Marked::Trap, Marked::Memory, Marked::Answer][number % 3];
        if number % 2500 == 1234 {
            bad += 1;
            input += &format!("{{\"event_id\":17,\"msg\":\"{}\"}}\n", fault.letters());
        } else {
            input += &format!("{record}\n");
            good += &format!("{record}\n");
        }
    }
    let expected = native(CONFIG, good.as_bytes());
    let input = file("many", &input);
    for threads in ["1", "2", "5"] {
        let rejected = folder().join(format!("many-{threads}"));
        let _ = fs::remove_file(&rejected);
        let mut command = filter(&component, CONFIG);
        let (code, lines, errors) = read(command.args(["--threads", threads, "--rejects"]).arg(&rejected), &input);
        assert_eq!(code, 1, "{errors}");
        assert!(lines.as_bytes() == expected.lines, "{threads} threads: other lines, or in another order");
        let rejections = entries(&rejected);
        assert_eq!(rejections.len(), expected.rejections.len() + bad);
        let offsets: Vec<_> = rejections.iter().map(|entry| entry["start"].as_u64()).collect();
        assert!(offsets.is_sorted());
        let failed = |entry: &&Value| entry["record"].as_str().is_some_and(|record| record.contains("!\"}"));
        assert_eq!(rejections.iter().filter(failed).count(), bad);
        println!("{threads} threads:\n{errors}");
        assert!(errors.contains(&format!("records\nwritten: {}\nrejected: {}\n", expected.written, rejections.len())));
    }
}

/// The lines of records that are whole are written while the input pauses.
#[test]
fn keeps_nothing_back() {
    let mut process = filter(Path::new(PATH), "{}").args(["--threads", "2"]).spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    write!(stdin, "{{\"event_id\":17,").unwrap();
    for number in 0..10 {
        // The next record is not whole yet.
        write!(stdin, "\"msg\":\"{number}\"}}{{\"event_id\":17,").unwrap();
        let line = lines.next().unwrap().unwrap();
        assert!(line.ends_with(&format!("msg={number}")), "{line}");
    }
    drop(stdin);
    assert!(lines.next().is_none());
    assert_eq!(process.wait().unwrap().code(), Some(0));
}

/// It ends although its input does not.
#[test]
fn ends_when_nobody_reads_its_lines() {
    let mut process = filter(Path::new(PATH), "{}").args(["--threads", "2"]).spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    writeln!(stdin, "{{\"event_id\":17}}").unwrap();
    let mut stdout = BufReader::new(process.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    writeln!(stdin, "{{\"event_id\":17}}").unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(3));
    let mut errors = String::new();
    process.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(errors, "");
}

#[test]
#[cfg(target_os = "linux")]
fn keeps_little_of_a_record_without_an_end() {
    let rejected = folder().join("endless");
    let _ = fs::remove_file(&rejected);
    let mut process = filter(Path::new(PATH), "{}").arg("--rejects").arg(&rejected).spawn().unwrap();
    let mut stdin = process.stdin.take().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let piece = "A".repeat(1 << 20);
    let mut after_ten = 0;
    write!(stdin, "{{\"event_id\":17}}\n{{\"event_id\":17,\"msg\":\"").unwrap();
    for written in 0..100 {
        stdin.write_all(piece.as_bytes()).unwrap();
        if written == 10 {
            after_ten = peak_memory(process.id()).unwrap() >> 10;
        }
    }
    let after_all = peak_memory(process.id()).unwrap() >> 10;
    // A tenth of what came in between.
    assert!(after_all < after_ten + 9_000, "{after_ten} kB, then {after_all} kB");
    write!(stdin, "\n{{\"event_id\":16}}\n").unwrap();
    drop(stdin);
    assert_eq!(lines.by_ref().count(), 2);
    assert_eq!(process.wait().unwrap().code(), Some(0));
    // All of it is handed back, once.
    let (mut end, mut length) = (16, 0);
    for (number, entry) in entries(&rejected).iter().enumerate() {
        assert_eq!(entry["start"].as_u64(), Some(end), "{number}");
        end = entry["end"].as_u64().unwrap();
        length += entry["record"].as_str().unwrap().len();
        assert_eq!(entry["message"] == CONTINUATION, number > 0);
    }
    assert_eq!(length, "{\"event_id\":17,\"msg\":\"".len() + 100 * piece.len());
}

#[test]
fn says_what_it_expects() {
    let nothing = file("nothing", "");
    let component = Path::new(PATH);
    let (code, _, errors) = read(&mut filter(component, r#"{"max_depth": 0}"#), &nothing);
    assert_eq!((code, &*errors), (2, "error: configuration /max_depth: expected an integer from 2 to 128, found 0\n"));
    assert_eq!(read(&mut filter(&nothing, ""), &nothing).0, 2);
    assert_eq!(read(&mut filter(Path::new("no-component"), ""), &nothing).0, 2);
    assert_eq!(read(filter(component, "").args(["--threads", "0"]), &nothing).0, 2);
    let module = file("module.wasm", b"\0asm\x01\0\0\0");
    let (code, _, errors) = read(&mut filter(&module, ""), &nothing);
    let message = ": expected the component, `senhasegura-siem.wasm`, found a core module\n";
    assert!(code == 2 && errors.ends_with(message), "{errors}");
    let (code, _, errors) = read(&mut filter(component, nothing.to_str().unwrap()), &nothing);
    let message = "error: expected the JSON text of a configuration before the files, found ";
    assert!(code == 2 && errors.starts_with(message), "{errors}");
    // A file that grows as it is read would have no end.
    let same = file("same", "no record\n");
    let (code, _, errors) = read(filter(component, "").arg("--rejects").arg(&same).arg(&same), &nothing);
    assert!(
        code == 2
            && errors.ends_with("expected an output file that is used for nothing else, found one that is read\n"),
        "{errors}"
    );
    assert_eq!(read(filter(component, "").arg("--rejects").arg(&same), &same).0, 2);
    // What is not handed back is said to be left.
    let (code, _, errors) = read(filter(component, "").args(["--rejects", "/dev/full"]).arg(&same), &nothing);
    assert!(code == 3 && errors.contains("is still to be converted from byte 0 on"), "{errors}");
    // What cannot be read does not keep the rest from being transformed.
    let record = file("record", "{\"event_id\":17}");
    let (code, lines, errors) = read(filter(component, "").arg("no-\u{1b}file").arg(&record), &nothing);
    assert_eq!((code, &*lines), (3, "CEF:0|MT4|senhasegura|unknown|17|Session finished|5|\n"), "{errors}");
    assert!(errors.starts_with("error: no-\\u{1b}file: "), "{errors}");
    let (code, help, _) = read(filter(component, "").arg("--help"), &nothing);
    assert!(code == 0 && help.contains("--threads <N>"), "{help}");
}

/// A record without a time gets that of reception.
#[test]
fn takes_the_time_of_reception() {
    let record = file("received", "{\"event_id\":17}");
    let (_, lines, _) = read(filter(Path::new(PATH), "").arg("--received"), &record);
    assert!(lines.contains("|rt="), "{lines}");
}
