//! Builds the Debian package: the command with its man pages and completions, the licences of what is compiled in,
//! and the examples. What is in it is said in the manifest of senhasegura-siem, as `cargo deb` has it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::{env, fs};

use cargo_deb::compress::{CompressConfig, Format};
use cargo_deb::listener::{Listener, StdErrListener};
use cargo_deb::{CargoDeb, OutputPath};
use guests::{Compiled, Result, licences};

const SHELLS: [(&str, &str); 3] =
    [("bash", "senhasegura-siem"), ("zsh", "_senhasegura-siem"), ("fish", "senhasegura-siem.fish")];
const COMMANDS: [&str; 5] = ["convert", "explain", "check", "kinds", "bake"];

/// The folder for what is in the package, from the root: where the manifest says that it is.
pub const STAGE: &str = "dist/debian";

/// The name of the command in it.
const COMMAND: &str = "senhasegura-siem";

/// Builds the command for this machine and the files beside it into [`STAGE`], and returns the folder.
///
/// # Errors
///
/// If cargo fails, or a file cannot be written.
pub fn stage() -> Result<PathBuf> {
    let folder = guests::root().join(STAGE);
    let built = guests::build_command_for_this_machine()?;
    let command = guests::write(&folder, COMMAND, &fs::read(&built)?)?;
    fs::set_permissions(&command, fs::metadata(&built)?.permissions())?;
    let said = |arguments: &[&str]| guests::said(Command::new(&command).args(arguments), COMMAND);
    for name in COMMANDS {
        guests::write(&folder, &format!("senhasegura-siem-{name}.1"), said(&["man", name])?.as_bytes())?;
    }
    guests::write(&folder, "senhasegura-siem.1", said(&["man"])?.as_bytes())?;
    for (shell, name) in SHELLS {
        guests::write(&folder.join(shell), name, said(&["completions", shell])?.as_bytes())?;
    }
    let third_party = licences::third_party(&[Compiled::Command])?;
    guests::write(&folder, licences::FILE, third_party.as_bytes())?;
    let mut copyright = String::from("senhasegura-siem is Apache-2.0 OR MIT.\n\n");
    for name in licences::OWN {
        copyright += &(fs::read_to_string(guests::root().join(name))? + "\n");
    }
    guests::write(&folder, "copyright", (copyright + &third_party).as_bytes())?;
    Ok(folder)
}

/// Packs what [`stage`] has built into `folder`, and returns the path of the package. The time of its files is
/// SOURCE_DATE_EPOCH, which must be set.
///
/// # Errors
///
/// If cargo-deb refuses.
pub fn pack(folder: &Path) -> Result<PathBuf> {
    env::var("SOURCE_DATE_EPOCH").map_err(|_| "expected SOURCE_DATE_EPOCH, the time of the files")?;
    let manifest = guests::root().join("Cargo.toml");
    let mut package = CargoDeb {
        no_build: true,
        deb_output: Some(OutputPath { path: folder, is_dir: true }),
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
    let heard = Heard {
        to: StdErrListener { verbose: true, quiet: false, color: Default::default() },
        warnings: Mutex::default(),
        package: Mutex::default(),
    };
    package.process(&heard).map_err(|error| format!("building the package: {error}"))?;
    let warnings = heard.warnings.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !warnings.is_empty() {
        return Err(format!("expected no warning of cargo-deb, found: {}", warnings.join("; ")).into());
    }
    let package = heard.package.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(package.ok_or("expected the path of the package from cargo-deb, found none")?)
}

/// What cargo-deb says, which is also printed.
struct Heard {
    to: StdErrListener,
    warnings: Mutex<Vec<String>>,
    package: Mutex<Option<PathBuf>>,
}

impl Listener for Heard {
    fn warning(&self, text: String) {
        self.to.warning(text.clone());
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }

    fn info(&self, text: String) {
        self.to.info(text);
    }

    fn progress(&self, operation: &str, detail: String) {
        self.to.progress(operation, detail);
    }

    fn generated_archive(&self, path: &Path) {
        *self.package.lock().unwrap_or_else(PoisonError::into_inner) = Some(path.to_owned());
    }
}
