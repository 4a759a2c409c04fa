//! Envoy's HTTP filter `wasm`, by [proxy-wasm 0.2.1]: the body of a request becomes lines.
//!
//! The configuration is the plugin's, or the baked one if that is empty; one that is refused keeps Envoy from
//! starting. The body is buffered by the host to its end, and replaced by its lines, framed as configured. The
//! time of reception is the host's. Requests without a body pass unchanged, and responses do.
//!
//! | `rejected` | what becomes of records that are rejected |
//! |---|---|
//! | `keep` | each goes on after the lines around it as an object, `{"siem_error":"malformed: ...","log":"..."}` |
//! | `drop` | the other records go on; a request of which nothing is left is answered 204 |
//! | `refuse` | the request is answered 422, with the reasons, and nothing goes on |
//!
//! All are logged and counted. An object of `keep` is one line, begins with `{` and never contains `CEF:`, so that no
//! receiver takes it for an event.
//!
//! [proxy-wasm 0.2.1]: https://github.com/proxy-wasm/spec/tree/main/abi-versions/v0.2.1

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::ptr;

use super::baked;
use crate::bytes::Buffer;
use crate::config::{ERROR_KEY, Rejected};
use crate::{Framing, Output, Reason, Rejection, Stream, Transformer};

mod host {
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        pub(super) fn proxy_log(level: i32, message: *const u8, length: usize) -> i32;
        pub(super) fn proxy_get_current_time_nanoseconds(time: *mut u64) -> i32;
        pub(super) fn proxy_get_buffer_bytes(
            buffer: i32,
            start: usize,
            length: usize,
            bytes: *mut *const u8,
            found: *mut usize,
        ) -> i32;
        pub(super) fn proxy_set_buffer_bytes(
            buffer: i32,
            start: usize,
            length: usize,
            bytes: *const u8,
            bytes_length: usize,
        ) -> i32;
        pub(super) fn proxy_get_header_map_value(
            map: i32,
            name: *const u8,
            name_length: usize,
            value: *mut *const u8,
            value_length: *mut usize,
        ) -> i32;
        pub(super) fn proxy_remove_header_map_value(map: i32, name: *const u8, name_length: usize) -> i32;
        pub(super) fn proxy_replace_header_map_value(
            map: i32,
            name: *const u8,
            name_length: usize,
            value: *const u8,
            value_length: usize,
        ) -> i32;
        pub(super) fn proxy_send_local_response(
            status: u32,
            details: *const u8,
            details_length: usize,
            body: *const u8,
            body_length: usize,
            headers: *const u8,
            headers_length: usize,
            grpc_status: i32,
        ) -> i32;
        pub(super) fn proxy_define_metric(kind: i32, name: *const u8, name_length: usize, metric: *mut u32) -> i32;
        pub(super) fn proxy_increment_metric(metric: u32, by: i64) -> i32;
    }
}

/// `Action`: whether the host goes on with the request.
const CONTINUE: i32 = 0;
const PAUSE: i32 = 1;

/// `LogLevel`.
const WARN: i32 = 3;
const CRITICAL: i32 = 5;

/// `BufferType`.
const REQUEST_BODY: i32 = 0;
const PLUGIN_CONFIGURATION: i32 = 7;

/// `MapType`.
const REQUEST_HEADERS: i32 = 0;

/// `MetricType`.
const COUNTER: i32 = 0;

/// `Status`.
const OK: i32 = 0;

/// The number of bytes of a body that are read at once: the whole is never in the linear memory.
const PIECE: usize = 256 << 10;

/// The maximum length of what replaces a body: a limit of this project. A host buffers much less by default.
const LINES_MAX: usize = 64 << 20;

/// How much is kept of the memory for lines from one request to the next.
const LINES_KEPT: usize = 1 << 20;

/// The maximum number of rejections of a request that are logged, and that its answer lists.
const LOGGED_MAX: u64 = 10;

/// How many characters of a header an answer repeats.
const BEGINNING_MAX: usize = 40;

/// The headers that describe a body, and not its lines.
const OF_BODY: [&str; 5] = ["content-length", "content-md5", "digest", "content-digest", "repr-digest"];

