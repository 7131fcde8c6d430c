//! Bulk (RFC 7644 §3.7): many operations in one request, and what refers to what.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::limits::MAX_BULK_OPERATIONS;
use serde_json::{Value, json};

use support::bulk::{REQUEST, RESPONSE, bulk, bulk_until, id_of, post, send, statuses, user};
use support::client::{BASE, Site};

#[test]
fn each_operation_has_its_result_in_the_order_of_the_request() {
    let mut site = Site::default();
    let ada = site.create(&json!({"userName": "ada"}));
    let bob = site.create(&json!({"userName": "bob"}));
    let eve = site.create(&json!({"userName": "eve"}));
    let path = |id: &str| format!("/Users/{id}");
    let results = bulk(
        &mut site,
        &[
            json!({"method": "post", "bulkId": "q", "path": "/Users", "data": {"userName": "new"}}),
            json!({"method": "PUT", "path": path(&ada), "data": {"userName": "ada", "title": "Countess"}}),
            json!({"method": "PATCH", "bulkId": "p", "path": path(&bob), "data": {"Operations": [{"op": "add", "path": "title", "value": "Baker"}]}}),
            json!({"method": "DELETE", "path": path(&eve)}),
            json!({"method": "DELETE", "path": "/Users/nobody"}),
        ],
    );
    assert_eq!(statuses(&results), ["201", "200", "200", "204", "404"]);
    let new = id_of(&results[0]);
    assert_eq!(site.user(&new)["userName"], "new");
    assert_eq!(results[0]["bulkId"], "q");
    assert_eq!(results[0]["method"], "POST");
    assert_eq!(results[2]["bulkId"], "p");
    for (result, id) in results.iter().zip([&new, &ada, &bob]) {
        assert_eq!(result["location"], json!(format!("{BASE}/Users/{id}")));
        let now = site.get(&path(id)).json();
        assert_eq!(result["version"], now["meta"]["version"]);
    }
    assert_eq!(
        results[3]["location"],
        json!(format!("{BASE}/Users/{eve}")),
        "RFC 7644 §3.7.3"
    );
    assert_eq!(site.user(&ada)["title"], "Countess");
    assert_eq!(site.user(&bob)["title"], "Baker");
    assert_eq!(site.get(&path(&eve)).status, 404);
}

#[test]
fn it_ends_after_as_many_errors_as_the_client_takes() {
    let bad = |id: &str| post(id, "/Users", json!({}));
    let operations = [user("a"), bad("b"), user("c"), bad("d"), user("e")];
    for (errors, expected) in [
        (Some(1), &["201", "400"][..]),
        (Some(2), &["201", "400", "201", "400"]),
        (Some(3), &["201", "400", "201", "400", "201"]),
        (None, &["201", "400", "201", "400", "201"]),
    ] {
        let mut site = Site::default();
        let results = bulk_until(&mut site, &operations, errors);
        assert_eq!(statuses(&results), expected, "{errors:?}");
        let there = expected.iter().filter(|status| **status == "201").count();
        assert_eq!(
            site.get("/Users").json()["totalResults"],
            json!(there),
            "the rest was not tried"
        );
    }
}

#[test]
fn versions_are_kept() {
    let mut site = Site::default();
    let ada = site.create(&json!({"userName": "ada"}));
    let path = format!("/Users/{ada}");
    let tag = site.get(&path).json()["meta"]["version"].clone();
    let change = |version: &Value, title: &str| {
        json!({"method": "PATCH", "path": path, "version": version,
        "data": {"Operations": [{"op": "replace", "path": "title", "value": title}]}})
    };
    let delete = |version: &Value| json!({"method": "DELETE", "path": path, "version": version});
    let put = |version: &Value| json!({"method": "PUT", "path": path, "version": version, "data": {"userName": "ada"}});
    let results = bulk(
        &mut site,
        &[
            change(&tag, "first"),
            change(&tag, "second"),
            put(&tag),
            delete(&tag),
            delete(&json!("")),
        ],
    );
    assert_eq!(statuses(&results), ["200", "412", "412", "412", "412"]);
    assert_eq!(site.user(&ada)["title"], "first");
    let results = bulk(&mut site, &[change(&results[0]["version"], "third")]);
    assert_eq!(statuses(&results), ["200"]);
    let results = bulk(&mut site, &[put(&results[0]["version"])]);
    assert_eq!(statuses(&results), ["200"]);
    assert_eq!(site.user(&ada).get("title"), None);
    let results = bulk(&mut site, &[delete(&results[0]["version"])]);
    assert_eq!(statuses(&results), ["204"]);
}

