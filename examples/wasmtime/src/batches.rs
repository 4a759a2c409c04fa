//! Stream to batches of whole records.

use std::io::{self, ErrorKind, Read};

use senhasegura_siem::{Config, Part, Splitter};

/// The number of bytes to read at once.
const CHUNK: usize = 256 << 10;

/// The number of records after which a batch ends. More would not make calls cheaper.
const RECORDS_MAX: usize = 1024;

/// Some records of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The offset of the first byte in the stream.
    pub offset: u64,
    /// The records and what is between them.
    pub bytes: Vec<u8>,
    /// The end of the last record in `bytes`. If that record goes on, what comes after this end is in
    /// the next batch, too.
    pub end: usize,
    /// Whether it is no batch but the next part of the last record before it, which is longer than
    /// is kept. That record has been rejected.
    pub is_continuation: bool,
}

/// The batches of a stream, each as soon as the records are whole that have come. A read that waits
/// holds none back, and no record, not even one without an end, is kept beyond twice
/// `max_record_bytes`.
///
/// After an error, what had come before it is given first.
pub struct Batches<R> {
    reader: R,
    splitter: Splitter,
    buffer: Vec<u8>,
    /// What the splitter found last, and how much of it has been given: parts, and their bytes.
    parts: Vec<Part>,
    given: usize,
    at: usize,
    /// How the stream ended.
    end: Option<io::Result<()>>,
}

impl<R: Read> Batches<R> {
    /// Reads records as long as `config` allows them.
    pub fn new(reader: R, config: &Config) -> Self {
        let (buffer, splitter) = (vec![0; CHUNK], Splitter::new(config));
        Self { reader, splitter, buffer, parts: Vec::new(), given: 0, at: 0, end: None }
    }

    /// Takes the next batch of what has been found.
    fn take(&mut self) -> Option<Batch> {
        let parts = self.parts.get(self.given..)?;
        let first = parts.first()?;
        let is_continuation = first.is_continuation;
        let count = match is_continuation {
            true => 1,
            false => parts.iter().take(RECORDS_MAX).take_while(|part| !part.is_continuation).count(),
        };
        let Part { record, end, .. } = parts.get(count - 1)?;
        let (start, end) = if is_continuation { (record.start, record.end) } else { (self.at, *end) };
        let batch = Batch {
            offset: self.splitter.offset() + start as u64,
            bytes: self.splitter.bytes(start..end).to_vec(),
            end: record.end - start,
            is_continuation,
        };
        (self.given, self.at) = (self.given + count, end);
        Some(batch)
    }

    /// Reads what is available.
    fn read(&mut self) {
        (self.given, self.at) = (0, 0);
        match self.reader.read(&mut self.buffer) {
            Ok(0) => self.end = Some(Ok(())),
            Ok(length) => self.splitter.push(self.buffer.get(..length).unwrap_or_default(), &mut self.parts),
            Err(error) if error.kind() == ErrorKind::Interrupted => self.parts.clear(),
            Err(error) => self.end = Some(Err(error)),
        }
        if self.end.is_some() {
            self.splitter.finish(&mut self.parts);
        }
    }
}

impl<R: Read> Iterator for Batches<R> {
    type Item = io::Result<Batch>;

    fn next(&mut self) -> Option<io::Result<Batch>> {
        loop {
            if let Some(batch) = self.take() {
                return Some(Ok(batch));
            }
            match &mut self.end {
                None => self.read(),
                // Once: then it has just ended.
                Some(end) => return std::mem::replace(end, Ok(())).err().map(Err),
            }
        }
    }
}
