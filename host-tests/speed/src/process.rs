//! Contestants that are processes. Each reads the file of records, converts them once, writes its lines and an
//! empty line; then, for each number on its standard input, it converts them so many times, and writes how many
//! nanoseconds that took.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;
use std::{fs, io};

use crate::check::Expect;
use crate::contestant::{Contestant, Run, Skipped};
use crate::{Input, Result, hand, ours};

const CEFEVENT: &str = "cefevent==0.5.6";

/// The fields that cefevent has none of.
const NOT_IN_CEFEVENT: &str =
    "city country cs7 cs7Label cs8 cs8Label latitude longitude originIP partsNeeded partsSent sname state";

pub(crate) fn contestants<'i>(
    root: &Path,
    cache: &Path,
    input: &'i Input,
    all: &mut Vec<Contestant<'i>>,
    skipped: &mut Vec<Skipped>,
) -> Result<()> {
    let folder = root.join("host-tests/speed/src");
    fs::create_dir_all(cache)?;
    let records = cache.join(format!("speed-{}.ndjson", std::process::id()));
    fs::write(&records, input.records().concat())?;

    let mut add = |name: &'static str, note, expect: Result<Expect>, started: io::Result<Process>| -> Result<()> {
        match started {
            Ok(process) => {
                all.push(Contestant { name: name.into(), note, input, expect: expect?, run: Run::There(process) });
            }
            Err(error) => skipped.push(Skipped { name, why: error.to_string() }),
        }
        Ok(())
    };
    let python = |way: &str, packages: Option<PathBuf>| {
        let mut python = Command::new("python3");
        python.arg(folder.join("mapping.py")).arg(way).arg(&records);
        match packages {
            Some(packages) => python.env("PYTHONPATH", packages),
            None => python.env_remove("PYTHONPATH"),
        };
        Process::start(&mut python)
    };
    let mut node = Command::new("node");
    node.arg(folder.join("mapping.mjs")).arg(&records);
    add("JavaScript by hand, Node", hand::NOTE, hand::expect(input), Process::start(&mut node))?;
    add("Python by hand", hand::NOTE, hand::expect(input), python("hand", None))?;
    let cefevent = tools::python_package(cache, CEFEVENT).and_then(|packages| python("cefevent", Some(packages)));
    let lines = ours::lines("cef", input.records().concat().as_bytes());
    // Where its dictionary has an address of IPv4, it drops one of IPv6.
    let left_out = |key: &str, value: &str| {
        hand::left_out(key, value)
            || NOT_IN_CEFEVENT.split(' ').any(|missing| missing == key)
            || (key == "dst" && value.contains(':'))
    };
    let expect = lines.map(|lines| Expect::Cef { lines, left_out });
    let note = "escapes, checks types; drops what its dictionary lacks; no times, catalog or limits";
    add("Python, the package cefevent", note, expect, cefevent)?;
    fs::remove_file(records)?;
    Ok(())
}

/// A process that waits for its turn.
pub struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    lines: Vec<u8>,
}

impl Process {
    fn start(command: &mut Command) -> io::Result<Self> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", command.get_program().display()))
            })?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes"));
        };
        let mut process = Self { child, requests, answers: BufReader::new(answers), lines: Vec::new() };
        loop {
            let line = process.answer()?;
            if line == "\n" {
                return Ok(process);
            }
            process.lines.extend_from_slice(line.as_bytes());
        }
    }

    fn answer(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            return Err(io::Error::other(format!("ended early: {}", self.child.wait()?)));
        }
        Ok(line)
    }

    /// The lines of all records.
    pub(crate) fn lines(&self) -> &[u8] {
        &self.lines
    }

    pub(crate) fn time(&mut self, passes: u32) -> Result<Duration> {
        writeln!(self.requests, "{passes}")?;
        Ok(Duration::from_nanos(self.answer()?.trim().parse()?))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
