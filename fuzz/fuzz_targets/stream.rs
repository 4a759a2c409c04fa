//! Any bytes, cut anywhere, in any configuration.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: fuzz::stream::Input| input.check());
