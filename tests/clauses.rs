//! What the RFCs demand of every resource, list and document alike, by clause. `docs/conformance.md` says what else proves them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::Request;
use serde_json::{Map, Value, json};

use support::client::{BASE, Reply, Site, patch_of};
use support::diff::assert_json;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const SEARCH: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

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
fn every_list_is_a_list_response() {
    let (mut site, _) = site();
    let nobody = [("filter", "externalId eq \"nobody\"")];
    for (path, query, total) in [
        ("/Users", &[][..], 1),
        ("/Groups", &[], 2),
        ("/Schemas", &[], 4),
        ("/ResourceTypes", &[], 2),
        ("/Users", &nobody, 0),
        ("/Groups", &nobody, 0),
        ("/Users", &[("count", "0")], 1),
    ] {
        let reply = site.send("GET", path, query, None);
        assert_eq!(reply.status, 200, "RFC 7644 §3.4.2: {}", reply.text);
        assert_list(&reply.json(), total);
    }
    for path in ["/.search", "/Users/.search", "/Groups/.search"] {
        let body = json!({"schemas": [SEARCH], "filter": "externalId eq \"nobody\""});
        let reply = site.send("POST", path, &[], Some(&body));
        assert_eq!(reply.status, 200, "RFC 7644 §3.4.2: {}", reply.text);
        assert_list(&reply.json(), 0);
    }
}

