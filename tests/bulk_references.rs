//! References between the operations of a bulk request (RFC 7644 §3.7.1, §3.7.2).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::StoreError;
use scimpress::limits::MAX_BULK_OPERATIONS;
use serde_json::{Value, json};

use support::bulk::{bulk, bulk_until, group, id_of, post, statuses, user};
use support::client::{BASE, Site};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

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
fn a_reference_may_be_part_of_a_url_or_of_a_path() {
    let mut site = Site::default();
    let manager = |value: Value| json!({"userName": "x", ENTERPRISE: {"manager": value}});
    for (sent, kept) in [
        (
            json!({"value": "bulkId:bob", "$ref": "bulkId:bob"}),
            format!("{BASE}/Users/{{}}"),
        ),
        (
            json!({"value": "bulkId:bob", "$ref": "../Users/bulkId:bob"}),
            "../Users/{}".to_owned(),
        ),
    ] {
        let mut site = Site::default();
        let results = bulk(&mut site, &[post("x", "/Users", manager(sent)), user("bob")]);
        assert_eq!(statuses(&results), ["201", "201"]);
        let bob = id_of(&results[1]);
        let stored = &site.user(&id_of(&results[0]))[ENTERPRISE]["manager"];
        assert_eq!(stored["value"], json!(bob));
        assert_eq!(stored["$ref"], json!(kept.replace("{}", &bob)));
    }
    let ada = site.create(&json!({"userName": "ada"}));
    let editors = site.create_group("Editors", &[&ada]);
    let select = |id: &str| format!("members[value eq \"bulkId:{id}\" or value eq \"{ada}\"]");
    let patch = |operations: Value| json!({"method": "PATCH", "path": format!("/Groups/{editors}"), "data": {"Operations": operations}});
    let results = bulk(
        &mut site,
        &[
            patch(json!([
                {"op": "add", "path": "members", "value": [{"value": "bulkId:bo\"b"}]},
                {"op": "remove", "path": "members[value eq \"bulkId:bo\\\"b\"]"},
            ])),
            patch(json!([{"op": "remove", "path": select("nobody")}])),
            patch(
                json!([{"op": "add", "path": "members", "value": [{"value": "bulkId:eve"}]}, {"op": "remove", "path": select("eve")}]),
            ),
            post("bo\"b", "/Users", json!({"userName": "bob"})),
            user("eve"),
        ],
    );
    assert_eq!(statuses(&results), ["204", "400", "204", "201", "201"]);
    assert_eq!(site.members(&editors), [] as [String; 0]);
}

