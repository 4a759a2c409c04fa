//! What the loop over the fields has to know of each key, made once for all events.

use super::super::options::CefKeys;
use super::value::{is_ipv4, port};
use crate::bytes::Value;
use crate::key::{Key, KeyMap, Owner, Type};

/// The plan of an extension.
#[derive(Debug)]
pub(super) struct Plan(KeyMap<Row>);

/// What is planned for a key.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Begins with ` name=`.
    pub(super) start: &'static [u8; 16],
    /// The length of that.
    pub(super) length: u8,
    form: Form,
    /// The maximum length of a value, in bytes.
    max: u16,
}

/// The verbatim values that a key has as they are, whatever other fields there are. All others take
/// the ordinary path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    /// Short whole numbers.
    Number,
    /// Numbers of ports.
    Port,
    Ipv4,
    /// Texts that stand beside a label, and labels beside their texts.
    Labelled,
    Nothing,
}

impl Plan {
    pub(super) fn new(keys: CefKeys) -> Self {
        let mut rows = KeyMap::new(Row { start: b"                ", length: 0, form: Form::Nothing, max: 0 });
        for key in (0..).map_while(Key::from_index) {
            let (wide, length) = key.wide_pair_start();
            let is_kept = match key.owner() {
                Owner::Dictionary => true,
                Owner::Vendor => keys == CefKeys::Vendor,
                Owner::Consumer | Owner::Envelope => false,
            };
            if let Some(start) = wide.first_chunk().filter(|_| is_kept && length <= 16) {
                let (form, max) = Form::of(key);
                rows.set(key, Row { start, length: length as u8, form, max });
            }
        }
        Self(rows)
    }

    /// Returns what is planned for a key.
    #[inline(always)] // A load, once a field.
    pub(super) fn of(&self, key: Key) -> &Row {
        self.0.get(key)
    }
}

impl Row {
    /// Returns whether the key has this verbatim value as it is.
    #[inline(always)] // Once a field.
    pub(super) fn takes(&self, value: Value<'_>) -> bool {
        let text = value.bytes();
        text.len() <= usize::from(self.max)
            && match self.form {
                Form::Text => true,
                Form::Number => value.is_short_number(),
                Form::Port => value.is_short_number() && (text.len() < 5 || port(text).is_some()),
                Form::Ipv4 => is_ipv4(text),
                Form::Labelled | Form::Nothing => false,
            }
    }

    /// Returns whether the key may have this value as it is.
    #[inline(always)] // Once a record for the host.
    pub(super) fn may_hold(&self, value: Value<'_>) -> bool {
        value.is_verbatim() && value.len() <= usize::from(self.max)
    }

    /// Returns whether the key has this verbatim value as it is if its counterpart has, too, and stands
    /// after it.
    #[inline(always)] // Twice a label.
    pub(super) fn takes_labelled(&self, value: Value<'_>) -> bool {
        self.form == Form::Labelled && value.len() <= usize::from(self.max)
    }
}

impl Form {
    /// Returns the values that a key has as they are, and their maximum length.
    fn of(key: Key) -> (Self, u16) {
        // The event's host may have this key.
        const DVCHOST: Key = Key::named("dvchost");
        match (key.value_type(), key.counterpart()) {
            (Type::Text(max), _) if key == DVCHOST => (Self::Nothing, max),
            (Type::Text(max), None) => (Self::Text, max),
            (Type::Integer, None) => (Self::Number, 9),
            (Type::Port, None) => (Self::Port, 5),
            (Type::Ipv4, None) => (Self::Ipv4, 15),
            (Type::Text(max), Some(counterpart)) if matches!(counterpart.value_type(), Type::Text(_)) => {
                (Self::Labelled, max)
            }
            _ => (Self::Nothing, 0),
        }
    }
}
