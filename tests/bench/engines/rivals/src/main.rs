//! Three crates of crates.io. The second argument names the one that works.

mod harness;

use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;

use harness::{Row, read, serve, summary, texts};
use scim_v2::models::others::ListResponse;
use scim_v2::models::user::User;
use scim_v2::{CaseInsensitive, Context, CreateRequest, Strict, Valid, Validate};
use serde_json::{Value, json};

type Rows = BTreeMap<&'static str, Row>;

fn main() -> Result<(), Box<dyn Error>> {
    let rows = match std::env::args().nth(2).as_deref() {
        Some("scim_v2") => scim_v2()?,
        Some("scim-filter") => scim_filter()?,
        Some("scim_proto") => scim_proto()?,
        _ => return Err("the second argument names no engine".into()),
    };
    serve(&rows)
}

/// A row that turns every text into something.
fn each<T: 'static, E: Into<Box<dyn Error>> + 'static>(
    texts: Vec<String>,
    parse: fn(&str) -> Result<T, E>,
    show: fn(Vec<T>) -> Result<Value, Box<dyn Error>>,
) -> Row {
    let again = texts.clone();
    Row {
        work: Box::new(move || {
            for text in &texts {
                drop(black_box(parse(black_box(text))));
            }
        }),
        check: Box::new(move || {
            let made: Result<Vec<T>, E> = again.iter().map(|text| parse(text)).collect();
            show(made.map_err(Into::into)?)
        }),
    }
}

fn scim_v2() -> Result<Rows, Box<dyn Error>> {
    type Request = Valid<User<String>>;
    let parse = |text: &str| text.parse::<scim_v2::filter::Filter>();
    let post = |text: &str| {
        serde_json::from_str::<Strict<User<String>, CreateRequest>>(text).map(Strict::into_valid)
    };
    // Names in any case are what the crate's `CaseInsensitive` is for.
    let post_any = |text: &str| {
        serde_json::from_str::<CaseInsensitive<Strict<User<String>, CreateRequest>>>(text)
            .map(|request| request.into_inner().into_valid())
    };
    let users: Vec<Value> = serde_json::from_value(read("users")?)?;
    let stored: Vec<String> = users.iter().take(200).map(Value::to_string).collect();
    let list = move || -> Result<String, Box<dyn Error>> {
        let resources = stored
            .iter()
            .map(|text| serde_json::from_str(text))
            .collect::<Result<Vec<User<String>>, _>>()?;
        let page = ListResponse {
            items_per_page: Some(200),
            total_results: 10_000,
            start_index: Some(1),
            schemas: vec!["urn:ietf:params:scim:api:messages:2.0:ListResponse".to_owned()],
            resources,
        };
        page.validate_as(Context::Response)?;
        Ok(serde_json::to_string(&page)?)
    };
    let again = list.clone();
    Ok(Rows::from([
        (
            "parse-simple",
            each(texts("simple")?, parse, |made| Ok(json!(made.len()))),
        ),
        (
            "parse-complex",
            each(texts("complex")?, parse, |made| Ok(json!(made.len()))),
        ),
        (
            "post",
            each(texts("posts")?, post, |made: Vec<Request>| {
                Ok(serde_json::to_value(made)?)
            }),
        ),
        (
            "post-any",
            each(texts("posts-any")?, post_any, |made: Vec<Request>| {
                Ok(serde_json::to_value(made)?)
            }),
        ),
        (
            "list",
            Row {
                work: Box::new(move || drop(black_box(list()))),
                check: Box::new(move || {
                    let mut page: Value = serde_json::from_str(&again()?)?;
                    Ok(page["Resources"].take())
                }),
            },
        ),
    ]))
}

fn scim_filter() -> Result<Rows, Box<dyn Error>> {
    // The parser leaves what it does not understand; that is for the caller to refuse.
    fn parse(text: &str) -> Result<scim_filter::parser::Filter<'_>, Box<dyn Error>> {
        match scim_filter::parser::filter(text) {
            Ok(("", filter)) => Ok(filter),
            Ok((rest, _)) => Err(format!("left unread: {rest}").into()),
            Err(error) => Err(error.to_string().into()),
        }
    }
    fn parses(texts: Vec<String>) -> Row {
        let again = texts.clone();
        Row {
            work: Box::new(move || {
                for text in &texts {
                    drop(black_box(parse(black_box(text))));
                }
            }),
            check: Box::new(move || {
                for text in &again {
                    parse(text)?;
                }
                Ok(json!(again.len()))
            }),
        }
    }
    let users: &'static [Value] = serde_json::from_value::<Vec<Value>>(read("users")?)?.leak();
    let filters = read("match")?;
    let mut rows = Rows::from([
        ("parse-simple", parses(texts("simple")?)),
        ("parse-complex", parses(texts("complex")?)),
    ]);
    for (row, name) in [
        ("match-simple", "simple"),
        ("match-complex", "complex"),
        ("match-schema", "schema"),
    ] {
        let text: &'static str = filters[name].as_str().ok_or("no filter")?.to_owned().leak();
        let filter = parse(text).ok();
        rows.insert(
            row,
            Row {
                work: Box::new(move || {
                    let found = users.iter().filter(|user| {
                        filter
                            .as_ref()
                            .is_some_and(|it| it.r#match(user).unwrap_or(false))
                    });
                    black_box(found.count());
                }),
                check: Box::new(move || {
                    let filter = parse(text)?;
                    let found = users
                        .iter()
                        .map(|user| filter.r#match(user))
                        .collect::<Result<Vec<bool>, _>>()?;
                    Ok(summary(found.into_iter()))
                }),
            },
        );
    }
    Ok(rows)
}

fn scim_proto() -> Result<Rows, Box<dyn Error>> {
    let parse = |text: &str| text.parse::<scim_proto::filter::ScimFilter>();
    let post = |text: &str| serde_json::from_str::<scim_proto::user::User>(text);
    Ok(Rows::from([
        (
            "parse-simple",
            each(texts("simple")?, parse, |made| Ok(json!(made.len()))),
        ),
        (
            "parse-complex",
            each(texts("complex")?, parse, |made| Ok(json!(made.len()))),
        ),
        (
            "post",
            each(texts("posts")?, post, |made| Ok(serde_json::to_value(made)?)),
        ),
    ]))
}
