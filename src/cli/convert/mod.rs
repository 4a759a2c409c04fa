//! `convert`: records in, lines out.

mod converter;
mod lines;
mod messages;
mod parallel;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use encoding_rs::Encoding;
use senhasegura_siem::{Config, Framing, Output, Stream, Transformer};

use converter::{CHUNK, Converter, Input, Mode};
pub(crate) use converter::{Received, received};

use crate::apart::Apart;
use crate::failure::{self, Failure};
use crate::input::{self, Reading};
use crate::options::Options;
use crate::progress::Progress;
use crate::report::Report;
use crate::sink::Sink;
use crate::terminal::eprint_line;

/// The number of threads beyond which one that writes keeps others waiting.
const THREADS_MAX: usize = 16;

/// Converts records, from files or the standard input, plain or compressed (gzip, zstd), into
/// lines.
#[derive(Args)]
pub(crate) struct Convert {
    /// Files of records. `-`, or no file, is the standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write lines to this file; `-`, the default, is the standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Append to the files of `--output` and `--rejects` instead of replacing them.
    #[arg(long)]
    append: bool,
    /// Take the standard input as it is: neither decompress it nor look for a byte order mark of UTF-16.
    /// The modes `rsyslog` and `omprog` always do.
    #[arg(long)]
    plain: bool,
    /// What to write for each record or input line.
    #[arg(long, value_enum, default_value_t)]
    mode: Mode,
    /// Write rejected records, as JSON objects with the reason, to this file, or to the standard error (`-`). Without
    /// it, print a message for each on the standard error, except in mode `rsyslog`.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// The time of records that have none: `now` for the time at which each is read, or seconds (9 or 10 digits) or
    /// milliseconds (12 or 13) since 1970. It also tells the year of times of RFC 3164. Without it, such records have
    /// no time.
    #[arg(long, value_name = "TIME", value_parser = received)]
    received: Option<Received>,
    /// The encoding of the input, as a label of the Encoding Standard: `latin1`, `windows-1252`,
    /// `utf-16le` and others. By default UTF-8, or UTF-16 if the input begins with a byte order mark of UTF-16 and is
    /// not read with `--plain`.
    #[arg(long, value_name = "LABEL", value_parser = input::encoding)]
    encoding: Option<&'static Encoding>,
    /// At the end, print counts on the standard error: the bytes and records read, the lines written by kind of event,
    /// the records rejected by reason, and the changes made.
    #[arg(long)]
    stats: bool,
    /// The number of threads that convert, from 1 to 256; more than one only in mode `lines`. By default, a pipe has
    /// one, and a file one for each processor, at most 16. Lines keep the order of the records. With several threads, a
    /// record from a pipe is converted only when the line feed after it has come.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=256))]
    threads: Option<usize>,
    #[command(flatten)]
    options: Options,
}

