//! What others compile against, the interface and the library, has changed since the last release no more than its
//! version says.
//!
//! `released` has what each release had: its interface, and a line for each public item of the library without
//! features. What is gone or different breaks what was compiled against it. So does another variant of an enum and
//! another field of a structure, unless these are `#[non_exhaustive]`, and another item of a trait. Not seen are what
//! features add, what a function does, and types that are no longer `Send` or `Sync`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use guests::release::{Changelog, VERSION};
use semver::Version;
use wit_component::{OutputToString, WitPrinter};
use wit_parser::Resolve;

/// How much has changed, from the least on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Nothing,
    Additions,
    Breaks,
}

impl Change {
    /// Whether a version says so, after another (<https://semver.org>, and cargo's reading of 0.y.z).
    fn is_said_by(self, version: &Version, before: &Version) -> bool {
        let compatible = if before.major == 0 {
            (version.major, version.minor) == (before.major, before.minor)
        } else {
            version.major == before.major
        };
        match self {
            Self::Nothing => version >= before,
            Self::Additions => version > before,
            Self::Breaks => version > before && !compatible,
        }
    }
}

type Items = BTreeSet<String>;

/// Compares items, of which each is all that others can see of it. `breaks` tells of one that is new whether it
/// breaks what was there.
fn compare(before: &Items, after: &Items, breaks: impl Fn(&str) -> bool) -> (Change, Vec<String>) {
    let gone: Vec<_> = before.difference(after).map(|item| format!("- {item}")).collect();
    let new: Vec<_> = after.difference(before).collect();
    let change = if !gone.is_empty() || new.iter().any(|item| breaks(item)) {
        Change::Breaks
    } else if new.is_empty() {
        Change::Nothing
    } else {
        Change::Additions
    };
    (change, gone.into_iter().chain(new.into_iter().map(|item| format!("+ {item}"))).collect())
}

/// The version of an interface and its items: functions, also those of resources, and types.
fn interface(wit: &str) -> (Version, Items) {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("transform.wit", wit).unwrap();
    let version = resolve.packages[package].name.version.clone().unwrap();
    let mut printer = WitPrinter::new(OutputToString::default());
    printer.emit_docs(false).print(&resolve, package, &[]).unwrap();
    let (mut items, mut around) = (Items::new(), Vec::new());
    let text = printer.output.to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("package "));
    while let Some(line) = lines.next() {
        let mut item = [&around[..], &[line]].concat().join(" ");
        if ["interface ", "world ", "resource "].iter().any(|word| line.starts_with(word)) && line.ends_with('{') {
            around.push(line);
        } else if line == "}" {
            around.pop();
            continue;
        } else if line.ends_with('{') {
            for line in lines.by_ref().take_while(|line| *line != "}") {
                item = format!("{item} {line}");
            }
        }
        items.insert(item);
    }
    (version, items)
}

/// A line for each public item of the library of the repository in `root`.
fn library(root: &Path) -> Items {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api");
    let mut cargo = Command::new(env!("CARGO"));
    let arguments = ["--locked", "--package", "senhasegura-siem", "--lib", "--no-default-features", "--target-dir"];
    cargo.arg("rustdoc").args(arguments).arg(&target).args(["--", "-Zunstable-options", "--output-format=json"]);
    // For a form of output that is no part of stable Rust.
    let built = cargo.env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTDOCFLAGS").current_dir(root).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let builder = public_api::Builder::from_rustdoc_json(target.join("doc/senhasegura_siem.json"));
    let api = builder.omit_blanket_impls(true).omit_auto_trait_impls(true).build().unwrap();
    api.into_items().map(|item| item.to_string()).collect()
}

/// Whether what is new in a library breaks what had all of `before`: it is a variant, a field or an item of a trait.
fn breaks(item: &str, before: &Items) -> bool {
    let words = item.strip_prefix("pub ").unwrap_or(item);
    let is_of_trait = |parent: &str| before.contains(&format!("pub trait {parent}"));
    let name = words.split([' ', '(', '<']).next().unwrap_or_default().trim_end_matches(':');
    if let Some((parent, _)) = name.rsplit_once("::") {
        let kinds = ["enum", "struct"].map(|kind| format!("pub {kind} {parent}"));
        // With its parameters, if it has some.
        let begins = |line: &str, kind: &str| {
            line.strip_prefix(kind)
                .is_some_and(|rest| !rest.starts_with("::") && !rest.starts_with(char::is_alphanumeric))
        };
        return before.iter().any(|line| kinds.iter().any(|kind| begins(line, kind)));
    }
    let path = words.split_whitespace().find(|word| word.contains("::")).unwrap_or_default();
    let path = path.split(['(', '<']).next().unwrap_or_default();
    path.rsplit_once("::").is_some_and(|(parent, _)| is_of_trait(parent))
}

