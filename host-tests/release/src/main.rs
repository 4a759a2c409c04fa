//! `cargo dist [FOLDER]` makes a release in a folder, `dist` unless another is named.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use guests::Result;
use guests::release::at_its_time;

fn main() -> ExitCode {
    at_its_time(make)
}

fn make() -> Result<()> {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let folder = match arguments.as_slice() {
        [] => guests::root().join("dist"),
        [option] if option == "--help" || option == "-h" => {
            println!(
                "cargo dist [FOLDER]: makes a release in FOLDER (default: dist): what `cargo guests` and `cargo debian` build, archives of it, the packages compiled in and their licences, and SHA256SUMS; the same bytes wherever it is made. FOLDER/npm and FOLDER/playground are made anew"
            );
            return Ok(());
        }
        [option] if option.to_string_lossy().starts_with('-') => {
            return Err(format!("expected a folder or --help, found {}", option.display()).into());
        }
        [folder] => PathBuf::from(folder),
        _ => return Err(format!("expected at most one folder, found {} arguments", arguments.len()).into()),
    };
    release::make(&folder)
}
