//! The module of the npm package: functions of numbers, from which `npm/transformer.js` makes a
//! class and plain objects.
//!
//! wasm-bindgen exports the functions. They take and return numbers, so there is nothing to
//! convert, and they call nothing of JavaScript, so no foreign code runs while one of them does. A
//! function that traps, for lack of stack or memory, leaves the instance in an unknown state: the
//! script goes on with another instance. A stream, whose state would be lost with that of others, has
//! an instance of its own.
//!
//! A class exported by wasm-bindgen fails three tests of `host-tests/npm`:
//!
//! * After a call for which the stack had no room, the object counts as borrowed for ever
//!   ("recursive use of an object"), and its script has no other instance to go on with.
//! * Its script looks intrinsics up when it is called: a changed `length` of typed arrays loses the
//!   lines without an error, and a changed `Memory.prototype.buffer` or
//!   `FinalizationRegistry.prototype` makes every constructor throw.
//! * A freed object throws when it is freed again.

use std::cell::RefCell;
use std::collections::HashMap;

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use super::baked;
use super::numbered::Numbered;
use crate::explain::Explanation;
use crate::{Changes, Config, ConfigError, Output, Reason, Rejection, Stream, Transformer, catalog};

/// What is kept between calls.
#[derive(Default)]
struct Guest {
    transformers: Numbered<Transformer>,
    /// The script has an instance for each stream.
    stream: Option<Stream>,
    /// The bytes that the script passes.
    input: Vec<u8>,
    output: Output,
    /// Four words for each rejection: its index after that of the first one, start and end, and the
    /// index of its reason. Of a split, two for each record: its start and end.
    words: Vec<u32>,
    json: Vec<u8>,
    /// The pointers and lengths of the lines, the words and the JSON text of an answer, and the
    /// pointer to the bytes of the stream from which the rejections count.
    answer: [usize; 7],
}

thread_local! {
    static GUEST: RefCell<Guest> = RefCell::default();
}

/// The JSON text of an answer.
#[derive(Serialize)]
struct Answer {
    written: u64,
    changes: Changes,
    /// The index of the first rejection.
    index: u64,
    /// Each reason with its message, once, and whether it continues the rejection before.
    reasons: Vec<(Reason, String, bool)>,
    /// In a stream, the offset from which the rejections count.
    offset: u64,
    /// In a stream, the offset from which another one goes on.
    rest: u64,
}

/// The JSON text of an explanation. One of the members is null, so that the script finds its own
/// member whatever a prototype has.
#[derive(Serialize)]
struct Explained {
    explanation: Option<Explanation>,
    rejection: Option<Rejection>,
}

/// Makes room for `length` bytes of input, which the script writes before it calls a function that
/// reads them.
#[wasm_bindgen]
pub fn room(length: usize) -> *mut u8 {
    GUEST.with_borrow_mut(|guest| {
        guest.input.resize(length, 0);
        guest.input.as_mut_ptr()
    })
}

/// Creates a transformer and returns its number. The configuration is the input if one `is_given`,
/// else the baked one. If it is refused, the number is negative, and the JSON text is an array of
/// the pointer, the reason and the message.
#[wasm_bindgen]
pub fn make(is_given: bool) -> i32 {
    GUEST.with_borrow_mut(|guest| match guest.config(is_given) {
        Ok(config) => guest.transformers.add(Transformer::new(config)) as i32,
        Err(error) => {
            guest.refuse(&error);
            -1
        }
    })
}

/// Frees a transformer.
#[wasm_bindgen]
pub fn unmake(number: usize) {
    GUEST.with_borrow_mut(|guest| guest.transformers.free(number));
}

/// Transforms the input as a batch. `received` is negative if it is unknown.
#[wasm_bindgen]
pub fn batch(number: usize, is_string: bool, received: f64) {
    GUEST.with_borrow_mut(|guest| {
        if let Some(transformer) = guest.transformers.get_mut(number) {
            transformer.transform(&guest.input, millis(received), &mut guest.output);
        }
        guest.describe(is_string);
    });
}

