//! `convert`: records in, lines out.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use same_file::Handle;
use senhasegura_siem::{Framing, Output, Reason, Transformer};
use serde_json::json;

use crate::options::Options;
use crate::progress::Progress;
use crate::report::{Reject, Report, say};
use crate::sink::Sink;
use crate::{Failure, input};

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// Converts records, from files or the standard input, plain or compressed (gzip, zstd), into lines.
#[derive(Args)]
pub(crate) struct Convert {
    /// Files of records; `-`, or none at all, is the standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where the lines go, instead of the standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Append to the files of `--output` and `--rejects` instead of replacing them.
    #[arg(long)]
    append: bool,
    /// Take the standard input as it is, even if its first bytes are those of something compressed; the modes `rsyslog` and `omprog` always do.
    #[arg(long)]
    plain: bool,
    /// How much comes out for what goes in.
    #[arg(long, value_enum, default_value_t)]
    mode: Mode,
    /// Where rejected records go, with the reason: a JSON object a line. Without it, a line for each goes to the standard error.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// The time of records that give none: `now` when they are read, or milliseconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = received)]
    received: Option<Received>,
    /// Print on the standard error, at the end, what was read, written, rejected and changed.
    #[arg(long)]
    stats: bool,
    #[command(flatten)]
    options: Options,
}

/// What answers what.
#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Mode {
    /// A line for each record that can be written; records may be laid out in any way.
    #[default]
    Lines,
    /// A line for each line: that of the record in it, else the line as it was.
    OneToOne,
    /// For rsyslog's mmexternal: a JSON object for each line, which sets `$!siem` or `$!siem_error`.
    Rsyslog,
    /// For rsyslog's omprog with confirmMessages: `OK` at first and for each line that has been dealt with; the lines of its records go to
    /// `--output`.
    Omprog,
}

/// When a record was received that gives no time.
#[derive(Clone, Copy)]
pub(crate) enum Received {
    Now,
    At(u64),
}

impl Received {
    /// In milliseconds since 1970.
    pub(crate) fn millis(self) -> Option<u64> {
        match self {
            Self::At(millis) => Some(millis),
            Self::Now => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                u64::try_from(now.as_millis()).ok()
            }
        }
    }
}

pub(crate) fn received(text: &str) -> Result<Received, String> {
    if text == "now" {
        return Ok(Received::Now);
    }
    text.parse().map(Received::At).map_err(|_| "expected `now` or milliseconds since 1970".into())
}

impl Convert {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        if self.mode == Mode::Omprog && self.output.is_none() {
            return Err(Failure::Usage(
                "--mode=omprog: expected --output, as the standard output is for confirmations".into(),
            ));
        }
        let config = self.options.config()?;
        let stdin = [PathBuf::from(input::STDIN)];
        let files = if self.files.is_empty() { &stdin[..] } else { &self.files };
        // A line that has no end was broken off as it was written; the next one must not go on from it.
        let end = match (self.mode, config.framing) {
            (Mode::OneToOne | Mode::Rsyslog, _) | (_, Framing::Newline) => &b"\n"[..],
            (_, Framing::Nul) => b"\0",
            // Nobody can tell whether it has.
            (_, Framing::OctetCounting | Framing::None) => b"",
        };
        self.refuse_same(files)?;
        let progress = Progress::of(files);
        // More than a record may have, so that one that is longer is seen to be.
        let held_max = config.max_record_bytes.get() as usize + CHUNK;
        let mut filter = Filter {
            transformer: Transformer::new(config),
            received: self.received,
            sink: match &self.output {
                Some(path) => Sink::file(path, self.append.then_some(end))?,
                None => Sink::stdout(),
            },
            report: Report::new(self.rejects.as_deref(), self.append, self.mode == Mode::Rsyslog, progress)?,
            output: Output::default(),
            held_max,
            confirmations: (self.mode == Mode::Omprog).then(Sink::stdout),
        };
        filter.confirm(1)?;
        let mut failed = false;
        for path in files {
            // What the others hold is not lost for one that cannot be read.
            let plain = self.plain || matches!(self.mode, Mode::Rsyslog | Mode::Omprog);
            let outcome = input::open(path, plain, &filter.report.progress);
            let outcome = outcome.map_err(|error| Failure::of(input::name(path), &error));
            let outcome = outcome.and_then(|mut reader| filter.run(&mut *reader, path, self.mode));
            match outcome {
                Err(Failure::Io(message)) => {
                    filter.report.progress.say(format_args!("error: {message}"));
                    failed = true;
                }
                outcome => outcome?,
            }
        }
        filter.report.flush()?;
        filter.report.progress.finish();
        if self.stats {
            say(format_args!("{}", filter.report.stats(filter.transformer.lines_by_kind())));
        }
        Ok(ExitCode::from(if failed { 3 } else { u8::from(filter.report.has_rejected()) }))
    }

    /// Refuses to write a file that is read, or one for two things: it would lose what it holds, or grow for ever.
    fn refuse_same(&self, files: &[PathBuf]) -> Result<(), Failure> {
        // What is no regular file, such as a terminal, may be both.
        let handle = |path: &PathBuf| path.is_file().then(|| Handle::from_path(path).ok()).flatten();
        let stdin = files.iter().any(|path| path.as_os_str() == input::STDIN).then(|| Handle::stdin().ok()).flatten();
        let mut others: Vec<_> = files.iter().filter_map(handle).chain(stdin).collect();
        let is_one = self.output == self.rejects;
        for path in [&self.output, &self.rejects].into_iter().flatten() {
            let file = handle(path);
            if is_one || file.as_ref().is_some_and(|file| others.contains(file)) {
                let path = path.display();
                let message = format!("{path}: expected a file of its own to write, found one that is read or written");
                return Err(Failure::Usage(message));
            }
            others.extend(file);
        }
        Ok(())
    }
}

