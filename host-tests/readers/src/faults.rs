//! Faults of the machine, for a program that is run by a test.

use std::path::{Path, PathBuf};
use std::{env, io};

/// Whether tests are to make as many faults as they can, which takes minutes: the variable `FAULTS` is `many`.
#[must_use]
pub fn are_many() -> bool {
    env::var_os("FAULTS").is_some_and(|value| value == "many")
}

/// Compiles the library `faults.c`, which says what it does. A program that is run with its path as `LD_PRELOAD` meets the
/// faults that other variables ask for.
///
/// # Errors
///
/// If there is no `gcc`.
pub fn library(cache: &Path) -> io::Result<PathBuf> {
    let library = cache.join("faults.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/faults.c");
    tools::compile_c(&source, &["-O1", "-shared", "-fPIC"], &library)?;
    Ok(library)
}
