//! `ListResponse`, RFC 7644 §3.4.2.

use serde_json::{Map, Value, json};

/// Schema of the message.
pub const LIST_RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// A page of results. `Resources` is there even when empty: Entra expects it.
#[must_use]
pub fn list_response(
    total: usize,
    start_index: usize,
    resources: Vec<Map<String, Value>>,
) -> Map<String, Value> {
    let mut list = Map::new();
    list.insert("schemas".into(), json!([LIST_RESPONSE_SCHEMA]));
    list.insert("totalResults".into(), json!(total));
    list.insert("startIndex".into(), json!(start_index));
    list.insert("itemsPerPage".into(), json!(resources.len()));
    list.insert(
        "Resources".into(),
        Value::Array(resources.into_iter().map(Value::Object).collect()),
    );
    list
}
