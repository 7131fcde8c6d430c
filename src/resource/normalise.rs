//! What a client sent, brought to canonical names and types (RFC 7643 §2).
//!
//! After this step no reader asks again whether a key is written in another case or whether a boolean is a string.

use std::collections::HashSet;

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::Resource;
use crate::error::{ScimError, quoted};
use crate::json::kind;
use crate::path::{is_urn, strip_urn};
use crate::quirks;
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType};

/// A resource as POST and PUT carry it.
///
/// Read-only attributes, `schemas` and names that no schema knows are left out (RFC 7644 §3.3, §3.5.1); null, `""`, `[]`
/// and `{}` mean "not assigned" (RFC 7643 §2.5; Entra quirk Q-24). Objects under a URN that no table declares are kept as they
/// are. Fails with `invalidSyntax` when two keys differ only in case and `invalidValue` when a type is wrong.
pub fn resource(
    input: &Map<String, Value>,
    resource_type: &'static ResourceType,
) -> Result<Resource, ScimError> {
    build(input, resource_type, ReadOnly::Skip)
}

/// A resource as answers carry it, read-only attributes included: for evaluating filters on it.
pub fn representation(
    input: &Map<String, Value>,
    resource_type: &'static ResourceType,
) -> Result<Resource, ScimError> {
    build(input, resource_type, ReadOnly::Keep)
}

/// What becomes of values that only the server assigns.
#[derive(Clone, Copy, PartialEq)]
enum ReadOnly {
    Keep,
    Skip,
}

fn build(
    input: &Map<String, Value>,
    resource_type: &'static ResourceType,
    read_only: ReadOnly,
) -> Result<Resource, ScimError> {
    let skip = |attribute: &Attribute| read_only == ReadOnly::Skip && attribute.is_read_only();
    let mut output = Resource::new();
    // URNs are as many as the client likes, so looking each up among the others must not be a scan.
    let mut seen = HashSet::new();
    for (key, value) in input {
        // Entra quirk Q-18: a core attribute with its URN.
        let key = strip_urn(key, resource_type.schema.id).unwrap_or(key);
        let (name, value) = if let Some(attribute) = resource_type.core_attribute(key) {
            if skip(attribute) {
                continue;
            }
            (attribute.name, values(attribute, value, read_only)?)
        } else if let Some(extension) = resource_type.extension(key) {
            let value = extension_value(extension.attributes, extension.id, value, read_only)?;
            (extension.id, value)
        } else if is_urn(key) && !key.eq_ignore_ascii_case(resource_type.schema.id) {
            (key, undeclared_extension(value))
        } else {
            continue;
        };
        if !seen.insert(name.to_ascii_lowercase()) {
            return Err(twice(name));
        }
        if let Some(value) = value {
            output.insert(name.to_owned(), value);
        }
    }
    Ok(output)
}

/// One of two equal names may say "not assigned", and still another reader may take that one for the value.
fn twice(label: &str) -> ScimError {
    ScimError::invalid_syntax(format!("the attribute {} appears twice", quoted(label)))
}

/// The value of an attribute; `None` when it says "not assigned".
pub fn attribute_value(attribute: &'static Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    values(attribute, value, ReadOnly::Skip)
}

/// One value of an attribute, one element of a multi-valued one, or a part of either. `label` names it in errors.
pub fn single(attribute: &'static Attribute, value: &Value, label: &str) -> Result<Option<Value>, ScimError> {
    one(attribute, value, label, ReadOnly::Skip)
}

fn values(
    attribute: &'static Attribute,
    value: &Value,
    read_only: ReadOnly,
) -> Result<Option<Value>, ScimError> {
    if !attribute.multi_valued {
        return one(attribute, value, attribute.name, read_only);
    }
    let elements = match value {
        Value::Null => return Ok(None),
        Value::Array(elements) => elements.as_slice(),
        // One value without its array, as some clients send it.
        other => std::slice::from_ref(other),
    };
    if elements.len() > attribute.max_values {
        return Err(ScimError::invalid_value(format!(
            "{} has {} values, at most {} are possible",
            quoted(attribute.name),
            elements.len(),
            attribute.max_values
        )));
    }
    let mut values = Vec::with_capacity(elements.len());
    for element in elements {
        if let Some(value) = one(attribute, element, attribute.name, read_only)? {
            values.push(value);
        }
    }
    quirks::one_of_equal_primaries(&mut values);
    Ok((!values.is_empty()).then_some(Value::Array(values)))
}

