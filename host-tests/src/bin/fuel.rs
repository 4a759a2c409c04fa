//! `cargo run --bin fuel -- GUEST... [--records FILE]` prints what each guest costs: its bytes, and
//! wasmtime's count of the instructions that it executes for a record, of the example stream or of a
//! file with one a line.
//!
//! Takes the component and the modules for Fluent Bit, Redpanda Connect and Bento.

use std::process::ExitCode;
use std::{env, fs};

use host_tests::DAY;
use host_tests::component::Compiled;
use host_tests::fluent_bit::FluentBit;
use host_tests::redpanda_connect::{Message, RedpandaConnect};
use wasmtime::Result;
use wasmtime::error::format_err;

/// 2026-03-04T12:15:00Z, in milliseconds since 1970.
const RECEIVED: u64 = 1_772_626_500_000;

fn main() -> Result<ExitCode> {
    let mut files: Vec<_> = env::args().skip(1).collect();
    let option = files.iter().position(|argument| argument == "--records");
    let records = match option.map(|option| files.split_off(option)).as_deref() {
        None => DAY.to_owned(),
        Some([_, path]) => fs::read_to_string(path)?,
        Some(_) => String::new(),
    };
    if files.is_empty() || records.is_empty() {
        eprintln!("usage: fuel GUEST... [--records FILE]");
        return Ok(ExitCode::from(2));
    }
    println!("{:<60} {:>9} {:>13}", "", "bytes", "fuel a record");
    for file in files {
        let guest = fs::read(&file)?;
        println!("{file:<60} {:>9} {:>13}", guest.len(), fuel(&guest, &records)?);
    }
    Ok(ExitCode::SUCCESS)
}

/// The fuel that a record takes once the buffers of a guest have grown.
fn fuel(guest: &[u8], stream: &str) -> Result<u64> {
    let records = stream.lines().count() as u64;
    let is_component = guest.get(4..8) == Some(&[0x0D, 0, 1, 0]);
    if is_component {
        let host = Compiled::of(guest, true)?.host("")?;
        let mut host = host.map_err(|error| format_err!("{}", error.message))?;
        host.transform(stream.as_bytes(), None)?;
        let before = host.fuel()?;
        host.transform(stream.as_bytes(), None)?;
        return Ok((before - host.fuel()?) / records);
    }
    if let Ok(mut host) = FluentBit::new(guest, true) {
        let function = host.function("cef")?;
        let mut before = 0;
        for _ in 0..2 {
            before = host.fuel()?;
            for record in stream.lines() {
                host.filter(&function, RECEIVED, record.as_bytes())?;
            }
        }
        return Ok((before - host.fuel()?) / records);
    }
    let mut host = RedpandaConnect::new(guest, true)?;
    let mut before = 0;
    for _ in 0..2 {
        before = host.fuel()?;
        for record in stream.lines() {
            host.process(Message { bytes: record.into(), ..Message::default() })?;
        }
    }
    Ok((before - host.fuel()?) / records)
}
