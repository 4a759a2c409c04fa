//! The limit: what any transform must do at least, which is look at its input and write its output.

use crate::check::Expect;
use crate::contestant::{Contestant, Run};
use crate::ours::BATCH;
use crate::{Input, Result, ours};

pub(crate) fn contestant(input: &Input) -> Result<Contestant<'_>> {
    let mut batches = Vec::new();
    for batch in input.batches(BATCH) {
        let lines = ours::lines("cef", &batch)?;
        batches.push((batch, lines));
    }
    let expect = Expect::Bytes(batches.iter().flat_map(|(_, lines)| lines).copied().collect());
    let (mut read, mut written) = (Vec::new(), Vec::new());
    let run = Run::Here(Box::new(move |sink| {
        for (batch, lines) in &batches {
            read.clear();
            read.extend_from_slice(batch);
            simdutf8::basic::from_utf8(&read)?;
            written.clear();
            written.extend_from_slice(lines);
            sink.lines(&written);
        }
        Ok(())
    }));
    let name = "the limit: input copied and checked for UTF-8, output copied".into();
    Ok(Contestant { name, note: "knows the output", input, expect, run })
}
