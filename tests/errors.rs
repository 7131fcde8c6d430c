//! Bad input and a store that says no: a SCIM error, and nothing changed. The tables `errors-*` of `tests/vectors/`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::collections::BTreeMap;

use scimpress::exchange::{Answer, Exchange, Request, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

use support::answer::assert_well_formed;
use support::client::{Reply, Site};
use support::refusal::Refusal;
use support::table::{self, bytes};

/// A request as a row writes it. `{1}`, `{2}` and `{3}` are the ids of Ada, Bob and the Editors,
/// a group with Ada in it, who are there before.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    method: String,
    path: String,
    body: Option<Value>,
    text: Option<String>,
    hex: Option<String>,
    /// Adds so many equal operations to the body.
    #[serde(default)]
    operations: usize,
    content_type: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    query: BTreeMap<String, String>,
    #[serde(default)]
    query_hex: BTreeMap<String, String>,
}

impl Written {
    fn request(&self, ids: &[String; 3]) -> Request {
        let fill = |text: &str| {
            text.replace("{1}", &ids[0])
                .replace("{2}", &ids[1])
                .replace("{3}", &ids[2])
                .replace("{1:upper}", &ids[0].to_uppercase())
                .replace("{3:upper}", &ids[2].to_uppercase())
        };
        let mut body = self.body.clone();
        for _ in 0..self.operations {
            let operation = json!({"op": "add", "path": "title", "value": "x"});
            let operations = body.as_mut().unwrap().get_mut("Operations").unwrap();
            operations.as_array_mut().unwrap().push(operation);
        }
        let body = match (body, &self.text, &self.hex) {
            (Some(body), None, None) => fill(&body.to_string()).into_bytes(),
            (None, Some(text), None) => text.clone().into_bytes(),
            (None, None, Some(hex)) => bytes(hex),
            (None, None, None) => Vec::new(),
            _ => panic!("more than one body"),
        };
        let text = self
            .query
            .iter()
            .map(|(k, v)| (k.clone(), v.clone().into_bytes()));
        let raw = self.query_hex.iter().map(|(k, v)| (k.clone(), bytes(v)));
        let content_type = self
            .content_type
            .iter()
            .map(|it| ("content-type".to_owned(), it.clone()));
        Request {
            method: self.method.clone(),
            path: fill(&self.path),
            query: text.chain(raw).collect(),
            headers: content_type.chain(self.headers.clone()).collect(),
            body,
        }
    }
}

/// A site with Ada, Bob, a group, and an administrator whom SCIM does not manage.
fn site() -> (Site, [String; 3]) {
    let mut site = Site::default();
    site.store.foreign_logins.insert("admin".to_owned());
    let ada = site.create(&json!({
        "userName": "ada@example.com",
        "emails": [{"type": "work", "value": "ada@example.com"}],
    }));
    let bob = site.create(&json!({
        "userName": "bob@example.com",
        "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User": {"objectId": "8d6a"},
    }));
    let editors = site.create_group("Editors", &[&ada]);
    (site, [ada, bob, editors])
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BadRequest {
    request: Written,
    max_body_bytes: Option<usize>,
    error: Refusal,
    allow: Option<String>,
}

#[test]
fn bad_requests_are_refused_and_change_nothing() {
    table::check("errors-requests", |row: BadRequest| {
        let (mut site, ids) = site();
        site.max_body_bytes = row.max_body_bytes;
        let before = site.store.state();
        let reply = site.exchange(row.request.request(&ids));
        row.error.assert(&reply);
        assert_eq!(reply.header("Allow"), row.allow.as_deref());
        assert!(before == site.store.state(), "something was changed");
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Failing {
    need: String,
    error: String,
    #[serde(default)]
    words: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    store: Failing,
    request: Written,
    error: Refusal,
}

#[test]
fn every_refusal_of_the_store_has_its_status_and_tells_no_secrets() {
    table::check("errors-store", |row: Refused| {
        let (mut site, ids) = site();
        let before = site.store.state();
        let failing = row.store;
        let secret = failing.words.contains("secret");
        site.store.interference = Some(Box::new(move |need, _| {
            (need.name() == failing.need).then(|| Answer::Error {
                error: StoreError::from_name(&failing.error),
                detail: failing.words.clone(),
            })
        }));
        let reply = site.exchange(row.request.request(&ids));
        row.error.assert(&reply);
        assert!(!secret || !reply.text.contains("secret"), "{}", reply.text);
        assert!(before == site.store.state(), "something was changed");
    });
}

#[test]
fn refusals_of_wordpress_have_the_form_of_scim() {
    for (status, detail) in [
        (401, "the token is missing or wrong"),
        (403, "this site does not take SCIM requests over plain HTTP"),
        (404, "SCIM is not enabled on this site"),
        (429, "too many requests"),
        (500, "the server failed to answer"),
        (503, "the SCIM extension is not installed"),
    ] {
        let mut exchange = Exchange::refusal(status, detail);
        assert_eq!(exchange.next(), None);
        let reply = Reply::of(&exchange);
        assert_well_formed(&reply, "GET");
        assert_eq!((reply.status, reply.detail().as_str()), (status, detail));
    }
}

#[test]
fn a_refusal_with_a_status_that_is_none_is_a_500() {
    for status in [0, 200, 204, 302, 399, 600, u16::MAX] {
        let reply = Reply::of(&Exchange::refusal(status, "no such status"));
        assert_well_formed(&reply, "GET");
        assert_eq!(reply.status, 500);
    }
}
