//! Makes a release: everything that ships, and beside each artefact the packages that are compiled into it; the
//! licences of all of them; and `SHA256SUMS`. The same sources give the same bytes in any folder and for any user, with
//! the exceptions that `CONTRIBUTING.md` names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use chrono::DateTime;
use guests::release::{self, VERSION};
use guests::{Compiled, Guests, MODULES, Result, licences, root, write};
use sha2::{Digest as _, Sha256};

pub mod archive;
pub mod sbom;

/// The file with the sums of all others.
pub const SUMS: &str = "SHA256SUMS";

/// Makes the release in a folder, and in its folders `npm` and `playground`, which are made anew. What else is there
/// stays, and is not in `SHA256SUMS`.
///
/// # Errors
///
/// If versions are out of step, or a tool fails or is missing.
pub fn make(folder: &Path) -> Result<()> {
    release::check()?;
    // Builders run in folders of their own.
    fs::create_dir_all(folder)?;
    let folder = &folder.canonicalize()?;
    // What an older release had in these would be packed, too.
    for name in ["npm", "playground"] {
        remove(&folder.join(name))?;
    }
    remove(&root().join(debian::STAGE))?;

    say("the component, the modules, the command for WASI, the packages for npm and Python");
    let guests = guests::build_all(folder)?;
    say("the command for this machine");
    let stage = debian::stage()?;

    let mut release = Release { folder, sums: BTreeMap::new(), compiled: Vec::new() };
    release.artefact(&guests.component, Compiled::Library("component"))?;
    for (module, path) in MODULES.iter().zip(&guests.modules) {
        release.artefact(path, module.compiled())?;
    }
    release.artefact(&guests.command, Compiled::CommandForWasi)?;
    release.artefact(&guests.wheel, guests::CORE.compiled())?;
    release.artefact(&pack_npm(&guests, folder)?, guests::NPM)?;
    release.artefact(&pack_playground(&guests, folder)?, guests::NPM)?;
    release.artefact(&debian::pack(folder)?, Compiled::Command)?;
    release.artefact(&pack_command(&stage, folder)?, Compiled::Command)?;

    release.file(&guests::write_header(folder)?)?;
    for (name, source) in [("transform.wit", "wit/transform.wit"), ("CHANGELOG.md", "CHANGELOG.md")] {
        release.file(&write(folder, name, &fs::read(root().join(source))?)?)?;
    }
    for name in licences::OWN {
        release.file(&write(folder, name, &fs::read(root().join(name))?)?)?;
    }
    let third_party = licences::third_party(&release.compiled)?;
    release.file(&write(folder, licences::FILE, third_party.as_bytes())?)?;

    let sums = release.sums.iter().try_fold(String::new(), |mut sums, (name, sum)| {
        // As sha256sum writes it.
        writeln!(sums, "{sum}  {name}").map(|()| sums)
    })?;
    let path = write(folder, SUMS, sums.as_bytes())?;
    eprint!("{sums}");
    println!("{}", path.display());
    Ok(())
}

/// Removes a folder, if there is one.
fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(format!("removing {}: {error}", folder.display()).into())
        }
        _ => Ok(()),
    }
}

fn say(what: &str) {
    eprintln!("building {what}");
}

/// A release that is being made.
struct Release<'f> {
    folder: &'f Path,
    /// By the name of the file.
    sums: BTreeMap<String, String>,
    /// What the artefacts are compiled from.
    compiled: Vec<Compiled>,
}

impl Release<'_> {
    /// Takes an artefact in, and writes beside it what it is made of.
    fn artefact(&mut self, path: &Path, compiled: Compiled) -> Result<()> {
        let name = self.file(path)?;
        let bom = sbom::of(&name, self.sums.get(&name).map_or("", String::as_str), &timestamp()?, compiled)?;
        let bom = serde_json::to_string_pretty(&bom)? + "\n";
        self.file(&write(self.folder, &format!("{name}.cdx.json"), bom.as_bytes())?)?;
        self.compiled.push(compiled);
        Ok(())
    }

    /// Takes a file in, and returns its name.
    fn file(&mut self, path: &Path) -> Result<String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = fs::read(path).map_err(|error| format!("reading {}: {error}", path.display()))?;
        self.sums.insert(name.clone(), hex(&Sha256::digest(bytes)));
        Ok(name)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Packs the npm package, as it is published.
fn pack_npm(guests: &Guests, folder: &Path) -> Result<PathBuf> {
    say("the archive of the npm package");
    // npm packs files with the permissions that they have, which a user's umask decides.
    #[cfg(unix)]
    for path in archive::files(&guests.package)?.values() {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(folder).current_dir(&guests.package);
    let packed = npm.stderr(Stdio::inherit()).output().map_err(|error| format!("starting npm: {error}"))?;
    if !packed.status.success() {
        return Err(format!("npm pack: {}", packed.status).into());
    }
    Ok(folder.join(String::from_utf8(packed.stdout)?.trim()))
}

/// Packs the playground, to be unpacked where a server of files finds it.
fn pack_playground(guests: &Guests, folder: &Path) -> Result<PathBuf> {
    say("the playground");
    let name = format!("senhasegura-siem-playground-{VERSION}");
    let page = guests::playground::build(folder, &guests.package)?;
    let mut files = archive::files(&page)?;
    for licence in [licences::OWN[0], licences::OWN[1], licences::FILE] {
        files.insert(licence.into(), guests.package.join(licence));
    }
    archive::write(folder, &name, time()?, &files)
}

/// Packs the command for this machine, for where there are no packages of Debian.
fn pack_command(stage: &Path, folder: &Path) -> Result<PathBuf> {
    say("the archive of the command");
    let name = format!("senhasegura-siem-{VERSION}-{}", guests::host()?);
    let mut files = archive::files(stage)?;
    // That of the Debian package, which has the others in one.
    files.remove("copyright");
    for file in ["README.md", licences::OWN[0], licences::OWN[1]] {
        files.insert(file.into(), root().join(file));
    }
    archive::write(folder, &name, time()?, &files)
}

/// The time of the files in archives: the day of the release.
fn time() -> Result<u64> {
    let time = env::var("SOURCE_DATE_EPOCH").map_err(|_| "expected SOURCE_DATE_EPOCH, the time of the files")?;
    time.parse().map_err(|_| format!("expected seconds in SOURCE_DATE_EPOCH, found {time}").into())
}

/// That time, as in RFC 3339.
fn timestamp() -> Result<String> {
    let time =
        DateTime::from_timestamp(time()?.try_into()?, 0).ok_or("expected SOURCE_DATE_EPOCH before the year 262143")?;
    Ok(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
