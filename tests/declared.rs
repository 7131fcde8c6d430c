//! Schemas that a site declares: announced, enforced, found, and harmless to what was stored before.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use proptest::prelude::*;
use proptest::sample::select;
use scimpress::filter::Filter;
use scimpress::limits::{
    MAX_DECLARATION_BYTES, MAX_DECLARED_ATTRIBUTES, MAX_DECLARED_SCHEMAS, MAX_DECLARED_TABLE_BYTES,
};
use scimpress::schema::declared::{problems, resource_types};
use serde::Deserialize;
use serde_json::{Value, json};

use support::client::Site;
use support::custom::{self, CUSTOM};
use support::table;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    text: Option<String>,
    #[serde(default)]
    schemas: Value,
    /// Places and a part of each message.
    problems: Vec<(Option<usize>, Option<usize>, String)>,
}

#[test]
fn problems_are_said_with_their_place() {
    table::check("declared-problems", |row: Declaration| {
        let text = row.text.unwrap_or_else(|| row.schemas.to_string());
        let found = problems(&text);
        let places: Vec<_> = found.iter().map(|it| (it.schema, it.attribute)).collect();
        let expected: Vec<_> = row.problems.iter().map(|it| (it.0, it.1)).collect();
        assert_eq!(places, expected, "{found:?}");
        for (found, (_, _, part)) in found.iter().zip(&row.problems) {
            assert!(found.message.contains(part.as_str()), "{}", found.message);
            support::answer::assert_style(&found.message);
        }
        match resource_types(&text) {
            Ok(_) => assert!(row.problems.is_empty()),
            Err(error) => {
                assert_eq!(error.kind.status(), 500);
                assert!(error.detail.contains(&row.problems[0].2), "{}", error.detail);
            }
        }
    });
}

fn many(schemas: usize, attributes: usize) -> String {
    let attributes: Vec<Value> = (0..attributes)
        .map(|n| json!({"name": format!("a{n}")}))
        .collect();
    let schemas: Vec<Value> = (0..schemas)
        .map(|n| json!({"id": format!("urn:example:s{n}"), "attributes": attributes}))
        .collect();
    Value::Array(schemas).to_string()
}

#[test]
fn limits_hold() {
    for (within, over) in [
        (many(MAX_DECLARED_SCHEMAS, 1), many(MAX_DECLARED_SCHEMAS + 1, 1)),
        (
            many(1, MAX_DECLARED_ATTRIBUTES),
            many(1, MAX_DECLARED_ATTRIBUTES + 1),
        ),
        (
            format!("[{}]", " ".repeat(MAX_DECLARATION_BYTES - 2)),
            format!("[{}]", " ".repeat(MAX_DECLARATION_BYTES - 1)),
        ),
    ] {
        assert_eq!(problems(&within), []);
        let found = problems(&over);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("at most"), "{}", found[0].message);
    }
}

#[test]
fn one_declaration_is_made_into_tables_once() {
    let text = json!([custom::schema()]).to_string();
    assert!(std::ptr::eq(
        resource_types(&text).unwrap(),
        resource_types(&text.clone()).unwrap()
    ));
    assert!(std::ptr::eq(
        resource_types("").unwrap(),
        resource_types("[]").unwrap()
    ));
    assert!(std::ptr::eq(
        resource_types("").unwrap().user,
        &raw const scimpress::schema::USER
    ));
}

