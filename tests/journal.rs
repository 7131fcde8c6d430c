//! What a request has changed, as the log of the site hears it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use proptest::prelude::*;
use scimpress::exchange::{
    Answer, Config, Difference, Entry, Exchange, Need, Operation, StoreError, differences,
};
use scimpress::limits::{MAX_JOURNAL_ATTRIBUTES, MAX_JOURNAL_MEMBERS, MAX_JOURNAL_VALUE_CHARS};
use serde_json::{Map, Value, json};

use support::arbitrary::user;
use support::bulk;
use support::client::{BASE, Site, request};

const URN: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// An entry in a line.
fn line(entry: &Entry) -> String {
    let kind = entry.kind.map_or("-", |kind| kind.name());
    let error = if entry.scim_type.is_empty() {
        String::new()
    } else {
        format!(" {}", entry.scim_type)
    };
    format!(
        "{} {kind} {} {}{error}",
        entry.operation.name(),
        entry.name,
        entry.status
    )
}

fn lines(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(line).collect()
}

/// Path, old and new value of each attribute.
type Told<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

fn changes(entry: &Entry) -> Vec<Told<'_>> {
    fn parts(it: &Difference) -> Told<'_> {
        (it.path.as_str(), it.old.as_deref(), it.new.as_deref())
    }
    entry.attributes.iter().map(parts).collect()
}

fn ada() -> Value {
    json!({
        "userName": "Ada@example.com",
        "active": true,
        "title": "Clerk",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        "emails": [{"type": "work", "value": "ada@example.com", "primary": true}, {"type": "home", "value": "ada@home.example"}],
        "roles": [{"value": "a"}],
        URN: {"department": "Sales", "manager": {"value": "7"}},
    })
}

