//! Makes modules smaller with Binaryen, from npm: a tenth, and where they are interpreted, they
//! execute a fiftieth less.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Result, read, target};

/// The release, which decides every byte of what is built.
const RELEASE: &str = "132.0.0";

/// All optimisations; then again, after locals and loops have been laid out anew, and once more, after
/// functions that are much alike have been merged: a hundredth smaller than once. Each as often as it makes
/// the module smaller would take three times as long, and save a six-hundredth.
const PASSES: [&str; 11] = [
    // The first bytes of memory are the far end of the stack: no address points there, unless the stack
    // is about to overflow, which traps.
    "--low-memory-unused",
    "-O3",
    "--flatten",
    "--rereloop",
    "-O3",
    "--merge-similar-functions",
    "-O3",
    "--reorder-functions",
    "--reorder-locals",
    // Sections that no host reads: 225 bytes.
    "--strip-producers",
    "--strip-target-features",
];

/// What each host of core modules knows beyond the first version of WebAssembly.
const FEATURES: [&str; 5] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
];

/// Returns the module optimised. `features` are those that it may have beyond [`FEATURES`]; `work`
/// is a folder for files of this guest, from which the same module is taken the next time: Binaryen needs
/// ten seconds for one.
///
/// # Errors
///
/// If Node or npm is missing or fails.
pub(crate) fn optimize(module: &[u8], features: &[&str], work: &Path) -> Result<Vec<u8>> {
    let [before, after, options] = ["module.wasm", "optimised.wasm", "options"].map(|name| work.join(name));
    let arguments = [&PASSES[..], &FEATURES, features].concat();
    let made_by = [&[RELEASE], &*arguments].concat().join(" ");
    let is_made = fs::read_to_string(&options).is_ok_and(|options| options == made_by)
        && fs::read(&before).is_ok_and(|before| before == module);
    if !is_made {
        fs::create_dir_all(work)?;
        fs::write(&options, "")?;
        fs::write(&before, module)?;
        let mut node = Command::new("node");
        node.arg(wasm_opt()?).args(arguments).arg(&before).arg("-o").arg(&after);
        run(&mut node, "wasm-opt")?;
        fs::write(&options, made_by)?;
    }
    read(&after)
}

/// Returns the path of the script `wasm-opt`, which is installed among the build products if need
/// be.
fn wasm_opt() -> Result<PathBuf> {
    let folder = target().join(format!("binaryen-{RELEASE}"));
    let script = folder.join("node_modules/binaryen/bin/wasm-opt");
    if !script.exists() {
        // Whoever else installs it meanwhile has the same.
        let unfinished = target().join(format!("binaryen-{}", std::process::id()));
        fs::create_dir_all(&unfinished)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix"]).arg(&unfinished);
        run(npm.arg(format!("binaryen@{RELEASE}")), "npm")?;
        if fs::rename(&unfinished, &folder).is_err() {
            fs::remove_dir_all(&unfinished)?;
        }
    }
    Ok(script)
}

fn run(command: &mut Command, name: &str) -> Result<()> {
    let status = command.stdout(Stdio::null()).status();
    let status = status.map_err(|error| format!("starting {name}: {error}; Node with npm has to be installed"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed and says above why").into()) }
}
