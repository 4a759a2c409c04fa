//! The name of the product: senhasegura up to release 3, Segura from release 4.0 on.

use crate::bytes::{Buffer, Value};

/// The name of the product, and the version of records that do not give theirs.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    /// The configured name, for all releases.
    pub(crate) name: Option<String>,
    pub(crate) version: String,
}

/// A value for each of the two names.
#[derive(Debug)]
pub(super) struct PerRelease<P> {
    senhasegura: P,
    segura: P,
    /// Whether records that do not give their version are of release 4.0 or later.
    default_is_segura: bool,
}

impl Product {
    /// Makes a value for each name.
    pub(super) fn per_release<P>(&self, make: impl Fn(&str) -> P) -> PerRelease<P> {
        let name = |default| self.name.as_deref().unwrap_or(default);
        PerRelease {
            senhasegura: make(name("senhasegura")),
            segura: make(name("Segura")),
            default_is_segura: is_segura(self.version.as_bytes()),
        }
    }

    /// Writes a text for each name.
    #[inline(never)] // Core modules hold one copy for all formats.
    pub(super) fn written(&self, write: fn(&str, &mut Buffer)) -> PerRelease<Vec<u8>> {
        self.per_release(|name| {
            let mut buffer = Buffer::default();
            write(name, &mut buffer);
            buffer.into_vec()
        })
    }
}

impl<P> PerRelease<P> {
    /// Returns the value for the version that the record gives.
    #[inline]
    pub(super) fn of(&self, version: Option<Value<'_>>) -> &P {
        let is_segura = version.map_or(self.default_is_segura, |version| is_segura(version.bytes()));
        if is_segura { &self.segura } else { &self.senhasegura }
    }
}

/// Returns whether a version, such as `4.0.1` or `v4.0.1`, is 4 or later.
fn is_segura(version: &[u8]) -> bool {
    if let [digit @ b'0'..=b'9', b'.', ..] = version {
        return *digit >= b'4';
    }
    let number = version.strip_prefix(b"v").or(version.strip_prefix(b"V")).unwrap_or(version);
    let digits = number.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0u32, |major, digit| major.saturating_mul(10).saturating_add(u32::from(digit - b'0'))) >= 4
}