struct Filter {
    transformer: Transformer,
    received: Option<Received>,
    sink: Sink,
    report: Report,
    output: Output,
    /// How much of a record that has no end yet is kept.
    held_max: usize,
    /// Where it is confirmed what has been dealt with.
    confirmations: Option<Sink>,
}

impl Filter {
    fn run(&mut self, reader: &mut dyn Read, path: &Path, mode: Mode) -> Result<(), Failure> {
        let mut stream = Stream { reader, name: input::name(path), buffer: vec![0; CHUNK], held: Vec::new(), start: 0 };
        let outcome = match mode {
            Mode::Lines => self.lines(&mut stream),
            Mode::OneToOne | Mode::Rsyslog | Mode::Omprog => self.answers(&mut stream, mode),
        };
        match outcome {
            Err(Failure::Output(message)) => {
                let Stream { name, start, .. } = stream;
                let rest = "is still to be converted, though some of its lines may have been written";
                Err(Failure::Output(format!("{message}; what {name} holds from byte {start} on {rest}")))
            }
            outcome => outcome,
        }
    }

    fn confirm(&mut self, messages: usize) -> Result<(), Failure> {
        match &mut self.confirmations {
            Some(sink) if messages > 0 => sink.write("OK\n".repeat(messages).as_bytes()),
            _ => Ok(()),
        }
    }

    fn received(&self) -> Option<u64> {
        self.received.and_then(Received::millis)
    }

    /// Writes a line for each record.
    fn lines(&mut self, stream: &mut Stream<'_>) -> Result<(), Failure> {
        let (mut skip, mut looked) = (None, 0);
        loop {
            let end = stream.read(&mut self.report);
            if let Some(skipping) = &mut skip
                && self.skip(skipping, stream)?
            {
                (skip, looked) = (None, 0);
            }
            // A long record is not looked at again for every byte that comes.
            let new = stream.held.get(looked..).unwrap_or_default();
            let worth = new.contains(&b'\n') || stream.held.len() >= 2 * looked;
            if skip.is_none() && (worth || end.is_some()) {
                skip = self.records(stream, end.is_some())?;
                looked = stream.held.len();
            }
            if let Some(outcome) = end {
                return outcome;
            }
        }
    }

