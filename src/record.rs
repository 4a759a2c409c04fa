//! Bytes to record: one JSON object as received, its field names looked up, its text borrowed from the batch.

use crate::Changes;
use crate::buffer::Buffer;
use crate::config::Limits;
use crate::json::{Expected, Json, Refusal, Text};
use crate::key::{CS6_MISLABELLED, CS7_MISLABELLED, Key, KeySet, Spelling};

/// Reads records, one after the other, into buffers that it keeps.
///
/// Field names are unique: a repeated one has its last value.
#[derive(Debug)]
pub(crate) struct RecordReader {
    fields: Vec<Field>,
    /// For each key, its place in `fields` plus one.
    slots: [u16; Key::COUNT],
    /// For each key, and for all other names, the key that followed it last: the next record's fields stand in the same order
    /// as a rule, and comparing takes less than looking up.
    followers: [Option<Key>; Key::COUNT + 1],
    /// Whether a name was repaired.
    renamed: bool,
    /// Text that does not stand in the record as it is: unescaped, repaired, joined or compacted.
    decoded: Buffer,
}

/// One JSON object as received.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'r> {
    reader: &'r RecordReader,
    /// Begins as the object does.
    window: &'r [u8],
}

#[derive(Debug, Clone, Copy)]
struct Field {
    /// The key, unless the name is none of the table's.
    key: Option<Key>,
    renamed: bool,
    shape: Shape,
    /// The name, if it is not that of the key.
    name: Text,
    value: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Absent,
    Scalar,
    Nested,
}

/// The name of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name<'r> {
    /// A name of the key table.
    Known(Key),
    /// Any other, as received.
    Other(&'r [u8]),
}

/// Text of a record, UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'r> {
    /// Begins with the text. What follows it may be copied along, to be cut off.
    pub(crate) wide: &'r [u8],
    pub(crate) length: usize,
    /// Whether no format has anything to escape, replace or trim in it; see [`Run::plain`](crate::bytes::Run).
    pub(crate) plain: bool,
}

impl<'r> Token<'r> {
    #[inline]
    pub(crate) const fn new(bytes: &'r [u8], plain: bool) -> Self {
        Self { wide: bytes, length: bytes.len(), plain }
    }

    #[inline(always)]
    pub(crate) fn bytes(self) -> &'r [u8] {
        self.wide.get(..self.length).unwrap_or_default()
    }

    #[inline(always)]
    pub(crate) fn len(self) -> usize {
        self.length
    }

    /// Appends the text as it is.
    #[inline(always)]
    pub(crate) fn append_to(self, buffer: &mut Buffer) {
        match self.wide.first_chunk::<32>() {
            Some(chunk) if self.length <= 32 => buffer.put(chunk, self.length),
            _ => buffer.append(self.bytes()),
        }
    }
}

/// A field that has a value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Received<'r> {
    pub(crate) name: Name<'r>,
    /// The text of a string, number or boolean, or of an array of them joined by `, `; else the value as JSON text without
    /// white space. Not empty.
    pub(crate) value: Token<'r>,
    /// Whether the name was repaired.
    pub(crate) renamed: bool,
}

const EXTENSIONS: Key = Key::named("extensions");

impl<'r> Record<'r> {
    /// The fields but for those of some keys, in the order received.
    #[inline(always)]
    pub(crate) fn others(self, without: KeySet) -> impl Iterator<Item = Received<'r>> {
        let fields = self.reader.fields.iter();
        let others = fields.filter(move |field| field.key.is_none_or(|key| !without.contains(key)));
        others.filter(|field| field.shape != Shape::Absent).map(move |field| Received {
            name: field.key.map_or_else(|| Name::Other(self.text(field.name)), Name::Known),
            value: self.token(field),
            renamed: field.renamed,
        })
    }

    /// How many fields are not absent.
    pub(crate) fn len(self) -> usize {
        self.reader.fields.iter().filter(|field| field.shape != Shape::Absent).count()
    }

    /// Whether a name was repaired.
    pub(crate) fn is_renamed(self) -> bool {
        self.reader.renamed
    }

    /// The value of the field of this key, unless it is absent.
    #[inline(always)]
    pub(crate) fn get(self, key: Key) -> Option<Token<'r>> {
        let field = self.reader.field(key).filter(|field| field.shape != Shape::Absent)?;
        Some(self.token(field))
    }

    /// The value of the field of this key, if it is scalar.
    #[inline]
    pub(crate) fn scalar(self, key: Key) -> Option<Token<'r>> {
        let field = self.reader.field(key).filter(|field| field.shape == Shape::Scalar)?;
        Some(self.token(field))
    }

    #[inline(always)]
    fn token(self, field: &Field) -> Token<'r> {
        let (wide, length) = field.value.wide(self.window, &self.reader.decoded);
        Token { wide, length, plain: field.value.is_plain() }
    }

    #[inline(always)]
    fn text(self, text: Text) -> &'r [u8] {
        text.get(self.window, &self.reader.decoded)
    }
}