/// Transforms the input as one record. The answer has a line or one rejection.
#[wasm_bindgen]
pub fn one(number: usize, is_string: bool, index: u32, received: f64) {
    GUEST.with_borrow_mut(|guest| {
        guest.output.clear();
        if let Some(transformer) = guest.transformers.get_mut(number) {
            match transformer.transform_one(&guest.input, millis(received), &mut guest.output.lines) {
                Ok(changes) => (guest.output.written, guest.output.changes) = (1, changes),
                Err(rejection) => guest.output.rejections.push(Rejection { index: index.into(), ..rejection }),
            }
        }
        guest.describe(is_string);
    });
}

/// Finds the records of the input, rejected ones included.
#[wasm_bindgen]
pub fn split(number: usize, is_string: bool) {
    GUEST.with_borrow_mut(|guest| {
        let Guest { transformers, input, words, .. } = guest;
        words.clear();
        let Some(transformer) = transformers.get_mut(number) else { return };
        let mut offsets = Offsets::new(input, is_string);
        for record in transformer.split(input) {
            words.extend([record.start, record.end].map(|offset| offsets.of(offset) as u32));
        }
        guest.answer(&());
    });
}

/// Begins the stream of this instance, with a configuration as in [`make`]. Returns whether it is
/// accepted.
#[wasm_bindgen]
pub fn begin(is_given: bool) -> bool {
    GUEST.with_borrow_mut(|guest| match guest.config(is_given) {
        Ok(config) => {
            guest.stream = Some(Stream::new(Transformer::new(config)));
            true
        }
        Err(error) => {
            guest.refuse(&error);
            false
        }
    })
}

/// Reads the input as the next bytes of the stream.
#[wasm_bindgen]
pub fn push(received: f64) {
    GUEST.with_borrow_mut(|guest| {
        if let Some(stream) = &mut guest.stream {
            stream.push(&guest.input, millis(received), &mut guest.output);
        }
        guest.describe(false);
    });
}

/// Ends the stream.
#[wasm_bindgen]
pub fn finish(received: f64) {
    GUEST.with_borrow_mut(|guest| {
        if let Some(stream) = &mut guest.stream {
            stream.finish(millis(received), &mut guest.output);
        }
        guest.describe(false);
    });
}

/// Explains the input as one record. The JSON text is an object with the explanation or the
/// rejection.
#[wasm_bindgen]
pub fn explain(number: usize, is_string: bool, received: f64) {
    GUEST.with_borrow_mut(|guest| {
        let Some(transformer) = guest.transformers.get_mut(number) else { return };
        let explained = match transformer.explain(&guest.input, millis(received)) {
            Ok(explanation) => Explained { explanation: Some(in_units(explanation)), rejection: None },
            Err(Rejection { index, range, problem }) => {
                let mut offsets = Offsets::new(&guest.input, is_string);
                let range = offsets.of(range.start)..offsets.of(range.end);
                Explained { explanation: None, rejection: Some(Rejection { index, range, problem }) }
            }
        };
        guest.answer(&explained);
    });
}

/// Lists the kinds of event, as JSON text, in the order of the catalog.
#[wasm_bindgen]
pub fn kinds() {
    GUEST.with_borrow_mut(|guest| guest.answer(catalog::CATALOG));
}

/// Returns the pointer to [`Guest::answer`].
#[wasm_bindgen]
pub fn answer() -> *const usize {
    GUEST.with_borrow(|guest| guest.answer.as_ptr())
}

impl Guest {
    /// Returns the configuration that is the input if one `is_given`, else the baked one.
    fn config(&self, is_given: bool) -> Result<Config, ConfigError> {
        if is_given { Config::from_json(&String::from_utf8_lossy(&self.input)) } else { baked::config() }
    }

    /// Answers that a configuration is refused.
    fn refuse(&mut self, error: &ConfigError) {
        self.answer(&[error.pointer(), error.message(), &error.to_string()]);
    }

