//! The engine's side of the benchmark.

#[path = "../../rivals/src/harness.rs"]
mod harness;

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;

use harness::{Row, read, serve, summary, texts};
use scimpress::datetime;
use scimpress::exchange::{AccountState, Answer, Config, Exchange, Need, Record, Request};
use scimpress::filter::Filter;
use scimpress::json;
use scimpress::mapping::Account;
use scimpress::patch::PatchRequest;
use scimpress::resource::{Resource, normalise, password, user, values};
use scimpress::schema::USER;
use serde_json::{Value, json};

type Failure = Box<dyn Error>;

const BASE: &str = "https://example.com/wp-json/wpo365/v1";

fn main() -> Result<(), Failure> {
    let representations: Vec<Value> = serde_json::from_value(read("users")?)?;
    let users: Vec<Resource> = representations
        .iter()
        .map(|user| {
            normalise::representation(user.as_object().ok_or("a user is no object")?.clone(), &USER)
                .map_err(Into::into)
        })
        .collect::<Result<_, Failure>>()?;
    let users: &'static [Resource] = users.leak();
    let filters = read("match")?;
    let mut rows = BTreeMap::from([
        ("parse-simple", parses(texts("simple")?)),
        ("parse-complex", parses(texts("complex")?)),
        ("patch", patches(users, texts("patches")?)),
        ("post", posts(texts("posts")?)),
        ("post-any", posts(texts("posts-any")?)),
        ("list", list(&representations)?),
    ]);
    for (row, name) in [
        ("match-simple", "simple"),
        ("match-complex", "complex"),
        ("match-schema", "schema"),
    ] {
        let filter = Filter::parse(filters[name].as_str().ok_or("no filter")?, &USER)?;
        let again = filter.clone();
        rows.insert(
            row,
            Row {
                work: Box::new(move || {
                    black_box(users.iter().filter(|user| filter.matches(user)).count());
                }),
                check: Box::new(move || Ok(summary(users.iter().map(|user| again.matches(user))))),
            },
        );
    }
    serve(&rows)
}

fn parses(filters: Vec<String>) -> Row {
    let again = filters.clone();
    Row {
        work: Box::new(move || {
            for text in &filters {
                drop(black_box(Filter::parse(black_box(text), &USER)));
            }
        }),
        check: Box::new(move || {
            for text in &again {
                Filter::parse(text, &USER)?;
            }
            Ok(json!(again.len()))
        }),
    }
}

fn patches(users: &'static [Resource], bodies: Vec<String>) -> Row {
    fn patch(user: &Resource, body: &str) -> Result<Resource, Failure> {
        let request = PatchRequest::parse(&json::object(body.as_bytes())?)?;
        Ok(request.apply(user, &USER)?.resource)
    }
    let again = bodies.clone();
    Row {
        work: Box::new(move || {
            for (user, body) in users.iter().zip(&bodies) {
                drop(black_box(patch(user, black_box(body))));
            }
        }),
        check: Box::new(move || {
            let patched: Result<Vec<Resource>, Failure> = users
                .iter()
                .zip(&again)
                .map(|(user, body)| patch(user, body))
                .collect();
            Ok(json!(patched?))
        }),
    }
}

fn posts(bodies: Vec<String>) -> Row {
    fn post(body: &str) -> Result<Resource, Failure> {
        let mut user = normalise::resource(json::object(body.as_bytes())?, &USER)?;
        drop(password::take(&mut user));
        values::merge_equal(&mut user, &USER);
        user::check(&user)?;
        Ok(user)
    }
    let again = bodies.clone();
    Row {
        work: Box::new(move || {
            for body in &bodies {
                drop(black_box(post(black_box(body))));
            }
        }),
        check: Box::new(move || {
            let users: Result<Vec<Resource>, Failure> = again.iter().map(|body| post(body)).collect();
            Ok(json!(users?))
        }),
    }
}

/// The whole of `GET /Users?count=200`: records as the plugin's store hands them over, bytes as they are sent.
fn list(representations: &[Value]) -> Result<Row, Failure> {
    let records: Vec<Record> = representations
        .iter()
        .take(200)
        .enumerate()
        .map(|(index, user)| record(index, user))
        .collect::<Result<_, _>>()?;
    let answer = move || -> Result<String, Failure> {
        let request = Request {
            method: "GET".to_owned(),
            path: "/Users".to_owned(),
            query: vec![("count".to_owned(), b"200".to_vec())],
            ..Request::default()
        };
        let config = Config {
            base: BASE.to_owned(),
            ..Config::default()
        };
        let mut exchange = Exchange::new(request, config);
        loop {
            let page = match exchange.next() {
                None => break,
                Some(Need::Page { .. }) => Answer::Page {
                    total: 10_000,
                    records: records.clone(),
                },
                Some(other) => return Err(format!("unexpected need {}", other.name()).into()),
            };
            exchange.resume(page);
        }
        Ok(exchange.response().body.clone())
    };
    let again = answer.clone();
    Ok(Row {
        work: Box::new(move || drop(black_box(answer()))),
        check: Box::new(move || {
            let mut page: Value = serde_json::from_str(&again()?)?;
            Ok(page["Resources"].take())
        }),
    })
}

fn record(index: usize, user: &Value) -> Result<Record, Failure> {
    let instant = |name: &str| {
        let text = user["meta"][name].as_str().ok_or("no date")?;
        Ok::<i64, Failure>(datetime::parse(text).ok_or("no date")?.as_millisecond())
    };
    let document = normalise::resource(user.as_object().ok_or("a user is no object")?.clone(), &USER)?;
    let account = Account::of(&document);
    Ok(Record {
        position: index as u64 + 1,
        id: user["id"].as_str().ok_or("no id")?.to_owned(),
        version: 3,
        created: instant("created")?,
        modified: instant("lastModified")?,
        document: serde_json::to_string(&document)?,
        in_groups: false,
        account: Some(AccountState {
            observed: account.clone(),
            wordpress: account,
            active: user["active"] == true,
        }),
    })
}
