//! Bytes to record: one JSON object as received, its field names looked up, its text borrowed from the batch.

use crate::Changes;
use crate::config::Limits;
use crate::json::{Error, Json, Text};
use crate::key::{CS6_MISLABELLED, CS7_MISLABELLED, Key, Spelling};

/// One JSON object as received.
///
/// Field names are unique: a repeated one has its last value. One value serves all records of a batch, so that its
/// buffers are allocated once.
#[derive(Debug)]
pub struct Record<'b> {
    fields: Vec<Field<'b>>,
    /// For each key, its place in `fields` plus one.
    slots: [u16; Key::COUNT],
    /// Text that does not stand in the batch as it is: unescaped, repaired, joined or compacted.
    decoded: String,
}

#[derive(Debug)]
struct Field<'b> {
    name: StoredName<'b>,
    renamed: bool,
    value: StoredValue<'b>,
}

#[derive(Debug)]
enum StoredName<'b> {
    Known(Key),
    Other(Text<'b>),
}

#[derive(Debug)]
enum StoredValue<'b> {
    Absent,
    Scalar(Text<'b>),
    Nested(Text<'b>),
}

/// The name of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'r> {
    /// A name of the key table.
    Known(Key),
    /// Any other, as received.
    Other(&'r str),
}

impl<'r> Name<'r> {
    /// The name as text.
    #[must_use]
    pub fn as_str(self) -> &'r str {
        match self {
            Self::Known(key) => key.name(),
            Self::Other(name) => name,
        }
    }
}

/// The value of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'r> {
    /// The text of a string, number or boolean, or of an array of them joined by `, `.
    Scalar(&'r str),
    /// An object, or an array that holds more than scalars, as JSON text without white space.
    Nested(&'r str),
}

impl<'r> Value<'r> {
    /// The text of either.
    #[must_use]
    pub fn as_str(self) -> &'r str {
        match self {
            Self::Scalar(text) | Self::Nested(text) => text,
        }
    }
}

/// Why an object cannot become a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Json(Error),
    TooManyFields { at: usize },
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Json(error)
    }
}

const EXTENSIONS: Key = Key::named("extensions");

impl<'b> Record<'b> {
    pub(crate) fn new(decoded: String) -> Self {
        Self { fields: Vec::new(), slots: [0; Key::COUNT], decoded }
    }

    /// Gives back the buffer that [`Record::new`] took.
    pub(crate) fn into_buffer(self) -> String {
        self.decoded
    }

    /// Reads the object that is the next token of `json`. What was in the record before is forgotten.
    pub(crate) fn read(&mut self, json: &mut Json<'b>, limits: &Limits, changes: &mut Changes) -> Result<(), Refusal> {
        self.fields.clear();
        self.slots.fill(0);
        self.decoded.clear();
        self.members(json, limits, changes, false)?;
        self.relabel_cs6(changes);
        Ok(())
    }

    /// The fields in the order received, without the absent ones.
    pub fn fields(&self) -> impl Iterator<Item = (Name<'_>, Value<'_>)> {
        self.received().map(|(name, value, _)| (name, value))
    }

    /// As [`Record::fields`], with whether the name was repaired.
    pub(crate) fn received(&self) -> impl Iterator<Item = (Name<'_>, Value<'_>, bool)> {
        self.fields.iter().filter_map(|field| Some((self.name(field), self.value(field)?, field.renamed)))
    }

