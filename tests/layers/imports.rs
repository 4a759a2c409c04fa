//! Reads what the files of a crate import, without compiling them: `use` declarations, and paths in
//! code that begin with `crate`, `super`, `self` or a module of the file.
//!
//! Comments, strings and items under `#[cfg(test)]` are skipped. A method is no import: an `impl`
//! block that stands in another file than its type belongs to the file it stands in.

use std::collections::{BTreeMap, BTreeSet};

/// The text of each source file, by its path below the folder of the crate.
pub(crate) type Sources = BTreeMap<String, String>;

/// An import of one file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) line: usize,
    pub(crate) to: String,
}

/// The files of a crate, read.
pub(crate) struct Crate {
    root: String,
    files: BTreeMap<String, File>,
    /// The file of each module, those inside of a file included.
    modules: BTreeMap<Vec<String>, String>,
}

/// What one file says.
#[derive(Default)]
struct File {
    imports: Vec<Import>,
    /// The path of each name that a `use` brings into one of its modules.
    names: BTreeMap<Vec<String>, Vec<String>>,
    /// The types, traits and functions that it defines.
    items: BTreeSet<String>,
    /// The modules inside of it.
    inline: Vec<Vec<String>>,
    /// The modules in files of their own that are for tests only.
    tests: Vec<Vec<String>>,
}

struct Import {
    line: usize,
    /// The path from the root of the crate.
    path: Vec<String>,
    /// The length of the path that must be a module for this to be an import at all: a path that
    /// begins with a bare name may lead to another crate, or to a type.
    module: usize,
}

impl Crate {
    /// Reads the files of the crate whose root is the file `root`.
    pub(crate) fn read(sources: &Sources, root: &str) -> Self {
        let module = |path: &str| match path.strip_suffix(".rs") {
            _ if path == root => Vec::new(),
            Some(path) => path.trim_end_matches("/mod").split('/').map(str::to_owned).collect::<Vec<_>>(),
            None => Vec::new(),
        };
        let mut files: BTreeMap<_, _> =
            sources.iter().map(|(path, text)| (path.clone(), File::read(text, module(path)))).collect();
        let tests: Vec<_> = files.values().flat_map(|file| file.tests.clone()).collect();
        files.retain(|path, _| !tests.iter().any(|test| module(path).starts_with(test)));
        let inline = files.iter().flat_map(|(path, file)| file.inline.iter().map(move |module| (module.clone(), path)));
        let own = files.keys().map(|path| (module(path), path));
        let modules = inline.chain(own).map(|(module, path)| (module, path.clone())).collect();
        Self { root: root.to_owned(), files, modules }
    }

    /// The paths of the files, without those that are for tests only.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Returns the imports of files from other files, once for each two.
    pub(crate) fn arrows(&self) -> Vec<Arrow> {
        let mut arrows: Vec<Arrow> = Vec::new();
        for (from, file) in &self.files {
            for import in &file.imports {
                let Some(to) = self.target(import) else { continue };
                if to != from && !arrows.iter().any(|arrow| arrow.from == *from && arrow.to == to) {
                    arrows.push(Arrow { from: from.clone(), line: import.line, to: to.to_owned() });
                }
            }
        }
        arrows
    }

    /// Whether the file `from` names the item that the file `to` defines.
    pub(crate) fn names(&self, from: &str, to: &str, item: &str) -> bool {
        let defines = |path: &[String]| self.definition(path, 8) == Some((to, item));
        self.files.get(from).is_some_and(|file| file.imports.iter().any(|import| defines(&import.path)))
    }

    /// Whether a file defines this type, trait or function.
    pub(crate) fn defines(&self, path: &str, item: &str) -> bool {
        self.files.get(path).is_some_and(|file| file.items.contains(item))
    }

    /// The file that an import leads to. A name that the root of the crate has from another module
    /// leads there: otherwise, the root would hide where an import goes.
    fn target(&self, import: &Import) -> Option<&str> {
        self.modules.get(import.path.get(..import.module)?)?;
        let (module, rest) = self.module(&import.path);
        let file = self.modules.get(module)?;
        match rest.first() {
            Some(item) if *file == self.root => {
                let renamed = self.files.get(file)?.names.get(std::slice::from_ref(item));
                match renamed.map(|path| self.module(path).0).filter(|module| !module.is_empty()) {
                    Some(module) => self.modules.get(module).map(String::as_str),
                    None => Some(file),
                }
            }
            _ => Some(file),
        }
    }

