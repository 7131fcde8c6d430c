//! What clients really send: the attributes, extensions and texts that occur in stored users, for whoever writes mappings and
//! role rules. Values of persons are not shown, but for those that name what several people have in common.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::attributes;
use crate::exchange::differences;
use crate::limits::{MAX_ATTRIBUTE_NAME_BYTES, MAX_QUOTED_CHARS, MAX_RECEIVED};
use crate::path::{is_attribute_name, is_urn};
use crate::redact::{HIDDEN, names_secret};
use crate::resource::Resource;
use crate::roles::RuleKind;
use crate::schema::{ENTERPRISE_USER, ResourceType, WPO365_USER};

/// What occurs in some users, the most frequent first; at most [`MAX_RECEIVED`] of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Paths that can be mapped, without those that every account is filled by.
    pub paths: Vec<Counted<String>>,
    /// Extensions that no table knows, where one of their attributes could be declared.
    pub extensions: Vec<Counted<Extension>>,
    /// Texts for role rules.
    pub rules: Vec<Counted<(RuleKind, String)>>,
}

/// Something, and in how many of the users it occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted<T> {
    /// What occurs.
    pub what: T,
    /// Number of users.
    pub users: usize,
}

/// An extension as a declaration of it would begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// URN, as first seen.
    pub id: String,
    /// Its attributes, as far as they can be declared.
    pub attributes: Vec<Guessed>,
}

/// An attribute as its values look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guessed {
    /// Name, as first seen.
    pub name: String,
    /// `boolean`, `integer`, `decimal` or `string`.
    pub kind: &'static str,
    /// Whether it was a list.
    pub multi_valued: bool,
}

/// Looks at the documents of users. Those that are damaged are passed over.
#[must_use]
pub fn received<'a>(documents: impl IntoIterator<Item = &'a str>, user: &'static ResourceType) -> Received {
    let mut paths = Tally::default();
    let mut rules = Tally::default();
    let mut urns = Tally::default();
    let mut extensions: HashMap<String, Extension> = HashMap::new();
    for document in documents {
        let Ok(resource) = serde_json::from_str::<Resource>(document) else {
            continue;
        };
        paths.add(paths_of(&resource, user));
        rules.add(rules_of(&resource));
        let unknown = unknown_of(&resource, user);
        urns.add(unknown.iter().map(|(urn, _)| urn.to_ascii_lowercase()));
        for (urn, members) in unknown {
            let extension = extensions
                .entry(urn.to_ascii_lowercase())
                .or_insert_with(|| Extension {
                    id: urn.clone(),
                    attributes: Vec::new(),
                });
            guess(&mut extension.attributes, members);
        }
    }
    Received {
        paths: paths.most(),
        rules: rules.most(),
        extensions: urns
            .most()
            .into_iter()
            .filter_map(|Counted { what, users }| {
                let what = extensions.remove(&what)?;
                (!what.attributes.is_empty()).then_some(Counted { what, users })
            })
            .collect(),
    }
}

/// Counts users, not values.
struct Tally<T> {
    seen: HashMap<T, usize>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self { seen: HashMap::new() }
    }
}

impl<T: Eq + std::hash::Hash + Clone + Ranked> Tally<T> {
    fn add(&mut self, of_one_user: impl IntoIterator<Item = T>) {
        let distinct: HashSet<T> = of_one_user.into_iter().collect();
        for what in distinct {
            *self.seen.entry(what).or_default() += 1;
        }
    }

    /// The most frequent, equally frequent ones by their text.
    fn most(self) -> Vec<Counted<T>> {
        let mut all: Vec<_> = self.seen.into_iter().collect();
        all.sort_by(|(a, many), (b, others)| others.cmp(many).then_with(|| a.text().cmp(b.text())));
        all.truncate(MAX_RECEIVED);
        all.into_iter()
            .map(|(what, users)| Counted { what, users })
            .collect()
    }
}

trait Ranked {
    fn text(&self) -> &str;
}

impl Ranked for String {
    fn text(&self) -> &str {
        self
    }
}

impl Ranked for (RuleKind, String) {
    fn text(&self) -> &str {
        &self.1
    }
}

