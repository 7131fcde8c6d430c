//! The life of a user: what each request leaves behind in the store and in WordPress.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::Need;
use serde_json::{Value, json};

use support::client::{BASE, Site, bare};
use support::diff::assert_json;

const WPO365: &str = "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User";

fn ada() -> Value {
    json!({
        "userName": "ada@example.com",
        "active": true,
        "displayName": "Ada King",
        "name": {"givenName": " Ada ", "familyName": "King"},
        "emails": [{"type": "work", "value": "ada@example.com"}],
        WPO365: {"objectId": "8D6A-2A4E"},
    })
}

/// The WordPress fields of the last write; null removes a meta.
fn written(site: &Site) -> Value {
    let changes = site.store.needs.iter().rev().find_map(|need| match need {
        Need::Create { changes, .. } | Need::Update { changes, .. } => Some(changes),
        _ => None,
    });
    let fields = changes.unwrap().wordpress.iter();
    fields
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect()
}

#[test]
fn a_new_user_gets_all_fields_of_its_account() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let expected = json!({
        "user_email": "ada@example.com",
        "first_name": " Ada ",
        "last_name": "King",
        "display_name": "Ada King",
        "userPrincipalName": "ada@example.com",
        "aadObjectId": "8D6A-2A4E",
    });
    assert_json(&written(&site), &expected);
    assert_eq!(site.store.row(&id).login, "ada@example.com");
}

/// RFC 7644 §5, §7.8: names compare as RFC 8265 prepares them, and are answered as they were sent.
#[test]
fn a_name_is_one_however_its_letters_are_composed() {
    for (sent, other) in [
        ("zo\u{eb}@example.com", "Zoe\u{308}@example.com"),
        ("Zoe\u{308}@example.com", "ZO\u{cb}@example.com"),
        ("\u{ff41}da@example.com", "ada@example.com"),
    ] {
        let mut site = Site::default();
        let id = site.create(&json!({"userName": sent}));
        let again = site.send("POST", "/Users", &[], Some(&json!({"userName": other})));
        assert_eq!(
            (again.status, again.scim_type().as_deref()),
            (409, Some("uniqueness"))
        );
        let filter = format!("userName eq \"{other}\"");
        let found = site.send("GET", "/Users", &[("filter", &filter)], None).json();
        assert_eq!(found["Resources"][0]["id"], json!(id), "{filter}");
        assert_eq!(found["Resources"][0]["userName"], json!(sent));
    }
}

#[test]
fn what_the_server_assigns_is_the_server_s() {
    let mut site = Site::default();
    let mut user = ada();
    user["id"] = json!("mine");
    user["meta"] = json!({"created": "2001-01-01T00:00:00Z", "location": "https://elsewhere.example"});
    let created = site.send("POST", "/Users", &[], Some(&user)).json();
    let id = created["id"].as_str().unwrap().to_owned();
    assert_ne!(id, "mine");
    assert_eq!(created["meta"]["location"], json!(format!("{BASE}/Users/{id}")));
    assert_eq!(created["meta"]["created"], "2026-11-22T07:00:01.000Z");
    let patched = site
        .patch(&id, &json!([{"op": "add", "path": "title", "value": "x"}]))
        .json();
    assert_eq!(patched["meta"]["created"], created["meta"]["created"]);
    assert_eq!(patched["meta"]["lastModified"], "2026-11-22T07:00:02.000Z");
    assert_eq!(patched["id"], json!(id));
}

#[test]
fn a_change_writes_only_the_fields_it_concerns() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let cases = [
        (json!({"title": "Countess"}), json!({})),
        (
            json!({"name.familyName": "Lovelace"}),
            json!({"last_name": "Lovelace"}),
        ),
        (
            json!({"displayName": "Ada L."}),
            json!({"display_name": "Ada L."}),
        ),
        (
            json!({"userName": "al@example.com"}),
            json!({"userPrincipalName": "al@example.com"}),
        ),
        (json!({"emails": []}), json!({"user_email": ""})),
        (
            json!({WPO365: {"objectId": "F00D"}}),
            json!({"aadObjectId": "F00D"}),
        ),
        (json!({WPO365: {"objectId": null}}), json!({"aadObjectId": null})),
        (json!({"active": false}), json!({})),
    ];
    for (value, fields) in cases {
        let reply = site.patch(&id, &json!([{"op": "replace", "value": value}]));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(written(&site), fields, "{value}");
    }
    assert_eq!(site.user(&id)["active"], json!(false));
    let row = site.store.row(&id);
    assert_eq!(row.login, "ada@example.com", "a rename never changes the login");
    assert_eq!(row.aad_object_id, None);
}

#[test]
fn a_request_that_changes_nothing_writes_nothing() {
    for sanitises in [false, true] {
        let mut site = Site::default();
        site.store.sanitises = sanitises;
        let id = site.create(&ada());
        let path = format!("/Users/{id}");
        let before = site.get(&path);
        let writes = site.store.writes();
        let whole = before.json();
        for body in [&ada(), &whole] {
            assert_eq!(site.send("PUT", &path, &[], Some(body)).text, before.text);
        }
        let same = json!([{"op": "replace", "value": ada()}]);
        assert_eq!(site.patch(&id, &same).text, before.text);
        assert_eq!(site.patch(&id, &json!([])).text, before.text);
        assert_eq!(site.store.writes(), writes, "sanitises: {sanitises}");
    }
}

