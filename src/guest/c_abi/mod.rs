//! The core module for embedders: functions of C, whose contract is the header `c_abi.h`.
//!
//! For runtimes that know no components, or are slow with them. The host writes the input into a room in the
//! linear memory, and finds the answer at the address that a function returns. A call that cannot be answered
//! returns 0, and `siem_error` says why; whatever numbers the host passes, only what is the module's own is
//! read and written.
//!
//! The answers are structures, not JSON text: an embedder in C needs no parser for them, and the header is the
//! whole contract.

mod answers;
mod explain;
mod rows;

use std::cell::RefCell;

use answers::{Batch, Each, Error, Kept, Line, List, Part, Rejections};
use explain::Explained;
use rows::{Column, Rows, Texts};

use super::baked;
use super::numbered::Numbered;
use crate::{Changes, Output, Rejection, Stream, Transformer};

/// The version of the contract.
const ABI: u32 = 4;

/// What is kept between calls. The last answer points into it.
#[derive(Default)]
struct Guest {
    /// The transformers, each in its stream. The host's number of each is one higher: 0 is none.
    streams: Numbered<Stream>,
    room: Vec<u8>,
    output: Output,
    rejections: Rejections,
    batch: Batch,
    part: Part,
    lines: Vec<Line>,
    each: Each,
    columns: [Column; 3],
    rows: Rows,
    kept: Kept,
    explained: Explained,
    kinds: List,
    error_texts: [String; 2],
    error: Error,
}

thread_local! {
    static GUEST: RefCell<Guest> = RefCell::default();
}

/// Returns the version of the contract.
#[unsafe(no_mangle)]
extern "C" fn siem_abi() -> u32 {
    ABI
}

/// Makes a room of `length` bytes, for the input of the next call. Returns null if there is no memory for it.
#[unsafe(no_mangle)]
extern "C" fn siem_room(length: usize) -> *mut u8 {
    GUEST.with_borrow_mut(|guest| {
        guest.room.clear();
        if guest.room.capacity() < length {
            // There may be no memory for both.
            guest.room = Vec::new();
        }
        if guest.room.try_reserve_exact(length).is_err() {
            return std::ptr::null_mut();
        }
        guest.room.resize(length, 0);
        guest.room.as_mut_ptr()
    })
}

/// Makes a transformer with the configuration in the room, or the baked one if that is empty. Returns its number.
#[unsafe(no_mangle)]
extern "C" fn siem_make() -> usize {
    GUEST.with_borrow_mut(|guest| match baked::config_or(&String::from_utf8_lossy(&guest.room)) {
        Ok(config) => guest.streams.add(Stream::new(Transformer::new(config))) + 1,
        Err(error) => guest.refuse(error.pointer(), error.message()),
    })
}

/// Frees a transformer.
#[unsafe(no_mangle)]
extern "C" fn siem_free(number: usize) {
    GUEST.with_borrow_mut(|guest| {
        if let Some(number) = number.checked_sub(1) {
            guest.streams.free(number);
        }
    });
}

/// Transforms the room as a batch. A `received` before 1970 is unknown.
#[unsafe(no_mangle)]
extern "C" fn siem_batch(number: usize, received: i64) -> usize {
    answer(|guest| guest.batch(number, received))
}

/// Transforms the room as the next part of the transformer's stream.
#[unsafe(no_mangle)]
extern "C" fn siem_push(number: usize, received: i64) -> usize {
    answer(|guest| guest.push(number, received))
}

/// Ends the transformer's stream.
#[unsafe(no_mangle)]
extern "C" fn siem_finish(number: usize, received: i64) -> usize {
    answer(|guest| guest.finish(number, received))
}

/// Transforms the texts in the room, one record each. Returns a line or a rejection for each.
#[unsafe(no_mangle)]
extern "C" fn siem_each(number: usize, rows: usize, received: i64) -> usize {
    answer(|guest| guest.each(number, rows, received))
}

/// Transforms the texts in the room, one record each, all received at the same time. Returns a row for each.
#[unsafe(no_mangle)]
extern "C" fn siem_rows(number: usize, rows: usize, received: i64) -> usize {
    answer(|guest| guest.rows(number, rows, Some(received)))
}

/// As [`siem_rows`], each received at a time of its own.
#[unsafe(no_mangle)]
extern "C" fn siem_rows_at(number: usize, rows: usize) -> usize {
    answer(|guest| guest.rows(number, rows, None))
}

/// Explains what happens to the one record in the room.
#[unsafe(no_mangle)]
extern "C" fn siem_explain(number: usize, received: i64) -> usize {
    answer(|guest| guest.explain(number, received))
}

/// Lists the kinds of event.
#[unsafe(no_mangle)]
extern "C" fn siem_kinds() -> usize {
    GUEST.with_borrow_mut(|guest| {
        guest.kept.clear();
        guest.kinds = explain::kinds(&mut guest.kept);
        address(&guest.kinds)
    })
}

/// Returns why the last call returned 0.
#[unsafe(no_mangle)]
extern "C" fn siem_error() -> usize {
    GUEST.with_borrow(|guest| address(&guest.error))
}

