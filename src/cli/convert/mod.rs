//! `convert`: records in, lines out.

mod filter;
mod lines;
mod messages;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use same_file::Handle;
use senhasegura_siem::{Config, Framing, Output, Stream, Transformer};

use filter::{Filter, Input, Mode};
pub(crate) use filter::{Received, received};

use crate::failure::Failure;
use crate::input;
use crate::options::Options;
use crate::progress::Progress;
use crate::report::Report;
use crate::sink::Sink;
use crate::terminal::eprint_line;

/// How much is read at once.
const CHUNK: usize = 256 << 10;

/// Converts records, from files or the standard input, plain or compressed (gzip, zstd), into
/// lines.
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
    /// Take the standard input as it is, even if its first bytes are those of something compressed;
    /// the modes `rsyslog` and `omprog` always do.
    #[arg(long)]
    plain: bool,
    /// How much comes out for what goes in.
    #[arg(long, value_enum, default_value_t)]
    mode: Mode,
    /// Where rejected records go, with the reason: a JSON object a line. Without it, a line for
    /// each goes to the standard error.
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
        self.refuse_same(files)?;
        let mut filter = self.filter(config, Progress::of(files))?;
        filter.confirm(1)?;
        let mut failed = false;
        for path in files {
            // What the others hold is not lost for one that cannot be read.
            if let Err(failure) = self.convert(path, &mut filter) {
                let Failure::Io(message) = failure else { return Err(failure) };
                filter.report.progress.say(format_args!("error: {message}"));
                failed = true;
            }
        }
        filter.report.flush()?;
        filter.report.progress.finish();
        if self.stats {
            eprint_line(format_args!("{}", filter.report.stats(filter.stream.transformer().lines_by_kind())));
        }
        Ok(ExitCode::from(if failed { 3 } else { u8::from(filter.report.has_rejected()) }))
    }

    fn filter(&self, config: Config, progress: Progress) -> Result<Filter, Failure> {
        // A line that has no end was broken off as it was written; the next one must not go on from
        // it.
        let end = match (self.mode, config.framing) {
            (Mode::OneToOne | Mode::Rsyslog, _) | (_, Framing::Newline) => &b"\n"[..],
            (_, Framing::Nul) => b"\0",
            // Nobody can tell whether it has.
            (_, Framing::OctetCounting | Framing::None) => b"",
        };
        Ok(Filter {
            stream: Stream::new(Transformer::new(config)),
            received: self.received,
            sink: match &self.output {
                Some(path) => Sink::file(path, self.append.then_some(end))?,
                None => Sink::stdout(),
            },
            report: Report::new(self.rejects.as_deref(), self.append, self.mode == Mode::Rsyslog, progress)?,
            output: Output::default(),
            confirmations: (self.mode == Mode::Omprog).then(Sink::stdout),
        })
    }

    /// Converts what a file holds.
    fn convert(&self, path: &Path, filter: &mut Filter) -> Result<(), Failure> {
        let name = input::name(path);
        let plain = self.plain || matches!(self.mode, Mode::Rsyslog | Mode::Omprog);
        let reader = input::open(path, plain, &filter.report.progress);
        let reader = reader.map_err(|error| Failure::of(&name, &error))?;
        let mut input = Input { reader, name, buffer: vec![0; CHUNK], start: 0 };
        let outcome = match self.mode {
            Mode::Lines => filter.lines(&mut input),
            Mode::OneToOne | Mode::Rsyslog | Mode::Omprog => filter.messages(&mut input, self.mode),
        };
        let Err(Failure::Output(message)) = outcome else { return outcome };
        let Input { name, start, .. } = input;
        let rest = "is still to be converted, though some of its lines may have been written";
        Err(Failure::Output(format!("{message}; what {name} holds from byte {start} on {rest}")))
    }

    /// Refuses to write a file that is read, or one for two things: it would lose what it holds, or
    /// grow for ever.
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
