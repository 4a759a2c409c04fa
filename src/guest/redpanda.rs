//! Redpanda's data transforms: a program that the broker runs for each partition of a topic. It asks for a record,
//! writes what becomes of it, and asks for the next.
//!
//! A line goes to the first output topic, in the place of the record's value, with its key and headers. A
//! rejected record goes to the second as it is, with the headers `siem_reason` and `siem_error` added, or is
//! dropped if the option `rejected` says so. The configuration is that of the variable `SIEM_CONFIG`, or the
//! baked one; the time of reception is the record's timestamp.
//!
//! What the program cannot go on from, it logs, and ends. The broker starts it anew, at the first record that
//! is not known to have been written: none is lost.

use std::convert::Infallible;
use std::ops::Range;
use std::ptr;

use super::{baked, leb128, room};
use crate::config::{ERROR_KEY, Rejected};
use crate::{Config, Transformer};

#[link(wasm_import_module = "redpanda_transform")]
unsafe extern "C" {
    /// Does nothing: that it is imported tells the broker which functions the module knows.
    safe fn check_abi_version_2();
    /// Waits for a batch, once all records of the one before have been read. Returns the length of its longest
    /// record.
    fn read_batch_header(
        base_offset: *mut i64,
        record_count: *mut i32,
        partition_leader_epoch: *mut i32,
        attributes: *mut i16,
        last_offset_delta: *mut i32,
        base_timestamp: *mut i64,
        max_timestamp: *mut i64,
        producer_id: *mut i64,
        producer_epoch: *mut i16,
        base_sequence: *mut i32,
    ) -> i32;
    /// Returns the length of the record.
    fn read_next_record(
        attributes: *mut u8,
        timestamp: *mut i64,
        offset: *mut i64,
        record: *mut u8,
        capacity: usize,
    ) -> i32;
    /// Returns the length of the record. Without options, the topic is the first.
    fn write_record_with_options(record: *const u8, length: usize, options: *const u8, options_length: usize) -> i32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn environ_sizes_get(count: *mut usize, size: *mut usize) -> i32;
    fn environ_get(variables: *mut *mut u8, text: *mut u8) -> i32;
    /// Each of `iovs` is an address and a length.
    fn fd_write(fd: i32, iovs: *const [usize; 2], iovs_len: usize, nwritten: *mut usize) -> i32;
}

/// The standard error, which the broker logs as warnings.
const STDERR: i32 = 2;

/// The option that names an output topic.
const OUTPUT_TOPIC: u8 = 1;

/// More than what the allocator adds to a block.
const OVERHEAD: usize = 1 << 13;

/// The length of the headers of a rejected record, at most, and of the error in them.
const HEADERS: usize = 1 << 10;
const ERROR_MAX: usize = 900;

/// The maximum length of a number.
const LENGTH_MAX: usize = u64::BITS.div_ceil(7) as usize;

#[unsafe(no_mangle)]
extern "C" fn _start() {
    check_abi_version_2();
    claim_memory();
    let Err(mut message) = run();
    message.push('\n');
    // SAFETY: the host copies the message.
    unsafe { fd_write(STDERR, &[message.as_ptr().expose_provenance(), message.len()], 1, &mut 0) };
}

/// Grows the heap to all memory that the broker gives, 2 MiB unless set otherwise, or to 32 MiB. Grown bit by bit,
/// half of the memory would be out of reach of a long record: the allocator asks for all that a block takes, even if
/// the end of the heap is free.
fn claim_memory() {
    let claim = |bits| {
        let mut block = Vec::<u8>::new();
        block.try_reserve_exact((1_usize << bits) - OVERHEAD).is_ok().then_some(block)
    };
    // From 16 MiB down to a page, each power of two once: their sum comes near to any limit.
    drop((16..=24).rev().filter_map(claim).collect::<Vec<_>>());
}

