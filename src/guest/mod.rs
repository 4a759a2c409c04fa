//! The WebAssembly guests, a feature each. A guest converts between its host's types and the
//! transform's, nothing more.
//!
//! Modules that export C functions exist for WebAssembly only: elsewhere their `malloc` would
//! replace the program's.

#[cfg(all(any(feature = "fluent-bit", feature = "redpanda", feature = "redpanda-connect"), target_family = "wasm"))]
mod allocator;
mod baked;
#[cfg(all(feature = "c-abi", target_family = "wasm"))]
#[expect(unsafe_code, reason = "the contract is one of C")]
mod c_abi;
#[cfg(all(feature = "clickhouse", target_family = "wasm"))]
#[expect(unsafe_code, reason = "the contract is one of C")]
mod clickhouse;
#[cfg(feature = "component")]
#[expect(unsafe_code, reason = "the canonical ABI, as wit-bindgen writes it")]
mod component;
#[cfg(all(feature = "envoy", target_family = "wasm"))]
#[expect(unsafe_code, reason = "the contract is one of C")]
mod envoy;
#[cfg(all(feature = "fluent-bit", target_family = "wasm"))]
#[expect(unsafe_code, reason = "the contract is one of C")]
mod fluent_bit;
#[cfg(all(feature = "js", target_family = "wasm"))]
#[expect(unreachable_pub, reason = "wasm-bindgen exports what is public")]
mod js;
#[cfg(all(any(feature = "clickhouse", feature = "redpanda"), target_family = "wasm"))]
mod leb128;
#[cfg(all(any(feature = "fluent-bit", feature = "redpanda-connect"), target_family = "wasm"))]
#[expect(unsafe_code, reason = "the contract is one of C")]
mod memory;
#[cfg(all(any(feature = "c-abi", feature = "js"), target_family = "wasm"))]
mod numbered;
#[cfg(all(feature = "redpanda", target_family = "wasm"))]
#[expect(unsafe_code, reason = "the contract is one of C")]
mod redpanda;
#[cfg(all(feature = "redpanda-connect", target_family = "wasm"))]
#[expect(unsafe_code, reason = "the contract is one of C")]
mod redpanda_connect;
#[cfg(all(
    any(feature = "clickhouse", feature = "fluent-bit", feature = "redpanda", feature = "redpanda-connect"),
    target_family = "wasm"
))]
mod room;
