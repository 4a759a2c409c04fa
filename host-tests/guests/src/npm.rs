//! The npm package: what wasm-bindgen makes of the module, once for Node and once for browsers, and what stands beside it.

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
/// If cargo or wasm-bindgen fails, or a file cannot be read or written.
pub fn build_package(folder: &Path, target: &Path) -> Result<PathBuf> {
    // wasm-bindgen strips the module itself, when it has read there what the target can do. Every engine of today knows SIMD.
    let module = build("js", "npm", "-Ctarget-feature=+simd128", target)?;
    let folder = folder.join(FOLDER);
    let source = root().join("src/guest").join(FOLDER);

    let node = bindgen(&module, |bindgen| bindgen.nodejs(true))?;
    let web = bindgen(&module, |bindgen| bindgen.omit_default_module_path(false).web(true))?;
    if node.wasm != web.wasm {
        return Err("wasm-bindgen made different modules for Node and browsers".into());
    }
    let config = config_type(&fs::read_to_string(root().join("src/config.schema.json"))?)?;
    write(&folder, &format!("{NAME}.wasm"), &node.wasm)?;
    write(&folder, "node.cjs", node.script.as_bytes())?;
    write(&folder, "node.d.cts", format!("{}\n{config}", node.types).as_bytes())?;
    write(&folder, "web.js", web.script.as_bytes())?;
    write(&folder, "web.d.ts", format!("{}\n{config}", web.types).as_bytes())?;
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

/// wasm-bindgen's `free` throws when it is called again, as it is by a block that began with `using` after the object was freed in it.
const FREE: &str = "
const { free } = Transformer.prototype;
Transformer.prototype.free = function () {
    if (this.__wbg_ptr !== 0) free.call(this);
};
if (Symbol.dispose) Transformer.prototype[Symbol.dispose] = Transformer.prototype.free;
";

/// What wasm-bindgen makes.
struct Bound {
    wasm: Vec<u8>,
    script: String,
    types: String,
}

fn bindgen(
    module: &[u8],
    of: impl Fn(&mut Bindgen) -> std::result::Result<&mut Bindgen, anyhow::Error>,
) -> Result<Bound> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(NAME, module.to_vec());
    bindgen.typescript(true).remove_name_section(true).remove_producers_section(true);
    let output = of(&mut bindgen).and_then(|bindgen| bindgen.generate_output());
    let mut output = output.map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    let wasm = output.wasm_mut().emit_wasm();
    // Its own names of the files, and of types that it would write beside them.
    let script = output.js().replace(&format!("{NAME}_bg.wasm"), &format!("{NAME}.wasm"));
    let script = script.replace(&format!("/* @ts-self-types=\"./{NAME}.d.ts\" */\n"), "");
    let types = format!("/// <reference lib=\"esnext.disposable\" />\n{}", output.ts().unwrap_or_default());
    Ok(Bound { wasm, script: script + FREE, types })
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
