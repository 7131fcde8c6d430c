//! What every answer must be, and how its errors are written.

use scimpress::error::ERROR_SCHEMA;
use scimpress::path::is_urn;
use scimpress::schema::USER;
use serde_json::{Value, json};

use super::client::{BASE, Reply};

/// RFC 7644 table 9, RFC 9865 §2.1.
const SCIM_TYPES: [&str; 14] = [
    "invalidFilter",
    "tooMany",
    "uniqueness",
    "mutability",
    "invalidSyntax",
    "invalidPath",
    "noTarget",
    "invalidValue",
    "invalidVers",
    "sensitive",
    "outOfSync",
    "invalidCursor",
    "expiredCursor",
    "invalidCount",
];

/// Fails unless the answer is one that any SCIM client can read.
pub(crate) fn assert_well_formed(reply: &Reply, method: &str) {
    assert_eq!(reply.header("Content-Type"), Some("application/scim+json"));
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    if method.eq_ignore_ascii_case("HEAD") {
        assert_eq!(reply.text, "", "HEAD has no body");
        return;
    }
    if matches!(reply.status, 204 | 304) {
        assert_eq!(reply.text, "", "{} has no body", reply.status);
        return;
    }
    let body = reply.json();
    assert!(body.is_object(), "not a JSON object: {}", reply.text);
    assert!(!has_null(&body), "a null in {}", reply.text);
    if reply.status == 201 {
        let location = reply.header("Location").unwrap();
        let id = body["id"].as_str().unwrap();
        let collections = [format!("{BASE}/Users/{id}"), format!("{BASE}/Groups/{id}")];
        assert!(collections.iter().any(|it| it == location), "{location}");
    }
    if let Some(version) = body["meta"].get("version") {
        // RFC 7643 §3.1: the value must be the same.
        assert_eq!(reply.header("ETag"), version.as_str());
    }
    if body.get("Resources").is_some() {
        // Okta and Entra read no numbers in quotes (Entra quirk Q-43).
        for name in ["totalResults", "itemsPerPage", "startIndex"] {
            let number = body.get(name);
            assert!(number.is_none_or(Value::is_u64), "{name}: {}", reply.text);
        }
    }
    if reply.status >= 400 {
        assert_error(reply, &body);
    }
}

/// RFC 7644 §3.12
fn assert_error(reply: &Reply, body: &Value) {
    assert_eq!(body["schemas"], json!([ERROR_SCHEMA]));
    assert_eq!(body["status"], json!(reply.status.to_string()));
    let detail = body["detail"].as_str().unwrap();
    assert!(!detail.trim().is_empty(), "an error without words");
    assert!(!detail.ends_with('.'), "a full stop at the end: {detail}");
    assert!(
        !detail.contains(char::is_control),
        "more than one line: {detail:?}"
    );
    assert!(detail.chars().count() < 500, "a text that nobody reads: {detail}");
    match body.get("scimType").map(|it| it.as_str().unwrap()) {
        Some(word) => assert!(SCIM_TYPES.contains(&word), "unknown scimType {word}"),
        None => assert_ne!(reply.status, 400, "400 without scimType: {detail}"),
    }
    let retry = reply.header("Retry-After").is_some();
    assert_eq!(retry, matches!(reply.status, 429 | 503), "Retry-After");
    assert_eq!(reply.header("Allow").is_some(), reply.status == 405, "Allow");
    let authenticate = reply.header("WWW-Authenticate").is_some();
    assert_eq!(authenticate, reply.status == 401, "WWW-Authenticate");
}

/// Fails when an error text begins in upper case or shows how the program is built. What it quotes is the client's.
pub(crate) fn assert_style(detail: &str) {
    const NAMES: [&str; 2] = ["WordPress", "JSON"];
    const INNARDS: [&str; 12] = [
        "::", "Some(", "None", "Err(", "Ok(", "Vec<", "&str", "usize", "i64", "u64", "f64", "panicked",
    ];
    let own = without_quotes(detail);
    let begins = own.trim_start_matches(|c: char| !c.is_alphanumeric());
    let upper = begins.chars().next().is_some_and(char::is_uppercase);
    assert!(
        !upper || NAMES.iter().any(|name| begins.starts_with(name)),
        "upper case at the beginning: {detail}"
    );
    for innards in INNARDS {
        assert!(!own.contains(innards), "'{innards}' in: {detail}");
    }
}

fn without_quotes(text: &str) -> String {
    text.split('\'').step_by(2).collect::<Vec<_>>().join("x")
}

/// RFC 7643 §2.5: what is not assigned is left out. Inside an extension that no table declares, values are the client's.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.iter().any(has_null),
        Value::Object(members) => members.iter().any(|(name, value)| {
            let undeclared = is_urn(name) && USER.extension(name).is_none();
            value.is_null() || (!undeclared && has_null(value))
        }),
        _ => false,
    }
}
