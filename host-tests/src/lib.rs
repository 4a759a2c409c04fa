//! The guests as their hosts run them.

pub mod component;
