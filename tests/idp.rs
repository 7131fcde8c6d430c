//! Requests that identity providers send, in their order, through the engine: `tests/vectors/idp/`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use std::collections::{HashMap, HashSet};

use serde_json::json;

use support::client::{BASE, Reply, Site};
use support::recorded::{self, Replay, Sent};
use support::table;

/// `totalResults` where the notes state it.
const TOTALS: [(&str, u64); 22] = [
    ("entra.probe.users.username-guid", 0),
    ("entra.probe.users.externalid-guid", 0),
    ("entra.probe.users.email-guid", 0),
    ("entra.probe.users.percent20", 0),
    ("entra.probe.users.flag-in-query", 0),
    ("entra.probe.users.unquoted", 0),
    ("entra.probe.groups.displayname-guid", 0),
    ("entra.probe.groups.externalid-guid", 0),
    ("entra.user.match.username.absent", 0),
    ("entra.user.match.username.present", 1),
    ("entra.user.match.username.case", 1),
    ("entra.user.match.externalid", 1),
    ("entra.user.match.email", 1),
    ("entra.user.refcheck.manager", 1),
    ("entra.user.read.disabled", 1),
    ("entra.group.match.displayname.absent", 0),
    ("entra.group.match.displayname.present", 1),
    ("entra.group.match.displayname.case", 1),
    ("entra.group.match.externalid", 1),
    ("entra.legacy.group.refcheck", 1),
    ("entra.groups.page1", 3),
    ("entra.user.delete.filter", 0),
];

/// Who is left in the group of editors.
const EDITORS: [&str; 4] = ["mira", "rama", "olga", "authors"];

#[test]
fn entra_is_answered_as_it_expects() {
    let mut unused: Vec<&str> = TOTALS.iter().map(|(name, _)| *name).collect();
    let requests = recorded::requests(&table::folder().join("idp/entra/requests.jsonl"));
    assert_eq!(requests.len(), 113, "requests");
    let mut replay = Replay::default();
    let check = |sent: &Sent, reply: &Reply| {
        unused.retain(|name| *name != sent.name);
        check_total(&sent.name, reply);
    };
    let failures = failures(&mut replay, &requests, check);
    assert!(failures.is_empty(), "{failures}");
    assert_eq!(
        unused,
        Vec::<&str>::new(),
        "totals of requests that are not there"
    );
    let captures = replay.captures;
    end_state(&mut replay.site, &captures);
}

#[test]
fn every_other_client_is_answered_as_it_expects() {
    let files = recorded::files();
    let others = files
        .iter()
        .filter(|file| !file.ends_with("entra/requests.jsonl"));
    let failures: String = others
        .map(|file| {
            let failures = failures(&mut Replay::default(), &recorded::requests(file), |_, _| {});
            match failures.as_str() {
                "" => failures,
                _ => format!("{}\n{failures}", file.display()),
            }
        })
        .collect();
    assert!(failures.is_empty(), "{failures}");
}

/// Which client it is, and how its shape is known, must stand beside each request; what is guessed must not pass for a fact.
#[test]
fn every_request_of_another_client_names_its_evidence() {
    for file in recorded::files() {
        let folder = file.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let mut names = HashSet::new();
        for sent in recorded::requests(&file) {
            let name = &sent.name;
            assert!(names.insert(name.clone()), "{name} is there twice");
            if folder == "entra" {
                continue;
            }
            let client = sent.tag("client").unwrap_or_default();
            let stem = file.file_stem().unwrap().to_str().unwrap();
            assert_eq!(client, if folder == "others" { stem } else { folder }, "{name}");
            let evidence = sent.tag("evidence").unwrap_or_default();
            let known = ["documented", "source", "field", "inferred"];
            assert!(known.contains(&evidence), "{name} has the evidence '{evidence}'");
            let looked_at = !matches!(sent.expect_status, 200 | 201) || sent.is_looked_at();
            assert!(looked_at, "nothing is said of the answer to {name}");
        }
    }
}

/// Sends requests in their order and says which of them were not answered as stated; nothing when all were.
fn failures(replay: &mut Replay, requests: &[Sent], mut check: impl FnMut(&Sent, &Reply)) -> String {
    let failed = |sent: &Sent| {
        let failure = table::outcome(|| {
            let answer = replay.play(sent);
            check(sent, &answer);
        });
        failure.map(|failure| format!("{}: {failure}\n\n", sent.name))
    };
    requests.iter().filter_map(failed).collect()
}

fn check_total(name: &str, reply: &Reply) {
    let Some((_, total)) = TOTALS.iter().find(|(known, _)| *known == name) else {
        return;
    };
    let body = reply.json();
    assert_eq!(body["totalResults"], json!(total));
    assert_eq!(body["Resources"].as_array().unwrap().len() as u64, *total);
}

/// Who is there when all of it was sent, and what the requests made of them.
fn end_state(site: &mut Site, captures: &HashMap<String, String>) {
    let id = |name: &str| captures[name].clone();
    let mira = site.user(&id("mira"));
    assert_eq!(mira["active"], json!(false));
    assert_eq!(mira["nickName"], "Mimi");
    assert_eq!(mira["name"]["familyName"], "Halvorsen-Lie");
    assert_eq!(mira["emails"][0]["value"], "mira.h@corp.example.com");
    assert_eq!(
        mira.get("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"),
        None
    );

    let service = site.user(&id("svc"));
    assert_eq!(
        service["addresses"],
        json!([{"type": "work", "locality": "Oslo", "country": "Norway"}]),
        "Entra quirk Q-08"
    );
    let kei = site.user(&id("kei"));
    assert_eq!(
        kei["emails"],
        json!([{"type": "work", "primary": true, "value": "kei.sato@corp.example.com"}])
    );
    assert_eq!(kei["roles"].as_array().unwrap().len(), 2);
    assert_eq!(kei["roles"][1]["value"], "author");

    let leo = site.user(&id("leo"));
    assert_eq!(leo["title"], "Buyer");
    assert_eq!(leo["roles"], json!([{"primary": true, "value": "contributor"}]));
    assert_eq!(
        leo["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        json!({"department": "Wholesale"})
    );

    let petra = site.user(&id("petra"));
    assert_eq!(petra["userName"], "petra.lind-berg@corp.example.com");
    assert_eq!(petra["active"], json!(false));
    assert_eq!(
        petra["name"],
        json!({"formatted": "Petra Lind", "familyName": "Lind", "givenName": "Petra"})
    );
    assert_eq!(
        petra["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        json!({"department": "Support", "employeeNumber": "200101", "division": "EMEA"})
    );
    assert_eq!(
        petra["urn:ietf:params:scim:schemas:extension:ContosoHR:2.0:User"],
        json!({"badgeNumber": "B-31000", "costGroup": "R&D"})
    );
    assert_eq!(petra["roles"][0]["value"], "author");

    let location = site.get(&format!("/Users/{}", id("tomas"))).json()["meta"]["location"].clone();
    assert_eq!(location, json!(format!("{BASE}/Users/{}", id("tomas"))));

    let editors = site.get(&format!("/Groups/{}", id("editors"))).json();
    assert_eq!(editors["displayName"], "WP Editors");
    assert_eq!(editors["externalId"], "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900160");
    assert_eq!(
        editors["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:Group"]),
        "Microsoft's own group schema is not echoed"
    );
    let members: HashSet<String> = site.members(&id("editors")).into_iter().collect();
    let expected = EDITORS.map(id);
    assert_eq!(members, HashSet::from(expected));
    assert_eq!(site.members(&id("authors")), Vec::<String>::new());
}
