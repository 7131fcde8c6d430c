//! Groups: what each request leaves behind, and what users see of it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use serde_json::json;

use support::client::{BASE, Site, patch_of};
use support::crowd::{change, names, needs_of, people, refs};
use support::diff::assert_json;

#[test]
fn a_group_is_created_with_its_members_and_their_particulars() {
    let (mut site, ids) = people(1);
    let nested = site.create_group("Inner", &[]);
    let body = json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:Group",
            "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group",
        ],
        "id": "mine",
        "externalId": "8aa1",
        "displayName": "Outer",
        "meta": {"resourceType": "Group"},
        "members": [
            {"value": ids[0], "type": "Group", "$ref": "https://elsewhere.example", "display": "Nobody"},
            nested,
            {"value": ids[0]},
        ],
    });
    let reply = site.send("POST", "/Groups", &[], Some(&body));
    assert_eq!(reply.status, 201, "{}", reply.text);
    let id = reply.json()["id"].as_str().unwrap().to_owned();
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "id": id,
        "externalId": "8aa1",
        "displayName": "Outer",
        "members": [
            {"value": ids[0], "$ref": format!("{BASE}/Users/{}", ids[0]), "type": "User", "display": "User 1"},
            {"value": nested, "$ref": format!("{BASE}/Groups/{nested}"), "type": "Group", "display": "Inner"},
        ],
        "meta": {
            "resourceType": "Group",
            "created": "2026-11-22T07:00:03.000Z",
            "lastModified": "2026-11-22T07:00:03.000Z",
            "location": format!("{BASE}/Groups/{id}"),
            "version": reply.header("ETag"),
        },
    });
    assert_json(&reply.json(), &expected);
    let read = site.get(&format!("/Groups/{id}"));
    assert_json(&read.json(), &expected);
    assert_eq!(
        site.send("PUT", &format!("/Groups/{id}"), &[], Some(&read.json()))
            .text,
        read.text,
        "what was read and put back changes nothing, its version included"
    );
}

#[test]
fn a_group_is_renamed_without_its_members() {
    let (mut site, ids) = people(1);
    let group = site.create_group("Editors", &[&ids[0]]);
    let renames = [
        json!({"op": "replace", "path": "displayName", "value": "Authors"}),
        json!({"op": "replace", "value": {"displayName": "Writers"}}),
        json!({"op": "Replace", "value": {"id": group, "displayName": "WRITERS"}}),
    ];
    for (operation, name) in renames.iter().zip(["Authors", "Writers", "WRITERS"]) {
        let needs = needs_of(&mut site, |site| {
            change(site, &group, &json!([operation]));
        });
        assert_eq!(names(&needs), ["select", "update"]);
        let now = site.get(&format!("/Groups/{group}")).json();
        assert_eq!(now["displayName"], name);
        assert_eq!(now["members"][0]["value"], json!(ids[0]));
    }
}

#[test]
fn a_path_less_patch_changes_name_and_members_at_once_or_neither() {
    let (mut site, ids) = people(2);
    let group = site.create_group("Editors", &[&ids[0]]);
    let value = |member: &str| json!({"displayName": "Authors", "externalId": "8aa1", "members": [{"value": member}]});
    let failed = site.patch_group(&group, &json!([{"op": "add", "value": value("nobody")}]));
    assert_eq!(failed.status, 400, "{}", failed.text);
    assert_eq!(
        site.get(&format!("/Groups/{group}")).json()["displayName"],
        "Editors"
    );
    change(
        &mut site,
        &group,
        &json!([{"op": "add", "value": value(&ids[1])}]),
    );
    let now = site.get(&format!("/Groups/{group}")).json();
    assert_eq!(
        (&now["displayName"], &now["externalId"]),
        (&json!("Authors"), &json!("8aa1"))
    );
    assert_eq!(site.members(&group), ids);
}

#[test]
fn a_patch_answers_the_group_when_it_is_asked_to() {
    let (mut site, ids) = people(1);
    let group = site.create_group("Editors", &[]);
    let path = format!("/Groups/{group}");
    let message = patch_of(&json!([{"op": "add", "path": "members", "value": [ids[0]]}]));
    let reply = site.send("PATCH", &path, &[("attributes", "members.value")], Some(&message));
    assert_eq!(reply.status, 200, "RFC 7644 §3.5.2");
    assert_eq!(reply.json()["members"], json!([{"value": ids[0]}]));
    assert_eq!(reply.json().get("displayName"), None);
}

/// A PUT is all there is: members that are passed over would be gone.
#[test]
fn members_below_the_urn_of_their_schema_are_members() {
    const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
    let mut site = Site::default();
    let user = site.create(&json!({"userName": "ada@example.com"}));
    let group = site.create_group("North", &[]);
    let path = format!("/Groups/{group}");
    for body in [
        json!({"displayName": "North", format!("{GROUP}:members"): [{"value": user}]}),
        json!({"displayName": "North", GROUP: {"members": [{"value": user}]}}),
        json!({GROUP: {"displayName": "North", "MEMBERS": [{"value": user}]}}),
    ] {
        let reply = site.send("PUT", &path, &[], Some(&json!({"displayName": "North"})));
        assert!(
            reply
                .json()
                .get("members")
                .is_none_or(|members| members == &json!([]))
        );
        let reply = site.send("PUT", &path, &[], Some(&body));
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.json()["members"][0]["value"], json!(user), "{body}");
    }
    for body in [
        json!({"displayName": "North", format!("{GROUP}:members"): [{"display": "Ada"}]}),
        json!({"displayName": "North", GROUP: {"members": [{"display": "Ada"}]}}),
    ] {
        let reply = site.send("PUT", &path, &[], Some(&body));
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (400, Some("invalidValue")),
            "{body}"
        );
    }
}

