//! Envoy's HTTP filter `wasm`, as far as one module sees it: proxy-wasm 0.2.1, with several requests at once.

use std::collections::BTreeMap;

use wasmtime::error::{bail, format_err};
use wasmtime::{
    Caller, Engine, Instance, Linker, Memory, Result, Store, StoreLimits, TypedFunc, WasmParams, WasmResults,
};

use crate::{Compiled, store};

/// The path of the module.
pub const PATH: &str = env!("ENVOY");

/// The number of the plugin's context.
const PLUGIN: u32 = 1;

/// `Status`.
const OK: i32 = 0;
const NOT_FOUND: i32 = 1;
const BAD_ARGUMENT: i32 = 2;
const INVALID_MEMORY_ACCESS: i32 = 6;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is held until more of it comes.
    Held,
    /// It goes on with this body.
    Passed(Vec<u8>),
    /// It is answered with this status and text.
    Answered(u32, String),
}

#[derive(Default)]
struct Request {
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
    answer: Option<(u32, String)>,
}

#[derive(Default)]
struct State {
    limits: StoreLimits,
    memory: Option<Memory>,
    allocate: Option<TypedFunc<u32, u32>>,
    config: Vec<u8>,
    requests: BTreeMap<u32, Request>,
    /// The number of the request whose function is called.
    current: u32,
    /// A request whose body ends while the module asks for that of another, and what it answered.
    nested: Option<u32>,
    nested_answer: Option<u32>,
    millis: u64,
    logs: Vec<(i32, String)>,
    metrics: Vec<(String, i64)>,
}

impl State {
    fn request(&mut self) -> Option<&mut Request> {
        self.requests.get_mut(&self.current)
    }
}

/// One instance, used for many requests.
pub struct Envoy {
    store: Store<State>,
    instance: Instance,
    memory: Memory,
    next: u32,
}

type Host<'a> = Caller<'a, State>;

fn take(host: &Host<'_>, place: u32, length: u32) -> Result<Vec<u8>> {
    let memory = host.data().memory.map(|memory| memory.data(host)).unwrap_or_default();
    let bytes = memory.get(place as usize..place as usize + length as usize);
    Ok(bytes.ok_or_else(|| format_err!("{length} bytes at {place} are not in memory"))?.to_vec())
}

fn text(host: &Host<'_>, place: u32, length: u32) -> Result<String> {
    Ok(String::from_utf8(take(host, place, length)?)?)
}

fn put(host: &mut Host<'_>, place: u32, bytes: &[u8]) -> Result<()> {
    let memory = host.data().memory.ok_or_else(|| format_err!("no memory"))?;
    Ok(memory.write(host, place as usize, bytes)?)
}

