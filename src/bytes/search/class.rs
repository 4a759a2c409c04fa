//! The classes of bytes that are searched for, byte by byte.

/// See [`string_end`](super::string_end).
pub(super) fn is_end(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Returns whether a byte that ends no string is not verbatim, see
/// [`verbatim_ascii`](super::verbatim_ascii).
pub(super) fn is_special(byte: u8) -> bool {
    byte >= 0x7F || is_special_ascii(byte)
}

/// Returns whether a byte that ends no string is one of `<`, `=`, `]`, `|` and `}`: these, a
/// backslash and two control characters differ in bits 0, 5 and 6 only.
pub(super) fn is_special_ascii(byte: u8) -> bool {
    byte | 0x61 == b'}'
}

/// See [`cef_extension_special`](super::cef_extension_special); `separator` is an equals sign
/// there.
pub(super) fn is_harmful(byte: u8, separator: u8) -> bool {
    byte < 0x20 || matches!(byte, 0x7F | b'\\' | 0xC2 | 0xE2) || byte == separator
}
