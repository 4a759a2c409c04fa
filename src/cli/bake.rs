//! `bake`: a configuration into a guest.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use senhasegura_siem::bake::{self, BakeError};

use crate::Failure;
use crate::report::say;

/// Writes a configuration into a guest: a module or component for a host that gives it none.
///
/// For example: senhasegura-siem bake --config siem.json senhasegura-siem-fluent-bit.wasm -o siem.wasm
#[derive(Args)]
pub(crate) struct Bake {
    /// The guest, as it was built or baked before.
    guest: PathBuf,
    /// The configuration, a file of JSON; it is checked first.
    #[arg(long, value_name = "FILE", required_unless_present = "show")]
    config: Option<PathBuf>,
    /// Where the baked guest goes.
    #[arg(short, long, value_name = "FILE", required_unless_present = "show")]
    output: Option<PathBuf>,
    /// Print the configuration that the guest has instead.
    #[arg(long, conflicts_with_all = ["config", "output"])]
    show: bool,
}

impl Bake {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let Self { guest: path, config, output, show } = self;
        let mut guest = fs::read(path).map_err(|error| Failure::at(path, &error))?;
        if *show {
            let config = bake::baked(&guest).map_err(|error| refused(path, &error))?;
            if config.is_empty() {
                say(format_args!("{}: no configuration is baked", path.display()));
                return Ok(());
            }
            return writeln!(io::stdout(), "{config}").map_err(|error| Failure::of("standard output", &error));
        }
        let (Some(config_path), Some(output)) = (config, output) else { return Ok(()) };
        let text = fs::read(config_path).map_err(|error| Failure::at(config_path, &error))?;
        let text =
            String::from_utf8(text).map_err(|error| Failure::Usage(format!("{}: {error}", config_path.display())))?;
        bake::bake(&mut guest, &text).map_err(|error| match error {
            BakeError::NoRegion | BakeError::Regions(_) => refused(path, &error),
            BakeError::TooLong(_) | BakeError::Config(_) => refused(config_path, &error),
        })?;
        fs::write(output, guest).map_err(|error| Failure::at(output, &error))
    }
}

fn refused(path: &Path, error: &BakeError) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}
