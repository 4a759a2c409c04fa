//! What stands before a message: a header of syslog, the prefix of a container runtime, a cookie.
//!
//! | frame | example |
//! |---|---|
//! | RFC 5424, section 6 | `<13>1 2026-03-04T09:15:00-03:00 vault01 senhasegura 4711 - - ` |
//! | the same with one field too few, as senhasegura prints it | `<13>1 2018-06-18T17:49:41-03:00 vault01 senhasegura 1426 - ` |
//! | RFC 3164, section 4.1; its fields may be missing | `<13>Mar  4 09:15:00 vault01 senhasegura[4711]: ` |
//! | the same with the time of RFC 5424 | `2026-03-04T09:15:00-03:00 vault01 senhasegura: ` |
//! | Kubernetes' container runtime interface | `2026-03-04T03:14:41.98Z stdout F ` |
//! | the cookie of CEE, after any of these | `@cee: ` |
//!
//! A frame counts at the start of a text only: what stands further on is what somebody wrote.

use std::ops::Range;

use crate::bytes::whole_number;
use crate::time::MONTHS;

/// The fields of a frame, as ranges of the text; empty ones are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// 0 (emergency) to 7 (debug).
    pub(super) severity: Option<u8>,
    pub(super) time: Range<usize>,
    pub(super) host: Range<usize>,
    /// APP-NAME or TAG.
    pub(super) app_name: Range<usize>,
    pub(super) msgid: Range<usize>,
    /// STRUCTURED-DATA, with its brackets.
    pub(super) structured_data: Range<usize>,
    /// The offset of the message.
    pub(super) message: usize,
}

/// May stand before a text, and before MSG of RFC 5424.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The cookie of CEE.
const COOKIE: &[u8] = b"@cee:";

/// The maximum length of a host name or a tag: longer words are text.
const WORD_MAX: usize = 255;

impl Frame {
    /// Reads the frame that `text` begins with. It may be none, with the message at the start.
    pub(super) fn new(text: &[u8]) -> Self {
        let mut reader = Reader { text, at: text.len() - text.trim_ascii_start().len() };
        reader.take(BYTE_ORDER_MARK);
        let mut frame = Self::default();
        let begin = reader.at;
        frame.severity = reader.pri();
        let pri = reader.at;
        if pri > begin && reader.take(b"1 ") {
            if reader.rfc5424(&mut frame).is_none() {
                return Self { message: begin, ..Self::default() };
            }
        } else {
            reader.rfc3164(&mut frame, pri > begin);
        }
        frame.message = reader.at;
        frame
    }

    /// The offset of what the message of `text` has behind a cookie, if it has one: JSON, or it is no cookie.
    pub(super) fn content(&self, text: &[u8]) -> usize {
        let rest = text.get(self.message..).and_then(|message| message.strip_prefix(COOKIE));
        rest.map_or(self.message, |rest| text.len() - rest.trim_ascii_start().len())
    }
}