#[test]
fn it_is_announced_like_any_other_schema() {
    let mut site = custom::site();
    let schema = site.get(&format!("/Schemas/{}", CUSTOM.to_uppercase())).json();
    assert_eq!(schema["id"], CUSTOM);
    assert_eq!(schema["name"], "Custom");
    assert_eq!(schema["description"], "What the site adds");
    let attribute = |name: &str| {
        let all = schema["attributes"].as_array().unwrap();
        all.iter().find(|it| it["name"] == name).unwrap().clone()
    };
    assert_eq!(
        attribute("tag"),
        json!({"name": "tag", "type": "string", "multiValued": false, "description": "Label", "required": false,
            "mutability": "readWrite", "returned": "default", "caseExact": false, "uniqueness": "none"})
    );
    assert_eq!(attribute("code")["caseExact"], true);
    assert_eq!(
        attribute("code")["description"],
        "code",
        "RFC 7643 §7: each has one"
    );
    assert_eq!(attribute("page")["referenceTypes"], json!(["external", "uri"]));
    assert_eq!(attribute("skills")["multiValued"], true);
    let listed = site.get("/Schemas").json();
    assert!(
        listed["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["id"] == CUSTOM)
    );
    let user = site.get("/ResourceTypes/User").json();
    let extension = json!({"schema": CUSTOM, "required": false});
    assert!(user["schemaExtensions"].as_array().unwrap().contains(&extension));
    assert_eq!(Site::default().get(&format!("/Schemas/{CUSTOM}")).status, 404);
    assert_eq!(
        custom::site()
            .get("/ResourceTypes/Group")
            .json()
            .get("schemaExtensions"),
        Some(&json!([]))
    );
}

#[test]
fn types_are_enforced_and_clients_shapes_bent() {
    let mut site = custom::site();
    for (name, wrong) in [
        ("tag", json!(1)),
        ("level", json!("7")),
        ("level", json!(1.5)),
        ("ratio", json!("x")),
        ("trained", json!("perhaps")),
        ("since", json!("yesterday")),
        ("page", json!(true)),
        ("skills", json!([{"value": "x"}])),
    ] {
        let body = json!({"userName": "ada@example.com", CUSTOM: {name: wrong}});
        let reply = site.send("POST", "/Users", &[], Some(&body));
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (400, Some("invalidValue")),
            "{name}"
        );
    }
    let id = site.create(&json!({"userName": "ada@example.com", CUSTOM.to_lowercase(): {
        "TAG": ["blue"], "level": 7, "ratio": 1, "trained": "True", "since": "2026-11-22T07:00:00Z", "skills": "rust",
        "unknown": "x",
    }}));
    assert_eq!(
        site.user(&id)[CUSTOM],
        json!({"tag": "blue", "level": 7, "ratio": 1, "trained": true, "since": "2026-11-22T07:00:00Z", "skills": ["rust"]})
    );
}

#[test]
fn patch_reaches_it_by_every_path() {
    let mut site = custom::site();
    let id = site.create(&json!({"userName": "ada@example.com"}));
    for (operation, expected) in [
        (
            json!({"op": "Add", "path": format!("{CUSTOM}:tag"), "value": "a"}),
            json!({"tag": "a"}),
        ),
        (
            json!({"op": "replace", "path": "tag", "value": "b"}),
            json!({"tag": "b"}),
        ),
        (
            json!({"op": "replace", "path": format!("{}:TAG", CUSTOM.to_lowercase()), "value": "c"}),
            json!({"tag": "c"}),
        ),
        (
            json!({"op": "replace", "value": {format!("{CUSTOM}:level"): 2}}),
            json!({"tag": "c", "level": 2}),
        ),
        (
            json!({"op": "add", "path": CUSTOM, "value": {"skills": ["x"]}}),
            json!({"tag": "c", "level": 2, "skills": ["x"]}),
        ),
        (
            json!({"op": "add", "path": format!("{CUSTOM}:skills"), "value": ["y", "x"]}),
            json!({"tag": "c", "level": 2, "skills": ["x", "y"]}),
        ),
        (
            json!({"op": "remove", "path": format!("{CUSTOM}:skills"), "value": ["x"]}),
            json!({"tag": "c", "level": 2, "skills": ["y"]}),
        ),
        (
            json!({"op": "Replace", "path": format!("{CUSTOM}:tag"), "value": ""}),
            json!({"level": 2, "skills": ["y"]}),
        ),
        (json!({"op": "remove", "path": CUSTOM}), Value::Null),
    ] {
        let reply = site.patch(&id, &json!([operation]));
        assert_eq!(reply.status, 200, "{operation}: {}", reply.text);
        let user = site.user(&id);
        assert_eq!(user.get(CUSTOM).unwrap_or(&Value::Null), &expected, "{operation}");
    }
    let reply = site.patch(
        &id,
        &json!([{"op": "add", "path": format!("{CUSTOM}:level"), "value": "x"}]),
    );
    assert_eq!(
        (reply.status, reply.scim_type().as_deref()),
        (400, Some("invalidValue"))
    );
    let reply = site.patch(
        &id,
        &json!([{"op": "add", "path": format!("{CUSTOM}:nothing"), "value": "x"}]),
    );
    assert_eq!(
        (reply.status, reply.notice_codes()),
        (200, vec!["attributeIgnored"])
    );
}

