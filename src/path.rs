//! Attribute names as clients write them, resolved against the schema tables (RFC 7644 §3.10).
//!
//! `attrPath = [URI ":"] ATTRNAME *1subAttr` of RFC 7644 figure 1.

use std::collections::HashMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::error::{ScimError, quoted};
use crate::json;
use crate::schema::{Attribute, ResourceType, Returned, Schema};

/// An attribute or one of its parts.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributePath {
    /// An attribute that the tables declare.
    Declared {
        /// The extension it belongs to; `None` for common and core attributes.
        extension: Option<&'static Schema>,
        /// The attribute.
        attribute: &'static Attribute,
        /// The part of a complex attribute.
        sub_attribute: Option<&'static Attribute>,
    },
    /// A whole extension object.
    Extension(&'static Schema),
    /// An attribute of an extension that no table declares. Entra administrators add such attributes by hand; they are
    /// kept as they come, for what is not returned is sent again in every cycle.
    Undeclared {
        /// URN of the extension, as sent.
        urn: String,
        /// Name of the attribute, as sent.
        name: String,
    },
}

/// Why a text is no attribute of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathError {
    /// It is not of the grammar.
    Syntax(String),
    /// It is of the grammar, and no such attribute exists.
    Unknown(String),
    /// It names what is never returned, where a value would be compared or ordered by.
    NeverReturned(String),
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(text) => write!(f, "{} is not an attribute path", quoted(text)),
            Self::Unknown(text) => write!(f, "{} is not an attribute of this resource", quoted(text)),
            Self::NeverReturned(text) => write!(
                f,
                "{} is never returned, so nothing can be found or sorted by it",
                quoted(text)
            ),
        }
    }
}

impl AttributePath {
    /// The attribute that `text` names on a resource of `resource_type`.
    ///
    /// URNs and names compare without case (RFC 7643 §2.1; Entra quirk Q-17). A name without URN is looked up in the core
    /// schema first and then in the extensions: Entra's older engine writes `manager` alone.
    ///
    /// Fails when the text is malformed or names nothing.
    pub fn resolve(text: &str, resource_type: &'static ResourceType) -> Result<Self, PathError> {
        let unknown = || PathError::Unknown(text.to_owned());
        let core = resource_type.schema;
        if let Some(extension) = resource_type.extension(text) {
            return Ok(Self::Extension(extension));
        }
        if let Some(rest) = strip_urn(text, core.id) {
            let (name, part) = split_name(rest, text)?;
            let attribute = resource_type.core_attribute(name).ok_or_else(unknown)?;
            return Self::declared(None, attribute, part, text);
        }
        for extension in resource_type.extensions {
            if let Some(rest) = strip_urn(text, extension.id) {
                let (name, part) = split_name(rest, text)?;
                let attribute = extension.attribute(name).ok_or_else(unknown)?;
                return Self::declared(Some(extension), attribute, part, text);
            }
        }
        if is_urn(text) {
            return Self::undeclared(text);
        }
        let (name, part) = split_name(text, text)?;
        if let Some(attribute) = resource_type.core_attribute(name) {
            return Self::declared(None, attribute, part, text);
        }
        let (extension, attribute) = resource_type
            .extensions
            .iter()
            .find_map(|extension| Some((*extension, extension.attribute(name)?)))
            .ok_or_else(unknown)?;
        Self::declared(Some(extension), attribute, part, text)
    }

    /// Whether it is `meta.version`.
    #[must_use]
    pub fn is_version(&self) -> bool {
        matches!(self, Self::Declared { extension: None, attribute, sub_attribute: Some(part) }
            if attribute.name == "meta" && part.name == "version")
    }

    /// The attribute that `text` names for comparing or ordering resources by it. Whoever may ask whether a password begins
    /// with a letter reads the password, so what is never returned cannot be searched.
    ///
    /// Fails as [`AttributePath::resolve`] does, and when the attribute or its part is never returned.
    pub fn resolve_searchable(text: &str, resource_type: &'static ResourceType) -> Result<Self, PathError> {
        let path = Self::resolve(text, resource_type)?;
        if let Self::Declared {
            attribute,
            sub_attribute,
            ..
        } = &path
            && (attribute.returned == Returned::Never
                || sub_attribute.is_some_and(|part| part.returned == Returned::Never))
        {
            return Err(PathError::NeverReturned(text.to_owned()));
        }
        Ok(path)
    }

