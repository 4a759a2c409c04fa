//! The page's commands print what it shows; `BLESS=1` puts it there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::path::Path;
use std::process::Command;
use std::{env, fs};

const COMMAND: &str = "```sh\ncargo run --bin capacity -- ";
const OUTPUT: &str = "\n```\n\n```text\n";

fn run(arguments: &str) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_capacity")).args(arguments.split(' ')).output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[test]
fn shows_what_its_commands_print() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut parts = page.split(COMMAND);
    let mut expected = parts.next().unwrap().to_owned();
    for part in parts {
        let (arguments, rest) = part.split_once(OUTPUT).unwrap();
        let (succeeded, output) = run(arguments);
        assert!(succeeded, "{output}");
        let (_, after) = rest.split_once("```\n").unwrap();
        expected += &[COMMAND, arguments, OUTPUT, &output, "```\n", after].concat();
    }
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    assert_eq!(page, expected, "BLESS=1 cargo test --package capacity --test page writes what the commands print");
}

#[test]
fn says_what_it_expects() {
    assert!(run("simulate FILTER 1000").0 && run("simulate clickhouse 1000").0);
    let (succeeded, output) = run("simulate f 1000");
    assert!(!succeeded && output.contains(r#"found "f", with which "Fluent Bit, interpreted", "#), "{output}");
    let (succeeded, output) = run("simulate zeek 1000");
    assert!(!succeeded && output.starts_with("error: host: expected the beginning of one of "), "{output}");
    assert!(!run("plan 0").0 && !run("plan --cores 0").0);
}
