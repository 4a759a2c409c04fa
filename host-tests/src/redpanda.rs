//! Redpanda's data transforms: what the broker checks of a module, the functions that it offers, its limits, and how it
//! starts a module anew that has ended. After `src/v/wasm` and `src/v/transform` of its source; it is no broker.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

use wasmparser::{Parser, Payload, ValType};
use wasmtime::error::format_err;
use wasmtime::{
    Caller, Engine, Extern, ExternType, InstancePre, Linker, Module, Result, Store, StoreLimits, StoreLimitsBuilder,
};

use crate::wasm::config;
use crate::{WITHOUT_SIMD, append_leb128};

/// The path of the module.
pub const PATH: &str = env!("REDPANDA");

/// `data_transforms_binary_max_size`.
const BINARY_MAX: usize = 10 << 20;

/// `data_transforms_per_function_memory_limit`.
pub const MEMORY_MAX: usize = 2 << 20;

const TABLE_MAX: usize = 16_384;

const STACK_MAX: usize = 64 << 10;

/// That of `data_transforms_runtime_limit_ms`, for the start and for each record.
pub const FUEL: u64 = 6_000_000_000;

/// The number of output topics, at most.
const TOPICS_MAX: usize = 8;

const TRANSFORM: &str = "redpanda_transform";
const WASI: &str = "wasi_snapshot_preview1";

/// What a record has but for its time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value.
    pub value: Option<Vec<u8>>,
    /// The headers.
    pub headers: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl Record {
    /// A record without a key or headers.
    #[must_use]
    pub fn of(value: impl Into<Vec<u8>>) -> Self {
        Self { value: Some(value.into()), ..Self::default() }
    }

    /// The same record with another header.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((key.into(), Some(value.into())));
        self
    }

    /// As it is stored.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        let text = |text: Option<&[u8]>, payload: &mut Vec<u8>| {
            append(text.map_or(-1, |text| text.len() as i64), payload);
            payload.extend_from_slice(text.unwrap_or_default());
        };
        text(self.key.as_deref(), &mut payload);
        text(self.value.as_deref(), &mut payload);
        append(self.headers.len() as i64, &mut payload);
        for (key, value) in &self.headers {
            text(Some(key), &mut payload);
            text(value.as_deref(), &mut payload);
        }
        payload
    }

    /// Reads what is stored; `None` if the broker refuses it.
    #[must_use]
    pub fn read(mut payload: &[u8]) -> Option<Self> {
        let rest = &mut payload;
        let (key, value) = (take(rest)?, take(rest)?);
        let mut headers = Vec::new();
        for _ in 0..number(rest)? {
            headers.push((take(rest)?.unwrap_or_default(), take(rest)?));
        }
        rest.is_empty().then_some(Self { key, value, headers })
    }
}

/// Appends a number as a "varint" of Kafka.
pub fn append(number: i64, bytes: &mut Vec<u8>) {
    append_leb128((number << 1 ^ number >> 63) as u64, bytes);
}

fn number(rest: &mut &[u8]) -> Option<i64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *rest.split_off_first()?;
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some((number >> 1) as i64 ^ -((number & 1) as i64));
        }
    }
    None
}

#[expect(clippy::option_option, reason = "nothing to take, or null")]
fn take(rest: &mut &[u8]) -> Option<Option<Vec<u8>>> {
    let Ok(length) = usize::try_from(number(rest)?) else { return Some(None) };
    rest.split_off(..length).map(|text| Some(text.to_vec()))
}

/// A record of the input topic, as it is stored, and its time in milliseconds since 1970.
pub type Input = (Vec<u8>, i64);

/// A deployed transform.
pub struct Transform {
    module: InstancePre<State>,
    topics: Vec<String>,
    environment: Vec<u8>,
    variables: Vec<usize>,
    memory_max: usize,
}

