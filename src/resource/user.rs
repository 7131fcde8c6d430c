//! What a user must be before it is stored.

use serde_json::Value;

use super::Resource;
use crate::error::{ScimError, quoted};
use crate::limits::{MAX_EMAIL_CHARS, MAX_KEY_CHARS};
use crate::mapping;

/// Checks a normalised user as a whole.
///
/// Fails with `invalidValue` when `userName` is missing, a value by which users are found is too long or holds control
/// characters, the account's e-mail is no address, or two values of one attribute are primary.
pub fn check(user: &Resource) -> Result<(), ScimError> {
    if mapping::user_name(user).trim().is_empty() {
        return Err(ScimError::invalid_value(
            "userName is missing; map userPrincipalName to it",
        ));
    }
    key("userName", mapping::user_name(user))?;
    if let Some(Value::String(external_id)) = user.get("externalId") {
        key("externalId", external_id)?;
    }
    if let Some(object_id) = mapping::object_id(user) {
        key("objectId", object_id)?;
    }
    email(mapping::account_address(user))?;
    one_primary(user)
}

/// Checks a value by which resources are found.
pub(super) fn key(name: &str, value: &str) -> Result<(), ScimError> {
    if value.chars().any(char::is_control) {
        return Err(ScimError::invalid_value(format!(
            "{name} holds control characters"
        )));
    }
    let length = if value.is_ascii() {
        value.len()
    } else {
        // Folding may lengthen a value (ß stays one character, İ becomes two), and the column holds the folded one.
        let folded = crate::filter::fold(value).chars().count();
        folded.max(value.chars().count())
    };
    if length > MAX_KEY_CHARS {
        return Err(ScimError::invalid_value(format!(
            "{name} has {length} characters, at most {MAX_KEY_CHARS} are possible"
        )));
    }
    Ok(())
}

/// What WordPress could not keep as an address would leave the account without one, silently.
fn email(address: &str) -> Result<(), ScimError> {
    if address.is_empty() {
        return Ok(());
    }
    let length = address.chars().count();
    if length > MAX_EMAIL_CHARS {
        return Err(ScimError::invalid_value(format!(
            "the e-mail address has {length} characters, WordPress keeps at most {MAX_EMAIL_CHARS}"
        )));
    }
    let plausible = address
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !address.chars().any(|c| c.is_control() || c.is_whitespace());
    if plausible {
        Ok(())
    } else {
        Err(ScimError::invalid_value(format!(
            "{} is not an e-mail address",
            quoted(address)
        )))
    }
}

/// RFC 7643 §2.4: at most one value of an attribute is primary.
fn one_primary(user: &Resource) -> Result<(), ScimError> {
    for (name, value) in user {
        let Value::Array(values) = value else {
            continue;
        };
        let primaries = values
            .iter()
            .filter(|value| value.get("primary") == Some(&Value::Bool(true)))
            .count();
        if primaries > 1 {
            return Err(ScimError::invalid_value(format!(
                "{primaries} values of {} are primary, at most one may be",
                quoted(name)
            )));
        }
    }
    Ok(())
}
