//! `cargo guests [FOLDER]` builds what ships into a folder, `dist` unless another is named.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use guests::{Guests, Result};

fn main() -> ExitCode {
    guests::exit(build())
}

fn build() -> Result<()> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let folder = match arguments.as_slice() {
        [] => guests::root().join("dist"),
        [option] if option == "--help" || option == "-h" => {
            println!(
                "cargo guests [FOLDER]: builds the WebAssembly component, the modules, the command for WASI, the npm package, the playground and the Python package into FOLDER (default: dist)"
            );
            return Ok(());
        }
        [option] if option.to_string_lossy().starts_with('-') => {
            return Err(format!("expected a folder or --help, found {}", option.display()).into());
        }
        [folder] => PathBuf::from(folder),
        _ => return Err(format!("expected at most one folder, found {} arguments", arguments.len()).into()),
    };
    let Guests { component, modules, command, package, wheel } = guests::build_all(&folder)?;
    let header = guests::write_header(&folder)?;
    let playground = guests::playground::build(&folder, &package)?;
    eprintln!("{}", playground.display());
    let module = package.join("senhasegura-siem.wasm");
    for path in [component].into_iter().chain(modules).chain([header, wheel, command, module]) {
        eprintln!("{}: {} bytes", path.display(), path.metadata()?.len());
    }
    Ok(())
}
