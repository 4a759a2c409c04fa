//! What the documentation says of values, for tests that predict what a line says.

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Returns whether a value says that there is none: it is empty, `-` or "Not applicable" in a language of senhasegura's,
/// of which only letters and digits count, without accents, in at most 15 bytes, and no sign of ASCII but `-` comes
/// first.
#[must_use]
pub fn absent(value: &str) -> bool {
    let text = trimmed(value);
    let is_empty = value.trim_matches([' ', '\t', '\n', '\r', '\x0c']).is_empty();
    let words = ["notapplicable", "naoaplicavel", "noaplicable"];
    let begins = value.starts_with(|c| matches!(c, 'N' | 'n' | '-' | ..=' ' | '\u{7F}'..));
    is_empty || text == "-" || begins && text.len() <= 15 && words.contains(&&*folded(text))
}

/// The letters and digits of a text, in lower case and without the accents of Latin-1.
fn folded(text: &str) -> String {
    let is_sign = |c: &char| match c {
        ..'\u{C0}' => !c.is_ascii_alphanumeric(),
        c => matches!(c, '\u{300}'..'\u{370}' | '\u{2000}'..'\u{3000}'),
    };
    let lower = text.chars().filter(|c| !is_sign(c)).flat_map(char::to_lowercase);
    lower.map(|c| if matches!(c, 'à'..='å') { 'a' } else { c }).collect()
}

/// Removes white space and control characters from both ends of a value.
#[must_use]
pub fn trimmed(value: &str) -> &str {
    value.trim_matches(is_blank)
}

/// Returns what a line says of a value before any escaping, or `None` if the field is left out.
///
/// It is trimmed and cut to `max` characters, of which the last is then an ellipsis. NUL becomes U+FFFD, a line break `line_break`, and
/// any other control character a space.
#[must_use]
pub fn written(value: &str, max: usize, line_break: char) -> Option<String> {
    let whole = trimmed(value);
    let is_cut = whole.chars().count() > max;
    let text: String = whole.chars().take(if is_cut { max - 1 } else { max }).collect();
    let text = trimmed(&text).replace("\r\n", "\n") + if is_cut { "…" } else { "" };
    let replaced = text.chars().map(|c| match c {
        '\0' => '\u{FFFD}',
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => line_break,
        c if c.is_control() => ' ',
        c => c,
    });
    Some(replaced.collect()).filter(|text: &String| !absent(value) && !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_out_what_says_nothing() {
        for value in [
            "",
            " ",
            "-",
            " -\t",
            "not applicable",
            "Not Applicable\r\n",
            "N\u{e3}o-aplic\u{e1}vel",
            "\u{85}-\u{a0}",
            "\0",
            "\u{a0}",
        ] {
            assert_eq!(written(value, 10, ' '), None, "{value:?}");
        }
    }

    #[test]
    fn writes_what_is_visible() {
        for (value, max, expected) in [
            (" a b\u{1}", 10, "a b"),
            ("--", 10, "--"),
            ("abcdef", 3, "ab…"),
            // Trimmed again after the cut.
            ("ab  cd", 4, "ab…"),
            ("a\0b\tc", 10, "a\u{FFFD}b c"),
            ("a\r\nb\nc\rd\u{85}e\u{2028}f\u{2029}g", 20, "a/b/c/d/e/f/g"),
        ] {
            assert_eq!(written(value, max, '/').as_deref(), Some(expected), "{value:?}");
        }
    }
}
