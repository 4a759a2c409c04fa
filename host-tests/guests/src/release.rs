//! The release that the sources are of: its number, its day, and whether all that have a version are in step.

use std::env;
use std::fs;
use std::process::{Command, ExitCode, ExitStatus};

use chrono::NaiveDate;
use semver::Version;

use crate::{Result, exit, root};

/// The version of the workspace, which is that of all that ships.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The variable with the time of files in archives, in seconds since 1970.
const TIME: &str = "SOURCE_DATE_EPOCH";

/// What `CHANGELOG.md` says of releases, in the form of Keep a Changelog.
#[derive(Debug, PartialEq, Eq)]
pub struct Changelog {
    /// Whether there are changes that are in no release yet.
    pub has_unreleased: bool,
    /// The newest release.
    pub newest: Version,
    /// Its day.
    pub day: NaiveDate,
}

impl Changelog {
    /// Reads that of the repository.
    ///
    /// # Errors
    ///
    /// If it is missing or has another form.
    pub fn read() -> Result<Self> {
        Self::parse(&text("CHANGELOG.md")?)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut has_unreleased = false;
        for section in text.split("\n## ").skip(1) {
            let (heading, changes) = section.split_once('\n').unwrap_or((section, ""));
            if heading == "[Unreleased]" {
                has_unreleased = changes.contains("\n- ");
                continue;
            }
            let expected = || format!("CHANGELOG.md: expected `## [version] - year-month-day`, found `## {heading}`");
            let (version, day) = heading.split_once(" - ").ok_or_else(expected)?;
            let version =
                version.strip_prefix('[').and_then(|version| version.strip_suffix(']')).ok_or_else(expected)?;
            let newest = version.parse().map_err(|_| expected())?;
            return Ok(Self { has_unreleased, newest, day: day.parse().map_err(|_| expected())? });
        }
        Err("CHANGELOG.md: expected a release, found none".into())
    }
}

/// Compares everything that has a version with that of the workspace.
///
/// # Errors
///
/// If something is out of step; the message names each.
pub fn check() -> Result<()> {
    let files = Files {
        changelog: Changelog::read()?,
        wit: text("wit/transform.wit")?,
        package: text("src/guest/npm/package.json")?,
        metadata: text("src/guest/python/METADATA")?,
        toolchain: text("rust-toolchain.toml")?,
        pages: ["host-tests/README.md", "src/guest/python/README.md", "examples/spark/README.md"]
            .map(|page| Ok((page, text(page)?)))
            .into_iter()
            .collect::<Result<_>>()?,
    };
    let faults = files.faults(&VERSION.parse()?, env!("CARGO_PKG_RUST_VERSION"));
    if faults.is_empty() {
        Ok(())
    } else {
        Err(format!("these are out of step with version {VERSION} of Cargo.toml:\n  {}", faults.join("\n  ")).into())
    }
}

