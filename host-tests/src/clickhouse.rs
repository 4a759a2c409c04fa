//! ClickHouse, as PyPI's `chdb-core` has it: the engine in a process of Python.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::append_leb128;

/// The path of the module.
pub const PATH: &str = env!("CLICKHOUSE");

/// ClickHouse 26.9.
const PACKAGE: &str = "chdb-core==26.9.0";

/// A database that is filled from files in its folder.
pub struct ClickHouse {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl ClickHouse {
    /// Starts the engine in an empty folder of this name among the build products, which has the module. Its `file` finds
    /// files there.
    ///
    /// # Errors
    ///
    /// If the engine cannot be got from PyPI, or Python does not start.
    pub fn in_folder(name: &str) -> io::Result<Self> {
        let cache = guests::target().join("tmp");
        let package = tools::python_package_alone(&cache, PACKAGE)?;
        let folder = cache.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        fs::copy(PATH, folder.join("senhasegura-siem-clickhouse.wasm"))?;
        let [script, config] = ["host-tests/clickhouse/server.py", "examples/clickhouse/webassembly.xml"];
        let mut python = Command::new("python3");
        python.arg(guests::root().join(script)).arg(guests::root().join(config)).arg("data");
        python.env("PYTHONPATH", package).current_dir(&folder);
        let mut process = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let answers = process.stdout.take().map(BufReader::new).ok_or_else(|| io::Error::other("no pipe"))?;
        Ok(Self { requests: process.stdin.take(), process, answers, folder })
    }

    /// Runs a statement, and returns its result as tab-separated text.
    ///
    /// # Errors
    ///
    /// The text of ClickHouse's own error.
    pub fn run(&mut self, sql: &str) -> Result<String, String> {
        let mut answer = String::new();
        let mut ask = || {
            let requests = self.requests.as_mut().ok_or_else(|| io::Error::other("no pipe"))?;
            writeln!(requests, "{}", Value::from(sql))?;
            self.answers.read_line(&mut answer)
        };
        ask().map_err(|error| error.to_string())?;
        let [error, result]: [Option<String>; 2] =
            serde_json::from_str(&answer).map_err(|error| format!("the engine has ended ({error}): {sql}"))?;
        error.map_or_else(|| Ok(result.unwrap_or_default()), Err)
    }

    /// Runs a file of statements.
    ///
    /// # Errors
    ///
    /// The text of ClickHouse's own error.
    pub fn run_file(&mut self, sql: &str) -> Result<(), String> {
        statements(sql).try_for_each(|statement| self.run(statement).map(drop))
    }

    /// The folder in which its `file` finds files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for ClickHouse {
    fn drop(&mut self) {
        // It ends when the pipe does.
        self.requests = None;
        let _ = self.process.wait();
    }
}

/// The statements of a file.
pub fn statements(sql: &str) -> impl Iterator<Item = &str> {
    sql.split_inclusive(";\n")
        .map(|statement| statement.trim().trim_end_matches(';'))
        .filter(|statement| !statement.is_empty())
}

/// Rows in the format `RowBinary`.
#[derive(Default)]
pub struct Rows {
    /// The rows so far.
    pub bytes: Vec<u8>,
}

impl Rows {
    /// Appends a `String`.
    pub fn string(&mut self, text: impl AsRef<[u8]>) -> &mut Self {
        let text = text.as_ref();
        append_leb128(text.len() as u64, &mut self.bytes);
        self.bytes.extend_from_slice(text);
        self
    }

    /// Appends a `DateTime64(3)`, in milliseconds since 1970.
    pub fn millis(&mut self, millis: i64) -> &mut Self {
        self.bytes.extend_from_slice(&millis.to_le_bytes());
        self
    }
}