    fn declared(
        extension: Option<&'static Schema>,
        attribute: &'static Attribute,
        part: Option<&str>,
        text: &str,
    ) -> Result<Self, PathError> {
        let sub_attribute = match part {
            None => None,
            Some(part) => Some(
                attribute
                    .sub_attribute(part)
                    .ok_or_else(|| PathError::Unknown(text.to_owned()))?,
            ),
        };
        Ok(Self::Declared {
            extension,
            attribute,
            sub_attribute,
        })
    }

    fn undeclared(text: &str) -> Result<Self, PathError> {
        let syntax = || PathError::Syntax(text.to_owned());
        let (urn, name) = text.rsplit_once(':').ok_or_else(syntax)?;
        // What no table declares is not known to have parts either.
        if split_name(name, text)?.1.is_some() {
            return Err(PathError::Unknown(text.to_owned()));
        }
        Ok(Self::Undeclared {
            urn: urn.to_owned(),
            name: name.to_owned(),
        })
    }

    /// The attribute's value in a normalised resource, before any part is taken of it.
    #[must_use]
    pub fn value<'a>(&self, resource: &'a Map<String, Value>) -> Option<&'a Value> {
        match self {
            Self::Declared {
                extension: None,
                attribute,
                ..
            } => json::get(resource, attribute.name),
            Self::Declared {
                extension: Some(extension),
                attribute,
                ..
            } => json::get(json::get(resource, extension.id)?.as_object()?, attribute.name),
            Self::Extension(extension) => json::get(resource, extension.id),
            Self::Undeclared { urn, name } => {
                let object = member(resource, urn)?.as_object()?;
                member(object, name)
            }
        }
    }
}

/// Canonical spelling: core attributes bare, extension attributes with their URN.
impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared {
                extension,
                attribute,
                sub_attribute,
            } => {
                if let Some(extension) = extension {
                    write!(f, "{}:", extension.id)?;
                }
                f.write_str(attribute.name)?;
                match sub_attribute {
                    Some(part) => write!(f, ".{}", part.name),
                    None => Ok(()),
                }
            }
            Self::Extension(extension) => f.write_str(extension.id),
            Self::Undeclared { urn, name } => write!(f, "{urn}:{name}"),
        }
    }
}

/// The member with this name, in any case.
#[must_use]
pub fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    json::get(object, name).or_else(|| {
        object
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// Refuses names that differ in nothing but case, of which two readers could read two (RFC 7643 §2.1).
///
/// # Errors
///
/// `invalidSyntax` with the name.
pub fn require_distinct(object: &Map<String, Value>) -> Result<(), ScimError> {
    let mut seen: HashMap<String, &str> = HashMap::with_capacity(object.len());
    for key in object.keys() {
        if let Some(first) = seen.insert(key.to_ascii_lowercase(), key) {
            return Err(ScimError::invalid_syntax(format!(
                "the key {} appears twice",
                quoted(first)
            )));
        }
    }
    Ok(())
}

/// Whether a name is a URN rather than a plain attribute name.
#[must_use]
pub fn is_urn(text: &str) -> bool {
    text.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
}

/// `ATTRNAME = ALPHA *(nameChar)`, `nameChar = "-" / "_" / DIGIT / ALPHA`; and `$ref`, which RFC 7643 §2.4 names and the
/// grammar forgets.
#[must_use]
pub fn is_attribute_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    match bytes.next() {
        Some(b'$') => return text.eq_ignore_ascii_case("$ref"),
        Some(first) if first.is_ascii_alphabetic() => {}
        _ => return false,
    }
    bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// What follows a URN and its colon.
pub(crate) fn strip_urn<'a>(text: &'a str, urn: &str) -> Option<&'a str> {
    let start = text.get(..urn.len())?;
    if !start.eq_ignore_ascii_case(urn) {
        return None;
    }
    text.get(urn.len()..)?.strip_prefix(':')
}

fn split_name<'a>(name: &'a str, text: &str) -> Result<(&'a str, Option<&'a str>), PathError> {
    let (name, part) = match name.split_once('.') {
        Some((name, part)) => (name, Some(part)),
        None => (name, None),
    };
    if is_attribute_name(name) && part.is_none_or(is_attribute_name) {
        Ok((name, part))
    } else {
        Err(PathError::Syntax(text.to_owned()))
    }
}
