//! `senhasegura-siem` as pipelines run it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod cases;
mod runner;
mod threads;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Output as Finished};

use cases::{DAY, GOOD, LINE, filter, path};
use runner::command;
use senhasegura_siem::bake::{MARK, TEXT_MAX, baked};

/// A message is confirmed when its lines, or the reasons why there are none, are in the files.
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
    assert_eq!(answer(), "");
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

/// The records of a line are written however the pipe cuts it, and however long it is.
#[test]
fn confirms_a_line_that_comes_byte_by_byte() {
    let output = path("bytes.cef");
    let input = format!("{}x\n\n{GOOD}", GOOD.repeat(20));
    for pause in [false, true] {
        let mut child = command(&["--mode=omprog", "--max-record-bytes=64", "-o", output.to_str().unwrap()]);
        let mut child = child.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        for piece in input.as_bytes().chunks(if pause { 100 } else { input.len() }) {
            stdin.write_all(piece).unwrap();
            if pause {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
        drop(stdin);
        let Finished { status, stdout, stderr } = child.wait_with_output().unwrap();
        assert_eq!((status.code(), &stdout[..]), (Some(1), &b"OK\nOK\nOK\nOK\n"[..]));
        assert_eq!(fs::read_to_string(&output).unwrap(), LINE.repeat(21));
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(stderr.contains("bytes 560..561: malformed"), "{stderr}");
    }
}

#[test]
fn confirms_nothing_without_an_output_that_works() {
    filter(&["--mode=omprog"], "").assert_status(2).assert_stderr_has("expected --output");
    if cfg!(target_os = "linux") {
        // The first answer says that the program is ready.
        let run = filter(&["--mode=omprog", "-o", "/dev/full"], format!("{GOOD}\n"));
        run.assert_status(3).assert_stdout("OK\n");
    }
}

#[test]
fn ends_quietly_when_nobody_reads() {
    let mut child = command(&["--mode=one-to-one"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    while stdin.write_all(format!("{GOOD}\n").as_bytes()).is_ok() {}
    let Finished { status, stderr, .. } = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&stderr), "");
    assert_eq!(status.code(), Some(3));
}

#[test]
fn says_what_is_left_when_the_output_fails() {
    if cfg!(target_os = "linux") {
        let rest = "examples/data/day.ndjson is still to be converted from byte 0 on (counted after decompression), \
                    though some of the lines from there on may have been written";
        filter(&["-o", "/dev/full", DAY], "")
            .assert_status(3)
            .assert_stderr(format!("error: /dev/full: No space left on device (os error 28); {rest}\n"));
    }
}

/// Names the file that may not be read, unless the tests run as a user who may read all.
#[cfg(unix)]
#[test]
fn says_what_it_may_not_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let secret = path("secret.ndjson");
    fs::write(&secret, GOOD).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o0)).unwrap();
    let run = filter(&[secret.to_str().unwrap(), "-"], GOOD);
    match fs::read(&secret) {
        Ok(_) => run.assert_status(0).assert_stdout(LINE.repeat(2)),
        Err(error) => {
            let message = format!("error: {}: {error}\n", secret.display());
            run.assert_status(3).assert_stdout(LINE).assert_stderr(message)
        }
    };
}

/// Reads no further once a rejected record cannot be handed back, and says where that was.
#[cfg(target_os = "linux")]
#[test]
fn stops_when_rejected_records_cannot_be_kept() {
    filter(&["--rejects", "/dev/full", "-", DAY], "no record\n")
        .assert_status(3)
        .assert_stdout("")
        .assert_stderr_begins("error: /dev/full: ")
        .assert_stderr_has("standard input is still to be converted from byte 0 on (counted after decompression)")
        .assert_stderr_lines(1);
}

#[test]
fn writes_no_file_that_it_reads() {
    let [file, other, config] = ["same.ndjson", "same.cef", "same.json"].map(path);
    let _ = fs::remove_file(&other);
    fs::write(&file, GOOD).unwrap();
    fs::write(&config, "{}").unwrap();
    let in_folder = other.with_file_name(".").join("same.cef");
    let [file, other, config, in_folder] = [&file, &other, &config, &in_folder].map(|path| path.to_str().unwrap());
    for arguments in [
        &["-o", file, file][..],
        &["--append", "--rejects", file, file],
        &["-o", other, "--rejects", other, file],
        &["-o", other, "--rejects", in_folder, file],
        &["--config", config, "-o", config, file],
        &["--config", config, "--rejects", config, file],
    ] {
        filter(arguments, "")
            .assert_status(2)
            .assert_stderr_has("expected an output file that is used for nothing else");
        assert_eq!([fs::read_to_string(file).unwrap(), fs::read_to_string(config).unwrap()], [GOOD, "{}"]);
    }
    filter(&["-o", "/dev/null", "--rejects", "/dev/null", file], "").assert_status(0);
}

