//! Bytes to record: one JSON object as received, its field names looked up, its text borrowed from the batch.

use std::ops::{Deref, DerefMut};

use crate::Changes;
use crate::buffer::Buffer;
use crate::config::Limits;
use crate::json::{Expected, Json, Refusal, Text, plain_string, whole_number};
use crate::key::{CS6_MISLABELLED, CS7_MISLABELLED, Key, KeyMap, Spelling};
use crate::shape::{Mark, Place, Shapes};

/// Reads records, one after the other, into buffers that it keeps.
///
/// Field names are unique: a repeated one has its last value.
#[derive(Debug)]
pub(crate) struct RecordReader {
    fields: Fields,
    /// For each key, its place in `fields`.
    slots: Slots,
    /// The shape of the record.
    place: Place,
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
    form: Form,
    /// The name, if it is not that of the key.
    name: Text,
    value: Text,
}

/// Fields with room behind them, so that adding one is no more than writing it.
#[derive(Debug, Default)]
struct Fields {
    all: Vec<Field>,
    count: usize,
}

impl Fields {
    fn clear(&mut self) {
        self.count = 0;
    }

    fn push(&mut self, field: Field) {
        if self.count == self.all.len() {
            let empty = Field { key: None, renamed: false, form: Form::Absent, name: Text::EMPTY, value: Text::EMPTY };
            self.all.resize(2 * self.count + 32, empty);
        }
        if let Some(room) = self.all.get_mut(self.count) {
            *room = field;
            self.count += 1;
        }
    }

    /// At most so many fields, and the room for more.
    fn room(&mut self, max: usize) -> &mut [Field] {
        let max = max.min(self.all.len());
        self.all.get_mut(..max).unwrap_or_default()
    }
}

impl Deref for Fields {
    type Target = [Field];

    #[inline(always)]
    fn deref(&self) -> &[Field] {
        self.all.get(..self.count).unwrap_or_default()
    }
}

impl DerefMut for Fields {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [Field] {
        self.all.get_mut(..self.count).unwrap_or_default()
    }
}

/// Where the fields of keys stand. It is cleared without a look at each key: what was set before does not count.
#[derive(Debug)]
struct Slots {
    time: u32,
    slots: KeyMap<(u32, u16)>,
}

impl Slots {
    fn new() -> Self {
        Self { time: 1, slots: KeyMap::of((0, 0)) }
    }

    fn clear(&mut self) {
        self.time = self.time.wrapping_add(1);
        if self.time == 0 {
            *self = Self::new();
        }
    }

    #[inline(always)]
    fn get(&self, key: Key) -> Option<u16> {
        let (time, place) = *self.slots.get(key);
        (time == self.time).then_some(place)
    }

    #[inline(always)]
    fn set(&mut self, key: Key, place: u16) {
        *self.slots.get_mut(key) = (self.time, place);
    }

    fn remove(&mut self, key: Key) {
        *self.slots.get_mut(key) = (0, 0);
    }
}

/// What comes next in an object.
enum Next {
    /// A comma or a brace.
    Separator,
    /// A member.
    Member,
    /// The value of this key, whose member begins there.
    Value { member: usize, key: (Key, Spelling) },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
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

impl Name<'_> {
    /// The key, if it is one of the table's.
    pub(crate) fn key(self) -> Option<Key> {
        match self {
            Self::Known(key) => Some(key),
            Self::Other(_) => None,
        }
    }
}

/// Text of a record, UTF-8.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'r> {
    /// Begins with the text. What follows it may be copied along, to be cut off.
    pub(crate) wide: &'r [u8],
    pub(crate) length: usize,
    /// Whether no format has anything to escape, replace or trim in it; see [`is_harmless`](crate::bytes::is_harmless).
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
            Some(chunk) if self.length <= 32 && !cfg!(feature = "small") => buffer.put(chunk, self.length),
            _ => buffer.append(self.bytes()),
        }
    }
}

