//! `password` (RFC 7643 §4.1.1): it reaches the store as it was sent, and is nowhere else.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::{Need, StoreError};
use scimpress::resource::password::Password;
use serde_json::{Value, json};

use support::client::{Reply, Site};

const SECRET: &str = " O'Neill \\ \"x\" \u{1f980} hunter2 ";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

fn ada(password: &Value) -> Value {
    json!({"userName": "ada@example.com", "active": true, "password": password})
}

fn put(site: &mut Site, id: &str, password: &Value) -> Reply {
    site.send("PUT", &format!("/Users/{id}"), &[], Some(&ada(password)))
}

fn held(site: &Site) -> Option<&str> {
    site.store.rows[0].password.as_deref()
}

/// Fails when an answer shows the secret or any recognisable piece of it.
fn assert_hidden(site: &Site, reply: &Reply) {
    for text in [
        &reply.text,
        &format!("{:?}", reply.headers),
        &format!("{:?}", reply.notices),
        &format!("{:?}", reply.changes),
    ] {
        assert!(!text.contains("hunter2"), "{text}");
        assert!(!text.contains("O'Neill"), "{text}");
    }
    for row in &site.store.rows {
        assert!(
            !row.record.document.contains("password"),
            "{}",
            row.record.document
        );
        assert!(
            !row.record.document.contains("hunter2"),
            "{}",
            row.record.document
        );
    }
    for need in &site.store.needs {
        assert!(!format!("{need:?}").contains("hunter2"), "{need:?}");
    }
}

#[test]
fn every_way_of_setting_it_reaches_the_store_as_sent_and_no_answer() {
    let urn = "urn:ietf:params:scim:schemas:core:2.0:User:password";
    let operations = [
        json!({"op": "add", "path": "password", "value": SECRET}),
        json!({"op": "Replace", "path": "Password", "value": SECRET}),
        json!({"op": "replace", "path": urn, "value": [SECRET]}),
        json!({"op": "add", "value": {"PASSWORD": SECRET}}),
        json!({"op": "replace", "value": {urn: SECRET}}),
        json!({"op": "replace", "value": {"urn:ietf:params:scim:schemas:core:2.0:User": {"password": SECRET}}}),
    ];
    for operation in operations {
        let mut site = Site::default();
        let id = site.create(&ada(&json!("first")));
        assert_eq!(held(&site), Some("first"));
        let reply = site.patch(&id, &json!([operation]));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(held(&site), Some(SECRET), "{operation}");
        assert_hidden(&site, &reply);
    }
    for name in ["password", "PassWord", urn] {
        let mut site = Site::default();
        let query = [("attributes", "userName,password")];
        let mut user = json!({"userName": "ada@example.com"});
        user[name] = json!(SECRET);
        let reply = site.send("POST", "/Users", &query, Some(&user));
        assert_eq!(reply.status, 201, "{}", reply.text);
        assert_eq!(held(&site), Some(SECRET), "{name}");
        assert_hidden(&site, &reply);
        site.store.rows[0].password = None;
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        let reply = site.send("PUT", &format!("/Users/{id}"), &query, Some(&user));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(held(&site), Some(SECRET), "{name}");
        assert_hidden(&site, &reply);
        for path in [format!("/Users/{id}"), "/Users".to_owned()] {
            let reply = site.send("GET", &path, &query, None);
            assert_hidden(&site, &reply);
            assert!(!reply.text.contains("password"), "{}", reply.text);
        }
    }
}

#[test]
fn bulk_hands_it_on_and_does_not_repeat_it() {
    let mut site = Site::default();
    let id = site.create(&json!({"userName": "grace@example.com"}));
    let body = json!({"schemas": [BULK], "Operations": [
        {"method": "PUT", "path": format!("/Users/{id}"), "data": {"userName": "grace@example.com", "password": SECRET}},
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ada@example.com", "password": SECRET}},
        {"method": "PATCH", "path": "/Users/bulkId:a", "data": {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "password", "value": format!("{SECRET}2")}]}},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"userName": "x@example.com", "password": "hunter2\u{0}"}},
    ]});
    let reply = site.send("POST", "/Bulk", &[], Some(&body));
    let statuses: Vec<Value> = reply.json()["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["status"].clone())
        .collect();
    assert_eq!(statuses, [json!("200"), json!("201"), json!("200"), json!("400")]);
    assert_eq!(held(&site), Some(SECRET));
    assert_eq!(
        site.store.rows[1].password.as_deref(),
        Some(format!("{SECRET}2").as_str())
    );
    assert_hidden(&site, &reply);
}

