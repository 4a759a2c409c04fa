//! Redpanda Connect's processor `wasm`, and Bento's: a function that gets the message from the host
//! and replaces it.
//!
//! The message becomes the line. What the option `keep` names becomes metadata, such as
//! `siem_kept_severity`, which is empty if the event has nothing for the name. A rejected message stays
//! unchanged, with the metadata `siem_error` and `siem_reason`; a mapping after the processor decides what to
//! do with it. The time of reception is the metadata `siem_received`, in milliseconds since 1970. The
//! configuration is the baked one.

use std::cell::RefCell;

use super::baked;
use super::room::{NO_RECORD, Room};
use crate::bytes::{Buffer, digits};
use crate::trace::Quiet;
use crate::{ConfigError, KeptField, Reason, Transformer};

// The only difference between the two hosts.
#[cfg_attr(not(feature = "bento"), link(wasm_import_module = "benthos_wasm"))]
#[cfg_attr(feature = "bento", link(wasm_import_module = "bento_wasm"))]
unsafe extern "C" {
    fn v0_msg_as_bytes() -> u64;
    fn v0_msg_set_bytes(bytes: *const u8, length: usize);
    fn v0_msg_get_meta(key: *const u8, length: usize) -> u64;
    fn v0_msg_set_meta(key: *const u8, key_length: usize, value: *const u8, value_length: usize);
}

thread_local! {
    static PROCESSOR: RefCell<Option<Box<Processor>>> = const { RefCell::new(None) };
}

/// What is kept between messages.
struct Processor {
    transformer: Result<Transformer, ConfigError>,
    line: Buffer,
    room: Room,
}

/// Replaces the message with its line.
#[unsafe(no_mangle)]
extern "C" fn process() {
    // The host goes on with an instance that has trapped: what that call held is lost, and the next call begins anew.
    let mut processor = PROCESSOR.take().unwrap_or_else(|| {
        let transformer = baked::config().map(Transformer::new);
        Box::new(Processor { transformer, line: Buffer::default(), room: Room::default() })
    });
    // SAFETY: the host has put the message into a block from `malloc`, which it frees after this call.
    let message = unsafe { block(v0_msg_as_bytes()) };
    let received = metadata("siem_received").and_then(digits);
    if let Err((reason, error)) = processor.write(message, received) {
        set_metadata("siem_reason", reason);
        set_metadata("siem_error", &error);
    }
    PROCESSOR.set(Some(processor));
}

impl Processor {
    /// Gives the host the line of a message, and what is kept. Returns the reason why there is none, as a word and for
    /// people.
    fn write(&mut self, message: Option<&[u8]>, received: Option<u64>) -> Result<(), (&'static str, String)> {
        let Self { transformer, line, room } = self;
        let transformer = transformer.as_mut().map_err(|error| ("configuration", error.to_string()))?;
        let Some(message) = message else {
            return Err((Reason::NotOne.as_str(), NO_RECORD.into()));
        };
        if let Some(missing) = room.missing_for(message, transformer) {
            return Err((Reason::TooLong.as_str(), missing));
        }
        line.clear();
        let written = transformer.run_one::<Quiet>(message, received, line);
        written.map_err(|rejection| (rejection.reason().as_str(), rejection.to_string()))?;
        for KeptField { name, text } in transformer.kept() {
            // The message may bring some along that is not this event's.
            set_metadata(&["siem_kept_", name].concat(), text.unwrap_or_default());
        }
        // SAFETY: the host copies the line.
        unsafe { v0_msg_set_bytes(line.as_ptr(), line.len()) };
        Ok(())
    }
}

/// Returns the bytes that the host's packed pointer and length describe, if there are any.
///
/// # Safety
///
/// They are valid until the end of the call.
unsafe fn block<'c>(place: u64) -> Option<&'c [u8]> {
    let (pointer, length) = ((place >> 32) as usize as *const u8, place as u32 as usize);
    if pointer.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    Some(unsafe { std::slice::from_raw_parts(pointer, length) })
}

fn metadata(key: &str) -> Option<&[u8]> {
    // SAFETY: the host reads the key, and puts the value into a block from `malloc` until the end
    // of this call.
    unsafe { block(v0_msg_get_meta(key.as_ptr(), key.len())) }.filter(|value| !value.is_empty())
}

fn set_metadata(key: &str, value: &str) {
    // SAFETY: the host copies both.
    unsafe { v0_msg_set_meta(key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}
