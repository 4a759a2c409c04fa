//! The Python package, installed by pip.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The path of the wheel.
pub const PATH: &str = env!("WHEEL");

/// What the package needs.
pub const WASMTIME: &str = "wasmtime==50.0.1";

/// What its columns need.
pub const PYARROW: &str = "pyarrow==26.0.1";

/// Makes a virtual environment in a folder, which is emptied, installs the wheel there beside other packages, and
/// returns the path of its interpreter. What the wheel says that it needs must be among them, or among what they need.
///
/// # Errors
///
/// If Python or pip fails, or a package cannot be got from PyPI.
pub fn environment(folder: &Path, packages: &[&str]) -> io::Result<PathBuf> {
    // Debian's Python has no pip to put into it; that of the machine installs there as well.
    let create = ["-m", "venv", "--clear", "--without-pip"].map(OsStr::new);
    run(Command::new("python3").args(create).arg(folder))?;
    let interpreter = folder.join("bin/python");
    let wheels = tools::python_wheels(&guests::target().join("tmp"), packages)?;
    let pip = ["-m", "pip", "--quiet", "--disable-pip-version-check", "--python"].map(OsStr::new);
    let install = ["install", "--no-index", "--find-links"].map(OsStr::new);
    run(Command::new("python3").args(pip).arg(&interpreter).args(install).arg(wheels).arg(PATH).args(packages))?;
    Ok(interpreter)
}

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
    run(Command::new("python3").args(options).arg(folder).arg(PATH))?;
    let cache = guests::target().join("tmp");
    let mut path = vec![folder.to_owned()];
    for package in packages {
        path.push(tools::python_package(&cache, package)?);
    }
    env::join_paths(path).map_err(io::Error::other)
}

fn run(command: &mut Command) -> io::Result<()> {
    // Of the environment, and nothing else.
    let status = command.env_remove("PYTHONPATH").status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}
