//! The SCIM error, RFC 7644 §3.12.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::limits::{MAX_QUOTED_CHARS, MAX_QUOTED_TEXT_CHARS};

/// Schema of an error answer.
pub const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// What went wrong, in the terms of RFC 7644 §3.12 (tables 8 and 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The filter is malformed, or compares what cannot be compared.
    InvalidFilter,
    /// The query would yield or cost more than the server is willing to.
    TooMany,
    /// A unique value is already in use.
    Uniqueness,
    /// A read-only or immutable attribute was to be changed.
    Mutability,
    /// The body is not the message it should be.
    InvalidSyntax,
    /// A PATCH path is malformed or names nothing that can be changed.
    InvalidPath,
    /// A PATCH path with a filter selects no value.
    NoTarget,
    /// A value is missing or of the wrong type.
    InvalidValue,
    /// The cursor was not made for this query (RFC 9865).
    InvalidCursor,
    /// What the cursor points at is gone (RFC 9865).
    ExpiredCursor,
    /// The method, path or resource type is not there, in the words of HTTP.
    Status(u16),
}

impl ErrorKind {
    /// HTTP status code.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::InvalidFilter
            | Self::TooMany
            | Self::Mutability
            | Self::InvalidSyntax
            | Self::InvalidPath
            | Self::NoTarget
            | Self::InvalidValue
            | Self::InvalidCursor
            | Self::ExpiredCursor => 400,
            Self::Uniqueness => 409,
            Self::Status(status) => status,
        }
    }

    /// The `scimType` keyword of RFC 7644 table 9, where there is one.
    #[must_use]
    pub fn scim_type(self) -> Option<&'static str> {
        match self {
            Self::InvalidFilter => Some("invalidFilter"),
            Self::TooMany => Some("tooMany"),
            Self::Uniqueness => Some("uniqueness"),
            Self::Mutability => Some("mutability"),
            Self::InvalidSyntax => Some("invalidSyntax"),
            Self::InvalidPath => Some("invalidPath"),
            Self::NoTarget => Some("noTarget"),
            Self::InvalidValue => Some("invalidValue"),
            Self::InvalidCursor => Some("invalidCursor"),
            Self::ExpiredCursor => Some("expiredCursor"),
            Self::Status(_) => None,
        }
    }
}

/// A request that is refused, with a text for the administrator who reads it in the client's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScimError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// One line for a person, without secrets.
    pub detail: String,
}

impl ScimError {
    /// An error of `kind` with its text.
    pub fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    /// A value is missing or of the wrong type.
    pub fn invalid_value(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidValue, detail)
    }

    /// The body is not the message it should be.
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidSyntax, detail)
    }

    /// A refusal that has only an HTTP status.
    pub fn status(status: u16, detail: impl Into<String>) -> Self {
        Self::new(ErrorKind::Status(status), detail)
    }

    /// The body of the answer. RFC 7644 §3.12: `status` is a string.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut body = Map::new();
        body.insert("schemas".into(), json!([ERROR_SCHEMA]));
        body.insert("status".into(), json!(self.kind.status().to_string()));
        if let Some(scim_type) = self.kind.scim_type() {
            body.insert("scimType".into(), json!(scim_type));
        }
        body.insert("detail".into(), json!(self.detail));
        Value::Object(body)
    }
}

impl fmt::Display for ScimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for ScimError {}

/// A client's text as an error may repeat it: in single quotes, without control characters, shortened.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    for (count, character) in text.chars().enumerate() {
        if count == MAX_QUOTED_CHARS {
            out.push('…');
            break;
        }
        out.push(if is_invisible(character) {
            '\u{fffd}'
        } else {
            character
        });
    }
    out.push('\'');
    out
}

/// Characters that would break the line or turn the text around it: controls, line separators, marks of direction.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text of somebody else's as an error may contain it: one line without a full stop, shortened.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words
        .join(" ")
        .chars()
        .filter(|character| !is_invisible(*character))
        .take(MAX_QUOTED_TEXT_CHARS)
        .collect();
    line.trim_end_matches('.').to_owned()
}

const _: () = {
    const fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<ScimError>();
    // It travels in every `Result`.
    assert!(std::mem::size_of::<ScimError>() <= 32);
};
