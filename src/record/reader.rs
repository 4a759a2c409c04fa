//! The fields of a record and their values, in buffers that are kept for the next record.
//! `members.rs` reads an object into them and looks its names up.

use super::absent::is_absent;
use super::fields::{Slot, Slots};
use super::shape::NodeId;
use super::signs::Signs;
use crate::bytes::Buffer;
use crate::json::{Error, Expected, Json, Span};
use crate::key::{Key, Spelling};

/// The limits of a record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The maximum length in bytes.
    pub(crate) record_bytes: usize,
    /// The maximum nesting of objects and arrays, including the record.
    pub(crate) depth: u32,
    /// The maximum number of fields.
    pub(crate) fields: usize,
}

/// Reads records, one after the other, into buffers that it keeps.
///
/// Field names are unique: a repeated field has its last value.
#[derive(Debug)]
pub(crate) struct RecordReader {
    pub(super) slots: Slots,
    /// The shape of the record.
    pub(super) node: NodeId,
    /// Whether some fields were members of `extensions`.
    pub(super) extended: bool,
    /// What the names tell, if the shape is not kept.
    pub(super) signs: Signs,
    /// Whether any name is spelt other than its key.
    pub(super) renamed: bool,
    /// Text that differs from the record's bytes: unescaped, repaired, joined or compacted.
    pub(super) decoded: Buffer,
    pub(super) limits: Limits,
}

type Result<T> = std::result::Result<T, Error>;

impl RecordReader {
    #[inline(never)] // Twice a configuration.
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            slots: Slots::new(),
            node: NodeId::ROOT,
            extended: false,
            signs: Signs::NONE,
            renamed: false,
            decoded: Buffer::default(),
        }
    }

    /// Forgets the last record.
    #[inline(always)] // Stores, once a record.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.decoded.clear();
        self.renamed = false;
        self.extended = false;
        self.node = NodeId::ROOT;
    }

    /// Keeps a text that is not in the record's bytes.
    #[inline(never)] // Core modules hold one copy.
    pub(super) fn keep(&mut self, text: &[u8]) -> Span {
        let start = self.decoded.len();
        self.decoded.append(text);
        Span::decoded(start..self.decoded.len())
    }

    #[inline(always)] // Two look-ups, several times a field.
    pub(super) fn slot(&self, key: Key) -> Option<&Slot> {
        self.slots.get(usize::from(self.slots.index_of(key)?))
    }

    /// Returns whether there are more fields than a record may have.
    #[inline(always)] // A comparison.
    pub(super) fn is_overfull(&self) -> bool {
        self.slots.len() > self.limits.fields
    }

    /// Adds a field. Returns its index, and whether it repeats one: then the last value counts. An absent
    /// value neither takes the place of another nor is repeated. `window` has the names that are not in
    /// the key table.
    #[inline(always)] // Half of `member_value`.
    pub(super) fn insert(&mut self, window: &[u8], slot: Slot) -> (u16, bool) {
        let Some(known) = slot.known else { return self.insert_other(window, slot) };
        self.renamed |= known.spelling() != Spelling::Exact;
        match self.slots.index_of(known.key()) {
            None => {
                self.slots.push(slot);
                (self.slots.len() as u16 - 1, false)
            }
            Some(index) => (index, self.replace(index, slot)),
        }
    }

    /// Adds a field whose name is not in the key table.
    #[inline(never)] // Records have few.
    fn insert_other(&mut self, window: &[u8], slot: Slot) -> (u16, bool) {
        let text = |span: Span| span.get(window, &self.decoded);
        match self.slots.other(text(slot.name), &text) {
            Some(index) => (index, self.replace(index, slot)),
            None => {
                self.slots.push(slot);
                (self.slots.len() as u16 - 1, false)
            }
        }
    }

    /// Gives the field with this index another value. Returns whether both are values.
    #[inline(never)] // Few names are repeated.
    fn replace(&mut self, index: u16, slot: Slot) -> bool {
        match self.slots.get_mut(usize::from(index)) {
            Some(repeated) if !slot.is_absent() => !std::mem::replace(repeated, slot).is_absent(),
            _ => false,
        }
    }

    /// Reads the value of a field with this key. It begins with the byte `first`, `level` levels deep. An empty
    /// text is that of an absent value.
    #[inline(always)] // The greater part of `member_value`.
    pub(super) fn read_value(
        &mut self,
        json: &mut Json<'_>,
        first: Option<u8>,
        level: u32,
        key: Option<Key>,
        damaged: &mut bool,
    ) -> Result<Span> {
        match first {
            Some(b'"') => {
                let text = json.string(&mut self.decoded, damaged)?;
                Ok(if is_absent(text.get(json.window(), &self.decoded), key) { Span::EMPTY } else { text })
            }
            Some(b'{' | b'[') => self.read_nested(json, self.limits.depth.saturating_sub(level), key, damaged),
            Some(b'n') => {
                json.literal()?;
                Ok(Span::EMPTY)
            }
            _ => json.literal(),
        }
    }

    /// Reads an array or object of at most `depth` levels.
    fn read_nested(&mut self, json: &mut Json<'_>, depth: u32, key: Option<Key>, damaged: &mut bool) -> Result<Span> {
        let (at, start) = (json.at(), self.decoded.len());
        if depth == 0 {
            return Err(Error::TooDeep);
        }
        if json.take(b'[') {
            if let Some(text) = self.join(json, damaged)? {
                let absent = is_absent(text.get(json.window(), &self.decoded), key);
                return Ok(if absent { Span::EMPTY } else { text });
            }
            json.seek(at);
            self.decoded.truncate(start);
        }
        let range = json.compact(depth, &mut self.decoded, damaged)?;
        Ok(Span::decoded(range).nested())
    }

    /// Joins the scalars of an array whose bracket has been taken. Returns `None` at an element
    /// that is not scalar.
    fn join(&mut self, json: &mut Json<'_>, damaged: &mut bool) -> Result<Option<Span>> {
        let start = self.decoded.len();
        if json.take(b']') {
            return Ok(Some(Span::EMPTY));
        }
        loop {
            let mark = self.decoded.len();
            if mark > start {
                self.decoded.append(b", ");
            }
            let text = self.decoded.len();
            match json.next_token() {
                Some(b'{' | b'[') => return Ok(None),
                Some(b'n') => drop(json.literal()?),
                first => {
                    let text =
                        if first == Some(b'"') { json.string(&mut self.decoded, damaged)? } else { json.literal()? };
                    // Decoded text is there already.
                    self.decoded.append(text.get(json.window(), &[]));
                }
            }
            if self.decoded.len() == text {
                self.decoded.truncate(mark);
            }
            if !json.another(b']', Expected::CommaOrBracket)? {
                return Ok(Some(Span::decoded(start..self.decoded.len())));
            }
        }
    }
}