    /// The value of the field of this key, unless it is absent.
    #[must_use]
    pub fn get(&self, key: Key) -> Option<Value<'_>> {
        self.value(self.field(key)?)
    }

    /// As [`Record::get`], with whether the name was repaired.
    #[inline]
    pub(crate) fn get_received(&self, key: Key) -> Option<(Value<'_>, bool)> {
        let field = self.field(key)?;
        Some((self.value(field)?, field.renamed))
    }

    /// The text of the field of this key, if it has a scalar value.
    #[inline]
    #[must_use]
    pub fn scalar(&self, key: Key) -> Option<&str> {
        match self.get(key)? {
            Value::Scalar(text) => Some(text),
            Value::Nested(_) => None,
        }
    }

    #[inline]
    fn field(&self, key: Key) -> Option<&Field<'b>> {
        self.fields.get(usize::from(*self.slots.get(key.index())?).checked_sub(1)?)
    }

    /// Reads the members of an object: the record's own, or with `inside` those of its `extensions`.
    fn members(
        &mut self,
        json: &mut Json<'b>,
        limits: &Limits,
        changes: &mut Changes,
        inside: bool,
    ) -> Result<(), Refusal> {
        json.expect(b'{', "`{`")?;
        if json.take(b'}') {
            return Ok(());
        }
        loop {
            let mut damaged = false;
            let key_at = json.at();
            let text = json.key(&mut self.decoded, &mut damaged)?;
            let known = Key::find(self.text(&text).as_bytes());
            let first = json.next_token();
            if !inside && first == Some(b'{') && matches!(known, Some((EXTENSIONS, _))) {
                self.members(json, limits, changes, true)?;
            } else {
                let value = self.read_value(json, first, limits, 1 + u32::from(inside), &mut damaged)?;
                changes.replaced += u64::from(damaged);
                let (name, renamed) = match known {
                    // Inside `extensions` nothing describes the event as a whole: `name` is a field called name.
                    Some((key, _)) if inside && key.is_envelope() => (StoredName::Other(text), false),
                    Some((key, spelling)) => (StoredName::Known(key), spelling == Spelling::Repaired),
                    None => (StoredName::Other(text), false),
                };
                if !self.insert(Field { name, renamed, value }, changes) && self.fields.len() > limits.fields() {
                    return Err(Refusal::TooManyFields { at: key_at });
                }
            }
            if !json.another(b'}', "`,` or `}`")? {
                return Ok(());
            }
        }
    }

    /// Adds a field, or overwrites the value of the one of the same name and answers true.
    #[inline]
    fn insert(&mut self, field: Field<'b>, changes: &mut Changes) -> bool {
        let place = match &field.name {
            StoredName::Known(key) => {
                let next = self.fields.len() as u16 + 1;
                match self.slots.get_mut(key.index()) {
                    Some(slot @ 0) => {
                        *slot = next;
                        None
                    }
                    Some(slot) => Some(usize::from(*slot) - 1),
                    None => None,
                }
            }
            StoredName::Other(name) => {
                let name = self.text(name);
                self.fields
                    .iter()
                    .position(|other| matches!(&other.name, StoredName::Other(text) if self.text(text) == name))
            }
        };
        match place.and_then(|place| self.fields.get_mut(place)) {
            Some(repeated) => {
                changes.repeated += 1;
                repeated.renamed = field.renamed;
                repeated.value = field.value;
                true
            }
            None => {
                self.fields.push(field);
                false
            }
        }
    }

    /// Reads a value whose first byte is `first` and that stands `level` deep.
    #[inline]
    fn read_value(
        &mut self,
        json: &mut Json<'b>,
        first: Option<u8>,
        limits: &Limits,
        level: u32,
        damaged: &mut bool,
    ) -> Result<StoredValue<'b>, Error> {
        let text = match first {
            Some(b'"') => json.string(&mut self.decoded, damaged)?,
            Some(b'{') => {
                let depth = limits.depth().saturating_sub(level);
                return Ok(StoredValue::Nested(Text::Decoded(json.compact(depth, &mut self.decoded, damaged)?)));
            }
            Some(b'[') => {
                let (start, length) = (json.at(), self.decoded.len());
                let depth = limits.depth().saturating_sub(level);
                if depth == 0 {
                    return Err(Error::TooDeep { at: start });
                }
                match self.join(json, damaged)? {
                    Some(text) => text,
                    None => {
                        json.seek(start);
                        self.decoded.truncate(length);
                        return Ok(StoredValue::Nested(Text::Decoded(json.compact(
                            depth,
                            &mut self.decoded,
                            damaged,
                        )?)));
                    }
                }
            }
            _ => match json.literal()? {
                "null" => return Ok(StoredValue::Absent),
                text => Text::Plain(text),
            },
        };
        Ok(if is_absent(self.text(&text)) { StoredValue::Absent } else { StoredValue::Scalar(text) })
    }

    /// Joins the elements of an array of scalars; gives up where it meets an element that is none.
    fn join(&mut self, json: &mut Json<'b>, damaged: &mut bool) -> Result<Option<Text<'b>>, Error> {
        let mut joined = String::new();
        json.expect(b'[', "`[`")?;
        if json.take(b']') {
            return Ok(Some(Text::Plain("")));
        }
        loop {
            let length = self.decoded.len();
            let element = match json.next_token() {
                Some(b'{' | b'[') => return Ok(None),
                Some(b'"') => json.string(&mut self.decoded, damaged)?,
                _ => Text::Plain(json.literal()?),
            };
            let text = match &element {
                Text::Plain("null") => "",
                text => self.text(text),
            };
            if !text.is_empty() {
                if !joined.is_empty() {
                    joined.push_str(", ");
                }
                joined.push_str(text);
            }
            self.decoded.truncate(length);
            if !json.another(b']', "`,` or `]`")? {
                self.decoded.push_str(&joined);
                return Ok(Some(Text::Decoded(length..self.decoded.len())));
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
        let pair = six && seven && !has(CS6_LABEL) && !has(CS6);
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
            let Some(field) = self.fields.get_mut(usize::from(from) - 1) else { continue };
            field.name = StoredName::Known(key);
            field.renamed = true;
            match self.slots.get_mut(key.index()) {
                Some(slot @ 0) => *slot = from,
                _ => {
                    changes.repeated += 1;
                    field.value = StoredValue::Absent;
                }
            }
        }
    }

    #[inline]
    fn name<'r>(&'r self, field: &'r Field<'b>) -> Name<'r> {
        match &field.name {
            StoredName::Known(key) => Name::Known(*key),
            StoredName::Other(text) => Name::Other(self.text(text)),
        }
    }

    #[inline]
    fn value<'r>(&'r self, field: &'r Field<'b>) -> Option<Value<'r>> {
        match &field.value {
            StoredValue::Absent => None,
            StoredValue::Scalar(text) => Some(Value::Scalar(self.text(text))),
            StoredValue::Nested(text) => Some(Value::Nested(self.text(text))),
        }
    }

    #[inline]
    fn text<'r>(&'r self, text: &'r Text<'b>) -> &'r str {
        match text {
            Text::Plain(text) => text,
            Text::Decoded(range) => self.decoded.get(range.clone()).unwrap_or_default(),
        }
    }
}

/// senhasegura writes `-` and "Not applicable" where it has nothing to say.
#[inline]
fn is_absent(text: &str) -> bool {
    let text = match text.as_bytes() {
        [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] => text,
        _ => text.trim(),
    };
    matches!(text, "" | "-") || (text.len() == 14 && text.eq_ignore_ascii_case("not applicable"))
}
