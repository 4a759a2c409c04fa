//! The entries of rejected records, which the filter and the configurations of daemons write.

use std::io;

use serde::Deserialize;

/// What an entry says of its record.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// Why there is no line.
    pub reason: String,
    /// The record, which is UTF-8 here.
    pub record: String,
}

impl Entry {
    /// Reads an entry; none if it has been broken off.
    ///
    /// # Errors
    ///
    /// If it is neither an entry nor the beginning of one of the filter's.
    pub fn read(text: &str) -> io::Result<Option<Self>> {
        const BEGINNING: &str = r#"{"input":"standard input","start":"#;
        match serde_json::from_str(text) {
            Ok(entry) => Ok(Some(entry)),
            Err(error) if error.is_eof() && (text.starts_with(BEGINNING) || BEGINNING.starts_with(text)) => Ok(None),
            Err(error) => Err(io::Error::other(format!("expected an entry, found {text}: {error}"))),
        }
    }
}
