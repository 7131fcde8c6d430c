//! A request as the log of a site may show it: without secrets.
//!
//! What could be one is left out rather than looked at twice. A log that hides a title with the word "password" in it is
//! harmless, one that shows a password is not.

use serde_json::{Map, Value};

use crate::error::is_invisible;
use crate::exchange::Request;
use crate::json;
use crate::limits::{MAX_JOURNAL_VALUE_CHARS, MAX_SHOWN_BODY_BYTES};
use crate::path::is_attribute_name;

/// Stands for what is hidden.
pub const HIDDEN: &str = "***";

/// Header fields that carry no secret, ours or of a proxy.
const HEADERS: [&str; 7] = [
    "accept",
    "content-length",
    "content-type",
    "if-match",
    "if-none-match",
    "prefer",
    "user-agent",
];

/// Query parameters of RFC 7644 §3.4.2 and §3.9. Others are nobody's, and some clients can put a token into the URL.
const PARAMETERS: [&str; 9] = [
    "attributes",
    "count",
    "cursor",
    "excludedAttributes",
    "filter",
    "sortBy",
    "sortOrder",
    "startIndex",
    "schemas",
];

/// Parts of names behind which there is a secret, in any spelling.
const SECRETS: [&str; 8] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "authorization",
    "credential",
    "token",
    "apikey",
];

/// Members that name what the value beside them is.
const NAMES: [&str; 6] = ["path", "name", "attribute", "attributename", "key", "field"];

/// Members of an operation that are no value.
const STRUCTURE: [&str; 5] = ["op", "path", "method", "bulkid", "schemas"];

/// JSON texts within strings within JSON texts that are read; below that they are hidden.
const MAX_TEXTS_IN_TEXTS: usize = 4;

/// The request as text: its first line, the header fields that are known to be harmless, and the body without secrets. A
/// body that is not the JSON it should be, or longer than [`MAX_SHOWN_BODY_BYTES`], is left out.
#[must_use]
pub fn request(request: &Request) -> String {
    let mut text = format!("{} {}", line(&request.method), line(&request.path));
    for (index, (name, value)) in request.query.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        match PARAMETERS.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            Some(known) => {
                let value = String::from_utf8_lossy(value);
                let shown = if mentions_secret(&value) { HIDDEN } else { &value };
                text.extend([*known, "=", &line(shown)]);
            }
            None => text.push_str(HIDDEN),
        }
    }
    text.push('\n');
    for (name, value) in &request.headers {
        if HEADERS.contains(&name.as_str()) && !value.is_empty() {
            text.extend([name, ": ", &line(value), "\n"]);
        }
    }
    if !request.body.is_empty() {
        text.push('\n');
        text.push_str(&body(&request.body));
    }
    text
}

fn body(body: &[u8]) -> String {
    if body.len() > MAX_SHOWN_BODY_BYTES {
        return format!("({} bytes, too long to be kept)", body.len());
    }
    match json::object(body) {
        Ok(mut object) => {
            hide(&mut object, MAX_TEXTS_IN_TEXTS);
            serde_json::to_string_pretty(&object).unwrap_or_default()
        }
        // Where a secret begins and ends in it, nobody can tell.
        Err(_) => format!("({} bytes that are no JSON object, not kept)", body.len()),
    }
}

/// Hides the secrets in the members of an object.
fn hide(members: &mut Map<String, Value>, texts: usize) {
    let is_of_secret = members
        .iter()
        .any(|(name, value)| is_one_of(&NAMES, name) && value.as_str().is_some_and(names_secret));
    for (name, value) in members.iter_mut() {
        let is_structure = is_one_of(&STRUCTURE, name);
        if names_secret(name) || (is_of_secret && !is_structure && !is_one_of(&NAMES, name)) {
            if !value.is_null() {
                *value = Value::String(HIDDEN.to_owned());
            }
        } else if is_structure {
            hide_in_path(value, texts);
        } else {
            hide_in(value, texts);
        }
    }
    // A secret in the place of a name.
    if members.keys().any(|name| !is_plain(name)) {
        *members = std::mem::take(members)
            .into_iter()
            .map(|(name, value)| {
                let name = if is_plain(&name) || !mentions_secret(&name) {
                    name
                } else {
                    HIDDEN.to_owned()
                };
                (name, value)
            })
            .collect();
    }
}

fn is_one_of(known: &[&str], name: &str) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn hide_in(value: &mut Value, texts: usize) {
    match value {
        Value::String(text) => {
            if let Some(shown) = shown(text, texts) {
                *text = shown;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| hide_in(value, texts)),
        Value::Object(members) => hide(members, texts),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A path may name a password, but a filter in it may hold one.
fn hide_in_path(value: &mut Value, texts: usize) {
    match value {
        Value::String(path) if is_plain(path) => {}
        other => hide_in(other, texts),
    }
}

/// What is to be shown in the place of a string; `None` for the string itself.
fn shown(text: &str, texts: usize) -> Option<String> {
    let start = text.trim_start();
    if start.starts_with(['{', '[', '"'])
        && let Ok(mut inner) = serde_json::from_str::<Value>(text)
    {
        if texts == 0 {
            return Some(HIDDEN.to_owned());
        }
        let before = inner.clone();
        hide_in(&mut inner, texts - 1);
        return (inner != before).then(|| inner.to_string());
    }
    // `\u0070assword` is one, too, for whoever reads the text as JSON.
    let is_suspect = mentions_secret(text) || (text.contains("\\u") && text.contains('"'));
    is_suspect.then(|| HIDDEN.to_owned())
}

/// Whether a name, whatever its case, URN and punctuation, is that of a secret.
pub(crate) fn names_secret(name: &str) -> bool {
    let letters: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    SECRETS.iter().any(|secret| letters.contains(secret))
}

/// Whether a text may hold a secret with its name.
fn mentions_secret(text: &str) -> bool {
    let letters = text.to_ascii_lowercase();
    ["passw", "pwd", "bearer ", "authorization"]
        .iter()
        .any(|word| letters.contains(word))
}

/// Whether a text is nothing but the name of an attribute, with its URN or without.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.split([':', '.']).all(|part| {
            part.is_empty() || is_attribute_name(part) || part.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// One line without characters that would break or turn it, shortened.
fn line(text: &str) -> String {
    text.chars()
        .take(MAX_JOURNAL_VALUE_CHARS * 2)
        .map(|letter| if is_invisible(letter) { '\u{fffd}' } else { letter })
        .collect()
}
