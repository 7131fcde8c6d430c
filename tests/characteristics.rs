//! The characteristics that `/Schemas` announces (RFC 7643 §7) are those that are enforced, attribute by attribute.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::path::is_urn;
use scimpress::resource::project::Projection;
use scimpress::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned, Schema, Uniqueness};
use serde_json::{Map, Value, json};

use support::client::{Reply, Site, patch_of};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// An attribute, or a part of one, as `/Schemas` announces it.
struct Announced {
    schema: String,
    parent: Option<Value>,
    definition: Value,
}

impl Announced {
    fn name(&self) -> &str {
        self.definition["name"].as_str().unwrap()
    }

    fn is(&self, characteristic: &str, word: &str) -> bool {
        self.definition[characteristic] == word
    }

    /// Path with its URN.
    fn path(&self) -> String {
        match &self.parent {
            Some(parent) => format!(
                "{}:{}.{}",
                self.schema,
                parent["name"].as_str().unwrap(),
                self.name()
            ),
            None => format!("{}:{}", self.schema, self.name()),
        }
    }

    fn endpoint(&self) -> &'static str {
        if self.schema == GROUP { "/Groups" } else { "/Users" }
    }

    /// A resource that is in order but for this value of the attribute; `None` leaves the attribute out.
    fn resource(&self, value: Option<Value>) -> Value {
        let mut resource = if self.schema == GROUP {
            json!({"displayName": "Staff"})
        } else {
            json!({"userName": "ada@example.com"})
        };
        let mut member = |name: &str, value: Option<Value>| {
            let object = if self.schema == USER || self.schema == GROUP {
                resource.as_object_mut().unwrap()
            } else {
                let extension = resource
                    .as_object_mut()
                    .unwrap()
                    .entry(&self.schema)
                    .or_insert(json!({}));
                extension.as_object_mut().unwrap()
            };
            match value {
                Some(value) => object.insert(name.to_owned(), value),
                None => object.shift_remove(name),
            };
        };
        match &self.parent {
            None => member(self.name(), value),
            Some(parent) => {
                let mut parts = Map::new();
                if let Some(value) = value {
                    parts.insert(self.name().to_owned(), value);
                } else {
                    parts.insert("type".into(), json!("User"));
                }
                let element = Value::Object(parts);
                let many = parent["multiValued"] == true;
                let whole = if many { json!([element]) } else { element };
                member(parent["name"].as_str().unwrap(), Some(whole));
            }
        }
        resource
    }

    /// The attribute in an answer.
    fn read(&self, resource: &Value) -> Value {
        let object = if self.schema == USER || self.schema == GROUP {
            resource
        } else {
            &resource[&self.schema]
        };
        match &self.parent {
            None => object[self.name()].clone(),
            Some(parent) => {
                let whole = &object[parent["name"].as_str().unwrap()];
                let element = if whole.is_array() { &whole[0] } else { whole };
                element[self.name()].clone()
            }
        }
    }
}

/// All of them, parts included.
fn announced() -> Vec<Announced> {
    let mut all = Vec::new();
    for schema in Site::default().get("/Schemas").json()["Resources"]
        .as_array()
        .unwrap()
    {
        let urn = schema["id"].as_str().unwrap();
        for definition in schema["attributes"].as_array().unwrap() {
            for part in definition["subAttributes"].as_array().into_iter().flatten() {
                all.push(Announced {
                    schema: urn.to_owned(),
                    parent: Some(definition.clone()),
                    definition: part.clone(),
                });
            }
            all.push(Announced {
                schema: urn.to_owned(),
                parent: None,
                definition: definition.clone(),
            });
        }
    }
    assert!(all.len() > 80, "{}", all.len());
    all
}

/// Those with a characteristic; at least one, or the test would prove nothing.
fn with(characteristic: &str, value: impl Into<Value>) -> Vec<Announced> {
    let value = value.into();
    let mut found = announced();
    found.retain(|attribute| attribute.definition[characteristic] == value);
    assert!(
        !found.is_empty(),
        "nothing is announced with {characteristic} {value}"
    );
    found
}

/// A site with a user and a group that it is in, and the path of what has the attribute.
fn site(attribute: &Announced) -> (Site, String) {
    let mut site = Site::default();
    let user = site.create(&json!({"userName": "grace@example.com", "displayName": "Grace"}));
    let group = site.create_group("Crew", &[&user]);
    let id = if attribute.schema == GROUP { group } else { user };
    (site, format!("{}/{id}", attribute.endpoint()))
}

fn patch(site: &mut Site, path: &str, operation: &Value) -> Reply {
    site.send("PATCH", path, &[], Some(&patch_of(&json!([operation]))))
}

/// A value of the announced type.
fn sound(definition: &Value) -> Value {
    let one = match definition["type"].as_str().unwrap() {
        "complex" => {
            let part = &definition["subAttributes"][0];
            json!({part["name"].as_str().unwrap(): sound(part)})
        }
        "boolean" => json!(true),
        "binary" => json!("QUJD"),
        "reference" => json!("https://example.com/x"),
        // An address, where it must be one.
        _ => json!("x@example.com"),
    };
    if definition["multiValued"] == true {
        json!([one])
    } else {
        one
    }
}

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

const fn made(name: &'static str, returned: Returned, parts: &'static [Attribute]) -> Attribute {
    Attribute {
        name,
        kind: if parts.is_empty() {
            AttributeType::String
        } else {
            AttributeType::Complex
        },
        multi_valued: false,
        description: "made for a test",
        required: false,
        case_exact: false,
        mutability: Mutability::ReadWrite,
        returned,
        uniqueness: Uniqueness::None,
        canonical_values: &[],
        reference_types: &[],
        sub_attributes: parts,
        max_values: 10,
    }
}

