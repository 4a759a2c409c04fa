//! Shortens a line that is longer than `max_bytes`.
//!
//! 1. Drops undocumented fields, but keeps those, in order, that still fit.
//! 2. Cuts the longest texts to one length, so that a long text takes no room from short ones.
//! 3. Cuts no text below [`TEXT_MIN`] bytes; if that is not enough, drops documented fields from
//!    the last on.
//!
//! If the header and the time alone do not fit, there is no line.
//!
//! A cut keeps characters and escape sequences whole, leaves no white space before it, and ends with
//! an ellipsis where the field can hold it.

use crate::bytes::Buffer;
use crate::changes::{LineChanges, Why};
use crate::trace::{Escapes, Group, Piece, Rank, Recorder, Source};

/// The minimum length that a cut leaves, in bytes. Numbers, addresses and times are not longer.
const TEXT_MIN: usize = 64;

/// Ends a text that is cut.
pub(super) const ELLIPSIS: &str = "…";

/// Shortens the line that begins at `start`, which `recorder` has recorded, to at most `max` bytes.
///
/// # Errors
///
/// The length of the shortest line, if it exceeds `max`.
pub(super) fn fit(
    recorder: &mut Recorder,
    lines: &mut Buffer,
    start: usize,
    max: usize,
    changes: &mut LineChanges,
) -> Result<(), usize> {
    let choice = choose(recorder, lines.len() - start, max)?;
    Shortening { choice, from: start, to: start, opened: None }.run(recorder, lines, changes);
    Ok(())
}

/// What is kept of a line.
struct Choice {
    /// Whether each group is kept.
    kept: Vec<bool>,
    /// The maximum length of the texts in those.
    text_max: usize,
}

/// Returns the length of a group whose texts are cut to `text_max` bytes.
fn length(group: &Group, pieces: &[Piece], text_max: usize) -> usize {
    let pieces = pieces.get(group.pieces.clone()).unwrap_or_default();
    group.whole.len() - pieces.iter().map(|piece| piece.text.len().saturating_sub(text_max)).sum::<usize>()
}

