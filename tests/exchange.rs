//! The engine and its store: races, refusals, wrong answers, notices.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::{Answer, Config, Exchange, Need, Request, StoreError};
use scimpress::limits::{MAX_SCANNED, MAX_UPDATE_ATTEMPTS};
use serde_json::{Value, json};

use support::client::Site;
use support::store::Memory;

fn ada() -> Value {
    json!({
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "King"},
        "emails": [{"type": "work", "value": "ada@example.com"}],
    })
}

/// Rewrites the stored document as another request would, the first `times` that an update is asked for.
fn change_in_between(store: &mut Memory, times: usize) {
    let mut left = times;
    store.interference = Some(Box::new(move |need, store| {
        if need.name() == "update" && left > 0 {
            left -= 1;
            let record = &mut store.rows[0].record;
            let mut document: Value = serde_json::from_str(&record.document).unwrap();
            document["nickName"] = json!(format!("Nick {left}"));
            record.document = document.to_string();
            record.version += 1;
        }
        None
    }));
}

#[test]
fn a_change_meets_another_and_neither_is_lost() {
    for times in 1..MAX_UPDATE_ATTEMPTS {
        let mut site = Site::default();
        let id = site.create(&ada());
        change_in_between(&mut site.store, times);
        let reply = site.patch(&id, &json!([{"op": "add", "path": "title", "value": "Countess"}]));
        assert_eq!(reply.status, 200, "{}", reply.text);
        let user = site.user(&id);
        assert_eq!(user["title"], "Countess");
        assert_eq!(user["nickName"], "Nick 0");
        assert_eq!(
            site.store.writes(),
            1 + times + 1,
            "one attempt more than changes in between"
        );
    }
}

#[test]
fn a_change_gives_up_when_others_never_rest() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let writes = site.store.writes();
    change_in_between(&mut site.store, usize::MAX);
    let reply = site.patch(&id, &json!([{"op": "add", "path": "title", "value": "Countess"}]));
    assert_eq!(reply.status, 503, "{}", reply.text);
    assert_eq!(site.store.writes() - writes, MAX_UPDATE_ATTEMPTS);
    assert_eq!(site.user(&id).get("title"), None);
}

#[test]
fn operations_are_judged_on_the_state_they_are_applied_to() {
    let mut site = Site::default();
    let id = site.create(&ada());
    site.store.interference = Some(Box::new(|need, store| {
        if need.name() == "update" {
            let record = &mut store.rows[0].record;
            record.document = json!({"userName": "ada@example.com", "title": "Countess"}).to_string();
            record.version += 1;
        }
        None
    }));
    let reply = site.patch(
        &id,
        &json!([{"op": "replace", "path": "title", "value": "Countess"}]),
    );
    assert_eq!(reply.status, 200, "{}", reply.text);
}

#[test]
fn a_user_deleted_in_between_is_not_found() {
    let mut site = Site::default();
    let id = site.create(&ada());
    site.store.interference = Some(Box::new(|need, store| {
        if need.name() == "update" {
            store.rows.clear();
        }
        None
    }));
    let reply = site.patch(&id, &json!([{"op": "replace", "path": "title", "value": "x"}]));
    assert_eq!(reply.status, 404, "{}", reply.text);
}

#[test]
fn a_lock_that_clears_is_not_the_engine_s_to_wait_for() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let writes = site.store.writes();
    site.store.refuse("update", 1, StoreError::Busy);
    let operations = json!([{"op": "replace", "path": "title", "value": "x"}]);
    assert_eq!(site.patch(&id, &operations).status, 503);
    assert_eq!(site.store.writes() - writes, 1, "the store has waited already");
    assert_eq!(site.patch(&id, &operations).status, 200, "a repeat is harmless");
}

/// Answers that fit no need but the one that they are for.
fn answers(site: &Site) -> Vec<(&'static [&'static str], Answer)> {
    let record = site.store.rows[0].record.clone();
    vec![
        (&["select", "fetch"], Answer::Records(vec![record.clone()])),
        (
            &["page"],
            Answer::Page {
                total: 1,
                records: vec![record.clone()],
            },
        ),
        (&["create", "update"], Answer::Record(Box::new(record))),
        (&["delete"], Answer::Deleted),
        (&["members"], Answer::Members(Vec::new())),
        (&["memberships"], Answer::Memberships(Vec::new())),
    ]
}

