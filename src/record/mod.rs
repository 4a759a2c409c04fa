//! Bytes to record: one JSON object as received, or what others made of one.
//!
//! A [`Batch`] finds where each object begins and ends, and a [`RecordReader`] reads it. An
//! [`Unwrapper`] reads what is not a record of senhasegura's own shape:
#![doc = include_str!("dialects.md")]

mod absent;
mod around;
mod batch;
mod cef;
mod escaped;
mod extent;
mod fields;
mod foreign;
mod frame;
mod mask;
mod members;
mod object;
mod options;
mod pairs;
mod plain;
mod reader;
mod shape;
mod signs;
mod text;
mod wrapper;

pub(crate) use around::Around;
pub(crate) use batch::{Batch, Entry, Item, Open, blanks_at_end, is_known_utf8};
pub(crate) use extent::{Fed, indent_before, window};
pub(crate) use fields::{Content, Field, Name};
pub(crate) use mask::Mask;
pub(crate) use object::Record;
pub use options::{Input, Invisible};
pub(crate) use options::{MaskOptions, ReadOptions};
pub(crate) use reader::{Limits, RecordReader};
pub(crate) use shape::{NODES_MAX, NodeId, Shapes};
pub(crate) use wrapper::{Apart, Unwrapper, Wrapping};
