//! Doing the operations of a bulk request, RFC 7644 §3.7.1–§3.7.3.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::reference::{Makers, incomplete, postpone, resolve, unknown, unresolved};
use crate::error::ScimError;
use crate::exchange::need::StoreError;
use crate::exchange::request::{Config, Request};
use crate::exchange::response::{Notice, Response};
use crate::exchange::route;
use crate::exchange::store::Store;
use crate::patch::PATCH_OP_SCHEMA;
use crate::resource::envelope::location;

/// The operations, and what became of them so far.
pub(super) struct Job<'a> {
    operations: &'a [Operation],
    config: &'a Config,
    store: &'a Store,
    makers: Makers<'a>,
    /// The bulkIds of what exists now.
    made: HashSet<&'a str>,
    outcomes: BTreeMap<usize, Response>,
    /// Operations that failed, in the sense of `failOnErrors`.
    errors: usize,
}

/// An operation of a circle that was done.
struct Done<'a> {
    index: usize,
    operation: &'a Operation,
    outcome: Response,
    /// Members that refer to what came later.
    postponed: Vec<Value>,
}

impl<'a> Job<'a> {
    pub(super) fn new(operations: &'a [Operation], config: &'a Config, store: &'a Store) -> Self {
        let makers = operations
            .iter()
            .filter_map(|operation| Some((operation.makes()?, operation)))
            .collect();
        Self {
            operations,
            config,
            store,
            makers,
            made: HashSet::new(),
            outcomes: BTreeMap::new(),
            errors: 0,
        }
    }

    /// Does operations that refer to each other, all or none; one that is alone is a circle too. Answers how many errors there
    /// were in the whole job.
    ///
    /// RFC 7644 §3.7.1 leaves 409 to a server that could not resolve a circle. What was created for it is taken back then: a
    /// group without the members that its client gave it would be half done, and a 201 for it a lie.
    pub(super) async fn run(&mut self, circle: &[usize]) -> usize {
        let mut done = Vec::with_capacity(circle.len());
        let failure = match self.obstacle(circle) {
            Some((index, error)) => {
                self.note(index, &error);
                Some((index, Response::error(&error)))
            }
            None => match self.create(circle, &mut done).await {
                Some(failure) => Some(failure),
                None => self.close(&mut done).await,
            },
        };
        match failure {
            None => {
                for done in done {
                    self.made.extend(done.operation.makes());
                    self.outcomes.insert(done.index, done.outcome);
                }
            }
            Some((index, outcome)) => {
                self.take_back(circle, done, index, outcome).await;
            }
        }
        self.errors
    }

    /// The first of the operations that cannot be done, whatever the store says.
    fn obstacle(&self, circle: &[usize]) -> Option<(usize, ScimError)> {
        let operations = || {
            let indexes = circle.iter().copied();
            indexes.filter_map(|index| Some((index, self.operations.get(index)?)))
        };
        let own: HashSet<&str> = operations()
            .filter_map(|(_, operation)| operation.makes())
            .collect();
        operations().find_map(|(index, operation)| {
            let error = match &operation.target {
                Err(error) => Some(error.clone()),
                Ok(_) => operation.references.iter().find_map(|id| {
                    let id = id.as_str();
                    match self.makers.contains_key(id) {
                        false => Some(unknown(id)),
                        true if self.made.contains(id) || own.contains(id) => None,
                        true => Some(unresolved(id)),
                    }
                }),
            };
            Some((index, error?))
        })
    }

    /// Does operations of a circle, without the members that come later in it, until one fails.
    async fn create(&self, circle: &[usize], done: &mut Vec<Done<'a>>) -> Option<(usize, Response)> {
        let mut open: HashSet<&str> = circle
            .iter()
            .filter_map(|index| self.operations.get(*index)?.makes())
            .collect();
        for index in circle {
            let operation = self.operations.get(*index)?;
            // A reference to itself never waits; the store decides about it before anything is created.
            if let Some(id) = operation.makes() {
                open.remove(id);
            }
            let mut data = operation.data.clone();
            let postponed = if open.is_empty() {
                Vec::new()
            } else {
                postpone(&mut data, |id| open.contains(id))
            };
            let outcome = self.perform(operation, data).await;
            if outcome.status >= 400 {
                return Some((*index, outcome));
            }
            done.push(Done {
                index: *index,
                operation,
                outcome,
                postponed,
            });
        }
        None
    }

