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
