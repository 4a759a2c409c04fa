//! The tables `options.tsv` and `traps.tsv`.

use std::fmt;

use crate::Problem;

/// The lowest version that the examples are for.
pub const LOWEST: Version = Version(4, 2, 0);

const OPTIONS: &str = include_str!("../options.tsv");
const TRAPS: &str = include_str!("../traps.tsv");

/// A version of Fluent Bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u8, pub u8, pub u8);

impl Version {
    /// Reads `5.1` or `5.1.1`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|number| number.parse().ok());
        let version = Self(numbers.next()??, numbers.next()??, numbers.next().unwrap_or(Some(0))?);
        numbers.next().is_none().then_some(version)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(major, minor, 0) => write!(f, "{major}.{minor}"),
            Self(major, minor, patch) => write!(f, "{major}.{minor}.{patch}"),
        }
    }
}

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Word,
    Bool,
    Int,
    Double,
    Port,
    Size,
    /// A size in multiples of 1024 bytes, without a unit.
    Kilobytes,
    Limit,
    Time,
    Retry,
    List,
    /// A record accessor.
    Accessor,
    /// The name of a field, as opposed to a record accessor.
    Key,
    /// A text in which record accessors may stand.
    Pattern,
    /// A text in which fields stand in braces.
    Template,
    Rule,
    Tag,
    Match,
    Parser,
}

impl Kind {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "text" => Self::Text,
            "word" => Self::Word,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "double" => Self::Double,
            "port" => Self::Port,
            "size" => Self::Size,
            "kilobytes" => Self::Kilobytes,
            "limit" => Self::Limit,
            "time" => Self::Time,
            "retry" => Self::Retry,
            "list" => Self::List,
            "accessor" => Self::Accessor,
            "key" => Self::Key,
            "pattern" => Self::Pattern,
            "template" => Self::Template,
            "rule" => Self::Rule,
            "tag" => Self::Tag,
            "match" => Self::Match,
            "parser" => Self::Parser,
            _ => return None,
        })
    }
}

/// A row of `options.tsv`.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    owner: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) default: &'static str,
    pub(crate) repeats: bool,
    pub(crate) since: Option<Version>,
    /// The words that are taken, or the range of a number.
    pub(crate) values: &'static str,
}

/// A row of `traps.tsv`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trap {
    /// What a plugin must have the options of; the option is of the last.
    owners: &'static str,
    pub(crate) option: &'static str,
    /// Another option and its value, without which this is no trap.
    pub(crate) when: Option<(&'static str, &'static str)>,
    /// Words, `>=` and a size, `*` for any value, or `-` for the plugin itself.
    pub(crate) expected: &'static str,
    pub(crate) why: &'static str,
}

/// The tables.
#[derive(Debug)]
pub struct Tables {
    rows: Vec<Row>,
    /// The plugins, each with the other owners whose options it takes.
    plugins: Vec<(&'static str, &'static str)>,
    traps: Vec<Trap>,
}

impl Tables {
    /// Reads the tables.
    ///
    /// # Errors
    ///
    /// If a row is none, or a trap is of an option that is not in the table of options.
    pub fn new() -> Result<Self, Problem> {
        let mut tables = Self { rows: Vec::new(), plugins: Vec::new(), traps: Vec::new() };
        for (index, line) in OPTIONS.lines().enumerate().skip(1) {
            tables.read_option(line).ok_or_else(|| malformed("options.tsv", index, line))?;
        }
        for (index, line) in TRAPS.lines().enumerate().skip(1) {
            tables.read_trap(line).ok_or_else(|| malformed("traps.tsv", index, line))?;
        }
        Ok(tables)
    }

    fn read_option(&mut self, line: &'static str) -> Option<()> {
        let [owner, name, kind, default, repeats, since, values] = cells(line)?;
        if kind == "shares" {
            self.plugins.push((owner, values));
            return Some(());
        }
        let since = if since.is_empty() { None } else { Some(Version::read(since)?) };
        let repeats = repeats == "repeats";
        let is_new = self.rows.iter().all(|row| (row.owner, row.name) != (owner, name));
        self.rows.push(Row { owner, name, kind: Kind::read(kind)?, default, repeats, since, values });
        is_new.then_some(())
    }

    fn read_trap(&mut self, line: &'static str) -> Option<()> {
        let [owners, option, when, expected, why] = cells(line)?;
        let when = if when.is_empty() { None } else { Some(when.split_once(' ')?) };
        self.traps.push(Trap { owners, option, when, expected, why });
        self.row(&[owners.split(' ').next_back()?], option).map(|_| ())
    }

    /// Whose options a plugin takes, its own first; none if there is no such plugin.
    pub(crate) fn owners(&self, plugin: &str) -> Vec<&'static str> {
        let of =
            |(owner, shares): &(&'static str, &'static str)| std::iter::once(*owner).chain(shares.split(' ')).collect();
        match plugin {
            "service" => vec!["service"],
            "parser" => vec!["parser"],
            _ => self.plugins.iter().find(|(owner, _)| *owner == plugin).map(of).unwrap_or_default(),
        }
    }

    pub(crate) fn row(&self, owners: &[&str], name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name && owners.contains(&row.owner))
    }

    pub(crate) fn traps<'a>(&'a self, owners: &'a [&str]) -> impl Iterator<Item = &'a Trap> {
        self.traps.iter().filter(|trap| trap.owners.split(' ').all(|owner| owners.contains(&owner)))
    }

    /// The names of the plugins of a kind, such as `input`.
    pub(crate) fn plugins(&self, kind: &str) -> Vec<&'static str> {
        let name = |plugin: &'static str| plugin.strip_prefix(kind)?.strip_prefix(':');
        self.plugins.iter().filter_map(|(plugin, _)| name(plugin)).collect()
    }
}

fn cells<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    line.split('\t').collect::<Vec<_>>().try_into().ok()
}

fn malformed(file: &str, index: usize, line: &str) -> Problem {
    Problem { place: format!("{file}:{}", index + 1), what: format!("expected a row, found `{line}`") }
}
