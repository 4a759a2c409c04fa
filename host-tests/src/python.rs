//! The Python package, installed by pip into a folder.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

/// The path of the wheel.
pub const PATH: &str = env!("WHEEL");

/// What the package needs, and what its columns need.
pub const PACKAGES: [&str; 2] = ["wasmtime==50.0.1", "pyarrow==26.0.1"];

/// Installs the wheel into a folder, which is emptied, and returns the `PYTHONPATH` that has it and other packages.
///
/// # Errors
///
/// If pip refuses the wheel, or a package cannot be got from PyPI.
pub fn install(folder: &Path, packages: &[&str]) -> io::Result<OsString> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"];
    let status = Command::new("python3").args(options).arg(folder).arg(PATH).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("pip: {status}")));
    }
    let cache = guests::target().join("tmp");
    let mut path = vec![folder.to_owned()];
    for package in packages {
        path.push(tools::python_package(&cache, package)?);
    }
    env::join_paths(path).map_err(io::Error::other)
}
