//! The modes that write a line for each record: `lines`, and `omprog`, which also confirms each line
//! of the input.

use std::ops::Range;

use senhasegura_siem::Output;

use super::converter::{Converter, Input};
use crate::failure::Failure;
use crate::report::Report;
use crate::sink::Sink;

impl Converter {
    /// Writes a line for each record, however records are laid out.
    pub(super) fn lines(&mut self, input: &mut Input) -> Result<(), Failure> {
        loop {
            let (bytes, end) = input.read(&mut self.report);
            let received = self.received();
            if end.is_none() {
                self.stream.push(bytes, received, &mut self.output);
            } else {
                self.stream.finish(received, &mut self.output);
            }
            self.write_stream(input, 0)?;
            if let Some(outcome) = end {
                return outcome;
            }
        }
    }

    /// Writes a line for each record, which ends with its input line at the latest, and confirms
    /// each input line once everything from it is written.
    pub(super) fn confirmed_lines(&mut self, input: &mut Input) -> Result<(), Failure> {
        let name = input.name.clone();
        // The offsets of the line that is being read and of its end so far.
        let (mut start, mut at) = (0, 0);
        loop {
            let (bytes, end) = input.read(&mut self.report);
            let received = self.received();
            let (mut lines, mut ended) = (Vec::new(), 0);
            for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
                at += piece.len() as u64;
                let text = piece.strip_suffix(b"\n");
                self.stream.push(text.unwrap_or(piece), received, &mut self.output);
                self.collect(&name, start, &mut lines)?;
                if text.is_some() {
                    self.finish_line(received, &name, start, &mut lines)?;
                    (start, ended) = (at, ended + 1);
                }
            }
            // The last line needs no line feed.
            if end.is_some() && start < at {
                self.finish_line(received, &name, start, &mut lines)?;
                (start, ended) = (at, ended + 1);
            }
            if !lines.is_empty() {
                self.sink.write(&lines)?;
            }
            self.report.flush()?;
            input.start = if start < at { start + self.stream.offset() } else { at };
            self.confirm(ended)?;
            if let Some(outcome) = end {
                return outcome;
            }
        }
    }

    /// Ends the stream that is a line of the input.
    fn finish_line(
        &mut self,
        received: Option<u64>,
        input: &str,
        start: u64,
        lines: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        self.stream.finish(received, &mut self.output);
        self.collect(input, start, lines)
    }

    /// Appends the lines of the stream's last output to `lines`, and reports the rest.
    fn collect(&mut self, input: &str, start: u64, lines: &mut Vec<u8>) -> Result<(), Failure> {
        lines.extend_from_slice(&self.output.lines);
        self.report.output(&self.output, |range| self.stream.bytes(range), input, start + self.stream.offset())
    }

    /// Writes the last output of the stream, which begins at the offset `start` of the input.
    pub(super) fn write_stream(&mut self, input: &mut Input, start: u64) -> Result<(), Failure> {
        let Self { stream, output, .. } = self;
        input.start = start + stream.offset();
        write(&mut self.sink, &mut self.report, output, |range| stream.bytes(range), input)
    }
}

/// Writes the lines of an output and reports the rest. `bytes` has its ranges, which count from the start of
/// what has not been processed.
pub(super) fn write<'b>(
    sink: &mut Sink,
    report: &mut Report,
    output: &Output,
    bytes: impl Fn(Range<usize>) -> &'b [u8],
    input: &Input,
) -> Result<(), Failure> {
    if !output.lines.is_empty() {
        sink.write(&output.lines)?;
    }
    report.output(output, bytes, &input.name, input.start)?;
    report.flush()
}
