//! `cargo run --release --bin soak -- [RECORDS [MINUTES]]` converts so many records, for so many minutes at least, by one
//! instance of the component for each format, which is never made anew. One record in [`HOSTILE_EVERY`] is hostile. It
//! fails if
//!
//! * the component does not give for a batch, whatever came before, what a fresh transformer of the library gives;
//! * a transformer of the library that is never made anew does not either, tried for one batch in [`NATIVE_EVERY`];
//! * there are not as many lines as are said to be written, or not a line or a rejection for each record;
//! * the memory of the process grows after the first tenth of the records, and of the time.

use std::env;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use fastrand::Rng;
use host_tests::component::{self, Compiled, Host};
use host_tests::{DAY, RECEIVED, hostile};
use indicatif::{BinaryBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use senhasegura_siem::{Config, Output, Transformer};
use wasmtime::Result;
use wasmtime::error::format_err;

const CONFIGS: [&str; 3] = [
    r#"{"timezone": "-03:00", "carrier": "rfc5424", "keys": "dictionary"}"#,
    r#"{"format": "rfc5424", "max_bytes": 2048}"#,
    r#"{"format": "sensage", "redact": ["secrets", "cs1"], "invisible": "replace"}"#,
];

/// The batches, drawn at random again and again; the records of each; and the hostile records among which is chosen.
const BATCHES: usize = 512;
const BATCH: u64 = 256;
const POOL: usize = 20_000;
const HOSTILE_EVERY: u64 = 4;
const NATIVE_EVERY: u64 = 16;

/// By how much the peak of the memory may grow after the first tenth: Linux counts pages roughly, thread by thread.
const GROWTH_MAX: u64 = 4 << 20;

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
    soak(records.max(1), Duration::from_secs(60 * minutes))?;
    Ok(ExitCode::SUCCESS)
}

/// What all threads have done, and have to do.
struct Progress {
    bar: ProgressBar,
    records: u64,
    time: Duration,
    started: Instant,
    claimed: AtomicU64,
    done: AtomicU64,
    /// How many tenths of the way are done.
    tenths: AtomicU64,
    /// The peak of the memory after the first of them.
    first_peak: AtomicU64,
    has_failed: AtomicBool,
}

#[derive(Default)]
struct Counts {
    batches: u64,
    native: u64,
    lines: u64,
    rejected: u64,
}

fn soak(records: u64, time: Duration) -> Result<()> {
    let compiled = Compiled::new(false)?;
    let batches = batches()?;
    let bar = ProgressBar::new(records).with_style(ProgressStyle::with_template(
        "{wide_bar} {human_pos} of {human_len} records, {per_sec}, {eta} left",
    )?);
    let used = CONFIGS.iter().map(|config| Used::new(config, &compiled, &batches)).collect::<Result<Vec<_>>>()?;
    // From here on, the peak of the memory is that of what follows.
    fs::write("/proc/self/clear_refs", "5")?;
    let progress = Progress::new(bar, records, time);
    let mut all = Counts::default();
    thread::scope(|scope| -> Result<()> {
        let threads = (1..).zip(used).map(|(seed, used)| {
            let (batches, progress) = (&batches, &progress);
            scope.spawn(move || {
                let counts = used.convert(seed, batches, progress);
                progress.has_failed.fetch_or(counts.is_err(), Ordering::Relaxed);
                counts
            })
        });
        for thread in threads.collect::<Vec<_>>() {
            let counts = thread.join().map_err(|_| format_err!("a thread has panicked"))??;
            all.batches += counts.batches;
            all.native += counts.native;
            all.lines += counts.lines;
            all.rejected += counts.rejected;
        }
        Ok(())
    })?;
    progress.bar.finish_and_clear();
    let (first_peak, last_peak) = (progress.first_peak.into_inner(), tools::peak_memory(std::process::id())?);
    println!(
        "{} records in {}: {} lines, {} rejected; in {} batches of the component, and {} of the library, 0 differences from \
         a fresh transformer; at most {} after a tenth, {} at the end",
        HumanCount(all.batches * BATCH),
        HumanDuration(progress.started.elapsed()),
        HumanCount(all.lines),
        HumanCount(all.rejected),
        HumanCount(all.batches),
        HumanCount(all.native),
        BinaryBytes(first_peak),
        BinaryBytes(last_peak),
    );
    if last_peak > first_peak + GROWTH_MAX {
        return Err(format_err!("the memory has grown from {first_peak} to {last_peak} bytes"));
    }
    Ok(())
}

