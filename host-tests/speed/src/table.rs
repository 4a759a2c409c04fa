//! The table, in Markdown.

use std::fmt::Write as _;

use indicatif::HumanFloatCount;

use crate::{Measured, Result, ours};

/// The cost of all beside that of the native transform to CEF.
///
/// # Errors
///
/// If that has not been measured.
pub fn table(measured: &[Measured]) -> Result<String> {
    let reference = reference(measured)?;
    let mut table = String::from("| | ns a record | records/s | MB/s | cost | |\n|---|---:|---:|---:|---:|---|\n");
    for Measured { name, note, nanoseconds, bytes } in measured {
        let (records, megabytes) = (thousands(1e9 / nanoseconds), bytes * 1e3 / nanoseconds);
        let cost = nanoseconds / reference;
        writeln!(table, "| {name} | {} | {records} | {megabytes:.0} | {cost:.2} | {note} |", thousands(*nanoseconds))?;
    }
    Ok(table)
}

/// The cost of what all others are compared with.
pub(crate) fn reference(measured: &[Measured]) -> Result<f64> {
    let name = ours::reference();
    let found = measured.iter().find(|measured| measured.name == name);
    Ok(found.ok_or("the native transform has not been measured")?.nanoseconds)
}

/// A whole number with a comma between thousands.
fn thousands(number: f64) -> String {
    format!("{:.0}", HumanFloatCount(number))
}
