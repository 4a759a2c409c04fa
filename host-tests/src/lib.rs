//! The guests of senhasegura-siem, run by hosts, or by stand-ins for them.

pub mod cases;
pub mod chart;
pub mod clickhouse;
pub mod command;
pub mod component;
pub mod embedder;
pub mod envoy;
pub mod faulty;
pub mod fluent_bit;
pub mod fuel;
pub mod growth;
pub mod hostile;
pub mod mutation;
pub mod python;
pub mod redpanda;
pub mod redpanda_connect;
mod wasm;

pub use goldens;

use std::io::{self, Write as _};

use wasmparser::WasmFeatures;
use wasmtime::Module;

pub use wasm::Compiled;
use wasm::{Allocator, engine, store};

/// The example stream.
pub const DAY: &str = include_str!("../../examples/data/day.ndjson");

/// The same as appliances send it over syslog.
pub const APPLIANCE: &str = include_str!("../../examples/data/appliance.log");

/// A time of reception: 2026-03-04T12:15:00.250Z, in milliseconds since 1970.
pub const RECEIVED: u64 = 1_772_626_500_250;

/// What Fluent Bit's runtime, WAMR 2.4, and Redpanda's check of a module know.
pub const WITHOUT_SIMD: WasmFeatures = WasmFeatures::WASM1
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::MUTABLE_GLOBAL);

/// Returns the names of what a module exports, sorted, without those that the linker adds.
#[must_use]
pub fn exports(module: &Module) -> Vec<String> {
    let mut names: Vec<_> = module.exports().map(|export| export.name().to_owned()).collect();
    names.retain(|name| name != "__heap_base" && name != "__data_end");
    names.sort();
    names
}

/// Says why a host is not tested, where a test's own output is not held back.
pub fn skip(host: &str, why: &str) {
    let _ = writeln!(io::stderr(), "{host} is skipped: {why}");
}

/// Appends a number as LEB128.
fn append_leb128(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
