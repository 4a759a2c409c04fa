//! The guests when their hosts give them less memory or time than they want. What was promised is kept, and counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use example_wasmtime::{Compiled, Fault, Limits, Reason};
use host_tests::embedder::{self, Embedder};
use host_tests::envoy::{self, Envoy, Outcome};
use host_tests::fluent_bit::{self, FluentBit};
use host_tests::growth::CURVES;
use host_tests::redpanda_connect::{self, Message, RedpandaConnect};
use host_tests::{Compiled as Guest, DAY, RECEIVED, component};
use senhasegura_siem::bake::bake;
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::Value;
use wasmtime::{Engine, Trap};

/// A record for which there is room in a megabyte.
const SHORT: &[u8] = br#"{"event_id":17,"suser":"ana"}"#;

/// Configurations that are baked into the modules for Fluent Bit and Redpanda Connect.
const CONFIGS: [&str; 3] = [
    "{}",
    r#"{"format": "rfc5424", "msg": "cef"}"#,
    r#"{"redact": ["secrets"], "invisible": "replace", "keep": ["msg"]}"#,
];

/// How many pages of 64 KiB an instance may take, besides those that it begins with. The last suffice for all.
const PAGES: [u64; 24] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 20, 28, 40, 64, 96, 128, 256, 1024];

/// The length up to which the modules for Fluent Bit and Redpanda Connect mostly do not ask for memory.
const SHORT_MAX: usize = 4096;