    /// Adds the members that had to wait, until one of these changes fails.
    async fn close(&self, done: &mut [Done<'a>]) -> Option<(usize, Response)> {
        for done in done.iter_mut().filter(|done| !done.postponed.is_empty()) {
            let operation = done.operation;
            let path = format!(
                "{}/{}",
                operation.target.as_ref().ok()?.path(&self.makers)?,
                operation.new_id
            );
            let mut message = json!({
                "schemas": [PATCH_OP_SCHEMA],
                "Operations": [{"op": "add", "path": "members", "value": std::mem::take(&mut done.postponed)}],
            });
            resolve("data", &mut message, &self.makers, &self.config.base);
            // With members in the answer its tag is that of the whole group.
            let query = vec![("attributes".to_owned(), b"members".to_vec())];
            let outcome = self
                .send("PATCH", path, query, None, &message, &operation.new_id)
                .await;
            if outcome.status >= 400 {
                return Some((done.index, outcome));
            }
            if let Some(tag) = outcome.header("ETag") {
                done.outcome.headers.retain(|(name, _)| *name != "ETag");
                done.outcome.headers.push(("ETag", tag.to_owned()));
            }
        }
        None
    }

    /// Ends a circle of which the operation `failed`: what it had created goes again, and none of it has happened.
    async fn take_back(&mut self, circle: &[usize], done: Vec<Done<'a>>, failed: usize, failure: Response) {
        let cause = self
            .operations
            .get(failed)
            .and_then(Operation::makes)
            .unwrap_or_default();
        self.errors += circle.len();
        for index in circle {
            let error = unresolved(cause);
            if *index != failed {
                self.note(*index, &error);
            }
            self.outcomes.insert(*index, Response::error(&error));
        }
        self.outcomes.insert(failed, failure);
        for done in done.into_iter().rev() {
            let Ok(target) = &done.operation.target else {
                continue;
            };
            let gone = self
                .store
                .delete(target.kind, done.operation.new_id.clone(), None)
                .await;
            if gone.is_err_and(|refusal| refusal.error != StoreError::NotFound) {
                // The client must know that it is there all the same.
                let location = location(
                    &self.config.base,
                    target.kind.resource_type(),
                    &done.operation.new_id,
                );
                let outcome = match self.outcomes.remove(&done.index) {
                    Some(failure) if done.index == failed => failure,
                    _ => Response::error(&incomplete(cause)),
                };
                self.outcomes
                    .insert(done.index, outcome.with("Location", location));
            }
        }
    }

    /// Notes in the journal that an operation failed without having been tried, or that it was for nothing.
    fn note(&self, index: usize, error: &ScimError) {
        if let Some(operation) = self.operations.get(index) {
            let path = operation.target.as_ref().ok();
            let path = path.and_then(|target| target.path(&self.makers));
            let journal = &self.store.journal;
            journal.refused(&operation.method, &path.unwrap_or_default(), error);
        }
    }

    /// Runs one operation as a request of its own.
    async fn perform(&self, operation: &Operation, mut data: Value) -> Response {
        let path = match &operation.target {
            Ok(target) => target.path(&self.makers).unwrap_or_default(),
            Err(error) => return Response::error(error),
        };
        resolve("data", &mut data, &self.makers, &self.config.base);
        let version = operation.version.clone();
        self.send(
            &operation.method,
            path,
            Vec::new(),
            version,
            &data,
            &operation.new_id,
        )
        .await
    }

    async fn send(
        &self,
        method: &str,
        path: String,
        query: Vec<(String, Vec<u8>)>,
        version: Option<String>,
        data: &Value,
        new_id: &str,
    ) -> Response {
        let request = Request {
            method: method.to_owned(),
            path,
            query,
            headers: version
                .map(|version| ("if-match".to_owned(), version))
                .into_iter()
                .collect(),
            body: if data.is_null() {
                Vec::new()
            } else {
                data.to_string().into_bytes()
            },
        };
        let config = Config {
            new_id: new_id.to_owned(),
            ..self.config.clone()
        };
        match Box::pin(route::perform(&request, &config, self.store)).await {
            Ok(response) => response,
            Err(error) => Response::error(&error),
        }
    }

    /// The results in the order of the request, and all notices.
    pub(super) fn finish(self) -> (Vec<Value>, Vec<Notice>) {
        let mut results = Vec::with_capacity(self.outcomes.len());
        let mut notices = Vec::new();
        for (index, outcome) in &self.outcomes {
            if let Some(operation) = self.operations.get(*index) {
                results.push(self.result(operation, outcome));
            }
            notices.extend(outcome.notices.iter().cloned());
        }
        (results, notices)
    }

    /// An entry of the answer (RFC 7644 §3.7.3).
    fn result(&self, operation: &Operation, outcome: &Response) -> Value {
        let mut result = Map::new();
        result.insert("method".into(), json!(operation.method));
        if let Some(id) = &operation.bulk_id {
            result.insert("bulkId".into(), json!(id));
        }
        if let Some(tag) = outcome.header("ETag") {
            result.insert("version".into(), json!(tag));
        }
        let location = match (outcome.header("Location"), &operation.target) {
            (Some(location), _) => Some(location.to_owned()),
            // What was never created is nowhere.
            (None, Ok(target)) if operation.method != "POST" => target
                .path(&self.makers)
                .filter(|_| target.reference().is_none_or(|id| self.made.contains(id)))
                .map(|path| format!("{}{path}", self.config.base)),
            _ => None,
        };
        if let Some(location) = location {
            result.insert("location".into(), json!(location));
        }
        result.insert("status".into(), json!(outcome.status.to_string()));
        if outcome.status >= 400 {
            let body = serde_json::from_str(&outcome.body).unwrap_or(Value::Null);
            result.insert("response".into(), body);
        }
        Value::Object(result)
    }
}
