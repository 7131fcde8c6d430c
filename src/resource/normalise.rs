//! What a client sent, brought to canonical names and types (RFC 7643 §2).
//!
//! After this step no reader asks again whether a key is written in another case or whether a boolean is a string.

use std::collections::HashSet;
use std::fmt::{self, Display};

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::Resource;
use crate::error::{ScimError, quoted};
use crate::json::kind;
use crate::path::{is_urn, strip_urn};
use crate::quirks;
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType, Schema};

/// A resource as POST and PUT carry it.
///
/// Read-only attributes, `schemas` and names that no schema knows are left out (RFC 7644 §3.3, §3.5.1); null, `""`, `[]`
/// and `{}` mean "not assigned" (RFC 7643 §2.5; Entra quirk Q-24). Objects under a URN that no table declares are kept as they
/// are. Fails with `invalidSyntax` when two keys differ only in case and `invalidValue` when a type is wrong.
pub fn resource(
    input: Map<String, Value>,
    resource_type: &'static ResourceType,
) -> Result<Resource, ScimError> {
    build(input, resource_type, ReadOnly::Skip)
}

/// A resource as answers carry it, read-only attributes included: for evaluating filters on it.
pub fn representation(
    input: Map<String, Value>,
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

impl ReadOnly {
    fn skips(self, attribute: &Attribute) -> bool {
        self == Self::Skip && attribute.is_read_only()
    }
}

fn build(
    mut input: Map<String, Value>,
    resource_type: &'static ResourceType,
    read_only: ReadOnly,
) -> Result<Resource, ScimError> {
    // Nearly always each key is spelled as in the tables; then no two are the same, and the object can stay.
    for (key, value) in &mut input {
        let converted = match resource_type.core_attribute(key) {
            Some(attribute) if attribute.name != key => return respelled(input, resource_type, read_only),
            Some(attribute) if read_only.skips(attribute) => None,
            Some(attribute) => values(attribute, value.take(), read_only)?,
            None if key == "schemas" => None,
            None => match resource_type.extension(key) {
                Some(extension) if extension.id == key => {
                    extension_value(extension, value.take(), read_only)?
                }
                _ => return respelled(input, resource_type, read_only),
            },
        };
        *value = converted.unwrap_or_default();
    }
    input.retain(|_, value| !value.is_null());
    Ok(input)
}

/// The same for keys in any case, with the URN of the core schema, or of extensions that no table declares. Values that
/// are normalised already stay as they are.
fn respelled(
    input: Map<String, Value>,
    resource_type: &'static ResourceType,
    read_only: ReadOnly,
) -> Result<Resource, ScimError> {
    let mut output = Resource::with_capacity(input.len());
    let mut declared: Vec<&'static str> =
        Vec::with_capacity(input.len().min(resource_type.schema.attributes.len()));
    // URNs are as many as the client likes, so looking each up among the others must not be a scan.
    let mut undeclared = HashSet::new();
    let mut pending = vec![input.into_iter()];
    while let Some(entries) = pending.last_mut() {
        let Some((key, value)) = entries.next() else {
            pending.pop();
            continue;
        };
        // Entra quirk Q-18: a core attribute with its URN.
        let name = strip_urn(&key, resource_type.schema.id).unwrap_or(&key);
        let (name, value) = if let Some(attribute) = resource_type.core_attribute(name) {
            if read_only.skips(attribute) {
                continue;
            }
            (attribute.name, values(attribute, value, read_only)?)
        } else if let Some(extension) = resource_type.extension(name) {
            (extension.id, extension_value(extension, value, read_only)?)
        } else if is_urn(name) && !name.eq_ignore_ascii_case(resource_type.schema.id) {
            if !undeclared.insert(name.to_ascii_lowercase()) {
                return Err(twice(name));
            }
            if let Some(value) = undeclared_extension(value) {
                output.insert(name.to_owned(), value);
            }
            continue;
        } else {
            // Core attributes below their URN, as if they were an extension. Passed over, a PUT would remove them all.
            if let (true, Value::Object(below)) = (name.eq_ignore_ascii_case(resource_type.schema.id), value)
            {
                pending.push(below.into_iter());
            }
            continue;
        };
        if declared.contains(&name) {
            return Err(twice(name));
        }
        declared.push(name);
        if let Some(value) = value {
            output.insert(spelled(key, name), value);
        }
    }
    Ok(output)
}

/// The key when it is the name already, else the name.
fn spelled(key: String, name: &str) -> String {
    if key == name { key } else { name.to_owned() }
}

/// One of two equal names may say "not assigned", and still another reader may take that one for the value.
fn twice(label: &str) -> ScimError {
    ScimError::invalid_syntax(format!("the attribute {} appears twice", quoted(label)))
}

/// The value of an attribute; `None` when it says "not assigned".
pub fn attribute_value(attribute: &'static Attribute, value: &Value) -> Result<Option<Value>, ScimError> {
    values(attribute, value.clone(), ReadOnly::Skip)
}

/// One value of an attribute, one element of a multi-valued one, or a part of either. `label` names it in errors.
pub fn single(attribute: &'static Attribute, value: &Value, label: &str) -> Result<Option<Value>, ScimError> {
    one(attribute, value.clone(), &label, ReadOnly::Skip)
}

fn values(
    attribute: &'static Attribute,
    value: Value,
    read_only: ReadOnly,
) -> Result<Option<Value>, ScimError> {
    if !attribute.multi_valued {
        return one(attribute, value, &attribute.name, read_only);
    }
    let mut elements = match value {
        Value::Null => return Ok(None),
        Value::Array(elements) => elements,
        // One value without its array, as some clients send it.
        other => vec![other],
    };
    if elements.len() > attribute.max_values {
        return Err(ScimError::invalid_value(format!(
            "{} has {} values, at most {} are possible",
            quoted(attribute.name),
            elements.len(),
            attribute.max_values
        )));
    }
    for element in &mut elements {
        *element = one(attribute, element.take(), &attribute.name, read_only)?.unwrap_or_default();
    }
    elements.retain(|element| !element.is_null());
    quirks::one_of_equal_primaries(&mut elements);
    Ok((!elements.is_empty()).then_some(Value::Array(elements)))
}

fn one(
    attribute: &'static Attribute,
    value: Value,
    label: &dyn Display,
    read_only: ReadOnly,
) -> Result<Option<Value>, ScimError> {
    let value = quirks::only_element(attribute, value);
    Ok(match (attribute.kind, value) {
        (_, Value::Null) => None,
        // An empty password is no way to say that there is none.
        (_, Value::String(text)) if text.is_empty() && attribute.mutability != Mutability::WriteOnly => None,
        (AttributeType::Binary, Value::String(text)) if is_base64(&text) => Some(Value::String(text)),
        (AttributeType::DateTime, Value::String(text)) if crate::datetime::parse(&text).is_some() => {
            Some(Value::String(text))
        }
        (AttributeType::Integer, Value::Number(number)) if !number.is_f64() => Some(Value::Number(number)),
        (AttributeType::String | AttributeType::Reference, value @ Value::String(_))
        | (AttributeType::Decimal, value @ Value::Number(_))
        | (AttributeType::Boolean, value @ Value::Bool(_)) => Some(value),
        (AttributeType::Boolean, Value::String(text)) => match quirks::boolean(&text) {
            Some(boolean) => Some(Value::Bool(boolean)),
            None => return Err(wrong_type(attribute, label, &Value::String(text))),
        },
        (AttributeType::Complex, Value::Object(object)) => complex(attribute, object, label, read_only)?,
        (AttributeType::Complex, Value::String(text)) => {
            match quirks::complex_from_string(attribute, &text) {
                Some(object) => complex(attribute, object, label, read_only)?,
                None => return Err(wrong_type(attribute, label, &Value::String(text))),
            }
        }
        (_, value) => return Err(wrong_type(attribute, label, &value)),
    })
}

fn wrong_type(attribute: &Attribute, label: &dyn Display, value: &Value) -> ScimError {
    ScimError::invalid_value(format!(
        "{} must be {}, not {}",
        quoted(&label.to_string()),
        expected(attribute),
        kind(value)
    ))
}

fn complex(
    attribute: &'static Attribute,
    input: Map<String, Value>,
    label: &dyn Display,
    read_only: ReadOnly,
) -> Result<Option<Value>, ScimError> {
    let input = quirks::role_from_json_text(attribute, input);
    let find = |key: &str| attribute.sub_attribute(key).filter(|part| !read_only.skips(part));
    let label = |part: &'static Attribute| Part { whole: label, part };
    members(
        input,
        find,
        |part, value| one(part, value, &label(part), read_only),
        |part| twice(&label(part).to_string()),
        |named, left| quirks::is_blank(attribute, named, left),
    )
}

/// `emails.value`, for errors.
struct Part<'a> {
    whole: &'a dyn Display,
    part: &'static Attribute,
}

