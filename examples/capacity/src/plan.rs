//! What a host needs, and what it was measured to do beside what is simulated, in tables.

use std::fmt::Write as _;

use clap::Args;
use clap::value_parser as parser;
use indicatif::HumanFloatCount;

use crate::hosts::{Host, Measured};
use crate::simulation::{Outcome, Source, Stage, run};

/// What Ethernet, IP and TCP make of a byte: of the 1,538 bytes that a full frame takes on the wire, with its preamble
/// and gap, 1,448 are the stream's.
const WITH_HEADERS: f64 = 1538.0 / 1448.0;

/// How many batches a simulation lets pass.
const BATCHES: usize = 100_000;

/// How many batches can wait between two parts of a machine, for each server: hosts' queues are short.
const ROOM: usize = 4;

/// How far a simulated rate may be from the measured one. Two workers of Spark, whose driver shares their cores, are a
/// tenth off.
const TOLERANCE: f64 = 1.0 / 7.0;

/// A machine.
#[derive(Args, Clone, Copy)]
pub(crate) struct Machine {
    /// The cores of each machine.
    #[arg(long, default_value_t = 16, value_parser = parser!(u32).range(1..=1024))]
    cores: u32,
    /// The network of each machine, in Gbit/s each way.
    #[arg(long, default_value_t = 10, value_parser = parser!(u32).range(1..=1000))]
    gigabits: u32,
    /// How long records are collected for a batch at most, in milliseconds.
    #[arg(long, default_value_t = 1000, value_parser = parser!(u32).range(1..=60_000))]
    linger: u32,
}

impl Machine {
    /// How many records a batch has, of so many a second.
    fn batch(&self, host: &Host, rate: f64) -> f64 {
        (rate * f64::from(self.linger) / 1e3).clamp(1.0, host.batch)
    }

    /// How long its network takes for so many bytes, in seconds.
    fn network_seconds(&self, bytes: f64) -> f64 {
        bytes * WITH_HEADERS * 8.0 / (f64::from(self.gigabits) * 1e9)
    }
}

/// What a host needs for so many events a second.
struct Need {
    machines: f64,
    /// On each machine, each with a core.
    workers: usize,
    /// Of all workers, on all machines.
    megabytes: f64,
    /// What happens on one of the machines.
    outcome: Outcome,
    parts: [Stage; 3],
}

impl Need {
    /// Returns the busiest part, and how busy it is.
    fn bottleneck(&self) -> (&'static str, f64) {
        let parts = self.parts.iter().map(|part| part.name).zip(self.outcome.busy.iter().copied());
        parts.max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or_default()
    }
}

/// The fewest machines none of whose parts is busy for more than a share of the time.
fn need(measured: &Measured, host: &Host, rate: f64, busy: f64, machine: &Machine) -> Need {
    let cost = host.cost();
    let mut machines = 1.0;
    loop {
        let rate = rate / machines;
        let batch = machine.batch(host, rate);
        let workers = (rate * cost.of_batch(batch) / batch / busy).ceil();
        let bytes = batch * f64::max(measured.record_bytes, measured.line_bytes);
        let network = rate / batch * machine.network_seconds(bytes) / busy;
        if workers <= f64::from(machine.cores) && network <= 1.0 {
            let parts = parts(measured, machine, batch, workers as usize, cost.of_batch(batch));
            let outcome = run(&parts, Source::AtRandom(rate / batch), BATCHES);
            let megabytes = machines * workers * host.worker_mb;
            return Need { machines, workers: workers as usize, megabytes, outcome, parts };
        }
        machines += 1.0;
    }
}

/// What a batch passes on a machine.
fn parts(measured: &Measured, machine: &Machine, batch: f64, workers: usize, seconds: f64) -> [Stage; 3] {
    let network = |name, bytes| Stage { name, servers: 1, seconds: machine.network_seconds(batch * bytes), room: ROOM };
    [
        network("network in", measured.record_bytes),
        Stage { name: "workers", servers: workers, seconds, room: ROOM * workers },
        network("network out", measured.line_bytes),
    ]
}

