//! What of a user becomes the WordPress account, and what of the account shows in the user: the tables `mapping-*` of
//! `tests/vectors/`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::collections::BTreeMap;

use scimpress::attributes::{self, Text};
use scimpress::mapping::{self, Account, Keys, Login};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use support::custom;
use support::diff::assert_json;
use support::table::{self, complete};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mapped {
    user: Map<String, Value>,
    #[serde(default)]
    account: BTreeMap<String, String>,
    #[serde(default)]
    keys: BTreeMap<String, String>,
    login: Option<String>,
    suffix: Option<String>,
}

#[test]
fn users_become_accounts() {
    table::check("mapping-account", |row: Mapped| {
        let user = complete(&row.user);
        let user = user.as_object().unwrap();
        let account = Account::of(user);
        for (name, expected) in &row.account {
            let found = account.fields().into_iter().find(|(field, _)| field == name);
            assert_eq!(found.unwrap().1, expected, "{name}");
        }
        let keys = Keys::of(user);
        for (name, expected) in &row.keys {
            let found = match name.as_str() {
                "userName" => Some(&keys.user_name),
                "externalId" => keys.external_id.as_ref(),
                "objectId" => keys.object_id.as_ref(),
                "email" => keys.email.as_ref(),
                other => panic!("there is no key '{other}'"),
            };
            assert_eq!(found.map_or("(none)", String::as_str), expected, "{name}");
        }
        let login = Login::of(user);
        assert_eq!(row.login.as_ref().unwrap_or(&login.preferred), &login.preferred);
        assert_eq!(row.suffix.as_ref().unwrap_or(&login.suffix), &login.suffix);
        assert!(!mapping::user_name(user).is_empty());
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edited {
    document: Map<String, Value>,
    /// What WordPress made of the document, where that differs.
    observed: BTreeMap<String, String>,
    /// What an administrator wrote since.
    edit: BTreeMap<String, String>,
    #[serde(default = "yes")]
    active: bool,
    user: Map<String, Value>,
}

fn yes() -> bool {
    true
}

#[test]
fn edits_in_wordpress_show_and_its_sanitising_does_not() {
    table::check("mapping-overlay", |row: Edited| {
        let written = |account: &Account, fields: &BTreeMap<String, String>| {
            let mut text: BTreeMap<_, _> = account.fields().map(|(k, v)| (k.to_owned(), v.to_owned())).into();
            text.extend(fields.clone());
            Account::from_json(&json!(text).to_string())
        };
        let observed = written(&Account::of(&row.document), &row.observed);
        let now = written(&observed, &row.edit);
        let found = mapping::overlay(row.document, &observed, &now, row.active);
        assert_json(&Value::Object(found), &Value::Object(row.user));
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    path: String,
    user: Map<String, Value>,
    #[serde(default)]
    value: Option<Value>,
    error: Option<String>,
}

#[test]
fn mapped_attributes_reach_the_store_as_text() {
    table::check("mapping-attributes", |row: Attribute| {
        let mut site = custom::site();
        let problem = attributes::problem(&row.path, site.types().user);
        if let Some(error) = &row.error {
            let problem = problem.unwrap();
            assert!(problem.contains(error.as_str()), "{problem}");
        } else {
            assert_eq!(problem, None);
        }
        site.mappings = vec![(row.path.clone(), "target".to_owned())];
        let id = site.create(&complete(&row.user));
        let expected = row.value.filter(|value| !value.is_null());
        let stored = site.store.rows[0].mapped.get("target").map(json_of);
        assert_eq!(stored, expected, "after POST");

        // The same by a change, and back.
        let bare = site.create(&json!({"userName": "grace@example.com"}));
        let mut whole = row.user.clone();
        whole.insert("userName".to_owned(), json!("grace@example.com"));
        let reply = site.send("PUT", &format!("/Users/{bare}"), &[], Some(&Value::Object(whole)));
        assert_eq!(reply.status, 200, "{}", reply.text);
        // Ada's `active` is there from the beginning.
        if row.path != "active" {
            assert_eq!(
                site.store.rows[1].mapped.get("target").map(json_of),
                expected,
                "after PUT"
            );
            site.send(
                "PUT",
                &format!("/Users/{bare}"),
                &[],
                Some(&json!({"userName": "grace@example.com"})),
            );
            assert_eq!(
                site.store.rows[1].mapped.get("target"),
                None,
                "after the attribute went"
            );
        }
        assert_ne!(id, bare);
    });
}

fn json_of(text: &Text) -> Value {
    match text {
        Text::One(text) => json!(text),
        Text::Several(texts) => json!(texts),
    }
}