#[test]
fn one_that_begins_like_a_reference_is_a_password() {
    let mut site = Site::default();
    let body = json!({"schemas": [BULK], "Operations": [
        {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "a@example.com", "Password": "bulkId:nobody"}},
        {"method": "POST", "path": "/Users", "bulkId": "b", "data": {"userName": "b@example.com", "password": "bulkId:a"}},
        {"method": "PATCH", "path": "/Users/bulkId:a", "data": {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "password", "value": "bulkId:hunter2"}]}},
    ]});
    let reply = site.send("POST", "/Bulk", &[], Some(&body));
    assert_hidden(&site, &reply);
    let held: Vec<Option<&str>> = site
        .store
        .rows
        .iter()
        .map(|row| row.password.as_deref())
        .collect();
    assert_eq!(held, [Some("bulkId:hunter2"), Some("bulkId:a")], "{}", reply.text);
}

#[test]
fn whoever_does_not_speak_of_it_leaves_it() {
    let mut site = Site::default();
    let id = site.create(&ada(&json!(SECRET)));
    let read = site.get(&format!("/Users/{id}")).json();
    site.send("PUT", &format!("/Users/{id}"), &[], Some(&read));
    assert_eq!(
        site.store.writes(),
        1,
        "what was read and is put back is no change"
    );
    put(&mut site, &id, &Value::Null);
    assert_eq!(
        site.store.writes(),
        1,
        "RFC 7643 §2.5: null is the same as nothing"
    );
    site.patch(&id, &json!([{"op": "replace", "path": "title", "value": "x"}]));
    assert_eq!(held(&site), Some(SECRET));
    let Some(Need::Update { changes, .. }) = site.store.needs.iter().find(|need| need.name() == "update")
    else {
        panic!("no update");
    };
    assert_eq!(changes.password, None);
}

#[test]
fn removing_it_leaves_an_account_that_nobody_has_a_password_of() {
    for operation in [
        json!({"op": "remove", "path": "password"}),
        json!({"op": "replace", "path": "password", "value": null}),
        json!({"op": "add", "value": {"password": null}}),
    ] {
        let mut site = Site::default();
        let id = site.create(&ada(&json!(SECRET)));
        let reply = site.patch(&id, &json!([operation]));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(held(&site), None, "{operation}");
    }
    let mut site = Site::default();
    let id = site.create(&ada(&json!("first")));
    let both =
        json!([{"op": "remove", "path": "password"}, {"op": "add", "path": "password", "value": SECRET}]);
    site.patch(&id, &both);
    assert_eq!(held(&site), Some(SECRET), "the last operation counts");
}

#[test]
fn a_password_alone_is_a_write_whatever_it_was_before() {
    let mut site = Site::default();
    let id = site.create(&ada(&json!(SECRET)));
    let before = site.get(&format!("/Users/{id}")).json();
    for again in [
        put(&mut site, &id, &json!(SECRET)),
        site.patch(
            &id,
            &json!([{"op": "replace", "path": "password", "value": SECRET}]),
        ),
    ] {
        assert_eq!(again.status, 200, "{}", again.text);
    }
    let after = site.get(&format!("/Users/{id}")).json();
    assert_eq!(
        site.store.writes(),
        3,
        "only WordPress can tell whether it is the same"
    );
    assert_ne!(before["meta"]["version"], after["meta"]["version"]);
    assert_ne!(before["meta"]["lastModified"], after["meta"]["lastModified"]);
    let Some(Need::Update { changes, .. }) =
        site.store.needs.iter().rev().find(|need| need.name() == "update")
    else {
        panic!("no update");
    };
    assert_eq!(changes.wordpress, [], "nothing else of the account");
    assert_eq!(changes.active, None);
    assert_eq!(changes.password, Some(Password::Set(SECRET.to_owned())));
}

#[test]
fn a_write_that_another_request_overtook_still_sets_it() {
    let mut site = Site::default();
    let id = site.create(&ada(&json!("first")));
    site.store.refuse("update", 1, StoreError::Stale);
    let reply = site.patch(
        &id,
        &json!([{"op": "replace", "path": "password", "value": SECRET}]),
    );
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(held(&site), Some(SECRET));
}

