//! The tests that `SECURITY.md` names exist. The README's tests check its links.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;

/// The links of a line: their texts, their targets and what follows them.
fn links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split("](").skip(1).map(|rest| rest.split_once(')').unwrap())
}

fn read(file: &str) -> String {
    fs::read_to_string(guests::root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Whether a file has a test of this name. Other attributes may stand between `#[test]` and the function.
fn has_test(file: &str, code: &str, name: &str) -> bool {
    if file.ends_with(".py") {
        return name.starts_with("test_") && code.contains(&format!("def {name}("));
    }
    let Some((before, _)) = code.split_once(&format!("fn {name}(")) else { return false };
    let above = before.rsplit('\n').skip(1).map(str::trim);
    above.take_while(|line| line.starts_with("#[")).any(|line| line == "#[test]")
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
            assert!(has_test(file, &code, name), "{file}: {name}");
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}