#[test]
fn an_answer_to_another_need_is_a_500() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let user = format!("/Users/{id}");
    let message = json!({"Operations": [{"op": "replace", "path": "title", "value": "x"}]});
    let sorted =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "sortBy": "title"});
    let editors = format!("/Groups/{}", site.create_group("Editors", &[&id]));
    let join = json!({"Operations": [{"op": "remove", "path": "members", "value": [id]}]});
    let requests: [(&'static str, &str, &str, Option<Value>); 11] = [
        ("select", "GET", &user, None),
        ("page", "GET", "/Users", None),
        ("create", "POST", "/Users", Some(json!({"userName": "new"}))),
        ("update", "PATCH", &user, Some(message)),
        ("delete", "DELETE", &user, None),
        ("memberships", "GET", &user, None),
        ("members", "GET", &editors, None),
        ("create", "POST", "/Groups", Some(json!({"displayName": "new"}))),
        ("update", "PATCH", &editors, Some(join)),
        ("delete", "DELETE", &editors, None),
        ("fetch", "POST", "/Users/.search", Some(sorted)),
    ];
    for (name, method, path, body) in requests {
        for (fits, answer) in answers(&site) {
            if fits.contains(&name) {
                continue;
            }
            let wrong = answer.clone();
            site.store.interference = Some(Box::new(move |need, _| {
                (need.name() == name).then(|| wrong.clone())
            }));
            let reply = site.send(method, path, &[], body.as_ref());
            assert_eq!(
                reply.status, 500,
                "{method} {path} with {answer:?}: {}",
                reply.text
            );
        }
    }
}

#[test]
fn a_damaged_document_is_a_500_that_says_what_to_do() {
    for document in ["", "null", "[]", "{\"userName\":", "7"] {
        let mut site = Site::default();
        let id = site.create(&ada());
        site.store.rows[0].record.document = document.to_owned();
        for reply in [site.get(&format!("/Users/{id}")), site.get("/Users")] {
            assert_eq!(reply.status, 500, "{}", reply.text);
            assert!(
                reply
                    .detail()
                    .contains("delete the resource and provision it again")
            );
        }
    }
}

#[test]
fn an_id_that_the_database_took_for_equal_is_not_found() {
    let mut site = Site::default();
    site.create(&ada());
    let record = site.store.rows[0].record.clone();
    site.store.interference = Some(Box::new(move |need, _| {
        (need.name() == "select").then(|| Answer::Records(vec![record.clone()]))
    }));
    assert_eq!(
        site.get("/Users/0B5E3C7A").status,
        404,
        "RFC 7643 §3.1: id is case-exact"
    );
}

#[test]
fn a_filter_that_needs_too_many_users_is_refused_whole() {
    let mut site = Site::default();
    site.create(&json!({"userName": "u"}));
    let record = site.store.rows[0].record.clone();
    site.store.interference = Some(Box::new(move |need, _| {
        let Need::Select { after, limit, .. } = need else {
            return None;
        };
        let next = |step: usize| {
            let mut record = record.clone();
            record.position = after + 1 + step as u64;
            record
        };
        Some(Answer::Records((0..*limit).map(next).collect()))
    }));
    let reply = site.send("GET", "/Users", &[("filter", "title pr")], None);
    assert_eq!(
        (reply.status, reply.scim_type().as_deref()),
        (400, Some("tooMany"))
    );
    assert!(
        reply
            .detail()
            .contains(&format!("more than {MAX_SCANNED} resources")),
        "{}",
        reply.detail()
    );
}

#[test]
fn the_exchange_is_a_500_until_it_is_over_and_takes_no_answer_it_did_not_ask_for() {
    let request = Request {
        method: "GET".to_owned(),
        path: "/Users".to_owned(),
        ..Request::default()
    };
    let mut exchange = Exchange::new(request, Config::default());
    assert_eq!(exchange.response().status, 500);
    exchange.resume(Answer::Deleted);
    let need = exchange.next();
    assert!(matches!(need, Some(Need::Page { .. })), "{need:?}");
    assert_eq!(exchange.response().status, 500);
    let page = || Answer::Page {
        total: 0,
        records: Vec::new(),
    };
    exchange.resume(page());
    exchange.resume(Answer::Deleted);
    assert_eq!(exchange.next(), None);
    assert_eq!(exchange.response().status, 200);
    exchange.resume(page());
    assert_eq!(exchange.next(), None);
    assert_eq!(exchange.response().status, 200);
}
