//! What the store finds by a condition is what the filter says, whoever decides about it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use scimpress::datetime;
use scimpress::exchange::{Kind, Need};
use scimpress::filter::Filter;
use scimpress::schema::{GROUP, ResourceType, USER};
use serde_json::{Value, json};

use support::client::{START_MS, Site};
use support::crowd::{listed, names, needs_of};

/// Values that resources and filters share: in several cases, with what databases treat specially.
const WORDS: [&str; 20] = [
    "a",
    "A",
    "ab",
    "a ",
    "A  ",
    "a%",
    "a_",
    "%",
    "_",
    "a\\",
    "'",
    "\"",
    "😀",
    "straße",
    "STRASSE",
    "İ",
    "i",
    "ΟΣ",
    "*",
    "a@x.example",
];

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const WPO365: &str = "urn:ietf:params:scim:schemas:extension:wpo365:2.0:User";

fn word() -> impl Strategy<Value = String> {
    select(&WORDS[..]).prop_map(str::to_owned)
}

#[derive(Clone, Debug)]
struct Person {
    resource: Value,
    /// What an administrator makes of the account afterwards.
    email: Option<String>,
    active: Option<bool>,
    /// Whether the client takes `active` away, so that it is not assigned.
    forgets: bool,
}

fn person() -> impl Strategy<Value = Person> {
    let texts = (
        word(),
        proptest::option::of(word()),
        proptest::option::of(word()),
        proptest::option::of(word()),
        proptest::option::of(word()),
    );
    let emails = vec(select(vec!["a@x.example", "A@X.example", "b@x.example"]), 0..3);
    let state = (
        any::<bool>(),
        proptest::option::weighted(0.3, any::<bool>()),
        proptest::bool::weighted(0.2),
        proptest::option::weighted(0.3, select(vec!["", "a@x.example", "c@x.example"])),
    );
    (texts, emails, state).prop_map(
        |((name, external, object, title, department), emails, (active, edited, forgets, email))| {
            let mut resource = json!({"userName": name, "active": active});
            let mut put = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    resource[name] = value;
                }
            };
            put("externalId", external.map(Value::from));
            put("title", title.map(Value::from));
            put(WPO365, object.map(|id| json!({"objectId": id})));
            put(ENTERPRISE, department.map(|it| json!({"department": it})));
            let types = ["work", "home"];
            let emails: Vec<Value> = emails
                .iter()
                .enumerate()
                .map(|(index, value)| json!({"value": value, "type": types[index]}))
                .collect();
            put("emails", (!emails.is_empty()).then_some(Value::Array(emails)));
            Person {
                resource,
                email: email.map(str::to_owned),
                active: edited,
                forgets,
            }
        },
    )
}

/// A name, an externalId and who is in it.
type Team = (String, Option<String>, Vec<Index>);

fn team() -> impl Strategy<Value = Team> {
    (word(), proptest::option::of(word()), vec(any::<Index>(), 0..4))
}

/// A site whose unique keys are taken by whoever comes first, and the ids of those who came.
fn site_of(people: &[Person], teams: &[Team]) -> (Site, Vec<String>) {
    let mut site = Site::default();
    let mut ids = Vec::new();
    for person in people {
        let reply = site.send("POST", "/Users", &[], Some(&person.resource));
        if reply.status != 201 {
            assert_eq!(reply.status, 409, "{}", reply.text);
            continue;
        }
        let id = reply.json()["id"].as_str().unwrap().to_owned();
        if person.forgets {
            let remove = json!({"Operations": [{"op": "remove", "path": "active"}]});
            assert_eq!(
                site.send("PATCH", &format!("/Users/{id}"), &[], Some(&remove))
                    .status,
                200
            );
        }
        if let Some(email) = &person.email {
            site.store.account(&id).user_email.clone_from(email);
        }
        if let Some(active) = person.active {
            let row = site
                .store
                .rows
                .iter_mut()
                .find(|row| row.record.id == id)
                .unwrap();
            row.account().active = active;
        }
        ids.push(id);
    }
    for (name, external, members) in teams {
        let members: Vec<Value> = members
            .iter()
            .filter(|_| !ids.is_empty())
            .map(|index| json!({"value": index.get(&ids)}))
            .collect();
        let mut group = json!({"displayName": name, "members": members});
        if let Some(external) = external {
            group["externalId"] = json!(external);
        }
        let reply = site.send("POST", "/Groups", &[], Some(&group));
        if reply.status == 201 {
            ids.push(reply.json()["id"].as_str().unwrap().to_owned());
        }
    }
    (site, ids)
}

