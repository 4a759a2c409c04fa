//! Builds the WebAssembly guests of senhasegura-siem the way they ship: by a cargo of its own, with
//! link-time optimisation, in a target folder of its own, so that neither the caller's flags nor
//! its locks reach them.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};
use std::thread;

use wit_component::ComponentEncoder;

pub mod licences;
mod npm;
mod optimize;
mod packages;
pub mod playground;
mod python;
pub mod release;

pub use npm::COMPILED as NPM;
pub use packages::{Compiled, Package, host, packages, said};
pub use tools::root;

/// What went wrong, in words.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The file name of the component.
pub const COMPONENT: &str = "senhasegura-siem.wasm";

/// A core module that ships.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    /// The feature of the library that makes it.
    pub feature: &'static str,
    /// The last part of its file name.
    pub name: &'static str,
    /// Of the root's `Cargo.toml`.
    profile: &'static str,
    /// For rustc: those of its kind, and its own.
    rustflags: [&'static str; 2],
    /// Those that make Binaryen know the same features of WebAssembly.
    features: &'static [&'static str],
}

/// For rustc: little code. Loops that are unrolled, or count as processors like it, and functions inlined up to
/// LLVM's threshold of 225 are bytes that save few instructions, or none.
const SMALL: &str = "--cfg=small -Cllvm-args=--inline-threshold=60 -Cllvm-args=--disable-lsr \
    -Cllvm-args=--unroll-threshold=0 -Cllvm-args=--unroll-allow-partial=false -Cllvm-args=--unroll-runtime=false \
    -Cllvm-args=--unroll-allow-peeling=false";

/// For rustc, and [`WITH_SIMD`] for Binaryen.
const SIMD: &str = "-Ctarget-feature=+simd128";
const WITH_SIMD: &[&str] = &["--enable-simd"];

impl Module {
    /// For hosts that interpret it, or hold many instances: they want little code.
    const fn small(feature: &'static str) -> Self {
        Self { feature, name: feature, profile: "component", rustflags: [SMALL, ""], features: &[] }
    }

    /// For hosts that compile it, all of which know SIMD.
    const fn fast(feature: &'static str, name: &'static str) -> Self {
        Self { feature, name, profile: "component", rustflags: [SIMD, ""], features: WITH_SIMD }
    }

