//! The characteristics that `/Schemas` announces (RFC 7643 §7) are those that are enforced, attribute by attribute: who may
//! set it, who reads it, whether it must be there, whether two may have it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use serde_json::{Value, json};

use support::announced::{GROUP, announced, patch, site, sound, with};
use support::client::Site;

#[test]
fn what_is_read_only_is_passed_over_in_resources_and_refused_in_operations() {
    for attribute in with("mutability", "readOnly") {
        let path = attribute.path();
        let (mut site, resource) = site(&attribute);
        let before = site.get(&resource).json();
        for operation in [
            json!({"op": "add", "path": path, "value": sound(&attribute.definition)}),
            json!({"op": "replace", "path": path, "value": sound(&attribute.definition)}),
            json!({"op": "remove", "path": path}),
        ] {
            let reply = patch(&mut site, &resource, &operation);
            assert_eq!(reply.status, 400, "{operation}: {}", reply.text);
            assert_eq!(reply.scim_type().as_deref(), Some("mutability"), "{operation}");
        }
        assert_eq!(site.get(&resource).json(), before, "{path}");
        if attribute.schema == GROUP {
            // Members of groups need an id beside it: tests/groups.rs.
            continue;
        }
        let sent = attribute.resource(Some(sound(&attribute.definition)));
        let created = site.send("POST", attribute.endpoint(), &[], Some(&sent));
        assert_eq!(created.status, 201, "{path}: {}", created.text);
        assert_eq!(attribute.read(&created.json()), Value::Null, "{path}");
        let replaced = site.send(
            "PUT",
            &resource,
            &[],
            Some(&attribute.resource(Some(sound(&attribute.definition)))),
        );
        assert_ne!(replaced.status, 400, "{path}: {}", replaced.text);
    }
}

#[test]
fn what_is_immutable_is_set_once() {
    for attribute in with("mutability", "immutable") {
        let path = attribute.path();
        let (mut site, resource) = site(&attribute);
        let before = site.get(&resource).json();
        let parent = attribute.parent.as_ref().unwrap()["name"].as_str().unwrap();
        let id = before[parent][0]["value"].as_str().unwrap();
        let selected = format!("{parent}[value eq \"{id}\"].{}", attribute.name());
        for path in [&path, &selected] {
            for op in ["add", "replace", "remove"] {
                let operation = json!({"op": op, "path": path, "value": "x"});
                let reply = patch(&mut site, &resource, &operation);
                assert_eq!(reply.status, 400, "{operation}: {}", reply.text);
                assert_eq!(reply.scim_type().as_deref(), Some("mutability"), "{operation}");
            }
        }
        assert_eq!(site.get(&resource).json(), before, "{path}");
    }
}

#[test]
fn what_is_never_returned_is_in_no_answer_and_no_filter() {
    for attribute in with("returned", "never") {
        assert!(attribute.is("mutability", "writeOnly"), "RFC 7643 §7");
        let mut site = Site::default();
        let sent = attribute.resource(Some(sound(&attribute.definition)));
        let query = [("attributes", attribute.name())];
        let created = site.send("POST", attribute.endpoint(), &query, Some(&sent));
        assert_eq!(created.status, 201, "{}", created.text);
        let path = format!(
            "{}/{}",
            attribute.endpoint(),
            created.json()["id"].as_str().unwrap()
        );
        let operation =
            json!({"op": "replace", "path": attribute.path(), "value": sound(&attribute.definition)});
        let answers = [
            created,
            site.send("GET", &path, &query, None),
            site.get(&path),
            site.send("PUT", &path, &query, Some(&sent)),
            patch(&mut site, &path, &operation),
        ];
        for answer in answers {
            assert!(answer.status < 300, "{}", answer.text);
            assert_eq!(attribute.read(&answer.json()), Value::Null, "{}", answer.text);
        }
        for test in ["pr", "eq \"x\"", "sw \"x\"", "ne null"] {
            let filter = format!("{} {test}", attribute.name());
            let reply = site.send("GET", attribute.endpoint(), &[("filter", &filter)], None);
            assert_eq!(reply.scim_type().as_deref(), Some("invalidFilter"), "{filter}");
        }
    }
}

