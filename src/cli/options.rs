//! Every option of the configuration as a flag, made from the configuration's JSON Schema.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use senhasegura_siem::{Config, ConfigError};
use serde_json::{Map, Value};

use crate::failure::{self, Failure, STDIO};

const HEADING: &str = "Configuration";

/// The options of the configuration, from a file and from flags, which take precedence.
pub(crate) struct Options {
    file: Option<PathBuf>,
    flags: Map<String, Value>,
}

impl Options {
    /// Returns the options with another file, if there is one.
    pub(crate) fn or_of_file(&self, file: Option<&PathBuf>) -> Self {
        Self { file: file.or(self.file.as_ref()).cloned(), flags: self.flags.clone() }
    }

    /// The file.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Returns whether nothing is configured.
    pub(crate) fn is_empty(&self) -> bool {
        self.file.is_none() && self.flags.is_empty()
    }

    /// Reads the file and checks all options.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let mut options = Map::new();
        if let Some(path) = &self.file {
            let refused = |message: String| Failure::Usage(format!("{}: {message}", failure::name(path)));
            let text = config_text(path)?;
            Config::from_json(&text).map_err(|error| refused(error.to_string()))?;
            if !text.trim().is_empty() {
                options = serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
            }
        }
        options.extend(self.flags.clone());
        Config::from_json(&Value::from(options).to_string()).map_err(|error| Failure::Usage(flag_message(&error)))
    }
}

/// Reads the text of a configuration from a file or the standard input. Ignores a byte order mark
/// before it, which some editors write; RFC 8259, section 8.1, allows that.
pub(crate) fn config_text(path: &Path) -> Result<String, Failure> {
    let (name, max) = (failure::name(path), Config::TEXT_MAX);
    let source: io::Result<Box<dyn Read>> = if path.as_os_str() == STDIO {
        Ok(Box::new(io::stdin()))
    } else {
        File::open(path).map(|file| Box::new(file) as _)
    };
    let mut bytes = Vec::new();
    let read = source.and_then(|source| source.take(max as u64 + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::at(path, &error))?;
    if bytes.len() > max {
        return Err(Failure::Usage(format!("{name}: expected a configuration of at most {max} bytes, found more")));
    }
    let mut text = String::from_utf8(bytes).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    if text.starts_with('\u{FEFF}') {
        text.remove(0);
    }
    Ok(text)
}

/// Returns the message for an error in a flag.
fn flag_message(error: &ConfigError) -> String {
    format!("--{}: {}", flag(error.pointer().trim_start_matches('/')), error.message())
}

fn flag(option: &str) -> String {
    option.replace('_', "-")
}

/// The schema of each option, by its name.
static OPTIONS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let mut schema: Value = serde_json::from_str(include_str!("../config.schema.json")).unwrap_or_default();
    match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(options)) => options,
        _ => Map::new(),
    }
});

/// Makes the flag for an option.
fn arg(name: &str, option: &Value) -> Arg {
    let text = |member: &str| option.get(member).and_then(Value::as_str).unwrap_or_default();
    let description = text("description");
    let mut help = description.split("\n\n").next().unwrap_or_default().trim_end_matches('.').to_owned();
    if let (Some(minimum), Some(maximum)) = (option.get("minimum"), option.get("maximum")) {
        help.push_str(&format!(", from {minimum} to {maximum}"));
    }
    for (limit, what) in [("maxLength", "characters"), ("maxItems", "names")] {
        if let Some(maximum) = option.get(limit) {
            help.push_str(&format!(", at most {maximum} {what}"));
        }
    }
    if let Some(default) = option.get("default").filter(|default| !default.is_null()) {
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        help.extend([" [default: ", &default, "]"]);
    }
    let arg = Arg::new(name.to_owned()).long(flag(name)).help(help).help_heading(HEADING);
    match (option.get("enum"), text("type")) {
        (Some(Value::Array(words)), _) => {
            let words = words.iter().filter_map(Value::as_str).map(|word| possible_value(word, description));
            arg.value_name("WORD").value_parser(PossibleValuesParser::new(words))
        }
        (_, "boolean") => arg
            .num_args(0..=1)
            .require_equals(true)
            .value_name("BOOL")
            .default_missing_value("true")
            .value_parser(["true", "false"]),
        (_, "integer") => arg.value_name("NUMBER"),
        (_, "array") => arg.value_name("NAME,..."),
        // An offset may begin with a minus.
        _ => arg.value_name("TEXT").allow_hyphen_values(name == "timezone"),
    }
}

/// Returns a word with its help, an item of the list in the option's description.
fn possible_value(word: &str, description: &str) -> PossibleValue {
    let help = description.lines().find_map(|line| line.strip_prefix(&format!("- `{word}`: ")));
    PossibleValue::new(word.to_owned()).help(help.unwrap_or_default().trim_end_matches('.').to_owned())
}

impl Args for Options {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .help("Read the options from a file of JSON, or from the standard input (`-`); those given as flags take precedence")
            .help_heading(HEADING)
            .value_parser(clap::value_parser!(PathBuf));
        OPTIONS.iter().fold(command.arg(file), |command, (name, option)| command.arg(arg(name, option)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Options {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Map::new();
        for (name, option) in &*OPTIONS {
            let Some(given) = matches.get_one::<String>(name) else { continue };
            // Anything but a number or boolean is refused later, as text.
            let value = match option.get("type").and_then(Value::as_str) {
                Some("integer") => given.parse::<i64>().map_or_else(|_| given.as_str().into(), Value::from),
                Some("boolean") => (given == "true").into(),
                // `--keep=` is for none.
                Some("array") if given.is_empty() => Vec::<Value>::new().into(),
                Some("array") => given.split(',').map(Value::from).collect(),
                _ => given.as_str().into(),
            };
            flags.insert(name.clone(), value);
        }
        Ok(Self { file: matches.get_one("config").cloned(), flags })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
