//! Any bytes, cut anywhere, in any configuration.

use std::ops::Range;

use arbitrary::{Arbitrary, Result, Unstructured};
use senhasegura_siem::{Output, Transformer};

use crate::pieces::{handed_over, in_batches, in_one, in_pieces};
use crate::{hostile, lines, setup::Setup};

/// A stream.
pub struct Input {
    setup: Setup,
    cuts: [u8; 4],
    bytes: Vec<u8>,
}

impl<'a> Arbitrary<'a> for Input {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::arbitrary_take_rest(Unstructured::new(u.bytes(u.len())?))
    }

    fn arbitrary_take_rest(mut u: Unstructured<'a>) -> Result<Self> {
        Ok(Self { setup: u.arbitrary()?, cuts: u.arbitrary()?, bytes: u.take_rest().to_vec() })
    }
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} cut {:?}: {}", self.setup, self.cuts, hostile::shown(&self.bytes))
    }
}

impl Input {
    /// Asserts that every record is a line or a rejection, in order, whatever came before and however the stream is cut.
    pub fn check(&self) {
        let Self { setup, cuts, bytes } = self;
        let config = &setup.config();
        let mut transformer = Transformer::new(config.clone());
        let records: Vec<_> = transformer.split(bytes).collect();
        self.check_cover(&records);

        let (mut output, mut again) = (Output::default(), Output::default());
        transformer.transform(bytes, setup.received, &mut output);
        lines::check(config, &output);
        let [written, rejected] = [output.written as usize, output.rejections.len()];
        // A record that holds several is each of them.
        assert!(written + rejected >= records.len(), "{} records, {output:?}", records.len());
        let (mut end, mut index) = (0, 0);
        for rejection in &output.rejections {
            let range = &rejection.range;
            assert!(range.start < range.end && range.end <= bytes.len() && rejection.index >= index, "{rejection:?}");
            let is_within = |record: &Range<usize>| record.start <= range.start && range.end <= record.end;
            assert!(records.iter().any(is_within), "{rejection:?} in {records:?}");
            // Those of records in one text have its range.
            assert!(range.start >= end || is_within(&(range.start..end)) && range.end == end, "{rejection:?}");
            assert!(rejection.to_string().bytes().all(|byte| matches!(byte, b' '..=b'~')), "{rejection}");
            (end, index) = (range.end, rejection.index + 1);
        }

        // What was read before does not show.
        transformer.transform(bytes, setup.received, &mut again);
        assert_eq!(output, again);

        let whole = in_one(config, bytes);
        let lengths = cuts.map(|cut| usize::from(cut) + 1);
        assert_eq!(in_pieces(config, bytes, &lengths), whole);
        assert_eq!(handed_over(config, bytes, usize::from(cuts[0]).min(bytes.len())), whole);
        let batches = in_batches(config, bytes, &lengths, usize::from(cuts[3] % 4) + 1);
        assert_eq!((batches.lines, batches.written), (whole.lines, whole.written));
        let places = |outcome: &[(u64, u64, u64, String)]| -> Vec<_> {
            outcome.iter().map(|&(index, start, end, _)| (index, start, end)).collect()
        };
        // Of two faults, a batch may name the other.
        assert_eq!(places(&batches.rejections), places(&whole.rejections));
    }

    /// Asserts that the records are in order, and that there are only separators between them.
    fn check_cover(&self, records: &[Range<usize>]) {
        let mut end = 0;
        for record in records.iter().chain([&(self.bytes.len()..self.bytes.len())]) {
            assert!(end <= record.start && record.start <= record.end, "{records:?}");
            let mut between = &self.bytes[end..record.start];
            while let [first, rest @ ..] = between {
                between = match first {
                    b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | b'\0' | 0x1E => rest,
                    _ => between.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or_else(|| {
                        panic!("`{}` before {} belongs to no record", hostile::shown(between), record.start)
                    }),
                };
            }
            end = record.end;
        }
    }
}
