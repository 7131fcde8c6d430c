//! What a group must be before it is stored.

use serde_json::Value;

use super::Resource;
use super::user::key;
use crate::error::ScimError;

/// Checks a normalised group, without its members. Fails with `invalidValue` when `displayName` is missing, or a value by
/// which groups are found is too long or holds control characters.
pub fn check(group: &Resource) -> Result<(), ScimError> {
    if display_name(group).trim().is_empty() {
        return Err(ScimError::invalid_value("displayName is missing"));
    }
    key("displayName", display_name(group))?;
    match group.get("externalId") {
        Some(Value::String(external_id)) => key("externalId", external_id),
        _ => Ok(()),
    }
}

/// `displayName`, as sent.
#[must_use]
pub fn display_name(group: &Resource) -> &str {
    group
        .get("displayName")
        .and_then(Value::as_str)
        .unwrap_or_default()
}
