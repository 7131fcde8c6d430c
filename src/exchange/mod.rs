//! One SCIM request, from its bytes to the answer's, without I/O.
//!
//! The engine is an `async fn` whose awaits are the needs it has of the store. PHP drives it: [`Exchange::next`] tells
//! what is needed, [`Exchange::resume`] brings it. No Rust frame is on the stack while WordPress works, so a fatal error
//! or a memory limit there cannot jump over one.

mod bulk;
mod cursor;
mod difference;
mod groups;
mod import;
mod journal;
mod matches;
mod need;
mod query;
mod request;
mod response;
mod route;
mod search;
mod settle;
mod single;
mod store;
mod tag;
mod turn;
mod users;
mod view;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

pub use difference::{Difference, differences};
pub use import::Import;
pub use journal::{Entry, Moved, Operation};
pub use need::{
    AccountState, Answer, Changes, GroupAttributes, GroupChanges, Kind, Member, MemberChanges, Membership,
    Need, Record, Settled, StoreError,
};
pub use request::{Config, Request};
pub use response::{Notice, Response};
pub use view::current;

use crate::error::ScimError;
use store::Store;

/// Text of a 500; what happened is in the site's log, for it may concern others than the client.
const INTERNAL: &str = "the server failed to answer, nothing was changed; the site's administrator finds the reason in its error log";

/// A request being answered.
pub struct Exchange {
    store: Store,
    state: State,
    /// What the engine waits for.
    need: Option<Need>,
}

enum State {
    Running(Pin<Box<dyn Future<Output = Response>>>),
    Done(Response),
}

impl Exchange {
    /// Starts to answer a request.
    #[must_use]
    pub fn new(request: Request, config: Config) -> Self {
        let store = Store::new(config.journal);
        let answer = route::answer(request, config, store.clone());
        Self::running(store, answer)
    }

    /// Starts to make a record of a user whom another provisioning plugin has left; its id is `config.new_id`.
    #[must_use]
    pub fn import(import: Import, config: Config) -> Self {
        let store = Store::default();
        let answer = import::answer(import, config, store.clone());
        Self::running(store, answer)
    }

    /// Starts to bring users in line with the rules of the site: what their accounts should be is the need
    /// [`Need::Settle`].
    #[must_use]
    pub fn settle(positions: Vec<u64>, config: Config) -> Self {
        let store = Store::default();
        let answer = settle::answer(positions, config, store.clone());
        Self::running(store, answer)
    }

    /// An exchange with a defect: it needs something of the store, and panics when it gets it.
    #[cfg(feature = "probe")]
    #[expect(clippy::panic, reason = "that is its purpose")]
    pub(crate) fn defective() -> Self {
        let store = Store::default();
        let asked = store.clone();
        Self::running(store, async move {
            let _ = asked.page(Kind::User, None, None, 0, 0).await;
            panic!("a panic on demand")
        })
    }

    fn running(store: Store, answer: impl Future<Output = Response> + 'static) -> Self {
        Self {
            store,
            state: State::Running(Box::pin(answer)),
            need: None,
        }
    }

    /// An exchange that is over before it began: a refusal that WordPress decides, in the form of SCIM.
    #[must_use]
    pub fn refusal(status: u16, detail: &str) -> Self {
        let status = if (400..600).contains(&status) { status } else { 500 };
        Self::failed(&ScimError::status(status, detail))
    }

    /// An exchange that is over before it began, for the site is not fit to answer.
    #[must_use]
    pub fn failed(error: &ScimError) -> Self {
        Self {
            store: Store::default(),
            state: State::Done(Response::error(error)),
            need: None,
        }
    }

    /// What the engine needs next of the store; `None` when the answer is ready. Asked again without
    /// [`Exchange::resume`] in between, it repeats itself.
    #[expect(
        clippy::should_implement_trait,
        reason = "PHP calls it so; it is no iterator, for each step waits for an answer"
    )]
    pub fn next(&mut self) -> Option<&Need> {
        if self.need.is_none()
            && let State::Running(future) = &mut self.state
        {
            let mut context = Context::from_waker(Waker::noop());
            // A panic is a defect of ours; the worker and its other requests must survive it.
            let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context)));
            match polled {
                Ok(Poll::Pending) => self.need = self.store.need(),
                Ok(Poll::Ready(response)) => self.state = State::Done(response),
                // What the future holds may be half changed: it is dropped, and nothing asks it again.
                Err(_) => self.state = State::Done(Response::error(&ScimError::status(500, INTERNAL))),
            }
        }
        self.need.as_ref()
    }

    /// Brings what [`Exchange::next`] asked for; without a need, it is passed over.
    pub fn resume(&mut self, answer: Answer) {
        if self.need.take().is_some() {
            self.store.bring(answer);
        }
    }

    /// What the request has written so far, and what failed of it; nothing unless [`Config::journal`]. A write that still needs
    /// something counts as failed with 500: whoever asks has given it up.
    #[must_use]
    pub fn changes(&self) -> Vec<Entry> {
        self.store.journal.entries()
    }

    /// The answer. While the engine still needs something, a 500.
    #[must_use]
    pub fn response(&self) -> &Response {
        static UNFINISHED: std::sync::LazyLock<Response> =
            std::sync::LazyLock::new(|| Response::error(&ScimError::status(500, INTERNAL)));
        match &self.state {
            State::Done(response) => response,
            State::Running(_) => &UNFINISHED,
        }
    }
}
