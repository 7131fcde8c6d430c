//! The engine's side of the store: asking, and what an unexpected answer means.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use super::INTERNAL;
use super::need::{Answer, By, Changes, Need, Record, StoreError};
use crate::error::{ErrorKind, ScimError, one_line};
use crate::mapping::Login;

/// The place where a need waits for its answer.
#[derive(Clone, Default)]
pub(super) struct Store {
    slot: Rc<RefCell<Slot>>,
}

#[derive(Default)]
struct Slot {
    need: Option<Need>,
    answer: Option<Answer>,
}

impl Store {
    pub(super) fn need(&self) -> Option<Need> {
        self.slot.borrow().need.clone()
    }

    pub(super) fn bring(&self, answer: Answer) {
        let mut slot = self.slot.borrow_mut();
        if slot.need.take().is_some() {
            slot.answer = Some(answer);
        }
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
        by: Option<(By, String)>,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Record>, Refusal> {
        match self.ask(Need::Select { by, after, limit }).await? {
            Answer::Records(records) => Ok(records),
            _ => Err(Refusal::failed()),
        }
    }

    pub(super) async fn page(&self, offset: usize, limit: usize) -> Result<(usize, Vec<Record>), Refusal> {
        match self.ask(Need::Page { offset, limit }).await? {
            Answer::Page { total, records } => Ok((total, records)),
            _ => Err(Refusal::failed()),
        }
    }

    pub(super) async fn create(&self, id: String, changes: Changes, login: Login) -> Result<Record, Refusal> {
        let changes = Box::new(changes);
        match self.ask(Need::Create { id, changes, login }).await? {
            Answer::Record(record) => Ok(*record),
            _ => Err(Refusal::failed()),
        }
    }

    pub(super) async fn update(&self, id: String, version: u64, changes: Changes) -> Result<Record, Refusal> {
        let changes = Box::new(changes);
        let need = Need::Update { id, version, changes };
        match self.ask(need).await? {
            Answer::Record(record) => Ok(*record),
            _ => Err(Refusal::failed()),
        }
    }

    pub(super) async fn delete(&self, id: String) -> Result<(), Refusal> {
        match self.ask(Need::Delete { id }).await? {
            Answer::Deleted => Ok(()),
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
            StoreError::UserNameExists => uniqueness("userName is already used by another user of this site"),
            StoreError::ObjectIdExists => uniqueness("objectId already belongs to another user of this site"),
            StoreError::EmailExists => uniqueness(
                "the e-mail address already belongs to another account of this site; two people cannot share one",
            ),
            StoreError::LoginExists => uniqueness(
                "userName is the login of a WordPress account that is not managed by SCIM; the site's administrator can rename or delete that account",
            ),
            StoreError::Protected => ScimError::status(
                403,
                "the account may manage the WordPress site, and this site does not let SCIM change such accounts",
            ),
            StoreError::Stale => ScimError::status(
                503,
                "other requests kept changing the user, nothing was changed; try again",
            ),
            StoreError::NotFound => ScimError::status(404, "no user has this id"),
            StoreError::Refused => ScimError::invalid_value(format!(
                "WordPress does not accept the user: {}",
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
