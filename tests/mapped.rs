//! Which writes carry mapped attributes, and which carry none.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::attributes::Text;
use scimpress::exchange::Need;
use serde_json::{Value, json};

use support::client::Site;
use support::custom;

const CUSTOM_TAG: &str = "urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User:tag";

fn site() -> Site {
    let mut site = custom::site();
    site.mappings = vec![
        ("title".to_owned(), "job".to_owned()),
        (CUSTOM_TAG.to_owned(), "tag".to_owned()),
        ("password".to_owned(), "secret".to_owned()),
        ("no such thing".to_owned(), "nothing".to_owned()),
    ];
    site
}

/// Target and value of what the last write carried.
fn carried(site: &Site) -> Vec<(String, Option<Text>)> {
    let changes = match site
        .store
        .needs
        .iter()
        .rev()
        .find(|need| matches!(need, Need::Create { .. } | Need::Update { .. }))
    {
        Some(Need::Create { changes, .. } | Need::Update { changes, .. }) => changes,
        other => panic!("no write but {other:?}"),
    };
    changes
        .mapped
        .iter()
        .map(|mapped| (mapped.rule.target.clone(), mapped.value.clone()))
        .collect()
}

fn one(text: &str) -> Text {
    Text::One(text.to_owned())
}

fn writes(site: &Site) -> usize {
    let is_write = |need: &&Need| matches!(need, Need::Create { .. } | Need::Update { .. });
    site.store.needs.iter().filter(is_write).count()
}

#[test]
fn a_new_user_brings_every_mapping_that_means_something() {
    let mut site = site();
    site.create(&json!({"userName": "ada@example.com", "title": "Dr", "password": "correct horse"}));
    assert_eq!(
        carried(&site),
        [("job".to_owned(), Some(one("Dr"))), ("tag".to_owned(), None)]
    );
}

#[test]
fn a_change_brings_only_what_it_changes() {
    let mut site = site();
    let id = site.create(&json!({"userName": "ada@example.com", "title": "Dr"}));
    for (operation, expected) in [
        (
            json!({"op": "replace", "path": "nickName", "value": "Ada"}),
            vec![],
        ),
        (
            json!({"op": "replace", "path": "title", "value": "Prof"}),
            vec![("job".to_owned(), Some(one("Prof")))],
        ),
        (
            json!({"op": "Add", "path": CUSTOM_TAG, "value": "blue"}),
            vec![("tag".to_owned(), Some(one("blue")))],
        ),
        (
            json!({"op": "replace", "path": "title", "value": ""}),
            vec![("job".to_owned(), None)],
        ),
        (
            json!({"op": "remove", "path": CUSTOM_TAG}),
            vec![("tag".to_owned(), None)],
        ),
    ] {
        let reply = site.patch(&id, &json!([operation]));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(carried(&site), expected, "{operation}");
    }
}

#[test]
fn a_change_of_nothing_writes_nothing() {
    let mut site = site();
    let user = json!({"userName": "ada@example.com", "title": "Dr", custom::CUSTOM: {"tag": "blue"}});
    let id = site.create(&user);
    let before = writes(&site);
    let same = json!([
        {"op": "Replace", "path": "title", "value": "Dr"},
        {"op": "Replace", "path": CUSTOM_TAG.to_ascii_uppercase().replacen("URN", "urn", 1), "value": "blue"},
    ]);
    assert_eq!(site.patch(&id, &same).status, 200);
    assert_eq!(
        site.send("PUT", &format!("/Users/{id}"), &[], Some(&user)).status,
        200
    );
    assert_eq!(writes(&site), before);
}

#[test]
fn what_an_administrator_edited_is_not_carried_along() {
    let mut site = site();
    site.mappings = vec![("name.givenName".to_owned(), "given".to_owned())];
    let id = site.create(&json!({"userName": "ada@example.com", "name": {"givenName": "Ada"}}));
    site.store.rows[0].account().wordpress.first_name = "Augusta".to_owned();
    site.patch(&id, &json!([{"op": "replace", "path": "title", "value": "Dr"}]));
    assert_eq!(carried(&site), []);
}

#[test]
fn the_managers_reference_waits_for_the_manager() {
    const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    let mut site = Site::default();
    site.mappings = vec![(format!("{MANAGER}.value"), "boss".to_owned())];
    let id = site.create(&json!({"userName": "ada@example.com"}));
    let read = |site: &mut Site| {
        let user = site.user(&id);
        let enterprise = user.get("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
        enterprise.map_or(Value::Null, |it| it["manager"].clone())
    };
    // Nobody has these ids; Entra's forms, and the one of 2018.
    for (path, value, expected) in [
        (MANAGER, json!("later"), json!({"value": "later"})),
        (
            "manager",
            json!([{"$ref": "https://x.example/Users/2", "value": "2"}]),
            json!({"$ref": "https://x.example/Users/2", "value": "2"}),
        ),
        (MANAGER, json!({"value": "3"}), json!({"value": "3"})),
        (MANAGER, json!(id), json!({"value": id})),
        (MANAGER, json!(""), Value::Null),
    ] {
        let reply = site.patch(&id, &json!([{"op": "Replace", "path": path, "value": value}]));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(read(&mut site), expected, "{value}");
        let stored = site.store.rows[0].mapped.get("boss");
        assert_eq!(stored, expected["value"].as_str().map(one).as_ref(), "{value}");
    }
}
