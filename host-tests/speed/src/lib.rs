//! What a record costs senhasegura-siem and its alternatives, timed in turns in one run.
//!
//! ```text
//! records ──contestants──▶ lines ──check──▶ the same, or why not
//!                └────────measure──▶ medians ──table, plot
//! ```

mod check;
mod contestant;
mod hand;
mod input;
mod jq;
mod limit;
mod lua;
mod measure;
mod ours;
mod parsers;
mod plot;
mod process;
mod table;
mod vector;

use std::path::Path;

pub use contestant::{Contestant, Result, Run, Sink, Skipped};
pub use input::Input;
pub use measure::{Effort, Measured, measure};
pub use plot::plot;
pub use table::table;

/// What is converted.
#[derive(Debug)]
pub struct Inputs {
    /// The records of the example stream that are JSON: what is not would cost the parsers next to nothing.
    pub day: Input,
    /// The same events as appliances send them over syslog.
    pub appliance: Input,
}

impl Inputs {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn read(root: &Path) -> Result<Self> {
        let data = root.join("examples/data");
        Ok(Self {
            day: Input::of(&data.join("day.ndjson"), |line| serde_json::from_str::<serde_json::Value>(line).is_ok())?,
            appliance: Input::of(&data.join("appliance.log"), |line| line.contains("CEF:0|"))?,
        })
    }
}

/// All contestants, and those that cannot take part here.
///
/// # Errors
///
/// If one that needs nothing from outside cannot be made.
pub fn contestants<'i>(root: &Path, cache: &Path, inputs: &'i Inputs) -> Result<(Vec<Contestant<'i>>, Vec<Skipped>)> {
    let (mut all, mut skipped) = (Vec::new(), Vec::new());
    all.push(limit::contestant(&inputs.day)?);
    all.extend(ours::native(inputs)?);
    ours::wasm(root, &inputs.day, &mut all, &mut skipped)?;
    all.extend(parsers::contestants(&inputs.day));
    all.push(hand::contestant(&inputs.day)?);
    all.push(vector::contestant(&inputs.day)?);
    all.push(lua::contestant(&inputs.day)?);
    all.push(jq::contestant(&inputs.day)?);
    process::contestants(root, cache, &inputs.day, &mut all, &mut skipped)?;
    Ok((all, skipped))
}