#[test]
fn what_cannot_be_typed_or_hashed_is_refused_and_not_repeated() {
    let longest = "h".repeat(4096);
    let mut site = Site::default();
    let id = site.create(&ada(&json!(longest)));
    assert_eq!(held(&site), Some(longest.as_str()));
    let bytes_count = format!("{}\u{e9}", "h".repeat(4095));
    for (wrong, detail) in [
        (
            json!(format!("{longest}h")),
            "password has 4097 bytes, at most 4096",
        ),
        (json!(bytes_count), "password has 4097 bytes, at most 4096"),
        (json!(""), "password is empty"),
        (json!("hunter2\u{0}hunter2"), "control characters"),
        (json!("hunter2\u{85}"), "control characters"),
        (json!(["hunter2", "O'Neill"]), "must be a string, not an array"),
        (json!({"hunter2": "O'Neill"}), "must be a string, not an object"),
    ] {
        let operation = json!([{"op": "replace", "path": "password", "value": wrong}]);
        let mut other = ada(&wrong);
        other["userName"] = json!("grace@example.com");
        let replies = [
            put(&mut site, &id, &wrong),
            site.patch(&id, &operation),
            site.send("POST", "/Users", &[], Some(&other)),
        ];
        for reply in replies {
            assert_eq!(reply.status, 400, "{}", reply.text);
            assert_eq!(reply.scim_type().as_deref(), Some("invalidValue"));
            assert!(reply.detail().contains(detail), "{}", reply.detail());
            assert_hidden(&site, &reply);
        }
    }
    assert_eq!(held(&site), Some(longest.as_str()));
    assert_eq!(site.store.rows.len(), 1);
}

#[test]
fn nothing_can_be_found_or_sorted_by_it() {
    let mut site = Site::default();
    site.create(&ada(&json!(SECRET)));
    let urn = "urn:ietf:params:scim:schemas:core:2.0:User:password";
    for filter in [
        "password eq \"hunter2\"",
        "PASSWORD sw \"h\"",
        "password pr",
        "not (password pr)",
        "password eq null",
        "password ne \"hunter2\"",
        "password[value sw \"hunter2\"]",
        "password.value eq \"hunter2\"",
        "userName pr and password ge \"hunter2\"",
        "userName eq \"nobody\" or password le \"hunter2\"",
        "password eq \"hunter2",
        "urn:ietf:params:scim:schemas:core:2.0:User:password co \"hunter2\"",
    ] {
        let search = json!({"schemas": [SEARCH], "filter": filter});
        for reply in [
            site.send("GET", "/Users", &[("filter", filter)], None),
            site.send("POST", "/Users/.search", &[], Some(&search)),
            site.send("POST", "/.search", &[], Some(&search)),
        ] {
            assert_hidden(&site, &reply);
            if filter.starts_with("urn:") && reply.status == 200 {
                // Groups may have an extension of that name; users are not searched.
                assert_eq!(reply.json()["totalResults"], json!(0));
                continue;
            }
            assert_eq!(reply.status, 400, "{filter}: {}", reply.text);
            assert_eq!(reply.scim_type().as_deref(), Some("invalidFilter"), "{filter}");
        }
    }
    for name in ["password", "Password", urn] {
        for order in ["ascending", "descending"] {
            let reply = site.send("GET", "/Users", &[("sortBy", name), ("sortOrder", order)], None);
            assert_eq!(reply.status, 400, "{name}");
            assert!(reply.detail().contains("never returned"), "{}", reply.detail());
        }
    }
}

#[test]
fn a_site_that_ignores_passwords_has_no_such_attribute() {
    let mut site = Site::default();
    site.passwords_ignored = true;
    let id = site.create(&ada(&json!(SECRET)));
    assert_eq!(put(&mut site, &id, &json!(SECRET)).status, 200);
    for operation in [
        json!({"op": "replace", "path": "password", "value": SECRET}),
        json!({"op": "remove", "path": "password"}),
        json!({"op": "replace", "path": "password", "value": ""}),
    ] {
        let reply = site.patch(&id, &json!([operation]));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert!(reply.notices.is_empty(), "Okta sends one for everybody");
    }
    assert_eq!(held(&site), None);
    assert_eq!(site.store.writes(), 1, "only the create");
    let config = site.get("/ServiceProviderConfig").json();
    assert_eq!(config["changePassword"]["supported"], json!(false));
    assert!(!site.get("/Schemas").text.contains("\"password\""));
}