/// What befalls a module.
#[derive(Debug, Clone, Copy, Default)]
pub enum Fate {
    /// Nothing.
    #[default]
    Lives,
    /// The broker ends it at this of its calls.
    Killed(usize),
    /// This call of a function answers this.
    Answered(&'static str, usize, i32),
}

/// What became of a start of a module.
#[derive(Debug, Default)]
pub struct Run {
    /// The records that it wrote, with the indices of their topics.
    pub written: Vec<(usize, Record)>,
    /// How many batches it has done with.
    pub batches: usize,
    /// What it logged.
    pub log: String,
    /// How it ended.
    pub end: End,
    /// How large its linear memory is.
    pub memory: usize,
    /// The most fuel that a record took.
    pub fuel_max: u64,
    /// The fuel of all records.
    pub fuel: u64,
}

/// How a module ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It waits for another batch.
    #[default]
    Waits,
    /// It has ended by itself.
    Ended,
    /// The broker has ended it.
    Killed,
    /// It trapped.
    Trapped(String),
}

/// Why a call of the broker's does not return.
#[derive(Debug)]
struct Stopped(End);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Stopped {}

struct State {
    limits: StoreLimits,
    topics: Vec<String>,
    environment: Vec<u8>,
    variables: Vec<usize>,
    batches: VecDeque<Vec<Input>>,
    /// The batch that is under way.
    batch: Option<VecDeque<Input>>,
    offset: i64,
    /// The calls so far: of all functions, or of the one that is to answer something else.
    calls: usize,
    fate: Fate,
    run: Run,
}

/// A module that the broker has checked and compiled.
pub struct Binary(InstancePre<State>);

impl Binary {
    /// Checks and compiles a module.
    ///
    /// # Errors
    ///
    /// If the broker would refuse it.
    pub fn new(module: &[u8]) -> Result<Self> {
        let engine = Engine::new(config().consume_fuel(true).max_wasm_stack(STACK_MAX))?;
        check_binary(module)?;
        let module = Module::new(&engine, module)?;
        check(&module)?;
        let mut linker = Linker::new(&engine);
        link(&mut linker)?;
        Ok(Self(linker.instantiate_pre(&module)?))
    }
}

impl Transform {
    /// Deploys a module with these output topics and variables.
    ///
    /// # Errors
    ///
    /// If the broker would refuse them.
    pub fn deploy(binary: &Binary, topics: &[&str], variables: &[(&str, &str)]) -> Result<Self> {
        if topics.is_empty() || topics.len() > TOPICS_MAX {
            return Err(format_err!("expected one to {TOPICS_MAX} output topics, found {}", topics.len()));
        }
        let mut environment: Vec<u8> = Vec::new();
        let mut starts = Vec::new();
        let mut set = |name: &str, value: &str| {
            starts.push(environment.len());
            environment.extend_from_slice(format!("{name}={value}\0").as_bytes());
        };
        for (name, value) in variables {
            set(name, value);
        }
        set("REDPANDA_INPUT_TOPIC", "events");
        for (index, topic) in topics.iter().enumerate() {
            set(&format!("REDPANDA_OUTPUT_TOPIC_{index}"), topic);
        }
        let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        Ok(Self { module: binary.0.clone(), topics, environment, variables: starts, memory_max: MEMORY_MAX })
    }

    /// The same with another `data_transforms_per_function_memory_limit`.
    #[must_use]
    pub fn with_memory(self, memory_max: usize) -> Self {
        Self { memory_max, ..self }
    }

