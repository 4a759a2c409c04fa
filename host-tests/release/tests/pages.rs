//! The pages for those who change the project name files and tests that are there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::fs;

/// The links of a line: their texts, their targets and what follows them.
fn links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split("](").skip(1).map(|rest| rest.split_once(')').unwrap())
}

fn read(file: &str) -> String {
    fs::read_to_string(guests::root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The anchors of a page, as GitHub makes them of its headings.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-")).collect()
}

#[test]
fn link_to_what_is_there() {
    for page in ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"] {
        let text = read(page);
        for (target, _) in text.lines().flat_map(links).filter(|(target, _)| !target.starts_with("http")) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let linked = read(file);
            assert!(anchor.is_empty() || anchors(&linked).iter().any(|it| it == anchor), "{page}: {target}");
        }
    }
}

/// In the table of promises, the names of tests follow the file that they are in.
#[test]
fn name_tests_that_are_there() {
    let text = read("SECURITY.md");
    let mut count = 0;
    for (file, rest) in text.lines().filter(|line| line.starts_with('|')).flat_map(links) {
        let code = read(file);
        let names = rest.split('[').next().unwrap().split('`').skip(1).step_by(2);
        for name in names.filter(|_| file.ends_with(".rs") || file.ends_with(".py")) {
            assert!(code.contains(&format!("fn {name}(")) || code.contains(&format!("def {name}(")), "{file}: {name}");
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}