/// Paths of a user's attributes as a mapping takes them.
fn paths_of(resource: &Resource, user: &'static ResourceType) -> Vec<String> {
    differences(&Resource::new(), resource)
        .into_iter()
        .filter(|found| found.new.as_deref() != Some(HIDDEN))
        .filter_map(|found| {
            let path = found.path;
            // What tells the values of an attribute apart says nothing about the person.
            if [".type", ".primary", ".$ref"]
                .iter()
                .any(|part| path.ends_with(part))
                || is_of_every_account(&path)
            {
                return None;
            }
            let values = format!("{path}.value");
            let is_list = !is_urn(&path) && !path.contains(['.', '[']);
            [values, path]
                .into_iter()
                .skip(usize::from(!is_list))
                .find(|path| attributes::problem(path, user).is_none())
        })
        .collect()
}

/// Whether [`crate::mapping`] brings it to every account anyway.
fn is_of_every_account(path: &str) -> bool {
    [
        "userName",
        "active",
        "displayName",
        "name.givenName",
        "name.familyName",
        "emails[type eq \"work\"].value",
    ]
    .contains(&path)
        || path
            .strip_prefix(WPO365_USER.id)
            .is_some_and(|rest| rest == ":objectId")
}

/// What a rule could ask for: app roles, and the department.
fn rules_of(resource: &Resource) -> Vec<(RuleKind, String)> {
    let app_roles = resource
        .get("roles")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|role| role.get("value")?.as_str())
        .filter(|value| is_short(value))
        .map(|value| (RuleKind::AppRole, value.to_owned()));
    let department = resource
        .get(ENTERPRISE_USER.id)
        .and_then(|extension| extension.get("department")?.as_str())
        .filter(|value| is_short(value))
        .map(|value| {
            let operand = Value::String(value.to_owned());
            let filter = format!("{}:department eq {operand}", ENTERPRISE_USER.id);
            (RuleKind::Filter, filter)
        });
    app_roles.chain(department).collect()
}

/// Whether a value is a name rather than a text.
fn is_short(value: &str) -> bool {
    !value.trim().is_empty() && value.chars().count() <= MAX_QUOTED_CHARS
}

/// Extensions of a user that no table has.
fn unknown_of<'a>(
    resource: &'a Resource,
    user: &'static ResourceType,
) -> Vec<(&'a String, &'a serde_json::Map<String, Value>)> {
    resource
        .iter()
        .filter(|(name, _)| is_urn(name) && user.extension(name).is_none())
        .filter(|(name, _)| !name.eq_ignore_ascii_case(user.schema.id))
        .filter_map(|(name, value)| Some((name, value.as_object()?)))
        .collect()
}

/// Adds the attributes of one user's extension to what those of others have shown.
fn guess(known: &mut Vec<Guessed>, members: &serde_json::Map<String, Value>) {
    for (name, value) in members {
        if !is_attribute_name(name) || name.len() > MAX_ATTRIBUTE_NAME_BYTES || names_secret(name) {
            continue;
        }
        let (multi_valued, single) = match value {
            Value::Array(values) => (true, values.first()),
            value => (false, Some(value)),
        };
        let kind = match single {
            Some(Value::Bool(_)) => "boolean",
            Some(Value::Number(number)) if number.is_i64() => "integer",
            Some(Value::Number(_)) => "decimal",
            Some(Value::String(_)) => "string",
            // What has parts cannot be declared.
            _ => continue,
        };
        let place = known
            .iter()
            .position(|attribute| attribute.name.eq_ignore_ascii_case(name));
        if let Some(attribute) = place.and_then(|place| known.get_mut(place)) {
            attribute.multi_valued |= multi_valued;
            attribute.kind = wider(attribute.kind, kind);
        } else if known.len() < MAX_RECEIVED {
            known.push(Guessed {
                name: name.clone(),
                kind,
                multi_valued,
            });
        }
    }
}

/// The type that holds both.
fn wider(one: &'static str, other: &'static str) -> &'static str {
    match (one, other) {
        _ if one == other => one,
        ("integer", "decimal") | ("decimal", "integer") => "decimal",
        _ => "string",
    }
}
