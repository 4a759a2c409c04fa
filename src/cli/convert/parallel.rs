//! The mode `lines` on several threads.
//!
//! The input is cut into pieces where records seem to begin. Workers convert each piece as if one did. If a
//! record goes on in the next piece, what a worker made of that is dropped: such pieces are one stream, until
//! a record ends with one of them. So the lines, the reports and their order are those of one thread, however
//! records are laid out.

use std::io::{self, Read};
use std::mem;
use std::sync::mpsc::{Receiver, RecvError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use senhasegura_siem::{Config, Output, Stream, Transformer};

use super::converter::{CHUNK, Converter, Input, Received};
use super::lines::write;
use crate::failure::Failure;
use crate::report::LinesByKind;

/// How many pieces are being read, converted or waiting to be written, for each thread: enough for all to go
/// on while one is written.
const AHEAD: usize = 3;

const FAILED: &str = "a thread has failed";

/// A piece of the input, and what a worker makes of it. Its memory is used again.
#[derive(Default)]
struct Piece {
    /// Its bytes, then others.
    buffer: Vec<u8>,
    length: usize,
    received: Option<u64>,
    output: Output,
    by_kind: LinesByKind,
    /// The offset from which another stream goes on, unless a record ends with the piece.
    rest: Option<usize>,
}

/// Where a piece comes when it is converted, or why nothing more could be read.
type Converted = io::Result<Receiver<Piece>>;

impl Piece {
    fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }
}

impl Converter {
    /// Writes a line for each record, however records are laid out.
    pub(super) fn lines_by_threads(&mut self, input: &mut Input, threads: usize, stats: bool) -> Result<(), Failure> {
        let (used, spare) = channel();
        for _ in 0..AHEAD * threads {
            let _ = used.send(Piece::default());
        }
        let pieces = Pieces {
            spare,
            reader: mem::replace(&mut input.reader, Box::new(io::empty())),
            is_file: input.is_file,
            received: self.received,
            held: Piece::default(),
            end: None,
        };
        let worker = Worker::new(self.stream.transformer().config().clone(), stats);
        let results = Results::start(pieces, worker, threads);
        let mut results =
            results.map_err(|error| Failure::Output(format!("cannot start {threads} threads: {error}")))?;
        // The offset of the next piece, and of the stream that it continues.
        let (mut at, mut stream_at, mut outcome) = (0, None, Ok(()));
        while let Some(piece) = results.next()? {
            let piece = match piece {
                Ok(piece) => piece,
                Err(error) => {
                    outcome = Err(Failure::Io(format!("{}: {error}", input.name)));
                    break;
                }
            };
            let mut bytes = piece.bytes();
            self.report.read(bytes.len());
            if stream_at.is_none() {
                input.start = at;
                let range = |range| bytes.get(range).unwrap_or_default();
                write(&mut self.sink, &mut self.report, &piece.output, range, input)?;
                self.report.of_kinds(piece.by_kind.iter().copied());
                bytes = piece.rest.and_then(|rest| bytes.get(rest..)).unwrap_or_default();
                stream_at = piece.rest.map(|rest| at + rest as u64);
            }
            if let Some(start) = stream_at {
                self.stream.push(bytes, piece.received, &mut self.output);
                self.write_stream(input, start)?;
                if self.stream.is_between_records() {
                    self.stream.finish(None, &mut self.output);
                    stream_at = None;
                }
            }
            at += piece.length as u64;
            // Nobody takes it if everything has been read.
            let _ = used.send(piece);
        }
        if let Some(start) = stream_at {
            self.stream.finish(self.received(), &mut self.output);
            self.write_stream(input, start)?;
        }
        outcome
    }
}

/// Pieces that are converted, in their order. If they are dropped, the threads end with what they are doing.
struct Results {
    queue: Receiver<Converted>,
    helper: Helper,
}

/// Converts pieces while the next one is not ready.
struct Helper {
    jobs: Arc<Mutex<Jobs>>,
    worker: Worker,
    helps: bool,
}