#[test]
fn create_names_every_attribute() {
    let mut site = Site::default();
    let reply = site.send("POST", "/Users", &[], Some(&ada()));
    assert_eq!(lines(&reply.changes), ["create User Ada@example.com 201"]);
    let entry = &reply.changes[0];
    assert_eq!(entry.id, reply.json()["id"]);
    assert_eq!(entry.key, "ada@example.com");
    assert!(
        entry
            .attributes
            .iter()
            .all(|it| it.old.is_none() && it.new.is_some())
    );
    let new: Vec<(&str, &str)> = changes(entry)
        .into_iter()
        .map(|(path, _, new)| (path, new.unwrap()))
        .collect();
    assert_eq!(
        new,
        [
            ("userName", "Ada@example.com"),
            ("active", "true"),
            ("title", "Clerk"),
            ("name.givenName", "Ada"),
            ("name.familyName", "Byron"),
            ("emails[type eq \"work\"].type", "work"),
            ("emails[type eq \"work\"].value", "ada@example.com"),
            ("emails[type eq \"work\"].primary", "true"),
            ("emails[type eq \"home\"].type", "home"),
            ("emails[type eq \"home\"].value", "ada@home.example"),
            ("roles", r#"[{"value":"a"}]"#),
            (&format!("{URN}:department"), "Sales"),
            (&format!("{URN}:manager.value"), "7"),
        ]
    );
}

#[test]
fn update_names_what_changed_by_the_path_of_its_part() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let reply = site.patch(
        &id,
        &json!([
            {"op": "replace", "path": "active", "value": "False"},
            {"op": "remove", "path": "title"},
            {"op": "add", "path": "nickName", "value": "A"},
            {"op": "replace", "path": "name.familyName", "value": "Lovelace"},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "ada@corp.example"},
            {"op": "remove", "path": "emails[type eq \"home\"]"},
            {"op": "add", "path": "roles", "value": [{"value": "b"}]},
            {"op": "replace", "path": format!("{URN}:manager"), "value": "8"},
        ]),
    );
    assert_eq!(lines(&reply.changes), ["update User Ada@example.com 200"]);
    assert_eq!(
        changes(&reply.changes[0]),
        [
            ("active", Some("true"), Some("false")),
            ("title", Some("Clerk"), None),
            ("name.familyName", Some("Byron"), Some("Lovelace")),
            (
                "emails[type eq \"work\"].value",
                Some("ada@example.com"),
                Some("ada@corp.example")
            ),
            ("emails[type eq \"home\"].type", Some("home"), None),
            ("emails[type eq \"home\"].value", Some("ada@home.example"), None),
            (
                "roles",
                Some(r#"[{"value":"a"}]"#),
                Some(r#"[{"value":"a"},{"value":"b"}]"#)
            ),
            (&format!("{URN}:manager.value"), Some("7"), Some("8")),
            ("nickName", None, Some("A")),
        ]
    );
    let user = Value::Object(site.user(&id));
    let same = site.send("PUT", &format!("/Users/{id}"), &[], Some(&user));
    assert_eq!((same.status, lines(&same.changes)), (200, vec![]));
}

#[test]
fn values_that_no_type_tells_apart_are_shown_whole() {
    let before =
        json!({"emails": [{"type": "work", "value": "a"}, {"type": "work", "value": "b"}], "x": [1, 2]});
    let after = json!({"emails": [{"type": "work", "value": "a"}], "x": {"y": true}});
    let found = differences(before.as_object().unwrap(), after.as_object().unwrap());
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.path.as_str(), it.new.as_deref().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("emails", r#"[{"type":"work","value":"a"}]"#),
            ("x", r#"{"y":true}"#)
        ]
    );
}

#[test]
fn members_are_counted_and_some_of_them_named() {
    let mut site = Site::default();
    let ada = site.create(&ada());
    let reply = site.send(
        "POST",
        "/Groups",
        &[],
        Some(&json!({"displayName": "Crew", "members": [{"value": ada}]})),
    );
    assert_eq!(lines(&reply.changes), ["create Group Crew 201"]);
    let id = reply.changes[0].id.clone();
    let moved = reply.changes[0].members.clone().unwrap();
    assert_eq!(
        (moved.replaced, moved.joined, moved.left),
        (false, vec![ada.clone()], vec![])
    );

    let left = site.patch_group(
        &id,
        &json!([{"op": "remove", "path": format!("members[value eq \"{ada}\"]")}]),
    );
    assert_eq!(lines(&left.changes), ["update Group Crew 204"]);
    let moved = left.changes[0].members.clone().unwrap();
    assert_eq!((moved.joined.len(), moved.left), (0, vec![ada.clone()]));
    assert_eq!(left.changes[0].attributes, []);
    let again = site.patch_group(
        &id,
        &json!([{"op": "remove", "path": format!("members[value eq \"{ada}\"]")}]),
    );
    assert_eq!(
        (again.status, lines(&again.changes)),
        (204, vec![]),
        "nobody left"
    );

    let many = MAX_JOURNAL_MEMBERS + 3;
    let members: Vec<Value> = (0..many)
        .map(|number| json!({"value": site.create(&json!({"userName": format!("u{number}@example.com")}))}))
        .collect();
    let body = json!({"displayName": "Team", "members": members});
    let reply = site.send("PUT", &format!("/Groups/{id}"), &[], Some(&body));
    assert_eq!(lines(&reply.changes), ["update Group Team 200"]);
    let moved = reply.changes[0].members.clone().unwrap();
    assert_eq!(
        (moved.replaced, moved.joined.len(), moved.more_joined),
        (true, MAX_JOURNAL_MEMBERS, 3)
    );
    assert_eq!(
        changes(&reply.changes[0]),
        [("displayName", Some("Crew"), Some("Team"))]
    );
}

#[test]
fn delete_shows_what_was_where_the_store_tells() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let plain = site.send("DELETE", &format!("/Users/{id}"), &[], None);
    assert_eq!(lines(&plain.changes), ["delete User  204"]);

    let mut exchange = site.begin(request("DELETE", "/Users/9", &[], None));
    assert!(matches!(exchange.next(), Some(Need::Delete { .. })));
    exchange.resume(Answer::Gone {
        document: ada().to_string(),
    });
    assert!(exchange.next().is_none());
    assert_eq!(lines(&exchange.changes()), ["delete User Ada@example.com 204"]);
    assert_eq!(changes(&exchange.changes()[0])[2], ("title", Some("Clerk"), None));
}

