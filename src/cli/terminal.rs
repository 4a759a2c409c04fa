//! Text on a terminal.

use std::fmt;
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
            '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
                | '\u{E0000}'..='\u{E007F}'
        );
        if is_hidden || c.is_control() && c != '\n' {
            sanitized.extend(c.escape_unicode());
        } else {
            sanitized.push(c);
        }
    }
    sanitized
}