    const fn with(self, rustflags: &'static str, features: &'static [&'static str]) -> Self {
        Self { rustflags: [self.rustflags[0], rustflags], features, ..self }
    }

    /// What it is compiled from.
    #[must_use]
    pub fn compiled(&self) -> Compiled {
        Compiled::Library(self.feature)
    }

    /// Its file name.
    #[must_use]
    pub fn file(&self) -> String {
        format!("senhasegura-siem-{}.wasm", self.name)
    }
}

/// The core module for embedders, which the Python package has, too.
pub const CORE: Module = Module::fast("c-abi", "core");

/// The core modules.
pub const MODULES: &[Module] = &[
    Module::small("fluent-bit"),
    // Their host compiles. A fourteenth fewer instructions are worth the 3 kB of SIMD.
    Module::small("redpanda-connect").with(SIMD, WITH_SIMD),
    Module::small("bento").with(SIMD, WITH_SIMD),
    // The host gives 2 MiB of memory, of which rustc's stack would take half.
    Module::small("redpanda").with("-Clink-arg=-zstack-size=131072", &[]),
    Module::fast("clickhouse", "clickhouse"),
    Module::fast("envoy", "envoy"),
    CORE,
];

/// The header of the module for embedders.
pub const HEADER: &str = "senhasegura-siem-core.h";

/// The file name of the command for WASI.
pub const COMMAND: &str = "senhasegura-siem-command.wasm";

const BARE: &str = "wasm32-unknown-unknown";
const WASI: &str = "wasm32-wasip2";

/// The folder of the target files of the cargo that runs this.
#[must_use]
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The folder that programs build into, unless they are told another.
#[must_use]
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// What a program ends with that only builds; an error is printed.
#[must_use]
pub fn exit(built: Result<()>) -> ExitCode {
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Copies a folder of the repository without what is built and what is not its own.
///
/// # Errors
///
/// If a file cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        if ["target", "dist", ".git", "node_modules", "package-lock.json"].iter().any(|skipped| name == *skipped) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// Where everything is that is built of the library.
#[derive(Debug)]
pub struct Guests {
    /// The component.
    pub component: PathBuf,
    /// Those of [`MODULES`], in their order.
    pub modules: Vec<PathBuf>,
    /// The command for WASI.
    pub command: PathBuf,
    /// The folder of the npm package.
    pub package: PathBuf,
    /// The wheel of the Python package.
    pub wheel: PathBuf,
}

/// Builds all guests into `folder`.
///
/// # Errors
///
/// If cargo, Node or npm fails or is not found, or makes what is no component.
pub fn build_all(folder: &Path) -> Result<Guests> {
    let target = &target_of_guests()?;
    let mut jobs: Vec<Job<'_>> = vec![Box::new(|| build_component(folder, target))];
    for module in MODULES {
        jobs.push(Box::new(|| build_module(module, folder, target)));
    }
    jobs.push(Box::new(|| build_command(folder, target)));
    jobs.push(Box::new(|| npm::build_package(folder, target)));
    let mut paths = two_at_a_time(jobs)?.into_iter();
    let mut next = || paths.next().ok_or("a guest is missing");
    Ok(Guests {
        component: next()?,
        modules: MODULES.iter().map(|_| next()).collect::<std::result::Result<_, _>>()?,
        command: next()?,
        package: next()?,
        wheel: python::build_wheel(&folder.join(CORE.file()), folder)?,
    })
}

/// The names of what can be built alone, for [`build_only`].
pub fn names() -> impl Iterator<Item = &'static str> {
    let modules = MODULES.iter().map(|module| module.name);
    ["component"].into_iter().chain(modules).chain(["command", "npm", "playground", "python"])
}

/// Builds one guest into `folder`, and what it is made of, and returns the path of each.
///
/// # Errors
///
/// As [`build_all`]; and if there is none of this name.
pub fn build_only(name: &str, folder: &Path) -> Result<Vec<PathBuf>> {
    let target = &target_of_guests()?;
    let paths = match name {
        "component" => vec![build_component(folder, target)?],
        "command" => vec![build_command(folder, target)?],
        "npm" => vec![npm::build_package(folder, target)?],
        "playground" => {
            let package = npm::build_package(folder, target)?;
            vec![playground::build(folder, &package)?, package]
        }
        "python" => {
            let core = build_module(&CORE, folder, target)?;
            vec![python::build_wheel(&core, folder)?, core]
        }
        name => {
            let module = MODULES.iter().find(|module| module.name == name);
            let module = module.ok_or_else(|| format!("expected the name of a guest, found {name}"))?;
            let header = if name == CORE.name { Some(write_header(folder)?) } else { None };
            [build_module(module, folder, target)?].into_iter().chain(header).collect()
        }
    };
    Ok(paths)
}

/// Returns the folder for cargo's files of guests, that of all who build them: what is up to date is not built
/// again. A copy of the repository inside of the target folder has its own, as cargo tells sources apart by their
/// paths in the workspace.
fn target_of_guests() -> Result<PathBuf> {
    let (root, target) = (root().canonicalize()?, target());
    let is_copy = target.canonicalize().is_ok_and(|target| root.starts_with(target));
    let copy = root.file_name().filter(|_| is_copy).map(|name| format!("guests-{}", name.display()));
    Ok(target.join(copy.as_deref().unwrap_or("guests")))
}

/// Builds one guest.
type Job<'j> = Box<dyn FnOnce() -> Result<PathBuf> + Send + 'j>;

/// Does jobs two at a time, as cargo builds one guest while Binaryen optimises another, and returns their
/// outcomes in their order. No job is begun after one has failed.
fn two_at_a_time(jobs: Vec<Job<'_>>) -> Result<Vec<PathBuf>> {
    let (left, done) = (Mutex::new(jobs.into_iter().enumerate()), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, job)) = next else { return };
            let outcome = job();
            if outcome.is_err() {
                left.lock().unwrap_or_else(PoisonError::into_inner).by_ref().for_each(drop);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, outcome));
        }
    };
    thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Builds the component into `folder`, with `target` for cargo's own files, and returns its path.
fn build_component(folder: &Path, target: &Path) -> Result<PathBuf> {
    let module = build(&Module::fast("component", "component"), target)?;
    let encoder = ComponentEncoder::default().validate(true).module(&module);
    let component = encoder.and_then(|mut encoder| encoder.encode()).map_err(|error| format!("{error:#}"))?;
    write(folder, COMPONENT, &component)
}

/// Builds a core module into `folder`, as [`build_component`] does the component.
fn build_module(module: &Module, folder: &Path, target: &Path) -> Result<PathBuf> {
    write(folder, &module.file(), &build(module, target)?)
}

/// Copies the header of the module for embedders into `folder`, and returns its path.
///
/// # Errors
///
/// If it cannot be read or written.
pub fn write_header(folder: &Path) -> Result<PathBuf> {
    write(folder, HEADER, &read(&root().join("src/guest/c_abi.h"))?)
}

