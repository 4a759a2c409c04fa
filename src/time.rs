//! Parses times as records write them, to milliseconds since 1970-01-01T00:00:00Z.
//!
//! | form | example |
//! |---|---|
//! | RFC 3339 | `2026-03-04T09:15:00-03:00`, `2026-03-04 12:15:00.250Z` |
//! | without offset, in the configured time zone | `2026-03-04 09:15:00`, `2026-03-04T09:15:00.250` |
//! | day first | `04/03/2026 09:15:00`, `04/03/2026, 09:15:00` |
//! | month by name, in English | `Mar 04 2026 09:15:00` |
//! | with a comma, without seconds, with a space or a name before or for the offset | `2026-03-04 12:15:00,250 UTC`, `2026-03-04T12:15Z` |
//! | seconds since 1970, 9 or 10 digits | `1772626500`, `1772626500.25` |
//! | milliseconds since 1970, 12 or 13 digits | `1772626500250` |
//! | microseconds since 1970, 15 or 16 digits | `1772626500250000` |
//! | nanoseconds since 1970, 18 or 19 digits | `1772626500250000000` |
//! | any of the last four with an exponent | `1.77262650025E12` |
//!
//! Fractions are cut to milliseconds. Times before 1970 or after 9999 are refused.

use std::fmt;

use chrono::{DateTime, Datelike};

use crate::bytes::expand;

/// The distance of local time from UTC, in seconds; positive is east.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset(i32);

impl Offset {
    /// Parses `Z`, `z`, `UTC`, `±hh:mm` or `±hhmm`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parser = Parser(text.as_bytes());
        if text == "UTC" {
            return Some(Self(0));
        }
        let offset = parser.offset()?;
        parser.0.is_empty().then_some(offset)
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00 in local time.
    pub(crate) fn local(self, millis: i64) -> i64 {
        millis + i64::from(self.0) * 1000
    }
}

impl fmt::Display for Offset {
    /// Writes `Z` or `±hh:mm`, which [`Offset::parse`] accepts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("Z");
        }
        let (sign, minutes) = (if self.0 < 0 { '-' } else { '+' }, self.0.abs() / 60);
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

/// 9999-12-31T23:59:59.999Z.
pub(crate) const MILLIS_MAX: i64 = 253_402_300_799_999;

/// Parses a time in any of the forms above. `zone` applies to times without an offset.
pub(crate) fn parse_millis(text: &[u8], zone: Offset) -> Option<i64> {
    let mut parser = Parser(text);
    let millis = match text {
        [_, _, _, _, b'-', ..] | [_, _, b'/', ..] => parser.date_and_time(zone),
        _ => parser.since_1970(),
    };
    let millis = match millis {
        Some(millis) if parser.0.is_empty() => millis,
        _ => other_form(text, zone)?,
    };
    (0..=MILLIS_MAX).contains(&millis).then_some(millis)
}

/// Parses a time that is in another form, printed as a floating point number, or has white space around it.
#[inline(never)] // Most times have been parsed before.
fn other_form(text: &[u8], zone: Offset) -> Option<i64> {
    let trimmed = text.trim_ascii();
    if trimmed.len() < text.len() {
        return parse_millis(trimmed, zone);
    }
    other_date_and_time(text, zone).or_else(|| parse_millis(&expand(text)?, zone))
}

/// Parses a date and a time in all forms.
fn other_date_and_time(text: &[u8], zone: Offset) -> Option<i64> {
    let mut parser = Parser(text);
    let (year, month, day) = parser.date()?;
    if parser.byte(b'T').or_else(|| parser.byte(b't')).is_none() {
        let _ = parser.byte(b',');
        parser.byte(b' ')?;
    }
    let hour = parser.number(2)?;
    parser.byte(b':')?;
    let minute = parser.number(2)?;
    let second = if parser.byte(b':').is_some() { parser.number(2)? } else { 0 };
    let has_fraction = parser.byte(b'.').or_else(|| parser.byte(b',')).is_some();
    let millis = if has_fraction { parser.fraction()? } else { 0 };
    let _ = parser.byte(b' ');
    let offset = match parser.0 {
        b"" => zone,
        b"UTC" | b"GMT" => Offset(0),
        _ => parser.offset().filter(|_| parser.0.is_empty())?,
    };
    utc_millis([year, month, day, hour, minute, second, millis], offset)
}

