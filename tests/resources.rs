//! What the RFCs demand of every resource, user or group, by clause.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use serde_json::{Map, Value, json};

use support::client::{BASE, Site, patch_of};
use support::diff::assert_json;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A site with a user in a group that is in another, and their paths.
fn site() -> (Site, [String; 3]) {
    let mut site = Site::default();
    let ada = site.create(&json!({"userName": "ada@example.com", "displayName": "Ada"}));
    let inner = site.create_group("Inner", &[&ada]);
    let outer = site.create_group("Outer", &[&inner, &ada]);
    let paths = [
        format!("/Users/{ada}"),
        format!("/Groups/{inner}"),
        format!("/Groups/{outer}"),
    ];
    (site, paths)
}

/// The path below the base URL of an absolute URL.
fn path_of(url: &Value) -> &str {
    url.as_str().unwrap().strip_prefix(BASE).unwrap()
}

#[test]
fn a_new_resource_says_what_it_is_and_where() {
    for (path, kind, body) in [
        (
            "/Users",
            "User",
            json!({"userName": "ada@example.com", "meta": {"resourceType": "Group", "location": "https://elsewhere.example"}}),
        ),
        (
            "/Groups",
            "Group",
            json!({"displayName": "Editors", "meta": {"resourceType": "User", "lastModified": "2001-01-01T00:00:00Z"}}),
        ),
    ] {
        let mut site = Site::default();
        let reply = site.send("POST", path, &[], Some(&body));
        assert_eq!(reply.status, 201);
        let made = reply.json();
        assert!(!made["id"].as_str().unwrap().is_empty());
        let meta = &made["meta"];
        assert_eq!(meta["resourceType"], kind, "RFC 7644 §3.3.1");
        for header in ["Location", "Content-Location"] {
            let location = meta["location"].as_str();
            assert_eq!(reply.header(header), location, "RFC 7644 §3.3, RFC 7643 §3.1");
        }
        assert_eq!(meta["created"], "2026-11-22T07:00:01.000Z");
        assert_eq!(meta["lastModified"], meta["created"], "RFC 7643 §3.1");
        let read = site.get(path_of(&meta["location"]));
        assert_eq!(read.status, 200);
        assert_json(&read.json(), &made);
        for _ in 0..2 {
            let again = site.get(path_of(&meta["location"]));
            assert_eq!(
                again.text, read.text,
                "RFC 7643 §3.1: id is stable, reading is no change"
            );
        }
    }
}

#[test]
fn a_resource_says_where_its_representation_is() {
    let (mut site, paths) = site();
    for path in &paths {
        let whole = site.get(path);
        let location = whole.json()["meta"]["location"].as_str().unwrap().to_owned();
        assert_eq!(path_of(&json!(location)), path);
        let replaced = site.send("PUT", path, &[], Some(&whole.json()));
        let some = [("attributes", "displayName")];
        let patched = site.send("PATCH", path, &some, Some(&patch_of(&json!([]))));
        let head = site.send("HEAD", path, &[], None);
        let part = site.send("GET", path, &some, None);
        for reply in [whole, replaced, patched, head, part] {
            assert_eq!(reply.status, 200, "{}", reply.text);
            assert_eq!(
                reply.header("Content-Location"),
                Some(location.as_str()),
                "RFC 7643 §3.1"
            );
        }
    }
    for path in ["/Users", "/Users/nobody", "/Schemas"] {
        assert_eq!(site.get(path).header("Content-Location"), None, "{path}");
    }
}

#[test]
fn references_lead_to_what_they_name() {
    let (mut site, [user, inner, outer]) = site();
    let mut followed = 0;
    for path in [&user, &inner, &outer] {
        let resource = site.get(path).json();
        let parts = ["members", "groups"].map(|name| resource[name].as_array().cloned().unwrap_or_default());
        for part in parts.concat() {
            let target = site.get(path_of(&part["$ref"]));
            assert_eq!(target.status, 200, "RFC 7643 §2.3.7: {part}");
            let target = target.json();
            assert_eq!(target["id"], part["value"]);
            assert_eq!(target["meta"]["location"], part["$ref"]);
            if path != &user {
                assert_eq!(target["meta"]["resourceType"], part["type"]);
            }
            followed += 1;
        }
    }
    assert_eq!(followed, 5, "three members, and the user's two groups");
}

