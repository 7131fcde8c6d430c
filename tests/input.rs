//! What arrives as bytes: bodies and tokens. The tables `json` and `token` of `tests/vectors/`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[expect(dead_code, reason = "other test crates use the rest of it")]
mod support;

use scimpress::token::Token;
use serde::Deserialize;
use serde_json::Value;

use support::answer::assert_style;
use support::diff::assert_json;
use support::table::{self, bytes};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    text: Option<String>,
    hex: Option<String>,
    value: Option<Value>,
    error: Option<String>,
}

#[test]
fn bodies_are_read_only_when_every_reader_agrees_on_them() {
    table::check("json", |row: Body| {
        let bytes = match (&row.text, &row.hex) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(hex)) => bytes(hex),
            _ => panic!("a row has either 'text' or 'hex'"),
        };
        match (scimpress::json::object(&bytes), &row.value, &row.error) {
            (Ok(found), Some(value), None) => assert_json(&Value::Object(found), value),
            (Err(error), None, Some(expected)) => {
                assert_eq!(error.kind.scim_type(), Some("invalidSyntax"));
                assert!(error.detail.contains(expected), "{}", error.detail);
                assert_style(&error.detail);
            }
            (found, ..) => panic!("found {found:?}"),
        }
    });
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credential {
    header: Option<String>,
    secret: Option<String>,
    /// The secret repeated so often.
    times: Option<usize>,
    digest: Option<String>,
    #[serde(default)]
    stored: Vec<String>,
    index: Option<usize>,
}

#[test]
fn tokens_are_read_digested_and_compared() {
    table::check("token", |row: Credential| {
        let token = match (&row.header, &row.secret) {
            (Some(header), None) => Token::parse(header.as_bytes()),
            (None, Some(secret)) => Token::from_secret(secret.repeat(row.times.unwrap_or(1)).as_bytes()),
            _ => panic!("a row has either 'header' or 'secret'"),
        };
        assert_eq!(token.as_ref().map(Token::digest), row.digest);
        assert_eq!(token.and_then(|token| token.matches(&row.stored)), row.index);
    });
}
