//! The WebAssembly guests, a feature each. A guest converts between its host's types and the transform's, nothing more.

#[cfg(feature = "component")]
#[expect(unsafe_code, reason = "the canonical ABI, as wit-bindgen writes it")]
mod component;
