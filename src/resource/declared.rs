//! Extensions that the site declares, in resources that may be older than the declaration.

use serde_json::{Map, Value};

use super::Resource;
use super::normalise::attribute_value;
use crate::path::member;
use crate::schema::Schema;

/// Brings a stored resource to the names and types of the declared schemas. What was stored before its schema was declared, or
/// declared otherwise, and fits no attribute or not its type, stays as it is: it is shown, and lost in no change of others.
pub fn fit(resource: &mut Resource, declared: &'static [&'static Schema]) {
    for schema in declared {
        if let Some(Value::Object(members)) = resource.get_mut(schema.id) {
            *members = fitted(std::mem::take(members), schema);
            continue;
        }
        let Some(key) = resource
            .keys()
            .find(|key| key.eq_ignore_ascii_case(schema.id))
            .cloned()
        else {
            continue;
        };
        match resource.shift_remove(&key) {
            Some(Value::Object(members)) => {
                resource.insert(schema.id.to_owned(), Value::Object(fitted(members, schema)));
            }
            Some(other) => {
                resource.insert(key, other);
            }
            None => {}
        }
    }
}

fn fitted(members: Map<String, Value>, schema: &'static Schema) -> Map<String, Value> {
    let mut output = Map::with_capacity(members.len());
    for (name, value) in members {
        let Some(attribute) = schema.attribute(&name) else {
            output.insert(name, value);
            continue;
        };
        let value = match attribute_value(attribute, &value) {
            Ok(Some(fit)) => fit,
            _ => value,
        };
        let taken = output.contains_key(attribute.name);
        output.insert(if taken { name } else { attribute.name.to_owned() }, value);
    }
    output
}

/// Keeps what the declared extensions of a user hold and the declaration does not list: a client that replaces the whole
/// resource (RFC 7644 §3.5.1) cannot say anything of it.
pub fn keep_unlisted(before: &Resource, after: &mut Resource, declared: &'static [&'static Schema]) {
    for schema in declared {
        let Some(Value::Object(present)) = before.get(schema.id) else {
            continue;
        };
        let unlisted: Map<String, Value> = present
            .iter()
            .filter(|(name, _)| schema.attribute(name).is_none())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if unlisted.is_empty() {
            continue;
        }
        let slot = after
            .entry(schema.id)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(members) = slot {
            for (name, value) in unlisted {
                if member(members, &name).is_none() {
                    members.insert(name, value);
                }
            }
        }
    }
}