    /// Starts the module, and gives it batches, as long as it waits for them.
    ///
    /// # Errors
    ///
    /// If it does not start at all.
    pub fn run(&self, batches: &[Vec<Input>], fate: Fate) -> Result<Run> {
        let limits =
            StoreLimitsBuilder::new().memory_size(self.memory_max).table_elements(TABLE_MAX).memories(1).tables(1);
        let state = State {
            limits: limits.build(),
            topics: self.topics.clone(),
            environment: self.environment.clone(),
            variables: self.variables.clone(),
            batches: batches.iter().cloned().collect(),
            batch: None,
            offset: 0,
            calls: 0,
            fate,
            run: Run::default(),
        };
        let mut store = Store::new(self.module.module().engine(), state);
        store.limiter(|state| &mut state.limits);
        store.set_fuel(FUEL)?;
        let instance = self.module.instantiate(&mut store)?;
        let outcome = instance.get_typed_func::<(), ()>(&mut store, "_start")?.call(&mut store, ());
        let end = match outcome {
            Ok(()) => End::Ended,
            Err(error) => match error.downcast::<Stopped>() {
                Ok(stopped) => stopped.0,
                Err(error) => End::Trapped(format!("{error:?}")),
            },
        };
        let memory = instance.get_memory(&mut store, "memory").map_or(0, |memory| memory.data_size(&store));
        Ok(Run { end, memory, ..store.into_data().run })
    }
}

/// What the broker checks of a module's bytes when it is deployed.
fn check_binary(module: &[u8]) -> Result<()> {
    if module.len() > BINARY_MAX {
        return Err(format_err!("expected at most {BINARY_MAX} bytes, found {}", module.len()));
    }
    // Its parser knows no more value types, and wasmtime is built without the proposals since.
    wasmparser::Validator::new_with_features(WITHOUT_SIMD).validate_all(module)?;
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::TypeSection(types) = payload? {
            for function in types.into_iter_err_on_gc_types() {
                let function = function?;
                if function.params().iter().chain(function.results()).any(|kind| *kind == ValType::V128) {
                    return Err(format_err!("unknown value type"));
                }
            }
        }
    }
    Ok(())
}

/// What the broker checks of a module that it has compiled.
fn check(module: &Module) -> Result<()> {
    let is_start = |kind: Option<ExternType>| {
        kind.and_then(|kind| kind.func().map(|kind| kind.params().len() + kind.results().len())) == Some(0)
    };
    let mut memories = module.exports().filter(|export| export.ty().memory().is_some_and(|memory| !memory.is_64()));
    let knows = |import: wasmtime::ImportType<'_>| {
        import.module() == TRANSFORM && ["check_abi_version_1", "check_abi_version_2"].contains(&import.name())
    };
    if !is_start(module.get_export("_start")) {
        return Err(format_err!("expected the function `_start`"));
    }
    if memories.next().is_none_or(|memory| memory.name() != "memory") || memories.next().is_some() {
        return Err(format_err!("expected one memory, `memory`"));
    }
    if !module.imports().any(knows) {
        return Err(format_err!("expected an import that tells the version of the interface"));
    }
    Ok(())
}

/// Counts a call. Returns what to answer in place of the function's own answer, and fails if the broker ends the
/// module here.
fn call(caller: &mut Caller<'_, State>, function: &str) -> Result<Option<i32>> {
    let state = caller.data_mut();
    state.calls += usize::from(!matches!(state.fate, Fate::Answered(of, ..) if of != function));
    match state.fate {
        Fate::Killed(call) if state.calls >= call => Err(Stopped(End::Killed).into()),
        Fate::Answered(of, call, answer) if of == function && state.calls == call => Ok(Some(answer)),
        _ => Ok(None),
    }
}

/// The memory, and the range of these bytes; the broker traps if they are not all there.
fn place<'c>(
    caller: &'c mut Caller<'_, State>,
    at: u32,
    length: u32,
) -> Result<(&'c mut [u8], &'c mut State, Range<usize>)> {
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else { return Err(format_err!("no memory")) };
    let (memory, state) = memory.data_and_store_mut(caller);
    let range = at as usize..at as usize + length as usize;
    if range.end > memory.len() {
        return Err(format_err!("out of bounds: {range:?} of {}", memory.len()));
    }
    Ok((memory, state, range))
}

