//! The guests of senhasegura-siem, run by hosts, or by what does as they do.

pub mod component;
pub mod fluent_bit;
pub mod redpanda_connect;
