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

use scimpress::mapping::{self, Account, Keys, Login};
use serde::Deserialize;
use serde_json::{Map, Value, json};

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
