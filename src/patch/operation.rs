//! One operation of a PATCH request: its verb, its path, its value.

use serde_json::{Map, Value};

use super::{Patched, read_only, target};
use crate::error::{ErrorKind, ScimError, quoted};
use crate::json::kind;
use crate::path::{AttributePath, member, require_distinct};
use crate::quirks;
use crate::schema::ResourceType;
use crate::value_path::{ValuePath, ValuePathError};

/// RFC 7644 §3.5.2 `op`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// §3.5.2.1
    Add,
    /// §3.5.2.2
    Remove,
    /// §3.5.2.3
    Replace,
}

/// An operation as read from the request.
#[derive(Clone, Debug)]
pub struct Operation {
    /// 0-based place in the request.
    pub(super) index: usize,
    pub(super) op: Op,
    pub(super) path: Option<String>,
    pub(super) value: Option<Value>,
}

impl Operation {
    /// Reads `{"op", "path", "value"}`. Verbs ignore case: Entra's legacy dialect capitalises them (quirk Q-01).
    pub(super) fn parse(operation: &Value, index: usize) -> Result<Self, ScimError> {
        let Value::Object(object) = operation else {
            return Err(ScimError::invalid_syntax(format!(
                "an operation must be an object, not {}",
                kind(operation)
            )));
        };
        require_distinct(object)?;
        let op = match member(object, "op") {
            Some(Value::String(op)) if op.eq_ignore_ascii_case("add") => Op::Add,
            Some(Value::String(op)) if op.eq_ignore_ascii_case("remove") => Op::Remove,
            Some(Value::String(op)) if op.eq_ignore_ascii_case("replace") => Op::Replace,
            Some(Value::String(op)) => {
                return Err(ScimError::invalid_syntax(format!(
                    "'op' must be add, remove or replace, not {}",
                    quoted(op)
                )));
            }
            _ => {
                return Err(ScimError::invalid_syntax(
                    "an operation needs 'op': add, remove or replace",
                ));
            }
        };
        let path = match member(object, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) if path.trim().is_empty() => None,
            Some(Value::String(path)) => Some(path.trim().to_owned()),
            Some(other) => {
                return Err(ScimError::new(
                    ErrorKind::InvalidPath,
                    format!("'path' must be a string, not {}", kind(other)),
                ));
            }
        };
        let value = member(object, "value").cloned();
        Ok(Self {
            index,
            op,
            value: value.map(|value| quirks::operation_value(path.as_deref(), value)),
            path,
        })
    }

    /// How many attributes it may change: itself, or the members of its value and theirs.
    pub(super) fn steps(&self) -> usize {
        let members = |value: &Value| value.as_object().map_or(1, |members| members.len().max(1));
        match &self.value {
            Some(Value::Object(value)) => value.values().map(members).sum::<usize>().max(1),
            _ => 1,
        }
    }

    pub(super) fn apply(
        &self,
        patched: &mut Patched,
        resource_type: &'static ResourceType,
    ) -> Result<(), ScimError> {
        let path = match (&self.path, self.op) {
            (Some(path), _) => path,
            // RFC 7644 §3.5.2.2
            (None, Op::Remove) => {
                return Err(ScimError::new(
                    ErrorKind::NoTarget,
                    "a remove operation needs a 'path'",
                ));
            }
            (None, _) => return self.apply_members(patched, resource_type),
        };
        let Some(path) = resolve(path, resource_type, patched)? else {
            return Ok(());
        };
        if let AttributePath::Declared { attribute, .. } = &path.attribute
            && attribute.is_read_only()
        {
            return Err(read_only(attribute.name));
        }
        let value = match (&self.value, self.op) {
            (Some(value), _) => value,
            (None, Op::Remove) => &Value::Null,
            (None, _) => {
                return Err(ScimError::invalid_value(format!(
                    "the operation on {} has no 'value'",
                    quoted(&path.to_string())
                )));
            }
        };
        note_unknown_members(&path, value, resource_type, patched);
        target::apply(&mut patched.resource, self.op, &path, value, resource_type)
    }

    /// Without a path the value is a set of attributes of the resource. Entra's new dialect writes dotted and
    /// URN-qualified keys into it (quirks ), so a key is a path.
    fn apply_members(
        &self,
        patched: &mut Patched,
        resource_type: &'static ResourceType,
    ) -> Result<(), ScimError> {
        let members = match &self.value {
            Some(Value::Object(members)) => members,
            Some(other) => {
                return Err(ScimError::invalid_value(format!(
                    "an operation without 'path' needs an object as 'value', not {}",
                    kind(other)
                )));
            }
            None => {
                return Err(ScimError::invalid_value(
                    "an operation without 'path' needs an object as 'value'",
                ));
            }
        };
        refuse_other_id(members, &patched.resource)?;
        for (key, value) in members {
            if key.eq_ignore_ascii_case("schemas") {
                continue;
            }
            let Some(path) = resolve(key, resource_type, patched)? else {
                continue;
            };
            // RFC 7644 §3.5.1: as in a whole resource, values that the server assigns are passed over.
            if let AttributePath::Declared { attribute, .. } = &path.attribute
                && attribute.is_read_only()
            {
                continue;
            }
            note_unknown_members(&path, value, resource_type, patched);
            target::apply(&mut patched.resource, self.op, &path, value, resource_type)?;
        }
        Ok(())
    }
}

/// What the object of an extension names and its table does not know is passed over, and told (Entra quirk Q-21).
fn note_unknown_members(
    path: &ValuePath,
    value: &Value,
    resource_type: &'static ResourceType,
    patched: &mut Patched,
) {
    let (AttributePath::Extension(extension), Value::Object(members)) = (&path.attribute, value) else {
        return;
    };
    for key in members.keys() {
        let name = format!("{}:{key}", extension.id);
        if ValuePath::parse(&name, resource_type).is_err() {
            patched.ignored.push(name);
        }
    }
}

/// A whole resource as value may repeat the id (Okta does), never change it.
pub(super) fn refuse_other_id(
    members: &Map<String, Value>,
    resource: &Map<String, Value>,
) -> Result<(), ScimError> {
    match member(members, "id") {
        None | Some(Value::Null) => Ok(()),
        id if id == resource.get("id") => Ok(()),
        _ => Err(ScimError::new(
            ErrorKind::Mutability,
            "'id' in the body is not the id in the URL, and it cannot be changed",
        )),
    }
}

fn resolve(
    path: &str,
    resource_type: &'static ResourceType,
    patched: &mut Patched,
) -> Result<Option<ValuePath>, ScimError> {
    match ValuePath::parse(path, resource_type) {
        Ok(path) => Ok(Some(path)),
        Err(ValuePathError::Unknown(_)) => {
            patched.ignored.push(path.to_owned());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
