//! The Python package: the wheel installed by pip into an empty folder, and tested there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use host_tests::{APPLIANCE, DAY, cases, goldens, hostile};
use senhasegura_siem::{Config, Transformer};
use serde_json::json;

/// What the package needs, and what its tests do.
const PACKAGES: [&str; 2] = ["wasmtime==50.0.1", "pyarrow==26.0.1"];

/// A folder into which the wheel has been installed, with what it needs: the value of `PYTHONPATH`.
fn installed(folder: &Path) -> OsString {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"];
    succeed(Command::new("python3").args(options).arg(folder).arg(env!("WHEEL")));
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let packages = PACKAGES.map(|package| tools::python_package(cache, package).unwrap());
    std::env::join_paths([folder.to_owned()].into_iter().chain(packages)).unwrap()
}

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let [out, error] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    assert!(output.status.success(), "{command:?}:\n{out}{error}");
    output
}

fn python(path: &OsString) -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", path);
    python
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Writes records of each configuration, when they were received, and the line or the reason and the error of each.
fn write_rows(folder: &Path) {
    let mut text = String::new();
    let hostile = hostile::records(100_000, 3).unwrap();
    let streams = DAY.lines().chain(APPLIANCE.lines()).map(|line| line.as_bytes().to_vec());
    let streams = [(r#"{"timezone": "-03:00"}"#.to_owned(), streams.chain(hostile).collect::<Vec<_>>())];
    let goldens = goldens::names().unwrap().into_iter().flat_map(|name| goldens::of(&name).unwrap());
    let goldens =
        goldens.map(|golden| (golden.config, golden.input.split(|byte| *byte == b'\n').map(Into::into).collect()));
    for (config, records) in streams.into_iter().chain(goldens) {
        let mut transformer = Transformer::new(Config::from_json(&config).unwrap());
        let rows = records.iter().enumerate().map(|(index, record)| {
            let received = if index % 3 == 0 { -1 } else { 1_772_626_500_250 + index as i64 * 86_400_000 };
            let mut line = Vec::new();
            let outcome = transformer.transform_one(record, received.try_into().ok(), &mut line);
            let line = outcome.is_ok().then(|| String::from_utf8(line).unwrap());
            let rejected = outcome.err().map(|rejection| (rejection.reason().to_string(), rejection.to_string()));
            let (reason, error) = rejected.unzip();
            json!([BASE64_STANDARD.encode(record), received, line, reason, error])
        });
        writeln!(text, "{}", json!({ "config": config, "rows": rows.collect::<Vec<_>>() })).unwrap();
    }
    fs::write(folder.join("rows.ndjson"), text).unwrap();
}

#[test]
fn is_installed_and_does_what_the_native_transform_does() {
    let work = folder("python");
    let path = installed(&work.join("site"));
    let cases = work.join("cases");
    fs::create_dir_all(&cases).unwrap();
    cases::write(&cases).unwrap();
    write_rows(&cases);
    let tests = guests::root().join("host-tests/python/test_package.py");
    let output = succeed(python(&path).arg(tests).env("CASES", &cases));
    print!("{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn prints_what_its_page_says() {
    let path = installed(&folder("python-page"));
    let page = fs::read_to_string(guests::root().join("src/guest/python/README.md")).unwrap();
    let block = |language: &str| page.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap();
    let output = succeed(python(&path).args(["-c", block("python")]));
    assert_eq!(String::from_utf8_lossy(&output.stdout), block("text"));
    let example = "import doctest, senhasegura_siem; assert doctest.testmod(senhasegura_siem) == (0, 3)";
    succeed(python(&path).args(["-c", example]));
}
