//! Attributes that a site keeps outside of the resource, too: in user meta, or in a field of the account.
//!
//! Where a value goes is a name that only the store understands; which attribute it is, and as what text, is decided here.

use serde_json::Value;

use crate::error::quoted;
use crate::json;
use crate::limits::MAX_MAPPINGS;
use crate::path::AttributePath;
use crate::resource::Resource;
use crate::resource::normalise::is_assigned;
use crate::schema::{ResourceType, Returned};
use crate::value_path::ValuePath;

/// A mapping as the site has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Path of PATCH (RFC 7644 §3.5.2), such as `emails[type eq "work"].value`.
    pub path: String,
    /// Name of the place, of the store's own.
    pub target: String,
}

/// A mapped attribute and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// Which mapping.
    pub rule: Rule,
    /// `None` when the attribute is not assigned (RFC 7643 §2.5).
    pub value: Option<Text>,
}

/// What an attribute says, as text: booleans are `1` and `0`, objects their JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// One value.
    One(String),
    /// The values of a multi-valued attribute. One that a filter selects alone is [`Text::One`].
    Several(Vec<String>),
}

/// What is wrong with a path as that of a mapping; `None` when nothing is.
#[must_use]
pub fn problem(path: &str, user: &'static ResourceType) -> Option<String> {
    resolve(path, user).err()
}

/// Everything that the site maps, whether the resource has it or not. A mapping that names no attribute, or no longer, has no
/// value and is not among them: nothing can be said of its place.
#[must_use]
pub fn all(resource: &Resource, rules: &[Rule], user: &'static ResourceType) -> Vec<Mapped> {
    let value = |path: &ValuePath| value(path, resource);
    each(rules, user, |path| Some(value(path)))
}

/// What a change says otherwise than before; the other places may hold what an administrator wrote.
#[must_use]
pub fn differences(
    before: &Resource,
    after: &Resource,
    rules: &[Rule],
    user: &'static ResourceType,
) -> Vec<Mapped> {
    each(rules, user, |path| {
        let new = value(path, after);
        (new != value(path, before)).then_some(new)
    })
}

fn each(
    rules: &[Rule],
    user: &'static ResourceType,
    value: impl Fn(&ValuePath) -> Option<Option<Text>>,
) -> Vec<Mapped> {
    rules
        .iter()
        .take(MAX_MAPPINGS)
        .filter_map(|rule| {
            let path = resolve(&rule.path, user).ok()?;
            Some(Mapped {
                rule: rule.clone(),
                value: value(&path)?,
            })
        })
        .collect()
}

fn resolve(path: &str, user: &'static ResourceType) -> Result<ValuePath, String> {
    let resolved = ValuePath::parse(path.trim(), user).map_err(|error| error.to_string())?;
    match &resolved.attribute {
        AttributePath::Extension(schema) => Err(format!(
            "{} is a whole schema, name one of its attributes, such as '{}:{}'",
            quoted(path),
            schema.id,
            schema.attributes.first().map_or("attribute", |it| it.name)
        )),
        AttributePath::Declared { attribute, .. } if attribute.returned == Returned::Never => {
            Err(format!("{} is kept nowhere and cannot be mapped", quoted(path)))
        }
        AttributePath::Declared { attribute, .. } if attribute.is_read_only() => Err(format!(
            "{} is assigned by the server and cannot be mapped",
            quoted(path)
        )),
        _ => Ok(resolved),
    }
}

fn value(path: &ValuePath, resource: &Resource) -> Option<Text> {
    let part = match &path.attribute {
        AttributePath::Declared { sub_attribute, .. } => *sub_attribute,
        _ => None,
    };
    let part = path.sub_attribute.or(part);
    let select = |element: &Value| {
        if path
            .filter
            .as_ref()
            .is_some_and(|filter| !filter.matches(element))
        {
            return None;
        }
        let value = match part {
            Some(part) => json::get(element.as_object()?, part.name)?,
            None => element,
        };
        is_assigned(value).then(|| text(value))
    };
    match path.attribute.value(resource)? {
        Value::Array(elements) => {
            let mut texts: Vec<String> = elements.iter().filter_map(select).collect();
            match (texts.len(), &path.filter) {
                (0, _) => None,
                (1, Some(_)) => texts.pop().map(Text::One),
                _ => Some(Text::Several(texts)),
            }
        }
        element => select(element).map(Text::One),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "1".to_owned(),
        Value::Bool(false) => "0".to_owned(),
        other => other.to_string(),
    }
}
