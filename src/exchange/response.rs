//! The answer: status, header fields, bytes.

use serde_json::{Map, Value};

use crate::error::ScimError;

/// RFC 7644 §3.1; without a charset, which the media type does not define.
const MEDIA_TYPE: &str = "application/scim+json";

/// Seconds after which a refused request may be tried again.
const RETRY_AFTER: &str = "30";

/// A finished answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status code.
    pub status: u16,
    /// Header fields, complete.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty for 204.
    pub body: String,
    /// What the site's administrator should know.
    pub notices: Vec<Notice>,
}

/// Something that is no failure and still worth a look. Never holds personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Fixed word, to tell notices apart.
    pub code: &'static str,
    /// One line for a person.
    pub detail: String,
    /// SCIM id of the resource it concerns.
    pub resource: String,
}

impl Response {
    /// An answer with a JSON body.
    pub(super) fn json(status: u16, body: &Map<String, Value>) -> Self {
        Self::new(status, serde_json::to_string(body).unwrap_or_default())
    }

    /// An answer whose JSON body is written already.
    pub(super) fn text(status: u16, body: String) -> Self {
        Self::new(status, body)
    }

    /// 204 (RFC 7644 §3.6).
    pub(super) fn no_content() -> Self {
        Self::new(204, String::new())
    }

    /// 304 (RFC 9110 §15.4.5).
    pub(super) fn not_modified() -> Self {
        Self::new(304, String::new())
    }

    /// A SCIM error.
    pub(super) fn error(error: &ScimError) -> Self {
        let status = error.kind.status();
        let response = Self::new(status, error.to_json().to_string());
        match status {
            // RFC 6750 §3
            401 => response.with("WWW-Authenticate", "Bearer realm=\"SCIM\""),
            // RFC 9110 §10.2.3
            429 | 503 => response.with("Retry-After", RETRY_AFTER),
            _ => response,
        }
    }

    /// The answer with one more header field.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A header field of the answer.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }

    fn new(status: u16, body: String) -> Self {
        Self {
            status,
            headers: vec![
                // Also on 204: PHP would say text/html by itself.
                ("Content-Type", MEDIA_TYPE.to_owned()),
                // Answers hold personal data; a shared cache must never keep one.
                ("Cache-Control", "no-store".to_owned()),
            ],
            body,
            notices: Vec::new(),
        }
    }
}