/// Three users: `a` has all, `b` other values, `c` nothing.
fn crowd() -> Site {
    let mut site = custom::site();
    site.create(&json!({"userName": "a@example.com", CUSTOM: {"tag": "Blue", "code": "X", "level": 10, "ratio": 0.5, "trained": true,
        "since": "2026-01-01T00:00:00Z", "page": "https://a.example", "skills": ["rust", "PHP"]}}));
    site.create(
        &json!({"userName": "b@example.com", CUSTOM: {"tag": "red", "code": "x", "level": 9, "trained": false,
        "since": "2026-01-01T01:00:00+02:00", "skills": ["go"]}}),
    );
    site.create(&json!({"userName": "c@example.com"}));
    site
}

/// The parts of their userNames before the `@`, one after the other.
fn names(site: &mut Site, query: &[(&str, &str)]) -> String {
    let reply = site.send("GET", "/Users", query, None);
    assert_eq!(reply.status, 200, "{query:?}: {}", reply.text);
    let users = reply.json();
    let all = users["Resources"].as_array().unwrap();
    all.iter()
        .map(|user| {
            user["userName"]
                .as_str()
                .unwrap()
                .split('@')
                .next()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn filters_know_its_types() {
    let mut site = crowd();
    for (filter, expected) in [
        ("tag eq \"BLUE\"", "a"),
        ("code eq \"x\"", "b"),
        ("level gt 9", "a"),
        ("level le 10", "ab"),
        ("ratio eq 0.50", "a"),
        ("trained eq \"True\"", "a"),
        ("trained ne true", "bc"),
        ("since lt \"2026-01-01T00:00:00Z\"", "b"),
        ("page sw \"https:\"", "a"),
        ("skills eq \"php\"", "a"),
        ("skills pr", "ab"),
        ("skills pr and not (level gt 9)", "b"),
    ] {
        for name in [filter.to_owned(), format!("{CUSTOM}:{filter}")] {
            assert_eq!(names(&mut site, &[("filter", &name)]), expected, "{name}");
        }
    }
    for refused in [
        "level co \"1\"",
        "trained gt true",
        "since gt \"soon\"",
        "nothing eq \"x\"",
        "level eq \"x\"",
    ] {
        let reply = site.send(
            "GET",
            "/Users",
            &[("filter", &format!("{CUSTOM}:{refused}"))],
            None,
        );
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (400, Some("invalidFilter")),
            "{refused}"
        );
    }
    // In a search over all types a group is without it.
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": format!("{CUSTOM}:tag pr or displayName eq \"G\"")});
    site.create_group("G", &[]);
    let reply = site.send("POST", "/.search", &[], Some(&search)).json();
    assert_eq!(reply["totalResults"], 3);
}

#[test]
fn parsed_alone_a_filter_compiles_to_nothing_that_the_store_knows() {
    let types = resource_types(&custom::site().declaration).unwrap();
    let filter = Filter::parse(&format!("{CUSTOM}:level gt 5"), types.user).unwrap();
    assert_eq!(filter.to_string(), format!("{CUSTOM}:level gt 5"));
    let compiled = filter.compiled(types.user);
    assert!(compiled.condition.is_none() && !compiled.exact);
}

