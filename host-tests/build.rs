//! Builds the guests that the tests run, and rebuilds them when what they are made of changes.

use std::env;
use std::path::PathBuf;

fn main() -> guests::Result<()> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let component = guests::build_component(&folder, &folder.join("target"))?;
    println!("cargo::rustc-env=COMPONENT={}", component.display());
    for module in guests::MODULES {
        let path = guests::build_module(module, &folder, &folder.join("target"))?;
        println!("cargo::rustc-env={}={}", module.feature.to_uppercase().replace('-', "_"), path.display());
    }
    let command = guests::build_command(&folder, &folder.join("target"))?;
    println!("cargo::rustc-env=COMMAND={}", command.display());
    let package = guests::npm::build_package(&folder, &folder.join("target"))?;
    println!("cargo::rustc-env=NPM={}", package.display());
    let wheel = guests::python::build_wheel(&folder.join(guests::CORE.file()), &folder)?;
    println!("cargo::rustc-env=WHEEL={}", wheel.display());
    for source in guests::SOURCES {
        // From this package's folder, in whichever clone it is.
        println!("cargo::rerun-if-changed=../{source}");
    }
    Ok(())
}
