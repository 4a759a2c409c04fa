//! `cargo guests [FOLDER]` builds what ships into a folder, `dist` unless another is named.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use guests::Result;

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
    let target = guests::target().join("guests");
    let mut paths = vec![guests::build_component(&folder, &target)?];
    for module in guests::MODULES {
        paths.push(guests::build_module(module, &folder, &target)?);
    }
    paths.push(guests::write_header(&folder)?);
    paths.push(guests::python::build_wheel(&folder.join(guests::CORE.file()), &folder)?);
    paths.push(guests::build_command(&folder, &target)?);
    let package = guests::npm::build_package(&folder, &target)?;
    paths.push(package.join("senhasegura-siem.wasm"));
    let playground = guests::playground::build(&folder, &package)?;
    eprintln!("{}", playground.display());
    for path in paths {
        eprintln!("{}: {} bytes", path.display(), path.metadata()?.len());
    }
    Ok(())
}