#[test]
fn it_sorts_and_projects() {
    let mut site = crowd();
    let level = format!("{CUSTOM}:level");
    assert_eq!(names(&mut site, &[("sortBy", &level)]), "bac");
    assert_eq!(
        names(&mut site, &[("sortBy", "since"), ("sortOrder", "descending")]),
        "cab"
    );
    let shown = |site: &mut Site, name: &str, list: &str| {
        let reply = site.send(
            "GET",
            "/Users",
            &[(name, list), ("filter", "userName sw \"a\"")],
            None,
        );
        let user = reply.json()["Resources"][0].clone();
        user.get(CUSTOM).cloned().unwrap_or_default()
    };
    assert_eq!(shown(&mut site, "attributes", &level), json!({"level": 10}));
    assert_eq!(shown(&mut site, "attributes", "TAG"), json!({"tag": "Blue"}));
    assert_eq!(shown(&mut site, "attributes", "userName"), Value::Null);
    assert_eq!(shown(&mut site, "excludedAttributes", CUSTOM), Value::Null);
    let rest = shown(&mut site, "excludedAttributes", &level);
    assert!(rest.get("level").is_none() && rest.get("tag").is_some());
}

#[test]
fn what_is_older_than_its_declaration_stays() {
    let mut site = Site::default();
    let older =
        json!({"TAG": "Blue", "level": "seven", "trained": "True", "skills": "rust", "Badge": {"n": 1}});
    let id = site.create(&json!({"userName": "ada@example.com", CUSTOM.to_lowercase(): older}));
    let undeclared = site.user(&id);
    site.declaration = custom::site().declaration;
    // Brought to names and types where it fits, shown as it is where it does not.
    let fitted =
        json!({"tag": "Blue", "level": "seven", "trained": true, "skills": ["rust"], "Badge": {"n": 1}});
    assert_eq!(site.user(&id)[CUSTOM], fitted);
    assert_eq!(site.get("/Users").json()["Resources"][0][CUSTOM], fitted);
    assert_eq!(names(&mut site, &[("filter", "tag eq \"blue\"")]), "ada");
    assert_eq!(names(&mut site, &[("filter", "level gt 1")]), "");
    assert_eq!(names(&mut site, &[("sortBy", "level")]), "ada");
    // Reading has written nothing: without the declaration it is as it was.
    site.declaration = String::new();
    assert_eq!(site.user(&id), undeclared);
    // A change of something else, a PUT of what the client knows, and a change of a part lose nothing.
    site.declaration = custom::site().declaration;
    site.patch(
        &id,
        &json!([{"op": "add", "path": format!("{CUSTOM}:skills"), "value": ["go"]}]),
    );
    assert_eq!(site.user(&id)[CUSTOM]["skills"], json!(["rust", "go"]));
    let put = json!({"userName": "ada@example.com", CUSTOM: {"tag": "red"}});
    assert_eq!(
        site.send("PUT", &format!("/Users/{id}"), &[], Some(&put)).status,
        200
    );
    assert_eq!(site.user(&id)[CUSTOM], json!({"tag": "red", "Badge": {"n": 1}}));
    site.declaration = String::new();
    assert_eq!(site.user(&id)[CUSTOM], json!({"tag": "red", "Badge": {"n": 1}}));
}

#[test]
fn declaring_less_loses_nothing() {
    let mut site = crowd();
    let before = site.get("/Users").json();
    site.declaration = json!([{"id": CUSTOM, "attributes": [{"name": "tag"}]}]).to_string();
    assert_eq!(site.get("/Users").json(), before);
    let id = before["Resources"][0]["id"].as_str().unwrap();
    let put = json!({"userName": "a@example.com"});
    assert_eq!(
        site.send("PUT", &format!("/Users/{id}"), &[], Some(&put)).status,
        200
    );
    site.declaration = custom::site().declaration;
    assert_eq!(site.user(id)[CUSTOM]["skills"], json!(["rust", "PHP"]));
    assert_eq!(
        site.user(id)[CUSTOM].get("tag"),
        None,
        "what the client can say is gone by a PUT"
    );
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// As long as the other, for errors shorten what they quote.
const EQUIVALENT: &str = "urn:ietf:params:scim:schemas:extension:equivalent:2.0:User";
const NAMES: [&str; 5] = [
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
];

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-cA-C]{1,3}".prop_map(|text| json!(text)),
        Just(json!("")),
        Just(Value::Null),
        Just(json!(3)),
        Just(json!(["one"])),
        Just(json!({"a": 1})),
    ]
}

fn name() -> impl Strategy<Value = String> {
    (select(&NAMES[..]), any::<bool>()).prop_map(|(name, upper)| {
        let name = if upper {
            name.to_uppercase()
        } else {
            name.to_owned()
        };
        format!("{ENTERPRISE}:{name}")
    })
}

