//! Bytes to record: one JSON object as received.
//!
//! A [`Batch`] finds where each object begins and ends, a [`RecordReader`] reads it, and an
//! [`Unwrapper`] finds the record inside an object that only carries it.

mod batch;
mod extent;
mod fields;
mod members;
mod object;
mod plain;
mod reader;
mod shape;
mod wrapper;

pub(crate) use batch::{Batch, Item, Open, blanks_at_end};
pub(crate) use extent::{Fed, window};
pub(crate) use fields::{Content, Field, Name};
pub(crate) use object::Record;
pub(crate) use reader::{Limits, RecordReader};
pub(crate) use shape::{NODES_MAX, NodeId, Shapes};
pub(crate) use wrapper::{Unwrapper, Wrapping, text_in};
