//! Records a second: the native transform and the component under wasmtime, beside `serde_json` reading the same records
//! into `Value`s and doing nothing else.
//!
//! `cargo bench --package host-tests`
//!
//! All are timed in turns in one run, so that what slows the machine slows each of them; the median of the rounds is
//! shown. Every output is compared with the native one, outside of the time taken.

#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{env, fs};

use host_tests::component::Compiled;
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::Value;

const ROUNDS: usize = 41;
const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

/// Converts, or parses, the whole stream.
type Run<'a> = Box<dyn FnMut() + 'a>;

/// The lines that came of it last.
type Lines<'a> = Box<dyn Fn() -> Vec<u8> + 'a>;

fn main() {
    // `cargo test --benches` wants to see that it works, not how fast.
    let rounds = if env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/day.ndjson");
    let stream = fs::read(path).expect("the example stream");
    // All of the stream's lines that are JSON: what is not would cost the parsers next to nothing.
    let lines: Vec<&[u8]> = stream
        .split_inclusive(|&byte| byte == b'\n')
        .filter(|line| serde_json::from_slice::<Value>(line).is_ok())
        .collect();
    let bytes: usize = lines.iter().map(|line| line.len()).sum();
    println!(
        "{} records, {} bytes each on average, median of {rounds} interleaved rounds",
        lines.len(),
        bytes / lines.len()
    );

    let mut transformer = Transformer::new(Config::from_json(CONFIG).expect("a configuration"));
    let mut output = Output::default();
    transformer.transform(&lines.concat(), None, &mut output);
    let expected = output.lines.clone();

    let compiled = Compiled::new(false).expect("a component");
    let host = compiled.host(CONFIG).expect("an instance").expect("a configuration");
    let host = RefCell::new(host);

    let batches = |size: usize| -> Vec<Vec<u8>> { lines.chunks(size).map(<[_]>::concat).collect() };
    let (single, small, large) = (batches(1), batches(16), batches(128));
    let natively = RefCell::new(vec![Output::default(); large.len()]);
    let sizes = [
        ("component, batches of 1", &single),
        ("component, batches of 16", &small),
        ("component, batches of 128", &large),
    ]
    .map(|(name, batches)| (name, batches, RefCell::new(Vec::new())));
    let mut contestants: Vec<(&str, Run<'_>, Lines<'_>)> = Vec::new();
    contestants.push((
        "serde_json::Value, parsing alone",
        Box::new(|| {
            for line in &lines {
                black_box(serde_json::from_slice::<Value>(black_box(line)).expect("JSON"));
            }
        }),
        Box::new(|| expected.clone()),
    ));
    contestants.push((
        "native, batches of 128",
        Box::new(|| {
            for (batch, output) in large.iter().zip(natively.borrow_mut().iter_mut()) {
                transformer.transform(black_box(batch), None, output);
            }
        }),
        Box::new(|| natively.borrow().iter().flat_map(|output| output.lines.clone()).collect()),
    ));
    for (name, batches, outputs) in &sizes {
        let host = &host;
        contestants.push((
            name,
            Box::new(move || {
                let (mut host, mut outputs) = (host.borrow_mut(), outputs.borrow_mut());
                outputs.resize_with(batches.len(), || None);
                for (batch, output) in batches.iter().zip(outputs.iter_mut()) {
                    *output = Some(host.transform(black_box(batch), None).expect("no trap"));
                }
            }),
            Box::new(move || outputs.borrow().iter().flatten().flat_map(|output| output.lines.clone()).collect()),
        ));
    }

    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (place, (_, run, lines)) in contestants.iter_mut().enumerate() {
            let start = Instant::now();
            // Long enough for the processor to forget the contestant before.
            for _ in 0..25 {
                run();
            }
            times[place].push(start.elapsed() / 25);
            assert!(lines() == expected);
        }
    }
    let medians: Vec<Duration> = times
        .iter_mut()
        .map(|times| {
            times.sort();
            times[times.len() / 2]
        })
        .collect();
    println!("{:<34} {:>12} {:>12} {:>8}", "", "records/s", "ns/record", "ratio");
    for ((name, ..), median) in contestants.iter().zip(&medians) {
        let seconds = median.as_secs_f64() / lines.len() as f64;
        let ratio = medians[0].as_secs_f64() / median.as_secs_f64();
        println!("{name:<34} {:>12.0} {:>12.0} {ratio:>8.2}", 1.0 / seconds, seconds * 1e9);
    }
}
