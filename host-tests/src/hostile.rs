//! Records as an attacker would make them: those of the goldens and of the example streams, with pieces put in, taken
//! out and repeated. The same every time.

use std::collections::BTreeSet;
use std::io;

use fastrand::Rng;

use crate::{APPLIANCE, DAY, goldens};

/// What is put in.
const PIECES: [&[u8]; 34] = [
    b"\"",
    b"\\",
    b"\\\"",
    b"\\u0000",
    b"\\ud800",
    b"\\u2028",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\n",
    b"\r\n",
    b"\0",
    b"\x1B[2J",
    b"\x7F",
    b"=",
    b"|",
    b" suser=root",
    b"\\n",
    b"CEF:0|MT4|senhasegura|3|17|x|5|",
    b"<13>1 - - - - - - ",
    b"\xC3",
    b"\xE2\x80",
    b"\xE2\x80\xA8",
    b"\xC2\x85",
    b"\xF0\x9F\x98\x80",
    b"\xFF",
    b"\xED\xA0\x80",
    b"null",
    b"1e999",
    b"\"event_id\":17,",
    b"\xEF\xBB\xBF",
];

/// The longest record that pieces are put into.
const LENGTH_MAX: usize = 6000;

/// Returns `count` records.
///
/// # Errors
///
/// If the goldens cannot be read.
pub fn records(count: usize, seed: u64) -> io::Result<Vec<Vec<u8>>> {
    let mut random = Rng::with_seed(seed);
    let mut good: BTreeSet<Vec<u8>> = DAY.lines().chain(APPLIANCE.lines()).map(Into::into).collect();
    for name in goldens::names()? {
        let input = goldens::input(&name).unwrap_or_default();
        good.extend(input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
        good.insert(input);
    }
    let good: Vec<_> = good.into_iter().filter(|record| record.len() < LENGTH_MAX).collect();
    let mut record = || {
        let mut record = random.choice(&good).cloned().unwrap_or_default();
        for _ in 0..random.usize(..4) {
            let at = random.usize(..=record.len());
            let end = record.len().min(at + random.usize(..20));
            let piece = match random.u8(..4) {
                0 => Vec::new(),
                1 => record.get(at..end).unwrap_or_default().repeat(2),
                2 => random.choice(PIECES).unwrap_or_default().repeat(random.usize(1..4)),
                _ => random.choice(PIECES).unwrap_or_default().to_vec(),
            };
            // In the place of some bytes, or between two.
            let end = if random.bool() { end } else { at };
            record.splice(at..end, piece);
        }
        record
    };
    Ok((0..count).map(|_| record()).collect())
}
