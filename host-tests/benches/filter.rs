//! The filter as a process, native and for WASI: how long a line takes to come out, and how fast
//! and in how much memory 2 GB of records pass; then how fast one thread and several convert files.
//!
//! `cargo bench --package host-tests --bench filter` prints all. The memory is what the kernel
//! says the process had at most, for WASI with wasmtime in it; Linux says it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use flate2::Compression;
use flate2::write::GzEncoder;
use host_tests::{DAY, command};

/// How many records wait for their line, one after the other.
const RECORDS: usize = 1000;

fn main() {
    // `cargo test --benches` wants to see that it works, not how fast.
    let bytes = if env::args().any(|argument| argument == "--bench") { 2_000_000_000 } else { 2_000_000 };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let native = guests::build_native(target, "release").unwrap();
    let wasi = Path::new(env!("CARGO_BIN_EXE_wasi"));
    println!("| | line comes out after, median | at most | records/s | MB/s | memory, MB |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (name, program, arguments) in [("native", &*native, &[][..]), ("WASI", wasi, &[command::PATH])] {
        let start = || {
            let mut process = Command::new(program);
            process.args(arguments).args(["--rejects", "rejected.ndjson"]).current_dir(env!("CARGO_TARGET_TMPDIR"));
            process.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
        };
        let [median, longest] = wait(start());
        let (seconds, memory) = pass(start(), bytes);
        let records = DAY.lines().count() as f64 * bytes as f64 / DAY.len() as f64;
        println!(
            "| {name} | {median:.1?} | {longest:.1?} | {:.0} | {:.0} | {:.1} |",
            records / seconds,
            bytes as f64 / seconds / 1e6,
            memory / 1e3
        );
    }
    files(&native, bytes / 2);
}

/// Lets one thread and several take turns with files of so many bytes of records.
fn files(native: &Path, bytes: usize) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let [plain, gzip] = ["filter-bench.ndjson", "filter-bench.ndjson.gz"].map(|name| folder.join(name));
    let times = 1 + bytes / DAY.len();
    let mut encoder = GzEncoder::new(File::create(&gzip).unwrap(), Compression::fast());
    let mut file = File::create(&plain).unwrap();
    for _ in 0..times {
        encoder.write_all(DAY.as_bytes()).unwrap();
        file.write_all(DAY.as_bytes()).unwrap();
    }
    encoder.finish().unwrap();
    let records = (times * DAY.lines().count()) as f64;
    let all = thread::available_parallelism().unwrap().get().to_string();
    let mut runs: Vec<_> = [&plain, &gzip]
        .iter()
        .flat_map(|file| ["1", &all].map(|threads| (*file, threads, Vec::new(), f64::NAN)))
        .collect();
    for _ in 0..5 {
        for (file, threads, seconds, memory) in &mut runs {
            let start = Instant::now();
            let mut process = Command::new(native);
            process.args(["--threads", threads, "--rejects", "/dev/null"]).arg(file).stdout(Stdio::null());
            let mut process = process.spawn().unwrap();
            while process.try_wait().unwrap().is_none() {
                *memory = memory_of(&process).max(*memory);
                thread::sleep(Duration::from_millis(5));
            }
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    println!(
        "\n| a file of {} MB | threads | records/s | memory, MB |\n|---|---:|---:|---:|",
        times * DAY.len() / 1_000_000
    );
    for (file, threads, mut seconds, memory) in runs {
        seconds.sort_by(f64::total_cmp);
        let kind = if file == &plain { "plain" } else { "gzip" };
        println!("| {kind} | {threads} | {:.0} | {:.1} |", records / seconds[seconds.len() / 2], memory / 1e3);
    }
    for file in [plain, gzip] {
        fs::remove_file(file).unwrap();
    }
}

/// Returns how many kB of memory a process had at most, so far.
fn memory_of(process: &Child) -> f64 {
    tools::peak_memory(process.id()).map_or(f64::NAN, |bytes| bytes as f64 / 1024.0)
}

/// Writes records one by one, each when the line of the one before is there.
fn wait(mut process: Child) -> [Duration; 2] {
    let mut stdin = process.stdin.take().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut times = Vec::new();
    for record in DAY.lines().filter(|record| record.contains("\"suser\"")).cycle().take(RECORDS) {
        let start = Instant::now();
        writeln!(stdin, "{record}").unwrap();
        lines.next().unwrap().unwrap();
        times.push(start.elapsed());
    }
    drop(stdin);
    process.wait().unwrap();
    // The first one waits for the process to start.
    times.remove(0);
    times.sort();
    [times[times.len() / 2], times[times.len() - 1]]
}

/// Writes so many bytes of records. Answers how many seconds it took, and how many kB of memory the
/// process had at most.
fn pass(mut process: Child, bytes: usize) -> (f64, f64) {
    let mut stdin = process.stdin.take().unwrap();
    let mut lines = process.stdout.take().unwrap();
    let reader = thread::spawn(move || {
        let mut buffer = vec![0; 1 << 20];
        while lines.read(&mut buffer).unwrap() > 0 {}
    });
    let start = Instant::now();
    let mut left = bytes;
    while left > 0 {
        let length = left.min(DAY.len());
        stdin.write_all(&DAY.as_bytes()[..length]).unwrap();
        left -= length;
    }
    let memory = memory_of(&process);
    drop(stdin);
    reader.join().unwrap();
    process.wait().unwrap();
    (start.elapsed().as_secs_f64(), memory)
}
