//! What was measured of each host, and what follows for the time that a call takes.

use serde::Deserialize;

/// What is measured, as `measured.json` has it.
#[derive(Deserialize)]
pub(crate) struct Measured {
    /// The average length of a record of the example stream, in bytes.
    pub(crate) record_bytes: f64,
    /// The same of its line.
    pub(crate) line_bytes: f64,
    pub(crate) hosts: Vec<Host>,
}

/// A host of the transform.
#[derive(Deserialize)]
pub(crate) struct Host {
    pub(crate) name: String,
    /// How many records a call gets in operation.
    pub(crate) batch: f64,
    /// What each worker adds to the host's memory, in MB.
    pub(crate) worker_mb: f64,
    pub(crate) points: Vec<Point>,
}

/// What one run showed.
#[derive(Deserialize)]
pub(crate) struct Point {
    /// How many threads, or processes, were at work, each with a core.
    pub(crate) workers: usize,
    /// How many records each call got.
    pub(crate) batch: f64,
    /// Records a second of all workers.
    pub(crate) rate: f64,
    /// Whether [`Cost`] is taken from this point. All others check it.
    #[serde(default)]
    pub(crate) fit: bool,
}

/// How long a worker is busy.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// With each call, in seconds.
    pub(crate) call: f64,
    /// With each record, in seconds.
    pub(crate) record: f64,
}

impl Cost {
    /// In seconds.
    pub(crate) fn of_batch(self, records: f64) -> f64 {
        self.call + self.record * records
    }
}

impl Host {
    /// Returns the cost by the fitted points, which are of one worker. One point gives the time of a
    /// record and none to a call; two give the straight line through both.
    pub(crate) fn cost(&self) -> Cost {
        let mut fitted = self.points.iter().filter(|point| point.fit).map(|point| {
            debug_assert_eq!(point.workers, 1, "{}", self.name);
            (point.batch, point.batch / point.rate)
        });
        match (fitted.next(), fitted.next()) {
            (Some((few, time_few)), Some((many, time_many))) => {
                let record = (time_many - time_few) / (many - few);
                Cost { call: time_few - record * few, record }
            }
            (Some((records, time)), None) => Cost { call: 0.0, record: time / records },
            (None, _) => Cost { call: 0.0, record: f64::NAN },
        }
    }
}

/// Returns what `measured.json` has.
pub(crate) fn measured() -> serde_json::Result<Measured> {
    serde_json::from_str(include_str!("../measured.json"))
}
