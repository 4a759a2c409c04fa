//! A release is the same in any folder and for any user. What depends on the linker, the C library and Node is not
//! tried with others.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

/// Who makes it, and where.
struct Maker {
    /// The folder of everything that is theirs, of different lengths.
    folder: PathBuf,
    name: &'static str,
    umask: &'static str,
    variables: [(&'static str, &'static str); 3],
}

impl Maker {
    /// Gives them a copy of the sources, which is theirs.
    fn prepare(&self) {
        let _ = fs::remove_dir_all(&self.folder);
        guests::copy(&guests::root().canonicalize().unwrap(), &self.folder.join("sources")).unwrap();
        self.own(&self.folder);
    }

    /// Makes a release, and returns its folder.
    fn make(&self) -> PathBuf {
        let [sources, target, home, out] = ["sources", "target", "home", "out"].map(|name| self.folder.join(name));
        // The program that builds is the same for all; everything that it builds is compiled anew.
        let script = format!(r#"umask {}; exec "$@""#, self.umask);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_release")]).arg(&out).current_dir(&sources);
        // What this cargo tells its programs is not meant for those.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_") || name.starts_with("RUST") && !name.starts_with("RUSTUP_") {
                shell.env_remove(&*name);
            }
        }
        shell.env("RUSTUP_HOME", rustup_home()).env("CARGO_HOME", self.cargo_home(&home));
        shell.env("CARGO_TARGET_DIR", target).env("CARGO_MANIFEST_DIR", sources.join("host-tests/release"));
        shell.envs(self.variables).envs([("USER", self.name), ("LOGNAME", self.name)]).env("HOME", &home);
        // Where npm gets packages from is no matter of theirs.
        shell.env("NPM_CONFIG_USERCONFIG", env::home_dir().unwrap().join(".npmrc"));
        let begun = Instant::now();
        let made = shell.output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        println!("{} makes it in {} s", self.name, begun.elapsed().as_secs());
        out
    }

    /// A home for cargo with the archives of packages that this one has fetched, to be unpacked anew.
    fn cargo_home(&self, home: &Path) -> PathBuf {
        let (mine, theirs) = (cargo_home().join("registry"), home.join("cargo"));
        let registry = theirs.join("registry");
        fs::create_dir_all(&registry).unwrap();
        for name in ["cache", "index"] {
            std::os::unix::fs::symlink(mine.join(name), registry.join(name)).unwrap();
        }
        theirs
    }

    /// Makes everything in a folder somebody else's, where that is allowed.
    fn own(&self, folder: &Path) {
        let id = u32::try_from(self.name.len()).ok();
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            // Root only may.
            let _ = std::os::unix::fs::lchown(entry.path(), id, id);
            if entry.file_type().unwrap().is_dir() {
                self.own(&entry.path());
            }
        }
    }
}

fn cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME").map_or_else(|| env::home_dir().unwrap().join(".cargo"), PathBuf::from)
}

fn rustup_home() -> PathBuf {
    env::var_os("RUSTUP_HOME").map_or_else(|| env::home_dir().unwrap().join(".rustup"), PathBuf::from)
}

/// The files of a release, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let sums = fs::read_to_string(folder.join(release::SUMS)).unwrap();
    let names = sums.lines().map(|line| line.split_once("  ").unwrap().1).chain([release::SUMS]);
    names.map(|name| (name.to_owned(), fs::read(folder.join(name)).unwrap())).collect()
}

#[test]
fn two_builds_are_the_same() {
    if env::var_os("BUILD_TWICE").is_none() {
        eprintln!("two builds are skipped: BUILD_TWICE=1 runs them, for some fifteen minutes");
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("twice");
    let makers = [
        Maker {
            folder: folder.join("a"),
            name: "ana",
            umask: "022",
            variables: [("TZ", "UTC"), ("LC_ALL", "C"), ("TERM", "dumb")],
        },
        Maker {
            folder: folder.join("the-other/ação with spaces"),
            name: "benedito",
            umask: "077",
            variables: [("TZ", "America/Sao_Paulo"), ("LC_ALL", "C.UTF-8"), ("CARGO_BUILD_JOBS", "1")],
        },
    ];
    makers.iter().for_each(Maker::prepare);
    let [one, other] = makers.map(|maker| files(&maker.make()));
    println!("{}", String::from_utf8_lossy(one.get(release::SUMS).unwrap()));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    for kind in [".wasm", ".tgz", ".whl", ".deb", ".tar.gz", ".cdx.json", ".h", ".wit", "LICENSE-THIRD-PARTY"] {
        assert!(one.keys().any(|name| name.ends_with(kind)), "{kind}");
    }
    let different: Vec<_> = one
        .iter()
        .filter(|(name, bytes)| other.get(*name) != Some(bytes))
        .map(|(name, bytes)| {
            let other = other.get(name).unwrap();
            let at = bytes.iter().zip(other).position(|(a, b)| a != b).unwrap_or(bytes.len().min(other.len()));
            format!("{name}: {} and {} bytes, different from {at} on", bytes.len(), other.len())
        })
        .collect();
    assert!(different.is_empty(), "in {}:\n{}", folder.display(), different.join("\n"));
    // Of no use any more, and large.
    fs::remove_dir_all(folder).unwrap();
}