impl Results {
    /// Starts all threads but the one that takes the results.
    fn start(pieces: Pieces, mut worker: Worker, threads: usize) -> io::Result<Self> {
        let (sender, queue) = channel();
        // Reading from a pipe may keep it from writing what is ready.
        let helps = pieces.is_file;
        let jobs = Arc::new(Mutex::new(Jobs { pieces, queue: Some(sender) }));
        for number in usize::from(helps)..threads {
            let (jobs, mut worker) = (Arc::clone(&jobs), worker.another());
            let run = move || {
                let jobs = EndsWithPanic(jobs);
                // A worker reads what it converts, so that its processor has it at hand.
                let next = || jobs.0.lock().ok()?.next(true);
                while let Some((mut piece, sender)) = next() {
                    worker.convert(&mut piece);
                    // Nobody waits for it any more if a line could not be written.
                    let _ = sender.send(piece);
                }
            };
            match thread::Builder::new().name("convert".into()).spawn(run) {
                // Those that there are suffice.
                Err(_) if number > 0 => break,
                started => started.map(drop)?,
            }
        }
        Ok(Self { queue, helper: Helper { jobs, worker, helps } })
    }

    /// Returns the next piece, or why nothing more could be read.
    ///
    /// # Errors
    ///
    /// If the thread that converted it has failed.
    fn next(&mut self) -> Result<Option<io::Result<Piece>>, Failure> {
        match self.helper.wait(&self.queue) {
            Err(_) => Ok(None),
            Ok(Err(error)) => Ok(Some(Err(error))),
            Ok(Ok(result)) => {
                let piece = self.helper.wait(&result);
                piece.map(|piece| Some(Ok(piece))).map_err(|_| Failure::Output(FAILED.into()))
            }
        }
    }
}

impl Helper {
    /// Converts pieces until something is received.
    fn wait<T>(&mut self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        loop {
            match receiver.try_recv() {
                Ok(received) => return Ok(received),
                Err(TryRecvError::Empty) if self.help() => {}
                Err(_) => return receiver.recv(),
            }
        }
    }

    /// Converts a piece, if nobody else is reading and there is one. Returns whether it did.
    fn help(&mut self) -> bool {
        let job = match self.jobs.try_lock() {
            Ok(mut jobs) if self.helps => jobs.next(false),
            _ => None,
        };
        let Some((mut piece, sender)) = job else { return false };
        self.worker.convert(&mut piece);
        sender.send(piece).is_ok()
    }
}

/// What the threads share.
struct Jobs {
    pieces: Pieces,
    /// None when everything has been read.
    queue: Option<Sender<Converted>>,
}

impl Jobs {
    /// Returns the next piece, and where to send it when it is converted. Waits, if it may, until there is
    /// memory for it.
    fn next(&mut self, may_wait: bool) -> Option<(Piece, SyncSender<Piece>)> {
        let queue = self.queue.as_ref()?;
        let spare = &self.pieces.spare;
        let spare = if may_wait { spare.recv().ok()? } else { spare.try_recv().ok()? };
        match self.pieces.next(spare) {
            Some(Ok(piece)) => {
                let (sender, result) = sync_channel(1);
                queue.send(Ok(result)).ok()?;
                Some((piece, sender))
            }
            Some(Err(error)) => self.end(Some(error)),
            None => self.end(None),
        }
    }

    /// Ends the queue, with an error if there is one.
    fn end<T>(&mut self, error: Option<io::Error>) -> Option<T> {
        if let Some((queue, error)) = self.queue.take().zip(error) {
            let _ = queue.send(Err(error));
        }
        None
    }
}

/// Ends the queue with an error if its thread panics: what it had read is not known.
struct EndsWithPanic(Arc<Mutex<Jobs>>);

impl Drop for EndsWithPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            let mut jobs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            jobs.end::<()>(Some(io::Error::other(FAILED)));
        }
    }
}

/// Converts pieces.
struct Worker {
    stream: Stream,
    stats: bool,
}

impl Worker {
    fn new(config: Config, stats: bool) -> Self {
        Self { stream: Stream::new(Transformer::new(config)), stats }
    }

    /// Creates one with the same configuration.
    fn another(&mut self) -> Self {
        Self::new(self.stream.transformer().config().clone(), self.stats)
    }

