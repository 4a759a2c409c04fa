//! The filter as a process, native and for WASI: how long a line takes to come out, and how fast
//! and in how much memory 2 GB of records pass; then how fast one and two processes read files.
//!
//! `cargo bench --package host-tests --bench filter` prints all. The memory is what the kernel
//! says the process had at most, for WASI with wasmtime in it; Linux says it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

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
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("filter-bench.ndjson");
    fs::write(&file, DAY.repeat(bytes / 4 / DAY.len())).unwrap();
    println!("\n| processes, each with a file of {} MB | records/s |\n|---:|---:|", bytes / 4_000_000);
    for processes in [1, 2] {
        let start = Instant::now();
        let started: Vec<_> = (0..processes)
            .map(|_| {
                let mut process = Command::new(&native);
                process.args(["--rejects", "/dev/null"]).arg(&file).stdout(Stdio::null()).spawn().unwrap()
            })
            .collect();
        for mut process in started {
            process.wait().unwrap();
        }
        let records = DAY.lines().count() * (bytes / 4 / DAY.len()) * processes;
        println!("| {processes} | {:.0} |", records as f64 / start.elapsed().as_secs_f64());
    }
    fs::remove_file(&file).unwrap();
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
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    drop(stdin);
    reader.join().unwrap();
    process.wait().unwrap();
    (start.elapsed().as_secs_f64(), memory.unwrap_or(f64::NAN))
}
