//! Why the command fails, which decides its exit status.

use std::io;
use std::path::Path;

/// The argument for the standard input, or output.
pub(crate) const STDIO: &str = "-";

/// Returns the name of a file, or of the standard input, for messages.
pub(crate) fn name(path: &Path) -> String {
    // A line break would begin another message.
    if path.as_os_str() == STDIO { "standard input".into() } else { path.display().to_string().replace('\n', "\\n") }
}

/// What failed.
pub(crate) enum Failure {
    /// The arguments or the configuration: exit status 2.
    Usage(String),
    /// Reading, or opening a file: exit status 3.
    Io(String),
    /// Writing, so that nothing more can be written: exit status 3.
    Output(String),
    /// Writing to a reader that has gone: exit status 3, without a message.
    BrokenPipe,
}

impl Failure {
    /// Creates the failure for an error on what is called `name`.
    pub(crate) fn new(name: impl std::fmt::Display, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::BrokenPipe;
        }
        Self::Io(format!("{name}: {error}"))
    }

    /// Creates the failure for an error on a file, or on the standard input.
    pub(crate) fn at(path: &Path, error: &io::Error) -> Self {
        Self::new(name(path), error)
    }
}
