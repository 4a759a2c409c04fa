//! The golden files are read, so that the readers refuse nothing that the project means to write.

#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use strict::{Error, cef, rfc5424, sensage};

/// Returns the files with this extension that are of the default configuration. Others have a
/// `NAME.config` beside them, and may hold other headers and frames.
fn goldens(extension: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../goldens");
    let folders = fs::read_dir(folder).unwrap().map(|folder| folder.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path());
    files.filter(|file| file.extension().unwrap() == extension && !file.with_extension("config").exists()).collect()
}

fn reads_all<T: Debug>(extension: &str, read: fn(&str) -> Result<T, Error>) {
    let goldens = goldens(extension);
    assert!(goldens.len() > 50, "{} files of {extension}", goldens.len());
    for golden in goldens {
        for line in fs::read_to_string(&golden).unwrap().lines() {
            assert!(read(line).is_ok(), "{}: {}: {line}", golden.display(), read(line).unwrap_err());
        }
    }
}

#[test]
fn reads_cef() {
    reads_all("cef", cef::read);
    reads_all("cef-dictionary", cef::read);
}

#[test]
fn reads_rfc5424() {
    reads_all("rfc5424", rfc5424::read);
}

#[test]
fn reads_sensage() {
    reads_all("sensage", sensage::read);
}

/// Reads or refuses what lines become when they are cut, and when a character is put into them.
#[test]
fn panics_at_no_line() {
    for (name, read) in [
        ("cef", (|line| cef::read(line).is_ok()) as fn(&str) -> bool),
        ("rfc5424", |line| rfc5424::read(line).is_ok()),
        ("sensage", |line| sensage::read(line).is_ok()),
    ] {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../goldens/kinds/password-request");
        let line = fs::read_to_string(golden.with_extension(name)).unwrap();
        let line = line.lines().next().unwrap();
        for (at, _) in line.char_indices() {
            let (before, after) = line.split_at(at);
            read(before);
            read(after);
            for text in ["\\", "=", " ", "\"", "]", "|", "é", "\0"] {
                assert!(!(text == "\0" && read(&format!("{before}{text}{after}"))), "{name}: {before}");
            }
        }
    }
}
