//! Bulk requests and their results.

use scimpress::error::ERROR_SCHEMA;
use serde_json::{Value, json};

use super::client::{BASE, Reply, Site};

pub(crate) const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
pub(crate) const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

pub(crate) fn post(id: &str, path: &str, data: Value) -> Value {
    let mut operation = json!({"method": "POST", "bulkId": id, "path": path});
    operation["data"] = data;
    operation
}

pub(crate) fn user(id: &str) -> Value {
    post(id, "/Users", json!({"userName": id}))
}

/// A group with references to these bulkIds as members.
pub(crate) fn group(id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members
        .iter()
        .map(|member| json!({"value": format!("bulkId:{member}")}))
        .collect();
    post(id, "/Groups", json!({"displayName": id, "members": members}))
}

pub(crate) fn send(site: &mut Site, body: &Value) -> Reply {
    site.send("POST", "/Bulk", &[], Some(body))
}

/// Sends operations, checks the form of the answer, and answers the results.
pub(crate) fn bulk(site: &mut Site, operations: &[Value]) -> Vec<Value> {
    bulk_until(site, operations, None)
}

pub(crate) fn bulk_until(site: &mut Site, operations: &[Value], errors: Option<u64>) -> Vec<Value> {
    let mut body = json!({"schemas": [REQUEST], "Operations": operations});
    if let Some(errors) = errors {
        body["failOnErrors"] = json!(errors);
    }
    let reply = send(site, &body);
    assert_eq!(reply.status, 200, "{}", reply.text);
    let answer = reply.json();
    assert_eq!(answer["schemas"], json!([RESPONSE]));
    let results = answer["Operations"].as_array().unwrap().clone();
    for result in &results {
        let status: u16 = result["status"].as_str().unwrap().parse().unwrap();
        assert!(result["method"].is_string());
        if status >= 400 {
            let error = &result["response"];
            assert_eq!(error["schemas"], json!([ERROR_SCHEMA]), "{result}");
            assert_eq!(error["status"], result["status"]);
        } else {
            assert_eq!(result.get("response"), None);
            let location = result["location"].as_str().unwrap();
            assert!(
                location.starts_with(BASE) && !location.contains("bulkId"),
                "{location}"
            );
        }
    }
    results
}

pub(crate) fn statuses(results: &[Value]) -> Vec<&str> {
    results
        .iter()
        .map(|result| result["status"].as_str().unwrap())
        .collect()
}

/// The id at the end of a result's location.
pub(crate) fn id_of(result: &Value) -> String {
    let location = result["location"].as_str().unwrap_or_else(|| panic!("{result}"));
    location.rsplit('/').next().unwrap().to_owned()
}