/// Parses a time of RFC 3164, section 4.1.2 (`Mar  4 09:15:00`), which has no year: it is the last one
/// with which the time is not more than a day after `received`.
pub(crate) fn bsd_millis(text: &[u8], zone: Offset, received: i64) -> Option<i64> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let mut parser = Parser(text);
    let month = parser.month()?;
    parser.byte(b' ')?;
    let day = parser.day()?;
    parser.byte(b' ')?;
    let [hour, minute, second] = parser.three(b':')?;
    if !parser.0.is_empty() {
        return None;
    }
    let latest = (received + DAY).min(MILLIS_MAX);
    let year = DateTime::from_timestamp_millis(zone.local(latest))?.year();
    // The last February 29 may have been eight years ago.
    (0..9)
        .filter_map(|back| utc_millis([u32::try_from(year - back).ok()?, month, day, hour, minute, second, 0], zone))
        .find(|millis| (0..=latest).contains(millis))
}

/// Returns the milliseconds since 1970 of a local time: year, month, day, hour, minute, second and
/// millisecond. By hand, it is a third of the instructions of `chrono`, with which a test compares it.
#[inline(always)] // Once a record: the numbers stay in registers.
fn local_to_utc([year, month, day, hour, minute, second, millis]: [u32; 7], offset: Offset) -> Option<i64> {
    let is_leap_year = || year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let is_in_month = match day {
        1..29 => true,
        29 => month != 2 || is_leap_year(),
        30 => month != 2,
        31 => matches!(month, 1 | 3 | 5 | 7 | 8 | 10 | 12),
        _ => false,
    };
    // A leap second is :60 of any minute.
    if !(is_in_month && (1..=12).contains(&month) && hour < 24 && minute < 60 && second <= 60) {
        return None;
    }
    // Years that begin in March end with the day that may be missing.
    let (year, month) = if month > 2 { (year, month) } else { (year.checked_sub(1)?, month + 12) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month - 457) / 5 + day;
    let seconds = (i64::from(days) - DAYS_BEFORE_1970) * 86_400 - i64::from(offset.0);
    Some((seconds + i64::from(hour * 3600 + minute * 60 + second)) * 1000 + i64::from(millis))
}

/// Returns what [`local_to_utc`] does.
#[inline(never)] // For times of other forms.
fn utc_millis(time: [u32; 7], offset: Offset) -> Option<i64> {
    local_to_utc(time, offset)
}

/// The days before 1970-01-01 since the last of February of the year 0.
const DAYS_BEFORE_1970: i64 = 719_469;

/// The months as RFC 3164, section 4.1.2, abbreviates them.
pub(crate) const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// Parses from the start of a text, and keeps the rest.
struct Parser<'t>(&'t [u8]);

