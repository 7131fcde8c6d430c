//! `bulkId:` references between operations, RFC 7644 §3.7.2.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::operation::Operation;
use crate::error::{ErrorKind, ScimError, quoted};
use crate::path::member;
use crate::resource::password::PASSWORD;

pub(super) const REFERENCE: &str = "bulkId:";

/// The operations' indexes so that what is referred to comes first; in a circle, and otherwise, as they came.
pub(super) fn order(operations: &[Operation]) -> Vec<usize> {
    let makers: HashMap<&str, usize> = operations
        .iter()
        .enumerate()
        .filter_map(|(index, operation)| Some((operation.bulk_id.as_deref()?, index)))
        .collect();
    let mut placed = vec![false; operations.len()];
    let mut order = Vec::with_capacity(operations.len());
    for start in 0..operations.len() {
        // Depth first without recursion: an operation is placed when it is met the second time.
        let mut stack = vec![(start, false)];
        let mut entered = HashSet::new();
        while let Some((index, ready)) = stack.pop() {
            let Some(slot) = placed.get_mut(index) else {
                continue;
            };
            if *slot {
                continue;
            }
            if ready {
                *slot = true;
                order.push(index);
                continue;
            }
            if !entered.insert(index) {
                continue;
            }
            stack.push((index, true));
            let references = operations
                .get(index)
                .map(|operation| operation.references.as_slice());
            for reference in references.unwrap_or_default().iter().rev() {
                if let Some(maker) = makers.get(reference.as_str()) {
                    stack.push((*maker, false));
                }
            }
        }
    }
    order
}

pub(super) fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::String(text) => references.extend(text.strip_prefix(REFERENCE).map(str::to_owned)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !is_secret(members, name))
            .for_each(|(_, value)| collect(value, references)),
        _ => {}
    }
}

/// Takes members out that refer to what does not exist yet.
pub(super) fn postpone(data: &mut Value, open: &HashSet<&str>) -> Vec<Value> {
    if open.is_empty() {
        return Vec::new();
    }
    let Value::Object(group) = data else {
        return Vec::new();
    };
    let Some((_, Value::Array(members))) = group
        .iter_mut()
        .find(|(name, _)| name.eq_ignore_ascii_case("members"))
    else {
        return Vec::new();
    };
    let mut postponed = Vec::new();
    members.retain(|member| {
        let mut references = Vec::new();
        collect(member, &mut references);
        let is_open = references.iter().any(|id| open.contains(id.as_str()));
        if is_open {
            postponed.push(member.clone());
        }
        !is_open
    });
    postponed
}

/// Puts ids in the place of references.
pub(super) fn resolve(value: &mut Value, ids: &HashMap<&str, &str>) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix(REFERENCE).and_then(|id| ids.get(id)) {
                *text = (*id).to_owned();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| resolve(value, ids)),
        Value::Object(members) => {
            let secrets: Vec<String> = members
                .keys()
                .filter(|name| is_secret(members, name))
                .cloned()
                .collect();
            members
                .iter_mut()
                .filter(|(name, _)| !secrets.contains(name))
                .for_each(|(_, value)| resolve(value, ids));
        }
        _ => {}
    }
}

/// Whether a member is a password, or the value of an operation on it: that is never a reference, whatever it begins with,
/// and an error would show it.
fn is_secret(members: &Map<String, Value>, name: &str) -> bool {
    let names_password = |text: &str| {
        text.rsplit(':')
            .next()
            .is_some_and(|name| name.trim().eq_ignore_ascii_case(PASSWORD))
    };
    names_password(name)
        || (name.eq_ignore_ascii_case("value")
            && member(members, "path")
                .and_then(Value::as_str)
                .is_some_and(names_password))
}

/// The path with the id in the place of a reference at its end.
pub(super) fn resolved(path: &str, ids: &HashMap<&str, &str>) -> String {
    path.rsplit_once('/')
        .and_then(|(head, tail)| Some((head, ids.get(tail.strip_prefix(REFERENCE)?)?)))
        .map_or_else(|| path.to_owned(), |(head, id)| format!("{head}/{id}"))
}

pub(super) fn unresolved(id: &str) -> ScimError {
    ScimError::new(
        ErrorKind::Status(409),
        format!("the bulkId {} is of no operation that succeeded", quoted(id)),
    )
}
