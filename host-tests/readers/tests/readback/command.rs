//! The command that tests run.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The folder for what tests build and write.
pub(crate) const CACHE: &str = env!("CARGO_TARGET_TMPDIR");

pub(crate) static COMMAND: LazyLock<PathBuf> =
    LazyLock::new(|| guests::build_native(Path::new(CACHE).parent().unwrap(), "debug").unwrap());
