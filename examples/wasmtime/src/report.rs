//! Rejected records, and counts.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use example_wasmtime::{Output, Piece, Reason, Rejection};
use senhasegura_siem::Changes;
use serde::Serialize;

use crate::STDIO;

/// Where rejected records go, and what is counted.
pub(crate) struct Report {
    rejected: Option<(PathBuf, Box<dyn Write>)>,
    /// The last rejection, whose record may go on.
    last: Option<Rejection>,
    written: u64,
    reasons: Vec<(String, u64)>,
    changes: Changes,
    instances_lost: u64,
    has_fault: bool,
    has_failed: bool,
}

/// A rejected record, as the command `senhasegura-siem` writes it. It has one of the last two members.
#[derive(Serialize)]
struct Entry<'e> {
    input: &'e str,
    start: u64,
    end: u64,
    reason: &'e str,
    message: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_base64: Option<String>,
}

impl Report {
    /// Opens the file for rejected records, which is appended to.
    pub(crate) fn new(path: Option<&Path>) -> Result<Self, String> {
        let open = |path: &Path| -> io::Result<Box<dyn Write>> {
            if path.as_os_str() == STDIO {
                return Ok(Box::new(io::stderr()));
            }
            let file: File = OpenOptions::new().append(true).create(true).open(path)?;
            Ok(Box::new(file))
        };
        let rejected = match path {
            Some(path) => Some((path.to_owned(), open(path).map_err(|error| format!("{}: {error}", path.display()))?)),
            None => None,
        };
        Ok(Self {
            rejected,
            last: None,
            written: 0,
            reasons: Vec::new(),
            changes: Changes::default(),
            instances_lost: 0,
            has_fault: false,
            has_failed: false,
        })
    }

    /// Counts a piece and hands its rejected records on.
    pub(crate) fn piece(&mut self, input: &str, piece: &Piece, output: &Output) -> Result<(), String> {
        self.written += output.written;
        self.changes += output.changes;
        self.instances_lost += u64::from(output.instances_lost);
        let mut entries = Vec::new();
        for rejection in &output.rejections {
            let reason = rejection.reason.to_string();
            match self.reasons.iter_mut().find(|(counted, _)| *counted == reason) {
                Some((_, count)) => *count += 1,
                None => self.reasons.push((reason, 1)),
            }
            self.has_fault |= matches!(rejection.reason, Reason::Host(_));
            if let Piece::Batch(batch) = piece {
                let record = batch.bytes.get(rejection.range.clone()).unwrap_or_default();
                self.entry(input, batch.offset + rejection.range.start as u64, record, rejection, &mut entries);
            }
        }
        if let Some(last) = output.rejections.last() {
            self.last = Some(last.clone());
        }
        if let (Piece::Rest { offset, bytes }, Some(last)) = (piece, &self.last) {
            let message = "another piece of the record that was rejected before it".into();
            self.entry(input, *offset, bytes, &Rejection { message, ..last.clone() }, &mut entries);
        }
        match &mut self.rejected {
            Some((path, file)) if !entries.is_empty() => {
                let written = file.write_all(&entries).and_then(|()| file.flush());
                written.map_err(|error| format!("{}: {error}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Appends the entry of a record, which begins at the offset `start` of the input, or prints it.
    fn entry(&self, input: &str, start: u64, record: &[u8], rejection: &Rejection, entries: &mut Vec<u8>) {
        let end = start + record.len() as u64;
        let (reason, message) = (&*rejection.reason.to_string(), &*rejection.message);
        if self.rejected.is_none() {
            return eprint_line(&format!("{input}, bytes {start}..{end}: {reason}: {message}"));
        }
        let (record, record_base64) = match str::from_utf8(record) {
            Ok(text) => (Some(text), None),
            Err(_) => (None, Some(BASE64_STANDARD.encode(record))),
        };
        let entry = Entry { input, start, end, reason, message, record, record_base64 };
        // Texts and numbers always are JSON.
        let _ = serde_json::to_writer(&mut *entries, &entry);
        entries.push(b'\n');
    }

    /// Reports that an input cannot be read, or not further.
    pub(crate) fn unreadable(&mut self, input: &str, error: &io::Error) {
        self.has_failed = true;
        eprint_line(&format!("error: {input}: {error}"));
    }

    /// Prints all counts, a line each.
    pub(crate) fn counts(&self) {
        let rejected: u64 = self.reasons.iter().map(|(_, count)| count).sum();
        eprint_line(&format!("read: {} records", self.written + rejected));
        eprint_line(&format!("written: {}", self.written));
        eprint_line(&format!("rejected: {rejected}"));
        for (reason, count) in &self.reasons {
            eprint_line(&format!("  {reason}: {count}"));
        }
        let Changes { renamed, replaced, truncated, dropped, repeated, unreadable, redacted } = self.changes;
        eprint_line(&format!(
            "changed: {renamed} renamed, {replaced} replaced, {truncated} truncated, {dropped} dropped, {repeated} repeated, {unreadable} unreadable, {redacted} redacted"
        ));
        eprint_line(&format!("instances lost: {}", self.instances_lost));
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        if self.has_failed { 3 } else { u8::from(self.has_fault) }
    }
}

/// Prints a line on the standard error, in which control characters do nothing. Errors writing to it
/// are ignored.
pub(crate) fn eprint_line(text: &str) {
    let mut line = String::new();
    for c in text.chars() {
        if c.is_control() { line.extend(c.escape_unicode()) } else { line.push(c) }
    }
    line.push('\n');
    let _ = io::stderr().write_all(line.as_bytes());
}
