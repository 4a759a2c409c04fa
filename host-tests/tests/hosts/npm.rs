//! The npm package: packed, installed into an empty project, and tested there by Node's own test
//! runner and TypeScript's compiler.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use host_tests::{DAY, cases, goldens, skip};
use senhasegura_siem::bake;
use serde_json::{Value, json};

const TYPESCRIPT: &str = "typescript@5.9.3";

/// The npm package of Deno.
const DENO: &str = "deno@2.9.6";

/// Node's own types, which the package's types for Node refer to.
const NODE_TYPES: &str = "@types/node@20.19.25";

/// Runs a program to its end in a folder.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let cases = folder.parent().unwrap().join("cases");
    let output = Command::new(program).args(arguments).current_dir(folder).env("CASES", cases).output();
    let output = output.unwrap_or_else(|error| panic!("{program}, of Node 20 or later: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}:\n{stdout}{stderr}");
    println!("{stdout}{stderr}");
    stdout
}

/// Writes the records of the goldens and of the example stream, and how the native transform
/// explains them.
fn write_explained(folder: &Path) {
    let goldens = goldens::names().unwrap().into_iter().flat_map(|name| goldens::of(&name).unwrap());
    let mut inputs: Vec<_> = goldens.map(|golden| (golden.config, golden.input)).collect();
    inputs.push((json!({ "timezone": "-03:00" }).to_string(), DAY.into()));
    let explanations = inputs.iter().map(|(config, input)| {
        // Those that a string can hold, and the test count through.
        let records = input.split(|byte| *byte == b'\n').filter(|record| record.len() < 4096);
        let records: Vec<_> = records.filter(|record| str::from_utf8(record).is_ok()).map(<[u8]>::to_vec).collect();
        cases::explanations(config, &records).unwrap()
    });
    fs::write(folder.join("explained.ndjson"), explanations.collect::<String>()).unwrap();
}

#[test]
fn is_installed_and_does_what_the_native_transform_does() {
    let work = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("npm");
    let _ = fs::remove_dir_all(&work);
    let (project, cases) = (work.join("project"), work.join("cases"));
    fs::create_dir_all(&project).unwrap();
    fs::create_dir_all(&cases).unwrap();
    cases::write(&cases).unwrap();
    write_explained(&cases);

    let packed = run(Path::new(env!("NPM")), "npm", &["pack", "--json", "--pack-destination", work.to_str().unwrap()]);
    let packed: Value = serde_json::from_str(&packed).unwrap();
    let package = &packed[0];
    println!("{}: {} bytes packed, {} unpacked", package["filename"], package["size"], package["unpackedSize"]);
    assert!(package["size"].as_u64().unwrap() < 236_000);
    let mut files: Vec<_> = package["files"].as_array().unwrap().iter().map(|file| file["path"].as_str()).collect();
    files.sort();
    let expected = [
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "LICENSE-THIRD-PARTY",
        "README.md",
        "node.cjs",
        "node.d.cts",
        "node.d.mts",
        "node.mjs",
        "package.json",
        "senhasegura-siem.wasm",
        "web.d.ts",
        "web.js",
    ];
    assert_eq!(files, expected.map(Some));

    fs::write(project.join("package.json"), r#"{"private": true, "type": "module"}"#).unwrap();
    let archive = format!("../{}", package["filename"].as_str().unwrap());
    run(&project, "npm", &["install", "--no-audit", "--no-fund", &archive, TYPESCRIPT, NODE_TYPES]);
    let tests = guests::root().join("host-tests/npm");
    for file in ["package.test.mjs", "stream.test.mjs", "types.mts", "node-types.mts", "deno.mjs"] {
        fs::copy(tests.join(file), project.join(file)).unwrap();
    }
    run(&project, "node", &["--test", "package.test.mjs", "stream.test.mjs"]);
    if env::var_os("LARGE_HOSTS").is_some() {
        run(&project, "npm", &["install", "--no-save", "--no-audit", "--no-fund", DENO]);
        run(&project, "npx", &["deno", "run", "--allow-read", "deno.mjs"]);
    } else {
        skip("Deno", "LARGE_HOSTS=1 runs it, with 92 MB from npm");
    }
    // A configuration that is baked into the module serves where none is given.
    let module = project.join("node_modules/senhasegura-siem/senhasegura-siem.wasm");
    let mut bytes = fs::read(&module).unwrap();
    bake::bake(&mut bytes, r#"{"format": "rfc5424"}"#).unwrap();
    fs::write(&module, bytes).unwrap();
    let script =
        "import { Transformer } from 'senhasegura-siem'; console.log(new Transformer().transform('{\"id\":17}').lines)";
    assert!(
        run(&project, "node", &["--input-type=module", "--eval", script]).starts_with("<13>1 - - senhasegura - 17 [")
    );

    // As Node resolves the package, and as bundlers do.
    for [module, resolution, lib, files] in [
        ["nodenext", "nodenext", "es2022,dom,dom.asynciterable", "types.mts node-types.mts"],
        ["esnext", "bundler", "es2022,dom", "types.mts"],
    ] {
        let options = ["--strict", "--noEmit", "--target", "es2022", "--lib", lib, "--module", module];
        let arguments = ["node_modules/typescript/bin/tsc", "--moduleResolution", resolution];
        let files: Vec<_> = files.split(' ').collect();
        run(&project, "node", &[&arguments[..1], &options[..], &arguments[1..], &files].concat());
    }
}
