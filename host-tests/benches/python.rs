//! Records a second in Python, beside those of the filter in the same run.
//!
//! `cargo test --package host-tests --bench python -- --bench`; `cargo bench` also compiles wasmtime anew, for nothing.

#![allow(clippy::expect_used, missing_docs)]

use std::env;
use std::process::Command;

use host_tests::python::{self, PYARROW, WASMTIME};

fn main() {
    let target = guests::target();
    let folder = target.join("tmp/python-bench");
    let interpreter = python::environment(&folder, &[WASMTIME, PYARROW]).expect("the package");
    // `cargo test --benches` wants to see that it works, not how fast.
    if env::args().any(|argument| argument == "--bench") {
        let filter = guests::build_native(&target, "release").expect("the filter");
        let root = guests::root();
        let mut rates = Command::new(interpreter);
        rates.arg(root.join("host-tests/python/rates.py")).arg(root.join("examples/data/day.ndjson")).arg(filter);
        assert!(rates.env_remove("PYTHONPATH").status().expect("Python").success());
    }
}
