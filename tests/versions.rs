//! Entity tags (RFC 7644 §3.14): nobody overwrites what he has not seen.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use serde_json::{Value, json};

use support::client::{Site, patch_of};

/// A site with a user and a group, and their paths.
fn site() -> (Site, [String; 2]) {
    let mut site = Site::default();
    let user = site.create(&json!({"userName": "ada@example.com", "displayName": "Ada King"}));
    let group = site.create_group("Editors", &[&user]);
    (site, [format!("/Users/{user}"), format!("/Groups/{group}")])
}

fn tag(site: &mut Site, path: &str) -> String {
    site.get(path).header("ETag").unwrap().to_owned()
}

/// A tag without what other resources show; all that a 204 has.
fn own(tag: &str) -> String {
    match tag.split_once('~') {
        Some((own, _)) => format!("{own}\""),
        None => tag.to_owned(),
    }
}

/// Every way to change a resource.
fn changes(path: &str) -> [(&'static str, Option<Value>); 3] {
    let whole = if path.starts_with("/Users") {
        json!({"userName": "ada@example.com", "displayName": "Ada L."})
    } else {
        json!({"displayName": "Authors"})
    };
    [
        (
            "PATCH",
            Some(patch_of(
                &json!([{"op": "replace", "path": "displayName", "value": "New"}]),
            )),
        ),
        ("PUT", Some(whole)),
        ("DELETE", None),
    ]
}

#[test]
fn a_tag_changes_with_each_write_and_only_then() {
    let (mut site, paths) = site();
    for path in &paths {
        let first = tag(&mut site, path);
        assert!(first.starts_with("W/\"") && first.ends_with('"'), "{first}");
        assert_eq!(tag(&mut site, path), first);
        let list = site.get(path.rsplit_once('/').unwrap().0).json();
        assert_eq!(list["Resources"][0]["meta"]["version"], json!(first));
        let [(method, body), ..] = changes(path);
        let reply = site.send(method, path, &[], body.as_ref());
        let second = reply.header("ETag").unwrap().to_owned();
        assert_ne!(second, first);
        assert_ne!(own(&second), own(&first));
        assert_eq!(
            own(&tag(&mut site, path)),
            own(&second),
            "the answer to a write has the new tag"
        );
        let again = site.send(method, path, &[], body.as_ref());
        assert_eq!(again.header("ETag"), Some(second.as_str()), "nothing was changed");
    }
}

#[test]
fn members_who_come_and_go_change_the_tag_of_their_group() {
    let (mut site, [user, group]) = site();
    let id = user.rsplit('/').next().unwrap().to_owned();
    let mut last = tag(&mut site, &group);
    for operation in [
        json!({"op": "remove", "path": format!("members[value eq \"{id}\"]")}),
        json!({"op": "add", "path": "members", "value": [id]}),
        json!({"op": "replace", "path": "members", "value": []}),
    ] {
        let reply = site.send("PATCH", &group, &[], Some(&patch_of(&json!([operation]))));
        let now = reply.header("ETag").unwrap().to_owned();
        assert_ne!(now, last, "{operation}");
        assert_eq!(own(&tag(&mut site, &group)), now);
        last = now;
    }
}

#[test]
fn an_administrator_s_edit_changes_the_tag() {
    let (mut site, [path, _]) = site();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let mut seen = vec![tag(&mut site, &path)];
    let edits: [fn(&mut Site, &str); 4] = [
        |site, id| site.store.account(id).last_name = "Lovelace".to_owned(),
        |site, id| site.store.account(id).display_name = "Ada L.".to_owned(),
        |site, id| site.store.account(id).user_email = "ada@example.org".to_owned(),
        |site, _| site.store.rows[0].account().active = false,
    ];
    for edit in edits {
        edit(&mut site, &id);
        let old = seen.last().unwrap().clone();
        let now = tag(&mut site, &path);
        assert!(!seen.contains(&now), "{now} was there before");
        let fresh = site.send_with(("if-none-match", &old), "GET", &path, None);
        assert_eq!(fresh.status, 200);
        for (method, body) in changes(&path) {
            assert_eq!(
                site.send_with(("if-match", &old), method, &path, body.as_ref())
                    .status,
                412
            );
        }
        seen.push(now);
    }
}

#[test]
fn a_read_answers_304_when_the_client_has_it_already() {
    let (mut site, paths) = site();
    for path in &paths {
        let tag = tag(&mut site, path);
        let strong = tag.trim_start_matches("W/").to_owned();
        for (header, status) in [
            (tag.clone(), 304),
            (strong, 304),
            ("*".to_owned(), 304),
            (format!("W/\"0\", {tag} ,\"x\""), 304),
            ("W/\"0\"".to_owned(), 200),
            (format!("{tag}x"), 200),
            (String::new(), 200),
        ] {
            for method in ["GET", "HEAD"] {
                let reply = site.send_with(("if-none-match", &header), method, path, None);
                assert_eq!(reply.status, status, "{method} {header}");
                assert_eq!(reply.header("ETag"), Some(tag.as_str()));
            }
        }
    }
}

#[test]
fn a_write_is_refused_when_the_tag_is_another() {
    for index in [0, 1] {
        for choice in 0..3 {
            let (mut site, paths) = site();
            let path = &paths[index];
            let (method, body) = &changes(path)[choice];
            let tag = tag(&mut site, path);
            let before = site.store.state();
            for header in [
                ("if-match", "W/\"0\""),
                ("if-match", ""),
                ("if-match", "W/\"0\", \"7\""),
                ("if-none-match", tag.as_str()),
                ("if-none-match", "*"),
            ] {
                let reply = site.send_with(header, method, path, body.as_ref());
                assert_eq!(reply.status, 412, "{method} {header:?}: {}", reply.text);
                assert!(site.store.state() == before, "something was changed");
            }
        }
    }
}

#[test]
fn a_write_is_done_when_the_tag_is_its_own() {
    for header in ["{}", "*", "\"0\", {}", "{},W/\"0\""] {
        for index in [0, 1] {
            for choice in 0..3 {
                let (mut site, paths) = site();
                let path = &paths[index];
                let (method, body) = &changes(path)[choice];
                let header = header.replace("{}", &tag(&mut site, path));
                let before = site.store.state();
                let reply = site.send_with(("if-match", &header), method, path, body.as_ref());
                assert!(
                    matches!(reply.status, 200 | 204),
                    "{method} {header}: {}",
                    reply.text
                );
                assert!(site.store.state() != before);
            }
        }
    }
}

#[test]
fn a_resource_that_is_not_there_is_404_whatever_the_tag() {
    let (mut site, _) = site();
    for path in ["/Users/nobody", "/Groups/nothing"] {
        for (method, body) in changes(path) {
            for header in ["if-match", "if-none-match"] {
                let reply = site.send_with((header, "*"), method, path, body.as_ref());
                assert_eq!(reply.status, 404, "{method} {path}: {}", reply.text);
            }
        }
    }
}

#[test]
fn a_write_between_reading_and_writing_is_not_overwritten() {
    for index in [0, 1] {
        for choice in 0..3 {
            let (mut site, paths) = site();
            let path = &paths[index];
            let (method, body) = &changes(path)[choice];
            let tag = tag(&mut site, path);
            site.store.interference = Some(Box::new(|need, store| {
                if matches!(need.name(), "update" | "delete") {
                    store.rows[0].record.version += 1;
                    store.groups.rows[0].record.version += 1;
                }
                None
            }));
            let reply = site.send_with(("if-match", &tag), method, path, body.as_ref());
            assert_eq!(reply.status, 412, "{method} {path}: {}", reply.text);
            site.store.interference = None;
            assert_eq!(
                site.get(path).json()["displayName"],
                json!(["Ada King", "Editors"][index])
            );
        }
    }
}

#[test]
fn one_member_who_joins_under_a_condition_meets_other_changes() {
    let (mut site, [user, group]) = site();
    let id = user.rsplit('/').next().unwrap().to_owned();
    let tag = tag(&mut site, &group);
    let remove = patch_of(&json!([{"op": "remove", "path": format!("members[value eq \"{id}\"]")}]));
    site.store.interference = Some(Box::new(|need, store| {
        if need.name() == "update" {
            store.groups.rows[0].record.version += 1;
        }
        None
    }));
    let reply = site.send_with(("if-match", &tag), "PATCH", &group, Some(&remove));
    assert_eq!(reply.status, 412, "{}", reply.text);
    site.store.interference = None;
    assert_eq!(site.get(&group).json()["members"][0]["value"], json!(id));
}

/// What changes how other resources show in one, without being a write of it.
type Outside = fn(&mut Site, &[&str; 5]);

fn rename(site: &mut Site, group: &str, name: &str) {
    let operations = json!([{"op": "replace", "path": "displayName", "value": name}]);
    assert_eq!(site.patch_group(group, &operations).status, 204);
}

fn set_member(site: &mut Site, group: &str, op: &str, member: &str) {
    let operation = match op {
        "add" => json!({"op": op, "path": "members", "value": [{"value": member}]}),
        _ => json!({"op": op, "path": format!("members[value eq \"{member}\"]")}),
    };
    assert_eq!(site.patch_group(group, &json!([operation])).status, 204);
}

/// Ada in Editors, these in Staff, Bob in none of them, and a group Others.
fn nested() -> (Site, [String; 5]) {
    let mut site = Site::default();
    let ada = site.create(&json!({"userName": "ada@example.com", "displayName": "Ada"}));
    let bob = site.create(&json!({"userName": "bob@example.com", "displayName": "Bob"}));
    let editors = site.create_group("Editors", &[&ada]);
    let staff = site.create_group("Staff", &[&editors]);
    let others = site.create_group("Others", &[]);
    (site, [ada, bob, editors, staff, others])
}

/// Asserts of a resource whose representation these changes concern: a client that asks with its old tag gets the new
/// representation, and yet its write under that tag is done.
fn assert_seen_and_no_obstacle(path: impl Fn(&[&str; 5]) -> String, write: &Value, changes: &[Outside]) {
    for (number, change) in changes.iter().enumerate() {
        let (mut site, ids) = nested();
        let ids = ids.each_ref().map(String::as_str);
        let path = path(&ids);
        let before = site.get(&path);
        let old = before.header("ETag").unwrap();
        change(&mut site, &ids);
        let now = site.send_with(("if-none-match", old), "GET", &path, None);
        assert_eq!(now.status, 200, "change {number}");
        assert_ne!(now.text, before.text, "change {number} is none");
        let tag = now.header("ETag").unwrap();
        assert_ne!(tag, old, "change {number}");
        assert_eq!(
            site.send_with(("if-none-match", tag), "GET", &path, None).status,
            304
        );
        let listed = site.get(path.rsplit_once('/').unwrap().0).json();
        let of_list = listed["Resources"].as_array().unwrap().iter();
        assert!(
            of_list.clone().any(|it| it["meta"]["version"] == tag),
            "the list says the same"
        );
        let done = site.send_with(("if-match", old), "PATCH", &path, Some(write));
        assert!(matches!(done.status, 200 | 204), "change {number}: {}", done.text);
    }
}

#[test]
fn a_user_s_groups_are_part_of_its_tag_and_no_obstacle_to_its_writes() {
    let changes: &[Outside] = &[
        |site, [ada, _, _, _, others]| set_member(site, others, "add", ada),
        |site, [ada, _, editors, ..]| set_member(site, editors, "remove", ada),
        |site, [_, _, editors, ..]| rename(site, editors, "Authors"),
        |site, [_, _, _, staff, _]| rename(site, staff, "Everybody"),
        |site, [_, _, editors, _, others]| set_member(site, others, "add", editors),
        |site, [_, _, editors, staff, _]| set_member(site, staff, "remove", editors),
        |site, [ada, _, _, staff, _]| set_member(site, staff, "add", ada),
        |site, [_, _, editors, ..]| {
            site.send("DELETE", &format!("/Groups/{editors}"), &[], None);
        },
        |site, [_, _, _, staff, _]| {
            site.send("DELETE", &format!("/Groups/{staff}"), &[], None);
        },
    ];
    let write = patch_of(&json!([{"op": "add", "path": "title", "value": "x"}]));
    assert_seen_and_no_obstacle(|[ada, ..]| format!("/Users/{ada}"), &write, changes);
}

#[test]
fn the_names_of_members_are_part_of_their_group_s_tag_and_no_obstacle_to_its_writes() {
    let by_scim: Outside = |site, [ada, ..]| {
        let operations = json!([{"op": "replace", "path": "displayName", "value": "Ada King"}]);
        assert_eq!(site.patch(ada, &operations).status, 200);
    };
    let by_hand: Outside = |site, [ada, ..]| site.store.account(ada).display_name = "Ada King".to_owned();
    let write = patch_of(&json!([{"op": "replace", "path": "displayName", "value": "New"}]));
    assert_seen_and_no_obstacle(
        |[_, _, editors, ..]| format!("/Groups/{editors}"),
        &write,
        &[by_scim, by_hand],
    );
    let group: Outside = |site, [_, _, editors, ..]| rename(site, editors, "Authors");
    assert_seen_and_no_obstacle(|[_, _, _, staff, _]| format!("/Groups/{staff}"), &write, &[group]);
}

#[test]
fn who_belongs_to_a_group_is_its_own_and_an_obstacle_to_its_writes() {
    let changes: [Outside; 3] = [
        |site, [_, bob, editors, ..]| set_member(site, editors, "add", bob),
        |site, [ada, _, editors, ..]| set_member(site, editors, "remove", ada),
        |site, [ada, ..]| {
            site.send("DELETE", &format!("/Users/{ada}"), &[], None);
        },
    ];
    for change in changes {
        let (mut site, ids) = nested();
        let ids = ids.each_ref().map(String::as_str);
        let path = format!("/Groups/{}", ids[2]);
        let old = tag(&mut site, &path);
        change(&mut site, &ids);
        assert_eq!(
            site.send_with(("if-none-match", &old), "GET", &path, None).status,
            200
        );
        for (method, body) in self::changes(&path) {
            let reply = site.send_with(("if-match", &old), method, &path, body.as_ref());
            assert_eq!(reply.status, 412, "{method}: {}", reply.text);
        }
    }
}

#[test]
fn what_is_not_shown_is_not_read_and_not_in_the_tag() {
    let (mut site, [ada, _, editors, _, others]) = nested();
    for (path, exclude) in [
        (format!("/Users/{ada}"), "groups"),
        (format!("/Groups/{editors}"), "members"),
    ] {
        let read = |site: &mut Site| {
            let mut request =
                support::client::request("GET", &path, &[("excludedAttributes", exclude)], None);
            request
                .headers
                .push(("if-none-match".to_owned(), "W/\"1\"".to_owned()));
            site.store.needs.clear();
            let status = site.exchange(request).status;
            let needs: Vec<&str> = site
                .store
                .needs
                .iter()
                .map(scimpress::exchange::Need::name)
                .collect();
            (status, needs.join(" "))
        };
        assert_eq!(read(&mut site), (304, "select".to_owned()));
        set_member(&mut site, &others, "add", &ada);
        if exclude == "members" {
            site.store.account(&ada).display_name = "Ada King".to_owned();
        }
        assert_eq!(read(&mut site), (304, "select".to_owned()));
        let ours = tag(&mut site, &path);
        assert!(ours.starts_with("W/\"1~"), "{ours}");
    }
}

/// Whoever filters by a tag means the one that answers show.
#[test]
fn filters_and_orders_know_the_tag_that_is_shown() {
    let (mut site, _) = nested();
    for path in ["/Users", "/Groups"] {
        let list = site.send("GET", path, &[], None).json();
        let resources = list["Resources"].as_array().unwrap();
        assert!(
            resources
                .iter()
                .any(|it| it["meta"]["version"].as_str().unwrap().contains('~'))
        );
        for resource in resources {
            let version = &resource["meta"]["version"];
            for filter in [
                format!("meta.version eq {version}"),
                format!("meta[version eq {version}]"),
            ] {
                let filter = format!("id eq {} and {filter}", resource["id"]);
                let found = site.send("GET", path, &[("filter", &filter)], None).json();
                assert_eq!(found["totalResults"], json!(1), "{filter}");
            }
        }
        let mut versions: Vec<&str> = resources
            .iter()
            .map(|it| it["meta"]["version"].as_str().unwrap())
            .collect();
        versions.sort_unstable();
        let sorted = site.send("GET", path, &[("sortBy", "meta.version")], None).json();
        let sorted: Vec<&str> = sorted["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["meta"]["version"].as_str().unwrap())
            .collect();
        assert_eq!(sorted, versions, "{path}");
    }
}

#[test]
fn a_condition_costs_no_need_of_its_own() {
    let (mut site, [ada, bob, editors, _, others]) = nested();
    let bob_is_in_no_group = |site: &mut Site| site.store.rows[1].record.in_groups = false;
    bob_is_in_no_group(&mut site);
    for (path, needs) in [
        (format!("/Users/{bob}"), 1),
        (format!("/Users/{ada}"), 4),
        (format!("/Groups/{editors}"), 2),
        (format!("/Groups/{others}"), 2),
    ] {
        let tag = tag(&mut site, &path);
        for (header, status) in [(tag.as_str(), 304), ("W/\"0\"", 200)] {
            site.store.needs.clear();
            let reply = site.send_with(("if-none-match", header), "GET", &path, None);
            assert_eq!((reply.status, site.store.needs.len()), (status, needs), "{path}");
        }
    }
}
