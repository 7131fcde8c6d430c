//! Why a filter is refused.

use std::fmt;

use crate::error::{ErrorKind, ScimError};
use crate::path::PathError;

/// A filter that is malformed, or compares what cannot be compared: `invalidFilter` of RFC 7644 table 9.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// One line for a person, position included.
    pub detail: String,
    /// Where in the text, in characters, the first being 1.
    pub position: usize,
    unknown: bool,
}

impl FilterError {
    /// `what` is wrong at the byte `at` of `text`, where `found` stands.
    pub(super) fn new(text: &str, at: usize, what: &str, found: Option<&str>) -> Self {
        let position = text.get(..at).unwrap_or(text).chars().count() + 1;
        let mut detail = format!("{what} at position {position}");
        if let Some(found) = found {
            detail.push_str(", found ");
            detail.push_str(found);
        }
        Self {
            detail,
            position,
            unknown: false,
        }
    }

    /// The name at the byte `at` of `text` is no attribute.
    pub(super) fn path(text: &str, at: usize, error: &PathError) -> Self {
        let mut this = Self::new(text, at, &error.to_string(), None);
        this.unknown = matches!(error, PathError::Unknown(_));
        this
    }

    /// Whether the text is of the grammar and only names an attribute or part that does not exist.
    #[must_use]
    pub fn is_unknown_attribute(&self) -> bool {
        self.unknown
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for FilterError {}

impl From<FilterError> for ScimError {
    fn from(error: FilterError) -> Self {
        Self::new(ErrorKind::InvalidFilter, format!("filter: {}", error.detail))
    }
}

const _: () = {
    const fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<FilterError>();
};
