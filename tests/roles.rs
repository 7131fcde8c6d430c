//! Which roles the rules of a site give, and when the store hears of it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::rc::Rc;

use scimpress::exchange::{Answer, Need};
use scimpress::limits;
use scimpress::roles::{RoleRules, Rule, RuleKind, RuleText};
use scimpress::schema::USER;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use support::client::Site;
use support::table;

/// A rule as a table writes it: role, kind, value.
type Written = (String, String, String);

fn rule((role, kind, value): &Written) -> RuleText {
    let kind = RuleKind::WORDS.into_iter().find(|(word, _)| word == kind);
    RuleText {
        role: role.clone(),
        kind: kind.unwrap().1,
        value: value.clone(),
    }
}

fn rules(written: &[(&str, &str, &str)]) -> Rc<RoleRules> {
    let texts: Vec<_> = written
        .iter()
        .map(|(role, kind, value)| rule(&((*role).to_owned(), (*kind).to_owned(), (*value).to_owned())))
        .collect();
    Rc::new(RoleRules::parse(&texts, &USER))
}

fn site(rules: Rc<RoleRules>) -> Site {
    let mut site = Site::default();
    site.roles = rules;
    site
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    rules: Vec<Written>,
    /// Attributes of the user as posted; Ada where it says nothing.
    #[serde(default)]
    user: Map<String, Value>,
    /// Operations of a PATCH that follows.
    operations: Option<Value>,
    /// Groups of the user, each with its name and external id, and the groups around it, nearest first.
    #[serde(default)]
    groups: Vec<Vec<(String, Option<String>)>>,
    /// Roles in their order.
    granted: Option<Vec<String>>,
    /// A part of what the administrator reads of the first rule.
    error: Option<String>,
}

#[test]
fn rules_give_roles_as_the_tables_say() {
    table::check("roles", |case: Case| {
        let texts: Vec<_> = case.rules.iter().map(rule).collect();
        if let Some(error) = case.error {
            let detail = Rule::parse(&texts[0], &USER).unwrap_err().detail;
            assert!(detail.contains(&error), "{detail}");
            assert!(!detail.ends_with('.') && !detail.contains('\n'), "{detail}");
        }
        let Some(granted) = case.granted else { return };
        let mut site = site(Rc::new(RoleRules::parse(&texts, &USER)));
        let mut user = json!({"userName": "ada@example.com", "active": true});
        user.as_object_mut().unwrap().extend(case.user);
        let id = site.create(&user);
        if case.operations.is_none() && case.groups.is_empty() {
            assert_eq!(written(&site), [Some(granted.clone())], "by the POST");
        }
        if let Some(operations) = &case.operations {
            assert_eq!(site.patch(&id, operations).status, 200);
        }
        for chain in &case.groups {
            let mut member = id.clone();
            for (name, external_id) in chain {
                let group =
                    json!({"displayName": name, "externalId": external_id, "members": [{"value": member}]});
                let reply = site.send("POST", "/Groups", &[], Some(&group));
                assert_eq!(reply.status, 201, "{}", reply.text);
                member = reply.json()["id"].as_str().unwrap().to_owned();
            }
        }
        assert_eq!(settled(&mut site, &id), Some(granted.clone()), "by settling");
        site.store.needs.clear();
        site.patch(
            &id,
            &json!([{"op": "add", "path": "nickName", "value": "Countess"}]),
        );
        assert_eq!(written(&site), [Some(granted)], "by a PATCH of something else");
    });
}

/// Roles of each write of a user.
fn written(site: &Site) -> Vec<Option<Vec<String>>> {
    let roles = |need: &Need| match need {
        Need::Create { changes, .. } | Need::Update { changes, .. } => Some(changes.roles.clone()),
        _ => None,
    };
    site.store.needs.iter().filter_map(roles).collect()
}

fn settled(site: &mut Site, id: &str) -> Option<Vec<String>> {
    let position = site.store.row(id).record.position;
    let reply = site.settle(&[position]);
    assert_eq!(reply.status, 204, "{}", reply.text);
    match site.store.needs.last() {
        Some(Need::Settle { users }) => {
            assert_eq!(
                users.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(),
                [id]
            );
            users[0].roles.clone()
        }
        need => panic!("the last need is {need:?}"),
    }
}

