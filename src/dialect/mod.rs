//! The names that shippers and parsers give to what senhasegura sends, as data: a row for each in
//! `table.rs`. Nothing else in the crate names a dialect.
//!
//! A name is a path: the names of the objects around a value and its own, joined by `.`. A parser
//! may nest objects or write the dots into one name; both are the same path. Letter case, `_` and
//! `-` do not matter in it.

mod lookup;
mod meaning;
mod table;

pub(crate) use lookup::{PATH_MAX, Row, find_key};
pub(crate) use meaning::{Meaning, PARTS, Part};
