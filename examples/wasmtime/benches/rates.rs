//! The filter as a process, with one and two threads, beside the native filter, and how long it takes
//! to start.
//!
//! `cargo bench --bench rates` prints both. They take turns, so that what
//! slows the machine slows each of them; the median of the rounds is shown.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use host_tests::DAY;
use host_tests::component::PATH;

const CONFIG: &str = r#"{"timezone": "-03:00"}"#;

fn main() {
    // `cargo test --benches` wants to see that it works, not how fast.
    let (rounds, days) = if env::args().any(|argument| argument == "--bench") { (9, 2000) } else { (1, 5) };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let native = guests::build_native(folder.parent().unwrap(), "release").unwrap();
    let wasmtime = Path::new(env!("CARGO_BIN_EXE_example-wasmtime"));
    let (cache, input, empty) = (folder.join("rates-cache"), folder.join("rates.ndjson"), folder.join("rates-empty"));
    let _ = fs::remove_dir_all(&cache);
    fs::write(&input, DAY.repeat(days)).unwrap();
    fs::write(&empty, "").unwrap();

    let host = |arguments: &[&str], input: &Path| {
        let mut command = Command::new(wasmtime);
        command.args([PATH, CONFIG, "--rejects", "/dev/null"]).args(arguments).arg(input);
        command
    };
    let cached = ["--cache", cache.to_str().unwrap()];
    let threads = |count| host(&[&cached[..], &["--threads", count]].concat(), &input);
    let filter = || {
        let mut command = Command::new(&native);
        command.args(["--threads=1", "--timezone=-03:00", "--rejects", "/dev/null"]).arg(&input);
        command
    };
    let contestants: [(&str, &dyn Fn() -> Command); 6] = [
        ("native filter, 1 thread", &filter),
        ("component, 1 thread", &|| threads("1")),
        ("component, 2 threads", &|| threads("2")),
        ("component, 1 thread, no deadline", &|| host(&[&cached[..], &["--deadline", "0"]].concat(), &input)),
        ("start, compiling", &|| host(&[], &empty)),
        ("start, from the cache", &|| host(&cached, &empty)),
    ];
    let mut times = contestants.map(|_| Vec::new());
    // The first round fills caches.
    for round in 0..=rounds {
        for ((_, command), times) in contestants.iter().zip(&mut times) {
            let start = Instant::now();
            let status = command().stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
            let time = start.elapsed();
            assert!(status.code().is_some_and(|code| code <= 1), "{status}");
            if round > 0 {
                times.push(time);
            }
        }
    }
    fs::remove_file(&input).unwrap();
    let medians = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    let records = (DAY.lines().count() * days) as f64;
    println!("| | records/s | |\n|---|---:|---:|");
    for ((name, _), time) in contestants[..4].iter().zip(medians) {
        println!(
            "| {name} | {:.0} | {:.2} |",
            records / time.as_secs_f64(),
            medians[0].as_secs_f64() / time.as_secs_f64()
        );
    }
    println!("\n| | ms |\n|---|---:|");
    for ((name, _), time) in contestants[4..].iter().zip(&medians[4..]) {
        println!("| {name} | {:.1} |", millis(*time));
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
