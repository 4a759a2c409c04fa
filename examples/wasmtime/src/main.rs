//! A filter: turns files, or the standard input, into lines with the component under wasmtime.

mod report;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser;
use clap::builder::RangedU64ValueParser;
use example_wasmtime::{Batch, Batches, Cache, Compiled, Limits, Origin, Output, Piece, Worker, in_order};
use same_file::Handle;
use senhasegura_siem::Config;
use wasmtime::Engine;

use report::{Report, eprint_line};

/// The name of the standard input and, for rejected records, of the standard error.
const STDIO: &str = "-";

/// Turns privileged-access events of senhasegura (Segura) into lines for a SIEM: the component does, under
/// wasmtime. Lines go to the standard output, as soon as their records are whole.
///
/// Exit status: 0 if each record was written or rejected by the component, 1 if some were handed
/// back because the component failed on them, 2 for wrong arguments, configuration or component, 3
/// if input or output failed.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The file of the component.
    component: PathBuf,
    /// The configuration: JSON text, and no file. Empty text stands for the one that is baked into the component.
    config: String,
    /// Files of records. `-`, or no file, is the standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The number of threads, from 1 to 256. The lines keep the order of the records.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = RangedU64ValueParser::<usize>::new().range(1..=256))]
    threads: usize,
    /// Append rejected records to this file, as JSON objects with the reason; `-` is the standard error.
    /// Without it, print a line for each on the standard error.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Give records that have no time the time at which they are read.
    #[arg(long)]
    received: bool,
    /// Keep the compiled component in this folder, which is made if need be, and to which nobody else may write.
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,
    /// The maximum memory of each thread's instance, in MiB, from 1 to 4096.
    #[arg(long, value_name = "MIB", default_value_t = 128, value_parser = RangedU64ValueParser::<usize>::new().range(1..=4096))]
    memory: usize,
    /// The maximum time of a call, in milliseconds, at most 3600000; 0 for no limit, which makes calls faster.
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(..=3_600_000))]
    deadline: u64,
    /// How many instances may be lost on a batch of records, each by a call that fails, before the rest of the batch is
    /// handed back untried.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..))]
    instances: u32,
}

/// Why nothing more is done.
enum Failure {
    /// Exit status 2.
    Usage(String),
    /// Exit status 3.
    Io(String),
    /// Exit status 3, without a message: nobody reads the lines any more.
    BrokenPipe,
}

/// What is read, or could not be.
struct Job {
    input: Arc<str>,
    piece: io::Result<Piece>,
    received: Option<u64>,
}

fn main() -> ExitCode {
    let (code, message) = match run(&Arguments::parse()) {
        Ok(code) => return code,
        Err(Failure::BrokenPipe) => return ExitCode::from(3),
        Err(Failure::Usage(message)) => (2, message),
        Err(Failure::Io(message)) => (3, message),
    };
    eprint_line(&format!("error: {message}"));
    ExitCode::from(code)
}

fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    refuse_same(arguments)?;
    let (workers, config) = workers(arguments)?;
    let mut report = Report::new(arguments.rejects.as_deref()).map_err(Failure::Io)?;
    let results = in_order(workers, jobs(arguments, config), |worker: &mut Worker, job: Job| {
        let output = match &job.piece {
            Ok(Piece::Batch(batch)) => worker.transform(batch, job.received),
            _ => Output::default(),
        };
        (job, output)
    });
    let mut stdout = io::stdout().lock();
    for (Job { input, piece, .. }, output) in results.map_err(|error| Failure::Io(error.to_string()))? {
        match piece {
            Ok(piece) => {
                let (Piece::Batch(Batch { offset, .. }) | Piece::Rest { offset, .. }) = &piece;
                let rest = "though some of the lines from there on may have been written";
                let failed = |what: String| {
                    Failure::Io(format!("{what}; {input} is still to be converted from byte {offset} on, {rest}"))
                };
                let written = stdout.write_all(&output.lines).and_then(|()| stdout.flush());
                written.map_err(|error| match error.kind() {
                    io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
                    _ => failed(format!("standard output: {error}")),
                })?;
                report.piece(&input, &piece, &output).map_err(failed)?;
            }
            // Other files are read all the same.
            Err(error) => report.unreadable(&input, &error),
        }
    }
    report.counts();
    Ok(ExitCode::from(report.status()))
}