#[test]
fn password_is_a_fact() {
    for (password, fact) in [(json!("correct horse"), Some("set")), (Value::Null, None)] {
        let mut site = Site::default();
        let id = site.create(&ada());
        let reply = site.patch(
            &id,
            &json!([{"op": "replace", "path": "password", "value": password}]),
        );
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(changes(&reply.changes[0]), [("password", None, fact)]);
    }
    let mut user = ada();
    user["password"] = json!("correct horse");
    let reply = Site::default().send("POST", "/Users", &[], Some(&user));
    assert_eq!(
        changes(&reply.changes[0]).last(),
        Some(&("password", None, Some("set")))
    );
    assert!(!format!("{:?}", reply.changes).contains("horse"));
}

#[test]
fn password_is_nowhere_in_what_no_schema_knows() {
    let old = json!({"urn:x:y": {"Password": "hunter2", "list": [{"password": "hunter2", "a": 1}]}, "PASSWORD": "hunter2"});
    for (before, after) in [(&old, &json!({})), (&json!({}), &old)] {
        let found = differences(before.as_object().unwrap(), after.as_object().unwrap());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    }
}

#[test]
fn secrets_of_other_extensions_are_facts() {
    let urn = "urn:contoso:2.0:User";
    let before = json!({urn: {"initialPassword": "hunter2", "apiToken": "hunter2"}, "x": [{"clientSecret": "hunter2"}, 1]});
    let after = json!({urn: {"initialPassword": "hunter3", "pin": 7}});
    let found = differences(before.as_object().unwrap(), after.as_object().unwrap());
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.path.as_str(), it.old.as_deref(), it.new.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("urn:contoso:2.0:User:initialPassword", Some("***"), Some("***")),
            ("urn:contoso:2.0:User:apiToken", Some("***"), None),
            ("urn:contoso:2.0:User:pin", None, Some("7")),
            ("x", Some("[{},1]"), None),
        ]
    );
}

#[test]
fn failed_writes_say_whom_and_why() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let user = format!("/Users/{id}");
    let cases = [
        (
            "POST",
            "/Users",
            json!({"userName": "ADA@example.com"}),
            "create User ADA@example.com 409 uniqueness",
        ),
        (
            "POST",
            "/Users",
            json!({"title": "x"}),
            "create User  400 invalidValue",
        ),
        (
            "PUT",
            &user,
            json!({"userName": ""}),
            "update User  400 invalidValue",
        ),
        (
            "PATCH",
            &user,
            json!({"Operations": [{"op": "replace", "path": "emails[type eq", "value": "x"}]}),
            "update User Ada@example.com 400 invalidPath",
        ),
        (
            "PATCH",
            "/Users/9",
            json!({"Operations": [{"op": "replace", "path": "title", "value": "x"}]}),
            "update User  404",
        ),
        ("DELETE", "/Groups/9", Value::Null, "delete Group  404"),
        ("POST", "/Bulk", json!({}), "bulk -  400 invalidSyntax"),
        ("PUT", "/Users", json!({}), "update User  405"),
        ("POST", "/nothing", json!({}), "create -  404"),
    ];
    for (method, path, body, expected) in cases {
        let body = (!body.is_null()).then_some(&body);
        let reply = site.send(method, path, &[], body);
        assert_eq!(lines(&reply.changes), [expected], "{}", reply.text);
        let entry = &reply.changes[0];
        assert_eq!(entry.attributes, []);
        if entry.status != 405 {
            assert_eq!(entry.detail, reply.detail());
        }
        assert_eq!(entry.id, path.split('/').nth(2).unwrap_or_default());
    }
    site.max_body_bytes = Some(10);
    let reply = site.send("PUT", &user, &[], Some(&ada()));
    assert_eq!(lines(&reply.changes), ["update User  413"]);
}