impl RecordReader {
    pub(crate) fn new() -> Self {
        Self {
            fields: Vec::new(),
            slots: [0; Key::COUNT],
            followers: [None; Key::COUNT + 1],
            renamed: false,
            decoded: Buffer::default(),
        }
    }

    /// The record that was read last; `window` begins as that of its reader did.
    pub(crate) fn record<'r>(&'r self, window: &'r [u8]) -> Record<'r> {
        Record { reader: self, window }
    }

    /// Reads the object that is the next token of `json`. What was read before is forgotten.
    pub(crate) fn read(&mut self, json: &mut Json<'_>, limits: &Limits, changes: &mut Changes) -> Result<(), Refusal> {
        for field in self.fields.drain(..) {
            if let Some(slot) = field.key.and_then(|key| self.slots.get_mut(key.index())) {
                *slot = 0;
            }
        }
        self.decoded.clear();
        self.renamed = false;
        self.members(json, limits, changes, false)?;
        self.relabel_cs6(changes);
        Ok(())
    }

    #[inline(always)]
    fn field(&self, key: Key) -> Option<&Field> {
        self.fields.get(usize::from(*self.slots.get(key.index())?).checked_sub(1)?)
    }

    /// Reads the members of an object: the record's own, or with `inside` those of its `extensions`.
    fn members(
        &mut self,
        json: &mut Json<'_>,
        limits: &Limits,
        changes: &mut Changes,
        inside: bool,
    ) -> Result<(), Refusal> {
        json.expect(b'{', Expected::Object)?;
        if json.take(b'}') {
            return Ok(());
        }
        let mut previous = Key::COUNT;
        loop {
            json.next_token();
            let at = json.at();
            let foreseen = self.followers.get(previous).copied().flatten();
            let foreseen = foreseen.filter(|&key| !(inside && key.is_envelope()) && json.take_key(key));
            let known = match foreseen {
                Some(key) => Some((key, Spelling::Exact)),
                None => {
                    let known = json.key()?;
                    if let (Some((key, Spelling::Exact)), Some(follower)) = (known, self.followers.get_mut(previous)) {
                        *follower = Some(key);
                    }
                    known
                }
            };
            previous = known.map_or(Key::COUNT, |(key, _)| key.index());
            match (json.next_token(), known) {
                (Some(b'"'), Some((key, spelling)))
                    if !(inside && key.is_envelope())
                        && let Some(value) = json.plain_string() =>
                {
                    let renamed = spelling == Spelling::Repaired;
                    let field = Field { key: Some(key), renamed, shape: Shape::Scalar, name: Text::EMPTY, value };
                    self.insert_known(key, field, changes);
                }
                (first, known) => self.member(json, known, first, limits, changes, inside)?,
            }
            if self.fields.len() > limits.fields() {
                json.seek(at);
                return Err(Refusal::TooManyFields);
            }
            if !json.another(b'}', Expected::CommaOrBrace)? {
                return Ok(());
            }
        }
    }

    /// Reads the value of a member whose key has been taken, and whose value begins with `first`, whatever they are.
    #[inline(never)]
    fn member(
        &mut self,
        json: &mut Json<'_>,
        mut known: Option<(Key, Spelling)>,
        first: Option<u8>,
        limits: &Limits,
        changes: &mut Changes,
        inside: bool,
    ) -> Result<(), Refusal> {
        let mut damaged = false;
        let mut name = Text::EMPTY;
        if known.is_none() {
            name = json.decode_key(&mut self.decoded, &mut damaged);
            known = Key::find(name.get(json.window(), &self.decoded));
        }
        if !inside && first == Some(b'{') && matches!(known, Some((EXTENSIONS, _))) {
            return self.members(json, limits, changes, true);
        }
        // Inside `extensions` nothing describes the event as a whole: `name` is a field called name.
        if known.is_some_and(|(key, _)| inside && key.is_envelope()) {
            known = None;
            name = json.decode_key(&mut self.decoded, &mut damaged);
        }
        let (shape, value) = self.read_value(json, first, limits, 1 + u32::from(inside), &mut damaged)?;
        changes.replaced += u64::from(damaged);
        match known {
            Some((key, spelling)) => {
                let renamed = spelling == Spelling::Repaired;
                self.insert_known(key, Field { key: Some(key), renamed, shape, name, value }, changes);
            }
            None => self.insert_other(json, Field { key: None, renamed: false, shape, name, value }, changes),
        }
        Ok(())
    }

    /// Adds a field, or overwrites the one of the same key.
    #[inline(always)]
    fn insert_known(&mut self, key: Key, field: Field, changes: &mut Changes) {
        self.renamed |= field.renamed;
        let next = self.fields.len() as u16 + 1;
        match self.slots.get_mut(key.index()) {
            Some(slot @ 0) => {
                *slot = next;
                self.fields.push(field);
            }
            Some(slot) => {
                changes.repeated += 1;
                if let Some(repeated) = self.fields.get_mut(usize::from(*slot) - 1) {
                    *repeated = field;
                }
            }
            None => {}
        }
    }

