//! The lines of senhasegura-siem, read back by parsers and a server that are not its own.

pub mod daemon;
pub mod entry;
pub mod faults;
pub mod records;
pub mod vector;

use senhasegura_siem::{Config, ConfigError, Output, Transformer};
pub use strict::record::SD_ID;

/// The day of example records.
pub const DAY: &[u8] = include_bytes!("../../../examples/data/day.ndjson");

/// The same day as the appliances send it.
pub const APPLIANCE: &str = include_str!("../../../examples/data/appliance.log");

/// A time of reception, for readers that make nothing of a message without a time or put their own.
pub const RECEIVED: u64 = 1_700_000_000_000;

/// What a batch becomes that was received at a time, in milliseconds since 1970.
///
/// # Errors
///
/// If the configuration is refused.
pub fn transform(config: &str, batch: &[u8], received: Option<u64>) -> Result<Output, ConfigError> {
    let mut output = Output::default();
    Transformer::new(Config::from_json(config)?).transform(batch, received, &mut output);
    Ok(output)
}

/// The lines of an output, of which each ends with a line feed.
///
/// # Errors
///
/// If they are not UTF-8.
pub fn lines(output: &Output) -> Result<Vec<&str>, std::str::Utf8Error> {
    Ok(str::from_utf8(&output.lines)?.split_terminator('\n').collect())
}
