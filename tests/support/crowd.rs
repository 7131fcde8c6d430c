//! Many users, and groups of them.

use scimpress::exchange::Need;
use serde_json::{Value, json};

use super::client::{Reply, Site};

/// A site with so many users, and their ids.
pub(crate) fn people(count: usize) -> (Site, Vec<String>) {
    let mut site = Site::default();
    let ids = (1..=count)
        .map(|number| {
            site.create(&json!({"userName": format!("u{number}"), "displayName": format!("User {number}")}))
        })
        .collect();
    (site, ids)
}

/// As [`people`], put straight into the store.
pub(crate) fn crowd(count: usize) -> (Site, Vec<String>) {
    let (mut site, mut ids) = people(1);
    for number in 2..=count {
        let mut row = site.store.rows[0].clone();
        row.record.id = format!("member-{number}");
        row.record.position = number as u64;
        row.keys.user_name = format!("u{number}");
        ids.push(row.record.id.clone());
        site.store.rows.push(row);
    }
    (site, ids)
}

pub(crate) fn refs(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

/// Sends operations to a group, and fails unless they are done without an answer's body.
pub(crate) fn change(site: &mut Site, group: &str, operations: &Value) -> Reply {
    let reply = site.patch_group(group, operations);
    assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{operations}");
    reply
}

/// The needs of the last request, by name.
pub(crate) fn needs_of(site: &mut Site, send: impl FnOnce(&mut Site)) -> Vec<Need> {
    let before = site.store.needs.len();
    send(site);
    site.store.needs[before..].to_vec()
}

pub(crate) fn names(needs: &[Need]) -> Vec<&'static str> {
    needs.iter().map(Need::name).collect()
}

/// Users, each with a userName of its own.
pub(crate) fn site_of(users: &[Value]) -> Site {
    let mut site = Site::default();
    for (number, user) in users.iter().enumerate() {
        let mut user = user.clone();
        user["userName"] = json!(format!("{}{number}", user["userName"].as_str().unwrap()));
        user.as_object_mut()
            .unwrap()
            .shift_remove("urn:ietf:params:scim:schemas:extension:wpo365:2.0:User");
        // Two accounts cannot share an address.
        for (index, email) in user["emails"].as_array_mut().into_iter().flatten().enumerate() {
            email["value"] = json!(format!("{number}.{index}.{}", email["value"].as_str().unwrap()));
        }
        if user["emails"].is_null() {
            user.as_object_mut().unwrap().shift_remove("emails");
        }
        site.create(&user);
    }
    site
}

/// The names of the resources of a list.
pub(crate) fn listed(list: &Value) -> Vec<String> {
    let named = |resource: &Value| {
        let name = resource.get("userName").or(resource.get("displayName"));
        name.unwrap().as_str().unwrap().to_owned()
    };
    list["Resources"].as_array().unwrap().iter().map(named).collect()
}
