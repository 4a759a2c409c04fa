//! The npm package: the module, the script that calls it, once for Node and once for browsers, and what stands beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::{Result, build, root, write};

/// What the folders are called: the one of its sources, and the one that it is built in.
const FOLDER: &str = "npm";

const NAME: &str = "senhasegura-siem";

/// Builds the package into a folder `npm` inside of `folder`, to be packed by `npm pack`, and answers its path.
///
/// # Errors
///
/// If cargo fails, or a file cannot be read or written.
pub fn build_package(folder: &Path, target: &Path) -> Result<PathBuf> {
    // Every engine of today knows SIMD.
    let module = bind(build("js", "npm", "-Ctarget-feature=+simd128", target)?)?;
    let folder = folder.join(FOLDER);
    let source = root().join("src/guest").join(FOLDER);
    let read = |name: &str| fs::read_to_string(source.join(name)).map_err(|error| format!("reading {name}: {error}"));

    let config = config_type(&fs::read_to_string(root().join("src/config.schema.json"))?)?;
    let (script, types) = (read("transformer.js")?, format!("{}\n{config}", read("transformer.d.ts")?));
    write(&folder, &format!("{NAME}.wasm"), &module)?;
    // The same script, and how it comes by the module in Node and elsewhere.
    for name in ["node.cjs", "web.js"] {
        write(&folder, name, format!("{script}\n{}", read(name)?).as_bytes())?;
    }
    write(&folder, "node.d.cts", types.as_bytes())?;
    write(&folder, "web.d.ts", format!("{types}\n{}", read("web.d.ts")?).as_bytes())?;
    for file in ["node.mjs", "node.d.mts", "README.md"] {
        write(&folder, file, &fs::read(source.join(file))?)?;
    }
    for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
        write(&folder, file, &fs::read(root().join(file))?)?;
    }
    let package = fs::read_to_string(source.join("package.json"))?.replace("VERSION", env!("CARGO_PKG_VERSION"));
    write(&folder, "package.json", package.as_bytes())?;
    Ok(folder)
}

/// What wasm-bindgen makes of the module. Of its script nothing is needed, as the functions take and give numbers.
fn bind(module: Vec<u8>) -> Result<Vec<u8>> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(NAME, module).typescript(false).remove_name_section(true).remove_producers_section(true);
    let output = bindgen.bundler(true).and_then(Bindgen::generate_output);
    Ok(output.map_err(|error| format!("{error:#}"))?.wasm_mut().emit_wasm())
}

/// The TypeScript type of the configuration, of its JSON Schema.
#[expect(clippy::indexing_slicing, reason = "what a JSON value lacks is null")]
fn config_type(schema: &str) -> Result<String> {
    let schema: Value = serde_json::from_str(schema)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut members = format!("/** {} */\nexport interface Config {{\n", text(&schema["description"]));
    for (name, option) in schema["properties"].as_object().into_iter().flatten() {
        let mut notes = String::new();
        for (member, before) in [("minimum", "at least"), ("maximum", "at most"), ("maxLength", "characters, at most")]
        {
            if let Value::Number(bound) = &option[member] {
                let _ = write!(notes, " {before} {bound},");
            }
        }
        for example in option["examples"].as_array().into_iter().flatten() {
            let _ = write!(notes, " such as `{example}`,");
        }
        let notes = match notes.trim_matches([' ', ',']) {
            "" => String::new(),
            notes => format!(" ({notes})"),
        };
        let default = match &option["default"] {
            Value::Null => String::new(),
            default => format!(" @defaultValue `{default}`"),
        };
        let _ = writeln!(members, "    /** {}{notes}{default} */", text(&option["description"]));
        let types = match (&option["enum"], &option["type"]) {
            (Value::Array(words), _) => words.iter().map(Value::to_string).collect(),
            (_, Value::Array(types)) => types.iter().map(text).collect(),
            (_, name) => vec![text(name)],
        };
        let types = types.join(" | ").replace("integer", "number");
        let _ = writeln!(members, "    {name}?: {types};");
    }
    Ok(members + "}\n")
}