fn one(
    attribute: &'static Attribute,
    value: &Value,
    label: &str,
    read_only: ReadOnly,
) -> Result<Option<Value>, ScimError> {
    let value = match quirks::only_element(attribute, value) {
        Some(element) => element,
        None => value,
    };
    let wrong_type = || {
        ScimError::invalid_value(format!(
            "{} must be {}, not {}",
            quoted(label),
            expected(attribute),
            kind(value)
        ))
    };
    Ok(match (attribute.kind, value) {
        (_, Value::Null) => None,
        // An empty password is no way to say that there is none.
        (_, Value::String(text)) if text.is_empty() && attribute.mutability != Mutability::WriteOnly => None,
        (AttributeType::Binary, Value::String(text)) if !is_base64(text) => return Err(wrong_type()),
        (AttributeType::String | AttributeType::Reference | AttributeType::Binary, Value::String(_))
        | (AttributeType::Decimal, Value::Number(_))
        | (AttributeType::Boolean, Value::Bool(_)) => Some(value.clone()),
        (AttributeType::Boolean, Value::String(text)) => {
            Some(Value::Bool(quirks::boolean(text).ok_or_else(wrong_type)?))
        }
        (AttributeType::Integer, Value::Number(number)) if !number.is_f64() => Some(value.clone()),
        (AttributeType::DateTime, Value::String(text)) => {
            if crate::datetime::parse(text).is_none() {
                return Err(wrong_type());
            }
            Some(value.clone())
        }
        (AttributeType::Complex, Value::Object(object)) => complex(attribute, object, label, read_only)?,
        (AttributeType::Complex, Value::String(text)) => {
            let object = quirks::complex_from_string(attribute, text).ok_or_else(wrong_type)?;
            complex(attribute, &object, label, read_only)?
        }
        _ => return Err(wrong_type()),
    })
}

fn complex(
    attribute: &'static Attribute,
    input: &Map<String, Value>,
    label: &str,
    read_only: ReadOnly,
) -> Result<Option<Value>, ScimError> {
    let input = &*quirks::role_from_json_text(attribute, input);
    let mut output = Map::new();
    let mut seen = Vec::new();
    for (key, value) in input {
        let Some(part) = attribute.sub_attribute(key) else {
            continue;
        };
        if read_only == ReadOnly::Skip && part.is_read_only() {
            continue;
        }
        let label = format!("{label}.{}", part.name);
        if seen.contains(&part.name) {
            return Err(twice(&label));
        }
        seen.push(part.name);
        if let Some(value) = one(part, value, &label, read_only)? {
            output.insert(part.name.to_owned(), value);
        }
    }
    let says_nothing = output.is_empty() || quirks::is_blank(attribute, input, &output);
    Ok((!says_nothing).then_some(Value::Object(output)))
}

fn extension_value(
    attributes: &'static [Attribute],
    urn: &str,
    value: &Value,
    read_only: ReadOnly,
) -> Result<Option<Value>, ScimError> {
    let object = match value {
        Value::Null => return Ok(None),
        Value::Object(object) => object,
        other => {
            return Err(ScimError::invalid_value(format!(
                "{} must be an object, not {}",
                quoted(urn),
                kind(other)
            )));
        }
    };
    let mut output = Map::new();
    let mut seen = Vec::new();
    for (key, value) in object {
        let Some(attribute) = crate::schema::find(attributes, key) else {
            continue;
        };
        if seen.contains(&attribute.name) {
            return Err(twice(attribute.name));
        }
        seen.push(attribute.name);
        if let Some(value) = values(attribute, value, read_only)? {
            output.insert(attribute.name.to_owned(), value);
        }
    }
    Ok((!output.is_empty()).then_some(Value::Object(output)))
}

/// An extension that no table declares: kept as it comes, without members that are not assigned.
fn undeclared_extension(value: &Value) -> Option<Value> {
    let object: Map<String, Value> = value
        .as_object()?
        .iter()
        .filter(|(_, value)| is_assigned(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    (!object.is_empty()).then_some(Value::Object(object))
}

/// RFC 7643 §2.3.6. Line breaks, as in PEM files, and missing padding are let through.
fn is_base64(text: &str) -> bool {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let bytes: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    LENIENT.decode(bytes).is_ok()
}

/// RFC 7643 §2.5: null and empty arrays are the same as no value; `""` clears an attribute (Entra quirk Q-24).
#[must_use]
pub fn is_assigned(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn expected(attribute: &Attribute) -> &'static str {
    match attribute.kind {
        AttributeType::String => "a string",
        AttributeType::Boolean => "true or false",
        AttributeType::Decimal => "a number",
        AttributeType::Integer => "a whole number",
        AttributeType::DateTime => "a date and time such as '2026-11-22T07:00:00Z'",
        AttributeType::Binary => "a base64 string",
        AttributeType::Reference => "a URI string",
        AttributeType::Complex => "an object",
    }
}