/// A term; `{0}` and the like stand for ids.
fn term(kind: Kind) -> impl Strategy<Value = String> {
    let (texts, values): (&[&str], &[&str]) = match kind {
        Kind::User => (
            &[
                "userName",
                "externalId",
                "objectId",
                "id",
                "title",
                "department",
                "displayName",
            ],
            &[
                "emails.value {}",
                "emails[type eq \"work\"].value {}",
                "emails[value {} and type eq \"home\"]",
                "emails[not (value {})]",
                "groups.display {}",
            ],
        ),
        Kind::Group => (
            &["displayName", "externalId", "id", "members.display"],
            &["members.type {}", "members[display {}]"],
        ),
    };
    let by_id: &[&str] = match kind {
        Kind::User => &["id", "groups.value", "groups"],
        Kind::Group => &["id", "members.value", "members"],
    };
    let members: &[&str] = match kind {
        Kind::User => &["groups[value eq {}]", "groups[not (value eq {})]"],
        Kind::Group => &[
            "members[value eq {}]",
            "members[value eq {} or value eq \"x\"]",
            "members[value eq {} and type eq \"Group\"]",
            "members[not (value eq {})]",
        ],
    };
    let operators = select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
    let equality = select(vec!["eq", "ne"]);
    let quoted = |text: String| Value::from(text).to_string();
    let text = prop_oneof![6 => word(), 1 => Just(String::new()), 1 => any::<String>(), 1 => "a\\PC{0,300}"];
    let id = (0_usize..8).prop_map(|number| format!("\"{{{number}}}\""));
    let mut present = vec!["externalId", "id", "meta.created"];
    present.extend(match kind {
        Kind::User => ["userName", "objectId", "active", "groups", "emails"].as_slice(),
        Kind::Group => &["displayName", "members"],
    });
    let state = match kind {
        Kind::User => (equality.clone(), any::<bool>())
            .prop_map(|(operator, value)| format!("active {operator} {value}"))
            .boxed(),
        Kind::Group => Just("meta.resourceType eq \"Group\"".to_owned()).boxed(),
    };
    let ordering = select(vec!["eq", "ne", "gt", "ge", "lt", "le"]);
    let fraction = select(vec!["", "1", "9"]);
    prop_oneof![
        6 => (select(texts), operators.clone(), text.clone())
            .prop_map(move |(name, operator, text)| format!("{name} {operator} {}", quoted(text))),
        2 => (select(values), operators, text)
            .prop_map(move |(path, operator, text)| path.replace("{}", &format!("{operator} {}", quoted(text)))),
        2 => (select(by_id), equality.clone(), id.clone()).prop_map(|(name, operator, id)| format!("{name} {operator} {id}")),
        2 => (select(members), id).prop_map(|(path, id)| path.replace("{}", &id)),
        1 => select(present.clone()).prop_map(|name| format!("{name} pr")),
        1 => (select(present), equality).prop_map(|(name, operator)| format!("{name} {operator} null")),
        1 => state,
        2 => (select(vec!["created", "lastModified"]), ordering, 0_i64..20, fraction).prop_map(|(name, operator, seconds, finer)| {
            let time = datetime::format(START_MS + seconds * 1000);
            format!("meta.{name} {operator} \"{}{finer}Z\"", time.trim_end_matches('Z'))
        }),
    ]
}

fn filter(kind: Kind) -> impl Strategy<Value = String> {
    term(kind).prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|it| format!("not ({it})")),
            vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" and "))),
            vec(inner, 2..4).prop_map(|all| format!("({})", all.join(" or "))),
        ]
    })
}