    fn convert(&mut self, piece: &mut Piece) {
        let before = self.by_kind();
        let bytes = piece.buffer.get(..piece.length).unwrap_or_default();
        self.stream.push(bytes, piece.received, &mut piece.output);
        piece.by_kind = self.by_kind();
        for (kind, count) in &mut piece.by_kind {
            *count -= before.iter().find(|(counted, _)| counted == kind).map_or(0, |(_, count)| *count);
        }
        piece.by_kind.retain(|(_, count)| *count > 0);
        piece.rest = (!self.stream.is_between_records()).then(|| self.stream.rest() as usize);
        if let Some(rest) = piece.rest {
            // Those of a record that is read again.
            piece.output.rejections.retain(|rejection| rejection.range.end <= rest);
        }
        self.stream.finish(None, &mut Output::default());
    }

    fn by_kind(&mut self) -> LinesByKind {
        if self.stats { self.stream.transformer().lines_by_kind().collect() } else { Vec::new() }
    }
}

/// Cuts what is read into pieces.
struct Pieces {
    reader: Box<dyn Read + Send>,
    /// Whether more can be read at once, so that it may be waited for.
    is_file: bool,
    received: Option<Received>,
    /// What has been read and is not in a piece.
    held: Piece,
    /// Pieces that have been written.
    spare: Receiver<Piece>,
    /// How the input ended.
    end: Option<io::Result<()>>,
}

impl Pieces {
    /// Reads what is available.
    fn read(&mut self) {
        let Piece { buffer, length, .. } = &mut self.held;
        buffer.resize(buffer.len().max(*length + CHUNK), 0);
        let outcome = self.reader.read(buffer.get_mut(*length..*length + CHUNK).unwrap_or_default());
        *length += outcome.as_ref().unwrap_or(&0);
        match outcome {
            Ok(0) => self.end = Some(Ok(())),
            Ok(_) => {}
            Err(error) => self.end = Some(Err(error)),
        }
    }

    /// Returns where to cut what is held, or `None` if there is no good place yet.
    fn cut(&self) -> Option<usize> {
        let held = self.held.bytes();
        if self.end.is_some() {
            return Some(held.len());
        }
        if self.is_file && held.len() < CHUNK {
            return None;
        }
        // Records that are spread over lines are mostly indented.
        let begins = |pair: &[u8]| matches!(pair, [b'\n', next] if !b" \t\r\n}],".contains(next));
        let before = held.windows(2).rposition(begins).filter(|_| self.is_file);
        let cut = before.or_else(|| held.iter().rposition(|&byte| byte == b'\n')).map(|at| at + 1);
        cut.or((held.len() > CHUNK).then_some(held.len()))
    }

    /// Returns the next piece, and holds what comes behind it in `next`.
    fn next(&mut self, mut next: Piece) -> Option<io::Result<Piece>> {
        loop {
            match self.cut() {
                None => self.read(),
                Some(0) => return self.end.as_mut().and_then(|end| mem::replace(end, Ok(())).err()).map(Err),
                Some(at) => {
                    let rest = self.held.bytes().get(at..).unwrap_or_default();
                    next.buffer.resize(next.buffer.len().max(rest.len()), 0);
                    next.buffer.get_mut(..rest.len()).unwrap_or_default().copy_from_slice(rest);
                    next.length = rest.len();
                    let mut piece = mem::replace(&mut self.held, next);
                    piece.length = at;
                    piece.received = self.received.and_then(Received::millis);
                    return Some(Ok(piece));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    /// Gives a record, then panics.
    struct Panics(&'static [u8]);

    impl Read for Panics {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(!self.0.is_empty(), "as a decoder might");
            self.0.read(buffer)
        }
    }

    #[test]
    fn ends_with_an_error_when_a_thread_panics() {
        for threads in 1..4 {
            let (used, spare) = channel();
            for _ in 0..AHEAD * threads {
                used.send(Piece::default()).unwrap();
            }
            let reader = Box::new(Panics(b"{\"event_id\":17}\n"));
            let held = Piece::default();
            let pieces = Pieces { reader, is_file: false, received: None, held, spare, end: None };
            let mut results = Results::start(pieces, Worker::new(Config::default(), false), threads).unwrap();
            let first = results.next().ok().flatten().unwrap().unwrap();
            assert_eq!(first.output.written, 1);
            assert_eq!(results.next().ok().flatten().unwrap().err().unwrap().to_string(), FAILED);
            assert!(results.next().ok().flatten().is_none());
        }
    }
}
