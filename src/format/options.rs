//! The options of the formatter.

use serde::{Deserialize, Serialize};

use super::product::Product;

/// The format of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Common Event Format.
    #[default]
    Cef,
    /// Syslog Protocol, RFC 5424.
    Rfc5424,
    /// The project's own layout for Sensage.
    Sensage,
}

/// The keys of a CEF extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CefKeys {
    /// The vendor's own, which rules and parsers made for the appliance's CEF expect.
    #[default]
    Vendor,
    /// Those of the CEF dictionary, each with a value of its type. All others become `MT4Senhasegura<Key>`.
    Dictionary,
}

/// The header before CEF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// No header.
    #[default]
    None,
    /// The header of RFC 3164, with a tag.
    Rfc3164,
    /// The header of RFC 5424, with CEF as its MSG.
    Rfc5424,
}

/// The content of RFC 5424 MSG.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Msg {
    /// The field `msg`, or the name of the event if there is none.
    #[default]
    Text,
    /// The event as CEF, beside the structured data.
    Cef,
}

/// The options of the formatter.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) format: Format,
    pub(crate) carrier: Carrier,
    pub(crate) msg: Msg,
    pub(crate) cef: CefOptions,
    pub(crate) facility: u8,
    pub(crate) sd_id: String,
    /// Whether a byte order mark is written before MSG.
    pub(crate) bom: bool,
    pub(crate) product: Product,
}

/// The options of CEF, without the product.
#[derive(Debug, Clone)]
pub(crate) struct CefOptions {
    pub(crate) vendor: String,
    pub(crate) keys: CefKeys,
    /// Whether signs of the header that a receiver would have to unescape are replaced.
    pub(crate) safe_header: bool,
}
