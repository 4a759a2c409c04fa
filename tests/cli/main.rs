//! `senhasegura-siem` as pipelines run it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod cases;
mod runner;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Output as Finished;

use cases::{GOOD, LINE, path};
use runner::{command, filter};

/// A message counts as dealt with when its lines, or why there are none, are in the files.
#[test]
fn confirms_what_it_has_dealt_with() {
    let (output, rejects) = (path("confirmed.cef"), path("confirmed.ndjson"));
    // Broken off by another's end.
    fs::write(&output, "CEF:0|half").unwrap();
    let _ = fs::remove_file(&rejects);
    let mut child = command(&["--mode=omprog", "--append", "-o", output.to_str().unwrap()]);
    let mut child = child.args(["--rejects", rejects.to_str().unwrap()]).spawn().unwrap();
    let (mut stdin, mut answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut answer = || {
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        answer
    };
    assert_eq!(answer(), "OK\n");
    let mut lines = "CEF:0|half\n".to_owned();
    for (message, written, rejected) in [(GOOD, 1, 0), ("no record", 0, 1), ("", 0, 1), (&*GOOD.repeat(2), 2, 1)] {
        writeln!(stdin, "{message}").unwrap();
        assert_eq!(answer(), "OK\n");
        lines.push_str(&LINE.repeat(written));
        assert_eq!(fs::read_to_string(&output).unwrap(), lines);
        assert_eq!(fs::read_to_string(&rejects).unwrap_or_default().lines().count(), rejected);
    }
    drop(stdin);
    assert_eq!((answer(), child.wait().unwrap().code()), (String::new(), Some(1)));
    let (code, _, errors) = filter(&["--mode=omprog"], b"");
    assert!(code == 2 && errors.contains("expected --output"), "{errors}");
    if cfg!(target_os = "linux") {
        let (code, answers, errors) = filter(&["--mode=omprog", "-o", "/dev/full"], format!("{GOOD}\n").as_bytes());
        assert_eq!((code, &*answers), (3, "OK\n"), "{errors}");
    }
}

#[test]
fn ends_quietly_when_nobody_reads() {
    let mut child = command(&["--mode=one-to-one"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    while stdin.write_all(format!("{GOOD}\n").as_bytes()).is_ok() {}
    let Finished { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!((status.code(), &*String::from_utf8_lossy(&stderr)), (Some(0), ""));
}

#[test]
fn says_what_is_left_when_the_output_fails() {
    if cfg!(target_os = "linux") {
        let (code, _, errors) = filter(&["-o", "/dev/full", "examples/data/day.ndjson"], b"");
        let rest = "what examples/data/day.ndjson holds from byte 0 on is still to be converted";
        assert_eq!((code, errors), (3, format!("error: /dev/full: No space left on device (os error 28); {rest}\n")));
    }
}
