//! `senhasegura-siem`: what people do with the guests at a shell.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use senhasegura_siem::bake::{self, BakeError};

/// Turns senhasegura (Segura) privileged-access events into CEF, RFC 5424 or Sensage.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Bake(Bake),
}

/// Writes a configuration into a guest: a module or component for a host that gives it none.
#[derive(Args)]
struct Bake {
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

/// What went wrong, and whose fault it is.
enum Failure {
    /// 2: the arguments or the configuration.
    Usage(String),
    /// 3: what was to be read or written.
    Io(String),
}

fn main() -> ExitCode {
    let Cli { command: Command::Bake(bake) } = Cli::parse();
    let (code, message) = match run(&bake) {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Usage(message)) => (2, message),
        Err(Failure::Io(message)) => (3, message),
    };
    eprintln!("error: {message}");
    ExitCode::from(code)
}

fn run(arguments: &Bake) -> Result<(), Failure> {
    let Bake { guest: path, config, output, show } = arguments;
    let mut guest = read(path)?;
    if *show {
        let config = bake::baked(&guest).map_err(|error| refused(path, &error))?;
        return writeln!(io::stdout(), "{config}").map_err(|error| Failure::Io(format!("standard output: {error}")));
    }
    let (Some(config_path), Some(output)) = (config, output) else { return Ok(()) };
    let text = String::from_utf8(read(config_path)?)
        .map_err(|error| Failure::Usage(format!("{}: {error}", config_path.display())))?;
    bake::bake(&mut guest, &text).map_err(|error| match error {
        BakeError::NoRegion | BakeError::Regions(_) => refused(path, &error),
        BakeError::TooLong(_) | BakeError::Config(_) => refused(config_path, &error),
    })?;
    fs::write(output, guest).map_err(|error| io_failure(output, &error))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| io_failure(path, &error))
}

fn io_failure(path: &Path, error: &io::Error) -> Failure {
    Failure::Io(format!("{}: {error}", path.display()))
}

fn refused(path: &Path, error: &BakeError) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}
