//! Stream to lines and rejections. They do not depend on the pieces in which the stream arrives.

use std::ops::Range;

use crate::held::Held;
use crate::outcome::{Output, Rejection};
use crate::record::indent_before;
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
    held: Held,
    /// The number of records so far, rejected ones included.
    records: u64,
    /// The rejection of the open record, if it has been rejected, and the offset in the stream from
    /// which it can be read again.
    rejection: Option<(Rejection, u64)>,
}

impl Stream {
    /// Creates a stream whose records `transformer` turns into lines.
    #[must_use]
    pub fn new(transformer: Transformer) -> Self {
        Self { transformer, held: Held::default(), records: 0, rejection: None }
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
        self.held.push(bytes);
        self.advance(received, false, output);
    }

    /// Ends the stream, and with it the record that waits for more. The next push begins another
    /// stream.
    pub fn finish(&mut self, received: Option<u64>, output: &mut Output) {
        self.begin(output);
        self.advance(received, true, output);
        self.held.end();
    }

    /// The offset in the stream from which the ranges of the last output count. Everything before
    /// it has been processed.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.held.offset()
    }

    /// The offset in the stream from which another stream goes on if this one cannot: everything before
    /// it is in the outputs. A record that is being rejected in pieces is after it, so that no piece is
    /// taken for a record.
    #[must_use]
    pub fn rest(&self) -> u64 {
        self.rejection.as_ref().map_or(self.held.processed(), |&(_, start)| start)
    }

    /// Returns whether everything that was pushed is in the outputs: no record waits for more, and another
    /// stream may go on from here.
    #[must_use]
    pub fn is_between_records(&self) -> bool {
        self.rejection.is_none() && self.held.waiting().is_empty()
    }

    /// Returns the bytes of a range of the last output.
    #[must_use]
    pub fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.held.get(range)
    }

    /// Drops the bytes that the last output refers to.
    fn begin(&mut self, output: &mut Output) {
        output.clear();
        if self.held.begin() {
            (self.records, self.rejection) = (0, None);
        }
    }

    /// Processes the bytes held, as far as they can be before more come.
    fn advance(&mut self, received: Option<u64>, last: bool, output: &mut Output) {
        let (piece, start) = self.held.pass(self.transformer.window(), last);
        if let Some((rejection, _)) = self.rejection.as_ref().filter(|_| !piece.is_empty()) {
            output.rejections.push(rejection.continuation(piece));
        }
        let Some(start) = start else { return };
        let before = output.rejections.len();
        let Progress { taken, found, open } = self.transformer.run_part(self.held.rest(start), received, last, output);
        for rejection in output.rejections.iter_mut().skip(before) {
            rejection.index += self.records;
            rejection.range = rejection.range.start + start..rejection.range.end + start;
        }
        self.records += found;
        self.held.advance(start, taken, open);
        self.rejection = output.rejections.last().filter(|_| self.held.is_rejected()).map(|rejection| {
            // How deep it is indented determines where it ends.
            let before = self.held.get(0..rejection.range.start);
            (rejection.clone(), self.held.offset() + (before.len() - indent_before(before)) as u64)
        });
    }
}
