//! `attributes` and `excludedAttributes`, RFC 7644 §3.9.

use serde_json::{Map, Value};

use crate::error::ScimError;
use crate::path::{AttributePath, is_urn};
use crate::schema::{Attribute, COMMON_ATTRIBUTES, ResourceType, Returned};

/// Which attributes an answer carries.
#[derive(Debug, Default)]
pub enum Projection {
    /// All of them.
    #[default]
    Default,
    /// `attributes`: these and those that are always returned.
    Only(Vec<AttributePath>),
    /// `excludedAttributes`: all but these, except those that are always returned.
    Except(Vec<AttributePath>),
}

impl Projection {
    /// From the two query parameters, comma-separated lists. Names that no schema knows select nothing. Fails when both
    /// are given, which RFC 7644 §3.9 excludes.
    pub fn parse(
        attributes: Option<&str>,
        excluded: Option<&str>,
        resource_type: &'static ResourceType,
    ) -> Result<Self, ScimError> {
        let paths = |list: &str| {
            list.split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .filter_map(|name| AttributePath::resolve(name, resource_type).ok())
                .collect()
        };
        let given = |list: Option<&str>| list.is_some_and(|list| !list.trim().is_empty());
        match (given(attributes), given(excluded)) {
            (true, true) => Err(ScimError::invalid_value(
                "'attributes' and 'excludedAttributes' exclude each other, send one of them",
            )),
            (true, false) => Ok(Self::Only(paths(attributes.unwrap_or_default()))),
            (false, true) => Ok(Self::Except(paths(excluded.unwrap_or_default()))),
            (false, false) => Ok(Self::Default),
        }
    }

    /// Whether any part of a core attribute is answered, so that it need be known.
    #[must_use]
    pub fn shows(&self, name: &str, resource_type: &'static ResourceType) -> bool {
        let named = |path: &AttributePath, whole: bool| {
            matches!(path, AttributePath::Declared { extension: None, attribute, sub_attribute }
                if attribute.name == name && (!whole || sub_attribute.is_none()))
        };
        debug_assert!(resource_type.core_attribute(name).is_some());
        match self {
            Self::Default => true,
            Self::Only(paths) => paths.iter().any(|path| named(path, false)),
            Self::Except(paths) => !paths.iter().any(|path| named(path, true)),
        }
    }

    /// The representation with the selected attributes.
    #[must_use]
    pub fn apply(
        &self,
        representation: Map<String, Value>,
        resource_type: &'static ResourceType,
    ) -> Map<String, Value> {
        let (paths, only) = match self {
            Self::Default => return representation,
            Self::Only(paths) => (paths, true),
            Self::Except(paths) => (paths, false),
        };
        let mut output = Map::new();
        for (key, value) in representation {
            let kept = if always_returned(&key) {
                Some(value)
            } else if is_urn(&key) {
                extension(&key, value, paths, only, resource_type)
            } else {
                let selection = Selection::of(paths, None, &key);
                selection.apply(value, only)
            };
            if let Some(value) = kept {
                output.insert(key, value);
            }
        }
        output
    }
}

/// `schemas` and what RFC 7643 §7 calls `returned: always`.
fn always_returned(key: &str) -> bool {
    key == "schemas"
        || crate::schema::find(&COMMON_ATTRIBUTES, key)
            .is_some_and(|attribute| attribute.returned == Returned::Always)
}

fn extension(
    urn: &str,
    value: Value,
    paths: &[AttributePath],
    only: bool,
    resource_type: &'static ResourceType,
) -> Option<Value> {
    let whole = paths.iter().any(|path| match path {
        AttributePath::Extension(schema) => schema.id == urn,
        AttributePath::Undeclared { urn: head, name } => format!("{head}:{name}").eq_ignore_ascii_case(urn),
        AttributePath::Declared { .. } => false,
    });
    if whole {
        return only.then_some(value);
    }
    let Value::Object(members) = value else {
        return None;
    };
    let schema = resource_type.extension(urn);
    let mut output = Map::new();
    for (name, value) in members {
        let selection = match schema {
            Some(schema) => Selection::of(paths, Some(schema.id), &name),
            None => Selection::undeclared(paths, urn, &name),
        };
        if let Some(value) = selection.apply(value, only) {
            output.insert(name, value);
        }
    }
    (!output.is_empty()).then_some(Value::Object(output))
}

/// What a list of paths says of one attribute.
enum Selection {
    None,
    Parts(Vec<&'static Attribute>),
    Whole,
}

impl Selection {
    fn of(paths: &[AttributePath], urn: Option<&str>, name: &str) -> Self {
        let mut parts = Vec::new();
        for path in paths {
            let AttributePath::Declared {
                extension,
                attribute,
                sub_attribute,
            } = path
            else {
                continue;
            };
            if extension.map(|schema| schema.id) != urn || attribute.name != name {
                continue;
            }
            match sub_attribute {
                Some(part) => parts.push(*part),
                None => return Self::Whole,
            }
        }
        if parts.is_empty() {
            Self::None
        } else {
            Self::Parts(parts)
        }
    }

    fn undeclared(paths: &[AttributePath], urn: &str, name: &str) -> Self {
        let named = paths.iter().any(|path| {
            matches!(path, AttributePath::Undeclared { urn: head, name: tail }
                if head.eq_ignore_ascii_case(urn) && tail.eq_ignore_ascii_case(name))
        });
        if named { Self::Whole } else { Self::None }
    }

    fn apply(&self, value: Value, only: bool) -> Option<Value> {
        match self {
            Self::None => (!only).then_some(value),
            Self::Whole => only.then_some(value),
            Self::Parts(parts) => {
                let keep = |name: &str| parts.iter().any(|part| part.name == name) == only;
                restrict(value, &keep)
            }
        }
    }
}

fn restrict(value: Value, keep: &impl Fn(&str) -> bool) -> Option<Value> {
    match value {
        Value::Array(elements) => {
            let elements: Vec<Value> = elements
                .into_iter()
                .filter_map(|element| restrict(element, keep))
                .collect();
            (!elements.is_empty()).then_some(Value::Array(elements))
        }
        Value::Object(mut members) => {
            members.retain(|name, _| keep(name));
            (!members.is_empty()).then_some(Value::Object(members))
        }
        other => Some(other),
    }
}
