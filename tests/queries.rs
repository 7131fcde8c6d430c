//! Orders and searches: which resources a query answers, and in which order.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use scimpress::resource::sort::SortBy;
use scimpress::schema::USER;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use support::arbitrary::{SORTABLE, user};
use support::client::Site;
use support::crowd::{listed, site_of};
use support::table;

const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sorted {
    users: Vec<Value>,
    query: BTreeMap<String, String>,
    names: Vec<String>,
    total: Option<usize>,
}

#[test]
fn lists_are_in_the_order_asked_for() {
    table::check("sort", |row: Sorted| {
        let mut site = Site::default();
        for user in &row.users {
            site.create(user);
        }
        let query: Vec<_> = row.query.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let reply = site.send("GET", "/Users", &query, None);
        assert_eq!(reply.status, 200, "{}", reply.text);
        let list = reply.json();
        assert_eq!(listed(&list), row.names);
        assert_eq!(list["totalResults"], json!(row.total.unwrap_or(row.names.len())));

        let mut body = json!({"schemas": [SEARCH]});
        for (name, value) in &row.query {
            body[name] = match name.as_str() {
                "startIndex" | "count" => json!(value.parse::<u64>().unwrap()),
                "attributes" => json!([value]),
                _ => json!(value),
            };
        }
        let searched = site.send("POST", "/Users/.search", &[], Some(&body));
        assert_eq!(
            searched.text, reply.text,
            "RFC 7644 §3.4.3: the same query, the same answer"
        );
    });
}

#[test]
fn groups_are_sorted_too() {
    let mut site = Site::default();
    let id = site.create(&json!({"userName": "u", "displayName": "Zoe"}));
    let other = site.create(&json!({"userName": "v", "displayName": "Ada"}));
    site.create_group("b", &[&id]);
    site.create_group("C", &[]);
    site.create_group("a", &[&other]);
    for (query, expected) in [
        (vec![("sortBy", "displayName")], ["a", "b", "C"]),
        (vec![("sortBy", "members.display")], ["a", "b", "C"]),
        (
            vec![("sortBy", "members.display"), ("sortOrder", "descending")],
            ["C", "b", "a"],
        ),
        (
            vec![("sortBy", "members.display"), ("filter", "displayName pr")],
            ["a", "b", "C"],
        ),
    ] {
        let list = site.send("GET", "/Groups", &query, None).json();
        assert_eq!(listed(&list), expected, "{query:?}");
    }
}

/// Two users and two groups.
fn mixed() -> Site {
    let mut site = Site::default();
    site.create(&json!({"userName": "u1", "displayName": "North", "title": "x"}));
    let id = site.create(&json!({"userName": "u2", "displayName": "South"}));
    site.create_group("North", &[&id]);
    site.create_group("East", &[]);
    site
}

fn search(site: &mut Site, path: &str, mut body: Value) -> Value {
    body["schemas"] = json!([SEARCH]);
    let reply = site.send("POST", path, &[], Some(&body));
    assert_eq!(reply.status, 200, "{body}: {}", reply.text);
    reply.json()
}

#[test]
fn a_search_over_all_answers_every_type_of_resource() {
    let mut site = mixed();
    for (body, total, expected) in [
        (json!({}), 4, vec!["u1", "u2", "North", "East"]),
        (
            json!({"filter": "displayName eq \"north\""}),
            2,
            vec!["u1", "North"],
        ),
        (
            json!({"filter": "displayName co \"th\"", "startIndex": 2, "count": 2}),
            3,
            vec!["u2", "North"],
        ),
        (json!({"startIndex": 4}), 4, vec!["East"]),
        (json!({"startIndex": 5}), 4, vec![]),
        (json!({"count": 0}), 4, vec![]),
        (json!({"startIndex": -3, "count": 1}), 4, vec!["u1"]),
        (json!({"filter": "title pr"}), 1, vec!["u1"]),
        (json!({"filter": "members pr"}), 1, vec!["North"]),
        (
            json!({"filter": "meta.resourceType eq \"Group\""}),
            2,
            vec!["North", "East"],
        ),
        (json!({"filter": ""}), 4, vec!["u1", "u2", "North", "East"]),
        (json!({"Filter": "title pr", "count": null}), 1, vec!["u1"]),
    ] {
        let list = search(&mut site, "/.search", body.clone());
        assert_eq!(listed(&list), expected, "{body}");
        assert_eq!(list["totalResults"], json!(total), "{body}");
        assert_eq!(list["itemsPerPage"], json!(expected.len()), "{body}");
    }
}

