//! Whether memory suffices for a record: a guest that runs out of it can only trap.

/// How many bytes the transform may take for each of a record's text, and beyond. The most that was measured is 15 for
/// each, of bytes that are not UTF-8, in a text in a text, as RFC 5424 with CEF.
const FACTOR: usize = 16;
const LEAST: usize = 1 << 16;

/// The length of U+FFFD, which stands for what is not UTF-8: the text of a record may be as many times as long.
const REPLACED: usize = '\u{FFFD}'.len_utf8();

/// The length of records for which there always is room: a limit of this project. Buffers that are kept suffice for them.
#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
const SHORT: usize = 4096;

/// Returns why a record cannot be transformed, if there is no room for that. It costs nothing for short records, and for
/// those that are longer than `length_max`, which are rejected unread.
#[cfg(any(feature = "fluent-bit", feature = "redpanda-connect"))]
pub(super) fn is_missing_for(record: &[u8], length_max: usize) -> Option<String> {
    let length = record.len();
    let is_there = length <= SHORT || length > length_max || is_there_for(record);
    (!is_there).then(|| format!("expected room for the transform, found none for {length} bytes"))
}

/// Returns whether there is room for this many bytes.
pub(super) fn is_there(length: usize) -> bool {
    Vec::<u8>::new().try_reserve_exact(length).is_ok()
}

/// Returns whether there is room to transform a record. Mostly there is room for the worst, so that the record need not
/// be looked at.
pub(super) fn is_there_for(record: &[u8]) -> bool {
    let for_text = |length: usize| is_there(length.saturating_mul(FACTOR).saturating_add(LEAST));
    let replaced = |invalid: &[u8]| if invalid.is_empty() { 0 } else { REPLACED };
    let length = || record.utf8_chunks().map(|chunk| chunk.valid().len() + replaced(chunk.invalid())).sum();
    for_text(record.len().saturating_mul(REPLACED)) || for_text(length())
}
