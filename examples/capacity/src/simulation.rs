//! A machine, batch by batch: each comes from the network, waits for a worker, and leaves over the network.
//!
//! A stage has so many servers, which take one batch at a time, first come, first served, and room for so
//! many batches that wait. A batch that finds no room stays with its server, which can do nothing else
//! meanwhile: so a stage that is too slow holds up all before it.

use std::collections::VecDeque;

/// A part of a machine that batches pass.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) servers: usize,
    /// How long a server takes for a batch, in seconds.
    pub(crate) seconds: f64,
    /// How many batches can wait for a server, at least one.
    pub(crate) room: usize,
}

/// How batches come.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// Whenever there is room.
    Always,
    /// At random, so many a second on average, each independently of the others (a Poisson process).
    AtRandom(f64),
}

/// What came out.
pub(crate) struct Outcome {
    /// Batches a second.
    pub(crate) rate: f64,
    /// How much of the time the servers of each stage worked, from 0 to 1.
    pub(crate) busy: Vec<f64>,
    /// How long the batches took, in seconds, in rising order.
    latencies: Vec<f64>,
}

impl Outcome {
    /// Returns what this share of the batches did not take longer than, in seconds.
    pub(crate) fn latency(&self, share: f64) -> f64 {
        let place = self.latencies.len().saturating_sub(1) as f64 * share;
        self.latencies.get(place as usize).copied().unwrap_or(f64::NAN)
    }
}

/// A stage, after some batches.
struct State<'s> {
    stage: &'s Stage,
    /// When each server is free again, the first of them first.
    free: VecDeque<f64>,
    /// When work on each of the last batches began, as many as can wait.
    begun: VecDeque<f64>,
}

impl<'s> State<'s> {
    fn new(stage: &'s Stage) -> Self {
        Self { stage, free: vec![0.0; stage.servers].into(), begun: vec![0.0; stage.room].into() }
    }

    /// When there is room for the next batch.
    fn has_room_at(&self) -> f64 {
        self.begun.front().copied().unwrap_or_default()
    }

    /// Gives a batch that is there at this time to a server, and returns when it is done.
    fn work(&mut self, there: f64) -> f64 {
        let begun = self.free.pop_front().unwrap_or_default().max(there);
        self.begun.pop_front();
        self.begun.push_back(begun);
        begun + self.stage.seconds
    }

    /// Lets the server that did it go at this time.
    fn release(&mut self, at: f64) {
        // All take equally long, so they are free in the order in which they began.
        self.free.push_back(at);
    }
}

/// Lets `batches` pass. The same arguments give the same outcome.
pub(crate) fn run(stages: &[Stage], source: Source, batches: usize) -> Outcome {
    let mut random = fastrand::Rng::with_seed(1);
    let mut states: Vec<_> = stages.iter().map(State::new).collect();
    let mut latencies = Vec::with_capacity(batches);
    let (mut came, mut left) = (0.0, 0.0);
    for _ in 0..batches {
        let room = states.first().map_or(0.0, State::has_room_at);
        came = match source {
            Source::Always => room,
            Source::AtRandom(rate) => came - (1.0 - random.f64()).ln() / rate,
        };
        let mut there = f64::max(came, room);
        let mut rest = states.as_mut_slice();
        while let [state, next @ ..] = rest {
            let done = state.work(there);
            there = next.first().map_or(done, |next| done.max(next.has_room_at()));
            state.release(there);
            rest = next;
        }
        left = there;
        latencies.push(left - came);
    }
    latencies.sort_by(f64::total_cmp);
    let busy = stages.iter().map(|stage| stage.seconds * batches as f64 / (left * stage.servers as f64)).collect();
    Outcome { rate: batches as f64 / left, busy, latencies }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]

    use super::*;

    fn stage(servers: usize, seconds: f64) -> Stage {
        Stage { name: "", servers, seconds, room: 2 }
    }

    /// The slowest stage decides, whatever is before and after it.
    #[test]
    fn passes_what_the_slowest_stage_can() {
        let outcome = run(&[stage(1, 0.1), stage(3, 0.6), stage(1, 0.05)], Source::Always, 10_000);
        assert!((outcome.rate - 5.0).abs() < 0.01, "{}", outcome.rate);
        assert!((outcome.busy[0] - 0.5).abs() < 0.01 && outcome.busy[1] > 0.99, "{:?}", outcome.busy);
    }

    /// One server, half busy, with a constant service time: the mean wait in the queue is half of one
    /// service (Pollaczek and Khinchine), so the mean latency 1.5 of one.
    #[test]
    fn waits_as_queueing_theory_says() {
        let one = Stage { room: 1_000_000, ..stage(1, 1.0) };
        let outcome = run(&[one], Source::AtRandom(0.5), 1_000_000);
        let mean = outcome.latencies.iter().sum::<f64>() / outcome.latencies.len() as f64;
        assert!((mean - 1.5).abs() < 0.01, "{mean}");
    }
}
