//! Records a second in Python.
//!
//! `cargo bench --package host-tests --bench python`

#![allow(clippy::expect_used, missing_docs)]

use std::env;
use std::process::Command;

use host_tests::python;

fn main() {
    let folder = guests::target().join("tmp/python-bench");
    let path = python::install(&folder, &python::PACKAGES).expect("the package");
    // `cargo test --benches` wants to see that it works, not how fast.
    if env::args().any(|argument| argument == "--bench") {
        let root = guests::root();
        let mut rates = Command::new("python3");
        rates.arg(root.join("host-tests/python/rates.py")).arg(root.join("examples/data/day.ndjson"));
        assert!(rates.env("PYTHONPATH", path).status().expect("Python").success());
    }
}
