//! Cursors of RFC 9865: a place in the store's order, opaque to the client.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::query::invalid_cursor;
use crate::error::ScimError;
use crate::token::hex;

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Behind this position, towards the end.
    After(u64),
    /// Before this position, towards the beginning.
    Before(u64),
    /// At this 0-based index of a sorted result.
    At(u64),
}

impl Cursor {
    /// Reads a cursor; an empty one is the beginning (RFC 9865 §2). Fails when it was not made for this query.
    pub(super) fn parse(text: &str, query: &str) -> Result<Self, ScimError> {
        if text.is_empty() {
            return Ok(Self::After(0));
        }
        let parse = || -> Option<Self> {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let plain = std::str::from_utf8(&bytes).ok()?;
            let (place, check) = plain.split_once('.')?;
            if check != fingerprint(query) {
                return None;
            }
            let number = place.get(1..)?.parse().ok()?;
            match place.get(..1)? {
                "a" => Some(Self::After(number)),
                "b" => Some(Self::Before(number)),
                "i" => Some(Self::At(number)),
                _ => None,
            }
        };
        parse().ok_or_else(invalid_cursor)
    }

    /// The cursor as text, bound to a query.
    pub(super) fn to_text(self, query: &str) -> String {
        let (letter, number) = match self {
            Self::After(position) => ('a', position),
            Self::Before(position) => ('b', position),
            Self::At(index) => ('i', index),
        };
        URL_SAFE_NO_PAD.encode(format!("{letter}{number}.{}", fingerprint(query)))
    }
}

fn fingerprint(query: &str) -> String {
    let digest = hex(&Sha256::digest(query.as_bytes()));
    digest.get(..8).unwrap_or_default().to_owned()
}
