//! Bulk, RFC 7644 §3.7: many requests in one, which may refer to each other.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::request::{Config, Request};
use super::response::Response;
use super::route::dispatch;
use super::store::Store;
use crate::error::{ErrorKind, ScimError, quoted};
use crate::json::{self, kind};
use crate::limits::MAX_BULK_OPERATIONS;
use crate::path::member;
use crate::token::hex;

const BULK_REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BULK_RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const REFERENCE: &str = "bulkId:";

/// One operation of the request.
struct Operation {
    method: String,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    data: Value,
    /// What a POST creates gets this id.
    new_id: String,
    /// The bulkIds that it refers to.
    references: Vec<String>,
}

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

fn operations(body: &Map<String, Value>, config: &Config) -> Result<Vec<Operation>, ScimError> {
    let named = member(body, "schemas")
        .and_then(Value::as_array)
        .is_some_and(|schemas| {
            schemas
                .iter()
                .filter_map(Value::as_str)
                .any(|urn| urn.eq_ignore_ascii_case(BULK_REQUEST_SCHEMA))
        });
    if !named {
        return Err(ScimError::invalid_syntax(format!(
            "'schemas' of a bulk request must be [\"{BULK_REQUEST_SCHEMA}\"]"
        )));
    }
    let Some(Value::Array(list)) = member(body, "Operations") else {
        return Err(ScimError::invalid_syntax(
            "a bulk request needs an array 'Operations'",
        ));
    };
    if list.len() > MAX_BULK_OPERATIONS {
        // RFC 7644 §3.7.4
        return Err(ScimError::status(
            413,
            format!(
                "{} operations in one bulk request, at most {MAX_BULK_OPERATIONS} are possible",
                list.len()
            ),
        ));
    }
    let mut seen = HashSet::new();
    let mut operations = Vec::with_capacity(list.len());
    for (index, value) in list.iter().enumerate() {
        let operation = operation(value, index, config)?;
        if let Some(id) = &operation.bulk_id
            && !seen.insert(id.clone())
        {
            return Err(ScimError::invalid_value(format!(
                "the bulkId {} appears twice",
                quoted(id)
            )));
        }
        operations.push(operation);
    }
    Ok(operations)
}

fn operation(value: &Value, index: usize, config: &Config) -> Result<Operation, ScimError> {
    let number = index + 1;
    let Value::Object(object) = value else {
        return Err(ScimError::invalid_syntax(format!(
            "operation {number} must be an object, not {}",
            kind(value)
        )));
    };
    let text = |name: &str| member(object, name).and_then(Value::as_str).map(str::to_owned);
    let method = text("method").unwrap_or_default().to_ascii_uppercase();
    if !["POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
        return Err(ScimError::invalid_syntax(format!(
            "operation {number}: 'method' must be POST, PUT, PATCH or DELETE, not {}",
            quoted(&method)
        )));
    }
    let path = text("path").ok_or_else(|| {
        ScimError::invalid_syntax(format!("operation {number} needs a 'path' such as '/Users'"))
    })?;
    let endpoint = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if !["Users", "Groups"]
        .iter()
        .any(|name| name.eq_ignore_ascii_case(endpoint))
    {
        return Err(ScimError::invalid_value(format!(
            "operation {number}: 'path' must begin with /Users or /Groups, not {}",
            quoted(&path)
        )));
    }
    let bulk_id = text("bulkId").filter(|id| !id.is_empty());
    // RFC 7644 §3.7
    if method == "POST" && bulk_id.is_none() {
        return Err(ScimError::invalid_syntax(format!(
            "operation {number} needs a 'bulkId', as every POST"
        )));
    }
    let data = member(object, "data").cloned().unwrap_or(Value::Null);
    let mut references = Vec::new();
    collect(&data, &mut references);
    if let Some(id) = path
        .rsplit('/')
        .next()
        .and_then(|tail| tail.strip_prefix(REFERENCE))
    {
        references.push(id.to_owned());
    }
    Ok(Operation {
        method,
        path,
        bulk_id,
        version: text("version"),
        data,
        new_id: derived_id(&config.new_id, index),
        references,
    })
}

