//! `bake`: writes a configuration into a guest.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use senhasegura_siem::bake::{self, BakeError};

use crate::apart::Apart;
use crate::failure::{self, Failure, STDIO};
use crate::options::config_text;
use crate::sink::Sink;
use crate::terminal::eprint_line;

/// Writes a configuration into a guest, a module or component, for a host that cannot pass one to it.
///
/// For example: senhasegura-siem bake --config siem.json fluent-bit.wasm -o siem.wasm
#[derive(Args)]
pub(crate) struct Bake {
    /// The guest, a file of WebAssembly. A configuration that it already has is replaced.
    guest: PathBuf,
    /// The configuration: a JSON file, or `-` for the standard input.
    #[arg(long, value_name = "FILE", required_unless_present = "show")]
    config: Option<PathBuf>,
    /// The file for the baked guest, or `-` for the standard output. If writing fails, an existing
    /// file stays unchanged.
    #[arg(short, long, value_name = "FILE", required_unless_present = "show")]
    output: Option<PathBuf>,
    /// Print the configuration that the guest has, and write nothing.
    #[arg(long, conflicts_with_all = ["config", "output"])]
    show: bool,
}

/// The maximum length of a guest in bytes, many times that of any guest of this project.
const GUEST_MAX: u64 = 64 << 20;

impl Bake {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let Self { guest: path, config, output, show } = self;
        let mut guest = Vec::new();
        let read = fs::File::open(path).and_then(|file| file.take(GUEST_MAX + 1).read_to_end(&mut guest));
        read.map_err(|error| Failure::at(path, &error))?;
        if guest.len() as u64 > GUEST_MAX {
            let message = format!(
                "{}: expected a module or component of at most {GUEST_MAX} bytes, found more",
                failure::name(path)
            );
            return Err(Failure::Usage(message));
        }
        if *show {
            let config = bake::baked(&guest).map_err(|error| refused(path, &error))?;
            if config.is_empty() {
                eprint_line(format_args!("{}: no configuration is baked", failure::name(path)));
                return Ok(());
            }
            return Sink::stdout().write(format!("{config}\n").as_bytes());
        }
        let (Some(config), Some(output)) = (config, output) else { return Ok(()) };
        if output.as_os_str() != STDIO {
            // The guest itself may be replaced.
            let mut apart = Apart::default();
            apart.read(config);
            apart.write(output)?;
        }
        let text = config_text(config)?;
        bake::bake(&mut guest, &text).map_err(|error| match error {
            BakeError::NotWasm(_) | BakeError::NoRegion | BakeError::Regions(_) => refused(path, &error),
            BakeError::TooLong(_) | BakeError::Config(_) => refused(config, &error),
        })?;
        if output.as_os_str() == STDIO {
            return Sink::stdout().write(&guest);
        }
        write(output, &guest).map_err(|error| Failure::at(output, &error))
    }
}

fn refused(path: &Path, error: &BakeError) -> Failure {
    Failure::Usage(format!("{}: {error}", failure::name(path)))
}

/// Replaces a file with these bytes, or leaves it unchanged if that fails.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = match fs::metadata(path) {
        // A device or a pipe is written, not replaced.
        Ok(found) if !found.is_file() => return fs::write(path, bytes),
        found => found.ok().map(|found| found.permissions()),
    };
    // A link's target is replaced, not the link. If the target is unknown or a stream of this
    // process, it is written instead.
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let target = match fs::canonicalize(path) {
        Ok(target) if !(is_link && path.starts_with("/dev")) => target,
        Err(_) if !is_link => path.to_owned(),
        _ => return fs::write(path, bytes),
    };
    let (unfinished, mut file) = unfinished(&target)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions)))
        .and_then(|()| fs::rename(&unfinished, &target));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Creates a temporary file beside another one. Those of runs that were killed may still exist.
fn unfinished(path: &Path) -> io::Result<(PathBuf, fs::File)> {
    let mut number = 0;
    loop {
        let unfinished = path.with_file_name(format!(".{}-{number}.tmp", std::process::id()));
        match fs::File::create_new(&unfinished) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 100 => number += 1,
            file => return Ok((unfinished, file?)),
        }
    }
}