fn names(site: &Site) -> Vec<&'static str> {
    site.store.needs.iter().map(Need::name).collect()
}

fn ada() -> Value {
    json!({"userName": "ada@example.com", "title": "Editor"})
}

#[test]
fn site_without_rules_asks_for_nothing_more() {
    let mut site = Site::default();
    let id = site.create(&ada());
    site.create_group("Editors", &[&id]);
    site.store.needs.clear();
    site.patch(
        &id,
        &json!([{"op": "replace", "path": "title", "value": "Author"}]),
    );
    assert_eq!(written(&site), [None]);
    let plain = names(&site);
    site.roles = rules(&[("author", "filter", "title eq \"Editor\"")]);
    site.store.needs.clear();
    site.patch(
        &id,
        &json!([{"op": "replace", "path": "title", "value": "Editor"}]),
    );
    assert_eq!(written(&site), [Some(vec!["author".to_owned()])]);
    assert_eq!(names(&site), plain, "a rule about no group asks for none");
}

#[test]
fn groups_are_asked_for_before_a_write_where_a_rule_looks_at_them() {
    let mut site = site(rules(&[("editor", "group", "Editors")]));
    let id = site.create(&ada());
    assert_eq!(
        names(&site),
        ["create", "memberships"],
        "nobody is in a group before there is an id; the answer shows groups"
    );
    site.create_group("Editors", &[&id]);
    site.store.needs.clear();
    site.send(
        "PATCH",
        &format!("/Users/{id}"),
        &[("excludedAttributes", "groups")],
        Some(&support::client::patch_of(
            &json!([{"op": "replace", "path": "title", "value": "Author"}]),
        )),
    );
    assert_eq!(names(&site), ["select", "memberships", "memberships", "update"]);
    assert_eq!(written(&site), [Some(vec!["editor".to_owned()])]);
}

#[test]
fn update_that_changes_nothing_writes_no_roles() {
    let mut site = site(rules(&[("editor", "filter", "title pr")]));
    let id = site.create(&ada());
    site.store.needs.clear();
    site.patch(
        &id,
        &json!([{"op": "replace", "path": "title", "value": "Editor"}]),
    );
    assert_eq!(site.store.writes(), 0);
}

#[test]
fn what_an_administrator_edited_counts() {
    let mut site = site(rules(&[("editor", "filter", "displayName eq \"Countess\"")]));
    let id = site.create(&ada());
    assert_eq!(settled(&mut site, &id), Some(vec![]));
    site.store.account(&id).display_name = "Countess".to_owned();
    assert_eq!(settled(&mut site, &id), Some(vec!["editor".to_owned()]));
}

#[test]
fn settling_asks_once_for_all() {
    let mut site = site(rules(&[("editor", "group", "Editors")]));
    let ids: Vec<String> = (0..5)
        .map(|number| site.create(&json!({"userName": format!("{number}@example.com")})))
        .collect();
    site.create_group("Editors", &[&ids[1], &ids[3]]);
    site.store.needs.clear();
    let reply = site.settle(&[5, 4, 3, 2, 1, 77]);
    assert_eq!(reply.status, 204);
    assert_eq!(names(&site), ["fetch", "memberships", "memberships", "settle"]);
    let Some(Need::Settle { users }) = site.store.needs.last() else {
        panic!("nobody is settled")
    };
    let granted: Vec<_> = users
        .iter()
        .map(|user| (user.position, user.roles.as_ref().unwrap().len()))
        .collect();
    assert_eq!(granted, [(1, 0), (2, 1), (3, 0), (4, 1), (5, 0)]);
}

#[test]
fn nobody_left_is_nobody_settled() {
    let mut site = Site::default();
    assert_eq!(site.settle(&[1, 2]).status, 204);
    assert_eq!(names(&site), ["fetch"]);
    let id = site.create(&ada());
    assert_eq!(settled(&mut site, &id), None, "no rules say nothing");
    let many: Vec<u64> = (1..).take(limits::MAX_SETTLED + 1).collect();
    assert_eq!(site.settle(&many).status, 500);
}

