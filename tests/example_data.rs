//! The example stream is what its generator writes, and holds what it is said to hold.

#![allow(clippy::unwrap_used, missing_docs)]

use senhasegura_siem::catalog::CATALOG;
use senhasegura_siem::{Config, Output, Reason, Transformer};

#[path = "../examples/data/generate.rs"]
#[allow(dead_code)]
mod generate;

const STREAM: &str = include_str!("../examples/data/day.ndjson");

#[test]
fn is_what_the_generator_writes() {
    assert!(STREAM == generate::day(), "run `cargo run --example generate > examples/data/day.ndjson`");
}

#[test]
fn becomes_a_line_for_every_record_of_every_documented_kind() {
    let mut output = Output::default();
    Transformer::new(Config::default()).transform(STREAM.as_bytes(), None, &mut output);
    let reasons: Vec<_> = output.rejections.iter().map(|rejection| rejection.reason()).collect();
    assert_eq!(reasons, [Reason::Malformed, Reason::Malformed, Reason::NotAnEvent]);
    assert!(output.written >= 300);

    let lines = String::from_utf8(output.lines).unwrap();
    for kind in CATALOG.iter().filter(|kind| kind.is_documented()) {
        let names = [kind.name, kind.name_4_0, kind.name_pt];
        assert!(names.iter().any(|name| lines.contains(&format!("|{name}|"))), "{} is not in the stream", kind.name);
    }
}
