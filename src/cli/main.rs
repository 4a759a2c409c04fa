//! `senhasegura-siem`: a filter for pipelines that run a process, and tools for use at a shell.

mod apart;
mod bake;
mod convert;
mod explain;
mod failure;
mod gzip;
mod input;
mod options;
mod progress;
mod report;
mod setup;
mod sink;
mod terminal;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use failure::Failure;
use terminal::eprint_line;

/// Turns privileged-access events of senhasegura (Segura), as CEF, syslog or JSON, into CEF, RFC 5424
/// or lines for Sensage.
///
/// Without a command, it runs `convert`. Exit status: 0 if all records were written, 1 if some were
/// rejected, 2 for wrong arguments or a wrong configuration, 3 if input or output failed.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    convert: convert::Convert,
}

#[derive(Subcommand)]
enum Command {
    Convert(convert::Convert),
    Explain(explain::Explain),
    Check(setup::Check),
    Kinds(setup::Kinds),
    Bake(bake::Bake),
    Completions(setup::Completions),
    Man(setup::ManPage),
}

fn main() -> ExitCode {
    let Cli { command, convert } = match Cli::try_parse() {
        Ok(cli) => cli,
        // The message repeats arguments, which may not be safe to print.
        Err(error) if error.use_stderr() => {
            eprint_line(format_args!("{}", error.render().to_string().trim_end()));
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    let outcome = match command.unwrap_or(Command::Convert(convert)) {
        Command::Convert(convert) => convert.run(),
        Command::Explain(explain) => explain.run(),
        Command::Check(check) => check.run().map(|()| ExitCode::SUCCESS),
        Command::Kinds(kinds) => kinds.run().map(|()| ExitCode::SUCCESS),
        Command::Bake(bake) => bake.run().map(|()| ExitCode::SUCCESS),
        Command::Completions(completions) => completions.run(Cli::command()).map(|()| ExitCode::SUCCESS),
        Command::Man(page) => page.run(&Cli::command()).map(|()| ExitCode::SUCCESS),
    };
    let (code, message) = match outcome {
        Ok(code) => return code,
        Err(Failure::BrokenPipe) => return ExitCode::from(3),
        Err(Failure::Usage(message)) => (2, message),
        Err(Failure::Io(message) | Failure::Output(message)) => (3, message),
    };
    eprint_line(format_args!("error: {message}"));
    ExitCode::from(code)
}
