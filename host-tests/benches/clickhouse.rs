//! Rows a second in ClickHouse: on one core, the functions of the module beside CEF that is put together in SQL;
//! then `senhasegura_siem` by rows a call and threads.
//!
//! `cargo bench --package host-tests --bench clickhouse`
//!
//! The former take turns, so that what slows the machine slows each of them; the median of the rounds is shown.

#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::time::Instant;
use std::{env, fs};

use host_tests::DAY;
use host_tests::clickhouse::{self, ClickHouse};

const ROUNDS: usize = 5;

/// The stream, so many times.
const TIMES: u64 = 3000;

/// As a user might write it: the header of these records, the fields that they have most, no escapes.
const IN_SQL: &str = "concat('CEF:0|MT4|senhasegura|', JSONExtractString(record, 'version'), '|', JSONExtractString(record, 'event_id'), '|', \
     JSONExtractString(record, 'event_name'), '|5|rt=', JSONExtractString(record, 'time'), \
     ' dvchost=', JSONExtractString(record, 'host'), ' suid=', JSONExtractString(record, 'suid'), \
     ' suser=', JSONExtractString(record, 'suser'), ' src=', JSONExtractString(record, 'src'), \
     ' dst=', JSONExtractString(record, 'dst'), ' msg=', JSONExtractString(record, 'msg'))";

fn main() {
    // `cargo test --benches` wants to see that it works, not how fast.
    let (rounds, times) = if env::args().any(|argument| argument == "--bench") { (ROUNDS, TIMES) } else { (1, 10) };
    let mut engine = ClickHouse::in_folder("clickhouse-bench").expect("an engine");
    let functions = fs::read_to_string(guests::root().join("examples/clickhouse/functions.sql")).expect("the example");
    engine.run_file(&functions).expect("functions");
    fs::write(engine.folder().join("day.ndjson"), DAY).expect("the records");
    let mut run = |sql: &str| engine.run(sql).expect("a result");
    run("CREATE TABLE records (record String) ENGINE = Memory");
    run(&format!(
        "INSERT INTO records SELECT line FROM file('day.ndjson', 'LineAsString', 'line String') AS stream CROSS JOIN numbers({times}) AS times"
    ));
    let rows: u64 = run("SELECT count() FROM records").trim().parse().expect("a number");
    let siem = r#"senhasegura_siem(record, '{"timezone": "-03:00"}', toDateTime64(0, 3)).line"#;
    let contestants = [
        ("`JSONExtract` and `concat`", IN_SQL),
        ("`senhasegura_siem`", siem),
        ("`senhasegura_line`", "senhasegura_line(record)"),
    ];
    // Threads share a table part by part: with large ones, one would end long before the other.
    run("CREATE TABLE stored (record String) ENGINE = MergeTree ORDER BY tuple()");
    run("INSERT INTO stored SELECT record FROM records");
    let mut time = |select: &str| {
        let start = Instant::now();
        run(select);
        start.elapsed().as_secs_f64()
    };
    let mut seconds = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        for ((_, expression), seconds) in contestants.iter().zip(&mut seconds) {
            seconds.push(time(&format!("SELECT sum(length({expression})) FROM records SETTINGS max_threads = 1")));
        }
    }
    println!("{rows} rows, {} bytes each on average, median of {rounds} rounds\n", DAY.len() / DAY.lines().count());
    println!("| | rows/s | ratio |\n|---|---:|---:|");
    // Rows a second, in the median round.
    let rate = |mut seconds: Vec<f64>| {
        seconds.sort_by(f64::total_cmp);
        rows as f64 / seconds[seconds.len() / 2]
    };
    let rates = seconds.map(rate);
    for ((name, _), rate) in contestants.iter().zip(rates) {
        println!("| {name} | {rate:.0} | {:.2} |", rate / rates[0]);
    }
    println!("\n| threads | rows a call at most | rows/s |\n|---:|---:|---:|");
    for (threads, rows_max) in [(1, 10), (1, 100), (1, 1000), (1, 10_000), (2, 100), (2, 1000), (2, 10_000)] {
        let select = format!(
            "SELECT sum(length({siem})) FROM stored SETTINGS max_threads = {threads}, \
             merge_tree_min_rows_for_concurrent_read = 8192, merge_tree_min_bytes_for_concurrent_read = 0, \
             webassembly_udf_max_input_block_size = {rows_max}"
        );
        println!("| {threads} | {rows_max} | {:.0} |", rate((0..rounds).map(|_| time(&select)).collect()));
    }
    println!("\nmodule: {} bytes", fs::metadata(clickhouse::PATH).expect("the module").len());
}
