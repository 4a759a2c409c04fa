//! Whether memory suffices for a record: a guest that runs out of it can only trap.

use crate::bytes::is_utf8;

/// How many bytes the transform may take for each of a record's text, and beyond. The most that was measured is 15 for
/// each, of bytes that are not UTF-8, in a text in a text, as RFC 5424 with CEF.
const FACTOR: usize = 16;
const LEAST: usize = 1 << 16;

/// The length of U+FFFD, which stands for what is not UTF-8: the text of a record may be as many times as long.
const REPLACED: usize = '\u{FFFD}'.len_utf8();

/// The length up to which a record is transformed without a check, if there was room for another of its length.
#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
pub(super) const SHORT: usize = 4096;

/// Why there is no record if the host had no block for it.
#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
pub(super) const NO_RECORD: &str = "expected a record, found none, as there was no memory for it";

/// What is known of the room for records. What was there once is there for as long a record later: a guest gives nothing
/// back, and keeps less.
#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
#[derive(Default)]
pub(super) struct Room {
    /// The length of the longest record whose worst there was room for, [`SHORT`] at most.
    known: usize,
}

#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
impl Room {
    /// Returns why a record cannot be transformed, if there is no room for that.
    pub(super) fn missing_for(&mut self, record: &[u8], transformer: &crate::Transformer) -> Option<String> {
        let length = record.len();
        if length <= self.known || transformer.is_too_long(record) {
            return None;
        }
        // Of a long one not for the worst, which would make the memory grow to three times as much, for good.
        let text = if length <= SHORT { length * REPLACED } else { text_length(record) };
        if !is_there_for_text(text) {
            return Some(missing(length));
        }
        self.known = self.known.max(SHORT.min(text / REPLACED));
        None
    }
}

/// Says that there is no room for the transform of a record of this length.
pub(super) fn missing(length: usize) -> String {
    format!("expected memory for the transform, found none for {length} bytes")
}

/// Returns whether there is room for this many bytes.
pub(super) fn is_there(length: usize) -> bool {
    // The compiler must not take the vector that nobody uses for one that need not be made.
    std::hint::black_box(&mut Vec::<u8>::new()).try_reserve_exact(length).is_ok()
}

/// Returns whether there is room to transform a record. Mostly there is room for the worst, so that the record need not
/// be looked at.
#[cfg(any(feature = "clickhouse", feature = "redpanda"))]
pub(super) fn is_there_for(record: &[u8]) -> bool {
    is_there_for_text(record.len().saturating_mul(REPLACED)) || is_there_for_text(text_length(record))
}

fn is_there_for_text(length: usize) -> bool {
    is_there(length.saturating_mul(FACTOR).saturating_add(LEAST))
}

/// The length of a record's text.
fn text_length(record: &[u8]) -> usize {
    if is_utf8(record) {
        return record.len();
    }
    let replaced = |invalid: &[u8]| if invalid.is_empty() { 0 } else { REPLACED };
    record.utf8_chunks().map(|chunk| chunk.valid().len() + replaced(chunk.invalid())).sum()
}
