//! Texts whose lines are read again.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: fuzz::text::Input| input.check());
