//! `cargo debian` builds the Debian package.

use std::process::ExitCode;

use clap::Parser;
use guests::{Result, release};

/// Builds the Debian package into the folder `dist` of the project.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo debian")]
struct Arguments {}

fn main() -> ExitCode {
    let Arguments {} = Arguments::parse();
    release::at_its_time(build)
}

fn build() -> Result<()> {
    debian::stage()?;
    let package = debian::pack(&guests::dist())?;
    println!("{}", package.display());
    Ok(())
}
