//! Bulk, RFC 7644 §3.7: many requests in one, which may refer to each other.

mod operation;
mod reference;

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use self::operation::{Operation, operations};
use self::reference::{order, postpone, resolve, resolved, unresolved};
use super::request::{Config, Request};
use super::response::Response;
use super::route::dispatch;
use super::store::Store;
use crate::error::ScimError;
use crate::json::{self, kind};
use crate::path::member;

const BULK_RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// `POST /Bulk`
pub(super) async fn answer(request: &Request, config: &Config, store: &Store) -> Result<Response, ScimError> {
    request.require_json()?;
    let body = json::object(&request.body)?;
    let fail_on_errors = fail_on_errors(&body)?;
    let operations = operations(&body, config)?;
    let order = order(&operations);
    let ids: HashMap<&str, &str> = operations
        .iter()
        // RFC 7644 §3.7.2: a bulkId stands for what a POST creates.
        .filter(|operation| operation.method == "POST")
        .filter_map(|operation| Some((operation.bulk_id.as_deref()?, operation.new_id.as_str())))
        .collect();

    let mut results: Vec<(usize, Value)> = Vec::with_capacity(operations.len());
    let mut done: HashSet<&str> = HashSet::new();
    let mut failed: HashSet<&str> = HashSet::new();
    // Members that refer to a resource of a later operation, which refers back: added when both exist.
    let mut later: Vec<(usize, Vec<Value>)> = Vec::new();
    let mut errors = 0;
    let mut notices = Vec::new();
    for index in order {
        let Some(operation) = operations.get(index) else {
            continue;
        };
        let missing = operation
            .references
            .iter()
            .find(|id| failed.contains(id.as_str()) || !ids.contains_key(id.as_str()));
        let outcome = if let Some(id) = missing {
            // RFC 7644 §3.7.2: a reference that cannot be resolved fails the operation.
            Response::error(&unresolved(id))
        } else {
            let mut data = operation.data.clone();
            let open: HashSet<&str> = operation
                .references
                .iter()
                .map(String::as_str)
                // A reference to itself is never done; the store decides about it before anything is created.
                .filter(|id| !done.contains(id) && operation.bulk_id.as_deref() != Some(*id))
                .collect();
            let postponed = postpone(&mut data, &open);
            if !postponed.is_empty() {
                later.push((index, postponed));
            }
            perform(operation, &data, &ids, config, store).await
        };
        notices.extend(outcome.notices.iter().cloned());
        if let Some(id) = operation.bulk_id.as_deref() {
            if outcome.status < 400 {
                done.insert(id);
            } else {
                failed.insert(id);
            }
        }
        let is_error = outcome.status >= 400;
        results.push((index, result(operation, &outcome, &ids, config)));
        if is_error {
            errors += 1;
            if fail_on_errors.is_some_and(|limit| errors >= limit) {
                break;
            }
        }
    }
    close_circles(&operations, &later, &ids, &failed, config, store, &mut results).await;
    results.sort_by_key(|(index, _)| *index);
    let mut answer = Map::new();
    answer.insert("schemas".into(), json!([BULK_RESPONSE_SCHEMA]));
    answer.insert(
        "Operations".into(),
        Value::Array(results.into_iter().map(|(_, result)| result).collect()),
    );
    let mut response = Response::json(200, &answer);
    response.notices = notices;
    Ok(response)
}

/// Runs one operation as a request of its own.
async fn perform(
    operation: &Operation,
    data: &Value,
    ids: &HashMap<&str, &str>,
    config: &Config,
    store: &Store,
) -> Response {
    let mut data = data.clone();
    resolve(&mut data, ids);
    let path = resolved(&operation.path, ids);
    let mut headers = Vec::new();
    if let Some(version) = &operation.version {
        headers.push(("if-match".to_owned(), version.clone()));
    }
    let request = Request {
        method: operation.method.clone(),
        path,
        query: Vec::new(),
        headers,
        body: if data.is_null() {
            Vec::new()
        } else {
            data.to_string().into_bytes()
        },
    };
    let config = Config {
        new_id: operation.new_id.clone(),
        ..config.clone()
    };
    match Box::pin(dispatch(&request, &config, store)).await {
        Ok(response) => response,
        Err(error) => Response::error(&error),
    }
}

/// RFC 7644 §3.7.1: resources that refer to each other in a circle. The references left out at first are added now.
async fn close_circles(
    operations: &[Operation],
    later: &[(usize, Vec<Value>)],
    ids: &HashMap<&str, &str>,
    failed: &HashSet<&str>,
    config: &Config,
    store: &Store,
    results: &mut [(usize, Value)],
) {
    for (index, members) in later {
        let Some(operation) = operations.get(*index) else {
            continue;
        };
        let Some((_, result_of)) = results.iter_mut().find(|(done, _)| done == index) else {
            continue;
        };
        if operation.bulk_id.as_deref().is_some_and(|id| failed.contains(id)) {
            continue;
        }
        let id = match operation.method.as_str() {
            "POST" => operation.new_id.clone(),
            _ => resolved(&operation.path, ids)
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        let patch = Operation {
            method: "PATCH".into(),
            path: format!("/Groups/{id}"),
            bulk_id: operation.bulk_id.clone(),
            version: None,
            data: json!({
                "schemas": [crate::patch::PATCH_OP_SCHEMA],
                "Operations": [{"op": "add", "path": "members", "value": members}],
            }),
            new_id: operation.new_id.clone(),
            references: Vec::new(),
        };
        let outcome = perform(&patch, &patch.data, ids, config, store).await;
        if outcome.status >= 400 {
            *result_of = result(operation, &outcome, ids, config);
        } else if let (Value::Object(result_of), Some(tag)) = (result_of, outcome.header("ETag")) {
            result_of.insert("version".into(), json!(tag));
        }
    }
}

fn fail_on_errors(body: &Map<String, Value>) -> Result<Option<u64>, ScimError> {
    match member(body, "failOnErrors") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(|limit| Some(limit.max(1))).ok_or_else(|| {
            ScimError::invalid_value(format!(
                "'failOnErrors' must be a whole number, not {}",
                kind(value)
            ))
        }),
    }
}

/// An entry of the answer (RFC 7644 §3.7.3).
fn result(operation: &Operation, outcome: &Response, ids: &HashMap<&str, &str>, config: &Config) -> Value {
    let mut result = Map::new();
    result.insert("method".into(), json!(operation.method));
    if let Some(id) = &operation.bulk_id {
        result.insert("bulkId".into(), json!(id));
    }
    if let Some(tag) = outcome.header("ETag") {
        result.insert("version".into(), json!(tag));
    }
    let location = match outcome.header("Location") {
        Some(location) => Some(location.to_owned()),
        None if operation.method == "POST" => None,
        None => {
            let path = resolved(&operation.path, ids);
            Some(format!("{}/{}", config.base, path.trim_start_matches('/')))
        }
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
