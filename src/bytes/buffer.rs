//! A buffer for text.

use std::ops::{Deref, Range};

/// Bytes that grow at their end, like a `Vec`, with spare room after it: short texts are copied by
/// whole registers, and the next write overwrites what was copied beyond their end.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    end: usize,
}

impl Buffer {
    /// Creates a buffer that begins with `bytes`, and has room for `expected` more.
    pub(crate) fn after(bytes: Vec<u8>, expected: usize) -> Self {
        let mut buffer = Self { end: bytes.len(), bytes };
        buffer.expect(expected);
        buffer
    }

    /// Makes room for `expected` more bytes. It is zeroed, unless it was used before.
    pub(crate) fn expect(&mut self, expected: usize) {
        let end = self.end + expected.min(1 << 20);
        if end > self.bytes.len() {
            self.bytes.resize(end, 0);
        }
    }

    /// Makes room for `length` more bytes, and no more than that, if memory suffices.
    #[cfg(all(feature = "fluent-bit", target_family = "wasm"))]
    pub(crate) fn try_expect_exact(&mut self, length: usize) -> bool {
        let end = self.end.saturating_add(length);
        self.bytes.truncate(self.end);
        let has_room = self.bytes.try_reserve_exact(length).is_ok();
        if has_room {
            self.bytes.resize(end, 0);
        }
        has_room
    }

    /// Frees what is beyond `capacity`, and empties the buffer if it has as much.
    #[cfg(all(feature = "fluent-bit", target_family = "wasm"))]
    pub(crate) fn shrink_to(&mut self, capacity: usize) {
        if self.bytes.capacity() > capacity {
            self.end = 0;
            self.bytes.clear();
            self.bytes.shrink_to(capacity);
        }
    }

    pub(crate) fn into_vec(mut self) -> Vec<u8> {
        self.bytes.truncate(self.end);
        self.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.end
    }

    pub(crate) fn clear(&mut self) {
        self.end = 0;
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.end = self.end.min(length);
    }

    /// Appends one byte.
    #[cfg_attr(not(small), inline(always))] // A store.
    #[cfg_attr(small, inline(never))] // Inlined, it is 5 kB more of a core module.
    pub(crate) fn push(&mut self, byte: u8) {
        self.put(&[byte], 1);
    }

    /// Appends the first `length` bytes of a chunk.
    #[inline(always)] // A check and a store; `length` is often known.
    pub(crate) fn put<const N: usize>(&mut self, chunk: &[u8; N], length: usize) {
        match self.bytes.get_mut(self.end..).and_then(|room| room.first_chunk_mut::<N>()) {
            Some(room) => {
                *room = *chunk;
                self.end += length;
            }
            None => self.append_many(chunk.get(..length).unwrap_or_default()),
        }
    }

    /// Appends the beginnings of two chunks, by one check and four stores. Returns false if there is no room.
    #[inline(always)] // Once a field.
    pub(super) fn put_two(&mut self, first: &[u8; 16], length: usize, second: &[u8; 16], second_length: usize) -> bool {
        let room = self.bytes.get_mut(self.end..).and_then(<[u8]>::first_chunk_mut::<32>);
        let Some(room) = room else { return false };
        if let Some(room) = room.first_chunk_mut() {
            *room = *first;
        }
        let Some(room) = room.get_mut(length..).and_then(<[u8]>::first_chunk_mut) else { return false };
        *room = *second;
        self.end += length + second_length;
        true
    }