/// Returns whether a message begins here: CEF, with or without its first letters, JSON or a cookie.
fn begins_message(text: &[u8]) -> bool {
    matches!(text, [b'{' | b'|', ..]) || text.starts_with(b"CEF:") || text.starts_with(COOKIE) || {
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && text.get(digits) == Some(&b'|')
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline(never)] // As `word`.
    fn take(&mut self, expected: &[u8]) -> bool {
        let taken = self.rest().starts_with(expected);
        self.at += if taken { expected.len() } else { 0 };
        taken
    }

    fn spaces(&mut self) {
        self.at += self.rest().iter().take_while(|&&byte| byte == b' ').count();
    }

    /// Takes PRI and returns the severity in it.
    fn pri(&mut self) -> Option<u8> {
        let [b'<', rest @ ..] = self.rest() else { return None };
        let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let (number, [b'>', ..]) = rest.split_at_checked(digits)? else { return None };
        let pri = whole_number(number).filter(|&pri| pri <= 191)?;
        self.at += digits + 2;
        Some(pri as u8 % 8)
    }

    /// Takes a word and the space after it, unless the text ends with it.
    #[inline(never)] // Core modules hold one copy.
    fn word(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let length = rest.get(..=WORD_MAX).unwrap_or(rest).iter().position(|&byte| byte == b' ')?;
        let word = self.at..self.at + length;
        self.at = word.end + 1;
        (length > 0).then_some(word)
    }

    fn get(&self, range: &Range<usize>) -> &'t [u8] {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// Takes a word that stands for nothing if it is NILVALUE.
    fn field(&mut self) -> Option<Range<usize>> {
        let word = self.word()?;
        Some(if self.get(&word) == b"-" { 0..0 } else { word })
    }

    /// Takes the fields after VERSION.
    fn rfc5424(&mut self, frame: &mut Frame) -> Option<()> {
        frame.time = self.field()?;
        frame.host = self.field()?;
        frame.app_name = self.field()?;
        let _procid = self.field()?;
        frame.msgid = self.field()?;
        let start = self.at;
        match self.rest() {
            [b'-'] => self.at += 1,
            [b'-', b' ', ..] => self.at += 2,
            [b'[', ..] => {
                self.at += structured_data(self.rest())?;
                frame.structured_data = start..self.at;
                self.take(b" ");
            }
            // What was taken for MSGID is STRUCTURED-DATA.
            _ if frame.msgid.is_empty() => {}
            _ => return None,
        }
        self.take(BYTE_ORDER_MARK);
        Some(())
    }

    /// Takes what there is of TIMESTAMP, HOSTNAME and TAG.
    fn rfc3164(&mut self, frame: &mut Frame, has_pri: bool) {
        let start = self.at;
        frame.time = self.bsd_time().or_else(|| self.iso_time()).unwrap_or_default();
        if frame.time.is_empty() && !has_pri {
            return;
        }
        self.spaces();
        if !has_pri && (self.take(b"stdout ") || self.take(b"stderr ")) {
            if self.take(b"F ") || self.take(b"P ") {
                return;
            }
            (self.at, *frame) = (start, Frame::default());
            return;
        }
        for may_be_host in [!frame.time.is_empty(), false] {
            if begins_message(self.rest()) {
                return;
            }
            let before = self.at;
            let Some(word) = self.word() else { return };
            let tag = self.get(&word).strip_suffix(b":").map(|tag| word.start..word.start + tag.len());
            match tag {
                Some(tag) => {
                    let name = self.get(&tag).iter().position(|&byte| byte == b'[').unwrap_or(tag.len());
                    frame.app_name = tag.start..tag.start + name;
                    self.spaces();
                    return;
                }
                None if may_be_host => frame.host = word,
                None => self.at = before,
            }
        }
    }

    /// Takes `Mmm dd hh:mm:ss`, the day with a leading space or zero.
    fn bsd_time(&mut self) -> Option<Range<usize>> {
        let (month, rest) = self.rest().split_first_chunk::<3>()?;
        if !MONTHS.contains(&month) || !begins_as(rest, b" _9 99:99:99") {
            return None;
        }
        let time = self.at..self.at + 15;
        self.at = time.end;
        Some(time)
    }

    /// Takes a word that begins as `2026-03-04T09` does.
    fn iso_time(&mut self) -> Option<Range<usize>> {
        if begins_as(self.rest(), b"9999-99-99T99") { self.word() } else { None }
    }
}

/// Returns whether a text begins with signs of this shape: 9 is a digit, `_` a digit or a space.
#[inline(never)] // Core modules hold one copy.
fn begins_as(text: &[u8], shape: &[u8]) -> bool {
    let fits = |(byte, shape): (&u8, &u8)| match shape {
        b'9' => byte.is_ascii_digit(),
        b'_' => byte.is_ascii_digit() || *byte == b' ',
        _ => byte == shape,
    };
    text.len() >= shape.len() && text.iter().zip(shape).all(fits)
}