fn read(caller: &mut Caller<'_, State>, at: u32, length: u32) -> Result<Vec<u8>> {
    let (memory, _, range) = place(caller, at, length)?;
    Ok(memory.get(range).unwrap_or_default().to_vec())
}

fn write(caller: &mut Caller<'_, State>, at: u32, bytes: &[u8]) -> Result<()> {
    let (memory, _, range) = place(caller, at, bytes.len() as u32)?;
    memory.get_mut(range).into_iter().for_each(|place| place.copy_from_slice(bytes));
    Ok(())
}

/// Offers what the broker does, but for what this module does not import.
fn link(linker: &mut Linker<State>) -> Result<()> {
    linker.func_wrap(TRANSFORM, "check_abi_version_1", || {})?;
    linker.func_wrap(TRANSFORM, "check_abi_version_2", || {})?;
    linker.func_wrap(
        TRANSFORM,
        "read_batch_header",
        |mut caller: Caller<'_, State>,
         base_offset: u32,
         record_count: u32,
         leader_epoch: u32,
         attributes: u32,
         last_offset_delta: u32,
         base_timestamp: u32,
         max_timestamp: u32,
         producer_id: u32,
         producer_epoch: u32,
         base_sequence: u32|
         -> Result<i32> {
            let state = caller.data_mut();
            // What has not been read of the batch is passed over.
            state.run.batches += usize::from(state.batch.take().is_some());
            if let Some(answer) = call(&mut caller, "read_batch_header")? {
                return Ok(answer);
            }
            refuel(&mut caller)?;
            let state = caller.data_mut();
            let Some(batch) = state.batches.pop_front() else { return Err(Stopped(End::Waits).into()) };
            let (count, offset) = (batch.len() as i32, state.offset);
            let longest = batch.iter().map(|record| record.0.len()).max().unwrap_or_default();
            let times = batch.iter().map(|record| record.1);
            let times = [batch.first().map_or(0, |first| first.1), times.max().unwrap_or_default()];
            state.batch = Some(batch.into());
            for (at, number) in [(base_offset, offset), (base_timestamp, times[0]), (max_timestamp, times[1])] {
                write(&mut caller, at, &number.to_le_bytes())?;
            }
            write(&mut caller, producer_id, &(-1_i64).to_le_bytes())?;
            for (at, number) in
                [(record_count, count), (leader_epoch, 1), (last_offset_delta, count - 1), (base_sequence, -1)]
            {
                write(&mut caller, at, &number.to_le_bytes())?;
            }
            for (at, number) in [(attributes, 0_i16), (producer_epoch, -1)] {
                write(&mut caller, at, &number.to_le_bytes())?;
            }
            Ok(longest as i32)
        },
    )?;
    linker.func_wrap(
        TRANSFORM,
        "read_next_record",
        |mut caller: Caller<'_, State>,
         attributes: u32,
         timestamp: u32,
         offset: u32,
         buffer: u32,
         length: u32|
         -> Result<i32> {
            if let Some(answer) = call(&mut caller, "read_next_record")? {
                return Ok(answer);
            }
            place(&mut caller, buffer, length)?;
            let state = caller.data_mut();
            let Some((payload, time)) = state.batch.as_mut().and_then(VecDeque::pop_front) else { return Ok(-1) };
            if payload.len() > length as usize {
                state.batch.iter_mut().for_each(|batch| batch.push_front((payload.clone(), time)));
                return Ok(-2);
            }
            let number = state.offset;
            state.offset += 1;
            write(&mut caller, attributes, &[0])?;
            write(&mut caller, timestamp, &time.to_le_bytes())?;
            write(&mut caller, offset, &number.to_le_bytes())?;
            write(&mut caller, buffer, &payload)?;
            refuel(&mut caller)?;
            Ok(payload.len() as i32)
        },
    )?;
    linker.func_wrap(TRANSFORM, "write_record", |mut caller: Caller<'_, State>, record: u32, length: u32| {
        emit(&mut caller, record, length, None)
    })?;
    linker.func_wrap(
        TRANSFORM,
        "write_record_with_options",
        |mut caller: Caller<'_, State>, record: u32, length: u32, options: u32, options_length: u32| -> Result<i32> {
            if let Some(answer) = call(&mut caller, "write_record_with_options")? {
                return Ok(answer);
            }
            let options = read(&mut caller, options, options_length)?;
            let topic = match options.split_first() {
                None => None,
                Some((1, mut rest)) => match take(&mut rest) {
                    Some(Some(topic)) if rest.is_empty() => Some(String::from_utf8_lossy(&topic).into_owned()),
                    _ => return Ok(-2),
                },
                Some(_) => return Ok(-2),
            };
            emit(&mut caller, record, length, topic)
        },
    )?;
    linker.func_wrap(
        WASI,
        "environ_sizes_get",
        |mut caller: Caller<'_, State>, count: u32, size: u32| -> Result<i32> {
            if let Some(answer) = call(&mut caller, "environ_sizes_get")? {
                return Ok(answer);
            }
            let state = caller.data();
            let (variables, bytes) = (state.variables.len() as u32, state.environment.len() as u32);
            write(&mut caller, count, &variables.to_le_bytes())?;
            write(&mut caller, size, &bytes.to_le_bytes())?;
            Ok(0)
        },
    )?;
    linker.func_wrap(
        WASI,
        "environ_get",
        |mut caller: Caller<'_, State>, variables: u32, text: u32| -> Result<i32> {
            if let Some(answer) = call(&mut caller, "environ_get")? {
                return Ok(answer);
            }
            let starts = caller.data().variables.clone();
            for (index, start) in starts.into_iter().enumerate() {
                write(&mut caller, variables + 4 * index as u32, &(text + start as u32).to_le_bytes())?;
            }
            let environment = caller.data().environment.clone();
            write(&mut caller, text, &environment)?;
            Ok(0)
        },
    )?;
    linker.func_wrap(
        WASI,
        "fd_write",
        |mut caller: Caller<'_, State>, file: i32, pieces: u32, count: u32, written: u32| -> Result<i32> {
            if let Some(answer) = call(&mut caller, "fd_write")? {
                return Ok(answer);
            }
            if ![1, 2].contains(&file) {
                return Ok(52); // ENOSYS
            }
            let mut total = 0;
            for index in 0..count {
                let piece = read(&mut caller, pieces + 8 * index, 8)?;
                let number = |range: Range<usize>| piece.get(range).and_then(|bytes| bytes.try_into().ok());
                let [at, length] = [0..4, 4..8].map(|range| number(range).map_or(0, u32::from_le_bytes));
                let text = read(&mut caller, at, length)?;
                caller.data_mut().run.log.push_str(&String::from_utf8_lossy(&text));
                total += length;
            }
            write(&mut caller, written, &total.to_le_bytes())?;
            Ok(0)
        },
    )?;
    Ok(())
}

/// Sets the fuel for the next record, and counts what the last one took.
fn refuel(caller: &mut Caller<'_, State>) -> Result<()> {
    let used = FUEL - caller.get_fuel()?;
    let run = &mut caller.data_mut().run;
    run.fuel += used;
    run.fuel_max = run.fuel_max.max(used);
    caller.set_fuel(FUEL)
}

fn emit(caller: &mut Caller<'_, State>, record: u32, length: u32, topic: Option<String>) -> Result<i32> {
    let payload = read(caller, record, length)?;
    let state = caller.data_mut();
    if state.batch.is_none() {
        return Ok(-1);
    }
    let Some(record) = Record::read(&payload) else { return Ok(-2) };
    let topic = topic.map_or(Some(0), |topic| state.topics.iter().position(|known| *known == topic));
    let Some(topic) = topic else { return Ok(-3) };
    state.run.written.push((topic, record));
    Ok(length as i32)
}
