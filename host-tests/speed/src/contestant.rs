//! Who takes part, and what its output must be.

use std::error::Error;
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::Input;
use crate::check::Expect;
use crate::process::Process;

/// What went wrong, in words.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// One who takes part.
pub struct Contestant<'i> {
    /// Its name in the table.
    pub name: String,
    /// What it does less, or more, than this crate.
    pub note: &'static str,
    /// What it reads.
    pub input: &'i Input,
    pub(crate) expect: Expect,
    pub(crate) run: Run<'i>,
}

impl fmt::Debug for Contestant<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Contestant").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Contestant<'_> {
    /// Runs once and compares the output with what it must be.
    ///
    /// # Errors
    ///
    /// If it fails or the output differs.
    pub fn check(&mut self) -> Result<()> {
        let output = self.run.output().map_err(|error| format!("{}: {error}", self.name))?;
        self.expect.check(self.input, &output).map_err(|error| format!("{}: {error}", self.name).into())
    }
}

/// One who cannot take part on this machine.
#[derive(Debug)]
pub struct Skipped {
    /// Its name in the table.
    pub name: &'static str,
    /// Why.
    pub why: String,
}

/// Converts all records once.
pub(crate) type Pass<'i> = Box<dyn FnMut(&mut Sink) -> Result<()> + 'i>;

/// How a contestant runs.
pub enum Run<'i> {
    /// In this process.
    Here(Pass<'i>),
    /// In one of its own, which times itself.
    There(Process),
}

impl fmt::Debug for Run<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Here(_) => "Here",
            Self::There(_) => "There",
        })
    }
}

impl Run<'_> {
    fn output(&mut self) -> Result<Vec<u8>> {
        match self {
            Self::Here(pass) => {
                let mut sink = Sink { kept: Some(Vec::new()) };
                pass(&mut sink)?;
                Ok(sink.kept.unwrap_or_default())
            }
            Self::There(process) => Ok(process.lines().to_owned()),
        }
    }

    /// Returns the time for all records, so many times over.
    pub(crate) fn time(&mut self, passes: u32) -> Result<Duration> {
        match self {
            Self::Here(pass) => {
                let mut sink = Sink { kept: None };
                let start = Instant::now();
                for _ in 0..passes {
                    pass(&mut sink)?;
                }
                Ok(start.elapsed())
            }
            Self::There(process) => process.time(passes),
        }
    }
}

/// Where the output goes: while time is taken, nowhere.
#[derive(Debug)]
pub struct Sink {
    kept: Option<Vec<u8>>,
}

impl Sink {
    /// Takes lines, each with its line feed.
    pub(crate) fn lines(&mut self, lines: &[u8]) {
        let lines = black_box(lines);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(lines);
        }
    }

    /// Takes a line without a line feed.
    pub(crate) fn line(&mut self, line: &[u8]) {
        self.lines(line);
        if let Some(kept) = &mut self.kept {
            kept.push(b'\n');
        }
    }

    /// Takes a value of which only the check needs the text.
    pub(crate) fn value<V, S: AsRef<[u8]>>(&mut self, value: V, text: impl FnOnce(&V) -> Result<S>) -> Result<()> {
        let value = black_box(value);
        if self.kept.is_some() {
            self.line(text(&value)?.as_ref());
        }
        Ok(())
    }
}
