//! The module of the npm package: functions of numbers, of which `npm/transformer.js` makes a class and plain objects.
//!
//! wasm-bindgen exports them. They take and give numbers, so that it has nothing to convert, and call nothing of JavaScript, so that no code of
//! others runs while one of them does. One that breaks off, for lack of stack or memory, leaves a state that nobody knows: the script goes on
//! with another instance.

use std::cell::RefCell;
use std::collections::HashMap;

use wasm_bindgen::prelude::wasm_bindgen;

use super::baked;
use super::text::string;
use crate::event::Severity;
use crate::{Config, Output, Rejection, Transformer, catalog};

/// What is kept from call to call.
#[derive(Default)]
struct Guest {
    /// By their numbers; those that were given back are none.
    transformers: Vec<Option<Transformer>>,
    /// What the script hands over.
    input: Vec<u8>,
    output: Output,
    /// Of each rejection: its number, where it begins and ends, and which of the reasons it has.
    rejections: Vec<u32>,
    json: Vec<u8>,
    /// Where the lines, the rejections and the JSON text of an answer begin, and how long they are.
    answer: [usize; 6],
}

thread_local! {
    static GUEST: RefCell<Guest> = RefCell::default();
}

/// Room for so many bytes, which the script writes before it calls what takes as many.
#[wasm_bindgen]
pub fn room(length: usize) -> *mut u8 {
    GUEST.with_borrow_mut(|guest| {
        guest.input.resize(length, 0);
        guest.input.as_mut_ptr()
    })
}

/// Makes a transformer of the configuration that was handed over, else of the one that was baked, and answers its number. If that is negative,
/// it was refused: the JSON text is an array of the pointer, the reason and the message.
#[wasm_bindgen]
pub fn make(is_given: bool) -> i32 {
    GUEST.with_borrow_mut(|guest| {
        let config = if is_given { Config::from_json(&String::from_utf8_lossy(&guest.input)) } else { baked::config() };
        match config {
            Ok(config) => {
                let free = guest.transformers.iter().position(Option::is_none);
                let number = free.unwrap_or(guest.transformers.len());
                guest.transformers.resize_with(guest.transformers.len().max(number + 1), || None);
                if let Some(place) = guest.transformers.get_mut(number) {
                    *place = Some(Transformer::new(config));
                }
                number as i32
            }
            Err(error) => {
                guest.json.clear();
                list(&mut guest.json, &[error.pointer(), error.message(), &error.to_string()]);
                guest.answer();
                -1
            }
        }
    })
}

/// Gives a transformer back.
#[wasm_bindgen]
pub fn unmake(number: usize) {
    GUEST.with_borrow_mut(|guest| {
        if let Some(place) = guest.transformers.get_mut(number) {
            *place = None;
        }
    });
}

/// Transforms the batch that was handed over. `received` is negative if nobody knows it.
#[wasm_bindgen]
pub fn batch(number: usize, is_string: bool, received: f64) {
    GUEST.with_borrow_mut(|guest| {
        if let Some(Some(transformer)) = guest.transformers.get_mut(number) {
            transformer.transform(&guest.input, millis(received), &mut guest.output);
        }
        guest.describe(is_string);
    });
}

/// Transforms the text that was handed over and is to hold one record: a line, or the one rejection.
#[wasm_bindgen]
pub fn one(number: usize, is_string: bool, index: u32, received: f64) {
    GUEST.with_borrow_mut(|guest| {
        guest.output.clear();
        if let Some(Some(transformer)) = guest.transformers.get_mut(number)
            && let Err(rejection) = transformer.transform_one(&guest.input, millis(received), &mut guest.output.lines)
        {
            guest.output.rejections.push(rejection);
        }
        guest.describe(is_string);
    });
}

