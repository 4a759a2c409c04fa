//! Columns of texts in the layout of Apache Arrow: what `siem_rows` reads and answers.

use super::answers::{Counts, Text};

/// The texts in the room, in Arrow's layout for `Utf8`.
pub(super) struct Texts<'r> {
    /// The time of each, if there is a column of times.
    times: &'r [[u8; 8]],
    /// An offset before each, and one after the last.
    offsets: &'r [[u8; 4]],
    /// From the first offset on.
    data: &'r [u8],
}

impl<'r> Texts<'r> {
    /// Reads the room.
    ///
    /// # Errors
    ///
    /// If it is too short for the offsets.
    pub(super) fn of(room: &'r [u8], rows: usize, has_times: bool) -> Result<Self, String> {
        let texts = Self::split(room, rows, has_times);
        texts.ok_or_else(|| format!("expected offsets for {rows} rows, found only {} bytes", room.len()))
    }

    fn split(room: &'r [u8], rows: usize, has_times: bool) -> Option<Self> {
        let (times, rest) = room.split_at_checked(if has_times { rows.checked_mul(8)? } else { 0 })?;
        let (offsets, data) = rest.split_at_checked(rows.checked_add(1)?.checked_mul(4)?)?;
        Some(Self { times: times.as_chunks().0, offsets: offsets.as_chunks().0, data })
    }

    /// Returns the texts, or an error where the offsets are not those of one.
    pub(super) fn iter(&self) -> impl Iterator<Item = Result<&'r [u8], String>> {
        let offset = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes) as usize;
        let first = self.offsets.first().map_or(0, offset);
        let data = self.data;
        let texts = self
            .offsets
            .array_windows()
            .map(move |[start, end]| data.get(offset(start).checked_sub(first)?..offset(end).checked_sub(first)?));
        (0..).zip(texts).map(|(row, text): (usize, _)| {
            text.ok_or_else(|| format!("expected ascending offsets within the data, found others for row {row}"))
        })
    }

    /// Returns the time of a row.
    pub(super) fn time(&self, row: usize) -> Option<i64> {
        self.times.get(row).map(|time| i64::from_le_bytes(*time))
    }
}

/// `siem_rows_answer`: the columns of lines, reasons and errors.
#[repr(C)]
#[derive(Default)]
pub(super) struct Rows {
    pub(super) columns: [Strings; 3],
    pub(super) written: u64,
    pub(super) changes: Counts,
}

/// `siem_strings`: the addresses of a [`Column`].
#[repr(C)]
#[derive(Default)]
pub(super) struct Strings {
    validity: usize,
    offsets: usize,
    data: Text,
}

/// Texts in Arrow's layout for `Utf8`.
#[derive(Default)]
pub(super) struct Column {
    pub(super) validity: Vec<u8>,
    offsets: Vec<i32>,
    pub(super) data: Vec<u8>,
}

impl Column {
    pub(super) fn clear(&mut self) {
        self.validity.clear();
        self.offsets.clear();
        self.offsets.push(0);
        self.data.clear();
    }

    /// Appends a row.
    pub(super) fn push(&mut self, text: Option<&str>) {
        self.data.extend_from_slice(text.unwrap_or_default().as_bytes());
        self.end_row(text.is_some());
    }

    /// Ends a row whose text has been appended to the data.
    pub(super) fn end_row(&mut self, is_valid: bool) {
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
    pub(super) fn is_too_long(&self) -> bool {
        i32::try_from(self.data.len()).is_err()
    }

    pub(super) fn strings(&self) -> Strings {
        let Self { validity, offsets, data } = self;
        Strings { validity: validity.as_ptr().addr(), offsets: offsets.as_ptr().addr(), data: data.as_slice().into() }
    }
}
