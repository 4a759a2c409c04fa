//! Builds the guests that the tests run, and rebuilds them when what they are made of changes.

use std::env;
use std::path::PathBuf;

fn main() -> guests::Result<()> {
    let folder = PathBuf::from(env::var("OUT_DIR")?);
    let component = guests::build_component(&folder, &folder.join("target"))?;
    println!("cargo::rustc-env=COMPONENT={}", component.display());
    for source in guests::SOURCES {
        // From this package's folder, in whichever clone it is.
        println!("cargo::rerun-if-changed=../{source}");
    }
    Ok(())
}
