//! `senhasegura-siem` as pipelines run it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod cases;
mod runner;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Output as Finished;

use cases::{DAY, GOOD, LINE, path};
use runner::{command, filter};
use senhasegura_siem::bake::{MARK, TEXT_MAX, baked};

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
    assert_eq!((status.code(), &*String::from_utf8_lossy(&stderr)), (Some(3), ""));
}

#[test]
fn says_what_is_left_when_the_output_fails() {
    if cfg!(target_os = "linux") {
        let (code, _, errors) = filter(&["-o", "/dev/full", "examples/data/day.ndjson"], b"");
        let rest = "what examples/data/day.ndjson holds from byte 0 on is still to be converted, though some of its lines may have been written";
        assert_eq!((code, errors), (3, format!("error: /dev/full: No space left on device (os error 28); {rest}\n")));
    }
}

/// What may not be read is said, unless the tests run as who may read all.
#[cfg(unix)]
#[test]
fn says_what_it_may_not_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let secret = path("secret.ndjson");
    fs::write(&secret, GOOD).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o0)).unwrap();
    let (code, lines, errors) = filter(&[secret.to_str().unwrap(), "-"], GOOD.as_bytes());
    match fs::read(&secret) {
        Ok(_) => assert_eq!((code, lines), (0, LINE.repeat(2))),
        Err(error) => assert_eq!((code, &*lines, errors), (3, LINE, format!("error: {}: {error}\n", secret.display()))),
    }
}

/// What cannot hand back any more what it rejects reads no further, and says where it was.
#[cfg(target_os = "linux")]
#[test]
fn stops_when_rejected_records_cannot_be_kept() {
    let (code, lines, errors) = filter(&["--rejects", "/dev/full", "-", DAY], b"no record\n");
    assert_eq!((code, &*lines), (3, ""));
    assert!(
        errors.starts_with("error: /dev/full: ") && errors.contains("standard input holds from byte 0 on"),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

#[test]
fn writes_no_file_that_it_reads() {
    let [file, other] = ["same.ndjson", "same.cef"].map(path);
    fs::write(&file, GOOD).unwrap();
    let [file, other] = [&file, &other].map(|path| path.to_str().unwrap());
    for arguments in
        [&["-o", file, file][..], &["--append", "--rejects", file, file], &["-o", other, "--rejects", other, file]]
    {
        let (code, _, errors) = filter(arguments, b"");
        assert!(code == 2 && errors.contains("expected a file of its own to write"), "{errors}");
        assert_eq!(fs::read_to_string(file).unwrap(), GOOD);
    }
}

#[test]
fn bakes_all_or_nothing() {
    let [guest, config, folder] = ["guest.wasm", "bake.json", "baked"].map(path);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let output = folder.join("siem.wasm");
    let [guest, config, output] = [&guest, &config, &output].map(|path| path.to_str().unwrap());
    // A module of one custom section.
    let section = [&MARK[..], &[b' '; TEXT_MAX]].concat();
    fs::write(guest, [&b"\0asm\x01\0\0\0\0\x80\x20"[..], &section].concat()).unwrap();
    let bake = |guest: &str, config: &str, output: &str, input: &str| {
        let mut child = command(&["bake", guest, "--config", config, "-o", output]).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let Finished { status, stdout, stderr } = child.wait_with_output().unwrap();
        (status.code().unwrap(), stdout, String::from_utf8(stderr).unwrap())
    };
    // A byte order mark is no part of the configuration, of the filter neither.
    fs::write(config, "\u{FEFF}{\"format\": \"rfc5424\"}\r\n").unwrap();
    assert_eq!(bake(guest, config, output, ""), (0, Vec::new(), String::new()));
    let written = fs::read(output).unwrap();
    assert_eq!(baked(&written), Ok(r#"{"format": "rfc5424"}"#));
    assert!(filter(&["--config", config], GOOD.as_bytes()).1.starts_with("<13>1 "));
    let (code, stdout, _) = bake(output, "-", "-", r#"{"format": "sensage"}"#);
    assert_eq!((code, baked(&stdout)), (0, Ok(r#"{"format": "sensage"}"#)));

    let here = format!("{output}/here");
    for (guest, config, output, code, expected) in [
        (
            "src/bake.rs",
            config,
            output,
            2,
            "src/bake.rs: expected a module or component of WebAssembly, found `//! The ` at byte 0",
        ),
        (guest, "host-tests/goldens/shapes/vendor-sample.json", output, 2, "vendor-sample.json: configuration, /id: "),
        (guest, config, &*here, 3, &*here),
        (guest, config, "src", 3, "src: "),
    ] {
        let (found, _, errors) = bake(guest, config, output, "");
        assert!(found == code && errors.contains(expected), "{errors}");
    }
    let (code, _, errors) = bake(guest, "-", output, "\u{A0}{}");
    assert!(code == 2 && errors.contains("standard input: configuration: expected"), "{errors}");
    assert_eq!(fs::read(output).unwrap(), written);
    #[cfg(unix)]
    {
        // A device stays one, and so does a link.
        let link = folder.join("link.wasm");
        std::os::unix::fs::symlink("siem.wasm", &link).unwrap();
        fs::write(output, "before").unwrap();
        for place in ["/dev/null", link.to_str().unwrap()] {
            let before = fs::symlink_metadata(place).unwrap().file_type();
            assert_eq!(bake(guest, config, place, "").0, 0);
            assert_eq!(fs::symlink_metadata(place).unwrap().file_type(), before);
        }
        assert_eq!(fs::read(output).unwrap(), written);
        fs::remove_file(link).unwrap();
    }
    // Nothing is left of what failed.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}
