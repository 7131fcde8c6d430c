//! Comparison of strings without case, for attributes that are not `caseExact` (RFC 7643 §2.2).

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_compatible;

/// The text as it compares when case does not count. Two texts are equal without case exactly when their folds are equal.
///
/// Characters become what RFC 8265 §3.3.2 makes of user names (RFC 7644 §5, §7.8): full and half width become ordinary, each
/// character its lower case by itself, and what is composed of several characters is composed (NFC). So `é` is one name however
/// it was typed. `ß` stays apart from `ss`, and `İ` becomes `i` with a combining dot; the final sigma becomes the ordinary one.
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

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .map(of_ordinary_width)
        .flat_map(|character| if character == 'ς' { 'σ' } else { character }.to_lowercase())
        .nfc()
}

/// The character that one of full or half width stands for.
fn of_ordinary_width(character: char) -> char {
    const ASCII_OFFSET: u32 = 0xfee0;
    match character {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - ASCII_OFFSET).unwrap_or(character),
        '\u{ff5f}'..='\u{ffee}' => {
            let mut parts = Vec::with_capacity(1);
            decompose_compatible(character, |part| parts.push(part));
            match parts.as_slice() {
                [part] => *part,
                _ => character,
            }
        }
        other => other,
    }
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
    self::fold(text).ends_with(fold)
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
    fn fold_is_lower_case_of_one_width_and_composed() {
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
            ("ÉE\u{301}", "éé"),
            ("e\u{323}\u{302}", "ệ"),
            ("Ａｄａ＠ｃｏｒｐ．ｅｘａｍｐｌｅ", "ada@corp.example"),
            ("ｶﾞ", "ガ"),
            ("\u{212b}", "å"),
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
    fn what_is_composed_is_one_letter() {
        assert!(equals("E\u{301}", &fold("É")));
        assert!(!contains("E\u{301}", &fold("e")));
        assert!(!starts_with("E\u{301}va", &fold("e")));
        assert!(starts_with("E\u{301}va", &fold("éV")));
        assert!(ends_with("Zoe\u{308}", &fold("Ë")));
        assert!(starts_with("İstanbul", &fold("I")));
    }
}