/// Returns the length of the SD-ELEMENTs that the text begins with.
fn structured_data(text: &[u8]) -> Option<usize> {
    let (mut at, mut quoted, mut escaped) = (0, false, false);
    for byte in text {
        at += 1;
        match byte {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b']' if !quoted && text.get(at) != Some(&b'[') => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts of a text: severity, time, host, application, MSGID, structured data, message without a cookie.
    fn parts(text: &str) -> (Option<u8>, [&str; 6]) {
        let frame = Frame::new(text.as_bytes());
        let content = frame.content(text.as_bytes());
        let Frame { severity, time, host, app_name, msgid, structured_data, .. } = frame;
        let ranges = [time, host, app_name, msgid, structured_data, content..text.len()];
        (severity, ranges.map(|range| &text[range]))
    }

    #[test]
    fn reads_rfc_5424() {
        let text = "<13>1 2026-03-04T09:15:00-03:00 vault01 senhasegura 4711 17 [a@1 b=\"x] \\\"y\"][c] message";
        let (time, data) = ("2026-03-04T09:15:00-03:00", "[a@1 b=\"x] \\\"y\"][c]");
        assert_eq!(parts(text), (Some(5), [time, "vault01", "senhasegura", "17", data, "message"]));
        assert_eq!(parts("<0>1 - - - - - -"), (Some(0), [""; 6]));
        assert_eq!(parts("<0>1 - - - - - - \u{FEFF}x"), (Some(0), ["", "", "", "", "", "x"]));
        // The vendor's sample.
        let text = "<13>1 2018-06-18T17:49:41-03:00 vm-andrew-dev senhasegura 1426 - Successfully authenticated.";
        let message = "Successfully authenticated.";
        assert_eq!(parts(text).1, ["2018-06-18T17:49:41-03:00", "vm-andrew-dev", "senhasegura", "", "", message]);
    }

    #[test]
    fn reads_rfc_3164() {
        let time = "Mar  4 09:15:00";
        for (text, host, app_name) in [
            ("vault01 CEF:0|", "vault01", ""),
            ("vault01 senhasegura[4711]: CEF:0|", "vault01", "senhasegura"),
            ("senhasegura: CEF:0|", "", "senhasegura"),
            ("vault01 0|MT4|", "vault01", ""),
            ("CEF:0|", "", ""),
            ("vault01 no tag", "vault01", ""),
        ] {
            let framed = format!("<13>{time} {text}");
            let message = text.rsplit(&[host, ": "].concat()).next().unwrap();
            let (severity, [found_time, found_host, found_app, _, _, found]) = parts(&framed);
            assert_eq!((severity, found_time, found_host, found_app), (Some(5), time, host, app_name), "{text}");
            assert!(text.ends_with(found) && found.len() <= message.len() + host.len() + 1, "{text}: {found}");
        }
        assert_eq!(parts("<13>senhasegura: CEF:0|").1, ["", "", "senhasegura", "", "", "CEF:0|"]);
        assert_eq!(parts("2026-03-04T09:15:00Z h a: b").1, ["2026-03-04T09:15:00Z", "h", "a", "", "", "b"]);
    }

    #[test]
    fn reads_other_prefixes() {
        let time = "2026-03-04T03:14:41.98Z";
        assert_eq!(parts(&format!("{time} stdout F {{}}")).1, [time, "", "", "", "", "{}"]);
        assert_eq!(parts("<14>Mar  4 09:15:00 h a: @cee: {}").1, ["Mar  4 09:15:00", "h", "a", "", "", "{}"]);
        assert_eq!(parts("@cee:{}").1, ["", "", "", "", "", "{}"]);
    }

    #[test]
    fn takes_nothing_else_for_a_frame() {
        for text in ["", "text", "<192>1 - - - - - -", "<13", "<>x", "<13>1 a", "Mar 4", "CEF:0|MT4|"] {
            let (_, [time, host, app_name, msgid, data, message]) = parts(text);
            assert_eq!((time, host, app_name, msgid, data), ("", "", "", "", ""), "{text}");
            assert!(message == text || text == "<13>1 a", "{text}: {message}");
        }
    }
}
