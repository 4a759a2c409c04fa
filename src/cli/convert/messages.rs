//! The modes that write a line for each input line, which is a message: `one-to-one` and `rsyslog`.

use senhasegura_siem::Rejection;
use senhasegura_siem::config::ERROR_KEY;
use serde_json::{Map, Value, json};

use super::converter::{Converter, Input, Mode};
use crate::failure::Failure;

impl Converter {
    /// Processes each message according to `mode`.
    pub(super) fn messages(&mut self, input: &mut Input, mode: Mode) -> Result<(), Failure> {
        // The transformer rejects longer ones unread.
        let length_max = self.stream.transformer().window();
        let mut messages = Messages {
            converter: self,
            mode,
            length_max,
            input: input.name.clone(),
            held: Vec::new(),
            start: 0,
            rejection: None,
            lines: Vec::new(),
        };
        messages.run(input)
    }
}

struct Messages<'f> {
    converter: &'f mut Converter,
    mode: Mode,
    /// The maximum length of a message to keep.
    length_max: usize,
    /// The name of the input.
    input: String,
    /// The start of a message whose end has not been read.
    held: Vec<u8>,
    /// The offset of that message in the input, or of the rest of it.
    start: u64,
    /// The first rejection of that message, if it is so long that pieces of it have been rejected.
    rejection: Option<Rejection>,
    /// The lines to write next.
    lines: Vec<u8>,
}

impl Messages<'_> {
    fn run(&mut self, input: &mut Input) -> Result<(), Failure> {
        loop {
            let (bytes, end) = input.read(&mut self.converter.report);
            self.held.extend_from_slice(bytes);
            if bytes.contains(&b'\n') || end.is_some() {
                self.whole(end.is_some())?;
            }
            if self.held.len() > self.length_max {
                self.piece()?;
            }
            if !self.lines.is_empty() {
                self.converter.sink.write(&self.lines)?;
                self.lines.clear();
            }
            self.converter.report.flush()?;
            input.start = self.start;
            if let Some(outcome) = end {
                return outcome;
            }
        }
    }

    /// Processes the messages whose end has been read; the `last` one needs no line feed.
    fn whole(&mut self, last: bool) -> Result<(), Failure> {
        let mut held = std::mem::take(&mut self.held);
        let mut rest = &held[..];
        loop {
            let (message, taken) = match rest.iter().position(|&byte| byte == b'\n') {
                Some(length) => (rest.get(..length).unwrap_or_default(), length + 1),
                None if last && (self.rejection.is_some() || !rest.is_empty()) => (rest, rest.len()),
                None => break,
            };
            match self.rejection.take() {
                Some(first) => self.rest(message, &first)?,
                None => self.message(message)?,
            }
            self.start += taken as u64;
            rest = rest.get(taken..).unwrap_or_default();
        }
        held.drain(..held.len() - rest.len());
        self.held = held;
        Ok(())
    }

    /// Writes the line of the one record of a message.
    fn message(&mut self, message: &[u8]) -> Result<(), Failure> {
        let (received, mut line) = (self.converter.received(), Vec::new());
        match self.converter.stream.transformer().transform_one(message, received, &mut line) {
            Ok(changes) => {
                self.converter.report.written(1, changes);
                self.write(line);
                Ok(())
            }
            Err(mut rejection) => {
                rejection.range = 0..message.len();
                self.converter.report.rejected(&self.input, self.start, &rejection, message)?;
                self.write_rejected(message, &rejection);
                Ok(())
            }
        }
    }

    /// Rejects the last piece of a message whose first one was rejected.
    fn rest(&mut self, message: &[u8], first: &Rejection) -> Result<(), Failure> {
        if !message.is_empty() {
            let rejection = first.continuation(0..message.len());
            self.converter.report.rejected(&self.input, self.start, &rejection, message)?;
        }
        self.write_rejected(message, first);
        Ok(())
    }

    /// Rejects a piece of a message that is too long to be kept.
    fn piece(&mut self) -> Result<(), Failure> {
        let rejection = match &self.rejection {
            Some(first) => first.continuation(0..self.held.len()),
            None => {
                let transformer = self.converter.stream.transformer();
                let Err(rejection) = transformer.transform_one(&self.held, None, &mut Vec::new()) else {
                    return Ok(());
                };
                rejection
            }
        };
        self.converter.report.rejected(&self.input, self.start, &rejection, &self.held)?;
        if self.mode == Mode::OneToOne {
            self.lines.extend_from_slice(&self.held);
        }
        self.start += self.held.len() as u64;
        self.held.clear();
        self.rejection.get_or_insert(rejection);
        Ok(())
    }

    fn write(&mut self, line: Vec<u8>) {
        if self.mode == Mode::Rsyslog {
            let mut set = Map::from_iter([("siem".to_owned(), String::from_utf8_lossy(&line).into())]);
            let transformer = self.converter.stream.transformer();
            let kept = transformer.kept().filter_map(|field| Some((field.name.to_owned(), field.text?.into())));
            let kept: Map<_, Value> = kept.collect();
            if !kept.is_empty() {
                set.insert("siem_kept".into(), kept.into());
            }
            self.lines.extend(json!({ "$!": set }).to_string().bytes());
        } else {
            self.lines.extend(line);
        }
        self.lines.push(b'\n');
    }

    /// Writes the answer for a rejected message, or for the last piece of one.
    fn write_rejected(&mut self, message: &[u8], rejection: &Rejection) {
        match self.mode {
            Mode::Rsyslog => {
                let error = format!("{}: {rejection}", rejection.reason());
                self.lines.extend(json!({ "$!": { ERROR_KEY: error } }).to_string().bytes());
            }
            _ => self.lines.extend_from_slice(message),
        }
        self.lines.push(b'\n');
    }
}