#[test]
fn a_name_belongs_to_one_group_whatever_its_case() {
    let mut site = Site::default();
    let first = site.create_group("Straße", &[]);
    let second = site.create_group("Other", &[]);
    let before = site.store.state();
    let rename = patch_of(&json!([{"op": "replace", "path": "displayName", "value": "STRAßE"}]));
    let path = format!("/Groups/{second}");
    for (method, path, body) in [
        ("POST", "/Groups", json!({"displayName": "sTRAßE"})),
        ("PUT", path.as_str(), json!({"displayName": "straße"})),
        ("PATCH", path.as_str(), rename),
    ] {
        let reply = site.send(method, path, &[], Some(&body));
        assert_eq!(
            (reply.status, reply.scim_type().as_deref()),
            (409, Some("uniqueness")),
            "{method}"
        );
        assert!(site.store.state() == before);
    }
    assert_eq!(
        site.send("DELETE", &format!("/Groups/{first}"), &[], None).status,
        204
    );
    site.create_group("straße", &[]);
}

#[test]
fn who_is_deleted_leaves_every_group_and_a_deleted_group_leaves_its_users() {
    let (mut site, ids) = people(2);
    let inner = site.create_group("Inner", &refs(&ids));
    let outer = site.create_group("Outer", &[&inner, &ids[0]]);
    assert_eq!(
        site.send("DELETE", &format!("/Users/{}", ids[0]), &[], None)
            .status,
        204
    );
    assert_eq!(site.members(&inner), ids[1..]);
    assert_eq!(site.members(&outer), std::slice::from_ref(&inner));
    assert_eq!(
        site.send("DELETE", &format!("/Groups/{inner}"), &[], None).status,
        204
    );
    assert_eq!(site.get(&format!("/Groups/{inner}")).status, 404);
    assert_eq!(site.members(&outer), Vec::<String>::new());
    assert_eq!(site.user(&ids[1]).get("groups"), None);
    assert!(site.store.groups.links.is_empty());
}

#[test]
fn a_user_lists_its_groups_direct_and_nested_and_circles_end() {
    let (mut site, ids) = people(2);
    let inner = site.create_group("Inner", &[&ids[0]]);
    let middle = site.create_group("Middle", &[&inner]);
    let outer = site.create_group("Outer", &[&middle, &ids[0]]);
    change(
        &mut site,
        &inner,
        &json!([{"op": "add", "path": "members", "value": [outer]}]),
    );
    let entry = |id: &str, name: &str, kind: &str| json!({"value": id, "$ref": format!("{BASE}/Groups/{id}"), "display": name, "type": kind});
    let expected = json!([
        entry(&inner, "Inner", "direct"),
        entry(&outer, "Outer", "direct"),
        entry(&middle, "Middle", "indirect"),
    ]);
    assert_json(&site.user(&ids[0])["groups"], &expected);
    let list = site.get("/Users").json();
    assert_json(&list["Resources"][0]["groups"], &expected);
    assert_eq!(list["Resources"][1].get("groups"), None, "RFC 7643 §2.5");
    let filter = format!("groups.value eq \"{middle}\"");
    let found = site.send("GET", "/Users", &[("filter", &filter)], None).json();
    assert_eq!(found["totalResults"], 1);
    let direct = [("filter", "groups[type eq \"direct\" and display eq \"middle\"]")];
    assert_eq!(
        site.send("GET", "/Users", &direct, None).json()["totalResults"],
        0
    );
    let body = json!({"userName": "u1", "groups": [{"value": "made-up"}]});
    let reply = site.send("PUT", &format!("/Users/{}", ids[0]), &[], Some(&body));
    assert_eq!(
        reply.status, 200,
        "read-only attributes are passed over: {}",
        reply.text
    );
    assert_json(&reply.json()["groups"], &expected);
}

#[test]
fn filters_on_members_find_what_they_say() {
    let (mut site, ids) = people(3);
    site.create_group("Empty", &[]);
    let inner = site.create_group("Inner", &[&ids[0]]);
    site.create_group("Outer", &[&inner, &ids[1]]);
    for (filter, expected) in [
        (format!("members eq \"{}\"", ids[0]), vec!["Inner"]),
        (format!("not (members eq \"{}\")", ids[0]), vec!["Empty", "Outer"]),
        (
            format!("members eq \"{}\" or members eq \"{}\"", ids[0], ids[1]),
            vec!["Inner", "Outer"],
        ),
        (
            format!("members eq \"{}\" and members eq \"{inner}\"", ids[1]),
            vec!["Outer"],
        ),
        ("members pr".to_owned(), vec!["Inner", "Outer"]),
        ("not (members pr)".to_owned(), vec!["Empty"]),
        ("members[type eq \"Group\"]".to_owned(), vec!["Outer"]),
        ("members.display sw \"user 1\"".to_owned(), vec!["Inner"]),
        (
            format!("members eq \"{}\" and members.type eq \"group\"", ids[1]),
            vec!["Outer"],
        ),
    ] {
        let query = [("filter", filter.as_str()), ("attributes", "displayName")];
        let list = site.send("GET", "/Groups", &query, None).json();
        let found: Vec<&str> = list["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| group["displayName"].as_str().unwrap())
            .collect();
        assert_eq!(found, expected, "{filter}");
    }
}