/// Returns a table for each rate. Parts may be busy for a share of the time.
pub(crate) fn tables(measured: &Measured, rates: &[u64], busy: f64, machine: &Machine) -> String {
    let mut text = String::new();
    for rate in rates {
        if !text.is_empty() {
            text.push('\n');
        }
        let rate = *rate as f64;
        let gigabits = |bytes| rate * bytes * WITH_HEADERS * 8.0 / 1e9;
        let (into, out) = (gigabits(measured.record_bytes), gigabits(measured.line_bytes));
        _ = writeln!(text, "{} events/s: {into:.2} Gbit/s in, {out:.2} Gbit/s out", thousands(rate));
        _ = writeln!(
            text,
            "{:<24}{:>9}{:>7}{:>10}  {:<21}{:>12}",
            "", "machines", "cores", "memory", "busiest part", "99 % within"
        );
        for host in &measured.hosts {
            let need = need(measured, host, rate, busy, machine);
            let (part, busy) = need.bottleneck();
            _ = writeln!(
                text,
                "{:<24}{:>9}{:>7}{:>10}  {:<21}{:>12}",
                host.name,
                thousands(need.machines),
                thousands(need.machines * need.workers as f64),
                memory(need.megabytes),
                format!("{part}, {:.0} %", busy * 100.0),
                time(need.outcome.latency(0.99)),
            );
        }
    }
    text
}

/// Returns what happens on one machine with all its cores at work.
pub(crate) fn simulate(measured: &Measured, host: &Host, rate: u64, machine: &Machine) -> String {
    let (cost, rate) = (host.cost(), rate as f64);
    let batch = machine.batch(host, rate);
    let parts = parts(measured, machine, batch, machine.cores as usize, cost.of_batch(batch));
    let outcome = run(&parts, Source::AtRandom(rate / batch), BATCHES);
    let mut text = format!("{}, batches of {batch:.0} records\n", host.name);
    _ = writeln!(text, "{:<14}{:>12} events/s of {}", "passed", thousands(outcome.rate * batch), thousands(rate));
    for (part, busy) in parts.iter().zip(&outcome.busy) {
        _ = writeln!(text, "{:<14}{:>10.0} % busy", part.name, busy * 100.0);
    }
    // Chance does not explain so much: the batches come within 1 % of their rate.
    if outcome.rate * batch < rate * 0.98 {
        _ = writeln!(text, "The machine is too small: what waits grows for as long as events come at this rate.");
        return text;
    }
    for (name, share) in [("half within", 0.5), ("99 % within", 0.99), ("all within", 1.0)] {
        _ = writeln!(text, "{name:<14}{:>12}", time(outcome.latency(share)));
    }
    text
}

/// Returns what was measured beside what is simulated, and whether each point is near enough.
pub(crate) fn check(measured: &Measured) -> (String, bool) {
    let mut text = format!(
        "{:<24}{:>8}{:>15}{:>20}{:>21}{:>7}\n",
        "", "workers", "records a call", "measured, records/s", "simulated, records/s", "off"
    );
    let mut holds = true;
    for host in &measured.hosts {
        for point in &host.points {
            let seconds = host.cost().of_batch(point.batch);
            let workers = Stage { name: "workers", servers: point.workers, seconds, room: ROOM };
            let rate = run(&[workers], Source::Always, BATCHES).rate * point.batch;
            let off = rate / point.rate - 1.0;
            holds &= off.abs() <= TOLERANCE;
            let off = if point.fit { "fitted".to_owned() } else { format!("{:+} %", (off * 100.0).round() as i64) };
            _ = writeln!(
                text,
                "{:<24}{:>8}{:>15}{:>20}{:>21}{off:>7}",
                host.name,
                point.workers,
                thousands(point.batch),
                thousands(point.rate),
                thousands(rate),
            );
        }
    }
    (text, holds)
}

/// `1,234,567`.
fn thousands(number: f64) -> String {
    format!("{:.0}", HumanFloatCount(number))
}

fn memory(megabytes: f64) -> String {
    if megabytes < 1000.0 { format!("{megabytes:.0} MB") } else { format!("{:.1} GB", megabytes / 1e3) }
}

fn time(seconds: f64) -> String {
    match seconds {
        ..1e-3 => format!("{:.0} µs", seconds * 1e6),
        1e-3..1.0 => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{seconds:.1} s"),
    }
}
