//! A SCIM client and the site it talks to.

use scimpress::exchange::{Config, Exchange, Need, Notice, Request};
use serde_json::{Map, Value};

use super::answer;
use super::store::Memory;

/// Base URL of every test.
pub(crate) const BASE: &str = "https://site.example/wp-json/wpo365/v1";

/// Time of the first request, 2026-11-22T07:00:00Z in milliseconds; each request is a second later.
pub(crate) const START_MS: i64 = 1_795_330_800_000;

/// More needs than any request has: the engine reads at most 100,000 users, 200 at a time.
const MOST_NEEDS: usize = 1_000;

/// A site, its clock and its source of ids.
#[derive(Default)]
pub(crate) struct Site {
    pub(crate) store: Memory,
    /// Largest body in bytes; the engine's own limit when `None`.
    pub(crate) max_body_bytes: Option<usize>,
    requests: u32,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) text: String,
    pub(crate) notices: Vec<Notice>,
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
        self.exchange(request)
    }

    /// Sends a request, and fails when the answer is none that a client can read.
    pub(crate) fn exchange(&mut self, request: Request) -> Reply {
        self.requests += 1;
        let method = request.method.clone();
        let mut config = Config {
            base: BASE.to_owned(),
            now: START_MS + i64::from(self.requests) * 1000,
            new_id: format!("0b5e3c7a-0000-4000-8000-{:012}", self.requests),
            ..Config::default()
        };
        if let Some(limit) = self.max_body_bytes {
            config.max_body_bytes = limit;
        }
        let reply = self.run(Exchange::new(request, config));
        answer::assert_well_formed(&reply, &method);
        reply
    }

    fn run(&mut self, mut exchange: Exchange) -> Reply {
        let mut count = 0;
        while let Some(need) = exchange.next() {
            count += 1;
            assert!(count <= MOST_NEEDS, "the engine never stops asking");
            let again: Option<Need> = exchange.next();
            assert_eq!(
                again.as_ref(),
                Some(&need),
                "asked again, it asks for something else"
            );
            let answer = self.store.perform(&need);
            exchange.resume(answer);
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
        let message = serde_json::json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.send("PATCH", &format!("/Users/{id}"), &[], Some(&message))
    }
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