/// Refuses to append rejected records to a file that is also read, which would never end.
fn refuse_same(arguments: &Arguments) -> Result<(), Failure> {
    let Some(rejects) = arguments.rejects.as_ref().filter(|path| path.is_file()) else { return Ok(()) };
    let mut inputs: Vec<_> = arguments.files.iter().filter_map(|path| Handle::from_path(path).ok()).collect();
    if arguments.files.is_empty() || arguments.files.iter().any(|path| path.as_os_str() == STDIO) {
        inputs.extend(Handle::stdin());
    }
    if Handle::from_path(rejects).is_ok_and(|file| inputs.contains(&file)) {
        let message = "expected an output file that is used for nothing else, found one that is read";
        return Err(Failure::Usage(format!("{}: {message}", rejects.display())));
    }
    Ok(())
}

/// Makes the workers, and reads the configuration.
fn workers(arguments: &Arguments) -> Result<(Vec<Worker>, Config), Failure> {
    let usage = |path: &Path, error: String| Failure::Usage(format!("{}: {error}", path.display()));
    let Arguments { component: path, config, .. } = arguments;
    let component = std::fs::read(path).map_err(|error| usage(path, error.to_string()))?;
    let cache = match &arguments.cache {
        Some(folder) => Some(Cache::open(folder).map_err(|error| usage(folder, error.to_string()))?),
        None => None,
    };
    let (compiled, deadline) = match arguments.deadline {
        0 => (Compiled::with(&Engine::default(), &component, cache.as_ref()), Duration::MAX),
        deadline => (Compiled::new(&component, cache.as_ref()), Duration::from_millis(deadline)),
    };
    let compiled = compiled.map_err(|error| usage(path, format!("{error:#}")))?;
    if let (Origin::NotStored(why), Some(folder)) = (compiled.origin(), &arguments.cache) {
        eprint_line(&format!("{}: the compiled component is not stored: {why}", folder.display()));
    }
    let limits = Limits { memory: arguments.memory << 20, deadline, instances: arguments.instances };
    let workers = (0..arguments.threads).map(|_| compiled.worker(config, limits));
    let workers = workers.collect::<wasmtime::Result<_>>().and_then(|workers| Ok((workers, compiled.config(config)?)));
    workers.map_err(|error| {
        // Whoever leaves the configuration out passes a file in its place.
        if Path::new(config).is_file() {
            Failure::Usage(format!("expected the JSON text of a configuration before the files, found {config}"))
        } else {
            Failure::Usage(format!("{error:#}"))
        }
    })
}

/// What there is to do: the batches of all files.
fn jobs(arguments: &Arguments, config: Config) -> impl Iterator<Item = Job> + Send + use<> {
    let (mut files, received) = (arguments.files.clone(), arguments.received);
    if files.is_empty() {
        files.push(STDIO.into());
    }
    files.into_iter().flat_map(move |path| {
        let is_stdin = path.as_os_str() == STDIO;
        let name: Arc<str> = if is_stdin { "standard input".into() } else { path.display().to_string().into() };
        let reader: io::Result<Box<dyn Read + Send>> = match path {
            _ if is_stdin => Ok(Box::new(io::stdin())),
            path => File::open(path).map(|file| Box::new(file) as _),
        };
        let (batches, error) = match reader {
            Ok(reader) => (Some(Batches::new(reader, &config)), None),
            Err(error) => (None, Some(Err(error))),
        };
        let job = move |piece| Job { input: Arc::clone(&name), piece, received: received.then(now).flatten() };
        batches.into_iter().flatten().chain(error).map(job)
    })
}

/// The time in milliseconds since 1970.
fn now() -> Option<u64> {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}
