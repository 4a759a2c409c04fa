//! Fluent Bit's filter `wasm`, from version 4.2: a function that receives a record's body as JSON
//! text and returns the body that replaces it.
//!
//! The new body is a field with the line and those that the option `keep` names, as texts, since Fluent
//! Bit's own filters match nothing else: `{"message":"CEF:0|...","severity":"5"}`. A rejected record passes
//! unchanged with `siem_error` added; what is not a JSON object passes in the field `log`, as
//! Fluent Bit does itself. If that text is longer than `max_record_bytes`, or memory does not
//! suffice for it, `log` has its beginning, and `siem_error` says so. The configuration is the baked
//! one.

use std::cell::RefCell;
use std::fmt::Write as _;

use super::baked;
use super::room::{self, Room};
use crate::bytes::{Buffer, is_utf8};
use crate::config::{ERROR_KEY, Rejected};
use crate::json::{DEPTH_MAX, Step, Syntax, append_escaped, append_string, is_space};
use crate::trace::Quiet;
use crate::{Config, ConfigError, Format, KeptField, Reason, Transformer};

/// The functions that the host calls, each with its format; `None` stands for that of the
/// configuration.
macro_rules! filters {
    ($($(#[$doc:meta])* $name:ident: $format:expr,)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        ///
        /// As [`answer`].
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            _tag: *const u8,
            _tag_length: u32,
            seconds: u32,
            nanos: u32,
            record: *const u8,
            length: u32,
        ) -> *const u8 {
            // SAFETY: the host's promise is passed on.
            unsafe { answer($format, seconds, nanos, record, length) }
        }
    )*};
}

filters! {
    /// A filter that writes CEF. The other options are the baked ones.
    cef: Some(Format::Cef),
    /// A filter that writes RFC 5424. The other options are the baked ones.
    rfc5424: Some(Format::Rfc5424),
    /// A filter that writes lines for Sensage. The other options are the baked ones.
    sensage: Some(Format::Sensage),
    /// A filter with the baked configuration.
    transform: None,
}

/// The capacity that an answer keeps, and the length up to which an object may nest to any depth.
const LARGE: usize = 1 << 20;

/// The length of the beginning of a record that is returned if memory does not suffice for all of
/// it.
const LEAST: usize = 1 << 10;

/// The maximum factor by which text grows as a JSON string: `\u0000`.
const ESCAPED: usize = 6;

thread_local! {
    /// One thread uses a filter, and mostly one of its functions.
    static FILTERS: RefCell<Vec<Filter>> = const { RefCell::new(Vec::new()) };
}

/// Returns JSON text that ends with NUL and is valid until the next call, or null to drop the
/// record.
///
/// # Safety
///
/// `record` points to `length` bytes that do not change during the call, or is null.
unsafe fn answer(format: Option<Format>, seconds: u32, nanos: u32, record: *const u8, length: u32) -> *const u8 {
    let record = if record.is_null() {
        None
    } else {
        // SAFETY: the host's promise.
        Some(unsafe { std::slice::from_raw_parts(record, length as usize) })
    };
    // The host goes on with an instance that has trapped: what that call held is lost, and the next call begins anew.
    let mut filters = FILTERS.take();
    let place = filters.iter().position(|filter| filter.format == format).unwrap_or_else(|| {
        filters.push(Filter::new(format));
        filters.len() - 1
    });
    let Some(filter) = filters.get_mut(place) else { return std::ptr::null() };
    filter.answer.clear();
    filter.answer.shrink_to(LARGE);
    let received = u64::from(seconds) * 1000 + u64::from(nanos) / 1_000_000;
    let answer = if filter.write(record, received) { filter.answer.as_ptr() } else { std::ptr::null() };
    FILTERS.set(filters);
    answer
}

/// What one of the functions keeps between calls.
struct Filter {
    format: Option<Format>,
    transformer: Result<Transformer, ConfigError>,
    /// What the answer has before the line: `{"message":"`.
    opening: Buffer,
    /// A line that has to be escaped.
    line: Buffer,
    answer: Buffer,
    room: Room,
}

impl Filter {
    fn new(format: Option<Format>) -> Self {
        let with_format = |config: Config| Config { format: format.unwrap_or(config.format), ..config };
        let transformer = baked::config().map(with_format).map(Transformer::new);
        let mut opening = Buffer::default();
        opening.push(b'{');
        if let Ok(transformer) = &transformer {
            append_string(transformer.config().line_key.as_str().as_bytes(), &mut opening);
        }
        opening.append(b":\"");
        Self { format, transformer, opening, line: Buffer::default(), answer: Buffer::default(), room: Room::default() }
    }

    /// Writes the answer, and NUL. Returns false if the record is to be dropped.
    fn write(&mut self, record: Option<&[u8]>, received: u64) -> bool {
        let Err(refused) = self.write_line(record, received) else { return true };
        let drops = |transformer: &Transformer| transformer.config().rejected == Rejected::Drop;
        if record.is_some() && self.transformer.as_ref().is_ok_and(drops) {
            return false;
        }
        self.answer.clear();
        self.refuse(record, refused);
        true
    }