impl Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.whole, self.part.name)
    }
}

fn extension_value(
    extension: &'static Schema,
    value: Value,
    read_only: ReadOnly,
) -> Result<Option<Value>, ScimError> {
    let object = match value {
        Value::Null => return Ok(None),
        Value::Object(object) => object,
        other => {
            return Err(ScimError::invalid_value(format!(
                "{} must be an object, not {}",
                quoted(extension.id),
                kind(&other)
            )));
        }
    };
    members(
        object,
        |key| extension.attribute(key),
        |attribute, value| values(attribute, value, read_only),
        |attribute| twice(attribute.name),
        |_, _| false,
    )
}

/// The members of an object that `find` knows, each as `convert` makes it; `None` when none is left, or `is_blank` says of
/// how many there were and which are left that they say nothing.
fn members(
    mut object: Map<String, Value>,
    find: impl Fn(&str) -> Option<&'static Attribute>,
    convert: impl Fn(&'static Attribute, Value) -> Result<Option<Value>, ScimError>,
    twice: impl Fn(&'static Attribute) -> ScimError,
    is_blank: impl Fn(usize, &Map<String, Value>) -> bool,
) -> Result<Option<Value>, ScimError> {
    let unless_blank = |named: usize, left: Map<String, Value>| {
        (!left.is_empty() && !is_blank(named, &left)).then_some(Value::Object(left))
    };
    // Nearly always each key is spelled as in the table; then no two are the same, and the object can stay.
    let mut spelled_so = true;
    for (key, value) in &mut object {
        match find(key) {
            Some(attribute) if attribute.name == key => {
                *value = convert(attribute, value.take())?.unwrap_or_default();
            }
            _ => {
                spelled_so = false;
                break;
            }
        }
    }
    if spelled_so {
        let named = object.len();
        object.retain(|_, value| !value.is_null());
        return Ok(unless_blank(named, object));
    }
    let mut output = Map::with_capacity(object.len());
    let mut seen = Vec::new();
    for (key, value) in object {
        let Some(attribute) = find(&key) else {
            continue;
        };
        if seen.contains(&attribute.name) {
            return Err(twice(attribute));
        }
        seen.push(attribute.name);
        if let Some(value) = convert(attribute, value)? {
            output.insert(spelled(key, attribute.name), value);
        }
    }
    Ok(unless_blank(seen.len(), output))
}

/// An extension that no table declares: kept as it comes, without members that are not assigned.
fn undeclared_extension(value: Value) -> Option<Value> {
    let Value::Object(mut object) = value else {
        return None;
    };
    object.retain(|_, value| is_assigned(value));
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
