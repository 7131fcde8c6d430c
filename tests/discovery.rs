//! The discovery endpoints (RFC 7644 §4): they describe what the engine does.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::limits::{DEFAULT_COUNT, MAX_BODY_BYTES, MAX_BULK_OPERATIONS};
use serde_json::{Map, Value, json};

use support::client::{BASE, Site, bare};
use support::diff::assert_json;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

#[test]
fn a_user_made_of_the_schemas_is_stored_and_returned_whole() {
    let mut site = Site::default();
    let schemas = site.get("/Schemas").json();
    let mut user = Map::new();
    for schema in of_users(&schemas) {
        let values = object(&schema["attributes"], "");
        if schema["id"] == CORE {
            user.extend(values);
        } else {
            user.insert(schema["id"].as_str().unwrap().to_owned(), Value::Object(values));
        }
    }
    assert!(user.len() > 20, "{user:?}");
    let user = Value::Object(user);
    let reply = site.send("POST", "/Users", &[], Some(&user));
    assert_eq!(reply.status, 201, "{}", reply.text);
    let id = reply.json()["id"].as_str().unwrap().to_owned();
    assert_json(&Value::Object(bare(reply.json())), &user);
    assert_json(&Value::Object(site.user(&id)), &user);
}

#[test]
fn every_attribute_of_the_schemas_can_be_patched_by_its_name() {
    let schemas = Site::default().get("/Schemas").json();
    for schema in of_users(&schemas) {
        let urn = schema["id"].as_str().unwrap();
        for (name, value) in object(&schema["attributes"], "patched") {
            let mut site = Site::default();
            let id = site.create(&json!({"userName": "ada@example.com"}));
            let path = format!("{urn}:{name}");
            let reply = site.patch(&id, &json!([{"op": "add", "path": path, "value": value}]));
            assert_eq!(reply.status, 200, "{path}: {}", reply.text);
            let user = site.user(&id);
            let found = if urn == CORE {
                &user[&name]
            } else {
                &user[urn][&name]
            };
            assert_json(found, &value);
            assert!(reply.notices.is_empty(), "{path} is ignored");
        }
    }
}

/// The schemas of users and their extensions.
fn of_users(schemas: &Value) -> impl Iterator<Item = &Value> {
    let all = schemas["Resources"].as_array().unwrap().iter();
    all.filter(|schema| schema["id"] != GROUP)
}

/// A value for each attribute that a client may set and read.
fn object(attributes: &Value, prefix: &str) -> Map<String, Value> {
    let mut values = Map::new();
    for attribute in attributes.as_array().unwrap() {
        if attribute["mutability"] != "readOnly" && attribute["returned"] != "never" {
            let name = attribute["name"].as_str().unwrap();
            let one = value(attribute, &format!("{prefix}{name}"));
            let many = attribute["multiValued"] == true;
            values.insert(name.to_owned(), if many { json!([one]) } else { one });
        }
    }
    values
}

fn value(attribute: &Value, text: &str) -> Value {
    match attribute["type"].as_str().unwrap() {
        "complex" => {
            let mut parts = object(&attribute["subAttributes"], text);
            if attribute["name"] == "emails" {
                parts["value"] = json!("ada@example.com");
            }
            Value::Object(parts)
        }
        "boolean" => json!(true),
        "reference" => json!("https://example.com/x"),
        "binary" => json!("QUJD"),
        "string" => match &attribute["canonicalValues"] {
            Value::Array(values) => values[0].clone(),
            _ => json!(text),
        },
        other => panic!("no value for an attribute of type {other}"),
    }
}

