//! ClickHouse's functions in WebAssembly: `ABI BUFFERED_V1` with the serialization format `RowBinary`.
//!
//! * `senhasegura_siem(record String, config String, received DateTime64(3))` returns
//!   `Tuple(line String, reason String, error String)`. Of a record that is written, `reason` and `error` are
//!   empty; of one that is rejected, `line` is. An empty `config` stands for the baked configuration, a
//!   `received` of 0 or before 1970 for an unknown time.
//! * `senhasegura_line(record String)` returns `Nullable(String)`: the line by the baked configuration, or
//!   NULL.
//!
//! A rejection is a value, so that no row makes a query fail; a configuration that is refused does. The host
//! passes the arguments of many rows at once, one row after the other, and takes the results likewise.

use std::cell::RefCell;
use std::ptr;

use super::{baked, leb128, room};
use crate::{Config, Reason, Transformer};

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    /// Makes the query fail with this message. Does not return.
    fn clickhouse_throw(message: *const u8, length: usize) -> !;
}

/// What a handle points to. The host reads the first two fields.
#[repr(C)]
struct Buffer {
    start: *mut u8,
    size: usize,
    bytes: Vec<u8>,
}

impl Buffer {
    /// Returns a handle, which [`clickhouse_destroy_buffer`] frees.
    fn handle(mut bytes: Vec<u8>) -> *mut Self {
        Box::into_raw(Box::new(Self { start: bytes.as_mut_ptr(), size: bytes.len(), bytes }))
    }
}

/// Returns a buffer of `size` bytes, or null if there is no room.
#[unsafe(no_mangle)]
extern "C" fn clickhouse_create_buffer(size: usize) -> *mut Buffer {
    let mut bytes = Vec::new();
    if bytes.try_reserve_exact(size).is_err() {
        return ptr::null_mut();
    }
    bytes.resize(size, 0);
    Buffer::handle(bytes)
}

/// Frees a buffer. Null is ignored.
///
/// # Safety
///
/// The host frees each buffer once, and does not use it afterwards.
#[unsafe(no_mangle)]
unsafe extern "C" fn clickhouse_destroy_buffer(buffer: *mut Buffer) {
    if !buffer.is_null() {
        // SAFETY: the handle is from `Buffer::handle`, and is freed once.
        drop(unsafe { Box::from_raw(buffer) });
    }
}

/// # Safety
///
/// `arguments` is null, or a buffer of [`clickhouse_create_buffer`] that is neither changed nor freed during the
/// call.
#[unsafe(no_mangle)]
unsafe extern "C" fn senhasegura_siem(arguments: *const Buffer, rows: usize) -> *mut Buffer {
    // SAFETY: the host's promise is passed on.
    let mut arguments = unsafe { Arguments::of(arguments) };
    answer(rows, |answer| {
        let (record, config, received) = (arguments.string()?, arguments.string()?, arguments.millis()?);
        with_transformer(config, |transformer| {
            if !has_room(record, rows, transformer) {
                append(b"", answer);
                append(Reason::TooLong.as_str().as_bytes(), answer);
                return append(no_room(record).as_bytes(), answer);
            }
            let start = answer.len();
            answer.extend_from_slice(&padded_length(0));
            match transformer.transform_one(record, received, answer) {
                Ok(_) => {
                    set_length(answer, start);
                    append(b"", answer);
                    append(b"", answer);
                }
                Err(rejection) => {
                    answer.truncate(start);
                    append(b"", answer);
                    append(rejection.reason().as_str().as_bytes(), answer);
                    append(rejection.to_string().as_bytes(), answer);
                }
            }
        });
        Some(())
    })
}

/// # Safety
///
/// As [`senhasegura_siem`].
#[unsafe(no_mangle)]
unsafe extern "C" fn senhasegura_line(arguments: *const Buffer, rows: usize) -> *mut Buffer {
    // SAFETY: the host's promise is passed on.
    let mut arguments = unsafe { Arguments::of(arguments) };
    answer(rows, |answer| {
        let record = arguments.string()?;
        with_transformer(b"", |transformer| {
            // A `Nullable` begins with a byte that is 1 for NULL.
            answer.push(0);
            let start = answer.len();
            answer.extend_from_slice(&padded_length(0));
            if has_room(record, rows, transformer) && transformer.transform_one(record, None, answer).is_ok() {
                set_length(answer, start);
            } else {
                answer.truncate(start - 1);
                answer.push(1);
            }
        });
        Some(())
    })
}

