//! Writes a configuration into a guest, for hosts that cannot pass one to it.
//!
//! A guest built for such a host has a region in its data: [`MARK`], then the JSON text of its
//! configuration, padded with spaces. Baking replaces that text and nothing else, so it needs no
//! compiler, and the module or component stays valid. A guest as built has spaces only, which is
//! the default configuration.

use std::fmt;
use std::ops::Range;

use crate::bytes::Buffer;
use crate::config::{Config, ConfigError};
use crate::json::{DEPTH_MAX, Json};

/// The start of the region.
pub const MARK: [u8; 32] = *b"<senhasegura-siem configuration>";

/// The maximum length of the configuration's JSON text, in bytes, after white space is removed. All
/// options together take about 600.
pub const TEXT_MAX: usize = 992;

/// The start of a core module, and of a component: a magic number, a version and a layer.
const PREAMBLES: [&[u8; 8]; 2] = [b"\0asm\x01\0\0\0", b"\0asm\x0D\0\x01\0"];

/// Why nothing was baked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BakeError {
    /// The file is not WebAssembly, or is cut short: what was expected, what was found, and at
    /// which byte.
    NotWasm(String),
    /// There is no region: the file is not a guest, or its host passes it a configuration.
    NoRegion,
    /// There are several regions, and no way to tell which one the guest reads.
    Regions(usize),
    /// The text is longer than the region.
    TooLong(usize),
    /// The text is not a configuration.
    Config(ConfigError),
}

