//! A resource as an answer carries it: `schemas` and `id` in front, `meta` behind (RFC 7643 §3).

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Resource;
use crate::datetime;
use crate::path::is_urn;
use crate::schema::ResourceType;

/// Metadata that the store keeps beside a resource.
#[derive(Clone, Debug)]
pub struct Meta {
    /// Milliseconds since the Unix epoch.
    pub created: i64,
    /// Milliseconds since the Unix epoch.
    pub modified: i64,
    /// Entity tag (RFC 9110 §8.8.3), weak.
    pub version: String,
}

/// The complete representation of a resource.
#[must_use]
pub fn represent(
    resource: Resource,
    id: &str,
    meta: &Meta,
    base: &str,
    resource_type: &'static ResourceType,
) -> Map<String, Value> {
    let mut schemas = vec![json!(resource_type.schema.id)];
    schemas.extend(resource.keys().filter(|key| is_urn(key)).map(|key| json!(key)));
    let mut output = Map::with_capacity(resource.len() + 3);
    output.insert("schemas".into(), Value::Array(schemas));
    output.insert("id".into(), json!(id));
    output.extend(resource);
    let envelope = envelope_of(id, meta, base, resource_type);
    output.insert("meta".into(), json!(envelope));
    output
}

/// `meta` of an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Envelope<'a> {
    resource_type: &'static str,
    created: String,
    last_modified: String,
    location: String,
    version: &'a str,
}

pub(super) fn envelope_of<'a>(
    id: &str,
    meta: &'a Meta,
    base: &str,
    resource_type: &'static ResourceType,
) -> Envelope<'a> {
    Envelope {
        resource_type: resource_type.name,
        created: datetime::format(meta.created),
        last_modified: datetime::format(meta.modified),
        location: location(base, resource_type, id),
        version: &meta.version,
    }
}

/// URL of a resource.
#[must_use]
pub fn location(base: &str, resource_type: &'static ResourceType, id: &str) -> String {
    format!("{base}{}/{id}", resource_type.endpoint)
}
