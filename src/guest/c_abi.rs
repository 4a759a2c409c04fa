//! The core module for embedders: functions of C, whose contract is the header `c_abi.h`.
//!
//! For runtimes that know no components, or are slow with them. The host writes the input into a room in the
//! linear memory, and finds the answer at the address that a function returns. A call that cannot be answered
//! returns 0, and `siem_error` says why; whatever numbers the host passes, only what is the module's own is
//! read and written.

use std::cell::RefCell;

use super::baked;
use super::numbered::Numbered;
use crate::{Changes, Output, Transformer};

/// The version of the contract.
const ABI: u32 = 1;

/// What is kept between calls. The last answer points into it.
#[derive(Default)]
struct Guest {
    /// The host's number of each is one higher: 0 is none.
    transformers: Numbered,
    room: Vec<u8>,
    output: Output,
    rejections: Vec<Rejection>,
    /// The messages of the rejections, each once if it repeats in a row.
    messages: Vec<String>,
    batch: Batch,
    columns: [Column; 3],
    rows: Rows,
    error_texts: [String; 2],
    error: Error,
}

thread_local! {
    static GUEST: RefCell<Guest> = RefCell::default();
}

/// `siem_text`: the address of a text, and its length in bytes.
#[repr(C)]
#[derive(Default, Clone, Copy)]
struct Text(usize, usize);

impl From<&[u8]> for Text {
    fn from(text: &[u8]) -> Self {
        Self(text.as_ptr().addr(), text.len())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

/// `siem_changes`.
#[repr(C)]
#[derive(Default)]
struct Counts([u64; 6]);

impl From<Changes> for Counts {
    fn from(changes: Changes) -> Self {
        let Changes { renamed, replaced, truncated, dropped, repeated, unreadable } = changes;
        Self([renamed, replaced, truncated, dropped, repeated, unreadable])
    }
}

/// `siem_rejection`.
#[repr(C)]
struct Rejection {
    index: usize,
    start: usize,
    end: usize,
    reason: Text,
    message: Text,
}

/// `siem_batch_answer`.
#[repr(C)]
#[derive(Default)]
struct Batch {
    lines: Text,
    rejections: usize,
    rejection_count: usize,
    written: u64,
    changes: Counts,
}

/// `siem_rows_answer`: the columns of lines, reasons and errors.
#[repr(C)]
#[derive(Default)]
struct Rows {
    columns: [Strings; 3],
    written: u64,
    changes: Counts,
}

/// `siem_strings`: the addresses of a [`Column`].
#[repr(C)]
#[derive(Default)]
struct Strings {
    validity: usize,
    offsets: usize,
    data: Text,
}

/// `siem_error_answer`: a JSON Pointer into the configuration, and a message.
#[repr(C)]
#[derive(Default)]
struct Error([Text; 2]);

/// Texts in Arrow's layout for `Utf8`.
#[derive(Default)]
struct Column {
    validity: Vec<u8>,
    offsets: Vec<i32>,
    data: Vec<u8>,
}

impl Column {
    fn clear(&mut self) {
        self.validity.clear();
        self.offsets.clear();
        self.offsets.push(0);
        self.data.clear();
    }

    /// Appends a row.
    fn push(&mut self, text: Option<&str>) {
        self.data.extend_from_slice(text.unwrap_or_default().as_bytes());
        self.end_row(text.is_some());
    }

    /// Ends a row whose text has been appended to the data.
    fn end_row(&mut self, is_valid: bool) {
        let row = self.offsets.len() - 1;
        if row.is_multiple_of(8) {
            self.validity.push(0);
        }
        if let Some(bits) = self.validity.last_mut() {
            *bits |= u8::from(is_valid) << (row % 8);
        }
        // If it does not fit, `is_too_long` says so.
        self.offsets.push(self.data.len() as i32);
    }

    /// Returns whether the data is longer than an offset can be.
    fn is_too_long(&self) -> bool {
        i32::try_from(self.data.len()).is_err()
    }

    fn strings(&self) -> Strings {
        let Self { validity, offsets, data } = self;
        Strings { validity: validity.as_ptr().addr(), offsets: offsets.as_ptr().addr(), data: data.as_slice().into() }
    }
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
        Ok(config) => guest.transformers.add(Transformer::new(config)) + 1,
        Err(error) => guest.refuse(error.pointer(), error.message()),
    })
}

/// Frees a transformer.
#[unsafe(no_mangle)]
extern "C" fn siem_free(number: usize) {
    GUEST.with_borrow_mut(|guest| {
        if let Some(number) = number.checked_sub(1) {
            guest.transformers.free(number);
        }
    });
}

/// Transforms the room as a batch. A `received` before 1970 is unknown.
#[unsafe(no_mangle)]
extern "C" fn siem_batch(number: usize, received: i64) -> usize {
    GUEST.with_borrow_mut(|guest| match transformer(&mut guest.transformers, number) {
        Ok(transformer) => {
            transformer.transform(&guest.room, received.try_into().ok(), &mut guest.output);
            guest.describe_batch()
        }
        Err(message) => guest.refuse("", &message),
    })
}

