//! Parsers of JSON, which only read: what another transform must do before its work begins.

use simd_json::Buffers;
use simd_json::prelude::Writable as _;

use crate::Input;
use crate::check::Expect;
use crate::contestant::{Contestant, Pass, Run};

pub(crate) fn contestants(input: &Input) -> Vec<Contestant<'_>> {
    let records = input.records();
    let serde: Pass<'_> = Box::new(move |sink| {
        for record in records {
            sink.value(serde_json::from_slice::<serde_json::Value>(record.as_bytes())?, |value| Ok(value.to_string()))?;
        }
        Ok(())
    });
    let sonic: Pass<'_> = Box::new(move |sink| {
        for record in records {
            let value = sonic_rs::from_slice::<sonic_rs::Value>(record.as_bytes())?;
            sink.value(value, |value| Ok(sonic_rs::to_string(value)?))?;
        }
        Ok(())
    });
    let (mut buffers, mut copy) = (Buffers::default(), Vec::new());
    let borrowed: Pass<'_> = Box::new(move |sink| {
        for record in records {
            let value = simd_json::value::borrowed::to_value_with_buffers(copied(record, &mut copy), &mut buffers)?;
            sink.value(value, |value| Ok(value.encode()))?;
        }
        Ok(())
    });
    let (mut buffers, mut copy) = (Buffers::default(), Vec::new());
    let tape: Pass<'_> = Box::new(move |sink| {
        for record in records {
            let tape = simd_json::to_tape_with_buffers(copied(record, &mut copy), &mut buffers)?;
            sink.value(tape, |tape| Ok(tape.as_value().encode()))?;
        }
        Ok(())
    });
    let all = [
        ("`serde_json::Value`", serde),
        ("`simd_json::BorrowedValue`, with its buffers", borrowed),
        ("`simd_json` tape, with its buffers", tape),
        ("`sonic_rs::Value`", sonic),
    ];
    let all = all.into_iter().map(|(name, pass)| Contestant {
        name: format!("{name}, parsing alone"),
        note: "writes nothing",
        input,
        expect: Expect::Json,
        run: Run::Here(pass),
    });
    all.collect()
}

/// Copies a record for a parser that writes into its input.
fn copied<'c>(record: &str, copy: &'c mut Vec<u8>) -> &'c mut [u8] {
    copy.clear();
    copy.extend_from_slice(record.as_bytes());
    copy
}
