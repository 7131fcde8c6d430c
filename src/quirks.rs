//! What real clients send that the RFCs do not foresee, each with its name, condition and source.
//!
//! The rest of the engine is strict; a shape is bent here or nowhere. Numbers Q-nn are those of the compatibility notes
//! in `docs/entra.md`.

use std::borrow::Cow;

use serde_json::{Map, Value};

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
pub fn only_element<'a>(attribute: &Attribute, value: &'a Value) -> Option<&'a Value> {
    static NULL: Value = Value::Null;
    if attribute.multi_valued {
        return None;
    }
    match value.as_array()?.as_slice() {
        [] => Some(&NULL),
        [element] => Some(element),
        _ => None,
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
pub fn role_from_json_text<'a>(
    attribute: &Attribute,
    object: &'a Map<String, Value>,
) -> Cow<'a, Map<String, Value>> {
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
    match inner() {
        Some(role) => Cow::Owned(role),
        None => Cow::Borrowed(object),
    }
}
