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
    let mut list = head(total, start_index, resources.len());
    list.insert(
        "Resources".into(),
        Value::Array(resources.into_iter().map(Value::Object).collect()),
    );
    list
}

/// The text of a page of results that are texts already, behind what `head` says of them.
#[must_use]
pub fn list_text(head: Map<String, Value>, resources: &[String]) -> String {
    let head = Value::Object(head).to_string();
    let members = head.trim_end_matches('}');
    let length: usize = resources.iter().map(|resource| resource.len() + 1).sum();
    let mut text = String::with_capacity(members.len() + length + 32);
    text.push_str(members);
    text.push_str(",\"Resources\":[");
    for (index, resource) in resources.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(resource);
    }
    text.push_str("]}");
    text
}

/// What a list says before its resources.
#[must_use]
pub fn head(total: usize, start_index: usize, count: usize) -> Map<String, Value> {
    let mut list = Map::new();
    list.insert("schemas".into(), json!([LIST_RESPONSE_SCHEMA]));
    list.insert("totalResults".into(), json!(total));
    list.insert("startIndex".into(), json!(start_index));
    list.insert("itemsPerPage".into(), json!(count));
    list
}
