//! Entity tags: `ETag`, `meta.version` and preconditions (RFC 7644 §3.14).

use std::fmt;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::need::Record;
use crate::mapping::Account;
use crate::token::hex;

/// Between what a write is about and what is only shown with it.
const SHOWN: char = '~';

/// The weak tag of a representation, in two parts.
///
/// The first is the resource's own: the number of its SCIM writes and what an administrator has changed since. The second
/// stands for what is shown of other resources, the names and ids in `groups` of a user and in `members` of a group; a
/// representation without them has none. A read compares both, so no client keeps a membership or a name that is over. A write
/// compares the first: what other resources show cannot be overwritten by it, and would only make it fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    own: String,
    shown: Option<String>,
}

/// The tag of a resource without what other resources show in it.
pub(super) fn entity_tag(record: &Record) -> Tag {
    let edited = record
        .account
        .as_ref()
        .filter(|account| account.wordpress != account.observed)
        .map(|account| format!(".{}", edited(&account.wordpress)))
        .unwrap_or_default();
    let inactive = record.account.as_ref().is_some_and(|account| !account.active);
    let state = if inactive { "-" } else { "" };
    Tag {
        own: format!("{}{state}{edited}", record.version),
        shown: None,
    }
}

impl Tag {
    /// The tag with these members, or groups, shown.
    pub(super) fn showing(mut self, references: &[Value]) -> Self {
        if !references.is_empty() {
            self.shown = Some(fingerprint(references.iter().flat_map(|reference| {
                ["value", "display", "type"].map(|name| reference.get(name).and_then(Value::as_str))
            })));
        }
        self
    }

    /// Whether a header's list names the resource in this state, whatever else it showed.
    pub(super) fn own_is_in(&self, list: &str) -> bool {
        let own = |listed: &str| listed.split(SHOWN).next() == Some(&self.own);
        names(list, own)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.shown {
            Some(shown) => write!(formatter, "W/\"{}{SHOWN}{shown}\"", self.own),
            None => write!(formatter, "W/\"{}\"", self.own),
        }
    }
}

/// Whether a header's list names the tag of a representation.
pub(super) fn is_in(tag: &str, list: &str) -> bool {
    names(list, |listed| Some(listed) == opaque(tag))
}

/// SCIM's tags are weak, and so is the comparison. A `*` names every tag.
fn names(list: &str, is_it: impl Fn(&str) -> bool) -> bool {
    list.split(',')
        .any(|listed| listed.trim() == "*" || opaque(listed).is_some_and(&is_it))
}

/// What is between the quotes.
fn opaque(tag: &str) -> Option<&str> {
    tag.trim()
        .trim_start_matches("W/")
        .strip_prefix('"')?
        .strip_suffix('"')
}

fn edited(account: &Account) -> String {
    fingerprint(account.fields().into_iter().map(|(_, value)| Some(value)))
}

fn fingerprint<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text.unwrap_or_default().as_bytes());
        digest.update([0]);
    }
    hex(&digest.finalize()).chars().take(12).collect()
}
