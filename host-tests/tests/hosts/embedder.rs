//! The module with functions of C: its answers, read by a program in C that has its header.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use host_tests::embedder::{self, Embedder};
use host_tests::{APPLIANCE, DAY, hostile};
use senhasegura_siem::catalog::CATALOG;
use senhasegura_siem::explain::{Explanation, Note, PartSource};
use senhasegura_siem::{Changes, Config, Output, Rejection, Severity, Stream, Transformer, bake};

const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

const RECEIVED: i64 = host_tests::RECEIVED as i64;

/// Compiles the program in C, for a test of this name: others run at the same time.
fn reader(name: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("answers-{name}"));
    let source = guests::root().join("host-tests/embedder/answers.c");
    let include = format!("-I{}", guests::root().join("src/guest").display());
    tools::compile_c(&source, &[&include], &program).unwrap();
    program
}

/// What the program prints of the answer at an address.
fn read(program: &Path, host: &Embedder, function: &str, at: u32, rows: usize) -> String {
    let memory = program.with_extension("memory");
    fs::write(&memory, host.memory()).unwrap();
    let output =
        Command::new(program).arg(&memory).args([function, &at.to_string(), &rows.to_string()]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn host(config: &str) -> (Embedder, u32) {
    let mut host = Embedder::new(&fs::read(embedder::PATH).unwrap(), false).unwrap();
    host.write(config.as_bytes()).unwrap();
    let transformer = host.call("siem_make", ()).unwrap();
    (host, transformer)
}

fn counts(written: u64, changes: Changes) -> String {
    format!("{written} written, {}", changed(changes))
}

fn changed(changes: Changes) -> String {
    let Changes { renamed, replaced, truncated, dropped, repeated, unreadable, redacted } = changes;
    format!(
        "{renamed} renamed, {replaced} replaced, {truncated} truncated, {dropped} dropped, {repeated} repeated, {unreadable} unreadable, {redacted} redacted\n"
    )
}

fn rejected(rejection: &Rejection) -> String {
    let (index, range) = (rejection.index, &rejection.range);
    let is_continuation = u8::from(rejection.is_continuation());
    format!("{index} {}..{} {is_continuation} {}\n{rejection}\n", range.start, range.end, rejection.reason())
}

fn noted(note: Note) -> String {
    format!("{}\n{}\n{note}\n", note.change().map_or(String::new(), |change| change.to_string()), note.as_str())
}

fn source(source: PartSource) -> String {
    match source {
        PartSource::Field(index) => format!("field {index} "),
        source => format!("{source:?} -1 ").to_lowercase(),
    }
}

fn explained(explanation: &Explanation) -> String {
    let Explanation { line, record, is_wrapped, way, left, kind, kind_from, parts, fields, notes, changes } =
        explanation;
    let mut text = format!("{line}\n{record}\nwrapped {}\n", u8::from(*is_wrapped));
    way.iter().for_each(|step| text += &format!("way {step}\n"));
    left.iter().for_each(|name| text += &format!("left {name}\n"));
    text += &format!("{} {}\n", kind_from.map_or(-1, |index| index as i64), kind.unwrap_or_default());
    for part in parts {
        text += &format!("{}..{} {}{}\n", part.start, part.end, source(part.source), part.name);
    }
    for field in fields {
        text += &format!("{}..{} {}\n{}\n", field.start, field.end, field.name, field.value);
        text += &format!("{:?}\n", field.fate).to_lowercase();
        field.parts.iter().for_each(|part| text += &format!("part {part}\n"));
        field.notes.iter().for_each(|note| text += &noted(*note));
    }
    notes.iter().for_each(|note| text += &(source(note.source) + &noted(note.note)));
    text + &changed(*changes)
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
    assert_eq!((host.call("siem_abi", ()).unwrap(), transformer), (4, 1));
    let mut native = Transformer::new(Config::from_json(CONFIG).unwrap());

    let batch = [DAY.as_bytes(), APPLIANCE.as_bytes(), &hostile::records(2000, 1).unwrap().join(&b'\n')].concat();
    host.write(&batch).unwrap();
    let at = host.call("siem_batch", (transformer, RECEIVED)).unwrap();
    let mut output = Output::default();
    native.transform(&batch, Some(RECEIVED as u64), &mut output);
    let mut expected = String::from_utf8(output.lines).unwrap() + "\n";
    output.rejections.iter().for_each(|rejection| expected += &rejected(rejection));
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

/// Records of every kind, with times of reception or without.
fn records() -> impl Iterator<Item = (Vec<u8>, i64)> {
    let streams = DAY.lines().take(100).chain(APPLIANCE.lines().take(100)).map(|line| line.as_bytes().to_vec());
    let all = streams.chain(hostile::records(200, 4).unwrap()).chain([Vec::new(), b"{} {}".to_vec()]);
    (0..).zip(all).map(|(index, record)| (record, if index % 2 == 0 { -1 } else { RECEIVED + index }))
}

#[test]
fn explains_as_its_header_says() {
    let program = reader("explain");
    let (mut host, transformer) = host(CONFIG);
    let mut native = Transformer::new(Config::from_json(CONFIG).unwrap());
    let mut rejections = 0;
    for (record, received) in records() {
        host.write(&record).unwrap();
        let at = host.call("siem_explain", (transformer, received)).unwrap();
        let expected = match native.explain(&record, received.try_into().ok()) {
            Ok(explanation) => explained(&explanation),
            Err(rejection) => {
                rejections += 1;
                rejected(&rejection)
            }
        };
        assert_eq!(read(&program, &host, "siem_explain", at, 0), expected);
    }
    assert!(rejections > 20);

    let at = host.call("siem_kinds", ()).unwrap();
    let mut expected = String::new();
    for kind in CATALOG {
        writeln!(expected, "{}\n{}\n{}\n{}", kind.name, kind.name_4_0, kind.name_pt, kind.origin).unwrap();
        for id in kind.ids {
            writeln!(expected, "{} {}\n{}", Severity::from(id).cef(), id.id, id.name).unwrap();
        }
        kind.keys.iter().for_each(|key| writeln!(expected, "key {}", key.name()).unwrap());
    }
    assert_eq!(read(&program, &host, "siem_kinds", at, 0), expected);
}

#[test]
fn answers_each_as_its_header_says() {
    let program = reader("each");
    let (mut host, transformer) = host(CONFIG);
    let mut native = Transformer::new(Config::from_json(CONFIG).unwrap());
    let records: Vec<_> = records().map(|(record, _)| record).collect();
    let texts: Vec<_> = records.iter().map(Vec::as_slice).collect();
    host.write(&column(&texts)).unwrap();
    let at = host.call("siem_each", (transformer, texts.len() as u32, RECEIVED)).unwrap();
    let (mut lines, mut rejections) = (String::new(), String::new());
    for (index, text) in (0..).zip(texts) {
        let mut line = Vec::new();
        match native.transform_one(text, Some(RECEIVED as u64), &mut line) {
            Ok(changes) => lines += &format!("{}\n{}", String::from_utf8(line).unwrap(), changed(changes)),
            Err(mut rejection) => {
                rejection.index = index;
                rejections += &rejected(&rejection);
            }
        }
    }
    assert_eq!(read(&program, &host, "siem_each", at, 0), lines + &rejections);
}

/// Whatever else the transformer does meanwhile, and wherever the stream is cut.
#[test]
fn answers_streams_as_its_header_says() {
    let program = reader("stream");
    let (mut host, transformer) = host(r#"{"timezone": "-03:00", "max_record_bytes": 3000}"#);
    let mut native = Stream::new(Transformer::new(
        Config::from_json(r#"{"timezone": "-03:00", "max_record_bytes": 3000}"#).unwrap(),
    ));
    let stream = [DAY.as_bytes(), &hostile::records(400, 5).unwrap().join(&b'\n'), &[b'x'; 20_000]].concat();
    let (mut random, mut output) = (fastrand::Rng::with_seed(9), Output::default());
    let expect = |host: &mut Embedder, native: &Stream, at, output: &Output| {
        let lines = String::from_utf8(output.lines.clone()).unwrap();
        let mut expected = format!("{} {} {lines}\n", native.offset(), native.rest());
        for rejection in &output.rejections {
            expected += &(rejected(rejection) + &String::from_utf8_lossy(native.bytes(rejection.range.clone())) + "\n");
        }
        assert_eq!(read(&program, host, "siem_push", at, 0), expected + &counts(output.written, output.changes));
    };
    for _ in 0..2 {
        let mut rest = &stream[..];
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(random.usize(..4000).min(rest.len()));
            rest = after;
            host.write(piece).unwrap();
            let at = host.call("siem_push", (transformer, RECEIVED)).unwrap();
            native.push(piece, Some(RECEIVED as u64), &mut output);
            expect(&mut host, &native, at, &output);
            host.call("siem_batch", (transformer, RECEIVED)).unwrap();
        }
        let at = host.call("siem_finish", (transformer, -1_i64)).unwrap();
        native.finish(None, &mut output);
        expect(&mut host, &native, at, &output);
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
        for function in ["siem_batch", "siem_push", "siem_finish", "siem_explain"] {
            let answer = host.call(function, (number, 0_i64)).unwrap();
            refused(&mut host, answer, &format!("expected the number of a transformer, found {number}"));
        }
    }
    let good = column(&[b"{}", b"{\"id\": 17}"]);
    for rows in [0, 1, 2, 3, 4, 7, 1 << 29, u32::MAX] {
        host.write(&good).unwrap();
        for function in ["siem_rows", "siem_each"] {
            let answer = host.call(function, (transformer, rows, i64::MIN)).unwrap();
            match rows {
                0..=2 => assert!(answer != 0),
                _ => refused(&mut host, answer, "expected "),
            }
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
        host.call("siem_each", (transformer, random.u32(..4), random.i64(..))).unwrap();
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
