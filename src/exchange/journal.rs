//! What a request has changed, for the log of the site.
//!
//! Nothing is compared and nothing kept unless the site asks for it ([`super::Config::journal`]).

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::need::{Kind, MemberChanges, Record};
use super::request::Request;
use super::response::Response;
use crate::error::ScimError;
use crate::limits::{MAX_JOURNAL_ATTRIBUTES, MAX_JOURNAL_MEMBERS, MAX_JOURNAL_VALUE_CHARS};
use crate::path::{is_attribute_name, is_urn};
use crate::redact::{HIDDEN, names_secret};
use crate::resource::password::{PASSWORD, Password};
use crate::resource::{Resource, group};
use crate::{filter, mapping};

/// What was done, or was to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// POST; whether an account was made or an existing one linked, only the store knows.
    Create,
    /// PUT, PATCH.
    Update,
    /// DELETE.
    Delete,
    /// A bulk request as a whole, when it was refused before any of its operations.
    Bulk,
}

impl Operation {
    /// The word for it in the contract with PHP.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Bulk => "bulk",
        }
    }
}

/// One resource that a request has written, or one write that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was done, or was to be done.
    pub operation: Operation,
    /// What kind of resource; `None` when the request names none.
    pub kind: Option<Kind>,
    /// SCIM id; empty when there is none, as of a create that failed.
    pub id: String,
    /// `userName` or `displayName`, shortened; empty when the engine has not read it.
    pub name: String,
    /// The name in the form in which the store finds resources by it, as long as keys may be.
    pub key: String,
    /// HTTP status of the request, or of the operation of a bulk request.
    pub status: u16,
    /// `scimType` of the error.
    pub scim_type: &'static str,
    /// The error in the words that the client got; empty when there is none.
    pub detail: String,
    /// What changed; at most [`MAX_JOURNAL_ATTRIBUTES`] beside a password.
    pub attributes: Vec<Difference>,
    /// How many more changed.
    pub more: usize,
    /// Who joined or left a group.
    pub members: Option<Moved>,
}

/// An attribute or a part of one, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Such as `title`, `name.givenName`, `emails[type eq "work"].value`.
    pub path: String,
    /// Text before, shortened; `None` when it was unassigned.
    pub old: Option<String>,
    /// Text after, shortened; `None` when it is unassigned.
    pub new: Option<String>,
}

/// Members who came and went, by SCIM id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Whether those who joined are all that the group has now; who left is not known then.
    pub replaced: bool,
    /// Some of those who joined; at most [`MAX_JOURNAL_MEMBERS`].
    pub joined: Vec<String>,
    /// How many more.
    pub more_joined: usize,
    /// Some of those who left; at most [`MAX_JOURNAL_MEMBERS`].
    pub left: Vec<String>,
    /// How many more.
    pub more_left: usize,
}

impl Moved {
    fn of(changes: &MemberChanges) -> Option<Self> {
        let some = |ids: &[String]| ids.iter().take(MAX_JOURNAL_MEMBERS).cloned().collect();
        let more = |ids: &[String]| ids.len().saturating_sub(MAX_JOURNAL_MEMBERS);
        (!changes.is_empty()).then(|| Self {
            replaced: changes.clear,
            joined: some(&changes.add),
            more_joined: more(&changes.add),
            left: some(&changes.remove),
            more_left: more(&changes.remove),
        })
    }
}

/// The journal of one exchange.
#[derive(Clone, Default)]
pub(super) struct Journal {
    pages: Option<Rc<RefCell<Pages>>>,
}

#[derive(Default)]
struct Pages {
    entries: Vec<Entry>,
    /// The write under way. It is an entry only if it fails.
    attempt: Option<Entry>,
}

impl Journal {
    pub(super) fn new(wanted: bool) -> Self {
        Self {
            pages: wanted.then(Rc::default),
        }
    }

    /// Notes that a request begins, and answers where its entries will begin.
    pub(super) fn begin(&self, request: &Request) -> usize {
        let Some(pages) = &self.pages else {
            return 0;
        };
        let mut pages = pages.borrow_mut();
        pages.attempt = attempt(&request.method, &request.path);
        pages.entries.len()
    }

    /// Notes how a request ended: what it has written gets its status, a write that failed becomes an entry.
    pub(super) fn end(&self, begin: usize, outcome: &Result<Response, ScimError>) {
        let Some(pages) = &self.pages else {
            return;
        };
        let mut pages = pages.borrow_mut();
        let attempt = pages.attempt.take();
        let status = match outcome {
            Ok(response) => response.status,
            Err(error) => error.kind.status(),
        };
        if status >= 400 && pages.entries.len() == begin {
            pages.entries.extend(attempt);
        }
        // Operations of a bulk request have ended before it does.
        for entry in pages
            .entries
            .iter_mut()
            .skip(begin)
            .filter(|entry| entry.status == 0)
        {
            entry.end(status, outcome.as_ref().err());
        }
    }

