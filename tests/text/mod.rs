//! What is documented of values, for tests that know what a line should say.

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// A value that is none.
pub(crate) fn absent(value: &str) -> bool {
    let text = value.trim_matches([' ', '\t', '\n', '\r', '\x0c']);
    matches!(text, "" | "-") || text.eq_ignore_ascii_case("not applicable")
}

/// Without what is trimmed from the ends of a value.
pub(crate) fn trimmed(value: &str) -> &str {
    value.trim_matches(is_blank)
}

/// What is written of a value: at most so many characters, NUL replaced by U+FFFD, line breaks by this character and other control
/// characters by a space.
pub(crate) fn written(value: &str, max: usize, line_break: char) -> String {
    let text: String = trimmed(value).chars().take(max).collect();
    let text = trimmed(&text).replace("\r\n", "\n");
    let replaced = text.chars().map(|c| match c {
        '\0' => '\u{FFFD}',
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => line_break,
        c if c.is_control() => ' ',
        c => c,
    });
    replaced.collect()
}