const PARTS: [Attribute; 4] = [
    made("always", Returned::Always, &[]),
    made("default", Returned::Default, &[]),
    made("request", Returned::Request, &[]),
    made("never", Returned::Never, &[]),
];
static ATTRIBUTES: [Attribute; 8] = [
    made("always", Returned::Always, &[]),
    made("default", Returned::Default, &[]),
    made("request", Returned::Request, &[]),
    made("never", Returned::Never, &[]),
    made("alwaysParts", Returned::Always, &PARTS),
    made("parts", Returned::Default, &PARTS),
    made("requestParts", Returned::Request, &PARTS),
    made("neverParts", Returned::Never, &PARTS),
];
static CORE: Schema = Schema {
    id: "urn:example:core",
    name: "Core",
    description: "made for a test",
    attributes: &ATTRIBUTES,
};
static EXTENSION: Schema = Schema {
    id: "urn:example:extension",
    name: "Extension",
    description: "made for a test",
    attributes: &ATTRIBUTES,
};
static TYPE: ResourceType = ResourceType {
    name: "Made",
    endpoint: "/Made",
    description: "made for a test",
    schema: &CORE,
    extensions: &[&EXTENSION],
};

/// The attributes that are left of a resource that has them all, as sorted paths; `always` ones are left out when there
/// is nothing else to say.
fn shown(attributes: Option<&str>, excluded: Option<&str>) -> Vec<String> {
    let parts = json!({"always": "1", "default": "1", "request": "1", "never": "1"});
    let mut all = parts.clone();
    for name in ["alwaysParts", "parts", "requestParts", "neverParts"] {
        all[name] = parts.clone();
    }
    let mut whole = all.clone();
    whole["schemas"] = json!(["urn:example:core"]);
    whole["id"] = json!("1");
    whole["urn:example:extension"] = all;
    let Value::Object(whole) = whole else {
        panic!("no object")
    };
    let left = Projection::parse(attributes, excluded, &TYPE)
        .unwrap()
        .apply(whole, &TYPE);
    let mut paths = Vec::new();
    collect(&Value::Object(left), "", &mut paths);
    paths.sort();
    paths
}

fn collect(value: &Value, path: &str, paths: &mut Vec<String>) {
    let Value::Object(members) = value else {
        return paths.push(path.to_owned());
    };
    for (name, value) in members {
        let path = match path {
            "" => name.clone(),
            path if is_urn(path) && !path.contains("extension:") => format!("{path}:{name}"),
            path => format!("{path}.{name}"),
        };
        collect(value, &path, paths);
    }
}

/// What is returned whatever the client says.
const ALWAYS: [&str; 8] = [
    "always",
    "alwaysParts.always",
    "alwaysParts.default",
    "id",
    "schemas",
    "urn:example:extension:always",
    "urn:example:extension:alwaysParts.always",
    "urn:example:extension:alwaysParts.default",
];

fn assert_shown(attributes: Option<&str>, excluded: Option<&str>, without: &[&str], more: &[&str]) {
    let mut expected: Vec<&str> = ALWAYS
        .iter()
        .copied()
        .filter(|path| !without.contains(path))
        .collect();
    expected.extend(more);
    expected.sort_unstable();
    assert_eq!(
        shown(attributes, excluded),
        expected,
        "{attributes:?} {excluded:?}"
    );
}

#[test]
fn returned_goes_before_what_is_asked_for() {
    const DEFAULT: [&str; 6] = [
        "default",
        "parts.always",
        "parts.default",
        "urn:example:extension:default",
        "urn:example:extension:parts.always",
        "urn:example:extension:parts.default",
    ];
    assert_shown(None, None, &[], &DEFAULT);
    assert_shown(Some("nothing"), None, &[], &[]);
    assert_shown(Some("default"), None, &[], &["default"]);
    assert_shown(Some("request,never,neverParts"), None, &[], &["request"]);
    assert_shown(Some("parts"), None, &[], &["parts.always", "parts.default"]);
    assert_shown(
        Some("parts,parts.request"),
        None,
        &[],
        &["parts.always", "parts.default", "parts.request"],
    );
    assert_shown(
        Some("parts.request"),
        None,
        &[],
        &["parts.always", "parts.request"],
    );
    assert_shown(Some("parts.never"), None, &[], &["parts.always"]);
    assert_shown(
        Some("requestParts"),
        None,
        &[],
        &["requestParts.always", "requestParts.default"],
    );
    assert_shown(
        Some("requestParts.request"),
        None,
        &[],
        &["requestParts.always", "requestParts.request"],
    );
    assert_shown(Some("alwaysParts.request"), None, &[], &["alwaysParts.request"]);
    assert_shown(Some("neverParts.default"), None, &[], &[]);
    assert_shown(
        Some("urn:example:extension"),
        None,
        &[],
        &[
            "urn:example:extension:default",
            "urn:example:extension:parts.always",
            "urn:example:extension:parts.default",
        ],
    );
    assert_shown(
        Some("urn:example:extension:request"),
        None,
        &[],
        &["urn:example:extension:request"],
    );
    assert_shown(None, Some("always,id,schemas,never,request"), &[], &DEFAULT);
    assert_shown(None, Some("default,parts"), &[], &DEFAULT[3..]);
    assert_shown(None, Some("alwaysParts"), &[], &DEFAULT);
    assert_shown(
        None,
        Some("alwaysParts.default,alwaysParts.always"),
        &["alwaysParts.default"],
        &DEFAULT,
    );
    assert_shown(None, Some("urn:example:extension"), &[], &DEFAULT[..3]);
}