/// A request below a user, `{id}`, in the words of the Enterprise User.
fn step() -> impl Strategy<Value = (&'static str, Value)> {
    let operation = (select(&["add", "replace", "remove"][..]), name(), value())
        .prop_map(|(op, path, value)| ("PATCH", json!([{"op": op, "path": path, "value": value}])));
    let pathless = (name(), value())
        .prop_map(|(path, value)| ("PATCH", json!([{"op": "replace", "value": {path: value}}])));
    let whole = (
        select(&NAMES[..]),
        value(),
        select(&["add", "replace", "remove"][..]),
    )
        .prop_map(|(name, value, op)| {
            (
                "PATCH",
                json!([{"op": op, "path": ENTERPRISE, "value": {name: value}}]),
            )
        });
    let put = (select(&NAMES[..]), value()).prop_map(|(name, value)| {
        (
            "PUT",
            json!({"userName": "ada@example.com", ENTERPRISE: {name: value}}),
        )
    });
    let query = (
        name(),
        select(
            &[
                "eq \"a\"", "co \"b\"", "pr", "ne \"a\"", "gt \"b\"", "eq 3", "eq null",
            ][..],
        ),
    )
        .prop_map(|(name, test)| ("filter", json!(format!("{name} {test}"))));
    let other = (
        select(&["sortBy", "attributes", "excludedAttributes"][..]),
        name(),
    )
        .prop_map(|(what, name)| (what, json!(name)));
    prop_oneof![4 => operation, 2 => pathless, 2 => whole, 2 => put, 2 => query, 1 => other]
}

fn run(site: &mut Site, id: &str, step: &(&str, Value)) -> (u16, String) {
    let path = format!("/Users/{id}");
    let reply = match step.0 {
        "PATCH" => site.patch(id, &step.1),
        "PUT" => site.send("PUT", &path, &[], Some(&step.1)),
        parameter => site.send("GET", "/Users", &[(parameter, step.1.as_str().unwrap())], None),
    };
    (reply.status, reply.text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn declared_is_as_built_in(steps in proptest::collection::vec(step(), 1..8)) {
        let mut built_in = Site::default();
        let mut declared = Site::default();
        declared.declaration = json!([{"id": EQUIVALENT, "attributes": NAMES.map(|name| json!({"name": name}))}]).to_string();
        let ada = json!({"userName": "ada@example.com"});
        let (left, right) = (built_in.create(&ada), declared.create(&ada));
        prop_assert_eq!(&left, &right);
        for step in &steps {
            let other = (step.0, serde_json::from_str(&step.1.to_string().replace(ENTERPRISE, EQUIVALENT)).unwrap());
            let (status, text) = run(&mut built_in, &left, step);
            prop_assert_eq!((status, text.replace(ENTERPRISE, EQUIVALENT)), run(&mut declared, &right, &other), "{:?}", step);
        }
    }
}

#[test]
fn a_process_has_room_for_a_limited_number_of_declarations() {
    // A process of its own: this one's other tests need room.
    if std::env::var_os("SCIMPRESS_FILL").is_none() {
        let name = "a_process_has_room_for_a_limited_number_of_declarations";
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--test-threads", "1"])
            .env("SCIMPRESS_FILL", "1")
            .output()
            .unwrap();
        assert!(
            status.status.success(),
            "{}",
            String::from_utf8_lossy(&status.stdout)
        );
        return;
    }
    let first = many(1, 1);
    assert!(resource_types(&first).is_ok());
    let mut made = 0;
    let error = loop {
        made += 1;
        let text = json!([{"id": format!("urn:example:n{made}"), "description": "x".repeat(150), "attributes": [{"name": "a"}]}]).to_string();
        if let Err(error) = resource_types(&text) {
            break error;
        }
        assert!(made * 500 < MAX_DECLARED_TABLE_BYTES, "it never ends");
    };
    assert_eq!(error.kind.status(), 500);
    assert!(error.detail.contains("restart PHP"), "{}", error.detail);
    assert!(resource_types(&first).is_ok(), "what is there stays usable");
    assert!(made > 1000, "{made} are too few");
}
