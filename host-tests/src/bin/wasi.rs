//! `cargo run --release --bin wasi -- COMMAND.wasm ARGUMENT...` runs a command for WASI as
//! `wasmtime run --dir .` does: with this process's standard streams and the current folder.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use host_tests::command::Compiled;
use wasmtime::Result;

fn main() -> Result<ExitCode> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let Some(path) = arguments.first() else {
        eprintln!("usage: wasi COMMAND.wasm ARGUMENT...");
        return Ok(ExitCode::from(2));
    };
    let (stdin, stdout, stderr) =
        (wasmtime_wasi::cli::stdin(), wasmtime_wasi::cli::stdout(), wasmtime_wasi::cli::stderr());
    let code = Compiled::of(path)?.run(&arguments, &[(Path::new("."), ".")], stdin, stdout, stderr)?;
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}