    /// Adds a field whose name is not in the key table, or overwrites the one of the same name.
    fn insert_other(&mut self, json: &Json<'_>, field: Field, changes: &mut Changes) {
        let text = |text: Text| text.get(json.window(), &self.decoded);
        let same = |other: &Field| other.key.is_none() && text(other.name) == text(field.name);
        match self.fields.iter().position(same).and_then(|place| self.fields.get_mut(place)) {
            Some(repeated) => {
                changes.repeated += 1;
                *repeated = field;
            }
            None => self.fields.push(field),
        }
    }

    /// Reads a value whose first byte is `first` and that stands `level` deep.
    #[inline]
    fn read_value(
        &mut self,
        json: &mut Json<'_>,
        first: Option<u8>,
        limits: &Limits,
        level: u32,
        damaged: &mut bool,
    ) -> Result<(Shape, Text), Refusal> {
        let text = match first {
            Some(b'"') => {
                let text = json.string(&mut self.decoded, damaged)?;
                let shape =
                    if is_absent(text.get(json.window(), &self.decoded)) { Shape::Absent } else { Shape::Scalar };
                return Ok((shape, text));
            }
            Some(b'{' | b'[') => return self.read_nested(json, limits.depth().saturating_sub(level), damaged),
            Some(b'n') => {
                json.literal()?;
                return Ok((Shape::Absent, Text::EMPTY));
            }
            _ => json.literal()?,
        };
        Ok((Shape::Scalar, text))
    }

    /// Reads an array or object of at most `depth` levels.
    fn read_nested(&mut self, json: &mut Json<'_>, depth: u32, damaged: &mut bool) -> Result<(Shape, Text), Refusal> {
        let (at, start) = (json.at(), self.decoded.len());
        if depth == 0 {
            return Err(Refusal::TooDeep);
        }
        if json.take(b'[') {
            if let Some(text) = self.join(json, damaged)? {
                let absent = is_absent(text.get(json.window(), &self.decoded));
                return Ok((if absent { Shape::Absent } else { Shape::Scalar }, text));
            }
            json.seek(at);
            self.decoded.truncate(start);
        }
        let range = json.compact(depth, &mut self.decoded, damaged)?;
        Ok((Shape::Nested, Text::decoded(range)))
    }

    /// Joins the elements of an array of scalars whose bracket has been taken; gives up where it meets an element that is none.
    fn join(&mut self, json: &mut Json<'_>, damaged: &mut bool) -> Result<Option<Text>, Refusal> {
        let start = self.decoded.len();
        if json.take(b']') {
            return Ok(Some(Text::EMPTY));
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
                    // What was decoded is there already.
                    self.decoded.append(text.get(json.window(), &[]));
                }
            }
            if self.decoded.len() == text {
                self.decoded.truncate(mark);
            }
            if !json.another(b']', Expected::CommaOrBracket)? {
                return Ok(Some(Text::decoded(start..self.decoded.len())));
            }
        }
    }

    /// Repairs the pair that the request events print as `Cs6` and `Cs7`: a label and its value, `cs6Label` and `cs6`.
    /// Where the record has those as well, its shipper capitalises keys, and nothing is mislabelled.
    fn relabel_cs6(&mut self, changes: &mut Changes) {
        const CS6_LABEL: Key = Key::named("cs6Label");
        const CS6: Key = Key::named("cs6");
        const CS7: Key = Key::named("cs7");
        let has = |key: Key| self.field(key).is_some();
        let (six, seven) = (has(CS6_MISLABELLED), has(CS7_MISLABELLED));
        if !six && !seven {
            return;
        }
        let present = |key: Key| self.field(key).is_some_and(|field| field.shape != Shape::Absent);
        let pair = six && seven && !present(CS6_LABEL) && !present(CS6);
        let repairs = if pair {
            [(CS6_MISLABELLED, CS6_LABEL), (CS7_MISLABELLED, CS6)]
        } else {
            [(CS6_MISLABELLED, CS6), (CS7_MISLABELLED, CS7)]
        };
        for (mislabelled, key) in repairs {
            let Some(from) = self.slots.get_mut(mislabelled.index()).map(std::mem::take).filter(|&slot| slot > 0)
            else {
                continue;
            };
            let Some(slot) = self.slots.get_mut(key.index()) else { continue };
            // Of two fields with the same name, the last stands; what the pair displaces is absent.
            let other = *slot;
            let last = if pair { from } else { from.max(other) };
            *slot = last;
            if let Some(field) = self.fields.get_mut(usize::from(from) - 1) {
                field.key = Some(key);
                field.renamed = true;
                self.renamed = true;
            }
            if other > 0 {
                changes.repeated += u64::from(!pair);
                if let Some(first) = self.fields.get_mut(usize::from(from + other - last) - 1) {
                    first.shape = Shape::Absent;
                }
            }
        }
    }
}

/// senhasegura writes `-` and "Not applicable" where it has nothing to say.
fn is_absent(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    matches!(text, b"" | b"-") || text.eq_ignore_ascii_case(b"not applicable")
}
