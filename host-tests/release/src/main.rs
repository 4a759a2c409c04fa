//! `cargo dist` makes a release.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use guests::release::at_its_time;

/// Makes a release in a folder: what `cargo guests` and `cargo debian` build, archives of it, lists of the packages
/// compiled in and their licences, and SHA256SUMS. It has the same bytes wherever it is made, with the two exceptions
/// that CONTRIBUTING.md names.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo dist")]
struct Arguments {
    /// The folder [default: dist, in the project's folder]. Its folders `npm` and `playground` are removed first
    folder: Option<PathBuf>,
}

fn main() -> ExitCode {
    let folder = Arguments::parse().folder.unwrap_or_else(guests::dist);
    at_its_time(|| release::make(&folder))
}
