//! `dateTime` of RFC 7643 §2.3.5: the `xsd:dateTime` of XML Schema 1.1 part 2, §3.3.7.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

/// The instant of an `xsd:dateTime`; `None` when the text is none.
///
/// A missing offset means UTC: XML Schema leaves such values local, and a service provider has no place to be local to.
/// `24:00:00` is the first instant of the next day. A fraction counts to the nanosecond, further digits are dropped.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    // By hand rather than by a regular expression: a filter on a date reads one of every resource.
    let mut rest = Rest(text.as_bytes());
    let year = if rest.skips(b'-') {
        -rest.number::<4>()?
    } else {
        rest.number::<4>()?
    };
    let month = rest.after(b'-')?.number::<2>()?;
    let day = rest.after(b'-')?.number::<2>()?;
    let hour = rest.after(b'T')?.number::<2>()?;
    let minute = rest.after(b':')?.number::<2>()?;
    let second = rest.after(b':')?.number::<2>()?;
    let nanosecond = if rest.skips(b'.') {
        rest.fraction()?
    } else {
        Fraction::NONE
    };
    let offset = rest.offset()?;
    let ends_the_day = hour == 24;
    if !rest.0.is_empty()
        || second > 59
        || (ends_the_day && (minute, second, nanosecond.is_zero) != (0, 0, true))
    {
        return None;
    }
    let civil = DateTime::new(
        i16::try_from(year).ok()?,
        i8::try_from(month).ok()?,
        i8::try_from(day).ok()?,
        if ends_the_day { 0 } else { i8::try_from(hour).ok()? },
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        nanosecond.nanoseconds,
    )
    .ok()?;
    let civil = if ends_the_day {
        civil.checked_add(Span::new().days(1)).ok()?
    } else {
        civil
    };
    offset.to_timestamp(civil).ok()
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

/// The digits behind the second.
struct Fraction {
    nanoseconds: i32,
    /// Whether every digit is a zero, also those that are dropped.
    is_zero: bool,
}

impl Fraction {
    const NONE: Self = Self {
        nanoseconds: 0,
        is_zero: true,
    };
}

impl Rest<'_> {
    /// Whether this byte comes next; then it is behind us.
    fn skips(&mut self, byte: u8) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// The rest behind this byte, if it comes next.
    fn after(&mut self, byte: u8) -> Option<&mut Self> {
        self.skips(byte).then_some(self)
    }

    /// A number of exactly this many digits.
    fn number<const DIGITS: usize>(&mut self) -> Option<i32> {
        let (digits, rest) = self.0.split_first_chunk::<DIGITS>()?;
        let mut value = 0;
        for digit in digits {
            if !digit.is_ascii_digit() {
                return None;
            }
            value = value * 10 + i32::from(digit - b'0');
        }
        self.0 = rest;
        Some(value)
    }

    /// One digit or more.
    fn fraction(&mut self) -> Option<Fraction> {
        let mut fraction = Fraction::NONE;
        let mut scale = 100_000_000;
        let mut count = 0_usize;
        while let Some((digit, rest)) = self.0.split_first()
            && digit.is_ascii_digit()
        {
            fraction.nanoseconds += i32::from(digit - b'0') * scale;
            fraction.is_zero &= *digit == b'0';
            scale /= 10;
            count += 1;
            self.0 = rest;
        }
        (count > 0).then_some(fraction)
    }

    /// `Z`, or up to fourteen hours to either side, or nothing.
    fn offset(&mut self) -> Option<Offset> {
        if self.0.is_empty() || self.skips(b'Z') {
            return Some(Offset::UTC);
        }
        let is_west = !self.skips(b'+');
        if is_west && !self.skips(b'-') {
            return None;
        }
        let hours = self.number::<2>()?;
        let minutes = self.after(b':')?.number::<2>()?;
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return None;
        }
        let seconds = (hours * 60 + minutes) * 60;
        Offset::from_seconds(if is_west { -seconds } else { seconds }).ok()
    }
}

/// The text of an instant given in milliseconds since the epoch, such as `2026-11-22T07:00:00.123Z`.
///
/// Instants outside the years 0000 to 9999 become the nearest one inside.
#[must_use]
pub fn format(ms: i64) -> String {
    const FIRST_MS: i64 = -62_167_219_200_000;
    let instant = Timestamp::from_millisecond(ms.max(FIRST_MS)).unwrap_or(Timestamp::MAX);
    format!("{instant:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_reads_every_form_of_xsd() {
        for (text, ms) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T00:00:00", 0),
            ("1970-01-01T00:00:00.5Z", 500),
            ("1970-01-01T00:00:00.0005Z", 0),
            ("1970-01-01T00:00:00.12345678901234567890Z", 123),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1969-12-31T18:30:00-05:30", 0),
            ("1970-01-01T14:00:00+14:00", 0),
            ("1969-12-31T10:00:00-14:00", 0),
            ("1970-01-01T00:00:00-00:00", 0),
            ("1969-12-31T24:00:00Z", 0),
            ("1969-12-31T24:00:00.000Z", 0),
            ("2024-02-29T24:00:00Z", 1_709_251_200_000),
            ("2011-05-13T04:42:34Z", 1_305_261_754_000),
            ("2008-01-23T04:56:22Z", 1_201_064_182_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000),
            ("-0001-12-31T23:59:59Z", -62_167_219_201_000),
            ("9999-12-30T21:59:59Z", 253_402_207_199_000),
        ] {
            assert_eq!(parse(text).map(Timestamp::as_millisecond), Some(ms), "{text}");
        }
    }

    #[test]
    fn parse_counts_to_the_nanosecond() {
        let at = |fraction: &str| parse(&format!("2026-11-22T07:00:00.{fraction}Z")).unwrap();
        assert!(at("000000001") > at("0"));
        assert_eq!(at("0000000019"), at("000000001"));
        assert_eq!(at("12"), at("120000000"));
    }

    #[test]
    fn parse_refuses_what_is_not_xsd() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22T07:00Z",
            "2026-11-22 07:00:00Z",
            "2026-11-22t07:00:00z",
            "20261122T070000Z",
            "2026-11-22T07:00:00,5Z",
            "2026-11-22T07:00:00.Z",
            "2026-11-22T07:00:00+01",
            "2026-11-22T07:00:00+0100",
            "2026-11-22T07:00:00+14:01",
            "2026-11-22T07:00:00+24:00",
            "2026-11-22T07:00:00[UTC]",
            "2026-11-22T07:00:00Z[UTC]",
            "2026-11-22T07:00:60Z",
            "2026-11-22T24:00:01Z",
            "2026-11-22T24:00:00.1Z",
            "2026-11-22T25:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-11-31T00:00:00Z",
            "12026-11-22T07:00:00Z",
            "+2026-11-22T07:00:00Z",
            "9999-12-31T24:00:00Z",
            " 2026-11-22T07:00:00Z",
            "2026-11-22T07:00:00Z\n",
            "２026-11-22T07:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn format_has_milliseconds_and_utc() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_330_800_123, "2026-11-22T07:00:00.123Z"),
            (i64::MIN, "0000-01-01T00:00:00.000Z"),
            (i64::MAX, "9999-12-30T22:00:00.999Z"),
        ] {
            assert_eq!(format(ms), text);
        }
    }
}
