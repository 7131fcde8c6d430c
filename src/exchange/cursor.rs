//! Cursors of RFC 9865: a place in a result, opaque to the client.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::need::Record;
use super::query::invalid_cursor;
use crate::error::ScimError;
use crate::resource::sort::SortKey;
use crate::token::hex;

/// Where a page begins, or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Behind this position, towards the end.
    After(u64),
    /// Before this position, towards the beginning.
    Before(u64),
    /// Behind a place in a sorted result, towards the end.
    Behind(Edge),
    /// Ahead of a place in a sorted result, towards the beginning.
    Ahead(Edge),
}

/// A place between two neighbours of a sorted result: it is still there while one of them is, so a client may delete
/// everything it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) left: Anchor,
    pub(super) right: Anchor,
}

/// A resource where it was in the order.
///
/// The key it was sorted by stays out of the cursor, which ends up in log files. The check tells whether it is still the
/// same; only who knows the resource's random id could guess the key from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) position: u64,
    check: u32,
}

impl Anchor {
    pub(super) fn of(record: &Record, key: &SortKey) -> Self {
        let digest = Sha256::digest(format!("{}\u{0}{key:?}", record.id));
        let check = digest
            .iter()
            .take(4)
            .fold(0, |check, byte| check << 8 | u32::from(*byte));
        Self {
            position: record.position,
            check,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let (position, check) = text.split_once('-')?;
        Some(Self {
            position: position.parse().ok()?,
            check: check.parse().ok()?,
        })
    }

    fn to_text(self) -> String {
        format!("{}-{}", self.position, self.check)
    }
}

impl Cursor {
    /// The beginning.
    pub(super) const START: Self = Self::After(0);

    /// Reads a cursor; an empty one is the beginning (RFC 9865 §2). Fails when it was not made for this query.
    pub(super) fn parse(text: &str, query: &str) -> Result<Self, ScimError> {
        if text.is_empty() {
            return Ok(Self::START);
        }
        let parse = || -> Option<Self> {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
            let plain = std::str::from_utf8(&bytes).ok()?;
            let (place, check) = plain.split_once('.')?;
            if check != fingerprint(query) {
                return None;
            }
            let rest = place.get(1..)?;
            let edge = || -> Option<Edge> {
                let (left, right) = rest.split_once(',')?;
                Some(Edge {
                    left: Anchor::parse(left)?,
                    right: Anchor::parse(right)?,
                })
            };
            match place.get(..1)? {
                "a" => Some(Self::After(rest.parse().ok()?)),
                "b" => Some(Self::Before(rest.parse().ok()?)),
                "n" => Some(Self::Behind(edge()?)),
                "p" => Some(Self::Ahead(edge()?)),
                _ => None,
            }
        };
        parse().ok_or_else(invalid_cursor)
    }

    /// The cursor as text, bound to a query.
    pub(super) fn to_text(self, query: &str) -> String {
        let edge = |Edge { left, right }: Edge| format!("{},{}", left.to_text(), right.to_text());
        let place = match self {
            Self::After(position) => format!("a{position}"),
            Self::Before(position) => format!("b{position}"),
            Self::Behind(place) => format!("n{}", edge(place)),
            Self::Ahead(place) => format!("p{}", edge(place)),
        };
        URL_SAFE_NO_PAD.encode(format!("{place}.{}", fingerprint(query)))
    }
}

fn fingerprint(query: &str) -> String {
    let digest = hex(&Sha256::digest(query.as_bytes()));
    digest.get(..8).unwrap_or_default().to_owned()
}
