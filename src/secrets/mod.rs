//! Finds secrets in commands and in what they pass on: passwords, tokens, keys.
//!
//! A secret is what follows one of the [`rules`], up to where the shell, SQL, JSON or a URI ends it. Text is read
//! once, from the start to the end.

mod rows;
mod rules;
mod scan;
mod value;

pub(crate) use rules::REDACTED;
pub(crate) use scan::{Arguments, find, is_secret};
