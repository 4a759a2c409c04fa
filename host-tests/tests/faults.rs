//! The guests when their hosts give them less memory or time than they want. What was promised is kept, and counted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use example_wasmtime::{Compiled, Fault, Limits, Reason};
use host_tests::embedder::{self, Embedder};
use host_tests::envoy::{self, Envoy, Outcome};
use host_tests::faulty::with_pages;
use host_tests::fluent_bit::{self, FluentBit};
use host_tests::growth::CURVES;
use host_tests::redpanda_connect::{self, Message, RedpandaConnect};
use host_tests::{DAY, component};
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::Value;
use wasmtime::{Engine, Module};

const RECEIVED: u64 = 1_772_626_500_250;

/// A record for which there is always room, once an instance has been used.
const SHORT: &[u8] = br#"{"event_id":17,"suser":"ana"}"#;

/// How many pages of 64 KiB an instance may take, besides those that it begins with.
fn pages() -> impl Iterator<Item = u64> {
    (0..16).chain([20, 28, 40, 64, 96, 128, 256])
}

/// Records of every shape, as long as 100,000 bytes allow.
fn records() -> Vec<Vec<u8>> {
    let longest = |record: fn(usize) -> String, sizes: &[usize]| {
        sizes.iter().map(|size| record(*size).into_bytes()).rfind(|record| record.len() <= 110_000)
    };
    let mut records: Vec<_> = CURVES.iter().filter_map(|curve| longest(curve.record, curve.sizes)).collect();
    records.push(vec![0xFF; 100_000]);
    records.push([&b"{\"event_id\":17,\"msg\":\""[..], &[0xC3; 100_000], b"\"}"].concat());
    records
}

/// What becomes of each record, natively.
fn native(record: &[u8]) -> Result<Vec<u8>, String> {
    let (mut transformer, mut line) = (Transformer::new(Config::default()), Vec::new());
    let outcome = transformer.transform_one(record, Some(RECEIVED), &mut line);
    outcome.map(|_| line).map_err(|rejection| format!("{}: {rejection}", rejection.reason()))
}

/// What becomes of a batch, natively.
fn transformed(batch: &[u8]) -> Output {
    let mut output = Output::default();
    Transformer::new(Config::default()).transform(batch, Some(RECEIVED), &mut output);
    output
}

/// The lines of an output.
fn lines_of(output: &Output) -> impl Iterator<Item = &[u8]> {
    output.lines.split_inclusive(|byte| *byte == b'\n')
}

/// Says that there is no room for the transform of a record.
fn no_room(record: &[u8]) -> String {
    format!("too-long: expected room for the transform, found none for {} bytes", record.len())
}

type Counts = BTreeMap<&'static str, u64>;

fn print(guest: &str, counts: &Counts) {
    let counts: Vec<_> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    println!("{guest}: {}", counts.join(", "));
}

/// Fluent Bit loses a record on which the module traps, and goes on with the instance. So it never traps, once it has
/// answered.
#[test]
fn fluent_bit_loses_no_record_for_want_of_memory() {
    let (module, records) = (fs::read(fluent_bit::PATH).unwrap(), records());
    let mut counts = Counts::new();
    for pages in pages() {
        let mut host = FluentBit::new(&with_pages(&module, pages).unwrap(), false).unwrap();
        let function = host.function("cef").unwrap();
        if host.filter(&function, RECEIVED, SHORT).is_err() {
            *counts.entry("instances that do not start").or_default() += 1;
            continue;
        }
        for record in records.iter().flat_map(|record| [record, SHORT]) {
            let answer = host.filter(&function, RECEIVED, record);
            let answer = answer.unwrap_or_else(|error| panic!("{pages} pages, {} bytes: {error}", record.len()));
            let answer: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
            let outcome = match (answer.get("siem_error").and_then(Value::as_str), native(record)) {
                (None, Ok(line)) => {
                    assert_eq!(answer["message"].as_str().unwrap().as_bytes(), line);
                    "lines"
                }
                (Some(error), Err(expected)) if error.starts_with(&expected) => "rejected, as with more memory",
                (Some(error), _) => {
                    let is_absent = error == "not-one: expected a record, found none, as there was no memory for it";
                    assert!(record.len() > SHORT.len(), "{pages} pages: {error}");
                    assert!(is_absent || error.starts_with(&no_room(record)), "{pages} pages: {error}");
                    if is_absent { "that the host had no room for" } else { "rejected for want of memory" }
                }
                other => panic!("{pages} pages: {other:?}"),
            };
            *counts.entry(outcome).or_default() += 1;
        }
    }
    print("Fluent Bit", &counts);
    assert!(counts["rejected for want of memory"] > 100, "{counts:?}");
}

