//! What holds for every user, change and request, whatever the tables say.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use scimpress::exchange::Request;
use serde_json::{Map, Value, json};

use support::arbitrary::{any_json, any_path, operation, user};
use support::client::{Site, bare};

/// Nothing is kept beside the tests: a failure prints what it shrank to.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Every leaf of a user with the names that lead to it, in order; the places of values in arrays do not count.
fn leaves(user: &Map<String, Value>) -> Vec<String> {
    fn collect(path: &str, value: &Value, leaves: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    collect(&format!("{path}/{name}"), value, leaves);
                }
            }
            Value::Array(values) => {
                for value in values {
                    collect(path, value, leaves);
                }
            }
            leaf => leaves.push(format!("{path} = {leaf}")),
        }
    }
    let mut found = Vec::new();
    collect("", &Value::Object(user.clone()), &mut found);
    found.sort();
    found
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_user_is_returned_as_it_was_sent(user in user(), sanitises: bool) {
        let mut site = Site::default();
        site.store.sanitises = sanitises;
        let id = site.create(&user);
        prop_assert_eq!(&Value::Object(site.user(&id)), &user);
    }

    #[test]
    fn what_was_read_and_put_back_writes_nothing(user in user(), other in user()) {
        let mut site = Site::default();
        let id = site.create(&user);
        let path = format!("/Users/{id}");
        prop_assert_eq!(site.send("PUT", &path, &[], Some(&other)).status, 200);
        prop_assert_eq!(&Value::Object(site.user(&id)), &other);
        let writes = site.store.writes();
        let read = site.get(&path);
        for body in [&other, &read.json()] {
            prop_assert_eq!(&site.send("PUT", &path, &[], Some(body)).text, &read.text);
        }
        prop_assert_eq!(site.store.writes(), writes);
    }

    #[test]
    fn a_replace_makes_the_user_what_it_says_and_a_second_one_nothing(user in user(), other in user()) {
        let mut site = Site::default();
        let id = site.create(&user);
        let operations = json!([{"op": "replace", "value": other}]);
        let first = site.patch(&id, &operations);
        prop_assert_eq!(first.status, 200, "{}", first.text);
        let writes = site.store.writes();
        prop_assert_eq!(&site.patch(&id, &operations).text, &first.text);
        prop_assert_eq!(site.store.writes(), writes);
        let now = leaves(&site.user(&id));
        for leaf in leaves(other.as_object().unwrap()) {
            prop_assert!(now.contains(&leaf), "{leaf} is not in {now:?}");
        }
    }

    #[test]
    fn a_patch_is_whole_or_nothing(user in user(), operations in vec(operation(), 0..5)) {
        let mut site = Site::default();
        let id = site.create(&user);
        let before = site.get(&format!("/Users/{id}"));
        let reply = site.patch(&id, &json!(operations));
        let after = site.get(&format!("/Users/{id}"));
        prop_assert!(reply.status == 200 || reply.status == 400, "{}", reply.text);
        prop_assert_eq!(&after.text, if reply.status == 200 { &reply.text } else { &before.text });
        let schemas: Vec<Value> = serde_json::from_value(after.json()["schemas"].clone()).unwrap();
        let again = site.send("PUT", &format!("/Users/{id}"), &[], Some(&after.json()));
        prop_assert_eq!(&again.text, &after.text, "what a PATCH leaves behind can be put back");
        let urns: std::collections::HashSet<_> = schemas.iter().map(|urn| urn.as_str().unwrap().to_lowercase()).collect();
        prop_assert_eq!(urns.len(), schemas.len(), "{:?}", schemas);
    }

    #[test]
    fn only_and_except_share_out_the_user(user in user(), names in vec(any_path(), 1..4)) {
        let mut site = Site::default();
        let id = site.create(&user);
        let list = names.into_iter().filter(|name| !name.contains(['[', ','])).fold("nickName".to_owned(), |list, name| list + "," + &name);
        let whole = site.get(&format!("/Users/{id}")).json();
        let mut shared = Vec::new();
        for parameter in ["attributes", "excludedAttributes"] {
            let reply = site.send("GET", &format!("/Users/{id}"), &[(parameter, &list)], None);
            let mut part = reply.json();
            let part = part.as_object_mut().unwrap();
            prop_assert_eq!(part.shift_remove("id"), Some(json!(id)));
            prop_assert_eq!(part.shift_remove("schemas"), Some(whole["schemas"].clone()));
            shared.extend(leaves(part));
        }
        shared.sort();
        let mut expected = bare(whole.clone());
        expected.insert("meta".to_owned(), whole["meta"].clone());
        prop_assert_eq!(shared, leaves(&expected), "{}", list);
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn no_request_breaks_the_engine(
        method in prop_oneof![select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]).prop_map(str::to_owned), "\\PC{0,6}"],
        path in prop_oneof![
            select(vec!["/Users", "/Users/ID", "/Users/.search", "/.search", "/Groups", "/Groups/GROUP", "/Groups/.search", "/Schemas", "/ResourceTypes/User", "/Bulk", ""])
                .prop_map(str::to_owned),
            "(/\\PC{0,8}){0,4}",
        ],
        names in vec(select(vec!["filter", "startIndex", "count", "cursor", "sortBy", "sortOrder", "attributes", "excludedAttributes", "x"]), 0..4),
        texts in vec(prop_oneof![vec(any::<u8>(), 0..24), "\\PC{0,24}".prop_map(String::into_bytes), any_path().prop_map(String::into_bytes)], 4),
        body in prop_oneof![
            vec(any::<u8>(), 0..64),
            any_json().prop_map(|value| value.to_string().into_bytes()),
            vec(operation(), 0..3).prop_map(|it| json!({"Operations": it}).to_string().into_bytes()),
        ],
        media_type in proptest::option::of(prop_oneof![Just("application/scim+json".to_owned()), "\\PC{0,12}"]),
    ) {
        let mut site = Site::default();
        let id = site.create(&json!({"userName": "ada@example.com", "emails": [{"type": "work", "value": "a@b.example"}]}));
        let group = site.create_group("Editors", &[&id]);
        let before = site.store.state();
        let reply = site.exchange(Request {
            method: method.clone(),
            path: path.replace("ID", &id).replace("GROUP", &group),
            query: names.into_iter().map(str::to_owned).zip(texts).collect(),
            headers: media_type.map(|it| ("content-type".to_owned(), it)).into_iter().collect(),
            body,
        });
        prop_assert_ne!(reply.status, 500, "{} {}: {}", method, path, reply.text);
        prop_assert!(reply.status < 400 || before == site.store.state(), "{} {} failed and changed something", method, path);
    }
}
