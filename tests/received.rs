//! What is suggested to whoever writes mappings and role rules, of what clients have really sent.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::attributes;
use scimpress::filter::Filter;
use scimpress::limits::{MAX_QUOTED_CHARS, MAX_RECEIVED};
use scimpress::received::{Counted, Received, received};
use scimpress::roles::RuleKind;
use scimpress::schema::{ResourceType, USER};
use serde_json::{Value, json};

use support::client::Site;
use support::custom;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const CUSTOM: &str = "urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User";

fn of(documents: &[Value], user: &'static ResourceType) -> Received {
    let texts: Vec<String> = documents.iter().map(Value::to_string).collect();
    received(texts.iter().map(String::as_str), user)
}

fn paths(found: &Received) -> Vec<(&str, usize)> {
    found
        .paths
        .iter()
        .map(|Counted { what, users }| (what.as_str(), *users))
        .collect()
}

/// What the store holds after a client has sent it.
fn stored(user: &Value) -> Value {
    let mut site = Site::default();
    let id = site.create(user);
    serde_json::from_str(&site.store.row(&id).record.document).unwrap()
}

#[test]
fn paths_are_those_of_mappings_and_count_users() {
    let full = stored(&json!({
        "userName": "ada@example.com", "displayName": "Ada", "active": true, "title": "Dr",
        "name": {"givenName": "Ada", "familyName": "Byron", "middleName": "K"},
        "emails": [{"type": "work", "value": "a@example.com", "primary": true}, {"type": "home", "value": "b@example.com"}],
        "phoneNumbers": [{"type": "mobile", "value": "1"}, {"type": "work", "value": "2"}],
        "roles": [{"value": "Editor", "display": "Editor"}, {"value": "Author"}],
        ENTERPRISE: {"department": "Press", "manager": {"value": "boss"}},
        "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User": {"objectId": "o-1"},
        CUSTOM: {"tag": "blue", "codes": ["x", "y"]},
    }));
    let found = of(
        &[
            full,
            json!({"userName": "b", "title": "Prof", "phoneNumbers": [{"type": "mobile", "value": "3"}]}),
        ],
        &USER,
    );
    assert_eq!(
        paths(&found),
        [
            ("phoneNumbers[type eq \"mobile\"].value", 2),
            ("title", 2),
            ("emails[type eq \"home\"].value", 1),
            ("name.middleName", 1),
            ("phoneNumbers[type eq \"work\"].value", 1),
            ("roles.value", 1),
            (
                "urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User:codes",
                1
            ),
            (
                "urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User:tag",
                1
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
                1
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
                1
            ),
        ]
    );
    for (path, _) in paths(&found) {
        assert_eq!(attributes::problem(path, &USER), None);
    }
}

#[test]
fn extensions_that_nobody_declared_are_described() {
    let documents = [
        json!({CUSTOM: {"tag": "blue", "level": 1, "on": true, "codes": ["x"], "parts": {"a": 1}, "1x": "y", "apiKey": "k"}}),
        json!({CUSTOM.to_lowercase(): {"TAG": "red", "level": 1.5, "on": "yes"}}),
        json!({ENTERPRISE: {"department": "Press"}, "urn:x": "no object"}),
    ];
    let found = of(&documents, &USER);
    assert_eq!(found.extensions.len(), 1);
    let extension = &found.extensions[0];
    assert_eq!((extension.what.id.as_str(), extension.users), (CUSTOM, 2));
    let mut guessed: Vec<_> = extension
        .what
        .attributes
        .iter()
        .map(|attribute| (attribute.name.as_str(), attribute.kind, attribute.multi_valued))
        .collect();
    guessed.sort_unstable();
    assert_eq!(
        guessed,
        [
            ("codes", "string", true),
            ("level", "decimal", false),
            ("on", "string", false),
            ("tag", "string", false)
        ]
    );
    assert_eq!(of(&documents, custom::site().types().user).extensions, []);
}

#[test]
fn rules_are_suggested_by_what_people_have_in_common_and_by_nothing_else() {
    let department = "R\"D \\ \u{e9}";
    let documents = [
        json!({"roles": [{"value": "Editor"}, {"value": "Editor"}], ENTERPRISE: {"department": department, "costCenter": "7"}}),
        json!({"roles": [{"value": "Editor"}, {"value": "x".repeat(MAX_QUOTED_CHARS + 1)}], "title": "secret", "emails": [{"value": "a@example.com"}]}),
        json!({"roles": "none", ENTERPRISE: {"department": " "}}),
    ];
    let found = of(&documents, &USER);
    let rules: Vec<_> = found
        .rules
        .iter()
        .map(|it| (it.what.0, it.what.1.as_str(), it.users))
        .collect();
    let filter = format!("{ENTERPRISE}:department eq {}", json!(department));
    assert_eq!(
        rules,
        [
            (RuleKind::AppRole, "Editor", 2),
            (RuleKind::Filter, filter.as_str(), 1)
        ]
    );
    let parsed = Filter::parse(&filter, &USER).unwrap();
    assert!(parsed.matches(documents[0].as_object().unwrap()));
}

#[test]
fn whatever_is_stored_harms_nobody_and_the_list_ends() {
    assert_eq!(received(["", "[]", "{", "null"], &USER), Received::default());
    let many: serde_json::Map<_, _> = (0..MAX_RECEIVED * 3)
        .map(|number| (format!("a{number}"), json!(number)))
        .collect();
    let found = of(
        &[json!({CUSTOM: many, "urn:": {}, "<script>": 1, "password": "x", "a b": {"c": 1}})],
        &USER,
    );
    assert_eq!(found.paths.len(), MAX_RECEIVED);
    assert_eq!(found.extensions[0].what.attributes.len(), MAX_RECEIVED);
    assert!(found.paths.iter().all(|path| path.what.starts_with(CUSTOM)));
}
