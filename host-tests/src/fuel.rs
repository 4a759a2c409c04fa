//! What a guest costs, in wasmtime's fuel: one for nearly every instruction.

use std::collections::BTreeMap;

use wasmtime::Result;
use wasmtime::error::format_err;

use crate::RECEIVED;
use crate::component::Compiled;
use crate::embedder::Embedder;
use crate::fluent_bit::FluentBit;
use crate::redpanda_connect::{Message, RedpandaConnect};

/// 2026-03-04T12:15:00.250Z, in milliseconds since 1970.
/// The fuel that a record of the stream takes once the buffers of a guest have grown: of the
/// component, or of the module for Fluent Bit, Redpanda Connect or embedders.
///
/// # Errors
///
/// If it is none of these, or traps.
pub fn of(guest: &[u8], stream: &str) -> Result<u64> {
    let records = stream.lines().count() as u64;
    let is_component = guest.get(4..8) == Some(&[0x0D, 0, 1, 0]);
    if is_component {
        let host = Compiled::of(guest, true)?.host("")?;
        let mut host = host.map_err(|error| format_err!("{}", error.message))?;
        host.transform(stream.as_bytes(), Some(RECEIVED))?;
        let before = host.fuel()?;
        host.transform(stream.as_bytes(), Some(RECEIVED))?;
        return Ok((before - host.fuel()?) / records);
    }
    if let Ok(mut host) = FluentBit::new(guest, true) {
        let function = host.function("cef")?;
        let mut before = 0;
        for _ in 0..2 {
            before = host.fuel()?;
            for record in stream.lines() {
                host.filter(&function, RECEIVED, record.as_bytes())?;
            }
        }
        return Ok((before - host.fuel()?) / records);
    }
    if let Ok(mut host) = Embedder::new(guest, true) {
        let transformer = host.call("siem_make", ())?;
        return Ok(host.fuel_of("siem_batch", transformer, stream.as_bytes(), RECEIVED)? / records);
    }
    let mut host = RedpandaConnect::new(guest, true)?;
    let mut before = 0;
    for _ in 0..2 {
        before = host.fuel()?;
        for record in stream.lines() {
            let metadata = BTreeMap::from([("siem_received".to_owned(), RECEIVED.to_string())]);
            host.process(Message { bytes: record.into(), metadata, error: None })?;
        }
    }
    Ok((before - host.fuel()?) / records)
}