/// Builds the command for WASI into `folder`, as [`build_component`] does the component.
fn build_command(folder: &Path, target: &Path) -> Result<PathBuf> {
    let _locked = lock(target)?;
    build_shipped(
        "build",
        Compiled::CommandForWasi,
        &["--bin", "senhasegura-siem", "--profile", "command"],
        target,
        "",
    )?;
    write(folder, COMMAND, &read(&target.join(WASI).join("command/senhasegura-siem.wasm"))?)
}

/// Builds the command for this machine beside what the caller's cargo builds, in the profile
/// `debug` or `release`, and returns its path.
///
/// # Errors
///
/// If cargo fails, or is not found.
pub fn build_native(target: &Path, profile: &str) -> Result<PathBuf> {
    // The profile of the folder `debug` is called `dev`.
    let name = if profile == "debug" { "dev" } else { profile };
    let arguments = ["--bin", "senhasegura-siem", "--profile", name];
    run(&mut cargo("build", Compiled::Command, &arguments, target), REFUSED)?;
    Ok(command(&target.join(profile)))
}

/// Builds the command for this machine as it ships, apart from what the caller's cargo builds, and returns its path.
///
/// # Errors
///
/// If cargo fails, or is not found.
pub fn build_command_for_this_machine() -> Result<PathBuf> {
    let target = target_of_guests()?;
    let _locked = lock(&target)?;
    build_shipped("build", Compiled::Command, &["--bin", "senhasegura-siem", "--profile", "native"], &target, "")?;
    Ok(command(&target.join("native")))
}

/// The path of the command in a folder of cargo.
fn command(folder: &Path) -> PathBuf {
    folder.join("senhasegura-siem").with_extension(env::consts::EXE_EXTENSION)
}

/// Writes a file into a folder, which is made if need be, and returns its path.
///
/// # Errors
///
/// If it cannot be written.
pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf> {
    // Whoever reads it meanwhile has the whole of the old one or of the new one.
    let (path, unfinished) = (folder.join(name), folder.join(format!("{name}.{}", std::process::id())));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&unfinished, bytes))
        .and_then(|()| fs::rename(&unfinished, &path))
        .map_err(|error| format!("writing {}: {error}", path.display()))?;
    Ok(path)
}

/// Builds the core module that its feature makes of the library.
fn build(module: &Module, target: &Path) -> Result<Vec<u8>> {
    let Module { feature, profile, features, .. } = *module;
    let library = ["--lib", "--crate-type", "cdylib", "--profile", profile];
    let folder = target.join(BARE).join(profile);
    let locked = lock(target)?;
    build_shipped("rustc", module.compiled(), &library, target, &module.rustflags.join(" "))?;
    let built = read(&folder.join("senhasegura_siem.wasm"))?;
    drop(locked);
    let work = folder.join(feature);
    let _locked = lock(&work)?;
    optimize::optimize(&built, features, &work)
}

/// Keeps a folder from whoever else builds a guest there, until what is returned is dropped: each
/// build leaves its files under the same names.
fn lock(folder: &Path) -> Result<File> {
    let path = folder.join("guests.lock");
    fs::create_dir_all(folder)
        .and_then(|()| File::create(&path))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| format!("locking {}: {error}", path.display()).into())
}

const REFUSED: &str =
    "cargo could not build it and says above why; if a target is missing, `rustup toolchain install` installs it";

/// Cargo for the root package, with `target` for its files.
fn cargo(command: &str, compiled: Compiled, arguments: &[&str], target: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(command).args(compiled.arguments()).args(arguments).arg("--target-dir").arg(target).current_dir(root());
    cargo
}

/// Runs cargo for what ships, with flags for rustc.
fn build_shipped(command: &str, compiled: Compiled, arguments: &[&str], target: &Path, rustflags: &str) -> Result<()> {
    let mut cargo = cargo(command, compiled, arguments, target);
    // Messages of panics name source files. They must not depend on where cargo keeps its own.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let remap = home.map(|home| format!("--remap-path-prefix={}=cargo", home.display()));
    let flags: Vec<_> = rustflags.split_whitespace().map(str::to_owned).chain(remap).collect();
    // What the caller's cargo and its build script are given is not meant for this one.
    cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1F}"));
    cargo.env_remove("RUSTC_WORKSPACE_WRAPPER").env_remove("CARGO_TARGET_DIR");
    run(&mut cargo, REFUSED)
}

fn run(cargo: &mut Command, refused: &str) -> Result<()> {
    let status = cargo.status().map_err(|error| format!("starting cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(refused.into()) }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("reading {}: {error}", path.display()).into())
}

/// The files that a guest is made of, from the root.
pub const SOURCES: [&str; 5] = ["src", "wit", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];