/// The shell's `>> same.ndjson`: it would read what it writes, without end.
#[cfg(target_os = "linux")]
#[test]
fn writes_no_file_that_it_reads_as_its_output() {
    let file = path("stdout.ndjson");
    fs::write(&file, GOOD).unwrap();
    let stdout = fs::OpenOptions::new().append(true).open(&file).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_senhasegura-siem")).arg(&file).stdout(stdout).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(file).unwrap(), GOOD);
}

/// The files of a test that bakes, in a folder of their own.
struct BakeFiles {
    folder: PathBuf,
    /// A module of one custom section, with room for a configuration.
    guest: String,
    config: String,
    output: String,
}

impl BakeFiles {
    fn new(name: &str) -> Self {
        let folder = path(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("output")).unwrap();
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        let files =
            Self { guest: path("guest.wasm"), config: path("bake.json"), output: path("output/siem.wasm"), folder };
        let section = [&MARK[..], &[b' '; TEXT_MAX]].concat();
        fs::write(&files.guest, [&b"\0asm\x01\0\0\0\0\x80\x08"[..], &section].concat()).unwrap();
        // A byte order mark is no part of the configuration.
        fs::write(&files.config, "\u{FEFF}{\"format\": \"rfc5424\"}\r\n").unwrap();
        files
    }

    /// Asserts that no file is in the folder for the output but these.
    #[track_caller]
    fn assert_files(&self, expected: &[&str]) {
        let files = fs::read_dir(self.folder.join("output")).unwrap();
        let mut names: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, expected);
    }
}

fn bake(guest: &str, config: &str, output: &str, input: &str) -> Finished {
    let mut child = command(&["bake", guest, "--config", config, "-o", output]).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Asserts the exit status, and what stderr has, or that it is empty.
#[track_caller]
fn assert_baked(run: &Finished, status: i32, expected: &str) {
    let stderr = String::from_utf8(run.stderr.clone()).unwrap();
    assert_eq!(run.status.code(), Some(status), "{stderr}");
    assert!(stderr.contains(expected) && stderr.is_empty() == expected.is_empty(), "{expected:?} is not in {stderr:?}");
}

#[test]
fn bakes_a_configuration() {
    let BakeFiles { guest, config, output, .. } = &BakeFiles::new("baked");
    let run = bake(guest, config, output, "");
    assert_baked(&run, 0, "");
    assert_eq!(run.stdout, b"");
    assert_eq!(baked(&fs::read(output).unwrap()), Ok(r#"{"format":"rfc5424"}"#));
    filter(&["--config", config], GOOD).assert_stdout_begins("<13>1 ");

    let run = bake(output, "-", "-", r#"{"format": "sensage"}"#);
    assert_eq!(run.status.code(), Some(0));
    assert_eq!(baked(&run.stdout), Ok(r#"{"format":"sensage"}"#));
}

#[test]
fn bakes_all_or_nothing() {
    let files = BakeFiles::new("not-baked");
    let BakeFiles { guest, config, output, .. } = &files;
    fs::write(output, "before").unwrap();
    let inside = format!("{output}/inside");
    let no_guest = "Cargo.toml: expected a WebAssembly module or component, found `[workspa` at byte 0";
    let no_config = "host-tests/goldens/shapes/vendor-sample.json";
    for (guest, config, output, status, expected) in [
        ("Cargo.toml", &**config, &**output, 2, no_guest),
        (guest, no_config, output, 2, "vendor-sample.json: configuration, /id: "),
        (guest, config, &inside, 3, &inside),
        (guest, config, "src", 3, "src: "),
    ] {
        assert_baked(&bake(guest, config, output, ""), status, expected);
    }
    let run = bake(guest, "-", output, "\u{A0}{}");
    assert_baked(&run, 2, "standard input: configuration: expected");
    assert_eq!(fs::read(output).unwrap(), b"before");
    // Nothing is left of what failed.
    files.assert_files(&["siem.wasm"]);
}

/// A device stays one, and so does a link.
#[cfg(unix)]
#[test]
fn bakes_through_devices_and_links() {
    let files = BakeFiles::new("baked-through");
    let BakeFiles { folder, guest, config, output } = &files;
    let link = folder.join("output/link.wasm");
    std::os::unix::fs::symlink("siem.wasm", &link).unwrap();
    fs::write(output, "before").unwrap();
    for place in ["/dev/null", link.to_str().unwrap()] {
        let before = fs::symlink_metadata(place).unwrap().file_type();
        assert_eq!(bake(guest, config, place, "").status.code(), Some(0));
        assert_eq!(fs::symlink_metadata(place).unwrap().file_type(), before);
    }
    assert_eq!(baked(&fs::read(output).unwrap()), Ok(r#"{"format":"rfc5424"}"#));
    files.assert_files(&["link.wasm", "siem.wasm"]);
}
