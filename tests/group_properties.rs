//! What holds for every PATCH of a group: it is done whole, as operation after operation on a plain set, or not at all.
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
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use support::crowd::people;

/// Who may be named: four users, another group, nobody, and the group itself.
const CROWD: usize = 7;
const NOBODY: usize = 5;
const ITSELF: usize = 6;

/// Names of groups; the last one is taken.
const NAMES: [&str; 4] = ["Editors", "Authors", "EDITORS", "Taken"];

#[derive(Clone, Debug)]
enum Step {
    Add(Vec<usize>),
    Remove(Vec<usize>),
    RemoveSelected(Vec<usize>),
    Clear,
    Replace(Vec<usize>),
    Rename(&'static str),
    SetExternalId(Option<String>),
    Both(&'static str, Vec<usize>),
    /// Never done, wherever it stands.
    Bad(&'static str),
}

/// What a group is.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    name: &'static str,
    external_id: Option<String>,
    members: BTreeSet<usize>,
}

fn step() -> impl Strategy<Value = Step> {
    let crowd = || (0..CROWD).collect::<Vec<_>>();
    let several = move || subsequence(crowd(), 1..=3);
    let bad = [
        r#"{"op": "move", "path": "members"}"#,
        r#"{"op": "add", "path": "members[value eq", "value": [{"value": "x"}]}"#,
        r#"{"op": "add", "path": "members", "value": [{"display": "Ada"}]}"#,
        r#"{"op": "add", "path": "members"}"#,
        r#"{"op": "remove", "path": "displayName"}"#,
        r#"{"op": "replace", "path": "displayName", "value": 7}"#,
        r#"{"op": "replace", "path": "id", "value": "other"}"#,
        r#"{"op": "remove"}"#,
    ];
    prop_oneof![
        4 => several().prop_map(Step::Add),
        4 => several().prop_map(Step::Remove),
        2 => several().prop_map(Step::RemoveSelected),
        1 => Just(Step::Clear),
        2 => subsequence(crowd(), 0..=3).prop_map(Step::Replace),
        3 => select(&NAMES[..]).prop_map(Step::Rename),
        2 => option::of("[a-z]{1,3}").prop_map(Step::SetExternalId),
        1 => (select(&NAMES[..]), several()).prop_map(|(name, members)| Step::Both(name, members)),
        1 => select(bad.to_vec()).prop_map(Step::Bad),
    ]
}

impl Step {
    fn operation(&self, ids: &[String]) -> Value {
        let list = |numbers: &[usize]| -> Value {
            let member = |number: &usize| json!({"value": ids[*number]});
            numbers.iter().map(member).collect()
        };
        match self {
            Self::Add(numbers) => json!({"op": "add", "path": "members", "value": list(numbers)}),
            Self::Remove(numbers) => json!({"op": "remove", "path": "members", "value": list(numbers)}),
            Self::RemoveSelected(numbers) => {
                let terms = numbers
                    .iter()
                    .map(|number| format!("value eq \"{}\"", ids[*number]));
                let filter = terms.collect::<Vec<_>>().join(" or ");
                json!({"op": "remove", "path": format!("members[{filter}]")})
            }
            Self::Clear => json!({"op": "remove", "path": "members"}),
            Self::Replace(numbers) => json!({"op": "replace", "path": "members", "value": list(numbers)}),
            Self::Rename(name) => json!({"op": "replace", "path": "displayName", "value": name}),
            Self::SetExternalId(None) => json!({"op": "remove", "path": "externalId"}),
            Self::SetExternalId(Some(id)) => json!({"op": "add", "path": "externalId", "value": id}),
            Self::Both(name, numbers) => {
                json!({"op": "add", "value": {"displayName": name, "members": list(numbers)}})
            }
            Self::Bad(text) => serde_json::from_str(text).unwrap(),
        }
    }

    /// Whether it can be done.
    fn apply(&self, group: &mut Model) -> bool {
        match self {
            Self::Add(numbers) => group.members.extend(numbers),
            Self::Remove(numbers) | Self::RemoveSelected(numbers) => {
                group.members.retain(|member| !numbers.contains(member));
            }
            Self::Clear => group.members.clear(),
            Self::Replace(numbers) => group.members = numbers.iter().copied().collect(),
            Self::Rename(name) => group.name = name,
            Self::SetExternalId(id) => group.external_id.clone_from(id),
            Self::Both(name, numbers) => {
                group.name = name;
                group.members.extend(numbers);
            }
            Self::Bad(_) => return false,
        }
        true
    }
}

impl Model {
    fn is_possible(&self) -> bool {
        let impossible = [NOBODY, ITSELF];
        self.name != "Taken" && !impossible.iter().any(|it| self.members.contains(it))
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1024,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_patch_is_the_model_s_or_nothing(
        before in subsequence((0..NOBODY).collect::<Vec<_>>(), 0..=NOBODY),
        steps in vec(step(), 1..6),
    ) {
        let (mut site, mut ids) = people(4);
        ids.push(site.create_group("Inner", &[]));
        site.create_group("Taken", &[]);
        let members: Vec<&str> = before.iter().map(|number| ids[*number].as_str()).collect();
        let group = site.create_group("Editors", &members);
        ids.push("nobody".to_owned());
        ids.push(group.clone());

        let old = Model { name: "Editors", external_id: None, members: before.into_iter().collect() };
        let mut new = old.clone();
        let possible = steps.iter().all(|step| step.apply(&mut new)) && new.is_possible();

        let (state, tag) = (site.store.state(), site.get(&format!("/Groups/{group}")).header("ETag").unwrap().to_owned());
        let operations: Vec<Value> = steps.iter().map(|step| step.operation(&ids)).collect();
        let reply = site.patch_group(&group, &json!(operations));
        if !possible {
            prop_assert!(matches!(reply.status, 400 | 409), "{}", reply.status);
            prop_assert!(site.store.state() == state, "it failed and changed something");
            return Ok(());
        }
        prop_assert_eq!(reply.status, 204, "{}", reply.text);
        let read = site.get(&format!("/Groups/{group}"));
        let body = read.json();
        let found: Vec<usize> = site
            .members(&group)
            .iter()
            .map(|id| ids.iter().position(|known| known == id).unwrap())
            .collect();
        prop_assert_eq!(found.len(), new.members.len(), "somebody is in twice");
        prop_assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), new.members.clone());
        prop_assert_eq!(body["displayName"].as_str(), Some(new.name));
        prop_assert_eq!(body["externalId"].as_str(), new.external_id.as_deref());
        prop_assert_eq!(read.header("ETag") == Some(tag.as_str()), new == old, "the tag tells a change");
    }
}
