//! Takes time in turns, so that what slows the machine slows all.

use std::time::Duration;

use crate::{Contestant, Result};

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How often each contestant has its turn; the median counts.
    pub rounds: usize,
    /// How long a turn takes at least, so that the processor forgets the contestant before.
    pub turn: Duration,
    /// How long each runs before the first turn, for what compiles while it runs.
    pub warm_up: Duration,
}

/// What a contestant's records cost.
#[derive(Debug)]
pub struct Measured {
    /// The contestant's name.
    pub name: String,
    /// What it does less, or more, than this crate.
    pub note: &'static str,
    /// The median of a record, in nanoseconds.
    pub nanoseconds: f64,
    /// The average length of a record, in bytes.
    pub bytes: f64,
}

/// Measures all.
///
/// # Errors
///
/// If one fails.
pub fn measure(contestants: &mut [Contestant<'_>], effort: Effort) -> Result<Vec<Measured>> {
    let mut passes = Vec::new();
    for contestant in &mut *contestants {
        passes.push(calibrate(contestant, effort)?);
    }
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..effort.rounds.max(1) {
        for ((contestant, passes), times) in contestants.iter_mut().zip(&passes).zip(&mut times) {
            times.push(contestant.run.time(*passes)?.as_secs_f64() / f64::from(*passes));
        }
    }
    let measured = contestants.iter().zip(times).map(|(contestant, mut times)| {
        times.sort_by(f64::total_cmp);
        let records = contestant.input.records().len() as f64;
        Measured {
            name: contestant.name.clone(),
            note: contestant.note,
            nanoseconds: times.get(times.len() / 2).copied().unwrap_or_default() * 1e9 / records,
            bytes: contestant.input.bytes() as f64 / records,
        }
    });
    Ok(measured.collect())
}

/// Warms up, and returns how many passes make a turn.
fn calibrate(contestant: &mut Contestant<'_>, effort: Effort) -> Result<u32> {
    let (mut passes, mut spent) = (1, Duration::ZERO);
    loop {
        let time = contestant.run.time(passes)?;
        spent += time;
        if time < effort.turn {
            passes *= 2;
        } else if spent >= effort.warm_up {
            return Ok(passes);
        }
    }
}
