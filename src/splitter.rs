//! Stream to the ranges of its records, for hosts that hand them to the transform elsewhere.

use std::ops::Range;

use crate::config::Config;
use crate::held::Held;
use crate::json::is_space;
use crate::record::{Batch, Limits, window};

/// Finds where the records of a stream begin and end, as a [`Stream`](crate::Stream) does, and nothing
/// else: for hosts that hand batches to the transform in another process, thread or sandbox.
///
/// The records are those of the whole stream, wherever it is cut into pieces. The parts of successive
/// records are a batch: [`Transformer::transform`] makes of all batches, one after the other, the lines that
/// it makes of the whole stream, and rejects the same records. If one has two faults, a batch that ends with
/// it may name the other.
///
/// A splitter keeps about twice `max_record_bytes`, as a stream does. A longer record, which is
/// rejected, comes in several parts. The first ends a batch; no batch contains the others.
///
/// [`Transformer::transform`]: crate::Transformer::transform
///
/// ```
/// use senhasegura_siem::{Config, Splitter};
///
/// let mut splitter = Splitter::new(&Config::default());
/// let mut parts = Vec::new();
/// splitter.push(br#"{"event_id": 17, "msg": "Ses"#, &mut parts);
/// assert!(parts.is_empty());
/// splitter.push(b"sion closed\"}\nno record", &mut parts);
/// let [part] = &parts[..] else { panic!("{parts:?}") };
/// assert_eq!(splitter.bytes(part.record.clone()), br#"{"event_id": 17, "msg": "Session closed"}"#);
/// splitter.finish(&mut parts);
/// assert_eq!(splitter.bytes(parts[0].record.clone()), b"no record");
/// assert_eq!(splitter.offset(), 42);
/// ```
#[derive(Debug)]
pub struct Splitter {
    limits: Limits,
    held: Held,
}

/// A part of a stream: one record, and what separates it from others.
///
/// It begins at the [`end`](Self::end) of the part before it; one that continues a record, at the end of
/// that part's [`record`](Self::record). Offsets count from [`offset`](Splitter::offset).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The range of the record.
    pub record: Range<usize>,
    /// The offset after the last byte of the part. Bytes after `record` may decide where a malformed record
    /// ends and what is wrong with it. If the record is continued, the next part has them again.
    pub end: usize,
    /// Whether it continues the record of the part before it, which is longer than a splitter keeps.
    pub is_continuation: bool,
}

impl Splitter {
    /// Creates a splitter of records as long and as deep as `config` allows them.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self { limits: config.limits(), held: Held::default() }
    }

    /// Reads the next bytes of the stream. Replaces the contents of `parts` with the records that end
    /// in them, rejected ones included.
    pub fn push(&mut self, bytes: &[u8], parts: &mut Vec<Part>) {
        self.held.begin();
        self.held.push(bytes);
        self.advance(false, parts);
    }

    /// Ends the stream, and with it the record that waits for more. The next push begins another
    /// stream.
    pub fn finish(&mut self, parts: &mut Vec<Part>) {
        self.held.begin();
        self.advance(true, parts);
        self.held.end();
    }

    /// The offset in the stream at which the first of the last parts begins.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.held.offset()
    }

    /// Returns the bytes of a range of the last parts.
    #[must_use]
    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.held.get(range)
    }

    fn advance(&mut self, last: bool, parts: &mut Vec<Part>) {
        parts.clear();
        let Limits { record_bytes, depth, .. } = self.limits;
        let (piece, start) = self.held.pass(window(record_bytes), last);
        if !piece.is_empty() {
            parts.push(Part { end: piece.end, record: piece, is_continuation: true });
        }
        let Some(start) = start else { return };
        let mut batch = Batch::new(self.held.rest(start), record_bytes, last);
        while let Some(range) = batch.skip(depth) {
            let end = batch.at().max(range.end + needed(batch.rest(range.start), range.len()));
            let record = start + range.start..start + range.end;
            parts.push(Part { record, end: start + end, is_continuation: false });
        }
        let (taken, open) = batch.into_rest();
        self.held.advance(start, taken, open);
        if let Some(part) = parts.last_mut().filter(|_| self.held.is_rejected()) {
            part.end = part.record.end + self.held.rest(part.record.end).len();
        }
    }
}

/// Returns how many bytes after the record that `bytes` begin with decide what it is, or what is wrong
/// with it.
fn needed(bytes: &[u8], length: usize) -> usize {
    let (record, after) = bytes.split_at_checked(length).unwrap_or_default();
    match (record, after) {
        // A bracket alone is a record only before another one.
        (b"[", after) => after.iter().position(|byte| !is_space(byte)).map_or(0, |at| at + 1),
        // A rejection may name the byte that ends its record.
        (_, [b'\n' | 0 | 0x1E, ..]) => 1,
        _ => 0,
    }
}
