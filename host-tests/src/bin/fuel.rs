//! `cargo run --bin fuel -- GUEST... [--records FILE]` prints what each guest costs: its bytes, and
//! wasmtime's count of the instructions that it executes for a record, of the example stream or of
//! a file with one a line.
//!
//! Takes the component and the modules for Fluent Bit, Redpanda Connect, Bento and embedders.

use std::process::ExitCode;
use std::{env, fs};

use host_tests::{DAY, fuel};
use wasmtime::Result;

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
    println!("{:<60} {:>9} {:>15}", "", "bytes", "fuel per record");
    for file in files {
        let guest = fs::read(&file)?;
        println!("{file:<60} {:>9} {:>15}", guest.len(), fuel::of(&guest, &records)?);
    }
    Ok(ExitCode::SUCCESS)
}
