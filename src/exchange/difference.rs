//! What differs between a resource before and after, path by path, as text for a log.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::limits::{MAX_JOURNAL_ATTRIBUTES, MAX_JOURNAL_VALUE_CHARS};
use crate::path::{is_attribute_name, is_urn};
use crate::redact::{HIDDEN, names_secret};
use crate::resource::Resource;
use crate::resource::password::PASSWORD;

/// An attribute or a part of one, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Such as `title`, `name.givenName`, `emails[type eq "work"].value`.
    pub path: String,
    /// Text before, shortened; `None` when it was unassigned.
    pub old: Option<String>,
    /// Text after, shortened; `None` when it is unassigned.
    pub new: Option<String>,
}

/// Every part of a resource that is not as it was, in the order of the resource before and what is new behind.
#[must_use]
pub fn differences(before: &Resource, after: &Resource) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

/// Compares the attributes of a resource, of an extension or of a complex attribute.
fn compare(
    prefix: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    let new = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(new) {
        let (old, new) = (before.get(name), after.get(name));
        if old == new || name.eq_ignore_ascii_case(PASSWORD) {
            continue;
        }
        let path = format!("{prefix}{}", spelled(name));
        // Extensions of others may have secrets of their own.
        if !is_urn(name) && names_secret(name) {
            let hidden = |value: Option<&Value>| value.map(|_| HIDDEN.to_owned());
            let (old, new) = (hidden(old), hidden(new));
            found.push(Difference { path, old, new });
            continue;
        }
        if is_urn(name) && (is_object(old) || is_object(new)) {
            descend(&format!("{path}:"), old, new, found);
        } else if is_object(old) || is_object(new) {
            if is_scalar(old) || is_scalar(new) {
                push(path, old, new, found);
            } else {
                descend(&format!("{path}."), old, new, found);
            }
        } else if let Some(types) = types(old, new) {
            for kind in types {
                let selected = format!("{path}[type eq {}].", Value::String(kind.to_owned()));
                descend(&selected, of_type(old, kind), of_type(new, kind), found);
            }
        } else {
            push(path, old, new, found);
        }
    }
}

fn descend(prefix: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    let nothing = Map::new();
    let old = old.and_then(Value::as_object).unwrap_or(&nothing);
    let new = new.and_then(Value::as_object).unwrap_or(&nothing);
    compare(prefix, old, new, found);
}

fn push(path: String, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    let text = |value: Option<&Value>| value.map(text);
    found.push(Difference {
        path,
        old: text(old),
        new: text(new),
    });
}

/// A name that is none of RFC 7643 §2.1 is shown as text, so that nobody takes it for a path.
fn spelled(name: &str) -> String {
    if is_attribute_name(name) || is_urn(name) {
        name.to_owned()
    } else {
        Value::String(shortened(name)).to_string()
    }
}

fn is_object(value: Option<&Value>) -> bool {
    value.is_some_and(Value::is_object)
}

fn is_scalar(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_object())
}

/// The types by which the values of an attribute can be told apart, before and after; `None` when they can't.
fn types<'a>(old: Option<&'a Value>, new: Option<&'a Value>) -> Option<Vec<&'a str>> {
    let mut all: Vec<&str> = Vec::new();
    for list in [old, new].into_iter().flatten() {
        let mut seen = HashSet::new();
        for value in list.as_array()? {
            let kind = value.as_object()?.get("type")?.as_str()?;
            if !seen.insert(kind) {
                return None;
            }
            if !all.contains(&kind) {
                all.push(kind);
            }
        }
    }
    (all.len() <= MAX_JOURNAL_ATTRIBUTES).then_some(all)
}

fn of_type<'a>(list: Option<&'a Value>, kind: &str) -> Option<&'a Value> {
    let mut values = list?.as_array()?.iter();
    values.find(|value| value.get("type").and_then(Value::as_str) == Some(kind))
}

/// A value as one text: strings as they are, anything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => shortened(text),
        Value::Array(_) | Value::Object(_) => shortened(&without_secrets(value).to_string()),
        other => other.to_string(),
    }
}

/// Values that are shown whole may have parts of any name.
fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(without_secrets).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !names_secret(name))
            .map(|(name, value)| (name.clone(), without_secrets(value)))
            .collect(),
        other => other.clone(),
    }
}

pub(super) fn shortened(text: &str) -> String {
    let mut characters = text.chars();
    let mut short: String = characters.by_ref().take(MAX_JOURNAL_VALUE_CHARS).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}
