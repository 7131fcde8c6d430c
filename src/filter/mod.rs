//! Filters of RFC 7644 §3.4.2.2.
//!
//! A text becomes tokens (`lexer`), an expression (`parser`) whose names and values are tied to the schema tables as they
//! are read (`bind`), and then decides about resources (`eval`) or becomes the condition by which a store finds them
//! (`compile`, `condition`).

mod ast;
mod bind;
mod compile;
mod condition;
mod error;
mod eval;
mod lexer;
mod parser;
mod text;
mod token;
mod value_filter;

use std::fmt;

use serde_json::{Map, Value};

use crate::limits::MAX_FILTER_BYTES;
use crate::path::AttributePath;
use crate::schema::{Attribute, ResourceType};

use ast::{Expression, Term};
use bind::Scope;
use parser::Parser;

pub use compile::{SEVERAL_EMAILS, email_key};
pub use condition::{Column, Compiled, Condition, Order, Relation, Test, both};
pub use error::FilterError;
pub use text::fold;
pub use value_filter::ValueFilter;

/// A condition on resources of one type.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    expression: Expression<Term>,
}

impl Filter {
    /// The filter that `text` says about resources of `resource_type`.
    ///
    /// Beyond the grammar it takes `valuePath.part` with a comparison, strings for booleans, words without quotes after
    /// `eq` and `ne` of strings, and any number of blanks. Fails when the text is malformed, exceeds a limit, or names or
    /// compares what the resource type does not have.
    pub fn parse(text: &str, resource_type: &'static ResourceType) -> Result<Self, FilterError> {
        Self::parse_among(text, resource_type, &[])
    }

    /// The filter that `text` says about resources of `resource_type` in a search over `others`, too. What only they have is
    /// an attribute without a value (RFC 7644 §3.4.2.1).
    pub fn parse_among(
        text: &str,
        resource_type: &'static ResourceType,
        others: &'static [&'static ResourceType],
    ) -> Result<Self, FilterError> {
        check_length(text, MAX_FILTER_BYTES)?;
        let mut parser = Parser::new(text, 0)?;
        let expression = parser.expression(Scope {
            resource_type,
            others,
        })?;
        parser.end("expected `and`, `or` or the end")?;
        Ok(Self { expression })
    }

    /// Whether a normalised resource matches: canonical names, extensions under their URN, `id` and `meta` included.
    #[must_use]
    pub fn matches(&self, resource: &Map<String, Value>) -> bool {
        self.expression.holds(&|term: &Term| term.matches(resource))
    }

    /// Whether the filter asks anything of this attribute of the core schema.
    #[must_use]
    pub fn mentions(&self, attribute: &str) -> bool {
        let mut mentioned = false;
        self.expression
            .each(&mut |term| mentioned |= term.is_of(attribute));
        mentioned
    }

    /// Whether the filter asks anything of `meta.version`.
    #[must_use]
    pub fn asks_for_version(&self) -> bool {
        let mut asked = false;
        self.expression.each(&mut |term| asked |= term.is_of_version());
        asked
    }

    /// The identifiers that a filter compares the `value` of this attribute with, when equality is all it asks of the
    /// attribute: then a resource with just those values is enough to decide about it.
    #[must_use]
    pub fn identifiers(&self, attribute: &str) -> Option<Vec<String>> {
        let mut found = Some(Vec::new());
        self.expression.each(&mut |term| {
            if term.is_of(attribute) {
                match (found.as_mut(), term.identifier()) {
                    (Some(found), Some(identifier)) => found.push(identifier.to_owned()),
                    _ => found = None,
                }
            }
        });
        found
    }

    /// What the store can decide of the filter about resources of `resource_type`, the one it was parsed for.
    #[must_use]
    pub fn compiled(&self, resource_type: &ResourceType) -> Compiled {
        self.expression.compiled(resource_type)
    }
}

/// Canonical text: names as in the schema tables, one blank between words, JSON values of the attribute's type, no
/// needless parentheses. It parses to an equal filter, unless it exceeds the length that a filter may have.
impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expression)
    }
}

/// `"[" valFilter "]" [subAttr]` behind `path`, from the byte `bracket` of `text` to its end.
pub(crate) fn parse_brackets(
    text: &str,
    bracket: usize,
    path: &AttributePath,
) -> Result<(ValueFilter, Option<&'static Attribute>), FilterError> {
    let attribute = parser::complex(text, 0, path)?;
    let mut parser = Parser::new(text, bracket)?;
    let parsed = parser.brackets(attribute)?;
    parser.end("expected the end")?;
    Ok(parsed)
}

fn check_length(text: &str, limit: usize) -> Result<(), FilterError> {
    if text.len() <= limit {
        return Ok(());
    }
    let what = format!("{} bytes where at most {limit} are taken,", text.len());
    Err(FilterError::new(text, 0, &what, None))
}
