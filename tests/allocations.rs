//! Memory in the steady state.

#![allow(clippy::unwrap_used, missing_docs)]

use allocation_counter::measure;
use senhasegura_siem::{Config, Output, Transformer};

const DAY: &str = include_str!("../examples/data/day.ndjson");
const APPLIANCE: &str = include_str!("../examples/data/appliance.log");

/// After the first batches, a transformer takes no memory for a record that becomes a line.
#[test]
fn takes_no_memory_for_a_record() {
    for format in ["cef", "rfc5424", "sensage"] {
        let mut transformer = Transformer::new(Config::from_json(&format!(r#"{{"format": "{format}"}}"#)).unwrap());
        for stream in [DAY, APPLIANCE] {
            // A rejection is an allocation.
            let mut output = Output::default();
            transformer.transform(stream.as_bytes(), None, &mut output);
            let mut batch = stream.as_bytes().to_vec();
            for rejection in output.rejections.iter().rev() {
                batch.drain(rejection.range.clone());
            }
            transformer.transform(&batch, None, &mut output);
            let count = measure(|| transformer.transform(&batch, None, &mut output)).count_total;
            assert_eq!(count, 0, "{format}: of {} records", output.written);
        }
    }
}
