//! Our reader of JSON against `serde_json`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: fuzz::json::Input| input.check());
