//! Any record in any configuration, explained.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: fuzz::explain::Input| input.check());
