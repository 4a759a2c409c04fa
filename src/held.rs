//! The bytes of a stream that are still needed, and the record whose end has not come.

use std::ops::Range;

use crate::record::{Fed, Open, blanks_at_end};

/// What a stream keeps from one piece to the next.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// The bytes processed last, then those that wait for more.
    bytes: Vec<u8>,
    /// The offset of `bytes` in the stream.
    offset: u64,
    /// The number of bytes that have been processed.
    taken: usize,
    /// The record whose end has not come; its offsets count from the first unprocessed byte.
    open: Option<Open>,
    /// Whether the stream has ended.
    ended: bool,
}

impl Held {
    /// Drops the bytes that have been processed. Returns whether another stream begins, as the last one has ended.
    pub(crate) fn begin(&mut self) -> bool {
        if self.ended {
            *self = Self::default();
            return true;
        }
        self.bytes.drain(..self.taken);
        self.offset += self.taken as u64;
        self.taken = 0;
        false
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The offset in the stream of the first byte.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The offset in the stream of the first byte that has not been processed.
    pub(crate) fn processed(&self) -> u64 {
        self.offset + self.taken as u64
    }

    /// Ends the stream. All its bytes have been processed: white space may be left.
    pub(crate) fn end(&mut self) {
        self.taken = self.bytes.len();
        self.ended = true;
    }

    pub(crate) fn get(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The bytes that have not been processed.
    pub(crate) fn waiting(&self) -> &[u8] {
        self.rest(self.taken)
    }

    /// The bytes from `start` on.
    pub(crate) fn rest(&self, start: usize) -> &[u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// Whether the open record has been rejected, as it is too long to wait for.
    pub(crate) fn is_rejected(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.rejected)
    }

    /// Searches for the end of the open record. Returns the range of the next piece of it, which is
    /// empty unless it has been rejected, and the offset of the records to read, or `None` if that
    /// end has not come. Without this, each push would read a long record again.
    pub(crate) fn pass(&mut self, window: usize, last: bool) -> (Range<usize>, Option<usize>) {
        let Some(mut open) = self.open.take() else { return (0..0, Some(0)) };
        let fed = open.extent.feed(self.rest(open.fed), last);
        let (Fed::Ended(length) | Fed::More(length)) = fed;
        open.fed += length;
        let ended = matches!(fed, Fed::Ended(_));
        if !open.rejected {
            if ended || open.fed - open.start > window {
                return (0..0, Some(0));
            }
            self.open = Some(open);
            return (0..0, None);
        }
        let end = open.fed;
        let piece = end - blanks_at_end(self.get(0..end));
        if ended {
            return (0..piece, Some(end));
        }
        open.fed -= piece;
        self.taken = piece;
        self.open = Some(open);
        (0..piece, None)
    }

    /// Notes that `taken` bytes from `start` on have been processed, and the record that is open
    /// after them, whose offsets count from `start`.
    pub(crate) fn advance(&mut self, start: usize, taken: usize, open: Option<Open>) {
        self.taken = start + taken;
        self.open = open.map(|open| Open { start: open.start.saturating_sub(taken), fed: open.fed - taken, ..open });
    }
}
