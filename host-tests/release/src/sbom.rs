//! What an artefact is made of, as a bill of materials of CycloneDX 1.6, in JSON
//! (<https://cyclonedx.org/docs/1.6/json/>): each package that is compiled in, with its licence, the checksum of its
//! sources and the packages that it uses; and Rust's standard library. It has no serial number and, for its time, the
//! day of the release, so that it is the same whenever it is made.

use std::process::Command;

use guests::release::VERSION;
use guests::{Compiled, Package, Result, packages};
use serde_json::{Value, json};

/// The name of Rust's standard library, also as a reference.
const STANDARD_LIBRARY: &str = "rust-std";

/// Returns the bill of the artefact `name`, dated `time` (RFC 3339).
///
/// # Errors
///
/// If cargo or rustc fails.
pub fn of(name: &str, sha256: &str, time: &str, compiled: Compiled) -> Result<Value> {
    let packages = packages(compiled)?;
    let [own, others @ ..] = &packages[..] else { return Err("expected packages, found none".into()) };
    let rust = rust()?;

    let mut components: Vec<_> = others.iter().map(component).collect();
    components.push(json!({
        "type": "library",
        "bom-ref": STANDARD_LIBRARY,
        "name": STANDARD_LIBRARY,
        "version": rust,
        "description": "The standard library of Rust, with packages of its own",
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
        "purl": format!("pkg:github/rust-lang/rust@{rust}"),
    }));
    let mut dependencies: Vec<_> = packages
        .iter()
        .map(|package| {
            let uses = package.uses.iter().filter_map(|index| packages.get(*index)).map(reference);
            let uses: Vec<_> = uses.chain([STANDARD_LIBRARY.to_owned()]).collect();
            json!({ "ref": if package == own { name.to_owned() } else { reference(package) }, "dependsOn": uses })
        })
        .collect();
    dependencies.push(json!({ "ref": STANDARD_LIBRARY }));
    let tools = [("cargo", rust.as_str()), ("rustc", rust.as_str()), ("senhasegura-siem-release", VERSION)];
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": time,
            "tools": {
                "components": tools.map(|(name, version)| json!({ "type": "application", "name": name, "version": version })),
            },
            "component": {
                "type": if matches!(compiled, Compiled::Library(_)) { "library" } else { "application" },
                "bom-ref": name,
                "name": name,
                "version": VERSION,
                "hashes": [{ "alg": "SHA-256", "content": sha256 }],
                "licenses": [{ "expression": own.licence }],
                "properties": features(own),
            },
        },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// A package from crates.io.
fn component(package: &Package) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name,
        "version": package.version,
        "licenses": [{ "expression": package.licence }],
        "purl": reference(package),
        "properties": features(package),
    });
    if let (Some(checksum), Some(component)) = (&package.checksum, component.as_object_mut()) {
        component.insert("hashes".into(), json!([{ "alg": "SHA-256", "content": checksum }]));
    }
    component
}

fn features(package: &Package) -> Value {
    let features = package.features.iter();
    features.map(|feature| json!({ "name": "cargo:feature", "value": feature })).collect()
}

/// The URL of a package (<https://github.com/package-url/purl-spec>).
fn reference(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

/// The version of Rust.
fn rust() -> Result<String> {
    let said = guests::said(Command::new("rustc").arg("-V"), "rustc")?;
    Ok(said.split(' ').nth(1).ok_or_else(|| format!("expected a version from rustc, found {said}"))?.to_owned())
}
