//! Bulk, RFC 7644 §3.7: many requests in one, which may refer to each other.

mod job;
mod operation;
mod order;
mod reference;

use serde_json::{Map, Value, json};

use self::job::Job;
use self::operation::operations;
use self::order::circles;
use super::request::{Config, Request};
use super::response::Response;
use super::store::Store;
use crate::error::ScimError;
use crate::json::kind;
use crate::path::member;

const BULK_RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// `POST /Bulk`
pub(super) async fn answer(request: &Request, config: &Config, store: &Store) -> Result<Response, ScimError> {
    let body = request.object()?;
    let limit = fail_on_errors(&body)?;
    let operations = operations(&body, config)?;
    let mut job = Job::new(&operations, config, store);
    for circle in circles(&operations) {
        let errors = job.run(&circle).await;
        if limit.is_some_and(|limit| errors >= limit) {
            break;
        }
    }
    let (results, notices) = job.finish();
    let mut answer = Map::new();
    answer.insert("schemas".into(), json!([BULK_RESPONSE_SCHEMA]));
    answer.insert("Operations".into(), Value::Array(results));
    let mut response = Response::json(200, &answer);
    response.notices = notices;
    Ok(response)
}

fn fail_on_errors(body: &Map<String, Value>) -> Result<Option<usize>, ScimError> {
    match member(body, "failOnErrors") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_u64()
            .map(|limit| Some(usize::try_from(limit).unwrap_or(usize::MAX).max(1)))
            .ok_or_else(|| {
                ScimError::invalid_value(format!(
                    "'failOnErrors' must be a whole number, not {}",
                    kind(value)
                ))
            }),
    }
}