#[test]
fn schemas_have_the_form_of_rfc_7643_section_7() {
    let list = Site::default().get("/Schemas").json();
    assert_eq!(
        list["totalResults"],
        json!(list["Resources"].as_array().unwrap().len())
    );
    for schema in list["Resources"].as_array().unwrap() {
        assert_eq!(
            schema["schemas"],
            json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"])
        );
        assert_eq!(schema["meta"]["resourceType"], "Schema");
        attributes(&schema["attributes"]);
    }
    let types: Vec<&Value> = list["Resources"][0]["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|attribute| attribute["name"] == "emails")
        .collect();
    assert_eq!(
        types[0]["subAttributes"][2]["canonicalValues"],
        json!(["work", "home", "other"]),
        "Microsoft's test builds its paths from them"
    );
}

fn attributes(list: &Value) {
    for attribute in list.as_array().unwrap() {
        let words = |key: &str, allowed: &[&str]| {
            let word = attribute[key]
                .as_str()
                .unwrap_or_else(|| panic!("{attribute} has no '{key}'"));
            assert!(allowed.contains(&word), "'{key}' is '{word}'");
        };
        words(
            "type",
            &[
                "string",
                "boolean",
                "reference",
                "binary",
                "complex",
                "dateTime",
                "integer",
            ],
        );
        words("mutability", &["readOnly", "readWrite", "immutable", "writeOnly"]);
        words("returned", &["always", "never", "default", "request"]);
        assert!(attribute["multiValued"].is_boolean() && attribute["required"].is_boolean());
        assert!(!attribute["description"].as_str().unwrap().is_empty());
        if matches!(attribute["type"].as_str(), Some("string" | "reference")) {
            words("uniqueness", &["none", "server", "global"]);
            assert!(attribute["caseExact"].is_boolean());
        }
        let is_complex = attribute["type"] == "complex";
        assert_eq!(
            attribute.get("subAttributes").is_some(),
            is_complex,
            "{attribute}"
        );
        if is_complex {
            attributes(&attribute["subAttributes"]);
        }
    }
}

#[test]
fn every_document_is_found_at_its_location() {
    let mut site = Site::default();
    for collection in ["/Schemas", "/ResourceTypes"] {
        for document in site.get(collection).json()["Resources"].as_array().unwrap() {
            let location = document["meta"]["location"].as_str().unwrap();
            let path = location.strip_prefix(BASE).unwrap();
            assert_json(&site.get(path).json(), document);
            let other_case = path.to_uppercase();
            assert_json(&site.get(&other_case).json(), document);
        }
    }
    let config = site.get("/ServiceProviderConfig").json();
    assert_eq!(
        config["meta"]["location"],
        json!(format!("{BASE}/ServiceProviderConfig"))
    );
}

#[test]
fn the_resource_types_name_the_schemas_that_there_are() {
    let mut site = Site::default();
    let user = site.get("/ResourceTypes/User").json();
    assert_eq!(user["endpoint"], "/Users");
    assert_eq!(user["schema"], CORE);
    let mut named = vec![user["schema"].clone()];
    for extension in user["schemaExtensions"].as_array().unwrap() {
        assert_eq!(extension["required"], json!(false));
        named.push(extension["schema"].clone());
    }
    let group = site.get("/ResourceTypes/Group").json();
    assert_eq!(group["endpoint"], "/Groups");
    assert_eq!(group["schemaExtensions"], json!([]));
    named.push(group["schema"].clone());
    let schemas = site.get("/Schemas").json();
    let there: Vec<Value> = schemas["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|schema| schema["id"].clone())
        .collect();
    assert_eq!(named, there);
}

#[test]
fn the_service_provider_config_says_what_is_supported() {
    let mut site = Site::default();
    let config = site.get("/ServiceProviderConfig").json();
    assert_eq!(config["patch"]["supported"], true);
    assert_eq!(config["filter"]["supported"], true);
    for there in ["bulk", "sort", "etag"] {
        assert_eq!(config[there]["supported"], true, "{there}");
    }
    assert_eq!(config["changePassword"]["supported"], true);
    assert_eq!(config["bulk"]["maxOperations"], json!(MAX_BULK_OPERATIONS));
    assert_eq!(config["bulk"]["maxPayloadSize"], json!(MAX_BODY_BYTES));
    assert_eq!(config["authenticationSchemes"][0]["type"], "oauthbearertoken");
    let most = config["filter"]["maxResults"].as_u64().unwrap();
    for number in 0..=most {
        site.create(&json!({"userName": format!("u{number}")}));
    }
    let page = site.send("GET", "/Users", &[("count", "100000")], None).json();
    assert_eq!(page["itemsPerPage"].as_u64(), Some(most));
    assert_eq!(
        config["pagination"],
        json!({
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": most,
        }),
        "RFC 9865 §4"
    );
    let page = site.get("/Users").json();
    assert_eq!(page["itemsPerPage"], json!(DEFAULT_COUNT));
    assert_eq!(
        page.get("nextCursor"),
        None,
        "an index is the default, so no cursor is sent unasked"
    );
}

#[test]
fn the_schema_of_groups_says_what_is_enforced() {
    let mut site = Site::default();
    let schema = site.get(&format!("/Schemas/{GROUP}")).json();
    let attributes = schema["attributes"].as_array().unwrap();
    let of = |list: &[Value], name: &str| -> Value {
        list.iter()
            .find(|attribute| attribute["name"] == name)
            .unwrap()
            .clone()
    };
    let name = of(attributes, "displayName");
    assert_eq!(
        (&name["required"], &name["uniqueness"], &name["caseExact"]),
        (&json!(true), &json!("server"), &json!(false))
    );
    let members = of(attributes, "members");
    assert_eq!(members["multiValued"], true);
    let parts = members["subAttributes"].as_array().unwrap();
    for part in ["value", "$ref", "type"] {
        assert_eq!(
            of(parts, part)["mutability"],
            "immutable",
            "RFC 7643 §4.2: {part}"
        );
    }
    assert_eq!(of(parts, "type")["canonicalValues"], json!(["User", "Group"]));
}
