//! What must hold of every input, one module a target: an `Input` that libFuzzer makes, and `check`, which panics if it
//! does not hold.
//!
//! Models that the targets share are in [`setup`], a configuration, and [`hostile`], texts and records. Checks that the
//! tests of the library make, too, are those of `tests`.

pub mod bake;
pub mod config;
pub mod dialect;
pub mod event;
pub mod explain;
pub mod hostile;
pub mod json;
pub mod lines;
pub mod setup;
pub mod stream;
pub mod text;

#[path = "../../tests/explanation/mod.rs"]
mod explanation;
#[path = "../../tests/forgeries/mod.rs"]
mod forgeries;
#[path = "../../tests/pieces/mod.rs"]
mod pieces;
#[path = "../../tests/readable/mod.rs"]
mod readable;
