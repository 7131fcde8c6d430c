//! Extensions as a whole, and their attributes that no table declares.

use serde_json::{Map, Value};

use super::Op;
use super::target::{apply, put};
use crate::error::{ErrorKind, ScimError, quoted};
use crate::json::kind;
use crate::path::{AttributePath, PathError, is_urn};
use crate::resource::Resource;
use crate::resource::normalise::is_assigned;
use crate::schema::{ResourceType, Schema};
use crate::value_path::ValuePath;

/// A path, or a key of a path-less value, that is the URN of an extension. Members that the value does not name stay
/// (Entra quirk Q-06).
pub(super) fn whole(
    resource: &mut Resource,
    op: Op,
    extension: &'static Schema,
    value: &Value,
    resource_type: &'static ResourceType,
) -> Result<(), ScimError> {
    if op == Op::Remove || value.is_null() {
        put(resource, extension.id, None);
        return Ok(());
    }
    members(resource, op, extension, value, resource_type)
}

/// A path, or a key of a path-less value, that is the URN of the core schema: its members are the resource's own, for an
/// extension of that name would be a second core schema in every answer (Entra quirk Q-18).
pub(super) fn core(
    resource: &mut Resource,
    op: Op,
    value: &Value,
    resource_type: &'static ResourceType,
) -> Result<(), ScimError> {
    if op == Op::Remove {
        return Err(ScimError::new(
            ErrorKind::Mutability,
            format!(
                "{} is required and cannot be removed",
                quoted(resource_type.schema.id)
            ),
        ));
    }
    members(resource, op, resource_type.schema, value, resource_type)
}

/// Whether a name that no table declares is the URN of the core schema, its last piece taken for the name.
pub(super) fn is_core(urn: &str, name: &str, resource_type: &'static ResourceType) -> bool {
    format!("{urn}:{name}").eq_ignore_ascii_case(resource_type.schema.id)
}

/// Members of an object that stands for a schema. What only the server assigns is passed over, as in a whole resource.
fn members(
    resource: &mut Resource,
    op: Op,
    schema: &'static Schema,
    value: &Value,
    resource_type: &'static ResourceType,
) -> Result<(), ScimError> {
    let Value::Object(members) = value else {
        return Err(ScimError::invalid_value(format!(
            "{} must be an object, not {}",
            quoted(schema.id),
            kind(value)
        )));
    };
    for (key, value) in members {
        let name = format!("{}:{key}", schema.id);
        let Ok(path) = ValuePath::parse(&name, resource_type) else {
            continue;
        };
        let read_only =
            matches!(&path.attribute, AttributePath::Declared { attribute, .. } if attribute.is_read_only());
        if !read_only {
            apply(resource, op, &path, value, resource_type)?;
        }
    }
    Ok(())
}

/// An attribute of an extension that no table declares (Entra quirk Q-19). An object as value is the whole extension: the
/// last piece of its URN was taken for the name. Fails with `invalidPath` when no URN is left before the name.
pub(super) fn undeclared(
    resource: &mut Resource,
    op: Op,
    urn: &str,
    name: &str,
    value: &Value,
) -> Result<(), ScimError> {
    let whole = format!("{urn}:{name}");
    let is_whole = value.is_object()
        || (op == Op::Remove && resource.keys().any(|key| key.eq_ignore_ascii_case(&whole)));
    let urn = if is_whole { whole.as_str() } else { urn };
    if !is_urn(urn) {
        let error = PathError::Syntax(whole);
        return Err(ScimError::new(ErrorKind::InvalidPath, format!("path: {error}")));
    }
    let key = resource
        .keys()
        .find(|key| key.eq_ignore_ascii_case(urn))
        .cloned()
        .unwrap_or_else(|| urn.to_owned());
    if is_whole && op == Op::Remove {
        put(resource, &key, None);
        return Ok(());
    }
    let mut object = match resource.get_mut(&key) {
        Some(Value::Object(object)) => std::mem::take(object),
        _ => Map::new(),
    };
    let mut set = |name: &str, value: &Value| {
        let name = object
            .keys()
            .find(|key| key.eq_ignore_ascii_case(name))
            .cloned()
            .unwrap_or_else(|| name.to_owned());
        let value = (op != Op::Remove && is_assigned(value)).then(|| value.clone());
        put(&mut object, &name, value);
    };
    match value {
        Value::Object(members) if is_whole => {
            for (name, value) in members {
                set(name, value);
            }
        }
        value => set(name, value),
    }
    put(
        resource,
        &key,
        (!object.is_empty()).then_some(Value::Object(object)),
    );
    Ok(())
}
