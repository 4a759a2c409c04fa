//! The npm package: the module, the script that calls it, once for Node and once for browsers, and
//! what stands beside it.

use std::fs;
use std::path::{Path, PathBuf};

use wasm_bindgen_cli_support::Bindgen;

use crate::{Compiled, Module, Result, build, licences, root, write};

/// What the folders are called: the one of its sources, and the one that it is built in.
const FOLDER: &str = "npm";

const NAME: &str = "senhasegura-siem";

/// What its module is compiled from.
pub const COMPILED: Compiled = Compiled::Library("js");

/// What wasm-bindgen makes the module of.
const MODULE: Module = Module { profile: "npm", ..Module::fast("js", "js") }
    .with("", &["--enable-simd", "--enable-reference-types", "--enable-multivalue"]);

/// Builds the package into a folder `npm` inside of `folder`, to be packed by `npm pack`, and
/// returns its path.
pub(crate) fn build_package(folder: &Path, target: &Path) -> Result<PathBuf> {
    let module = bind(build(&MODULE, target)?)?;
    let folder = folder.join(FOLDER);
    let source = root().join("src/guest").join(FOLDER);
    let read = |name: &str| fs::read_to_string(source.join(name)).map_err(|error| format!("reading {name}: {error}"));

    let script = [read("transformer.js")?, read("stream.js")?].join("\n");
    let types = [read("transformer.d.ts")?, read("config.d.ts")?].join("\n");
    write(&folder, &format!("{NAME}.wasm"), &module)?;
    // The same script, and how it loads the module in Node and elsewhere.
    for name in ["node.cjs", "web.js"] {
        write(&folder, name, format!("{script}\n{}", read(name)?).as_bytes())?;
    }
    for name in ["node.d.cts", "web.d.ts"] {
        write(&folder, name, format!("{types}\n{}", read(name)?).as_bytes())?;
    }
    for file in ["node.mjs", "node.d.mts", "README.md"] {
        write(&folder, file, &fs::read(source.join(file))?)?;
    }
    for file in licences::OWN {
        write(&folder, file, &fs::read(root().join(file))?)?;
    }
    write(&folder, licences::FILE, licences::third_party(&[COMPILED])?.as_bytes())?;
    let package = fs::read_to_string(source.join("package.json"))?.replace("VERSION", env!("CARGO_PKG_VERSION"));
    write(&folder, "package.json", package.as_bytes())?;
    Ok(folder)
}

/// What wasm-bindgen makes of the module. Of its script nothing is needed, as the functions take
/// and give numbers.
fn bind(module: Vec<u8>) -> Result<Vec<u8>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(NAME, module).typescript(false).remove_name_section(true).remove_producers_section(true);
    let output = bindgen.bundler(true).and_then(Bindgen::generate_output);
    Ok(output.map_err(|error| format!("{error:#}"))?.wasm_mut().emit_wasm())
}
