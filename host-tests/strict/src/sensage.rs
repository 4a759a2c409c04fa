//! The project's own layout for Sensage: `src/format/sensage.md`.
//!
//! No standard says what a line looks like. That page does, and this reader takes from it what a
//! user would: the expression that splits a line into columns, for a parsing file,
//!
//! ```text
//! ^"((?:[^"]|"")*)","((?:[^"]|"")*)", ... ,"((?:[^"]|"")*)"$
//! ```
//!
//! and the table of the columns' names. The last column holds the other fields. As ABNF:
//!
//! ```text
//! other = [pair *(SP pair)]
//! pair  = key "=" value
//! key   = 1*(ALPHA / DIGIT / "_" / "." / "@" / "-")
//! value = 1*(value-char / "\\" / "\=")
//! ```
//!
//! Refused beyond the expression:
//!
//! * raw control characters and line separators, which the layout replaces;
//! * in the last column: a key of other characters, and one that stands twice; an empty value, and
//!   one that begins or ends with a space; a backslash before anything but `\` and `=`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::Error;
use crate::cursor::Cursor;
use crate::pairs::Pairs;

const PAGE: &str = include_str!("../../../src/format/sensage.md");

/// The name of the last column.
const OTHER: &str = "other";

/// The pairs in the last column.
const PAIRS: Pairs = Pairs {
    key: "a key of letters, digits and `_.@-`",
    is_key: |key| {
        let is_of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"_.@-".contains(&byte);
        !key.is_empty() && key.bytes().all(is_of_key)
    },
    escapes: &[('\\', '\\'), ('=', '=')],
};

/// The expression that splits a line.
#[expect(clippy::expect_used, reason = "the page is compiled in, and a test reads it")]
static EXPRESSION: LazyLock<Regex> = LazyLock::new(|| {
    let block = PAGE.split_once("```text\n").and_then(|(_, rest)| rest.split_once("\n```"));
    let (expression, _) = block.expect("sensage.md has an expression");
    Regex::new(expression).expect("sensage.md has a valid expression")
});

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The columns that are not empty, by name, but for `other`.
    pub columns: BTreeMap<&'static str, String>,
    /// The fields in the column `other`.
    pub other: BTreeMap<String, String>,
}

/// Reads a line, given without its terminator.
///
/// # Errors
///
/// If the expression does not match the line, or the line is refused beyond it.
pub fn read(line: &str) -> Result<Event, Error> {
    let start = Cursor::new(line)?;
    let captures = EXPRESSION.captures(line).ok_or_else(|| not_matched(start))?;
    let values = captures.iter().skip(1).flatten().map(|value| value.as_str().replace("\"\"", "\""));
    let mut columns: BTreeMap<_, _> = columns().zip(values).collect();
    let other = columns.remove(OTHER).unwrap_or_default();
    columns.retain(|_, value| !value.is_empty());
    let other = PAIRS.read(Cursor::of_text(&other)).map_err(|error| Error { column: Some(OTHER), ..error })?;
    Ok(Event { columns, other })
}

/// The columns' names, in order: the table's rows that begin with a number.
fn columns() -> impl Iterator<Item = &'static str> {
    PAGE.lines().filter_map(|line| {
        let (number, rest) = line.strip_prefix("| ")?.split_once(" | `")?;
        number.parse::<u8>().ok()?;
        Some(rest.split_once('`')?.0)
    })
}

/// Returns where a line begins to differ from the expression, which itself does not tell.
fn not_matched(mut rest: Cursor<'_>) -> Error {
    for (index, name) in columns().enumerate() {
        let begins = (index == 0 || rest.take(",")) && rest.take("\"");
        if !begins {
            return rest.error(format!("the column `{name}` in quotes"));
        }
        skip_quoted(&mut rest);
        if !rest.take("\"") {
            return rest.error(format!("the quote that ends the column `{name}`"));
        }
    }
    rest.error("the end after the last column")
}

/// Skips the text of a column, to the quote that ends it.
fn skip_quoted(rest: &mut Cursor<'_>) {
    loop {
        rest.take_until(&['"']);
        if !rest.take("\"\"") {
            return;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// A line of the 24 columns before the last one, which are empty, and these two.
    fn line(first: &str, other: &str) -> String {
        format!("\"{first}\"{},\"{other}\"", ",\"\"".repeat(23))
    }

    fn refusal(line: &str) -> String {
        read(line).unwrap_err().to_string()
    }

    #[test]
    fn knows_the_columns_of_the_page() {
        let names: Vec<_> = columns().collect();
        assert_eq!((names.len(), names[0], names[24]), (25, "time", OTHER));
        assert_eq!(EXPRESSION.captures_len(), 26);
    }

    #[test]
    fn reads_every_column_unescaped() {
        let mut columns: Vec<_> = columns().map(|name| format!("\"{name}, \"\"é\"\"\"")).collect();
        columns[1] = "\"\"".into();
        columns[24] = r#""a.b=\\\= ""x"" y c@-_=z""#.into();
        let event = read(&columns.join(",")).unwrap();
        assert_eq!(event.columns.len(), 23);
        assert_eq!(event.columns["time"], "time, \"é\"");
        assert_eq!(event.columns["msg"], "msg, \"é\"");
        let other = [("a.b", r#"\= "x" y"#), ("c@-_", "z")];
        assert_eq!(event.other, other.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn reads_no_columns_from_an_empty_line() {
        assert_eq!(read(&line("", "")), Ok(Event { columns: BTreeMap::new(), other: BTreeMap::new() }));
    }

    #[test]
    fn rejects_other_columns() {
        let whole = line("", "");
        for (line, expected) in [
            ("", "expected the column `time` in quotes, found nothing at byte 0".to_owned()),
            ("\"\", \"\"", r#"expected the column `host` in quotes, found " \"\"" at byte 3"#.into()),
            (r#""a"b",""#, r#"expected the column `host` in quotes, found "b\",\"" at byte 3"#.into()),
            (r#""a"""#, "expected the quote that ends the column `time`, found nothing at byte 4".into()),
            (&whole[3..], "expected the column `other` in quotes, found nothing at byte 71".into()),
            (&format!("{whole},\"\""), r#"expected the end after the last column, found ",\"\"" at byte 74"#.into()),
            (&whole.replace("\",", "\"\t,"), r#"expected a visible character, found "\t,"#.into()),
        ] {
            assert!(refusal(line).starts_with(&expected), "{line}: {}", refusal(line));
        }
    }

    #[test]
    fn rejects_other_pairs() {
        let at = |byte, expected: &str| format!("expected {expected} at byte {byte} of column `other`");
        for (other, expected) in [
            ("a", at(1, r#""=", found nothing"#)),
            ("=b", at(0, "a key of letters, digits and `_.@-`, found nothing")),
            ("a:b=c", at(0, "a key of letters, digits and `_.@-`, found \"a:b\"")),
            ("a=b é=c", at(4, "a key of letters, digits and `_.@-`, found \"é\"")),
            ("a=", at(2, "a value without a space at either end, found nothing")),
            ("a=b  c=d", at(2, "a value without a space at either end, found \"b \"")),
            ("a=b=c", at(2, "a value without an unescaped equals sign, found \"b=c\"")),
            (r"a=b\n", at(3, r#"one of the escapes `\\` `\=`, found "\\n""#)),
            (r"a=b\", at(3, r#"one of the escapes `\\` `\=`, found "\\""#)),
            ("a=b c=d a=e", at(8, "a key that stands once, found \"a\"")),
        ] {
            assert_eq!(refusal(&line("", other)), expected, "{other}");
        }
    }
}
