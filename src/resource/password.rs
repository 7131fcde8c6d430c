//! `password`, RFC 7643 §4.1.1: written and never read. It leaves the resource before anything is stored or shown.

use std::fmt;

use serde_json::Value;

use super::Resource;
use crate::error::ScimError;
use crate::limits::MAX_PASSWORD_BYTES;

/// What a client says of the password of an account.
#[derive(Clone, PartialEq, Eq)]
pub enum Password {
    /// It is this one.
    Set(String),
    /// It is unassigned: nobody signs in with one.
    Removed,
}

impl Password {
    /// The new one; `None` when it is unassigned.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Set(password) => Some(password),
            Self::Removed => None,
        }
    }
}

/// Never the password: needs are printed by whoever debugs the engine.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "Set(…)",
            Self::Removed => "Removed",
        })
    }
}

/// Name of the attribute.
pub const PASSWORD: &str = "password";

/// Takes the password out of a whole resource, as POST and PUT carry it. Without one nothing is said of it: a client that
/// puts back what it has read cannot know it (RFC 7644 §3.5.1).
pub fn take(user: &mut Resource) -> Option<Password> {
    match user.shift_remove(PASSWORD) {
        Some(Value::String(password)) => Some(Password::Set(password)),
        _ => None,
    }
}

/// Prepares a resource for operations on its password, which is not in it.
pub fn mark(user: &mut Resource) {
    // No operation leaves a null behind, so afterwards it says that none concerned the password.
    user.insert(PASSWORD.into(), Value::Null);
}

/// Takes what operations have made of a marked resource.
pub fn take_marked(user: &mut Resource) -> Option<Password> {
    match user.shift_remove(PASSWORD) {
        Some(Value::String(password)) => Some(Password::Set(password)),
        Some(_) => None,
        None => Some(Password::Removed),
    }
}

/// Fails with `invalidValue` when nobody could type the password or WordPress could not hash it. The text never shows it.
pub fn check(password: &Password) -> Result<(), ScimError> {
    let Password::Set(password) = password else {
        return Ok(());
    };
    if password.is_empty() {
        return Err(ScimError::invalid_value(
            "password is empty, leave it out or send null where there is none",
        ));
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(ScimError::invalid_value(format!(
            "password has {} bytes, at most {MAX_PASSWORD_BYTES} are possible",
            password.len()
        )));
    }
    if password.chars().any(char::is_control) {
        return Err(ScimError::invalid_value(
            "password holds control characters, which nobody can type",
        ));
    }
    Ok(())
}
