//! The licences of what is compiled into what ships: those of the packages, from their sources, and those of Rust's
//! standard library, from the toolchain.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::packages::said;
use crate::{Compiled, Result, packages};

/// The name of the file that holds them, beside those of the project's own.
pub const FILE: &str = "LICENSE-THIRD-PARTY";

/// Those of the project's own.
pub const OWN: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// What the names of files with a licence or a notice begin with, in lower case.
const BEGINNINGS: [&str; 6] = ["license", "licence", "copying", "copyright", "notice", "unlicense"];

/// Returns the licences of all packages that are compiled into one of some artefacts, each text once.
///
/// # Errors
///
/// If cargo or rustc fails, or a package has no text of its licence.
pub fn third_party(artefacts: &[Compiled]) -> Result<String> {
    let mut found = Vec::new();
    for compiled in artefacts {
        found.extend(packages(*compiled)?.into_iter().skip(1));
    }
    found.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    found.dedup_by(|a, b| (&a.name, &a.version) == (&b.name, &b.version));

    let mut texts = Texts::default();
    let mut list = String::from("Code of these packages is compiled in. The numbers are those of the texts below.\n\n");
    for package in &found {
        let numbers = texts.of_folder(&package.folder)?;
        if numbers.is_empty() {
            let folder = package.folder.display();
            return Err(format!("expected the licence of {} in {folder}, found none", package.name).into());
        }
        writeln!(list, "{} {}: {}{numbers}", package.name, package.version, package.licence)?;
    }
    writeln!(list, "\n{}", standard_library(&mut texts)?)?;
    if artefacts.contains(&Compiled::CommandForWasi) {
        writeln!(list, "{}", wasi_libc(&mut texts)?)?;
    }
    for (number, text) in texts.0.iter().enumerate() {
        let rule = "-".repeat(80);
        writeln!(list, "{rule}\n[{}]\n\n{text}", number + 1)?;
    }
    Ok(list)
}

/// Texts, each once.
#[derive(Default)]
struct Texts(Vec<String>);

/// What is compared of a text: its words. Copies of the Apache License differ in links, and in how to apply it, which
/// is no part of its terms.
fn words(text: &str) -> String {
    let text = text.to_lowercase().replace("https:", "http:");
    let terms = text.split_once("end of terms and conditions");
    let terms =
        terms.filter(|(_, rest)| rest.trim().is_empty() || rest.contains("yyyy") && !rest.contains("exception"));
    terms.map_or(text.as_str(), |(terms, _)| terms).split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Texts {
    /// Adds a text, and returns its number as it is written behind a package.
    fn add(&mut self, text: &str) -> String {
        // A page is not divided here.
        let text = text.replace('\u{C}', "\n").trim_matches(['\n', '\r', ' ']).replace("\r\n", "\n") + "\n";
        let compared = words(&text);
        let same = self.0.iter().position(|known| words(known) == compared);
        let index = same.unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        });
        format!(" [{}]", index + 1)
    }

    /// Adds the texts of a package.
    fn of_folder(&mut self, folder: &Path) -> Result<String> {
        let mut files: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().to_lowercase();
            if BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) && entry.file_type()?.is_file() {
                files.push(entry.path());
            }
        }
        files.sort();
        let mut numbers = String::new();
        for file in files {
            let text = fs::read(&file).map_err(|error| format!("reading {}: {error}", file.display()))?;
            numbers.push_str(&self.add(&String::from_utf8_lossy(&text)));
        }
        Ok(numbers)
    }
}

/// The folder of the toolchain with its licences.
fn toolchain() -> Result<PathBuf> {
    let sysroot = said(Command::new("rustc").args(["--print", "sysroot"]), "rustc")?;
    Ok(Path::new(sysroot.trim()).join("share/doc/rust"))
}

fn read(file: &str) -> Result<String> {
    let path = toolchain()?.join(file);
    fs::read_to_string(&path).map_err(|error| format!("reading {}: {error}", path.display()).into())
}

/// What the names of packages begin with that the standard library has for other machines only, or that build and
/// test it.
const ELSEWHERE: [&str; 11] = [
    "cc-",
    "fortanix-",
    "getopts-",
    "hermit-",
    "moto-",
    "r-efi-",
    "rand",
    "rustc-literal-",
    "shlex-",
    "vex-",
    "windows",
];

/// The page that the toolchain has of its standard library: a paragraph for each part, and a heading for each
/// package, with its files folded in.
fn standard_library(texts: &mut Texts) -> Result<String> {
    let page = read("COPYRIGHT-library.html")?;
    let (own, packages) =
        page.split_once("<h2 id=\"out-of-tree-dependencies\">").ok_or("expected packages in COPYRIGHT-library.html")?;
    let own = own.split_once("<h2 id=\"in-tree-files\">").ok_or("expected files in COPYRIGHT-library.html")?.1;

    let mut list = String::from("Rust's standard library: MIT OR Apache-2.0");
    for file in ["MIT", "Apache-2.0", "Unicode-3.0", "BSD-2-Clause"] {
        list.push_str(&texts.add(&read(&format!("licenses/{file}.txt"))?));
    }
    list.push('\n');
    for part in own.split("<b>File/Directory:</b>").skip(1) {
        let (of, rest) =
            plain(part).split_once("License:").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
        let rest = rest.split("Exceptions:").next().unwrap_or_default().replace("Copyright:", "; copyright");
        let part = format!("{of}: {rest}").split_whitespace().collect::<Vec<_>>().join(" ");
        writeln!(list, "  {}", part.replace(" ;", ";").replace(" :", ":"))?;
    }
    for part in packages.split("<h3>").skip(1) {
        let (name, rest) =
            part.split_once("</h3>").ok_or("expected the name of a package in COPYRIGHT-library.html")?;
        let name = plain(name);
        let name = name.trim_start_matches(|sign: char| !sign.is_ascii_alphanumeric()).trim_end();
        if ELSEWHERE.iter().any(|beginning| name.starts_with(beginning)) {
            continue;
        }
        let licence = rest.split_once("<b>License:</b>").and_then(|(_, rest)| rest.split_once("</p>"));
        let (licence, rest) =
            licence.ok_or_else(|| format!("expected the licence of {name} in COPYRIGHT-library.html"))?;
        write!(list, "  {name}: {}", plain(licence).trim().replace('/', " OR "))?;
        for text in rest.split("<pre>").skip(1) {
            let text = text.split_once("</pre>").ok_or("expected the end of a licence in COPYRIGHT-library.html")?.0;
            list.push_str(&texts.add(&plain(text)));
        }
        list.push('\n');
    }
    Ok(list)
}

/// The C library that the target for WASI links, which the toolchain brings without its licences.
fn wasi_libc(texts: &mut Texts) -> Result<String> {
    let mit = texts.add(&read("licenses/MIT.txt")?);
    let bsd = texts.add(&read("licenses/BSD-2-Clause.txt")?);
    Ok(format!(
        "wasi-libc: Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT{mit}
  of musl: MIT; copyright 2005-2020 Rich Felker, et al.{mit}
  of cloudlibc: BSD-2-Clause; copyright 2015-2017 Nuxi, https://nuxi.nl/{bsd}
  of dlmalloc: CC0-1.0; written by Doug Lea and released to the public domain
"
    ))
}

/// HTML without its tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut parts = html.split('<');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    for (escape, sign) in [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">")] {
        text = text.replace(escape, sign);
    }
    text.replace("&#38;", "&")
}
