//! Texts of configurations.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: fuzz::config::Input| input.check());
