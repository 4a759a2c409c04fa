//! Runs the native command.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output as Finished, Stdio};

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_senhasegura-siem"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the command over this input. Returns its exit status, stdout and stderr.
pub(crate) fn filter(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = command(arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // The filter may refuse its arguments before it reads.
        let _ = stdin.write_all(&input);
    });
    let Finished { status, stdout, stderr } = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (status.code().unwrap(), String::from_utf8_lossy(&stdout).into(), String::from_utf8_lossy(&stderr).into())
}

/// A folder for the files of the tests.
pub(crate) fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cli");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Returns the exit status that stands for that of the native command: itself.
pub(crate) fn status(status: i32) -> i32 {
    status
}