#[test]
fn reads_leave_nothing_whatever_becomes_of_them() {
    let mut site = Site::default();
    let id = site.create(&ada());
    let search =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "broken"});
    for (method, path, body) in [
        ("GET", format!("/Users/{id}"), None),
        ("GET", "/Users/9".to_owned(), None),
        ("HEAD", "/Users".to_owned(), None),
        ("GET", "/nothing".to_owned(), None),
        ("POST", "/.search".to_owned(), Some(&search)),
        ("POST", "/Users/.search".to_owned(), Some(&search)),
    ] {
        assert_eq!(
            lines(&site.send(method, &path, &[], body).changes),
            [""; 0],
            "{method} {path}"
        );
    }
}

#[test]
fn write_that_is_given_up_has_failed() {
    let mut site = Site::default();
    let mut exchange = site.begin(request("POST", "/Users", &[], Some(&ada())));
    assert!(exchange.next().is_some());
    assert_eq!(lines(&exchange.changes()), ["create User Ada@example.com 500"]);

    let mut site = Site::default();
    site.store.refuse("create", 1, StoreError::Failed);
    let reply = site.send("POST", "/Users", &[], Some(&ada()));
    assert_eq!(lines(&reply.changes), ["create User Ada@example.com 500"]);
}

#[test]
fn write_whose_answer_failed_is_shown_with_what_it_changed() {
    let mut site = Site::default();
    let id = site.create(&ada());
    site.store.refuse("select", 1, StoreError::Busy);
    let body = json!({"Operations": [{"op": "replace", "path": "title", "value": "x"}]});
    let refused = site.send("PATCH", &format!("/Users/{id}"), &[], Some(&body));
    assert_eq!(lines(&refused.changes), ["update User  503"]);
    assert_eq!(refused.changes[0].attributes, []);

    let mut user = ada();
    user["externalId"] = json!("e");
    user["userName"] = json!("eve@example.com");
    user["emails"] = json!([]);
    site.store.refuse("page", 1, StoreError::Busy);
    let reply = site.send("POST", "/Users", &[], Some(&user));
    assert_eq!(lines(&reply.changes), ["create User eve@example.com 503"]);
    assert!(
        !reply.changes[0].attributes.is_empty(),
        "it is there all the same"
    );
}

#[test]
fn each_operation_of_a_bulk_request_has_its_own_entry() {
    let mut site = Site::default();
    let operations = [
        bulk::post("a", "/Users", json!({"userName": "ada@example.com"})),
        bulk::post("b", "/Users", json!({"userName": "ada@example.com"})),
        bulk::post(
            "c",
            "/Groups",
            json!({"displayName": "Crew", "members": [{"value": "bulkId:a"}]}),
        ),
        json!({"method": "PATCH", "path": "/Users/bulkId:nobody", "data": {"Operations": []}}),
        json!({"method": "DELETE", "path": "/Users/9"}),
    ];
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    let reply = site.send("POST", "/Bulk", &[], Some(&body));
    let mut found = lines(&reply.changes);
    found.sort();
    assert_eq!(
        found,
        [
            "create Group Crew 201",
            "create User ada@example.com 201",
            "create User ada@example.com 409 uniqueness",
            "delete User  404",
            "update -  400 invalidValue",
        ]
    );
}

#[test]
fn what_a_circle_takes_back_is_shown_with_why() {
    let mut site = Site::default();
    let operations = [
        bulk::group("a", &["bulkId:b"]),
        bulk::group("b", &["bulkId:a", "no-such-id"]),
    ];
    let body =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    let reply = site.send("POST", "/Bulk", &[], Some(&body));
    assert_eq!(reply.status, 200);
    let made = reply
        .changes
        .iter()
        .filter(|it| it.operation == Operation::Create && it.status == 201)
        .count();
    let gone = reply
        .changes
        .iter()
        .filter(|it| it.operation == Operation::Delete && it.status == 204)
        .count();
    let failed = reply.changes.iter().filter(|it| it.status >= 400).count();
    assert_eq!(
        (made, gone, failed),
        (gone, made, 2),
        "{:?}",
        lines(&reply.changes)
    );
}

