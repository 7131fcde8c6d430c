//! Groups of any size, and many clients at once: what is asked of the store, and that nothing is lost.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::exchange::{Exchange, Need};
use serde_json::json;

use support::client::{Reply, Site, patch_of, request};
use support::crowd::{change, crowd, names, needs_of, people, refs};

#[test]
fn groups_of_users_are_asked_for_only_when_they_are_shown() {
    let (mut site, ids) = people(3);
    site.create_group("Editors", &refs(&ids));
    let path = format!("/Users/{}", ids[0]);
    for (path, query, expected) in [
        (
            path.as_str(),
            &[][..],
            vec!["select", "memberships", "memberships"],
        ),
        (&path, &[("excludedAttributes", "groups")], vec!["select"]),
        (&path, &[("attributes", "userName")], vec!["select"]),
        (
            &path,
            &[("attributes", "groups.value")],
            vec!["select", "memberships", "memberships"],
        ),
        ("/Users", &[], vec!["page", "memberships", "memberships"]),
        ("/Users", &[("attributes", "userName")], vec!["page"]),
    ] {
        let needs = needs_of(&mut site, |site| {
            assert_eq!(site.send("GET", path, query, None).status, 200);
        });
        assert_eq!(names(&needs), expected, "{path} {query:?}");
    }
}

#[test]
fn members_are_not_asked_for_when_nobody_sees_them() {
    let (mut site, ids) = people(2);
    let group = site.create_group("Editors", &refs(&ids));
    let path = format!("/Groups/{group}");
    let without = ("excludedAttributes", "members");
    for (path, query) in [
        (path.as_str(), vec![without]),
        (&path, vec![("attributes", "displayName")]),
        ("/Groups", vec![without]),
        ("/Groups", vec![without, ("filter", "displayName eq \"editors\"")]),
        ("/Groups", vec![without, ("filter", "externalId eq \"8aa1\"")]),
        ("/Groups", vec![without, ("sortBy", "displayName")]),
    ] {
        let needs = needs_of(&mut site, |site| {
            let reply = site.send("GET", path, &query, None);
            assert_eq!(reply.status, 200, "{}", reply.text);
            assert!(!reply.text.contains("members"), "{}", reply.text);
        });
        assert!(!names(&needs).contains(&"members"), "{query:?} asks for members");
    }
}

#[test]
fn whether_somebody_is_a_member_is_asked_about_nobody_else() {
    let (mut site, ids) = people(3);
    let group = site.create_group(
        "Editors",
        &ids[..2].iter().map(String::as_str).collect::<Vec<_>>(),
    );
    for (member, total) in [(&ids[0], 1), (&ids[2], 0)] {
        for spelling in ["members eq", "members.value eq", "members[value eq"] {
            let end = if spelling.contains('[') { "]" } else { "" };
            let mut ask = |filter: &str| {
                needs_of(&mut site, |site| {
                    let query = [("attributes", "id"), ("filter", filter)];
                    let list = site.send("GET", "/Groups", &query, None).json();
                    assert_eq!(list["totalResults"], total, "{filter}");
                })
            };
            let filter = format!("id eq \"{group}\" and {spelling} \"{member}\"{end}");
            assert_eq!(names(&ask(&filter)), ["select"], "the store knows: {filter}");

            let filter = format!("{filter} and (meta.location pr or not ({spelling} \"x\"{end}))");
            let needs = ask(&filter);
            assert_eq!(names(&needs)[0], "select", "{filter}");
            for need in &needs[1..] {
                let Need::Members { only, .. } = need else {
                    panic!("{needs:?}");
                };
                assert_eq!(only.as_deref(), Some(&[member.clone(), "x".to_owned()][..]));
            }
            assert_eq!(needs.len(), 1 + total, "{filter}");
        }
    }
}

