//! `cargo debian` builds the Debian package into `dist/`: the command with its man pages and
//! completions, and the examples. What is in it is said in the manifest of senhasegura-siem, as
//! `cargo deb` has it.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

use cargo_deb::compress::{CompressConfig, Format};
use cargo_deb::listener::StdErrListener;
use cargo_deb::{CargoDeb, OutputPath};
use guests::Result;

const SHELLS: [(&str, &str); 3] =
    [("bash", "senhasegura-siem"), ("zsh", "_senhasegura-siem"), ("fish", "senhasegura-siem.fish")];
const COMMANDS: [&str; 5] = ["convert", "explain", "check", "kinds", "bake"];

fn main() -> ExitCode {
    guests::exit(build())
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
    let root = guests::root();
    let command = guests::build_native(&guests::target(), "release")?;
    // Where the manifest says that they are.
    let folder = root.join("dist/debian");
    for name in COMMANDS {
        guests::write(&folder, &format!("senhasegura-siem-{name}.1"), &said(&command, &["man", name])?)?;
    }
    guests::write(&folder, "senhasegura-siem.1", &said(&command, &["man"])?)?;
    for (shell, name) in SHELLS {
        guests::write(&folder.join(shell), name, &said(&command, &["completions", shell])?)?;
    }
    let (manifest, output) = (root.join("Cargo.toml"), root.join("dist"));
    let mut package = CargoDeb {
        no_build: true,
        deb_output: Some(OutputPath { path: &output, is_dir: true }),
        compress_config: CompressConfig {
            fast: false,
            compress_type: Format::Gzip,
            compress_system: false,
            rsyncable: false,
        },
        ..CargoDeb::default()
    };
    package.options.manifest_path = Some(&manifest);
    package.options.selected_package_name = Some("senhasegura-siem");
    package.options.cargo_locking_flags.locked = true;
    let listener = StdErrListener { verbose: true, quiet: false, color: Default::default() };
    package.process(&listener).map_err(|error| format!("building the package: {error}").into())
}

/// What a command prints.
fn said(command: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let finished = Command::new(command).args(arguments).output()?;
    if finished.status.success() {
        Ok(finished.stdout)
    } else {
        Err(format!("{arguments:?}: {}", finished.status).into())
    }
}
