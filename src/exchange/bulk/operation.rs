//! The operations of a bulk request, RFC 7644 §3.7.

use std::collections::HashSet;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::reference::{Makers, REFERENCE, collect};
use crate::error::{ScimError, quoted};
use crate::exchange::need::Kind;
use crate::exchange::request::Config;
use crate::exchange::view::KINDS;
use crate::json::kind;
use crate::limits::MAX_BULK_OPERATIONS;
use crate::path::{member, require_distinct};
use crate::token::hex;

const BULK_REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// One operation of the request.
pub(super) struct Operation {
    pub(super) method: String,
    /// What it concerns, or why its path names nothing that it could concern.
    pub(super) target: Result<Target, ScimError>,
    pub(super) bulk_id: Option<String>,
    pub(super) version: Option<String>,
    pub(super) data: Value,
    /// What a POST creates gets this id.
    pub(super) new_id: String,
    /// The bulkIds that it refers to.
    pub(super) references: Vec<String>,
}

/// What a path names: a collection, or one of its resources.
pub(super) struct Target {
    pub(super) kind: Kind,
    id: Option<String>,
}

impl Operation {
    /// The bulkId that stands for what it creates (RFC 7644 §3.7.2).
    pub(super) fn makes(&self) -> Option<&str> {
        self.bulk_id.as_deref().filter(|_| self.method == "POST")
    }
}

impl Target {
    /// The bulkId that stands in the place of the id.
    pub(super) fn reference(&self) -> Option<&str> {
        self.id.as_deref()?.strip_prefix(REFERENCE)
    }

    /// The path, with the id in the place of a reference; `None` when no operation is to create what it means.
    pub(super) fn path(&self, makers: &Makers<'_>) -> Option<String> {
        let endpoint = self.kind.resource_type().endpoint;
        let Some(id) = &self.id else {
            return Some(endpoint.to_owned());
        };
        let id = match self.reference() {
            Some(reference) => &makers.get(reference)?.new_id,
            None => id,
        };
        Some(format!("{endpoint}/{id}"))
    }
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
    require_distinct(object)
        .map_err(|error| ScimError::invalid_syntax(format!("operation {number}: {}", error.detail)))?;
    let text = |name: &str| match member(object, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        // A `version` that is passed over would be a precondition that is not checked.
        Some(other) => Err(ScimError::invalid_syntax(format!(
            "operation {number}: '{name}' must be a string, not {}",
            kind(other)
        ))),
    };
    let method = text("method")?.unwrap_or_default().to_ascii_uppercase();
    if !["POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
        return Err(ScimError::invalid_syntax(format!(
            "operation {number}: 'method' must be POST, PUT, PATCH or DELETE, not {}",
            quoted(&method)
        )));
    }
    let path = text("path")?.ok_or_else(|| {
        ScimError::invalid_syntax(format!("operation {number} needs a 'path' such as '/Users'"))
    })?;
    let bulk_id = text("bulkId")?.filter(|id| !id.is_empty());
    // RFC 7644 §3.7
    if method == "POST" && bulk_id.is_none() {
        return Err(ScimError::invalid_syntax(format!(
            "operation {number} needs a 'bulkId', as every POST"
        )));
    }
    let data = match member(object, "data") {
        Some(data) if method != "DELETE" => data.clone(),
        _ => Value::Null,
    };
    let target = target(&method, &path, number);
    let mut references = Vec::new();
    collect("data", &data, &mut references);
    if let Ok(target) = &target {
        references.extend(target.reference().map(str::to_owned));
    }
    Ok(Operation {
        method,
        target,
        bulk_id,
        version: text("version")?,
        data,
        new_id: derived_id(&config.new_id, index),
        references,
    })
}

/// RFC 7644 §3.7: the path of POST is that of a collection, all others name a resource; neither a query nor another endpoint
/// can be asked in bulk.
fn target(method: &str, path: &str, number: usize) -> Result<Target, ScimError> {
    let refused = |must: &str| {
        ScimError::invalid_value(format!(
            "operation {number}: 'path' of {method} must be {must}, not {}",
            quoted(path)
        ))
    };
    let (endpoint, id) = path
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or((path.trim_start_matches('/'), ""));
    let id = id.trim_end_matches('/');
    let kind = KINDS.into_iter().find(|kind| {
        let known = kind.resource_type().endpoint.trim_start_matches('/');
        known.eq_ignore_ascii_case(endpoint)
    });
    if method == "POST" {
        return match (kind, id) {
            (Some(kind), "") => Ok(Target { kind, id: None }),
            _ => Err(refused("/Users or /Groups")),
        };
    }
    let is_id =
        id.starts_with(REFERENCE) || !(id.is_empty() || id == ".search" || id.contains(['/', '?', '#']));
    match kind {
        Some(kind) if is_id => Ok(Target {
            kind,
            id: Some(id.to_owned()),
        }),
        _ => Err(refused("that of a user or group, such as /Users/2819c223")),
    }
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
