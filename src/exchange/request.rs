//! The request as PHP hands it over.

use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::attributes::Rule;
use crate::error::ScimError;
use crate::json;
use crate::limits::MAX_BODY_BYTES;
use crate::path::require_distinct;
use crate::roles::RoleRules;
use crate::schema::{RESOURCE_TYPES, ResourceType, ResourceTypes};

use super::need::Kind;

/// Parts of an HTTP request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// HTTP method, as sent.
    pub method: String,
    /// Path below the base URL, decoded, such as `/Users/2819c223`.
    pub path: String,
    /// Query parameters, decoded.
    pub query: Vec<(String, Vec<u8>)>,
    /// Header fields; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Raw body.
    pub body: Vec<u8>,
}

/// What the engine can't know by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Base URL, without a slash at its end.
    pub base: String,
    /// Milliseconds since the Unix epoch.
    pub now: i64,
    /// Id for the resource that the request may create.
    pub new_id: String,
    /// Largest body in bytes.
    pub max_body_bytes: usize,
    /// Whether a PATCH that replaces members adds them instead (Entra quirk Q-31).
    pub members_additive: bool,
    /// Whether passwords that clients send are passed over: on a site where nobody signs in with one.
    pub passwords_ignored: bool,
    /// The resource types, with what the site declares.
    pub types: &'static ResourceTypes,
    /// Which attributes the site keeps outside of the resource, too.
    pub mappings: Arc<[Rule]>,
    /// Rules that give users roles of the site.
    pub roles: Rc<RoleRules>,
    /// Whether the site keeps a log, so that changes are collected for it.
    pub journal: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base: String::new(),
            now: 0,
            new_id: String::new(),
            max_body_bytes: MAX_BODY_BYTES,
            members_additive: false,
            passwords_ignored: false,
            types: &RESOURCE_TYPES,
            mappings: Arc::from([]),
            roles: Rc::default(),
            journal: false,
        }
    }
}

impl Config {
    /// The tables of the attributes of a collection.
    #[must_use]
    pub fn resource_type(&self, kind: Kind) -> &'static ResourceType {
        match kind {
            Kind::User => self.types.user,
            Kind::Group => kind.resource_type(),
        }
    }
}

impl Request {
    /// A query parameter as text; `None` when it is absent. Names compare without case. Fails when the value is not UTF-8.
    pub(super) fn parameter(&self, name: &str) -> Result<Option<&str>, ScimError> {
        self.query
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| {
                std::str::from_utf8(value)
                    .map_err(|_| ScimError::invalid_value(format!("the parameter '{name}' is not UTF-8")))
            })
            .transpose()
    }

    /// A header field; `name` in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The JSON object that the body holds.
    pub(super) fn object(&self) -> Result<Map<String, Value>, ScimError> {
        self.require_json()?;
        let object = json::object(&self.body)?;
        require_distinct(&object)?;
        Ok(object)
    }

    /// Refuses a body of another media type (RFC 7644 §3.1, §3.8) or a compressed one (RFC 9110 §8.4): no client sends it, and
    /// a small one may become a very large one. A missing type is let through: the body must be JSON anyway.
    fn require_json(&self) -> Result<(), ScimError> {
        let coding = self.header("content-encoding").unwrap_or_default().trim();
        if !coding.is_empty() && !coding.eq_ignore_ascii_case("identity") {
            return Err(ScimError::status(
                415,
                format!(
                    "the body must not be compressed, but its content-encoding is {}",
                    crate::error::quoted(coding)
                ),
            ));
        }
        let Some(value) = self.header("content-type") else {
            return Ok(());
        };
        let media_type = value.split(';').next().unwrap_or_default().trim();
        let accepted = ["application/scim+json", "application/json"]
            .iter()
            .any(|known| media_type.eq_ignore_ascii_case(known));
        if accepted || media_type.is_empty() {
            Ok(())
        } else {
            Err(ScimError::status(
                415,
                format!(
                    "the body must be application/scim+json, not {}",
                    crate::error::quoted(media_type)
                ),
            ))
        }
    }

    /// Refuses a body above the limit.
    pub(super) fn require_size(&self, config: &Config) -> Result<(), ScimError> {
        if self.body.len() <= config.max_body_bytes {
            return Ok(());
        }
        Err(ScimError::status(
            413,
            format!(
                "the body has {} bytes, at most {} are possible",
                self.body.len(),
                config.max_body_bytes
            ),
        ))
    }
}
