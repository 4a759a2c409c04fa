//! `kinds`, `check`, `completions` and `man`.

use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use senhasegura_siem::Severity;
use senhasegura_siem::catalog::{self, Kind};

use crate::failure::Failure;
use crate::options::Options;
use crate::sink::Sink;

/// Prints the kinds of event that senhasegura documents, with their keys, and those that it lists
/// by event id only.
#[derive(Args)]
pub(crate) struct Kinds {
    /// Print an array of JSON objects.
    #[arg(long)]
    json: bool,
}

impl Kinds {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        if self.json {
            let kinds = serde_json::to_string_pretty(catalog::CATALOG);
            return print(format_args!("{}", kinds.map_err(|error| Failure::Io(error.to_string()))?));
        }
        for kind in catalog::CATALOG {
            print(format_args!("{}", text(kind)))?;
        }
        Ok(())
    }
}

/// Returns a kind as people read it: its names, ids and keys.
fn text(kind: &Kind) -> String {
    let mut names = vec![kind.name];
    names.extend([kind.name_4_0, kind.name_pt].into_iter().filter(|name| !name.is_empty() && *name != kind.name));
    let mut text = names.join(" | ");
    for id in kind.ids {
        let named = if id.name == kind.name { String::new() } else { format!(": {}", id.name) };
        text.push_str(&format!("\n  {}, severity {}{named}", id.id, Severity::from(id).cef()));
    }
    if kind.is_documented() {
        let keys: Vec<_> = kind.keys.iter().map(|key| key.name()).collect();
        text.push_str(&format!("\n  {}", keys.join(" ")));
    }
    text
}

/// Checks a configuration, from a file or from flags. Prints `valid`, or the first thing that is wrong.
#[derive(Args)]
pub(crate) struct Check {
    /// The configuration, a JSON file, or `-` for the standard input. The same as `--config`.
    #[arg(value_name = "FILE", conflicts_with = "config")]
    file: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

impl Check {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let options = self.options.or_of_file(self.file.as_ref());
        if options.is_empty() {
            return Err(Failure::Usage("expected FILE, `-` for the standard input, or options, found none".into()));
        }
        options.config()?;
        print(format_args!("valid"))
    }
}

/// Prints a completion script for a shell.
#[derive(Args)]
pub(crate) struct Completions {
    /// The shell that the script is for.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self, mut command: Command) -> Result<(), Failure> {
        let (name, mut script) = (command.get_name().to_owned(), Vec::new());
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        Sink::stdout().write(&script)
    }
}

/// Prints the man page of the program, or of one of its commands.
#[derive(Args)]
pub(crate) struct ManPage {
    /// The command, such as `convert`; without it, the whole program.
    command: Option<String>,
}

impl ManPage {
    pub(crate) fn run(&self, whole: &Command) -> Result<(), Failure> {
        let command = match &self.command {
            None => whole.clone(),
            Some(name) => {
                let command = whole.find_subcommand(name);
                let command = command.ok_or_else(|| Failure::Usage(format!("expected a command, found `{name}`")))?;
                command.clone().name(format!("{}-{name}", whole.get_name()))
            }
        };
        let mut page = Vec::new();
        Man::new(command).render(&mut page).map_err(|error| Failure::new("man page", &error))?;
        Sink::stdout().write(&page)
    }
}

fn print(text: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    Sink::stdout().write(format!("{text}\n").as_bytes())
}