impl fmt::Display for BakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotWasm(message) => f.write_str(message),
            Self::NoRegion => {
                f.write_str("expected a module or component with a place for a configuration, found one without")
            }
            Self::Regions(count) => write!(f, "expected one place for a configuration, found {count}"),
            Self::TooLong(length) => {
                write!(
                    f,
                    "expected a configuration of at most {TEXT_MAX} bytes, not counting white space, found {length}"
                )
            }
            Self::Config(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BakeError {}

/// Replaces the configuration of a guest.
///
/// # Errors
///
/// If `guest` is not a guest with a region for a configuration, or `config` is refused. The guest
/// is unchanged then.
pub fn bake(guest: &mut [u8], config: &str) -> Result<(), BakeError> {
    let config = trim_json(config);
    Config::from_json(config).map_err(BakeError::Config)?;
    let mut compact = Buffer::default();
    // It has been read: there is no error in it. Without an object, it is empty.
    let _ = Json::with_utf8(config.as_bytes(), true).compact(DEPTH_MAX, &mut compact, &mut false);
    let config = &*compact;
    if config.len() > TEXT_MAX {
        return Err(BakeError::TooLong(config.len()));
    }
    let start = region(guest)?;
    let text = guest.get_mut(start..start + TEXT_MAX).unwrap_or_default();
    text.fill(b' ');
    if let Some(room) = text.get_mut(..config.len()) {
        room.copy_from_slice(config);
    }
    Ok(())
}

/// Returns the configuration of a guest, which is empty if none was baked.
///
/// # Errors
///
/// If `guest` is not a guest with a region for a configuration.
pub fn baked(guest: &[u8]) -> Result<&str, BakeError> {
    let start = region(guest)?;
    config_at(guest, start)
}

/// Returns the text without the white space of JSON at its ends.
fn trim_json(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// Returns the offset of the text in the only region.
fn region(guest: &[u8]) -> Result<usize, BakeError> {
    let (mut regions, mut start) = (0, 0);
    for section in sections(guest)? {
        let mut at = section.start;
        while let Some(found) = mark(guest.get(at..section.end).unwrap_or_default()) {
            let text = at + found + MARK.len();
            // A mark without a configuration after it, padded with spaces, is something else.
            let is_region = text + TEXT_MAX <= section.end && config_at(guest, text).is_ok();
            // A mark in the text of a region is part of the text.
            at = if is_region { text + TEXT_MAX } else { at + found + 1 };
            if is_region {
                (regions, start) = (regions + 1, text);
            }
        }
    }
    match regions {
        0 => Err(BakeError::NoRegion),
        1 => Ok(start),
        others => Err(BakeError::Regions(others)),
    }
}

/// Returns the offset of the next mark.
fn mark(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MARK.len()).position(|bytes| *bytes == MARK)
}

/// Returns the text of the configuration at the offset `start`.
fn config_at(guest: &[u8], start: usize) -> Result<&str, BakeError> {
    let text = trim_json(str::from_utf8(guest.get(start..start + TEXT_MAX).unwrap_or_default()).unwrap_or("?"));
    Config::from_json(text).map(|_| text).map_err(BakeError::Config)
}

/// Returns the ranges of the sections' contents. A guest is a preamble, then sections up to its
/// end, each an id, a size and that many bytes; other files, such as the native program, have marks
/// too.
fn sections(guest: &[u8]) -> Result<Vec<Range<usize>>, BakeError> {
    let mut sections = Vec::new();
    let mut at = match guest.first_chunk() {
        Some(start) if PREAMBLES.contains(&start) => start.len(),
        _ => {
            let found = guest.get(..8).unwrap_or(guest).escape_ascii();
            let message = format!("expected a WebAssembly module or component, found `{found}` at byte 0");
            return Err(BakeError::NotWasm(message));
        }
    };
    while at < guest.len() {
        let after = guest.get(at + 1..).unwrap_or_default();
        let Some((size, length)) = leb128(after) else {
            let message = format!("expected the size of a section, found none at byte {}", at + 1);
            return Err(BakeError::NotWasm(message));
        };
        let found = after.len() - length;
        if size as usize > found {
            let message = format!("expected a section of {size} bytes, found {found} at byte {}", at + 1 + length);
            return Err(BakeError::NotWasm(message));
        }
        let start = at + 1 + length;
        at = start + size as usize;
        sections.push(start..at);
    }
    Ok(sections)
}

/// Returns the 32-bit number in LEB128 at the start of `bytes`, and its length.
fn leb128(bytes: &[u8]) -> Option<(u32, usize)> {
    let length = bytes.iter().take(5).position(|byte| *byte < 0x80)? + 1;
    let groups = bytes.iter().take(length).rev();
    let number = groups.fold(0, |number, byte| number << 7 | u64::from(byte & 0x7F));
    Some((u32::try_from(number).ok()?, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section that nobody reads, with these bytes.
    fn section(bytes: &[u8]) -> Vec<u8> {
        let size = [bytes.len() as u8 | 0x80, (bytes.len() >> 7) as u8];
        [&[0], &size[..], bytes].concat()
    }

    fn region() -> Vec<u8> {
        section(&[&b"before"[..], &MARK, &[b' '; TEXT_MAX], b"beyond"].concat())
    }

    fn guest() -> Vec<u8> {
        [&PREAMBLES[0][..], &section(b"code"), &region()].concat()
    }

    #[test]
    fn bakes_again_and_again() {
        let mut guest = guest();
        let before = guest.clone();
        for config in
            [r#"{"format":"rfc5424"}"#, r#"{"device_vendor":"<senhasegura-siem configuration>"}"#, " {} \n", ""]
        {
            bake(&mut guest, config).unwrap();
            assert_eq!((baked(&guest), guest.len()), (Ok(config.trim()), before.len()));
        }
        assert_eq!(guest, before);
    }

    #[test]
    fn refuses_and_changes_nothing() {
        let before = guest();
        let mut guest = before.clone();
        let long = format!(r#"{{"record":"/{}"}}"#, "x".repeat(TEXT_MAX));
        assert_eq!(bake(&mut guest, &long), Err(BakeError::TooLong(TEXT_MAX + 14)));
        let refused = bake(&mut guest, r#"{"format": "leef"}"#).unwrap_err().to_string();
        assert_eq!(refused, "configuration, /format: expected `cef`, `rfc5424` or `sensage`, found \"leef\"");
        assert_eq!(guest, before);
        assert!(matches!(bake(&mut guest, "\u{A0}{}"), Err(BakeError::Config(_))));
        assert!(matches!(bake(&mut guest, "\u{A0}"), Err(BakeError::Config(_))));
        assert_eq!(guest, before);
        assert_eq!(bake(&mut PREAMBLES[1].to_vec(), ""), Err(BakeError::NoRegion));
        assert_eq!(baked(&[&PREAMBLES[1][..], &section(&MARK)].concat()), Err(BakeError::NoRegion));
        // Neither a mark before what is no configuration, nor one whose room ends in another
        // section.
        let decoy = section(&[&MARK[..], b"no configuration", &region()].concat());
        let mut with_decoy = [&PREAMBLES[0][..], &decoy].concat();
        bake(&mut with_decoy, r#"{"format": "sensage"}"#).unwrap();
        assert!(with_decoy.ends_with(b"beyond") && with_decoy.windows(16).any(|bytes| bytes == b"no configuration"));
        let mut across = [&PREAMBLES[0][..], &section(&MARK), &section(&[b' '; TEXT_MAX])].concat();
        assert_eq!(bake(&mut across, ""), Err(BakeError::NoRegion));
        assert_eq!(bake(&mut [guest, region()].concat(), ""), Err(BakeError::Regions(2)));
    }

    #[test]
    fn takes_webassembly_only_and_all_of_it() {
        let guest = guest();
        let refused = |bytes: &[u8]| baked(bytes).unwrap_err().to_string();
        for length in 0..guest.len() {
            // After the preamble, and after the first section, it is whole, without the region.
            let expected = [8, 15].contains(&length);
            assert_eq!(baked(&guest[..length]) == Err(BakeError::NoRegion), expected, "{length}");
        }
        assert_eq!(refused(&guest[..guest.len() - 1]), "expected a section of 1036 bytes, found 1035 at byte 18");
        assert_eq!(
            refused(&[&guest[..], &[0, 0xFF]].concat()),
            "expected the size of a section, found none at byte 1055"
        );
        assert_eq!(
            refused(&[&guest[..], &[0, 0xFF, 0xFF, 0xFF, 0xFF, 0x1F]].concat()),
            "expected the size of a section, found none at byte 1055"
        );
        assert_eq!(refused(b"#!/bin/sh\n"), "expected a WebAssembly module or component, found `#!/bin/s` at byte 0");
        let mut other = guest;
        other[4] = 2;
        assert!(refused(&other).contains("found `\\x00asm\\x02\\x00\\x00\\x00` at byte 0"));
    }
}