/// Hostile records of every shape: short ones behind a long one that takes little, then as long as 110,000 bytes allow.
fn records() -> Vec<Vec<u8>> {
    let hostile = |length: usize| {
        let of =
            move |start: &str, sign: u8, end: &str| [start.as_bytes(), &vec![sign; length], end.as_bytes()].concat();
        [
            of("{\"event_id\":17,\"msg\":\"", 0xC3, "\"}"),
            of("{\"event_id\":17,\"msg\":\"", b'=', "\"}"),
            of("{\"a\":", b'[', "}"),
            of("<13>1 - - - - - - CEF:0|MT4|senhasegura|3|17|x|5|msg=", b'"', ""),
            of("{\"message\":\"{\\\"event_id\\\":17,\\\"msg\\\":\\\"", 0xFF, "\\\"}\"}"),
            [br#"{"message":"{\"event_id\":17,\"msg\":{\"a\":\""#, &b"pwd=\xFF ".repeat(length / 6)[..], br#"\"}}"}"#]
                .concat(),
        ]
    };
    let longest = |record: fn(usize) -> String, sizes: &[usize]| {
        sizes.iter().map(|size| record(*size).into_bytes()).rfind(|record| record.len() <= 110_000)
    };
    let mut records = vec![format!(r#"{{"event_id":17,"msg":"{}"}}"#, "a".repeat(SHORT_MAX)).into_bytes()];
    records.extend(hostile(SHORT_MAX - 100));
    records.extend(CURVES.iter().filter_map(|curve| longest(curve.record, curve.sizes)));
    records.push(vec![0xFF; 100_000]);
    records.extend(hostile(100_000));
    records
}

/// What becomes of a record, natively.
fn native(config: &str, record: &[u8]) -> Result<Vec<u8>, String> {
    let (mut transformer, mut line) = (Transformer::new(Config::from_json(config).unwrap()), Vec::new());
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

type Counts = BTreeMap<&'static str, u64>;

fn print(guest: &str, counts: &Counts) {
    let counts: Vec<_> = counts.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
    println!("{guest}: {}", counts.join(", "));
}

/// What became of a record in an instance, or of one on which the instance was lost.
type Fate = Result<&'static str, &'static str>;

/// Asserts that an instance has less memory than the most that is tried, which suffices for everything.
#[track_caller]
fn assert_is_short(pages: u64, said: &str) {
    assert!(pages < *PAGES.last().unwrap(), "{said}");
}

/// Gives an instance all records, with short ones between them, under each memory limit, and counts the outcomes.
/// `start` returns `None` if memory does not suffice. A lost instance is replaced.
fn try_limits<H>(
    module: &[u8],
    start: impl Fn(&Guest) -> Option<H>,
    give: impl Fn(&mut H, &[u8], u64) -> Fate,
) -> Counts {
    let (guest, records) = (Guest::new(module, false).unwrap(), records());
    let mut counts = Counts::new();
    for pages in PAGES {
        let guest = guest.with_pages(pages);
        let mut host = start(&guest);
        for record in records.iter().flat_map(|record| [&record[..], SHORT]) {
            let Some(running) = &mut host else {
                assert_is_short(pages, "no instance starts");
                *counts.entry("instances that do not start").or_default() += 1;
                break;
            };
            let outcome = give(running, record, pages).unwrap_or_else(|lost| {
                host = start(&guest);
                lost
            });
            *counts.entry(outcome).or_default() += 1;
        }
    }
    counts
}

/// As [`try_limits`], for a module into which each configuration is baked.
fn try_baked<H>(
    path: &str,
    start: impl Fn(&Guest) -> Option<H>,
    give: impl Fn(&mut H, &str, &[u8], u64) -> Fate,
) -> Counts {
    let mut all = Counts::new();
    for config in CONFIGS {
        let mut module = fs::read(path).unwrap();
        bake(&mut module, config).unwrap();
        let counts = try_limits(&module, &start, |host, record, pages| give(host, config, record, pages));
        print(config, &counts);
        counts.into_iter().for_each(|(outcome, count)| *all.entry(outcome).or_default() += count);
    }
    all
}

/// What became of a record, if that is what becomes of it natively: `answer` has its line, or why there is none.
/// Otherwise there has to be too little memory for it.
fn as_natively(config: &str, record: &[u8], pages: u64, answer: Result<&[u8], &str>) -> Option<&'static str> {
    match (answer, native(config, record)) {
        (Ok(found), Ok(line)) => {
            assert!(found == line, "{pages} pages: {}", found.escape_ascii());
            Some("lines")
        }
        (Err(said), Err(expected)) if said == expected => Some("rejected, as with more memory"),
        (Err(said), _) => {
            assert_is_short(pages, said);
            None
        }
        (Ok(found), Err(expected)) => panic!("{pages} pages: {}, not {expected}", found.escape_ascii()),
    }
}

/// Asserts that there is too little memory for the transform of this record.
fn assert_has_no_room(said: &str, record: &[u8], pages: u64) {
    let expected = format!("too-long: expected enough memory to transform {} bytes, found too little", record.len());
    assert!((record.len() > SHORT.len() || pages < 16) && said == expected, "{pages} pages: {said}");
}

/// Fluent Bit loses a record on which the module traps, and goes on with the instance. So it never traps, once it has
/// answered.
#[test]
fn fluent_bit_loses_no_record_for_want_of_memory() {
    let start = |guest: &Guest| {
        let mut host = FluentBit::of(guest).unwrap();
        let function = host.function("transform").unwrap();
        host.filter(&function, RECEIVED, SHORT).ok().map(|_| (host, function))
    };
    let counts = try_baked(fluent_bit::PATH, start, |(host, function), config, record, pages| {
        let answer = host.filter(function, RECEIVED, record);
        let answer = answer.unwrap_or_else(|error| panic!("{config}, {pages} pages, {} bytes: {error}", record.len()));
        let answer: Value = serde_json::from_slice(&answer.unwrap()).unwrap();
        // How much of the record there is comes after why.
        let said =
            answer.get("siem_error").map(|error| error.as_str().unwrap().split("; `log` holds ").next().unwrap());
        let answered = said.map_or_else(|| Ok(answer["message"].as_str().unwrap().as_bytes()), Err);
        if let Some(fate) = as_natively(config, record, pages, answered) {
            return Ok(fate);
        }
        let said = said.unwrap();
        if said == "not-one: expected a record, found none, as there was no memory for it" {
            return Ok("answered without the record, which the host had no memory for");
        }
        assert_has_no_room(said, record, pages);
        Ok(match answer.get("log").and_then(Value::as_str) {
            Some(log) if log.len() < record.len() => "handed back with their beginning",
            _ => "handed back whole",
        })
    });
    print("Fluent Bit", &counts);
    assert!(counts["handed back whole"] > 100, "{counts:?}");
}

/// Redpanda Connect fails a batch on which the module traps, and goes on with the instance. A message that there is no
/// room for gets an error of the host's.
#[test]
fn redpanda_connect_changes_no_message_for_want_of_memory() {
    let process = |host: &mut RedpandaConnect, record: &[u8]| {
        let metadata = BTreeMap::from([("siem_received".to_owned(), RECEIVED.to_string())]);
        host.process(Message { bytes: record.to_vec(), metadata, error: None })
    };
    let start = |guest: &Guest| {
        let mut host = RedpandaConnect::of(guest).unwrap();
        process(&mut host, SHORT).ok().map(|_| host)
    };
    let counts = try_baked(redpanda_connect::PATH, start, |host, config, record, pages| {
        let message = process(host, record);
        let Message { bytes, metadata, error } =
            message.unwrap_or_else(|error| panic!("{config}, {pages} pages, {} bytes: {error}", record.len()));
        let said = metadata.get("siem_error").map(|text| format!("{}: {text}", metadata["siem_reason"]));
        assert!(said.is_some() || error.is_none(), "{error:?}");
        if let Some(fate) = as_natively(config, record, pages, said.as_deref().map_or(Ok(&*bytes), Err)) {
            return Ok(fate);
        }
        let said = said.unwrap();
        assert!(bytes == *record, "{pages} pages: {said}");
        if error.is_some() {
            assert!(said.ends_with("as there was no memory for it"), "{said}");
            return Ok("handed back by the host, which had no memory for them");
        }
        assert_has_no_room(&said, record, pages);
        Ok("handed back whole")
    });
    print("Redpanda Connect", &counts);
    assert!(counts["handed back whole"] > 100, "{counts:?}");
}

/// Envoy answers a request itself on which the module traps, and makes another instance: what passes has been transformed.
#[test]
fn envoy_passes_nothing_on_for_want_of_memory() {
    let start = |guest: &Guest| {
        let mut host = Envoy::new(guest, "{}").ok()?.unwrap();
        host.set_time(RECEIVED);
        Some(host)
    };
    let module = fs::read(envoy::PATH).unwrap();
    let counts = try_limits(&module, start, |host, record, pages| match host.post(record) {
        Ok(Outcome::Passed(body)) => {
            // The others are objects with what was rejected.
            let lines = body.split_inclusive(|byte| *byte == b'\n').filter(|line| line.starts_with(b"CEF:"));
            assert!(lines.eq(lines_of(&transformed(record))), "{pages} pages");
            Ok("passed, as with more memory")
        }
        Ok(Outcome::Answered(500, why)) => {
            assert!(why.starts_with("expected a body of "), "{why}");
            assert_is_short(pages, &why);
            Ok("answered by the module")
        }
        Ok(other) => panic!("{pages} pages: {other:?}"),
        Err(error) => {
            assert!(error.is::<Trap>(), "{error:?}");
            assert_is_short(pages, &error.to_string());
            Err("answered by Envoy")
        }
    });
    print("Envoy", &counts);
    assert!(counts["answered by Envoy"] > 20, "{counts:?}");
}

/// An embedder of the module with functions of C makes another instance when one traps.
#[test]
fn functions_of_c_answer_or_trap_for_want_of_memory() {
    let start = |guest: &Guest| {
        let mut host = Embedder::of(guest).unwrap();
        host.write(b"{}").and_then(|()| host.call("siem_make", ())).ok().map(|transformer| (host, transformer))
    };
    let module = fs::read(embedder::PATH).unwrap();
    let counts = try_limits(&module, start, |(host, transformer), record, pages| {
        if let Err(error) = host.write(record) {
            // The instance can be used as before.
            assert!(!error.is::<Trap>(), "{error:?}");
            assert_is_short(pages, &error.to_string());
            return Ok("that there is no room for");
        }
        let at = host.call("siem_batch", (*transformer, RECEIVED as i64)).map_err(|error| {
            assert!(error.is::<Trap>(), "{error:?}");
            assert_is_short(pages, &error.to_string());
            "traps"
        })?;
        assert_ne!(at, 0, "{pages} pages");
        // It begins with where the lines are, and how long.
        let word = |at: u32| u32::from_le_bytes(*host.memory()[at as usize..].first_chunk().unwrap());
        let (start, length) = (word(at) as usize, word(at + 4) as usize);
        assert!(host.memory()[start..start + length] == transformed(record).lines, "{pages} pages");
        Ok("answers, as with more memory")
    });
    print("functions of C", &counts);
    assert!(counts["traps"] > 20, "{counts:?}");
}

/// The host for wasmtime rejects what the component has no memory or time for, and nothing else, whenever that ends.
#[test]
fn the_component_costs_only_what_there_is_no_memory_for() {
    let (bytes, records) = (fs::read(component::PATH).unwrap(), records());
    // Some are several records.
    let is_one = |record: &Vec<u8>| !native("{}", record).is_err_and(|error| error.starts_with("not-one"));
    let records: Vec<_> = records.into_iter().filter(is_one).collect();
    let batch: Vec<u8> =
        records.iter().flat_map(|record| [record, &b"\n"[..], SHORT, b"\n"]).flatten().copied().collect();
    let expected = transformed(&batch);
    let total = expected.written + expected.rejections.len() as u64;
    let compiled = Compiled::new(&bytes, None).unwrap();
    let mut counts = Counts::new();
    let sizes: Vec<_> = (16..=64).chain((72..=512).step_by(40)).collect();
    for &pages in &sizes {
        // The last suffices for everything.
        let assert_is_short = |said: &str| assert!(pages < *sizes.last().unwrap(), "{said}");
        let limits = Limits { memory: pages << 16, deadline: Duration::from_secs(60), instances: u32::MAX };
        let mut worker = match compiled.worker("{}", limits) {
            Ok(worker) => worker,
            Err(error) => {
                assert_is_short(&error.to_string());
                *counts.entry("instances that do not start").or_default() += 1;
                continue;
            }
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
                    Reason::Host(fault @ Fault::OutOfMemory { .. }) => {
                        assert_is_short(&fault.to_string());
                        "rejected for want of memory"
                    }
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

/// Calls are interrupted anywhere: of a batch, those records are missing that were interrupted alone, on an instance of
/// their own, and from some record on all, if no instance can be made for it in time.
#[test]
fn the_component_costs_only_what_there_is_no_time_for() {
    /// Ends the clock, also when an assertion fails.
    struct Over<'a>(&'a AtomicBool);
    impl Drop for Over<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    let engine = Engine::new(wasmtime::Config::new().epoch_interruption(true)).unwrap();
    let compiled = Compiled::with(&engine, &fs::read(component::PATH).unwrap(), None).unwrap();
    let expected = transformed(DAY.as_bytes());
    let all: Vec<_> = lines_of(&expected).collect();
    let total = expected.written + expected.rejections.len() as u64;
    let rejected: Vec<_> = expected.rejections.iter().map(|rejection| rejection.index).collect();
    // From 0.1 to 13 ms, by turns.
    let (is_over, micros) = (AtomicBool::new(false), AtomicU64::new(100));
    let (mut runs, mut lost, mut lines, mut late, mut untried) = (0, 0, 0, 0, 0);
    thread::scope(|scope| {
        let _over = Over(&is_over);
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                engine.increment_epoch();
                thread::sleep(Duration::from_micros(micros.load(Ordering::Relaxed)));
            }
        });
        for round in 0..2000 {
            micros.store(100 << (round % 8), Ordering::Relaxed);
            // Each call ends with the first or second tick.
            let limits = Limits { deadline: Duration::ZERO, instances: u32::MAX, ..Limits::default() };
            let Ok(mut worker) = compiled.worker("{}", limits) else { continue };
            let found = worker.transform(&DAY.as_bytes().into(), Some(RECEIVED));
            assert_eq!(found.written + found.rejections.len() as u64, total);
            let has = |is: fn(&Reason) -> bool| -> Vec<_> {
                found.rejections.iter().filter(|it| is(&it.reason)).map(|it| it.index).collect()
            };
            let interrupted = has(|reason| matches!(reason, Reason::Host(Fault::Deadline(_))));
            let without_instance = has(|reason| matches!(reason, Reason::Host(Fault::NoInstance(_))));
            let first = without_instance.first().copied().unwrap_or(total);
            assert!(without_instance.iter().copied().eq(first..total), "{without_instance:?}");
            assert!(interrupted.is_sorted_by(|one, next| one < next) && interrupted.iter().all(|index| *index < first));
            let missing: BTreeSet<_> = interrupted.iter().chain(&without_instance).collect();
            // All others are as with more time.
            let others = found.rejections.iter().filter(|it| matches!(it.reason, Reason::Component(_)));
            let natively = rejected.iter().filter(|index| !missing.contains(index));
            assert!(others.map(|it| &it.index).eq(natively));
            let written = (0..total).filter(|index| !rejected.contains(index));
            let kept = written.zip(&all).filter(|(index, _)| !missing.contains(index)).map(|(_, line)| *line);
            assert!(kept.eq(found.lines.split_inclusive(|byte| *byte == b'\n')));
            runs += 1;
            lost += found.instances_lost;
            lines += found.written;
            late += interrupted.len();
            untried += without_instance.len();
            // However busy the machine is: some of each.
            if runs >= 100 && lost >= 100 && late > 0 && untried > 0 {
                break;
            }
        }
    });
    println!("the component, interrupted: {runs} batches, {lost} instances lost, {lines} lines");
    println!("handed back: {late} interrupted, {untried} without an instance");
    assert!(lost > 0 && lines > 0 && late > 0 && untried > 0);
}

/// A host that goes on with an instance that has trapped finds it as it was at the beginning.
#[test]
fn modules_go_on_after_a_trap() {
    let mut host = FluentBit::new(&fs::read(fluent_bit::PATH).unwrap(), false).unwrap();
    let function = host.function("cef").unwrap();
    // Not even an instance's first buffers fit.
    host.limit_memory(host.memory_size());
    assert!(host.filter(&function, RECEIVED, SHORT).is_err());
    host.limit_memory(64 << 20);
    let answer: Value = serde_json::from_slice(&host.filter(&function, RECEIVED, SHORT).unwrap().unwrap()).unwrap();
    assert_eq!(answer["message"].as_str().unwrap().as_bytes(), native("{}", SHORT).unwrap());
}
