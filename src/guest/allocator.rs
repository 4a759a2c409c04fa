//! The allocator of modules that are to be small: that of the standard library takes four times the code.

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
