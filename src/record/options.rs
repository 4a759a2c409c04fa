//! What the configuration says of reading.

use serde::{Deserialize, Serialize};

use crate::time::Offset;

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// Records of senhasegura's own shape, CEF, syslog, and what parsers make of them.
    #[default]
    Auto,
    /// JSON records of senhasegura's own shape, and nothing else.
    Own,
}

/// What to do with characters that nobody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Invisible {
    /// Write them.
    #[default]
    Keep,
    /// Write U+FFFD in place of each, and count the values that have any.
    Replace,
}

/// What the configuration says of what is not to leave as it is.
#[derive(Debug, Clone)]
pub(crate) struct MaskOptions {
    pub(crate) secrets: bool,
    /// The names of fields.
    pub(crate) fields: Vec<String>,
    pub(crate) invisible: bool,
}

/// What reading texts and other dialects needs to know of the configuration.
#[derive(Debug, Clone)]
pub(crate) struct ReadOptions {
    /// The time zone of times without an offset.
    pub(crate) timezone: Offset,
    /// The SD-ID of the element that holds an event.
    pub(crate) sd_id: String,
    pub(crate) input: Input,
    /// Whether MSG repeats the element beside it as CEF, which has all of it.
    pub(crate) repeats: bool,
    /// The path of the field that has the time.
    pub(crate) time_field: Option<String>,
}