    /// Notes an operation of a bulk request that failed before it began.
    pub(super) fn refused(&self, method: &str, path: &str, error: &ScimError) {
        if let (Some(pages), Some(mut entry)) = (&self.pages, attempt(method, path)) {
            entry.end(error.kind.status(), Some(error));
            pages.borrow_mut().entries.push(entry);
        }
    }

    /// Notes whom the write under way is about, for the case that it fails.
    pub(super) fn about(&self, kind: Kind, resource: &Resource) {
        if let Some(pages) = &self.pages
            && let Some(attempt) = &mut pages.borrow_mut().attempt
        {
            attempt.is_about(kind, resource);
        }
    }

    /// Notes a user that was created.
    pub(super) fn user_created(&self, record: &Record, user: &Resource, password: Option<Fact>) {
        self.wrote(
            Operation::Create,
            Kind::User,
            record,
            (&Map::new(), user),
            password,
            None,
        );
    }

    /// Notes a user that was changed, unless the store has found nothing to change.
    pub(super) fn user_updated(
        &self,
        versions: (u64, &Record),
        before: &Resource,
        after: &Resource,
        password: Option<Fact>,
    ) {
        let (version, record) = versions;
        if version != record.version {
            self.wrote(
                Operation::Update,
                Kind::User,
                record,
                (before, after),
                password,
                None,
            );
        }
    }

    /// Notes a group that was created.
    pub(super) fn group_created(&self, record: &Record, group: &Resource, members: Option<Moved>) {
        self.wrote(
            Operation::Create,
            Kind::Group,
            record,
            (&Map::new(), group),
            None,
            members,
        );
    }

    /// Notes a group that was changed, unless the store has found nothing to change.
    pub(super) fn group_updated(
        &self,
        versions: (u64, &Record),
        before: &Resource,
        after: &Resource,
        members: Option<Moved>,
    ) {
        let (version, record) = versions;
        if version != record.version {
            self.wrote(
                Operation::Update,
                Kind::Group,
                record,
                (before, after),
                None,
                members,
            );
        }
    }

    /// Who comes and goes, if anybody wants to know.
    pub(super) fn moved(&self, changes: &MemberChanges) -> Option<Moved> {
        self.pages.as_ref().and_then(|_| Moved::of(changes))
    }

    /// Notes a resource that is gone; `document` is what it was, where the store says so.
    pub(super) fn deleted(&self, kind: Kind, id: String, document: Option<&str>) {
        let Some(pages) = &self.pages else {
            return;
        };
        let mut entry = Entry::new(Operation::Delete, Some(kind), id);
        entry.status = 204;
        if let Some(resource) = document.and_then(|text| serde_json::from_str::<Resource>(text).ok()) {
            entry.is_about(kind, &resource);
            entry.compare(&resource, &Map::new());
        }
        pages.borrow_mut().entries.push(entry);
    }

    /// What was written so far, and what failed. A write that is still under way when nobody carries it on has failed.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let Some(pages) = &self.pages else {
            return Vec::new();
        };
        let pages = pages.borrow();
        let mut entries = pages.entries.clone();
        if let Some(attempt) = &pages.attempt {
            let mut attempt = attempt.clone();
            attempt.end(500, None);
            entries.push(attempt);
        }
        entries
    }

    fn wrote(
        &self,
        operation: Operation,
        kind: Kind,
        record: &Record,
        (before, after): (&Resource, &Resource),
        password: Option<Fact>,
        members: Option<Moved>,
    ) {
        let Some(pages) = &self.pages else {
            return;
        };
        let mut entry = Entry::new(operation, Some(kind), record.id.clone());
        entry.is_about(kind, after);
        entry.compare(before, after);
        entry.attributes.extend(password.map(|Fact(new)| Difference {
            path: PASSWORD.to_owned(),
            old: None,
            new: new.map(str::to_owned),
        }));
        entry.members = members;
        pages.borrow_mut().entries.push(entry);
    }
}

impl Entry {
    fn new(operation: Operation, kind: Option<Kind>, id: String) -> Self {
        Self {
            operation,
            kind,
            id,
            name: String::new(),
            key: String::new(),
            status: 0,
            scim_type: "",
            detail: String::new(),
            attributes: Vec::new(),
            more: 0,
            members: None,
        }
    }

    fn is_about(&mut self, kind: Kind, resource: &Resource) {
        let name = match kind {
            Kind::User => mapping::user_name(resource),
            Kind::Group => group::display_name(resource),
        };
        self.kind = Some(kind);
        self.name = shortened(name);
        self.key = filter::fold(&self.name);
    }

    fn end(&mut self, status: u16, error: Option<&ScimError>) {
        self.status = status;
        if let Some(error) = error {
            self.scim_type = error.kind.scim_type().unwrap_or_default();
            self.detail.clone_from(&error.detail);
        }
    }

    fn compare(&mut self, before: &Resource, after: &Resource) {
        self.attributes = differences(before, after);
        self.more = self.attributes.len().saturating_sub(MAX_JOURNAL_ATTRIBUTES);
        self.attributes.truncate(MAX_JOURNAL_ATTRIBUTES);
    }
}

/// That a password was set or removed. Which one it is has no place here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact(Option<&'static str>);

