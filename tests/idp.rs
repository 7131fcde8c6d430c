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
use std::fs;

use scimpress::exchange::{Exchange, Request};
use scimpress::token::Token;
use serde::Deserialize;
use serde_json::{Value, json};

use support::answer::assert_well_formed;
use support::client::{BASE, Reply, Site};
use support::table;

const TOKEN: &str = "correct-horse-battery-staple";

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

#[derive(Deserialize)]
struct Sent {
    name: String,
    method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Option<Value>,
    expect_status: u16,
    notes: String,
}

/// Ids captured so far.
struct Captures(HashMap<String, String>);

impl Captures {
    fn fill(&self, text: &str) -> String {
        let mut output = String::new();
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once("{{") {
            let (name, after) = tail.split_once("}}").unwrap();
            output.push_str(before);
            match (name, self.0.get(name)) {
                ("base", _) => {}
                ("token", _) => output.push_str(TOKEN),
                (_, Some(id)) => output.push_str(id),
                (name, None) => panic!("'{name}' was not captured"),
            }
            rest = after;
        }
        output.push_str(rest);
        output
    }
}

#[test]
fn entra_is_answered_as_it_expects() {
    let text = fs::read_to_string(table::folder().join("idp/entra/requests.jsonl")).unwrap();
    let mut site = Site::default();
    let mut captures = Captures(HashMap::new());
    let mut failures = Vec::new();
    let mut count = 0;
    let mut unused: Vec<&str> = TOTALS.iter().map(|(name, _)| *name).collect();
    for line in text.lines() {
        let sent: Sent = serde_json::from_str(line).unwrap();
        count += 1;
        unused.retain(|name| *name != sent.name);
        let failure = table::outcome(|| {
            let reply = answer(&mut site, &captures, &sent);
            assert_eq!(reply.status, sent.expect_status, "{}", reply.text);
            check_total(&sent.name, &reply);
            if let Some(name) = tag(&sent.notes, "[capture=")
                && reply.status == 201
            {
                let id = reply.json()["id"].as_str().unwrap().to_owned();
                captures.0.insert(name.to_owned(), id);
            }
        });
        failures.extend(failure.map(|failure| format!("{}: {failure}", sent.name)));
    }
    assert_eq!(count, 113, "requests");
    assert_eq!(
        unused,
        Vec::<&str>::new(),
        "totals of requests that are not there"
    );
    assert!(
        failures.is_empty(),
        "{} of {count} fail\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    end_state(&mut site, &captures);
}

fn check_total(name: &str, reply: &Reply) {
    let Some((_, total)) = TOTALS.iter().find(|(known, _)| *known == name) else {
        return;
    };
    let body = reply.json();
    assert_eq!(body["totalResults"], json!(total));
    assert_eq!(body["Resources"].as_array().unwrap().len() as u64, *total);
}

/// What the plugin does: the token first, then the engine.
fn answer(site: &mut Site, captures: &Captures, sent: &Sent) -> Reply {
    let own = Token::from_secret(TOKEN.as_bytes()).unwrap().digest();
    let token = sent.headers.get("Authorization");
    let token = token.and_then(|header| Token::parse(captures.fill(header).as_bytes()));
    if token.and_then(|token| token.matches(&[&own])).is_none() {
        let reply = Reply::of(&Exchange::refusal(401, "the token is missing or wrong"));
        assert_well_formed(&reply, &sent.method);
        return reply;
    }
    let path = captures.fill(&sent.path);
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    let content_type = sent.headers.get("Content-Type");
    let body = sent.body.as_ref().map(|body| captures.fill(&body.to_string()));
    site.exchange(Request {
        method: sent.method.clone(),
        path: path.to_owned(),
        query: query
            .split('&')
            .filter(|it| !it.is_empty())
            .map(parameter)
            .collect(),
        headers: content_type
            .map(|it| ("content-type".to_owned(), it.clone()))
            .into_iter()
            .collect(),
        body: body.unwrap_or_default().into_bytes(),
    })
}

/// `application/x-www-form-urlencoded`, as PHP decodes a query (Entra quirk Q-27).
fn parameter(pair: &str) -> (String, Vec<u8>) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    (name.to_owned(), bytes)
}

fn tag<'a>(notes: &'a str, tag: &str) -> Option<&'a str> {
    notes.split_once(tag)?.1.split(']').next()
}

/// Who is there when all of it was sent, and what the requests made of them.
fn end_state(site: &mut Site, captures: &Captures) {
    let id = |name: &str| captures.0[name].clone();
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