/// The JSON text of the kinds of event that senhasegura documents, in the order of its pages, then those that it lists by event id only.
#[wasm_bindgen]
pub fn kinds() {
    GUEST.with_borrow_mut(|guest| {
        let json = &mut guest.json;
        json.clear();
        array(json, catalog::CATALOG, |json, kind| {
            for (name, text) in [
                ("{\"name", kind.name),
                (",\"nameFour", kind.name_4_0),
                (",\"namePt", kind.name_pt),
                (",\"origin", kind.origin),
            ] {
                json.extend([name, "\":"].concat().bytes());
                string(text.as_bytes(), json);
            }
            json.extend(b",\"ids\":");
            array(json, kind.ids, |json, id| {
                let severity = Severity::from_syslog(id.syslog_severity.into()).cef();
                json.extend(format!("{{\"severity\":{severity},\"id\":").bytes());
                string(id.id.as_bytes(), json);
                json.extend(b",\"name\":");
                string(id.name.as_bytes(), json);
                json.push(b'}');
            });
            json.extend(b",\"keys\":");
            array(json, kind.keys.iter(), |json, key| string(key.name().as_bytes(), json));
            json.push(b'}');
        });
        guest.answer();
    });
}

/// Where the answer is: see [`Guest::answer`].
#[wasm_bindgen]
pub fn answer() -> *const usize {
    GUEST.with_borrow(|guest| guest.answer.as_ptr())
}

impl Guest {
    /// Answers with the lines, the rejections, and the rest as JSON text: counts, and each reason with its message once.
    fn describe(&mut self, is_string: bool) {
        let Self { input, output, rejections, json, .. } = self;
        let changes = output.changes;
        json.clear();
        json.extend(
            format!(
                "{{\"written\":{},\"changes\":{{\"renamed\":{},\"replaced\":{},\"truncated\":{},\"dropped\":{},\"repeated\":{}}},\"reasons\":[",
                output.written, changes.renamed, changes.replaced, changes.truncated, changes.dropped, changes.repeated
            )
            .bytes(),
        );
        rejections.clear();
        let mut places = Places { text: input, is_string, bytes: 0, units: 0 };
        let mut reasons: HashMap<Vec<u8>, u32> = HashMap::new();
        let mut before: Option<(Rejection, u32)> = None;
        // As many as there may be take more memory than all the rest.
        for rejection in std::mem::take(&mut output.rejections) {
            let reason = match &before {
                Some((other, reason)) if other.problem == rejection.problem => *reason,
                _ => {
                    let mut text = Vec::new();
                    list(&mut text, &[rejection.reason().as_str(), &rejection.to_string()]);
                    let count = reasons.len() as u32;
                    *reasons.entry(text).or_insert_with_key(|text| {
                        if count > 0 {
                            json.push(b',');
                        }
                        json.extend(text);
                        count
                    })
                }
            };
            let range = rejection.range.clone();
            rejections.extend([rejection.index as u32, places.at(range.start), places.at(range.end), reason]);
            before = Some((rejection, reason));
        }
        json.extend(b"]}");
        self.answer();
    }

    fn answer(&mut self) {
        let Self { output, rejections, json, .. } = self;
        let places = [output.lines.as_ptr().addr(), rejections.as_ptr().addr(), json.as_ptr().addr()];
        let [lines, places, text] = places;
        self.answer = [lines, output.lines.len(), places, rejections.len(), text, json.len()];
    }
}

/// Appends a JSON array of texts.
fn list(json: &mut Vec<u8>, texts: &[&str]) {
    array(json, texts, |json, text| string(text.as_bytes(), json));
}

/// Appends a JSON array of what the function appends for each.
fn array<T>(json: &mut Vec<u8>, items: impl IntoIterator<Item = T>, append: impl Fn(&mut Vec<u8>, T)) {
    json.push(b'[');
    for (place, item) in items.into_iter().enumerate() {
        if place > 0 {
            json.push(b',');
        }
        append(json, item);
    }
    json.push(b']');
}

fn millis(received: f64) -> Option<u64> {
    (received >= 0.0).then_some(received as u64)
}

/// Where bytes stand in what was given, from its start on; for a string, in the code units by which JavaScript counts.
struct Places<'t> {
    text: &'t [u8],
    is_string: bool,
    bytes: usize,
    units: usize,
}

impl Places<'_> {
    /// Places are asked for one behind the other, as a rule.
    fn at(&mut self, place: usize) -> u32 {
        if !self.is_string {
            return place as u32;
        }
        if place < self.bytes {
            (self.bytes, self.units) = (0, 0);
        }
        let between = self.text.get(self.bytes..place).unwrap_or_default();
        self.units += between.iter().map(|byte| utf16_length(*byte)).sum::<usize>();
        self.bytes = place;
        self.units as u32
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
