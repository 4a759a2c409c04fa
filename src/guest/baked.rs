//! The configuration that was baked into this guest.

use std::hint::black_box;

use crate::bake::{MARK, TEXT_MAX};
use crate::config::is_blank;
use crate::{Config, ConfigError};

#[repr(C)]
struct Region {
    mark: [u8; 32],
    text: [u8; TEXT_MAX],
}

static REGION: Region = Region { mark: MARK, text: [b' '; TEXT_MAX] };

/// Reads the configuration that the host passes, or the baked one if that is blank.
#[allow(dead_code, reason = "some hosts pass none")]
pub(super) fn config_or(given: &str) -> Result<Config, ConfigError> {
    if is_blank(given) { config() } else { Config::from_json(given) }
}

/// Reads the baked configuration. `black_box` keeps the compiler from using the bytes that it compiled:
/// baking replaces them.
pub(super) fn config() -> Result<Config, ConfigError> {
    let Region { mark, text } = black_box(&REGION);
    black_box(mark);
    Config::from_json(str::from_utf8(text).unwrap_or("?"))
}
