//! A line that is longer than `max_bytes`, made to fit.
//!
//! 1. Fields go that are documented neither for the event's kind nor for all events. Those stay, in their order, that still fit whole.
//! 2. If the documented ones alone are too long, the longest texts are cut, all to the same length: a text of any length takes no room from
//!    the short ones, which tell who and where.
//! 3. No text is cut to less than [`TEXT_MIN`] bytes, so no number, address or time is cut. If that is not enough, documented fields go, the
//!    last first.
//!
//! What is left when all of that has been done is the header and the time. If it does not fit, there is no line.
//!
//! A cut leaves whole characters and whole escape sequences, and no white space at the end.

use std::ops::Range;

use crate::Changes;
use crate::buffer::Buffer;
use crate::event::Event;
use crate::record::Name;

/// The least that a text is cut to, in bytes. Numbers, addresses and times are no longer.
const TEXT_MIN: usize = 64;

/// What can be taken out of a line, in the order of the line. It is noted down only when a line turned out to be too long.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    all: Vec<Part>,
    /// Where the byte is that opens a list of parts. Each begins with a separator, but for the first.
    list: Option<usize>,
}

/// What can be taken out.
#[derive(Debug)]
pub(crate) struct Part {
    /// All of it.
    pub(crate) whole: Range<usize>,
    /// The texts in it that can be cut, in the order of the line: that of a label and that of its field, or an empty one beside the one.
    pub(crate) texts: [Range<usize>; 2],
    pub(crate) escapes: Escapes,
    pub(crate) rank: Rank,
    /// How many fields it is.
    pub(crate) fields: u64,
}

/// How dispensable a part is, from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rank {
    /// It can be cut but not left out.
    Header,
    Documented,
    Extra,
    /// It is left out.
    Dropped,
}

impl Rank {
    /// That of a field.
    pub(crate) fn of(event: &Event<'_>, name: Name<'_>) -> Self {
        if event.is_documented(name) { Self::Documented } else { Self::Extra }
    }
}

/// What becomes of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    Whole,
    /// This is left of it.
    Cut(Vec<u8>),
    Dropped,
}

/// What begins an escape sequence of two characters.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Escapes {
    None,
    Backslash,
    Quote,
    BackslashAndQuote,
}

impl Escapes {
    fn begin_with(self, c: char) -> bool {
        match self {
            Self::None => false,
            Self::Backslash => c == '\\',
            Self::Quote => c == '"',
            Self::BackslashAndQuote => matches!(c, '\\' | '"'),
        }
    }
}

impl Part {
    /// A field whose text can be cut.
    pub(crate) fn of(whole: Range<usize>, text: Range<usize>, escapes: Escapes, rank: Rank) -> Self {
        let texts = [text.start..text.start, text];
        Self { whole, texts, escapes, rank, fields: 1 }
    }

    /// Text that cannot be left out.
    pub(crate) fn header(text: Range<usize>, escapes: Escapes) -> Self {
        Self::of(text.clone(), text, escapes, Rank::Header)
    }

    /// How long it is if its text has at most so many bytes.
    fn length(&self, text_max: usize) -> usize {
        self.whole.len() - self.texts.iter().map(|text| text.len().saturating_sub(text_max)).sum::<usize>()
    }
}

impl Parts {
    pub(crate) fn note(&mut self, part: Part) {
        self.all.push(part);
    }

    /// Notes down that the byte `at` opens the list.
    pub(crate) fn open_list(&mut self, at: usize) {
        self.list = Some(at);
    }

    /// Shortens the line that begins at `start`, whose parts these are, to at most `max` bytes.
    ///
    /// # Errors
    ///
    /// The fewest bytes that it can have, if those are more.
    pub(crate) fn fit(
        mut self,
        line: &mut Buffer,
        start: usize,
        max: usize,
        changes: &mut Changes,
    ) -> Result<(), usize> {
        let text_max = self.choose(line.len() - start, max)?;
        self.take_out(line, start, text_max, changes);
        Ok(())
    }