/// Returns the address of an answer, or 0 if there is none.
fn answer(call: impl FnOnce(&mut Guest) -> Result<usize, String>) -> usize {
    GUEST.with_borrow_mut(|guest| call(guest).unwrap_or_else(|message| guest.refuse("", &message)))
}

fn address<T>(answer: &T) -> usize {
    std::ptr::from_ref(answer).addr()
}

fn stream(streams: &mut Numbered<Stream>, number: usize) -> Result<&mut Stream, String> {
    let found = number.checked_sub(1).and_then(|number| streams.get_mut(number));
    found.ok_or_else(|| format!("expected the number of a transformer, found {number}"))
}

/// Returns a time of reception, unless it is unknown.
fn known(received: i64) -> Option<u64> {
    received.try_into().ok()
}

impl Guest {
    fn batch(&mut self, number: usize, received: i64) -> Result<usize, String> {
        let transformer = stream(&mut self.streams, number)?.transformer();
        transformer.transform(&self.room, known(received), &mut self.output);
        self.batch = self.described();
        Ok(address(&self.batch))
    }

    fn push(&mut self, number: usize, received: i64) -> Result<usize, String> {
        stream(&mut self.streams, number)?.push(&self.room, known(received), &mut self.output);
        self.describe_part(number)
    }

    fn finish(&mut self, number: usize, received: i64) -> Result<usize, String> {
        stream(&mut self.streams, number)?.finish(known(received), &mut self.output);
        self.describe_part(number)
    }

    /// Answers with the output of a part of a stream.
    fn describe_part(&mut self, number: usize) -> Result<usize, String> {
        let end = self.output.rejections.last().map_or(0, |rejection| rejection.range.end);
        let batch = self.described();
        let stream = stream(&mut self.streams, number)?;
        let (offset, rest) = (stream.offset(), stream.rest());
        self.part = Part { batch, offset, rest, bytes: stream.bytes(0..end).into() };
        Ok(address(&self.part))
    }

    fn described(&mut self) -> Batch {
        let Self { output, rejections, .. } = self;
        let rejections = rejections.describe(&mut output.rejections);
        Batch {
            lines: output.lines.as_slice().into(),
            rejections,
            written: output.written,
            changes: output.changes.into(),
        }
    }

    fn each(&mut self, number: usize, rows: usize, received: i64) -> Result<usize, String> {
        let Self { streams, room, output, lines, .. } = self;
        let transformer = stream(streams, number)?.transformer();
        let texts = Texts::of(room, rows, false)?;
        output.clear();
        lines.clear();
        for (index, text) in (0..).zip(texts.iter()) {
            let start = output.lines.len();
            match transformer.transform_one(text?, known(received), &mut output.lines) {
                Ok(changes) => lines.push(Line::at(start, output.lines.len() - start, changes)),
                Err(rejection) => output.rejections.push(Rejection { index, ..rejection }),
            }
        }
        lines.iter_mut().for_each(|line| line.settle(&output.lines));
        let rejections = self.rejections.describe(&mut output.rejections);
        self.each = Each { lines: lines.as_slice().into(), rejections };
        Ok(address(&self.each))
    }

    fn rows(&mut self, number: usize, rows: usize, received: Option<i64>) -> Result<usize, String> {
        let transformer = stream(&mut self.streams, number)?.transformer();
        let texts = Texts::of(&self.room, rows, received.is_none())?;
        self.columns.iter_mut().for_each(Column::clear);
        let [lines, reasons, errors] = &mut self.columns;
        let mut changes = Changes::default();
        for (row, text) in texts.iter().enumerate() {
            let received = received.or_else(|| texts.time(row)).and_then(known);
            match transformer.transform_one(text?, received, &mut lines.data) {
                Ok(changed) => {
                    changes += changed;
                    lines.end_row(true);
                    reasons.push(None);
                    errors.push(None);
                }
                Err(rejection) => {
                    lines.end_row(false);
                    reasons.push(Some(rejection.reason().as_str()));
                    errors.push(Some(&rejection.to_string()));
                }
            }
            if [&lines, &reasons, &errors].iter().any(|column| column.is_too_long()) {
                return Err(format!(
                    "expected rows that fill a column with at most 2 GiB, found more from row {row} on"
                ));
            }
        }
        let [lines, ..] = &self.columns;
        let written = lines.validity.iter().map(|bits| u64::from(bits.count_ones())).sum();
        let columns = self.columns.each_ref().map(Column::strings);
        self.rows = Rows { columns, written, changes: changes.into() };
        Ok(address(&self.rows))
    }

    fn explain(&mut self, number: usize, received: i64) -> Result<usize, String> {
        let Self { streams, room, kept, .. } = self;
        let transformer = stream(streams, number)?.transformer();
        kept.clear();
        self.explained = Explained::new(transformer.explain(room, known(received)), kept);
        Ok(address(&self.explained))
    }

    /// Answers that a call cannot be answered.
    fn refuse(&mut self, pointer: &str, message: &str) -> usize {
        self.error_texts = [pointer, message].map(str::to_owned);
        self.error = Error(self.error_texts.each_ref().map(|text| text.as_str().into()));
        0
    }
}
