//! Files into which a configuration is baked.

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::bake::{MARK, TEXT_MAX, bake, baked};
use serde_json::Value;

use crate::hostile;
use crate::setup::Setup;

/// A file that may be a guest, and a configuration for it.
pub struct Input {
    guest: Vec<u8>,
    config: String,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} into {}", self.config, hostile::shown(&self.guest))
    }
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let config = match u8::arbitrary(u)? % 3 {
            0 => Value::from(Setup::arbitrary(u)?.options).to_string(),
            1 => format!(r#" {{"device_vendor": {}}} "#, Value::from(hostile::text(u)?)),
            _ => hostile::text(u)?,
        };
        let mut guest = match u8::arbitrary(u)? % 3 {
            0 => b"\0asm\x01\0\0\0".to_vec(),
            1 => b"\0asm\x0D\0\x01\0".to_vec(),
            _ => Vec::new(),
        };
        while !u.is_empty() && guest.len() < 8192 {
            let mut section = Vec::new();
            for _ in 0..u8::arbitrary(u)? % 5 {
                match u8::arbitrary(u)? % 5 {
                    0 => section.extend_from_slice(&MARK),
                    1 => section.resize(section.len() + TEXT_MAX, b' '),
                    2 => section.resize(section.len() + usize::from(u8::arbitrary(u)?), b' '),
                    3 => section.extend_from_slice(b"{\"format\":\"rfc5424\"}"),
                    _ => section.extend_from_slice(hostile::text(u)?.as_bytes()),
                }
            }
            // Mostly as long as it says.
            let length = section.len() as u32 + u32::from(u8::arbitrary(u)?.saturating_sub(250));
            guest.push(u8::arbitrary(u)?);
            guest.extend([length | 0x80, length >> 7 | 0x80, length >> 14 & 0x7F].map(|byte| byte as u8));
            guest.append(&mut section);
        }
        Ok(Self { guest, config })
    }
}

impl Input {
    /// Asserts that baking changes the text of the only region or nothing, and that the text is read back.
    pub fn check(&self) {
        let Self { guest, config } = self;
        let before = baked(guest);
        let mut after = guest.clone();
        if let Err(error) = bake(&mut after, config) {
            assert_eq!(after, *guest, "{error}");
            return;
        }
        assert_eq!(after.len(), guest.len());
        let text = baked(&after).unwrap_or_else(|error| panic!("{error}"));
        let value = |text: &str| serde_json::from_str::<Value>(text).ok();
        assert_eq!(value(text), value(config));
        let changed: Vec<_> = (0..guest.len()).filter(|at| guest[*at] != after[*at]).collect();
        assert!(changed.last().unwrap_or(&0) - changed.first().unwrap_or(&0) < TEXT_MAX, "{changed:?}");
        // With its own text, it is as it was, but for white space.
        let text = before.unwrap_or_else(|error| panic!("{error}")).to_owned();
        let mut again = guest.clone();
        bake(&mut again, &text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(value(baked(&again).unwrap_or_default()), value(&text));
        bake(&mut after, &text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(after, again);
    }
}
