//! Comparison of strings without case, for attributes that are not `caseExact` (RFC 7643 §2.2).

use std::cmp::Ordering;

/// The text without case. Two texts are equal without case exactly when their folds are equal.
///
/// Every character becomes its Unicode lower case by itself, whatever stands around it, and the final sigma becomes the
/// ordinary one; so the fold of a part is a part of the fold, which `co`, `sw` and `ew` need. Lower-casing rather than
/// case folding is what RFC 8265 §3.3.2 asks of user names: `ß` stays apart from `ss`. `İ` becomes `i` with a combining
/// dot. Nothing is normalised: `é` as one character and as `e` with a combining accent stay different.
///
/// Folding twice changes nothing. The result can be longer than the text, in bytes and in characters.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        folded(text).collect()
    }
}

fn folded(text: &str) -> impl DoubleEndedIterator<Item = char> {
    text.chars().flat_map(|character| {
        if character == 'ς' {
            'σ'.to_lowercase()
        } else {
            character.to_lowercase()
        }
    })
}

/// Whether `text` folds to `fold`.
pub(super) fn equals(text: &str, fold: &str) -> bool {
    text.eq_ignore_ascii_case(fold) || (!text.is_ascii() && folded(text).eq(fold.chars()))
}

/// Whether the fold of `text` begins with `fold`.
pub(super) fn starts_with(text: &str, fold: &str) -> bool {
    if text.is_ascii() {
        return text
            .get(..fold.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(fold));
    }
    let mut characters = folded(text);
    fold.chars().all(|c| characters.next() == Some(c))
}

/// Whether the fold of `text` ends with `fold`.
pub(super) fn ends_with(text: &str, fold: &str) -> bool {
    if text.is_ascii() {
        return text
            .len()
            .checked_sub(fold.len())
            .and_then(|start| text.get(start..))
            .is_some_and(|end| end.eq_ignore_ascii_case(fold));
    }
    let mut characters = folded(text).rev();
    fold.chars().rev().all(|c| characters.next() == Some(c))
}

/// Whether the fold of `text` contains `fold`.
pub(super) fn contains(text: &str, fold: &str) -> bool {
    // Comparing at every place is quadratic; a long value goes to the linear search of the standard library.
    const SHORT_BYTES: usize = 256;
    if fold.is_empty() {
        return true;
    }
    if text.is_ascii() && text.len() <= SHORT_BYTES {
        return text
            .as_bytes()
            .windows(fold.len())
            .any(|window| window.eq_ignore_ascii_case(fold.as_bytes()));
    }
    self::fold(text).contains(fold)
}

/// The order of the fold of `text` and `fold`, by code point.
pub(super) fn compare(text: &str, fold: &str) -> Ordering {
    if text.is_ascii() {
        return text
            .bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .cmp(fold.bytes());
    }
    folded(text).cmp(fold.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fold_lower_cases_every_character_by_itself() {
        for (text, expected) in [
            (
                "Mira.HALVORSEN@Corp.example.com",
                "mira.halvorsen@corp.example.com",
            ),
            ("STRAẞE straße", "straße straße"),
            ("STRASSE", "strasse"),
            ("ΟΔΥΣΣΕΥΣ Οδυσσευς", "οδυσσευσ οδυσσευσ"),
            ("İI", "i\u{307}i"),
            ("ı", "ı"),
            ("\u{212a}", "k"),
            ("ÉE\u{301}", "ée\u{301}"),
            ("ǅ", "ǆ"),
            ("𐐀", "𐐨"),
            ("ﬁ", "ﬁ"),
        ] {
            assert_eq!(fold(text), expected);
        }
    }

    #[test]
    fn fold_of_a_fold_is_the_fold() {
        for character in '\0'..=char::MAX {
            let once = fold(character.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&once), once, "{character:?}");
        }
    }

    #[test]
    fn combining_marks_are_not_composed() {
        assert!(!equals("E\u{301}", &fold("É")));
        assert!(contains("E\u{301}", &fold("e")));
        assert!(starts_with("İstanbul", &fold("I")));
    }
}