/// Puts bytes into a block of the module's, and writes where and how many. As Envoy does, it writes nothing if there are
/// none.
fn give(host: &mut Host<'_>, bytes: &[u8], place: u32, length: u32) -> Result<i32> {
    if bytes.is_empty() {
        return Ok(OK);
    }
    let Some(allocate) = host.data().allocate.clone() else { bail!("no allocator") };
    let block = allocate.call(&mut *host, bytes.len() as u32)?;
    if block == 0 {
        return Ok(INVALID_MEMORY_ACCESS);
    }
    put(host, block, bytes)?;
    put(host, place, &block.to_le_bytes())?;
    put(host, length, &(bytes.len() as u32).to_le_bytes())?;
    Ok(OK)
}

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("env", "proxy_log", |mut host: Host<'_>, level: i32, place: u32, length: u32| {
        let message = text(&host, place, length)?;
        host.data_mut().logs.push((level, message));
        Ok(OK)
    })?;
    linker.func_wrap("env", "proxy_get_current_time_nanoseconds", |mut host: Host<'_>, place: u32| {
        let nanos = host.data().millis * 1_000_000 + 999_999;
        put(&mut host, place, &nanos.to_le_bytes()).map(|()| OK)
    })?;
    let get_buffer = |mut host: Host<'_>, buffer: i32, start: u32, length: u32, place: u32, found: u32| {
        if let Some(request) = host.data_mut().nested.take() {
            let function = host.get_export("proxy_on_request_body").and_then(wasmtime::Extern::into_func);
            let function = function.ok_or_else(|| format_err!("no function"))?.typed::<(u32, u32, u32), u32>(&host)?;
            let length = host.data().requests.get(&request).map_or(0, |request| request.body.len());
            let answer = function.call(&mut host, (request, length as u32, 1))?;
            host.data_mut().nested_answer = Some(answer);
        }
        let state = host.data_mut();
        let bytes = match buffer {
            0 => state.request().map(|request| request.body.clone()),
            7 => Some(state.config.clone()),
            _ => None,
        };
        let Some(bytes) = bytes else { return Ok(NOT_FOUND) };
        let Some(bytes) = bytes.get(start as usize..) else { return Ok(BAD_ARGUMENT) };
        give(&mut host, bytes.get(..length as usize).unwrap_or(bytes), place, found)
    };
    linker.func_wrap("env", "proxy_get_buffer_bytes", get_buffer)?;
    let set_buffer = |mut host: Host<'_>, buffer: i32, start: u32, length: u32, place: u32, bytes_length: u32| {
        let bytes = take(&host, place, bytes_length)?;
        match host.data_mut().request() {
            Some(request) if buffer == 0 && start == 0 && length as usize >= request.body.len() => {
                request.body = bytes;
                Ok(OK)
            }
            _ => Ok(BAD_ARGUMENT),
        }
    };
    linker.func_wrap("env", "proxy_set_buffer_bytes", set_buffer)?;
    let get_header = |mut host: Host<'_>, _map: i32, place: u32, length: u32, value: u32, value_length: u32| {
        let name = text(&host, place, length)?;
        let Some(found) = host.data_mut().request().and_then(|request| request.headers.get(&name).cloned()) else {
            return Ok(NOT_FOUND);
        };
        give(&mut host, found.as_bytes(), value, value_length)
    };
    linker.func_wrap("env", "proxy_get_header_map_value", get_header)?;
    linker.func_wrap(
        "env",
        "proxy_remove_header_map_value",
        |mut host: Host<'_>, _map: i32, place: u32, length: u32| {
            let name = text(&host, place, length)?;
            host.data_mut().request().map(|request| request.headers.remove(&name));
            Ok(OK)
        },
    )?;
    let set_header = |mut host: Host<'_>, _map: i32, place: u32, length: u32, value: u32, value_length: u32| {
        let (name, value) = (text(&host, place, length)?, text(&host, value, value_length)?);
        host.data_mut().request().map(|request| request.headers.insert(name, value));
        Ok(OK)
    };
    linker.func_wrap("env", "proxy_replace_header_map_value", set_header)?;
    let respond = |mut host: Host<'_>,
                   status: u32,
                   details: u32,
                   details_length: u32,
                   body: u32,
                   body_length: u32,
                   headers: u32,
                   headers_length: u32,
                   _grpc_status: i32| {
        text(&host, details, details_length)?;
        take(&host, headers, headers_length)?;
        let body = text(&host, body, body_length)?;
        let Some(request) = host.data_mut().request() else { return Ok(BAD_ARGUMENT) };
        if request.answer.replace((status, body)).is_some() {
            bail!("a request is answered twice");
        }
        Ok(OK)
    };
    linker.func_wrap("env", "proxy_send_local_response", respond)?;
    let define = |mut host: Host<'_>, kind: i32, place: u32, length: u32, number: u32| {
        let name = text(&host, place, length)?;
        if kind != 0 {
            return Ok(BAD_ARGUMENT);
        }
        host.data_mut().metrics.push((name, 0));
        let last = host.data().metrics.len() as u32 - 1;
        put(&mut host, number, &last.to_le_bytes()).map(|()| OK)
    };
    linker.func_wrap("env", "proxy_define_metric", define)?;
    linker.func_wrap("env", "proxy_increment_metric", |mut host: Host<'_>, number: u32, by: i64| {
        match host.data_mut().metrics.get_mut(number as usize) {
            Some((_, value)) => {
                *value += by;
                OK
            }
            None => BAD_ARGUMENT,
        }
    })?;
    Ok(linker)
}

impl Envoy {
    /// Starts the module with a configuration of its plugin. What it logs is the error if it refuses that.
    ///
    /// # Errors
    ///
    /// If it imports what the host lacks, or traps.
    pub fn new(compiled: &Compiled, config: &str) -> Result<std::result::Result<Self, String>> {
        let engine = compiled.module.engine();
        let state = State { limits: compiled.limits.clone(), config: config.into(), ..State::default() };
        let mut store = store(engine, state)?;
        store.limiter(|state| &mut state.limits);
        let instance = linker(engine)?.instantiate(&mut store, &compiled.module)?;
        let memory = instance.get_memory(&mut store, "memory").ok_or_else(|| format_err!("no memory"))?;
        let allocate = instance.get_typed_func(&mut store, "proxy_on_memory_allocate")?;
        store.data_mut().memory = Some(memory);
        store.data_mut().allocate = Some(allocate);
        let mut envoy = Self { store, instance, memory, next: PLUGIN + 1 };
        envoy.call::<_, ()>("proxy_abi_version_0_2_1", ())?;
        envoy.call::<_, ()>("proxy_on_context_create", (PLUGIN, 0))?;
        if envoy.call::<_, u32>("proxy_on_vm_start", (PLUGIN, 0))? == 0 {
            bail!("the module does not start");
        }
        if envoy.call::<_, u32>("proxy_on_configure", (PLUGIN, config.len() as u32))? == 0 {
            let logs: Vec<_> = envoy.logs().into_iter().map(|(_, message)| message).collect();
            return Ok(Err(logs.join("\n")));
        }
        Ok(Ok(envoy))
    }

    /// Calls a function of the module, with whatever arguments.
    ///
    /// # Errors
    ///
    /// If there is none of that name and type, or it traps.
    pub fn call<P: WasmParams, R: WasmResults>(&mut self, function: &str, arguments: P) -> Result<R> {
        self.instance.get_typed_func::<P, R>(&mut self.store, function)?.call(&mut self.store, arguments)
    }

