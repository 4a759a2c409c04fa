//! Builds the guests that the tests run, and rebuilds them when what they are made of changes.

use std::env;
use std::path::PathBuf;

fn main() -> guests::Result<()> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let guests = guests::build_all(&folder)?;
    for (module, path) in guests::MODULES.iter().zip(guests.modules) {
        println!("cargo::rustc-env={}={}", module.feature.to_uppercase().replace('-', "_"), path.display());
    }
    for (name, path) in
        [("COMPONENT", guests.component), ("COMMAND", guests.command), ("NPM", guests.package), ("WHEEL", guests.wheel)]
    {
        println!("cargo::rustc-env={name}={}", path.display());
    }
    for source in guests::SOURCES {
        // From this package's folder, in whichever clone it is.
        println!("cargo::rerun-if-changed=../{source}");
    }
    Ok(())
}
