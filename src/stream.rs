//! Stream to lines and rejections. They do not depend on the pieces in which the stream arrives.

use std::ops::Range;

use crate::outcome::{Output, Rejection};
use crate::record::{Fed, Open, blanks_at_end, indent_before};
use crate::transform::{Progress, Transformer};

/// Turns a stream of records, laid out as [`Transformer::transform`] takes them, into lines.
///
/// The lines, the changes and the rejected records are those of the whole stream, wherever it is
/// cut into pieces. A line is written as soon as its record is complete, unless the record comes
/// after something other than an object on the same line.
///
/// A stream keeps about twice `max_record_bytes`: a record and the next one, as only the next one
/// shows that a record breaks off. A longer rejected record is returned in pieces, each of them a
/// rejection; all but the first [continue it](Rejection::is_continuation).
///
/// ```
/// use senhasegura_siem::{Config, Output, Stream, Transformer};
///
/// let mut stream = Stream::new(Transformer::new(Config::default()));
/// let mut output = Output::default();
/// stream.push(br#"{"event_id": 17, "msg": "Ses"#, None, &mut output);
/// assert_eq!(output.written, 0);
/// stream.push(b"sion closed\"}\nno record", None, &mut output);
/// assert_eq!(output.lines, b"CEF:0|MT4|senhasegura|unknown|17|Session finished|5|msg=Session closed\n");
/// stream.finish(None, &mut output);
/// let [rejection] = &output.rejections[..] else { panic!("{output:?}") };
/// assert_eq!((rejection.index, stream.bytes(rejection.range.clone())), (1, &b"no record"[..]));
/// assert_eq!(stream.offset(), 42);
/// ```
#[derive(Debug)]
pub struct Stream {
    transformer: Transformer,
    /// The bytes processed by the last push, then those that wait for more.
    held: Vec<u8>,
    /// The offset of `held` in the stream.
    offset: u64,
    /// The number of bytes of `held` that have been processed.
    taken: usize,
    /// The number of records so far, rejected ones included.
    records: u64,
    /// The record whose end has not come; its offsets count from the first unprocessed byte.
    open: Option<Open>,
    /// The rejection of the open record, if it has been rejected, and the offset in the stream from
    /// which it can be read again.
    rejection: Option<(Rejection, u64)>,
    finished: bool,
}

impl Stream {
    /// Creates a stream whose records `transformer` turns into lines.
    #[must_use]
    pub fn new(transformer: Transformer) -> Self {
        Self {
            transformer,
            held: Vec::new(),
            offset: 0,
            taken: 0,
            records: 0,
            open: None,
            rejection: None,
            finished: false,
        }
    }

    /// The transformer, which may be used for other input at any time.
    pub fn transformer(&mut self) -> &mut Transformer {
        &mut self.transformer
    }

    /// Reads the next bytes of the stream. Replaces the contents of `output` with the lines and
    /// rejections of the records that end in them. Indices of rejected records count from the start
    /// of the stream, their ranges from [`offset`](Stream::offset). `received` is the time of
    /// records that have none, as for [`Transformer::transform`].
    pub fn push(&mut self, bytes: &[u8], received: Option<u64>, output: &mut Output) {
        self.begin(output);
        self.held.extend_from_slice(bytes);
        self.advance(received, false, output);
    }

    /// Ends the stream, and with it the record that waits for more. The next push begins another
    /// stream.
    pub fn finish(&mut self, received: Option<u64>, output: &mut Output) {
        self.begin(output);
        self.advance(received, true, output);
        // White space may be left.
        self.taken = self.held.len();
        self.finished = true;
    }

    /// The offset in the stream from which the ranges of the last output count. Everything before
    /// it has been processed.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The offset in the stream from which another stream goes on if this one cannot: everything before
    /// it is in the outputs. A record that is being rejected in pieces is after it, so that no piece is
    /// taken for a record.
    #[must_use]
    pub fn rest(&self) -> u64 {
        let processed = self.offset + self.taken as u64;
        self.rejection.as_ref().map_or(processed, |&(_, start)| start)
    }

    /// Returns the bytes of a range of the last output.
    #[must_use]
    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.held.get(range).unwrap_or_default()
    }

    /// Drops the bytes that the last output refers to.
    fn begin(&mut self, output: &mut Output) {
        output.clear();
        if std::mem::take(&mut self.finished) {
            self.held.clear();
            (self.offset, self.taken, self.records, self.open, self.rejection) = (0, 0, 0, None, None);
        }
        self.held.drain(..self.taken);
        self.offset += self.taken as u64;
        self.taken = 0;
    }

    /// Processes the bytes held, as far as they can be before more come.
    fn advance(&mut self, received: Option<u64>, last: bool, output: &mut Output) {
        let Some(start) = self.pass(last, output) else { return };
        let before = output.rejections.len();
        let part = self.held.get(start..).unwrap_or_default();
        let Progress { taken, found, open } = self.transformer.run_part(part, received, last, output);
        for rejection in output.rejections.iter_mut().skip(before) {
            rejection.index += self.records;
            rejection.range = rejection.range.start + start..rejection.range.end + start;
        }
        self.records += found;
        self.taken = start + taken;
        self.open = open.map(|open| Open { start: open.start.saturating_sub(taken), fed: open.fed - taken, ..open });
        let rejected = self.open.as_ref().is_some_and(|open| open.rejected);
        self.rejection = output.rejections.last().filter(|_| rejected).map(|rejection| {
            // How deep it is indented determines where it ends.
            let before = self.held.get(..rejection.range.start).unwrap_or_default();
            (rejection.clone(), self.offset + (before.len() - indent_before(before)) as u64)
        });
    }

    /// Searches for the end of the open record. Returns the offset of the records to read, or
    /// `None` if that end has not come. Without this, each push would read a long record again.
    fn pass(&mut self, last: bool, output: &mut Output) -> Option<usize> {
        let Some(mut open) = self.open.take() else { return Some(0) };
        let fed = open.extent.feed(self.held.get(open.fed..).unwrap_or_default(), last);
        let (Fed::Ended(length) | Fed::More(length)) = fed;
        open.fed += length;
        let ended = matches!(fed, Fed::Ended(_));
        let Some((rejection, _)) = &self.rejection else {
            if ended || open.fed - open.start > self.transformer.window() {
                return Some(0);
            }
            self.open = Some(open);
            return None;
        };
        let end = open.fed;
        let piece = end - blanks_at_end(self.held.get(..end).unwrap_or_default());
        if piece > 0 {
            output.rejections.push(rejection.continuation(0..piece));
        }
        if ended {
            self.rejection = None;
            return Some(end);
        }
        open.fed -= piece;
        self.taken = piece;
        self.open = Some(open);
        None
    }
}
