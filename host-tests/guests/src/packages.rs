//! The packages that are compiled into what ships, as cargo resolves them for it: with the features that it is
//! built with, for its target.

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::{BARE, Result, WASI, root};

/// What is compiled of the root package: a library of one feature for WebAssembly, or the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compiled {
    /// The library with this feature, for a host that gives it nothing but its own functions.
    Library(&'static str),
    /// The command for WASI.
    CommandForWasi,
    /// The command for this machine.
    Command,
}

impl Compiled {
    /// The target, unless it is this machine.
    #[must_use]
    pub fn target(self) -> Option<&'static str> {
        match self {
            Self::Library(_) => Some(BARE),
            Self::CommandForWasi => Some(WASI),
            Self::Command => None,
        }
    }

    /// What cargo is to be told of the package, its features and the target, whether it builds or lists.
    #[must_use]
    pub fn arguments(self) -> Vec<&'static str> {
        let mut arguments = vec!["--locked", "--package", "senhasegura-siem"];
        if let Self::Library(feature) = self {
            arguments.extend(["--no-default-features", "--features", feature]);
        }
        arguments.extend(self.target().into_iter().flat_map(|target| ["--target", target]));
        arguments
    }
}

/// A package of which code is compiled into an artefact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SPDX expression of its licence, as its manifest has it.
    pub licence: String,
    /// The features that it is compiled with.
    pub features: Vec<String>,
    /// The SHA-256 of its archive, by the lock file; none for our own.
    pub checksum: Option<String>,
    /// The folder of its sources.
    pub folder: PathBuf,
    /// The indices of the packages that it uses.
    pub uses: Vec<usize>,
}

/// Returns the packages that are compiled into an artefact, our own first. What only runs while it is built, such
/// as macros, is not among them.
///
/// # Errors
///
/// If cargo fails, or its answer is not understood.
pub fn packages(compiled: Compiled) -> Result<Vec<Package>> {
    let arguments = compiled.arguments();
    let tree = ["--edges", "normal,no-proc-macro", "--prefix", "depth", "--no-dedupe", "--format", "\t{p}\t{f}"];
    let tree = cargo("tree", &[&arguments[..], &tree].concat())?;
    let known = Known::read(compiled.target())?;
    let mut packages: Vec<Package> = Vec::new();
    // The packages that lead to the one of a line, by their depth.
    let mut way: Vec<usize> = Vec::new();
    for line in tree.lines() {
        let expected = || format!("expected a depth, a package and its features from cargo tree, found `{line}`");
        let [depth, package, features] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(expected().into());
        };
        let depth: usize = depth.parse().map_err(|_| expected())?;
        let (name, version) = package.split_once(" v").ok_or_else(expected)?;
        let version = version.split(' ').next().unwrap_or_default();
        let index = match packages.iter().position(|known| known.name == name && known.version == version) {
            Some(index) => index,
            None => {
                packages.push(known.package(name, version, features)?);
                packages.len() - 1
            }
        };
        way.truncate(depth);
        if let Some(user) =
            way.last().and_then(|user| packages.get_mut(*user)).filter(|user| !user.uses.contains(&index))
        {
            user.uses.push(index);
        }
        way.push(index);
    }
    if packages.is_empty() { Err("expected packages from cargo tree, found none".into()) } else { Ok(packages) }
}

/// What cargo knows of the packages of the workspace, by name and version.
struct Known {
    metadata: HashMap<(String, String), (String, PathBuf)>,
    checksums: HashMap<(String, String), String>,
}

impl Known {
    fn read(target: Option<&str>) -> Result<Self> {
        let host = host()?;
        let mut arguments = vec!["--locked", "--all-features", "--format-version", "1", "--filter-platform", &host];
        arguments.extend(target.into_iter().flat_map(|target| ["--filter-platform", target]));
        let found: Value = serde_json::from_str(&cargo("metadata", &arguments)?)?;
        let mut metadata = HashMap::new();
        let packages = found.get("packages").and_then(Value::as_array);
        for package in packages.ok_or("expected packages from cargo metadata")? {
            let text = |name: &str| package.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let manifest = PathBuf::from(text("manifest_path"));
            let folder = manifest.parent().ok_or("expected the path of a manifest from cargo metadata")?.to_owned();
            metadata.insert((text("name"), text("version")), (text("license"), folder));
        }
        Ok(Self { metadata, checksums: checksums(&fs::read_to_string(root().join("Cargo.lock"))?) })
    }

    fn package(&self, name: &str, version: &str, features: &str) -> Result<Package> {
        let key = (name.to_owned(), version.to_owned());
        let (licence, folder) =
            self.metadata.get(&key).ok_or_else(|| format!("expected {name} {version} from cargo metadata"))?.clone();
        if licence.is_empty() {
            return Err(format!("expected the licence of {name} {version} in its manifest, found none").into());
        }
        Ok(Package {
            checksum: self.checksums.get(&key).cloned(),
            name: key.0,
            version: key.1,
            // How manifests wrote it before they had SPDX expressions.
            licence: licence.replace('/', " OR "),
            features: features.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned).collect(),
            folder,
            uses: Vec::new(),
        })
    }
}

/// The checksums in a lock file, by name and version.
fn checksums(lock: &str) -> HashMap<(String, String), String> {
    let packages = lock.split("[[package]]").filter_map(|package| {
        let value = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""))?;
            line.strip_suffix('"').map(str::to_owned)
        };
        Some(((value("name")?, value("version")?), value("checksum")?))
    });
    packages.collect()
}

/// The target of this machine.
///
/// # Errors
///
/// If rustc fails or is not found.
pub fn host() -> Result<String> {
    let version = said(Command::new("rustc").arg("-vV"), "rustc")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("expected a line `host:` from rustc -vV")?.to_owned())
}

fn cargo(command: &str, arguments: &[&str]) -> Result<String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    said(cargo.arg(command).args(arguments), "cargo")
}

/// What a program prints that is run in the root. `name` is what an error calls it.
///
/// # Errors
///
/// If it fails, is not found, or prints what is not UTF-8.
pub fn said(command: &mut Command, name: &str) -> Result<String> {
    let finished = command.current_dir(root()).output().map_err(|error| format!("starting {name}: {error}"))?;
    if finished.status.success() {
        Ok(String::from_utf8(finished.stdout)?)
    } else {
        Err(format!("{name}: {}\n{}", finished.status, String::from_utf8_lossy(&finished.stderr)).into())
    }
}