thread_local! {
    /// The host's contexts by their numbers.
    static CONTEXTS: RefCell<BTreeMap<u32, Context>> = const { RefCell::new(BTreeMap::new()) };
    /// The blocks that the host has asked for during this call and that have not been taken.
    static BLOCKS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

enum Context {
    /// A plugin, once it is configured.
    Plugin(Option<Box<Plugin>>),
    Request(Request),
}

struct Request {
    /// The number of its plugin.
    plugin: u32,
    /// The length of the body so far.
    length: usize,
    /// What becomes of it, if that is decided.
    decided: Option<i32>,
}

#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

/// Returns room for `length` bytes, or null if there is none.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(length: usize) -> *mut u8 {
    let mut block: Vec<u8> = Vec::new();
    // An empty one would not have an address of its own.
    let length = length.max(1);
    if block.try_reserve_exact(length).is_err() {
        return ptr::null_mut();
    }
    block.resize(length, 0);
    let start = block.as_mut_ptr();
    BLOCKS.with_borrow_mut(|blocks| blocks.push(block));
    start
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(context: u32, plugin: u32) {
    with((), |contexts| {
        let created = if plugin == 0 {
            Context::Plugin(None)
        } else {
            Context::Request(Request { plugin, length: 0, decided: None })
        };
        contexts.insert(context, created);
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_vm_start(_context: u32, _length: usize) -> i32 {
    1
}

/// Returns 0 if the configuration is refused.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(context: u32, length: usize) -> i32 {
    with(0, |contexts| {
        // An empty one has no buffer.
        let text = buffer(PLUGIN_CONFIGURATION, 0, length).unwrap_or_default();
        match baked::config_or(&String::from_utf8_lossy(&text)) {
            Ok(config) => {
                let plugin = Plugin::new(Transformer::new(config));
                contexts.insert(context, Context::Plugin(Some(Box::new(plugin))));
                1
            }
            Err(error) => {
                log(CRITICAL, &error.to_string());
                0
            }
        }
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(context: u32, _headers: usize, is_end: i32) -> i32 {
    with(PAUSE, |contexts| {
        let Some(Context::Request(request)) = contexts.get_mut(&context) else { return CONTINUE };
        if is_end != 0 {
            return *request.decided.insert(CONTINUE);
        }
        let encoding = header("content-encoding").filter(|encoding| !encoding.eq_ignore_ascii_case("identity"));
        if let Some(encoding) = encoding {
            let beginning: String = encoding.chars().take(BEGINNING_MAX).collect();
            let message = format!("expected a body without content-encoding, found {beginning:?}\n");
            request.decided = Some(PAUSE);
            let plugin = request.plugin;
            return match contexts.get(&plugin) {
                Some(Context::Plugin(Some(plugin))) => plugin.refuse(415, &message),
                _ => refuse(415, &message),
            };
        }
        for name in OF_BODY {
            // SAFETY: the host reads the name.
            unsafe { host::proxy_remove_header_map_value(REQUEST_HEADERS, name.as_ptr(), name.len()) };
        }
        set_header("content-type", "text/plain; charset=utf-8");
        CONTINUE
    })
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_body(context: u32, length: usize, is_end: i32) -> i32 {
    with(PAUSE, |contexts| {
        let Some(Context::Request(request)) = contexts.get_mut(&context) else { return refuse_unknown() };
        request.length = length;
        if is_end != 0 { end(context, contexts) } else { request.decided.unwrap_or(PAUSE) }
    })
}

/// The body ends here if trailers follow it.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_trailers(context: u32, _trailers: usize) -> i32 {
    with(PAUSE, |contexts| end(context, contexts))
}

/// Returns whether the host may delete the context.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_done(_context: u32) -> i32 {
    1
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_delete(context: u32) {
    with((), |contexts| drop(contexts.remove(&context)));
}

/// Calls `run` with the contexts. A host that calls back in the middle of a call has the answer `busy`: of a request,
/// nothing may go on that has not been transformed.
fn with<T>(busy: T, run: impl FnOnce(&mut BTreeMap<u32, Context>) -> T) -> T {
    CONTEXTS.with(|contexts| {
        let Ok(mut contexts) = contexts.try_borrow_mut() else { return busy };
        let answer = run(&mut contexts);
        BLOCKS.with_borrow_mut(Vec::clear);
        answer
    })
}

/// Answers a request, of which nothing goes on.
fn refuse(status: u32, message: &str) -> i32 {
    respond(status, message);
    PAUSE
}

/// Answers a request whose beginning came in the middle of a call.
fn refuse_unknown() -> i32 {
    refuse(500, "expected a request whose headers this filter has seen, found another\n")
}

/// Ends the body of a request.
fn end(context: u32, contexts: &mut BTreeMap<u32, Context>) -> i32 {
    let Some(Context::Request(request)) = contexts.get(&context) else { return refuse_unknown() };
    let (plugin, length, decided) = (request.plugin, request.length, request.decided);
    let action = match (decided, contexts.get_mut(&plugin)) {
        (Some(action), _) => action,
        (None, _) if length == 0 => CONTINUE,
        (None, Some(Context::Plugin(Some(plugin)))) => plugin.replace_body(length),
        _ => refuse(500, "expected a configured plugin, found none\n"),
    };
    if let Some(Context::Request(request)) = contexts.get_mut(&context) {
        request.decided = Some(action);
    }
    action
}

/// What is kept between requests. Each is dealt with in one call, when its body has ended.
struct Plugin {
    stream: Stream,
    output: Output,
    /// What replaces the body.
    lines: Vec<u8>,
    written: Metric,
    refused: Metric,
    /// One for each reason.
    rejected: [Metric; Reason::ALL.len()],
}

impl Plugin {
    fn new(transformer: Transformer) -> Self {
        Self {
            stream: Stream::new(transformer),
            output: Output::default(),
            lines: Vec::new(),
            written: Metric::new("senhasegura_siem.lines"),
            refused: Metric::new("senhasegura_siem.requests_refused"),
            rejected: Reason::ALL.map(|reason| Metric::new(&format!("senhasegura_siem.rejected.{reason}"))),
        }
    }

    fn replace_body(&mut self, length: usize) -> i32 {
        self.lines.clear();
        self.lines.shrink_to(LINES_KEPT);
        let read = self.read_body(length);
        let (written, report) = match read {
            Ok(read) => read,
            Err((status, message)) => {
                // What is left in the stream is not the next request's.
                self.stream.finish(None, &mut self.output);
                log(WARN, message.trim_end());
                return self.refuse(status, &message);
            }
        };
        let rejected = self.stream.transformer().config().rejected;
        report.log(rejected);
        if rejected == Rejected::Refuse && report.count > 0 {
            return self.refuse(422, &report.text());
        }
        self.written.add(written);
        if self.lines.is_empty() {
            // Splunk's collector, for one, takes an empty body for an error.
            respond(204, "");
            return PAUSE;
        }
        // SAFETY: the host copies the lines.
        let status =
            unsafe { host::proxy_set_buffer_bytes(REQUEST_BODY, 0, length, self.lines.as_ptr(), self.lines.len()) };
        if status == OK {
            CONTINUE
        } else {
            self.refuse(500, "expected Envoy to replace the body, found that it refused to\n")
        }
    }

    /// Reads the body, and returns the number of lines and the rejections. What is to go on is in `lines`.
    fn read_body(&mut self, length: usize) -> Result<(u64, Report), (u32, String)> {
        let (mut written, mut report) = (0, Report::default());
        let received = now();
        let mut start = 0;
        loop {
            let piece_length = PIECE.min(length - start);
            if piece_length == 0 {
                self.stream.finish(received, &mut self.output);
            } else {
                let Some(piece) = buffer(REQUEST_BODY, start, piece_length).filter(|piece| !piece.is_empty()) else {
                    return Err((500, format!("expected a body of {length} bytes, found {start}\n")));
                };
                start += piece.len().min(piece_length);
                self.stream.push(&piece, received, &mut self.output);
            }
            written += self.output.written;
            self.take_output(&mut report);
            if self.lines.len() > LINES_MAX {
                return Err((413, format!("expected at most {LINES_MAX} bytes of lines, found more\n")));
            }
            if piece_length == 0 {
                return Ok((written, report));
            }
        }
    }

    /// Appends the output to what is to go on, and to the report.
    fn take_output(&mut self, report: &mut Report) {
        self.lines.extend_from_slice(&self.output.lines);
        let config = self.stream.transformer().config();
        let (rejected, framing) = (config.rejected, config.framing);
        for rejection in &self.output.rejections {
            if !rejection.is_continuation() {
                report.add(self.stream.offset(), rejection);
                if let Some(metric) = self.rejected.get(rejection.reason() as usize) {
                    metric.add(1);
                }
            }
            if rejected == Rejected::Keep && self.lines.len() <= LINES_MAX {
                append_object(rejection, self.stream.bytes(rejection.range.clone()), framing, &mut self.lines);
            }
        }
    }

    /// As [`refuse`], and counted.
    fn refuse(&self, status: u32, message: &str) -> i32 {
        self.refused.add(1);
        refuse(status, message)
    }
}

/// Appends the object that stands for a rejected record, framed like a line.
fn append_object(rejection: &Rejection, record: &[u8], framing: Framing, lines: &mut Vec<u8>) {
    let start = lines.len();
    let _ = write!(lines, "{{\"{ERROR_KEY}\":\"{}: ", rejection.reason());
    append_text(&rejection.to_string(), lines);
    lines.extend_from_slice(br#"","log":""#);
    append_text(&String::from_utf8_lossy(record), lines);
    lines.extend_from_slice(b"\"}");
    let mut framed = Buffer::after(std::mem::take(lines), 1);
    framing.close(&mut framed, start);
    *lines = framed.into_vec();
}

/// Appends text as part of a JSON string, without anything that receivers take for the end of a line or the
/// beginning of CEF.
fn append_text(text: &str, json: &mut Vec<u8>) {
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend_from_slice(&[b'\\', c as u8]),
            ':' if json.ends_with(b"CEF") => json.extend_from_slice(br"\u003a"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// What was rejected of a request.
#[derive(Default)]
struct Report {
    count: u64,
    /// A line each, up to [`LOGGED_MAX`].
    lines: Vec<String>,
}

impl Report {
    /// Adds a rejection, whose range counts from `offset` in the body.
    fn add(&mut self, offset: u64, rejection: &Rejection) {
        self.count += 1;
        if self.count <= LOGGED_MAX {
            let [start, end] = [rejection.range.start, rejection.range.end].map(|place| offset + place as u64);
            let (index, reason) = (rejection.index, rejection.reason());
            self.lines.push(format!("record {index}, bytes {start}..{end}: {reason}: {rejection}"));
        }
    }

    /// Returns the lines, and one for the rejections that have none.
    fn lines(&self) -> impl Iterator<Item = String> {
        let more = self.count.saturating_sub(LOGGED_MAX);
        let last = (more > 0).then(|| format!("{more} more records: rejected"));
        self.lines.iter().cloned().chain(last)
    }

    fn log(&self, rejected: Rejected) {
        let outcome = match rejected {
            Rejected::Keep => "passed on",
            Rejected::Drop => "dropped",
            Rejected::Refuse => "refused with its request",
        };
        for line in self.lines() {
            log(WARN, &format!("{line} ({outcome})"));
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for line in self.lines() {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}

/// A counter of the host's.
struct Metric(Option<u32>);

impl Metric {
    fn new(name: &str) -> Self {
        let mut number = 0;
        // SAFETY: the host reads the name and writes the number.
        let status = unsafe { host::proxy_define_metric(COUNTER, name.as_ptr(), name.len(), &raw mut number) };
        Self((status == OK).then_some(number))
    }

    fn add(&self, count: u64) {
        if let Self(Some(number)) = self
            && count > 0
        {
            // SAFETY: only numbers pass.
            unsafe { host::proxy_increment_metric(*number, count as i64) };
        }
    }
}

/// Returns up to `length` bytes of a buffer. The host asks for a block to put them into.
fn buffer(kind: i32, start: usize, length: usize) -> Option<Vec<u8>> {
    let (mut bytes, mut found) = (ptr::null(), 0);
    // SAFETY: the host writes the address and the length.
    let status = unsafe { host::proxy_get_buffer_bytes(kind, start, length, &raw mut bytes, &raw mut found) };
    if status == OK { block(bytes, found) } else { None }
}

/// Returns the value of a header of the request.
fn header(name: &str) -> Option<String> {
    let (mut value, mut length) = (ptr::null(), 0);
    // SAFETY: the host reads the name, and writes the address and the length.
    let status = unsafe {
        host::proxy_get_header_map_value(REQUEST_HEADERS, name.as_ptr(), name.len(), &raw mut value, &raw mut length)
    };
    let value = if status == OK { block(value, length) } else { None };
    value.filter(|value| !value.is_empty()).map(|value| String::from_utf8_lossy(&value).into_owned())
}

fn set_header(name: &str, value: &str) {
    // SAFETY: the host copies both.
    unsafe {
        host::proxy_replace_header_map_value(REQUEST_HEADERS, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    };
}

/// Takes the block at this address, with what the host has put there.
fn block(start: *const u8, length: usize) -> Option<Vec<u8>> {
    BLOCKS.with_borrow_mut(|blocks| {
        let index = blocks.iter().position(|block| block.as_ptr() == start)?;
        let mut block = blocks.swap_remove(index);
        block.truncate(length);
        Some(block)
    })
}

/// Answers the request, once this call has returned.
fn respond(status: u32, body: &str) {
    /// `details`, which access logs have.
    const DETAILS: &str = "senhasegura_siem";
    /// No status of gRPC.
    const NO_GRPC: i32 = -1;
    // SAFETY: the host copies them.
    unsafe {
        host::proxy_send_local_response(
            status,
            DETAILS.as_ptr(),
            DETAILS.len(),
            body.as_ptr(),
            body.len(),
            ptr::null(),
            0,
            NO_GRPC,
        )
    };
}

/// Returns the host's time, in milliseconds since 1970.
fn now() -> Option<u64> {
    let mut nanos = 0;
    // SAFETY: the host writes the time.
    let status = unsafe { host::proxy_get_current_time_nanoseconds(&raw mut nanos) };
    (status == OK && nanos > 0).then_some(nanos / 1_000_000)
}

fn log(level: i32, message: &str) {
    // SAFETY: the host copies the message.
    unsafe { host::proxy_log(level, message.as_ptr(), message.len()) };
}
