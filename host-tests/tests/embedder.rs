//! The module with functions of C: its answers, read by a program in C that has its header.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use host_tests::embedder::{self, Embedder};
use host_tests::{APPLIANCE, DAY, hostile};
use senhasegura_siem::{Changes, Config, Output, Transformer, bake};

const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

const RECEIVED: i64 = 1_772_626_500_250;

/// Compiles the program in C, for a test of this name: others run at the same time.
fn reader(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("answers-{name}"));
    let source = guests::root().join("host-tests/embedder/answers.c");
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wno-sign-compare", "-Werror", "-I"]);
    gcc.arg(guests::root().join("src/guest")).arg(source).arg("-o").arg(&program);
    assert!(gcc.status().unwrap().success());
    program
}

/// What the program prints of the answer at an address.
fn read(program: &Path, host: &Embedder, function: &str, at: u32, rows: usize) -> String {
    let memory = program.with_extension("memory");
    fs::write(&memory, host.memory()).unwrap();
    let output =
        Command::new(program).arg(&memory).args([function, &at.to_string(), &rows.to_string()]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn host(config: &str) -> (Embedder, u32) {
    let mut host = Embedder::new(&fs::read(embedder::PATH).unwrap(), false).unwrap();
    host.write(config.as_bytes()).unwrap();
    let transformer = host.call("siem_make", ()).unwrap();
    (host, transformer)
}

fn counts(written: u64, changes: Changes) -> String {
    let Changes { renamed, replaced, truncated, dropped, repeated, unreadable } = changes;
    format!(
        "{written} written, {renamed} renamed, {replaced} replaced, {truncated} truncated, {dropped} dropped, {repeated} repeated, {unreadable} unreadable\n"
    )
}

/// A room for `siem_rows`.
fn column(texts: &[&[u8]]) -> Vec<u8> {
    // A slice of a column does not begin at 0.
    let mut offsets = vec![1000_i32];
    for text in texts {
        offsets.push(offsets.last().unwrap() + text.len() as i32);
    }
    [offsets.into_iter().flat_map(i32::to_le_bytes).collect(), texts.concat()].concat()
}

#[test]
fn answers_as_its_header_says() {
    let program = reader("header");
    let (mut host, transformer) = host(CONFIG);
    assert_eq!((host.call("siem_abi", ()).unwrap(), transformer), (1, 1));
    let mut native = Transformer::new(Config::from_json(CONFIG).unwrap());

    let batch = [DAY.as_bytes(), APPLIANCE.as_bytes(), &hostile::records(2000, 1).unwrap().join(&b'\n')].concat();
    host.write(&batch).unwrap();
    let at = host.call("siem_batch", (transformer, RECEIVED)).unwrap();
    let mut output = Output::default();
    native.transform(&batch, Some(RECEIVED as u64), &mut output);
    let mut expected = String::from_utf8(output.lines).unwrap() + "\n";
    for rejection in &output.rejections {
        let (index, range) = (rejection.index, &rejection.range);
        writeln!(expected, "{index} {}..{} {}\n{rejection}", range.start, range.end, rejection.reason()).unwrap();
    }
    assert_eq!(read(&program, &host, "siem_batch", at, 0), expected + &counts(output.written, output.changes));
    assert!(output.written > 1000 && output.rejections.len() > 500);

    let hostile = hostile::records(2000, 2).unwrap();
    let records: Vec<&[u8]> = DAY.lines().map(str::as_bytes).chain(hostile.iter().map(Vec::as_slice)).collect();
    let times: Vec<_> =
        (0..).zip(&records).map(|(index, _)| if index % 2 == 0 { RECEIVED + index } else { -1 }).collect();
    for of_each in [false, true] {
        let mut room: Vec<u8> =
            if of_each { times.iter().flat_map(|time| time.to_le_bytes()).collect() } else { Vec::new() };
        room.extend(column(&records));
        host.write(&room).unwrap();
        let rows = records.len() as u32;
        let at = if of_each {
            host.call("siem_rows_at", (transformer, rows))
        } else {
            host.call("siem_rows", (transformer, rows, -1_i64))
        };
        let (mut expected, mut written, mut changes) = (String::new(), 0, Changes::default());
        for (record, time) in records.iter().zip(&times) {
            let received = u64::try_from(*time).ok().filter(|_| of_each);
            let mut line = Vec::new();
            match native.transform_one(record, received, &mut line) {
                Ok(changed) => {
                    changes += changed;
                    written += 1;
                    writeln!(expected, "{}\nnull 0\nnull 0", String::from_utf8(line).unwrap()).unwrap();
                }
                Err(rejection) => writeln!(expected, "null 0\n{}\n{rejection}", rejection.reason()).unwrap(),
            }
        }
        assert_eq!(
            read(&program, &host, "siem_rows", at.unwrap(), records.len()),
            expected + &counts(written, changes)
        );
    }
}

#[test]
fn answers_any_numbers() {
    let program = reader("numbers");
    let (mut host, transformer) = host("");
    let refused = |host: &mut Embedder, answer: u32, message: &str| {
        assert_eq!(answer, 0, "{message}");
        let at = host.call("siem_error", ()).unwrap();
        let error = read(&program, host, "siem_error", at, 0);
        assert!(error.contains(message), "{error}");
    };
    for config in [&br#"{"timezone": 1}"#[..], b"\xFF"] {
        host.write(config).unwrap();
        let answer = host.call("siem_make", ()).unwrap();
        refused(&mut host, answer, if config.len() > 1 { "/timezone\nexpected" } else { "\nexpected" });
    }
    let mut random = fastrand::Rng::with_seed(8);
    for number in [0, 2, u32::MAX] {
        let answer = host.call("siem_batch", (number, 0_i64)).unwrap();
        refused(&mut host, answer, &format!("expected the number of a transformer, found {number}"));
    }
    let good = column(&[b"{}", b"{\"id\": 17}"]);
    for rows in [0, 1, 2, 3, 4, 7, 1 << 29, u32::MAX] {
        host.write(&good).unwrap();
        let answer = host.call("siem_rows", (transformer, rows, i64::MIN)).unwrap();
        match rows {
            0..=2 => assert!(answer != 0),
            _ => refused(&mut host, answer, "expected "),
        }
        host.write(&good).unwrap();
        // Offsets that are read as times may do or not, but never trap.
        let answer = host.call("siem_rows_at", (transformer, rows)).unwrap();
        assert!(answer != 0 || rows > 0);
    }
    for _ in 0..2000 {
        let mut room = good.clone();
        for _ in 0..4 {
            let at = random.usize(..room.len());
            room[at] = random.u8(..);
        }
        host.write(&room).unwrap();
        host.call("siem_rows", (transformer, 2_u32, random.i64(..))).unwrap();
        host.call("siem_rows_at", (transformer, random.u32(..4))).unwrap();
    }
    // A freed number is used again, and frees nothing twice.
    for number in [transformer, transformer, 0, u32::MAX] {
        let free = host.instance.get_typed_func::<u32, ()>(&mut host.store, "siem_free").unwrap();
        free.call(&mut host.store, number).unwrap();
    }
    host.write(b"").unwrap();
    assert_eq!(host.call("siem_make", ()).unwrap(), transformer);
}

#[test]
fn has_a_baked_configuration() {
    let mut module = fs::read(embedder::PATH).unwrap();
    bake::bake(&mut module, r#"{"format": "rfc5424"}"#).unwrap();
    let mut host = Embedder::new(&module, false).unwrap();
    let transformer = host.call("siem_make", ()).unwrap();
    host.write(br#"{"id": 17}"#).unwrap();
    let at = host.call("siem_batch", (transformer, -1_i64)).unwrap();
    assert!(read(&reader("baked"), &host, "siem_batch", at, 0).starts_with("<13>1 "));
}
