//! `cargo debian` builds the Debian package into `dist/`.

use std::env;
use std::process::ExitCode;

use guests::{Result, release};

fn main() -> ExitCode {
    release::at_its_time(build)
}

fn build() -> Result<()> {
    if let Some(argument) = env::args().nth(1) {
        println!("cargo debian: builds the Debian package into dist/");
        return if argument == "--help" {
            Ok(())
        } else {
            Err(format!("expected no argument, found {argument}").into())
        };
    }
    debian::stage()?;
    let package = debian::pack(&guests::root().join("dist"))?;
    println!("{}", package.display());
    Ok(())
}
