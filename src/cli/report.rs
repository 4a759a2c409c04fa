//! Reports rejected records, and counts.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use senhasegura_siem::catalog::{CATALOG, Kind};
use senhasegura_siem::{Changes, Output, Reason, Rejection};
use serde::Serialize;

use crate::failure::{Failure, STDIO};
use crate::progress::Progress;
use crate::sink::Sink;
use crate::terminal::escaped_json;

/// The number of bytes of entries that are written together.
const ENTRIES_MAX: usize = 64 << 10;

/// Where rejected records go, and what is counted.
pub(crate) struct Report {
    rejects: Option<Sink>,
    /// Whether rejections are kept off the standard error, which rsyslog's mmexternal reads as
    /// answers.
    silent: bool,
    /// The entries that are not written yet.
    entries: Vec<u8>,
    pub(crate) progress: Progress,
    bytes: u64,
    written: u64,
    rejected: Vec<(Reason, u64)>,
    changes: Changes,
    by_kind: LinesByKind,
}

/// Kinds with the number of their lines; `None` stands for events outside the catalog.
pub(crate) type LinesByKind = Vec<(Option<&'static Kind>, u64)>;

/// The entry of a rejected record. It has one of the last two members.
#[derive(Serialize)]
struct Entry<'e> {
    input: &'e str,
    start: u64,
    end: u64,
    reason: Reason,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_base64: Option<String>,
}

impl Report {
    pub(crate) fn new(rejects: Option<&Path>, append: bool, silent: bool, progress: Progress) -> Result<Self, Failure> {
        let sink = |path: &Path| match path {
            path if path.as_os_str() == STDIO => Ok(Sink::stderr()),
            path => Sink::file(path, append.then_some(b"\n")),
        };
        let rejects = rejects.map(sink).transpose()?;
        Ok(Self {
            rejects,
            silent,
            entries: Vec::new(),
            progress,
            bytes: 0,
            written: 0,
            rejected: Vec::new(),
            changes: Changes::default(),
            by_kind: Vec::new(),
        })
    }

    pub(crate) fn read(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Reports an output. `bytes` has its ranges, which count from the offset `base` of the input.
    pub(crate) fn output<'b>(
        &mut self,
        output: &Output,
        bytes: impl Fn(Range<usize>) -> &'b [u8],
        input: &str,
        base: u64,
    ) -> Result<(), Failure> {
        self.written(output.written, output.changes);
        for rejection in &output.rejections {
            self.rejected(input, base, rejection, bytes(rejection.range.clone()))?;
        }
        Ok(())
    }

    pub(crate) fn written(&mut self, lines: u64, changes: Changes) {
        self.written += lines;
        self.changes += changes;
    }

    /// Counts lines by their kinds.
    pub(crate) fn of_kinds(&mut self, lines: impl IntoIterator<Item = (Option<&'static Kind>, u64)>) {
        for (kind, lines) in lines {
            match self.by_kind.iter_mut().find(|(counted, _)| *counted == kind) {
                Some((_, count)) => *count += lines,
                None => self.by_kind.push((kind, lines)),
            }
        }
    }

    /// Reports a rejected `record`. Ranges count from the offset `base` of the input.
    pub(crate) fn rejected(
        &mut self,
        input: &str,
        base: u64,
        rejection: &Rejection,
        record: &[u8],
    ) -> Result<(), Failure> {
        let reason = rejection.reason();
        if !rejection.is_continuation() {
            match self.rejected.iter_mut().find(|(counted, _)| *counted == reason) {
                Some((_, count)) => *count += 1,
                None => self.rejected.push((reason, 1)),
            }
        }
        let [start, end] = [rejection.range.start, rejection.range.end].map(|offset| base + offset as u64);
        if self.rejects.is_none() {
            if !self.silent {
                self.progress.say(format_args!("{input}, bytes {start}..{end}: {reason}: {rejection}"));
            }
            return Ok(());
        }
        let (record, record_base64) = match str::from_utf8(record) {
            Ok(text) => (Some(text), None),
            Err(_) => (None, Some(BASE64_STANDARD.encode(record))),
        };
        let entry = Entry { input, start, end, reason, message: rejection.to_string(), record, record_base64 };
        let json = serde_json::to_string(&entry).map_err(|error| Failure::Io(format!("{input}: {error}")))?;
        self.entries.extend_from_slice(escaped_json(&json).as_bytes());
        self.entries.push(b'\n');
        if self.entries.len() < ENTRIES_MAX { Ok(()) } else { self.flush() }
    }

    /// Writes the pending entries.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if let Some(rejects) = self.rejects.as_mut().filter(|_| !self.entries.is_empty()) {
            rejects.write(&self.entries)?;
            self.entries.clear();
        }
        Ok(())
    }

    pub(crate) fn has_rejected(&self) -> bool {
        !self.rejected.is_empty()
    }

    /// Returns all counts, a line each.
    pub(crate) fn stats(&self) -> String {
        let rejected: u64 = self.rejected.iter().map(|(_, count)| count).sum();
        let (bytes, written) = (self.bytes, self.written);
        let mut stats = format!("read: {bytes} bytes, {} records\nwritten: {written}\n", written + rejected);
        for kind in CATALOG.iter().map(Some).chain([None]) {
            if let Some((_, count)) = self.by_kind.iter().find(|(counted, _)| *counted == kind) {
                let _ = writeln!(stats, "  {}: {count}", kind.map_or("not in the catalog", |kind| kind.name));
            }
        }
        let _ = writeln!(stats, "rejected: {rejected}");
        for (reason, count) in &self.rejected {
            let _ = writeln!(stats, "  {reason}: {count}");
        }
        let Changes { renamed, replaced, truncated, dropped, repeated, unreadable, redacted } = self.changes;
        let _ = write!(
            stats,
            "changed: {renamed} renamed, {replaced} replaced, {truncated} truncated, {dropped} dropped, {repeated} repeated, {unreadable} unreadable, {redacted} redacted"
        );
        stats
    }
}
