//! What lines are to look like.

use super::product::Product;

/// What lines look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The Common Event Format.
    #[default]
    Cef,
    /// The Syslog Protocol, RFC 5424.
    Rfc5424,
    /// The project's own layout for Sensage.
    Sensage,
}

/// Which keys an extension of CEF has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CefKeys {
    /// The vendor's own, which content made for the appliance's CEF knows.
    #[default]
    Vendor,
    /// Those of the CEF dictionary only, each value of the type that it gives; all others become `MT4Senhasegura<Key>`.
    Dictionary,
}

/// What stands before CEF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carrier {
    /// Nothing.
    #[default]
    None,
    /// The header of RFC 3164 with a tag.
    Rfc3164,
    /// The header of RFC 5424; CEF is its MSG.
    Rfc5424,
}

/// What MSG of RFC 5424 is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Msg {
    /// The field `msg`, else the name of the event.
    #[default]
    Text,
    /// The event as CEF. The fields are structured data as well.
    Cef,
}

/// What a formatter is made of.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) format: Format,
    pub(crate) carrier: Carrier,
    pub(crate) msg: Msg,
    pub(crate) cef: CefOptions,
    pub(crate) facility: u8,
    pub(crate) sd_id: String,
    /// Whether a byte order mark stands before MSG.
    pub(crate) bom: bool,
    pub(crate) product: Product,
}

/// What CEF is to look like, beside the product.
#[derive(Debug, Clone)]
pub(crate) struct CefOptions {
    pub(crate) vendor: String,
    pub(crate) keys: CefKeys,
    /// Whether signs that a reader would have to unescape become others in the header.
    pub(crate) safe_header: bool,
}
