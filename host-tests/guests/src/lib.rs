//! Builds the WebAssembly guests of senhasegura-siem the way they ship: by a cargo of its own, with link-time optimisation,
//! in a target folder of its own, so that neither the caller's flags nor its locks reach them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use wit_component::ComponentEncoder;

/// The file name of the component.
pub const COMPONENT: &str = "senhasegura-siem.wasm";

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "component";

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Builds the component into `folder`, with `target` for cargo's own files, and answers its path.
///
/// # Errors
///
/// If cargo fails, says that it is not to be found, or makes what is no component.
pub fn build_component(folder: &Path, target: &Path) -> Result<PathBuf> {
    // Every host of components knows SIMD.
    let module = build_module("component", "-Ctarget-feature=+simd128", target)?;
    let component = ComponentEncoder::default().validate(true).module(&module)?.encode()?;
    let path = folder.join(COMPONENT);
    fs::create_dir_all(folder)?;
    fs::write(&path, component).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

/// Builds the core module that the feature makes of the library, with these flags for rustc.
fn build_module(feature: &str, rustflags: &str, target: &Path) -> Result<Vec<u8>> {
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["rustc", "--lib", "--crate-type", "cdylib", "--locked"])
        .args(["--package", "senhasegura-siem", "--features", feature])
        .args(["--target", TARGET, "--profile", PROFILE])
        .arg("--target-dir")
        .arg(target)
        .current_dir(root())
        // What the caller's cargo and its build script are given is not meant for this one.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", rustflags)
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CARGO_TARGET_DIR")
        .status()
        .context("starting cargo")?;
    ensure!(
        status.success(),
        "cargo could not build the guest; `rustup toolchain install` installs the target {TARGET}"
    );
    let module = target.join(TARGET).join(PROFILE).join("senhasegura_siem.wasm");
    fs::read(&module).with_context(|| format!("reading {}", module.display()))
}

/// The files that a guest is made of, for `cargo::rerun-if-changed`.
#[must_use]
pub fn sources() -> Vec<PathBuf> {
    ["src", "wit", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"].map(|name| root().join(name)).to_vec()
}
