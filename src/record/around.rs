//! What is known of a record from what is around it.

use crate::bytes::{Buffer, Value, is_utf8, is_verbatim};

/// What is known of a record from what is around it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around<'r> {
    /// The time, else that of reception.
    pub(crate) time: Option<i64>,
    /// Whether the time is that of the field which the configuration names, before all others.
    pub(crate) is_time_named: bool,
    pub(crate) host: Option<Value<'r>>,
    /// On the scale of syslog: a number or a keyword.
    pub(crate) severity: Option<Value<'r>>,
}

impl Around<'_> {
    /// Around a record that stands alone.
    #[inline(always)] // Stores, once a record.
    pub(crate) fn nothing(received: Option<i64>) -> Self {
        Self { time: received, ..Self::default() }
    }
}

/// The same, in buffers that are kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Surroundings {
    pub(super) time: Option<i64>,
    pub(super) is_named: bool,
    /// Whether the time was given without a year and a zone.
    pub(super) is_bsd: bool,
    pub(super) host: OwnedText,
    pub(super) severity: OwnedText,
}

/// A text, which is empty if there is none.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnedText(Vec<u8>);

impl OwnedText {
    /// Keeps a text, which is UTF-8.
    pub(super) fn set(&mut self, text: &[u8]) {
        self.0.clear();
        self.0.extend_from_slice(text);
    }

    /// Keeps a text, in which what is not UTF-8 becomes U+FFFD. Returns whether anything did.
    pub(super) fn set_repaired(&mut self, text: &[u8]) -> bool {
        let is_damaged = !is_utf8(text);
        if is_damaged {
            let mut repaired = Buffer::default();
            repaired.append_lossy(text);
            self.0 = repaired.into_vec();
        } else {
            self.set(text);
        }
        is_damaged
    }

    fn value(&self) -> Option<Value<'_>> {
        if self.0.is_empty() { None } else { Value::new(&self.0, is_verbatim(&self.0)).visible() }
    }
}

impl Surroundings {
    pub(super) fn clear(&mut self) {
        self.time = None;
        self.is_named = false;
        self.is_bsd = false;
        self.host.set(b"");
        self.severity.set(b"");
    }

    pub(super) fn around(&self, received: Option<i64>) -> Around<'_> {
        Around {
            time: self.time.or(received),
            is_time_named: self.is_named,
            host: self.host.value(),
            severity: self.severity.value(),
        }
    }
}