/// Redpanda Connect fails a batch on which the module traps, and goes on with the instance. A message that there is no
/// room for gets an error of the host's.
#[test]
fn redpanda_connect_changes_no_message_for_want_of_memory() {
    let (module, records) = (fs::read(redpanda_connect::PATH).unwrap(), records());
    let mut counts = Counts::new();
    for pages in pages() {
        let mut host = RedpandaConnect::new(&with_pages(&module, pages).unwrap(), false).unwrap();
        let mut process = |record: &[u8]| {
            let metadata = BTreeMap::from([("siem_received".to_owned(), RECEIVED.to_string())]);
            host.process(Message { bytes: record.to_vec(), metadata, error: None })
        };
        if process(SHORT).is_err() {
            *counts.entry("instances that do not start").or_default() += 1;
            continue;
        }
        for record in records.iter().flat_map(|record| [record, SHORT]) {
            let message = process(record);
            let Message { bytes, metadata, error } =
                message.unwrap_or_else(|error| panic!("{pages} pages, {} bytes: {error}", record.len()));
            let said = metadata.get("siem_error").map(|text| format!("{}: {text}", metadata["siem_reason"]));
            let outcome = match (&said, native(record)) {
                (None, Ok(line)) => {
                    assert!(bytes == line && error.is_none());
                    "lines"
                }
                (Some(said), Err(expected)) if *said == expected => "rejected, as with more memory",
                (Some(said), _) => {
                    assert!(record.len() > SHORT.len() && bytes == *record, "{pages} pages: {said}");
                    assert!(error.is_some() || *said == no_room(record), "{pages} pages: {said}");
                    if error.is_some() { "that the host had no room for" } else { "rejected for want of memory" }
                }
                other => panic!("{pages} pages: {other:?}"),
            };
            *counts.entry(outcome).or_default() += 1;
        }
    }
    print("Redpanda Connect", &counts);
    assert!(counts["rejected for want of memory"] > 100, "{counts:?}");
}

/// Envoy answers a request itself on which the module traps, and makes another instance: what passes has been transformed.
#[test]
fn envoy_passes_nothing_on_for_want_of_memory() {
    let (module, records) = (fs::read(envoy::PATH).unwrap(), records());
    let mut counts = Counts::new();
    for pages in pages() {
        let compiled = envoy::Compiled::new(&with_pages(&module, pages).unwrap()).unwrap();
        let start = || {
            let mut host = Envoy::new(&compiled, "{}").ok()?.unwrap();
            host.set_time(RECEIVED);
            Some(host)
        };
        let mut host = start();
        for record in records.iter().flat_map(|record| [record, SHORT]) {
            let Some(running) = &mut host else {
                *counts.entry("instances that do not start").or_default() += 1;
                break;
            };
            let outcome = match running.post(record) {
                Ok(Outcome::Passed(body)) => {
                    // The others are objects with what was rejected.
                    let lines = body.split_inclusive(|byte| *byte == b'\n').filter(|line| line.starts_with(b"CEF:"));
                    assert!(lines.eq(lines_of(&transformed(record))), "{pages} pages");
                    "passed, as with more memory"
                }
                Ok(Outcome::Answered(500, _)) => "answered by the module",
                Ok(other) => panic!("{pages} pages: {other:?}"),
                Err(_) => {
                    host = start();
                    "answered by Envoy"
                }
            };
            *counts.entry(outcome).or_default() += 1;
        }
    }
    print("Envoy", &counts);
    assert!(counts["answered by Envoy"] > 20, "{counts:?}");
}

/// An embedder of the module with functions of C makes another instance when one traps.
#[test]
fn functions_of_c_answer_or_trap_for_want_of_memory() {
    let (module, records) = (fs::read(embedder::PATH).unwrap(), records());
    let mut counts = Counts::new();
    for pages in pages() {
        let module = Module::new(&Engine::default(), with_pages(&module, pages).unwrap()).unwrap();
        let start = || {
            let mut host = Embedder::of(&module).unwrap();
            host.write(b"{}").and_then(|()| host.call("siem_make", ())).ok().map(|transformer| (host, transformer))
        };
        let mut started = start();
        for record in records.iter().flat_map(|record| [record, SHORT]) {
            let Some((host, transformer)) = &mut started else {
                *counts.entry("instances that do not start").or_default() += 1;
                break;
            };
            if host.write(record).is_err() {
                // The instance can be used as before.
                *counts.entry("that there is no room for").or_default() += 1;
                continue;
            }
            let outcome = match host.call("siem_batch", (*transformer, RECEIVED as i64)) {
                Ok(at) => {
                    // It begins with where the lines are, and how long.
                    let word = |at: u32| u32::from_le_bytes(*host.memory()[at as usize..].first_chunk().unwrap());
                    let (start, length) = (word(at) as usize, word(at + 4) as usize);
                    assert!(host.memory()[start..start + length] == transformed(record).lines, "{pages} pages");
                    "answers, as with more memory"
                }
                Err(_) => {
                    started = start();
                    "traps"
                }
            };
            *counts.entry(outcome).or_default() += 1;
        }
    }
    print("functions of C", &counts);
    assert!(counts["traps"] > 20, "{counts:?}");
}

