//! `returned` (RFC 7643 §7) in all its kinds, of attributes, parts and extensions, on tables made for it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use scimpress::path::is_urn;
use scimpress::resource::project::Projection;
use scimpress::schema::{Attribute, AttributeType, Mutability, ResourceType, Returned, Schema, Uniqueness};
use serde_json::{Value, json};

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