    /// Writes the records that there are. Answers how to find the end of one that is longer than it may be.
    fn records(&mut self, stream: &mut Stream<'_>, ended: bool) -> Result<Option<Skip>, Failure> {
        let received = self.received();
        let taken = if ended {
            self.transformer.transform(&stream.held, received, &mut self.output);
            stream.held.len()
        } else {
            self.transformer.transform_part(&stream.held, received, &mut self.output)
        };
        self.write(stream, taken)?;
        if ended || stream.held.len() <= self.held_max {
            return Ok(None);
        }
        self.transformer.transform(&stream.held, received, &mut self.output);
        let taken = stream.held.len();
        // White space may be part of what goes on.
        let is_last = |end| stream.held.get(end..).unwrap_or_default().trim_ascii().is_empty();
        let open = self.output.rejections.last().filter(|last| is_last(last.range.end));
        let skip = open.and_then(|last| Skip::of(&stream.held, last.range.start));
        self.write(stream, taken)?;
        Ok(skip)
    }

    fn write(&mut self, stream: &mut Stream<'_>, taken: usize) -> Result<(), Failure> {
        if !self.output.lines.is_empty() {
            self.sink.write(&self.output.lines)?;
        }
        self.report_output(stream, 0)?;
        self.report.flush()?;
        stream.take(taken);
        Ok(())
    }

    /// Reports what became of a batch that begins at a place of what is held.
    fn report_output(&mut self, stream: &Stream<'_>, start: usize) -> Result<(), Failure> {
        self.report.written(self.output.written, self.output.changes);
        for rejection in &self.output.rejections {
            let Range { start: first, end } = rejection.range;
            let message = rejection.to_string();
            self.report.rejected(&stream.reject(start + first..start + end, rejection.reason(), &message))?;
        }
        Ok(())
    }

    /// Passes over what goes on of a record that was rejected. Answers whether it has ended.
    fn skip(&mut self, skip: &mut Skip, stream: &mut Stream<'_>) -> Result<bool, Failure> {
        let end = skip.end(&stream.held);
        let length = end.unwrap_or(stream.held.len());
        if length > 0 {
            self.report.goes_on(&stream.reject(0..length, Reason::TooLong, GOES_ON))?;
            self.report.flush()?;
        }
        stream.take(length);
        Ok(end.is_some())
    }

    /// Answers every line with a line.
    fn answers(&mut self, stream: &mut Stream<'_>, mode: Mode) -> Result<(), Failure> {
        let mut answers = Vec::new();
        // Whether the line that goes on has been rejected.
        let mut begun = false;
        loop {
            let end = stream.read(&mut self.report);
            let (mut at, mut answered) = (0, 0);
            loop {
                let rest = stream.held.get(at..).unwrap_or_default();
                let length = match rest.iter().position(|byte| *byte == b'\n') {
                    Some(length) => length,
                    None if end.is_some() && (begun || !rest.is_empty()) => rest.len(),
                    None => break,
                };
                self.answer(stream, at..at + length, mode, begun, &mut answers)?;
                (begun, answered) = (false, answered + 1);
                at = (at + length + 1).min(stream.held.len());
            }
            let rest = at..stream.held.len();
            if rest.len() > self.held_max {
                let bytes = stream.held.get(rest.clone()).unwrap_or_default();
                if mode == Mode::OneToOne {
                    answers.extend(bytes);
                }
                if begun {
                    self.report.goes_on(&stream.reject(rest.clone(), Reason::TooLong, GOES_ON))?;
                } else {
                    let limit = self.transformer.config().max_record_bytes.get();
                    let message = format!("expected at most {limit} bytes, found more (max_record_bytes)");
                    self.report.rejected(&stream.reject(rest.clone(), Reason::TooLong, &message))?;
                }
                begun = true;
                at = rest.end;
            }
            if !answers.is_empty() {
                self.sink.write(&answers)?;
                answers.clear();
            }
            self.report.flush()?;
            stream.take(at);
            self.confirm(answered)?;
            if let Some(outcome) = end {
                return outcome;
            }
        }
    }

