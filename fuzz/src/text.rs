//! Texts, CEF and syslog among them: a line that is read again says the same.

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::{Config, Transformer};

use crate::readable::CONFIGS;
use crate::setup::RECEIVED;
use crate::{hostile, lines};

const _: () = assert!(CONFIGS.len() == 8, "`seed` in fuzz/run chooses among as many");

/// A text.
pub struct Input {
    config: &'static str,
    text: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::arbitrary_take_rest(Unstructured::new(u.bytes(u.len())?))
    }

    fn arbitrary_take_rest(mut u: Unstructured<'a>) -> Result<Self> {
        let config = CONFIGS[usize::from(u8::arbitrary(&mut u)?) % CONFIGS.len()];
        Ok(Self { config, text: u.take_rest().to_vec() })
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.config, hostile::shown(&self.text))
    }
}

/// The line of a text, unless it is rejected.
fn line(config: &Config, text: &[u8]) -> Option<String> {
    let mut line = Vec::new();
    Transformer::new(config.clone()).transform_one(text, Some(RECEIVED), &mut line).ok()?;
    let line = String::from_utf8(line).unwrap();
    lines::check_line(config, &line);
    Some(line)
}

/// The words of a line in one order, with one `_` for several: the header of syslog has one for each of CR and LF, CEF
/// one space for both.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<_> = line.split([' ', '|']).map(str::to_owned).collect();
    for word in &mut words {
        while word.contains("__") {
            *word = word.replace("__", "_");
        }
    }
    words.sort_unstable();
    words
}

impl Input {
    /// Asserts that what becomes of the line when it is read again does so again: keys that nobody knows are part of the
    /// value before them, from the first time on. Lines are skipped whose `rt` has neither 12 nor 13 digits,
    /// before 1973 and after 2286: read again, it is taken for another unit, or for no time.
    pub fn check(&self) {
        let config = Config::from_json(self.config).unwrap();
        let Some(first) = line(&config, &self.text) else { return };
        let is_read = |time: &str| matches!(time.split(' ').next().unwrap_or_default().len(), 12 | 13);
        if first.split(" rt=").skip(1).chain(first.split("|rt=").skip(1)).any(|time| !is_read(time)) {
            return;
        }
        let again = |text: &str| line(&config, text.as_bytes()).unwrap_or_else(|| panic!("refuses {text}"));
        let second = again(&first);
        let third = again(&second);
        let fourth = again(&third);
        assert_eq!(words(&fourth), words(&third), "{first}\n{second}\n{third}\n{fourth}");
    }
}
