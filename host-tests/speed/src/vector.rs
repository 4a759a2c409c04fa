//! The mapping in VRL, the language of Vector, which has no function that writes CEF. The event is a line, as
//! Vector's sources make it.

use std::collections::BTreeMap;

use vrl::compiler::runtime::{Runtime, Terminate};
use vrl::compiler::{TargetValue, TimeZone, compile};
use vrl::value;
use vrl::value::{Secrets, Value};

use crate::contestant::{Contestant, Run};
use crate::{Input, Result, hand};

pub(crate) fn contestant(input: &Input) -> Result<Contestant<'_>> {
    let compiled = compile(include_str!("mapping.vrl"), &vrl::stdlib::all());
    let program = compiled.map_err(|error| format!("mapping.vrl: {error:?}"))?.program;
    // What Vector shares, not copies, when it makes an event of a line.
    let lines: Vec<Value> = input.records().iter().map(|record| Value::from(record.as_str())).collect();
    let (mut runtime, zone) = (Runtime::default(), TimeZone::parse("UTC").unwrap_or_default());
    let run = Run::Here(Box::new(move |sink| {
        for line in &lines {
            let value = value!({message: (line.clone())});
            let metadata = Value::Object(BTreeMap::new());
            let mut event = TargetValue { value, metadata, secrets: Secrets::default() };
            match runtime.resolve(&mut event, &program, &zone) {
                Ok(line) => sink.line(line.as_bytes().ok_or("expected a text")?),
                Err(Terminate::Abort(_)) => {}
                Err(error) => return Err(error.into()),
            }
            runtime.clear();
        }
        Ok(())
    }));
    Ok(Contestant { name: "VRL by hand".into(), note: hand::NOTE, input, expect: hand::expect(input)?, run })
}
