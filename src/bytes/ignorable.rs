//! Characters that nobody sees.

use super::buffer::Buffer;

/// The code points that have no glyph of their own, among them all that change the direction of text: the property
/// `Default_Ignorable_Code_Point` of Unicode 17, DerivedCoreProperties.txt.
const IGNORABLE: [(u32, u32); 17] = [
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
];

/// Appends text, which is UTF-8, in which U+FFFD stands for each such character. Returns whether there was one.
pub(crate) fn append_visible(text: &[u8], buffer: &mut Buffer) -> bool {
    let text = str::from_utf8(text).unwrap_or_default();
    // What is before `from` is appended.
    let mut from = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| is_ignorable(*c)) {
        buffer.append(text.get(from..at).unwrap_or_default().as_bytes());
        buffer.append("\u{FFFD}".as_bytes());
        from = at + c.len_utf8();
    }
    buffer.append(text.get(from..).unwrap_or_default().as_bytes());
    from > 0
}

fn is_ignorable(c: char) -> bool {
    !c.is_ascii() && IGNORABLE.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_characters_that_unicode_calls_so() {
        let property = regex::Regex::new(r"^\p{Default_Ignorable_Code_Point}$").unwrap();
        for c in ('\0'..=char::MAX).filter(|c| *c != '\n') {
            let mut buffer = Buffer::default();
            let is_hidden = append_visible(c.encode_utf8(&mut [0; 4]).as_bytes(), &mut buffer);
            assert_eq!(is_hidden, property.is_match(c.encode_utf8(&mut [0; 4])), "U+{:04X}", u32::from(c));
            let shown = if is_hidden { '\u{FFFD}' } else { c };
            assert_eq!(*buffer, *shown.to_string().as_bytes());
        }
    }

    /// UAX #9, section 2: those that change the direction.
    #[test]
    fn knows_what_changes_the_direction() {
        let property = regex::Regex::new(r"^\p{Bidi_Control}$").unwrap();
        let controls = ('\0'..=char::MAX).filter(|c| property.is_match(c.encode_utf8(&mut [0; 4])));
        assert_eq!(controls.filter(|c| is_ignorable(*c)).count(), 12);
    }
}
