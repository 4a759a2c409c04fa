//! What an output must be.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{Input, Result};

/// What an output must be.
#[derive(Debug)]
pub(crate) enum Expect {
    /// These bytes.
    Bytes(Vec<u8>),
    /// Lines of CEF that say what these do, but for the fields that are left out, by key and value. They may differ in
    /// what the catalog gives: the order of fields, a severity or an id that the record lacks, for which its name
    /// stands, and the point in an id.
    Cef { lines: Vec<u8>, left_out: fn(&str, &str) -> bool },
    /// For each message of an appliance a line of the same words. Its keys are spelt right, it has escapes, no CR, a
    /// time, and the host of the header in front.
    Message,
    /// The records as JSON.
    Json,
}

impl Expect {
    pub(crate) fn check(&self, input: &Input, output: &[u8]) -> Result<()> {
        match self {
            Self::Bytes(bytes) if bytes == output => Ok(()),
            Self::Bytes(_) => Err("the output differs from that of the native transform in one batch".into()),
            Self::Cef { lines, left_out } => each(lines, output, |ours, line| {
                let (mut ours, line) = (Cef::of(ours)?, Cef::of(line)?);
                ours.fields.retain(|key, value| !left_out(key, value));
                ours.same(&line)
            }),
            Self::Message => each(input.records().concat().as_bytes(), output, |message, line| {
                let start = message.find("CEF:").ok_or("no CEF")?;
                let (mut sent, mut found) =
                    (words(&message.get(start..).unwrap_or_default().replace("\\r", "")), words(line));
                for word in &mut sent {
                    for (misspelt, key) in MISSPELT {
                        if let Some(value) = word.strip_prefix(misspelt) {
                            *word = format!("{key}{value}");
                        }
                    }
                }
                found.retain(|word| !word.starts_with("rt=") && !word.starts_with("dvchost="));
                sent.sort();
                found.sort();
                if sent == found { Ok(()) } else { Err("the words differ".into()) }
            }),
            Self::Json => each(input.records().concat().as_bytes(), output, |record, parsed| {
                let same = serde_json::from_str::<Value>(record)? == serde_json::from_str::<Value>(parsed)?;
                if same { Ok(()) } else { Err("the values differ".into()) }
            }),
        }
    }
}

/// Keys of the appliance, and what they are called in CEF.
const MISSPELT: [(&str, &str); 6] = [
    ("dposrt=", "dpt="),
    ("dport=", "dpt="),
    ("Method=", "requestMethod="),
    ("ServiceName=", "sourceServiceName="),
    ("Cs6=", "cs6Label="),
    ("Cs7=", "cs6="),
];

/// The words of a line without its escapes.
fn words(line: &str) -> Vec<String> {
    line.replace('\\', "").split([' ', '|']).map(str::to_owned).collect()
}

/// Compares line by line.
fn each(expected: &[u8], output: &[u8], check: impl Fn(&str, &str) -> Result<()>) -> Result<()> {
    let (expected, output) = (str::from_utf8(expected)?, str::from_utf8(output)?);
    let (wanted, found) = (expected.lines().count(), output.lines().count());
    if wanted != found {
        return Err(format!("expected {wanted} lines, found {found}").into());
    }
    for (expected, line) in expected.lines().zip(output.lines()) {
        check(expected, line).map_err(|error| format!("{error}\n{expected}\n{line}"))?;
    }
    Ok(())
}

/// A line of CEF, still escaped.
#[derive(Debug)]
struct Cef<'l> {
    header: Vec<&'l str>,
    fields: BTreeMap<&'l str, &'l str>,
}

impl<'l> Cef<'l> {
    fn of(line: &'l str) -> Result<Self> {
        let (mut header, mut rest) = (Vec::new(), line);
        while header.len() < 7 {
            let end = unescaped(rest, b'|').next().ok_or("the header is too short")?;
            header.push(rest.get(..end).unwrap_or_default());
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        let mut fields = BTreeMap::new();
        let signs: Vec<usize> = unescaped(rest, b'=').collect();
        let key_start = |sign: usize| rest.get(..sign).and_then(|text| text.rfind(' ')).map_or(0, |space| space + 1);
        let mut ends: Vec<usize> = signs.iter().skip(1).map(|sign| key_start(*sign).saturating_sub(1)).collect();
        ends.push(rest.len());
        for (sign, end) in signs.into_iter().zip(ends) {
            let key = rest.get(key_start(sign)..sign).unwrap_or_default();
            let value = rest.get(sign + 1..end).ok_or_else(|| format!("{key} has no value"))?;
            if fields.insert(key, value).is_some() {
                return Err(format!("{key} is there twice").into());
            }
        }
        Ok(Self { header, fields })
    }

    fn same(&self, line: &Self) -> Result<()> {
        for (place, (ours, theirs)) in self.header.iter().zip(&line.header).enumerate() {
            let same = match place {
                4 => ours.replace('.', "") == theirs.replace('.', "") || line.header.get(5) == Some(theirs),
                6 => true,
                _ => ours == theirs,
            };
            if !same {
                return Err(format!("expected {ours} in the header, found {theirs}").into());
            }
        }
        if let Some((key, value)) = self.fields.iter().find(|(key, value)| line.fields.get(*key) != Some(*value)) {
            return Err(format!("expected {key}={value}, found {:?}", line.fields.get(key)).into());
        }
        match line.fields.keys().find(|key| !self.fields.contains_key(*key)) {
            Some(key) => Err(format!("{key} is too much").into()),
            None => Ok(()),
        }
    }
}

/// The offsets of a sign that no backslash escapes.
fn unescaped(text: &str, sign: u8) -> impl Iterator<Item = usize> {
    let mut escaped = false;
    text.bytes().enumerate().filter_map(move |(offset, byte)| {
        let is_sign = byte == sign && !escaped;
        escaped = byte == b'\\' && !escaped;
        is_sign.then_some(offset)
    })
}