    /// Answers with the output.
    fn describe(&mut self, is_string: bool) {
        let Self { input, output, words, stream, .. } = self;
        words.clear();
        let mut offsets = Offsets::new(input, is_string);
        let first = output.rejections.first().map_or(0, |rejection| rejection.index);
        let mut reasons: HashMap<(Reason, String, bool), u32> = HashMap::new();
        let mut before: Option<(Rejection, u32)> = None;
        // There may be so many that they take more memory than everything else: free them.
        for rejection in std::mem::take(&mut output.rejections) {
            let reason = match &before {
                Some((other, reason)) if other.problem == rejection.problem => *reason,
                _ => {
                    let count = reasons.len() as u32;
                    let reason = (rejection.reason(), rejection.to_string(), rejection.is_continuation());
                    *reasons.entry(reason).or_insert(count)
                }
            };
            let [start, end] = [rejection.range.start, rejection.range.end].map(|offset| offsets.of(offset) as u32);
            words.extend([(rejection.index - first) as u32, start, end, reason]);
            before = Some((rejection, reason));
        }
        let mut reasons: Vec<_> = reasons.into_iter().collect();
        reasons.sort_unstable_by_key(|(_, index)| *index);
        let reasons = reasons.into_iter().map(|(reason, _)| reason).collect();
        let (offset, rest) = stream.as_ref().map_or((0, 0), |stream| (stream.offset(), stream.rest()));
        let Output { written, changes, .. } = *output;
        self.answer(&Answer { written, changes, index: first, reasons, offset, rest });
    }

    /// Answers with this JSON text, the lines and the words.
    fn answer<T: Serialize + ?Sized>(&mut self, value: &T) {
        let Self { stream, output, words, json, .. } = self;
        json.clear();
        // It cannot fail: memory takes all bytes, and no map has a key that is not a string.
        let _ = serde_json::to_writer(&mut *json, value);
        let pointers = [output.lines.as_ptr().addr(), words.as_ptr().addr(), json.as_ptr().addr()];
        let [lines, first, text] = pointers;
        let held = stream.as_ref().map_or(0, |stream| stream.bytes(0..0).as_ptr().addr());
        self.answer = [lines, output.lines.len(), first, words.len(), text, json.len(), held];
    }
}

fn millis(received: f64) -> Option<u64> {
    (received >= 0.0).then_some(received as u64)
}

/// Returns the explanation with its offsets in UTF-16 code units: its texts are strings in
/// JavaScript.
fn in_units(mut explanation: Explanation) -> Explanation {
    let Explanation { line, record, parts, fields, .. } = &mut explanation;
    let mut offsets = Offsets::new(line.as_bytes(), true);
    for part in parts {
        (part.start, part.end) = (offsets.of(part.start), offsets.of(part.end));
    }
    let mut offsets = Offsets::new(record.as_bytes(), true);
    for field in fields {
        (field.start, field.end) = (offsets.of(field.start), offsets.of(field.end));
    }
    explanation
}

/// Offsets in a text: in a string, in UTF-16 code units, in which JavaScript counts, else in bytes.
struct Offsets<'t> {
    text: &'t [u8],
    is_string: bool,
    bytes: usize,
    units: usize,
}

impl<'t> Offsets<'t> {
    fn new(text: &'t [u8], is_string: bool) -> Self {
        Self { text, is_string, bytes: 0, units: 0 }
    }

    /// Returns the offset for that of a byte. Ascending offsets are found in one pass.
    fn of(&mut self, offset: usize) -> usize {
        if !self.is_string {
            return offset;
        }
        if offset < self.bytes {
            (self.bytes, self.units) = (0, 0);
        }
        let between = self.text.get(self.bytes..offset).unwrap_or_default();
        self.units += between.iter().map(|byte| utf16_length(*byte)).sum::<usize>();
        self.bytes = offset;
        self.units
    }
}

/// Returns the number of code units of a character whose UTF-8 begins with this byte; 0 for a byte
/// that continues one.
fn utf16_length(byte: u8) -> usize {
    match byte {
        0x80..0xC0 => 0,
        0xF0.. => 2,
        _ => 1,
    }
}