#[test]
fn schemas_mean_the_same_in_any_order_and_are_answered_once() {
    let mut answers = Vec::new();
    for schemas in [
        json!([USER, ENTERPRISE]),
        json!([ENTERPRISE, USER]),
        json!([USER, ENTERPRISE, USER, ENTERPRISE]),
        json!([USER]),
    ] {
        let mut site = Site::default();
        let body =
            json!({"schemas": schemas, "userName": "ada@example.com", ENTERPRISE: {"department": "Sales"}});
        let id = site.create(&body);
        let answer = site.get(&format!("/Users/{id}"));
        assert_eq!(answer.json()["schemas"], json!([USER, ENTERPRISE]), "RFC 7643 §3");
        answers.push(answer.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "RFC 7643 §3");
}

#[test]
fn schemas_follow_what_a_patch_adds_and_removes() {
    let mut site = Site::default();
    let id = site.create(&json!({"userName": "ada@example.com"}));
    let number = format!("{ENTERPRISE}:employeeNumber");
    let add = site.patch(&id, &json!([{"op": "add", "path": number, "value": "7"}]));
    assert_eq!(
        add.json()["schemas"],
        json!([USER, ENTERPRISE]),
        "RFC 7644 §3.5.2"
    );
    // A name that the operation before it brought along is known to the next one.
    let both = json!([
        {"op": "remove", "path": number},
        {"op": "add", "path": format!("{ENTERPRISE}:department"), "value": "Sales"},
    ]);
    assert_eq!(
        site.patch(&id, &both).json()["schemas"],
        json!([USER, ENTERPRISE])
    );
    let remove = site.patch(&id, &json!([{"op": "remove", "path": ENTERPRISE}]));
    assert_eq!(remove.json()["schemas"], json!([USER]));
}

#[test]
fn members_of_an_object_may_come_in_any_order() {
    let body = json!({
        "schemas": [USER],
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [{"type": "work", "value": "ada@example.com", "primary": true}],
        "active": true,
    });
    let mut site = Site::default();
    let id = site.create(&body);
    let writes = site.store.writes();
    let reply = site.send("PUT", &format!("/Users/{id}"), &[], Some(&backwards(&body)));
    assert_eq!(reply.status, 200, "RFC 7643 §2.3.8: {}", reply.text);
    assert_json(&reply.json(), &site.get(&format!("/Users/{id}")).json());
    assert_eq!(site.store.writes(), writes, "another order is no change");
}

fn backwards(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let turned = members
                .iter()
                .rev()
                .map(|(name, value)| (name.clone(), backwards(value)));
            Value::Object(turned.collect::<Map<_, _>>())
        }
        Value::Array(values) => values.iter().map(backwards).collect(),
        other => other.clone(),
    }
}

#[test]
fn at_most_one_value_of_any_attribute_is_primary() {
    let mut site = Site::default();
    let schema = site.get(&format!("/Schemas/{USER}")).json();
    let mut tried = Vec::new();
    for attribute in schema["attributes"].as_array().unwrap() {
        let parts = attribute["subAttributes"].as_array().cloned().unwrap_or_default();
        if !parts.iter().any(|part| part["name"] == "primary") {
            continue;
        }
        let name = attribute["name"].as_str().unwrap();
        let key = if name == "addresses" { "locality" } else { "value" };
        let value = |text: &str, primary: bool| match name {
            "emails" => json!({key: format!("{text}@example.com"), "primary": primary}),
            _ => json!({key: text, "primary": primary}),
        };
        for (first, second, status) in [(true, true, 400), (true, false, 201), (false, false, 201)] {
            let body = json!({"userName": format!("{name}{first}{second}"), name: [value("QUFB", first), value("QUJB", second)]});
            let mut site = Site::default();
            let reply = site.send("POST", "/Users", &[], Some(&body));
            assert_eq!(reply.status, status, "RFC 7643 §2.4: {body} {}", reply.text);
        }
        tried.push(name);
    }
    assert_eq!(
        tried,
        [
            "emails",
            "phoneNumbers",
            "ims",
            "photos",
            "addresses",
            "entitlements",
            "roles",
            "x509Certificates"
        ]
    );
}

