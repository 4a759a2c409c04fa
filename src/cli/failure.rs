//! Why the command fails. This decides its exit status.

use std::io;
use std::path::Path;

/// What went wrong, and whose fault it is.
pub(crate) enum Failure {
    /// 2: the arguments or the configuration.
    Usage(String),
    /// 3: what was to be read, or to be opened.
    Io(String),
    /// 3: what was to be written, so that nothing more can be.
    Output(String),
    /// 3, and nothing to be said: whoever reads the output wants no more of it.
    BrokenPipe,
}

impl Failure {
    pub(crate) fn of(name: impl std::fmt::Display, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Self::Io(format!("{name}: {error}"))
    }

    pub(crate) fn at(path: &Path, error: &io::Error) -> Self {
        Self::of(path.display(), error)
    }
}
