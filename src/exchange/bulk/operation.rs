//! The operations of a bulk request, RFC 7644 §3.7.

use std::collections::HashSet;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::reference::{REFERENCE, collect};
use crate::error::{ScimError, quoted};
use crate::exchange::request::Config;
use crate::json::kind;
use crate::limits::MAX_BULK_OPERATIONS;
use crate::path::member;
use crate::token::hex;

const BULK_REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// One operation of the request.
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) bulk_id: Option<String>,
    pub(super) version: Option<String>,
    pub(super) data: Value,
    /// What a POST creates gets this id.
    pub(super) new_id: String,
    /// The bulkIds that it refers to.
    pub(super) references: Vec<String>,
}

pub(super) fn operations(body: &Map<String, Value>, config: &Config) -> Result<Vec<Operation>, ScimError> {
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
