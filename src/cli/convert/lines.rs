//! Mode `lines`: a line for each record, however records are laid out.

use super::converter::{Converter, Input};
use crate::failure::Failure;

impl Converter {
    /// Writes a line for each record.
    pub(super) fn lines(&mut self, input: &mut Input) -> Result<(), Failure> {
        loop {
            let (bytes, end) = input.read(&mut self.report);
            let received = self.received();
            if end.is_none() {
                self.stream.push(bytes, received, &mut self.output);
            } else {
                self.stream.finish(received, &mut self.output);
            }
            input.start = self.stream.offset();
            self.write(&input.name)?;
            if let Some(outcome) = end {
                return outcome;
            }
        }
    }

    /// Writes and reports the last output of the stream.
    fn write(&mut self, input: &str) -> Result<(), Failure> {
        let Self { stream, sink, report, output, .. } = self;
        if !output.lines.is_empty() {
            sink.write(&output.lines)?;
        }
        report.written(output.written, output.changes);
        for rejection in &output.rejections {
            report.rejected(input, stream.offset(), rejection, stream.bytes(rejection.range.clone()))?;
        }
        report.flush()
    }
}