    /// What becomes of every part of the line to make it fit.
    pub(crate) fn fates(mut self, line: &Buffer, max: usize) -> Vec<(Range<usize>, Fate)> {
        let Ok(text_max) = self.choose(line.len(), max) else { return Vec::new() };
        let fate = |part: &Part| {
            let (mut kept, mut begin, mut cut_down) = (Vec::new(), part.whole.start, false);
            for range in &part.texts {
                let text = line.get(range.clone()).unwrap_or_default();
                let length = if text.len() > text_max { cut(text, text_max, part.escapes) } else { text.len() };
                kept.extend(line.get(begin..range.start + length).unwrap_or_default());
                begin = begin.max(range.end);
                cut_down |= length < text.len();
            }
            kept.extend(line.get(begin..part.whole.end).unwrap_or_default());
            match part.rank {
                Rank::Dropped => Fate::Dropped,
                _ if cut_down => Fate::Cut(kept),
                _ => Fate::Whole,
            }
        };
        self.all.iter().map(|part| (part.whole.clone(), fate(part))).collect()
    }

    /// Marks what is dropped of a line of this length, and answers how long the texts of the rest may be.
    fn choose(&mut self, length: usize, max: usize) -> Result<usize, usize> {
        let fixed = length - self.all.iter().map(|part| part.whole.len()).sum::<usize>();
        let kept = |parts: &[Part], text_max| -> usize {
            let kept = parts.iter().filter(|part| matches!(part.rank, Rank::Header | Rank::Documented));
            fixed + kept.map(|part| part.length(text_max)).sum::<usize>()
        };
        let mut total = kept(&self.all, usize::MAX);
        for part in self.all.iter_mut().filter(|part| part.rank == Rank::Extra) {
            if total + part.whole.len() <= max {
                total += part.whole.len();
            } else {
                part.rank = Rank::Dropped;
            }
        }
        if total <= max {
            return Ok(usize::MAX);
        }
        let mut least = kept(&self.all, TEXT_MIN);
        for part in self.all.iter_mut().rev().filter(|part| part.rank == Rank::Documented) {
            if least <= max {
                break;
            }
            least -= part.length(TEXT_MIN);
            part.rank = Rank::Dropped;
        }
        if least > max {
            return Err(least);
        }
        // The greatest length with which the line fits.
        let (mut fits, mut too_long) = (TEXT_MIN, max + 1);
        while fits + 1 < too_long {
            let middle = fits.midpoint(too_long);
            if kept(&self.all, middle) <= max {
                fits = middle;
            } else {
                too_long = middle;
            }
        }
        Ok(fits)
    }

    /// Takes out what is dropped and cuts the texts.
    fn take_out(&self, line: &mut Buffer, start: usize, text_max: usize, changes: &mut Changes) {
        // What stands from `from` on moves to `to`.
        let (mut from, mut to) = (start, start);
        let mut opened = None;
        for part in &self.all {
            if let Some(list) = self.list
                && (from..part.whole.start).contains(&list)
            {
                opened = Some(to + list + 1 - from);
            }
            to = line.move_down(from..part.whole.start, to);
            from = part.whole.end;
            if part.rank == Rank::Dropped {
                changes.dropped += part.fields;
                continue;
            }
            // Behind the opening byte there is no separator.
            let is_first = self.list.is_some_and(|list| part.whole.start == list + 1);
            let mut begin = part.whole.start + usize::from(opened == Some(to) && !is_first);
            for range in &part.texts {
                let text = line.get(range.clone()).unwrap_or_default();
                let length = if text.len() > text_max { cut(text, text_max, part.escapes) } else { text.len() };
                changes.truncated += u64::from(length < range.len());
                to = line.move_down(begin..range.start + length, to);
                begin = begin.max(range.end);
            }
            to = line.move_down(begin..part.whole.end, to);
        }
        to = line.move_down(from..line.len(), to);
        line.truncate(to);
    }
}

