//! Prints the table of all contestants, and with `--plot FILE` draws it.
//!
//! `cargo bench --manifest-path host-tests/speed/Cargo.toml -- --plot speed.svg`
//!
//! `cargo test` wants to see that it works, not how fast: it takes one turn.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs};

use speed::{Effort, Inputs, Result, contestants, measure, plot, table};

const BENCH: Effort = Effort { rounds: 41, turn: Duration::from_millis(10), warm_up: Duration::from_millis(300) };
const TEST: Effort = Effort { rounds: 1, turn: Duration::ZERO, warm_up: Duration::ZERO };

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut effort = TEST;
    let mut file = None;
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // What `cargo bench` passes.
            "--bench" => effort = BENCH,
            "--plot" => file = Some(arguments.next().ok_or("--plot needs a file")?),
            _ => return Err(format!("expected --plot FILE, found {argument}").into()),
        }
    }

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let inputs = Inputs::read(&root)?;
    let (mut contestants, skipped) = contestants(&root, Path::new(env!("CARGO_TARGET_TMPDIR")), &inputs)?;
    for skipped in skipped {
        eprintln!("{} is skipped: {}", skipped.name, skipped.why);
    }
    let wrong: Vec<String> = contestants
        .iter_mut()
        .filter_map(|contestant| contestant.check().err())
        .map(|error| error.to_string())
        .collect();
    if !wrong.is_empty() {
        return Err(wrong.join("\n\n").into());
    }
    let measured = measure(&mut contestants, effort)?;
    let (records, bytes) = (inputs.day.records().len(), inputs.day.bytes());
    println!("{records} records, {} bytes each on average; median of {} rounds\n", bytes / records, effort.rounds);
    print!("{}", table(&measured)?);
    let drawing = plot(&measured)?;
    if let Some(file) = file {
        fs::write(file, drawing)?;
    }
    Ok(())
}