/// The value of a field.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'r> {
    /// There is none.
    Absent,
    Scalar(Token<'r>),
    Nested,
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
    /// The text that begins as the object does.
    pub(crate) fn window(self) -> &'r [u8] {
        self.window
    }

    /// The field at this place, unless it is absent.
    #[inline(always)]
    pub(crate) fn at(self, place: u16) -> Option<Received<'r>> {
        let field = self.reader.fields.get(usize::from(place)).filter(|field| field.form != Form::Absent)?;
        Some(Received {
            name: field.key.map_or_else(|| Name::Other(self.text(field.name)), Name::Known),
            value: self.token(field),
            renamed: field.renamed,
        })
    }

    /// The names of all fields, absent ones included, in the order received.
    pub(crate) fn names(self) -> impl Iterator<Item = Option<Key>> {
        self.reader.fields.iter().map(|field| field.key)
    }

    /// Where the field of this key stands, absent or not.
    #[inline]
    pub(crate) fn place_of(self, key: Key) -> Option<u16> {
        self.reader.slots.get(key)
    }

    /// The shape of the record.
    #[inline]
    pub(crate) fn shape(self) -> Place {
        self.reader.place
    }

    /// What stands at this place.
    #[inline(always)]
    pub(crate) fn value_at(self, place: u16) -> Value<'r> {
        match self.reader.fields.get(usize::from(place)) {
            Some(field) if field.form == Form::Scalar => Value::Scalar(self.token(field)),
            Some(field) if field.form == Form::Nested => Value::Nested,
            _ => Value::Absent,
        }
    }

    /// How many fields are not absent.
    pub(crate) fn len(self) -> usize {
        self.reader.fields.iter().filter(|field| field.form != Form::Absent).count()
    }

    /// Whether a name was repaired.
    pub(crate) fn is_renamed(self) -> bool {
        self.reader.renamed
    }

    /// The value of the field of this key, unless it is absent.
    #[inline(always)]
    pub(crate) fn get(self, key: Key) -> Option<Token<'r>> {
        let field = self.reader.field(key).filter(|field| field.form != Form::Absent)?;
        Some(self.token(field))
    }

    /// The value of the field of this key, if it is scalar.
    #[inline]
    pub(crate) fn scalar(self, key: Key) -> Option<Token<'r>> {
        let field = self.reader.field(key).filter(|field| field.form == Form::Scalar)?;
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
            fields: Fields::default(),
            slots: Slots::new(),
            place: Place::START,
            renamed: false,
            decoded: Buffer::default(),
        }
    }

    /// The record that was read last; `window` begins as that of its reader did.
    pub(crate) fn record<'r>(&'r self, window: &'r [u8]) -> Record<'r> {
        Record { reader: self, window }
    }

    /// Reads the object that is the next token of `json`. What was read before is forgotten.
    pub(crate) fn read(
        &mut self,
        json: &mut Json<'_>,
        shapes: &mut Shapes,
        limits: &Limits,
        changes: &mut Changes,
    ) -> Result<(), Refusal> {
        self.slots.clear();
        self.fields.clear();
        self.decoded.clear();
        self.renamed = false;
        self.place = Place::START;
        self.members(json, shapes, limits, changes, false)?;
        self.relabel_cs6(changes);
        Ok(())
    }

    #[inline(always)]
    fn field(&self, key: Key) -> Option<&Field> {
        self.fields.get(usize::from(self.slots.get(key)?))
    }

    /// Reads the members of an object: the record's own, or with `inside` those of its `extensions`.
    fn members(
        &mut self,
        json: &mut Json<'_>,
        shapes: &mut Shapes,
        limits: &Limits,
        changes: &mut Changes,
        inside: bool,
    ) -> Result<(), Refusal> {
        json.expect(b'{', Expected::Object)?;
        if json.take(b'}') {
            return Ok(());
        }
        loop {
            json.next_token();
            let member = match self.plain_members(json, shapes, limits) {
                Next::Separator => None,
                Next::Member => {
                    let at = json.at();
                    let mut damaged = false;
                    let (known, name) = self.key(json, shapes, inside, &mut damaged)?;
                    changes.replaced += u64::from(damaged);
                    self.value(json, shapes, known, name, limits, changes, inside)?;
                    Some(at)
                }
                Next::Value { member, key } => {
                    self.value(json, shapes, Some(key), Text::EMPTY, limits, changes, inside)?;
                    Some(member)
                }
            };
            if let Some(member) = member.filter(|_| self.fields.len() > limits.fields()) {
                json.seek(member);
                return Err(Refusal::TooManyFields);
            }
            if !json.another(b'}', Expected::CommaOrBrace)? {
                return Ok(());
            }
        }
    }

    /// Reads members as long as their keys stood there before and their values are plain strings or whole numbers, with a space at
    /// most behind colons and commas. Answers what comes next.
    #[inline(never)]
    fn plain_members(&mut self, json: &mut Json<'_>, shapes: &Shapes, limits: &Limits) -> Next {
        let (window, utf8) = (json.window(), json.is_utf8());
        let Some(mut rest) = window.get(json.at()..) else { return Next::Member };
        let (mut place, mut count, mut renamed) = (self.place, self.fields.count, self.renamed);
        // Nothing is called in this loop, so that what it needs stays in registers.
        let room = self.fields.room(limits.fields());
        let next = loop {
            let Some((behind, node)) = shapes.follow(place, rest) else { break Next::Member };
            let (Some(key), Some(field)) = (node.key, room.get_mut(count)) else { break Next::Member };
            let Some(value) = rest.get(node.length()..) else { break Next::Member };
            let found = match value {
                [b'"', string @ ..] | [b' ', b'"', string @ ..] => plain_string(string, utf8).zip(Some(string)),
                number => whole_number(number).zip(Some(number)),
            };
            place = behind;
            let Some(((length, behind), text)) = found else {
                let member = window.len() - rest.len();
                rest = value;
                break Next::Value { member, key };
            };
            let (key, repaired) = (key.0, key.1 == Spelling::Repaired);
            let start = window.len() - text.len();
            let text = Text::in_window(start, start + length).plain();
            let form = if length == 0 { Form::Absent } else { Form::Scalar };
            *field = Field { key: Some(key), renamed: repaired, form, name: Text::EMPTY, value: text };
            self.slots.set(key, count as u16);
            count += 1;
            renamed |= repaired;
            rest = behind;
            match rest {
                [b',', b'"', ..] => rest = rest.get(1..).unwrap_or_default(),
                [b',', b' ', b'"', ..] => rest = rest.get(2..).unwrap_or_default(),
                _ => break Next::Separator,
            }
        };
        self.fields.count = count;
        self.renamed = renamed;
        self.place = place;
        json.seek(window.len() - rest.len());
        next
    }

    /// Reads the value of a member whose key has been taken.
    #[inline(never)]
    #[expect(clippy::too_many_arguments, reason = "they are handed over in registers")]
    fn value(
        &mut self,
        json: &mut Json<'_>,
        shapes: &mut Shapes,
        known: Option<(Key, Spelling)>,
        name: Text,
        limits: &Limits,
        changes: &mut Changes,
        inside: bool,
    ) -> Result<(), Refusal> {
        let first = json.next_token();
        if !inside && first == Some(b'{') && matches!(known, Some((EXTENSIONS, _))) {
            self.place = shapes.mark(self.place, Mark::Open);
            self.members(json, shapes, limits, changes, true)?;
            self.place = shapes.mark(self.place, Mark::Close);
            return Ok(());
        }
        let mut damaged = false;
        let (form, value) = self.read_value(json, first, limits, 1 + u32::from(inside), &mut damaged)?;
        changes.replaced += u64::from(damaged);
        match known {
            Some((key, spelling)) => match self.slots.get(key) {
                None => self.push((key, spelling), form, value),
                Some(slot) => {
                    changes.repeated += 1;
                    let renamed = spelling == Spelling::Repaired;
                    self.renamed |= renamed;
                    if let Some(repeated) = self.fields.get_mut(usize::from(slot)) {
                        *repeated = Field { key: Some(key), renamed, form, name, value };
                    }
                }
            },
            None => self.insert_other(json, Field { key: None, renamed: false, form, name, value }, changes),
        }
        Ok(())
    }

    /// Adds a field whose key no other has.
    #[inline(always)]
    fn push(&mut self, (key, spelling): (Key, Spelling), form: Form, value: Text) {
        let renamed = spelling == Spelling::Repaired;
        self.renamed |= renamed;
        self.slots.set(key, self.fields.len() as u16);
        self.fields.push(Field { key: Some(key), renamed, form, name: Text::EMPTY, value });
    }

    /// Takes a member's key and the colon, and tells what the key stands for, else its text.
    fn key(
        &mut self,
        json: &mut Json<'_>,
        shapes: &mut Shapes,
        inside: bool,
        damaged: &mut bool,
    ) -> Result<(Option<(Key, Spelling)>, Text), Refusal> {
        let text = json.window().get(json.at()..).unwrap_or_default();
        if let Some((place, node)) = shapes.follow(self.place, text) {
            self.place = place;
            json.take_key(node.length());
            let name = if node.key.is_some() { Text::EMPTY } else { json.decode_key(&mut self.decoded, damaged) };
            return Ok((node.key, name));
        }
        json.key()?;
        let name = json.decode_key(&mut self.decoded, damaged);
        let found = Key::find(name.get(json.window(), &self.decoded));
        // Inside `extensions` nothing describes the event as a whole: `name` is a field called name.
        let known = found.filter(|(key, _)| !(inside && key.is_envelope()));
        let repeated = known.is_some_and(|(key, _)| self.field(key).is_some());
        self.place = match json.plain_key() {
            Some(name) if !repeated => shapes.learn(self.place, name, known),
            _ => Place::UNKNOWN,
        };
        Ok((known, name))
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
    #[inline(always)]
    fn read_value(
        &mut self,
        json: &mut Json<'_>,
        first: Option<u8>,
        limits: &Limits,
        level: u32,
        damaged: &mut bool,
    ) -> Result<(Form, Text), Refusal> {
        let text = match first {
            Some(b'"') => {
                let text = json.string(&mut self.decoded, damaged)?;
                let form = if is_absent(text.get(json.window(), &self.decoded)) { Form::Absent } else { Form::Scalar };
                return Ok((form, text));
            }
            Some(b'{' | b'[') => return self.read_nested(json, limits.depth().saturating_sub(level), damaged),
            Some(b'n') => {
                json.literal()?;
                return Ok((Form::Absent, Text::EMPTY));
            }
            _ => json.literal()?,
        };
        Ok((Form::Scalar, text))
    }

    /// Reads an array or object of at most `depth` levels.
    fn read_nested(&mut self, json: &mut Json<'_>, depth: u32, damaged: &mut bool) -> Result<(Form, Text), Refusal> {
        let (at, start) = (json.at(), self.decoded.len());
        if depth == 0 {
            return Err(Refusal::TooDeep);
        }
        if json.take(b'[') {
            if let Some(text) = self.join(json, damaged)? {
                let absent = is_absent(text.get(json.window(), &self.decoded));
                return Ok((if absent { Form::Absent } else { Form::Scalar }, text));
            }
            json.seek(at);
            self.decoded.truncate(start);
        }
        let range = json.compact(depth, &mut self.decoded, damaged)?;
        Ok((Form::Nested, Text::decoded(range)))
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
        self.place = Place::UNKNOWN;
        let present = |key: Key| self.field(key).is_some_and(|field| field.form != Form::Absent);
        let pair = six && seven && !present(CS6_LABEL) && !present(CS6);
        let repairs = if pair {
            [(CS6_MISLABELLED, CS6_LABEL), (CS7_MISLABELLED, CS6)]
        } else {
            [(CS6_MISLABELLED, CS6), (CS7_MISLABELLED, CS7)]
        };
        for (mislabelled, key) in repairs {
            let Some(from) = self.slots.get(mislabelled) else { continue };
            self.slots.remove(mislabelled);
            // Of two fields with the same name, the last stands; what the pair displaces is absent.
            let other = self.slots.get(key);
            let last = other.filter(|_| !pair).map_or(from, |other| from.max(other));
            self.slots.set(key, last);
            if let Some(field) = self.fields.get_mut(usize::from(from)) {
                field.key = Some(key);
                field.renamed = true;
                self.renamed = true;
            }
            if let Some(other) = other {
                changes.repeated += u64::from(!pair);
                let displaced = if last == from { other } else { from };
                if let Some(field) = self.fields.get_mut(usize::from(displaced)) {
                    field.form = Form::Absent;
                }
            }
        }
    }
}

/// senhasegura writes `-` and "Not applicable" where it has nothing to say.
pub(crate) fn is_absent(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    matches!(text, b"" | b"-") || text.eq_ignore_ascii_case(b"not applicable")
}
