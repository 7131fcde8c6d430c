//! Users whom another provisioning plugin has left on the site.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::{Exchange, Import, Need, StoreError};
use scimpress::mapping::Account;
use serde_json::{Value, json};

use support::client::{Reply, Site, request};

const WPO365: &str = "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn ada() -> Import {
    Import {
        user_name: "Ada@Example.com".to_owned(),
        external_id: Some("E1".to_owned()),
        object_id: Some("8D6A".to_owned()),
        active: true,
        account: Account {
            user_email: "Ada@Example.com".to_owned(),
            first_name: "Ada".to_owned(),
            last_name: "King".to_owned(),
            display_name: "Ada King".to_owned(),
        },
        attributes: Vec::new(),
    }
}

fn attributes(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))
        .collect()
}

fn import(site: &mut Site, user: Import, id: &str) -> Reply {
    // The configuration of a request, with another id.
    let config = scimpress::exchange::Config {
        new_id: id.to_owned(),
        ..scimpress::exchange::Config::default()
    };
    let mut exchange = Exchange::import(user, config);
    while site.step(&mut exchange) {}
    Reply::of(&exchange)
}

fn held(site: &mut Site, id: &str) -> Value {
    let mut user = site
        .exchange(request("GET", &format!("/Users/{id}"), &[], None))
        .json();
    let user_object = user.as_object_mut().unwrap();
    user_object.shift_remove("meta");
    user_object.shift_remove("schemas");
    user
}

#[test]
fn user_keeps_his_id_and_what_the_site_knows_of_him() {
    let mut site = Site::default();
    let mut user = ada();
    user.attributes = attributes(&[
        ("title", "Countess"),
        ("addresses[type eq \"work\"].locality", "London"),
        (&format!("{ENTERPRISE}:manager"), "7"),
    ]);
    let reply = import(&mut site, user, "42");
    assert_eq!((reply.status, reply.text.as_str()), (204, ""));
    assert!(reply.notices.is_empty());
    assert_eq!(
        held(&mut site, "42"),
        json!({
            "id": "42",
            "externalId": "E1",
            "userName": "Ada@Example.com",
            "active": true,
            "displayName": "Ada King",
            "name": {"givenName": "Ada", "familyName": "King"},
            "emails": [{"value": "Ada@Example.com", "type": "work", "primary": true}],
            "title": "Countess",
            "addresses": [{"type": "work", "locality": "London"}],
            WPO365: {"objectId": "8D6A"},
            ENTERPRISE: {"manager": {"value": "7"}},
        })
    );
    let Some(Need::Create { changes, .. }) = site.store.needs.iter().find(|need| need.name() == "create")
    else {
        panic!("nothing was created")
    };
    assert_eq!(changes.keys.user_name, "ada@example.com");
    assert_eq!(changes.keys.object_id.as_deref(), Some("8d6a"));
}

#[test]
fn value_without_a_place_is_left_out_with_a_notice() {
    let mut site = Site::default();
    let mut user = ada();
    user.attributes = attributes(&[
        ("no.such", "x"),
        ("emails[", "x"),
        ("groups", "x"),
        ("title", "Countess"),
        ("userName", "mallory@example.com"),
        ("active", "false"),
    ]);
    let reply = import(&mut site, user, "42");
    assert_eq!(reply.status, 204);
    assert_eq!(
        reply.notice_codes(),
        ["attributeIgnored", "valueLeftOut", "valueLeftOut"]
    );
    assert!(reply.notices.iter().all(|notice| notice.resource == "42"));
    let user = held(&mut site, "42");
    assert_eq!(
        (&user["title"], &user["userName"], &user["active"]),
        (&json!("Countess"), &json!("Ada@Example.com"), &json!(true))
    );
}

#[test]
fn meta_that_was_mapped_to_the_password_is_not_kept() {
    let mut site = Site::default();
    let mut user = ada();
    user.attributes = attributes(&[("password", "correct horse"), ("title", "Countess")]);
    assert_eq!(import(&mut site, user, "42").status, 204);
    let Some(Need::Create { changes, .. }) = site.store.needs.iter().find(|need| need.name() == "create")
    else {
        panic!("nothing was created")
    };
    assert!(changes.password.is_none());
    assert!(changes.document.contains("Countess"));
    assert!(
        !changes.document.contains("correct horse"),
        "{}",
        changes.document
    );
}

#[test]
fn user_without_a_name_is_refused_in_words() {
    let mut site = Site::default();
    let mut user = ada();
    user.user_name = String::new();
    let reply = import(&mut site, user, "42");
    assert_eq!(reply.status, 400);
    assert_eq!(reply.notice_codes(), ["importRefused"]);
    assert_eq!(reply.notices[0].detail, reply.detail());
    assert_eq!(site.store.writes(), 0);
}

#[test]
fn refusal_of_the_store_is_a_notice_too() {
    let mut site = Site::default();
    site.store.refuse("create", 1, StoreError::Protected);
    let reply = import(&mut site, ada(), "42");
    assert_eq!(reply.status, 403);
    assert_eq!(reply.notice_codes(), ["importRefused"]);
}
