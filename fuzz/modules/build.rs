//! Tells where `cargo guests` puts the modules.

fn main() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist");
    for (name, file) in [
        ("FLUENT_BIT", "senhasegura-siem-fluent-bit.wasm"),
        ("REDPANDA_CONNECT", "senhasegura-siem-redpanda-connect.wasm"),
        ("BENTO", "senhasegura-siem-bento.wasm"),
        ("COMPONENT", "senhasegura-siem.wasm"),
    ] {
        println!("cargo::rustc-env={name}={}", folder.join(file).display());
    }
    println!("cargo::rerun-if-changed=build.rs");
}
