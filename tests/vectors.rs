//! The tables of `tests/vectors/` about users and groups, through the engine's front door. `tests/README.md` says what the rows mean.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use support::client::{BASE, Site, bare, patch_of};
use support::diff::assert_json;
use support::refusal::Refusal;
use support::scene::Names;
use support::table::{self, complete};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    before: Map<String, Value>,
    operations: Value,
    after: Option<Map<String, Value>>,
    error: Option<Refusal>,
    #[serde(default)]
    ignored: Vec<String>,
    writes: Option<usize>,
}

#[test]
fn patch_changes_what_it_names_or_nothing_at_all() {
    table::check("patch", |row: Patch| {
        let mut site = Site::default();
        let id = site.create(&complete(&row.before));
        let before = site.user(&id);
        let written = site.store.writes();
        let reply = site.patch(&id, &row.operations);
        let writes = site.store.writes() - written;
        let now = site.user(&id);
        match (&row.after, &row.error) {
            (Some(after), None) => {
                assert_eq!(reply.status, 200, "{}", reply.text);
                assert_json(&Value::Object(now.clone()), &complete(after));
                assert_json(&Value::Object(bare(reply.json())), &Value::Object(now));
                assert_eq!(writes, row.writes.unwrap_or(1), "writes");
                let codes = reply.notice_codes();
                assert_eq!(codes, vec!["attributeIgnored"; row.ignored.len()]);
                for (notice, path) in reply.notices.iter().zip(&row.ignored) {
                    assert!(notice.detail.contains(&format!("'{path}'")), "{}", notice.detail);
                }
            }
            (None, Some(error)) => {
                error.assert(&reply);
                assert_json(&Value::Object(now), &Value::Object(before));
                assert_eq!(writes, 0, "a PATCH that fails writes nothing");
            }
            _ => panic!("a row expects either 'after' or 'error'"),
        }
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Normalise {
    user: Map<String, Value>,
    output: Option<Map<String, Value>>,
    error: Option<Refusal>,
}

#[test]
fn users_are_brought_to_canonical_names_and_types() {
    table::check("normalise", |row: Normalise| {
        let mut site = Site::default();
        let mut user = row.user.clone();
        user.entry("userName").or_insert(json!("ada@example.com"));
        let reply = site.send("POST", "/Users", &[], Some(&Value::Object(user)));
        match (&row.output, &row.error) {
            (Some(output), None) => {
                assert_eq!(reply.status, 201, "{}", reply.text);
                assert_json(&Value::Object(bare(reply.json())), &complete(output));
            }
            (None, Some(error)) => {
                error.assert(&reply);
                assert!(site.store.rows.is_empty(), "a user was created");
            }
            _ => panic!("a row expects either 'output' or 'error'"),
        }
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Projected {
    user: Option<Map<String, Value>>,
    /// A group; `{1}` is the id of Ada, who is there before.
    group: Option<Map<String, Value>>,
    query: BTreeMap<String, String>,
    output: Option<Map<String, Value>>,
    #[serde(default)]
    meta: Vec<String>,
    error: Option<Refusal>,
}

#[test]
fn answers_carry_the_attributes_asked_for() {
    table::check("projection", |row: Projected| {
        let mut site = Site::default();
        let mut names = Names::new(BASE);
        let query: Vec<_> = row.query.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let (collection, resource) = match (&row.user, &row.group) {
            (Some(user), None) => ("/Users", complete(user)),
            (None, Some(group)) => {
                let ada = json!({"userName": "ada@example.com", "displayName": "Ada"});
                names.add("1", &site.create(&ada));
                ("/Groups", names.fill(&Value::Object(group.clone())))
            }
            _ => panic!("a row has either 'user' or 'group'"),
        };
        let created = site.send("POST", collection, &query, Some(&resource));
        if let Some(error) = &row.error {
            error.assert(&created);
            error.assert(&site.send("GET", collection, &query, None));
            return;
        }
        let path = format!("{collection}/{}", created.json()["id"].as_str().unwrap());
        let list = site.send("GET", collection, &query, None).json();
        let mut answers = vec![
            created.json(),
            site.send("GET", &path, &query, None).json(),
            site.send("PUT", &path, &query, Some(&resource)).json(),
            list["Resources"][0].clone(),
        ];
        // A PATCH of a group answers it only when attributes are asked for.
        if row.user.is_some() || row.query.contains_key("attributes") {
            let nothing = patch_of(&json!([]));
            answers.push(site.send("PATCH", &path, &query, Some(&nothing)).json());
        }
        let output = names.fill(&json!(row.output.as_ref().unwrap()));
        for answer in answers {
            let Value::Object(mut found) = answer else {
                panic!("no resource: {answer}");
            };
            assert!(found.shift_remove("id").is_some(), "id is always returned");
            assert!(
                found.shift_remove("schemas").is_some(),
                "schemas are always returned"
            );
            let meta = found.shift_remove("meta").unwrap_or(json!({}));
            let meta: Vec<&String> = meta.as_object().unwrap().keys().collect();
            assert_eq!(meta, row.meta.iter().collect::<Vec<_>>(), "parts of meta");
            assert_json(&Value::Object(found), &output);
        }
    });
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    users: usize,
    query: BTreeMap<String, String>,
    total: Option<usize>,
    start_index: Option<usize>,
    #[serde(default)]
    names: Vec<String>,
    error: Option<Refusal>,
}

#[test]
fn lists_answer_the_window_asked_for() {
    table::check("list", |row: List| {
        let mut site = Site::default();
        for number in 1..=row.users {
            let parity = if number % 2 == 0 { "even" } else { "odd" };
            site.create(&json!({"userName": format!("u{number}"), "title": parity}));
        }
        let query: Vec<_> = row.query.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let reply = site.send("GET", "/Users", &query, None);
        if let Some(error) = &row.error {
            return error.assert(&reply);
        }
        let body = reply.json();
        let found = body["Resources"].as_array().unwrap();
        let names: Vec<&str> = found
            .iter()
            .map(|user| user["userName"].as_str().unwrap())
            .collect();
        assert_eq!(names, row.names);
        assert_eq!(body["totalResults"], json!(row.total.unwrap()), "totalResults");
        assert_eq!(body["startIndex"], json!(row.start_index.unwrap()), "startIndex");
        assert_eq!(body["itemsPerPage"], json!(row.names.len()), "itemsPerPage");
    });
}
