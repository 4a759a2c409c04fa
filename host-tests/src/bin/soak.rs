//! `cargo run --release --bin soak -- [RECORDS [MINUTES]]` converts so many records, for so many minutes at least, by one
//! transformer for each format and by one instance of the component for each, which are never made anew. Half of the
//! records are hostile. It fails if
//!
//! * the component does not give the same lines, rejections and changes as the library;
//! * a fresh transformer does not give what the used one gives, tried for one batch in [`FRESH_EVERY`];
//! * there are not as many lines as are said to be written;
//! * the memory of the process grows after the first tenth.

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fastrand::Rng;
use host_tests::component::{self, Compiled, Host};
use host_tests::{DAY, hostile};
use indicatif::{BinaryBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use senhasegura_siem::{Config, Output, Transformer};
use wasmtime::Result;
use wasmtime::error::format_err;

/// As if a plain text had come at this time.
const RECEIVED: u64 = 1_772_626_500_250;

const CONFIGS: [&str; 3] = [
    r#"{"timezone": "-03:00", "carrier": "rfc5424", "keys": "dictionary"}"#,
    r#"{"format": "rfc5424", "max_bytes": 2048}"#,
    r#"{"format": "sensage", "redact": ["secrets", "cs1"], "invisible": "replace"}"#,
];

/// The hostile records among which is chosen, and the records of a batch.
const POOL: usize = 20_000;
const BATCH: u64 = 256;
const FRESH_EVERY: u64 = 64;

/// By how much the peak of the memory may grow after the first tenth: buffers for a batch of records that all are long.
const GROWTH_MAX: u64 = 16 << 20;

fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let numbers: Option<Vec<u64>> = arguments.iter().map(|number| number.replace('_', "").parse().ok()).collect();
    let (records, minutes) = match numbers.as_deref() {
        Some([]) => (1_000_000_000, 60),
        Some([records]) => (*records, 0),
        Some([records, minutes]) => (*records, *minutes),
        _ => {
            eprintln!(
                "usage: soak [RECORDS [MINUTES]]: 1_000_000_000 and 60 without either, no minimum of time without the second"
            );
            return Ok(ExitCode::from(2));
        }
    };
    soak(records.max(BATCH), Duration::from_secs(60 * minutes))?;
    Ok(ExitCode::SUCCESS)
}

/// One transformer, and one instance, of a configuration.
struct Pair {
    config: Config,
    used: Transformer,
    guest: Host,
}

fn soak(records: u64, time: Duration) -> Result<()> {
    let compiled = Compiled::new(false)?;
    let mut pairs = Vec::new();
    for text in CONFIGS {
        let config = Config::from_json(text).map_err(|error| format_err!("{error}"))?;
        let guest = compiled.host(text)?.map_err(|error| format_err!("{}", error.message))?;
        pairs.push(Pair { used: Transformer::new(config.clone()), config, guest });
    }
    let mut random = Rng::with_seed(1);
    let pool = hostile::records(POOL, 1)?;
    let day: Vec<Vec<u8>> = DAY.lines().map(Into::into).collect();
    let bar = ProgressBar::new(records).with_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos} of {human_len} records, {per_sec}, {eta} left",
    )?);
    let started = Instant::now();
    let (mut done, mut written, mut rejected, mut fresh) = (0, 0, 0, 0);
    let mut first_peak = None;
    let (mut batch, mut output, mut other) = (Vec::new(), Output::default(), Output::default());
    for (number, pair) in (0..pairs.len()).cycle().enumerate() {
        if done >= records && started.elapsed() >= time {
            break;
        }
        let Some(Pair { config, used, guest }) = pairs.get_mut(pair) else { break };
        batch.clear();
        for place in 0..BATCH {
            let record = if place % 2 == 0 { random.choice(&pool) } else { random.choice(&day) };
            batch.extend_from_slice(record.map_or(&[], Vec::as_slice));
            batch.push(b'\n');
        }
        used.transform(&batch, Some(RECEIVED), &mut output);
        let differs = |what: &str| format_err!("batch {number}, {config:?}: {what} differ:\n{}", batch.escape_ascii());
        if let Some(what) = component::difference(&guest.transform(&batch, Some(RECEIVED))?, &output) {
            return Err(differs(&format!("{what} of the component")));
        }
        if output.lines.iter().filter(|byte| **byte == b'\n').count() as u64 != output.written {
            return Err(differs("the number of lines and that of records written"));
        }
        if (number as u64).is_multiple_of(FRESH_EVERY) {
            Transformer::new(config.clone()).transform(&batch, Some(RECEIVED), &mut other);
            if output != other {
                return Err(differs("what a fresh transformer gives and what the used one gives"));
            }
            fresh += 1;
            bar.set_position(done);
        }
        done += BATCH;
        written += output.written;
        rejected += output.rejections.len() as u64;
        if first_peak.is_none() && done >= records / 10 {
            first_peak = Some(tools::peak_memory(std::process::id())?);
        }
    }
    bar.finish_and_clear();
    let (first_peak, last_peak) = (first_peak.unwrap_or_default(), tools::peak_memory(std::process::id())?);
    println!(
        "{} records in {}: {} lines, {} rejected; 0 differences from the component in {} batches, 0 from fresh transformers in {fresh}; \
         at most {} after a tenth, {} at the end",
        HumanCount(done),
        HumanDuration(started.elapsed()),
        HumanCount(written),
        HumanCount(rejected),
        HumanCount(done / BATCH),
        BinaryBytes(first_peak),
        BinaryBytes(last_peak),
    );
    if last_peak > first_peak + GROWTH_MAX {
        return Err(format_err!("the memory has grown from {first_peak} to {last_peak} bytes"));
    }
    Ok(())
}
