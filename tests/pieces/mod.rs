//! What becomes of a stream in one piece, in several, by batches of its records, and if another stream goes on with it.

use senhasegura_siem::{Changes, Config, Output, Part, Rejection, Splitter, Stream, Transformer};

/// What becomes of a stream. A rejection is its number, the offsets of its bytes, and why.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) lines: String,
    pub(crate) written: u64,
    changes: Changes,
    pub(crate) rejections: Vec<(u64, u64, u64, String)>,
}

impl Outcome {
    fn add(&mut self, output: &Output, offset: u64) {
        self.lines.push_str(str::from_utf8(&output.lines).unwrap());
        self.written += output.written;
        self.changes += output.changes;
        for rejection in &output.rejections {
            self.reject(rejection, offset);
        }
    }

    /// Adds a rejection, or joins a piece to the one that it belongs to.
    fn reject(&mut self, rejection: &Rejection, offset: u64) {
        let [start, end] = [rejection.range.start, rejection.range.end].map(|at| offset + at as u64);
        assert!(start < end);
        if !rejection.is_continuation() {
            let why = format!("{}: {rejection}", rejection.reason());
            return self.rejections.push((rejection.index, start, end, why));
        }
        let last = self.rejections.last_mut().unwrap();
        assert_eq!((last.0, last.2), (rejection.index, start));
        assert!(last.3.starts_with(rejection.reason().as_str()));
        assert_eq!(rejection.to_string(), "another piece of the record that was rejected before it");
        last.2 = end;
    }
}

/// The most bytes that a stream keeps: two records, and what a line that may begin a record needs, which is its break,
/// indentation, and what a record ends with before that.
fn kept_max(config: &Config) -> usize {
    2 * config.max_record_bytes.get() as usize + 3 * 260
}

/// What becomes of a stream in one piece.
pub(crate) fn in_one(config: &Config, bytes: &[u8]) -> Outcome {
    let (mut outcome, mut output) = (Outcome::default(), Output::default());
    Transformer::new(config.clone()).transform(bytes, None, &mut output);
    outcome.add(&output, 0);
    outcome
}

/// What becomes of a stream in pieces of these lengths, over and over.
pub(crate) fn in_pieces(config: &Config, bytes: &[u8], lengths: &[usize]) -> Outcome {
    let (mut outcome, mut output) = (Outcome::default(), Output::default());
    let mut stream = Stream::new(Transformer::new(config.clone()));
    // Nothing of a stream before it shows.
    stream.push(b"{\"event_id\":17}\n \t", None, &mut output);
    stream.finish(None, &mut output);
    let (mut start, mut lengths) = (0, lengths.iter().cycle());
    let mut take = |stream: &Stream, output: &Output, read: usize| {
        outcome.add(output, stream.offset());
        for rejection in &output.rejections {
            let record = stream.bytes(rejection.range.clone());
            let start = stream.offset() as usize + rejection.range.start;
            assert_eq!(record, &bytes[start..start + rejection.range.len()]);
        }
        assert!(read - stream.offset() as usize <= kept_max(config), "keeps {read} from {}", stream.offset());
    };
    while start < bytes.len() {
        let end = (start + lengths.next().unwrap()).min(bytes.len());
        stream.push(&bytes[start..end], None, &mut output);
        take(&stream, &output, start);
        start = end;
    }
    stream.finish(None, &mut output);
    take(&stream, &output, start);
    outcome
}

/// What becomes of a stream that another one goes on with after so many bytes.
pub(crate) fn handed_over(config: &Config, bytes: &[u8], length: usize) -> Outcome {
    let (mut outcome, mut output) = (Outcome::default(), Output::default());
    let mut stream = Stream::new(Transformer::new(config.clone()));
    for piece in bytes[..length].chunks(7) {
        stream.push(piece, None, &mut output);
        outcome.add(&output, stream.offset());
    }
    let rest = stream.rest();
    outcome.rejections.retain(|&(_, start, ..)| start < rest);
    let records = outcome.written + outcome.rejections.len() as u64;
    Transformer::new(config.clone()).transform(&bytes[rest as usize..], None, &mut output);
    for rejection in &mut output.rejections {
        rejection.index += records;
    }
    outcome.add(&output, rest);
    outcome
}

/// What comes of batches of at most `records` records that a splitter finds in pieces of a stream.
pub(crate) fn in_batches(config: &Config, bytes: &[u8], lengths: &[usize], records: usize) -> Outcome {
    let (mut outcome, mut output) = (Outcome::default(), Output::default());
    let (mut transformer, mut splitter) = (Transformer::new(config.clone()), Splitter::new(config));
    let (mut parts, mut before, mut rejection) = (Vec::new(), 0, None::<Rejection>);
    // Nothing of a stream before it shows.
    splitter.push(b"{\"event_id\":17}\n \t{", &mut parts);
    splitter.finish(&mut parts);
    let mut take = |splitter: &Splitter, parts: &[Part], read: usize| {
        assert!(read - splitter.offset() as usize <= kept_max(config), "{read}, {}", splitter.offset());
        let mut start = 0;
        for parts in parts.chunk_by(|one, next| !one.is_continuation && !next.is_continuation) {
            for parts in parts.chunks(records) {
                let (end, offset) = (parts.last().unwrap().end, splitter.offset() + start as u64);
                let batch = splitter.bytes(start..end);
                if parts[0].is_continuation {
                    let continuation = rejection.as_ref().unwrap().continuation(parts[0].record.clone());
                    outcome.reject(&continuation, splitter.offset());
                } else {
                    assert_eq!(batch, &bytes[offset as usize..][..batch.len()]);
                    transformer.transform(batch, None, &mut output);
                    output.rejections.iter_mut().for_each(|rejection| rejection.index += before);
                    before += output.written + output.rejections.len() as u64;
                    if let Some(rejection) = output.rejections.last_mut() {
                        let record_end = parts.last().unwrap().record.end - start;
                        rejection.range.end = rejection.range.end.min(record_end);
                    }
                    outcome.add(&output, offset);
                    rejection = output.rejections.pop();
                }
                start = end;
            }
        }
    };
    let (mut start, mut lengths) = (0, lengths.iter().cycle());
    while start < bytes.len() {
        let end = bytes.len().min(start.saturating_add(*lengths.next().unwrap()));
        splitter.push(&bytes[start..end], &mut parts);
        take(&splitter, &parts, start);
        start = end;
    }
    splitter.finish(&mut parts);
    take(&splitter, &parts, start);
    outcome
}
