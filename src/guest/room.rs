//! Whether memory suffices for a record: a guest that runs out of it can only trap.

use crate::Config;
#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
use crate::Transformer;
use crate::bytes::is_utf8;

/// How many bytes the transform may take for each of a record's text, and beyond. The most that was measured is 15 for
/// each, of bytes that are not UTF-8, in a text in a text, as RFC 5424 with CEF; and 17 where something is masked, of
/// secrets beside such bytes, in an object in a text in a text. `host-tests/tests/hosts/faults.rs` has such records.
const FACTOR: usize = 16;
const FACTOR_MASKED: usize = 24;
const LEAST: usize = 1 << 16;

/// The length of U+FFFD, which stands for what is not UTF-8: the text of a record may be as many times as long.
const REPLACED: usize = '\u{FFFD}'.len_utf8();

/// The length up to which a record is taken for the worst, and transformed without a check once another of its length had
/// room.
pub(super) const SHORT: usize = 4096;

/// Why there is no record if the host had no block for it.
#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
pub(super) const NO_RECORD: &str = "expected a record, found none, as there was no memory for it";

/// What is known of the room for records. Memory that sufficed once suffices for a later record of that length: a guest
/// never returns memory, and uses it again.
#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
#[derive(Default)]
pub(super) struct Room {
    /// The length of the longest record, [`SHORT`] at most, for whose worst case there was room.
    known: usize,
}

#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
impl Room {
    /// Returns why a record cannot be transformed, if there is no room for that.
    pub(super) fn missing_for(&mut self, record: &[u8], transformer: &Transformer) -> Option<String> {
        let length = record.len();
        if length <= self.known || transformer.is_too_long(record) {
            return None;
        }
        let text = text_length(record);
        if !is_there_for_text(text, transformer.config()) {
            return Some(missing(length));
        }
        self.known = self.known.max(SHORT.min(text / REPLACED));
        None
    }
}

/// Says that there is no room for the transform of a record of this length.
pub(super) fn missing(length: usize) -> String {
    format!("expected enough memory to transform {length} bytes, found too little")
}

/// Returns whether there is room for this many bytes.
pub(super) fn is_there(length: usize) -> bool {
    // The compiler must not take the vector that nobody uses for one that need not be made.
    std::hint::black_box(&mut Vec::<u8>::new()).try_reserve_exact(length).is_ok()
}

/// Returns whether there is room to transform a record.
#[cfg(any(feature = "clickhouse", feature = "redpanda"))]
pub(super) fn is_there_for(record: &[u8], config: &Config) -> bool {
    is_there_for_text(text_length(record), config)
}

fn is_there_for_text(length: usize, config: &Config) -> bool {
    let factor = if config.masks() { FACTOR_MASKED } else { FACTOR };
    is_there(length.saturating_mul(factor).saturating_add(LEAST))
}

/// The length of a record's text; of a short one, the most that it can be. A long one is looked at: to take it for the
/// worst would triple the memory, for good.
fn text_length(record: &[u8]) -> usize {
    if record.len() <= SHORT {
        return record.len() * REPLACED;
    }
    if is_utf8(record) {
        return record.len();
    }
    let replaced = |invalid: &[u8]| if invalid.is_empty() { 0 } else { REPLACED };
    record.utf8_chunks().map(|chunk| chunk.valid().len() + replaced(chunk.invalid())).sum()
}
