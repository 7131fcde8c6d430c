//! The engine's side of the store: asking, and what an unexpected answer means.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::INTERNAL;
use super::journal::Journal;
use super::need::{
    Answer, Changes, GroupChanges, Kind, Member, Membership, Need, Record, Settled, StoreError,
};
use crate::error::{ErrorKind, ScimError, one_line, quoted};
use crate::filter::{Condition, Order};
use crate::limits::MEMBER_PAGE;
use crate::mapping::Login;

/// The place where a need waits for its answer.
#[derive(Clone, Default)]
pub(super) struct Store {
    slot: Rc<RefCell<Slot>>,
    /// What has been written.
    pub(super) journal: Journal,
}

#[derive(Default)]
struct Slot {
    need: Option<Need>,
    answer: Option<Answer>,
}

impl Store {
    /// A store, with a journal if one is wanted.
    pub(super) fn new(journal: bool) -> Self {
        Self {
            slot: Rc::default(),
            journal: Journal::new(journal),
        }
    }

    /// What was asked for since the last time.
    pub(super) fn need(&self) -> Option<Need> {
        self.slot.borrow_mut().need.take()
    }

    pub(super) fn bring(&self, answer: Answer) {
        self.slot.borrow_mut().answer = Some(answer);
    }

    async fn ask(&self, need: Need) -> Result<Answer, Refusal> {
        self.slot.borrow_mut().need = Some(need);
        let answer = poll_fn(|_| match self.slot.borrow_mut().answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await;
        match answer {
            Answer::Error { error, detail } => Err(Refusal { error, detail }),
            answer => Ok(answer),
        }
    }

    pub(super) async fn select(
        &self,
        kind: Kind,
        condition: Option<Condition>,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Record>, Refusal> {
        let need = Need::Select {
            kind,
            condition,
            after,
            before: None,
            limit,
        };
        self.records(need).await
    }

    /// Records before a position, nearest first.
    pub(super) async fn select_before(
        &self,
        kind: Kind,
        condition: Option<Condition>,
        before: u64,
        limit: usize,
    ) -> Result<Vec<Record>, Refusal> {
        let need = Need::Select {
            kind,
            condition,
            after: 0,
            before: Some(before),
            limit,
        };
        self.records(need).await
    }

    pub(super) async fn fetch(&self, kind: Kind, positions: Vec<u64>) -> Result<Vec<Record>, Refusal> {
        self.records(Need::Fetch { kind, positions }).await
    }

    pub(super) async fn page(
        &self,
        kind: Kind,
        condition: Option<Condition>,
        order: Option<Order>,
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Record>), Refusal> {
        let need = Need::Page {
            kind,
            condition,
            order,
            offset,
            limit,
        };
        match self.ask(need).await? {
            Answer::Page { total, records } => Ok((total, records)),
            _ => Err(Refusal::failed()),
        }
    }

    pub(super) async fn create(&self, id: String, changes: Changes, login: Login) -> Result<Record, Refusal> {
        let changes = Box::new(changes);
        self.record(Need::Create { id, changes, login }).await
    }

    pub(super) async fn update(&self, id: String, version: u64, changes: Changes) -> Result<Record, Refusal> {
        let changes = Box::new(changes);
        self.record(Need::Update { id, version, changes }).await
    }

    pub(super) async fn create_group(&self, id: String, changes: GroupChanges) -> Result<Record, Refusal> {
        let changes = Box::new(changes);
        self.record(Need::CreateGroup { id, changes }).await
    }

    pub(super) async fn update_group(
        &self,
        id: String,
        version: Option<u64>,
        changes: GroupChanges,
    ) -> Result<Record, Refusal> {
        let changes = Box::new(changes);
        self.record(Need::UpdateGroup { id, version, changes }).await
    }

    pub(super) async fn delete(&self, kind: Kind, id: String, version: Option<u64>) -> Result<(), Refusal> {
        let gone = id.clone();
        match self.ask(Need::Delete { kind, id, version }).await? {
            Answer::Deleted => self.journal.deleted(kind, gone, None),
            Answer::Gone { document } => self.journal.deleted(kind, gone, Some(&document)),
            _ => return Err(Refusal::failed()),
        }
        Ok(())
    }

    /// All members of a group, or those of the ids that are members.
    pub(super) async fn members(
        &self,
        group: &str,
        only: Option<Vec<String>>,
    ) -> Result<Vec<Member>, Refusal> {
        let mut members: Vec<Member> = Vec::new();
        loop {
            let need = Need::Members {
                group: group.to_owned(),
                after: members.last().map_or(0, |member| member.position),
                limit: MEMBER_PAGE,
                only: only.clone(),
            };
            let Answer::Members(page) = self.ask(need).await? else {
                return Err(Refusal::failed());
            };
            let complete = page.len() < MEMBER_PAGE;
            members.extend(page);
            if complete {
                return Ok(members);
            }
        }
    }

    pub(super) async fn memberships(&self, members: Vec<String>) -> Result<Vec<Membership>, Refusal> {
        match self.ask(Need::Memberships { members }).await? {
            Answer::Memberships(memberships) => Ok(memberships),
            _ => Err(Refusal::failed()),
        }
    }

    pub(super) async fn settle(&self, users: Vec<Settled>) -> Result<(), Refusal> {
        match self.ask(Need::Settle { users }).await? {
            Answer::Settled => Ok(()),
            _ => Err(Refusal::failed()),
        }
    }

    async fn records(&self, need: Need) -> Result<Vec<Record>, Refusal> {
        match self.ask(need).await? {
            Answer::Records(records) => Ok(records),
            _ => Err(Refusal::failed()),
        }
    }

    async fn record(&self, need: Need) -> Result<Record, Refusal> {
        match self.ask(need).await? {
            Answer::Record(record) => Ok(*record),
            _ => Err(Refusal::failed()),
        }
    }
}

/// The store did not do what was needed.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: StoreError,
    detail: String,
}

impl Refusal {
    fn failed() -> Self {
        Self {
            error: StoreError::Failed,
            detail: String::new(),
        }
    }
}

/// Texts for the tenant's administrator: Entra shows them in its provisioning log.
impl From<Refusal> for ScimError {
    fn from(refusal: Refusal) -> Self {
        let uniqueness = |detail: &str| ScimError::new(ErrorKind::Uniqueness, detail);
        match refusal.error {
            StoreError::DisplayNameExists => {
                uniqueness("displayName is already used by another group of this site")
            }
            StoreError::MemberUnknown => ScimError::invalid_value(format!(
                "no user or group has the id {}; a member must be provisioned before it joins",
                quoted(&refusal.detail)
            )),
            StoreError::UserNameExists => uniqueness("userName is already used by another user of this site"),
            StoreError::ObjectIdExists => uniqueness("objectId already belongs to another user of this site"),
            StoreError::EmailExists => uniqueness(
                "the e-mail address already belongs to another account of this site; two people cannot share one",
            ),
            StoreError::LoginExists => uniqueness(
                "userName is the login of a WordPress account that is not managed by SCIM; the site's administrator can let such accounts be linked by login, or rename or delete that account",
            ),
            StoreError::Ambiguous => ScimError::new(
                ErrorKind::Uniqueness,
                format!(
                    "several WordPress accounts fit this user by {}, and it is not guessed which is meant; the site's administrator must change or delete all but one",
                    one_line(&refusal.detail)
                ),
            ),
            StoreError::AnotherPerson => ScimError::new(
                ErrorKind::Uniqueness,
                format!(
                    "a WordPress account fits this user by {} but belongs to another object id, so to another person; the site's administrator must change or delete that account",
                    one_line(&refusal.detail)
                ),
            ),
            StoreError::Protected => ScimError::status(
                403,
                "the account may manage the WordPress site or is protected by its administrator, and this site does not let SCIM link, change or delete such accounts",
            ),
            StoreError::Stale => ScimError::status(
                503,
                "other requests kept changing the resource, nothing was changed; try again",
            ),
            StoreError::NotFound => ScimError::status(404, "no resource has this id"),
            StoreError::Refused => ScimError::invalid_value(format!(
                "WordPress does not accept the resource: {}",
                one_line(&refusal.detail)
            )),
            StoreError::NoReassignTarget => ScimError::status(
                409,
                "the user owns content on the site, and the site's administrator has chosen nobody to take it over",
            ),
            StoreError::Busy => {
                ScimError::status(503, "the site's database is busy, nothing was changed; try again")
            }
            StoreError::Failed => ScimError::status(500, INTERNAL),
        }
    }
}
