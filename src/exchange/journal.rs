//! What a request has changed, for the log of the site.
//!
//! Nothing is compared and nothing kept unless the site asks for it ([`super::Config::journal`]).

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Map;

use super::difference::{Difference, differences, shortened};
use super::need::{Kind, MemberChanges, Record};
use super::request::Request;
use super::response::Response;
use crate::error::ScimError;
use crate::limits::{MAX_JOURNAL_ATTRIBUTES, MAX_JOURNAL_MEMBERS};
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
