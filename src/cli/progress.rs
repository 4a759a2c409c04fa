//! A progress bar for people at a terminal. WASI has no terminal to draw on.

use std::fmt;
use std::io::Read;
use std::path::PathBuf;

use crate::terminal::eprint_line;

#[cfg(not(target_family = "wasm"))]
mod bar {
    use std::io::{self, IsTerminal};
    use std::path::PathBuf;
    use std::time::Duration;

    use indicatif::ProgressStyle;

    pub(super) type Bar = indicatif::ProgressBar;

    /// Creates a bar if all files have a known size and lines do not go to the same terminal.
    pub(super) fn new(files: &[PathBuf]) -> Option<Bar> {
        let sizes = files.iter().map(|path| path.metadata().ok().filter(|metadata| metadata.is_file()));
        let size = sizes.map(|metadata| Some(metadata?.len())).sum::<Option<u64>>()?;
        if !io::stderr().is_terminal() || io::stdout().is_terminal() {
            return None;
        }
        let bar = Bar::new(size);
        let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Some(bar)
    }
}

#[cfg(not(target_family = "wasm"))]
pub(crate) struct Progress(Option<bar::Bar>);

#[cfg(not(target_family = "wasm"))]
impl Progress {
    pub(crate) fn new(files: &[PathBuf]) -> Self {
        Self(bar::new(files))
    }

    /// Returns a reader that advances the bar.
    pub(crate) fn wrap(&self, reader: impl Read + Send + 'static) -> Box<dyn Read + Send> {
        match &self.0 {
            Some(bar) => Box::new(bar.wrap_read(reader)),
            None => Box::new(reader),
        }
    }

    /// Prints a line on the standard error, above the bar.
    pub(crate) fn say(&self, line: fmt::Arguments<'_>) {
        match &self.0 {
            Some(bar) => bar.suspend(|| eprint_line(line)),
            None => eprint_line(line),
        }
    }

    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

#[cfg(target_family = "wasm")]
pub(crate) struct Progress;

#[cfg(target_family = "wasm")]
impl Progress {
    pub(crate) fn new(_: &[PathBuf]) -> Self {
        Self
    }

    pub(crate) fn wrap(&self, reader: impl Read + Send + 'static) -> Box<dyn Read + Send> {
        Box::new(reader)
    }

    pub(crate) fn say(&self, line: fmt::Arguments<'_>) {
        eprint_line(line);
    }

    pub(crate) fn finish(&self) {}
}
