//! Batch to lines and rejections, whatever the component does.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use senhasegura_siem::{Config, Part, Splitter};

use crate::batches::Batch;
use crate::bindings::exports::senhasegura::siem::transform as wit;
use crate::compiled::Compiled;
use crate::fault::Fault;
use crate::instance::Instance;
use crate::limits::Limits;

/// An instance, and what it takes to replace it.
///
/// A call that fails costs its instance. The records of the batch are then tried one by one, and one
/// that fails alone on a new instance is rejected for that [`Fault`]: what an instance did before is
/// not the record's fault.
pub struct Worker {
    compiled: Compiled,
    config: Arc<str>,
    limits: Limits,
    splitter: Splitter,
    /// None after a failed call, until the next one.
    instance: Option<Instance>,
}

/// The outcome of a batch. Every record becomes either a line or a rejection.
#[derive(Debug, Default)]
pub struct Output {
    /// The lines in the order of their records, framed as configured.
    pub lines: Vec<u8>,
    /// The number of lines.
    pub written: u64,
    /// The rejected records, in the order of the batch.
    pub rejections: Vec<Rejection>,
    /// The number of differences between all lines and their records.
    pub changes: senhasegura_siem::Changes,
    /// The number of instances that the batch cost.
    pub instances_lost: u32,
}

/// A record that did not become a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The index of the record in the batch, rejected records included.
    pub index: u64,
    /// The range of its bytes in the batch.
    pub range: Range<usize>,
    /// The reason, for programs.
    pub reason: Reason,
    /// The reason, for people.
    pub message: String,
}

/// Why a record is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The component says so.
    Component(wit::Reason),
    /// The component says nothing.
    Host(Fault),
}

impl fmt::Display for Reason {
    /// The reason as a word, as the transform has it in every host.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Component(reason) => {
                let reason = senhasegura_siem::Reason::ALL.get(*reason as usize);
                reason.map_or("rejected", |reason| reason.as_str())
            }
            Self::Host(fault) => fault.as_str(),
        })
    }
}

impl From<wit::Changes> for senhasegura_siem::Changes {
    fn from(changes: wit::Changes) -> Self {
        let wit::Changes { renamed, replaced, truncated, dropped, repeated, unreadable, redacted } = changes;
        Self { renamed, replaced, truncated, dropped, repeated, unreadable, redacted }
    }
}

impl Output {
    /// Appends what the component made of the bytes from `start` of the batch on, whose last record ends
    /// at `end`.
    fn append(&mut self, start: usize, end: usize, output: wit::Output) {
        let first = self.records();
        let wit::Output { lines, written, rejections, changes } = output;
        if self.lines.is_empty() {
            self.lines = lines;
        } else {
            self.lines.extend_from_slice(&lines);
        }
        self.written += written;
        self.rejections.extend(rejections.into_iter().map(|rejection| Rejection {
            index: first + rejection.index,
            range: start + rejection.start as usize..end.min(start + rejection.end as usize),
            reason: Reason::Component(rejection.reason),
            message: rejection.message,
        }));
        self.changes += changes.into();
    }

    fn reject(&mut self, range: Range<usize>, fault: Fault) {
        let (index, message) = (self.records(), fault.to_string());
        self.rejections.push(Rejection { index, range, reason: Reason::Host(fault), message });
    }

    /// The number of records so far.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.written + self.rejections.len() as u64
    }
}

impl Worker {
    pub(crate) fn new(compiled: Compiled, config: &str, parsed: &Config, limits: Limits, instance: Instance) -> Self {
        let splitter = Splitter::new(parsed);
        Self { compiled, config: config.into(), limits, splitter, instance: Some(instance) }
    }

