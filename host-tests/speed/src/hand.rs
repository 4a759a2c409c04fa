//! The mapping in Rust, by hand, on the fastest parser: what one writes who has an afternoon.

use memchr::memchr3_iter;
use sonic_rs::{JsonContainerTrait as _, JsonValueTrait as _, Value};

use crate::check::Expect;
use crate::contestant::{Contestant, Run};
use crate::{Input, Result, ours};

/// What no mapping by hand writes: `rt`, so that none pays for reading times.
pub(crate) fn left_out(key: &str, _: &str) -> bool {
    key == "rt"
}

/// What the mappings by hand do less than this crate.
pub(crate) const NOTE: &str = "escapes; no times, catalog, limits or checks of values";

pub(crate) fn contestant(input: &Input) -> Result<Contestant<'_>> {
    let records = input.records();
    let mut line = Vec::new();
    let run = Run::Here(Box::new(move |sink| {
        for record in records {
            line.clear();
            if cef(record, &mut line)? {
                sink.line(&line);
            }
        }
        Ok(())
    }));
    Ok(Contestant { name: "Rust by hand, on `sonic_rs`".into(), note: NOTE, input, expect: expect(input)?, run })
}

/// What the mappings by hand must write.
pub(crate) fn expect(input: &Input) -> Result<Expect> {
    Ok(Expect::Cef { lines: ours::lines("cef", input.records().concat().as_bytes())?, left_out })
}

/// Appends the line of a record, unless it has neither an id nor a name.
fn cef(record: &str, line: &mut Vec<u8>) -> Result<bool> {
    let mut value: Value = sonic_rs::from_str(record)?;
    if let Some(log) = value.get("log") {
        value = sonic_rs::from_str(log.as_str().ok_or("expected a text")?)?;
    }
    let object = value.as_object().ok_or("expected an object")?;
    let (mut id, mut name, mut version, mut severity, mut host, mut origin) = (None, None, None, None, None, None);
    let mut fields = Vec::with_capacity(32);
    for (key, value) in object {
        match key {
            "event_id" | "eventId" | "id" if !value.is_null() => id = Some(value),
            "event_name" | "event" | "name" => name = value.as_str(),
            "version" | "product_version" => version = value.as_str(),
            "severity" => severity = value.as_u64(),
            "host" | "hostname" => host = Some(value),
            "origin" => origin = Some(value),
            "priority" | "time" | "timestamp" | "date" | "@timestamp" => {}
            "extensions" => {
                let extension = value.as_object().ok_or("expected an object")?;
                fields.extend(extension.iter().map(|(key, value)| (spelling(key), value)));
            }
            key => fields.push((spelling(key), value)),
        }
    }
    if id.is_none() && name.is_none() {
        return Ok(false);
    }
    let version = version.unwrap_or("unknown");
    line.extend_from_slice(if version.starts_with('4') { b"CEF:0|MT4|Segura|" } else { b"CEF:0|MT4|senhasegura|" });
    escape(version, HEADER, line);
    line.push(b'|');
    match id {
        Some(id) => write(id, HEADER, line),
        None => escape(name.unwrap_or_default(), HEADER, line),
    }
    line.push(b'|');
    match (name, id) {
        (Some(name), _) => escape(name, HEADER, line),
        (None, Some(id)) => write(id, HEADER, line),
        (None, None) => {}
    }
    line.push(b'|');
    line.extend_from_slice(itoa::Buffer::new().format(severity.unwrap_or(5)).as_bytes());
    line.push(b'|');
    let header = line.len();
    for (key, value) in [("dvchost", host), ("cat", origin)] {
        if let Some(value) = value {
            field(key, value, header, line);
        }
    }
    for (key, value) in fields {
        field(key, value, header, line);
    }
    Ok(true)
}

/// The key of CEF for one that is misspelt.
fn spelling(key: &str) -> &str {
    match key {
        "dposrt" | "dport" => "dpt",
        "Method" => "requestMethod",
        "ServiceName" => "sourceServiceName",
        "Cs6" => "cs6Label",
        "Cs7" => "cs6",
        key => key,
    }
}

fn field(key: &str, value: &Value, header: usize, line: &mut Vec<u8>) {
    if value.is_null() || matches!(value.as_str(), Some("" | "-")) {
        return;
    }
    if line.len() > header {
        line.push(b' ');
    }
    line.extend_from_slice(key.as_bytes());
    line.push(b'=');
    write(value, EXTENSION, line);
}

fn write(value: &Value, escaped: [u8; 3], line: &mut Vec<u8>) {
    if let Some(text) = value.as_str() {
        escape(text, escaped, line);
    } else if let Some(number) = value.as_i64() {
        line.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    } else {
        escape(&value.to_string(), escaped, line);
    }
}

/// The bytes to escape: in the header, and in the extension.
const HEADER: [u8; 3] = [b'\\', b'|', b'|'];
const EXTENSION: [u8; 3] = [b'\\', b'=', b'\n'];

fn escape(text: &str, [first, second, third]: [u8; 3], line: &mut Vec<u8>) {
    let mut start = 0;
    for at in memchr3_iter(first, second, third, text.as_bytes()) {
        let (before, sign) =
            (text.get(start..at).unwrap_or_default(), text.as_bytes().get(at..=at).unwrap_or_default());
        if sign == b"\n" {
            line.extend_from_slice(before.strip_suffix('\r').unwrap_or(before).as_bytes());
            line.extend_from_slice(b"\\n");
        } else {
            line.extend_from_slice(before.as_bytes());
            line.push(b'\\');
            line.extend_from_slice(sign);
        }
        start = at + 1;
    }
    line.extend_from_slice(text.get(start..).unwrap_or_default().as_bytes());
}
