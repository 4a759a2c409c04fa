//! Deserializes the configuration with the lexer that reads records.
//!
//! Why not `serde_json`: in the module for Fluent Bit it would take 75 kB, this takes 29 kB; and it
//! cannot show a number as it was written.

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::error::{ConfigError, OneOf};
use crate::bytes::{Buffer, whole_number};
use crate::json::{DEPTH_MAX, Error, Expected, Json};
use crate::outcome::Problem;

type Result<T> = std::result::Result<T, ConfigError>;

/// Reads JSON text of one object, whose members are options.
pub(super) fn from_str<'de, T: Deserialize<'de>>(text: &str) -> Result<T> {
    let json = Json::with_utf8(text.as_bytes(), true);
    let mut reader = Reader { json, option: None, decoded: Buffer::default() };
    let read = T::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| match &reader.option {
        Some(option) => error.at(option),
        None => error,
    })
}

struct Reader<'t> {
    json: Json<'t>,
    /// The option whose value is at fault if an error occurs.
    option: Option<String>,
    /// The last string that has escapes.
    decoded: Buffer,
}

impl Reader<'_> {
    /// Reads the next value. A number that is not whole is [`Unexpected::Other`].
    fn value(&mut self) -> Result<Unexpected<'_>> {
        let mut repaired = false;
        let value = match self.json.next_token() {
            Some(b'{') => self.json.skip(DEPTH_MAX).map(|()| Unexpected::Map),
            Some(b'[') => self.json.skip(DEPTH_MAX).map(|()| Unexpected::Seq),
            Some(b'"') => {
                self.decoded.clear();
                let text = self.json.string(&mut self.decoded, &mut repaired);
                text.map(|text| Unexpected::Str(utf8(text.get(self.json.window(), &self.decoded))))
            }
            _ => self.json.literal().map(|text| match utf8(text.get(self.json.window(), &[])) {
                "null" => Unexpected::Unit,
                "true" => Unexpected::Bool(true),
                "false" => Unexpected::Bool(false),
                number => whole_number(number.as_bytes()).map_or(Unexpected::Other(number), Unexpected::Signed),
            }),
        };
        if repaired {
            return Err(ConfigError::custom("expected Unicode text, found a lone surrogate"));
        }
        value.map_err(|error| malformed(&self.json, &mut self.option, error))
    }

    /// Reads the next value, which must be one of `words`, and returns its index. Derived enums accept an
    /// index; if each searched its words, a core module would be 700 bytes larger.
    fn word(&mut self, words: &'static [&'static str]) -> Result<u32> {
        match self.value()? {
            Unexpected::Str(word) => match words.iter().position(|known| *known == word) {
                Some(index) => Ok(index as u32),
                None => Err(ConfigError::unknown_variant(word, words)),
            },
            other => Err(ConfigError::invalid_type(other, &OneOf(words))),
        }
    }

    #[inline(never)] // Core modules hold one copy for all options.
    fn boolean(&mut self) -> Result<bool> {
        match self.value()? {
            Unexpected::Bool(value) => Ok(value),
            other => Err(ConfigError::invalid_type(other, &"true or false")),
        }
    }

    /// Reads the next value if it begins as `null` does, and returns whether it did.
    #[inline(never)] // As `boolean`.
    fn null(&mut self) -> Result<bool> {
        let begins = self.json.next_token() == Some(b'n');
        if begins {
            self.value()?;
        }
        Ok(begins)
    }

    /// Reads the next member's key, unless the object ends.
    fn key(&mut self, first: bool) -> std::result::Result<Option<String>, Error> {
        if first {
            self.json.expect(b'{', Expected::Object)?;
        }
        if !self.another(first, b'}', Expected::CommaOrBrace)? {
            return Ok(None);
        }
        self.json.key()?;
        self.decoded.clear();
        let key = self.json.decode_key(&mut self.decoded, &mut false);
        Ok(Some(utf8(key.get(self.json.window(), &self.decoded)).to_owned()))
    }

    /// Consumes what is before the next member or element, and returns true, or `close`, and returns false.
    fn another(&mut self, first: bool, close: u8, expected: Expected) -> std::result::Result<bool, Error> {
        if first { Ok(!self.json.take(close)) } else { self.json.another(close, expected) }
    }

    fn end(&mut self) -> Result<()> {
        self.json.end().map_err(|error| malformed(&self.json, &mut self.option, error))
    }
}

/// Makes an error of malformed JSON. It has an offset instead of an option.
fn malformed(json: &Json<'_>, option: &mut Option<String>, error: Error) -> ConfigError {
    *option = None;
    ConfigError::custom(Problem::new(error, json.at(), json.window()))
}

/// Text of the configuration, decoded or not, which is always UTF-8.
fn utf8(text: &[u8]) -> &str {
    str::from_utf8(text).unwrap_or_default()
}

impl<'de> Deserializer<'de> for &mut Reader<'_> {
    type Error = ConfigError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.value()? {
            Unexpected::Bool(value) => visitor.visit_bool(value),
            Unexpected::Signed(number) => visitor.visit_i64(number),
            Unexpected::Str(text) => visitor.visit_str(text),
            other => Err(ConfigError::invalid_type(other, &visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_bool(self.boolean()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        // So that the compiler omits what is for other indices.
        let last = words.len().saturating_sub(1) as u32;
        visitor.visit_enum(self.word(words)?.min(last).into_deserializer())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.null()? { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &str, _: &[&str], visitor: V) -> Result<V::Value> {
        if self.json.next_token() == Some(b'{') {
            visitor.visit_map(Items { reader: self, first: true })
        } else {
            Err(ConfigError::invalid_type(self.value()?, &visitor))
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.json.take(b'[') {
            visitor.visit_seq(Items { reader: self, first: true })
        } else {
            Err(ConfigError::invalid_type(self.value()?, &visitor))
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct map identifier ignored_any
    }
}

/// The members of an object, or the elements of an array.
struct Items<'r, 't> {
    reader: &'r mut Reader<'t>,
    first: bool,
}

impl<'de> MapAccess<'de> for Items<'_, '_> {
    type Error = ConfigError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let reader = &mut *self.reader;
        reader.option = reader
            .key(std::mem::take(&mut self.first))
            .map_err(|error| malformed(&reader.json, &mut reader.option, error))?;
        reader.option.as_deref().map(|key| seed.deserialize(key.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = ConfigError;

    fn next_element_seed<E: DeserializeSeed<'de>>(&mut self, seed: E) -> Result<Option<E::Value>> {
        let reader = &mut *self.reader;
        let another = reader
            .another(std::mem::take(&mut self.first), b']', Expected::CommaOrBracket)
            .map_err(|error| malformed(&reader.json, &mut reader.option, error))?;
        another.then(|| seed.deserialize(reader)).transpose()
    }
}
