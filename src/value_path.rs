//! The path of a PATCH operation: `PATH = attrPath / valuePath [subAttr]` of RFC 7644 §3.5.2, figure 7.

use std::fmt;

use crate::error::{ErrorKind, ScimError};
use crate::filter::{self, FilterError, ValueFilter};
use crate::limits::MAX_PATH_BYTES;
use crate::path::{AttributePath, PathError};
use crate::schema::{Attribute, ResourceType};

/// What a PATCH operation changes.
#[derive(Clone, Debug, PartialEq)]
pub struct ValuePath {
    /// The attribute; with its part when the path is `name.familyName`.
    pub attribute: AttributePath,
    /// Which values of the complex attribute.
    pub filter: Option<ValueFilter>,
    /// The part of the selected values, behind the bracket. Never without `filter`.
    pub sub_attribute: Option<&'static Attribute>,
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValuePathError {
    /// It is malformed; with a line for a person.
    Syntax(String),
    /// It is of the grammar, and names an attribute or part that does not exist: nothing to change rather than a fault
    /// (Entra quirk Q-21). With a line for a person.
    Unknown(String),
}

impl ValuePath {
    /// The path that `text` writes for resources of `resource_type`.
    ///
    /// Fails when it is malformed or too long, or names what does not exist.
    pub fn parse(text: &str, resource_type: &'static ResourceType) -> Result<Self, ValuePathError> {
        if text.len() > MAX_PATH_BYTES {
            return Err(ValuePathError::Syntax(format!(
                "{} bytes where at most {MAX_PATH_BYTES} are taken",
                text.len()
            )));
        }
        // No name has a bracket, so the first one begins the filter.
        let Some((name, _)) = text.split_once('[') else {
            return Ok(Self {
                attribute: AttributePath::resolve(text, resource_type)?,
                filter: None,
                sub_attribute: None,
            });
        };
        let attribute = AttributePath::resolve(name, resource_type)?;
        let (filter, sub_attribute) = filter::parse_brackets(text, name.len(), &attribute)?;
        Ok(Self {
            attribute,
            filter: Some(filter),
            sub_attribute,
        })
    }
}

/// Canonical text.
impl fmt::Display for ValuePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        match self.sub_attribute {
            Some(part) => write!(f, ".{}", part.name),
            None => Ok(()),
        }
    }
}

impl From<PathError> for ValuePathError {
    fn from(error: PathError) -> Self {
        match &error {
            PathError::Syntax(text) if text.is_empty() => {
                Self::Syntax("empty, expected an attribute name".to_owned())
            }
            PathError::Syntax(_) | PathError::NeverReturned(_) => Self::Syntax(error.to_string()),
            PathError::Unknown(_) => Self::Unknown(error.to_string()),
        }
    }
}

impl From<FilterError> for ValuePathError {
    fn from(error: FilterError) -> Self {
        if error.is_unknown_attribute() {
            Self::Unknown(error.detail)
        } else {
            Self::Syntax(error.detail)
        }
    }
}

impl fmt::Display for ValuePathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(detail) | Self::Unknown(detail) => f.write_str(detail),
        }
    }
}

impl std::error::Error for ValuePathError {}

impl From<ValuePathError> for ScimError {
    fn from(error: ValuePathError) -> Self {
        Self::new(ErrorKind::InvalidPath, format!("path: {error}"))
    }
}