/// What has versions.
struct Files {
    changelog: Changelog,
    wit: String,
    package: String,
    metadata: String,
    toolchain: String,
    pages: Vec<(&'static str, String)>,
}

impl Files {
    fn faults(&self, version: &Version, rust: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut expect = |holds: bool, file: &str, expected: &str, found: &str| {
            if !holds {
                faults.push(format!("{file}: expected {expected}, found {found}"));
            }
        };
        let Changelog { has_unreleased, newest, .. } = &self.changelog;
        if *has_unreleased {
            expect(
                version > newest,
                "CHANGELOG.md",
                "a release before it, as there are unreleased changes",
                &format!("{newest}"),
            );
        } else {
            expect(version == newest, "CHANGELOG.md", "it as the newest release", &format!("{newest}"));
        }

        // What is compiled for one number of the interface runs with each that differs in the last part only.
        let wit = value(&self.wit, "package senhasegura:siem@", ";").and_then(|wit| wit.parse::<Version>().ok());
        let is_in_step =
            wit.as_ref().is_some_and(|wit| (wit.major, wit.minor) == (version.major, version.minor) && wit <= version);
        let expected = format!("senhasegura:siem@{}.{}, at most of the same release", version.major, version.minor);
        let found = wit.map_or("no version".to_owned(), |wit| wit.to_string());
        expect(is_in_step, "wit/transform.wit", &expected, &found);

        // The builders fill it in.
        for (file, text, before, after) in [
            ("src/guest/npm/package.json", &self.package, "\"version\": \"", "\""),
            ("src/guest/python/METADATA", &self.metadata, "\nVersion: ", "\n"),
        ] {
            let found = value(text, before, after).unwrap_or("none");
            expect(found == "VERSION", file, "the version VERSION", found);
        }

        let channel = value(&self.toolchain, "channel = \"", "\"").unwrap_or("none");
        let is_pinned = channel == rust || channel.strip_prefix(rust).is_some_and(|rest| rest.starts_with('.'));
        expect(is_pinned, "rust-toolchain.toml", &format!("the channel {rust} of rust-version"), channel);

        for (page, text) in &self.pages {
            for after in text.split("senhasegura_siem-").skip(1) {
                let found = after.split("-py3").next().unwrap_or_default();
                expect(
                    found == version.to_string(),
                    page,
                    "the name of its wheel",
                    &format!("senhasegura_siem-{found}"),
                );
            }
        }
        faults
    }
}

/// What stands in a text between two others.
fn value<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

fn text(file: &str) -> Result<String> {
    fs::read_to_string(root().join(file)).map_err(|error| format!("reading {file}: {error}").into())
}

/// Runs a program that makes archives, and returns what it ends with. Unless SOURCE_DATE_EPOCH is set, it is run
/// again with the day of the newest release there: builders of archives read it, and a process cannot set it for
/// itself.
#[must_use]
pub fn at_its_time(program: impl FnOnce() -> Result<()>) -> ExitCode {
    if env::var_os(TIME).is_some() {
        return exit(program());
    }
    match again() {
        // It has said why.
        Ok(status) => ExitCode::from(u8::from(!status.success())),
        Err(error) => exit(Err(error)),
    }
}

fn again() -> Result<ExitStatus> {
    let day = Changelog::read()?.day.signed_duration_since(NaiveDate::default());
    let time = day.num_seconds().to_string();
    Ok(Command::new(env::current_exe()?).args(env::args_os().skip(1)).env(TIME, time).status()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n- this\n\n## [0.1.0] - 2026-11-25\n\n- all\n";

    fn files(changelog: &str) -> Files {
        Files {
            changelog: Changelog::parse(changelog).unwrap(),
            wit: "package senhasegura:siem@0.2.0;\n".into(),
            package: "{ \"version\": \"VERSION\", ".into(),
            metadata: "Name: a\nVersion: VERSION\nSummary: b".into(),
            toolchain: "[toolchain]\nchannel = \"1.95.0\"\n".into(),
            pages: vec![("host-tests/README.md", "`senhasegura_siem-0.2.0-py3-none-any.whl`".into())],
        }
    }

    fn faults(files: Files, version: &str) -> Vec<String> {
        files.faults(&version.parse().unwrap(), "1.95")
    }

    #[test]
    fn reads_the_changelog() {
        let changelog = Changelog::parse(CHANGELOG).unwrap();
        assert!(changelog.has_unreleased);
        assert_eq!((changelog.newest.to_string(), changelog.day.to_string()), ("0.1.0".into(), "2026-11-25".into()));
        assert!(!Changelog::parse(&CHANGELOG.replace("- this\n", "")).unwrap().has_unreleased);
        for (text, expected) in [
            ("# Changelog\n", "CHANGELOG.md: expected a release, found none"),
            ("\n## [0.1.0]\n", "CHANGELOG.md: expected `## [version] - year-month-day`, found `## [0.1.0]`"),
            (
                "\n## 0.1.0 - 2026-11-25\n",
                "CHANGELOG.md: expected `## [version] - year-month-day`, found `## 0.1.0 - 2026-11-25`",
            ),
        ] {
            assert_eq!(Changelog::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn finds_what_is_out_of_step() {
        assert_eq!(faults(files(CHANGELOG), "0.2.0"), [""; 0]);
        assert_eq!(faults(files(CHANGELOG), "0.2.3").len(), 1, "the page");
        let found = faults(files(CHANGELOG), "0.1.0");
        assert_eq!(
            found,
            [
                "CHANGELOG.md: expected a release before it, as there are unreleased changes, found 0.1.0",
                "wit/transform.wit: expected senhasegura:siem@0.1, at most of the same release, found 0.2.0",
                "host-tests/README.md: expected the name of its wheel, found senhasegura_siem-0.2.0",
            ]
        );
        let released = CHANGELOG.replace("- this\n", "\n");
        assert_eq!(faults(files(&released), "0.2.0"), ["CHANGELOG.md: expected it as the newest release, found 0.1.0"]);
        let other = Files {
            package: "{ \"version\": \"0.2.0\", ".into(),
            metadata: "Name: a\n".into(),
            toolchain: "channel = \"1.950.0\"".into(),
            ..files(CHANGELOG)
        };
        assert_eq!(
            faults(other, "0.2.0"),
            [
                "src/guest/npm/package.json: expected the version VERSION, found 0.2.0",
                "src/guest/python/METADATA: expected the version VERSION, found none",
                "rust-toolchain.toml: expected the channel 1.95 of rust-version, found 1.950.0",
            ]
        );
    }

    #[test]
    fn the_repository_is_in_step() {
        check().unwrap();
    }
}
