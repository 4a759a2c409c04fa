//! The guests in their hosts, or in stand-ins for them, and the pages about them. One program, so that wasmtime is linked once,
//! each guest is compiled once, and what waits for a server leaves the machine to others.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod bounds;
mod clickhouse;
mod command;
mod component;
mod embedder;
mod envoy;
mod faults;
mod instructions;
mod jco;
mod modules;
mod npm;
mod playground;
mod python;
mod readme;
mod redpanda;
mod soak;
mod spark;
