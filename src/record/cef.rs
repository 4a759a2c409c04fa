//! CEF to record: the fields of the header, then the [pairs](super::pairs) of the extension.

use super::escaped::{Escaped, Name, unescaped};
use super::reader::RecordReader;
use super::shape::{Mark, NodeId, Shapes};
use crate::key::Key;
use crate::outcome::Problem;
use crate::trace::ReadNotes;

/// Device Vendor of senhasegura, in every release.
pub(super) const VENDOR: &[u8] = b"MT4";

/// The fields of the header after Device Vendor, and their keys. What the product is called follows
/// from its version.
const HEADER: [Option<(Key, &str)>; 5] = [
    None,
    Some((Key::named("version"), "Device Version")),
    Some((Key::named("event_id"), "Device Event Class ID")),
    Some((Key::named("event_name"), "Name")),
    Some((Key::named("severity"), "Severity")),
];

/// Returns the offset of Device Vendor if `text` is CEF, from the offset `start` on: with a pipe
/// before it, as the vendor's pages print it, or without `CEF:`, which receivers take for the tag of
/// RFC 3164.
pub(super) fn vendor(text: &[u8], start: usize) -> Option<usize> {
    let from = text.get(start..)?;
    let rest = from.strip_prefix(b"|").unwrap_or(from);
    let named = rest.strip_prefix(b"CEF:");
    let rest = named.unwrap_or_else(|| from.strip_prefix(b":").unwrap_or(from));
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = rest.get(digits..)?.strip_prefix(b"|").filter(|_| digits > 0)?;
    let is_ours = || {
        let mut ends = std::iter::successors(unescaped(rest, 0, b'|'), |end| unescaped(rest, end + 1, b'|'));
        rest.starts_with(VENDOR) && ends.nth(HEADER.len() - 1).is_some()
    };
    (named.is_some() || is_ours()).then_some(text.len() - rest.len())
}

impl RecordReader {
    /// Reads the CEF whose Device Vendor is at the offset `start` of `text`.
    ///
    /// # Errors
    ///
    /// If it is another vendor's, or has more fields than a record may have.
    pub(super) fn read_cef(
        &mut self,
        text: &[u8],
        start: usize,
        shapes: &mut Shapes,
        notes: &mut ReadNotes<'_>,
    ) -> Result<(), Box<Problem>> {
        // The vendor's pages print a pipe before and after.
        let is_quoted = text.trim_ascii_start().first() == Some(&b'|');
        let text = if is_quoted { text.trim_ascii_end().strip_suffix(b"|").unwrap_or(text) } else { text };
        let text = Escaped::new(text);
        let end_from = |at: usize| unescaped(text.bytes, at, b'|').unwrap_or(text.bytes.len());
        let end = end_from(start);
        let vendor = text.get(start..end).trim_ascii();
        if vendor != VENDOR {
            return Err(Problem::of_vendor(vendor));
        }
        // A header that breaks off has no pipe there.
        let after = |end: usize| text.bytes.len().min(end + 1);
        let mut at = after(end);
        for key in HEADER {
            let end = end_from(at);
            if let Some((key, name)) = key {
                self.add(Name::Standard(key, name), at..end, header_escape, text, notes)?;
            }
            at = after(end);
        }
        self.node = shapes.mark(NodeId::ROOT, Mark::Cef);
        self.read_pairs(text, at, shapes, notes)
    }
}

/// "If a pipe (|) is used in the header, it has to be escaped with a backslash", a backslash as
/// well.
fn header_escape(byte: u8) -> Option<u8> {
    matches!(byte, b'|' | b'\\').then_some(byte)
}
