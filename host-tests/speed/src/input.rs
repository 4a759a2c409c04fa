//! Records, one a line.

use std::fs;
use std::path::Path;

use crate::Result;

/// Records, each with its line feed.
#[derive(Debug)]
pub struct Input {
    records: Vec<String>,
}

impl Input {
    /// The lines of a file that are records.
    pub(crate) fn of(file: &Path, is_record: impl Fn(&str) -> bool) -> Result<Self> {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let lines = text.lines().filter(|line| is_record(line));
        Ok(Self { records: lines.map(|line| format!("{line}\n")).collect() })
    }

    /// The records.
    #[must_use]
    pub fn records(&self) -> &[String] {
        &self.records
    }

    /// The length of all in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.records.iter().map(String::len).sum()
    }

    /// The records, so many at a time.
    pub(crate) fn batches(&self, size: usize) -> Vec<Vec<u8>> {
        self.records.chunks(size).map(|batch| batch.concat().into_bytes()).collect()
    }
}