/// One random id makes as many as the operations need: nobody who does not know it can tell them.
fn derived_id(seed: &str, index: usize) -> String {
    let digest = hex(&Sha256::digest(format!("{seed}/{index}").as_bytes()));
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    // RFC 9562 §5.8: version 8, a UUID of one's own making.
    format!(
        "{}-{}-8{}-a{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 15),
        part(15, 18),
        part(18, 30)
    )
}

/// The operations' indexes so that what is referred to comes first; in a circle, and otherwise, as they came.
fn order(operations: &[Operation]) -> Vec<usize> {
    let makers: HashMap<&str, usize> = operations
        .iter()
        .enumerate()
        .filter_map(|(index, operation)| Some((operation.bulk_id.as_deref()?, index)))
        .collect();
    let mut placed = vec![false; operations.len()];
    let mut order = Vec::with_capacity(operations.len());
    for start in 0..operations.len() {
        // Depth first without recursion: an operation is placed when it is met the second time.
        let mut stack = vec![(start, false)];
        let mut entered = HashSet::new();
        while let Some((index, ready)) = stack.pop() {
            let Some(slot) = placed.get_mut(index) else {
                continue;
            };
            if *slot {
                continue;
            }
            if ready {
                *slot = true;
                order.push(index);
                continue;
            }
            if !entered.insert(index) {
                continue;
            }
            stack.push((index, true));
            let references = operations
                .get(index)
                .map(|operation| operation.references.as_slice());
            for reference in references.unwrap_or_default().iter().rev() {
                if let Some(maker) = makers.get(reference.as_str()) {
                    stack.push((*maker, false));
                }
            }
        }
    }
    order
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::String(text) => references.extend(text.strip_prefix(REFERENCE).map(str::to_owned)),
        Value::Array(values) => values.iter().for_each(|value| collect(value, references)),
        Value::Object(members) => members.values().for_each(|value| collect(value, references)),
        _ => {}
    }
}

/// Takes members out that refer to what does not exist yet.
fn postpone(data: &mut Value, open: &HashSet<&str>) -> Vec<Value> {
    if open.is_empty() {
        return Vec::new();
    }
    let Value::Object(group) = data else {
        return Vec::new();
    };
    let Some((_, Value::Array(members))) = group
        .iter_mut()
        .find(|(name, _)| name.eq_ignore_ascii_case("members"))
    else {
        return Vec::new();
    };
    let mut postponed = Vec::new();
    members.retain(|member| {
        let mut references = Vec::new();
        collect(member, &mut references);
        let is_open = references.iter().any(|id| open.contains(id.as_str()));
        if is_open {
            postponed.push(member.clone());
        }
        !is_open
    });
    postponed
}

/// Puts ids in the place of references.
fn resolve(value: &mut Value, ids: &HashMap<&str, &str>) {
    match value {
        Value::String(text) => {
            if let Some(id) = text.strip_prefix(REFERENCE).and_then(|id| ids.get(id)) {
                *text = (*id).to_owned();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| resolve(value, ids)),
        Value::Object(members) => members.values_mut().for_each(|value| resolve(value, ids)),
        _ => {}
    }
}

/// The path with the id in the place of a reference at its end.
fn resolved(path: &str, ids: &HashMap<&str, &str>) -> String {
    path.rsplit_once('/')
        .and_then(|(head, tail)| Some((head, ids.get(tail.strip_prefix(REFERENCE)?)?)))
        .map_or_else(|| path.to_owned(), |(head, id)| format!("{head}/{id}"))
}

fn unresolved(id: &str) -> ScimError {
    ScimError::new(
        ErrorKind::Status(409),
        format!("the bulkId {} is of no operation that succeeded", quoted(id)),
    )
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
