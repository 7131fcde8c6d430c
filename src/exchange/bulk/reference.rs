//! `bulkId:` references between operations, RFC 7644 §3.7.2.

use std::collections::HashMap;
use std::ops::Range;

use serde_json::{Map, Value};

use super::operation::Operation;
use crate::error::{ErrorKind, ScimError, quoted};
use crate::path::member;
use crate::resource::envelope::location;
use crate::resource::password::PASSWORD;

pub(super) const REFERENCE: &str = "bulkId:";

/// The operations that create what references mean, by bulkId.
pub(super) type Makers<'a> = HashMap<&'a str, &'a Operation>;

/// A reference within a string: where it stands, and the bulkId.
struct Spot {
    place: Range<usize>,
    id: String,
}

/// The references of a string, the value of `name`: the whole of it, the last segment of a `$ref`, or what a PATCH path
/// compares with, as in `members[value eq "bulkId:x"]`.
fn spots(name: &str, text: &str) -> Vec<Spot> {
    let tail_of = |from: usize| {
        let id = text.get(from..)?.strip_prefix(REFERENCE)?.to_owned();
        Some(Spot {
            place: from..text.len(),
            id,
        })
    };
    if text.starts_with(REFERENCE) {
        tail_of(0).into_iter().collect()
    } else if !text.contains(REFERENCE) {
        Vec::new()
    } else if name.eq_ignore_ascii_case("$ref") {
        let tail = text.rfind('/').map_or(0, |slash| slash + 1);
        tail_of(tail).into_iter().collect()
    } else if name.eq_ignore_ascii_case("path") {
        literals(text)
            .filter_map(|place| {
                let literal: String = serde_json::from_str(text.get(place.clone())?).ok()?;
                let id = literal.strip_prefix(REFERENCE)?.to_owned();
                Some(Spot {
                    place: place.start + 1..place.end - 1,
                    id,
                })
            })
            .collect()
    } else {
        Vec::new()
    }
}

/// Where the JSON strings of a filter stand, with their quotes.
fn literals(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate() {
        match (start, byte) {
            (None, b'"') => start = Some(index),
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(from), b'"') => {
                found.push(from..index + 1);
                start = None;
            }
            _ => {}
        }
    }
    found.into_iter()
}

pub(super) fn collect(name: &str, value: &Value, references: &mut Vec<String>) {
    match value {
        Value::String(text) => references.extend(spots(name, text).into_iter().map(|spot| spot.id)),
        Value::Array(values) => values.iter().for_each(|value| collect(name, value, references)),
        Value::Object(members) => {
            let sets_password = sets_password(members);
            members
                .iter()
                .filter(|(name, _)| !is_secret(name, sets_password))
                .for_each(|(name, value)| collect(name, value, references));
        }
        _ => {}
    }
}

/// Whether these are the members of an operation on a password.
fn sets_password(members: &Map<String, Value>) -> bool {
    member(members, "path")
        .and_then(Value::as_str)
        .is_some_and(names_password)
}

/// Whether a member is a password, or the value of an operation on it: that is never a reference, whatever it begins with,
/// and an error would show it.
fn is_secret(name: &str, sets_password: bool) -> bool {
    names_password(name) || (sets_password && name.eq_ignore_ascii_case("value"))
}

fn names_password(path: &str) -> bool {
    path.rsplit(':')
        .next()
        .is_some_and(|name| name.trim().eq_ignore_ascii_case(PASSWORD))
}

/// Puts ids in the place of references; a `$ref` that is nothing but a reference becomes a URL.
pub(super) fn resolve(name: &str, value: &mut Value, makers: &Makers<'_>, base: &str) {
    match value {
        Value::String(text) => {
            for spot in spots(name, text).into_iter().rev() {
                let Some(maker) = makers.get(spot.id.as_str()) else {
                    continue;
                };
                match &maker.target {
                    Ok(target) if name.eq_ignore_ascii_case("$ref") && spot.place.start == 0 => {
                        *text = location(base, target.kind.resource_type(), &maker.new_id);
                    }
                    _ => text.replace_range(spot.place, &maker.new_id),
                }
            }
        }
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| resolve(name, value, makers, base)),
        Value::Object(members) => {
            let sets_password = sets_password(members);
            members
                .iter_mut()
                .filter(|(name, _)| !is_secret(name, sets_password))
                .for_each(|(name, value)| resolve(name, value, makers, base));
        }
        _ => {}
    }
}

/// Takes members out that refer to what `is_open`, for it does not exist yet.
pub(super) fn postpone(data: &mut Value, is_open: impl Fn(&str) -> bool) -> Vec<Value> {
    let Value::Object(group) = data else {
        return Vec::new();
    };
    let Some((_, Value::Array(members))) = group
        .iter_mut()
        .find(|(name, _)| name.eq_ignore_ascii_case("members"))
    else {
        return Vec::new();
    };
    members
        .extract_if(.., |member| {
            let mut references = Vec::new();
            collect("members", member, &mut references);
            references.iter().any(|id| is_open(id))
        })
        .collect()
}

/// A reference to what this request does not create at all.
pub(super) fn unknown(id: &str) -> ScimError {
    ScimError::invalid_value(format!("no POST of this request has the bulkId {}", quoted(id)))
}

/// A reference to what was not created after all.
pub(super) fn unresolved(id: &str) -> ScimError {
    ScimError::new(
        ErrorKind::Status(409),
        format!("the bulkId {} is of no operation that succeeded", quoted(id)),
    )
}

/// A part of a circle that could not be taken back.
pub(super) fn incomplete(id: &str) -> ScimError {
    ScimError::new(
        ErrorKind::Status(409),
        format!(
            "the resource is there, but not what the bulkId {} stands for; complete or delete it",
            quoted(id)
        ),
    )
}
