//! Values are of the types that `/Schemas` announces (RFC 7643 §§2.3, 2.4, 7), attribute by attribute.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use serde_json::{Value, json};

use support::announced::{GROUP, USER, announced, patch, site};
use support::client::{BASE, Site};

#[test]
fn a_value_of_another_type_is_refused_wherever_it_comes() {
    for attribute in announced() {
        if attribute.is("mutability", "readOnly") {
            continue;
        }
        let wrong: &[Value] = match attribute.definition["type"].as_str().unwrap() {
            "boolean" => &[json!(1), json!("maybe"), json!({"value": true})],
            "complex" => &[json!(7), json!(true), json!([7])],
            "binary" => &[json!("not base64!"), json!(7), json!(true)],
            "string" | "reference" => &[json!(7), json!(true), json!({"value": "x"}), json!(["x", "y"])],
            other => panic!("no wrong value for {other}"),
        };
        for value in wrong {
            let (mut site, resource) = site(&attribute);
            let before = site.get(&resource).json();
            let sent = attribute.resource(Some(value.clone()));
            let mut replies = vec![
                site.send("POST", attribute.endpoint(), &[], Some(&sent)),
                site.send("PUT", &resource, &[], Some(&sent)),
            ];
            if !attribute.is("mutability", "immutable") {
                for op in ["add", "replace"] {
                    let operation = json!({"op": op, "path": attribute.path(), "value": value});
                    replies.push(patch(&mut site, &resource, &operation));
                }
            }
            for reply in replies {
                assert_eq!(reply.status, 400, "{}: {value}: {}", attribute.path(), reply.text);
                assert_eq!(
                    reply.scim_type().as_deref(),
                    Some("invalidValue"),
                    "{}",
                    reply.text
                );
            }
            assert_eq!(site.get(&resource).json(), before);
        }
    }
}

#[test]
fn other_values_than_the_canonical_ones_are_taken() {
    let mut count = 0;
    for attribute in announced() {
        let Some(canonical) = attribute.definition.get("canonicalValues") else {
            continue;
        };
        assert!(!canonical.as_array().unwrap().is_empty());
        let Some(parent) = attribute
            .parent
            .as_ref()
            .filter(|_| attribute.is("mutability", "readWrite"))
        else {
            continue;
        };
        count += 1;
        let name = parent["name"].as_str().unwrap();
        for word in canonical.as_array().unwrap().iter().chain([&json!("of our own")]) {
            let mut element = json!({"value": "ada@example.com", attribute.name(): word});
            if name == "addresses" {
                element = json!({"formatted": "x", attribute.name(): word});
            }
            let mut site = Site::default();
            let id = site.create(&json!({"userName": "ada@example.com", name: [element]}));
            assert_eq!(site.user(&id)[name][0][attribute.name()], *word);
        }
    }
    assert!(count >= 5, "{count}");
}

#[test]
fn case_counts_where_it_is_announced_to() {
    let mut count = 0;
    for attribute in announced() {
        let is_text = attribute.is("type", "string") || attribute.is("type", "reference");
        if !is_text || !attribute.is("mutability", "readWrite") {
            continue;
        }
        count += 1;
        let mut site = Site::default();
        let sent = attribute.resource(Some(json!("AbC@example.com")));
        let created = site.send("POST", attribute.endpoint(), &[], Some(&sent));
        assert_eq!(created.status, 201, "{}", created.text);
        for (literal, is_same) in [("AbC@example.com", true), ("aBc@EXAMPLE.com", false)] {
            let filter = format!("{} eq \"{literal}\"", attribute.path());
            let found = site
                .send("GET", attribute.endpoint(), &[("filter", &filter)], None)
                .json();
            let expected = usize::from(is_same || attribute.definition["caseExact"] == false);
            assert_eq!(found["totalResults"], json!(expected), "{filter}");
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn what_refers_says_to_what_and_refers_to_that() {
    for attribute in announced() {
        let types = attribute.definition.get("referenceTypes");
        assert_eq!(
            types.is_some(),
            attribute.is("type", "reference"),
            "{}",
            attribute.path()
        );
    }
    let mut site = Site::default();
    let user = site.create(&json!({"userName": "ada@example.com"}));
    let inner = site.create_group("Inner", &[&user]);
    let outer = site.create_group("Outer", &[&user, &inner]);
    let references = [
        (
            GROUP,
            "members",
            site.get(&format!("/Groups/{outer}")).json()["members"].clone(),
        ),
        (
            USER,
            "groups",
            site.get(&format!("/Users/{user}")).json()["groups"].clone(),
        ),
    ];
    for (schema, name, values) in references {
        let announced = announced();
        let reference = announced
            .iter()
            .find(|it| {
                it.schema == schema && it.name() == "$ref" && it.parent.as_ref().unwrap()["name"] == name
            })
            .unwrap();
        let types = reference.definition["referenceTypes"].as_array().unwrap();
        assert_eq!(values.as_array().unwrap().len(), 2, "{values}");
        for value in values.as_array().unwrap() {
            let path = value["$ref"].as_str().unwrap().strip_prefix(BASE).unwrap();
            let referred = site.get(path).json();
            assert!(types.contains(&referred["meta"]["resourceType"]), "{value}");
            assert_eq!(referred["id"], value["value"]);
        }
    }
}

#[test]
fn at_most_one_value_is_primary() {
    for attribute in announced() {
        let Some(parent) = attribute
            .parent
            .as_ref()
            .filter(|_| attribute.name() == "primary")
        else {
            continue;
        };
        let name = parent["name"].as_str().unwrap();
        let value = |text: &str| match name {
            "addresses" => json!({"formatted": text, "primary": true}),
            "emails" => json!({"value": format!("{text}@example.com"), "primary": true}),
            _ => json!({"value": text, "primary": true}),
        };
        let both = json!([value("QUJD"), value("QUJE")]);
        let (mut site, resource) = site(&attribute);
        for reply in [
            site.send(
                "POST",
                "/Users",
                &[],
                Some(&json!({"userName": "ada", name: both})),
            ),
            site.send(
                "PUT",
                &resource,
                &[],
                Some(&json!({"userName": "grace@example.com", name: both})),
            ),
            patch(
                &mut site,
                &resource,
                &json!({"op": "add", "path": name, "value": both}),
            ),
        ] {
            assert_eq!(
                reply.scim_type().as_deref(),
                Some("invalidValue"),
                "{name}: {}",
                reply.text
            );
            assert!(reply.detail().contains("primary"), "{}", reply.detail());
        }
        patch(
            &mut site,
            &resource,
            &json!({"op": "add", "path": name, "value": [value("QUJD")]}),
        );
        patch(
            &mut site,
            &resource,
            &json!({"op": "add", "path": name, "value": [value("QUJE")]}),
        );
        let values = site.get(&resource).json()[name].clone();
        assert_eq!(values[0]["primary"], json!(false), "RFC 7644 §3.5.2: {values}");
        assert_eq!(values[1]["primary"], json!(true), "RFC 7644 §3.5.2: {values}");
    }
}