impl Parser<'_> {
    /// Parses RFC 3339, with or without an offset, or the same with the day first: the forms of most
    /// times.
    #[inline(always)] // Once a record.
    fn date_and_time(&mut self, zone: Offset) -> Option<i64> {
        let (text, rest) = self.0.split_first_chunk::<19>()?;
        self.0 = rest;
        let [_, _, third, .., between, _, _, _, _, _, _, _, _] = *text;
        let (is_day_first, is_between) = (third == b'/', matches!(between, b'T' | b't' | b' '));
        let (date, year) = if is_day_first { (0, 8) } else { (2, 0) };
        let (date, year) = (text.get(date..)?.first_chunk()?, text.get(year..)?.first_chunk()?);
        let [first, month, last] = three(date, if is_day_first { b'/' } else { b'-' })?;
        let [hour, minute, second] = three(text.last_chunk()?, b':').filter(|_| is_between)?;
        let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
        let &[tens, ones] = year;
        let (tens, ones) = (digit(tens), digit(ones));
        if tens > 9 || ones > 9 {
            return None;
        }
        let other = tens * 10 + ones;
        let (year, day) = if is_day_first { (last * 100 + other, first) } else { (other * 100 + first, last) };
        let millis = if self.byte(b'.').is_some() { self.fraction()? } else { 0 };
        let offset = if self.0.is_empty() { zone } else { self.offset()? };
        local_to_utc([year, month, day, hour, minute, second, millis], offset)
    }

    /// Parses `2026-03-04`, `04/03/2026` or `Mar 04 2026` to year, month and day.
    fn date(&mut self) -> Option<(u32, u32, u32)> {
        if let Some(month) = self.month() {
            self.byte(b' ')?;
            let day = self.day()?;
            self.byte(b' ')?;
            return Some((self.number(4)?, month, day));
        }
        let is_day_first = self.0.get(2) == Some(&b'/');
        let first = self.number(if is_day_first { 2 } else { 4 })?;
        let separator = if is_day_first { b'/' } else { b'-' };
        self.byte(separator)?;
        let month = self.number(2)?;
        self.byte(separator)?;
        Some(if is_day_first { (self.number(4)?, month, first) } else { (first, month, self.number(2)?) })
    }

    /// Parses the name of a month to its number, from 1.
    fn month(&mut self) -> Option<u32> {
        let (name, rest) = self.0.split_first_chunk::<3>()?;
        let month = MONTHS.iter().position(|month| *month == name)?;
        self.0 = rest;
        Some(month as u32 + 1)
    }

    /// Parses a day of two digits, the first of which may be a space.
    fn day(&mut self) -> Option<u32> {
        if self.byte(b' ').is_some() { self.number(1) } else { self.number(2) }
    }

    /// Parses a time since 1970, whose unit the number of digits tells.
    fn since_1970(&mut self) -> Option<i64> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        match digits {
            9 | 10 => {
                let seconds = i64::from(self.number(digits - 3)?) * 1000 + i64::from(self.number(3)?);
                let millis = if self.byte(b'.').is_some() { self.fraction()? } else { 0 };
                Some(seconds * 1000 + i64::from(millis))
            }
            12 | 13 | 15 | 16 | 18 | 19 => {
                let part = (digits - 12) / 3 * 3;
                let whole = digits - part;
                let millis = i64::from(self.number(whole - 6)?) * 1_000_000 + i64::from(self.number(6)?);
                // What is less than a millisecond.
                if part > 0 {
                    self.number(part)?;
                }
                if self.byte(b'.').is_some() {
                    self.fraction()?;
                }
                Some(millis)
            }
            _ => None,
        }
    }

    /// Parses `Z` or `±hh:mm`, in which the colon is optional.
    fn offset(&mut self) -> Option<Offset> {
        let sign = match self.0 {
            [b'Z' | b'z', rest @ ..] => {
                self.0 = rest;
                return Some(Offset(0));
            }
            [b'+', ..] => 1,
            [b'-', ..] => -1,
            _ => return None,
        };
        self.0 = self.0.get(1..)?;
        let hours = self.number(2)?;
        let _ = self.byte(b':');
        let minutes = self.number(2)?;
        if hours > 23 || minutes > 59 {
            return None;
        }
        Some(Offset(sign * i32::try_from(hours * 3600 + minutes * 60).ok()?))
    }

    /// Parses the digits after a point, at least one, as milliseconds.
    fn fraction(&mut self) -> Option<u32> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        let digit = |index: usize| fraction.get(index).map_or(0, |byte| u32::from(byte - b'0'));
        (digits > 0).then(|| digit(0) * 100 + digit(1) * 10 + digit(2))
    }

    /// Parses three numbers of two digits with `separator` between them.
    fn three(&mut self, separator: u8) -> Option<[u32; 3]> {
        let (text, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        three(text, separator)
    }

    /// Parses a number of exactly `digits` digits, at most nine.
    #[inline(always)] // The loop is unrolled where `digits` is known.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        let (mut value, mut valid) = (0u32, true);
        for &byte in number {
            let digit = byte.wrapping_sub(b'0');
            valid &= digit < 10;
            value = value.wrapping_mul(10).wrapping_add(u32::from(digit));
        }
        valid.then_some(value)
    }

    /// Consumes this byte.
    #[inline(always)] // A comparison.
    fn byte(&mut self, byte: u8) -> Option<()> {
        let (&first, rest) = self.0.split_first()?;
        if first != byte {
            return None;
        }
        self.0 = rest;
        Some(())
    }
}