/// What a query finds, page by page: by index, or by cursor.
fn pages(site: &mut Site, path: &str, filter: &str, by_cursor: bool) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let start = (found.len() + 1).to_string();
        let place = if by_cursor {
            ("cursor", cursor.as_str())
        } else {
            ("startIndex", start.as_str())
        };
        let reply = site.send("GET", path, &[("filter", filter), ("count", "2"), place], None);
        assert_eq!(reply.status, 200, "{filter}: {}", reply.text);
        let list = reply.json();
        let page = list["Resources"].as_array().unwrap().clone();
        found.extend(page.iter().map(|it| it["id"].clone()));
        let next = list["nextCursor"].as_str();
        match next {
            Some(next) if by_cursor => next.clone_into(&mut cursor),
            None if by_cursor => return found,
            _ if page.is_empty() => {
                assert_eq!(list["totalResults"], json!(found.len()), "{filter}");
                return found;
            }
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_and_the_filter_agree(
        people in vec(person(), 0..8),
        teams in vec(team(), 0..4),
        of_users in vec(filter(Kind::User), 4),
        of_groups in vec(filter(Kind::Group), 4),
    ) {
        let (mut site, ids) = site_of(&people, &teams);
        for (path, resource_type, filters) in [("/Users", &USER, of_users), ("/Groups", &GROUP, of_groups)] {
            let resource_type: &'static ResourceType = resource_type;
            let all = site.send("GET", path, &[], None).json()["Resources"].as_array().unwrap().clone();
            for filter in filters {
                let filter = (0..8).fold(filter, |filter, number| {
                    filter.replace(&format!("{{{number}}}"), ids.get(number).map_or("nobody", String::as_str))
                });
                let parsed = Filter::parse(&filter, resource_type).unwrap_or_else(|error| panic!("{filter}: {error}"));
                let expected: Vec<Value> = all
                    .iter()
                    .filter(|it| parsed.matches(it.as_object().unwrap()))
                    .map(|it| it["id"].clone())
                    .collect();
                prop_assert_eq!(&pages(&mut site, path, &filter, false), &expected, "{}", &filter);
                prop_assert_eq!(&pages(&mut site, path, &filter, true), &expected, "{} by cursor", &filter);
            }
        }
    }
}

#[test]
fn what_the_store_decides_costs_a_count_and_a_page() {
    let mut site = Site::default();
    for number in 0..30 {
        site.create(&json!({"userName": format!("u{number:02}"), "active": number % 3 > 0}));
    }
    for (filter, total, first) in [
        ("active eq false", 10, "u00"),
        ("userName sw \"U1\" and active ne false", 7, "u10"),
        ("not (userName lt \"u20\")", 10, "u20"),
        ("meta.created pr", 30, "u00"),
    ] {
        for sort in [None, Some("userName"), Some("meta.lastModified")] {
            let mut query = vec![("filter", filter), ("count", "3"), ("attributes", "userName")];
            query.extend(sort.map(|sort| ("sortBy", sort)));
            let needs = needs_of(&mut site, |site| {
                let list = site.send("GET", "/Users", &query, None).json();
                assert_eq!(list["totalResults"], json!(total), "{query:?}");
                assert_eq!(listed(&list)[0], first, "{query:?}");
            });
            assert_eq!(names(&needs), ["page"], "{query:?}");
        }
    }
}

#[test]
fn a_look_up_costs_one_select() {
    let mut site = Site::default();
    let id = site.create(&json!({"userName": "u", "externalId": "E", "emails": [{"value": "u@x.example"}]}));
    let group = site.create_group("Editors", &[&id]);
    for (path, filter) in [
        ("/Users", "userName eq \"U\"".to_owned()),
        ("/Users", "externalId eq \"E\"".to_owned()),
        ("/Users", format!("id eq \"{id}\"")),
        ("/Users", "emails.value eq \"U@x.example\"".to_owned()),
        (
            "/Users",
            "emails[type eq \"work\"].value eq \"nobody@x.example\"".to_owned(),
        ),
        (
            "/Users",
            "userName eq \"nobody\" or objectId eq \"nothing\"".to_owned(),
        ),
        ("/Groups", "displayName eq \"editors\"".to_owned()),
        ("/Groups", format!("members.value eq \"{id}\"")),
        ("/Groups", format!("members.value eq \"{group}\"")),
    ] {
        let needs = needs_of(&mut site, |site| {
            let query = [("filter", filter.as_str()), ("attributes", "id")];
            assert_eq!(site.send("GET", path, &query, None).status, 200);
        });
        assert_eq!(names(&needs), ["select"], "{filter}");
        assert!(
            matches!(&needs[0], Need::Select { condition: Some(condition), .. } if condition.is_look_up()),
            "{needs:?}"
        );
    }
}

#[test]
fn a_look_up_that_finds_many_is_counted() {
    let mut site = Site::default();
    site.create(&json!({"userName": "u1", "externalId": "shared"}));
    for number in 2..=450 {
        let mut row = site.store.rows[0].clone();
        row.record.id = format!("user-{number}");
        row.record.position = number;
        row.keys.user_name = format!("u{number}");
        site.store.rows.push(row);
    }
    let query = [
        ("filter", "externalId eq \"shared\""),
        ("startIndex", "449"),
        ("attributes", "id"),
    ];
    let needs = needs_of(&mut site, |site| {
        let list = site.send("GET", "/Users", &query, None).json();
        assert_eq!(list["totalResults"], json!(450));
        assert_eq!(list["itemsPerPage"], json!(2));
    });
    assert_eq!(names(&needs), ["select", "page"]);
}