/// How many bytes of `text` to keep: at most `max`, no half of a character or of an escape sequence, and no white space at the end.
fn cut(text: &[u8], max: usize, escapes: Escapes) -> usize {
    let (mut end, mut escaping) = (0, false);
    for (at, c) in str::from_utf8(text).unwrap_or_default().char_indices() {
        let behind = at + c.len_utf8();
        if behind > max {
            break;
        }
        if escaping {
            escaping = false;
            // `\n` is a line break.
            end = if c == 'n' { end } else { behind };
        } else if escapes.begin_with(c) {
            escaping = true;
        } else if !c.is_whitespace() {
            end = behind;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_behind_whole_characters_and_escape_sequences() {
        for (text, escapes, expected) in [
            ("abcdefgh", Escapes::None, "abcdef"),
            ("abcdeéf", Escapes::None, "abcde"),
            ("abcde\\\\f", Escapes::Backslash, "abcde"),
            ("abcd\\\\\\\\", Escapes::Backslash, "abcd\\\\"),
            ("abcd\\\\\\\\", Escapes::None, "abcd\\\\"),
            ("abcde\\\\f", Escapes::None, "abcde\\"),
            ("abc\\n d", Escapes::Backslash, "abc"),
            ("ab \\n \\nd", Escapes::Backslash, "ab"),
            ("abc\\\\nd", Escapes::Backslash, "abc\\\\n"),
            ("abcde\"\"f", Escapes::Quote, "abcde"),
            ("abcd\"\"\"\"", Escapes::BackslashAndQuote, "abcd\"\""),
            ("abcde\u{3000}f", Escapes::None, "abcde"),
        ] {
            assert_eq!(&text[..cut(text.as_bytes(), 6, escapes)], expected, "{text}");
        }
    }

    /// A line of `<`, a list of parts in brackets, and `>`.
    fn fitted(parts: &[(Rank, &str)], max: usize) -> Result<(String, Changes), usize> {
        let (mut line, mut noted) = (Buffer::behind(b"<[".to_vec(), 0), Parts::default());
        noted.open_list(1);
        for (place, (rank, text)) in parts.iter().enumerate() {
            let start = line.len();
            if place > 0 {
                line.push(b' ');
            }
            line.append(b"k=");
            let value = line.len();
            line.append(text.as_bytes());
            noted.note(Part::of(start..line.len(), value..line.len(), Escapes::None, *rank));
        }
        line.append(b"]>");
        let mut changes = Changes::default();
        noted.fit(&mut line, 0, max, &mut changes)?;
        assert!(line.len() <= max);
        Ok((String::from_utf8(line.into_vec()).unwrap(), changes))
    }

    #[test]
    fn drops_before_it_cuts_and_cuts_the_longest() {
        use Rank::{Documented, Extra};
        let (short, long, longer) = ("s", &*"l".repeat(80), &*"m".repeat(90));
        let parts = [(Documented, short), (Extra, long), (Documented, longer), (Extra, short), (Documented, long)];
        let line = |parts: &[&str]| {
            let pairs: Vec<_> = parts.iter().map(|text| format!("k={text}")).collect();
            format!("<[{}]>", pairs.join(" "))
        };
        let count = |dropped, truncated| Changes { dropped, truncated, ..Changes::default() };
        for (max, left, changes) in [
            (270, line(&[short, long, longer, short, long]), count(0, 0)),
            (269, line(&[short, long, longer, long]), count(1, 0)),
            (265, line(&[short, longer, short, long]), count(1, 0)),
            (186, line(&[short, longer, long]), count(2, 0)),
            (183, line(&[short, longer, long]), count(2, 0)),
            (182, line(&[short, &longer[..89], long]), count(2, 1)),
            (173, line(&[short, &longer[..80], long]), count(2, 1)),
            (172, line(&[short, &longer[..79], &long[..79]]), count(2, 2)),
            (141, line(&[short, &longer[..64], &long[..64]]), count(2, 2)),
            (140, line(&[short, longer]), count(3, 0)),
            (74, line(&[short, &longer[..64]]), count(3, 1)),
            (73, line(&[short]), count(4, 0)),
            (7, line(&[short]), count(4, 0)),
            (6, line(&[]), count(5, 0)),
            (4, line(&[]), count(5, 0)),
        ] {
            assert_eq!(fitted(&parts, max), Ok((left, changes)), "{max}");
        }
        assert_eq!(fitted(&parts, 3), Err(4));
        // The first pair has no separator before it, whichever that is.
        let parts = [(Extra, long), (Documented, short), (Documented, longer)];
        assert_eq!(fitted(&parts, 150), Ok((line(&[short, longer]), count(1, 0))));
    }
}
