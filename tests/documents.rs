//! What the RFCs demand of every list and every document of the service, by clause.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::Request;
use serde_json::{Value, json};

use support::client::{Reply, Site};

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
fn cursors_keep_to_the_count() {
    let mut site = Site::default();
    for number in 1..=4 {
        site.create(&json!({"userName": format!("u{number}")}));
        site.create_group(&format!("g{number}"), &[]);
    }
    for path in ["/Users", "/Groups"] {
        for (count, length) in [("1", 1), ("3", 3), ("4", 4), ("100", 4)] {
            let list = site
                .send("GET", path, &[("cursor", ""), ("count", count)], None)
                .json();
            assert_eq!(
                list["Resources"].as_array().unwrap().len(),
                length,
                "RFC 9865 §2: {count}"
            );
            assert_eq!(list["totalResults"], 4);
            assert_eq!(
                list.get("nextCursor").is_some(),
                length < 4,
                "RFC 9865 §2: {count}"
            );
        }
    }
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
