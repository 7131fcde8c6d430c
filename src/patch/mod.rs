//! PATCH, RFC 7644 §3.5.2: a request of operations, applied to a copy of the resource as a whole or not at all.

mod element;
mod extension;
pub mod members;
mod operation;
mod target;

use serde_json::{Map, Value};

pub use operation::{Op, Operation};

use crate::error::{ErrorKind, ScimError, quoted};
use crate::json::kind;
use crate::limits::MAX_PATCH_OPERATIONS;
use crate::path::member;
use crate::resource::Resource;
use crate::schema::{Attribute, Mutability, ResourceType};

/// Schema of the request.
pub const PATCH_OP_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The operations of one request, in order.
#[derive(Debug)]
pub struct PatchRequest {
    operations: Vec<Operation>,
}

/// A resource after PATCH.
#[derive(Debug)]
pub struct Patched {
    /// The changed copy.
    pub resource: Resource,
    /// Paths that name no attribute, in the order of the request. Refusing them would hold back the rest, a deactivation
    /// included, for the 28 days that Entra retries (quirk Q-21).
    pub ignored: Vec<String>,
}

impl PatchRequest {
    /// Reads the message. Fails with `invalidSyntax` when it isn't one, and with `tooMany` above
    /// [`MAX_PATCH_OPERATIONS`], be they operations or attributes that their values name.
    pub fn parse(message: &Map<String, Value>) -> Result<Self, ScimError> {
        require_schema(message)?;
        // Some clients write `operations` (RFC 7643 §2.1: names ignore case).
        let operations = match member(message, "Operations") {
            Some(Value::Array(operations)) => operations,
            Some(other) => {
                return Err(ScimError::invalid_syntax(format!(
                    "'Operations' must be an array, not {}",
                    kind(other)
                )));
            }
            None => {
                return Err(ScimError::invalid_syntax(
                    "a PATCH request needs an array 'Operations'",
                ));
            }
        };
        if operations.len() > MAX_PATCH_OPERATIONS {
            return Err(ScimError::new(
                ErrorKind::TooMany,
                format!(
                    "{} operations in one PATCH, at most {MAX_PATCH_OPERATIONS} are possible",
                    operations.len()
                ),
            ));
        }
        let operations = operations
            .iter()
            .enumerate()
            .map(|(index, operation)| {
                Operation::parse(operation, index).map_err(|error| located(&error, index))
            })
            .collect::<Result<Vec<_>, _>>()?;
        // A key of a path-less value is a path, so it costs what an operation costs.
        let steps: usize = operations.iter().map(Operation::steps).sum();
        if steps > MAX_PATCH_OPERATIONS {
            return Err(ScimError::new(
                ErrorKind::TooMany,
                format!("one PATCH names {steps} attributes, at most {MAX_PATCH_OPERATIONS} are possible"),
            ));
        }
        Ok(Self { operations })
    }

    /// Applies every operation to a copy of `resource`.
    ///
    /// Fails with the error of the first operation that can't be applied; `resource` is never touched, so a PATCH that
    /// fails half-way has changed nothing (RFC 7644 §3.5.2: the operations are atomic).
    pub fn apply(
        &self,
        resource: &Resource,
        resource_type: &'static ResourceType,
    ) -> Result<Patched, ScimError> {
        let mut patched = Patched {
            resource: resource.clone(),
            ignored: Vec::new(),
        };
        for operation in &self.operations {
            operation
                .apply(&mut patched, resource_type)
                .map_err(|error| located(&error, operation.index))?;
        }
        Ok(patched)
    }
}

/// RFC 7644 §3.5.2: `schemas` names the PatchOp message. A message without `schemas` is let through, one of another
/// kind is not.
fn require_schema(message: &Map<String, Value>) -> Result<(), ScimError> {
    let Some(schemas) = member(message, "schemas") else {
        return Ok(());
    };
    let named = schemas.as_array().is_some_and(|schemas| {
        schemas.iter().any(|schema| {
            schema
                .as_str()
                .is_some_and(|urn| urn.eq_ignore_ascii_case(PATCH_OP_SCHEMA))
        })
    });
    if named {
        Ok(())
    } else {
        Err(ScimError::invalid_syntax(format!(
            "'schemas' of a PATCH request must be [\"{PATCH_OP_SCHEMA}\"]"
        )))
    }
}

fn located(error: &ScimError, index: usize) -> ScimError {
    ScimError::new(error.kind, format!("operation {}: {}", index + 1, error.detail))
}

/// The refusal of a change to what only the server sets.
fn read_only(name: &str) -> ScimError {
    ScimError::new(
        ErrorKind::Mutability,
        format!("{} is read-only, the server assigns it", quoted(name)),
    )
}

/// Refuses a change of a part that only the server sets, or that is set once with its value: a member's id says who the
/// member is, and another id is another member.
fn require_mutable(attribute: &Attribute, part: &Attribute) -> Result<(), ScimError> {
    let name = format!("{}.{}", attribute.name, part.name);
    match part.mutability {
        Mutability::ReadWrite | Mutability::WriteOnly => Ok(()),
        Mutability::ReadOnly => Err(read_only(&name)),
        Mutability::Immutable => Err(ScimError::new(
            ErrorKind::Mutability,
            format!("{} is immutable, add or remove the whole value", quoted(&name)),
        )),
    }
}