/// RFC 7644 §3.4.2.1
#[test]
fn what_a_type_lacks_has_no_value_there() {
    let mut site = mixed();
    for (filter, expected) in [
        ("title pr or displayName eq \"north\"", vec!["u1", "North"]),
        ("not (title pr)", vec!["u2", "North", "East"]),
        ("title ne \"x\"", vec!["u2", "North", "East"]),
        ("members pr or userName pr", vec!["u1", "u2", "North"]),
        ("members.value pr and title pr", vec![]),
        ("userName eq null", vec!["North", "East"]),
        (
            "members[type eq \"User\"] or userName sw \"u2\"",
            vec!["u2", "North"],
        ),
        (
            "not (active eq true) and schemas co \"group\"",
            vec!["North", "East"],
        ),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:title pr or urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq \"east\"",
            vec!["u1", "East"],
        ),
        ("department pr or externalId pr", vec![]),
    ] {
        let list = search(&mut site, "/.search", json!({"filter": filter}));
        assert_eq!(listed(&list), expected, "{filter}");
        assert_eq!(list["totalResults"], json!(expected.len()), "{filter}");
    }
    for filter in [
        "shoeSize pr",
        "title pr or shoeSize pr",
        "active co \"x\" or members pr",
        "password pr",
    ] {
        let body = json!({"schemas": [SEARCH], "filter": filter});
        let reply = site.send("POST", "/.search", &[], Some(&body));
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (400, Some("invalidFilter")),
            "{filter}"
        );
    }
}

/// RFC 7644 §3.4.2.3, §3.4.3: one order over resources of every type.
#[test]
fn a_search_over_all_sorts_over_all() {
    let mut site = mixed();
    for (body, expected) in [
        (
            json!({"sortBy": "displayName"}),
            vec!["East", "u1", "North", "u2"],
        ),
        (
            json!({"sortBy": "displayName", "sortOrder": "descending"}),
            vec!["u2", "u1", "North", "East"],
        ),
        (
            json!({"sortBy": "meta.created", "sortOrder": "descending"}),
            vec!["East", "North", "u2", "u1"],
        ),
        (
            json!({"sortBy": "displayName", "startIndex": 2, "count": 2}),
            vec!["u1", "North"],
        ),
        (
            json!({"sortBy": "displayName", "filter": "displayName co \"th\""}),
            vec!["u1", "North", "u2"],
        ),
        // Groups have none, so they come with those who have no value.
        (
            json!({"sortBy": "userName", "sortOrder": "descending"}),
            vec!["North", "East", "u2", "u1"],
        ),
        (json!({"sortBy": "title"}), vec!["u1", "u2", "North", "East"]),
    ] {
        let list = search(&mut site, "/.search", body.clone());
        assert_eq!(listed(&list), expected, "{body}");
        let total = if body["filter"].is_null() { 4 } else { 3 };
        assert_eq!(list["totalResults"], json!(total), "{body}");
    }
    let body = json!({"schemas": [SEARCH], "sortBy": "nobodyHasIt"});
    let reply = site.send("POST", "/.search", &[], Some(&body));
    assert_eq!(
        reply.scim_type().as_deref(),
        Some("invalidPath"),
        "{}",
        reply.text
    );
}

#[test]
fn a_search_shows_what_its_body_asks_for() {
    let mut site = mixed();
    for (path, title) in [("/.search", 4), ("/Users/.search", 2), ("/Groups/.search", 2)] {
        let list = search(
            &mut site,
            path,
            json!({"attributes": ["displayName", "members.value"]}),
        );
        let resources = list["Resources"].as_array().unwrap();
        assert_eq!(resources.len(), title, "{path}");
        for resource in resources {
            let keys: Vec<&String> = resource.as_object().unwrap().keys().collect();
            for key in keys {
                assert!(
                    ["schemas", "id", "displayName", "members"].contains(&key.as_str()),
                    "{key}"
                );
            }
        }
        let list = search(
            &mut site,
            path,
            json!({"excludedAttributes": ["meta", "members"]}),
        );
        assert!(!list.to_string().contains("\"meta\"") && !list.to_string().contains("\"members\""));
    }
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn an_order_leaves_nobody_out_and_nobody_in_twice(users in vec(user(), 0..12), sort in select(SORTABLE.to_vec()), descending: bool) {
        let mut site = site_of(&users);
        let order = if descending { "descending" } else { "ascending" };
        let mut sorted = listed(&site.send("GET", "/Users", &[("sortBy", sort), ("sortOrder", order)], None).json());
        let mut plain = listed(&site.get("/Users").json());
        sorted.sort();
        plain.sort();
        prop_assert_eq!(sorted, plain);
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_order_is_total(users in vec(user(), 3), sort in select(SORTABLE.to_vec()), descending: bool, places in vec(any::<Index>(), 3)) {
        let sort = SortBy::parse(Some(sort), descending.then_some("descending"), &USER).unwrap().unwrap();
        let object = |place: &Index| -> Map<String, Value> { place.get(&users).as_object().unwrap().clone() };
        let [a, b, c] = [0, 1, 2].map(|index| sort.key(&object(&places[index])));
        prop_assert_eq!(sort.compare(&a, &b), sort.compare(&b, &a).reverse());
        prop_assert!(sort.compare(&a, &a).is_eq());
        if sort.compare(&a, &b).is_le() && sort.compare(&b, &c).is_le() {
            prop_assert!(sort.compare(&a, &c).is_le(), "{:?} {:?} {:?}", a, b, c);
        }
    }
}
