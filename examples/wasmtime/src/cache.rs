//! Compiled components in a folder.
//!
//! What is loaded is machine code that this process runs, outside of any sandbox, and wasmtime checks
//! no more of it than its header: whoever can write to the folder can do what the process can. So only
//! a folder and files are taken that belong to this user or root and that nobody else may write to.
//! Against files that are damaged or cut off, each has its digest. The file is read once and checked as
//! it was read; `Component::deserialize_file` would map it, so that it could change afterwards.
//!
//! wasmtime's own cache (its feature `cache`) trusts its folder without these checks, and brings a
//! compressor in C and a reader of TOML.

use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{BuildHasher as _, Hash as _, Hasher, RandomState};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;
use wasmtime::{Engine, Result};

use crate::compiled::Origin;

/// The length of the digest that a file begins with.
const DIGEST: usize = 32;

/// A folder of compiled components, each in a file that is called after the component and the engine.
/// Files of others are left alone; the folder can be emptied at any time.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Opens a folder, which is made for this user alone if there is none.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made, belongs to anyone but this user or root, or others may write to it; always on
    /// systems other than Unix.
    pub fn open(folder: &Path) -> io::Result<Self> {
        if fs::metadata(folder).is_ok_and(|found| !found.is_dir()) {
            return Err(io::Error::new(io::ErrorKind::NotADirectory, "expected a folder, found a file"));
        }
        make(folder)?;
        check(&fs::metadata(folder)?)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Loads a component, or compiles and stores it.
    pub(crate) fn load(&self, engine: &Engine, component: &[u8]) -> Result<(Component, Origin)> {
        let path = self.folder.join(format!("{}.cwasm", key(engine, component)));
        if let Some(code) = read(&path)
            && let Ok(component) = deserialize(engine, &code)
        {
            return Ok((component, Origin::Cache));
        }
        let component = Component::new(engine, component)?;
        let stored = component.serialize().and_then(|code| Ok(write(&path, &code)?));
        let origin = stored.map_or_else(|error| Origin::NotStored(format!("{error:#}")), |()| Origin::Compiler);
        Ok((component, origin))
    }
}

/// Returns a name for what an engine compiles a component to.
fn key(engine: &Engine, component: &[u8]) -> String {
    let mut hasher = KeyHasher(Sha256::new_with_prefix(component));
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes with SHA-256, unlike std's, whose result may differ from one release to the next.
struct KeyHasher(Sha256);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The whole digest is taken instead.
    fn finish(&self) -> u64 {
        0
    }
}

/// Returns the code in a file, if it is whole and nobody else can have written it.
fn read(path: &Path) -> Option<Vec<u8>> {
    // Neither a pipe, which would wait for a writer, nor a link to where others may write.
    if !fs::symlink_metadata(path).ok()?.is_file() {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || check(&metadata).is_err() {
        return None;
    }
    let (mut digest, mut code) = ([0; DIGEST], Vec::new());
    file.read_exact(&mut digest).ok()?;
    file.read_to_end(&mut code).ok()?;
    (Sha256::digest(&code)[..] == digest).then_some(code)
}

/// Writes the code to a file, which others see as a whole or not at all.
fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    // Of this thread alone, even where processes of several containers share the folder.
    let random = RandomState::new().build_hasher().finish();
    let unfinished = path.with_extension(format!("{random:016x}"));
    let written = create(&unfinished).and_then(|mut file| {
        file.write_all(&Sha256::digest(code))?;
        file.write_all(code)?;
        fs::rename(&unfinished, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Makes a component of what `write` has written.
#[expect(unsafe_code, reason = "code that was compiled before is not checked by wasmtime")]
fn deserialize(engine: &Engine, code: &[u8]) -> Result<Component> {
    // SAFETY: the code is as `Component::serialize` gave it: its digest says that it is whole, and the
    // owner and the mode of its folder and file that nobody but this user and root can have written it.
    // Code for another engine is under another name, and wasmtime refuses it.
    unsafe { Component::deserialize(engine, code) }
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Refuses what someone other than this user and root owns or may write.
#[cfg(unix)]
fn check(metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let (owner, user, mode) = (metadata.uid(), rustix::process::geteuid().as_raw(), metadata.mode() & 0o7777);
    if owner != user && owner != 0 {
        let message = format!("expected it to belong to user {user} or to root, found that it belongs to user {owner}");
        return Err(io::Error::other(message));
    }
    if mode & 0o022 != 0 {
        let message = format!("expected that only its owner may write to it, found the mode {mode:o}");
        return Err(io::Error::other(message));
    }
    Ok(())
}

#[cfg(not(unix))]
fn make(_: &Path) -> io::Result<()> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "expected Unix, where the mode of a folder says who may write to it",
    ))
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

#[cfg(not(unix))]
fn check(_: &Metadata) -> io::Result<()> {
    make(Path::new(""))
}
