//! Keeps what a run writes apart from what it reads: a file that is both would lose its contents, or grow for ever.

use std::fs;
use std::path::{Path, PathBuf};

use same_file::Handle;

use crate::failure::{self, Failure, STDIO};

/// The regular files that a run reads and writes. Others, such as a terminal, may be both.
#[derive(Default)]
pub(crate) struct Apart(Vec<Identity>);

/// What makes a file the same as another, whatever their paths are.
#[derive(PartialEq, Eq)]
enum Identity {
    There(Handle),
    /// The path without links of a file that is still to be made.
    New(PathBuf),
}

impl Apart {
    /// Takes note of a file that is read, or of the standard input.
    pub(crate) fn read(&mut self, path: &Path) {
        self.0.extend(if path.as_os_str() == STDIO { of_stream(Handle::stdin().ok()) } else { Identity::of(path) });
    }

    /// Takes note of a file that is written.
    ///
    /// # Errors
    ///
    /// If it is read or written already.
    pub(crate) fn write(&mut self, path: &Path) -> Result<(), Failure> {
        self.add(&failure::name(path), Identity::of(path))
    }

    /// As [`Self::write`], of the standard output.
    pub(crate) fn write_stdout(&mut self) -> Result<(), Failure> {
        self.add("standard output", of_stream(Handle::stdout().ok()))
    }

    fn add(&mut self, name: &str, file: Option<Identity>) -> Result<(), Failure> {
        let Some(file) = file else { return Ok(()) };
        if self.0.contains(&file) {
            let message = format!(
                "{name}: expected an output file that is used for nothing else, found one that is read or written"
            );
            return Err(Failure::Usage(message));
        }
        self.0.push(file);
        Ok(())
    }
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        match fs::metadata(path) {
            Ok(found) => found.is_file().then(|| Handle::from_path(path).ok()).flatten().map(Self::There),
            Err(_) => target(path).map(Self::New),
        }
    }
}

fn of_stream(stream: Option<Handle>) -> Option<Identity> {
    stream.filter(|stream| stream.as_file().metadata().is_ok_and(|found| found.is_file())).map(Identity::There)
}

/// Returns where a file will be made: behind links that lead nowhere yet.
fn target(path: &Path) -> Option<PathBuf> {
    /// As many as Linux follows.
    const LINKS_MAX: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        match fs::read_link(&path) {
            Ok(link) => path = folder.join(link),
            Err(_) => return Some(fs::canonicalize(folder).ok()?.join(path.file_name()?)),
        }
    }
    None
}