impl Fact {
    pub(super) fn of(password: Option<&Password>) -> Option<Self> {
        password.map(|password| Self(password.as_str().map(|_| "set")))
    }
}

/// What a request is to write; `None` when it only reads.
fn attempt(method: &str, path: &str) -> Option<Entry> {
    let operation = match method.to_ascii_uppercase().as_str() {
        "POST" => Operation::Create,
        "PUT" | "PATCH" => Operation::Update,
        "DELETE" => Operation::Delete,
        _ => return None,
    };
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let endpoint = segments.next().unwrap_or_default();
    let id = segments.next().unwrap_or_default();
    // A search is a POST that writes nothing (RFC 7644 §3.4.3).
    if endpoint.eq_ignore_ascii_case(".search") || id.eq_ignore_ascii_case(".search") {
        return None;
    }
    if endpoint.eq_ignore_ascii_case("Bulk") {
        return Some(Entry::new(Operation::Bulk, None, String::new()));
    }
    let kind = [Kind::User, Kind::Group].into_iter().find(|kind| {
        let known = kind.resource_type().endpoint.trim_start_matches('/');
        known.eq_ignore_ascii_case(endpoint)
    });
    Some(Entry::new(operation, kind, shortened(id)))
}

/// Every part of a resource that is not as it was, in the order of the resource before and what is new behind.
#[must_use]
pub fn differences(before: &Resource, after: &Resource) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

/// Compares the attributes of a resource, of an extension or of a complex attribute.
fn compare(
    prefix: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    let new = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(new) {
        let (old, new) = (before.get(name), after.get(name));
        if old == new || name.eq_ignore_ascii_case(PASSWORD) {
            continue;
        }
        let path = format!("{prefix}{}", spelled(name));
        // Extensions of others may have secrets of their own.
        if !is_urn(name) && names_secret(name) {
            let hidden = |value: Option<&Value>| value.map(|_| HIDDEN.to_owned());
            let (old, new) = (hidden(old), hidden(new));
            found.push(Difference { path, old, new });
            continue;
        }
        if is_urn(name) && (is_object(old) || is_object(new)) {
            descend(&format!("{path}:"), old, new, found);
        } else if is_object(old) || is_object(new) {
            if is_scalar(old) || is_scalar(new) {
                push(path, old, new, found);
            } else {
                descend(&format!("{path}."), old, new, found);
            }
        } else if let Some(types) = types(old, new) {
            for kind in types {
                let selected = format!("{path}[type eq {}].", Value::String(kind.to_owned()));
                descend(&selected, of_type(old, kind), of_type(new, kind), found);
            }
        } else {
            push(path, old, new, found);
        }
    }
}

fn descend(prefix: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    let nothing = Map::new();
    let old = old.and_then(Value::as_object).unwrap_or(&nothing);
    let new = new.and_then(Value::as_object).unwrap_or(&nothing);
    compare(prefix, old, new, found);
}

fn push(path: String, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    let text = |value: Option<&Value>| value.map(text);
    found.push(Difference {
        path,
        old: text(old),
        new: text(new),
    });
}

/// A name that is none of RFC 7643 §2.1 is shown as text, so that nobody takes it for a path.
fn spelled(name: &str) -> String {
    if is_attribute_name(name) || is_urn(name) {
        name.to_owned()
    } else {
        Value::String(shortened(name)).to_string()
    }
}

fn is_object(value: Option<&Value>) -> bool {
    value.is_some_and(Value::is_object)
}

fn is_scalar(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_object())
}

/// The types by which the values of an attribute can be told apart, before and after; `None` when they can't.
fn types<'a>(old: Option<&'a Value>, new: Option<&'a Value>) -> Option<Vec<&'a str>> {
    let mut all: Vec<&str> = Vec::new();
    for list in [old, new].into_iter().flatten() {
        let mut seen = HashSet::new();
        for value in list.as_array()? {
            let kind = value.as_object()?.get("type")?.as_str()?;
            if !seen.insert(kind) {
                return None;
            }
            if !all.contains(&kind) {
                all.push(kind);
            }
        }
    }
    (all.len() <= MAX_JOURNAL_ATTRIBUTES).then_some(all)
}

fn of_type<'a>(list: Option<&'a Value>, kind: &str) -> Option<&'a Value> {
    let mut values = list?.as_array()?.iter();
    values.find(|value| value.get("type").and_then(Value::as_str) == Some(kind))
}

/// A value as one text: strings as they are, anything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => shortened(text),
        Value::Array(_) | Value::Object(_) => shortened(&without_secrets(value).to_string()),
        other => other.to_string(),
    }
}

/// Values that are shown whole may have parts of any name.
fn without_secrets(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().map(without_secrets).collect(),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !names_secret(name))
            .map(|(name, value)| (name.clone(), without_secrets(value)))
            .collect(),
        other => other.clone(),
    }
}

fn shortened(text: &str) -> String {
    let mut characters = text.chars();
    let mut short: String = characters.by_ref().take(MAX_JOURNAL_VALUE_CHARS).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}