/// Parses three numbers of two digits with `separator` between them: all eight bytes at once.
#[inline(always)] // Twice for each time: an array returned in memory would cost half as much again.
fn three(text: &[u8; 8], separator: u8) -> Option<[u32; 3]> {
    let at_separators =
        |byte: u8, other: u8| u64::from_le_bytes([other, other, byte, other, other, byte, other, other]);
    // Separators become 0, and digits what they stand for.
    let values = u64::from_le_bytes(*text) ^ at_separators(separator, b'0');
    // Adding 6 carries what is above 9 into the upper half of its byte.
    let excess = (values | values.wrapping_add(at_separators(0, 6))) & at_separators(0xFF, 0xF0);
    let numbers = values.wrapping_mul(10).wrapping_add(values >> 8);
    let number = |shift: u32| (numbers >> shift) as u32 & 0xFF;
    (excess == 0).then(|| [number(0), number(24), number(48)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_days_as_chrono_does() {
        use chrono::NaiveDate;
        for (year, month, day) in
            (0..10_000).flat_map(|year| (0..14).flat_map(move |month| (0..33).map(move |day| (year, month, day))))
        {
            let days = |date: NaiveDate| date.and_hms_opt(23, 59, 59).unwrap().and_utc().timestamp_millis();
            let millis = utc_millis([year, month, day, 23, 59, 59, 0], Offset(0));
            let expected = NaiveDate::from_ymd_opt(year as i32, month, day).map(days);
            // Before the year 1, both are too early.
            let is_one = |millis: &i64| *millis >= 0;
            assert_eq!(millis.filter(is_one), expected.filter(is_one), "{year}-{month}-{day}");
        }
    }

    #[test]
    fn reads_every_documented_form() {
        let brazil = Offset::parse("-03:00").unwrap();
        for (text, millis) in [
            ("2026-03-04T09:15:00-03:00", 1_772_626_500_000),
            ("2026-03-04t12:15:00.25z", 1_772_626_500_250),
            ("2026-03-04 12:15:00.250999+00:00", 1_772_626_500_250),
            ("2026-03-04 09:15:00", 1_772_626_500_000),
            ("2026-03-04T09:15:00.250", 1_772_626_500_250),
            ("2026-03-04T09:15:00-0300", 1_772_626_500_000),
            (" 04/03/2026 09:15:00 ", 1_772_626_500_000),
            ("04/03/2026 09:15:00.5", 1_772_626_500_500),
            ("1772626500", 1_772_626_500_000),
            ("1772626500.2509", 1_772_626_500_250),
            ("1772626500250", 1_772_626_500_250),
            ("999999999", 999_999_999_000),
            ("1772626500250.9", 1_772_626_500_250),
            ("1772626500250999", 1_772_626_500_250),
            ("177262650025099", 177_262_650_025),
            ("1772626500250999999", 1_772_626_500_250),
            ("177262650025099999", 177_262_650_025),
            ("2026-03-04 12:15:00.250 GMT", 1_772_626_500_250),
            ("2026-03-04 12:15:00 UTC", 1_772_626_500_000),
            ("2026-03-04 09:15:00 -03:00", 1_772_626_500_000),
            ("2026-03-04T12:15:00,250Z", 1_772_626_500_250),
            ("2026-03-04T12:15Z", 1_772_626_500_000),
            ("04/03/2026 09:15", 1_772_626_500_000),
            ("04/03/2026, 09:15:00", 1_772_626_500_000),
            ("Mar 04 2026 09:15:00", 1_772_626_500_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("1970-01-01T00:00:00Z", 0),
            ("9999-12-31T23:59:59.999Z", MILLIS_MAX),
        ] {
            assert_eq!(parse_millis(text.as_bytes(), brazil), Some(millis), "{text}");
        }
    }

    #[test]
    fn reads_three_numbers_at_once() {
        for (at, byte) in (0..8).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut text = *b"12:34:56";
            text[at] = byte;
            let is_valid = if at % 3 == 2 { byte == b':' } else { byte.is_ascii_digit() };
            let number = |at: usize| str::from_utf8(text.get(at..at + 2)?).ok()?.parse().ok();
            let expected = is_valid.then(|| [0, 3, 6].map(|at| number(at).unwrap()));
            assert_eq!(Parser(&text).three(b':'), expected, "{byte} at {at}");
        }
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "-",
            "now",
            "2026-03-04",
            "2026-13-04T09:15:00Z",
            "2026-02-30 09:15:00",
            "2026-03-04T24:00:00Z",
            "2026-03-04T09:15:61Z",
            "2026-03-04T09:15:00.Z",
            "2026-03-04T09:15:00+25:00",
            "2026-03-04T09:15:00  -03:00",
            "2026-03-04T09:15:00 BRT",
            "Mrz 04 2026 09:15:00",
            "2026/03/04 09:15:00",
            "2026-03-04,09:15:00",
            "17726265002509999999",
            "2026-03-04T09:15:00Zz",
            "03/04/26 09:15:00",
            "31/02/2026 09:15:00",
            "17726265",
            "17726265002",
            "17726265002500",
            "1772626500.",
            "-1772626500",
            "1969-12-31T23:59:59Z",
            "9999-12-31T23:59:59-00:01",
            "٢٠٢٦-03-04T09:15:00Z",
        ] {
            assert_eq!(parse_millis(text.as_bytes(), Offset::default()), None, "{text}");
        }
    }

    #[test]
    fn reads_offsets() {
        assert_eq!(Offset::parse("UTC"), Some(Offset(0)));
        assert_eq!(Offset::parse("+05:30"), Some(Offset(19_800)));
        for text in ["", "03:00", "-3", "-03:00 ", "America/Sao_Paulo", "-03:60"] {
            assert_eq!(Offset::parse(text), None, "{text}");
        }
    }
}