/// The folder of what a release had.
fn released(version: &Version) -> PathBuf {
    guests::root().join(format!("host-tests/release/released/{version}"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| {
        panic!("{}: {error}; a release is kept there by BLESS=1 cargo test --test api", path.display())
    })
}

#[test]
fn changes_no_more_than_versions_say() {
    let changelog = Changelog::read().unwrap();
    let wit = fs::read_to_string(guests::root().join("wit/transform.wit")).unwrap();
    let items = library(&guests::root());
    let folder = released(&changelog.newest);
    let (interface_file, library_file) = (folder.join("transform.wit"), folder.join("library.txt"));
    if env::var_os("BLESS").is_some() && !changelog.has_unreleased {
        fs::create_dir_all(&folder).unwrap();
        fs::write(&interface_file, &wit).unwrap();
        fs::write(&library_file, items.iter().map(|item| item.clone() + "\n").collect::<String>()).unwrap();
    }

    let ((before, old), (now, new)) = (interface(&read(&interface_file)), interface(&wit));
    let (change, differences) = compare(&old, &new, |_| false);
    println!("senhasegura:siem@{before} to {now}: {change:?}\n{}\n", differences.join("\n"));
    assert!(change.is_said_by(&now, &before), "wit/transform.wit: {change:?}, from {before} to {now}");

    let old: Items = read(&library_file).lines().map(str::to_owned).collect();
    let (change, differences) = compare(&old, &items, |item| breaks(item, &old));
    println!("the library from {} to {VERSION}: {change:?}\n{}", changelog.newest, differences.join("\n"));
    let now = VERSION.parse().unwrap();
    assert!(change.is_said_by(&now, &changelog.newest), "the library: {change:?}, from {} to {now}", changelog.newest);
}

#[test]
fn versions_say_what_changes() {
    let is_said =
        |change: Change, before: &str, now: &str| change.is_said_by(&now.parse().unwrap(), &before.parse().unwrap());
    for (before, now, most) in [
        ("0.2.0", "0.2.0", Some(Change::Nothing)),
        ("0.2.0", "0.2.1", Some(Change::Additions)),
        ("0.2.0", "0.3.0", Some(Change::Breaks)),
        ("0.2.0", "1.0.0", Some(Change::Breaks)),
        ("1.2.0", "1.3.0", Some(Change::Additions)),
        ("1.2.0", "2.0.0", Some(Change::Breaks)),
        ("0.2.0", "0.1.9", None),
    ] {
        for change in [Change::Nothing, Change::Additions, Change::Breaks] {
            assert_eq!(
                is_said(change, before, now),
                most.is_some_and(|most| change <= most),
                "{change:?} {before} {now}"
            );
        }
    }
}

#[test]
fn tells_what_changes_of_an_interface() {
    let wit = fs::read_to_string(guests::root().join("wit/transform.wit")).unwrap();
    let (_, before) = interface(&wit);
    for (from, to, expected) in [
        ("/// A configured transform.", "/// Another sentence.", Change::Nothing),
        ("  kinds: func()", "  names: func() -> list<string>;\n  kinds: func()", Change::Additions),
        ("    transform: func(", "    flush: func();\n    transform: func(", Change::Additions),
        ("  /// A kind of event.", "  enum more { one }\n  /// A kind of event.", Change::Additions),
        ("kinds: func() ->", "list-kinds: func() ->", Change::Breaks),
        ("received: option<u64>) -> output", "received: u64) -> output", Change::Breaks),
        ("    not-one,", "    not-one,\n    not-two,", Change::Breaks),
        ("    written: u64,", "    written: u64,\n    lost: u64,", Change::Breaks),
        ("    written: u64,\n", "", Change::Breaks),
    ] {
        assert!(wit.contains(from), "{from}");
        let changed = wit.replacen(from, to, 1);
        assert_eq!(compare(&before, &interface(&changed).1, |_| false).0, expected, "{to}");
    }
}

#[test]
fn tells_what_changes_of_a_library() {
    let items = |text: &str| text.lines().map(str::to_owned).collect::<Items>();
    let before = items(
        "pub enum a::Open
pub struct a::Plain<'t>
pub a::Plain::field: u8
#[non_exhaustive] pub struct a::More
pub trait a::Read
pub fn a::Plain<'t>::get(&self) -> u8",
    );
    for (item, expected) in [
        ("pub fn a::Plain<'t>::set(&mut self)", Change::Additions),
        ("pub struct a::Other", Change::Additions),
        ("pub a::Other::field: u8", Change::Additions),
        ("pub a::More::field: u8", Change::Additions),
        ("pub a::Plain::second: u8", Change::Breaks),
        ("pub a::Open::Variant(u8)", Change::Breaks),
        ("pub fn a::Read::read(&self)", Change::Breaks),
    ] {
        let after = before.iter().cloned().chain([item.to_owned()]).collect();
        assert_eq!(compare(&before, &after, |item| breaks(item, &before)).0, expected, "{item}");
    }
    let after = items("pub enum a::Open");
    assert_eq!(compare(&before, &after, |_| false).0, Change::Breaks);
}
