//! Values of multi-valued attributes: selecting, creating, merging, dropping.

use serde_json::{Map, Value};

use super::{Op, target::put};
use crate::error::{ErrorKind, ScimError, quoted};
use crate::filter::ValueFilter;
use crate::quirks;
use crate::resource::normalise::{is_assigned, single};
use crate::schema::Attribute;

/// A path with a filter, such as `emails[type eq "work"].value`.
pub(super) fn apply(
    object: &mut Map<String, Value>,
    op: Op,
    attribute: &'static Attribute,
    filter: &ValueFilter,
    part: Option<&'static Attribute>,
    value: &Value,
) -> Result<(), ScimError> {
    if let Some(part) = part {
        super::require_mutable(attribute, part)?;
    }
    let mut elements = match object.shift_remove(attribute.name) {
        Some(Value::Array(elements)) => elements,
        Some(element) => vec![element],
        None => Vec::new(),
    };
    let result = match op {
        Op::Remove => {
            remove(&mut elements, filter, part);
            Ok(())
        }
        Op::Add | Op::Replace => set(&mut elements, op, attribute, filter, part, value),
    };
    let whole = if attribute.multi_valued {
        (!elements.is_empty()).then_some(Value::Array(elements))
    } else {
        elements.pop()
    };
    put(object, attribute.name, whole);
    result
}

/// RFC 7644 §3.5.2.2. A filter that selects nothing is no error: the value is gone, as the client wants.
fn remove(elements: &mut Vec<Value>, filter: &ValueFilter, part: Option<&'static Attribute>) {
    match part {
        None => elements.retain(|element| !filter.matches(element)),
        Some(part) => {
            for element in elements.iter_mut().filter(|element| filter.matches(element)) {
                set_part(element, part, None);
            }
            drop_empty(elements);
        }
    }
}

fn set(
    elements: &mut Vec<Value>,
    op: Op,
    attribute: &'static Attribute,
    filter: &ValueFilter,
    part: Option<&'static Attribute>,
    value: &Value,
) -> Result<(), ScimError> {
    let label = match part {
        Some(part) => format!("{}.{}", attribute.name, part.name),
        None => attribute.name.to_owned(),
    };
    let value = single(part.unwrap_or(attribute), value, &label)?;
    let selected: Vec<usize> = elements
        .iter()
        .enumerate()
        .filter(|(_, element)| filter.matches(element))
        .map(|(index, _)| index)
        .collect();
    if selected.is_empty() {
        return match value {
            Some(value) => create(elements, attribute, filter, part, value),
            None => Ok(()),
        };
    }
    for index in &selected {
        let Some(element) = elements.get_mut(*index) else {
            continue;
        };
        match (part, &value) {
            (Some(part), value) => set_part(element, part, value.clone()),
            (None, Some(Value::Object(new))) => replace_element(element, op, filter, new),
            (None, _) => *element = Value::Null,
        }
    }
    if let [index] = selected.as_slice() {
        keep_one_primary(elements, *index);
    }
    drop_empty(elements);
    Ok(())
}

/// Entra quirk Q-07: adding to or replacing a value that is not there creates it, with the attributes that the filter
/// states. RFC 7644 §3.5.2.3 knows only `noTarget`, which remains for filters that state no single value.
fn create(
    elements: &mut Vec<Value>,
    attribute: &'static Attribute,
    filter: &ValueFilter,
    part: Option<&'static Attribute>,
    value: Value,
) -> Result<(), ScimError> {
    let Some(stated) = filter.equalities() else {
        return Err(ScimError::new(
            ErrorKind::NoTarget,
            format!("no value of {} matches [{filter}]", quoted(attribute.name)),
        ));
    };
    let mut element = Map::new();
    for (stated_part, stated_value) in stated {
        element.insert(stated_part.name.to_owned(), stated_value);
    }
    match (part, value) {
        (Some(part), value) => {
            element.insert(part.name.to_owned(), value);
        }
        (None, Value::Object(new)) => merge(&mut element, new),
        (None, _) => {}
    }
    if attribute.multi_valued {
        append(elements, vec![Value::Object(element)], attribute)
    } else {
        elements.clear();
        elements.push(Value::Object(element));
        Ok(())
    }
}

/// RFC 7644 §3.5.2.3: the selected value is replaced. What the filter states stays, or the next operation with the same
/// path would not find it.
fn replace_element(element: &mut Value, op: Op, filter: &ValueFilter, new: &Map<String, Value>) {
    let Value::Object(present) = element else {
        return;
    };
    if op == Op::Replace {
        present.clear();
        for (part, value) in filter.equalities().unwrap_or_default() {
            present.insert(part.name.to_owned(), value);
        }
    }
    merge(present, new.clone());
}

/// Adds values that are not there yet (RFC 7644 §3.5.2.1: a value that is already there is no change).
pub(super) fn append(
    present: &mut Vec<Value>,
    new: Vec<Value>,
    attribute: &'static Attribute,
) -> Result<(), ScimError> {
    for element in new {
        if present.contains(&element) {
            continue;
        }
        let index = present.len();
        present.push(element);
        keep_one_primary(present, index);
    }
    if present.len() > attribute.max_values {
        return Err(ScimError::invalid_value(format!(
            "{} would have {} values, at most {} are possible",
            quoted(attribute.name),
            present.len(),
            attribute.max_values
        )));
    }
    Ok(())
}

/// Takes over the named parts and keeps the others. The `$ref` and display name of a reference belong to its `value` and
/// go with it.
pub(super) fn merge(present: &mut Map<String, Value>, new: Map<String, Value>) {
    if new
        .get("value")
        .is_some_and(|value| present.get("value") != Some(value))
        && present.contains_key("$ref")
    {
        present.shift_remove("$ref");
    }
    for (name, value) in new {
        present.insert(name, value);
    }
}

/// Sets or removes one part of a value.
pub(super) fn set_part(element: &mut Value, part: &'static Attribute, value: Option<Value>) {
    let Value::Object(parts) = element else {
        return;
    };
    let cleared = value.is_none();
    if part.name == "value" && parts.get("value") != value.as_ref() {
        parts.shift_remove("$ref");
    }
    put(parts, part.name, value);
    if cleared && quirks::only_describes(parts) {
        parts.clear();
    }
}

/// Removes elements that have nothing left.
pub(super) fn drop_empty(elements: &mut Vec<Value>) {
    elements.retain(is_assigned);
}

/// Whether a listed value means this element: by its `value` where both have one, else as a whole.
pub(super) fn same(element: &Value, listed: &Value) -> bool {
    match (element.get("value"), listed.get("value")) {
        (Some(value), Some(listed)) => value == listed,
        _ => element == listed,
    }
}

/// RFC 7644 §3.5.2: when an operation makes a value primary, the others stop being it.
fn keep_one_primary(elements: &mut [Value], chosen: usize) {
    let is_primary = |element: &Value| element.get("primary") == Some(&Value::Bool(true));
    if !elements.get(chosen).is_some_and(is_primary) {
        return;
    }
    for (index, element) in elements.iter_mut().enumerate() {
        if index != chosen
            && is_primary(element)
            && let Some(primary) = element.get_mut("primary")
        {
            *primary = Value::Bool(false);
        }
    }
}
