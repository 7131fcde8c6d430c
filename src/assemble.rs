//! A user out of values that stand beside their paths, as in a row of a table.

use serde_json::{Map, Value, json};

use crate::error::{ErrorKind, ScimError, quoted};
use crate::patch::PatchRequest;
use crate::resource::Resource;
use crate::schema::ResourceType;

/// The resource that has these values: PATCH path (RFC 7644 §3.5.2) and text of each. Whether it may be stored is decided when
/// it is sent as the body of a request.
///
/// Fails for the first value whose path names no attribute, or that its attribute cannot hold.
pub fn user(
    values: &[(String, String)],
    resource_type: &'static ResourceType,
) -> Result<Resource, ScimError> {
    let mut resource = Resource::new();
    for (path, value) in values {
        let refused = |error: &ScimError| {
            // Each value is a message of one operation; its number says nothing.
            let detail = error.detail.strip_prefix("operation 1: ");
            let detail = detail.unwrap_or(&error.detail);
            ScimError::new(error.kind, format!("{}: {detail}", quoted(path)))
        };
        let mut message = Map::new();
        message.insert(
            "Operations".into(),
            json!([{"op": "add", "path": path, "value": Value::String(value.clone())}]),
        );
        let patched = PatchRequest::parse(&message)
            .and_then(|operations| operations.apply(&resource, resource_type))
            .map_err(|error| refused(&error))?;
        if !patched.ignored.is_empty() {
            return Err(ScimError::new(
                ErrorKind::InvalidPath,
                format!("{} is not an attribute of users", quoted(path)),
            ));
        }
        resource = patched.resource;
    }
    Ok(resource)
}