impl Convert {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        let is_stdio = |path: &PathBuf| path.as_os_str() == failure::STDIO;
        if self.mode == Mode::Omprog && self.output.as_ref().is_none_or(is_stdio) {
            return Err(Failure::Usage(
                "--mode=omprog: expected --output with a file, found the standard output, which is for confirmations"
                    .into(),
            ));
        }
        if self.mode == Mode::Rsyslog && self.rejects.as_ref().is_some_and(is_stdio) {
            return Err(Failure::Usage(
                "--mode=rsyslog: expected --rejects with a file, found the standard error, which rsyslog reads, too"
                    .into(),
            ));
        }
        if self.mode != Mode::Lines && self.threads.is_some_and(|threads| threads > 1) {
            return Err(Failure::Usage(
                "--threads: expected `--mode=lines` for more than one thread, found a mode that answers each line"
                    .into(),
            ));
        }
        let config = self.options.config()?;
        let stdin = [PathBuf::from(failure::STDIO)];
        let files = if self.files.is_empty() { &stdin[..] } else { &self.files };
        self.refuse_same(files)?;
        let mut converter = self.converter(config, Progress::new(files))?;
        converter.confirm(1)?;
        let mut failed = false;
        for path in files {
            // A file that cannot be read does not keep others from being converted.
            if let Err(failure) = self.convert(path, &mut converter) {
                let Failure::Io(message) = failure else { return Err(failure) };
                converter.report.progress.say(format_args!("error: {message}"));
                failed = true;
            }
        }
        converter.report.flush()?;
        converter.report.progress.finish();
        if self.stats {
            converter.report.of_kinds(converter.stream.transformer().lines_by_kind());
            eprint_line(format_args!("{}", converter.report.stats()));
        }
        Ok(ExitCode::from(if failed { 3 } else { u8::from(converter.report.has_rejected()) }))
    }

    fn converter(&self, config: Config, progress: Progress) -> Result<Converter, Failure> {
        // A file may end within a line, if a run was killed; the next line must not continue it.
        let end = match (self.mode, config.framing) {
            (Mode::OneToOne | Mode::Rsyslog, _) | (_, Framing::Newline) => &b"\n"[..],
            (_, Framing::Nul) => b"\0",
            // The end of a line cannot be told.
            (_, Framing::OctetCounting | Framing::None) => b"",
        };
        Ok(Converter {
            stream: Stream::new(Transformer::new(config)),
            received: self.received,
            sink: match &self.output {
                Some(path) if path.as_os_str() != failure::STDIO => Sink::file(path, self.append.then_some(end))?,
                _ => Sink::stdout(),
            },
            report: Report::new(self.rejects.as_deref(), self.append, self.mode == Mode::Rsyslog, progress)?,
            output: Output::default(),
            confirmations: (self.mode == Mode::Omprog).then(Sink::stdout),
        })
    }

    /// Converts a file.
    fn convert(&self, path: &Path, converter: &mut Converter) -> Result<(), Failure> {
        let name = failure::name(path);
        let plain = self.plain || matches!(self.mode, Mode::Rsyslog | Mode::Omprog);
        let reading = Reading { plain, encoding: self.encoding };
        let reader = input::open(path, reading, &converter.report.progress);
        let reader = reader.map_err(|error| Failure::at(path, &error))?;
        let size = input::size(path);
        let mut input = Input { reader, name, is_file: size.is_some(), buffer: vec![0; CHUNK], start: 0 };
        let outcome = match self.mode {
            Mode::Lines => match self.threads_for(size) {
                1 => converter.lines(&mut input),
                threads => converter.lines_by_threads(&mut input, threads, self.stats),
            },
            Mode::Omprog => converter.confirmed_lines(&mut input),
            Mode::OneToOne | Mode::Rsyslog => converter.messages(&mut input, self.mode),
        };
        let Err(Failure::Output(message)) = outcome else { return outcome };
        let Input { name, start, .. } = input;
        let rest = "though some of the lines from there on may have been written";
        Err(Failure::Output(format!(
            "{message}; {name} is still to be converted from byte {start} on (counted after decompression), {rest}"
        )))
    }

    /// Returns how many threads convert an input, given the size of a file.
    fn threads_for(&self, size: Option<u64>) -> usize {
        self.threads.unwrap_or_else(|| {
            // No more than there may be work for.
            let pieces = size.map_or(1, |size| usize::try_from(1 + size / CHUNK as u64).unwrap_or(usize::MAX));
            thread::available_parallelism().map_or(1, NonZero::get).min(pieces).min(THREADS_MAX)
        })
    }

    /// Refuses to write to a file that is also read, or to one file for two purposes.
    fn refuse_same(&self, files: &[PathBuf]) -> Result<(), Failure> {
        let mut apart = Apart::default();
        for path in files.iter().map(PathBuf::as_path).chain(self.options.file()) {
            apart.read(path);
        }
        match self.output.as_deref().filter(|path| path.as_os_str() != failure::STDIO) {
            Some(output) => apart.write(output)?,
            None => apart.write_stdout()?,
        }
        match self.rejects.as_deref().filter(|path| path.as_os_str() != failure::STDIO) {
            Some(rejects) => apart.write(rejects),
            None => Ok(()),
        }
    }
}
