//! One event of hostile text in many dialects.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: fuzz::dialect::Input| input.check());