#[test]
fn entries_are_bounded() {
    let mut after = Map::new();
    for number in 0..MAX_JOURNAL_ATTRIBUTES + 5 {
        after.insert(
            format!("a{number}"),
            json!("ø".repeat(MAX_JOURNAL_VALUE_CHARS + 1)),
        );
    }
    let mut site = Site::default();
    let user = json!({"userName": "ada@example.com", "urn:x:y:z:User": after});
    let reply = site.send("POST", "/Users", &[], Some(&user));
    let entry = &reply.changes[0];
    assert_eq!(entry.attributes.len(), MAX_JOURNAL_ATTRIBUTES);
    assert!(entry.more >= 5);
    let longest = entry
        .attributes
        .iter()
        .filter_map(|it| it.new.as_deref())
        .map(|it| it.chars().count())
        .max();
    assert_eq!(
        longest,
        Some(MAX_JOURNAL_VALUE_CHARS + 1),
        "with the mark that it was shortened"
    );
}

#[test]
fn without_a_journal_nothing_is_kept() {
    let mut site = Site::default();
    let config = Config {
        base: BASE.to_owned(),
        new_id: "1".to_owned(),
        ..Config::default()
    };
    let mut exchange = Exchange::new(request("POST", "/Users", &[], Some(&ada())), config);
    while site.step(&mut exchange) {}
    assert_eq!((exchange.response().status, exchange.changes()), (201, vec![]));
}

/// Puts what was recorded into a resource; the inverse of [`differences`], by shape alone.
fn put(resource: &mut Map<String, Value>, path: &str, value: Option<Value>) {
    let (head, rest) = if path.starts_with("urn:") {
        let (urn, rest) = path.rsplit_once(':').unwrap();
        (urn.to_owned(), Some(rest.to_owned()))
    } else if let Some((name, rest)) = path.split_once("[type eq ") {
        let (kind, part) = rest.split_once("].").unwrap();
        let kind: String = serde_json::from_str(kind).unwrap();
        let list = resource
            .entry(name)
            .or_insert_with(|| json!([]))
            .as_array_mut()
            .unwrap();
        let place = list.iter().position(|it| it["type"] == kind.as_str());
        let place = place.unwrap_or_else(|| {
            list.push(json!({"type": kind}));
            list.len() - 1
        });
        if part == "type" && value.is_none() {
            list.remove(place);
        } else if list[place].as_object().unwrap().len() > 1 || value.is_some() {
            put(list[place].as_object_mut().unwrap(), part, value);
        } else {
            list.remove(place);
        }
        if list.is_empty() {
            resource.shift_remove(name);
        }
        return;
    } else if let Some((name, rest)) = path.split_once('.') {
        (name.to_owned(), Some(rest.to_owned()))
    } else {
        (path.to_owned(), None)
    };
    match (rest, value) {
        (Some(rest), value) => {
            let inner = resource.entry(head.clone()).or_insert_with(|| json!({}));
            put(inner.as_object_mut().unwrap(), &rest, value);
            if inner.as_object().unwrap().is_empty() {
                resource.shift_remove(&head);
            }
        }
        (None, Some(value)) => drop(resource.insert(head, value)),
        (None, None) => drop(resource.shift_remove(&head)),
    }
}

/// Leaves as texts, and lists in the order of what is in them: all that differences speak of.
fn told(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), told(value)))
            .collect(),
        Value::Array(values) => {
            let mut values: Vec<Value> = values.iter().map(told).collect();
            values.sort_by_key(Value::to_string);
            Value::Array(values)
        }
        Value::String(text) => json!(text),
        other => json!(other.to_string()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn recorded_changes_explain_what_is_there_afterwards(before in user(), after in user()) {
        let (before, after) = (before.as_object().unwrap(), after.as_object().unwrap());
        let mut explained = before.clone();
        for change in differences(before, after) {
            let value = change.new.map(|text| match serde_json::from_str(&text) {
                Ok(list @ Value::Array(_)) if !change.path.contains(['.', '[']) => list,
                _ => json!(text),
            });
            put(&mut explained, &change.path, value);
        }
        prop_assert_eq!(told(&Value::Object(explained)), told(&Value::Object(after.clone())));
        prop_assert_eq!(differences(after, after), vec![]);
    }
}
