//! What the worst inputs cost: instructions a byte, which do not grow with the input, and memory.
//!
//! `BLESS=1` draws `bounds.svg`.

use std::{env, fs};

use host_tests::chart::{self, Chart};
use host_tests::embedder::{self, Embedder};
use host_tests::growth::{CURVES, Curve};
use host_tests::{DAY, RECEIVED};

/// The most instructions that a byte of any input takes, in any format, and in an explanation.
const FUEL_MAX: f64 = 2200.0;

/// The columns: a batch of one record in each format, and an explanation.
const COLUMNS: [(&str, &str); 4] =
    [("cef", "siem_batch"), ("rfc5424", "siem_batch"), ("sensage", "siem_batch"), ("cef", "siem_explain")];

/// Makes a transformer of the configuration that has been written.
fn make(host: &mut Embedder) -> u32 {
    let transformer = host.call("siem_make", ()).unwrap();
    assert_ne!(transformer, 0);
    transformer
}

/// Returns the fuel per byte of a record, once buffers have grown.
fn cost(host: &mut Embedder, options: &str, (format, function): (&str, &str), record: &str) -> f64 {
    host.write(format!(r#"{{"format": "{format}", {options}}}"#).as_bytes()).unwrap();
    let transformer = make(host);
    let fuel = host.fuel_of(function, transformer, record.as_bytes(), RECEIVED).unwrap();
    host.instance
        .get_typed_func::<u32, ()>(&mut host.store, "siem_free")
        .unwrap()
        .call(&mut host.store, transformer)
        .unwrap();
    fuel as f64 / record.len() as f64
}

#[test]
fn a_byte_costs_no_more_in_a_larger_record() {
    let mut host = Embedder::new(&fs::read(embedder::PATH).unwrap(), true).unwrap();
    let (mut problems, mut charts) = (Vec::new(), Vec::new());
    for Curve { name, options, sizes, record } in CURVES {
        println!("\n| {name} | CEF | RFC 5424 | Sensage | explained |\n|---:|---:|---:|---:|---:|");
        let mut before: Option<(usize, [f64; COLUMNS.len()])> = None;
        let mut points = Vec::new();
        for (number, &size) in sizes.iter().enumerate() {
            let record = record(size);
            let costs = COLUMNS.map(|column| cost(&mut host, options, column, &record));
            println!("| {size} | {} |", costs.map(|cost| format!("{cost:.0}")).join(" | "));
            for (column, cost) in costs.into_iter().enumerate() {
                // In small records, what a record costs counts.
                let grows = number + 1 == sizes.len()
                    && before
                        .is_some_and(|(length, costs)| 2 * length < record.len() && cost > 1.3 * costs[column] + 10.0);
                if grows || cost > FUEL_MAX {
                    problems.push(format!("{size} {name}, {:?}: {cost:.0} a byte", COLUMNS[column]));
                }
            }
            before = Some((record.len(), costs));
            points.push((size, costs));
        }
        charts.push(Chart { title: (*name).to_owned(), points });
    }
    if env::var_os("BLESS").is_some() {
        let names = ["CEF", "RFC 5424", "Sensage", "explained"];
        let drawing = chart::draw("Fuel per byte, from 1 to 10,000, as the input grows", names, &charts).unwrap();
        fs::write(guests::root().join("host-tests/bounds.svg"), drawing).unwrap();
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// The memory of an instance, in bytes: what it has from the start, and what a byte of the largest batch adds, if it holds
/// events, and if each record is as short as one can be and rejected; and what a byte of a long record adds.
const MEMORY: u64 = 3 << 20;
const MEMORY_OF_EVENTS: u64 = 6;
const MEMORY_OF_REJECTIONS: u64 = 150;
const MEMORY_OF_RECORD: u64 = 48;

/// Gives an instance batches that grow, and asserts that it takes no more memory than this for each byte.
fn assert_takes(name: &str, config: &str, sizes: &[usize], batch: impl Fn(usize) -> Vec<u8>, most: u64) {
    let mut host = Embedder::new(&fs::read(embedder::PATH).unwrap(), false).unwrap();
    host.write(config.as_bytes()).unwrap();
    let transformer = make(&mut host);
    for size in sizes {
        let batch = batch(*size);
        // Twice: what a batch leaves behind must serve the next.
        for _ in 0..2 {
            host.write(&batch).unwrap();
            assert_ne!(host.call("siem_batch", (transformer, RECEIVED as i64)).unwrap(), 0);
        }
        let (memory, length) = (host.memory().len() as u64, batch.len() as u64);
        println!("| {name} | {length} | {memory} | {:.1} |", memory as f64 / length as f64);
        assert!(memory <= MEMORY + most * length, "{name}: {memory} bytes for {length}");
    }
}

#[test]
fn memory_follows_the_largest_batch() {
    let escaped = format!(r#"{{"event_id":17,"msg":"{}"}}"#, "=".repeat(8000)) + "\n";
    println!("| batch | bytes | memory | a byte |\n|---|---:|---:|---:|");
    for (name, record, most) in [
        ("the example stream", DAY, MEMORY_OF_EVENTS),
        ("records of equals signs", &escaped, MEMORY_OF_EVENTS),
        ("records of one byte", "x\n", MEMORY_OF_REJECTIONS),
        ("empty objects", "{}", MEMORY_OF_REJECTIONS),
    ] {
        let batch = |size: usize| record.repeat(size / record.len() + 1).into_bytes();
        assert_takes(name, "", &[1 << 12, 1 << 16, 1 << 20, 1 << 23], batch, most);
    }
}

/// The longest records that the default configuration takes, of what becomes longer: bytes that are not UTF-8, in texts in
/// texts, with secrets between them.
#[test]
fn memory_follows_the_longest_record() {
    const MASKED: &str = r#"{"redact": ["secrets"], "invisible": "replace"}"#;
    const CEF_IN_RFC5424: &str = r#"{"format": "rfc5424", "msg": "cef"}"#;
    println!("| record | bytes | memory | a byte |\n|---|---:|---:|---:|");
    for (config, start, sign, end) in [
        ("", r#"{"event_id":17,"msg":""#, &b"a"[..], r#""}"#),
        ("", r#"{"event_id":17,"msg":""#, b"=", r#""}"#),
        ("", r#"{"event_id":17,"msg":""#, b"\xFF", r#""}"#),
        (CEF_IN_RFC5424, r#"{"message":"{\"event_id\":17,\"msg\":\""#, b"\xFF", r#"\"}"}"#),
        ("", r#"{"message":"{\"event_id\":17,\"cs1\":{\"a\":\""#, b"=", r#"\"}}"}"#),
        ("", "", b"[", ""),
        (MASKED, r#"{"event_id":17,"msg":""#, b"pwd=x ", r#""}"#),
        (MASKED, r#"{"message":"{\"event_id\":17,\"msg\":{\"a\":\""#, b"pwd=\xFF ", r#"\"}}"}"#),
        (MASKED, r#"{"event_id":17,"x":[{"#, br#""pwd":1,"#, r#""a":1}]}"#),
    ] {
        let name = format!("{config} `{start}{}`", sign.escape_ascii());
        let record = |size: usize| [start.as_bytes(), &sign.repeat(size / sign.len()), end.as_bytes()].concat();
        assert_takes(&name, config, &[1 << 16, 1 << 18, (1 << 20) - 100], record, MEMORY_OF_RECORD);
    }
}
