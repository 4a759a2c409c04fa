//! `cargo guests` builds what ships.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use guests::{Guests, Result};

/// Builds what pipelines load, into a folder: the WebAssembly component, the core modules, the command for WASI, the
/// npm package, the playground and the Python package.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo guests")]
struct Arguments {
    /// The folder to build into [default: dist, in the project's folder]
    folder: Option<PathBuf>,

    /// Build only this one; may be given more than once
    #[arg(long, value_name = "GUEST", value_parser = PossibleValuesParser::new(guests::names()))]
    only: Vec<String>,
}

fn main() -> ExitCode {
    let Arguments { folder, only } = Arguments::parse();
    let folder = folder.unwrap_or_else(guests::dist);
    guests::exit(build(&folder, &only))
}

fn build(folder: &Path, only: &[String]) -> Result<()> {
    let mut built = Vec::new();
    if only.is_empty() {
        let Guests { component, modules, command, package, wheel } = guests::build_all(folder)?;
        built.push(guests::playground::build(folder, &package)?);
        built.push(component);
        built.extend(modules);
        built.extend([guests::write_header(folder)?, wheel, command, package]);
    }
    for name in only {
        built.extend(guests::build_only(name, folder)?);
    }
    for path in built {
        if path.is_dir() {
            eprintln!("{}", path.display());
        } else {
            eprintln!("{}: {} bytes", path.display(), path.metadata()?.len());
        }
    }
    Ok(())
}
