//! A SCIM client and the site it talks to.

use std::rc::Rc;

use scimpress::attributes::Rule;
use scimpress::exchange::{Config, Entry, Exchange, Notice, Request};
use scimpress::roles::RoleRules;
use scimpress::schema::{ResourceTypes, declared};
use serde_json::{Map, Value, json};

use super::answer;
use super::store::Memory;

/// Base URL of every test.
pub(crate) const BASE: &str = "https://site.example/wp-json/wpo365/v1";

/// Time of the first request, 2026-11-22T07:00:00Z in milliseconds; each request is a second later.
pub(crate) const START_MS: i64 = 1_795_330_800_000;

/// More needs than any request has: a query reads at most 100,000 users, 200 at a time, and of a thousand operations of a
/// bulk request each has a few.
const MOST_NEEDS: usize = 10_000;

/// A site, its clock and its source of ids.
#[derive(Default)]
pub(crate) struct Site {
    pub(crate) store: Memory,
    /// Largest body in bytes; the engine's own limit when `None`.
    pub(crate) max_body_bytes: Option<usize>,
    /// The setting for clients that replace members by the one who joins.
    pub(crate) members_additive: bool,
    /// The setting for sites where nobody signs in with a password.
    pub(crate) passwords_ignored: bool,
    /// Extensions that the site declares, as JSON text.
    pub(crate) declaration: String,
    /// Attributes that it maps: path and target.
    pub(crate) mappings: Vec<(String, String)>,
    /// Rules that give users roles of the site.
    pub(crate) roles: Rc<RoleRules>,
    requests: u32,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) text: String,
    pub(crate) notices: Vec<Notice>,
    pub(crate) changes: Vec<Entry>,
}

impl Site {
    /// Sends a request with a JSON body, or none.
    pub(crate) fn send(
        &mut self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        self.exchange(request(method, path, query, body))
    }

    /// Sends a request with one more header field.
    pub(crate) fn send_with(
        &mut self,
        header: (&str, &str),
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Reply {
        let mut request = request(method, path, &[], body);
        request.headers.push((header.0.to_owned(), header.1.to_owned()));
        self.exchange(request)
    }

    /// Sends a request, and fails when the answer is none that a client can read.
    pub(crate) fn exchange(&mut self, request: Request) -> Reply {
        let method = request.method.clone();
        let exchange = self.begin(request);
        let reply = self.run(exchange);
        answer::assert_well_formed(&reply, &method);
        reply
    }

    /// A request that is under way; [`Site::step`] carries it on.
    pub(crate) fn begin(&mut self, request: Request) -> Exchange {
        Exchange::new(request, self.config())
    }

    /// Brings users in line with the rules.
    pub(crate) fn settle(&mut self, positions: &[u64]) -> Reply {
        let config = self.config();
        self.run(Exchange::settle(positions.to_vec(), config))
    }

    fn config(&mut self) -> Config {
        self.requests += 1;
        let mut config = Config {
            base: BASE.to_owned(),
            now: START_MS + i64::from(self.requests) * 1000,
            new_id: format!("0b5e3c7a-0000-4000-8000-{:012}", self.requests),
            members_additive: self.members_additive,
            passwords_ignored: self.passwords_ignored,
            types: self.types(),
            mappings: self.mappings.iter().map(rule).collect(),
            roles: Rc::clone(&self.roles),
            journal: true,
            ..Config::default()
        };
        if let Some(limit) = self.max_body_bytes {
            config.max_body_bytes = limit;
        }
        config
    }

    /// The resource types, with what the site declares.
    pub(crate) fn types(&self) -> &'static ResourceTypes {
        declared::resource_types(&self.declaration).unwrap()
    }

    /// Does the next thing that a request needs; false when there is none.
    pub(crate) fn step(&mut self, exchange: &mut Exchange) -> bool {
        let Some(need) = exchange.next().cloned() else {
            return false;
        };
        assert_eq!(
            exchange.next(),
            Some(&need),
            "asked again, it asks for something else"
        );
        let answer = self.store.perform(&need);
        exchange.resume(answer);
        true
    }