#[test]
fn a_default_is_found_as_it_was_answered() {
    let mut site = Site::default();
    let reply = site.send(
        "POST",
        "/Users",
        &[],
        Some(&json!({"userName": "ada@example.com"})),
    );
    assert_eq!(reply.json()["active"], json!(true));
    for (filter, total) in [("active eq true", 1), ("active pr", 1), ("active eq false", 0)] {
        let list = site.send("GET", "/Users", &[("filter", filter)], None).json();
        assert_eq!(list["totalResults"], json!(total), "RFC 7644 §3.4.2.2: {filter}");
    }
}

#[test]
fn what_was_deleted_is_gone_for_every_method() {
    let (mut site, paths) = site();
    for path in &paths {
        let whole = site.get(path).json();
        let name = ["userName", "displayName"]
            .iter()
            .find_map(|name| whole.get(*name))
            .unwrap()
            .clone();
        let collection = path.rsplit_once('/').unwrap().0.to_owned();
        let reply = site.send("DELETE", path, &[], None);
        assert_eq!((reply.status, reply.text.as_str()), (204, ""), "RFC 7644 §3.6");
        let nothing = patch_of(&json!([]));
        for (method, body) in [
            ("GET", None),
            ("HEAD", None),
            ("PUT", Some(&whole)),
            ("PATCH", Some(&nothing)),
            ("DELETE", None),
        ] {
            let reply = site.send(method, path, &[], body);
            assert_eq!(reply.status, 404, "RFC 7644 §3.6: {method} {path}");
        }
        let id = path.rsplit('/').next().unwrap();
        for filter in [
            format!("id eq \"{id}\""),
            format!("displayName eq {name} or id eq \"{id}\""),
        ] {
            let list = site.send("GET", &collection, &[("filter", &filter)], None).json();
            assert_eq!(list["totalResults"], 0, "RFC 7644 §3.6: {filter}");
        }
        let list = site.get(&collection).json();
        assert!(
            list["Resources"]
                .as_array()
                .unwrap()
                .iter()
                .all(|it| it["id"] != json!(id))
        );
        let mut again = whole.clone();
        again.as_object_mut().unwrap().shift_remove("members");
        let again = site.send("POST", &collection, &[], Some(&again));
        assert_eq!(
            again.status, 201,
            "RFC 7644 §3.6: {name} is free again: {}",
            again.text
        );
        assert_ne!(
            again.json()["id"],
            json!(id),
            "RFC 7643 §3.1: an id is never given again"
        );
    }
}

#[test]
fn a_put_makes_no_resource() {
    for (path, body) in [
        (
            "/Users/0b5e3c7a-0000-4000-8000-000000000009",
            json!({"userName": "ada@example.com"}),
        ),
        (
            "/Groups/0b5e3c7a-0000-4000-8000-000000000009",
            json!({"displayName": "Editors"}),
        ),
    ] {
        let mut site = Site::default();
        let before = site.store.state();
        assert_eq!(
            site.send("PUT", path, &[], Some(&body)).status,
            404,
            "RFC 7644 §3.5.1"
        );
        assert!(site.store.state() == before, "something was made");
    }
}

#[test]
fn groups_are_known_by_their_schema() {
    let (mut site, [_, inner, _]) = site();
    assert_eq!(site.get(&inner).json()["schemas"], json!([GROUP]), "RFC 7643 §3");
}
