//! Files into which a configuration is baked.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: fuzz::bake::Input| input.check());
