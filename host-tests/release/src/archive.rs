//! Archives that depend on nothing but the names and the contents of their files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use guests::Result;
use tar::{Builder, EntryType, Header};
use zopfli::{Format, Options};

/// The paths of files, by their names in the archive.
pub type Files = BTreeMap<String, PathBuf>;

/// Returns the files of a folder and of those in it.
///
/// # Errors
///
/// If a folder cannot be read.
pub fn files(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            files
                .extend(self::files(&entry.path())?.into_iter().map(|(inner, path)| (format!("{name}/{inner}"), path)));
        } else {
            files.insert(name, entry.path());
        }
    }
    Ok(files)
}

/// Writes `NAME.tar.gz` into `folder`, with the files in a folder called `name`, all of a time in seconds since 1970,
/// and returns its path.
///
/// # Errors
///
/// If a file cannot be read or written.
pub fn write(folder: &Path, name: &str, time: u64, files: &Files) -> Result<PathBuf> {
    let mut archive = Builder::new(Vec::new());
    for (file, path) in files {
        let bytes = fs::read(path).map_err(|error| format!("reading {}: {error}", path.display()))?;
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_size(bytes.len() as u64);
        header.set_mode(if bytes.starts_with(b"\x7FELF") { 0o755 } else { 0o644 });
        header.set_mtime(time);
        // Nobody's name, as users differ.
        header.set_uid(0);
        header.set_gid(0);
        archive.append_data(&mut header, format!("{name}/{file}"), &*bytes)?;
    }
    let archive = archive.into_inner()?;
    // One pass: fifteen make it a hundredth smaller. It does not depend on which features of flate2 others ask for.
    let options = Options { iteration_count: 1.try_into()?, ..Options::default() };
    let mut packed = Vec::new();
    zopfli::compress(options, Format::Gzip, &*archive, &mut packed)?;
    guests::write(folder, &format!("{name}.tar.gz"), &packed)
}
