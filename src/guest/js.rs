//! The npm package: classes and functions that wasm-bindgen makes of this module, and plain objects.
//!
//! What is given as a string comes back as strings, and what is given as bytes comes back as bytes.

use js_sys::{Array, ArrayBuffer, Error, JSON, JsString, Object, RangeError, Reflect, TypeError, Uint8Array};
use wasm_bindgen::prelude::*;

use super::baked;
use crate::event::Severity;
use crate::{Config, ConfigError, Output, catalog};

/// The types of what the functions take and answer; that of the configuration is made from its JSON Schema.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("npm/transform.d.ts");

/// The most bytes of a batch, and the most code units if it is a string: a rejection, as an object, takes a hundred times the two bytes that
/// it may be of.
const BATCH_MAX: u32 = 4 << 20;

/// Transforms batches of records with one configuration.
#[wasm_bindgen]
pub struct Transformer(crate::Transformer);

// Values are taken whole, not borrowed: what is borrowed stands on a stack of fixed size, and an exception that passes by leaves it there.
#[wasm_bindgen]
impl Transformer {
    /// Checks the configuration and keeps it. Without one, it is the one that was baked into the module, else the default.
    ///
    /// Throws a `ConfigError` if an option is unknown or has a wrong value.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "Config | null")] config: JsValue,
    ) -> Result<Self, JsValue> {
        let config = if config.is_undefined() || config.is_null() {
            baked::config()
        } else {
            // What JSON cannot say, such as a function, is left out or no text at all.
            let text = JSON::stringify(&config)?.as_string();
            Config::from_json(text.as_deref().unwrap_or("null"))
        };
        config.map(|config| Self(crate::Transformer::new(config))).map_err(|error| config_error(&error))
    }

    /// Transforms every record of a batch. See `transform` in the types.
    #[wasm_bindgen(skip_typescript)]
    pub fn transform(&mut self, batch: JsValue, received: JsValue) -> Result<JsValue, JsValue> {
        let batch = Text::of(&batch)?;
        let received = millis(&received)?;
        let mut output = Output::default();
        self.0.transform(&batch.bytes, received, &mut output);
        let mut places = Places::of(&batch);
        let rejections = output.rejections.iter().map(|error| rejection(error, &mut places)).collect::<Array>();
        let changes = output.changes;
        Ok(object([
            ("lines", batch.answer(&output.lines)),
            ("written", number(output.written)),
            ("rejections", rejections.into()),
            (
                "changes",
                object([
                    ("renamed", number(changes.renamed)),
                    ("replaced", number(changes.replaced)),
                    ("truncated", number(changes.truncated)),
                    ("dropped", number(changes.dropped)),
                    ("repeated", number(changes.repeated)),
                ]),
            ),
        ]))
    }

    /// Transforms texts that hold a record each. See `transformEach` in the types.
    #[wasm_bindgen(js_name = transformEach, skip_typescript)]
    pub fn transform_each(&mut self, records: JsValue, received: JsValue) -> Result<Array, JsValue> {
        // A proxy that has been revoked throws here, where it is caught; it would not be where it is asked whether it is an array.
        let length = if records.is_object() { integer(&records, "length")? } else { 0 };
        if !Array::is_array(&records) {
            return Err(wrong_type("an array", &records));
        }
        let received = millis(&received)?;
        let outcomes = Array::new();
        let mut line = Vec::new();
        for index in 0..length {
            let record = Text::of(&Reflect::get_u32(&records, index)?)?;
            line.clear();
            outcomes.push(&match self.0.transform_one(&record.bytes, index.into(), received, &mut line) {
                Ok(_) => object([("line", record.answer(&line))]),
                Err(error) => object([("rejection", rejection(&error, &mut Places::of(&record)))]),
            });
        }
        Ok(outcomes)
    }
}

/// The kinds of event that senhasegura documents, in the order of its pages, then those that it lists by event id only.
#[wasm_bindgen(unchecked_return_type = "Kind[]")]
#[must_use]
pub fn kinds() -> Array {
    let id = |id: &catalog::EventId| {
        let severity = Severity::from_syslog(id.syslog_severity.into()).cef();
        object([("id", id.id.into()), ("severity", severity.into()), ("name", id.name.into())])
    };
    let kind = |kind: &catalog::Kind| {
        object([
            ("name", kind.name.into()),
            ("nameFour", kind.name_4_0.into()),
            ("namePt", kind.name_pt.into()),
            ("origin", kind.origin.into()),
            ("ids", kind.ids.iter().map(id).collect::<Array>().into()),
            ("keys", kind.keys.iter().map(|key| JsValue::from(key.name())).collect::<Array>().into()),
        ])
    };
    catalog::CATALOG.iter().map(kind).collect()
}

// What JavaScript throws while arguments are read is caught, and thrown again when nothing here is in use any more.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Uint8Array)]
    type Bytes;

    #[wasm_bindgen(constructor, js_class = "Uint8Array", catch)]
    fn new(buffer: &JsValue, start: u32, length: u32) -> Result<Bytes, JsValue>;
}

