//! Members of groups: every way in which clients let them come and go.
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
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

use support::crowd::{change, people, refs};

#[test]
fn members_come_in_every_spelling_of_the_clients() {
    let spellings: [fn(&str) -> Value; 11] = [
        |id| json!({"op": "add", "path": "members", "value": [{"value": id}]}),
        |id| json!({"op": "Add", "path": "members", "value": [{"$ref": null, "value": id}]}),
        |id| json!({"op": "add", "path": "members", "value": {"value": id}}),
        |id| json!({"op": "add", "path": "members", "value": [id]}),
        |id| json!({"op": "add", "path": "members", "value": id}),
        |id| json!({"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:MEMBERS", "value": [{"value": id}]}),
        |id| json!({"op": "add", "value": {"members": [{"value": id}]}}),
        |id| json!({"op": "add", "value": {"urn:ietf:params:scim:schemas:core:2.0:Group:members": [{"value": id}]}}),
        |id| json!({"op": "add", "value": {"urn:ietf:params:scim:schemas:core:2.0:Group": {"members": [{"value": id}]}}}),
        |id| json!({"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:Group", "value": {"members": [{"value": id}]}}),
        |id| json!({"op": "add", "path": "", "value": {"Members": [{"value": id}], "schemas": []}}),
    ];
    for spelling in spellings {
        let (mut site, ids) = people(2);
        let group = site.create_group("Editors", &[&ids[0]]);
        change(&mut site, &group, &json!([spelling(&ids[1])]));
        assert_eq!(site.members(&group), ids, "{}", spelling("x"));
        let document = &site.store.groups.rows[0].record.document;
        assert!(
            !document.contains("members"),
            "members are rows, not text: {document}"
        );
    }
}

#[test]
fn members_go_in_every_spelling_of_the_clients() {
    let spellings: [fn(&str) -> Value; 7] = [
        |id| json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")}),
        |id| json!({"op": "Remove", "path": "members", "value": [{"value": id}]}),
        |id| json!({"op": "Remove", "path": "members", "value": [{"$ref": null, "value": id}]}),
        |id| json!({"op": "remove", "path": "members", "value": {"value": id}}),
        |id| json!({"op": "remove", "path": "members", "value": [id]}),
        |id| json!({"op": "remove", "path": format!("members[value eq \"{id}\" and type eq \"User\"]")}),
        |_| json!({"op": "remove", "path": "members[display eq \"user 2\"]"}),
    ];
    for spelling in spellings {
        let (mut site, ids) = people(3);
        let group = site.create_group("Editors", &refs(&ids));
        change(&mut site, &group, &json!([spelling(&ids[1])]));
        let left = [ids[0].clone(), ids[2].clone()];
        assert_eq!(site.members(&group), left, "{}", spelling("x"));
    }
}

#[test]
fn a_remove_without_a_value_empties_the_group() {
    let (mut site, ids) = people(2);
    let group = site.create_group("Editors", &refs(&ids));
    change(&mut site, &group, &json!([{"op": "remove", "path": "members"}]));
    assert_eq!(site.members(&group), Vec::<String>::new());
}

#[test]
fn a_replace_of_members_means_what_the_setting_says() {
    for (additive, expected, notices) in [(false, 1..2, vec!["membersReplaced"]), (true, 0..2, vec![])] {
        let (mut site, ids) = people(2);
        let group = site.create_group("Editors", &[&ids[0]]);
        site.members_additive = additive;
        let operation = json!([{"op": "replace", "path": "members", "value": [{"value": ids[1]}]}]);
        let reply = change(&mut site, &group, &operation);
        assert_eq!(site.members(&group), ids[expected], "additive: {additive}");
        assert_eq!(reply.notice_codes(), notices);
        assert!(reply.notices.iter().all(|notice| notice.resource == group));
    }
    let (mut site, ids) = people(3);
    let group = site.create_group("Editors", &[&ids[0]]);
    let reply = change(
        &mut site,
        &group,
        &json!([{"op": "replace", "value": {"members": [ids[1], ids[2]]}}]),
    );
    assert_eq!(site.members(&group), ids[1..]);
    assert_eq!(reply.notice_codes(), Vec::<&str>::new(), "a list is what it says");
    change(
        &mut site,
        &group,
        &json!([{"op": "replace", "path": "members", "value": []}]),
    );
    assert_eq!(site.members(&group), Vec::<String>::new());
}

