//! Turns files, or the standard input, into lines with the component under wasmtime: lines go to
//! the standard output, rejected records and a count of what was changed to the standard error.
//!
//! `example-wasmtime COMPONENT CONFIG [FILE]...`, where CONFIG is the JSON text of the
//! configuration.

use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::{env, fs};

use wasmtime::component::{Component, Linker};
use wasmtime::error::{Context, format_err};
use wasmtime::{Engine, Result, Store};

mod bindings {
    wasmtime::component::bindgen!({ path: "../../wit", world: "transformer" });
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let usage = "usage: example-wasmtime COMPONENT CONFIG [FILE]...";
    let (Some(component), Some(config)) = (arguments.next(), arguments.next()) else {
        return Err(format_err!("{usage}"));
    };

    // Compile the component, once for a program, and instantiate it with an empty linker: it
    // imports nothing.
    let engine = Engine::default();
    let component = Component::from_file(&engine, component)?;
    let mut store = Store::new(&engine, ());
    // A file may be long, and nothing but rejected records, each with its message: no bound on the
    // answer's length.
    store.set_hostcall_fuel(usize::MAX);
    let instance = bindings::Transformer::instantiate(&mut store, &component, &Linker::new(&engine))?;
    let transform = instance.senhasegura_siem_transform();

    // Make a transformer. What is wrong with the configuration is an ordinary result.
    let transformer = transform.transformer().call_create(&mut store, &config)?;
    let transformer = transformer.map_err(|error| format_err!("configuration {}: {}", error.pointer, error.message))?;

    let mut stdout = io::stdout().lock();
    let mut files: Vec<_> = arguments.collect();
    if files.is_empty() {
        files.push("-".into());
    }
    for file in files {
        // Each file is a batch. A host of an endless stream would give what has come up to the last
        // line end.
        let mut batch = Vec::new();
        match file.as_str() {
            "-" => io::stdin().read_to_end(&mut batch),
            path => fs::File::open(path).and_then(|mut file| file.read_to_end(&mut batch)),
        }
        .with_context(|| file.clone())?;
        let output = transform.transformer().call_transform(&mut store, transformer, &batch, None)?;

        // The lines are ready to be written; a rejection says where its record stands and why it is
        // no line.
        stdout.write_all(&output.lines)?;
        for rejection in output.rejections {
            eprintln!("{file}, bytes {} to {}: {}", rejection.start, rejection.end, rejection.message);
        }
        let bindings::exports::senhasegura::siem::transform::Changes {
            renamed,
            replaced,
            truncated,
            dropped,
            repeated,
            unreadable,
        } = output.changes;
        eprintln!(
            "{file}: {} lines; {renamed} renamed, {replaced} replaced, {truncated} truncated, {dropped} dropped, {repeated} repeated, {unreadable} unreadable",
            output.written
        );
    }
    Ok(())
}
