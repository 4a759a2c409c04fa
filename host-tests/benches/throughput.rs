//! Records a second: the native transform and the component under wasmtime, beside `serde_json`
//! reading the same records into `Value`s and doing nothing else.
//!
//! `cargo bench --package host-tests`
//!
//! All are timed in turns in one run, so that what slows the machine slows each of them; the median
//! of the rounds is shown. Every output is compared with the native one, outside of the time taken.

#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::cell::RefCell;
use std::env;
use std::hint::black_box;
use std::time::{Duration, Instant};

use host_tests::DAY;
use host_tests::component::Compiled;
use senhasegura_siem::{Config, Output, Transformer};
use serde_json::Value;

const ROUNDS: usize = 41;
const RUNS: u32 = 25;
const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

/// Converts, or parses, the whole stream, appends the lines and answers the time that it took
/// without that.
type Contestant<'a> = Box<dyn FnMut(&mut Vec<u8>) -> Duration + 'a>;

fn main() {
    // `cargo test --benches` wants to see that it works, not how fast.
    let rounds = if env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    // All of the stream's lines that are JSON: what is not would cost the parsers next to nothing.
    let lines: Vec<&[u8]> = DAY
        .as_bytes()
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
    let mut contestants: Vec<(&str, Contestant<'_>)> = Vec::new();
    contestants.push((
        "serde_json::Value, parsing alone",
        Box::new(|lines_out| {
            let start = Instant::now();
            for line in &lines {
                black_box(serde_json::from_slice::<Value>(black_box(line)).expect("JSON"));
            }
            let elapsed = start.elapsed();
            lines_out.extend_from_slice(&expected);
            elapsed
        }),
    ));
    contestants.push((
        "native, batches of 128",
        Box::new(|lines_out| {
            let each = large.iter().map(|batch| {
                let start = Instant::now();
                transformer.transform(black_box(batch), None, &mut output);
                let elapsed = start.elapsed();
                lines_out.extend_from_slice(&output.lines);
                elapsed
            });
            each.sum()
        }),
    ));
    for (name, batches) in [
        ("component, batches of 1", &single),
        ("component, batches of 16", &small),
        ("component, batches of 128", &large),
    ] {
        let host = &host;
        contestants.push((
            name,
            Box::new(move |lines_out| {
                let mut host = host.borrow_mut();
                let each = batches.iter().map(|batch| {
                    let start = Instant::now();
                    let output = host.transform(black_box(batch), None).expect("no trap");
                    let elapsed = start.elapsed();
                    lines_out.extend_from_slice(&output.lines);
                    elapsed
                });
                each.sum()
            }),
        ));
    }

    let mut times = vec![Vec::new(); contestants.len()];
    let mut lines_out = Vec::new();
    for _ in 0..rounds {
        for (place, (_, run)) in contestants.iter_mut().enumerate() {
            let mut time = Duration::ZERO;
            // Often enough for the processor to forget the contestant before.
            for _ in 0..RUNS {
                lines_out.clear();
                time += run(&mut lines_out);
                assert!(lines_out == expected);
            }
            times[place].push(time / RUNS);
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
