//! Reads Fluent Bit's configurations, in YAML and in the classic format, and says what is wrong
//! with them.
//!
//! Fluent Bit itself starts with much that cannot work: it takes the default instead of a value
//! that it does not know, sends a record accessor without `$` as a word, and drops what a buffer
//! cannot hold. Here, these are problems, each with its place.
//!
//! | file | |
//! |---|---|
//! | `options.tsv` | the options of the plugins that the examples use, from the `config_map`s of versions 4.2.0 to 5.1.1 |
//! | `traps.tsv` | the values of them that lose nothing |
//! | [`yaml`], [`classic`] | read a configuration |
//! | [`check()`] | compares it with the tables, and follows the tags |
//! | [`differences`] | compares two configurations |
//!
//! Not read: `@` commands, environment variables, processors of outputs or other than filters, and
//! sections that the examples have not.

mod check;
mod difference;
mod flow;
mod table;
mod value;

pub mod classic;
pub mod yaml;

use std::fmt;

pub use check::check;
pub use difference::differences;
pub use table::{LOWEST, Tables, Version};

/// A configuration, whatever its format.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// The service's options. `parsers_file` is not among them: the parsers are.
    pub service: Section,
    /// The parsers.
    pub parsers: Vec<Section>,
    /// The inputs.
    pub inputs: Vec<Section>,
    /// The filters, in the order in which they run.
    pub filters: Vec<Section>,
    /// The outputs.
    pub outputs: Vec<Section>,
}

/// The options of a plugin, a parser or the service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// The name of the plugin; `service`, `parser`.
    pub plugin: String,
    /// Where it is.
    pub place: String,
    /// The options in their order, but for the plugin's name.
    pub properties: Vec<Property>,
    /// The filters of an input that run in it, and match nothing.
    pub processors: Vec<Section>,
}

impl Section {
    /// Returns the value of an option, the last if it is repeated.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.properties.iter().rev().find(|property| property.name == name).map(|property| property.value.as_str())
    }

    /// Makes the option `name` the name of the plugin. `called` is how the format spells it.
    fn named(mut self, called: &str) -> Result<Self, Problem> {
        let index = self.properties.iter().position(|property| property.name == "name");
        let Some(index) = index else { return Err(self.problem(format!("expected a `{called}`, found none"))) };
        self.plugin = self.properties.remove(index).value;
        Ok(self)
    }

    /// A problem of this section.
    fn problem(&self, what: impl Into<String>) -> Problem {
        Problem { place: self.place.clone(), what: what.into() }
    }
}

/// An option with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The name, in lower case: letter case does not matter to Fluent Bit.
    pub name: String,
    /// The value as text.
    pub value: String,
    /// Where it is.
    pub place: String,
}

impl Property {
    /// A problem of this option.
    fn problem(&self, what: impl fmt::Display) -> Problem {
        Problem { place: self.place.clone(), what: format!("`{}`: {what}", self.name) }
    }
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, with the line or the plugin.
    pub place: String,
    /// What was expected and what was found.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

impl std::error::Error for Problem {}
