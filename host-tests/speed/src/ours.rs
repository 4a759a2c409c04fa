//! This crate: native, and its component and core module under wasmtime.

use std::path::Path;
use std::{fs, io};

use example_wasmtime::{Compiled, Limits};
use senhasegura_siem::{Config, Output, Transformer};
use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc};

use crate::check::Expect;
use crate::contestant::{Contestant, Run, Skipped};
use crate::{Input, Inputs, Result};

/// The batch of the contestant that all others are compared with.
pub(crate) const BATCH: usize = 128;

const NOTE: &str = "escapes and validates";

/// A day after the first message of the appliances, whose times have no year.
const RECEIVED: u64 = 1_772_679_600_000;

fn config(format: &str) -> String {
    format!(r#"{{"format": "{format}", "timezone": "-03:00"}}"#)
}

/// What this crate makes of a batch.
pub(crate) fn lines(format: &str, batch: &[u8]) -> Result<Vec<u8>> {
    let mut output = Output::default();
    Transformer::new(Config::from_json(&config(format))?).transform(batch, None, &mut output);
    Ok(output.lines)
}

/// The name of the contestant that all others are compared with.
pub(crate) fn reference() -> String {
    name("CEF", BATCH)
}

fn name(format: &str, size: usize) -> String {
    format!("**senhasegura-siem**, native, {format}, batches of {size}")
}

pub(crate) fn native(inputs: &Inputs) -> Result<Vec<Contestant<'_>>> {
    let mut all = Vec::new();
    for (format, shown) in [("cef", "CEF"), ("rfc5424", "RFC 5424"), ("sensage", "Sensage")] {
        let input = &inputs.day;
        for size in [1, 16, BATCH, 1024] {
            let expect = Expect::Bytes(lines(format, input.records().concat().as_bytes())?);
            let run = transformer(format, input, size, None)?;
            all.push(Contestant { name: name(shown, size), note: NOTE, input, expect, run });
        }
    }
    let (input, expect) = (&inputs.appliance, Expect::Message);
    let run = transformer("cef", input, BATCH, Some(RECEIVED))?;
    let name = format!("**senhasegura-siem**, native, the appliance's messages to CEF, batches of {BATCH}");
    all.push(Contestant { name, note: NOTE, input, expect, run });
    Ok(all)
}

fn transformer<'i>(format: &str, input: &Input, size: usize, received: Option<u64>) -> Result<Run<'i>> {
    let mut transformer = Transformer::new(Config::from_json(&config(format))?);
    let (batches, mut output) = (input.batches(size), Output::default());
    Ok(Run::Here(Box::new(move |sink| {
        for batch in &batches {
            transformer.transform(batch, received, &mut output);
            sink.lines(&output.lines);
        }
        Ok(())
    })))
}

/// Makes a guest run.
type Make<'i> = fn(&[u8], &Input) -> Result<Run<'i>>;

/// The component and the core module, if they have been built.
pub(crate) fn wasm<'i>(
    root: &Path,
    input: &'i Input,
    all: &mut Vec<Contestant<'i>>,
    skipped: &mut Vec<Skipped>,
) -> Result<()> {
    let guests: [(_, _, Make<'i>); 2] = [
        ("component in wasmtime", "senhasegura-siem.wasm", component),
        ("core module in wasmtime", "senhasegura-siem-core.wasm", core_module),
    ];
    for (name, file, make) in guests {
        match fs::read(root.join("dist").join(file)) {
            Ok(guest) => all.push(Contestant {
                name: format!("**senhasegura-siem**, {name}, CEF, batches of {BATCH}"),
                note: NOTE,
                input,
                expect: Expect::Bytes(lines("cef", input.records().concat().as_bytes())?),
                run: make(&guest, input)?,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                skipped.push(Skipped { name, why: format!("dist/{file} is missing: `cargo guests` builds it") });
            }
            Err(error) => return Err(format!("dist/{file}: {error}").into()),
        }
    }
    Ok(())
}

fn component<'i>(guest: &[u8], input: &Input) -> Result<Run<'i>> {
    let compiled = Compiled::with(&Engine::default(), guest, None)?;
    let made = compiled.instance(&config("cef"), Limits::NONE)?;
    let mut instance = made.map_err(|error| error.message)?;
    let batches = input.batches(BATCH);
    Ok(Run::Here(Box::new(move |sink| {
        for batch in &batches {
            sink.lines(&instance.transform(batch, None)?.lines);
        }
        Ok(())
    })))
}

fn core_module<'i>(guest: &[u8], input: &Input) -> Result<Run<'i>> {
    let mut core = Core::new(guest)?;
    core.write(config("cef").as_bytes())?;
    let make: TypedFunc<(), u32> = core.instance.get_typed_func(&mut core.store, "siem_make")?;
    let transformer = make.call(&mut core.store, ())?;
    let transform: TypedFunc<(u32, i64), u32> = core.instance.get_typed_func(&mut core.store, "siem_batch")?;
    let batches = input.batches(BATCH);
    Ok(Run::Here(Box::new(move |sink| {
        for batch in &batches {
            core.write(batch)?;
            let answer = transform.call(&mut core.store, (transformer, -1))?;
            // It begins with the text of all lines.
            let (start, length) = (core.number(answer)?, core.number(answer + 4)?);
            let memory = core.memory.data(&core.store);
            sink.lines(memory.get(start..start + length).ok_or("the lines are not in the memory")?);
        }
        Ok(())
    })))
}

/// An instance of the core module; `dist/senhasegura-siem-core.h` says what it exports.
struct Core {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    room: TypedFunc<u32, u32>,
}

impl Core {
    fn new(guest: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &Module::new(&engine, guest)?, &[])?;
        let memory = instance.get_memory(&mut store, "memory").ok_or("no memory")?;
        let room = instance.get_typed_func(&mut store, "siem_room")?;
        Ok(Self { store, instance, memory, room })
    }

    fn write(&mut self, input: &[u8]) -> Result<()> {
        let room = self.room.call(&mut self.store, input.len() as u32)?;
        Ok(self.memory.write(&mut self.store, room as usize, input)?)
    }

    fn number(&self, address: u32) -> Result<usize> {
        let mut bytes = [0; 4];
        self.memory.read(&self.store, address as usize, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes) as usize)
    }
}