    /// Splits a path into the module that it leads through and what it names there.
    fn module<'p>(&self, path: &'p [String]) -> (&'p [String], &'p [String]) {
        let length = (0..=path.len()).rev().find(|&length| self.modules.contains_key(&path[..length]));
        path.split_at(length.unwrap_or_default())
    }

    /// The file that defines what a path names, through at most so many re-exports, and its name.
    fn definition<'c>(&'c self, path: &'c [String], depth: usize) -> Option<(&'c str, &'c str)> {
        let (module, rest) = self.module(path);
        let (file, item) = (self.modules.get(module)?, rest.first()?);
        match self.files.get(file)?.names.get(path.get(..=module.len())?) {
            Some(path) => self.definition(path, depth.checked_sub(1)?),
            None => self.defines(file, item).then_some((file, item)),
        }
    }
}

impl File {
    fn read(text: &str, module: Vec<String>) -> Self {
        let tokens = tokens(text);
        let mut reader = Reader { tokens: &tokens, at: 0, module, file: Self::default() };
        reader.items();
        reader.file
    }
}

/// Reads the tokens of a file.
struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    /// The module that the tokens are in.
    module: Vec<String>,
    file: File,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |token| &token.text)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |token| token.line)
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.peek(0) == text;
        self.at += usize::from(found);
        found
    }

    fn is_name(&self, ahead: usize) -> bool {
        self.peek(ahead).starts_with(|c: char| c.is_alphabetic() || c == '_')
    }

    /// Reads to the end of the module that the reader is in.
    fn items(&mut self) {
        let mut depth = 0;
        while self.at < self.tokens.len() {
            match self.peek(0) {
                "{" => depth += 1,
                "}" if depth == 0 => return,
                "}" => depth -= 1,
                "#" if self.is_for_tests() => {
                    self.test_item();
                    continue;
                }
                // `pub(in crate::record)` is no import.
                "pub" if self.peek(1) == "(" => {
                    while !matches!(self.peek(0), ")" | "") {
                        self.at += 1;
                    }
                }
                "mod" if self.is_name(1) && self.peek(2) == "{" => {
                    self.module.push(self.peek(1).to_owned());
                    self.file.inline.push(self.module.clone());
                    self.at += 3;
                    self.items();
                    self.module.pop();
                }
                "struct" | "enum" | "trait" | "type" | "union" | "fn" if self.is_name(1) => {
                    self.file.items.insert(self.peek(1).to_owned());
                    self.at += 1;
                }
                // `use<'a>` bounds what a type captures.
                "use" if self.peek(1) != "<" => {
                    self.at += 1;
                    let _ = self.take("::");
                    self.tree(&[]);
                    continue;
                }
                "." if self.is_name(1) => self.at += 1,
                _ if self.is_name(0) && self.peek(1) == "::" => {
                    self.path_in_code();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Whether the next token begins the attribute `#[cfg(test)]` or `#[cfg(all(test, ..))]`.
    fn is_for_tests(&self) -> bool {
        let begins = |words: &[&str]| words.iter().enumerate().all(|(ahead, word)| self.peek(ahead) == *word);
        begins(&["#", "[", "cfg", "(", "test", ")", "]"]) || begins(&["#", "[", "cfg", "(", "all", "(", "test"])
    }

    /// Skips an item with its attributes.
    fn test_item(&mut self) {
        while self.take("#") {
            self.skip_nested();
        }
        if self.take("mod") && self.peek(1) == ";" {
            let name = self.peek(0).to_owned();
            self.file.tests.push([&self.module[..], &[name]].concat());
        }
        let is_use = self.peek(0) == "use";
        while self.at < self.tokens.len() && !self.take(";") {
            let was_block = self.peek(0) == "{" && !is_use;
            if matches!(self.peek(0), "{" | "(" | "[") {
                self.skip_nested()
            } else {
                self.at += 1
            }
            if was_block {
                return;
            }
        }
    }

    /// Skips what is between a bracket and the one that closes it.
    fn skip_nested(&mut self) {
        let mut depth = 0;
        while self.at < self.tokens.len() {
            match self.peek(0) {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Reads the rest of a `use` declaration, of which `prefix` has been read.
    fn tree(&mut self, prefix: &[String]) {
        let line = self.line();
        let mut path = prefix.to_vec();
        loop {
            if self.take("{") {
                while !matches!(self.peek(0), "}" | "") {
                    self.tree(&path);
                    let _ = self.take(",");
                }
                self.at += 1;
                return;
            }
            path.push(self.peek(0).to_owned());
            self.at += 1;
            if !self.take("::") {
                break;
            }
        }
        // `bytes::{self, Buffer}`
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = if self.take("as") {
            self.at += 1;
            self.tokens.get(self.at - 1).map(|token| token.text.clone())
        } else {
            path.last().cloned()
        };
        let Some(import) = self.import(line, &path) else { return };
        if let Some(name) = name {
            let name = [&self.module[..], &[name]].concat();
            self.file.names.insert(name, import.path.clone());
        }
        self.file.imports.push(import);
    }

    /// Reads a path of at least two names.
    fn path_in_code(&mut self) {
        let (line, mut path) = (self.line(), vec![self.peek(0).to_owned()]);
        self.at += 1;
        while self.peek(0) == "::" && self.is_name(1) {
            path.push(self.peek(1).to_owned());
            self.at += 2;
        }
        let _ = self.take("::");
        let import = self.import(line, &path);
        self.file.imports.extend(import);
    }

    /// Makes an import of a path as it is written.
    fn import(&self, line: usize, path: &[String]) -> Option<Import> {
        let (first, rest) = path.split_first()?;
        let (base, rest) = match &**first {
            "crate" => (&[][..], rest),
            "self" => (&self.module[..], rest),
            "super" => {
                let more = rest.iter().take_while(|name| *name == "super").count();
                let length = self.module.len().checked_sub(more + 1)?;
                (self.module.get(..length)?, rest.get(more..)?)
            }
            _ => {
                let path = [&self.module, path].concat();
                return Some(Import { line, path, module: self.module.len() + 1 });
            }
        };
        Some(Import { line, path: [base, rest].concat(), module: base.len() })
    }
}

struct Token {
    text: String,
    line: usize,
}

/// Splits a text into names, `::` and other signs. Comments, literals and lifetimes are left out.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while let Some(c) = rest.chars().next() {
        let length = match c {
            _ if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            _ if rest.starts_with("/*") => block_comment(rest),
            '"' => string(rest),
            '\'' => quote(rest),
            '0'..='9' => name(rest),
            _ if c.is_alphabetic() || c == '_' => {
                let length = name(rest);
                let (word, after) = rest.split_at(length);
                let hashes = after.len() - after.trim_start_matches('#').len();
                match (word, after.as_bytes().get(hashes)) {
                    ("r" | "br" | "cr", Some(b'"')) => length + raw_string(after, hashes),
                    ("b" | "c", Some(b'"')) if hashes == 0 => length + string(after),
                    ("b", Some(b'\'')) if hashes == 0 => length + quote(after),
                    // `r#type` is a name.
                    ("r", Some(_)) if hashes == 1 => length + 1,
                    _ => {
                        tokens.push(Token { text: word.to_owned(), line });
                        length
                    }
                }
            }
            _ if c.is_whitespace() => c.len_utf8(),
            _ => {
                let sign = if rest.starts_with("::") { "::".to_owned() } else { c.to_string() };
                let length = sign.len();
                tokens.push(Token { text: sign, line });
                length
            }
        };
        let (read, after) = rest.split_at(length);
        line += read.matches('\n').count();
        rest = after;
    }
    tokens
}

/// The length of the letters, digits and underscores that `text` begins with.
fn name(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// The length of a comment, which may hold others.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        match text.as_bytes().get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a literal between quotes, in which a backslash may stand before another sign.
fn string(text: &str) -> usize {
    let mut signs = text.char_indices().skip(1);
    while let Some((at, c)) = signs.next() {
        match c {
            '\\' => drop(signs.next()),
            c if text.starts_with(c) => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw string, from its hashes on.
fn raw_string(text: &str, hashes: usize) -> usize {
    let end = format!("\"{}", "#".repeat(hashes));
    let start = hashes + 1;
    text.get(start..).and_then(|rest| rest.find(&end)).map_or(text.len(), |length| start + length + end.len())
}

/// The length of a character literal or a lifetime.
fn quote(text: &str) -> usize {
    let mut chars = text.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) | (_, Some('\'')) => string(text),
        _ => 1 + name(text.get(1..).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Crate {
        let sources = files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
        Crate::read(&sources, "lib.rs")
    }

    /// The imports of the file `from`, with their lines.
    fn imports(from: &str, text: &str) -> String {
        let mut files = vec![
            ("lib.rs", "mod a; mod b; mod c; pub use a::Thing; use b::{Own as Renamed};"),
            ("a.rs", "pub struct Thing;"),
            ("b/mod.rs", "mod x; mod y; pub(crate) use x::Own;"),
            ("b/x.rs", "pub struct Own;"),
            ("b/y.rs", ""),
            ("c.rs", ""),
        ];
        files.retain(|(path, _)| *path != from);
        files.push((from, text));
        let arrows = read(&files).arrows().into_iter().filter(|arrow| arrow.from == from);
        arrows.map(|Arrow { line, to, .. }| format!("{line} {to}")).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn finds_imports_however_they_are_written() {
        for (text, found) in [
            ("use crate::a::Thing;", "1 a.rs"),
            ("pub(crate) use crate::{a::{Thing as Other, self}, b::Own};", "1 a.rs, 1 b/mod.rs"),
            ("\npub(in crate::b) fn f() {\n crate::a::f::<u8>() }", "3 a.rs"),
            ("use super::a;", "1 a.rs"),
            ("fn f(x: super::b::Own) -> impl Sized + use<'_> {}", "1 b/mod.rs"),
            ("use {crate::a, std::fmt};", "1 a.rs"),
            ("mod inner { use super::super::a; use crate::b; mod deep {} }", "1 a.rs, 1 b/mod.rs"),
            ("mod inner { mod deep { use super::super::super::a::*; } }", "1 a.rs"),
            ("macro_rules! m { () => { $crate::a::f() } }", "1 a.rs"),
        ] {
            assert_eq!(imports("c.rs", text), found, "{text}");
        }
    }

    #[test]
    fn looks_through_the_root() {
        assert_eq!(imports("c.rs", "use crate::{Thing, Renamed};"), "1 a.rs, 1 b/mod.rs");
        assert_eq!(imports("c.rs", "use crate::Missing;"), "1 lib.rs");
        assert_eq!(imports("c.rs", "use crate::*;"), "1 lib.rs");
    }

    #[test]
    fn finds_what_a_folder_composes_and_what_imports_the_folder() {
        assert_eq!(imports("b/mod.rs", "mod x; mod y;\nuse x::Own;\nfn f() { y::g() }"), "2 b/x.rs, 3 b/y.rs");
        assert_eq!(imports("b/y.rs", "use super::x::Own;"), "1 b/x.rs");
        assert_eq!(imports("b/y.rs", "use super::Own;"), "1 b/mod.rs");
        assert_eq!(imports("b/y.rs", "use super::*;"), "1 b/mod.rs");
        assert_eq!(imports("b/y.rs", "use super::super::a;"), "1 a.rs");
    }

    #[test]
    fn finds_nothing_in_comments_strings_tests_and_other_crates() {
        for text in [
            "// use crate::a;",
            "//! [`crate::a::Thing`]\n/// crate::a::f",
            "/* use crate::a; /* use crate::a; */ use crate::a; */",
            "const A: &str = \"\\\" use crate::a;\";",
            "const A: &str = \"\nuse crate::a;\n\";",
            "const A: &str = r#\"\" use crate::a; \"#;",
            "const A: &[u8] = br\"\\\"; const B: &[u8] = b\"crate::a::f\";",
            "const A: char = '\"'; const B: char = '\\''; const C: &str = \"crate::a::f\";",
            "fn f<'a>(x: &'a str, y: u8) { g(b'\"', \"crate::a::f\", b'\\'') }",
            "#[cfg(test)]\nmod tests { use crate::a; fn f() { {} } }",
            "#[cfg(test)]\n#[expect(unused)]\nuse crate::{a, b};",
            "#[cfg(all(test, unix))]\nfn f() { crate::a::f() }",
            "use std::a; use a::b; fn f() { a::f(); x.a::<u8>(); Self::a::b() }",
            "use self::c; mod inner { use super::Own; }",
        ] {
            assert_eq!(imports("c.rs", text), "", "{text}");
        }
        let after = "#[cfg(test)] mod tests { use super::*; }\n#[cfg(test)] use crate::b;\nuse crate::a;";
        assert_eq!(imports("c.rs", after), "3 a.rs");
        assert_eq!(imports("c.rs", "#[cfg(any(test, unix))] use crate::a;"), "1 a.rs");
    }

    #[test]
    fn leaves_out_files_that_are_for_tests() {
        let crate_ = read(&[("lib.rs", "#[cfg(test)] mod tests; mod a;"), ("a.rs", ""), ("tests.rs", "use crate::a;")]);
        assert_eq!((crate_.files().count(), crate_.arrows()), (2, Vec::new()));
    }

    #[test]
    fn finds_where_a_name_is_defined() {
        let crate_ = read(&[
            ("lib.rs", "mod b; mod c; pub use b::Own as Public;"),
            ("b/mod.rs", "mod x; pub(crate) use x::Own; fn f() { x::g() }"),
            ("b/x.rs", "pub struct Own; pub fn g() {}"),
            ("c.rs", "use crate::b::Own; fn f() { crate::Public::new() }"),
        ]);
        assert!(crate_.names("c.rs", "b/x.rs", "Own") && crate_.names("b/mod.rs", "b/x.rs", "g"));
        assert!(!crate_.names("c.rs", "b/mod.rs", "Own") && !crate_.names("c.rs", "b/x.rs", "g"));
    }
}
