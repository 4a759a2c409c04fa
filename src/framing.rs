//! Line to frame: how a receiver finds the end of a message. Framing never looks inside a line.
//!
//! | framing | | standard |
//! |---|---|---|
//! | newline | a line feed after each line | RFC 6587, section 3.4.2, and files |
//! | octet counting | the line's length and a space before each line | RFC 6587, section 3.4.1, and RFC 5425, section 4.3 |
//! | NUL | a zero byte after each line | none; rsyslog and Graylog accept it |
//! | none | nothing | RFC 5426, section 3.1: one datagram a line |

use serde::{Deserialize, Serialize};

use crate::bytes::Buffer;

/// How lines are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// A line feed after each line.
    #[default]
    Newline,
    /// The number of bytes and a space before each line, as in syslog over TCP and TLS.
    OctetCounting,
    /// A zero byte after each line.
    Nul,
    /// Nothing, for one record per call.
    None,
}

impl Framing {
    /// Returns the length of the longest line whose frame fits in `max` bytes.
    pub(crate) fn line_max(self, max: usize) -> usize {
        let digits = |number: usize| itoa::Buffer::new().format(number).len();
        match self {
            Self::Newline | Self::Nul => max - 1,
            Self::None => max,
            // The length of a shorter line may have a digit less.
            Self::OctetCounting => {
                let least = max - 1 - digits(max);
                least + usize::from(digits(least + 1) < digits(max))
            }
        }
    }

    /// Frames the line from the offset `start` to the end of the buffer.
    #[inline]
    pub(crate) fn close(self, lines: &mut Buffer, start: usize) {
        match self {
            Self::Newline => lines.push(b'\n'),
            Self::Nul => lines.push(0),
            Self::None => {}
            Self::OctetCounting => {
                let mut digits = itoa::Buffer::new();
                let length = digits.format(lines.len() - start);
                lines.insert(start, length.as_bytes());
                lines.insert(start + length.len(), b" ");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_the_longest_line_within_the_limit() {
        for framing in [Framing::Newline, Framing::OctetCounting, Framing::Nul, Framing::None] {
            for max in (200..1200).chain(9_990..10_020) {
                let framed = |length: usize| {
                    let mut lines = Buffer::after(vec![b'a'; length], 0);
                    framing.close(&mut lines, 0);
                    lines.len()
                };
                let line_max = framing.line_max(max);
                assert!(framed(line_max) <= max && framed(line_max + 1) > max, "{framing:?} {max}");
            }
        }
    }

    #[test]
    fn frames_a_line() {
        for (framing, frame) in [
            (Framing::Newline, &b"before|twelve bytes\n"[..]),
            (Framing::OctetCounting, b"before|12 twelve bytes"),
            (Framing::Nul, b"before|twelve bytes\0"),
            (Framing::None, b"before|twelve bytes"),
        ] {
            let mut lines = Buffer::after(b"before|twelve bytes".to_vec(), 0);
            framing.close(&mut lines, 7);
            assert_eq!(*lines, *frame);
        }
    }
}