    /// Writes the answer with the line, and NUL. Returns why there is none.
    fn write_line(&mut self, record: Option<&[u8]>, received: u64) -> Result<(), String> {
        let transformer = self.transformer.as_mut().map_err(|error| error.to_string())?;
        let record = record.ok_or_else(|| format!("{}: {}", Reason::NotOne, room::NO_RECORD))?;
        if let Some(missing) = self.room.missing_for(record, transformer) {
            return Err(format!("{}: {missing}", Reason::TooLong));
        }
        self.answer.append(&self.opening);
        let line = transformer.run_one::<Quiet>(record, Some(received), &mut self.answer);
        let line = line.map_err(|rejection| format!("{}: {rejection}", rejection.reason()))?;
        if !line.is_plain && !escape_line(self.opening.len(), &mut self.answer, &mut self.line) {
            return Err(format!("{}: expected enough memory for the line, found too little", Reason::TooLong));
        }
        self.answer.put(b"\"", 1);
        write_kept(transformer, &mut self.answer);
        self.answer.put(b"}\0", 2);
        Ok(())
    }

    /// Answers with the unchanged record and what is wrong with it, and NUL.
    fn refuse(&mut self, record: Option<&[u8]>, mut message: String) {
        let text = record.unwrap_or_default();
        match members(text).filter(|members| self.make_room(members.len())) {
            Some(members) => {
                self.answer.push(b'{');
                self.answer.append(members);
            }
            None if record.is_some() => {
                let limit =
                    self.transformer.as_ref().map_or(LARGE, |made| made.config().max_record_bytes.get() as usize);
                let mut log = text.get(..limit).unwrap_or(text);
                if !self.make_room(ESCAPED * log.len()) {
                    log = text.get(..LEAST).unwrap_or(text);
                }
                if log.len() < text.len() {
                    // Writing to a string does not fail.
                    let _ = write!(message, "; `log` holds the first {} of {} bytes", log.len(), text.len());
                }
                self.answer.append(b"{\"log\":\"");
                for chunk in log.utf8_chunks() {
                    append_escaped(chunk.valid().as_bytes(), &mut self.answer);
                    if !chunk.invalid().is_empty() {
                        self.answer.append("\u{FFFD}".as_bytes());
                    }
                }
                self.answer.push(b'"');
            }
            None => self.answer.push(b'{'),
        }
        // Of fields with the same name, the host finds the last.
        if self.answer.len() > 1 {
            self.answer.push(b',');
        }
        append_string(ERROR_KEY.as_bytes(), &mut self.answer);
        self.answer.push(b':');
        append_string(message.as_bytes(), &mut self.answer);
        self.answer.put(b"}\0", 2);
    }

    /// Makes room for `length` bytes of a record and for what is written around them. A record
    /// fills the memory at most twice: as it is, and in the answer.
    fn make_room(&mut self, length: usize) -> bool {
        self.answer.try_expect_exact(length.saturating_add(LEAST))
    }
}

/// Escapes the line after the first `opening` bytes of the answer. Returns false if there is no room for that: a line has
/// no control characters, so that it becomes twice as long at most.
fn escape_line(opening: usize, answer: &mut Buffer, line: &mut Buffer) -> bool {
    let length = answer.len() - opening;
    line.clear();
    if length > room::SHORT && !(line.try_expect_exact(length) && answer.try_expect_exact(length + LEAST)) {
        return false;
    }
    line.append(answer.get(opening..).unwrap_or_default());
    answer.truncate(opening);
    append_escaped(line, answer);
    true
}

/// Writes what the option `keep` names, as members after the line.
#[inline(never)] // Most configurations keep nothing.
fn write_kept(transformer: &Transformer, answer: &mut Buffer) {
    let line_key = transformer.config().line_key.as_str();
    for KeptField { name, text } in transformer.kept() {
        // Of two members with the same name, Fluent Bit would take the second.
        if let Some(text) = text.filter(|_| name != line_key) {
            answer.push(b',');
            append_string(name.as_bytes(), answer);
            answer.push(b':');
            append_string(text.as_bytes(), answer);
        }
    }
}

/// Returns the text between the braces of a JSON object, if `text` is exactly one and there is room to read it.
fn members(text: &[u8]) -> Option<&[u8]> {
    let members = text.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")?.trim_ascii();
    let depth_max = if text.len() > LARGE { DEPTH_MAX as usize } else { text.len() };
    let Step::Ended(end) = Syntax::with_room(depth_max)?.read(text, 0) else { return None };
    let is_last = text.get(end..).is_some_and(|rest| rest.iter().all(is_space));
    // The answer ends at its first NUL.
    let is_all = is_last && is_utf8(text) && !text.contains(&0);
    is_all.then_some(members)
}