#[test]
fn put_makes_the_list_of_members_whatever_the_setting() {
    for additive in [false, true] {
        let (mut site, ids) = people(3);
        site.members_additive = additive;
        let group = site.create_group("Editors", &[&ids[0], &ids[1]]);
        let path = format!("/Groups/{group}");
        let body = json!({"displayName": "Editors", "members": [{"value": ids[1]}, {"value": ids[2]}]});
        let reply = site.send("PUT", &path, &[], Some(&body));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(site.members(&group), ids[1..]);
        site.send("PUT", &path, &[], Some(&json!({"displayName": "Editors"})));
        assert_eq!(site.members(&group), Vec::<String>::new(), "RFC 7644 §3.5.1");
    }
}

#[test]
fn what_is_so_already_is_no_change() {
    let (mut site, ids) = people(2);
    let group = site.create_group("Editors", &[&ids[0]]);
    let before = site.get(&format!("/Groups/{group}")).text;
    for operation in [
        json!({"op": "add", "path": "members", "value": [{"value": ids[0]}]}),
        json!({"op": "remove", "path": format!("members[value eq \"{}\"]", ids[1])}),
        json!({"op": "remove", "path": "members", "value": [{"value": "nobody"}]}),
        json!({"op": "replace", "path": "displayName", "value": "Editors"}),
        json!({"op": "add", "path": "members", "value": []}),
        json!({"op": "remove", "path": "members", "value": []}),
    ] {
        change(&mut site, &group, &json!([operation]));
        assert_eq!(site.get(&format!("/Groups/{group}")).text, before, "{operation}");
    }
}

#[test]
fn of_several_steps_of_one_member_the_last_counts() {
    let add = |id: &str| json!({"op": "add", "path": "members", "value": [{"value": id}]});
    let remove = |id: &str| json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")});
    let (mut site, ids) = people(2);
    let group = site.create_group("Editors", &[]);
    change(&mut site, &group, &json!([add(&ids[0]), remove(&ids[0])]));
    assert_eq!(site.members(&group), Vec::<String>::new());
    change(
        &mut site,
        &group,
        &json!([remove(&ids[0]), add(&ids[0]), add(&ids[1])]),
    );
    assert_eq!(site.members(&group), ids);
    let all_go = json!({"op": "remove", "path": "members"});
    change(&mut site, &group, &json!([add(&ids[1]), all_go, add(&ids[0])]));
    assert_eq!(site.members(&group), ids[..1]);
}

#[test]
fn a_member_without_an_id_is_refused_in_every_spelling() {
    let nameless = json!([{"display": "User 2"}]);
    let core = "urn:ietf:params:scim:schemas:core:2.0:Group";
    let by_list = json!({"op": "remove", "path": "members[display eq \"User 2\"]"});
    for op in ["add", "replace"] {
        for operation in [
            json!({"op": op, "path": "members", "value": nameless}),
            json!({"op": op, "value": {"members": nameless}}),
            json!({"op": op, "path": core, "value": {"members": nameless}}),
            json!({"op": op, "value": {core: {"Members": nameless}}}),
        ] {
            for operations in [
                json!([operation]),
                json!([operation, by_list]),
                json!([by_list, operation]),
            ] {
                let (mut site, ids) = people(2);
                let group = site.create_group("Editors", &refs(&ids));
                let reply = site.patch_group(&group, &operations);
                assert_eq!(reply.status, 400, "{operations}");
                assert_eq!(reply.scim_type().as_deref(), Some("invalidValue"));
                assert!(
                    reply.detail().contains("a member needs 'value'"),
                    "{}",
                    reply.detail()
                );
                assert_eq!(site.members(&group), ids, "{operations}");
            }
        }
    }
}