    /// Begins a request, whose number it returns. `is_end` if it has no body.
    ///
    /// # Errors
    ///
    /// If the module traps.
    pub fn begin(&mut self, headers: &[(&str, &str)], is_end: bool) -> Result<(u32, Outcome)> {
        let number = self.next;
        self.next += 1;
        let headers: BTreeMap<_, _> =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let count = headers.len() as u32;
        self.store.data_mut().requests.insert(number, Request { headers, ..Request::default() });
        self.call::<_, ()>("proxy_on_context_create", (number, PLUGIN))?;
        self.store.data_mut().current = number;
        let action = self.call("proxy_on_request_headers", (number, count, u32::from(is_end)))?;
        // The headers go on at once.
        let outcome = self.outcome(number, action)?;
        Ok((number, if outcome == Outcome::Passed(Vec::new()) && !is_end { Outcome::Held } else { outcome }))
    }

    /// Sends a piece of the body.
    ///
    /// # Errors
    ///
    /// If the module traps.
    pub fn push(&mut self, number: u32, piece: &[u8], is_end: bool) -> Result<Outcome> {
        self.store.data_mut().current = number;
        let request = self.store.data_mut().request().ok_or_else(|| format_err!("no request {number}"))?;
        request.body.extend_from_slice(piece);
        let length = request.body.len() as u32;
        let action = self.call("proxy_on_request_body", (number, length, u32::from(is_end)))?;
        self.outcome(number, action)
    }

    /// Posts a body, in the middle of which the host ends that of another request, and returns what becomes of both.
    ///
    /// # Errors
    ///
    /// If the module traps, or does not ask for the body.
    pub fn post_around(&mut self, body: &[u8], other: u32, other_body: &[u8]) -> Result<[Outcome; 2]> {
        let request =
            self.store.data_mut().requests.get_mut(&other).ok_or_else(|| format_err!("no request {other}"))?;
        request.body.extend_from_slice(other_body);
        self.store.data_mut().nested = Some(other);
        let outcome = self.post(body)?;
        let answer = self.store.data_mut().nested_answer.take().ok_or_else(|| format_err!("no call in a call"))?;
        Ok([outcome, self.outcome(other, answer)?])
    }

    /// Ends the body with trailers.
    ///
    /// # Errors
    ///
    /// If the module traps.
    pub fn trailers(&mut self, number: u32) -> Result<Outcome> {
        self.store.data_mut().current = number;
        let action = self.call("proxy_on_request_trailers", (number, 1))?;
        self.outcome(number, action)
    }

    /// Ends a request, whether or not it is complete.
    ///
    /// # Errors
    ///
    /// If the module traps, or does not let go of it.
    pub fn finish(&mut self, number: u32) -> Result<()> {
        self.store.data_mut().current = number;
        if self.call::<_, u32>("proxy_on_done", number)? == 0 {
            bail!("the module holds on to request {number}");
        }
        self.call::<_, ()>("proxy_on_delete", number)?;
        self.store.data_mut().requests.remove(&number);
        Ok(())
    }

    /// Sends a request with this body in one piece, and returns what becomes of it.
    ///
    /// # Errors
    ///
    /// If the module traps.
    pub fn post(&mut self, body: &[u8]) -> Result<Outcome> {
        let (number, outcome) = self.begin(&[("content-length", &body.len().to_string())], false)?;
        if outcome != Outcome::Held {
            bail!("the headers: {outcome:?}");
        }
        let outcome = self.push(number, body, true)?;
        self.finish(number)?;
        Ok(outcome)
    }

    fn outcome(&mut self, number: u32, action: u32) -> Result<Outcome> {
        let request = self.store.data_mut().requests.get(&number).ok_or_else(|| format_err!("no request {number}"))?;
        Ok(match (action, request.answer.clone()) {
            (0, None) => Outcome::Passed(request.body.clone()),
            (1, None) => Outcome::Held,
            (1, Some((status, text))) => Outcome::Answered(status, text),
            other => bail!("request {number}: {other:?}"),
        })
    }

    /// Sets the time, in milliseconds since 1970.
    pub fn set_time(&mut self, millis: u64) {
        self.store.data_mut().millis = millis;
    }

    /// The headers of a request as they go on.
    #[must_use]
    pub fn headers(&self, number: u32) -> BTreeMap<String, String> {
        self.store.data().requests.get(&number).map(|request| request.headers.clone()).unwrap_or_default()
    }

    /// What has been logged since the last call, with its level.
    pub fn logs(&mut self) -> Vec<(i32, String)> {
        std::mem::take(&mut self.store.data_mut().logs)
    }

    /// A counter.
    ///
    /// # Errors
    ///
    /// If there is none of that name.
    pub fn metric(&self, name: &str) -> Result<i64> {
        let metrics = &self.store.data().metrics;
        let found = metrics.iter().find(|(of, _)| of == name);
        Ok(found.ok_or_else(|| format_err!("no counter {name}"))?.1)
    }

    /// How large the linear memory is.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        self.memory.data_size(&self.store)
    }
}
