//! The configuration inside a guest, for hosts that give it none.
//!
//! A guest built for such a host has a region in its data: [`MARK`], and behind it the JSON text of its configuration, filled up with spaces.
//! Baking writes a text there; nothing else of the module or component changes, so that no compiler is needed and it stays valid. A guest
//! as it is built has spaces only, which is the default configuration.

use std::fmt;

use crate::{Config, ConfigError};

/// What the region begins with.
pub const MARK: [u8; 32] = *b"<senhasegura-siem configuration>";

/// The most bytes of the configuration's JSON text.
pub const TEXT_MAX: usize = 4064;

/// Why nothing was baked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BakeError {
    /// There is no region: it is no guest, or one whose host gives it its configuration.
    NoRegion,
    /// There are several regions, so that one cannot tell which is read.
    Regions(usize),
    /// The text is longer than the region.
    TooLong(usize),
    /// It is no configuration.
    Config(ConfigError),
}

impl fmt::Display for BakeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRegion => f.write_str("expected a guest with room for a configuration, found none"),
            Self::Regions(count) => write!(f, "expected one room for a configuration, found {count}"),
            Self::TooLong(length) => write!(f, "expected a configuration of at most {TEXT_MAX} bytes, found {length}"),
            Self::Config(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BakeError {}

/// Writes a configuration into a guest, in place of what it has.
///
/// # Errors
///
/// If the guest has no room for one, or `config` is refused. Then the guest is as it was.
pub fn bake(guest: &mut [u8], config: &str) -> Result<(), BakeError> {
    let config = config.trim();
    Config::from_json(config).map_err(BakeError::Config)?;
    if config.len() > TEXT_MAX {
        return Err(BakeError::TooLong(config.len()));
    }
    let start = region(guest)?;
    let text = guest.get_mut(start..start + TEXT_MAX).unwrap_or_default();
    text.fill(b' ');
    if let Some(room) = text.get_mut(..config.len()) {
        room.copy_from_slice(config.as_bytes());
    }
    Ok(())
}

/// The configuration that a guest has; empty if none was baked.
///
/// # Errors
///
/// If the guest has no room for one, or what is there is none.
pub fn baked(guest: &[u8]) -> Result<&str, BakeError> {
    let start = region(guest)?;
    let text = str::from_utf8(guest.get(start..start + TEXT_MAX).unwrap_or_default()).unwrap_or("?").trim();
    Config::from_json(text).map_err(BakeError::Config)?;
    Ok(text)
}

/// Where the text of the one region begins.
fn region(guest: &[u8]) -> Result<usize, BakeError> {
    let (mut regions, mut start, mut at) = (0, 0, 0);
    while let Some(found) = guest.get(at..).and_then(|rest| rest.windows(MARK.len()).position(|bytes| *bytes == MARK)) {
        // A mark in the text of a region is text.
        let text = at + found + MARK.len();
        at = text + TEXT_MAX;
        if at <= guest.len() {
            (regions, start) = (regions + 1, text);
        }
    }
    match regions {
        0 => Err(BakeError::NoRegion),
        1 => Ok(start),
        others => Err(BakeError::Regions(others)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guest() -> Vec<u8> {
        [&b"before"[..], &MARK, &[b' '; TEXT_MAX], b"behind"].concat()
    }

    #[test]
    fn bakes_again_and_again() {
        let mut guest = guest();
        let before = guest.clone();
        for config in
            [r#"{"format": "rfc5424"}"#, r#"{"device_vendor": "<senhasegura-siem configuration>"}"#, " {} \n", ""]
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
        let long = format!("{{{}}}", " ".repeat(TEXT_MAX));
        assert_eq!(bake(&mut guest, &long), Err(BakeError::TooLong(TEXT_MAX + 2)));
        let refused = bake(&mut guest, r#"{"format": "leef"}"#).unwrap_err().to_string();
        assert_eq!(refused, "configuration, /format: expected `cef` or `rfc5424` or `sensage`, found \"leef\"");
        assert_eq!(guest, before);
        assert_eq!(bake(&mut [0; 5000], ""), Err(BakeError::NoRegion));
        assert_eq!(baked(&MARK), Err(BakeError::NoRegion));
        assert_eq!(bake(&mut [guest.clone(), guest].concat(), ""), Err(BakeError::Regions(2)));
    }
}