/// Makes the batches: records of an example day, among which are hostile ones.
fn batches() -> Result<Vec<Vec<u8>>> {
    let mut random = Rng::with_seed(1);
    let pool = hostile::records(POOL, 1)?;
    let day: Vec<Vec<u8>> = DAY.lines().map(Into::into).collect();
    let mut batch = || {
        let mut batch = Vec::new();
        for place in 0..BATCH {
            let records = if place % HOSTILE_EVERY == 0 { &pool } else { &day };
            batch.extend_from_slice(random.choice(records).map_or(&[], Vec::as_slice));
            batch.push(b'\n');
        }
        batch
    };
    Ok((0..BATCHES).map(|_| batch()).collect())
}

/// An instance and a transformer of the library that are never made anew.
struct Used {
    config: Config,
    guest: Host,
    native: Transformer,
    /// What a fresh transformer gives for each batch.
    expected: Vec<Output>,
}

impl Used {
    fn new(config: &str, compiled: &Compiled, batches: &[Vec<u8>]) -> Result<Self> {
        let guest = compiled.host(config)?.map_err(|error| format_err!("{}", error.message))?;
        let config = Config::from_json(config).map_err(|error| format_err!("{error}"))?;
        let fresh = |batch: &Vec<u8>| {
            let mut output = Output::default();
            Transformer::new(config.clone()).transform(batch, Some(RECEIVED), &mut output);
            let lines = output.lines.iter().filter(|byte| **byte == b'\n').count() as u64;
            if lines != output.written || lines + (output.rejections.len() as u64) < BATCH {
                return Err(format_err!(
                    "expected an outcome for each record of {config:?}:\n{}",
                    batch.escape_ascii()
                ));
            }
            Ok(output)
        };
        let expected = batches.iter().map(fresh).collect::<Result<_>>()?;
        Ok(Self { native: Transformer::new(config.clone()), config, guest, expected })
    }

    /// Converts batches until there is nothing more to do.
    fn convert(mut self, seed: u64, batches: &[Vec<u8>], progress: &Progress) -> Result<Counts> {
        let mut output = Output::default();
        let (mut random, mut counts) = (Rng::with_seed(seed), Counts::default());
        while progress.claims_batch() {
            let index = random.usize(..batches.len());
            let (Some(batch), Some(expected)) = (batches.get(index), self.expected.get(index)) else { break };
            let differs = |what: &str| {
                format_err!("batch {}, {:?}: {what} differ:\n{}", counts.batches, self.config, batch.escape_ascii())
            };
            if let Some(what) = component::difference(&self.guest.transform(batch, Some(RECEIVED))?, expected) {
                return Err(differs(&format!("{what} of the component")));
            }
            if counts.batches.is_multiple_of(NATIVE_EVERY) {
                self.native.transform(batch, Some(RECEIVED), &mut output);
                if output != *expected {
                    return Err(differs("what a fresh transformer gives and what the used one gives"));
                }
                counts.native += 1;
            }
            counts.batches += 1;
            counts.lines += expected.written;
            counts.rejected += expected.rejections.len() as u64;
            progress.add_batch()?;
        }
        Ok(counts)
    }
}

impl Progress {
    fn new(bar: ProgressBar, records: u64, time: Duration) -> Self {
        let [claimed, done, tenths, first_peak] = [const { AtomicU64::new(0) }; 4];
        let has_failed = AtomicBool::new(false);
        Self { bar, records, time, started: Instant::now(), claimed, done, tenths, first_peak, has_failed }
    }

    /// Whether there is another batch to convert.
    fn claims_batch(&self) -> bool {
        let is_more = self.claimed.fetch_add(BATCH, Ordering::Relaxed) < self.records;
        (is_more || self.started.elapsed() < self.time) && !self.has_failed.load(Ordering::Relaxed)
    }

    /// Counts a batch, and says at each tenth of the way how much memory the process has needed.
    fn add_batch(&self) -> Result<()> {
        let done = self.done.fetch_add(BATCH, Ordering::Relaxed) + BATCH;
        let elapsed = self.started.elapsed();
        let of_time = (elapsed.as_secs() * 10).checked_div(self.time.as_secs()).unwrap_or(10);
        let tenths = (done * 10 / self.records).min(of_time).min(10);
        let before = self.tenths.fetch_max(tenths, Ordering::Relaxed);
        if before >= tenths {
            return Ok(());
        }
        let peak = tools::peak_memory(std::process::id())?;
        if before == 0 {
            self.first_peak.store(peak, Ordering::Relaxed);
        }
        self.bar.set_position(done);
        self.bar.suspend(|| {
            eprintln!("{} records in {}, at most {}", HumanCount(done), HumanDuration(elapsed), BinaryBytes(peak));
        });
        Ok(())
    }
}
