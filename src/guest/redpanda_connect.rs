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
use crate::bytes::{Buffer, digits};
use crate::trace::Quiet;
use crate::{ConfigError, KeptField, Transformer};

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
    static PROCESSOR: RefCell<Option<Processor>> = const { RefCell::new(None) };
}

/// What is kept between messages.
struct Processor {
    transformer: Result<Transformer, ConfigError>,
    line: Buffer,
}

/// Replaces the message with its line.
#[unsafe(no_mangle)]
extern "C" fn process() {
    PROCESSOR.with_borrow_mut(|processor| {
        let Processor { transformer, line } = processor.get_or_insert_with(|| Processor {
            transformer: baked::config().map(Transformer::new),
            line: Buffer::default(),
        });
        // SAFETY: the host has put the message into a block from `malloc`, which it frees after
        // this call.
        let message = unsafe { block(v0_msg_as_bytes()) };
        let received = metadata("siem_received").and_then(digits);
        line.clear();
        let refused = match transformer {
            Ok(transformer) => match transformer.run_one::<Quiet>(message, received, line) {
                Ok(_) => {
                    for KeptField { name, text } in transformer.kept() {
                        // The message may bring some along that is not this event's.
                        set_metadata(&["siem_kept_", name].concat(), text.unwrap_or_default());
                    }
                    // SAFETY: the host copies the line.
                    return unsafe { v0_msg_set_bytes(line.as_ptr(), line.len()) };
                }
                Err(rejection) => (rejection.reason().as_str(), rejection.to_string()),
            },
            Err(error) => ("configuration", error.to_string()),
        };
        set_metadata("siem_reason", refused.0);
        set_metadata("siem_error", &refused.1);
    });
}

/// Returns the bytes that the host's packed pointer and length describe.
///
/// # Safety
///
/// They are valid until the end of the call.
unsafe fn block<'c>(place: u64) -> &'c [u8] {
    let (pointer, length) = ((place >> 32) as usize as *const u8, place as u32 as usize);
    if pointer.is_null() {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(pointer, length) }
}

fn metadata(key: &str) -> Option<&[u8]> {
    // SAFETY: the host reads the key, and puts the value into a block from `malloc` until the end
    // of this call.
    Some(unsafe { block(v0_msg_get_meta(key.as_ptr(), key.len())) }).filter(|value| !value.is_empty())
}

fn set_metadata(key: &str, value: &str) {
    // SAFETY: the host copies both.
    unsafe { v0_msg_set_meta(key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}
