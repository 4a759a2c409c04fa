//! Lines, as a receiver takes them.

use senhasegura_siem::config::{Carrier, Msg};
use senhasegura_siem::{Config, Format, Framing, Output};
use strict::{cef, rfc5424, sensage};

/// Asserts that an output has as many lines as it says, each of them one line of its format and no longer than it may be.
pub fn check(config: &Config, output: &Output) {
    let frames = frames(config.framing, &output.lines);
    if config.framing == Framing::None {
        // Nothing tells where one ends.
        assert_eq!(output.written == 0, output.lines.is_empty());
        return;
    }
    assert_eq!(frames.len() as u64, output.written, "{}", output.lines.escape_ascii());
    for (frame, line) in frames {
        assert!(frame <= config.max_bytes.get() as usize, "{frame} bytes: {line}");
        check_line(config, line);
    }
}

/// Asserts that this is a line of the format.
pub fn check_line(config: &Config, line: &str) {
    let outcome = match (config.format, config.carrier) {
        (Format::Sensage, _) => sensage::read(line).map(drop),
        (Format::Rfc5424, _) => check_message(line, config.msg == Msg::Cef),
        (Format::Cef, Carrier::Rfc5424) => check_message(line, true),
        (Format::Cef, Carrier::None) => cef::read(line).map(drop),
        (Format::Cef, Carrier::Rfc3164) => {
            let start = line.find("CEF:").unwrap_or_else(|| panic!("no CEF in {line}"));
            cef::read(&line[start..]).map(drop)
        }
    };
    outcome.unwrap_or_else(|error| panic!("{error}: {line}"));
}

fn check_message(line: &str, has_cef: bool) -> Result<(), strict::Error> {
    let message = rfc5424::read(line)?;
    if has_cef { cef::read(message.msg.trim_start_matches('\u{FEFF}')).map(drop) } else { Ok(()) }
}

/// The lines, each with the length of its frame.
fn frames(framing: Framing, lines: &[u8]) -> Vec<(usize, &str)> {
    let mut rest = std::str::from_utf8(lines).unwrap_or_else(|error| panic!("{error}: {}", lines.escape_ascii()));
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let (frame, line) = match framing {
            Framing::Newline | Framing::Nul => {
                let end = rest.find(if framing == Framing::Nul { '\0' } else { '\n' }).expect("no end");
                (end + 1, &rest[..end])
            }
            Framing::OctetCounting => {
                let (length, after) = rest.split_once(' ').expect("no length");
                let line = &after[..length.parse().expect("no number")];
                (length.len() + 1 + line.len(), line)
            }
            Framing::None => (rest.len(), rest),
        };
        frames.push((frame, line));
        rest = &rest[frame..];
    }
    frames
}
