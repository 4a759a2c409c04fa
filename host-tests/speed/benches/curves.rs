//! Prints what a byte of input costs as records grow: a column that rises is a cost that is not linear.
//!
//! `cargo bench --manifest-path host-tests/speed/Cargo.toml --bench curves`
//!
//! `cargo test` takes one turn of each.

use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{env, fs};

use senhasegura_siem::{Config, Output, Transformer};
use speed::Result;

#[path = "../../src/growth.rs"]
mod growth;

use growth::{CURVES, Curve, LARGE};

const ROUNDS: usize = 9;
const TURN: Duration = Duration::from_millis(10);
const FORMATS: [&str; 3] = ["cef", "rfc5424", "sensage"];

/// Records are repeated until a batch is as long as this.
const BATCH: usize = 128 << 10;

fn main() -> Result<()> {
    let rounds = if env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    println!("Nanoseconds a byte of input, median of {rounds} rounds.");
    for Curve { name, options, sizes, record } in CURVES {
        let inputs = sizes.iter().map(|size| {
            let record = record(*size) + "\n";
            (*size, record.repeat((BATCH / record.len()).max(1)), record.len())
        });
        show(name, options, inputs.collect(), rounds)?;
    }
    let day = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/day.ndjson"))?;
    let day: Vec<&str> = day.split_inclusive('\n').collect();
    let batches = [1, 4, 16, 64, 256, 1024, 4096].map(|size| {
        let batch: String = day.iter().copied().cycle().take(size).collect();
        let length = batch.len();
        (size, batch, length)
    });
    show("records of the example stream in a batch", LARGE, batches.into(), rounds)
}

/// Measures inputs in turns, each with its size and its length.
fn show(name: &str, options: &str, inputs: Vec<(usize, String, usize)>, rounds: usize) -> Result<()> {
    let mut costs = vec![[const { Vec::new() }; FORMATS.len()]; inputs.len()];
    let mut output = Output::default();
    let mut transformers = Vec::new();
    for format in FORMATS {
        transformers.push(Transformer::new(Config::from_json(&format!(r#"{{"format": "{format}", {options}}}"#))?));
    }
    for _ in 0..rounds {
        for ((_, batch, _), costs) in inputs.iter().zip(&mut costs) {
            for (transformer, costs) in transformers.iter_mut().zip(costs) {
                let (start, mut passes) = (Instant::now(), 0);
                while passes == 0 || (rounds > 1 && start.elapsed() < TURN) {
                    transformer.transform(black_box(batch.as_bytes()), None, &mut output);
                    passes += 1;
                }
                costs.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(passes) / batch.len() as f64);
            }
        }
    }
    println!("\n| {name} | bytes | CEF | RFC 5424 | Sensage |\n|---:|---:|---:|---:|---:|");
    for ((size, _, length), costs) in inputs.iter().zip(&mut costs) {
        let medians = costs.each_mut().map(|costs| {
            costs.sort_by(f64::total_cmp);
            format!("{:.2}", costs.get(costs.len() / 2).copied().unwrap_or_default())
        });
        println!("| {size} | {length} | {} |", medians.join(" | "));
    }
    Ok(())
}