/// Transforms records for ever. Returns what keeps it from that.
fn run() -> Result<Infallible, String> {
    let environment = environment()?;
    let variable = |name: &str| {
        let mut variables = environment.split(|byte| *byte == 0);
        variables.find_map(|variable| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
    };
    let config = String::from_utf8_lossy(variable("SIEM_CONFIG").unwrap_or_default());
    let config = baked::config_or(&config).map_err(|error| error.to_string())?;
    let rejected = match (config.rejected, variable("REDPANDA_OUTPUT_TOPIC_1")) {
        (Rejected::Drop, _) => None,
        (_, Some(topic)) => {
            let mut options = vec![OUTPUT_TOPIC];
            append_text(topic, &mut options);
            Some(options)
        }
        _ => return Err(r#"expected a second output topic, or "rejected": "drop", found neither"#.into()),
    };
    let mut program = Program { config, transformer: None, rejected, record: Vec::new(), line: Vec::new() };
    loop {
        for _ in 0..program.read_batch()? {
            let received = program.read_record()?;
            program.transform(received)?;
        }
    }
}

/// Returns the variables, `NAME=value`, each with a NUL after it.
fn environment() -> Result<Vec<u8>, String> {
    let (mut count, mut size) = (0, 0);
    // SAFETY: the host writes two numbers.
    let mut error = unsafe { environ_sizes_get(&mut count, &mut size) };
    let (mut variables, mut text) = (vec![ptr::null_mut(); count], vec![0; size]);
    if error == 0 {
        // SAFETY: they have the lengths that the host said.
        error = unsafe { environ_get(variables.as_mut_ptr(), text.as_mut_ptr()) };
    }
    if error == 0 { Ok(text) } else { Err(format!("reading the environment: error {error}")) }
}

struct Program {
    config: Config,
    transformer: Option<Transformer>,
    /// The options with which rejected records are written, unless they are dropped.
    rejected: Option<Vec<u8>>,
    /// A record: its key, value, number of headers, and for each its key and value. Texts have their lengths
    /// before them, -1 for none; numbers are LEB128 of the form "zigzag".
    record: Vec<u8>,
    line: Vec<u8>,
}

impl Program {
    /// Waits for a batch, and makes room for its longest record. Returns the number of its records.
    fn read_batch(&mut self) -> Result<i32, String> {
        let (mut base_offset, mut record_count) = (0, 0);
        // SAFETY: the host writes numbers of these types.
        let longest = unsafe {
            read_batch_header(
                &mut base_offset,
                &mut record_count,
                &mut 0,
                &mut 0,
                &mut 0,
                &mut 0,
                &mut 0,
                &mut 0,
                &mut 0,
                &mut 0,
            )
        };
        let length = usize::try_from(longest).map_err(|_| format!("reading a batch: error {longest}"))?;
        if self.record.capacity() < length + HEADERS {
            self.record = Vec::new();
            // What is said of the record takes memory, too.
            let take =
                |this: &mut Self| this.record.try_reserve_exact(length + HEADERS).is_ok() && room::is_there(HEADERS);
            if !self.make_room(take) {
                self.record = Vec::new();
                return Err(format!(
                    "expected enough memory for a record of {length} bytes in the batch at offset {base_offset}, found too little \
                     (data_transforms_per_function_memory_limit)"
                ));
            }
        }
        Ok(record_count)
    }

    /// Reads the next record. Returns its timestamp.
    fn read_record(&mut self) -> Result<i64, String> {
        let mut timestamp = 0;
        let (record, capacity) = (self.record.as_mut_ptr(), self.record.capacity());
        // SAFETY: the host writes numbers of these types, and at most as many bytes as the record has room for.
        let length = unsafe { read_next_record(&mut 0, &mut timestamp, &mut 0, record, capacity) };
        match usize::try_from(length) {
            Ok(length) if length <= capacity => {
                // SAFETY: the host has written them.
                unsafe { self.record.set_len(length) };
                Ok(timestamp)
            }
            _ => Err(format!("reading a record: error {length}")),
        }
    }

    /// Writes what becomes of the record.
    fn transform(&mut self, received: i64) -> Result<(), String> {
        let Some(Parts { value, text, header_count, headers }) = Parts::of(&self.record) else {
            // All of it becomes the value of a record without a key or headers.
            let length = self.record.len();
            replace(0..0, &[&zigzag(-1), &zigzag(length as i64)], &mut self.record);
            let end = self.record.len();
            return self.reject(end..end, 0, "malformed", "expected a Kafka record, found other bytes");
        };
        if !self.make_room(|this| room::is_there_for(this.record.get(text.clone()).unwrap_or_default(), &this.config)) {
            return self.reject(header_count, headers, "too-long", &room::missing(text.len()));
        }
        let transformer = self.transformer.get_or_insert_with(|| Transformer::new(self.config.clone()));
        self.line.clear();
        let record = self.record.get(text).unwrap_or_default();
        match transformer.transform_one(record, received.try_into().ok(), &mut self.line) {
            Ok(_) if self.record.try_reserve(LENGTH_MAX + self.line.len()).is_ok() => {
                replace(value, &[&zigzag(self.line.len() as i64), &self.line], &mut self.record);
                self.write(&[])
            }
            Ok(_) => {
                self.reject(header_count, headers, "too-long", "expected enough memory for the line, found too little")
            }
            Err(rejection) => self.reject(header_count, headers, rejection.reason().as_str(), &rejection.to_string()),
        }
    }

    /// Writes the record as it is, but for two more headers.
    fn reject(&mut self, header_count: Range<usize>, headers: i64, reason: &str, error: &str) -> Result<(), String> {
        let Some(options) = &self.rejected else { return Ok(()) };
        replace(header_count, &[&zigzag(headers + 2)], &mut self.record);
        let error = error.get(..error.floor_char_boundary(ERROR_MAX)).unwrap_or_default();
        for text in ["siem_reason", reason, ERROR_KEY, error] {
            append_text(text.as_bytes(), &mut self.record);
        }
        self.write(options)
    }

    fn write(&self, options: &[u8]) -> Result<(), String> {
        let record = &self.record;
        // SAFETY: the host copies both.
        let error =
            unsafe { write_record_with_options(record.as_ptr(), record.len(), options.as_ptr(), options.len()) };
        if error < 0 { Err(format!("writing a record of {} bytes: error {error}", record.len())) } else { Ok(()) }
    }

    /// Returns whether there is room for what `take` wants, if need be without what the transformer holds.
    fn make_room(&mut self, mut take: impl FnMut(&mut Self) -> bool) -> bool {
        take(self) || {
            self.transformer = None;
            self.line = Vec::new();
            take(self)
        }
    }
}

/// Where the parts of a record are.
struct Parts {
    /// The value, with its length.
    value: Range<usize>,
    /// The value.
    text: Range<usize>,
    header_count: Range<usize>,
    /// The number of headers.
    headers: i64,
}

impl Parts {
    fn of(record: &[u8]) -> Option<Self> {
        let mut rest = record;
        let at = |rest: &[u8]| record.len() - rest.len();
        take_text(&mut rest)?;
        let start = at(rest);
        let length = take_text(&mut rest)?.len();
        let end = at(rest);
        let headers = number(&mut rest)?.max(0);
        let header_count = end..at(rest);
        for _ in 0..headers.saturating_mul(2) {
            take_text(&mut rest)?;
        }
        rest.is_empty().then_some(Self { value: start..end, text: end - length..end, header_count, headers })
    }
}

/// Takes a text, which is empty if there is none.
fn take_text<'r>(rest: &mut &'r [u8]) -> Option<&'r [u8]> {
    let length = number(rest)?.max(0);
    let (text, after) = rest.split_at_checked(length.try_into().ok()?)?;
    *rest = after;
    Some(text)
}

/// Takes a number.
fn number(rest: &mut &[u8]) -> Option<i64> {
    let number = leb128::take(rest)?;
    Some((number >> 1) as i64 ^ -((number & 1) as i64))
}

/// Returns a number as LEB128 of the form "zigzag".
fn zigzag(number: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    leb128::append((number << 1 ^ number >> 63) as u64, &mut bytes);
    bytes
}

/// Appends a text.
fn append_text(text: &[u8], record: &mut Vec<u8>) {
    record.extend_from_slice(&zigzag(text.len() as i64));
    record.extend_from_slice(text);
}

/// Replaces a part of a record.
fn replace(part: Range<usize>, with: &[&[u8]], record: &mut Vec<u8>) {
    let (before, mut end) = (record.len(), part.start);
    let after = before - part.len() + with.iter().map(|piece| piece.len()).sum::<usize>();
    record.resize(before.max(after), 0);
    record.copy_within(part.end..before, after - (before - part.end));
    record.truncate(after);
    for piece in with {
        if let Some(place) = record.get_mut(end..end + piece.len()) {
            place.copy_from_slice(piece);
        }
        end += piece.len();
    }
}