    fn run(&mut self, mut exchange: Exchange) -> Reply {
        let mut count = 0;
        while self.step(&mut exchange) {
            count += 1;
            assert!(count <= MOST_NEEDS, "the engine never stops asking");
        }
        Reply::of(&exchange)
    }

    pub(crate) fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, &[], None)
    }

    /// Creates a user and answers its id.
    pub(crate) fn create(&mut self, user: &Value) -> String {
        let reply = self.send("POST", "/Users", &[], Some(user));
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// The user without what the server assigns: `schemas`, `id` and `meta`.
    pub(crate) fn user(&mut self, id: &str) -> Map<String, Value> {
        let reply = self.get(&format!("/Users/{id}"));
        assert_eq!(reply.status, 200, "{}", reply.text);
        bare(reply.json())
    }

    /// Sends operations to a user.
    pub(crate) fn patch(&mut self, id: &str, operations: &Value) -> Reply {
        self.send("PATCH", &format!("/Users/{id}"), &[], Some(&patch_of(operations)))
    }

    /// Creates a group and answers its id.
    pub(crate) fn create_group(&mut self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        let group = json!({"displayName": name, "members": members});
        let reply = self.send("POST", "/Groups", &[], Some(&group));
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// Sends operations to a group.
    pub(crate) fn patch_group(&mut self, id: &str, operations: &Value) -> Reply {
        self.send(
            "PATCH",
            &format!("/Groups/{id}"),
            &[],
            Some(&patch_of(operations)),
        )
    }

    /// The ids of a group's members, as an answer lists them.
    pub(crate) fn members(&mut self, id: &str) -> Vec<String> {
        let reply = self.get(&format!("/Groups/{id}"));
        assert_eq!(reply.status, 200, "{}", reply.text);
        let group = reply.json();
        let members = group["members"].as_array().map_or(&[][..], Vec::as_slice);
        members
            .iter()
            .map(|member| member["value"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn rule((path, target): &(String, String)) -> Rule {
    Rule {
        path: path.clone(),
        target: target.clone(),
    }
}

/// A request with a JSON body, or none.
pub(crate) fn request(method: &str, path: &str, query: &[(&str, &str)], body: Option<&Value>) -> Request {
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect(),
        ..Request::default()
    };
    if let Some(body) = body {
        let media_type = "application/scim+json; charset=utf-8";
        request.headers = vec![("content-type".to_owned(), media_type.to_owned())];
        request.body = body.to_string().into_bytes();
    }
    request
}

/// The message of a PATCH.
pub(crate) fn patch_of(operations: &Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
}

impl Reply {
    /// What a finished exchange answers.
    pub(crate) fn of(exchange: &Exchange) -> Self {
        let response = exchange.response();
        Self {
            status: response.status,
            headers: response.headers.clone(),
            text: response.body.clone(),
            notices: response.notices.clone(),
            changes: exchange.changes(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| *key == name);
        let value = found.next()?;
        assert!(found.next().is_none(), "{name} appears twice");
        Some(&value.1)
    }

    /// `scimType` of an error, or nothing.
    pub(crate) fn scim_type(&self) -> Option<String> {
        self.json().get("scimType")?.as_str().map(str::to_owned)
    }

    /// `detail` of an error, or nothing.
    pub(crate) fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn notice_codes(&self) -> Vec<&'static str> {
        self.notices.iter().map(|notice| notice.code).collect()
    }
}

/// A representation without what the server assigns.
pub(crate) fn bare(representation: Value) -> Map<String, Value> {
    let Value::Object(mut user) = representation else {
        panic!("not an object: {representation}");
    };
    for name in ["schemas", "id", "meta"] {
        assert!(user.shift_remove(name).is_some(), "no '{name}'");
    }
    user
}