    /// Appends bytes, usually few.
    #[inline]
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        match bytes.len() {
            // Interpreters copy any length by one instruction.
            _ if cfg!(small) => self.append_many(bytes),
            0 => {}
            1 => self.append_ends::<1>(bytes),
            3 if let Some(three) = bytes.first_chunk::<3>() => self.put(three, 3),
            2..4 => self.append_ends::<2>(bytes),
            4..8 => self.append_ends::<4>(bytes),
            8..17 => self.append_ends::<8>(bytes),
            17..33 => self.append_ends::<16>(bytes),
            33..65 => self.append_ends::<32>(bytes),
            _ => self.append_many(bytes),
        }
    }

    /// Appends `HALF` bytes to twice as many, by a copy from either end.
    #[inline(always)] // Two stores, in `append` alone.
    fn append_ends<const HALF: usize>(&mut self, bytes: &[u8]) {
        if let (Some(first), Some(last)) = (bytes.first_chunk::<HALF>(), bytes.last_chunk::<HALF>()) {
            self.put(first, bytes.len() - HALF);
            self.put(last, HALF);
        }
    }

    /// Appends any number of bytes, and makes room for them.
    #[inline(never)] // Texts are seldom long, and room is seldom short.
    fn append_many(&mut self, bytes: &[u8]) {
        let end = self.make_room(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.end..end) {
            room.copy_from_slice(bytes);
            self.end = end;
        }
    }

    /// Appends bytes and one more.
    #[inline(never)] // Three times a line: half the instructions of two calls.
    pub(crate) fn append_and(&mut self, bytes: &[u8], last: u8) {
        let end = self.make_room(bytes.len() + 1);
        if let Some((room_for_last, room)) = self.bytes.get_mut(self.end..end).and_then(<[u8]>::split_last_mut) {
            room.copy_from_slice(bytes);
            *room_for_last = last;
            self.end = end;
        }
    }

    /// Appends text, in which U+FFFD stands for what is not UTF-8. `String::from_utf8_lossy` would be another
    /// 440 bytes of a core module.
    pub(crate) fn append_lossy(&mut self, text: &[u8]) {
        for chunk in text.utf8_chunks() {
            self.append(chunk.valid().as_bytes());
            if !chunk.invalid().is_empty() {
                self.append("\u{FFFD}".as_bytes());
            }
        }
    }

    /// Makes room for `length` bytes, lets `write` fill it from its start, and appends as many as that returns.
    #[inline(always)] // `write` is a loop of the caller's.
    pub(crate) fn append_with(&mut self, length: usize, write: impl FnOnce(&mut [u8]) -> usize) {
        let end = self.make_room(length);
        let room = self.bytes.get_mut(self.end..end).unwrap_or_default();
        self.end += write(room).min(length);
    }

    /// Makes room for `length` more bytes, and returns the offset of their end.
    #[inline(always)] // A comparison, mostly.
    fn make_room(&mut self, length: usize) -> usize {
        let end = self.end + length;
        if end > self.bytes.len() {
            self.bytes.resize(2 * end, 0);
        }
        end
    }

    /// Inserts bytes at the offset `at`.
    pub(crate) fn insert(&mut self, at: usize, bytes: &[u8]) {
        let end = self.end;
        self.append(bytes);
        if let Some(moved) = self.bytes.get_mut(at..self.end) {
            moved.rotate_right(self.end - end);
        }
    }

    /// Copies a range of bytes to the offset `to`, which is not after their own. Returns the offset
    /// of their end there.
    pub(crate) fn move_down(&mut self, range: Range<usize>, to: usize) -> usize {
        let end = to + range.len();
        if to < range.start && range.start < range.end && range.end <= self.end {
            self.bytes.copy_within(range, to);
        }
        end
    }

    /// Returns the byte at the offset `at`.
    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut u8> {
        self.bytes.get_mut(..self.end)?.get_mut(at)
    }
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appends_texts_of_any_length() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..=256 {
            for expected in [0, length, 1000] {
                let mut buffer = Buffer::after(b"before".to_vec(), expected);
                buffer.append(&bytes[..length]);
                buffer.put(b"0123456789", 3);
                buffer.push(b'!');
                assert_eq!(buffer.into_vec(), [b"before", &bytes[..length], b"012!"].concat());
            }
        }
    }

    #[test]
    fn appends_what_is_not_utf8_as_the_standard_library_does() {
        for text in [&b""[..], b"a\xFFb", b"\xC3", b"\xE2\x80\xE2\x80\xA8", b"\xF0\x9F\x98x\xED\xA0\x80"] {
            let mut buffer = Buffer::default();
            buffer.append_lossy(text);
            assert_eq!(*buffer, *String::from_utf8_lossy(text).as_bytes());
        }
    }

    #[test]
    fn truncates() {
        let mut buffer = Buffer::after(Vec::new(), 0);
        buffer.append(b"0123456789");
        buffer.truncate(4);
        buffer.truncate(20);
        buffer.append(b"ab");
        assert_eq!(*buffer, *b"0123ab");
    }
}