/// RFC 7644 §3.4.2
fn assert_list(list: &Value, total: usize) {
    assert_eq!(list["schemas"], json!([LIST]));
    assert_eq!(list["totalResults"], json!(total), "{list}");
    let resources = list["Resources"].as_array().unwrap();
    assert_eq!(list["itemsPerPage"], json!(resources.len()));
    assert!(list["startIndex"].is_u64());
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
fn discovery_passes_over_what_orders_and_cuts_lists() {
    let mut site = Site::default();
    for path in [
        "/Schemas",
        "/ResourceTypes",
        "/ServiceProviderConfig",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    ] {
        let whole = site.get(path);
        assert_eq!(whole.status, 200);
        for query in [
            &[("sortBy", "name"), ("sortOrder", "descending")][..],
            &[("startIndex", "2"), ("count", "1")],
            &[("count", "none")],
            &[("cursor", "")],
        ] {
            let reply = site.send("GET", path, query, None);
            assert_eq!(
                (reply.status, &reply.text),
                (200, &whole.text),
                "RFC 7644 §4: {path} {query:?}"
            );
        }
        for filter in ["id pr", "nonsense"] {
            let reply = site.send("GET", path, &[("filter", filter)], None);
            assert_eq!(reply.status, 403, "RFC 7644 §4: {path}");
        }
    }
}

#[test]
fn messages_are_no_schemas() {
    let mut site = Site::default();
    for schema in site.get("/Schemas").json()["Resources"].as_array().unwrap() {
        let id = schema["id"].as_str().unwrap();
        assert!(
            !id.starts_with("urn:ietf:params:scim:api:"),
            "RFC 7644 §3.1: {id}"
        );
    }
    for message in [LIST, SEARCH, BULK] {
        assert_eq!(
            site.get(&format!("/Schemas/{message}")).status,
            404,
            "RFC 7644 §3.1"
        );
    }
}

#[test]
fn the_configuration_has_every_attribute_that_rfc_7643_section_5_requires() {
    let config = Site::default().get("/ServiceProviderConfig").json();
    assert_eq!(
        config["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]),
        "RFC 7644 §4"
    );
    for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        assert!(config[feature]["supported"].is_boolean(), "{feature}");
    }
    for (feature, limit) in [
        ("bulk", "maxOperations"),
        ("bulk", "maxPayloadSize"),
        ("filter", "maxResults"),
    ] {
        assert!(
            config[feature][limit].as_u64().is_some_and(|limit| limit > 0),
            "{limit}"
        );
    }
    let schemes = config["authenticationSchemes"].as_array().unwrap();
    assert!(!schemes.is_empty());
    for scheme in schemes {
        let kinds = ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"];
        assert!(kinds.contains(&scheme["type"].as_str().unwrap()), "{scheme}");
        for text in ["name", "description"] {
            assert!(
                scheme[text].as_str().is_some_and(|text| !text.is_empty()),
                "{text}"
            );
        }
    }
    for part in ["cursor", "index"] {
        assert!(config["pagination"][part].is_boolean(), "RFC 9865 §4: {part}");
    }
}

#[test]
fn schemas_and_resource_types_have_every_attribute_that_they_need() {
    let mut site = Site::default();
    let schemas = site.get("/Schemas").json();
    let ids: Vec<&Value> = schemas["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|schema| &schema["id"])
        .collect();
    for schema in schemas["Resources"].as_array().unwrap() {
        assert!(
            schema["id"]
                .as_str()
                .unwrap()
                .starts_with("urn:ietf:params:scim:schemas:")
        );
        assert_described(schema, &["name", "description"]);
        for attribute in schema["attributes"].as_array().unwrap() {
            assert_attribute(attribute, true);
        }
    }
    let named = |id: &Value| -> Vec<Value> {
        let mut found = schemas["Resources"].as_array().unwrap().iter();
        let schema = found.find(|schema| schema["id"] == *id).unwrap();
        let attributes = schema["attributes"].as_array().unwrap().iter();
        attributes.map(|attribute| attribute["name"].clone()).collect()
    };
    for kind in site.get("/ResourceTypes").json()["Resources"].as_array().unwrap() {
        assert_described(kind, &["id", "name", "description"]);
        assert!(ids.contains(&&kind["schema"]), "RFC 7643 §6: {kind}");
        for extension in kind["schemaExtensions"].as_array().unwrap() {
            assert!(ids.contains(&&extension["schema"]), "RFC 7643 §6: {extension}");
            assert!(extension["required"].is_boolean());
            let core = named(&kind["schema"]);
            let again = named(&extension["schema"]);
            assert!(
                !again.iter().any(|name| core.contains(name)),
                "RFC 7643 §3.3: {extension}"
            );
        }
        let endpoint = kind["endpoint"].as_str().unwrap();
        let reply = site.get(endpoint);
        assert_eq!(reply.status, 200, "RFC 7643 §6: {endpoint}");
    }
}

fn assert_described(document: &Value, texts: &[&str]) {
    for text in texts {
        assert!(
            document[*text].as_str().is_some_and(|text| !text.is_empty()),
            "no {text}: {document}"
        );
    }
}

/// RFC 7643 §2.1, §2.3.8 and §7
fn assert_attribute(attribute: &Value, may_be_complex: bool) {
    assert_described(
        attribute,
        &["name", "type", "description", "mutability", "returned"],
    );
    let name = attribute["name"].as_str().unwrap();
    let mut characters = name.chars();
    let first = characters.next().unwrap();
    assert!(
        first.is_ascii_alphabetic() || (name == "$ref" && !may_be_complex),
        "RFC 7643 §2.1: {name}"
    );
    assert!(
        characters.all(|it| it.is_ascii_alphanumeric() || "$-_".contains(it)),
        "RFC 7643 §2.1: {name}"
    );
    let parts = attribute["subAttributes"].as_array();
    if attribute["type"] == "complex" {
        assert!(
            may_be_complex,
            "RFC 7643 §2.3.8: {name} is complex inside a complex attribute"
        );
        assert!(!parts.unwrap().is_empty(), "RFC 7643 §7: {name}");
    } else {
        assert!(parts.is_none(), "RFC 7643 §1.2: {name}");
    }
    for part in parts.into_iter().flatten() {
        assert_attribute(part, false);
    }
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
fn a_search_cannot_leave_out_what_is_always_returned() {
    let (mut site, _) = site();
    for path in ["/.search", "/Users/.search", "/Groups/.search"] {
        for names in [
            json!({"attributes": ["displayName"]}),
            json!({"excludedAttributes": ["id", "schemas", "meta"]}),
        ] {
            let mut body = names.clone();
            body["schemas"] = json!([SEARCH]);
            let reply = site.send("POST", path, &[], Some(&body));
            let list = reply.json();
            let resources = list["Resources"].as_array().unwrap();
            assert!(!resources.is_empty());
            for resource in resources {
                assert!(
                    resource["id"].is_string() && resource["schemas"].is_array(),
                    "RFC 7644 §3.4.3: {names}"
                );
                assert_eq!(resource.get("meta"), None);
            }
        }
    }
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
fn a_bulk_request_over_a_limit_says_which() {
    let mut site = Site::default();
    let operation = |number: usize| json!({"method": "DELETE", "path": format!("/Users/{number}")});
    let send = |site: &mut Site, count: usize| -> Reply {
        let operations: Vec<Value> = (0..count).map(operation).collect();
        site.send(
            "POST",
            "/Bulk",
            &[],
            Some(&json!({"schemas": [BULK], "Operations": operations})),
        )
    };
    let config = site.get("/ServiceProviderConfig").json();
    let most = config["bulk"]["maxOperations"].as_u64().unwrap();
    let reply = send(&mut site, usize::try_from(most).unwrap() + 1);
    assert_eq!(reply.status, 413, "RFC 7644 §3.7.4");
    assert!(reply.detail().contains(&most.to_string()), "{}", reply.detail());

    site.max_body_bytes = Some(200);
    let config = site.get("/ServiceProviderConfig").json();
    assert_eq!(config["bulk"]["maxPayloadSize"], 200);
    let reply = send(&mut site, 4);
    assert_eq!(reply.status, 413, "RFC 7644 §3.7.4");
    assert!(reply.detail().contains("200"), "{}", reply.detail());
}

#[test]
fn no_accept_header_is_answered_in_another_form() {
    let (mut site, [user, ..]) = site();
    for accept in [
        "application/scim+json",
        "application/json",
        "application/scim+json, application/json;q=0.9",
        "*/*",
    ] {
        let reply = site.exchange(Request {
            method: "GET".to_owned(),
            path: user.clone(),
            headers: vec![("accept".to_owned(), accept.to_owned())],
            ..Request::default()
        });
        assert_eq!(reply.status, 200, "RFC 7644 §3.8: {accept}");
        assert_eq!(reply.json()["meta"]["resourceType"], "User");
    }
}

#[test]
fn groups_are_known_by_their_schema() {
    let (mut site, [_, inner, _]) = site();
    assert_eq!(site.get(&inner).json()["schemas"], json!([GROUP]), "RFC 7643 §3");
}
