//! Records of hostile text, and what strict readers find in their lines.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: fuzz::event::Input| input.check());