/// The property of an object that is a length or a place in it. What is none is 0.
fn integer(object: &JsValue, name: &str) -> Result<u32, JsValue> {
    Ok(Reflect::get(object, &name.into())?.as_f64().unwrap_or_default() as u32)
}

/// What was given as a string or as bytes.
struct Text {
    bytes: Vec<u8>,
    is_string: bool,
}

impl Text {
    fn of(given: &JsValue) -> Result<Self, JsValue> {
        if let Some(string) = given.dyn_ref::<JsString>() {
            room(string.length())?;
            return Ok(Self { bytes: String::from(string).into_bytes(), is_string: true });
        }
        if !ArrayBuffer::is_view(given) {
            return Err(wrong_type("a string or a Uint8Array", given));
        }
        // It may be of another realm, where `instanceof` does not know it.
        let length = integer(given, "byteLength")?;
        room(length)?;
        let buffer = Reflect::get(given, &"buffer".into())?;
        // It may say of itself what is not so.
        if !buffer.is_object() {
            return Err(wrong_type("a buffer in the view", &buffer));
        }
        let bytes = Bytes::new(&buffer, integer(given, "byteOffset")?, length)?.unchecked_into::<Uint8Array>();
        if bytes.length() != length {
            return Err(RangeError::new(&format!("expected {length} bytes, found {}", bytes.length())).into());
        }
        Ok(Self { bytes: bytes.to_vec(), is_string: false })
    }

    /// What is answered is of the type that was given.
    fn answer(&self, lines: &[u8]) -> JsValue {
        // Lines are UTF-8.
        if self.is_string { String::from_utf8_lossy(lines).as_ref().into() } else { Uint8Array::from(lines).into() }
    }
}

fn room(length: u32) -> Result<(), JsValue> {
    if length <= BATCH_MAX {
        return Ok(());
    }
    Err(RangeError::new(&format!("expected at most {BATCH_MAX} bytes or code units at once, found {length}")).into())
}

/// Where bytes stand in what was given, from its start on; for a string, in the code units by which JavaScript counts.
struct Places<'t> {
    text: &'t Text,
    bytes: usize,
    units: usize,
}

impl<'t> Places<'t> {
    fn of(text: &'t Text) -> Self {
        Self { text, bytes: 0, units: 0 }
    }

    /// Places are asked for one behind the other, as a rule.
    fn at(&mut self, place: usize) -> JsValue {
        if !self.text.is_string {
            return number(place as u64);
        }
        if place < self.bytes {
            (self.bytes, self.units) = (0, 0);
        }
        let between = self.text.bytes.get(self.bytes..place).unwrap_or_default();
        self.units += between.iter().map(|byte| utf16_length(*byte)).sum::<usize>();
        self.bytes = place;
        number(self.units as u64)
    }
}

/// How many code units a character has whose UTF-8 begins with this byte; none if it goes on with it.
fn utf16_length(byte: u8) -> usize {
    match byte {
        0x80..0xC0 => 0,
        0xF0.. => 2,
        _ => 1,
    }
}

fn rejection(error: &crate::Rejection, places: &mut Places<'_>) -> JsValue {
    object([
        ("index", number(error.index)),
        ("start", places.at(error.range.start)),
        ("end", places.at(error.range.end)),
        ("reason", error.reason().to_string().into()),
        ("message", error.to_string().into()),
    ])
}

/// The time of reception, in milliseconds since 1970, if there is one.
fn millis(received: &JsValue) -> Result<Option<u64>, JsValue> {
    if received.is_undefined() || received.is_null() {
        return Ok(None);
    }
    match received.as_f64() {
        Some(millis) if (0.0..=9_007_199_254_740_991.0).contains(&millis) => Ok(Some(millis as u64)),
        Some(millis) => Err(RangeError::new(&format!("expected milliseconds since 1970, found {millis}")).into()),
        None => Err(wrong_type("milliseconds since 1970", received)),
    }
}

fn config_error(refused: &ConfigError) -> JsValue {
    let error = Error::new(&refused.to_string());
    error.set_name("ConfigError");
    set(&error, "pointer", &refused.pointer().into());
    set(&error, "reason", &refused.message().into());
    error.into()
}

fn wrong_type(expected: &str, found: &JsValue) -> JsValue {
    let found = if found.is_null() { Some("null".into()) } else { found.js_typeof().as_string() };
    TypeError::new(&format!("expected {expected}, found {}", found.unwrap_or_default())).into()
}

fn object<const N: usize>(members: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        set(&object, name, &value);
    }
    object.into()
}

/// Sets a property of an object that was made here, which takes all.
fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

/// Counts and places are far below what JavaScript's numbers can tell apart.
fn number(count: u64) -> JsValue {
    (count as f64).into()
}
