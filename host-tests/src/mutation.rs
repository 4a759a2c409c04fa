//! Changes to a record as an attacker would make them.

use fastrand::Rng;

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

/// Puts a piece into a record or in the place of some of its bytes, takes some out or repeats them.
pub fn change(record: &mut Vec<u8>, random: &mut Rng) {
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