    /// Answers a line, or what goes on of one that was rejected.
    fn answer(
        &mut self,
        stream: &Stream<'_>,
        line: Range<usize>,
        mode: Mode,
        begun: bool,
        answers: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        let bytes = stream.held.get(line.clone()).unwrap_or_default();
        if mode == Mode::Omprog && !begun {
            self.transformer.transform(bytes, self.received(), &mut self.output);
            answers.extend(&self.output.lines);
            return self.report_output(stream, line.start);
        }
        let mut written = Vec::new();
        let refused = if begun {
            if !line.is_empty() {
                self.report.goes_on(&stream.reject(line, Reason::TooLong, GOES_ON))?;
            }
            Some((Reason::TooLong, GOES_ON.to_owned()))
        } else {
            match self.transformer.transform_one(bytes, self.received(), &mut written) {
                Ok(changes) => {
                    self.report.written(1, changes);
                    None
                }
                Err(rejection) => {
                    let (reason, message) = (rejection.reason(), rejection.to_string());
                    self.report.rejected(&stream.reject(line, reason, &message))?;
                    Some((reason, message))
                }
            }
        };
        match (mode, refused) {
            (Mode::Rsyslog, None) => {
                let line = String::from_utf8_lossy(&written);
                answers.extend(json!({ "$!": { "siem": line } }).to_string().bytes());
            }
            (Mode::Rsyslog, Some((reason, message))) => {
                let error = format!("{reason}: {message}");
                answers.extend(json!({ "$!": { "siem_error": error } }).to_string().bytes());
            }
            (Mode::Omprog, _) => return Ok(()),
            (_, None) => answers.extend(written),
            (_, Some(_)) => answers.extend(bytes),
        }
        answers.push(b'\n');
        Ok(())
    }
}

const GOES_ON: &str = "goes on from what was rejected before";

/// A stream of bytes, and what of it waits for more.
struct Stream<'s> {
    reader: &'s mut dyn Read,
    name: String,
    /// What was read last. It is not cleared for every few bytes that come.
    buffer: Vec<u8>,
    held: Vec<u8>,
    /// Where in the stream that begins.
    start: u64,
}

impl Stream<'_> {
    /// Reads what there is behind what waits. At the end of the stream, answers how it ended.
    fn read(&mut self, report: &mut Report) -> Option<Result<(), Failure>> {
        let outcome = input::read(self.reader, &mut self.buffer);
        let length = *outcome.as_ref().unwrap_or(&0);
        self.held.extend_from_slice(self.buffer.get(..length).unwrap_or_default());
        report.read(length);
        match outcome {
            Ok(0) => Some(Ok(())),
            Ok(_) => None,
            Err(error) => Some(Err(Failure::Io(format!("{}: {error}", self.name)))),
        }
    }

    fn take(&mut self, length: usize) {
        self.held.drain(..length.min(self.held.len()));
        self.start += length as u64;
    }

    fn reject<'r>(&'r self, range: Range<usize>, reason: Reason, message: &'r str) -> Reject<'r> {
        let start = self.start + range.start as u64;
        Reject { input: &self.name, start, reason, message, record: self.held.get(range).unwrap_or_default() }
    }
}

/// Finds the end of what is longer than anything may be, by the rules by which a batch is read: where its brackets end, or before a line that
/// begins an object and is indented no deeper; of what is no object or array, the end of the line.
struct Skip {
    depth: usize,
    quoted: bool,
    escaped: bool,
    nested: bool,
    indent_max: usize,
    /// How far the line is indented, as long as nothing else stands in it.
    indent: Option<usize>,
}

impl Skip {
    /// Begins with what has been read from `start` on, unless that has ended.
    fn of(bytes: &[u8], start: usize) -> Option<Self> {
        let (before, record) = bytes.split_at(start.min(bytes.len()));
        let indent_max = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let nested = matches!(record.first(), Some(b'{' | b'['));
        let mut skip = Self { depth: 0, quoted: false, escaped: false, nested, indent_max, indent: None };
        if skip.end(record).is_some() { None } else { Some(skip) }
    }

    /// Goes on with what has been read behind. Answers where in it the end is.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            let escaped = std::mem::replace(&mut self.escaped, false);
            match byte {
                b'\n' if !self.nested => return Some(at),
                b'\n' => {
                    // No string runs over a line break.
                    (self.quoted, self.indent) = (false, Some(0));
                    continue;
                }
                b' ' | b'\t' => {
                    self.indent = self.indent.map(|indent| indent + 1);
                    continue;
                }
                b'{' if self.indent.is_some_and(|indent| indent <= self.indent_max) => return Some(at),
                b'"' if !escaped => self.quoted = !self.quoted,
                b'\\' if self.quoted && !escaped => self.escaped = true,
                b'{' | b'[' if !self.quoted => self.depth += 1,
                b'}' | b']' if !self.quoted => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            self.indent = None;
        }
        None
    }
}
