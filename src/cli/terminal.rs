//! Text on a terminal.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

/// Prints a line on the standard error. Errors writing to it are ignored.
pub(crate) fn eprint_line(text: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{}", sanitized(&text.to_string(), usize::MAX));
}

/// Makes `text` safe to print on a terminal: control characters other than line feeds, and
/// invisible ones, become `\u{...}`. Keeps at most `max` characters.
pub(crate) fn sanitized(text: &str, max: usize) -> String {
    let mut sanitized = String::new();
    for (index, c) in text.chars().enumerate() {
        if index == max {
            sanitized.push('…');
            break;
        }
        let is_hidden = matches!(
            c,
            // Default_Ignorable_Code_Point of Unicode 17, and the ends of lines and paragraphs.
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFF8}' | '\u{1BCA0}'..='\u{1BCA3}'
                | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}'
        );
        if is_hidden || c.is_control() && c != '\n' {
            sanitized.extend(c.escape_unicode());
        } else {
            sanitized.push(c);
        }
    }
    sanitized
}

/// Escapes the control characters in JSON that its standard lets be, RFC 8259, section 7, and a terminal may obey: DEL and
/// those of ISO 6429 from U+0080 on.
pub(crate) fn escaped_json(json: &str) -> Cow<'_, str> {
    let is_left = |c: char| matches!(c, '\u{7F}'..='\u{9F}');
    if !json.contains(is_left) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::new();
    for c in json.chars() {
        if is_left(c) {
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}
