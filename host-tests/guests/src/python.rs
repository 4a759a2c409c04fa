//! The Python package, as a wheel: an archive of its files and of what describes them (the "Binary distribution format"
//! of the Python Packaging User Guide).

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::{CORE, Result, licences, read, root, write};

const NAME: &str = "senhasegura_siem";

/// Builds the wheel into `folder` around the module for embedders at the path `module`, and returns its path.
pub(crate) fn build_wheel(module: &Path, folder: &Path) -> Result<PathBuf> {
    let version = env!("CARGO_PKG_VERSION");
    let source = root().join("src/guest/python");
    let information = format!("{NAME}-{version}.dist-info");
    let mut files = Vec::new();
    let mut names = fs::read_dir(source.join(NAME))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>>>()?;
    names.retain(|name| name.ends_with(".py") || name == "py.typed");
    names.sort();
    for name in names {
        files.push((format!("{NAME}/{name}"), read(&source.join(NAME).join(&name))?));
    }
    files.push((format!("{NAME}/senhasegura-siem-core.wasm"), read(module)?));
    for name in licences::OWN {
        files.push((format!("{information}/licenses/{name}"), read(&root().join(name))?));
    }
    let third_party = licences::third_party(&[CORE.compiled()])?;
    files.push((format!("{information}/licenses/{}", licences::FILE), third_party.into_bytes()));
    let metadata = fs::read_to_string(source.join("METADATA"))?.replace("VERSION", version);
    let description = fs::read_to_string(source.join("README.md"))?;
    files.push((format!("{information}/METADATA"), (metadata + &description).into_bytes()));
    files.push((format!("{information}/WHEEL"), read(&source.join("WHEEL"))?));
    let mut record = String::new();
    for (name, bytes) in &files {
        let hash = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
        writeln!(record, "{name},sha256={hash},{}", bytes.len())?;
    }
    writeln!(record, "{information}/RECORD,,")?;
    files.push((format!("{information}/RECORD"), record.into_bytes()));

    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // The same bytes from the same files, whenever it is built, and with whichever features of flate2 others ask for:
    // levels above 9 are Zopfli's, and one pass.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(10))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in files {
        archive.start_file(name, options)?;
        archive.write_all(&bytes)?;
    }
    write(folder, &format!("{NAME}-{version}-py3-none-any.whl"), &archive.finish()?.into_inner())
}
