//! Writes to files and the standard output.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::failure::{self, Failure};

/// A file or the standard output. Unbuffered, so that others see at once what was written.
pub(crate) struct Sink {
    name: String,
    writer: Box<dyn Write>,
}

impl Sink {
    pub(crate) fn stdout() -> Self {
        Self { name: "standard output".into(), writer: Box::new(io::stdout().lock()) }
    }

    pub(crate) fn stderr() -> Self {
        Self { name: "standard error".into(), writer: Box::new(io::stderr()) }
    }

    /// Creates a file, or with `end` appends to one, after adding `end` if its contents do not end
    /// with that.
    pub(crate) fn file(path: &Path, end: Option<&[u8]>) -> Result<Self, Failure> {
        let file = match end {
            Some(end) => append(path, end),
            None => File::create(path),
        };
        let file = file.map_err(|error| Failure::at(path, &error))?;
        Ok(Self { name: failure::name(path), writer: Box::new(file) })
    }

    pub(crate) fn write(&mut self, lines: &[u8]) -> Result<(), Failure> {
        let outcome = self.writer.write_all(lines).and_then(|()| self.writer.flush());
        outcome.map_err(|error| match Failure::new(&self.name, &error) {
            Failure::Io(message) => Failure::Output(message),
            other => other,
        })
    }
}

fn append(path: &Path, end: &[u8]) -> io::Result<File> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    // Only a regular file has an end to look at.
    if file.metadata()?.is_file() {
        let mut last = vec![0; end.len()];
        let mut written = File::open(path)?;
        if written.metadata()?.len() >= end.len() as u64 {
            written.seek(SeekFrom::End(-(end.len() as i64)))?;
            written.read_exact(&mut last)?;
            if last != end {
                file.write_all(end)?;
            }
        }
    }
    Ok(file)
}
