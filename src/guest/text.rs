//! Texts as JSON strings, for the answers of Fluent Bit's filter.
//!
//! `serde_json` would be 1,300 bytes larger, and a record would execute 32,059 instructions instead
//! of 26,259: it looks at each byte on its own, and checks that a line is UTF-8, which it always
//! is.

use crate::bytes;

/// Appends text, which is UTF-8, as a JSON string.
pub(super) fn string(text: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    escape(text, json);
    json.push(b'"');
}

/// Appends text, which is UTF-8, as part of a JSON string.
pub(super) fn escape(text: &[u8], json: &mut Vec<u8>) {
    let mut rest = text;
    loop {
        let (before, behind) = rest.split_at(bytes::string_end(rest));
        json.extend_from_slice(before);
        match behind.first() {
            Some(byte @ 0..0x20) => json.extend(format!("\\u{byte:04x}").bytes()),
            Some(byte) => json.extend([b'\\', *byte]),
            None => break,
        }
        rest = behind.get(1..).unwrap_or_default();
    }
}