#[test]
fn one_member_costs_the_same_whatever_the_size_of_the_group() {
    for size in [1, 300, 6_000] {
        let (mut site, ids) = crowd(size + 1);
        let group = site.create_group("Everybody", &refs(&ids[..size]));
        let last = &ids[size];
        for operation in [
            json!({"op": "add", "path": "members", "value": [{"value": last}]}),
            json!({"op": "remove", "path": format!("members[value eq \"{last}\"]")}),
            json!({"op": "remove", "path": "members", "value": [{"value": last}]}),
        ] {
            let needs = needs_of(&mut site, |site| {
                change(site, &group, &json!([operation]));
            });
            assert_eq!(names(&needs), ["select", "update"], "{size} members");
            let Some(Need::UpdateGroup { version, changes, .. }) = needs.last() else {
                panic!("{needs:?}");
            };
            assert_eq!(*version, None, "no earlier state, so nobody is in the way");
            assert_eq!(changes.attributes, None);
            assert_eq!(changes.members.add.len() + changes.members.remove.len(), 1);
            assert!(!changes.members.clear);
        }
        assert_eq!(site.members(&group).len(), size, "read page by page");
    }
}

/// Carries the requests on in turns until all are over.
fn alternate(site: &mut Site, exchanges: &mut [Exchange]) -> Vec<Reply> {
    let mut steps = 0;
    loop {
        let mut going = false;
        for exchange in &mut *exchanges {
            going |= site.step(exchange);
        }
        steps += 1;
        assert!(steps < 1_000, "they never end");
        if !going {
            return exchanges.iter().map(Reply::of).collect();
        }
    }
}

#[test]
fn changes_at_once_lose_nothing() {
    let (mut site, ids) = people(8);
    let group = site.create_group("Editors", &[&ids[0], &ids[1]]);
    let path = format!("/Groups/{group}");
    let operations = [
        json!([{"op": "add", "path": "members", "value": [{"value": ids[2]}]}]),
        json!([{"op": "add", "path": "members", "value": [{"value": ids[3]}]}]),
        json!([{"op": "remove", "path": format!("members[value eq \"{}\"]", ids[0])}]),
        json!([{"op": "replace", "path": "displayName", "value": "Authors"}]),
        json!([{"op": "replace", "path": "externalId", "value": "8aa1"}]),
        json!([{"op": "remove", "path": "members[display eq \"User 2\"]"}]),
        json!([{"op": "add", "value": {"members": [ids[4], ids[5]], "externalId": "8aa1"}}]),
        json!([{"op": "add", "path": "members", "value": [{"value": ids[6]}]}, {"op": "add", "path": "members", "value": [{"value": ids[7]}]}]),
    ];
    let mut exchanges: Vec<Exchange> = operations
        .iter()
        .map(|operations| site.begin(request("PATCH", &path, &[], Some(&patch_of(operations)))))
        .collect();
    for reply in alternate(&mut site, &mut exchanges) {
        assert_eq!(reply.status, 204, "{}", reply.text);
    }
    let now = site.get(&path).json();
    assert_eq!(
        (&now["displayName"], &now["externalId"]),
        (&json!("Authors"), &json!("8aa1"))
    );
    let mut members = site.members(&group);
    members.sort();
    assert_eq!(members, ids[2..], "ids are given in ascending order");
}

#[test]
fn of_two_groups_of_one_name_at_once_one_is_made() {
    let mut site = Site::default();
    let body = json!({"displayName": "Editors"});
    let mut exchanges = [
        site.begin(request("POST", "/Groups", &[], Some(&body))),
        site.begin(request("POST", "/Groups", &[], Some(&body))),
    ];
    let statuses: Vec<u16> = alternate(&mut site, &mut exchanges)
        .iter()
        .map(|reply| reply.status)
        .collect();
    assert_eq!(statuses, [201, 409]);
}

#[test]
fn a_member_who_is_deleted_at_the_same_time_is_no_member() {
    let (mut site, ids) = people(1);
    let group = site.create_group("Editors", &[]);
    let message = patch_of(&json!([{"op": "add", "path": "members", "value": [ids[0]]}]));
    let mut exchange = site.begin(request("PATCH", &format!("/Groups/{group}"), &[], Some(&message)));
    assert!(site.step(&mut exchange));
    assert_eq!(
        site.send("DELETE", &format!("/Users/{}", ids[0]), &[], None)
            .status,
        204
    );
    while site.step(&mut exchange) {}
    assert_eq!(Reply::of(&exchange).status, 400);
    assert_eq!(site.members(&group), Vec::<String>::new());
}