#[test]
fn what_is_returned_by_default_can_be_excluded_and_what_is_always_cannot() {
    for attribute in announced() {
        let excluded = attribute.path();
        let (mut site, resource) = site(&attribute);
        if attribute.parent.is_none() && attribute.is("mutability", "readWrite") && attribute.schema != GROUP
        {
            let value = sound(&attribute.definition);
            let operation = json!({"op": "replace", "path": attribute.path(), "value": value});
            let reply = patch(&mut site, &resource, &operation);
            assert!(reply.status < 300, "{operation}: {}", reply.text);
        }
        let all = site.get(&resource).json();
        let rest = site
            .send("GET", &resource, &[("excludedAttributes", &excluded)], None)
            .json();
        let id = site
            .send("GET", &resource, &[("excludedAttributes", "id,schemas")], None)
            .json();
        assert_eq!(
            (&id["id"], &id["schemas"]),
            (&all["id"], &all["schemas"]),
            "RFC 7643 §3.1"
        );
        assert!(
            attribute.is("returned", "default") || attribute.is("returned", "never"),
            "{excluded}"
        );
        assert_eq!(attribute.read(&rest), Value::Null, "{excluded}");
        if attribute.read(&all) != Value::Null {
            let only = site
                .send("GET", &resource, &[("attributes", &excluded)], None)
                .json();
            assert_eq!(attribute.read(&only), attribute.read(&all), "{excluded}");
            let names: Vec<&String> = only.as_object().unwrap().keys().collect();
            assert_eq!(names.len(), 3, "schemas, id and the one asked for: {only}");
        }
    }
}

#[test]
fn what_is_required_is_refused_when_it_is_missing_or_says_nothing() {
    for attribute in with("required", true) {
        let (mut site, resource) = site(&attribute);
        let before = site.get(&resource).json();
        let nothing = [
            None,
            Some(Value::Null),
            Some(json!("")),
            Some(json!([])),
            Some(json!(" \t")),
        ];
        for value in nothing {
            if attribute.parent.is_some() && value == Some(json!(" \t")) {
                // An id that nobody has is unknown rather than missing.
                continue;
            }
            let sent = attribute.resource(value.clone());
            for reply in [
                site.send("POST", attribute.endpoint(), &[], Some(&sent)),
                site.send("PUT", &resource, &[], Some(&sent)),
            ] {
                assert_eq!(reply.status, 400, "{sent}: {}", reply.text);
                assert_eq!(reply.scim_type().as_deref(), Some("invalidValue"), "{sent}");
            }
            if attribute.parent.is_none() {
                for op in ["add", "replace"] {
                    let value = value.clone().unwrap_or(Value::Null);
                    let operation = json!({"op": op, "path": attribute.path(), "value": value});
                    let reply = patch(&mut site, &resource, &operation);
                    assert_eq!(reply.status, 400, "{operation}: {}", reply.text);
                    let operation = json!({"op": op, "value": {attribute.name(): value}});
                    let reply = patch(&mut site, &resource, &operation);
                    assert_eq!(reply.status, 400, "{operation}: {}", reply.text);
                }
            }
        }
        let reply = patch(
            &mut site,
            &resource,
            &json!({"op": "remove", "path": attribute.path()}),
        );
        assert_eq!(reply.scim_type().as_deref(), Some("mutability"), "{}", reply.text);
        assert_eq!(site.get(&resource).json(), before);
    }
}

#[test]
fn what_is_unique_is_a_conflict_the_second_time_in_any_case() {
    for attribute in with("uniqueness", "server") {
        assert_eq!(attribute.definition["caseExact"], false, "{}", attribute.path());
        let (mut site, resource) = site(&attribute);
        let first = attribute.resource(Some(json!("Ærøskjold")));
        assert_eq!(
            site.send("POST", attribute.endpoint(), &[], Some(&first)).status,
            201
        );
        for spelling in ["Ærøskjold", "ÆRØSKJOLD", "ærøskjold"] {
            let mut second = attribute.resource(Some(json!(spelling)));
            if attribute.schema != GROUP && attribute.name() != "userName" {
                second["userName"] = json!("another@example.com");
            }
            let operation = json!({"op": "replace", "path": attribute.path(), "value": spelling});
            for reply in [
                site.send("POST", attribute.endpoint(), &[], Some(&second)),
                site.send("PUT", &resource, &[], Some(&second)),
                patch(&mut site, &resource, &operation),
            ] {
                assert_eq!(reply.status, 409, "{spelling}: {}", reply.text);
                assert_eq!(reply.scim_type().as_deref(), Some("uniqueness"), "{spelling}");
            }
        }
    }
}