#[test]
fn a_text_that_only_mentions_the_word_is_no_reference() {
    let mut site = Site::default();
    let texts = ["see bulkId:x", "bulkid:x", "a/bulkId:x", "\"bulkId:x\""];
    for (number, text) in texts.iter().enumerate() {
        let name = format!("user{number}");
        let results = bulk(
            &mut site,
            &[post(
                "u",
                "/Users",
                json!({"userName": name, "title": text, "profileUrl": "https://x.example/bulkId:x"}),
            )],
        );
        assert_eq!(statuses(&results), ["201"], "{text}");
        assert_eq!(site.user(&id_of(&results[0]))["title"], json!(text));
    }
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
fn a_user_may_be_its_own_manager() {
    let mut site = Site::default();
    let ada = json!({"userName": "ada", ENTERPRISE: {"manager": {"value": "bulkId:ada"}}});
    let results = bulk(&mut site, &[post("ada", "/Users", ada)]);
    assert_eq!(statuses(&results), ["201"]);
    let id = id_of(&results[0]);
    assert_eq!(site.user(&id)[ENTERPRISE]["manager"]["value"], json!(id));
}

#[test]
fn users_who_manage_each_other_are_made_together() {
    let manager = |id: &str, name: Value, of: &str| {
        post(
            id,
            "/Users",
            json!({"userName": name, ENTERPRISE: {"manager": {"value": format!("bulkId:{of}")}}}),
        )
    };
    let mut site = Site::default();
    let results = bulk(
        &mut site,
        &[manager("a", json!("a"), "b"), manager("b", json!("b"), "a")],
    );
    assert_eq!(statuses(&results), ["201", "201"]);
    for (one, other) in [(0, 1), (1, 0)] {
        let stored = site.user(&id_of(&results[one]));
        assert_eq!(
            stored[ENTERPRISE]["manager"]["value"],
            json!(id_of(&results[other]))
        );
    }
    let before = site.get("/Users").json()["totalResults"].clone();
    let results = bulk(
        &mut site,
        &[manager("c", json!("c"), "d"), manager("d", json!("a"), "c")],
    );
    assert_eq!(statuses(&results), ["409", "409"]);
    assert_eq!(results[1]["response"]["scimType"], "uniqueness");
    assert_eq!(
        site.get("/Users").json()["totalResults"],
        before,
        "RFC 7644 §3.7.1"
    );
}

/// A circle of three, one of whom cannot be made, and what hangs on it.
fn broken(failing: usize) -> Vec<Value> {
    let mut operations = vec![
        group("a", &["ada", "b"]),
        group("b", &["c"]),
        group("c", &["a"]),
        user("ada"),
        group("outer", &["a"]),
        json!({"method": "PATCH", "path": "/Groups/bulkId:b", "data": {"Operations": [{"op": "add", "path": "externalId", "value": "x"}]}}),
    ];
    operations[failing]["data"]["displayName"] = json!("Taken");
    operations
}

#[test]
fn a_circle_that_cannot_be_closed_has_not_happened() {
    for failing in 0..3 {
        let mut site = Site::default();
        let taken = site.create_group("Taken", &[]);
        let results = bulk(&mut site, &broken(failing));
        assert_eq!(statuses(&results), ["409", "409", "409", "201", "409", "409"]);
        let groups = site.get("/Groups").json();
        assert_eq!(groups["totalResults"], 1);
        assert_eq!(groups["Resources"][0]["id"], json!(taken));
        let ada = site.user(&id_of(&results[3]));
        assert_eq!(ada.get("groups"), None);
        for (index, result) in results.iter().enumerate().filter(|(index, _)| *index != 3) {
            assert_eq!(result.get("location"), None);
            let scim_type = result["response"].get("scimType");
            assert_eq!(
                scim_type.is_some(),
                index == failing,
                "only its own error is of the name"
            );
        }
        let name = ["a", "b", "c"][failing];
        let other = &results[(failing + 1) % 3]["response"]["detail"];
        assert_eq!(
            *other,
            json!(format!("the bulkId '{name}' is of no operation that succeeded"))
        );
    }
}

#[test]
fn a_circle_whose_members_cannot_be_added_has_not_happened() {
    let mut site = Site::default();
    site.store.refuse("update", 1, StoreError::Busy);
    let results = bulk(&mut site, &[group("a", &["b"]), group("b", &["a"]), user("ada")]);
    assert_eq!(statuses(&results), ["503", "409", "201"]);
    assert_eq!(site.get("/Groups").json()["totalResults"], 0);
}

#[test]
fn what_cannot_be_taken_back_is_named() {
    let mut site = Site::default();
    site.create_group("Taken", &[]);
    site.store.refuse("delete", 1, StoreError::Busy);
    let results = bulk(&mut site, &broken(2));
    assert_eq!(statuses(&results), ["409", "409", "409", "201", "409", "409"]);
    let left = id_of(&results[1]);
    assert_eq!(site.get(&format!("/Groups/{left}")).status, 200);
    assert!(
        results[1]["response"]["detail"]
            .as_str()
            .unwrap()
            .contains("complete or delete it"),
        "{}",
        results[1]
    );
    assert_eq!(results[0].get("location"), None);
    assert_eq!(site.get("/Groups").json()["totalResults"], 2);
    site.store.interference = None;
}

#[test]
fn every_operation_of_a_broken_circle_is_an_error() {
    for (limit, last) in [(1, false), (3, false), (4, true), (9, true)] {
        let mut site = Site::default();
        site.create_group("Taken", &[]);
        let operations = [
            group("a", &["b"]),
            group("b", &["c"]),
            post(
                "c",
                "/Groups",
                json!({"displayName": "Taken", "members": [{"value": "bulkId:a"}]}),
            ),
            user("ada"),
        ];
        let results = bulk_until(&mut site, &operations, Some(limit));
        let expected = if last {
            &["409", "409", "409", "201"][..]
        } else {
            &["409"; 3]
        };
        assert_eq!(statuses(&results), expected, "failOnErrors {limit}");
        assert_eq!(site.get("/Users").json()["totalResults"], json!(u32::from(last)));
    }
}

#[test]
fn circles_are_done_after_what_they_refer_to_and_before_what_refers_to_them() {
    let mut site = Site::default();
    let operations = [
        group("outer", &["a", "x"]),
        group("x", &["y"]),
        group("y", &["x", "b"]),
        group("a", &["b", "ada"]),
        group("b", &["a"]),
        user("ada"),
    ];
    let results = bulk(&mut site, &operations);
    assert_eq!(statuses(&results), ["201"; 6]);
    let names = ["outer", "x", "y", "a", "b", "ada"];
    for (index, members) in [
        (0, &["a", "x"][..]),
        (1, &["y"]),
        (2, &["x", "b"]),
        (3, &["b", "ada"]),
        (4, &["a"]),
    ] {
        let mut found = site.members(&id_of(&results[index]));
        let mut expected: Vec<String> = members
            .iter()
            .map(|name| id_of(&results[names.iter().position(|it| it == name).unwrap()]))
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{}", names[index]);
    }
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
        ["409", "409", "409", "201", "409", "201", "400"]
    );
    assert_eq!(results[2]["response"]["scimType"], "uniqueness");
    assert_eq!(results[1]["response"].get("scimType"), None);
    assert!(
        results[6]["response"]["detail"]
            .as_str()
            .unwrap()
            .contains("'nobody'")
    );
    for failed in [0, 1, 2, 4, 6] {
        assert_eq!(results[failed].get("location"), None, "there is nothing");
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
    assert_eq!(statuses(&results), ["200", "400"]);
    assert_eq!(results[1]["response"]["scimType"], "invalidValue");
}

#[test]
fn a_path_may_name_what_an_operation_makes() {
    let mut site = Site::default();
    let results = bulk(
        &mut site,
        &[
            json!({"method": "PATCH", "path": "/Users/bulkId:ada", "data": {"Operations": [{"op": "add", "path": "title", "value": "x"}]}}),
            json!({"method": "PUT", "path": "/Groups/bulkId:g", "data": {"displayName": "renamed", "members": [{"value": "bulkId:ada"}]}}),
            json!({"method": "delete", "path": "users/bulkId:bob/"}),
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
fn a_circle_of_a_thousand_is_closed() {
    let mut site = Site::default();
    let operations: Vec<Value> = (0..MAX_BULK_OPERATIONS)
        .map(|number| {
            group(
                &format!("g{number}"),
                &[&format!("g{}", (number + 1) % MAX_BULK_OPERATIONS)],
            )
        })
        .collect();
    let results = bulk(&mut site, &operations);
    assert_eq!(statuses(&results), vec!["201"; MAX_BULK_OPERATIONS]);
    assert_eq!(site.members(&id_of(&results[999])), [id_of(&results[0])]);
}