#[test]
fn values_that_wordpress_trims_are_returned_as_sent() {
    let mut site = Site::default();
    site.store.sanitises = true;
    let id = site.create(&ada());
    assert_eq!(site.store.account(&id).first_name, "Ada");
    assert_eq!(site.user(&id)["name"]["givenName"], " Ada ");
    site.patch(&id, &json!([{"op": "add", "path": "title", "value": "x"}]));
    assert_eq!(site.user(&id)["name"]["givenName"], " Ada ");
}

#[test]
fn an_administrator_s_edit_shows_and_survives_other_changes() {
    let mut site = Site::default();
    site.store.sanitises = true;
    let id = site.create(&ada());
    site.store.account(&id).first_name = "Augusta".to_owned();
    site.store.account(&id).user_email = "augusta@example.com".to_owned();
    assert_eq!(site.user(&id)["name"]["givenName"], "Augusta");

    let new = [(
        "filter",
        "emails[type eq \"work\"].value eq \"AUGUSTA@example.com\"",
    )];
    assert_eq!(site.send("GET", "/Users", &new, None).json()["totalResults"], 1);
    let old = [("filter", "emails.value eq \"ada@example.com\"")];
    assert_eq!(site.send("GET", "/Users", &old, None).json()["totalResults"], 0);

    site.patch(&id, &json!([{"op": "add", "path": "title", "value": "Countess"}]));
    assert_eq!(written(&site), json!({}));
    assert_eq!(site.user(&id)["name"]["givenName"], "Augusta");

    site.patch(
        &id,
        &json!([{"op": "replace", "path": "name.givenName", "value": "Ada"}]),
    );
    assert_eq!(written(&site), json!({"first_name": "Ada"}));
    assert_eq!(site.user(&id)["name"]["givenName"], "Ada");
}

#[test]
fn an_administrator_s_edit_while_a_change_is_under_way_still_shows() {
    let mut site = Site::default();
    let id = site.create(&ada());
    site.store.interference = Some(Box::new(|need, store| {
        if need.name() == "update" {
            store.rows[0].account().wordpress.last_name = "Lovelace".to_owned();
        }
        None
    }));
    site.patch(&id, &json!([{"op": "add", "path": "title", "value": "Countess"}]));
    site.store.interference = None;
    assert_eq!(site.store.account(&id).last_name, "Lovelace");
    assert_eq!(site.user(&id)["name"]["familyName"], "Lovelace");
}

#[test]
fn an_account_that_is_switched_off_outside_of_scim_stays_so() {
    let mut site = Site::default();
    let id = site.create(&ada());
    site.store.rows[0].account().active = false;
    assert_eq!(site.user(&id)["active"], json!(false));
    site.patch(&id, &json!([{"op": "add", "path": "title", "value": "x"}]));
    let mut whole = ada();
    whole.as_object_mut().unwrap().shift_remove("active");
    site.send("PUT", &format!("/Users/{id}"), &[], Some(&whole));
    assert_eq!(site.user(&id)["active"], json!(false));
    assert!(!site.store.rows[0].account().active);
    site.patch(&id, &json!([{"op": "replace", "path": "active", "value": true}]));
    assert_eq!(site.user(&id)["active"], json!(true));
}

#[test]
fn an_active_that_is_removed_is_unassigned_and_the_account_keeps_its_state() {
    for state in [false, true] {
        for operation in [
            json!({"op": "remove", "path": "active"}),
            json!({"op": "replace", "path": "active", "value": null}),
        ] {
            let mut site = Site::default();
            let mut user = ada();
            user["active"] = json!(state);
            let id = site.create(&user);
            let reply = site.patch(&id, &json!([operation]));
            assert_eq!(reply.status, 200, "{}", reply.text);
            assert_eq!(reply.json().get("active"), None, "RFC 7643 §2.5");
            assert_eq!(
                site.store.rows[0].account().active,
                state,
                "nobody is let in by it"
            );
            let writes = site.store.writes();
            site.patch(&id, &json!([operation]));
            assert_eq!(site.store.writes(), writes);
        }
    }
}

#[test]
fn put_replaces_the_whole_user() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let new = json!({"userName": "ada.king@example.com", "active": true, "title": "Countess"});
    let reply = site.send("PUT", &format!("/Users/{id}"), &[], Some(&new));
    assert_eq!(reply.status, 200);
    assert_json(&Value::Object(bare(reply.json())), &new);
    assert_json(&Value::Object(site.user(&id)), &new);
    let account = site.store.account(&id).clone();
    assert_eq!(
        (account.user_email.as_str(), account.first_name.as_str()),
        ("", "")
    );
    assert_eq!(account.display_name, "ada.king@example.com");
    assert_eq!(site.store.row(&id).aad_object_id, None);
}

#[test]
fn the_own_id_in_a_body_is_no_change_of_it() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let mut body = ada();
    body["id"] = json!(id);
    assert_eq!(
        site.send("PUT", &format!("/Users/{id}"), &[], Some(&body)).status,
        200
    );
    let reply = site.patch(
        &id,
        &json!([{"op": "replace", "value": {"id": id, "title": "x"}}]),
    );
    assert_eq!(reply.status, 200, "Okta repeats the id: {}", reply.text);
    assert_eq!(site.user(&id)["title"], "x");
}

#[test]
fn a_deleted_user_is_gone_and_its_name_is_free() {
    let mut site = Site::default();
    let first = site.create(&ada());
    let path = format!("/Users/{first}");
    assert_eq!(site.send("DELETE", &path, &[], None).status, 204);
    assert_eq!(site.get(&path).status, 404);
    assert_eq!(site.send("DELETE", &path, &[], None).status, 404);
    assert_eq!(site.get("/Users").json()["totalResults"], 0);
    assert_ne!(site.create(&ada()), first, "an id is never used again");
}
