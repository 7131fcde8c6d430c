//! `dateTime` of RFC 7643 §2.3.5: the `xsd:dateTime` of XML Schema 1.1 part 2, §3.3.7.

use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{Span, Timestamp};
use regex::{Captures, Regex};

/// The lexical form, with the years that an instant can have. A month's length is left to the calendar.
static LEXICAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(-?[0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T",
        r"(?:([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]+))?|24:00:00(?:\.0+)?)",
        r"(?:Z|([+-])(?:(0[0-9]|1[0-3]):([0-5][0-9])|14:00))?$",
    ))
    .ok()
});

/// The instant of an `xsd:dateTime`; `None` when the text is none.
///
/// A missing offset means UTC: XML Schema leaves such values local, and a service provider has no place to be local to.
/// `24:00:00` is the first instant of the next day. A fraction counts to the nanosecond, further digits are dropped.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let parts = LEXICAL.as_ref()?.captures(text)?;
    let date = |hour, minute, second, nanosecond| {
        let year = number(&parts, 1)?;
        let month = number(&parts, 2)?;
        let day = number(&parts, 3)?;
        DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()
    };
    let civil = if parts.get(4).is_some() {
        let fraction = parts.get(7).map_or("", |digits| digits.as_str());
        date(
            number(&parts, 4)?,
            number(&parts, 5)?,
            number(&parts, 6)?,
            nanoseconds(fraction)?,
        )?
    } else {
        date(0, 0, 0, 0)?.checked_add(Span::new().days(1)).ok()?
    };
    offset(&parts)?.to_timestamp(civil).ok()
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

fn number<T: std::str::FromStr>(parts: &Captures<'_>, group: usize) -> Option<T> {
    parts.get(group)?.as_str().parse().ok()
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    let digits = fraction.get(..9).unwrap_or(fraction);
    if digits.is_empty() {
        return Some(0);
    }
    let mut value: i32 = digits.parse().ok()?;
    for _ in digits.len()..9 {
        value = value.checked_mul(10)?;
    }
    Some(value)
}

fn offset(parts: &Captures<'_>) -> Option<Offset> {
    let Some(sign) = parts.get(8) else {
        return Some(Offset::UTC);
    };
    let seconds = match parts.get(9) {
        Some(_) => number::<i32>(parts, 9)? * 3600 + number::<i32>(parts, 10)? * 60,
        None => 14 * 3600,
    };
    Offset::from_seconds(if sign.as_str() == "-" { -seconds } else { seconds }).ok()
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
