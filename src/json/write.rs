//! Texts as JSON strings: RFC 8259, section 7.
//!
//! By hand: `serde_json` looks at each byte on its own, and checks that text is UTF-8, which it always is
//! here. With it, the module was 1,300 bytes larger. It also executed a fifth more instructions while every
//! line was escaped; now, only lines that need it are.

use crate::bytes::{Buffer, string_end};

/// Appends text, which is UTF-8, as a JSON string.
pub(crate) fn append_string(text: &[u8], json: &mut Buffer) {
    json.push(b'"');
    append_escaped(text, json);
    json.push(b'"');
}

/// Appends text, which is UTF-8, as part of a JSON string.
pub(crate) fn append_escaped(text: &[u8], json: &mut Buffer) {
    let mut rest = text;
    loop {
        let (before, behind) = rest.split_at(string_end(rest));
        json.append(before);
        match behind.first() {
            Some(b'\n') => json.append(br"\n"),
            Some(b'\r') => json.append(br"\r"),
            Some(b'\t') => json.append(br"\t"),
            Some(byte @ 0..0x20) => {
                let low = byte & 0xF;
                let digit = if low < 10 { b'0' + low } else { b'a' - 10 + low };
                json.append(&[b'\\', b'u', b'0', b'0', b'0' + (byte >> 4), digit]);
            }
            Some(byte) => json.append(&[b'\\', *byte]),
            None => break,
        }
        rest = behind.get(1..).unwrap_or_default();
    }
}
