//! The Python package: the wheel installed by pip into an empty folder, and tested there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use host_tests::{APPLIANCE, DAY, cases, goldens, hostile, python};

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let [out, error] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{command:?}:\n{out}{error}");
    output
}

fn interpreter(path: &OsString) -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", path);
    python
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Writes records of each configuration as rows.
fn write_rows(folder: &Path) {
    let streams = DAY.lines().chain(APPLIANCE.lines()).map(|line| line.as_bytes().to_vec());
    let all = streams.chain(hostile::records(100_000, 3).unwrap()).collect::<Vec<_>>();
    let mut text = cases::rows(r#"{"timezone": "-03:00"}"#, &all).unwrap();
    for golden in goldens::names().unwrap().into_iter().flat_map(|name| goldens::of(&name).unwrap()) {
        let records: Vec<_> = golden.input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        text += &cases::rows(&golden.config, &records).unwrap();
    }
    fs::write(folder.join("rows.ndjson"), text).unwrap();
}

#[test]
fn is_installed_and_does_what_the_native_transform_does() {
    let work = folder("python");
    let path = python::install(&work.join("site"), &python::PACKAGES).unwrap();
    let cases = work.join("cases");
    fs::create_dir_all(&cases).unwrap();
    cases::write(&cases).unwrap();
    write_rows(&cases);
    let tests = guests::root().join("host-tests/python/test_package.py");
    let output = succeed(interpreter(&path).arg(tests).env("CASES", &cases));
    print!("{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn prints_what_its_page_says() {
    let path = python::install(&folder("python-page"), &python::PACKAGES).unwrap();
    let page = fs::read_to_string(guests::root().join("src/guest/python/README.md")).unwrap();
    let block = |language: &str| page.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap();
    let output = succeed(interpreter(&path).args(["-c", block("python")]));
    assert_eq!(String::from_utf8_lossy(&output.stdout), block("text"));
    let example = "import doctest, senhasegura_siem; assert doctest.testmod(senhasegura_siem) == (0, 3)";
    succeed(interpreter(&path).args(["-c", example]));
}
