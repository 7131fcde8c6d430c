//! What the administrator is told although the client is served.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use serde_json::json;

use support::client::{Reply, Site};

#[test]
fn a_shared_external_id_is_reported_and_accepted() {
    let mut site = Site::default();
    let first = site.send(
        "POST",
        "/Users",
        &[],
        Some(&json!({"userName": "a", "externalId": "jsmith"})),
    );
    assert_eq!(first.notice_codes(), Vec::<&str>::new());
    let second = site.send(
        "POST",
        "/Users",
        &[],
        Some(&json!({"userName": "b", "externalId": "jsmith"})),
    );
    assert_eq!(second.status, 201);
    assert_shared(&second, second.json()["id"].as_str().unwrap());

    let third = site.create(&json!({"userName": "c", "externalId": "other"}));
    let shared = site.patch(
        &third,
        &json!([{"op": "replace", "path": "externalId", "value": "jsmith"}]),
    );
    assert_shared(&shared, &third);
    let title = site.patch(&third, &json!([{"op": "replace", "path": "title", "value": "x"}]));
    assert_eq!(title.notice_codes(), Vec::<&str>::new(), "known already");
    let own = site.patch(
        &third,
        &json!([{"op": "replace", "path": "externalId", "value": "own"}]),
    );
    assert_eq!(own.notice_codes(), Vec::<&str>::new());
    let cleared = site.patch(&third, &json!([{"op": "remove", "path": "externalId"}]));
    assert_eq!(cleared.notice_codes(), Vec::<&str>::new());
    let filter = [("filter", "externalId eq \"jsmith\"")];
    assert_eq!(
        site.send("GET", "/Users", &filter, None).json()["totalResults"],
        2
    );
}

fn assert_shared(reply: &Reply, id: &str) {
    assert_eq!(reply.notice_codes(), ["externalIdShared"]);
    assert_eq!(reply.notices[0].resource, id);
    assert!(
        !reply.notices[0].detail.contains("jsmith"),
        "personal data in a notice"
    );
}

#[test]
fn an_ignored_attribute_is_reported_for_its_user() {
    let mut site = Site::default();
    let id = site.create(&json!({"userName": "ada@example.com"}));
    let path = format!("x_{}", "long".repeat(100));
    let reply = site.patch(
        &id,
        &json!([{"op": "add", "path": path, "value": "a secret value"}]),
    );
    assert_eq!(
        (reply.status, reply.notice_codes()),
        (200, vec!["attributeIgnored"])
    );
    assert_eq!(reply.notices[0].resource, id);
    let detail = &reply.notices[0].detail;
    assert!(
        detail.chars().count() < 200 && !detail.contains("secret"),
        "{detail}"
    );
}
