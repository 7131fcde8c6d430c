//! What holds for every bulk request (RFC 7644 §3.7).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use support::bulk::{bulk_until, id_of, statuses};
use support::client::Site;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Two users and two groups.
fn site() -> Site {
    let mut site = Site::default();
    let ada = site.create(&json!({"userName": "ada"}));
    site.create(&json!({"userName": "bob"}));
    site.create_group("Editors", &[&ada]);
    site.create_group("Taken", &[]);
    site
}

/// An operation that refers to no other one. IDS stand for what [`site`] made, in its order.
fn operation() -> impl Strategy<Value = Value> {
    const IDS: [&str; 5] = ["ID1", "ID2", "ID3", "ID4", "nobody"];
    let id = || select(&IDS[..]);
    let name = || select(&["ada", "cy", "dee", "Taken", ""][..]);
    let members = || vec(id().prop_map(|id| json!({"value": id})), 0..3);
    let collection = || select(&["/Users", "/Groups"][..]);
    let version = option::of(select(&["W/\"1\"", "W/\"2\"", "*"][..]));
    let change = prop_oneof![
        name().prop_map(|name| json!({"op": "replace", "path": "displayName", "value": name})),
        members().prop_map(|members| json!({"op": "add", "path": "members", "value": members})),
        id().prop_map(|id| json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")})),
        Just(json!({"op": "add", "path": "title", "value": "x"})),
        Just(json!({"op": "move"})),
    ];
    let operation = prop_oneof![
        2 => name().prop_map(|name| json!({"method": "POST", "path": "/Users", "data": {"userName": name}})),
        2 => (name(), members()).prop_map(|(name, members)| {
            json!({"method": "POST", "path": "/Groups", "data": {"displayName": name, "members": members}})
        }),
        3 => (collection(), id(), vec(change, 1..3)).prop_map(|(collection, id, operations)| {
            json!({"method": "PATCH", "path": format!("{collection}/{id}"), "data": {"Operations": operations}})
        }),
        1 => (id(), name()).prop_map(|(id, name)| {
            json!({"method": "PUT", "path": format!("/Users/{id}"), "data": {"userName": name}})
        }),
        1 => (id(), name(), members()).prop_map(|(id, name, members)| {
            json!({"method": "PUT", "path": format!("/Groups/{id}"), "data": {"displayName": name, "members": members}})
        }),
        2 => (collection(), id()).prop_map(|(collection, id)| json!({"method": "DELETE", "path": format!("{collection}/{id}")})),
    ];
    (operation, version).prop_map(|(mut operation, version)| {
        if let Some(version) = version {
            operation["version"] = json!(version);
        }
        operation
    })
}

/// All that a site shows, with names in the place of ids, which its requests choose.
fn shown(site: &mut Site) -> Value {
    let mut text = json!([
        site.send("GET", "/Users", &[("excludedAttributes", "meta")], None)
            .json(),
        site.send("GET", "/Groups", &[("excludedAttributes", "meta")], None)
            .json(),
    ]);
    let mut names = Vec::new();
    for list in text.as_array().unwrap() {
        for resource in list["Resources"].as_array().into_iter().flatten() {
            let name = resource.get("userName").or(resource.get("displayName")).unwrap();
            names.push((
                resource["id"].as_str().unwrap().to_owned(),
                name.as_str().unwrap().to_owned(),
            ));
        }
    }
    let mut plain = text.take().to_string();
    for (id, name) in names {
        plain = plain.replace(&id, &name);
    }
    serde_json::from_str(&plain).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn without_references_it_is_request_after_request(
        operations in vec(operation(), 1..8),
        limit in option::of(1_u64..4),
    ) {
        let (mut together, mut apart) = (site(), site());
        let ids: Vec<String> = ["/Users", "/Groups"]
            .iter()
            .flat_map(|path| together.get(path).json()["Resources"].as_array().unwrap().clone())
            .map(|resource| resource["id"].as_str().unwrap().to_owned())
            .collect();
        let operations: Vec<Value> = operations
            .iter()
            .enumerate()
            .map(|(number, operation)| {
                let mut text = operation.to_string();
                for (index, id) in ids.iter().enumerate() {
                    text = text.replace(&format!("ID{}", index + 1), id);
                }
                let mut operation: Value = serde_json::from_str(&text).unwrap();
                operation["bulkId"] = json!(number.to_string());
                operation
            })
            .collect();

        let mut expected = Vec::new();
        let mut errors = 0;
        for operation in &operations {
            let (method, path) = (operation["method"].as_str().unwrap(), operation["path"].as_str().unwrap());
            let version = operation.get("version").and_then(Value::as_str).filter(|_| method != "POST");
            let before = apart.store.state();
            let reply = match version {
                Some(version) => apart.send_with(("if-match", version), method, path, operation.get("data")),
                None => apart.send(method, path, &[], operation.get("data")),
            };
            expected.push(reply.status.to_string());
            if reply.status >= 400 {
                prop_assert!(apart.store.state() == before);
                errors += 1;
                if limit == Some(errors) {
                    break;
                }
            }
        }
        let results = bulk_until(&mut together, &operations, limit);
        prop_assert_eq!(statuses(&results), expected);
        for (result, operation) in results.iter().zip(&operations) {
            prop_assert_eq!(&result["bulkId"], &operation["bulkId"]);
            prop_assert_eq!(&result["method"], &operation["method"]);
            let failed_post = result["method"] == "POST" && result["status"] != "201";
            prop_assert_eq!(result.get("location").is_none(), failed_post, "RFC 7644 §3.7.3");
        }
        prop_assert_eq!(shown(&mut together), shown(&mut apart));
    }
}

/// Something to create, and what it refers to by number; of numbers above the last there is none.
#[derive(Clone, Debug)]
struct Node {
    is_group: bool,
    is_taken: bool,
    references: BTreeSet<usize>,
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let node = (
        prop::bool::weighted(0.7),
        prop::bool::weighted(0.12),
        prop::collection::btree_set(0_usize..9, 0..3),
    );
    let node = node.prop_map(|(is_group, is_taken, references)| Node {
        is_group,
        is_taken,
        // A user has one manager.
        references: references
            .into_iter()
            .take(if is_group { 3 } else { 1 })
            .collect(),
    });
    vec(node, 1..9)
}

impl Node {
    fn operation(&self, number: usize) -> Value {
        let name = |free: String, taken: &str| if self.is_taken { taken.to_owned() } else { free };
        let reference = |number: &usize| json!({"value": format!("bulkId:{number}")});
        let (path, data) = if self.is_group {
            let members: Vec<Value> = self.references.iter().map(reference).collect();
            let name = name(format!("group {number}"), "Taken");
            ("/Groups", json!({"displayName": name, "members": members}))
        } else {
            let mut data = json!({"userName": name(format!("user{number}"), "ada")});
            if let Some(manager) = self.references.first() {
                data[ENTERPRISE] = json!({"manager": reference(manager)});
            }
            ("/Users", data)
        };
        json!({"method": "POST", "bulkId": number.to_string(), "path": path, "data": data})
    }

    /// Whether it cannot be made, were all that it refers to there.
    fn fails(&self, number: usize, count: usize) -> bool {
        let is_in_itself = self.is_group && self.references.contains(&number);
        self.is_taken || is_in_itself || self.references.iter().any(|other| *other >= count)
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_needs_a_failure_is_not_made_and_all_else_is_whole(nodes in nodes()) {
        let count = nodes.len();
        let mut fails: Vec<bool> = nodes.iter().enumerate().map(|(number, node)| node.fails(number, count)).collect();
        for _ in 0..count {
            for (number, node) in nodes.iter().enumerate() {
                fails[number] |= node.references.iter().any(|other| fails.get(*other).copied().unwrap_or(true));
            }
        }
        let mut site = site();
        let operations: Vec<Value> = nodes.iter().enumerate().map(|(number, node)| node.operation(number)).collect();
        let results = bulk_until(&mut site, &operations, None);
        prop_assert_eq!(results.len(), count);
        for (number, (result, fails)) in results.iter().zip(&fails).enumerate() {
            prop_assert_eq!(&result["bulkId"], &json!(number.to_string()));
            prop_assert_eq!(result["status"] != "201", *fails, "{}", result);
            prop_assert_eq!(result.get("location").is_none(), *fails);
        }
        let made = |is_group: bool| nodes.iter().zip(&fails).filter(|(node, fails)| node.is_group == is_group && !**fails).count();
        prop_assert_eq!(&site.get("/Users").json()["totalResults"], &json!(2 + made(false)));
        prop_assert_eq!(&site.get("/Groups").json()["totalResults"], &json!(2 + made(true)));
        for (number, node) in nodes.iter().enumerate().filter(|(number, _)| !fails[*number]) {
            let id = id_of(&results[number]);
            let meant: BTreeSet<String> = node.references.iter().map(|other| id_of(&results[*other])).collect();
            let path = if node.is_group { format!("/Groups/{id}") } else { format!("/Users/{id}") };
            let resource = site.get(&path).json();
            prop_assert_eq!(&result_version(&results[number]), &own_version(&resource));
            let found: BTreeSet<String> = if node.is_group {
                site.members(&id).into_iter().collect()
            } else {
                resource[ENTERPRISE]["manager"]["value"].as_str().map(str::to_owned).into_iter().collect()
            };
            prop_assert_eq!(found, meant);
        }
    }
}

/// The tag without what other resources show: those that came later are not in the result's.
fn own_version(resource: &Value) -> String {
    own(resource["meta"]["version"].as_str().unwrap())
}

fn result_version(result: &Value) -> String {
    own(result["version"].as_str().unwrap())
}

fn own(tag: &str) -> String {
    tag.trim_end_matches('"').split('~').next().unwrap().to_owned()
}
