//! Recorded requests (`tests/vectors/idp/`), sent in their order, and what each answer must be.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use scimpress::exchange::{Exchange, Request};
use scimpress::token::Token;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::assert_well_formed;
use super::client::{Reply, Site};
use super::table;

const TOKEN: &str = "correct-horse-battery-staple";

/// Makes names unique where several replays share a site; here there is one.
const RUN: &str = "r1";

/// One recorded request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    pub(crate) name: String,
    pub(crate) method: String,
    path: String,
    headers: HashMap<String, String>,
    body: Option<Value>,
    pub(crate) expect_status: u16,
    pub(crate) notes: String,
    /// The earlier answer whose body is sent, with the members of `body` put over it: a client that reads, changes, writes.
    #[serde(default)]
    echo: Option<String>,
    /// JSON pointer into the answer, `*` for every element of an array => what is there; null: nothing.
    #[serde(default)]
    pub(crate) expect: Map<String, Value>,
    /// The earlier answer that this one repeats, but for the members named by `except`.
    #[serde(default)]
    same_as: Option<String>,
    #[serde(default)]
    except: Vec<String>,
}

impl Sent {
    /// The value of a tag in the notes, such as `capture`.
    pub(crate) fn tag(&self, tag: &str) -> Option<&str> {
        self.notes.split_once(&format!("[{tag}="))?.1.split(']').next()
    }

    /// Whether more than the status of its answer is stated.
    pub(crate) fn is_looked_at(&self) -> bool {
        !self.expect.is_empty() || self.same_as.is_some()
    }
}

/// The requests of a file.
pub(crate) fn requests(file: &Path) -> Vec<Sent> {
    let text = fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// Every file of recorded requests, sorted.
pub(crate) fn files() -> Vec<PathBuf> {
    let list = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let mut files: Vec<PathBuf> = list(&table::folder().join("idp"))
        .iter()
        .flat_map(|client| list(client))
        .collect();
    files.sort();
    files
}

/// A client that has sent part of a recording.
#[derive(Default)]
pub(crate) struct Replay {
    pub(crate) site: Site,
    pub(crate) captures: HashMap<String, String>,
    answers: HashMap<String, Value>,
    secrets: Vec<String>,
}

impl Replay {
    /// Sends one request; fails when its answer is not the one that the recording states.
    pub(crate) fn play(&mut self, sent: &Sent) -> Reply {
        let body = self.body(sent);
        self.secrets.extend(body.iter().flat_map(passwords));
        let reply = self.send(sent, body.as_ref());
        assert_eq!(reply.status, sent.expect_status, "{}", reply.text);
        for secret in &self.secrets {
            assert!(!reply.text.contains(secret), "a password came back");
        }
        if reply.text.is_empty() {
            assert!(
                sent.expect.is_empty() && sent.same_as.is_none(),
                "there is no body to look at"
            );
            return reply;
        }
        let answer = reply.json();
        for (pointer, expected) in &sent.expect {
            let found = at(&answer, pointer);
            assert_eq!(found, unordered(pointer, self.fill_value(expected)), "{pointer}");
        }
        if let Some(earlier) = &sent.same_as {
            let strip = |answer: &Value| {
                let mut answer = answer.as_object().unwrap().clone();
                answer.retain(|name, _| !sent.except.contains(name));
                answer
            };
            assert_eq!(
                strip(&answer),
                strip(&self.answers[earlier]),
                "not as in {earlier}"
            );
        }
        if let (Some(name), 201) = (sent.tag("capture"), reply.status) {
            let id = answer["id"].as_str().unwrap().to_owned();
            self.captures.insert(name.to_owned(), id);
        }
        self.answers.insert(sent.name.clone(), answer);
        reply
    }

    fn body(&self, sent: &Sent) -> Option<Value> {
        let body = sent.body.as_ref().map(|body| self.fill_value(body));
        let Some(earlier) = &sent.echo else {
            return body;
        };
        let mut echo = self.answers[earlier].as_object().unwrap().clone();
        if let Some(Value::Object(changes)) = body {
            echo.extend(changes);
        }
        Some(Value::Object(echo))
    }

    /// What the plugin does: the token first, then the engine.
    fn send(&mut self, sent: &Sent, body: Option<&Value>) -> Reply {
        let own = Token::from_secret(TOKEN.as_bytes()).unwrap().digest();
        let token = sent.headers.get("Authorization");
        let token = token.and_then(|header| Token::parse(self.fill(header).as_bytes()));
        if token.and_then(|token| token.matches(&[&own])).is_none() {
            let reply = Reply::of(&Exchange::refusal(401, "the token is missing or wrong"));
            assert_well_formed(&reply, &sent.method);
            return reply;
        }
        let path = self.fill(&sent.path);
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let headers = sent.headers.iter().filter(|(name, _)| *name != "Authorization");
        self.site.exchange(Request {
            method: sent.method.clone(),
            path: path.to_owned(),
            query: query
                .split('&')
                .filter(|it| !it.is_empty())
                .map(parameter)
                .collect(),
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.clone()))
                .collect(),
            body: body.map(Value::to_string).unwrap_or_default().into_bytes(),
        })
    }

    fn fill_value(&self, value: &Value) -> Value {
        serde_json::from_str(&self.fill(&value.to_string())).unwrap()
    }

    fn fill(&self, text: &str) -> String {
        let mut output = String::new();
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once("{{") {
            let (name, after) = tail.split_once("}}").unwrap();
            output.push_str(before);
            match (name, self.captures.get(name)) {
                ("base", _) => {}
                ("token", _) => output.push_str(TOKEN),
                ("run", _) => output.push_str(RUN),
                (_, Some(id)) => output.push_str(id),
                (name, None) => panic!("'{name}' was not captured"),
            }
            rest = after;
        }
        output.push_str(rest);
        output
    }
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

/// Passwords that a body holds, wherever.
fn passwords(body: &Value) -> Vec<String> {
    match body {
        Value::Array(values) => values.iter().flat_map(passwords).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match value {
                Value::String(text) if name == "password" => vec![text.clone()],
                value => passwords(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// What a pointer names: a value, null for none, or with `*` the values in any order.
fn at(answer: &Value, pointer: &str) -> Value {
    let Some((before, after)) = pointer.split_once("/*") else {
        return answer.pointer(pointer).cloned().unwrap_or_default();
    };
    let elements = answer.pointer(before).and_then(Value::as_array);
    let found = elements.into_iter().flatten().map(|element| at(element, after));
    unordered(pointer, Value::Array(found.collect()))
}

fn unordered(pointer: &str, mut value: Value) -> Value {
    if let (true, Some(values)) = (pointer.contains("/*"), value.as_array_mut()) {
        values.sort_by_key(Value::to_string);
    }
    value
}