/// Transforms the texts in the room, one record each, all received at the same time. Returns a row for each.
#[unsafe(no_mangle)]
extern "C" fn siem_rows(number: usize, rows: usize, received: i64) -> usize {
    GUEST.with_borrow_mut(|guest| guest.write_rows(number, rows, Some(received)))
}

/// As [`siem_rows`], each received at a time of its own.
#[unsafe(no_mangle)]
extern "C" fn siem_rows_at(number: usize, rows: usize) -> usize {
    GUEST.with_borrow_mut(|guest| guest.write_rows(number, rows, None))
}

/// Returns why the last call returned 0.
#[unsafe(no_mangle)]
extern "C" fn siem_error() -> usize {
    GUEST.with_borrow(|guest| address(&guest.error))
}

fn address<T>(answer: &T) -> usize {
    std::ptr::from_ref(answer).addr()
}

fn transformer(transformers: &mut Numbered, number: usize) -> Result<&mut Transformer, String> {
    let found = number.checked_sub(1).and_then(|number| transformers.get_mut(number));
    found.ok_or_else(|| format!("expected the number of a transformer, found {number}"))
}

/// The texts in the room, in Arrow's layout for `Utf8`.
struct Texts<'r> {
    /// The time of each, if there is a column of times.
    times: &'r [[u8; 8]],
    /// An offset before each, and one after the last.
    offsets: &'r [[u8; 4]],
    /// From the first offset on.
    data: &'r [u8],
}

impl<'r> Texts<'r> {
    fn of(room: &'r [u8], rows: usize, has_times: bool) -> Option<Self> {
        let (times, rest) = room.split_at_checked(if has_times { rows.checked_mul(8)? } else { 0 })?;
        let (offsets, data) = rest.split_at_checked(rows.checked_add(1)?.checked_mul(4)?)?;
        Some(Self { times: times.as_chunks().0, offsets: offsets.as_chunks().0, data })
    }

    /// Returns the texts, or `None` where the offsets are not those of one.
    fn iter(&self) -> impl Iterator<Item = Option<&'r [u8]>> {
        let offset = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes) as usize;
        let first = self.offsets.first().map_or(0, offset);
        let data = self.data;
        self.offsets
            .array_windows()
            .map(move |[start, end]| data.get(offset(start).checked_sub(first)?..offset(end).checked_sub(first)?))
    }

    /// Returns the time of a row.
    fn time(&self, row: usize) -> Option<i64> {
        self.times.get(row).map(|time| i64::from_le_bytes(*time))
    }
}

impl Guest {
    fn write_rows(&mut self, number: usize, rows: usize, received: Option<i64>) -> usize {
        match self.try_rows(number, rows, received) {
            Ok(changes) => {
                let [lines, ..] = &self.columns;
                let written = lines.validity.iter().map(|bits| u64::from(bits.count_ones())).sum();
                self.rows = Rows { columns: self.columns.each_ref().map(Column::strings), written, changes };
                address(&self.rows)
            }
            Err(message) => self.refuse("", &message),
        }
    }

    fn try_rows(&mut self, number: usize, rows: usize, received: Option<i64>) -> Result<Counts, String> {
        let transformer = transformer(&mut self.transformers, number)?;
        let length = self.room.len();
        let texts = Texts::of(&self.room, rows, received.is_none());
        let texts = texts.ok_or_else(|| format!("expected the offsets of {rows} rows, found {length} bytes"))?;
        self.columns.iter_mut().for_each(Column::clear);
        let [lines, reasons, errors] = &mut self.columns;
        let mut changes = Changes::default();
        for (row, text) in texts.iter().enumerate() {
            let text = text.ok_or_else(|| {
                format!("expected ascending offsets of texts in the room, found others for row {row}")
            })?;
            let received = received.or_else(|| texts.time(row)).and_then(|millis| millis.try_into().ok());
            match transformer.transform_one(text, received, &mut lines.data) {
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
        Ok(changes.into())
    }

    /// Answers with the output of a batch.
    fn describe_batch(&mut self) -> usize {
        let Self { output, rejections, messages, .. } = self;
        rejections.clear();
        messages.clear();
        let mut before: Option<(crate::Rejection, Text)> = None;
        // There may be so many that they take more memory than everything else: free them.
        for rejection in std::mem::take(&mut output.rejections) {
            let message = match &before {
                Some((other, message)) if other.problem == rejection.problem => *message,
                _ => {
                    messages.push(rejection.to_string());
                    messages.last().map_or(Text::default(), |message| message.as_str().into())
                }
            };
            let crate::Rejection { index, range, .. } = &rejection;
            rejections.push(Rejection {
                index: *index as usize,
                start: range.start,
                end: range.end,
                reason: rejection.reason().as_str().into(),
                message,
            });
            before = Some((rejection, message));
        }
        self.batch = Batch {
            lines: output.lines.as_slice().into(),
            rejections: rejections.as_ptr().addr(),
            rejection_count: rejections.len(),
            written: output.written,
            changes: output.changes.into(),
        };
        address(&self.batch)
    }

    /// Answers that a call cannot be answered.
    fn refuse(&mut self, pointer: &str, message: &str) -> usize {
        self.error_texts = [pointer, message].map(str::to_owned);
        self.error = Error(self.error_texts.each_ref().map(|text| text.as_str().into()));
        0
    }
}
