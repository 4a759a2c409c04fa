//! Bytes without a meaning: a buffer to write to, borrowed text, and searches, hashes, sorted names and
//! whole numbers.

mod buffer;
mod hash;
mod ignorable;
mod names;
mod number;
mod search;
mod value;

pub(crate) use buffer::Buffer;
pub(crate) use hash::Fnv1a;
pub(crate) use ignorable::append_visible;
pub(crate) use names::{FEW_NAMES, SortedNames};
#[cfg(all(feature = "redpanda-connect", target_family = "wasm"))]
pub(crate) use number::digits;
pub(crate) use number::{digits_within, expand, whole_number};
pub(crate) use search::{
    CHUNK, Prefix, any_format_special, cef_extension_special, is_ascii, is_utf8, is_verbatim, line_end, string_end,
    string_end_within, verbatim_ascii, verbatim_until, verbatim_within,
};
pub(crate) use value::{Value, trim};