/// The host for wasmtime rejects what the component has no memory or time for, and nothing else, whenever that ends.
#[test]
fn the_component_costs_only_what_there_is_no_memory_for() {
    let (bytes, records) = (fs::read(component::PATH).unwrap(), records());
    // Some are several records.
    let is_one = |record: &Vec<u8>| !native(record).is_err_and(|error| error.starts_with("not-one"));
    let records: Vec<_> = records.into_iter().filter(is_one).collect();
    let batch: Vec<u8> =
        records.iter().flat_map(|record| [record, &b"\n"[..], SHORT, b"\n"]).flatten().copied().collect();
    let expected = transformed(&batch);
    let total = expected.written + expected.rejections.len() as u64;
    let compiled = Compiled::new(&bytes, None).unwrap();
    let mut counts = Counts::new();
    for pages in (16..=64).chain((72..=512).step_by(40)) {
        let limits = Limits { memory: pages << 16, deadline: Duration::from_secs(60), instances: u32::MAX };
        let Ok(mut worker) = compiled.worker("{}", limits) else {
            *counts.entry("instances that do not start").or_default() += 1;
            continue;
        };
        let found = worker.transform(&batch.as_slice().into(), Some(RECEIVED));
        assert_eq!(found.written + found.rejections.len() as u64, total, "{pages} pages");
        let mut lines = found.lines.split_inclusive(|byte| *byte == b'\n');
        let mut all = lines_of(&expected);
        let (mut rejected, mut natively) = (found.rejections.iter().peekable(), expected.rejections.iter().peekable());
        for index in 0..total {
            let expected = natively.next_if(|rejection| rejection.index == index);
            let line = if expected.is_none() { all.next() } else { None };
            let outcome = match rejected.next_if(|rejection| rejection.index == index) {
                Some(rejection) => match &rejection.reason {
                    Reason::Host(Fault::OutOfMemory { .. }) => "rejected for want of memory",
                    Reason::Host(fault) => panic!("{pages} pages: {fault}"),
                    Reason::Component(_) => {
                        assert_eq!(Some(&rejection.message), expected.map(ToString::to_string).as_ref());
                        "rejected, as with more memory"
                    }
                },
                None => {
                    assert!(lines.next() == line && line.is_some(), "{pages} pages, record {index}");
                    "lines"
                }
            };
            *counts.entry(outcome).or_default() += 1;
        }
        assert!(lines.next().is_none());
    }
    print("the component", &counts);
    assert!(counts["rejected for want of memory"] > 100, "{counts:?}");
}

/// Calls that are interrupted anywhere cost no record but those that are interrupted alone.
#[test]
fn the_component_costs_only_what_there_is_no_time_for() {
    let engine = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
    let compiled = Compiled::with(&engine, &fs::read(component::PATH).unwrap(), None).unwrap();
    let is_over = AtomicBool::new(false);
    let expected = transformed(DAY.as_bytes());
    let all: Vec<_> = lines_of(&expected).collect();
    let total = expected.written + expected.rejections.len() as u64;
    let mut counts = Counts::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut random = fastrand::Rng::with_seed(1);
            while !is_over.load(Ordering::Relaxed) {
                engine.increment_epoch();
                thread::sleep(Duration::from_micros(random.u64(50..1500)));
            }
        });
        for _ in 0..100 {
            // Each call ends with the first or second tick.
            let limits = Limits { deadline: Duration::ZERO, instances: u32::MAX, ..Limits::default() };
            let Ok(mut worker) = compiled.worker("{}", limits) else {
                *counts.entry("instances that do not start").or_default() += 1;
                continue;
            };
            let found = worker.transform(&DAY.as_bytes().into(), Some(RECEIVED));
            assert_eq!(found.written + found.rejections.len() as u64, total);
            *counts.entry("instances lost").or_default() += u64::from(found.instances_lost);
            let late = |fault: &Fault| matches!(fault, Fault::Deadline(_) | Fault::NoInstance(_));
            let mut missing = Vec::new();
            for rejection in &found.rejections {
                match &rejection.reason {
                    Reason::Host(fault) => {
                        assert!(late(fault), "{fault}");
                        missing.push(rejection.index);
                        *counts.entry("rejected for want of time").or_default() += 1;
                    }
                    Reason::Component(_) => *counts.entry("rejected, as with more time").or_default() += 1,
                }
            }
            let rejected: Vec<_> = expected.rejections.iter().map(|rejection| rejection.index).collect();
            let written = (0..total).filter(|index| !rejected.contains(index));
            let kept = written.zip(&all).filter(|(index, _)| !missing.contains(index)).map(|(_, line)| *line);
            assert!(kept.eq(found.lines.split_inclusive(|byte| *byte == b'\n')));
            *counts.entry("lines").or_default() += found.written;
        }
        is_over.store(true, Ordering::Relaxed);
    });
    print("the component, interrupted", &counts);
    assert!(counts["instances lost"] > 0 && counts["lines"] > 0, "{counts:?}");
}