#[test]
fn damaged_document_keeps_nobody_else_from_being_settled() {
    let mut site = site(rules(&[("editor", "filter", "userName pr")]));
    site.create(&json!({"userName": "1@example.com"}));
    site.create(&json!({"userName": "2@example.com"}));
    site.store.rows[0].record.document = "{".to_owned();
    let reply = site.settle(&[1, 2]);
    assert_eq!(
        (reply.status, reply.notice_codes()),
        (204, vec!["userNotSettled"])
    );
    let Some(Need::Settle { users }) = site.store.needs.last() else {
        panic!("nobody is settled")
    };
    assert_eq!(users.iter().map(|user| user.position).collect::<Vec<_>>(), [2]);
}

#[test]
fn refusal_of_the_store_is_the_answer() {
    let mut site = site(rules(&[("editor", "group", "Editors")]));
    let id = site.create(&ada());
    site.create_group("Editors", &[&id]);
    for need in ["fetch", "memberships", "settle"] {
        site.store.refuse(need, 1, scimpress::exchange::StoreError::Busy);
        assert_eq!(site.settle(&[1]).status, 503, "{need}");
    }
    site.store.interference = Some(Box::new(|need, _| {
        (need.name() == "settle").then_some(Answer::Deleted)
    }));
    assert_eq!(site.settle(&[1]).status, 500);
}

#[test]
fn rule_that_cannot_be_read_any_more_matches_nobody_and_says_so() {
    let mut site = site(rules(&[
        ("editor", "filter", "gone eq \"x\""),
        ("author", "filter", "title pr"),
    ]));
    let reply = site.send("POST", "/Users", &[], Some(&ada()));
    assert_eq!(reply.notice_codes(), ["roleRuleBroken"]);
    assert!(
        reply.notices[0]
            .detail
            .contains("the rule 1 for the role 'editor'"),
        "{:?}",
        reply.notices
    );
    assert_eq!(written(&site), [Some(vec!["author".to_owned()])]);
    let id = reply.json()["id"].as_str().unwrap().to_owned();
    let reply = site.patch(&id, &json!([{"op": "remove", "path": "title"}]));
    assert_eq!(reply.notice_codes(), ["roleRuleBroken"]);
    assert_eq!(site.settle(&[1]).notice_codes(), ["roleRuleBroken"]);
}

#[test]
fn site_whose_only_rule_is_broken_still_has_rules() {
    let mut site = site(rules(&[("editor", "filter", "gone pr")]));
    site.create(&ada());
    assert_eq!(written(&site), [Some(vec![])]);
}

#[test]
fn rules_above_the_limit_match_nobody() {
    let role = |number: usize| {
        let word = format!("role-{number}");
        rule(&(word, "filter".to_owned(), "userName pr".to_owned()))
    };
    let texts: Vec<_> = (0..=limits::MAX_ROLE_RULES).map(role).collect();
    let rules = RoleRules::parse(&texts, &USER);
    assert_eq!(rules.broken().len(), 1);
    let user = json!({"userName": "ada@example.com"});
    let granted = rules.granted(user.as_object().unwrap(), &[]);
    assert_eq!(granted.len(), limits::MAX_ROLE_RULES);
}

#[test]
fn value_of_a_rule_has_a_limit() {
    let of = |length: usize| {
        let written = ("editor".to_owned(), "group".to_owned(), "ä".repeat(length));
        Rule::parse(&rule(&written), &USER)
    };
    assert!(of(limits::MAX_ROLE_RULE_CHARS).is_ok());
    assert!(of(limits::MAX_ROLE_RULE_CHARS + 1).is_err());
}

#[test]
fn only_rules_about_groups_look_at_groups() {
    for (kind, value, looks) in [
        ("group", "Editors", true),
        ("groupExternalId", "e-1", true),
        ("appRole", "Editors", false),
        ("filter", "title pr", false),
        ("filter", "title pr or groups[display eq \"x\"]", true),
        ("filter", "not (groups pr)", true),
    ] {
        assert_eq!(
            rules(&[("editor", kind, value)]).look_at_groups(),
            looks,
            "{kind} {value}"
        );
    }
}
