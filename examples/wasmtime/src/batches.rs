//! Stream to batches of whole records.

use std::io::{self, ErrorKind, Read};

use senhasegura_siem::{Config, Part, Splitter};

/// The number of bytes to read at once.
const CHUNK: usize = 256 << 10;

/// The number of records after which a batch ends. More would not make calls cheaper.
const RECORDS_MAX: usize = 1024;

/// A piece of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Whole records, to be transformed.
    Batch(Batch),
    /// More of the last record before it, which is longer than is kept and has been rejected. It must not be
    /// transformed: whoever wrote that record may have put others into it.
    Rest {
        /// The offset of the first byte in the stream.
        offset: u64,
        /// The bytes of the record that have come since.
        bytes: Vec<u8>,
    },
}

/// Whole records. Bytes that end where a record does are one (`From`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The offset of the first byte in the stream.
    pub offset: u64,
    /// The records and what is between them.
    pub bytes: Vec<u8>,
    /// The end of the last record in `bytes`. If that record goes on, what comes after this end is in
    /// the next piece, too.
    pub(crate) end: usize,
}

impl<B: Into<Vec<u8>>> From<B> for Batch {
    fn from(bytes: B) -> Self {
        let bytes = bytes.into();
        Self { offset: 0, end: bytes.len(), bytes }
    }
}

/// The pieces of a stream, each as soon as the records are whole that have come. A read that waits
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

    /// Takes the next piece of what has been found.
    fn take(&mut self) -> Option<Piece> {
        let parts = self.parts.get(self.given..)?;
        let first = parts.first()?;
        let at = |start: usize| self.splitter.offset() + start as u64;
        if first.is_continuation {
            let (offset, bytes) = (at(first.record.start), self.splitter.bytes(first.record.clone()).to_vec());
            (self.given, self.at) = (self.given + 1, first.record.end);
            return Some(Piece::Rest { offset, bytes });
        }
        let count = parts.iter().take(RECORDS_MAX).take_while(|part| !part.is_continuation).count();
        let Part { record, end, .. } = parts.get(count - 1)?;
        let (start, end, record_end) = (self.at, *end, record.end);
        let batch =
            Batch { offset: at(start), bytes: self.splitter.bytes(start..end).to_vec(), end: record_end - start };
        (self.given, self.at) = (self.given + count, end);
        Some(Piece::Batch(batch))
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
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<io::Result<Piece>> {
        loop {
            if let Some(piece) = self.take() {
                return Some(Ok(piece));
            }
            match &mut self.end {
                None => self.read(),
                // Once: then it has just ended.
                Some(end) => return std::mem::replace(end, Ok(())).err().map(Err),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    /// Gives one piece a read, then fails.
    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::Error::other("gone"));
            }
            let piece = self.0.remove(0);
            if piece.is_empty() {
                return Err(ErrorKind::Interrupted.into());
            }
            (&mut &*piece).read(buffer)
        }
    }

    #[test]
    fn gives_what_came_before_an_error() {
        let pieces: Vec<&[u8]> = vec![b"{\"a\":1}\n{\"a\":", b"", b"2}", b"{\"a\":3}\ntext"];
        let mut batches = Batches::new(Pieces(pieces), &Config::default());
        for (offset, bytes, end) in
            [(0, "{\"a\":1}\n", 7), (8, "{\"a\":2}", 7), (15, "{\"a\":3}\n", 7), (23, "text", 4)]
        {
            let Some(Ok(Piece::Batch(batch))) = batches.next() else { panic!("expected a batch") };
            assert_eq!((batch.offset, str::from_utf8(&batch.bytes).unwrap(), batch.end), (offset, bytes, end));
        }
        assert_eq!(batches.next().unwrap().unwrap_err().to_string(), "gone");
        assert!(batches.next().is_none() && batches.next().is_none());
    }

    #[test]
    fn bounds_batches_and_what_is_kept() {
        let many = "{\"event_id\":17}\n".repeat(3000);
        let endless = format!("{{\"event_id\":17,\"msg\":\"{}", "a".repeat(5 << 20));
        let input = [many.as_bytes(), endless.as_bytes()].concat();
        let (mut at, mut most, mut rests) = (0, 0, 0);
        for piece in Batches::new(&*input, &Config::default()) {
            let (offset, bytes, end) = match piece.unwrap() {
                Piece::Batch(Batch { offset, bytes, end }) => (offset, bytes, end),
                Piece::Rest { offset, bytes } => {
                    rests += 1;
                    let end = bytes.len();
                    (offset, bytes, end)
                }
            };
            assert!(offset as usize == at && input.get(at..).unwrap().starts_with(&bytes));
            at += end;
            // The line break before it belongs to the next batch.
            at += usize::from(input.get(at) == Some(&b'\n'));
            most = most.max(bytes.len());
        }
        assert_eq!(at, input.len());
        // Twice the longest record, and what is read at once.
        assert!(most <= (2 << 20) + CHUNK, "{most}");
        assert!(rests > 3, "{rests}");
    }
}