/// Chooses what to keep of a line of this length.
fn choose(recorder: &Recorder, line: usize, max: usize) -> Result<Choice, usize> {
    let Recorder { pieces, groups, .. } = recorder;
    let fixed = line - groups.iter().map(|group| group.whole.len()).sum::<usize>();
    let mut kept: Vec<_> = groups.iter().map(|group| group.rank != Rank::Extra).collect();
    let total = |kept: &[bool], text_max| -> usize {
        let groups = groups.iter().zip(kept).filter(|(_, kept)| **kept);
        fixed + groups.map(|(group, _)| length(group, pieces, text_max)).sum::<usize>()
    };
    let mut length_now = total(&kept, usize::MAX);
    for (group, kept) in groups.iter().zip(&mut kept).filter(|(group, _)| group.rank == Rank::Extra) {
        *kept = length_now + group.whole.len() <= max;
        length_now += if *kept { group.whole.len() } else { 0 };
    }
    if length_now <= max {
        return Ok(Choice { kept, text_max: usize::MAX });
    }
    let mut least = total(&kept, TEXT_MIN);
    for (group, kept) in groups.iter().zip(&mut kept).rev().filter(|(group, _)| group.rank == Rank::Documented) {
        if least <= max {
            break;
        }
        least -= length(group, pieces, TEXT_MIN);
        *kept = false;
    }
    if least > max {
        return Err(least);
    }
    // The greatest length with which the line fits.
    let (mut fits, mut too_long) = (TEXT_MIN, max + 1);
    while fits + 1 < too_long {
        let middle = fits.midpoint(too_long);
        if total(&kept, middle) <= max {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    Ok(Choice { kept, text_max: fits })
}

/// Removes from a line what is not kept.
struct Shortening {
    choice: Choice,
    /// The offset of the next byte to move.
    from: usize,
    /// The offset to which it moves.
    to: usize,
    /// The offset at which the list of groups begins in the shortened line.
    opened: Option<usize>,
}

impl Shortening {
    fn run(mut self, recorder: &mut Recorder, lines: &mut Buffer, changes: &mut LineChanges) {
        let groups = std::mem::take(&mut recorder.groups);
        let old = std::mem::take(&mut recorder.pieces);
        let mut next = 0;
        for (index, group) in groups.iter().enumerate() {
            // Pieces before the group that belong to none stay whole.
            self.keep(old.get(next..group.pieces.start).unwrap_or_default(), recorder);
            next = group.pieces.end;
            if let Some(list) = recorder.list
                && (self.from..group.whole.start).contains(&list)
            {
                self.opened = Some(self.to + list + 1 - self.from);
            }
            self.to = lines.move_down(self.from..group.whole.start, self.to);
            self.from = group.whole.end;
            let pieces = old.get(group.pieces.clone()).unwrap_or_default();
            if self.choice.kept.get(index) == Some(&false) {
                for Piece { source, .. } in pieces.iter().filter(|piece| piece.source != Source::Format) {
                    changes.count(Why::NoRoom);
                    recorder.changes.push((*source, Why::NoRoom));
                }
                continue;
            }
            self.cut(group, pieces, recorder, lines, changes);
        }
        self.keep(old.get(next..).unwrap_or_default(), recorder);
        self.to = lines.move_down(self.from..lines.len(), self.to);
        lines.truncate(self.to);
    }

    /// Records the new positions of pieces that stay whole.
    fn keep(&self, pieces: &[Piece], recorder: &mut Recorder) {
        let moved = self.from - self.to;
        recorder.pieces.extend(pieces.iter().map(|piece| Piece {
            whole: piece.whole.start - moved..piece.whole.end - moved,
            text: piece.text.start - moved..piece.text.end - moved,
            ..piece.clone()
        }));
    }

    /// Cuts the texts of a group that is kept.
    fn cut(
        &mut self,
        group: &Group,
        pieces: &[Piece],
        recorder: &mut Recorder,
        lines: &mut Buffer,
        changes: &mut LineChanges,
    ) {
        // No separator follows the opening byte.
        let is_first = recorder.list.is_some_and(|list| group.whole.start == list + 1);
        let separator = usize::from(self.opened == Some(self.to) && !is_first);
        let mut from = group.whole.start + separator;
        for piece in pieces {
            let text = lines.get(piece.text.clone()).unwrap_or_default();
            let text_max = self.choice.text_max;
            let is_cut = text.len() > text_max;
            let sign = if is_cut && piece.escapes != Escapes::Ascii { ELLIPSIS } else { "" };
            let length = if is_cut { cut(text, text_max - sign.len(), piece.escapes) } else { text.len() };
            if is_cut {
                changes.count(Why::CutToFit);
                recorder.changes.push((piece.source, Why::CutToFit));
            }
            let moved = from - self.to;
            let start = piece.text.start - moved;
            let text = start..start + length + sign.len();
            let whole = piece.whole.start - moved..text.end + piece.whole.end - piece.text.end;
            recorder.pieces.push(Piece { whole, text, ..piece.clone() });
            self.to = lines.move_down(from..piece.text.start + length, self.to);
            // What is cut is at least as long.
            for byte in sign.bytes() {
                if let Some(end) = lines.get_mut(self.to) {
                    *end = byte;
                }
                self.to += 1;
            }
            from = piece.text.end;
        }
        self.to = lines.move_down(from..group.whole.end, self.to);
    }
}

/// Returns the length to keep of `text`: at most `max` bytes, ending after a whole character or
/// escape sequence that is not white space.
fn cut(text: &[u8], max: usize, escapes: Escapes) -> usize {
    let (mut end, mut escaping) = (0, false);
    for (at, c) in str::from_utf8(text).unwrap_or_default().char_indices() {
        let end_of_c = at + c.len_utf8();
        if end_of_c > max {
            break;
        }
        if escaping {
            escaping = false;
            // `\n` is a line break.
            end = if c == 'n' { end } else { end_of_c };
        } else if begins(escapes, c) {
            escaping = true;
        } else if !c.is_whitespace() {
            end = end_of_c;
        }
    }
    end
}

/// Returns whether the character begins an escape sequence.
fn begins(escapes: Escapes, c: char) -> bool {
    match escapes {
        Escapes::Ascii | Escapes::None => false,
        Escapes::Backslash => c == '\\',
        Escapes::Quote => c == '"',
        Escapes::BackslashAndQuote => matches!(c, '\\' | '"'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Trace as _;

    #[test]
    fn cuts_after_whole_characters_and_escape_sequences() {
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

    /// A line of `<`, a list of groups in brackets, and `>`.
    fn fitted(groups: &[(Rank, &str)], max: usize) -> Result<(String, LineChanges), usize> {
        let (mut line, mut recorder) = (Buffer::after(b"<[".to_vec(), 0), Recorder::default());
        recorder.open_list(1);
        for (index, (rank, text)) in groups.iter().enumerate() {
            let start = line.len();
            if index > 0 {
                line.push(b' ');
            }
            let whole = line.len();
            line.append(b"k=");
            let value = line.len();
            line.append(text.as_bytes());
            let (whole, text) = (whole..line.len(), value..line.len());
            recorder.about(Source::Field(index as u16));
            recorder.wrote(None, whole, text, Escapes::Ascii);
            recorder.group(start..line.len(), *rank);
        }
        line.append(b"]>");
        let mut changes = LineChanges::default();
        fit(&mut recorder, &mut line, 0, max, &mut changes)?;
        assert!(line.len() <= max);
        for piece in &recorder.pieces {
            assert!(line[piece.whole.clone()].starts_with(b"k=") && piece.text.start == piece.whole.start + 2);
            assert!(line[piece.whole.end..].starts_with(b" ") || line[piece.whole.end..].starts_with(b"]"));
        }
        Ok((String::from_utf8(line.into_vec()).unwrap(), changes))
    }

    #[test]
    fn drops_before_it_cuts_and_cuts_the_longest() {
        use Rank::{Documented, Extra};
        let (short, long, longer) = ("s", &*"l".repeat(80), &*"m".repeat(90));
        let groups = [(Documented, short), (Extra, long), (Documented, longer), (Extra, short), (Documented, long)];
        let line = |groups: &[&str]| {
            let pairs: Vec<_> = groups.iter().map(|text| format!("k={text}")).collect();
            format!("<[{}]>", pairs.join(" "))
        };
        let count = |dropped, truncated| LineChanges { dropped, truncated, ..LineChanges::default() };
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
            assert_eq!(fitted(&groups, max), Ok((left, changes)), "{max}");
        }
        assert_eq!(fitted(&groups, 3), Err(4));
        // The first pair has no separator before it, whichever that is.
        let groups = [(Extra, long), (Documented, short), (Documented, longer)];
        assert_eq!(fitted(&groups, 150), Ok((line(&[short, longer]), count(1, 0))));
    }
}
