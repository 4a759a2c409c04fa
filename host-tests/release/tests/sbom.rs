//! The bills of materials name what is compiled in, and others read them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use guests::{Compiled, licences};
use release::sbom;
use serde_json::Value;

/// Validates bills by the schema of CycloneDX.
const VALIDATOR: &str = "cyclonedx-python-lib[json-validation]==11.12.0";

const SUM: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Returns the bill of an artefact, made where the time of the release is known.
fn bill(compiled: Compiled) -> Value {
    sbom::of("an-artefact.wasm", SUM, "1970-01-02T00:00:00Z", compiled).unwrap()
}

/// What a bill names, as `name version`.
fn named(bill: &Value) -> BTreeSet<String> {
    let components = bill["components"].as_array().unwrap().iter();
    components.map(|it| format!("{} {}", it["name"].as_str().unwrap(), it["version"].as_str().unwrap())).collect()
}

/// Cargo checks the library for a target, and says of each package for which machine it does. What it compiles for
/// the target is in the bill, and nothing else but the standard library is.
#[test]
fn names_what_cargo_compiles() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checked");
    for compiled in [Compiled::Library("redpanda"), guests::NPM, Compiled::CommandForWasi] {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["check", "--message-format=json", "--target-dir"]).arg(&target).args(compiled.arguments());
        let checked = cargo.current_dir(guests::root()).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let of_target = target.join(compiled.target().unwrap());
        let messages = String::from_utf8(checked.stdout).unwrap();
        let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let for_target = messages.filter(|message| {
            let file = message["filenames"][0].as_str().unwrap_or_default();
            message["reason"] == "compiler-artifact" && Path::new(file).starts_with(&of_target)
        });
        let expected: BTreeSet<_> = for_target
            .map(|message| {
                // `registry+URL#name@version`
                let id = message["package_id"].as_str().unwrap().rsplit('#').next().unwrap().replace('@', " ");
                if id.contains(' ') { id } else { format!("senhasegura-siem {id}") }
            })
            .filter(|id| !id.starts_with("senhasegura-siem "))
            .collect();
        assert!(expected.len() > 5, "{expected:?}");
        let mut found = named(&bill(compiled));
        assert!(found.remove(&format!("rust-std {}", rust())), "{found:?}");
        assert_eq!(found, expected, "{compiled:?}");
    }
}

fn rust() -> String {
    let said = Command::new("rustc").arg("-V").current_dir(guests::root()).output().unwrap();
    String::from_utf8(said.stdout).unwrap().split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn is_valid_by_the_schema() {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let packages = tools::python_package(cache, VALIDATOR).unwrap();
    let validate = "import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text = open(sys.argv[1]).read()
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(text))";
    let valid = |bill: &Value| {
        let path = cache.join("bill.cdx.json");
        fs::write(&path, bill.to_string()).unwrap();
        let mut python = Command::new("python3");
        let said = python.args(["-c", validate]).arg(&path).env("PYTHONPATH", &packages).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    };
    for compiled in [Compiled::Library("component"), Compiled::Command] {
        assert_eq!(valid(&bill(compiled)), "None");
    }
    let mut wrong = bill(Compiled::Library("component"));
    wrong["components"][0]["type"] = "nothing".into();
    assert!(valid(&wrong).contains("nothing"));
}

/// Each package that a bill names has its licence among the texts.
#[test]
fn licences_have_texts() {
    for compiled in [Compiled::Library("component"), guests::NPM, Compiled::CommandForWasi, Compiled::Command] {
        let texts = licences::third_party(&[compiled]).unwrap();
        let (list, texts) = texts.split_once(&"-".repeat(80)).unwrap();
        let rows = named(&bill(compiled)).into_iter().filter(|it| !it.starts_with("rust-std"));
        for package in rows {
            let row = list.lines().find(|line| line.starts_with(&format!("{package}: "))).unwrap();
            for number in row.split('[').skip(1).map(|rest| rest.split(']').next().unwrap()) {
                assert!(texts.contains(&format!("[{number}]\n\n")), "{row}");
            }
            assert!(row.ends_with(']'), "{row}");
        }
        assert!(list.contains("\nRust's standard library: MIT OR Apache-2.0 ["), "{list}");
        assert!(
            list.contains("  hashbrown-0.") && list.contains("library/core/src/unicode/unicode_data.rs: Unicode-3.0")
        );
        assert_eq!(list.contains("wasi-libc: "), compiled == Compiled::CommandForWasi);
        assert!(!texts.contains("&#") && !list.contains(['<', '>']), "{list}");
    }
}
