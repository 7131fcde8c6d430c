//! The RFCs' own examples, named by their clauses: `tests/vectors/rfc/`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use support::client::{BASE, Site, bare};
use support::diff::assert_json;
use support::scene::{Names, assert_holds};
use support::table;

/// A resource to create, and what of it is stored and answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    schemas: Vec<String>,
    resource: Value,
    stored: Map<String, Value>,
}

/// A change of a resource.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    before: Value,
    method: String,
    body: Value,
    after: Map<String, Value>,
}

/// A request among resources that refer to each other. `{name}` stands for an id, and `{base}` for the base URL.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scene {
    /// What is there before, in this order.
    given: Vec<Given>,
    request: Asked,
    status: u16,
    /// What the answer holds; null is an attribute that it must not have.
    answer: Option<Value>,
    /// Names for resources that the request makes, by JSON pointers to their locations in the answer.
    #[serde(default)]
    made: BTreeMap<String, String>,
    /// What other requests hold afterwards, by their paths.
    then: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    name: String,
    path: String,
    body: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    method: String,
    path: String,
    #[serde(default)]
    query: BTreeMap<String, String>,
    body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Example {
    Creation(Creation),
    Change(Change),
    Scene(Scene),
}

#[test]
fn the_examples_of_the_rfcs_give_what_the_rfcs_say() {
    let mut failures = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(table::folder().join("rfc")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            name.starts_with("rfc7643-") || name.starts_with("rfc7644-"),
            "{name} names no clause"
        );
        let text = fs::read_to_string(&path).unwrap();
        let example: Example = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        count += 1;
        let failure = table::outcome(|| match &example {
            Example::Creation(example) => created(example),
            Example::Change(example) => changed(example),
            Example::Scene(example) => played(example),
        });
        failures.extend(failure.map(|failure| format!("{name}: {failure}")));
    }
    assert!(count > 0, "no example was found");
    assert!(
        failures.is_empty(),
        "{} of {count} fail\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

/// What is not read-only or write-only is answered unchanged; the server assigns the rest.
fn created(example: &Creation) {
    let mut site = Site::default();
    let reply = site.send("POST", "/Users", &[], Some(&example.resource));
    assert_eq!(reply.status, 201, "{}", reply.text);
    let created = reply.json();
    let id = created["id"].as_str().unwrap().to_owned();
    assert_eq!(created["schemas"], json!(example.schemas));
    assert_eq!(created["meta"]["resourceType"], "User");
    for assigned in ["id", "meta"] {
        assert_ne!(
            created[assigned], example.resource[assigned],
            "'{assigned}' is the server's"
        );
    }
    let read = site.get(&format!("/Users/{id}"));
    assert_json(&read.json(), &created);
    assert_json(
        &Value::Object(bare(read.json())),
        &Value::Object(example.stored.clone()),
    );

    // RFC 7644 §3.5.1: the answer of a GET, put back, changes nothing.
    let writes = site.store.writes();
    let replaced = site.send("PUT", &format!("/Users/{id}"), &[], Some(&read.json()));
    assert_json(&replaced.json(), &read.json());
    assert_eq!(site.store.writes(), writes, "a PUT of what is there writes");
}

fn changed(example: &Change) {
    let mut site = Site::default();
    let id = site.create(&example.before);
    let reply = site.send(&example.method, &format!("/Users/{id}"), &[], Some(&example.body));
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_json(
        &Value::Object(bare(reply.json())),
        &Value::Object(example.after.clone()),
    );
    assert_json(
        &Value::Object(site.user(&id)),
        &Value::Object(example.after.clone()),
    );
}

fn played(example: &Scene) {
    let mut site = Site::default();
    let mut names = Names::new(BASE);
    for given in &example.given {
        let reply = site.send("POST", &given.path, &[], Some(&names.fill(&given.body)));
        assert_eq!(reply.status, 201, "{}: {}", given.name, reply.text);
        names.add(&given.name, reply.json()["id"].as_str().unwrap());
    }
    let asked = &example.request;
    let query: Vec<_> = asked
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), names.fill_text(value)))
        .collect();
    let query: Vec<_> = query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let body = asked.body.as_ref().map(|body| names.fill(body));
    let reply = site.send(
        &asked.method,
        &names.fill_text(&asked.path),
        &query,
        body.as_ref(),
    );
    assert_eq!(reply.status, example.status, "{}", reply.text);
    for (name, pointer) in &example.made {
        let answer = reply.json();
        let location = answer
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {pointer}: {answer}"));
        let id = location.as_str().unwrap().rsplit('/').next().unwrap();
        names.add(name, id);
    }
    match &example.answer {
        Some(expected) => assert_holds(&reply.json(), &names.fill(expected)),
        None => assert_eq!(reply.text, "", "an answer without a body"),
    }
    for (path, expected) in &example.then {
        let found = site.get(&names.fill_text(path));
        assert_holds(&found.json(), &names.fill(expected));
    }
}
