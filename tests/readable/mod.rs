//! What can be read back.

/// Configurations whose lines can be read back: CEF behind each header, with both kinds of keys, and
/// RFC 5424.
pub(crate) const CONFIGS: [&str; 8] = [
    r#"{}"#,
    r#"{"keys": "dictionary"}"#,
    r#"{"carrier": "rfc3164"}"#,
    r#"{"carrier": "rfc3164", "keys": "dictionary"}"#,
    r#"{"carrier": "rfc5424"}"#,
    r#"{"carrier": "rfc5424", "keys": "dictionary"}"#,
    r#"{"format": "rfc5424"}"#,
    r#"{"format": "rfc5424", "msg": "cef"}"#,
];
