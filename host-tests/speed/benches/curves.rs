//! Prints what a byte of input costs as records grow: a column that rises is a cost that is not linear.
//!
//! `cargo bench --manifest-path host-tests/speed/Cargo.toml --bench curves`
//!
//! `cargo test` takes one turn of each.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{env, fs};

use senhasegura_siem::{Config, Output, Transformer};
use serde_json::Value;
use speed::Result;

const ROUNDS: usize = 9;
const TURN: Duration = Duration::from_millis(10);
const FORMATS: [&str; 3] = ["cef", "rfc5424", "sensage"];

/// Records are repeated until a batch is as long as this.
const BATCH: usize = 128 << 10;

/// Everything as large as it can be.
const LARGE: &str = r#""max_bytes": 67108864, "max_record_bytes": 67108864, "max_fields": 1024, "max_depth": 128"#;

/// Records of one shape, of sizes that grow.
struct Curve {
    name: &'static str,
    options: &'static str,
    sizes: &'static [usize],
    record: fn(usize) -> String,
}

const LENGTHS: &[usize] = &[100, 1_000, 10_000, 100_000, 1_000_000];
const FIELDS: &[usize] = &[1, 4, 16, 64, 256, 1000];
const SHARES: &[usize] = &[0, 1, 10, 50, 100];
const DEPTHS: &[usize] = &[2, 8, 32, 126];

const CURVES: &[Curve] = &[
    Curve { name: "bytes of plain text", options: LARGE, sizes: LENGTHS, record: |size| text(size, |_| "a") },
    Curve {
        name: "bytes of plain text, cut to `max_bytes` of 8,192",
        options: r#""max_record_bytes": 67108864"#,
        sizes: LENGTHS,
        record: |size| text(size, |_| "a"),
    },
    Curve {
        name: "bytes of text that is not ASCII",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| text(size, |_| "é"),
    },
    Curve { name: "bytes of backslashes", options: LARGE, sizes: LENGTHS, record: |size| text(size, |_| r"\\") },
    Curve {
        name: "bytes of equals signs, cut to `max_bytes` of 8,192",
        options: r#""max_record_bytes": 67108864"#,
        sizes: LENGTHS,
        record: |size| text(size, |_| "="),
    },
    Curve { name: "bytes of `\\u0000`", options: LARGE, sizes: LENGTHS, record: |size| text(size, |_| r"\u0000") },
    Curve { name: "bytes of line breaks", options: LARGE, sizes: LENGTHS, record: |size| text(size, |_| r"\n") },
    Curve {
        name: "% of `=` in 4,000 bytes",
        options: LARGE,
        sizes: SHARES,
        record: |share| text(4000, move |place| if place * 61 % 100 < share { "=" } else { "a" }),
    },
    Curve {
        name: "% of `\\u00e9` in 4,000 bytes",
        options: LARGE,
        sizes: SHARES,
        record: |share| text(4000, move |place| if place * 61 % 100 < share { r"\u00e9" } else { "a" }),
    },
    Curve {
        name: "fields with names of their own",
        options: LARGE,
        sizes: FIELDS,
        record: |size| fields(size, |i| format!("field{i}")),
    },
    Curve {
        name: "fields with one name",
        options: LARGE,
        sizes: FIELDS,
        record: |size| fields(size, |_| "suser".into()),
    },
    Curve {
        name: "fields with odd names",
        options: LARGE,
        sizes: FIELDS,
        record: |size| fields(size, |i| format!("ø #{i}\\\" =")),
    },
    Curve {
        name: "fields with names that become one",
        options: LARGE,
        sizes: FIELDS,
        // A sign that no key can have, at another place in each.
        record: |size| {
            fields(size, |i| {
                let signs = (0..10).map(|bit| if i >> bit & 1 == 1 { '#' } else { '/' });
                signs.collect()
            })
        },
    },
    Curve {
        name: "fields with long names",
        options: LARGE,
        sizes: FIELDS,
        record: |size| fields(size, |i| format!("{}{i}", "n".repeat(1000))),
    },
    Curve {
        name: "fields of which most are dropped for `max_bytes` of 8,192",
        options: r#""max_fields": 1024"#,
        sizes: FIELDS,
        record: |size| fields(size, |i| format!("field{i}{}", "n".repeat(40))),
    },
    Curve { name: "levels of arrays", options: LARGE, sizes: DEPTHS, record: |depth| nested(depth, "[", "]") },
    Curve { name: "levels of objects", options: LARGE, sizes: DEPTHS, record: |depth| nested(depth, r#"{"a":"#, "}") },
    Curve {
        name: "bytes of a text that never ends",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| {
            let mut record = text(size, |_| "a");
            record.truncate(record.len() - 2);
            record
        },
    },
    Curve {
        name: "bytes of brackets that are never closed",
        options: LARGE,
        sizes: LENGTHS,
        record: |size| "[".repeat(size),
    },
];

const START: &str =
    r#"{"event_id":"17","event_name":"Session Ended","time":"2026-03-04T09:15:00-03:00","host":"vault01""#;

fn text(size: usize, sign: impl Fn(usize) -> &'static str) -> String {
    let mut record = format!(r#"{START},"msg":""#);
    let mut place = 0;
    while record.len() < size {
        record += sign(place);
        place += 1;
    }
    record + "\"}"
}

fn fields(count: usize, name: impl Fn(usize) -> String) -> String {
    let mut record = START.to_owned();
    for field in 0..count {
        let _ = write!(record, ",{}:\"a value {field}\"", Value::from(name(field)));
    }
    record + "}"
}

fn nested(depth: usize, open: &str, close: &str) -> String {
    format!(r#"{START},"deep":{}1{}}}"#, open.repeat(depth - 1), close.repeat(depth - 1))
}

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
