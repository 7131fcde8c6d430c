//! Where in the resource a path points, and what an operation does there.

use serde_json::{Map, Value};

use super::{Op, element, extension};
use crate::error::{ErrorKind, ScimError, quoted};
use crate::path::AttributePath;
use crate::resource::Resource;
use crate::resource::normalise::{attribute_value, is_assigned, single};
use crate::schema::{Attribute, AttributeType, ResourceType, Schema};
use crate::value_path::ValuePath;

/// Applies one operation at one path.
pub(super) fn apply(
    resource: &mut Resource,
    op: Op,
    path: &ValuePath,
    value: &Value,
    resource_type: &'static ResourceType,
) -> Result<(), ScimError> {
    match &path.attribute {
        AttributePath::Declared {
            extension,
            attribute,
            sub_attribute,
        } => {
            let mut container = Container::open(resource, *extension);
            let object = container.object();
            let result = match (&path.filter, sub_attribute) {
                (Some(filter), _) => element::apply(object, op, attribute, filter, path.sub_attribute, value),
                (None, Some(part)) => part_of(object, op, attribute, part, value),
                (None, None) => whole(object, op, attribute, value),
            };
            container.close();
            result
        }
        AttributePath::Extension(schema) => extension::whole(resource, op, schema, value, resource_type),
        AttributePath::Undeclared { urn, name } if extension::is_core(urn, name, resource_type) => {
            extension::core(resource, op, value, resource_type)
        }
        AttributePath::Undeclared { urn, name } => extension::undeclared(resource, op, urn, name, value),
    }
}

/// The object that holds an attribute: the resource, or an extension object that is created on demand (Entra quirk Q-16)
/// and removed when nothing is left in it.
struct Container<'a> {
    resource: &'a mut Resource,
    extension: Option<&'static Schema>,
    object: Map<String, Value>,
}

impl<'a> Container<'a> {
    fn open(resource: &'a mut Resource, extension: Option<&'static Schema>) -> Self {
        let object = match extension.and_then(|schema| resource.get_mut(schema.id)) {
            Some(Value::Object(object)) => std::mem::take(object),
            _ => Map::new(),
        };
        Self {
            resource,
            extension,
            object,
        }
    }

    fn object(&mut self) -> &mut Map<String, Value> {
        match self.extension {
            Some(_) => &mut self.object,
            None => self.resource,
        }
    }

    fn close(self) {
        if let Some(schema) = self.extension {
            put(
                self.resource,
                schema.id,
                (!self.object.is_empty()).then_some(Value::Object(self.object)),
            );
        }
    }
}

/// Sets a member, or removes it when there is no value.
pub(super) fn put(object: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            object.insert(name.to_owned(), value);
        }
        None => {
            object.shift_remove(name);
        }
    }
}

/// A path that names an attribute as a whole.
fn whole(
    object: &mut Map<String, Value>,
    op: Op,
    attribute: &'static Attribute,
    value: &Value,
) -> Result<(), ScimError> {
    if op == Op::Remove {
        return remove_whole(object, attribute, value);
    }
    let Some(value) = attribute_value(attribute, value)? else {
        // `""` and null clear (Entra quirk Q-24); an added empty array adds nothing.
        if op == Op::Replace || !attribute.multi_valued {
            put(object, attribute.name, None);
        }
        return Ok(());
    };
    match (object.get_mut(attribute.name), value) {
        (Some(Value::Array(present)), Value::Array(new)) if op == Op::Add => {
            element::append(present, new, attribute)
        }
        (Some(Value::Object(present)), Value::Object(new)) if attribute.kind == AttributeType::Complex => {
            // RFC 7644 §3.5.2.1, §3.5.2.3: parts that the value does not name stay.
            element::merge(present, new);
            Ok(())
        }
        (_, value) => {
            put(object, attribute.name, Some(value));
            Ok(())
        }
    }
}

fn remove_whole(
    object: &mut Map<String, Value>,
    attribute: &'static Attribute,
    value: &Value,
) -> Result<(), ScimError> {
    // RFC 7644 §3.5.2.2
    if attribute.required {
        return Err(ScimError::new(
            ErrorKind::Mutability,
            format!("{} is required and cannot be removed", quoted(attribute.name)),
        ));
    }
    // Entra quirk Q-03: a value beside a remove lists what is to go. Reading the path alone would empty the attribute.
    if attribute.multi_valued && !value.is_null() {
        if let (Some(Value::Array(present)), Some(Value::Array(listed))) =
            (object.get_mut(attribute.name), attribute_value(attribute, value)?)
        {
            present.retain(|element| !listed.iter().any(|gone| element::same(element, gone)));
            if present.is_empty() {
                put(object, attribute.name, None);
            }
        }
        return Ok(());
    }
    put(object, attribute.name, None);
    Ok(())
}

/// A path such as `name.givenName`, or `emails.value` for every e-mail.
fn part_of(
    object: &mut Map<String, Value>,
    op: Op,
    attribute: &'static Attribute,
    part: &'static Attribute,
    value: &Value,
) -> Result<(), ScimError> {
    super::require_mutable(attribute, part)?;
    let value = match op {
        Op::Remove => None,
        Op::Add | Op::Replace => single(part, value, &format!("{}.{}", attribute.name, part.name))?,
    };
    match object.get_mut(attribute.name) {
        Some(Value::Array(elements)) => {
            for element in elements.iter_mut() {
                element::set_part(element, part, value.clone());
            }
            element::drop_empty(elements);
            if elements.is_empty() {
                put(object, attribute.name, None);
            }
        }
        Some(present) => {
            element::set_part(present, part, value);
            if !is_assigned(present) {
                put(object, attribute.name, None);
            }
        }
        None => {
            if let Some(value) = value {
                let mut parts = Map::new();
                parts.insert(part.name.to_owned(), value);
                let element = Value::Object(parts);
                let created = if attribute.multi_valued {
                    Value::Array(vec![element])
                } else {
                    element
                };
                put(object, attribute.name, Some(created));
            }
        }
    }
    Ok(())
}
