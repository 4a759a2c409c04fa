//! Faults of the machine, for a program that is run by a test.

use std::io;
use std::path::{Path, PathBuf};

/// Compiles the library `faults.c`, which says what it does. A program that is run with its path as `LD_PRELOAD` meets the
/// faults that other variables ask for.
///
/// # Errors
///
/// If there is no `gcc`.
pub fn library(cache: &Path) -> io::Result<PathBuf> {
    let library = cache.join(format!("faults-{}.so", std::process::id()));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/faults.c");
    tools::compile_c(&source, &["-O1", "-shared", "-fPIC"], &library)?;
    Ok(library)
}