/// What one operation does to the members, told apart by their numbers.
#[derive(Clone, Debug)]
enum Step {
    Add(Vec<usize>),
    Remove(Vec<usize>),
    RemoveSelected(usize),
    RemoveByName(usize),
    Clear,
    Replace(Vec<usize>),
}

const CROWD: usize = 5;

fn step() -> impl Strategy<Value = Step> {
    let some = || subsequence((0..CROWD).collect::<Vec<_>>(), 0..=CROWD);
    let several = || subsequence((0..CROWD).collect::<Vec<_>>(), 1..=CROWD);
    prop_oneof![
        4 => some().prop_map(Step::Add),
        4 => several().prop_map(Step::Remove),
        2 => (0..CROWD).prop_map(Step::RemoveSelected),
        1 => (0..CROWD).prop_map(Step::RemoveByName),
        1 => Just(Step::Clear),
        2 => some().prop_map(Step::Replace),
    ]
}

impl Step {
    fn operation(&self, ids: &[String]) -> Value {
        let list = |numbers: &[usize]| -> Value {
            numbers
                .iter()
                .map(|number| json!({"value": ids[*number]}))
                .collect()
        };
        match self {
            Self::Add(numbers) => json!({"op": "add", "path": "members", "value": list(numbers)}),
            Self::Remove(numbers) => json!({"op": "Remove", "path": "members", "value": list(numbers)}),
            Self::RemoveSelected(number) => {
                json!({"op": "remove", "path": format!("members[value eq \"{}\"]", ids[*number])})
            }
            Self::RemoveByName(number) => {
                json!({"op": "remove", "path": format!("members[display eq \"User {}\"]", number + 1)})
            }
            Self::Clear => json!({"op": "remove", "path": "members"}),
            Self::Replace(numbers) => json!({"op": "replace", "value": {"members": list(numbers)}}),
        }
    }

    fn apply(&self, members: &mut BTreeSet<usize>) {
        match self {
            Self::Add(numbers) => members.extend(numbers),
            Self::Remove(numbers) => members.retain(|member| !numbers.contains(member)),
            Self::RemoveSelected(number) | Self::RemoveByName(number) => {
                members.remove(number);
            }
            Self::Clear => members.clear(),
            Self::Replace(numbers) => *members = numbers.iter().copied().collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn members_are_a_set(before in subsequence((0..CROWD).collect::<Vec<_>>(), 0..=CROWD), steps in vec(step(), 1..7), together: bool) {
        // Somebody who has just joined has no display name in the list yet, so a name selects those who were there.
        let by_name = steps.iter().any(|step| matches!(step, Step::RemoveByName(_)));
        let together = together && !by_name;
        let (mut site, ids) = people(CROWD);
        let group = site.create_group("Editors", &before.iter().map(|number| ids[*number].as_str()).collect::<Vec<_>>());
        let operations: Vec<Value> = steps.iter().map(|step| step.operation(&ids)).collect();
        if together {
            change(&mut site, &group, &json!(operations));
        } else {
            for operation in operations {
                change(&mut site, &group, &json!([operation]));
            }
        }
        let mut model: BTreeSet<usize> = before.into_iter().collect();
        for step in &steps {
            step.apply(&mut model);
        }
        let found = site.members(&group);
        let set: BTreeSet<usize> = found.iter().map(|id| ids.iter().position(|known| known == id).unwrap()).collect();
        prop_assert_eq!(found.len(), set.len(), "somebody is in twice");
        prop_assert_eq!(set, model);
    }
}