    /// Changes the limits, and replaces the instance before the next call.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
        self.instance = None;
    }

    /// Turns the records of a batch into lines. `received` is the time of records that have none, in
    /// milliseconds since 1970.
    pub fn transform(&mut self, batch: &Batch, received: Option<u64>) -> Output {
        let (mut output, Batch { bytes, end, .. }) = (Output::default(), batch);
        let is_new = self.has_new_instance();
        let Err(fault) = self.call(bytes, 0, *end, received, &mut output) else { return output };
        let mut parts = self.split(bytes);
        if let Some((last, _)) = parts.last_mut() {
            last.end = last.end.min(*end);
        }
        if let [(record, _)] = &parts[..]
            && (is_new || !fault.cost_an_instance())
        {
            output.reject(record.clone(), fault);
            return output;
        }
        // Once no record can be tried, this is why.
        let mut given_up = (!fault.cost_an_instance()).then_some(fault);
        for (record, part) in parts {
            if given_up.is_none() {
                given_up = self.transform_record(bytes, &record, part, received, &mut output);
            } else if let Some(fault) = &given_up {
                output.reject(record, fault.clone());
            }
        }
        output
    }

    /// Turns one record into its line, or rejects it. Returns why no more can be tried.
    fn transform_record(
        &mut self,
        batch: &[u8],
        record: &Range<usize>,
        part: Range<usize>,
        received: Option<u64>,
        output: &mut Output,
    ) -> Option<Fault> {
        loop {
            if output.instances_lost >= self.limits.instances {
                let fault = Fault::NotTried { limit: self.limits.instances };
                output.reject(record.clone(), fault.clone());
                return Some(fault);
            }
            let is_new = self.has_new_instance();
            let bytes = batch.get(part.clone()).unwrap_or_default();
            match self.call(bytes, part.start, record.end, received, output) {
                Ok(()) => return None,
                Err(fault) if !fault.cost_an_instance() => {
                    output.reject(record.clone(), fault.clone());
                    return Some(fault);
                }
                Err(fault) if is_new => {
                    output.reject(record.clone(), fault);
                    return None;
                }
                // Records before it may have left the instance in that state.
                Err(_) => {}
            }
        }
    }

    /// Calls the instance, or a new one, with the bytes from `start` of the batch on, whose last record
    /// ends at `end`.
    fn call(
        &mut self,
        bytes: &[u8],
        start: usize,
        end: usize,
        received: Option<u64>,
        output: &mut Output,
    ) -> Result<(), Fault> {
        let mut instance = match self.instance.take() {
            Some(instance) => instance,
            None => match self.compiled.instance(&self.config, self.limits) {
                Ok(Ok(instance)) => instance,
                Ok(Err(error)) => return Err(Fault::NoInstance(error.message)),
                Err(fault) => return Err(Fault::NoInstance(fault.to_string())),
            },
        };
        match instance.transform(bytes, received) {
            Ok(answer) => output.append(start, end, answer),
            Err(fault) => {
                output.instances_lost += 1;
                return Err(fault);
            }
        }
        self.instance = Some(instance);
        Ok(())
    }

    fn has_new_instance(&self) -> bool {
        self.instance.as_ref().is_none_or(Instance::is_new)
    }

    /// Returns the ranges of the records of a batch, each with that of its part.
    fn split(&mut self, batch: &[u8]) -> Vec<(Range<usize>, Range<usize>)> {
        let (mut found, mut parts, mut at) = (Vec::<(Range<_>, Range<_>)>::new(), Vec::new(), 0);
        let mut take = |splitter: &Splitter, parts: &[Part]| {
            let offset = splitter.offset() as usize;
            for Part { record, end, is_continuation } in parts {
                let (record, end) = (offset + record.start..offset + record.end, offset + end);
                match found.last_mut() {
                    // The end of a record of which the batch has more than a splitter keeps.
                    Some((last, part)) if *is_continuation => (last.end, part.end) = (record.end, end),
                    _ => found.push((record, at..end)),
                }
                at = end;
            }
        };
        self.splitter.push(batch, &mut parts);
        take(&self.splitter, &parts);
        self.splitter.finish(&mut parts);
        take(&self.splitter, &parts);
        found
    }
}
