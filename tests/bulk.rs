//! Bulk (RFC 7644 §3.7): many operations in one request, and what refers to what.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::error::ERROR_SCHEMA;
use scimpress::limits::MAX_BULK_OPERATIONS;
use serde_json::{Value, json};

use support::client::{BASE, Reply, Site};

const REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn post(id: &str, path: &str, data: Value) -> Value {
    let mut operation = json!({"method": "POST", "bulkId": id, "path": path});
    operation["data"] = data;
    operation
}

fn user(id: &str) -> Value {
    post(id, "/Users", json!({"userName": id}))
}

/// A group with references to these bulkIds as members.
fn group(id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members
        .iter()
        .map(|member| json!({"value": format!("bulkId:{member}")}))
        .collect();
    post(id, "/Groups", json!({"displayName": id, "members": members}))
}

fn send(site: &mut Site, body: &Value) -> Reply {
    site.send("POST", "/Bulk", &[], Some(body))
}

/// Sends operations, checks the form of the answer, and answers the results.
fn bulk(site: &mut Site, operations: &[Value]) -> Vec<Value> {
    bulk_until(site, operations, None)
}

fn bulk_until(site: &mut Site, operations: &[Value], errors: Option<u64>) -> Vec<Value> {
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

fn statuses(results: &[Value]) -> Vec<&str> {
    results
        .iter()
        .map(|result| result["status"].as_str().unwrap())
        .collect()
}

/// The id at the end of a result's location.
fn id_of(result: &Value) -> String {
    let location = result["location"].as_str().unwrap_or_else(|| panic!("{result}"));
    location.rsplit('/').next().unwrap().to_owned()
}

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
fn references_are_resolved_whatever_their_order() {
    for backwards in [false, true] {
        let mut site = Site::default();
        let mut operations = vec![
            user("ada"),
            user("bob"),
            group("inner", &["ada", "bob"]),
            group("outer", &["inner"]),
        ];
        if backwards {
            operations.reverse();
        }
        let mut results = bulk(&mut site, &operations);
        assert_eq!(statuses(&results), ["201"; 4]);
        if backwards {
            results.reverse();
        }
        let ids: Vec<String> = results.iter().map(id_of).collect();
        assert_eq!(results[3]["bulkId"], "outer");
        let mut inner = site.members(&ids[2]);
        inner.sort();
        let mut expected = ids[..2].to_vec();
        expected.sort();
        assert_eq!(inner, expected);
        assert_eq!(site.members(&ids[3]), ids[2..3]);
        for result in &results[2..] {
            let now = site.get(&format!("/Groups/{}", id_of(result))).json();
            assert_eq!(result["version"], now["meta"]["version"]);
        }
    }
}

#[test]
fn a_reference_may_be_anywhere_in_the_data() {
    let mut site = Site::default();
    let editors = site.create_group("Editors", &[]);
    let operations = [
        json!({"method": "PATCH", "path": format!("/Groups/{editors}"), "data": {"Operations": [
            {"op": "add", "path": "members", "value": [{"value": "bulkId:ada"}]},
        ]}}),
        post(
            "ada",
            "/Users",
            json!({"userName": "ada", ENTERPRISE: {"manager": {"value": "bulkId:bob"}}}),
        ),
        user("bob"),
    ];
    let results = bulk(&mut site, &operations);
    assert_eq!(statuses(&results), ["204", "201", "201"]);
    let ada = id_of(&results[1]);
    assert_eq!(site.members(&editors), std::slice::from_ref(&ada));
    assert_eq!(
        site.user(&ada)[ENTERPRISE]["manager"]["value"],
        json!(id_of(&results[2]))
    );
}

#[test]
fn circles_of_groups_are_closed() {
    for length in 2..5 {
        let mut site = Site::default();
        let names: Vec<String> = (0..length).map(|number| format!("g{number}")).collect();
        let operations: Vec<Value> = (0..length)
            .map(|number| group(&names[number], &[&names[(number + 1) % length]]))
            .collect();
        let results = bulk(&mut site, &operations);
        assert_eq!(statuses(&results), vec!["201"; length]);
        for (number, result) in results.iter().enumerate() {
            let next = id_of(&results[(number + 1) % length]);
            assert_eq!(site.members(&id_of(result)), [next], "RFC 7644 §3.7.1");
            let now = site.get(&format!("/Groups/{}", id_of(result))).json();
            assert_eq!(
                result["version"], now["meta"]["version"],
                "the tag after the circle was closed"
            );
        }
    }
}

#[test]
fn a_group_in_itself_is_refused_and_not_made() {
    let mut site = Site::default();
    let results = bulk(&mut site, &[group("g", &["g"])]);
    assert_eq!(statuses(&results), ["400"]);
    assert_eq!(results[0].get("location"), None);
    assert_eq!(site.get("/Groups").json()["totalResults"], 0);
}

#[test]
fn what_refers_to_a_failure_fails() {
    let mut site = Site::default();
    site.create(&json!({"userName": "ada"}));
    let results = bulk(
        &mut site,
        &[
            group("outer", &["inner"]),
            group("inner", &["ada", "bob"]),
            user("ada"),
            user("bob"),
            json!({"method": "DELETE", "path": "/Users/bulkId:ada"}),
            group("other", &["bob"]),
            group("stray", &["nobody"]),
        ],
    );
    assert_eq!(
        statuses(&results),
        ["409", "409", "409", "201", "409", "201", "409"]
    );
    assert_eq!(results[2]["response"]["scimType"], "uniqueness");
    assert_eq!(results[1]["response"].get("scimType"), None);
    assert!(
        results[6]["response"]["detail"]
            .as_str()
            .unwrap()
            .contains("'nobody'")
    );
    for failed in [0, 1, 2, 6] {
        assert_eq!(
            results[failed].get("location"),
            None,
            "RFC 7644 §3.7.3: a POST that failed has none"
        );
    }
    let groups = site.get("/Groups").json();
    assert_eq!(groups["totalResults"], 1);
}

#[test]
fn only_a_post_makes_what_a_reference_means() {
    let mut site = Site::default();
    let ada = site.create(&json!({"userName": "ada"}));
    let results = bulk(
        &mut site,
        &[
            json!({"method": "PUT", "bulkId": "p", "path": format!("/Users/{ada}"), "data": {"userName": "ada"}}),
            group("g", &["p"]),
        ],
    );
    assert_eq!(statuses(&results), ["200", "409"]);
}

#[test]
fn a_path_may_name_what_an_operation_makes() {
    let mut site = Site::default();
    let results = bulk(
        &mut site,
        &[
            json!({"method": "PATCH", "path": "/Users/bulkId:ada", "data": {"Operations": [{"op": "add", "path": "title", "value": "x"}]}}),
            json!({"method": "PUT", "path": "/Groups/bulkId:g", "data": {"displayName": "renamed", "members": [{"value": "bulkId:ada"}]}}),
            json!({"method": "DELETE", "path": "/Users/bulkId:bob"}),
            user("ada"),
            user("bob"),
            group("g", &[]),
        ],
    );
    assert_eq!(statuses(&results), ["200", "200", "204", "201", "201", "201"]);
    for (change, made) in [(0, 3), (1, 5), (2, 4)] {
        assert_eq!(results[change]["location"], results[made]["location"]);
    }
    assert_eq!(site.user(&id_of(&results[3]))["title"], "x");
    let renamed = site.get(&format!("/Groups/{}", id_of(&results[5]))).json();
    assert_eq!(renamed["displayName"], "renamed");
    assert_eq!(site.members(&id_of(&results[5])), [id_of(&results[3])]);
    assert_eq!(site.get("/Users").json()["totalResults"], 1);
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
    let delete = json!({"method": "DELETE", "path": path, "version": tag});
    let results = bulk(
        &mut site,
        &[change(&tag, "first"), change(&tag, "second"), delete],
    );
    assert_eq!(statuses(&results), ["200", "412", "412"]);
    assert_eq!(site.user(&ada)["title"], "first");
    let results = bulk(&mut site, &[change(&results[0]["version"], "third")]);
    assert_eq!(statuses(&results), ["200"]);
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
        (
            with(json!({"method": "POST", "bulkId": "b", "path": "/Bulk"})),
            "invalidValue",
            "must begin with /Users or /Groups, not '/Bulk'",
        ),
        (
            with(json!({"method": "PATCH", "path": "/Me"})),
            "invalidValue",
            "must begin with /Users or /Groups",
        ),
        (with(user("a")), "invalidValue", "the bulkId 'a' appears twice"),
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
            json!({"method": "PUT", "path": "/Users", "data": {"userName": "x"}}),
            json!({"method": "POST", "bulkId": "b", "path": "/Users/x", "data": {"userName": "x"}}),
            json!({"method": "PATCH", "path": "/Groups/nothing", "data": {"Operations": []}}),
            json!({"method": "POST", "bulkId": "c", "path": "/Groups", "data": []}),
            user("d"),
        ],
    );
    assert_eq!(statuses(&results), ["400", "405", "405", "404", "400", "201"]);
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
fn a_thousand_references_in_a_row_are_resolved() {
    let mut site = Site::default();
    let names: Vec<String> = (0..MAX_BULK_OPERATIONS)
        .map(|number| format!("g{number}"))
        .collect();
    let operations: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(number, name)| match names.get(number + 1) {
            Some(next) => group(name, &[next]),
            None => group(name, &[]),
        })
        .collect();
    let results = bulk(&mut site, &operations);
    assert_eq!(statuses(&results), vec!["201"; MAX_BULK_OPERATIONS]);
    assert_eq!(site.members(&id_of(&results[0])), [id_of(&results[1])]);
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