#[test]
fn a_request_that_cannot_be_read_does_nothing() {
    let mut site = Site::default();
    let whole = |operations: Value| json!({"schemas": [REQUEST], "Operations": operations});
    let with = |operation: Value| whole(json!([user("a"), operation]));
    let before = site.store.state();
    for (body, scim_type, detail) in [
        (
            json!({"Operations": [user("a")]}),
            "invalidSyntax",
            "'schemas' of a bulk request",
        ),
        (
            json!({"schemas": [RESPONSE], "Operations": [user("a")]}),
            "invalidSyntax",
            "'schemas' of a bulk request",
        ),
        (
            json!({"schemas": [REQUEST]}),
            "invalidSyntax",
            "needs an array 'Operations'",
        ),
        (whole(json!({})), "invalidSyntax", "needs an array 'Operations'"),
        (
            with(json!("x")),
            "invalidSyntax",
            "operation 2 must be an object, not a string",
        ),
        (
            with(json!({"path": "/Users"})),
            "invalidSyntax",
            "operation 2: 'method' must be",
        ),
        (
            with(json!({"method": "GET", "path": "/Users"})),
            "invalidSyntax",
            "not 'GET'",
        ),
        (
            with(json!({"method": "POST", "bulkId": "b"})),
            "invalidSyntax",
            "operation 2 needs a 'path'",
        ),
        (
            with(json!({"method": "POST", "path": "/Users", "data": {"userName": "b"}})),
            "invalidSyntax",
            "operation 2 needs a 'bulkId'",
        ),
        (
            with(json!({"method": "POST", "bulkId": "", "path": "/Users"})),
            "invalidSyntax",
            "operation 2 needs a 'bulkId'",
        ),
        (with(user("a")), "invalidValue", "the bulkId 'a' appears twice"),
        (
            with(json!({"method": "DELETE", "bulkId": "a", "path": "/Users/x"})),
            "invalidValue",
            "the bulkId 'a' appears twice",
        ),
        (
            with(json!({"method": ["PUT"], "path": "/Users/x"})),
            "invalidSyntax",
            "operation 2: 'method' must be a string, not an array",
        ),
        (
            with(json!({"method": "PUT", "path": 7})),
            "invalidSyntax",
            "operation 2: 'path' must be a string, not a number",
        ),
        (
            with(json!({"method": "POST", "bulkId": 7, "path": "/Users", "data": {"userName": "b"}})),
            "invalidSyntax",
            "operation 2: 'bulkId' must be a string, not a number",
        ),
        (
            with(json!({"method": "DELETE", "path": "/Users/x", "version": 1})),
            "invalidSyntax",
            "operation 2: 'version' must be a string, not a number",
        ),
        (
            json!({"schemas": [REQUEST], "failOnErrors": "1", "Operations": [user("a")]}),
            "invalidValue",
            "'failOnErrors' must be a whole number, not a string",
        ),
        (
            json!({"schemas": [REQUEST], "failOnErrors": -1, "Operations": [user("a")]}),
            "invalidValue",
            "'failOnErrors' must be a whole number",
        ),
    ] {
        let reply = send(&mut site, &body);
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (400, Some(scim_type)),
            "{}",
            reply.text
        );
        assert!(reply.detail().contains(detail), "{}", reply.detail());
        assert!(site.store.state() == before, "something was changed");
    }
}

#[test]
fn an_operation_that_fails_leaves_the_others() {
    let mut site = Site::default();
    let results = bulk(
        &mut site,
        &[
            json!({"method": "POST", "bulkId": "a", "path": "/Users"}),
            json!({"method": "PATCH", "path": "/Groups/nothing", "data": {"Operations": []}}),
            json!({"method": "POST", "bulkId": "c", "path": "/Groups", "data": []}),
            user("d"),
        ],
    );
    assert_eq!(statuses(&results), ["400", "404", "400", "201"]);
    assert_eq!(
        results[1]["location"],
        json!(format!("{BASE}/Groups/nothing")),
        "RFC 7644 §3.7.3"
    );
}

