//! What real clients send that the RFCs do not foresee, each with its name, condition and source.
//!
//! The rest of the engine is strict; a shape is bent here or nowhere. Numbers Q-nn are those of the compatibility notes
//! in `docs/entra.md`, numbers C-nn those in `docs/clients.md`.

use serde_json::{Map, Value};

use crate::json;
use crate::schema::{Attribute, AttributeType};

/// Entra's legacy dialect writes booleans as `"True"` and `"False"`.
#[must_use]
pub fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// an array with one element for an attribute that holds one value. An empty array is "not assigned".
#[must_use]
pub fn only_element(attribute: &Attribute, value: Value) -> Value {
    match value {
        Value::Array(mut elements) if !attribute.multi_valued && elements.len() <= 1 => {
            elements.pop().unwrap_or_default()
        }
        other => other,
    }
}

/// Entra writes the manager as a bare string; likewise Q-04 for members of groups.
#[must_use]
pub fn complex_from_string(attribute: &Attribute, text: &str) -> Option<Map<String, Value>> {
    let identifies = matches!(attribute.name, "manager" | "members" | "roles");
    if attribute.kind != AttributeType::Complex || !identifies {
        return None;
    }
    let mut object = Map::new();
    object.insert("value".into(), Value::String(text.to_owned()));
    Some(object)
}

/// `SingleAppRoleAssignment` without Entra's feature flag: the role is a JSON document inside the string `value`.
#[must_use]
pub fn role_from_json_text(attribute: &Attribute, object: Map<String, Value>) -> Map<String, Value> {
    let inner = || -> Option<Map<String, Value>> {
        if attribute.name != "roles" {
            return None;
        }
        let text = object.get("value")?.as_str()?;
        if !text.starts_with('{') {
            return None;
        }
        let mut role: Map<String, Value> = serde_json::from_str(text).ok()?;
        if !role.get("value")?.is_string() {
            return None;
        }
        for (key, value) in object.iter().filter(|(key, _)| *key != "value") {
            role.entry(key.as_str()).or_insert_with(|| value.clone());
        }
        Some(role)
    };
    inner().unwrap_or(object)
}

/// The value of a PATCH operation as the client means it.
///
/// C-01: the list of an attribute wrapped once more in its name, `"path": "members", "value": {"members": […]}`, as Salesforce
/// documents it and its clients send it (pond/scimitar#43). Taken by the letter, a remove would empty the attribute.
///
/// C-02: the object of an operation without a path as a JSON document in a string (scim-for-keycloak#133, a renamed group).
#[must_use]
pub fn operation_value(path: Option<&str>, value: Value) -> Value {
    match (path, value) {
        (Some(path), Value::Object(mut members)) if members.len() == 1 => {
            let list = members
                .iter_mut()
                .find(|(name, list)| name.eq_ignore_ascii_case(path) && list.is_array())
                .map(|(_, list)| list.take());
            list.unwrap_or(Value::Object(members))
        }
        (None, Value::String(text)) if text.starts_with('{') => {
            json::object(text.as_bytes()).map_or(Value::String(text), Value::Object)
        }
        (_, value) => value,
    }
}

/// C-03: PingOne fills a second e-mail address with the first and makes both primary. Of equal values the first stays it;
/// different ones are left to be refused (RFC 7643 §2.4). One of the same type is the same value, and stays primary with it.
pub fn one_of_equal_primaries(values: &mut [Value]) {
    if values.len() < 2 {
        return;
    }
    let is_primary = |value: &Value| value.get("primary") == Some(&Value::Bool(true));
    let part = |value: &Value, name: &str| value.get(name).cloned();
    let mut primaries = values.iter_mut().filter(|value| is_primary(value));
    let Some(first) = primaries.next() else {
        return;
    };
    let (Some(value), kind) = (part(first, "value"), part(first, "type")) else {
        return;
    };
    for other in primaries {
        if other.get("value") == Some(&value)
            && part(other, "type") != kind
            && let Some(primary) = other.get_mut("primary")
        {
            *primary = Value::Bool(false);
        }
    }
}

/// C-04: OneLogin's templates write `""` for what a person does not have: `{"type": "work", "value": ""}` is no phone number.
/// Whether of as many parts as were `named` some are gone, and those that are left only describe a value.
#[must_use]
pub fn is_blank(attribute: &Attribute, named: usize, left: &Map<String, Value>) -> bool {
    attribute.multi_valued && named > left.len() && only_describes(left)
}

/// Whether these parts of a value only describe it: without the value itself they say nothing.
#[must_use]
pub fn only_describes(parts: &Map<String, Value>) -> bool {
    parts
        .keys()
        .all(|name| matches!(name.as_str(), "type" | "primary" | "display"))
}
