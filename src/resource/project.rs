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
        let (paths, mode) = match self {
            Self::Default => return without_hidden(representation, resource_type),
            Self::Only(paths) => (paths, Mode::Only),
            Self::Except(paths) => (paths, Mode::Except),
        };
        let mut output = Map::new();
        for (key, value) in representation {
            let kept = if key == "schemas" {
                Some(value)
            } else if is_urn(&key) {
                extension(&key, value, paths, mode, resource_type)
            } else {
                let attribute = resource_type.core_attribute(&key);
                Selection::of(paths, None, &key).apply(attribute, value, mode)
            };
            if let Some(value) = kept {
                output.insert(key, value);
            }
        }
        output
    }
}

/// Which way a list of paths is meant.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Default,
    Only,
    Except,
}

/// All but what the tables hide: values that are never returned, or only on request.
fn without_hidden(
    mut representation: Map<String, Value>,
    resource_type: &'static ResourceType,
) -> Map<String, Value> {
    drop_hidden(&mut representation, &COMMON_ATTRIBUTES);
    drop_hidden(&mut representation, resource_type.schema.attributes);
    for schema in resource_type.extensions {
        if schema.attributes.iter().any(hides)
            && let Some(Value::Object(members)) = representation.get_mut(schema.id)
        {
            drop_hidden(members, schema.attributes);
            if members.is_empty() {
                representation.shift_remove(schema.id);
            }
        }
    }
    representation
}

fn drop_hidden(object: &mut Map<String, Value>, attributes: &'static [Attribute]) {
    for attribute in attributes.iter().filter(|attribute| hides(attribute)) {
        let Some(slot) = object.get_mut(attribute.name) else {
            continue;
        };
        match Selection::default().apply(Some(attribute), slot.take(), Mode::Default) {
            Some(value) => *slot = value,
            None => {
                object.shift_remove(attribute.name);
            }
        }
    }
}

/// Whether an attribute, or a part of it, is not there by default.
fn hides(attribute: &Attribute) -> bool {
    matches!(attribute.returned, Returned::Never | Returned::Request)
        || attribute.sub_attributes.iter().any(hides)
}

fn extension(
    urn: &str,
    value: Value,
    paths: &[AttributePath],
    mode: Mode,
    resource_type: &'static ResourceType,
) -> Option<Value> {
    let whole = paths.iter().any(|path| match path {
        AttributePath::Extension(schema) => schema.id == urn,
        AttributePath::Undeclared { urn: head, name } => format!("{head}:{name}").eq_ignore_ascii_case(urn),
        AttributePath::Declared { .. } => false,
    });
    let Value::Object(members) = value else {
        return None;
    };
    let schema = resource_type.extension(urn);
    let mut output = Map::new();
    for (name, value) in members {
        let attribute = schema.and_then(|schema| schema.attribute(&name));
        let mut selection = match schema {
            Some(schema) => Selection::of(paths, Some(schema.id), &name),
            None => Selection::undeclared(paths, urn, &name),
        };
        // Who asks for an extension does not ask for what is returned on request.
        selection.whole |= whole && attribute.is_none_or(|it| it.returned != Returned::Request);
        if let Some(value) = selection.apply(attribute, value, mode) {
            output.insert(name, value);
        }
    }
    (!output.is_empty()).then_some(Value::Object(output))
}

/// What a list of paths says of one attribute: that it is meant as a whole, or which of its parts are.
#[derive(Default)]
struct Selection {
    whole: bool,
    parts: Vec<&'static Attribute>,
}

impl Selection {
    fn of(paths: &[AttributePath], urn: Option<&str>, name: &str) -> Self {
        let mut selection = Self::default();
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
                Some(part) => selection.parts.push(*part),
                None => selection.whole = true,
            }
        }
        selection
    }

    fn undeclared(paths: &[AttributePath], urn: &str, name: &str) -> Self {
        let whole = paths.iter().any(|path| {
            matches!(path, AttributePath::Undeclared { urn: head, name: tail }
                if head.eq_ignore_ascii_case(urn) && tail.eq_ignore_ascii_case(name))
        });
        Self {
            whole,
            ..Self::default()
        }
    }

    /// What is left of a value. RFC 7643 §7 `returned` goes before what the client asks for, of a part as of a whole.
    fn apply(&self, attribute: Option<&'static Attribute>, value: Value, mode: Mode) -> Option<Value> {
        let returned = attribute.map_or(Returned::Default, |attribute| attribute.returned);
        let named = self.whole || !self.parts.is_empty();
        let shown = match (returned, mode) {
            (Returned::Never, _) | (Returned::Request, Mode::Default | Mode::Except) => false,
            (Returned::Always, _) | (Returned::Default, Mode::Default) => true,
            (Returned::Default | Returned::Request, Mode::Only) => named,
            (Returned::Default, Mode::Except) => !self.whole,
        };
        if !shown {
            return None;
        }
        let parts = attribute.map_or(&[][..], |attribute| attribute.sub_attributes);
        if self.parts.is_empty() && !parts.iter().any(hides) {
            return Some(value);
        }
        // Without a choice among them all parts are meant.
        let all = self.whole || self.parts.is_empty() || returned == Returned::Always;
        restrict(value, &|name: &str| {
            let listed = self.parts.iter().any(|part| part.name == name);
            let part = parts.iter().find(|part| part.name == name);
            match part.map_or(Returned::Default, |part| part.returned) {
                Returned::Never => false,
                Returned::Always => true,
                Returned::Request => mode == Mode::Only && listed,
                Returned::Default if mode == Mode::Except => !listed,
                Returned::Default => all || listed,
            }
        })
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