#[test]
fn a_path_is_that_of_a_collection_or_of_one_resource() {
    let long = format!("/Users/{}", "x".repeat(300));
    for (method, path) in [
        ("POST", ""),
        ("POST", "/"),
        ("POST", "/Users/x"),
        ("POST", "/Users/.search"),
        ("POST", "/Groups/.search"),
        ("POST", "/.search"),
        ("POST", "/Bulk"),
        ("POST", "/Me"),
        ("POST", "/Schemas"),
        ("POST", "/Users?attributes=id"),
        ("POST", "/User"),
        ("POST", "https://site.example/wp-json/wpo365/v1/Users"),
        ("PUT", "/Users"),
        ("PUT", "/Users/"),
        ("PUT", "/Users/.search"),
        ("PUT", "/Me"),
        ("PATCH", "/Groups"),
        ("PATCH", "/Users/a/b"),
        ("PATCH", "/Users/a?excludedAttributes=groups"),
        ("PATCH", "/Schemas/x"),
        ("DELETE", "/Groups"),
        ("DELETE", "/Users/a#b"),
        ("DELETE", "/ServiceProviderConfig"),
        ("DELETE", "https://site.example/wp-json/wpo365/v1/Users/x"),
        ("DELETE", "bulkId:a"),
    ] {
        let mut site = Site::default();
        let mut operation = json!({"method": method, "path": path, "data": {"userName": "x"}});
        if method == "POST" {
            operation["bulkId"] = json!("x");
        }
        let results = bulk(&mut site, &[operation, user("d")]);
        assert_eq!(statuses(&results), ["400", "201"], "{method} {path}");
        let error = &results[0]["response"];
        assert_eq!(error["scimType"], "invalidValue", "{method} {path}");
        let must = if method == "POST" {
            "/Users or /Groups"
        } else {
            "that of a user or group"
        };
        let said = error["detail"].as_str().unwrap();
        assert!(
            said.starts_with(&format!("operation 1: 'path' of {method} must be {must}")),
            "{said}"
        );
        assert_eq!(results[0].get("location"), None, "{method} {path}");
        assert_eq!(site.get("/Users").json()["totalResults"], 1);
    }
    let mut site = Site::default();
    let results = bulk(&mut site, &[json!({"method": "DELETE", "path": long})]);
    assert_eq!(statuses(&results), ["404"]);
}

#[test]
fn a_path_may_be_written_in_several_ways() {
    for path in ["/Users", "Users", "/users/", "/USERS"] {
        let mut site = Site::default();
        let results = bulk(&mut site, &[post("a", path, json!({"userName": "a"}))]);
        assert_eq!(statuses(&results), ["201"], "{path}");
        let id = id_of(&results[0]);
        let path = format!("{}/{id}", path.trim_end_matches('/'));
        let results = bulk(
            &mut site,
            &[
                json!({"method": "Put", "path": path, "data": {"userName": "b"}}),
                json!({"method": "delete", "path": format!("{path}/")}),
            ],
        );
        assert_eq!(statuses(&results), ["200", "204"], "{path}");
        for result in &results {
            assert_eq!(result["location"], json!(format!("{BASE}/Users/{id}")));
        }
    }
}

#[test]
fn the_data_of_a_delete_says_nothing() {
    let mut site = Site::default();
    let ada = site.create(&json!({"userName": "ada"}));
    let operation =
        json!({"method": "DELETE", "path": format!("/Users/{ada}"), "data": {"x": "bulkId:nobody"}});
    assert_eq!(statuses(&bulk(&mut site, &[operation])), ["204"]);
}

#[test]
fn limits_are_reached_and_not_passed() {
    let mut site = Site::default();
    let operations: Vec<Value> = (0..=MAX_BULK_OPERATIONS)
        .map(|number| json!({"method": "DELETE", "path": format!("/Users/{number}")}))
        .collect();
    let body = json!({"schemas": [REQUEST], "Operations": operations});
    let reply = send(&mut site, &body);
    assert_eq!((reply.status, reply.scim_type()), (413, None), "RFC 7644 §3.7.4");
    assert!(
        reply
            .detail()
            .contains("1001 operations in one bulk request, at most 1000"),
        "{}",
        reply.detail()
    );
    assert_eq!(site.store.writes(), 0);
    assert_eq!(bulk(&mut site, &operations[1..]).len(), MAX_BULK_OPERATIONS);

    site.max_body_bytes = Some(300);
    let small = json!({"schemas": [REQUEST], "Operations": [user("a")]});
    assert!(small.to_string().len() <= 300);
    assert_eq!(send(&mut site, &small).status, 200);
    let large = json!({"schemas": [REQUEST], "Operations": [user("b"), user("c"), user("d"), user("e")]});
    assert!(large.to_string().len() > 300);
    assert_eq!(send(&mut site, &large).status, 413);
    assert_eq!(site.get("/Users").json()["totalResults"], 1);
}

#[test]
fn notices_are_those_of_its_operations() {
    let mut site = Site::default();
    let ada = site.create(&json!({"userName": "ada"}));
    let body = json!({"schemas": [REQUEST], "Operations": [
        {"method": "PATCH", "path": format!("/Users/{ada}"), "data": {"Operations": [{"op": "add", "path": "colour", "value": "red"}]}},
    ]});
    let reply = send(&mut site, &body);
    assert_eq!(reply.notice_codes(), ["attributeIgnored"]);
    assert_eq!(reply.notices[0].resource, ada);
}
