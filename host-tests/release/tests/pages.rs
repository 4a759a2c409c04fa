//! `SECURITY.md` names tests that are there. That links lead somewhere is for the tests of the README.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;

/// The links of a line: their texts, their targets and what follows them.
fn links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split("](").skip(1).map(|rest| rest.split_once(')').unwrap())
}

fn read(file: &str) -> String {
    fs::read_to_string(guests::root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// In the table of promises, the names of tests follow the file that they are in.
#[test]
fn name_tests_that_are_there() {
    let text = read("SECURITY.md");
    let mut count = 0;
    for (file, rest) in text.lines().filter(|line| line.starts_with('|')).flat_map(links) {
        let code = read(file.split('#').next().unwrap());
        let names = rest.split('[').next().unwrap().split('`').skip(1).step_by(2);
        for name in names.filter(|_| file.ends_with(".rs") || file.ends_with(".py")) {
            assert!(code.contains(&format!("fn {name}(")) || code.contains(&format!("def {name}(")), "{file}: {name}");
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}