/// Returns what `write` appends for each row. It reads the row's arguments, and returns `None` if they end.
fn answer(rows: usize, mut write: impl FnMut(&mut Vec<u8>) -> Option<()>) -> *mut Buffer {
    let mut answer = Vec::new();
    for row in 0..rows {
        if write(&mut answer).is_none() {
            throw(&format!("expected arguments for {rows} rows in RowBinary, found them for only {row}"));
        }
    }
    Buffer::handle(answer)
}

/// The length of records up to which memory suffices for one: a limit of this project.
const ALWAYS: usize = 1 << 20;

/// Returns whether memory suffices for a record. If it does not suffice for a call of several rows, the host calls again
/// with fewer.
fn has_room(record: &[u8], rows: usize, transformer: &Transformer) -> bool {
    rows > 1 || record.len() <= ALWAYS || room::is_there_for(record, transformer.config())
}

fn no_room(record: &[u8]) -> String {
    format!("{} (webassembly_udf_max_memory)", room::missing(record.len()))
}

/// The arguments that are still to be read.
struct Arguments<'a>(&'a [u8]);

impl Arguments<'_> {
    /// # Safety
    ///
    /// `buffer` is null, or a buffer of [`clickhouse_create_buffer`] that is neither changed nor freed while these
    /// are in use.
    unsafe fn of(buffer: *const Buffer) -> Self {
        // SAFETY: the caller's promise.
        Self(unsafe { buffer.as_ref() }.map_or(&[], |buffer| &buffer.bytes))
    }
}

impl<'a> Arguments<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Takes a `String`: its length as LEB128, then its bytes.
    fn string(&mut self) -> Option<&'a [u8]> {
        let length = leb128::take(&mut self.0)?;
        self.take(length.try_into().ok()?)
    }

    /// Takes a `DateTime64(3)`: milliseconds since 1970. Those up to 0 stand for an unknown time.
    fn millis(&mut self) -> Option<Option<u64>> {
        let millis = i64::from_le_bytes(self.take(8)?.try_into().ok()?);
        Some(u64::try_from(millis).ok().filter(|millis| *millis > 0))
    }
}

/// Appends a `String`.
fn append(text: &[u8], answer: &mut Vec<u8>) {
    leb128::append(text.len() as u64, answer);
    answer.extend_from_slice(text);
}

/// Returns a length as LEB128 of four bytes, though it may need fewer: it is not known before the line after
/// it has been written. A line is shorter than 2²⁸ bytes, as `max_bytes` is at most 2²⁶.
fn padded_length(length: usize) -> [u8; 4] {
    let byte = |shift: u32| (length >> shift) as u8;
    [byte(0) | 0x80, byte(7) | 0x80, byte(14) | 0x80, byte(21) & 0x7F]
}

/// Sets the length at `start` to that of what has been written after it.
fn set_length(answer: &mut [u8], start: usize) {
    if let Some((length, line)) = answer.get_mut(start..).and_then(|rest| rest.split_first_chunk_mut::<4>()) {
        *length = padded_length(line.len());
    }
}

/// Calls `run` with the transformer of this configuration. It is kept while the text stays the same, as it
/// mostly does: a query has an instance of its own for each use of a function and thread.
fn with_transformer(config: &[u8], run: impl FnOnce(&mut Transformer)) {
    thread_local! {
        static KEPT: RefCell<Option<(Vec<u8>, Transformer)>> = const { RefCell::new(None) };
    }
    KEPT.with_borrow_mut(|kept| match kept {
        Some((text, transformer)) if text == config => run(transformer),
        kept => run(&mut kept.insert((config.to_vec(), Transformer::new(read(config)))).1),
    });
}

/// Reads the text of a configuration. If it is refused, the query fails.
fn read(config: &[u8]) -> Config {
    baked::config_or(&String::from_utf8_lossy(config)).unwrap_or_else(|error| throw(&error.to_string()))
}

fn throw(message: &str) -> ! {
    // SAFETY: the host copies the message.
    unsafe { clickhouse_throw(message.as_ptr(), message.len()) }
}
